"""What each loss and each way of teaching brings, measured side by side: `python -m sumika.evaluate.distil.losses`.

Every way is compared with the one that it extends, on the same data and steps, over five seeds. The interval is
Student's, of the paired differences over the seeds: with so few, a bootstrap over them would be too sure of itself.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np
from scipy import stats

from sumika.distil.compare import Interval
from sumika.evaluate.distil import array_losses, language_losses
from sumika.evaluate.figure import Evidence, Figure

SEEDS = 5
SHARE_OF_INTERVAL = 0.95


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What one way of learning brings.

    Attributes:
        name: Of the way.
        against: The way it is compared with.
        score: Mean share of unseen examples solved, 0 to 1.
        gain: Points (0 to 100) more than the other way.
    """

    name: str
    against: str
    score: float
    gain: Interval

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.gain.low > 0 or self.gain.high < 0


def interval_over_seeds(values: Sequence[float]) -> Interval:
    """Return the mean of some values with Student's 95 % interval; of one alone it is all numbers."""
    mean, count = float(np.mean(values)), len(values)
    if count < 2:
        return Interval(value=mean, low=float("-inf"), high=float("inf"))
    half = float(stats.t.ppf((1 + SHARE_OF_INTERVAL) / 2, count - 1) * np.std(values, ddof=1) / np.sqrt(count))
    return Interval(value=mean, low=mean - half, high=mean + half)


def effects(scores: Sequence[Mapping[str, float]], against: Mapping[str, str]) -> list[Effect]:
    """Return the effect of every way.

    Args:
        scores: For each seed: way -> share solved.
        against: Way -> the way it is compared with.
    """
    return [
        Effect(
            name=name,
            against=other,
            score=float(np.mean([one[name] for one in scores])),
            gain=interval_over_seeds([100 * (one[name] - one[other]) for one in scores]),
        )
        for name, other in against.items()
    ]


def as_text(scores: Sequence[Mapping[str, float]], found: Sequence[Effect]) -> str:
    """Return a table in Markdown: first those that nothing is compared for, then the effects."""
    lines = ["| way | solved | against | points more [95 %] | |", "|---|--:|---|--:|---|"]
    named = {effect.name for effect in found}
    means = {name: np.mean([one[name] for one in scores]) for name in scores[0]}
    lines += [f"| {name} | {mean:.3f} | | | |" for name, mean in means.items() if name not in named]
    for one in found:
        gain = f"{one.gain.value:+.1f} [{one.gain.low:+.1f}, {one.gain.high:+.1f}]"
        verdict = "" if one.is_clear else "not measurable"
        lines.append(f"| {one.name} | {one.score:.3f} | {one.against} | {gain} | {verdict} |")
    return "\n".join(lines) + "\n"


def measure(full: bool) -> dict[str, Figure]:
    """Return a figure `loss_...` for every effect, in points; only when `full`: minutes of training."""
    if not full:
        return {}
    found = [
        *effects(over_seeds(lambda seed: array_losses.scores(seed, array_losses.ArraySizes())), array_losses.AGAINST),
        *effects(_language(), language_losses.AGAINST),
    ]
    return {f"loss_{_key(one.name)}": _figure(one) for one in found}


def _language() -> list[dict[str, float]]:
    lesson = language_losses.Lesson(language_losses.LanguageSizes())
    return over_seeds(lesson.scores)


def over_seeds(scores: Callable[[int], dict[str, float]], seeds: int = SEEDS) -> list[dict[str, float]]:
    """Return the scores of each seed, the first of which is 0."""
    return [scores(seed) for seed in range(seeds)]


def _key(name: str) -> str:
    return "_".join("".join(sign if sign.isalnum() else " " for sign in name.lower()).split())


def _figure(effect: Effect) -> Figure:
    detail: dict[str, float | str] = {"low": effect.gain.low, "high": effect.gain.high}
    detail |= {"against": effect.against, "score": effect.score, "seeds": float(SEEDS)}
    return Figure(value=effect.gain.value, unit="points", evidence=Evidence.SIMULATION, detail=detail)


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", choices=("arrays", "language"), help="students of signals, or of language")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="at least 2")
    chosen = parser.parse_args()
    if chosen.which == "arrays":
        scores = over_seeds(lambda seed: array_losses.scores(seed, array_losses.ArraySizes()), chosen.seeds)
        against = array_losses.AGAINST
    else:
        lesson = language_losses.Lesson(language_losses.LanguageSizes())
        scores, against = over_seeds(lesson.scores, chosen.seeds), language_losses.AGAINST
    sys.stdout.write(as_text(scores, effects(scores, against)))


if __name__ == "__main__":
    main()
