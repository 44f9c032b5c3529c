"""Quality of problems and traces by named rules: the formatting faults that s1 filtered out, and a few more."""

from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.judge._rules import RULES, Limits
from sumika.distil.records import Example

LISTED = 10


class QualitySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How quality is judged.

    Attributes:
        least_letters: A shorter prompt is a fault.
        most_letters: A longer prompt or reasoning is a fault.
        most_repeats: The same line, or the same run of eight words, may occur so often.
        needs_answer: An example without answer and tests is a fault; False where only the teacher knows answers.
        without: Rules that are left out.
    """

    least_letters: int = 3
    most_letters: int = 100_000
    most_repeats: int = 4
    needs_answer: bool = True
    without: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check that the rules exist."""
        for name in self.without:
            if name not in RULES:
                raise ValueError(f"`without` names '{name}', which is no rule; rules are {', '.join(RULES)}")


class QualityReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was found.

    Attributes:
        judged: Examples.
        faultless: Those without any fault.
        faults: Rule -> how many examples it found fault with.
        first: Rule -> where the first ten of them came from.
    """

    judged: int
    faultless: int
    faults: dict[str, int]
    first: dict[str, tuple[str, ...]]


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """Quality per example.

    Attributes:
        score: float64 (example,): 1 is faultless; every fault takes its weight away, 0 is the least.
        reasons: Names of the rules that found fault, per example.
    """

    score: NDArray[np.float64]
    reasons: tuple[tuple[str, ...], ...]


def judge_quality(
    examples: Sequence[Example],
    settings: QualitySettings,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Quality, QualityReport]:
    """Judge every example by every rule."""
    limits = Limits(
        least_letters=settings.least_letters,
        most_letters=settings.most_letters,
        most_repeats=settings.most_repeats,
        needs_answer=settings.needs_answer,
    )
    rules = {name: rule for name, rule in RULES.items() if name not in settings.without}
    reasons = []
    for done, example in enumerate(examples, 1):
        reasons.append(tuple(name for name, rule in rules.items() if rule.finds(example, limits)))
        if done % 1000 == 0:
            progress(done, len(examples))
    names = [example.source or example.id for example in examples]
    return summed_up(reasons, {name: rule.weight for name, rule in rules.items()}, names)


def summed_up(
    reasons: Sequence[tuple[str, ...]], weights: Mapping[str, float], names: Sequence[str]
) -> tuple[Quality, QualityReport]:
    """Return scores and report of these faults.

    Args:
        reasons: Rules that found fault, per example.
        weights: Rule -> what a fault takes from the score.
        names: Where each example came from.
    """
    score = np.array([max(0.0, 1.0 - sum(weights[name] for name in found)) for found in reasons], np.float64)
    hits: dict[str, list[str]] = {
        rule: [name for name, found in zip(names, reasons, strict=True) if rule in found] for rule in weights
    }
    report = QualityReport(
        judged=len(reasons),
        faultless=sum(not found for found in reasons),
        faults={rule: len(found) for rule, found in hits.items() if found},
        first={rule: tuple(found[:LISTED]) for rule, found in hits.items() if found},
    )
    return Quality(score=score, reasons=tuple(reasons)), report
