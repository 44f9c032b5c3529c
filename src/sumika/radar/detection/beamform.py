"""Direction of a detection: zero-padded beamforming, then the maximum of the likelihood of one source.

The sum of the antennas' amplitudes, each turned back by the phase that a direction gives it, is tried over a grid of
directions (the zero-padded Fourier transform of the array, also for arrays that are no grid). From the best one least
squares of the antennas' phases lead to the maximum (Fisher scoring: the steps' matrix depends on positions only).

Transmitters that send one after the other see a moving target at different times. Its Doppler frequency turns their
antennas' phases, by an angle known up to the folding of Doppler. Each folding gives other directions, and only the true
one lets all antennas agree; so the folding is decided by the antennas, and by how fast people move.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled

Complexes = NDArray[np.complex128]
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

_FOLDINGS = 1
"""Doppler foldings tried to each side."""

SCORING_STEPS = 4
_TRIED_STEPS = 2
_SETTLED = 1e-6
"""Steps of u and w below which the next one would be nothing: each is cubic in the one before."""

_LIKE_NOISE = 1.5
"""What is left over the noise, up to which the slowest folding needs no rival."""


@compiled
def undo_delays(snapshot: Complexes, delays: Floats, doppler: float, chirps: int, out: Complexes) -> None:
    """Turn the antennas' phases back by what the target's Doppler adds until their transmitter sends.

    Args:
        snapshot: (antenna,).
        delays: (antenna,) in chirp intervals.
        doppler: Doppler bin, unfolded.
        chirps: Of the frame.
        out: (antenna,), overwritten.
    """
    for antenna in range(len(snapshot)):
        out[antenna] = snapshot[antenna] * np.exp(-2j * np.pi * doppler * delays[antenna] / chirps)


@compiled
def best_direction(snapshot: Complexes, steering: Singles, sums: Singles) -> tuple[int, float]:
    """Return the direction of the grid with the largest sum, and that sum's power.

    Args:
        snapshot: (antenna,) with delays undone.
        steering: (antenna, 2, direction).
        sums: Scratch, (2, direction).
    """
    sums[:] = 0.0
    reals, imaginaries = sums[0], sums[1]
    for antenna in range(len(snapshot)):
        real, imaginary = np.float32(snapshot[antenna].real), np.float32(snapshot[antenna].imag)
        cosines, sines = steering[antenna, 0], steering[antenna, 1]
        for k in range(len(reals)):
            reals[k] += real * cosines[k] - imaginary * sines[k]
            imaginaries[k] += real * sines[k] + imaginary * cosines[k]
    for k in range(len(reals)):
        reals[k] = reals[k] * reals[k] + imaginaries[k] * imaginaries[k]
    best = int(np.argmax(reals))
    return best, float(reals[best])


@compiled
def choose_folding(
    snapshot: Complexes,
    delays: Floats,
    doppler: float,
    chirps: int,
    noise: float,
    speed_sigma: float,
    array: tuple[Floats, Floats],
    grid: tuple[Floats, Singles],
    sums: Singles,
    turned: Complexes,
    cosines: Floats,
) -> int:
    """Decide how often Doppler is folded; find the direction with it.

    Each folding is judged at its best direction, not at the next one of the grid: between the grid's directions a
    strong target loses more than a wrong folding does. What one source leaves unexplained beyond the noise comes from
    echoes over other ways in the same cell; so its likelihood has long tails (Student's), and then speed decides.

    Args:
        snapshot: (antenna,).
        delays: (antenna,) in chirp intervals; all equal where transmitters do not take turns.
        doppler: Doppler bin as seen, -chirps/2 to chirps/2.
        chirps: Of the frame.
        noise: Noise power of one antenna.
        speed_sigma: How fast people move, standard deviation in Doppler bins.
        array: Positions (antenna, 2) in half wavelengths, and (2, antenna) from phase errors to corrections.
        grid: Cosines (direction, 2), and steering (antenna, 2, direction).
        sums: Scratch, (2, direction).
        turned: Scratch, (antenna,).
        cosines: (2,) u and w, overwritten.

    Returns:
        Doppler foldings to add.
    """
    antennas = len(snapshot)
    total = 0.0
    for antenna in range(antennas):
        total += snapshot[antenna].real ** 2 + snapshot[antenna].imag ** 2
    folding, score = 0, -np.inf
    found = np.empty(2)
    alike = np.max(delays) == np.min(delays)
    for number in range(2 * _FOLDINGS + 1):
        # 0, 1, -1, 2, -2, ...
        tried = (number + 1) // 2 * (1 if number % 2 else -1)
        unfolded = doppler + tried * chirps
        prior = -0.5 * (unfolded / speed_sigma) ** 2
        if prior <= score:
            continue
        undo_delays(snapshot, delays, unfolded, chirps, turned)
        best, _ = best_direction(turned, grid[1], sums)
        found[:] = grid[0][best]
        power = score_direction(turned, array[0], array[1], found, _TRIED_STEPS)
        rest = max(total / antennas - power, 0.0) / noise
        if number == 0 or prior - antennas * np.log1p(rest) > score:
            folding, score = tried, prior - antennas * np.log1p(rest)
            cosines[:] = found
        if number == 0 and (alike or rest < _LIKE_NOISE):
            break
    return folding


@compiled
def score_direction(snapshot: Complexes, positions: Floats, solve: Floats, cosines: Floats, steps: int) -> float:
    """Move a direction to the maximum of the likelihood of one source.

    Args:
        snapshot: (antenna,) with delays undone.
        positions: (antenna, 2) half wavelengths.
        solve: (2, antenna) from phase errors to corrections.
        cosines: (2,) u and w, changed in place.
        steps: At most.

    Returns:
        Power of the source's amplitude there.
    """
    antennas = len(snapshot)
    turned = np.empty((2, antennas))
    for number in range(steps + 1):
        a, b = 0.0, 0.0
        for antenna in range(antennas):
            phase = np.pi * (positions[antenna, 0] * cosines[0] + positions[antenna, 1] * cosines[1])
            cosine, sine = np.cos(phase), np.sin(phase)
            real, imaginary = snapshot[antenna].real, snapshot[antenna].imag
            turned[0, antenna] = real * cosine - imaginary * sine
            turned[1, antenna] = real * sine + imaginary * cosine
            a += turned[0, antenna] / antennas
            b += turned[1, antenna] / antennas
        power = a * a + b * b
        if power == 0.0 or number == steps:
            return power
        du, dw = 0.0, 0.0
        for antenna in range(antennas):
            error = (turned[1, antenna] * a - turned[0, antenna] * b) / power
            du += solve[0, antenna] * error
            dw += solve[1, antenna] * error
        cosines[0] = min(max(cosines[0] + du, -1.0), 1.0)
        cosines[1] = min(max(cosines[1] + dw, -1.0), 1.0)
        if abs(du) + abs(dw) < _SETTLED:
            return power
    return power


@compiled
def steered_mean(snapshot: Complexes, positions: Floats, cosines: Floats) -> complex:
    """Return the amplitude of a source in a direction: the mean of the antennas, turned back."""
    total = 0j
    for antenna in range(len(snapshot)):
        phase = np.pi * (positions[antenna, 0] * cosines[0] + positions[antenna, 1] * cosines[1])
        total += snapshot[antenna] * np.exp(1j * phase)
    return total / len(snapshot)


@compiled
def split_direction(
    snapshot: Complexes,
    positions: Floats,
    solve: Floats,
    steering: Singles,
    grid: Floats,
    least_power: float,
    ratio: float,
    sums: Singles,
    rest: Complexes,
    cosines: Floats,
) -> float:
    """Look for a second direction in what the first one leaves, and fit both in turns (RELAX; Li and Stoica 1996).

    Args:
        snapshot: (antenna,) with delays undone.
        positions: (antenna, 2) half wavelengths.
        solve: (2, antenna) as for `score_direction`.
        steering: (antenna, 2, direction).
        grid: (direction, 2) u and w.
        least_power: Which the second amplitude must have.
        ratio: Power relative to the first that the second must have.
        sums: Scratch, (2, direction).
        rest: Scratch, (antenna,).
        cosines: (2, 2); the first row holds the first direction, changed if there are two; the second is written.

    Returns:
        Power of the second amplitude; 0 if there is none.
    """
    first = steered_mean(snapshot, positions, cosines[0])
    _leave(snapshot, positions, cosines[0], first, rest)
    best, power = best_direction(rest, steering, sums)
    if power < least_power * len(snapshot) ** 2:
        return 0.0
    before = cosines[0].copy()
    cosines[1] = grid[best]
    second = 0j
    for _ in range(3):
        _leave(snapshot, positions, cosines[0], first, rest)
        score_direction(rest, positions, solve, cosines[1], SCORING_STEPS)
        second = steered_mean(rest, positions, cosines[1])
        _leave(snapshot, positions, cosines[1], second, rest)
        score_direction(rest, positions, solve, cosines[0], SCORING_STEPS)
        first = steered_mean(rest, positions, cosines[0])
    strong = first.real**2 + first.imag**2
    weak = second.real**2 + second.imag**2
    if weak < least_power or weak < ratio * strong:
        cosines[0] = before
        return 0.0
    return weak


@compiled
def _leave(snapshot: Complexes, positions: Floats, cosines: Floats, amplitude: complex, rest: Complexes) -> None:
    for antenna in range(len(snapshot)):
        phase = np.pi * (positions[antenna, 0] * cosines[0] + positions[antenna, 1] * cosines[1])
        rest[antenna] = snapshot[antenna] - amplitude * np.exp(-1j * phase)
