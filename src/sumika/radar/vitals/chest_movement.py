"""From a person's cells to how the chest moved: offset removed, phase unwrapped, several views of the same body.

The parts of a body do not move alike: the knees of who sits sway but do not breathe, the sternum beats and the belly
does not. So every cell gives a path of its own, and so do neighbouring cells together and all of them; what is looked
for later (breath, heart) chooses the path that shows it best.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.radar.motion import MOVING, motion_scores
from sumika.radar.phase import find_centres

_WEAK_SHARE = 0.01
"""Cells whose change has less than this share of the strongest one's show noise and sidelobes, not the chest."""

_RIDGE = 0.02
_ITERATIONS = 4
"""Of the power method; a point's echo is nearly all there is, else the sum is as good as any."""

_MOST_CELLS = 9
_ENOUGH_FRAMES = 120
"""A centre is found from no more; a chest turns slowly."""

_GOES_ON = 0.8
"""Share of its speed that a chest is expected to keep from one frame to the next: unwrapping prefers what goes on."""

_ALMOST_A_TURN = 5.0
"""Between frames; a chest that fast turns the phase so far that the number of turns is a guess."""

_FARTHEST_MM = 40.0
"""A path that strays further in half a minute follows no chest: where a cell's parts cancel, its phase runs away."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ChestMovement:
    """How a chest moved over a stretch, as several combinations of cells see it.

    Attributes:
        paths_mm: (path, frame) displacement towards the radar, beginning with 0; the last path is that of all cells,
            each voting with its power, the one before it that of all cells summed up as the echo of one point.
        members: (path, used cell) which cells each path is of.
        point: (used cell,) conjugate coefficients of that sum.
        used: (used cell,) which cells speak.
        centre: (used cell,) what their phase turns around.
        signal: (used cell,) power around the centres over noise, of one frame.
        life_to_noise: Power of the change over noise, in the strongest cell.
        fastest_share: Share of the frames with almost a whole turn in between, on the path of all cells.
        roughness: How little the speed of one frame says of the next one's, median of the paths: 0 of what moves
            smoothly, 1 of what has another speed in each frame.
    """

    paths_mm: Array
    members: NDArray[np.bool_]
    point: NDArray[np.complex128]
    used: NDArray[np.intp]
    centre: NDArray[np.complex128]
    signal: Array
    life_to_noise: float
    fastest_share: float
    roughness: float

    def is_point(self, path: int) -> bool:
        """Return whether a path is that of all cells summed up as the echo of one point."""
        return path % len(self.paths_mm) == len(self.paths_mm) - 2

    def signal_to_noise(self, path: int) -> float:
        """Return the signal-to-noise ratio of one frame of a path."""
        return float(np.maximum(self.signal[self.members[path]] - 1.0, 0.0).sum())


@compiled
def _unwrapped(turned: Array) -> Array:
    """Choose for each increment (path, frame) the number of turns that lets the movement go on as it went."""
    result = np.empty_like(turned)
    for path in range(turned.shape[0]):
        expected = 0.0
        for frame in range(turned.shape[1]):
            turns = np.round((expected - turned[path, frame]) / (2.0 * np.pi))
            result[path, frame] = turned[path, frame] + 2.0 * np.pi * turns
            expected = _GOES_ON * result[path, frame]
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


def chest_movement(
    iq: NDArray[np.complex64], wavelength_m: float, noise: float, neighbours: float
) -> ChestMovement | None:
    """Take the movement from the phase of a person's cells.

    Args:
        iq: (frame, cell) of one person's beam, without movement of the whole body; at least 8 frames.
        wavelength_m: Of the carrier.
        noise: Noise power of a cell.
        neighbours: Correlation of the noise of neighbouring cells, which a window over range makes.

    Returns:
        The movement; None where nothing changes.
    """
    power = iq.var(axis=0)
    strongest = float(power.max(initial=0.0))
    if not strongest > 0:
        return None
    power[np.argsort(-power)[_MOST_CELLS:]] = 0.0
    used = np.flatnonzero(power >= max(_WEAK_SHARE * strongest, min(4 * noise, strongest)))
    kept = iq[:, used]
    centre = find_centres(kept[:: max(1, len(kept) // _ENOUGH_FRAMES)]).centre
    around = np.ascontiguousarray((kept - centre).T)
    turning = around[:, 1:] * around[:, :-1].conj()
    members = _views(used)
    point = _point_response(around, used, neighbours)
    whole = point.conj() @ around
    turned = _unwrapped(
        np.angle(np.vstack((members[:-2] @ turning, whole[1:] * whole[:-1].conj(), turning.sum(axis=0))))
    )
    paths = np.zeros((len(members), len(iq)))
    np.cumsum(turned, axis=1, out=paths[:, 1:])
    paths *= -1e3 * wavelength_m / (4 * np.pi)
    signal = (around.real**2 + around.imag**2).mean(axis=1) / max(noise, 1e-300)
    stays = np.ptp(paths, axis=1) < _FARTHEST_MM
    stays[-2:] = True
    return ChestMovement(
        paths_mm=paths[stays],
        members=members[stays],
        point=point,
        used=used,
        centre=centre,
        signal=signal,
        life_to_noise=strongest / max(noise, 1e-300),
        fastest_share=float((np.abs(turned[-1]) > _ALMOST_A_TURN).mean()),
        roughness=_roughness(turned, np.maximum(members @ signal, 1e-3)),
    )


def _point_response(
    around: NDArray[np.complexfloating], used: NDArray[np.intp], neighbours: float
) -> NDArray[np.complex128]:
    """Return the coefficients that sum the cells up so that a single point stands out most from the noise.

    Its echo has one shape over the cells, the strongest eigenvector; the noise of cells that share a window is
    correlated, and is whitened (the matched filter in coloured noise).
    """
    spread = around @ around.conj().T
    shape = spread[:, int(np.argmax(spread.diagonal().real))]
    for _ in range(_ITERATIONS):
        shape = spread @ (shape / np.linalg.norm(shape))
    distance = np.abs(used[:, np.newaxis] - used)
    # A Hann window: neighbours, and those after next. Products of the beams' weights are as good as 1.
    coloured = (distance == 0) + neighbours * (distance == 1) + neighbours**2 * 0.375 * (distance == 2)
    point: NDArray[np.complex128] = np.linalg.solve(coloured + _RIDGE * np.eye(used.size), shape)
    return point / np.linalg.norm(point)


def _roughness(turned: Array, signal_to_noise: Array) -> float:
    """Return how little increments (path, frame) go on, receiver noise taken off; see `ChestMovement.roughness`."""
    noise = 0.5 / signal_to_noise  # of a phase; an increment has it twice, the change of increments six times
    speed = np.maximum(turned.var(axis=1) - 2 * noise, 0.0)
    change = np.maximum(np.diff(turned, axis=1).var(axis=1) - 6 * noise, 0.0)
    return float(np.median(change / (2 * speed + noise + 1e-12)))


def _views(used: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return (path, used cell): each cell alone, each with its neighbours, all together in two ways."""
    distance = np.abs(used[:, np.newaxis] - used)
    everyone = np.ones((2, used.size), np.bool_)
    if used.size < 3:
        return np.concatenate((distance == 0, everyone))
    return np.concatenate((distance == 0, distance <= 1, everyone))


@compiled
def next_turn(
    profile: NDArray[np.complex64],
    bins: NDArray[np.intp],
    weights: NDArray[np.complex64],
    centre: NDArray[np.complex128],
    mix: NDArray[np.complex128],
    before: NDArray[np.complex128],
) -> float:
    """Return how far the phase of some cells together turned since the frame before, in radians, within +-pi.

    Args:
        profile: (antenna, range bin).
        bins: (cell,) range bins.
        weights: (antenna, cell) to multiply with.
        centre: (cell,) what the phase turns around.
        mix: (cell,) coefficients that sum the cells up; empty where they vote.
        before: (cell,) around the centres, one frame earlier; overwritten by what is now.
    """
    vote, whole, whole_before = 0j, 0j, 0j
    for cell in range(bins.size):
        now = -centre[cell]
        for antenna in range(weights.shape[0]):
            now += profile[antenna, bins[cell]] * weights[antenna, cell]
        if mix.size:
            whole += mix[cell] * now
            whole_before += mix[cell] * before[cell]
        else:
            vote += now * np.conj(before[cell])
        before[cell] = now
    if mix.size:
        vote = whole * np.conj(whole_before)
    turned: float = np.arctan2(vote.imag, vote.real)
    return turned
