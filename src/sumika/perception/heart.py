"""A candidate for the heart rate, for engineers.

No recording with a heart reference exists here yet, so it is published invalid, whatever it looks like.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from sumika.perception._breathing import waveform
from sumika.perception._fitness import EMPTY, fitness
from sumika.perception._room import RoomClock
from sumika.perception._window import SILENT_S, SlowTimeWindow, Stretch, evenly_spaced
from sumika.radar import Centres, displacement_mm, phase_increments
from sumika.radar.breathing_rate import LONGEST_S, rhythm_of_last
from sumika.schema import HeartRate, Message, Presence, Reason, SlowTime, Tick
from sumika.schema.house import Radar, Room
from sumika.units import SECONDS_PER_MINUTE

UPDATE_S = 1.0
SLOWEST_BPM, FASTEST_BPM = 45.0, 130.0

_BREATHING_LINES = 6
"""Harmonics of breathing that are taken out before a heart is looked for; the fourth lies in a resting heart's band."""

_AGREE_BPM = 3.0
_GRID_BPM = 0.5


@dataclass(frozen=True, slots=True)
class Candidate:
    """The strongest periodicity that breathing does not explain.

    Attributes:
        rate_bpm: Per minute.
        quality: Share of the antennas (of the cells, where there is one antenna) that see it within 3 /min.
    """

    rate_bpm: float
    quality: float


@dataclass(slots=True)
class HeartState:
    """State of one room. The step owns it and changes it in place."""

    room: str
    clock: RoomClock
    windows: dict[str, SlowTimeWindow]
    empty: bool = False


def start(room: Room, radars: tuple[Radar, ...]) -> HeartState:
    """Return the state before the first message.

    Args:
        room: The room.
        radars: Those that look into it.
    """
    return HeartState(room.id, RoomClock(UPDATE_S), {radar.id: SlowTimeWindow(radar.id) for radar in radars})


def step(state: HeartState, message: SlowTime | Presence | Tick) -> tuple[HeartState, tuple[Message, ...]]:
    """Take one message in.

    Args:
        state: Of this room; used up.
        message: Slow-time I/Q of one of its radars, whether somebody is there, or the time.

    Returns:
        The state, and once a second a `HeartRate` without a rate; its candidate is for engineers.
    """
    if isinstance(message, Presence):
        state.empty = message.valid and message.probability is not None and message.probability < EMPTY
        return state, ()
    if isinstance(message, SlowTime):
        window = state.windows.get(message.radar)
        refused = window.refused if window is not None else 0
        if window is None or (not window.take(message) and window.refused > refused):
            return state, ()
        state.clock.take(message)
        return state, (_heart_rate(state),) if state.clock.due() else ()
    state.clock.take(message)
    silent = all(window.age_s(state.clock.now) > SILENT_S for window in state.windows.values())
    return state, (_heart_rate(state),) if silent and state.clock.due() else ()


def _heart_rate(state: HeartState) -> HeartRate:
    best: Candidate | None = None
    reason = Reason.NO_SIGNAL
    for window in state.windows.values():
        fit = fitness(window, state.clock.now, empty=state.empty)
        if fit.reason is not Reason.MEASURED or fit.still is None:
            reason = fit.reason if best is None else reason
            continue
        found = heart_candidate(fit.still.last(LONGEST_S))
        reason = Reason.NO_REFERENCE
        if best is None or (found is not None and found.quality > best.quality):
            best = found
    return HeartRate(
        **state.clock.header(),
        room=state.room,
        valid=False,
        reason=reason,
        candidate_bpm=None if best is None else best.rate_bpm,
        candidate_quality=None if best is None else best.quality,
    )


def heart_candidate(stretch: Stretch) -> Candidate | None:
    """Look for a heart in the chest's acceleration, where it is strongest against breathing.

    Args:
        stretch: Without movement, at least 12 s long.

    Returns:
        The strongest line between 45 and 130 /min after breathing's harmonics were taken out; None if nothing is left.
    """
    together = waveform(stretch)
    rhythm = rhythm_of_last(together, together.path_mm.size * together.interval_s)
    breathing_hz = None if rhythm is None else rhythm.rate_bpm / SECONDS_PER_MINUTE
    rate = _strongest_bpm(together.path_mm, together.interval_s, breathing_hz)
    if rate is None:
        return None
    agreeing = []
    for group in _groups(stretch):
        alone = _strongest_bpm(_path_of(stretch, together.centres, group), together.interval_s, breathing_hz)
        agreeing.append(alone is not None and abs(alone - rate) <= _AGREE_BPM)
    return Candidate(rate, sum(agreeing) / len(agreeing))


def _path_of(stretch: Stretch, centres: Centres, group: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the displacement that some of the channels show, turning around the centres that all told."""
    own = Centres(centres.centre[group], centres.short[group], centres.power[group])
    path = displacement_mm(phase_increments(stretch.iq[:, group], own), stretch.wavelength_m)
    return evenly_spaced(path, stretch)[0]


def _groups(stretch: Stretch) -> list[NDArray[np.intp]]:
    channels = np.arange(stretch.iq.shape[1])
    parts = stretch.antennas if stretch.antennas > 1 else channels.size
    return np.array_split(channels, min(parts, 4))


def _strongest_bpm(path_mm: NDArray[np.float64], interval_s: float, breathing_hz: float | None) -> float | None:
    """Return the rate at which the acceleration has most power, breathing taken out; None if nothing moves."""
    acceleration = np.diff(path_mm, 2)
    samples = acceleration.size
    if interval_s > SECONDS_PER_MINUTE / FASTEST_BPM / 2.5 or not np.any(acceleration):
        return None
    if breathing_hz is not None:
        angle = 2 * np.pi * breathing_hz * interval_s * np.arange(1, _BREATHING_LINES + 1)[:, np.newaxis]
        angle = angle * np.arange(samples)
        lines = np.vstack((np.cos(angle), np.sin(angle)))
        # The ridge keeps a harmonic that falls on half the frame rate, where its sine is nothing, from being singular.
        overlap = lines @ lines.T + 1e-9 * samples * np.eye(2 * _BREATHING_LINES)
        acceleration = acceleration - np.linalg.solve(overlap, lines @ acceleration) @ lines
    size = float(np.median(np.abs(acceleration))) * 1.4826 * 3
    tapered = np.clip(acceleration, -size, size) * np.hanning(samples)
    # Zeros behind the signal make the transform's bins as narrow as the grid.
    length = fft.next_fast_len(max(samples, round(SECONDS_PER_MINUTE / (_GRID_BPM * interval_s))), real=True)
    bin_bpm = SECONDS_PER_MINUTE / (length * interval_s)
    first, last = round(SLOWEST_BPM / bin_bpm), round(FASTEST_BPM / bin_bpm)
    power = np.abs(fft.rfft(tapered, length)[first : last + 1]) ** 2
    return (first + _peak(power)) * bin_bpm


def _peak(power: NDArray[np.float64]) -> float:
    """Return where the highest point lies, in bins, refined by a parabola."""
    peak = int(np.argmax(power))
    if not 0 < peak < power.size - 1:
        return float(peak)
    left, middle, right = power[peak - 1 : peak + 2]
    bend = left - 2 * middle + right
    return peak + (float(0.5 * (left - right) / bend) if bend < 0 else 0.0)
