"""What every source of radar frames, or of a module's own answers, looks like to the rest of the house.

A driver hands over typed frames with the time at which the sensor saw them. A recording never waits: whoever plays it
waits until `frame.notice.stamp` is due, so the same recording plays in real time, faster, or frame by frame in a test.
A live source waits for its device, but for `POLL_S` at most: whoever runs it has signs of life to give.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from sumika.clock import Clock, Instant
from sumika.schema import (
    AdcFrame,
    Claim,
    Frame,
    FrameKind,
    FrameNotice,
    Origin,
    PointCloud,
    RadarDescription,
    RangeFrame,
)
from sumika.units import seconds_to_ns

POLL_S = 0.1
"""Longest that a live source waits for its device before it says that nothing has come yet."""

Answer = PointCloud | Claim
"""What a module's own firmware tells."""


class FrameSource(Protocol):
    """Anything that gives radar frames."""

    @property
    def description(self) -> RadarDescription:
        """The radar as it was set when it took the latest frame; before the first, as for that one."""
        ...

    @property
    def origin(self) -> Origin:
        """What every frame of this source is: live, recorded or simulated."""
        ...

    @property
    def max_frame_bytes(self) -> int:
        """Size of the largest frame that this source can give."""
        ...

    def next_frame(self) -> Frame | None:
        """Return the next frame; None at the end of a recording that does not loop, and where nothing has come yet.

        The origin tells the two apart: of a live source, None says that the device sent no whole frame within `POLL_S`,
        and the next call may bring one; after `close` it says None at once.

        The frame is due when the clock has reached `notice.stamp`. `notice.position` is 0: it is for whoever puts the
        samples into the ring. A frame of another session than the one before it follows on no earlier frame.

        Raises:
            SumikaError: if the source broke (a live device was unplugged), or turns out to hold what it cannot hold.
        """
        ...

    def close(self) -> None:
        """Let go of files and ports. May be called again; frames already given stay valid."""
        ...


@runtime_checkable
class MessageSource(Protocol):
    """A module that keeps its samples to itself and tells what its own firmware makes of them.

    Its answers are points and claims with wide sigma, never truth.
    """

    @property
    def origin(self) -> Origin:
        """What every message of this source is: live, recorded or simulated."""
        ...

    def next_messages(self) -> tuple[Answer, ...]:
        """Return what has come since the last call, oldest first; empty where nothing came within `POLL_S`.

        Raises:
            SumikaError: if the module broke or was unplugged.
        """
        ...

    def close(self) -> None:
        """Let go of ports. May be called again; afterwards nothing comes."""
        ...


Source = FrameSource | MessageSource
"""Whatever a radar in `house.yaml` is read from."""


@runtime_checkable
class CountsRefused(Protocol):
    """A source that drops what is damaged and goes on, and counts it."""

    @property
    def refused(self) -> Mapping[str, int]:
        """How often something was dropped since the source was opened, by cause."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One uninterrupted run of frames in a recording, all taken with the same settings.

    Attributes:
        name: Names the session; unique within the recording.
        description: The radar as it was set.
        kind: What the numbers of a frame are.
        shape: (chirp, antenna, sample) or (sweep, antenna, range bin).
        dtype: Element type, little-endian.
        frames: How many; at least one.
        read: Returns the samples of frame 0..frames-1 in `shape` and `dtype`; raises SumikaError.
        slots: When each frame was taken, in frame intervals since the first; empty where none is missing.
    """

    name: str
    description: RadarDescription
    kind: FrameKind
    shape: tuple[int, int, int]
    dtype: np.dtype[Any]
    frames: int
    read: Callable[[int], NDArray[Any]]
    slots: tuple[int, ...] = ()

    @property
    def frame_bytes(self) -> int:
        """Size of one frame's samples."""
        return int(np.prod(self.shape)) * self.dtype.itemsize

    def slot(self, frame: int) -> int:
        """Return when a frame was taken, in frame intervals since the first one."""
        return self.slots[frame] if self.slots else frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """An opened and checked recording.

    Attributes:
        stretches: In the order in which they were taken; at least one.
        release: Lets go of the file; may be called again.
    """

    stretches: tuple[Stretch, ...]
    release: Callable[[], None] = field(default=lambda: None)


class RecordedSource:
    """Plays a recording as if the radar stood in the house.

    Frame `i` of a session is stamped with the session's start plus `i` frame intervals exactly, and the next session
    starts one interval after the last frame of the one before. Each pass over a stretch of the recording is a session
    of its own, named `<stretch>#<pass>`.
    """

    def __init__(self, radar: str, recording: Recording, clock: Clock, *, loop: bool = True) -> None:
        """Prepare to play; time starts to count with the first frame asked for.

        Args:
            radar: The radar's id in `house.yaml`.
            recording: What to play.
            clock: Tells when the first frame is taken; not asked afterwards.
            loop: Whether to start over at the end.
        """
        self._radar = radar
        self._recording = recording
        self._clock = clock
        self._loop = loop
        self._pass = 1
        self._stretch_index = 0
        self._next_frame = 0
        self._session_start: Instant | None = None
        self._described = recording.stretches[0].description
        self._ended = False

    @property
    def description(self) -> RadarDescription:
        """The radar as it was set when it took the latest frame."""
        return self._described

    @property
    def origin(self) -> Origin:
        """Always recorded."""
        return Origin.RECORDED

    @property
    def max_frame_bytes(self) -> int:
        """Size of the largest frame of the recording."""
        return max(stretch.frame_bytes for stretch in self._recording.stretches)

    def next_frame(self) -> Frame | None:
        """Return the next frame; None at the end of a recording that does not loop, and after `close`."""
        if self._ended:
            return None
        if self._session_start is None:
            self._session_start = self._clock.now()
        stretch = self._recording.stretches[self._stretch_index]
        frame = self._frame(stretch, self._session_start)
        self._described = stretch.description
        self._advance(stretch, self._session_start)
        return frame

    def close(self) -> None:
        """Let go of the recording."""
        self._ended = True
        self._recording.release()

    def _frame(self, stretch: Stretch, session_start: Instant) -> Frame:
        slot = stretch.slot(self._next_frame)
        notice = FrameNotice(
            stamp=session_start.later(seconds_to_ns(slot * stretch.description.frame_interval_s)),
            origin=Origin.RECORDED,
            session=f"{stretch.name}#{self._pass}",
            radar=self._radar,
            kind=stretch.kind,
            index=slot,
            shape=stretch.shape,
            dtype=stretch.dtype.str,
            position=0,
            description=stretch.description,
        )
        return frame_of(notice, stretch.read(self._next_frame))

    def _advance(self, stretch: Stretch, session_start: Instant) -> None:
        self._next_frame += 1
        if self._next_frame < stretch.frames:
            return
        slots = stretch.slot(stretch.frames - 1) + 1
        self._session_start = session_start.later(seconds_to_ns(slots * stretch.description.frame_interval_s))
        self._next_frame = 0
        self._stretch_index += 1
        if self._stretch_index == len(self._recording.stretches):
            self._stretch_index = 0
            self._pass += 1
            self._ended = not self._loop


def frame_of(notice: FrameNotice, samples: NDArray[Any]) -> Frame:
    """Return the frame of the kind that `notice` names."""
    return AdcFrame(notice, samples) if notice.kind is FrameKind.ADC else RangeFrame(notice, samples)
