"""How good estimates with a sigma are: error where they are given, how often they are given, whether sigma holds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

NORMAL_95 = 1.959964
"""Half width of a normal distribution's central 95 %, in standard deviations."""


@dataclass(frozen=True, slots=True)
class EstimateScore:
    """Score of a series of estimates, some of which were withheld.

    Attributes:
        given: How many were given.
        coverage: Share that was given, 0..1; of what had a reference.
        mean_absolute_error: Of those given; None if none was.
        bias: Mean of estimate minus reference; None if none was given.
        largest_error: Largest magnitude; None if none was given.
        within_95: Share of the references within 1.96 sigma of the estimate: 0.95 if sigma is right.
        normalised: Root mean square of error over sigma: 1 if sigma is right.
    """

    given: int
    coverage: float
    mean_absolute_error: float | None = None
    bias: float | None = None
    largest_error: float | None = None
    within_95: float | None = None
    normalised: float | None = None


def score_estimates(
    estimates: Sequence[float | None], sigmas: Sequence[float | None], references: Sequence[float]
) -> EstimateScore:
    """Score estimates against references; a withheld one is None and costs coverage, not error.

    Args:
        estimates: One per reference.
        sigmas: Their standard deviations; None where the estimate is.
        references: What they should have been.

    Raises:
        ValueError: if the lengths differ, or an estimate has no positive sigma.
    """
    given = [
        (estimate, sigma, reference)
        for estimate, sigma, reference in zip(estimates, sigmas, references, strict=True)
        if estimate is not None
    ]
    if any(sigma is None or not sigma > 0 for _, sigma, _ in given):
        raise ValueError("an estimate without a positive sigma cannot be scored")
    coverage = len(given) / len(references) if references else 0.0
    if not given:
        return EstimateScore(0, coverage)
    values = np.array(given, float)
    error, scaled = values[:, 0] - values[:, 2], (values[:, 0] - values[:, 2]) / values[:, 1]
    return EstimateScore(
        given=len(given),
        coverage=coverage,
        mean_absolute_error=float(np.abs(error).mean()),
        bias=float(error.mean()),
        largest_error=float(np.abs(error).max()),
        within_95=float((np.abs(scaled) <= NORMAL_95).mean()),
        normalised=float(np.sqrt((scaled**2).mean())),
    )


def agreement(estimates: Sequence[bool | None], references: Sequence[bool]) -> float | None:
    """Return the share of yes/no estimates that agree with the references; None if none was given.

    Raises:
        ValueError: if the lengths differ.
    """
    given = [
        estimate == reference for estimate, reference in zip(estimates, references, strict=True) if estimate is not None
    ]
    return sum(given) / len(given) if given else None
