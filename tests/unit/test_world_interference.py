"""Another radar's chirps: they raise the noise while they cross, follow their formula, and are gone otherwise."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.schema import RADAR_MODELS, RadarDescription
from sumika.schema.house import DemoSource, Radar
from sumika.world.radar_scene import Interferer, empty_cube, empty_scene, frames, link_of, walking_radar
from sumika.world.radar_scene.interference import Interference


def _radar(name: str, x: float, y: float, yaw_deg: float) -> Radar:
    return Radar(
        id=name, room="living", model="iwr6843isk", position_m=(x, y, 1.5), yaw_deg=yaw_deg, source=DemoSource()
    )


HERE, THERE = _radar("here", 2.0, 0.0, 90.0), _radar("there", 2.0, 3.0, -90.0)
OWN = walking_radar()


LATE_S = 0.49e-6
"""So much later a chirp of a fiftieth more slope is crossed in the middle of the samples."""


def _steeper(description: RadarDescription) -> RadarDescription:
    assert description.chirp is not None
    chirp = msgspec.structs.replace(description.chirp, slope_hz_per_s=1.02 * description.chirp.slope_hz_per_s)
    return msgspec.structs.replace(description, chirp=chirp)


def _cube(other: RadarDescription, begins_s: float, *, loss_db: float = 0.0) -> NDArray[np.complex64]:
    sender = Interferer(radar=THERE, description=other, begins_s=begins_s, loss_db=loss_db)
    heard = Interference.of(HERE, OWN, link_of(OWN), (sender,), np.random.default_rng(1))
    cube = empty_cube(OWN)
    if heard is not None:
        heard.disturb(cube, 0.0)
    return cube


def test_chirps_of_another_slope_cross_in_short_bursts() -> None:
    cube = np.abs(_cube(_steeper(OWN), LATE_S))
    loud = cube > 0
    assert 0.0 < loud.mean() < 0.5
    assert cube.max() == pytest.approx(cube[loud].min(), rel=1e-3)  # each is as strong as the one-way equation says
    assert cube.max() > 20.0 * link_of(OWN).noise_counts


def test_within_a_burst_the_frequency_is_the_difference_of_the_two_chirps() -> None:
    other = _steeper(OWN)
    assert OWN.chirp is not None
    assert other.chirp is not None
    cube = _cube(other, LATE_S)
    row = next(row for row in cube[:, 0] if (np.abs(row) > 0).sum() > 6)
    inside = np.flatnonzero(np.abs(row) > 0)
    turns = np.unwrap(np.angle(row[inside])) / (2 * np.pi)
    bend = np.diff(turns, 2) * OWN.chirp.sample_rate_hz**2
    slope = OWN.chirp.slope_hz_per_s - other.chirp.slope_hz_per_s
    apart = (bend - slope + OWN.chirp.sample_rate_hz**2 / 2) % OWN.chirp.sample_rate_hz**2
    assert np.abs(apart - OWN.chirp.sample_rate_hz**2 / 2).max() < 0.02 * OWN.chirp.sample_rate_hz**2


def test_the_same_chirp_at_the_same_moment_looks_like_a_target() -> None:
    assert OWN.chirp is not None
    late_s = 2.0 * 2.5 / 299792458.0  # as an echo from 2.5 m would be
    spectrum = np.abs(np.fft.fft(_cube(OWN, late_s)[0, 0]))
    cell = int(spectrum.argmax())
    assert cell * OWN.chirp.range_resolution_m == pytest.approx(2.5, abs=OWN.chirp.range_resolution_m)


def test_sleeping_radars_and_hidden_ones_disturb_nobody() -> None:
    assert OWN.chirp is not None
    awake_s = OWN.chirp.chirps_per_frame * OWN.chirp.chirp_interval_s
    assert not _cube(OWN, awake_s + 1e-3).any()
    assert not _cube(RADAR_MODELS["bgt60tr13c"], 0.0, loss_db=120.0).any()
    assert not _cube(RADAR_MODELS["a121"], 0.0).any()
    away = Interferer(radar=_radar("away", 2.0, -3.0, 90.0), description=OWN)
    assert Interference.of(HERE, OWN, link_of(OWN), (away,), np.random.default_rng(1)) is None


def test_it_raises_the_noise_of_a_scene() -> None:
    scene = replace(empty_scene(5, 2.0), movers=())
    there = Radar(
        id="other",
        room=scene.radars[0].room,
        model="iwr6843isk",
        position_m=(scene.radars[0].position_m[0], 3.0, 1.5),
        yaw_deg=-90.0,
        source=DemoSource(),
    )
    sender = Interferer(radar=there, description=_steeper(scene.description), begins_s=LATE_S)
    floors = []
    for one in (scene, replace(scene, interferers=(sender,))):
        taken = np.stack([frame.samples for frame, _ in zip(frames(one), range(6), strict=False)])
        floors.append(float((np.abs(taken - taken.mean(axis=0)) ** 2).mean()))
    assert floors[1] > 2.0 * floors[0]
