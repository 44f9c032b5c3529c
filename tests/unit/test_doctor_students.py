"""The doctor tells of students that are refused: by whom they are replaced, why, and what helps."""

import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sumika.cli._doctor_students import students_whole
from sumika.cli._finding import Level
from sumika.distil.sign import SIGNATURE, public_key_of
from sumika.models import house_shelf
from tests.students import make_student

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = public_key_of(KEY)


@pytest.fixture
def ships(tmp_path: Path) -> Path:
    for name in ("one-tiny", "two-tiny"):
        make_student(tmp_path / "ships" / name, key=KEY, name=name)
    return tmp_path / "ships"


def test_whole_students_are_well(ships: Path, tmp_path: Path) -> None:
    (found,) = students_whole(tmp_path, ships, PUBLIC)
    assert found.level is Level.OK
    assert found.what.startswith("2 of 2 students")


def test_a_refused_one_that_ships_is_taken_from_the_release_again(ships: Path, tmp_path: Path) -> None:
    (ships / "two-tiny" / SIGNATURE).unlink()
    well, refused = students_whole(tmp_path, ships, PUBLIC)
    assert well.what.startswith("1 of 2")
    assert (refused.level, refused.what) == (Level.WARN, "not asked: two-tiny")
    assert "not signed" in refused.why
    assert "from the release" in refused.remedy
    assert "distil sign" not in refused.remedy


def test_one_of_the_houses_own_that_is_passed_over_is_told(ships: Path, tmp_path: Path) -> None:
    shelf = house_shelf(tmp_path)
    made = Path(shutil.copytree(ships / "one-tiny", tmp_path / "made"))
    shelf.place("one-tiny", made)
    (shelf.folders("one-tiny")[0] / "student.int8.onnx").write_bytes(b"0")
    well, passed = students_whole(tmp_path, ships, PUBLIC)
    assert well.what.startswith("2 of 2")
    assert (passed.level, passed.what) == (Level.WARN, "student one-tiny: another one is asked")
    assert "changed: student.int8.onnx" in passed.why
    assert "--back" in passed.why
    assert passed.remedy
