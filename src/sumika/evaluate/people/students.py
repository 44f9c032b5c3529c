"""What all students of people have in common: what they keep of their teachers, how small and quick they are, the bill.

Read from the signed folders that ship, so that these are the figures of what a house gets, dated as the students are;
only how long an answer takes is measured here. `sumika distil run NAME` makes each student anew, with its scores and
its bill. Each figure is one key for all of them and tells the worst one; every single one stands in the detail. Scores
are of people, rooms and sittings that a student has not learnt from, calibrated by others. Prices are those of a core
that is rented for 0.10 EUR an hour, whatever the ledger's own rates say.
"""

import re
import sys
import time
from collections.abc import Callable, Mapping

import msgspec
import numpy as np

from sumika.distil.about import About
from sumika.evaluate.figure import Evidence, Figure
from sumika.models import STUDENTS, Student, StudentRefused, find_student, shipped_names

EUR_PER_CORE_HOUR = 0.10
ANSWERS = 51
_DAY = re.compile(r"\b20\d\d-\d\d-\d\d\b")
ERROR = "error"
"""The score of students that tell values: the lower the better, and no points of it can be told."""

Students = Mapping[str, About]


def measure(full: bool) -> dict[str, Figure]:
    """Return the figures; a student that may not be used is named on stderr and left out.

    Args:
        full: Of no matter: what ships was scored when it was made.
    """
    students: dict[str, Student] = {}
    for name in shipped_names():
        try:
            student = find_student(name)
        except StudentRefused as problem:
            sys.stderr.write(f"people.students: left out: {problem}\n")
            continue
        if student.about.reading is None:
            students[name] = student
    if not students:
        return {}
    found = worst_of({name: one.about for name, one in students.items()})
    made = {name: _made(one.about) for name, one in students.items()}
    read = {key: msgspec.structs.replace(one, run=made[str(one.detail["worst"])]) for key, one in found.items()}
    return read | {"student_ms": _slowest({name: answer_s(one) * 1e3 for name, one in students.items()})}


def _made(about: About) -> str:
    """Return on which day and with which commit a student was made; its card knows the day."""
    day = _DAY.search((STUDENTS / about.name / "README.md").read_text("utf-8"))
    return f"{day.group() if day else 'made'} {about.commit}"


def answer_s(student: Student) -> float:
    """Return the median time in which a student's network answers one input here."""
    x = np.zeros(student.about.model.shape, np.float32)
    student.hidden(x)  # claims its memory
    times_ns = []
    for _ in range(ANSWERS):
        began_ns = time.perf_counter_ns()
        student.hidden(x)
        times_ns.append(time.perf_counter_ns() - began_ns)
    return float(np.median(times_ns)) / 1e9


def _slowest(ms: Mapping[str, float]) -> Figure:
    worst = max(ms, key=lambda name: ms[name])
    detail: dict[str, float | str] = {name: round(value, 4) for name, value in ms.items()}
    return Figure(value=ms[worst], unit="ms", evidence=Evidence.MEASURED, detail=detail | {"worst": worst})


def worst_of(students: Students) -> dict[str, Figure]:
    """Return the figures that stand in the students' folders, the worst of each.

    Args:
        students: What is known of each, by name.
    """
    measured = Evidence.MEASURED
    return {
        "student_keep": _worst(students, "share", min, lambda one: one.shown.kept.value, _kept_interval),
        "student_smaller": _worst(
            students, "teacher's parameters over the student's", min, lambda one: one.shown.parameter_ratio
        ),
        "teacher_gain": _worst(students, "points of the score; of errors, percent", min, _gained, _gained_interval),
        "int8_loss": _worst(students, "points of the score; of errors, percent", max, _lost),
        "student_kb": _worst(students, "kB", max, lambda one: one.model.size_bytes / 1000, evidence=measured),
        "student_core_minutes": _worst(
            students, "core-minutes", max, lambda one: one.paid.student_core_minutes, evidence=measured
        ),
        "student_eur": _worst(students, "EUR", max, lambda one: _eur(one.paid.student_core_minutes), evidence=measured),
        "all_in_eur": _worst(students, "EUR", max, lambda one: _eur(one.paid.all_in_core_minutes), evidence=measured),
        "calibration_error": _worst(students, "share", max, lambda one: one.shown.error_after),
    }


def _worst(
    students: Students,
    unit: str,
    worst: Callable[[list[float]], float],
    value_of: Callable[[About], float | None],
    told: Callable[[About], str] | None = None,
    *,
    evidence: Evidence | None = None,
) -> Figure:
    values = {name: value for name, one in students.items() if (value := value_of(one)) is not None}
    chosen = worst(list(values.values()))
    name = next(name for name, value in values.items() if value == chosen)
    detail: dict[str, float | str] = {one: round(value, 4) for one, value in values.items()}
    if told is not None:
        detail |= {f"{one} [95 %]": told(students[one]) for one in values}
    detail["worst"] = name
    found = evidence or Evidence(students[name].evidence or Evidence.MEASURED)
    return Figure(value=chosen, unit=unit, evidence=found, detail=detail)


def _kept_interval(one: About) -> str:
    return f"{one.shown.metric}: {one.shown.kept.low:.3f} to {one.shown.kept.high:.3f}"


def _points(one: About, reference: float) -> float:
    """Return what turns a difference of scores into points, or one of errors into percent of an error."""
    return 100.0 if one.shown.metric != ERROR else 100.0 / max(reference, 1e-9)


def _gained(one: About) -> float:
    return _points(one, one.shown.plain.value) * one.shown.gained.value


def _gained_interval(one: About) -> str:
    by = _points(one, one.shown.plain.value)
    return f"{one.shown.metric}: {by * one.shown.gained.low:+.1f} to {by * one.shown.gained.high:+.1f}"


def _lost(one: About) -> float:
    return _points(one, one.shown.student.value) * one.shown.int8_lost.value


def _eur(core_minutes: float) -> float:
    return core_minutes / 60 * EUR_PER_CORE_HOUR
