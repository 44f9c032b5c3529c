"""Students of the house: what is asked of them, what is refused and why, and that the one before stays."""

import hashlib
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sumika.distil.about import ABOUT, Personal, about_json, read_about
from sumika.distil.networks.presets import Perceptron
from sumika.distil.sign import SIGNATURE, public_key_of, sign_folder
from sumika.models import (
    Shelf,
    StudentRefused,
    find_student,
    house_shelf,
    load_student,
    release_key,
    shipped_names,
)
from sumika.schema import Reason
from tests.students import inputs, make_student

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = public_key_of(KEY)
SHAPE = (8, 3)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Students that ship: one of classes, one of values."""
    folder = tmp_path_factory.mktemp("students")
    make_student(folder / "trial-tiny", key=KEY)
    make_student(
        folder / "values-tiny", key=KEY, name="values-tiny", classes=(), shape=(5,), preset=Perceptron(width=4, depth=1)
    )
    return folder


@pytest.fixture
def copy(shipped: Path, tmp_path: Path) -> Path:
    """A copy that may be spoilt."""
    return Path(shutil.copytree(shipped / "trial-tiny", tmp_path / "copy"))


def test_probabilities_are_calibrated_and_what_is_unlike_is_not_answered(shipped: Path) -> None:
    student = find_student("trial-tiny", features="trial/1", shape=SHAPE, students=shipped, public_key=PUBLIC)
    assert (student.name, student.classes, student.features, student.signer) == (
        "trial-tiny",
        ("low", "high"),
        "trial/1",
        PUBLIC,
    )
    answer = student.answer(inputs(SHAPE, 1)[0])
    assert answer.valid
    assert answer.reason is Reason.MEASURED
    assert answer.probabilities is not None
    assert sum(answer.probabilities) == pytest.approx(1)
    assert answer.unlike <= 1
    assert 0.1 <= answer.sigma <= 0.2
    assert student.likeliest(answer) == student.classes[int(np.argmax(answer.probabilities))]
    far = student.answer(inputs(SHAPE, 1)[0] + 50)
    assert (far.valid, far.reason, far.probabilities) == (False, Reason.UNLIKE_LEARNED, None)
    assert far.unlike > 1
    assert student.likeliest(far) == ""


def test_values_have_a_deviation(shipped: Path) -> None:
    student = find_student("values-tiny", students=shipped, public_key=PUBLIC)
    answer = student.answer(inputs((5,), 1)[0])
    assert answer.probabilities is None
    assert answer.values is not None
    assert len(answer.values) == 2
    assert answer.sigma == 0.3


@pytest.mark.parametrize(
    ("x", "mask", "reason"),
    [
        (np.zeros((8, 4), np.float32), None, Reason.WRONG_SHAPE),
        (np.zeros((8, 3), np.float32), np.ones(7, bool), Reason.WRONG_SHAPE),
        (np.full((8, 3), np.inf, np.float32), None, Reason.NOT_FINITE),
        (np.full((8, 3), np.nan, np.float32), None, Reason.NOT_FINITE),
        (np.zeros((8, 3), np.float32), np.zeros(8, bool), Reason.NO_SIGNAL),
        (np.full((8, 3), 1e30, np.float32), None, Reason.UNLIKE_LEARNED),
    ],
)
def test_what_is_no_input_is_not_answered(
    shipped: Path, x: np.ndarray, mask: np.ndarray | None, reason: Reason
) -> None:
    answer = load_student(shipped / "trial-tiny", PUBLIC).answer(x, mask)
    assert (answer.valid, answer.reason, answer.probabilities, answer.values) == (False, reason, None, None)


def test_a_missing_value_counts_as_the_mean(shipped: Path) -> None:
    student = load_student(shipped / "trial-tiny", PUBLIC)
    x = inputs(SHAPE, 1)[0]
    x[0, 1] = np.nan
    assert student.answer(x).valid


def test_many_are_answered_as_one_is(shipped: Path) -> None:
    student = load_student(shipped / "trial-tiny", PUBLIC)
    x, mask = inputs(SHAPE, 5, 3), np.arange(8) < np.array([[8], [7], [6], [5], [8]])
    together = student.answers(x, mask)
    alone = [student.answer(x[row], mask[row]) for row in range(5)]
    assert [one.valid for one in together] == [one.valid for one in alone]
    for one, other in zip(together, alone, strict=True):
        assert one.unlike == pytest.approx(other.unlike)
        assert one.probabilities == pytest.approx(other.probabilities) or not one.valid
    hidden = student.hidden(x, mask)
    np.testing.assert_array_equal(hidden[1], student.hidden(x[1], mask[1]))
    with pytest.raises(ValueError, match="inputs"):
        student.hidden(x[:, :4])


def test_a_personal_head_answers_instead_of_the_networks_own(copy: Path) -> None:
    about = read_about(copy)
    head = about.model.head
    assert head is not None
    same = Personal(head=head, of="", made="", examples=0, judged_by="", before=0, after=0)
    (copy / ABOUT).write_bytes(about_json(msgspec.structs.replace(about, personal=same)))
    sign_folder(copy, KEY)
    x = inputs(SHAPE, 4, 5)
    own = load_student(copy, PUBLIC)
    turned = msgspec.structs.replace(head, weight=head.weight[::-1], bias=head.bias[::-1])
    (copy / ABOUT).write_bytes(
        about_json(msgspec.structs.replace(about, personal=msgspec.structs.replace(same, head=turned)))
    )
    sign_folder(copy, KEY)
    other = load_student(copy, PUBLIC)
    for one, two in zip(own.answers(x), other.answers(x), strict=True):
        if one.probabilities and two.probabilities:
            assert one.probabilities == pytest.approx(two.probabilities[::-1], abs=1e-4)


def resigned(folder: Path, **changes: object) -> None:
    """Let about.json say something else, under a signature that is right."""
    (folder / ABOUT).write_bytes(about_json(msgspec.structs.replace(read_about(folder), **changes)))
    sign_folder(folder, KEY)


def with_another_network(folder: Path, sha256: str) -> None:
    """Let about.json name a network of this hash."""
    resigned(folder, model=msgspec.structs.replace(read_about(folder).model, sha256=sha256))


def truncated(folder: Path) -> None:
    """Cut the network off, and let everything else be as if it were meant so."""
    network = folder / "student.int8.onnx"
    network.write_bytes(network.read_bytes()[:500])
    with_another_network(folder, hashlib.sha256(network.read_bytes()).hexdigest())


def without_about(folder: Path, content: bytes | None) -> None:
    """Take about.json away, or let it be no such thing."""
    (folder / ABOUT).unlink()
    if content is not None:
        (folder / ABOUT).write_bytes(content)
    sign_folder(folder, KEY)


SPOILT: dict[str, Callable[[Path], object]] = {
    "altered": lambda folder: (folder / "student.int8.onnx").write_bytes(b"0"),
    "unsigned": lambda folder: (folder / SIGNATURE).unlink(),
    "stranger": lambda folder: sign_folder(folder, Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))),
    "missing": lambda folder: (folder / "student.int8.onnx").unlink(),
    "extra": lambda folder: (folder / "more.bin").write_bytes(b"1"),
    "truncated": truncated,
    "another's about": lambda folder: with_another_network(folder, "0" * 64),
    "no about": lambda folder: without_about(folder, None),
    "other format": lambda folder: resigned(folder, format="sumika-student-9"),
    "no json": lambda folder: without_about(folder, b"{"),
    "contradicts itself": lambda folder: resigned(folder, classes=("one", "two", "three")),
}
REFUSED = {
    "altered": "changed: student.int8.onnx",
    "unsigned": "not signed",
    "stranger": "expected key",
    "missing": "missing: student.int8.onnx",
    "extra": "not signed: more.bin",
    "truncated": "cannot be run",
    "another's about": "another network",
    "no about": "does not say what it is",
    "other format": "sumika-student-9",
    "no json": "does not say what it is",
    "contradicts itself": "contradicts itself",
}


@pytest.mark.parametrize("how", REFUSED)
def test_what_is_not_what_was_signed_is_refused_with_the_way_out(copy: Path, how: str) -> None:
    SPOILT[how](copy)
    with pytest.raises(StudentRefused, match=REFUSED[how]) as refused:
        load_student(copy, PUBLIC)
    assert refused.value.remedy
    assert str(copy) in str(refused.value)


def test_what_is_believed_is_what_was_verified(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever changes about.json between two reads of it is not believed: it is read once."""
    signed = read_about(copy)
    swapped = about_json(msgspec.structs.replace(signed, classes=tuple(reversed(signed.classes))))
    opened: list[str] = []

    def read(path: Path, genuine: Callable[[Path], bytes] = Path.read_bytes) -> bytes:
        opened.append(path.name)
        return swapped if path.name == ABOUT and opened.count(ABOUT) > 1 else genuine(path)

    monkeypatch.setattr(Path, "read_bytes", read)
    assert load_student(copy, PUBLIC).classes == signed.classes


def test_a_network_that_was_not_signed_is_not_even_opened(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(copy / "student.int8.onnx", copy.parent / "other.onnx")
    resigned(copy, model=msgspec.structs.replace(read_about(copy).model, file="../other.onnx"))
    opened: list[str] = []

    def read(path: Path, genuine: Callable[[Path], bytes] = Path.read_bytes) -> bytes:
        opened.append(path.name)
        return genuine(path)

    monkeypatch.setattr(Path, "read_bytes", read)
    with pytest.raises(StudentRefused, match="not one of the files that were signed"):
        load_student(copy, PUBLIC)
    assert "other.onnx" not in opened


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"name": "other"}, "name"), ({"features": "trial/2"}, "features"), ({"shape": (9, 3)}, "shape")],
)
def test_another_student_than_was_asked_for_is_refused(shipped: Path, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(StudentRefused, match=said):
        load_student(shipped / "trial-tiny", PUBLIC, **asked)
    with pytest.raises(StudentRefused, match="key"):
        load_student(shipped / "trial-tiny", "")


@pytest.mark.parametrize("how", ["altered", "unsigned", "stranger", "missing", "extra"])
def test_one_that_ships_and_is_spoilt_is_taken_from_the_release_again(shipped: Path, tmp_path: Path, how: str) -> None:
    """To sign it oneself would not help: it has to be what its makers signed."""
    shutil.copytree(shipped / "trial-tiny", tmp_path / "trial-tiny")
    SPOILT[how](tmp_path / "trial-tiny")
    with pytest.raises(StudentRefused, match=REFUSED[how]) as refused:
        find_student("trial-tiny", students=tmp_path, public_key=PUBLIC)
    assert "from the release" in refused.value.remedy


def test_a_student_that_does_not_ship_is_told(shipped: Path) -> None:
    with pytest.raises(StudentRefused, match="There are: trial-tiny, values-tiny"):
        find_student("nobody-tiny", students=shipped, public_key=PUBLIC)
    assert shipped_names(shipped / "nowhere") == ()


def personal(shelf: Shelf, made: Path) -> None:
    """Put a student of another start on the shelf."""
    make_student(made, key=None, seed=len(shelf.folders("trial-tiny")) + 7)
    shelf.place("trial-tiny", made)


def test_the_house_uses_its_own_and_goes_back_by_one_command(shipped: Path, tmp_path: Path) -> None:
    shelf = house_shelf(tmp_path / "data")
    assert (shelf.public_key, shelf.names(), shelf.folders("trial-tiny")) == ("", (), ())

    def used() -> str:
        return find_student("trial-tiny", shelf=shelf, students=shipped, public_key=PUBLIC).about.model.sha256

    ships = used()
    personal(shelf, tmp_path / "one")
    first = used()
    personal(shelf, tmp_path / "two")
    second = used()
    assert len({ships, first, second}) == 3
    assert shelf.names() == ("trial-tiny",)
    shelf.back("trial-tiny")
    assert used() == first
    shelf.back("trial-tiny")
    assert used() == second
    personal(shelf, tmp_path / "three")
    assert len(list((shelf.folder / "trial-tiny").glob("[0-9]*"))) == 2, "older ones go"
    assert stat.S_IMODE(shelf.folder.stat().st_mode) == 0o700
    with pytest.raises(StudentRefused, match="It has: trial-tiny"):
        shelf.back("values-tiny")
    with pytest.raises(StudentRefused, match="no name"):
        shelf.order("../other")


def test_back_from_the_first_is_the_one_that_ships(shipped: Path, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    personal(shelf, tmp_path / "one")
    shelf.back("trial-tiny")
    found = find_student("trial-tiny", shelf=shelf, students=shipped, public_key=PUBLIC)
    assert found.signer == PUBLIC
    assert found.passed_over == ()


@pytest.mark.parametrize("how", ["altered", "unsigned", "missing"])
def test_a_spoilt_one_is_passed_over_and_the_one_before_stays(shipped: Path, tmp_path: Path, how: str) -> None:
    shelf = Shelf(tmp_path / "shelf")
    personal(shelf, tmp_path / "one")
    first = read_about(shelf.folders("trial-tiny")[0]).model.sha256
    personal(shelf, tmp_path / "two")
    SPOILT[how](shelf.folders("trial-tiny")[0])
    found = find_student("trial-tiny", shelf=shelf, students=shipped, public_key=PUBLIC)
    assert found.about.model.sha256 == first
    assert len(found.passed_over) == 1
    assert REFUSED[how] in found.passed_over[0]
    SPOILT[how](shelf.folders("trial-tiny")[1])
    found = find_student("trial-tiny", shelf=shelf, students=shipped, public_key=PUBLIC)
    assert (found.signer, len(found.passed_over)) == (PUBLIC, 2)
    with pytest.raises(StudentRefused, match=REFUSED[how]):
        find_student("trial-tiny", shelf=shelf, students=tmp_path / "none", public_key=PUBLIC)


def test_what_cannot_be_used_is_not_put_in_use(shipped: Path, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    personal(shelf, tmp_path / "one")
    kept = shelf.order("trial-tiny")
    make_student(tmp_path / "bad", key=None)
    (tmp_path / "bad" / "student.int8.onnx").write_bytes(b"nothing")
    with pytest.raises(StudentRefused):
        shelf.place("trial-tiny", tmp_path / "bad")
    with pytest.raises(StudentRefused, match="put in use"):
        shelf.place("trial-tiny", tmp_path / "nowhere")
    with pytest.raises(StudentRefused, match="name"):
        shelf.place("trial-tiny", shipped / "values-tiny")
    assert shelf.order("trial-tiny") == kept
    assert not list((shelf.folder / "trial-tiny").glob(".new-*"))


def test_a_key_that_others_may_read_and_an_order_that_cannot_be_read(shipped: Path, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    personal(shelf, tmp_path / "one")
    (shelf.folder / "signing_key.pem").chmod(0o644)
    found = find_student("trial-tiny", shelf=shelf, students=shipped, public_key=PUBLIC)
    assert "others may read" in found.passed_over[0]
    for damaged in (b"?", b'{"current": "\xff"}'):
        (shelf.folder / "trial-tiny" / "order.json").write_bytes(damaged)
        assert shelf.folders("trial-tiny") == ()


def test_every_student_that_ships_is_what_the_release_key_signed() -> None:
    names = shipped_names()
    if not names:
        assert release_key() == ""
    for name in names:
        student = find_student(name)
        assert student.name == name
        x = np.zeros((1, *student.about.model.shape), np.float32)
        assert len(student.answers(x)) == 1


def test_students_are_asked_without_a_learning_framework() -> None:
    code = "import sys, sumika.models; print(sorted({'torch', 'onnx', 'sklearn', 'scipy.optimize'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
