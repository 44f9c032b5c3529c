"""From the cube to points: what goes in, what comes out, what is remembered, and how sure it is."""

import copy
import math
import tracemalloc
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.evaluate.radar.chain_reference import map_error
from sumika.radar import detection
from sumika.schema import POINT_COLUMNS, RADAR_MODELS, RadarDescription, Reason
from sumika.world.radar_scene import add_point, empty_cube
from tests.recordings import recorded_frames, samples_of

WHOLE = RADAR_MODELS["iwr6843isk"]
Cube = NDArray[np.complex64]


def _smaller(description: RadarDescription, chirps: int, samples: int) -> RadarDescription:
    """Return a radar of the same reach with fewer chirps and samples, thus coarser in range."""
    chirp = description.chirp
    assert chirp is not None
    share = samples / chirp.samples_per_chirp
    less = msgspec.structs.replace(
        chirp,
        chirps_per_frame=chirps,
        samples_per_chirp=samples,
        sample_rate_hz=chirp.sample_rate_hz * share,
        slope_hz_per_s=chirp.slope_hz_per_s * share,
    )
    return msgspec.structs.replace(description, chirp=less)


SMALL = _smaller(WHOLE, 32, 64)


def _noise(description: RadarDescription, random: np.random.Generator) -> Cube:
    parts = random.standard_normal((*empty_cube(description).shape, 2), dtype=np.float32) * np.float32(math.sqrt(0.5))
    cube: Cube = parts.view(np.complex64)[..., 0]
    return cube


def _direction(azimuth: float, elevation: float) -> NDArray[np.float64]:
    level = math.cos(elevation)
    return np.array([math.sin(azimuth) * level, math.cos(azimuth) * level, math.sin(elevation)])


def _add(
    cube: Cube, description: RadarDescription, polar: tuple[float, float, float, float], snr_db: float, turn: float = 0
) -> None:
    """Add a point at (range, radial velocity, azimuth, elevation) in the middle of the frame."""
    range_m, velocity, azimuth, elevation = polar
    away = _direction(azimuth, elevation)
    chirp = description.chirp
    assert chirp is not None
    middle_s = (chirp.chirps_per_frame - 1) / 2 * chirp.chirp_interval_s
    amplitude = math.sqrt(10 ** (snr_db / 10) / cube.size) * np.exp(1j * turn)
    add_point(cube, description, tuple((range_m - velocity * middle_s) * away), tuple(velocity * away), amplitude)


def _settled(
    description: RadarDescription, settings: detection.DetectionSettings | None = None, seed: int = 1
) -> detection.DetectionState:
    """Return a state that has learned a still scene of noise alone."""
    random = np.random.default_rng(seed)
    state = detection.start(description, settings or detection.DetectionSettings())
    for _ in range(4):
        detection.step(state, _noise(description, random))
    return state


@pytest.mark.parametrize(
    ("samples", "found"),
    [
        (np.zeros((32, 12, 63), np.complex64), r"complex64 \(32, 12, 63\)"),
        (np.zeros((31, 12, 64), np.complex64), r"complex64 \(31, 12, 64\)"),
        (np.zeros((32, 12, 64), np.float32), r"real samples, float32"),
        (np.zeros((32, 12, 64, 3), np.int16), r"int16 \(32, 12, 64, 3\)"),
        (np.zeros((32, 12, 64), np.bool_), r"bool"),
    ],
)
def test_other_samples_are_refused_saying_what_was_found_and_expected(samples: NDArray[np.generic], found: str) -> None:
    with pytest.raises(ValueError, match=found + r".*expected complex.*\(32, 12, 64\)"):
        detection.step(detection.start(SMALL), samples)


@pytest.mark.slow
def test_range_bins_are_refused_when_real_or_when_their_number_changes() -> None:
    description = RADAR_MODELS["a121"]
    real: NDArray[Any] = np.zeros((8, 1, 97))
    with pytest.raises(ValueError, match=r"found float64 \(8, 1, 97\), expected complex"):
        detection.step_range(detection.start(description), real)
    state = detection.start(description)
    detection.step_range(state, np.ones((8, 1, 97), np.complex64))
    with pytest.raises(ValueError, match=r"found range bins \(8, 1, 96\).*\(8, 1, 97\)"):
        detection.step_range(state, np.ones((8, 1, 96), np.complex64))


def test_settings_that_no_chain_can_do_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"false_alarm_probability 0\.7"):
        detection.DetectionSettings(false_alarm_probability=0.7)
    with pytest.raises(ValueError, match=r"ordered_share 1\.0"):
        detection.DetectionSettings(ordered_share=1.0)
    with pytest.raises(ValueError, match="background_s inf"):
        detection.DetectionSettings(background_s=math.inf)
    with pytest.raises(ValueError, match="most_points 0"):
        detection.DetectionSettings(most_points=0)


@pytest.mark.slow
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_frame_that_is_no_number_gives_no_points_and_leaves_no_trace(bad: float) -> None:
    random = np.random.default_rng(3)
    state = _settled(SMALL)
    other = copy.deepcopy(state)
    broken = _noise(SMALL, random)
    broken[5, 3, 7] = bad
    seen = detection.step(state, broken)
    assert (seen.usable, seen.reason, len(seen.rows)) == (False, Reason.NOT_FINITE, 0)
    assert np.isfinite(seen.profile).all()
    for _ in range(3):
        cube = _noise(SMALL, random)
        _add(cube, SMALL, (4.0, 1.0, 0.3, 0.1), 35.0)
        after, sound = detection.step(state, cube), detection.step(other, cube)
        assert len(sound.rows) >= 1
        np.testing.assert_allclose(after.rows[0, :4], sound.rows[0, :4], atol=2e-3)
        assert np.isfinite(after.rows).all()
        assert np.isfinite(after.profile).all()


@pytest.mark.slow
def test_coordinates_of_moving_points_are_right_also_upwards() -> None:
    random = np.random.default_rng(5)
    start = _settled(WHOLE)
    for velocity in (-3.5, -1.0, 0.4, 2.2, 3.9):
        for elevation in (-0.2, 0.15):
            polar = (random.uniform(2, 8), velocity, random.uniform(-0.8, 0.8), elevation)
            cube = _noise(WHOLE, random)
            _add(cube, WHOLE, polar, 38.0, random.uniform(0, 6))
            row = detection.step(copy.deepcopy(start), cube).rows[0]
            assert np.all(np.abs(row[:4] - polar) < 4.5 * row[4:8]), (row, polar)
            assert np.all(row[4:8] < (0.02, 0.02, 0.02, 0.06))
            assert row[8] == pytest.approx(38.0, abs=1.5)


@pytest.mark.slow
def test_who_sits_still_and_breathes_stays_and_a_wall_does_not() -> None:
    random = np.random.default_rng(6)
    settings = detection.DetectionSettings(background_s=4.0)
    state = detection.start(SMALL, settings)
    seen_breathing, seen_wall = [], []
    for frame in range(240):
        time_s = frame * 0.05
        cube = _noise(SMALL, random)
        _add(cube, SMALL, (5.0, 0.0, -0.4, 0.0), 60.0)
        chest_m = 3.0 + 0.004 * math.sin(2 * math.pi * 0.25 * time_s)
        _add(cube, SMALL, (chest_m, 0.0, 0.3, 0.0), 40.0)
        rows = detection.step(state, cube).rows
        if time_s > 4.0:
            seen_breathing.append(np.any(np.abs(rows[:, 0] - 3.0) < 0.15))
            seen_wall.append(np.any(np.abs(rows[:, 0] - 5.0) < 0.15))
    assert np.mean(seen_breathing) > 0.9
    assert np.mean(seen_wall) < 0.02


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(detection.CfarKind))
def test_each_kind_of_cfar_finds_two_targets_and_little_else(kind: detection.CfarKind) -> None:
    random = np.random.default_rng(7)
    state = _settled(SMALL, detection.DetectionSettings(cfar=kind))
    polars = [(3.0, 1.0, 0.3, 0.0), (4.5, -1.5, -0.3, 0.0)]
    cube = _noise(SMALL, random)
    for polar in polars:
        _add(cube, SMALL, polar, 33.0)
    rows = detection.step(state, cube).rows
    assert 2 <= len(rows) <= 3
    for polar in polars:
        assert np.abs(rows[:, :3] - polar[:3]).max(axis=1).min() < 0.1


@pytest.mark.slow
def test_sigmas_are_the_scatter_of_repeated_noise() -> None:
    random = np.random.default_rng(8)
    start = _settled(SMALL)
    polar = (3.37, 1.13, 0.35, 0.1)
    errors = []
    for _ in range(150):
        cube = _noise(SMALL, random)
        _add(cube, SMALL, polar, 30.0, random.uniform(0, 6))
        row = detection.step(copy.deepcopy(start), cube).rows[0]
        errors.append((row[:4] - polar) / row[4:8])
    scatter = np.std(errors, axis=0)
    # Of 150, three standard deviations of a standard deviation are 17 %; the estimates may be 15 % beside the bound.
    assert np.all((scatter > 0.75) & (scatter < 1.35)), scatter


@pytest.mark.slow
def test_no_frame_allocates_memory_of_a_cube_size() -> None:
    random = np.random.default_rng(9)
    chirp = WHOLE.chirp
    assert chirp is not None
    pairs = np.rint(random.standard_normal((*empty_cube(WHOLE).shape, 2)) * 100).astype(np.int16)
    state = detection.start(WHOLE)
    for _ in range(3):
        detection.step(state, pairs)
    tracemalloc.start()
    for _ in range(3):
        detection.step(state, pairs)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < pairs.nbytes / 4


@pytest.mark.slow
def test_results_are_the_callers_and_so_are_the_samples() -> None:
    random = np.random.default_rng(10)
    cubes = [_noise(SMALL, random) for _ in range(4)]
    for cube in cubes:
        _add(cube, SMALL, (3.0, 1.0, 0.2, 0.0), 35.0)
    kept = [cube.copy() for cube in cubes]
    one, other = detection.start(SMALL), detection.start(SMALL)
    results = []
    for number, cube in enumerate(cubes):
        results.append(detection.step(one, cube))
        np.testing.assert_array_equal(cube, kept[number])
        cube[:] = 7.0  # what the caller does afterwards changes nothing
    before = [(result.rows.copy(), result.profile.copy()) for result in results]
    for _ in range(3):  # another radar's frames in between touch nothing of ours
        detection.step(other, _noise(SMALL, random) * 100)
    again = detection.start(SMALL)
    for number, cube in enumerate(kept):
        repeated = detection.step(again, cube)
        np.testing.assert_array_equal(results[number].rows, before[number][0])
        np.testing.assert_array_equal(repeated.rows, before[number][0])
        np.testing.assert_array_equal(repeated.profile, before[number][1])
    assert len(before[-1][0]) >= 1


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [np.complex64, np.complex128, np.int16, np.int32])
def test_every_kind_of_samples_gives_the_same_points(dtype: type) -> None:
    random = np.random.default_rng(11)
    cubes = []
    for _ in range(3):
        cube = _noise(SMALL, random) * 50
        _add(cube, SMALL, (3.0, 1.0, 0.2, 0.0), 70.0)
        cubes.append(np.rint(np.stack([cube.real, cube.imag], axis=-1)))
    whole, other = detection.start(SMALL), detection.start(SMALL)
    for pairs in cubes:
        expected = detection.step(whole, pairs.astype(np.int16)).rows
        plain = pairs if np.issubdtype(dtype, np.integer) else pairs[..., 0] + 1j * pairs[..., 1]
        rows = detection.step(other, plain.astype(dtype)).rows
        np.testing.assert_allclose(rows, expected, rtol=2e-4, atol=2e-4)
    assert len(expected) >= 1


@pytest.mark.slow
@pytest.mark.parametrize(("chirps", "samples"), [(32, 64), (24, 48), (20, 50), (17, 64), (1, 128)])
def test_the_map_of_any_length_is_that_of_a_plain_chain_in_double_precision(chirps: int, samples: int) -> None:
    random = np.random.default_rng(12)
    description = _smaller(WHOLE, chirps, samples)
    cubes = [np.rint(random.standard_normal((chirps, 12, samples, 2)) * 300).astype(np.int16) for _ in range(2)]
    if chirps >= 8:
        assert map_error(description, cubes) < 1e-6
    else:
        assert np.isfinite(detection.step(detection.start(description), cubes[0]).rows).all()


@pytest.mark.slow
def test_more_antennas_than_are_described_give_range_and_velocity_and_wide_angles() -> None:
    random = np.random.default_rng(13)
    unknown = msgspec.structs.replace(SMALL, array=type(SMALL.array)())
    state = detection.start(unknown)
    for _ in range(3):
        detection.step(state, _noise(SMALL, random)[:, :4])
    cube = _noise(SMALL, random)
    _add(cube, SMALL, (3.0, 1.0, 0.5, 0.0), 38.0)
    row = detection.step(state, cube[:, :4]).rows[0]
    assert row[:2] == pytest.approx((3.0, 1.0), abs=0.03)
    assert row[2:4].tolist() == [0.0, 0.0]
    assert row[6] > 0.5
    assert row[7] > 0.4


@pytest.mark.slow
def test_range_bins_of_one_antenna_tell_who_moves_where() -> None:
    random = np.random.default_rng(14)
    description = RADAR_MODELS["a121"]
    state = detection.start(description)
    place = 0.2 + 0.05 * np.arange(97)
    seen = []
    for frame in range(60):
        iq = (random.standard_normal((8, 1, 97, 2)) @ (1, 1j)) * 0.5
        iq += 40 * np.exp(-0.5 * ((place - 3.0) / 0.07) ** 2)  # a wall
        at_m = 1.5 + 0.01 * frame
        iq += 15 * np.exp(-0.5 * ((place - at_m) / 0.07) ** 2) * np.exp(4j * np.pi * at_m / description.wavelength_m)
        rows = detection.step_range(state, iq.astype(np.complex64)).rows
        if frame > 10:
            seen.append(len(rows) > 0 and abs(rows[0, 0] - at_m) < 0.1)
            assert not np.any(np.abs(rows[:, 0] - 3.0) < 0.1)
            assert np.all(rows[:, 1] == 0.0)
            assert np.all(rows[:, 5] >= 1.0)
    assert np.mean(seen) > 0.9


@pytest.mark.recording
@pytest.mark.slow
@pytest.mark.parametrize("name", ["bgt60", "a121", "iwr6843"])
def test_real_frames_give_points_that_are_numbers_within_reach(sumika_data: Path, name: str) -> None:
    frames = recorded_frames(sumika_data, name)[:80]
    description = frames[0].notice.description
    state = detection.start(description)
    points, steps = [], {"adc": detection.step, "range": detection.step_range}
    for frame in frames:
        found = steps[frame.notice.kind.value](state, samples_of(frame))
        assert found.usable
        assert found.rows.dtype == np.float32
        assert found.rows.shape[1] == len(POINT_COLUMNS)
        assert found.noise_power > 0
        points.append(found.rows)
    rows = np.concatenate(points)
    assert np.isfinite(rows).all()
    assert len(rows) > 20  # somebody sits and breathes
    assert np.all(rows[:, 0] > 0)
    assert np.all(rows[:, 4:8] > 0)
