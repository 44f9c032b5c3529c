"""Where the person is, to a fraction of a range bin, and which cells show the chest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.radar.clutter import Change
from sumika.radar.profiles import Distances

CHEST_HALF_DEPTH_M = 0.08
"""Cells this far in front of and behind the strongest reflection are kept: the moving part of a chest is no point."""

_MOST_BESIDE = 3
_BODY_SIGMA_M = 0.015
"""A chest moves as a whole within a few centimetres of depth; no radar is surer of "the distance" than that."""

_BIN_SIGMA = 0.08
"""Error of the parabola through three bins, in bins, where noise is negligible."""


@dataclass(frozen=True, slots=True)
class Reflection:
    """The strongest living or moving reflection.

    Attributes:
        peak: Its range bin.
        range_m: Its distance.
        range_sigma_m: Standard deviation of that.
        signal_to_noise_db: Power of its change over noise and what clutter may do.
    """

    peak: int
    range_m: float
    range_sigma_m: float
    signal_to_noise_db: float


def strongest_reflection(change: Change, distances: Distances) -> Reflection:
    """Find the bin that lives most, and the distance of the reflection in it.

    Args:
        change: Of a window in which the person kept the distance.
        distances: Of the bins.
    """
    ratio, power = change.signal_to_noise, change.living
    # The ratio says which reflection is the surest; where it is, its power says: noise need not be even across bins.
    peak = _uphill(power, int(np.argmax(ratio)))
    shift = _parabola(power, peak)
    by_antenna = np.maximum(change.slow_by_antenna, 0.0)
    shifts = np.array([_parabola(one, peak) for one in by_antenna])
    spread = float(shifts.std()) / np.sqrt(shifts.size) if shifts.size > 1 else 0.0
    # A point in noise: sigma = step * sqrt(6) / (2 pi sqrt(S)) for one look; S is many here, and the rest outweighs it.
    noise = 0.4 / np.sqrt(1.0 + float(ratio[peak]))
    edge = 0.3 if peak in (0, power.size - 1) else 0.0
    bins = float(np.sqrt(spread**2 + noise**2 * 0.25 + _BIN_SIGMA**2 + edge**2))
    return Reflection(
        peak=peak,
        range_m=distances.at(peak + shift),
        range_sigma_m=float(np.hypot(bins * distances.step_m, _BODY_SIGMA_M)),
        signal_to_noise_db=float(10 * np.log10(1.0 + ratio.max(initial=0.0))),
    )


def _uphill(power: NDArray[np.float64], start: int) -> int:
    """Return the local maximum that one reaches from `start` by going uphill, at most three bins away."""
    place = start
    for _ in range(3):
        around = power[max(0, place - 1) : place + 2]
        best = max(0, place - 1) + int(np.argmax(around))
        if best == place:
            break
        place = best
    return place


def _parabola(power: NDArray[np.float64], peak: int) -> float:
    """Return where the maximum lies beside `peak`, in bins: a parabola through the logarithms, exact for a Gaussian."""
    if not 0 < peak < power.size - 1:
        return 0.0
    left, middle, right = (float(np.log(max(power[peak + k], 1e-30))) for k in (-1, 0, 1))
    bend = left - 2 * middle + right
    return float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5)) if bend < 0 else 0.0


def chest_cells(peak: int, distances: Distances) -> slice:
    """Return the bins around a peak that show the chest; as many towards both sides, fewer at the edge."""
    beside = _MOST_BESIDE
    if distances.step_m > 0:
        beside = int(np.clip(np.ceil(CHEST_HALF_DEPTH_M / distances.step_m), 1, _MOST_BESIDE))
    return slice(max(0, peak - beside), min(distances.count, peak + beside + 1))
