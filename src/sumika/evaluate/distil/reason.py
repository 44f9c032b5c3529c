"""`reason-tiny`: does a student a twelfth of its teacher's size answer as well, at what cost, and can it go on?"""

from sumika.distil.language_finish import LanguageFinish
from sumika.distil.ledger.ledger import Summary
from sumika.distil.ledger.prices import money
from sumika.distil.outcome import Outcome, ratio_of
from sumika.distil.own_tries import SelfTaught
from sumika.evaluate.distil.works_store import works_of
from sumika.evaluate.figure import Evidence, Figure

Detail = dict[str, float | str]
MATHS, CODING = "maths", "coding"


def measure(full: bool) -> dict[str, Figure]:
    """Return parity, gain of traces, bills, ratios, and what own tries add.

    Args:
        full: Nothing is measured otherwise: the run takes about two hours of one core.
    """
    if not full:
        return {}
    works = works_of("reason-tiny")
    outcome = works.outcome
    figures = {f"parity_{subject}": _parity(outcome, subject) for subject in (MATHS, CODING)}
    figures["trace_gain"] = _trace_gain(outcome)
    figures |= _bills(outcome.bill)
    figures |= _ratios(outcome)
    figures["int8_loss_language"] = _int8(outcome)
    figures["beyond_teacher"] = _beyond(works, outcome)
    return figures


def _parity(outcome: Outcome, subject: str) -> Figure:
    teacher, student = outcome.model("teacher"), outcome.model("student")
    ids = outcome.groups[subject]
    found = ratio_of([student.correct[one] for one in ids], [teacher.correct[one] for one in ids])
    detail: Detail = {"low": found.low, "high": found.high, "problems": float(len(ids))}
    for one in (teacher, student):
        score = outcome.score(one.name, subject)
        detail |= {one.name: score.value, f"{one.name}_low": score.low, f"{one.name}_high": score.high}
    if teacher.cost and student.cost:
        detail["size"] = student.cost.parameters / teacher.cost.parameters
    return Figure(value=found.value, unit="ratio", evidence=Evidence.SIMULATION, detail=detail)


def _trace_gain(outcome: Outcome) -> Figure:
    detail: Detail = {}
    worst = float("inf")
    for subject in (MATHS, CODING):
        gain = outcome.gain("without distillation", "student", subject)
        assert gain is not None  # both were scored on the same problems
        detail |= {subject: 100 * gain.value, f"{subject}_low": 100 * gain.low, f"{subject}_high": 100 * gain.high}
        detail[f"{subject}_answers_only"] = outcome.score("without distillation", subject).value
        worst = min(worst, 100 * gain.value)
    return Figure(value=worst, unit="points", evidence=Evidence.SIMULATION, detail=detail)


def _bills(bill: Summary) -> dict[str, Figure]:
    student, all_in = (money(one.bill.total_usd, bill.prices) for one in (bill.student, bill.all_in))
    stages: Detail = {f"{one.name} min": one.spent.cpu_s / 60 for one in bill.stages}
    times: Detail = {"wall_minutes": bill.student.spent.wall_s / 60, "tries": float(bill.student.tries)}
    evidence = Evidence.MEASURED
    return {
        "student_minutes": Figure(
            value=bill.student.spent.cpu_s / 60, unit="min of one core", evidence=evidence, detail=times
        ),
        "student_eur": Figure(
            value=student.eur, unit="EUR", evidence=evidence, detail={"yen": student.jpy, "usd": student.usd}
        ),
        "all_in_eur": Figure(
            value=all_in.eur,
            unit="EUR",
            evidence=evidence,
            detail={"yen": all_in.jpy, "usd": all_in.usd, "cpu_minutes": bill.all_in.spent.cpu_s / 60, **stages},
        ),
    }


def _ratios(outcome: Outcome) -> dict[str, Figure]:
    names = {
        "parameters": "ratio_parameters",
        "flops": "ratio_flops",
        "latency_s": "ratio_latency",
        "energy_j": "ratio_energy",
        "training cost": "ratio_cost",
    }
    teacher, student = outcome.model("teacher"), outcome.model("student")
    found: dict[str, Figure] = {}
    for name, value in outcome.ratios().items():
        detail: Detail = {}
        if name == "training cost":
            detail = {"teacher_usd": teacher.trained_usd, "student_usd": student.trained_usd}
        elif teacher.cost and student.cost:
            detail = {"teacher": getattr(teacher.cost, name), "student": getattr(student.cost, name)}
        found[names[name]] = Figure(value=value, unit="teacher / student", evidence=Evidence.MEASURED, detail=detail)
    return found


def _int8(outcome: Outcome) -> Figure:
    own, rounded = (outcome.model(name).correct for name in ("student", "student, int8"))
    lost = 100 * (sum(own.values()) - sum(rounded[one] for one in own)) / len(own)
    return Figure(value=lost, unit="points", evidence=Evidence.SIMULATION, detail={"problems": float(len(own))})


def _beyond(works: LanguageFinish, outcome: Outcome) -> Figure:
    """Return the least ratio of the two subjects after own tries; beside it what as much training without them does."""
    assert works.recipe.own_tries is not None  # the recipe that is measured here has it
    taught = SelfTaught(works, works.recipe.own_tries)
    after = {"own tries": taught.student(), "trained on": taught.student(own=False)}
    teacher = outcome.model("teacher").correct
    facts = taught.tries().facts
    detail: Detail = {name: float(facts[name]) for name in ("problems", "solved")}
    values = []
    for name, model in after.items():
        marks = works.correct(works.scored(f"student, {name}", model))
        for subject in (MATHS, CODING):
            ids = outcome.groups[subject]
            found = ratio_of([marks[one] for one in ids], [teacher[one] for one in ids])
            key = f"{subject} {name}"
            detail |= {key: found.value, f"{key} low": found.low, f"{key} high": found.high}
            values += [found.value] if name == "own tries" else []
    return Figure(value=min(values), unit="ratio", evidence=Evidence.SIMULATION, detail=detail)
