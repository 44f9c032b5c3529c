"""`reason-demo`: a thousand chosen examples against a thousand at random, and every criterion left out in turn."""

import numpy as np

from sumika.distil.compare import Interval, bootstrap_mean
from sumika.distil.language_finish import LanguageFinish
from sumika.distil.language_run import CRITERIA
from sumika.distil.stages import StageResult
from sumika.evaluate.distil.works_store import works_of
from sumika.evaluate.figure import Evidence, Figure


def measure(full: bool) -> dict[str, Figure]:
    """Return `curation_gain`: chosen minus random, points, each the mean over the recipe's seeds.

    Args:
        full: Nothing is measured otherwise.
    """
    if not full:
        return {}
    works = works_of("reason-demo")
    seeds = range(works.recipe.repeats)
    chosen = _mean_marks(works, [works.student_after(f"chosen {i}", works.taken(seed=i), seed=i) for i in seeds])
    random = _mean_marks(works, [works.student_after(f"random {i}", works.random(seed=i), seed=i) for i in seeds])
    gain = _gain(chosen, random)
    detail: dict[str, float | str] = {"low": gain.low, "high": gain.high, "seeds": float(len(seeds))}
    detail |= {"chosen": 100 * _mean(chosen), "random": 100 * _mean(random)}
    assert works.base is not None  # the recipe has one
    base = works.correct(works.scored("without distillation", works.base))
    detail["base"] = 100 * _mean({name: float(mark) for name, mark in base.items()})
    for criterion in CRITERIA:
        models = [
            works.student_after(f"without {criterion} {i}", works.taken(seed=i, without=(criterion,)), seed=i)
            for i in seeds
        ]
        left_out = _gain(_mean_marks(works, models), random)
        detail |= {f"without {criterion}": left_out.value, f"without {criterion} low": left_out.low}
        detail[f"without {criterion} high"] = left_out.high
    return {"curation_gain": Figure(value=gain.value, unit="points", evidence=Evidence.SIMULATION, detail=detail)}


def _mean_marks(works: LanguageFinish, models: list[StageResult]) -> dict[str, float]:
    """Return the mean over the models of right and wrong, problem by problem."""
    marks = [works.correct(works.scored(f"student {number}", model)) for number, model in enumerate(models)]
    return {name: float(np.mean([one[name] for one in marks])) for name in marks[0]}


def _gain(first: dict[str, float], second: dict[str, float]) -> Interval:
    found = bootstrap_mean(np.array([first[name] - second[name] for name in sorted(first)]))
    return Interval(value=100 * found.value, low=100 * found.low, high=100 * found.high)


def _mean(marks: dict[str, float]) -> float:
    return float(np.mean(list(marks.values())))
