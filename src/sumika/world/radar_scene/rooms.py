"""Chance rooms, the radars in them, and the lighter chirps that scenes are rendered with."""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.schema import RADAR_MODELS, RadarDescription
from sumika.schema.house import DemoSource, Radar, Room
from sumika.units import SPEED_OF_LIGHT_M_S
from sumika.world.radar_scene.mirror import FloorMirror, Mirror, WallMirror
from sumika.world.radar_scene.sight import is_inside, wall_distance_m, walls_of

Array = NDArray[np.float64]
Spot = tuple[float, float]


def lighter(
    description: RadarDescription, chirps: int, samples: int, max_range_m: float | None = None
) -> RadarDescription:
    """Return the same radar with fewer chirps and samples, as it could be configured.

    Args:
        description: The radar; one without a chirp is returned as it is.
        chirps: Per transmitter and frame. Their interval stays, and with it the largest velocity.
        samples: Per chirp, taken in the same time, so that the converter's rate (and its noise) falls with them.
        max_range_m: Sweep just so wide that this far is seen; None keeps the bandwidth, and with it the resolution.
    """
    chirp = description.chirp
    if chirp is None:
        return description
    sweep_s = chirp.samples_per_chirp / chirp.sample_rate_hz
    bins = samples if chirp.complex_samples else samples // 2
    bandwidth_hz = chirp.bandwidth_hz if max_range_m is None else bins * SPEED_OF_LIGHT_M_S / (2.0 * max_range_m)
    reduced = msgspec.structs.replace(
        chirp,
        slope_hz_per_s=min(bandwidth_hz, chirp.bandwidth_hz) / sweep_s,
        sample_rate_hz=samples / sweep_s,
        samples_per_chirp=samples,
        chirps_per_frame=chirps,
    )
    return msgspec.structs.replace(
        description, chirp=reduced, carrier_frequency_hz=reduced.center_frequency_hz, array=description.array
    )


def walking_radar(model: str = "iwr6843isk") -> RadarDescription:
    """Return a radar that sees a whole room's walkers: 64 chirps of 128 samples, 8.5 m."""
    return lighter(RADAR_MODELS[model], 64, 128, 8.5)


def resting_radar(model: str = "iwr6843isk") -> RadarDescription:
    """Return a radar that sees who rests: 16 chirps of 128 samples at full bandwidth, 5.6 m."""
    return lighter(RADAR_MODELS[model], 16, 128)


def chance_room(random: np.random.Generator, *, name: str = "living") -> Room:
    """Return a rectangular or L-shaped room of 3.6 to 5.2 m by 3.2 to 4.6 m; the plan's origin is one corner."""
    wide, deep = float(random.uniform(3.6, 5.2)), float(random.uniform(3.2, 4.6))
    corners: tuple[Spot, ...] = ((0.0, 0.0), (wide, 0.0), (wide, deep), (0.0, deep))
    if random.uniform() < 0.3:
        in_x, in_y = wide - float(random.uniform(0.7, 1.2)), deep - float(random.uniform(0.7, 1.2))
        corners = ((0.0, 0.0), (wide, 0.0), (wide, in_y), (in_x, in_y), (in_x, deep), (0.0, deep))
    return Room(id=name, floor_m=corners, height_m=float(random.uniform(2.3, 2.7)))


def hang_radar(
    random: np.random.Generator, room: Room, model: str, *, name: str = "radar", height_m: float | None = None
) -> Radar:
    """Hang a radar at the middle of the room's first wall (y = its start), looking into the room, tilted a little."""
    (x_1, y_1), (x_2, _) = room.floor_m[0], room.floor_m[1]
    x = x_1 + (x_2 - x_1) * float(random.uniform(0.35, 0.65))
    height = float(random.uniform(1.2, 1.8)) if height_m is None else height_m
    return Radar(
        id=name,
        room=room.id,
        model=model,
        position_m=(x, y_1 + 0.02, height),
        yaw_deg=90.0 + float(random.uniform(-8.0, 8.0)),
        pitch_deg=float(random.uniform(-12.0, -3.0)),
        source=DemoSource(),
    )


def chance_mirrors(random: np.random.Generator, room: Room, *, walls: int = 1) -> tuple[Mirror, ...]:
    """Return the floor and some walls, not that of the radar, whose images are 6 to 15 dB weaker."""
    sides = walls_of(room)
    chosen = random.choice(np.arange(1, len(sides)), size=min(walls, len(sides) - 1), replace=False)
    mirrors: list[Mirror] = [FloorMirror(loss_db=float(random.uniform(14.0, 24.0)))]
    for number in chosen:
        loss = float(random.uniform(6.0, 15.0))
        mirrors.append(WallMirror(wall=sides[int(number)], loss_db=loss, name=f"wall {int(number)}"))
    return tuple(mirrors)


def chance_spot(random: np.random.Generator, room: Room, *, clear_m: float = 0.45) -> Spot:
    """Return a place in a room that is clear of its walls."""
    corners = np.array(room.floor_m)
    low, high = corners.min(axis=0), corners.max(axis=0)
    while True:
        spot = random.uniform(low, high)
        if is_inside(spot, room) and wall_distance_m(spot, room) >= clear_m:
            return (float(spot[0]), float(spot[1]))


def towards(start_m: Spot, end_m: Spot) -> float:
    """Return the heading from one place of the floor plan to another."""
    return math.atan2(end_m[1] - start_m[1], end_m[0] - start_m[0])
