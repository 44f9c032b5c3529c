"""Simulated scenes as the house is told of them: points and tracks, message by message."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.radar import people
from sumika.schema import Origin, PointCloud, Track, Tracks
from sumika.schema.house import Radar
from sumika.units import seconds_to_ns
from sumika.world.radar_scene import ActedScene, acted_frames

_BEGAN = Instant(10_000_000_000, 1_700_000_000_000_000_000, "simulated")


def told(acted: ActedScene) -> Iterator[tuple[float, PointCloud, Tracks]]:
    """Yield the time, the points of every frame of a scene, and what the tracker tells after it."""
    scene = acted.scene
    state = people.start(scene.rooms, scene.radars, scene.descriptions)
    for frame in acted_frames(acted, lambda _: False):
        state, seen = people.step(state, frame.radar, frame.samples, frame.time_s)
        yield frame.time_s, *messages_of(frame.index, frame.time_s, scene.radars[0], seen.points.rows, seen.tracks)


def messages_of(
    index: int, time_s: float, radar: Radar, rows: NDArray[np.floating], tracks: tuple[Track, ...]
) -> tuple[PointCloud, Tracks]:
    """Return a frame's points and everybody's place as messages.

    Args:
        index: Of the frame.
        time_s: Since the scene began.
        radar: That took the frame.
        rows: (point, column) as `POINT_COLUMNS`.
        tracks: As the tracker tells them.
    """
    stamp = _BEGAN.later(seconds_to_ns(time_s))
    cloud = PointCloud(
        stamp=stamp,
        origin=Origin.SIMULATED,
        radar=radar.id,
        room=radar.room,
        index=index,
        frame_interval_s=0.1,
        usable=True,
    )
    return cloud.with_points(rows), Tracks(stamp=stamp, origin=Origin.SIMULATED, source="house", tracks=tracks)
