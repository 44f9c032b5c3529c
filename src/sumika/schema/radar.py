"""Radars as data: what is sent (waveform), from where (array), and the frames that come back.

Two kinds of frame exist. `AdcFrame` holds the samples of the converter, where the maker gives them. `RangeFrame` holds
complex amplitude per distance, which every coherent radar can give; everything after the range FFT takes this one.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.schema._message import Message
from sumika.schema.antennas import AntennaArray
from sumika.schema.waveform import ChirpProfile, RangeGrid
from sumika.units import wavelength_m


class RadarDescription(msgspec.Struct, frozen=True, kw_only=True):
    """All that signal processing needs to know of a radar.

    Attributes:
        model: Name as in `house.yaml`, for example "iwr6843isk".
        carrier_frequency_hz: Frequency whose wavelength turns phase into displacement.
        frame_interval_s: Time from one frame to the next.
        chirp: Present where frames are `AdcFrame`.
        range_grid: Present where frames are `RangeFrame`.
        array: Antenna positions, where known; one antenna at the origin where not, whatever the frames hold.
        timing_trusted: False where the source's time axis is nominal, so that no rate may be taken from it.
    """

    model: str
    carrier_frequency_hz: float
    frame_interval_s: float
    chirp: ChirpProfile | None = None
    range_grid: RangeGrid | None = None
    array: AntennaArray = AntennaArray()
    timing_trusted: bool = True

    @property
    def wavelength_m(self) -> float:
        """Free-space wavelength of the carrier."""
        return wavelength_m(self.carrier_frequency_hz)


class FrameKind(StrEnum):
    """What the numbers of a frame are."""

    ADC = "adc"
    RANGE = "range"


class FrameNotice(Message, frozen=True, kw_only=True):
    """A frame's description; the samples lie in the radar's ring at `position`.

    Attributes:
        radar: The radar's name in `house.yaml`.
        kind: Whether the samples are an `AdcFrame` or a `RangeFrame`.
        index: Counts the radar's frames within a session from 0; a gap is a lost frame.
        shape: (chirp, antenna, sample) or (sweep, antenna, range bin).
        dtype: NumPy name of the element type, always little-endian or single-byte.
        position: Sequence number in the ring.
        description: The radar that took it.
        lost_bytes: How many bytes of the samples were lost on their way here; where they were, the samples are 0.
    """

    radar: str
    kind: FrameKind
    index: int
    shape: tuple[int, int, int]
    dtype: str
    position: int
    description: RadarDescription
    lost_bytes: int = 0


class RawFrame(Message, frozen=True, kw_only=True):
    """A whole frame in the log: the notice and the bytes it spoke of. Written on events and on request only."""

    notice: FrameNotice
    samples: bytes

    @property
    def radar(self) -> str:
        """The radar's name in `house.yaml`."""
        return self.notice.radar


@dataclass(frozen=True, slots=True)
class AdcFrame:
    """Converter samples of one frame.

    Attributes:
        notice: When, by whom, how.
        samples: (chirp, antenna, sample); integers as the converter gave them, or complex64.
    """

    notice: FrameNotice
    samples: NDArray[Any]

    @classmethod
    def from_bytes(cls, notice: FrameNotice, data: bytes | memoryview) -> Self:
        """View `data` as the array that `notice` describes; nothing is copied."""
        return cls(notice, np.frombuffer(data, dtype=notice.dtype).reshape(notice.shape))


@dataclass(frozen=True, slots=True)
class RangeFrame:
    """Complex amplitude per distance of one frame.

    Attributes:
        notice: When, by whom, how; its description has a `range_grid`.
        iq: (sweep, antenna, range bin), complex64.
    """

    notice: FrameNotice
    iq: NDArray[np.complex64]

    @classmethod
    def from_bytes(cls, notice: FrameNotice, data: bytes | memoryview) -> Self:
        """View `data` as the array that `notice` describes; nothing is copied."""
        return cls(notice, np.frombuffer(data, dtype=notice.dtype).reshape(notice.shape))


Frame = AdcFrame | RangeFrame


def frame_from_bytes(notice: FrameNotice, data: bytes | memoryview) -> Frame:
    """Return the frame that `notice` describes over `data`.

    Raises:
        ValueError: if the bytes do not fill the described array exactly.
    """
    kind = AdcFrame if notice.kind is FrameKind.ADC else RangeFrame
    return kind.from_bytes(notice, data)


class SlowTime(Message, frozen=True, kw_only=True):
    """The little of a frame that a still person's vital signs need: the cells around the chest. Always logged.

    Attributes:
        radar: The radar's name in `house.yaml`.
        room: The room it looks into.
        index: The frame's index.
        frame_interval_s: Time between frames of this radar.
        wavelength_m: Turns phase into displacement: a round trip is two ways.
        usable: False if the frame was not fit for use; `reason` then says why, and `iq` is empty.
        reason: Why it is not usable.
        block: Counts the choices of cells; phase is continuous only within one block.
        start_m: Distance of the first cell.
        step_m: Distance from one cell to the next.
        antennas: How many antennas `iq` holds.
        cells: How many cells `iq` holds; 0 where nothing lives or moves.
        iq: complex64 (antenna, cell), little-endian, averaged over the frame's chirps.
        past: In a block's first message what these cells showed before: complex64 (frame, antenna, cell), oldest
            first, so that a new choice of cells costs nobody the window; from the last movement on only.
        past_age_ns: How long before `stamp` each frame of `past` was taken.
        noise: Noise power of one cell of one antenna, in units of `iq` squared.
        range_m: Where the strongest living or moving reflection is; None if there is none.
        range_sigma_m: Its standard deviation.
        signal_to_noise_db: Power of that reflection's change over the noise floor.
        motion: Large movement anywhere in range, 0 (still) to 1 (walking).
        timing_trusted: False where no rate may be taken from the time axis.
    """

    radar: str
    room: str
    index: int
    frame_interval_s: float
    wavelength_m: float
    usable: bool
    reason: str = ""
    block: int = 0
    start_m: float = 0.0
    step_m: float = 0.0
    antennas: int = 0
    cells: int = 0
    iq: bytes = b""
    past: bytes = b""
    past_age_ns: tuple[int, ...] = ()
    noise: float | None = None
    range_m: float | None = None
    range_sigma_m: float | None = None
    signal_to_noise_db: float | None = None
    motion: float = 0.0
    timing_trusted: bool = True

    def array(self) -> NDArray[np.complex64]:
        """Return `iq` as (antenna, cell) without copying."""
        return np.frombuffer(self.iq, dtype="<c8").reshape(self.antennas, self.cells)

    def past_array(self) -> NDArray[np.complex64]:
        """Return `past` as (frame, antenna, cell) without copying."""
        return np.frombuffer(self.past, dtype="<c8").reshape(len(self.past_age_ns), self.antennas, self.cells)
