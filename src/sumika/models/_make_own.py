"""A finished personal student: the one that ships, with a head of its own and what was done in its `about.json`."""

import shutil
import tempfile
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.about import ABOUT, Personal, about_json
from sumika.distil.sign import MANIFEST, SIGNATURE
from sumika.models._find import load_own
from sumika.models._personal import UNLABELLED, Lived, Verdict, Way, adapted, judged
from sumika.models._refused import StudentRefused
from sumika.models._shelf import SHIPPED, Shelf
from sumika.models._student import Student

Array = NDArray[np.float32]

CARD = "README.md"
STAYS_TOLD = "it was fitted to what residents told, and a log alone does not replace that (all the same: --anew)"
AT_ONCE = 256
"""Inputs that a network is asked about together: more would take memory, and no less time."""


def lived_of(
    student: Student,
    x: Array,
    day: NDArray[np.str_],
    *,
    mask: NDArray[np.bool_] | None = None,
    label: NDArray[np.int64] | None = None,
) -> Lived:
    """Return what a student makes of inputs of a house, those left out that are unlike all that it knows.

    Args:
        student: That ships.
        x: (example, *shape), in the order of time.
        day: Of each.
        mask: (example, point) of real points.
        label: Class that a resident told; `UNLABELLED` where nobody did.
    """
    hidden, valid = [nothing_hidden(student)], [np.zeros(0, bool)]
    for first in range(0, len(x), AT_ONCE):
        some = x[first : first + AT_ONCE]
        real = None if mask is None else mask[first : first + AT_ONCE]
        fit = np.array([one.valid for one in student.answers(some, real)], bool)
        if fit.any():
            hidden.append(student.hidden(some[fit], None if real is None else real[fit]))
        valid.append(fit)
    rows = np.concatenate(valid)
    told = np.full(len(x), UNLABELLED, np.int64) if label is None else label
    return Lived(hidden=np.concatenate(hidden), day=day[rows], label=told[rows])


def nothing_hidden(student: Student) -> Array:
    """Return the layer before the outputs of no example at all (0, width)."""
    return np.zeros((0, student.about.domain.reference.hidden), np.float32)


def told_in_use(student: Student, shelf: Shelf) -> bool:
    """Return whether the house asks one that was fitted to what its residents told, made from this very student."""
    _, own = _in_use(student, shelf)
    return own is not None and own.judged_by == "labels"


def personalise(
    student: Student, made: Path, lived: Lived, shelf: Shelf, *, way: Way, today: str, anew: bool = False
) -> Verdict:
    """Adapt a student, and put it in use if days held back say that it is better.

    What residents told is worth more than what a log lies off: without labels nothing takes the place of a student
    that was fitted to some.

    Args:
        student: That ships.
        made: Its folder.
        lived: What was lived through.
        shelf: Of the house.
        way: How it is adapted.
        today: Day, ISO 8601.
        anew: Also in the place of one that was fitted to labels.

    Raises:
        StudentRefused: if it cannot be put in use; what was in use stays.
    """
    verdict = judged(student.about, lived, way)
    if verdict.better and verdict.judged_by != "labels" and not anew and told_in_use(student, shelf):
        return msgspec.structs.replace(verdict, better=False, problem=STAYS_TOLD)
    if not verdict.better:
        return verdict
    personal = Personal(
        head=adapted(student.about, lived, way),
        of=student.about.model.sha256,
        made=today,
        examples=verdict.examples,
        judged_by=verdict.judged_by,
        before=verdict.before,
        after=verdict.after,
    )
    with tempfile.TemporaryDirectory(prefix="sumika-own-") as name:
        new = Path(name) / student.name
        shutil.copytree(made, new, ignore=shutil.ignore_patterns(MANIFEST, SIGNATURE))
        (new / ABOUT).write_bytes(about_json(msgspec.structs.replace(student.about, personal=personal)))
        if (new / CARD).is_file():
            (new / CARD).write_text(_own_card((new / CARD).read_text(encoding="utf-8"), personal), encoding="utf-8")
        shelf.place(student.name, new, previous=_before(student, shelf, personal))
    return verdict


def _in_use(student: Student, shelf: Shelf) -> tuple[int, Personal | None]:
    """Return number and making of the house's own that is asked where this one ships; SHIPPED for this one itself."""
    for folder in shelf.folders(student.name):
        try:
            own = load_own(folder, shelf, name=student.name, ships=student.about.model.sha256)
        except StudentRefused:
            continue
        return int(folder.name), own.about.personal
    return SHIPPED, None


def _before(student: Student, shelf: Shelf, new: Personal) -> int:
    """Return the number of the student that one goes back to from a new one: that which is asked now.

    Where a log alone has made both, it is that before both: nights make one after the other, and one step back must
    lead out of them, to what the house was before the first.
    """
    order, (used, own) = shelf.order(student.name), _in_use(student, shelf)
    nights = own is not None and own.judged_by == new.judged_by == "nearness"
    return order.previous if nights and used == order.current and not order.held else used


def _own_card(card: str, personal: Personal) -> str:
    """Return the card of the student that ships, saying below its title that this is no longer that one."""
    title, _, rest = card.partition("\n")
    own = (
        f"> Made this house's own on {personal.made}, from {personal.examples} of its examples: only the last layer is "
        f"another. On days held back, by {personal.judged_by}: {personal.before:.4f} before, {personal.after:.4f} "
        "after. Everything below is about the student that ships; nobody has measured this one's score."
    )
    return f"{title}\n\n{own}\n{rest}"
