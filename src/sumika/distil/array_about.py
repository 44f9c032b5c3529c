"""A finished run to `about.json`: what the house is told of a student, and what is asked of every one of them."""

import hashlib
import textwrap

import numpy as np
from numpy.typing import NDArray

from sumika.distil.about import FORMAT, About, Head, Model, Paid, Shown
from sumika.distil.array_described import Described
from sumika.distil.array_files import NAMES, WholeStudent
from sumika.distil.array_outcome import INT8, ArrayOutcome
from sumika.distil.array_recipe import ArrayRecipe
from sumika.distil.array_works import PLAIN, STUDENT, TEACHER
from sumika.distil.compare import Interval
from sumika.distil.export import integer
from sumika.distil.store import key_of

CORE_HOUR_EUR = 0.10
"""What a core is rented for by the hour, for comparing bills; the ledger's own prices stand in the card."""
LEAST_KEPT, LEAST_RATIO, MOST_LOST, MOST_KB, MOST_MS, MOST_CORE_MINUTES = 0.98, 50.0, 0.005, 100.0, 1.0, 60.0


def about_of(
    recipe: ArrayRecipe,
    outcome: ArrayOutcome,
    described: Described,
    whole: WholeStudent,
    onnx: bytes,
    *,
    features: str,
    commit: str,
) -> About:
    """Return what a student says of itself.

    Args:
        recipe: That was run.
        outcome: What it has shown.
        described: What the house must know.
        whole: The student in whole numbers.
        onnx: Its file in 8 bits.
        features: What its inputs are, with their version.
        commit: Of the code.
    """
    network, costs = whole.network, outcome.costs[INT8]
    return About(
        format=FORMAT,
        name=recipe.name,
        about=recipe.about,
        features=features,
        classes=whole.classes,
        model=Model(
            file=NAMES["onnx-int8"],
            sha256=hashlib.sha256(onnx).hexdigest(),
            shape=tuple(network.shapes[0]),
            masked=network.masked,
            outputs=len(network.output_scale),
            parameters=outcome.student_parameters,
            size_bytes=len(onnx),
            latency_s=costs.latency_s,
            head=head_of_whole(whole),
        ),
        calibration=described.calibration,
        domain=described.domain,
        uncertainty=described.uncertainty,
        own=described.own,
        shown=_shown(outcome, described),
        paid=_paid(outcome),
        evidence=outcome.provenance.evidence,
        licence=outcome.provenance.licence,
        cite=outcome.provenance.cite,
        caveats=recipe.caveats,
        recipe_sha256=key_of(recipe),
        commit=commit,
    )


def head_of(weight: NDArray[np.float64], bias: NDArray[np.float64]) -> Head:
    """Return a head of arrays (output, hidden) and (output,)."""
    return Head(weight=tuple(tuple(row) for row in weight.tolist()), bias=tuple(bias.tolist()))


def head_of_whole(whole: WholeStudent) -> Head | None:
    """Return the last layer of a student in whole numbers; None where it has no plain one."""
    if not integer.hidden_width(whole.network):
        return None
    return head_of(*integer.head_of(whole.network))


def _shown(outcome: ArrayOutcome, described: Described) -> Shown:
    rated, eight = outcome.rated, outcome.eight_bits
    none = Interval(value=float("nan"), low=float("nan"), high=float("nan"))
    int8 = eight.rated or rated[STUDENT]
    anyone = outcome.scores[STUDENT]
    return Shown(
        metric=outcome.metric,
        teacher=rated[TEACHER].score,
        student=rated[STUDENT].score,
        int8=int8.score,
        plain=rated[PLAIN].score,
        kept=outcome.kept or none,
        gained=outcome.gained or none,
        int8_lost=eight.score_lost or none,
        log_loss=int8.log_loss,
        error_before=int8.error_before,
        error_after=int8.error_after,
        disturbed=described.disturbed,
        groups=anyone.groups,
        examples=anyone.examples,
        teacher_parameters=outcome.teacher_parameters,
        parameter_ratio=outcome.parameter_ratio,
    )


def _paid(outcome: ArrayOutcome) -> Paid:
    alone, everything = (one.spent.cpu_s / 60 for one in (outcome.bill.student, outcome.bill.all_in))
    return Paid(
        student_core_minutes=alone,
        student_eur=alone / 60 * CORE_HOUR_EUR,
        all_in_core_minutes=everything,
        all_in_eur=everything / 60 * CORE_HOUR_EUR,
        core_hour_eur=CORE_HOUR_EUR,
    )


def asked_of_students(about: About) -> dict[str, tuple[str, bool]]:
    """Return what is asked of every student of the house: what it has, and whether that is enough."""
    shown, paid, model = about.shown, about.paid, about.model
    points = shown.metric != "error"
    lost = shown.int8_lost.value if points else shown.int8_lost.value / max(shown.student.value, 1e-9)
    kb, ms = model.size_bytes / 1000, model.latency_s * 1000
    return {
        "of its teacher's score, at least 0.98": (f"{shown.kept.value:.3f}", shown.kept.value >= LEAST_KEPT),
        "times smaller than its teacher, at least 50": (
            f"{shown.parameter_ratio:.0f}",
            shown.parameter_ratio >= LEAST_RATIO,
        ),
        "points lost to 8 bits, at most 0.5": (f"{100 * lost:.2f}", lost <= MOST_LOST),
        "kB, at most 100": (f"{kb:.1f}", kb <= MOST_KB),
        "ms an answer, at most 1": (f"{ms:.3f}", ms <= MOST_MS),
        "better than without a teacher, interval above 0": (
            f"{shown.gained.value:+.4g} [{shown.gained.low:+.4g}, {shown.gained.high:+.4g}]",
            shown.gained.low > 0,
        ),
        "core-minutes, at most 60": (
            f"{paid.student_core_minutes:.2f}",
            paid.student_core_minutes <= MOST_CORE_MINUTES,
        ),
    }


def asked_lines(about: About) -> list[str]:
    """Return the same as lines for people."""
    found = asked_of_students(about)
    lines = ["", "What is asked of a student of this house:"]
    told = [f"  {'yes' if enough else 'NO '}  {value} {what}" for what, (value, enough) in found.items()]
    return lines + [part for line in told for part in textwrap.wrap(line, 80, subsequent_indent=" " * 7)]
