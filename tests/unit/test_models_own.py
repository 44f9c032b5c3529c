"""A student that a house made its own belongs to the one that it was made from, and steps aside for a newer one."""

import shutil
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sumika.distil.about import ABOUT, Personal, about_json, read_about
from sumika.distil.sign import public_key_of
from sumika.models import Shelf, Student, find_student
from tests.students import make_student

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
