"""A rhythm is found where there is one, with an honest sigma, and not where there is none."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.radar.breathing_rate import BAND, CHANCE_LOG10, FUNDAMENTAL_LOG10, convincing
from sumika.radar.periodicity import Rhythm, band_limited_velocity, find_rhythm, phase_wander_rad

INTERVAL_S = 0.05


def found(path_mm: NDArray[np.float64], interval_s: float = INTERVAL_S) -> Rhythm | None:
    return find_rhythm(*band_limited_velocity(path_mm, interval_s, BAND), BAND)


def times(seconds: float) -> NDArray[np.float64]:
    return np.arange(round(seconds / INTERVAL_S), dtype=np.float64) * INTERVAL_S


def breaths(rate_bpm: float, seconds: float, second: float = 0.0, third: float = 0.0) -> NDArray[np.float64]:
    angle = 2 * np.pi * rate_bpm / 60 * times(seconds)
    waves = np.sin(angle) + second * np.sin(2 * angle + 1) + third * np.sin(3 * angle + 2)
    return np.asarray(waves, np.float64)


@pytest.mark.parametrize("rate_bpm", [8.0, 12.0, 15.3, 20.0, 29.7, 38.0])
@pytest.mark.parametrize("seconds", [20.0, 30.0])
def test_the_rate_of_a_pure_rhythm_is_exact(rate_bpm: float, seconds: float) -> None:
    rhythm = found(breaths(rate_bpm, seconds))
    assert rhythm is not None
    assert rhythm.rate_bpm == pytest.approx(rate_bpm, abs=0.1)
    assert rhythm.amplitude_mm == pytest.approx(1.0, rel=0.05)
    assert convincing(rhythm)


@pytest.mark.parametrize("rate_bpm", [8.0, 14.0, 22.0])
@pytest.mark.parametrize(("second", "third"), [(0.5, 0.0), (0.3, 0.2), (0.0, 0.3)])
def test_harmonics_are_not_taken_for_the_rate(rate_bpm: float, second: float, third: float) -> None:
    rhythm = found(breaths(rate_bpm, 25.0, second, third))
    assert rhythm is not None
    assert rhythm.rate_bpm == pytest.approx(rate_bpm, abs=0.4)


def test_taking_time_more_slowly_lowers_the_rate_as_much() -> None:
    path = breaths(18.0, 20.0, 0.3)
    plain, slow = found(path), found(path, 1.2 * INTERVAL_S)
    assert plain is not None
    assert slow is not None
    assert plain.rate_bpm / slow.rate_bpm == pytest.approx(1.2, rel=0.003)


def test_a_heart_is_not_breathing_at_half_its_rate() -> None:
    random = np.random.default_rng(4)
    sway = np.cumsum(random.standard_normal(times(20.0).size)) * 0.01
    rhythm = found(0.3 * np.sin(2 * np.pi * 64 / 60 * times(20.0)) + sway)
    assert rhythm is None or not convincing(rhythm)


@pytest.mark.parametrize("slope", [0.0, 1.0, 2.0])
def test_noise_of_any_colour_is_hardly_ever_convincing(slope: float) -> None:
    random = np.random.default_rng(7)
    frequency = np.fft.rfftfreq(1600, INTERVAL_S)
    shape = np.where(frequency > 0.02, np.maximum(frequency, 0.02) ** (-slope / 2), 0.0)
    convinced = 0
    for _ in range(400):
        noise = np.fft.irfft(shape * np.fft.rfft(random.standard_normal(1600)))[:300]
        rhythm = found(noise)
        convinced += rhythm is not None and convincing(rhythm)
    assert convinced <= 1


def test_sigma_tells_the_error_in_noise() -> None:
    random = np.random.default_rng(11)
    scaled = []
    for _ in range(150):
        rate = random.uniform(10, 28)
        path = breaths(rate, 20.0, 0.2) + np.cumsum(random.standard_normal(400)) * 0.06
        rhythm = found(path)
        if rhythm is not None and convincing(rhythm):
            scaled.append((rhythm.rate_bpm - rate) / rhythm.sigma_bpm)
    assert len(scaled) > 100
    assert 0.8 < np.sqrt(np.mean(np.square(scaled))) < 1.3


def test_a_wandering_phase_is_seen_to_wander() -> None:
    time = times(20.0)
    wandering = np.sin(2 * np.pi * 0.25 * time + 0.6 * np.sin(2 * np.pi * 0.05 * time))
    steady = breaths(15.0, 20.0)
    strayed = []
    for path in (steady, wandering):
        velocity, window_s = band_limited_velocity(path, INTERVAL_S, BAND)
        rhythm = find_rhythm(velocity, window_s, BAND)
        assert rhythm is not None
        strayed.append(phase_wander_rad(velocity, rhythm))
    assert strayed[0] < 0.05 < 0.15 < strayed[1]


def test_nothing_moves_nothing_is_found() -> None:
    assert found(np.zeros(400)) is None


def test_the_thresholds_mean_what_they_say() -> None:
    assert CHANCE_LOG10 <= -3
    assert FUNDAMENTAL_LOG10 <= -2
