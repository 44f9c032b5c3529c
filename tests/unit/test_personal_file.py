"""Inputs in a file, by which a student is made a house's own: what is wrong with one is told, where, and what helps."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from sumika.cli._distil_told_file import read_told
from sumika.cli.distil import distil
from sumika.models import UNLABELLED, Student, load_student, release_key
from sumika.models._find import STUDENTS
from sumika.schema import UsageError

COUNT = 60
NAME = "comfort-tiny"


@pytest.fixture(scope="module")
def student() -> Student:
    return load_student(STUDENTS / NAME, release_key())


def told(student: Student, **other: Any) -> dict[str, Any]:
    """Return what a good file holds, but for what is given."""
    shape = student.about.model.shape
    x = np.zeros((COUNT, *shape), np.float32)
    day = np.repeat(["2026-11-28", "2026-11-29"], COUNT // 2)
    return {name: one for name, one in ({"x": x, "day": day} | other).items() if one is not None}


def saved(**arrays: Any) -> bytes:
    """Return the content of a .npz file."""
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def test_names_and_numbers_of_classes_are_labels(student: Student, tmp_path: Path) -> None:
    file = tmp_path / "told.npz"
    names = np.where(np.arange(COUNT) % 2 == 0, student.classes[1], "?")
    file.write_bytes(saved(**told(student, label=names, more="is not looked at")))
    found = read_told(file, student)
    assert set(found) == {"x", "day", "label"}
    assert found["label"][:2].tolist() == [1, UNLABELLED]
    for dtype in (np.int8, np.uint16):
        file.write_bytes(saved(**told(student, label=np.ones(COUNT, dtype), day=np.arange(COUNT))))
        assert read_told(file, student)["label"].tolist() == [1] * COUNT
    file.write_bytes(saved(**told(student, x=np.zeros((COUNT, *student.about.model.shape), int))))
    assert read_told(file, student)["x"].dtype == np.float32


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no x": ({"x": None}, "no inputs of comfort-tiny: no x"),
    "no day": ({"day": None}, "no inputs of comfort-tiny: no day"),
    "other shape": ({"x": np.zeros((COUNT, 2))}, r"no inputs of comfort-tiny: x is \(60, 2\)"),
    "nothing": ({"x": np.zeros((0, 2))}, "no inputs of comfort-tiny"),
    "scalar": ({"x": np.float32(1)}, "no inputs of comfort-tiny"),
    "text": ({"x": np.full((COUNT, 2), "warm")}, "x holds no numbers"),
    "objects": ({"day": np.array([None] * COUNT)}, "holds objects of Python"),
    "one day": ({"day": "2026-11-30"}, r"day is a single value, not \(60,\)"),
    "few days": ({"day": np.arange(5)}, r"day is \(5,\), not \(60,\)"),
    "truths for days": ({"day": np.ones(COUNT, bool)}, "day holds no days"),
    "narrow mask": ({"mask": np.ones((COUNT, 1), bool)}, r"mask is \(60, 1\), not"),
    "few labels": ({"label": np.zeros(5, int)}, r"label is \(5,\), not \(60,\)"),
    "no class": ({"label": np.full(COUNT, 99)}, "label 99 is no class"),
    "below": ({"label": np.full(COUNT, -7)}, "label -7 is no class"),
    "fractions": ({"label": np.ones(COUNT)}, "label holds neither names nor whole numbers"),
}


@pytest.mark.parametrize("how", WRONG)
def test_what_does_not_fit_is_told(student: Student, tmp_path: Path, how: str) -> None:
    arrays, said = WRONG[how]
    (tmp_path / "told.npz").write_bytes(saved(**told(student, **arrays)))
    with pytest.raises(UsageError, match=said) as refused:
        read_told(tmp_path / "told.npz", student)
    assert refused.value.remedy
    assert "told.npz" in refused.value.where
    assert "pickle" not in str(refused.value)


def one_array(student: Student) -> bytes:
    file = io.BytesIO()
    np.save(file, np.zeros((3, 3)))
    return file.getvalue()


def flipped(student: Student) -> bytes:
    """Return a file of which something inside is damaged, and the list of its contents is not."""
    content = bytearray(saved(**told(student, x=np.random.default_rng(0).random((COUNT, *student.about.model.shape)))))
    content[400] ^= 0xFF
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda student: b"", "no .npz file, or only a part"),
        (lambda student: b"some text", "no .npz file, or only a part"),
        (one_array, "no .npz file, or only a part"),
        (lambda student: saved(**told(student))[:-40], "no .npz file, or only a part"),
        (flipped, "is damaged"),
        (None, "cannot be read .No such file"),
    ],
    ids=["empty", "text", "one array", "cut off", "flipped", "missing"],
)
def test_what_is_no_such_file_is_told(tmp_path: Path, student: Student, content: Any, said: str) -> None:
    if content is not None:
        (tmp_path / "told.npz").write_bytes(content(student))
    asked = ["personalise", NAME, "--data", str(tmp_path), "--file", str(tmp_path / "told.npz")]
    done = CliRunner().invoke(distil, asked)
    assert isinstance(done.exception, UsageError)
    with pytest.raises(UsageError, match=said):
        raise done.exception
