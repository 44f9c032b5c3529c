"""Finds a student by its name: the house's own, the one before it, the one that ships."""

import difflib
from pathlib import Path

from sumika.models._refused import StudentRefused
from sumika.models._shelf import Shelf
from sumika.models._student import Student, load_student, network_of

STUDENTS = Path(__file__).parent / "students"
"""Folders of the students that ship, one for each name."""
RELEASE_AGAIN = "Take it again from the release: install this version of Sumika again."
_RELEASE_KEY = Path(__file__).parent / "release_key.txt"


def release_key() -> str:
    """Return the public key that shipped students are signed with, hexadecimal; "" where none has ever shipped."""
    return _RELEASE_KEY.read_text(encoding="ascii").strip() if _RELEASE_KEY.is_file() else ""


def shipped_names(students: Path = STUDENTS) -> tuple[str, ...]:
    """Return the names of the students that ship."""
    return tuple(sorted(path.name for path in students.iterdir() if path.is_dir())) if students.is_dir() else ()


def shipped_network(name: str, students: Path = STUDENTS, public_key: str = "") -> str:
    """Return the SHA-256 of the network that ships under a name; "" where none does that is whole.

    Args:
        name: Of the student.
        students: Folder of those that ship.
        public_key: Of whoever signed them; by default the release key.
    """
    try:
        return network_of(students / name, public_key or release_key())
    except StudentRefused:
        return ""


def load_own(
    folder: Path, shelf: Shelf, *, name: str, ships: str, features: str = "", shape: tuple[int, ...] | None = None
) -> Student:
    """Return a house's own student.

    Args:
        folder: Of it.
        shelf: Of the house.
        name: That it must have.
        ships: SHA-256 of the network that ships under that name; "" for none.
        features: Whose inputs it must read, with their version; "" for any.
        shape: Of the inputs that it will be handed; None for any.

    Raises:
        StudentRefused: if it is not whole, or was made from another one than ships: a release brings a better one, or
            one that tells other things, and an old one must not stand before it for ever.
    """
    mend = f"Go back: sumika distil personalise {name} --back. Or make it again, without --back"
    found = load_student(folder, shelf.public_key, name=name, features=features, shape=shape, mend=mend)
    personal = found.about.personal
    if ships and personal is not None and personal.of and personal.of != ships:
        raise StudentRefused(
            "it was made from another one than ships with this version of Sumika",
            where=str(folder),
            remedy=f"Make it again: sumika distil personalise {name}",
        )
    return found


def find_student(
    name: str,
    *,
    features: str = "",
    shape: tuple[int, ...] | None = None,
    shelf: Shelf | None = None,
    students: Path = STUDENTS,
    public_key: str = "",
) -> Student:
    """Return a student: the house's own where it has one that is whole, else the one before, else the one that ships.

    One that the house made from another student than ships now counts as not whole.

    Args:
        name: Of the student.
        features: What it will be handed, with the version: `FEATURES` of a module of `sumika.models.features`.
        shape: Of one input; None for any.
        shelf: Of the house; None where only what ships may be used.
        students: Folder of those that ship.
        public_key: Of whoever signed them; by default the release key.

    Raises:
        StudentRefused: if there is none that may be used: why the first one was not. Those that were passed over
            otherwise stand in `Student.passed_over`.
    """
    refusals: list[StudentRefused] = []
    if shelf is not None and (folders := shelf.folders(name)):
        ships = shipped_network(name, students, public_key)
        for folder in folders:
            try:
                found = load_own(folder, shelf, name=name, ships=ships, features=features, shape=shape)
            except StudentRefused as error:
                refusals.append(error)
                continue
            found.passed_over = tuple(str(one) for one in refusals)
            return found
    try:
        if not (students / name).is_dir():
            known = shipped_names(students)
            near = difflib.get_close_matches(name, known, n=1)
            remedy = (f"Did you mean '{near[0]}'? " if near else "") + f"There are: {', '.join(known) or 'none'}."
            raise StudentRefused(f"no student '{name}' comes with Sumika", remedy=remedy)
        key = public_key or release_key()
        found = load_student(students / name, key, name=name, features=features, shape=shape, mend=RELEASE_AGAIN)
    except StudentRefused as error:
        raise (refusals[0] if refusals else error) from error
    found.passed_over = tuple(str(one) for one in refusals)
    return found
