"""A simulated scene as the frames that a driver would hand over; said to be simulated."""

from collections.abc import Iterator

import numpy as np

from sumika.clock import Instant
from sumika.schema import AdcFrame, FrameKind, FrameNotice, Origin
from sumika.sensors.base import frame_of
from sumika.units import seconds_to_ns
from sumika.world.radar_scene import Scene, SimulatedFrame, frames

BEGIN = Instant(1_000_000_000, 1_700_000_000_000_000_000, "simulation")


def simulated_frames(scene: Scene) -> Iterator[tuple[AdcFrame, SimulatedFrame]]:
    """Yield every frame of a scene as its radar's driver would give it, and with the truth beside it.

    Raises:
        ValueError: if a radar of the scene gives no converter samples.
    """
    for simulated in frames(scene):
        description = scene.descriptions[simulated.radar]
        room = next(radar.room for radar in scene.radars if radar.id == simulated.radar)
        samples = np.ascontiguousarray(simulated.samples)
        notice = FrameNotice(
            stamp=BEGIN.later(seconds_to_ns(simulated.time_s)),
            origin=Origin.SIMULATED,
            session=f"{room}#1",
            radar=simulated.radar,
            kind=FrameKind.ADC,
            index=simulated.index,
            shape=(samples.shape[0], samples.shape[1], samples.shape[2]),
            dtype=samples.dtype.str,
            position=0,
            description=description,
        )
        frame = frame_of(notice, samples)
        if not isinstance(frame, AdcFrame) or description.chirp is None:
            raise ValueError(f"radar {simulated.radar} gives no converter samples")
        yield frame, simulated
