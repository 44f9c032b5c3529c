"""The house's students on the command line: which there are, and whether each is what its maker signed."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from sumika.models import (
    RELEASE_AGAIN,
    STUDENTS,
    Shelf,
    Student,
    StudentRefused,
    house_shelf,
    load_own,
    load_student,
    release_key,
    shipped_names,
    shipped_network,
)


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A student, or why it is refused.

    Attributes:
        name: Of the student.
        whose: "ships", or "house" for one that the house has made its own.
        refused: Why, where and what to do; "" where it is whole.
        in_use: Whether the house asks this one.
        features: What its inputs are.
        metric: What its score is.
        score: On people, rooms or sessions that nobody had learnt from; of the student in 8 bits. None of one that a
            house has made its own: nobody has measured that there.
        kept: Share of its teacher's score; None likewise.
        judged_by: What a house's own was found better by, on days held back: "labels" or "nearness"; "" of one that
            ships.
        before: Of the one that it was made from, by that.
        after: Its own, by that.
        made: Day on which the house made it its own, ISO 8601.
        size_bytes: Of the network.
        parameters: Weights and biases.
        evidence: What the score rests on.
        student_eur: What the student cost.
    """

    name: str
    whose: str
    refused: str = ""
    in_use: bool = False
    features: str = ""
    metric: str = ""
    score: float | None = None
    kept: float | None = None
    judged_by: str = ""
    before: float | None = None
    after: float | None = None
    made: str = ""
    size_bytes: int = 0
    parameters: int = 0
    evidence: str = ""
    student_eur: float | None = None


def listed(shelf: Shelf | None, students: Path = STUDENTS) -> list[Listed]:
    """Return every student: those that ship, each followed by the house's own of the same name.

    Args:
        shelf: Of the house.
        students: Folder of those that ship.
    """
    own = shelf.names() if shelf else ()
    found: list[Listed] = []
    for name in sorted({*shipped_names(students), *own}):
        personal = _own(shelf, name, students) if shelf else []
        used = next((number for number, one in enumerate(personal) if not one.refused), None)
        if (students / name).is_dir():
            ships = _listed(
                name, "ships", partial(load_student, students / name, release_key(), name=name, mend=RELEASE_AGAIN)
            )
            found.append(msgspec.structs.replace(ships, in_use=used is None and not ships.refused))
        found += [msgspec.structs.replace(one, in_use=number == used) for number, one in enumerate(personal)]
    return found


def _own(shelf: Shelf, name: str, students: Path) -> list[Listed]:
    ships = shipped_network(name, students, release_key())
    return [
        _listed(name, "house", partial(load_own, folder, shelf, name=name, ships=ships))
        for folder in shelf.folders(name)
    ]


def _listed(name: str, whose: str, load: Callable[[], Student]) -> Listed:
    try:
        return _of(load(), whose)
    except StudentRefused as error:
        return Listed(name=name, whose=whose, refused=str(error))


def _of(student: Student, whose: str) -> Listed:
    about = student.about
    found = Listed(
        name=about.name,
        whose=whose,
        features=about.features,
        size_bytes=about.model.size_bytes,
        parameters=about.model.parameters,
        evidence=about.evidence,
        student_eur=about.paid.student_eur,
    )
    if about.personal is None:
        shown = about.shown
        return msgspec.structs.replace(
            found, metric=shown.metric, score=shown.int8.value, kept=shown.kept.value
        )  # what was shown is shown of the network as it ships, not of a last layer that a house has changed
    own = about.personal
    return msgspec.structs.replace(found, judged_by=own.judged_by, before=own.before, after=own.after, made=own.made)


def as_text(rows: list[Listed]) -> str:
    """Return a table of 80 columns."""
    if not rows:
        return "No student ships with this version, and the house has none of its own.\n"
    lines = [f"  {'student':17}{'whose':7}{'score':>7} {'metric':10}{'kept':>5}{'kB':>8}{'weights':>10}  evidence"]
    for one in rows:
        lines += _lines(one)
    lines.append("* in use; kept: share of its teacher's score; on people it had not learnt from")
    if any(one.judged_by for one in rows):
        lines.append("house: on this house's days held back, before -> after it was made its own")
    return "\n".join([*lines, ""])


def _lines(one: Listed) -> list[str]:
    begun = f"{'*' if one.in_use else ' '} {one.name:17}{one.whose:7}"
    if one.refused:
        return [f"{begun}refused", f"    {one.refused}"]
    if one.judged_by:
        return [f"{begun}{'-':>7} {one.judged_by:10}{one.before:8.4f} ->{one.after:8.4f}  made {one.made}"]
    scored = f"{one.score or 0.0:7.3f} {one.metric:10}{one.kept or 0.0:5.2f}"
    return [
        f"{begun}{scored}{one.size_bytes / 1000:8.1f}{one.parameters:10,}  {one.evidence.removesuffix(' recording')}"
    ]


def students(data: Path, *, as_json: bool) -> str:
    """Return the list of students, for people or as JSON.

    Args:
        data: Folder of the house's data.
        as_json: One JSON array.
    """
    rows = listed(house_shelf(data))
    if as_json:
        return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode() + "\n"
    return as_text(rows)
