"""From slow-time I/Q of a few cells to the displacement of what they see.

A reflection that moves by `x` turns by `4 * pi * x / wavelength` around a centre, which is everything in its cell that
stands still. So: find each channel's centre, then let all channels vote on how far the phase turned from one frame to
the next. Voting on increments and not on phases is what carries the waveform through the fades that single cells have:
where one channel's amplitude is near zero, others are not, and a channel votes with its power.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SHORT_ARC = 0.08
"""Ratio of the covariance's eigenvalues below which an arc (about 1.6 rad or less) counts as a line."""

_LINE_RADIUS = 2.5
"""Where a line is seen, the centre is put this many half lengths beside it: far enough for turns to stay small."""

_FARTHEST_CENTRE = 6.0
"""A fitted centre further away than this many half lengths rests on noise; the arc is a line then."""

_NEWTON_STEPS = 12


@dataclass(frozen=True, slots=True)
class Centres:
    """Where each channel's phase turns around.

    Attributes:
        centre: (channel,), complex.
        short: (channel,), true where only a short arc was seen, so that its radius, and with it the scale of the
            displacement, is not known.
        power: (channel,), variance of the channel.
    """

    centre: NDArray[np.complex128]
    short: NDArray[np.bool_]
    power: NDArray[np.float64]


def fit_circles(iq: NDArray[np.complexfloating]) -> NDArray[np.complex128]:
    """Fit a circle to each channel and return its centre.

    Taubin's fit (IEEE PAMI 13, 1991) in Chernov's Newton form ("Circular and Linear Regression", 2010, section 5.10),
    which is nearly unbiased for arcs where the plain algebraic fit shrinks the radius.

    Args:
        iq: (frame, channel).

    Returns:
        (channel,) centres; the mean where no circle can be told.
    """
    mean = iq.mean(axis=0)
    centred = (iq - mean).astype(np.complex128)
    scale = np.sqrt(np.maximum((np.abs(centred) ** 2).mean(axis=0), 1e-300))
    x, y = centred.real / scale, centred.imag / scale
    z = x * x + y * y
    mxx, myy, mxy = (x * x).mean(0), (y * y).mean(0), (x * y).mean(0)
    mxz, myz, mzz = (x * z).mean(0), (y * z).mean(0), (z * z).mean(0)
    mz = mxx + myy
    cov = mxx * myy - mxy * mxy
    a3, a2 = 4 * mz, -3 * mz * mz - mzz
    a1 = mzz * mz + 4 * cov * mz - mxz**2 - myz**2 - mz**3
    a0 = mxz**2 * myy + myz**2 * mxx - mzz * cov - 2 * mxz * myz * mxy + mz * mz * cov
    root = np.zeros_like(mz)
    for _ in range(_NEWTON_STEPS):
        slope = a1 + root * (2 * a2 + root * 3 * a3)
        value = a0 + root * (a1 + root * (a2 + root * a3))
        root = root - np.divide(value, slope, out=np.zeros_like(value), where=np.abs(slope) > 1e-300)
    determinant = root * root - root * mz + cov
    known = np.isfinite(determinant) & (np.abs(determinant) > 1e-12)
    safe = np.where(known, determinant, 1.0)
    right = (mxz * (myy - root) - myz * mxy) / safe / 2
    up = (myz * (mxx - root) - mxz * mxy) / safe / 2
    offset = np.where(known, right + 1j * up, 0.0)
    found: NDArray[np.complex128] = mean + scale * offset
    return found


def find_centres(iq: NDArray[np.complexfloating]) -> Centres:
    """Find what each channel's phase turns around.

    A long arc tells its centre. A short one does not: there the motion is a line in the I/Q plane, and the centre is
    put far beside it, on the side that makes the channel turn the same way as the strongest one.

    Args:
        iq: (frame, channel), at least 3 frames.
    """
    mean = iq.mean(axis=0)
    centred = (iq - mean).astype(np.complex128)
    power = (np.abs(centred) ** 2).mean(axis=0)
    pseudo = (centred * centred).mean(axis=0)
    larger, smaller = (power + np.abs(pseudo)) / 2, (power - np.abs(pseudo)) / 2
    half_length = np.sqrt(2 * larger)
    centre = fit_circles(iq)
    short = (smaller < _SHORT_ARC * larger) | (np.abs(centre - mean) > _FARTHEST_CENTRE * half_length)
    if not short.any():
        return Centres(centre, short, power)
    direction = np.exp(0.5j * np.angle(pseudo))
    reference = int(np.argmax(power))
    if short[reference]:
        bends_towards = np.sign(((centre[reference] - mean[reference]) * np.conj(1j * direction[reference])).real)
        votes = _along(centred, direction, reference) * (bends_towards or 1.0)
    else:
        turning = centred[:, reference] - (centre[reference] - mean[reference])
        turns = np.angle(turning[1:] * np.conj(turning[:-1]))
        along = np.diff((centred * np.conj(direction)).real, axis=0)
        votes = turns @ along
    side = np.where(votes < 0, -1.0, 1.0)
    beside = mean + 1j * side * direction * _LINE_RADIUS * half_length
    return Centres(np.where(short, beside, centre), short, power)


def _along(centred: NDArray[np.complex128], direction: NDArray[np.complex128], reference: int) -> NDArray[np.float64]:
    """Return, for each channel, how its motion along its line goes with the reference channel's."""
    along = (centred * np.conj(direction)).real
    votes: NDArray[np.float64] = along[:, reference] @ along
    return votes


def phase_increments(iq: NDArray[np.complexfloating], centres: Centres) -> NDArray[np.float64]:
    """Return by how much the phase turned between frames, all channels voting with their power.

    Args:
        iq: (frame, channel).
        centres: As found for these channels.

    Returns:
        (frame - 1,) in radians, within +-pi.
    """
    turning = iq - centres.centre
    votes = (turning[1:] * np.conj(turning[:-1])).sum(axis=1)
    turned: NDArray[np.float64] = np.angle(votes).astype(np.float64)
    return turned


def displacement_mm(increments: NDArray[np.float64], wavelength_m: float) -> NDArray[np.float64]:
    """Sum phase increments up to a displacement, towards the radar positive.

    Args:
        increments: (frame - 1,) in radians.
        wavelength_m: Of the carrier.

    Returns:
        (frame,) in millimetres, beginning with 0.
    """
    path = np.concatenate(([0.0], np.cumsum(increments)))
    moved: NDArray[np.float64] = path * (-1e3 * wavelength_m / (4 * np.pi))
    return moved
