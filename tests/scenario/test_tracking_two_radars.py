"""Two radars of one house, through converter samples: who goes through the door, and where the second radar hangs."""

import math
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.radar import people, tracking
from sumika.radar.tracking import walked_path
from sumika.schema import TrackKind
from sumika.world.radar_scene import Scene, frames, two_rooms_scene, walking_radar, walking_scene

SLOWER = msgspec.structs.replace(walking_radar(), frame_interval_s=0.1)


def in_one_room(seed: int, seconds: float) -> Scene:
    """Return one person who walks, and a second radar on another wall."""
    scene = walking_scene(seed, people=1, seconds=seconds, description=SLOWER)
    first, corners = scene.radars[0], np.array(scene.rooms[0].floor_m)
    middle = corners.mean(axis=0)
    place, ahead = np.array(first.position_m[:2]), math.radians(first.yaw_deg)
    aside = np.array((-math.sin(ahead), math.cos(ahead)))
    beside = middle + aside * (np.abs((corners - middle) @ aside).max() - 0.05)
    assert float(np.hypot(*(beside - place))) > 1.0
    second = msgspec.structs.replace(
        first,
        id="second",
        position_m=(float(beside[0]), float(beside[1]), first.position_m[2]),
        yaw_deg=first.yaw_deg - 90.0,
    )
    descriptions = {first.id: SLOWER, second.id: SLOWER}
    return replace(scene, radars=(first, second), descriptions=descriptions)


@pytest.mark.slow
def test_a_second_radar_in_a_room_is_found_from_one_walk() -> None:
    scene = in_one_room(71, 24.0)
    sights = {radar.id: people.open_eyes(SLOWER, people.PeopleSettings()) for radar in scene.radars}
    seen: dict[str, list[tuple[float, NDArray[np.float32]]]] = {radar.id: [] for radar in scene.radars}
    for frame in frames(scene):
        found = people.look(sights[frame.radar], frame.samples)
        seen[frame.radar].append((frame.time_s, found.rows))
    first, second = (tracking.mounting_of(radar) for radar in scene.radars)
    x, y, z = second.position_m
    nominal = tracking.Mounting((x + 0.3, y - 0.4, z), second.yaw_rad + math.radians(20.0), second.pitch_rad)
    reference = walked_path(seen[scene.radars[0].id]).seen_from(first)
    calibration = tracking.calibrate(walked_path(seen["second"]), reference, nominal)
    assert calibration.usable, calibration.reason
    assert math.dist(calibration.mounting.position_m[:2], second.position_m[:2]) < 0.15
    assert abs(math.degrees(math.remainder(calibration.mounting.yaw_rad - second.yaw_rad, 2 * math.pi))) < 3.0


@pytest.mark.slow
def test_who_walks_from_room_to_room_stays_the_same() -> None:
    scene = two_rooms_scene(72, 16.0, SLOWER)
    state = people.start(scene.rooms, scene.radars, scene.descriptions)
    ids: dict[str, set[int]] = {"left": set(), "right": set()}
    near = []
    for frame in frames(scene):
        state, seen = people.step(state, frame.radar, frame.samples, frame.time_s)
        (person,) = frame.truth.people
        for track in seen.tracks:
            if track.kind is TrackKind.PERSON and math.dist(track.position_m[:2], person.position_m[:2]) < 0.7:
                near.append(frame.time_s)
                ids[person.room].add(track.id)
    assert ids["left"]
    assert ids["left"] == ids["right"]
    assert len(ids["left"]) == 1
    assert len(set(near)) > 150
