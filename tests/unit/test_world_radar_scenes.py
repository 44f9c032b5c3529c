"""The ready scenes: the same bytes for the same seed, and a truth that plain transforms find again in the samples."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.schema import RADAR_MODELS
from sumika.world.exchange.leg import Posture
from sumika.world.radar_scene import (
    LinkBudget,
    Scene,
    SimulatedFrame,
    empty_scene,
    fall_scene,
    frames,
    lighter,
    pet_scene,
    point_frame,
    resting_radar,
    robot_scene,
    sleepers_scene,
    still_scene,
    two_rooms_scene,
    vital_scene,
    walking_scene,
)
from sumika.world.radar_scene.residents import chance_chest, crossing_of
from sumika.world.radar_scene.sight import is_inside, stand_of
from sumika.world.radar_scene.tell import Teller

MAKERS: dict[str, Callable[[int], Scene]] = {
    "walking": lambda seed: walking_scene(seed, seconds=5.0),
    "vital": lambda seed: vital_scene(seed, 2.0, seconds=5.0),
    "still": lambda seed: still_scene(seed, seconds=5.0),
    "sleepers": lambda seed: sleepers_scene(seed, seconds=5.0),
    "empty": lambda seed: empty_scene(seed, seconds=5.0),
    "fall": lambda seed: fall_scene(seed, seconds=5.0),
    "pet": lambda seed: pet_scene(seed, seconds=5.0),
    "robot": lambda seed: robot_scene(seed, seconds=5.0),
    "two rooms": lambda seed: two_rooms_scene(seed, seconds=5.0),
}


def _some(scene: Scene, count: int, start_s: float = 0.0) -> list[SimulatedFrame]:
    return list(itertools.islice(frames(scene, start_s=start_s), count))


@pytest.mark.parametrize("name", list(MAKERS))
def test_the_same_seed_gives_the_same_bytes_and_another_others(name: str) -> None:
    first, again, other = (_some(MAKERS[name](seed), 2) for seed in (1, 1, 2))
    for one, two, three in zip(first, again, other, strict=True):
        assert one.samples.tobytes() == two.samples.tobytes()
        assert [body.position_m for body in one.truth.bodies] == [body.position_m for body in two.truth.bodies]
        assert one.samples.tobytes() != three.samples.tobytes()


@pytest.mark.parametrize("name", list(MAKERS))
def test_samples_are_whole_numbers_well_within_the_converter(name: str) -> None:
    scene = MAKERS[name](3)
    chirp = scene.description.chirp
    assert chirp is not None
    for frame in _some(scene, 2):
        parts = frame.samples.view(np.float32)
        assert (parts == np.rint(parts)).all()
        assert 50 < np.abs(parts).max() < chirp.full_scale


def test_samples_as_on_the_wire_are_the_same_numbers() -> None:
    scene = walking_scene(4, seconds=5.0)
    plain, wire = next(frames(scene)).samples, next(frames(scene, interleaved=True)).samples
    assert wire.dtype == np.int16
    assert wire.shape == (*plain.shape, 2)
    assert (wire[..., 0] == plain.real).all()
    assert (wire[..., 1] == plain.imag).all()


def test_a_real_receiver_gives_twelve_bits_around_their_middle() -> None:
    radar = lighter(RADAR_MODELS["bgt60tr13c"], 16, 128)
    frame = next(frames(vital_scene(1, 1.0, seconds=5.0, description=radar)))
    assert frame.samples.dtype == np.uint16
    assert frame.samples.shape == (16, 3, 128)
    assert frame.samples.max() < 4096
    assert frame.samples.mean() == pytest.approx(2048, abs=60)


def test_a_pulsed_radar_sees_the_breathing_chest_at_its_distance() -> None:
    radar = RADAR_MODELS["a121"]
    scene = vital_scene(2, 1.2, seconds=12.0, description=radar, posture=Posture.SITTING)
    grid = radar.range_grid
    assert grid is not None
    moving = np.var([frame.samples[0, 0] for frame in frames(scene)], axis=0)
    assert grid.start_m + grid.step_m * int(moving.argmax()) == pytest.approx(1.2, abs=0.2)


def _beam(scene: Scene, taken: list[SimulatedFrame]) -> tuple[NDArray[np.complex128], float]:
    """Return (frame, range bin) towards the chest, and the bin in which it lies."""
    radar, chirp = scene.description, scene.description.chirp
    assert chirp is not None
    chest = taken[0].truth.people[0].chest_m
    assert chest is not None
    seen = stand_of(scene.radars[0]).to_sensor(np.array(chest))
    distance_m = float(np.linalg.norm(seen))
    antennas = np.array(radar.array.virtual)
    steer = np.exp(1j * np.pi * (antennas[:, 0] * seen[0] + antennas[:, 1] * seen[2]) / distance_m)
    profiles = np.array([frame.samples.mean(axis=0) for frame in taken]) * np.hanning(chirp.samples_per_chirp)
    return np.einsum("fab,a->fb", np.fft.fft(profiles, axis=-1), steer), distance_m / chirp.range_resolution_m


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 4])
def test_the_phase_of_the_chests_cell_follows_the_told_displacement(seed: int) -> None:
    scene = vital_scene(seed, 2.0, seconds=25.0, posture=Posture.SITTING)
    taken = list(frames(scene))
    beam, chest_bin = _beam(scene, taken)
    near = beam[:, round(chest_bin) - 2 : round(chest_bin) + 4]
    moving = near - near.mean(axis=0)
    turned = np.angle((moving[1:] * moving[:-1].conj()).sum(axis=1))
    measured_m = np.cumsum(turned) * scene.description.wavelength_m / (4 * np.pi)
    told_m = np.array([frame.truth.people[0].chest_displacement_m for frame in taken])[1:]
    assert np.corrcoef(measured_m, told_m)[0, 1] > 0.6  # the rest is sway, which is no breath
    assert 1e-3 < np.ptp(told_m) < 12e-3

    rate_hz = 1 / scene.description.frame_interval_s
    frequency_bpm = np.fft.rfftfreq(8 * len(told_m), 1 / rate_hz) * 60
    spectrum = np.abs(np.fft.rfft((told_m - told_m.mean()) * np.hanning(len(told_m)), 8 * len(told_m)))
    middle = taken[len(taken) // 2].truth.people[0]
    assert frequency_bpm[spectrum.argmax()] == pytest.approx(middle.respiration_bpm, abs=2.0)


def test_the_told_heart_beats_when_beats_are_told() -> None:
    scene = vital_scene(5, 2.0, seconds=30.0, posture=Posture.SITTING)
    chest = scene.people[0].chest
    beats = chest.beat_s[(chest.beat_s > 1.0) & (chest.beat_s < 29.0)]
    assert 60 / np.diff(beats).mean() == pytest.approx(chest.settings.heart_bpm, rel=0.08)
    assert np.diff(beats).std() > 0.003
    moved = np.array([[float(chest.at(chest.heart_m, beat + lag)) for lag in (0.0, 0.12, 0.3)] for beat in beats])
    assert (moved[:, 1] > moved[:, 0]).all()
    assert (moved[:, 2] < moved[:, 1]).all()
    assert 0.07e-3 < np.ptp(chest.heart_m) < 0.6e-3


def test_harmonics_of_the_breath_meet_the_heart_in_a_quarter_of_the_scenes_and_more() -> None:
    chests = [chance_chest(np.random.Generator(np.random.SFC64(seed)), seed=seed) for seed in range(400)]
    meets = [chest for chest in chests if crossing_of(chest) is not None]
    assert len(meets) >= 0.25 * len(chests)
    for chest in meets:
        order = crossing_of(chest)
        assert order is not None
        assert abs(order * chest.breath_bpm - chest.heart_bpm) <= 2.0
        assert chest.overtones[order - 2] * chest.breath_mm > 0.01
    assert all(6 <= chest.breath_bpm <= 30 and 45 <= chest.heart_bpm <= 110 for chest in chests)
    assert all(2 <= chest.breath_mm <= 8 and 0.1 <= chest.heart_mm <= 0.4 for chest in chests)


@pytest.mark.parametrize("seed", range(6))
def test_people_stay_in_the_room_and_out_of_each_others_way(seed: int) -> None:
    scene = walking_scene(seed, seconds=40.0)
    tracks = [person.path.place_m for person in scene.people]
    count = min(len(track) for track in tracks)
    for track in tracks:
        assert all(is_inside(place, scene.rooms[0]) for place in track[::25])
        speed = np.hypot(*np.diff(track, axis=0).T) * 50
        assert 0.3 < speed.max() < 2.0
    for one, two in itertools.combinations(tracks, 2):
        assert np.hypot(*(one[:count] - two[:count]).T).min() > 0.3


@pytest.mark.parametrize("range_m", [0.8, 2.0, 4.0])
def test_a_resting_persons_chest_is_as_far_away_as_asked(range_m: float) -> None:
    scenes = [vital_scene(seed, range_m, seconds=2.0) for seed in range(30)]
    for scene in scenes:
        chest = Teller(scene, scene.radars[0]).tell(0.5, 0.02).people[0].chest_m
        assert chest is not None
        seen = stand_of(scene.radars[0]).to_sensor(np.array(chest))
        assert np.linalg.norm(seen) == pytest.approx(range_m, abs=0.15)
        assert abs(np.degrees(np.arctan2(seen[0], seen[1]))) < 45
    assert sum(bool(scene.harmonic_crossing) for scene in scenes) >= 0.25 * len(scenes)


def test_two_sleepers_lie_as_far_apart_as_asked_beside_or_behind_each_other() -> None:
    for along in (False, True):
        scene = sleepers_scene(1, 0.6, seconds=2.0, along=along)
        people = Teller(scene, scene.radars[0]).tell(0.5, 0.02).people
        chests = [np.array(body.chest_m) for body in people]
        assert np.linalg.norm(chests[0] - chests[1]) == pytest.approx(0.6, abs=0.1)
        seen = [stand_of(scene.radars[0]).to_sensor(chest) for chest in chests]
        apart_m = abs(float(np.linalg.norm(seen[0]) - np.linalg.norm(seen[1])))
        assert apart_m > 0.3 if along else apart_m < 0.2
        assert all(body.posture is Posture.LYING for body in people)


def test_truth_tells_a_fall_from_the_height_of_the_body() -> None:
    scene = fall_scene(1, seconds=20.0)
    teller = Teller(scene, scene.radars[0])
    told = [teller.tell(time_s, 0.02).people[0] for time_s in np.arange(8.0, 16.0, 0.1)]
    assert told[0].posture is Posture.STANDING
    assert told[0].top_m > 1.4
    assert told[-1].posture is Posture.LYING
    assert told[-1].top_m < 0.5
    assert min(body.velocity_m_s[2] for body in told) < -0.8


def test_pets_and_robots_are_low_and_nobody() -> None:
    for scene, kind, height_m in (
        (pet_scene(1, seconds=5.0), "pet", 0.45),
        (robot_scene(1, seconds=5.0), "robot", 0.12),
    ):
        truth = next(frames(scene)).truth
        assert truth.people == ()
        assert [body.kind for body in truth.bodies] == [kind]
        assert truth.bodies[0].top_m < height_m


def test_an_empty_room_has_a_fan_and_a_curtain_that_move_and_nobody() -> None:
    taken = _some(empty_scene(1, seconds=5.0), 8)
    assert taken[0].truth.bodies == ()
    assert set(taken[0].truth.movers) == {"fan", "curtain"}
    changes = np.var([frame.samples.mean(axis=0) for frame in taken], axis=0).mean()
    assert changes > 3 * LinkBudget().noise_counts ** 2 / taken[0].samples.shape[0]


def test_who_goes_through_the_doorway_is_seen_by_one_radar_after_the_other() -> None:
    scene = two_rooms_scene(1, seconds=40.0)
    tellers = {radar.id: Teller(scene, radar) for radar in scene.radars}
    hidden = 0
    for time_s in np.arange(0.0, 40.0, 0.2):
        told = {radar: teller.tell(time_s, 0.02).people[0] for radar, teller in tellers.items()}
        room = told["left"].room
        assert room == told["right"].room
        assert not room or told[room].in_sight
        hidden += sum(not body.in_sight for body in told.values())
    rooms = {tellers["left"].tell(time_s, 0.02).people[0].room for time_s in np.arange(0.0, 40.0, 0.2)}
    assert rooms >= {"left", "right"}
    assert hidden > 50


def test_a_point_has_the_energy_that_was_asked_for() -> None:
    radar = lighter(RADAR_MODELS["iwr6843isk"], 32, 64)
    powers = []
    for seed in range(20):
        cube = point_frame(radar, (0.3, 2.0, 0.1), (0.0, 0.5, 0.0), 30.0, seed)
        noise = point_frame(radar, (0.3, 2.0, 0.1), (0.0, 0.5, 0.0), -200.0, seed)
        powers.append(float((np.abs(cube - noise) ** 2).sum()))
        assert float((np.abs(noise) ** 2).mean()) == pytest.approx(1.0, rel=0.05)
    assert np.mean(powers) == pytest.approx(1000.0, rel=0.01)


def test_a_lighter_chirp_keeps_resolution_or_sees_as_far_as_asked() -> None:
    radar = RADAR_MODELS["iwr6843isk"]
    full, fine, far = radar.chirp, resting_radar().chirp, lighter(radar, 64, 128, 8.5).chirp
    assert full is not None
    assert fine is not None
    assert far is not None
    assert fine.range_resolution_m == pytest.approx(full.range_resolution_m)
    assert fine.max_range_m == pytest.approx(full.max_range_m / 2)
    assert far.max_range_m == pytest.approx(8.5)
    assert far.max_velocity_m_s == pytest.approx(full.max_velocity_m_s, rel=0.02)
