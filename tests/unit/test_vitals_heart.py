"""A train of beats is found where there is one, at its own rate and not an octave beside it; in noise there is none."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.radar.breathing_rate import Trace
from sumika.radar.vitals.beats import BeatTrain, beat_train, whitened_acceleration
from sumika.radar.vitals.heart import HeartMemory, measure_heart
from sumika.radar.vitals.heart_evidence import GRID_BPM, heart_evidence, highest_hz
from sumika.radar.vitals.heart_tracker import HeartTracker, advance, tracked_rate
from sumika.schema import Reason
from tests.vitals_scene import INTERVAL_S, Sleeper, times

Array = NDArray[np.float64]


def chest_mm(sleeper: Sleeper, seconds: float, noise_mm: float = 0.002, seed: int = 0) -> Array:
    breath, heart = sleeper.moved_m(times(seconds))
    noise = noise_mm * np.random.default_rng(seed).standard_normal(breath.size)
    return np.asarray(1e3 * (breath + heart) + noise, np.float64)


def train_of(path_mm: Array, rate_bpm: float) -> BeatTrain:
    high_hz = highest_hz(INTERVAL_S)
    train = beat_train(whitened_acceleration(path_mm, INTERVAL_S, high_hz), high_hz, rate_bpm)
    assert train is not None
    return train


@pytest.mark.parametrize("heart_bpm", [46.0, 62.0, 83.0, 108.0])
@pytest.mark.parametrize("off", [0.93, 1.0, 1.07])
def test_beats_are_timed_to_some_milliseconds(heart_bpm: float, off: float) -> None:
    sleeper = Sleeper(heart_bpm=heart_bpm)
    train = train_of(chest_mm(sleeper, 14.0), heart_bpm * off)
    true = sleeper.beats_s(14.0)
    times_s = train.time_s + 14.0 - INTERVAL_S
    inner = times_s[(times_s > 3.0) & (times_s < 13.0)]
    nearest = np.array([int(np.argmin(np.abs(true + 0.1 - time))) for time in inner])
    assert np.all(np.diff(nearest) == 1)
    assert np.abs(np.diff(inner) - np.diff(true[nearest])).max() < 0.025
    assert train.passed.mean() > 0.8
    assert train.sigma_s < 0.02


@pytest.mark.parametrize("heart_bpm", [50.0, 64.0, 88.0])
def test_octaves_explain_far_less(heart_bpm: float) -> None:
    path_mm = chest_mm(Sleeper(heart_bpm=heart_bpm), 14.0)
    right = train_of(path_mm, heart_bpm).gain
    assert right > 8.0
    for octave in (0.5, 2.0):
        assert train_of(path_mm, heart_bpm * octave).gain < 0.5 * right


@pytest.mark.parametrize("rate_bpm", [50.0, 70.0, 100.0, 140.0])
def test_shuffled_movement_is_no_train(rate_bpm: float) -> None:
    path_mm = chest_mm(Sleeper(), 14.0)
    for seed in range(6):
        random = np.random.default_rng(seed)
        shuffled = np.cumsum(random.permutation(np.diff(path_mm)))
        assert train_of(shuffled, rate_bpm).gain < 6.0


@pytest.mark.parametrize("heart_bpm", [52.0, 66.0, 78.0, 95.0])
def test_the_harmonic_evidence_is_highest_at_the_rate(heart_bpm: float) -> None:
    evidence = heart_evidence(chest_mm(Sleeper(heart_bpm=heart_bpm), 10.0), INTERVAL_S)
    assert evidence is not None
    assert GRID_BPM[int(np.argmax(evidence.log_factor))] == pytest.approx(heart_bpm, rel=0.03)
    assert 0.4 < evidence.explained.max() <= 1.0


def test_frames_too_slow_for_a_heart_give_no_evidence() -> None:
    path_mm = chest_mm(Sleeper(), 20.0)[::4]
    assert heart_evidence(path_mm, 4 * INTERVAL_S) is None
    seen = measure_heart(HeartMemory(), Trace(path_mm, 4 * INTERVAL_S), 1.0, None)
    assert (seen.rate.valid, seen.rate.reason) == (False, Reason.OUT_OF_BAND)


def test_a_chest_that_does_not_move_gives_no_evidence() -> None:
    assert heart_evidence(np.zeros(400), INTERVAL_S) is None


def test_without_evidence_the_rate_becomes_less_sure() -> None:
    tracker = HeartTracker()
    path_mm = chest_mm(Sleeper(), 30.0)
    for second in range(8, 20):
        advance(tracker, heart_evidence(path_mm[: second * 20], INTERVAL_S), 1.0)
    known = tracked_rate(tracker)
    assert known.rate_bpm == pytest.approx(66.0, abs=2.0)
    assert known.low_bpm < 66.0 < known.high_bpm
    advance(tracker, None, 20.0)
    later = tracked_rate(tracker)
    assert later.sigma_bpm > 2 * known.sigma_bpm
    assert tracker.probability.sum() == pytest.approx(1.0)


def test_a_heart_that_speeds_up_is_followed() -> None:
    time_s = times(60.0)
    # From 60 to 84 beats per minute within a minute.
    count = time_s * (60.0 + 0.2 * time_s) / 60.0
    since = (count - np.floor(count)) / np.gradient(count, time_s)
    pulses = np.exp(-(((since - 0.1) / 0.05) ** 2)) - 0.4 * np.exp(-(((since - 0.28) / 0.08) ** 2))
    path_mm = 3.0 * np.sin(2 * np.pi * 0.22 * time_s) + 0.2 * pulses
    memory = HeartMemory()
    for second in range(8, 60):
        end = second * 20
        seen = measure_heart(memory, Trace(path_mm[max(0, end - 600) : end], INTERVAL_S), 1.0, None)
        if second > 14:
            assert seen.rate.value_bpm is not None, second
            middle_s = second - 0.5 * seen.rate.window_s - 0.7
            assert seen.rate.value_bpm == pytest.approx(60.0 + 0.4 * middle_s, abs=1.5)
