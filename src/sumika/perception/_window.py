"""The recent slow-time I/Q of one radar, as the steps that look for a rhythm need it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.radar import MOVING, ProfileMemory
from sumika.schema import Reason, SlowTime
from sumika.units import ns_to_seconds, seconds_to_ns

MEMORY_S = 32.0
SILENT_S = 1.0
"""Without a frame for so long, a radar says nothing."""

_GAP_S = 1.0
"""A hole this long breaks the waveform: how far the chest moved meanwhile is not known."""

_MOST_FRAMES = 1200
_MOST_CHANNELS = 256


@dataclass(slots=True)
class SlowTimeWindow:
    """What one radar's chest cells showed, within one session and one choice of cells.

    Attributes:
        radar: The radar's id.
        newest: The last message taken in, usable or not.
        fault: Why the last frame was not usable; None if it was.
        moved_ns: When somebody last moved, as the front end saw it; None if not in this session.
        left_ns: When cells were last given up, and with them the person; None if not in this session.
        refused: Messages that were late or repeated.
    """

    radar: str
    newest: SlowTime | None = None
    fault: Reason | None = None
    moved_ns: int | None = None
    left_ns: int | None = None
    refused: int = 0
    _memory: ProfileMemory | None = None
    _began_ns: int = 0
    _broke_ns: int | None = field(default=None)

    def take(self, message: SlowTime) -> bool:
        """Take in the next message. Returns whether it brought a usable frame with cells."""
        newest = self.newest
        if newest is None or _another_session(newest, message):
            self._begin(message)
        elif message.stamp.monotonic_ns <= newest.stamp.monotonic_ns:
            self.refused += 1
            return False
        elif self._memory is not None and _seconds(newest.stamp, message.stamp) > _GAP_S:
            self._broke_ns, self._memory = message.stamp.monotonic_ns, None
        known = self.newest
        self.newest = message
        self.fault = _fault(message)
        if self.fault is not None:
            return False
        if message.motion > MOVING:
            self.moved_ns = message.stamp.monotonic_ns
        return self._keep(message, known)

    def _begin(self, message: SlowTime) -> None:
        self._memory, self._began_ns = None, message.stamp.monotonic_ns
        self.moved_ns, self.left_ns, self._broke_ns, self.newest = None, None, None, None

    def _keep(self, message: SlowTime, known: SlowTime | None) -> bool:
        if not 0 < message.cells * message.antennas <= _MOST_CHANNELS:
            if self._memory is not None:
                self.left_ns, self._memory = message.stamp.monotonic_ns, None
            return False
        fresh = self._memory is None or known is None or known.block != message.block
        shape = (message.antennas, message.cells)
        if self._memory is None or fresh or (self._memory.antennas, self._memory.bins) != shape:
            capacity = int(np.clip(np.ceil(MEMORY_S / max(message.frame_interval_s, 1e-3)), 8, _MOST_FRAMES))
            self._memory = ProfileMemory(capacity, *shape)
            self._recall(self._memory, message)
        self._memory.add(message.array(), 0.0, message.stamp.monotonic_ns)
        return True

    def _recall(self, memory: ProfileMemory, message: SlowTime) -> None:
        """Take in what the new cells showed before they were chosen."""
        earliest_ns = self._broke_ns if self._broke_ns is not None else self._began_ns
        for age_ns, profile in zip(message.past_age_ns, message.past_array(), strict=True):
            stamp_ns = message.stamp.monotonic_ns - age_ns
            if stamp_ns >= earliest_ns:
                memory.add(profile, 0.0, stamp_ns)

    def age_s(self, now: Instant) -> float:
        """Return for how long the radar has said nothing."""
        return float("inf") if self.newest is None else _seconds(self.newest.stamp, now)

    def session_s(self) -> float:
        """Return how long the present session has lasted."""
        return 0.0 if self.newest is None else ns_to_seconds(self.newest.stamp.monotonic_ns - self._began_ns)

    def moved_s(self) -> float | None:
        """Return how long ago somebody moved; None if nobody did."""
        if self.moved_ns is None or self.newest is None:
            return None
        return ns_to_seconds(self.newest.stamp.monotonic_ns - self.moved_ns)

    def broken_s(self) -> float | None:
        """Return how long ago a hole in the frames broke the waveform; None if none did."""
        if self._broke_ns is None or self.newest is None:
            return None
        return ns_to_seconds(self.newest.stamp.monotonic_ns - self._broke_ns)

    def stretch(self) -> "Stretch | None":
        """Return what is held; None if it is too little to speak of."""
        memory, newest = self._memory, self.newest
        if memory is None or newest is None or len(memory) < 8:
            return None
        count = memory.since(newest.stamp.monotonic_ns - seconds_to_ns(MEMORY_S))
        stamps = memory.stamps_ns(count)
        time_s = (stamps - stamps[0]) * 1e-9
        iq = memory.profiles(count).reshape(count, -1)
        return Stretch(time_s, iq, newest.frame_interval_s, newest.wavelength_m, newest.antennas, newest.noise or 0.0)

    def last_profile(self) -> NDArray[np.complex64] | None:
        """Return the newest frame's cells as (channel,); None if there are none."""
        return None if self._memory is None or not len(self._memory) else self._memory.profiles(1).reshape(-1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Slow-time I/Q without a break.

    Attributes:
        time_s: (frame,) since the first.
        iq: (frame, channel); channel is antenna * cells + cell.
        interval_s: Between frames, as the radar is set.
        wavelength_m: Of the carrier.
        antennas: How many antennas the channels belong to.
        noise: Noise power of one channel.
    """

    time_s: NDArray[np.float64]
    iq: NDArray[np.complex64]
    interval_s: float
    wavelength_m: float
    antennas: int
    noise: float

    @property
    def length_s(self) -> float:
        """From the first frame to the last, and the last one's own time."""
        return float(self.time_s[-1]) + self.interval_s

    @property
    def lost_share(self) -> float:
        """Share of the frames that should be there and are not."""
        return max(0.0, 1.0 - self.time_s.size * self.interval_s / self.length_s)

    def last(self, seconds: float) -> "Stretch":
        """Return the last part."""
        first = int(np.searchsorted(self.time_s, self.time_s[-1] - seconds + 0.5 * self.interval_s))
        return self._part(slice(first, None))

    def after(self, frame: int) -> "Stretch":
        """Return what comes after a frame."""
        return self._part(slice(frame + 1, None))

    def _part(self, part: slice) -> "Stretch":
        time_s = self.time_s[part]
        start = time_s[0] if time_s.size else 0.0
        return Stretch(time_s - start, self.iq[part], self.interval_s, self.wavelength_m, self.antennas, self.noise)

    def halves(self) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
        """Return two sets of channels whose receiver noise is independent; None if there is one channel only.

        Antennas are split where there are several, else cells; every second one, so that both see the whole chest.
        """
        channels = self.iq.shape[1]
        if channels < 2:
            return None
        index = np.arange(channels)
        odd = (index // (channels // self.antennas) if self.antennas > 1 else index) % 2 == 1
        return index[~odd], index[odd]


def evenly_spaced(values: NDArray[np.float64], stretch: Stretch) -> tuple[NDArray[np.float64], float]:
    """Put values that belong to the frames of a stretch on an even time axis; lost frames are interpolated.

    Returns:
        (sample,) about one per frame interval, and the exact interval.
    """
    count = max(8, round(stretch.length_s / stretch.interval_s))
    axis = np.linspace(0.0, stretch.time_s[-1], count)
    return np.interp(axis, stretch.time_s, values), float(axis[1])


def _seconds(earlier: Instant, later: Instant) -> float:
    return ns_to_seconds(later.monotonic_ns - earlier.monotonic_ns)


def _another_session(newest: SlowTime, message: SlowTime) -> bool:
    return newest.session != message.session or newest.stamp.boot_id != message.stamp.boot_id


def _fault(message: SlowTime) -> Reason | None:
    if not message.usable:
        return _as_reason(message.reason)
    channels = message.antennas * message.cells
    if len(message.iq) != 8 * channels or len(message.past) != 8 * channels * len(message.past_age_ns):
        return Reason.WRONG_SHAPE
    if (
        not np.isfinite(np.frombuffer(message.iq, "<f4")).all()
        or not np.isfinite(np.frombuffer(message.past, "<f4")).all()
    ):
        return Reason.NOT_FINITE
    return None


def _as_reason(text: str) -> Reason:
    try:
        return Reason(text)
    except ValueError:
        return Reason.NO_SIGNAL
