"""Whether a frame's receivers are sound: dead antennas, overdriven ones, interference, numbers that cannot be.

Everything is told from two numbers per chirp and antenna that decoding yields in passing, and from a short memory:

- A receiver without any noise does not exist: an antenna whose samples do not vary within a chirp is dead at once.
- Antennas beside each other see the same room. An echo from one range cell with parts in all places has a power that
  varies from antenna to antenna with an exponential law, so that one of them has less than 1/1000 of the others'
  with a probability of 1e-3 at most; with two cells as strong of 2e-6, with three of 5e-9. Where it holds for a while,
  the antenna is dead. An antenna without echoes is found this way only where echoes are 30 dB above noise.
- One that jitters 100 times as much from chirp to chirp as its peers, for a while, is left out as well.
- A chirp that stands out further than any movement (`_chirp_outliers.outlier_limit`, one sound frame in a million)
  was disturbed. In a still room what stays below that limit raises the noise of a frame by no more than about its own
  level. When more than a quarter of the chirps is hit, this cannot be told from movement and is not told.
- An antenna with a sample at the converter's end stop, and as strong as many echoes are that are clipped in one of a
  hundred samples (an end stop at 2.58 standard deviations), is overdriven.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.radar._chirp_outliers import antenna_levels, find_outliers, follow_antennas, outlier_limit, survey
from sumika.schema import Reason

FALSE_ALARM = 1e-6
"""Share of sound frames in which a chirp is left out."""

FAR_WEAKER = 1e-3
FAR_NOISIER = 100.0

CLIPPED_SIGMAS = 2.576
"""A Gaussian signal lies beyond so many standard deviations in one of a hundred samples."""

PERSISTENT_FRAMES = 16
"""An antenna is left out, or taken back, when this many frames in a row say so: fading does not last that long."""

QUIET_FRAMES = 64
"""A fault is over when so many frames have not shown it: interference comes and goes."""

MOST_LEFT_OUT = 0.25
"""With more of its chirps left out, or more than twice that of its antennas, a frame shows gaps, not people."""

_MEMORY_STEPS = 64
"""Steps from chirp to chirp behind an antenna's jitter."""


@dataclass(frozen=True, slots=True)
class FrameCondition:
    """What a frame is fit for.

    Attributes:
        usable: Whether people can be found in it, once antennas and chirps are left out.
        reason: What is wrong with it, the worst first; None where nothing is.
        dead_antennas: Virtual antennas to be left out: dead, noisy or overdriven.
        bad_chirps: Chirps to be left out.
        began: A fault that began with this frame, to be told once.
        ended: A fault that ended with this frame, to be told once.
    """

    usable: bool = True
    reason: Reason | None = None
    dead_antennas: tuple[int, ...] = ()
    bad_chirps: tuple[int, ...] = ()
    began: Reason | None = None
    ended: Reason | None = None


SOUND = FrameCondition()


class ConditionState:
    """What is remembered of one radar's frames. `assess` changes it in place."""

    def __init__(self, antennas: int, chirps: int, full_scale: float, clipped_power: float) -> None:
        """Remember nothing yet."""
        self.antennas, self.chirps = antennas, chirps
        self.full_scale, self.clipped_power = full_scale, clipped_power
        self.limit = outlier_limit(chirps, antennas, FALSE_ALARM)
        self.left_out = np.zeros(antennas, dtype=np.bool_)
        self.contrary = np.zeros(antennas, dtype=np.int64)  # frames in a row that say otherwise
        self.jitter = np.zeros(antennas, dtype=np.float64)
        self.frames = 0
        self.trouble: Reason | None = None
        self.quiet = 0
        self.levels = np.zeros(antennas, dtype=np.float32)
        self.changes = np.zeros(antennas, dtype=np.float32)


def start(
    antennas: int, chirps: int, full_scale: float, *, complex_samples: bool = True, unsigned: bool = False
) -> ConditionState:
    """Return the state before the first frame.

    Args:
        antennas: Virtual antennas of a frame.
        chirps: Of a frame.
        full_scale: Largest magnitude of a part of a sample, as `ChirpProfile.full_scale`.
        complex_samples: Whether a sample has two parts.
        unsigned: Whether the converter's rest is half of `full_scale`, not 0.
    """
    deviation = full_scale / (2.0 if unsigned else 1.0) / CLIPPED_SIGMAS
    return ConditionState(antennas, chirps, full_scale, deviation**2 * (2.0 if complex_samples else 1.0))


def assess(state: ConditionState, power: NDArray[np.float32], peak: NDArray[np.float32]) -> FrameCondition:
    """Tell what a frame is fit for.

    Args:
        state: Changed in place.
        power: (chirp, antenna) mean square of the samples around the chirp's mean; of both parts together.
        peak: (chirp, antenna) largest magnitude of a part of a sample, as it came.

    Raises:
        ValueError: if the arrays are not of the shape the state was made for.
    """
    shape = (state.chirps, state.antennas)
    if power.shape != shape or peak.shape != shape:
        raise ValueError(f"power {power.shape} and peak {peak.shape} of frames whose shape is {shape}")
    condition = _judge(state, power, peak)
    return _told_once(state, condition)


def _judge(state: ConditionState, power: NDArray[np.float32], peak: NDArray[np.float32]) -> FrameCondition:
    total, highest = survey(power, peak)
    if not (math.isfinite(total) and math.isfinite(highest)):
        return FrameCondition(usable=False, reason=Reason.NOT_FINITE)
    if total <= 0.0:
        return FrameCondition(usable=False, reason=Reason.ALL_ZERO)
    if state.full_scale > 0 and highest > state.full_scale * 1.001 + 1:
        return FrameCondition(usable=False, reason=Reason.PROFILE_MISMATCH)
    clipped = _clipped(state, power, peak) if highest >= state.full_scale else None
    overdriven: NDArray[np.bool_] | None = None
    bad = np.zeros(state.chirps, dtype=np.bool_)
    if clipped is not None:
        overdriven = clipped.mean(axis=0) > MOST_LEFT_OUT
        bad |= clipped[:, ~overdriven].any(axis=1)
    if math.isfinite(state.limit):
        find_outliers(power, False, state.left_out, state.limit, bad)
        find_outliers(peak, True, state.left_out, state.limit, bad)
    antenna_levels(power, bad, state.levels, state.changes)
    dead = _remember(state)
    if overdriven is not None:
        dead = dead | overdriven
    return _condition(dead, overdriven, bad)


def _clipped(state: ConditionState, power: NDArray[np.float32], peak: NDArray[np.float32]) -> NDArray[np.bool_] | None:
    """Return which chirps of which antennas are overdriven; None if none is."""
    clipped: NDArray[np.bool_] = (peak >= state.full_scale) & (power >= state.clipped_power)
    return clipped if state.full_scale > 0 and clipped.any() else None


def _remember(state: ConditionState) -> NDArray[np.bool_]:
    """Return which antennas are to be left out, after this frame."""
    share = max(min(1.0, (state.chirps - 1) / _MEMORY_STEPS), 1 / (1 + state.frames))
    state.frames += 1
    weaker, noisier = FAR_WEAKER, FAR_NOISIER if state.chirps > 1 else math.inf
    follow_antennas(
        state.levels,
        state.changes,
        share,
        (weaker, noisier),
        PERSISTENT_FRAMES,
        state.jitter,
        state.contrary,
        state.left_out,
    )
    return state.left_out


def _condition(dead: NDArray[np.bool_], overdriven: NDArray[np.bool_] | None, bad: NDArray[np.bool_]) -> FrameCondition:
    if overdriven is None and not dead.any() and not bad.any():
        return SOUND
    reason = None
    if bad.any():
        reason = Reason.INTERFERENCE
    if dead.any():
        reason = Reason.ANTENNA_DEAD
    if overdriven is not None and (overdriven.any() or reason is Reason.INTERFERENCE):
        reason = Reason.SATURATED
    usable = bool(dead.mean() <= 2 * MOST_LEFT_OUT and bad.mean() <= MOST_LEFT_OUT)
    return FrameCondition(usable, reason, _indices(dead), _indices(bad))


def _indices(marked: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(int(index) for index in np.flatnonzero(marked))


def _told_once(state: ConditionState, condition: FrameCondition) -> FrameCondition:
    """Add what begins or ends with this frame."""
    reason, trouble = condition.reason, state.trouble
    if reason is None:
        if trouble is None:
            return condition
        state.quiet += 1
        if state.quiet < QUIET_FRAMES:
            return condition
        state.trouble = None
        return FrameCondition(ended=trouble)
    state.quiet = 0
    if reason is trouble:
        return condition
    state.trouble = reason
    return FrameCondition(
        condition.usable, reason, condition.dead_antennas, condition.bad_chirps, began=reason, ended=trouble
    )


def broken_parts(dead: Iterable[int], transmitters: int, receivers: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return which transmitters and which receivers explain that virtual antennas are dead.

    Args:
        dead: Virtual antennas, `transmitter * receivers + receiver`.
        transmitters: Of the array.
        receivers: Of the array.
    """
    gone = np.zeros((transmitters, receivers), dtype=np.bool_)
    gone.reshape(-1)[list(dead)] = True
    silent = gone.all(axis=1) if receivers > 1 else np.zeros(transmitters, dtype=np.bool_)
    # A receiver is at fault where it is dead for every transmitter that other receivers do hear.
    heard = np.flatnonzero(~silent)
    deaf = [receiver for receiver in range(receivers) if heard.size and gone[heard, receiver].all()]
    return _indices(np.asarray(silent)), tuple(deaf)


def mirrored(power: NDArray[np.floating]) -> bool:
    """Return whether a spectrum over range is the wrong way round: I and Q swapped, or another slope's sign.

    Echoes fade with the fourth power of distance, and those of furniture and walls end where the room ends: a spectrum
    with four times as much power in its far half as in its near half is none of a room. The bins about zero frequency,
    where a converter's offset leaks to both ends, are not asked.

    Args:
        power: (range bin) over all bins of a complex receiver, mean over chirps and antennas, what stands still in it.
    """
    bins, edge = power.size, 3
    if bins < 16 or not np.isfinite(power).all():
        return False
    near, far = float(power[edge : bins // 2].sum()), float(power[bins // 2 : bins - edge + 1].sum())
    return far > 4 * near
