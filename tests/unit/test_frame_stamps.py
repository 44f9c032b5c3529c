"""Frames are stamped evenly: never later than they arrived, never backwards, following the device's own clock."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sumika.clock import Instant
from sumika.sensors._stamps import FrameStamps
from sumika.units import seconds_to_ns

INTERVAL_S = 0.05


def at(seconds: float) -> Instant:
    return Instant(0, 0, "test").later(seconds_to_ns(100.0 + seconds))


def stamped_s(arrivals_s: np.ndarray) -> np.ndarray:
    stamps = FrameStamps(INTERVAL_S)
    return np.array([stamps.stamp(at(float(time))).monotonic_ns / 1e9 - 100.0 for time in arrivals_s])


@given(st.lists(st.floats(0.0, 3.0), min_size=2, max_size=60))
def test_no_stamp_is_later_than_the_arrival_or_before_the_stamp_before_it(gaps_s: list[float]) -> None:
    arrivals_s = np.cumsum(gaps_s) + np.arange(len(gaps_s)) * 1e-6
    stamps_s = stamped_s(arrivals_s)
    assert (stamps_s <= arrivals_s + 1e-9).all()
    assert (np.diff(stamps_s) > 0).all()


@pytest.mark.parametrize("drift", [-2e-4, 0.0, 2e-4])
def test_delays_of_a_busy_computer_are_smoothed_away_and_drift_is_followed(drift: float) -> None:
    taken_s = np.arange(4000) * INTERVAL_S * (1 + drift)
    delays_s = np.random.default_rng(1).exponential(0.004, taken_s.size) + 0.001
    late = stamped_s(np.maximum.accumulate(taken_s + delays_s)) - taken_s
    settled = late[400:]
    assert np.std(settled) < np.std(delays_s) / 2
    assert abs(settled.mean()) < 0.006


def test_after_a_pause_of_the_device_time_begins_anew() -> None:
    arrivals_s = np.concatenate([np.arange(10) * INTERVAL_S, 30.0 + np.arange(10) * INTERVAL_S])
    np.testing.assert_allclose(stamped_s(arrivals_s), arrivals_s, atol=1e-6)


def test_a_clock_that_runs_backwards_does_not_turn_the_stamps_back() -> None:
    stamps_s = stamped_s(np.array([1.0, 1.05, 0.2, 0.25, 1.3]))
    assert (np.diff(stamps_s) > 0).all()


def test_the_devices_own_clock_goes_before_the_interval() -> None:
    stamps = FrameStamps(INTERVAL_S)
    stamps.stamp(at(0.0))
    stamp = stamps.stamp(at(0.17), elapsed_s=0.15)
    assert abs(stamp.monotonic_ns - at(0.15).monotonic_ns) < 10**6
