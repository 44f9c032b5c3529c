"""A radar of the simulated house as it hangs there: when it takes its frames, and what is in them."""

import math

import msgspec
import numpy as np

from sumika.clock import Instant
from sumika.schema import Frame, FrameKind, FrameNotice, Origin, RadarDescription
from sumika.schema.house import House, Radar, WorldSource
from sumika.sensors.base import frame_of
from sumika.units import seconds_to_ns
from sumika.world.radar_scene.living import LivingView, living_waveform
from sumika.world.start import settings_of


class HungRadar:
    """One radar and its view of the house; whoever has it says who is there, and asks for frames in order.

    Attributes:
        view: What it sees.
        interval_s: Between two frames.
    """

    def __init__(self, house: House, radar: Radar, began: Instant) -> None:
        """Hang it up.

        Args:
            house: The house.
            radar: One of it.
            began: When its world began.

        Raises:
            SumikaError: if its model is not known, or it hangs in no room.
        """
        self._radar, self._began = radar, began
        waveform = living_waveform(radar.model)
        if isinstance(radar.source, WorldSource):
            waveform = msgspec.structs.replace(waveform, frame_interval_s=1.0 / radar.source.frames_per_s)
        self.view = LivingView.of(house, radar, waveform, settings_of(house).seed)
        self.interval_s = self.description.frame_interval_s
        # Radars of one house do not take their frames at the same moment.
        self._offset_s = self.interval_s * house.radars.index(radar) / len(house.radars)
        self._dtype = np.dtype(self.view.dtype).newbyteorder("<")

    @property
    def description(self) -> RadarDescription:
        """Waveform and antennas."""
        return self.view.description

    @property
    def frame_bytes(self) -> int:
        """Size of every frame."""
        return math.prod(self.view.shape) * self._dtype.itemsize

    def time_s(self, index: int) -> float:
        """Return when a frame is taken, since the world began."""
        return self._offset_s + index * self.interval_s

    def first_after(self, at_s: float) -> int:
        """Return the number of the first frame that is not before a moment."""
        return max(0, math.ceil((at_s - self._offset_s) / self.interval_s))

    def frame(self, index: int, session: str) -> Frame:
        """Return a frame; never one before the last that was asked for.

        Args:
            index: Which.
            session: What the stretch of frames is called.
        """
        notice = FrameNotice(
            stamp=self._began.later(seconds_to_ns(self.time_s(index))),
            origin=Origin.SIMULATED,
            session=session,
            radar=self._radar.id,
            kind=FrameKind.ADC if self.description.chirp is not None else FrameKind.RANGE,
            index=index,
            shape=self.view.shape,
            dtype=self._dtype.str,
            position=0,
            description=self.description,
        )
        return frame_of(notice, self.view.frame(self.time_s(index)))
