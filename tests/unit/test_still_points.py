"""Points that keep still: a breathing chest stays, a moved chair and trembling clutter go."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.radar.still_points import StillScreen, living_points
from sumika.schema import RADAR_MODELS

FRAME_S = 0.05
ANTENNAS, BINS, CHEST, CHAIR, CABINET = 8, 40, 10, 20, 30
WAVELENGTH_M = 0.005
NOISE = 1.0


def profiles(seconds: float, seed: int = 1, chair_from_s: float = 4.0) -> NDArray[np.complex64]:
    """Return (frame, antenna, range bin): a chest that breathes, a chair that is put there, a trembling cabinet."""
    random = np.random.default_rng(seed)
    time_s = np.arange(round(seconds / FRAME_S)) * FRAME_S
    shape = (len(time_s), ANTENNAS, BINS)
    noise = (random.standard_normal(shape) + 1j * random.standard_normal(shape)) * np.sqrt(NOISE / 2)
    turn = np.exp(2j * np.pi * random.uniform(size=ANTENNAS))
    breath = 0.002 * np.sin(2 * np.pi * 0.25 * time_s)
    noise[:, :, CHEST] += 30.0 * turn * np.exp(4j * np.pi * breath / WAVELENGTH_M)[:, None]
    noise[time_s >= chair_from_s, :, CHAIR] += 300.0 * turn
    trembles = 1.0 + 1e-3 * random.standard_normal(len(time_s))  # a millionth of its power: oscillator's phase noise
    noise[:, :, CABINET] += 3000.0 * turn * trembles[:, None]
    return np.asarray(noise, np.complex64)


def alive_at(frames: NDArray[np.complex64]) -> NDArray[np.bool_]:
    """Return (frame, range bin) what is said to live."""
    screen = StillScreen(FRAME_S)
    found = []
    for profile in frames:
        screen.take(profile)
        found.append(screen.alive(NOISE))
    return np.array(found)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_chest_lives_and_things_do_not(seed: int) -> None:
    alive = alive_at(profiles(14.0, seed))
    settled = alive[round(2.0 / FRAME_S) :]
    assert settled[:, CHEST].mean() > 0.95
    after_the_chair = alive[round(5.0 / FRAME_S) :]
    assert not after_the_chair[:, CHAIR].any()
    assert not settled[:, CABINET].any()
    assert settled[:, [2, 35]].mean() < 0.01


def test_the_change_that_a_moved_chair_makes_is_over_within_a_second() -> None:
    alive = alive_at(profiles(8.0, chair_from_s=4.0))
    moved = round(4.0 / FRAME_S)
    assert alive[moved, CHAIR]
    assert not alive[moved + round(1.0 / FRAME_S) :, CHAIR].any()


def test_points_that_move_stay_and_still_ones_stay_where_something_lives() -> None:
    description = RADAR_MODELS["iwr6843isk"]
    assert description.chirp is not None
    step_m = description.chirp.range_resolution_m
    alive = np.zeros(BINS, bool)
    alive[CHEST] = True
    rows = np.zeros((4, 9), np.float32)
    rows[:, 0] = np.array([CHEST, CHAIR, CHAIR, 10 * BINS]) * step_m
    rows[2, 1] = -1.0  # beside the chair somebody walks
    kept = living_points(rows, alive, description)
    assert kept.tolist() == [True, False, True, False]
    assert living_points(rows, np.zeros(0, bool), description).tolist() == [False, False, True, False]


def test_another_number_of_antennas_begins_anew() -> None:
    frames = profiles(2.0)
    screen = StillScreen(FRAME_S)
    assert screen.alive(NOISE).size == 0
    for profile in frames:
        screen.take(profile)
    screen.take(frames[0, :4])
    assert screen.alive(NOISE).tolist() == [False] * BINS
