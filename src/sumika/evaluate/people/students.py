"""What all students of people have in common: what they keep of their teachers, how small and quick they are, the bill.

Each figure is one key for all of them and tells the worst one; every single one stands in the detail. Scores are of
people, rooms and sittings that a student has not learnt from, calibrated by others. Prices are those of a core that is
rented for 0.10 EUR an hour, whatever the ledger's own rates say.
"""

import sys
from collections.abc import Callable, Mapping

from sumika.distil.array_outcome import INT8, ArrayOutcome
from sumika.distil.array_works import STUDENT
from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.people.finished import finished
from sumika.schema import SumikaError

STUDENTS = (
    "har-tiny",
    "movement-tiny",
    "gesture-tiny",
    "pose-tiny",
    "posture-tiny",
    "sleep-tiny",
    "sleep-live-tiny",
    "strain-tiny",
    "comfort-tiny",
    "occupancy-tiny",
)
EUR_PER_CORE_HOUR = 0.10
Outcomes = Mapping[str, ArrayOutcome]


def measure(full: bool) -> dict[str, Figure]:
    """Return the figures; recipes whose recordings are not here are named on stderr and left out.

    Args:
        full: Recipes are run to their end, or what was run before is taken up; without it nothing is measured.
    """
    if not full:
        return {}
    outcomes: dict[str, ArrayOutcome] = {}
    for name in STUDENTS:
        try:
            outcomes[name] = finished(name).outcome
        except SumikaError as problem:
            sys.stderr.write(f"people.students: {name} left out: {problem}\n")
    return figures_of(outcomes) if outcomes else {}


def figures_of(outcomes: Outcomes) -> dict[str, Figure]:
    """Return the figures of students, the worst of each.

    Args:
        outcomes: Of finished recipes, by name.
    """
    return {
        "student_keep": _worst(outcomes, "share", min, _kept, _kept_interval),
        "student_smaller": _worst(outcomes, "teacher's parameters over the student's", min, _smaller),
        "teacher_gain": _worst(outcomes, "points of the score; of errors, percent", min, _gained, _gained_interval),
        "int8_loss": _worst(outcomes, "points", max, _lost),
        "student_kb": _worst(outcomes, "kB", max, lambda one: _int8(one) / 1000, evidence=Evidence.MEASURED),
        "student_ms": _worst(
            outcomes, "ms", max, lambda one: one.costs[INT8].latency_s * 1e3, evidence=Evidence.MEASURED
        ),
        "student_core_minutes": _worst(
            outcomes, "core-minutes", max, lambda one: one.bill.student.spent.cpu_s / 60, evidence=Evidence.MEASURED
        ),
        "student_eur": _worst(
            outcomes, "EUR", max, lambda one: _eur(one.bill.student.spent.cpu_s), evidence=Evidence.MEASURED
        ),
        "all_in_eur": _worst(
            outcomes, "EUR", max, lambda one: _eur(one.bill.all_in.spent.cpu_s), evidence=Evidence.MEASURED
        ),
        "calibration_error": _worst(outcomes, "share", max, _unsure),
    }


def _worst(
    outcomes: Outcomes,
    unit: str,
    worst: Callable[[list[float]], float],
    value_of: Callable[[ArrayOutcome], float | None],
    told: Callable[[ArrayOutcome], str] | None = None,
    *,
    evidence: Evidence | None = None,
) -> Figure:
    values = {name: value for name, one in outcomes.items() if (value := value_of(one)) is not None}
    chosen = worst(list(values.values()))
    name = next(name for name, value in values.items() if value == chosen)
    detail: dict[str, float | str] = {one: round(value, 4) for one, value in values.items()}
    if told is not None:
        detail |= {f"{one} [95 %]": told(outcomes[one]) for one in values}
    detail["worst"] = name
    found = evidence or Evidence(outcomes[name].provenance.evidence or Evidence.MEASURED)
    return Figure(value=chosen, unit=unit, evidence=found, detail=detail)


def _kept(one: ArrayOutcome) -> float | None:
    return None if one.kept is None else one.kept.value


def _kept_interval(one: ArrayOutcome) -> str:
    return "" if one.kept is None else f"{one.metric}: {one.kept.low:.3f} to {one.kept.high:.3f}"


def _smaller(one: ArrayOutcome) -> float:
    return one.parameter_ratio


def _per_plain(one: ArrayOutcome) -> float:
    """Return what turns a gain into points, or an error's gain into percent of the error without a teacher."""
    if one.metric != "error" or one.gained is None:
        return 100.0
    return 100.0 / max(one.rated[STUDENT].score.value + one.gained.value, 1e-9)


def _gained(one: ArrayOutcome) -> float | None:
    return None if one.gained is None else _per_plain(one) * one.gained.value


def _gained_interval(one: ArrayOutcome) -> str:
    if one.gained is None:
        return ""
    by = _per_plain(one)
    return f"{one.metric}: {by * one.gained.low:+.1f} to {by * one.gained.high:+.1f}"


def _lost(one: ArrayOutcome) -> float | None:
    lost = one.eight_bits.lost
    return 100 * lost["accuracy"].value if lost else None


def _int8(one: ArrayOutcome) -> int:
    return next(form.size_bytes for form in one.exports if form.form == "onnx-int8")


def _eur(cpu_s: float) -> float:
    return cpu_s / 3600 * EUR_PER_CORE_HOUR


def _unsure(one: ArrayOutcome) -> float | None:
    return one.rated[STUDENT].error_after if one.rated else None
