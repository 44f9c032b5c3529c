"""A device's clock in house time: offset and drift from arrivals that are only ever late."""

import numpy as np
import pytest

from sumika.sensors.reference import DeviceClock, fit_all, house_ns

START_NS = 5_000_000_000_000


def arrivals(device_s: np.ndarray, drift_ppm: float, mean_delay_s: float, seed: int) -> list[int]:
    random = np.random.default_rng(seed)
    late_s = random.exponential(mean_delay_s, device_s.size)
    return [START_NS + round(one * 1e9) for one in device_s * (1 + drift_ppm * 1e-6) + late_s]


@pytest.mark.parametrize("drift_ppm", [-80.0, 0.0, 40.0])
def test_offset_and_drift_are_found_beneath_the_delays(drift_ppm: float) -> None:
    device_s = np.arange(0, 600, 0.56)
    errors_s, sigmas_s = [], []
    for seed in range(20):
        fit = fit_all(device_s.tolist(), arrivals(device_s, drift_ppm, 0.03, seed), 0.0)
        assert fit.trusted
        assert fit.drift_ppm == pytest.approx(drift_ppm, abs=5.0)
        errors_s.append(house_ns(fit, 300.0) * 1e-9 - START_NS * 1e-9 - 300 * (1 + drift_ppm * 1e-6))
        sigmas_s.append(fit.sigma_s)
    # A mean of arrivals would be 30 ms late; the line beneath them is not.
    assert max(np.abs(errors_s)) < 0.003
    assert 0.1 < np.sqrt(np.mean(np.square(errors_s))) / np.mean(sigmas_s) < 10


def test_the_least_delay_is_in_the_uncertainty_and_half_of_it_taken_off() -> None:
    device_s = np.arange(0, 100, 0.5)
    stamps = arrivals(device_s, 0.0, 1e-9, 0)
    plain, wide = fit_all(device_s.tolist(), stamps, 0.0), fit_all(device_s.tolist(), stamps, 0.06)
    assert plain.start_monotonic_ns - wide.start_monotonic_ns == 30_000_000
    assert wide.sigma_s == pytest.approx(0.06 / np.sqrt(12), rel=0.01)


def test_before_half_a_minute_no_drift_is_claimed() -> None:
    device_s = np.arange(0, 20, 0.5)
    assert fit_all(device_s.tolist(), arrivals(device_s, 300.0, 0.01, 1), 0.0).drift_ppm == 0.0


def test_a_nominal_rate_is_no_clock() -> None:
    device_s = np.arange(0, 60, 0.5)
    assert not fit_all(device_s.tolist(), arrivals(device_s, 250_000.0, 0.01, 2), 0.0).trusted


def test_the_line_lies_beneath_every_arrival() -> None:
    device_s = np.arange(0, 200, 0.7)
    stamps = arrivals(device_s, 60.0, 0.05, 3)
    fit = fit_all(device_s.tolist(), stamps, 0.0)
    assert all(house_ns(fit, one) <= stamp + 1 for one, stamp in zip(device_s.tolist(), stamps, strict=True))


def test_time_that_does_not_go_on_is_refused() -> None:
    clock = DeviceClock()
    with pytest.raises(ValueError, match="no arrival yet"):
        clock.fit()
    clock.observe(2.0, 0)
    with pytest.raises(ValueError, match=r"from 2\.0 s to 2\.0 s"):
        clock.observe(2.0, 1)
