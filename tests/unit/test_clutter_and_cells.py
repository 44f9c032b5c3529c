"""A still person is found beside clutter a hundred times stronger; noise and clutter alone are nobody."""

import numpy as np
import pytest

from sumika.radar import (
    MOVING,
    chest_cells,
    kept_distances,
    measure_change,
    motion_scores,
    quiet_noise,
    strongest_reflection,
    sweep_noise,
)
from sumika.schema import RangeGrid

GRID = RangeGrid(start_m=0.0, step_m=0.1, bins=40)
FRAMES, SWEEPS, ANTENNAS = 200, 4, 2


def scene(
    range_m: float | None, *, clutter: float = 10.0, noise: float = 0.05, jitter: float = 0.0, seed: int = 0
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.complex64]], np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    """Return mean profiles (frame, antenna, bin) and their noise (frame, bin); a breathing point, and a wall at 3 m."""
    random = np.random.default_rng(seed)
    bins = np.arange(GRID.bins) * GRID.step_m
    shape = (FRAMES, SWEEPS, ANTENNAS, GRID.bins)
    iq = noise * (random.standard_normal(shape) + 1j * random.standard_normal(shape))
    wall = clutter * np.exp(-(((bins - 3.0) / 0.1) ** 2)) + clutter * np.exp(-(((bins - 1.5) / 0.1) ** 2))
    iq = iq + wall * (1 + jitter * random.standard_normal((FRAMES, 1, 1, 1)))
    if range_m is not None:
        phase = 8 * np.sin(2 * np.pi * 0.25 * np.arange(FRAMES) * 0.05)
        iq = iq + np.exp(1j * phase)[:, np.newaxis, np.newaxis, np.newaxis] * np.exp(-(((bins - range_m) / 0.1) ** 2))
    iq = iq.astype(np.complex64)
    levels = [sweep_noise(one) for one in iq]
    return iq.mean(axis=1), np.array([level for level in levels if level is not None], np.float32)


@pytest.mark.parametrize("range_m", [0.83, 1.5, 2.27])
def test_a_breathing_point_is_found_within_three_sigma(range_m: float) -> None:
    profiles, noise = scene(range_m)
    change = measure_change(profiles, quiet_noise(noise, 2 * (SWEEPS - 1) * ANTENNAS))
    seen = strongest_reflection(change, kept_distances(GRID))
    assert abs(seen.range_m - range_m) < 3 * seen.range_sigma_m
    assert seen.range_sigma_m < 0.05
    assert seen.signal_to_noise_db > 12


@pytest.mark.parametrize("seed", range(8))
def test_clutter_and_noise_alone_stay_below_what_counts_as_seen(seed: int) -> None:
    profiles, noise = scene(None, jitter=0.01, seed=seed)
    for frames in (20, 60, 200):
        change = measure_change(profiles[:frames], quiet_noise(noise[:frames], 2 * (SWEEPS - 1) * ANTENNAS))
        assert strongest_reflection(change, kept_distances(GRID)).signal_to_noise_db < 4


def test_noise_is_measured_as_it_is_whether_or_not_someone_moves_half_the_time() -> None:
    profiles, noise = scene(None)
    noise[::2] *= 100
    measured = quiet_noise(noise, 2 * (SWEEPS - 1) * ANTENNAS)
    assert np.median(measured) == pytest.approx(2 * 0.05**2 / SWEEPS, rel=0.5)
    assert profiles.shape == (FRAMES, ANTENNAS, GRID.bins)


def test_a_radar_with_one_sweep_takes_its_noise_from_the_quiet_bins() -> None:
    assert sweep_noise(np.ones((1, 2, 5), np.complex64)) is None
    profiles, _ = scene(2.2)
    assert abs(strongest_reflection(measure_change(profiles, None), kept_distances(GRID)).range_m - 2.2) < 0.05


def test_cells_lie_around_the_chest_and_end_at_the_edge() -> None:
    distances = kept_distances(GRID)
    assert chest_cells(15, distances) == slice(14, 17)
    assert chest_cells(0, distances) == slice(0, 2)
    assert chest_cells(39, distances) == slice(38, 40)
    fine = kept_distances(RangeGrid(start_m=0.2, step_m=0.027, bins=32))
    assert chest_cells(10, fine) == slice(7, 14)


def test_oversampled_and_far_bins_are_left_out() -> None:
    swept = kept_distances(RangeGrid(start_m=0.4, step_m=0.000484, bins=827))
    assert 0.02 < swept.step_m < 0.03
    assert swept.count == len(range(827)[swept.take])
    far = kept_distances(RangeGrid(start_m=0.0, step_m=0.1, bins=1000))
    assert far.at(far.count - 1) == pytest.approx(10.0)
    assert kept_distances(RangeGrid(start_m=12.0, step_m=0.1, bins=5)).count == 1


def test_a_deep_breath_is_no_movement_and_a_gesture_is() -> None:
    time = np.arange(400) * 0.05
    random = np.random.default_rng(3)
    gains = np.exp(1j * random.uniform(0, 6, 9))
    phase = 4 * np.pi / 5e-3 * 6e-3 * np.sin(2 * np.pi * 0.3 * time)
    noise = 0.02 * (random.standard_normal((400, 9)) + 1j * random.standard_normal((400, 9)))
    breath = np.exp(1j * phase)[:, np.newaxis] * gains + 2 + noise
    assert motion_scores(breath, 3, 0.05, 8e-4).max() < MOVING
    gesture = breath.copy()
    arm = random.standard_normal((60, 9)) + 1j * random.standard_normal((60, 9))
    gesture[200:260] += arm * 1.5
    scores = motion_scores(gesture, 3, 0.05, 8e-4)
    assert scores[215:260].min() > MOVING
    assert scores[:199].max() < MOVING
    assert scores[-60:].max() < MOVING
