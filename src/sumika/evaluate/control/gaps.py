"""What a controller is worth against the best simple one and against perfect foresight; with intervals over seeds."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

RESAMPLES = 2000
_CONFIDENCE = 0.95


def gap_closed(simple: float, ours: float, foresight: float) -> float:
    """Return the share of what foresight saves on the best simple controller that ours saves.

    Args:
        simple: Cost of the best simple controller.
        ours: Cost of ours.
        foresight: Cost with perfect foresight.

    Returns:
        1 is as good as foresight, 0 as good as simple, negative worse; NaN where foresight saves nothing.
    """
    gap = simple - foresight
    return (simple - ours) / gap if gap > 0.0 else float("nan")


def worse_by(ours: float, other: float, scale: float) -> float:
    """Return by which share of a scale ours costs more than another; negative: less.

    Args:
        ours: Cost of ours.
        other: Cost of the other.
        scale: Positive: what the share is of, for money can be negative where a roof earns.

    Raises:
        ValueError: if the scale is not positive.
    """
    if not scale > 0.0:
        raise ValueError(f"a share of {scale} says nothing")
    return (ours - other) / scale


def worst_scenario(ours: Mapping[str, float], simple: Mapping[str, float]) -> tuple[str, float]:
    """Return where ours does worst against the best simple controller, and by which share of that one's cost.

    Args:
        ours: Cost by scenario.
        simple: Cost of the best simple controller by scenario.

    Raises:
        ValueError: if there is no scenario, or they are not the same, or a simple controller costs nothing.
    """
    if not ours or set(ours) != set(simple):
        raise ValueError(f"scenarios differ: {sorted(ours)} and {sorted(simple)}")
    shares = {name: worse_by(cost, simple[name], simple[name]) for name, cost in ours.items()}
    worst = max(sorted(shares), key=lambda name: shares[name])
    return worst, shares[worst]


def sensing_value(nothing: float, ours: float, truth: float) -> float:
    """Return the share of what knowing the truth of who is where saves over knowing nothing that ours saves.

    Args:
        nothing: Cost without any sensing of presence.
        ours: Cost with our perception.
        truth: Cost with the truth.

    Returns:
        NaN where the truth saves nothing.
    """
    return gap_closed(nothing, ours, truth)


def best_simple(costs: Mapping[str, Sequence[float]]) -> str:
    """Return which controller costs least on average over its seeds.

    Args:
        costs: By controller: total cost of each seed.

    Raises:
        ValueError: if there is none.
    """
    if not costs:
        raise ValueError("there is no simple controller")
    return min(sorted(costs), key=lambda name: float(np.mean(costs[name])))


def interval_over_seeds(
    statistic: Callable[[Sequence[int]], float], seeds: int, *, resamples: int = RESAMPLES, seed: int = 0
) -> tuple[float, float]:
    """Return the 95 % interval of a statistic by bootstrap over seeds (percentile method, Efron 1979).

    Args:
        statistic: Gives its value for a choice of seeds by their places; NaN are left out.
        seeds: How many seeds there are.
        resamples: How often seeds are drawn anew.
        seed: Of the draws.

    Returns:
        Lower and upper end; both NaN where there are fewer than two seeds or no value.
    """
    if seeds < 2:
        return float("nan"), float("nan")
    random = np.random.Generator(np.random.SFC64(seed))
    draws = random.integers(0, seeds, (resamples, seeds))
    values = np.array([statistic(draw.tolist()) for draw in draws])
    values = values[np.isfinite(values)]
    if not values.size:
        return float("nan"), float("nan")
    low, high = np.quantile(values, [0.5 * (1.0 - _CONFIDENCE), 0.5 * (1.0 + _CONFIDENCE)])
    return float(low), float(high)
