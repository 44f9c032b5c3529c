"""The card of an array student, and what it is compared by."""

import numpy as np
from numpy.typing import NDArray

from sumika.distil.array_described import Described
from sumika.distil.array_outcome import METRIC_NAMES, SCORE_NAMES, ArrayOutcome, percent
from sumika.distil.array_recipe import ArrayRecipe
from sumika.distil.array_works import STUDENT
from sumika.distil.card.records import Card, Evaluation, Export
from sumika.distil.compare import RunResult
from sumika.distil.networks.losses import UNLABELLED
from sumika.distil.networks.scores import ClassScores, ValueScores
from sumika.distil.records import ArraySet
from sumika.distil.store import key_of
from sumika.distil.teachers.lineage import Lineage

LICENCE = "Apache-2.0"
LEFT_OUT = "groups that nobody had learnt from"


def card_of(
    recipe: ArrayRecipe, outcome: ArrayOutcome, line: Lineage, described: Described, *, command: str, commit: str
) -> Card:
    """Return the card.

    Args:
        recipe: That was run.
        outcome: What it has shown.
        line: What the student has learnt from.
        described: What the house must know of it.
        command: That was given.
        commit: Of the code.
    """
    return Card(
        name=recipe.name,
        summary=recipe.about or "A small student, written as ONNX and C.",
        purposes=(f"{recipe.purpose}: inputs recorded as its data were",),
        not_for=(
            "People, rooms and sensors unlike those of its data: nothing is known of them.",
            "Decisions about health or safety: it was not tested for them.",
        ),
        parameters=outcome.student_parameters,
        flops_per_answer=float(outcome.student_flops),
        licence=LICENCE,
        data=line.data,
        teachers=line.teachers,
        evaluations=_evaluations(outcome),
        exports=_exports(outcome),
        bill=outcome.bill,
        predicted=outcome.predicted,
        command=command,
        seed=recipe.seed,
        commit=commit,
        recipe_sha256=key_of(recipe),
        limits=(
            outcome.evidence_line(),
            *recipe.caveats,
            *outcome.notes,
            *_errors(outcome),
            *_calibrated(outcome),
            *_disturbed(outcome, described),
        ),
    )


def _evaluations(outcome: ArrayOutcome) -> tuple[Evaluation, ...]:
    found = []
    for metric, name in METRIC_NAMES.items():
        scores = {who: getattr(one, metric) for who, one in outcome.everybody.items() if isinstance(one, ClassScores)}
        if scores:
            examples = outcome.scores[STUDENT].examples
            note = f"{LEFT_OUT}; intervals by resampling {outcome.scores[STUDENT].groups} groups"
            found.append(Evaluation(name=name.removesuffix(" x 100"), examples=examples, scores=scores, note=note))
    return tuple(found)


def _errors(outcome: ArrayOutcome) -> list[str]:
    """Return the errors of values, whose unit the card's table of shares does not know."""
    told = []
    for who, one in outcome.everybody.items():
        if isinstance(one, ValueScores):
            error = one.mean_absolute_error
            told.append(
                f"mean absolute error of the {who} on {LEFT_OUT}: "
                f"{error.value:.4g} [{error.low:.4g}, {error.high:.4g}] ({one.examples:,} examples)"
            )
    return told


def _calibrated(outcome: ArrayOutcome) -> list[str]:
    """Return how far probabilities may be trusted, and the recipe's own score with them."""
    told = []
    for who, one in outcome.rated.items():
        if one.error_before is not None and one.error_after is not None:
            told.append(
                f"{SCORE_NAMES[outcome.metric]} of the {who}, calibrated by the groups of the other folds: "
                f"{percent(one.score)}; expected calibration error {one.error_before:.3f} before, "
                f"{one.error_after:.3f} after"
            )
    if outcome.kept is not None:
        name = SCORE_NAMES[outcome.metric].removesuffix(" x 100")
        told.append(f"the student keeps {percent(outcome.kept)} % of the teacher's {name}")
    return told


def _disturbed(outcome: ArrayOutcome, described: Described) -> list[str]:
    """Return what becomes of the score when inputs are disturbed, and what is not answered at all."""
    name = SCORE_NAMES[outcome.metric]
    share = outcome.metric != "error"
    told = [
        f"{what}: {name} of the student in 8 bits {percent(one) if share else f'{one.value:.4g}'}"
        for what, one in described.disturbed.items()
        if what != "nothing"
    ]
    return [*told, "inputs more unlike all it has learnt from than 199 of 200 of unseen groups are not answered"]


def _exports(outcome: ArrayOutcome) -> tuple[Export, ...]:
    lost = outcome.eight_bits.lost
    points = 100 * lost["accuracy"].value if lost else None
    return tuple(
        Export(
            format=one.form,
            size_bytes=one.size_bytes,
            memory_bytes=one.memory_bytes,
            latency_s=one.latency_s,
            latency_on="one core" if one.latency_s else "",
            loss_points=None if one.form == "onnx" else points,
        )
        for one in outcome.exports
    )


def result_of(outcome: ArrayOutcome, arrays: ArraySet, said: NDArray[np.float32]) -> RunResult:
    """Return what a run is compared by: one score for each group, since frames of one person are not independent.

    Args:
        outcome: Of the run.
        arrays: What was answered.
        said: The student's outputs (example, output), each by one that had not learnt from the group.
    """
    sizes = {one.form: one.size_bytes for one in outcome.exports}
    return RunResult(
        name=f"{outcome.recipe} {outcome.run_id}",
        scores=_by_group(arrays, said),
        parameters=outcome.student_parameters,
        size_bytes=sizes.get("onnx-int8") or next(iter(sizes.values()), 0),
        latency_s=outcome.costs[STUDENT].latency_s,
        student_usd=outcome.bill.student.bill.total_usd,
        all_in_usd=outcome.bill.all_in.bill.total_usd,
    )


def _by_group(arrays: ArraySet, said: NDArray[np.float32]) -> dict[str, dict[str, float]]:
    found: dict[str, float] = {}
    classes = arrays.y.dtype == np.int64
    for group in np.unique(arrays.group):
        own = arrays.group == group
        y = arrays.y[own]
        if classes:
            known = y != UNLABELLED
            if known.any():
                found[str(group)] = float((said[own].argmax(axis=1) == y)[known].mean())
            continue
        spread = float(np.abs(y - np.median(y, axis=0)).mean())
        if spread > 0:
            found[str(group)] = 1 - float(np.abs(said[own] - y).mean()) / spread
    return {"accuracy by group" if classes else "deviation explained by group": found}
