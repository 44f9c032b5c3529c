"""From a person's cells to how the chest moved: offset removed, phase unwrapped, movement of the whole body found."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.radar._compiled import compiled
from sumika.radar.motion import MOVING, motion_scores
from sumika.radar.phase import Centres, find_centres, phase_increments

_WEAK_SHARE = 0.03
"""Cells whose change has less than this share of the strongest one's show noise and sidelobes, not the chest."""

_GOES_ON = 0.8
"""Share of its speed that a chest is expected to keep from one frame to the next: unwrapping prefers what goes on."""

_ALMOST_A_TURN = 5.0
"""Between frames; a chest that fast turns the phase so far that the number of turns is a guess."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ChestMovement:
    """How a chest moved over a stretch.

    Attributes:
        path_mm: (frame,) displacement towards the radar, beginning with 0.
        used: (cell,) which cells speak.
        centre: (used cell,) what their phase turns around.
        signal_to_noise: Power around the centres over noise, of one frame, all used cells together.
        life_to_noise: Power of the change over noise, in the strongest cell.
        fastest_share: Share of the frames with almost a whole turn in between.
        radius_known: Whether a long enough arc was seen to know the displacement's scale.
    """

    path_mm: Array
    used: NDArray[np.intp]
    centre: NDArray[np.complex128]
    signal_to_noise: float
    life_to_noise: float
    fastest_share: float
    radius_known: bool


@compiled
def _unwrapped(turned: Array) -> Array:
    """Choose for each increment the number of turns that lets the movement go on as it went."""
    result = np.empty_like(turned)
    expected = 0.0
    for index in range(turned.size):
        turns = np.round((expected - turned[index]) / (2.0 * np.pi))
        result[index] = turned[index] + 2.0 * np.pi * turns
        expected = _GOES_ON * result[index]
    return result


def last_moved(iq: NDArray[np.complex64], interval_s: float, noise: float) -> int:
    """Return the last frame at which the whole body moved; -1 if it was still all the time.

    Args:
        iq: (frame, cell) of one person's beam.
        interval_s: Between frames.
        noise: Noise power of a cell.
    """
    moving = np.flatnonzero(motion_scores(iq, 1, interval_s, noise) > MOVING)
    return int(moving[-1]) if moving.size else -1


def chest_movement(iq: NDArray[np.complex64], wavelength_m: float, noise: float) -> ChestMovement | None:
    """Take the movement from the phase of a person's cells.

    Args:
        iq: (frame, cell) of one person's beam, without movement of the whole body; at least 8 frames.
        wavelength_m: Of the carrier.
        noise: Noise power of a cell.

    Returns:
        The movement; None where nothing changes.
    """
    power = iq.var(axis=0)
    strongest = float(power.max(initial=0.0))
    if not strongest > 0:
        return None
    used = np.flatnonzero(power >= max(_WEAK_SHARE * strongest, min(4 * noise, strongest)))
    kept = iq[:, used]
    centres = find_centres(kept)
    turned = _unwrapped(phase_increments(kept, centres))
    path: Array = np.concatenate(([0.0], np.cumsum(turned))) * (-1e3 * wavelength_m / (4 * np.pi))
    around = kept - centres.centre
    signal = float((around.real**2 + around.imag**2).mean(axis=0).sum())
    return ChestMovement(
        path_mm=path,
        used=used,
        centre=centres.centre,
        signal_to_noise=max(0.0, signal / max(noise, 1e-300) - used.size),
        life_to_noise=strongest / max(noise, 1e-300),
        fastest_share=float((np.abs(turned) > _ALMOST_A_TURN).mean()),
        radius_known=bool(centres.power[centres.short].sum() < 0.5 * centres.power.sum()),
    )


def next_turn(now: NDArray[np.complex64], before: NDArray[np.complex64], centre: NDArray[np.complex128]) -> float:
    """Return how far the phase turned from one frame's cells to the next one's, in radians, within +-pi."""
    none = np.zeros(centre.size)
    return float(phase_increments(np.stack((before, now)), Centres(centre, none.astype(np.bool_), none))[0])
