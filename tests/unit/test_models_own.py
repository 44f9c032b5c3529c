"""A student that a house made its own belongs to the one that it was made from, and steps aside for a newer one."""

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sumika.cli._distil_personalise import make_own
from sumika.distil.about import ABOUT, Personal, about_json, read_about
from sumika.distil.sign import public_key_of
from sumika.models import (
    Shelf,
    Student,
    Verdict,
    Way,
    _make_own,
    find_student,
    house_shelf,
    lived_of,
    load_student,
    personalise,
)
from tests.students import inputs, make_student

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = public_key_of(KEY)


def made_own(shelf: Shelf, ships: Path, folder: Path) -> None:
    """Put on the shelf what a house has made of a student that ships."""
    shutil.copytree(ships, folder)
    about = read_about(folder)
    assert about.model.head is not None
    own = Personal(
        head=about.model.head,
        of=about.model.sha256,
        made="2026-11-30",
        examples=99,
        judged_by="labels",
        before=-2,
        after=-1,
    )
    (folder / ABOUT).write_bytes(about_json(msgspec.structs.replace(about, personal=own)))
    shelf.place(about.name, folder)


def test_an_own_one_made_from_an_older_release_does_not_hide_the_newer(tmp_path: Path) -> None:
    shelf, shipped = Shelf(tmp_path / "shelf"), tmp_path / "shipped"
    make_student(shipped / "trial-tiny", key=KEY)
    made_own(shelf, shipped / "trial-tiny", tmp_path / "own")

    def used(students: Path) -> Student:
        return find_student("trial-tiny", shelf=shelf, students=students, public_key=PUBLIC)

    assert used(shipped).signer == shelf.public_key
    make_student(tmp_path / "release" / "trial-tiny", key=KEY, seed=5)
    newer = used(tmp_path / "release")
    assert newer.signer == PUBLIC
    assert "made from another one than ships" in newer.passed_over[0]
    assert "sumika distil personalise trial-tiny" in newer.passed_over[0]
    (tmp_path / "release" / "trial-tiny" / "student.int8.onnx").write_bytes(b"0")
    assert used(tmp_path / "release").signer == shelf.public_key, "what ships is spoilt: better an older one than none"
    assert used(tmp_path / "nowhere").signer == shelf.public_key


def test_back_after_a_release_leads_to_what_can_be_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, shipped, release = house_shelf(tmp_path), tmp_path / "shipped", tmp_path / "release"
    make_student(shipped / "trial-tiny", key=KEY)
    made_own(shelf, shipped / "trial-tiny", tmp_path / "own")
    make_student(release / "trial-tiny", key=KEY, seed=5)
    newer = load_student(release / "trial-tiny", PUBLIC)
    better = Verdict(judged_by="labels", before=-2.0, after=-1.0, better=True, examples=99, labels=30)
    monkeypatch.setattr(_make_own, "judged", lambda about, lived, way: better)
    lived = lived_of(newer, inputs((8, 3), 40), np.repeat("day", 40))
    personalise(newer, release / "trial-tiny", lived, shelf, way=Way(), today="2026-11-30")
    assert shelf.order("trial-tiny").previous == 0, "the one before was made from a network that ships no longer"

    def back() -> str:
        return make_own("trial-tiny", tmp_path, back=True, students=release, public_key=PUBLIC)[0]

    assert "the one that ships is in use" in back()
    assert find_student("trial-tiny", shelf=shelf, students=release, public_key=PUBLIC).signer == PUBLIC
    assert "number 2 is in use" in back()


def test_nobody_is_asked_again_who_was_gone_back_from(tmp_path: Path) -> None:
    """A house of old may hold a student before the one in use that is refused by now."""
    shelf, shipped = house_shelf(tmp_path), tmp_path / "shipped"
    for seed, folder in ((0, shipped), (5, tmp_path / "release")):
        make_student(folder / "trial-tiny", key=KEY, seed=seed)
        made_own(shelf, folder / "trial-tiny", tmp_path / f"own {seed}")
    assert (shelf.order("trial-tiny").current, shelf.order("trial-tiny").previous) == (2, 1)
    said = make_own("trial-tiny", tmp_path, back=True, students=tmp_path / "release", public_key=PUBLIC)
    assert "the one that ships is in use" in said[0]
    assert "made from another one than ships" in said[1]


def test_a_copy_beside_a_student_is_none(tmp_path: Path) -> None:
    shelf = house_shelf(tmp_path)
    for name in ("trial-tiny", "trial-tiny_old", "Trial"):
        (shelf.folder / name).mkdir(parents=True)
        (shelf.folder / name / "order.json").write_text("{}")
    assert shelf.names() == ("trial-tiny",)
