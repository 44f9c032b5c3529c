"""Chirps that stand out of their frame further than any movement can make them."""

import math

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled

Floats = NDArray[np.float32]


@compiled
def quiet_chirps(chirps: int) -> int:
    """Return how many of a frame's chirps are taken for undisturbed: three quarters."""
    return chirps - chirps // 4


def outlier_limit(chirps: int, antennas: int, false_alarm: float) -> float:
    """Return how far above three quarters of the chirps one may lie, in units of those quarters' total time on test.

    Of everything that lives and stands before a radar, a chirp's power varies most where it has an exponential law: an
    echo that is nothing but movement of many parts. Added to what stands still it varies less, and noise less again.
    For an exponential law the excess over the quieter ones is independent of them (Renyi 1953), and their total time on
    test T, counted from the smallest of all, has a gamma law of one degree less than there are of them:
    P(excess > x T) = (1 + x)^(1 - quiet). The limit is that of all chirps and antennas together.

    Movement is not independent from chirp to chirp. In 8000 random frames of 2 to 20 moving parts each (16 to 128
    chirps, speeds to 4 m/s, with and without clutter) none reached three quarters of the limit for 1e-6; with half
    instead of three quarters taken for quiet, some would have been beyond it. A fan's blade that flashes as short as
    a chirp does stand out, and is left out like interference.

    Args:
        chirps: Of a frame; with fewer than four nothing stands out.
        antennas: Of a frame.
        false_alarm: Probability that any chirp of a sound frame is taken for disturbed.
    """
    quiet = quiet_chirps(chirps)
    if chirps < 4:
        return math.inf
    return float(((chirps - quiet) * antennas / false_alarm) ** (1 / (quiet - 1)) - 1)


@compiled
def survey(power: Floats, peak: Floats) -> tuple[float, float]:
    """Return the sum of all powers and the largest peak; NaN or infinite where any number is not finite.

    Args:
        power: (chirp, antenna).
        peak: (chirp, antenna).
    """
    chirps, antennas = power.shape
    total, doubt, highest = 0.0, 0.0, np.float32(0.0)
    for chirp in range(chirps):
        for antenna in range(antennas):
            total += power[chirp, antenna]
            doubt += peak[chirp, antenna]
            highest = max(highest, peak[chirp, antenna])
    return total, float(highest) if np.isfinite(doubt) else doubt


@compiled
def find_outliers(
    levels: Floats, squared: bool, left_out: NDArray[np.bool_], limit: float, outliers: NDArray[np.bool_]
) -> None:
    """Mark the chirps of which any antenna lies beyond the limit.

    Args:
        levels: (chirp, antenna) power, or largest sample.
        squared: Whether the squares of the levels are meant.
        left_out: (antenna,) that are not asked.
        limit: Of `outlier_limit`.
        outliers: (chirp,) is set where a chirp stands out, and else left as it is.
    """
    chirps, antennas = levels.shape
    quiet = quiet_chirps(chirps)
    excess = np.empty(chirps, dtype=np.float32)
    for antenna in range(antennas):
        if left_out[antenna]:
            continue
        smallest = np.float32(np.inf)
        for chirp in range(chirps):
            level = levels[chirp, antenna]
            excess[chirp] = level * level if squared else level
            smallest = min(smallest, excess[chirp])
        total, largest = 0.0, np.float32(0.0)
        for chirp in range(chirps):
            excess[chirp] -= smallest
            total += excess[chirp]
            largest = max(largest, excess[chirp])
        # What is more even than this is arithmetic, not a receiver.
        floor = 1e-4 * quiet * smallest
        if largest <= _surely_within(excess, np.float32(0.5 * total / chirps), limit, floor):
            continue
        ordered = np.sort(excess)
        on_test = float(chirps - quiet) * ordered[quiet - 1] + ordered[:quiet].sum()
        beyond = ordered[quiet - 1] + limit * max(on_test, floor)
        for chirp in range(chirps):
            if excess[chirp] > beyond:
                outliers[chirp] = True


@compiled
def _surely_within(excess: Floats, pivot: np.floating, limit: float, floor: np.floating | float) -> float:
    """Return a level that is surely not beyond the limit, without sorting; 0 if none is known.

    The total time on test is the sum of what each has up to the largest of the quiet ones; where fewer
    than those lie below the pivot, that largest is above it.
    """
    below, on_test = 0, 0.0
    for level in excess:
        below += level < pivot
        on_test += min(level, pivot)
    return float(pivot + limit * max(on_test, floor)) if below < quiet_chirps(len(excess)) else float(limit * floor)


@compiled
def antenna_levels(power: Floats, left_out: NDArray[np.bool_], levels: Floats, changes: Floats) -> None:
    """Sum up each antenna over the chirps that are not left out.

    Args:
        power: (chirp, antenna).
        left_out: (chirp,).
        levels: (antenna,) is overwritten with the mean power.
        changes: (antenna,) is overwritten with the mean square step of the power from chirp to chirp, over the level:
            proportional to the antenna's noise, for an echo that stands still.
    """
    chirps, antennas = power.shape
    for antenna in range(antennas):
        total, count, squares, steps = 0.0, 0, 0.0, 0
        for chirp in range(chirps):
            if left_out[chirp]:
                continue
            total += power[chirp, antenna]
            count += 1
            if chirp > 0 and not left_out[chirp - 1]:
                step = power[chirp, antenna] - power[chirp - 1, antenna]
                squares += step * step
                steps += 1
        level = total / max(count, 1)
        levels[antenna] = level
        changes[antenna] = squares / max(steps, 1) / level if level > 0.0 else 0.0


@compiled
def follow_antennas(
    levels: Floats,
    changes: Floats,
    share: float,
    limits: tuple[float, float],
    persistent: int,
    jitter: NDArray[np.float64],
    contrary: NDArray[np.int64],
    left_out: NDArray[np.bool_],
) -> None:
    """Leave antennas out, or take them back, after a frame.

    Args:
        levels: (antenna,) mean power.
        changes: (antenna,) of `antenna_levels`.
        share: How much of the jitter's memory this frame is.
        limits: Part of its peers' power below which an antenna is dead; multiple of its peers' jitter above which it
            is noisy.
        persistent: So many frames in a row must say otherwise, unless the antenna is without any noise.
        jitter: (antenna,) is updated.
        contrary: (antenna,) frames in a row that say otherwise, is updated.
        left_out: (antenna,) is updated.
    """
    antennas = len(levels)
    for antenna in range(antennas):
        jitter[antenna] += share * (changes[antenna] - jitter[antenna])
    weakest, noisiest = 0.0, np.inf
    if antennas > 2:
        # The upper quartile is a sound antenna's, also where one of two transmitters is silent.
        weakest = limits[0] * np.sort(levels)[3 * (antennas - 1) // 4]
        noisiest = limits[1] * np.sort(jitter)[antennas // 2]
    for antenna in range(antennas):
        silent = levels[antenna] <= 0.0
        odd = silent or levels[antenna] < weakest or jitter[antenna] > noisiest
        if odd == left_out[antenna]:
            contrary[antenna] = 0
            continue
        contrary[antenna] += 1
        if silent or contrary[antenna] >= persistent:
            left_out[antenna] = odd
            contrary[antenna] = 0
