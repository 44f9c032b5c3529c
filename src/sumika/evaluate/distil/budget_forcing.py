"""The scaling curve of budget forcing: accuracy of `reason-tiny` over the tokens that it may, or must, think."""

import numpy as np

from sumika.distil.grade.grader import grade_all
from sumika.distil.language.budget import Budget, Measured, budget_of, scaling_curve
from sumika.distil.language.generate import Sampling
from sumika.evaluate.distil.works_store import works_of
from sumika.evaluate.figure import Evidence, Figure

SAMPLES = 16
PROBLEMS = 108
CAPS = (4, 8, 16, 32, 64)
WAITS = (1, 2)
TEMPERATURE = 0.7


def measure(full: bool) -> dict[str, Figure]:
    """Return `budget_forcing`: the best accuracy of the curve, with every point in its detail.

    Args:
        full: Nothing is measured otherwise.
    """
    if not full:
        return {}
    works = works_of("reason-tiny")
    rows = np.random.default_rng(works.recipe.seed).permutation(len(works.evaluation))[:PROBLEMS]
    examples = [works.evaluation[row] for row in sorted(rows)]
    most = works.recipe.teach.max_tokens

    def tried(budget: Budget, samples: int) -> Measured:
        sampling = Sampling(max_tokens=most + 40, temperature=TEMPERATURE, seed=works.recipe.seed)
        told = works.answers(works.student, examples, sampling=sampling, budget=budget, samples=samples)
        repeated = [one for one in examples for _ in range(samples)]
        grades = grade_all(repeated, [one.answer for one in told])
        correct = np.array([one.correct for one in grades]).reshape(len(examples), samples)
        tokens = np.array([one.thinking_tokens for one in told], dtype=np.int64).reshape(correct.shape)
        return correct, tokens

    budgets = [budget_of(works.tokenizer, cap=cap) for cap in CAPS]
    budgets += [budget_of(works.tokenizer)]
    budgets += [budget_of(works.tokenizer, waits=waits) for waits in WAITS]
    curve = scaling_curve(tried, budgets, samples=SAMPLES)
    detail: dict[str, float | str] = {
        "samples": float(curve.samples),
        "problems": float(len(examples)),
        "control": curve.control,
        "slope_per_100_tokens": 100 * curve.scaling,
    }
    for point in curve.points:
        name = f"cap {point.cap}" if point.cap else f"waits {point.waits}" if point.waits else "free"
        detail[name] = f"{point.accuracy:.3f} [{point.low:.3f}, {point.high:.3f}] at {point.thinking_tokens:.1f} tokens"
    return {"budget_forcing": Figure(value=curve.performance, unit="1", evidence=Evidence.SIMULATION, detail=detail)}
