"""Simulated people in front of a radar, down to converter counts: right where there is a rate, silent where not."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sumika.evaluate.radar.one_pass import Pass, one_pass
from sumika.metrics import score_estimates
from sumika.schema import AdcFrame, RadarDescription, Reason, Respiration
from tests.radar_scene import LARGE_COMPLEX, SMALL_REAL, Recorded, Scene, record, vary

INTERVAL_S = LARGE_COMPLEX.frame_interval_s


def times(seconds: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.arange(round(seconds / INTERVAL_S), dtype=np.float64) * INTERVAL_S


def seen(scene: Scene, keep: Callable[[AdcFrame], bool] = lambda _: True) -> tuple[Pass, Recorded]:
    recorded = record(scene)
    return one_pass((frame for frame in recorded.frames if keep(frame)), with_heart=False), recorded


def between(one: Pass, start_s: float, end_s: float) -> list[Respiration]:
    return [message for message in one.respirations if start_s <= one.seconds(message) < end_s]


def people(base: Scene, count: int, seed: int) -> list[Scene]:
    random = np.random.default_rng(seed)
    return [vary(base, random) for _ in range(count)]


class Tally:
    """Estimates, sigmas and truths over several people."""

    def __init__(self, scenes: list[Scene]) -> None:
        self.estimates: list[float | None] = []
        self.sigmas: list[float | None] = []
        self.truths: list[float] = []
        for scene in scenes:
            one, recorded = seen(scene)
            for message in between(one, 13.0, scene.seconds):
                self.estimates.append(message.rate_bpm)
                self.sigmas.append(message.sigma_bpm)
                self.truths.append(recorded.true_rate_bpm(one.seconds(message), message.window_s or 20.0))
        self.score = score_estimates(self.estimates, self.sigmas, self.truths)


@pytest.mark.parametrize("rate_bpm", [6.0, 10.0, 18.0, 30.0])
@pytest.mark.parametrize(
    ("breath_mm", "radar", "antennas", "range_m"), [(1.0, LARGE_COMPLEX, 4, 2.0), (2.0, SMALL_REAL, 3, 0.6)]
)
def test_rates_from_6_to_30_and_breaths_of_1_and_2_mm(
    rate_bpm: float, breath_mm: float, radar: RadarDescription, antennas: int, range_m: float
) -> None:
    scene = Scene(
        radar=radar, antennas=antennas, range_m=range_m, rate_bpm=rate_bpm, breath_mm=breath_mm, seconds=30.0, seed=4
    )
    one, _ = seen(scene)
    last = one.respirations[-1]
    assert last.valid
    assert last.rate_bpm == pytest.approx(rate_bpm, abs=0.4)
    assert last.amplitude_mm == pytest.approx(breath_mm, rel=0.35)


def test_breaths_of_many_wavelengths_at_twenty_frames_per_second() -> None:
    one, _ = seen(Scene(breath_mm=8.0, rate_bpm=16.0, clutter_db=20.0, seed=6))
    last = one.respirations[-1]
    assert last.valid
    assert last.rate_bpm == pytest.approx(16.0, abs=0.3)


@pytest.mark.slow
def test_ten_people_who_breathe_a_little_irregularly() -> None:
    score = Tally(people(Scene(irregular=0.04, seconds=30.0), 10, seed=21)).score
    assert score.coverage > 0.85
    assert score.mean_absolute_error is not None
    assert score.mean_absolute_error < 0.45
    assert score.within_95 is not None
    assert score.within_95 > 0.88
    assert score.largest_error is not None
    assert score.largest_error < 3.0


@pytest.mark.slow
@pytest.mark.parametrize(("irregular", "told"), [(0.0, 0.75), (0.1, 0.6)])
def test_sigma_holds_over_many_people(irregular: float, told: float) -> None:
    # Many people for a short while: twice as long a while says little more of how wide a sigma is.
    base = Scene(irregular=irregular, sway_mm=0.3, sway_slope=2.0, seconds=27.0)
    score = Tally(people(base, 40, seed=31)).score
    assert score.coverage > told
    assert score.within_95 is not None
    assert 0.89 <= score.within_95 <= 0.998


@pytest.mark.slow
@pytest.mark.parametrize("snr_db", [10.0, 5.0, 0.0, -5.0])
def test_the_weaker_the_signal_the_fewer_rates_and_never_a_lie(snr_db: float) -> None:
    score = Tally(people(Scene(irregular=0.03, snr_db=snr_db, seconds=30.0), 5, seed=41)).score
    assert score.coverage > 0.8 or snr_db < 10
    assert score.coverage < 0.05 or snr_db > -5
    if score.given:
        assert score.largest_error is not None
        assert score.largest_error < 3.0


NOBODY_BREATHES = Scene(breath_mm=1e-9, seconds=40.0)


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda scene: replace(scene, sway_mm=1.0), id="pink sway"),
        pytest.param(lambda scene: replace(scene, sway_mm=1.0, sway_slope=2.0), id="random walk"),
        pytest.param(lambda scene: replace(scene, sway_mm=2.0, sway_slope=3.0), id="drift"),
        pytest.param(lambda scene: replace(scene, sway_mm=0.1, heart_mm=0.4), id="a heart alone"),
        pytest.param(lambda scene: replace(scene, range_m=float("nan")), id="nobody"),
        pytest.param(lambda scene: replace(scene, snr_db=-25.0), id="receiver noise"),
    ],
)
def test_what_does_not_breathe_has_no_rate(change: Callable[[Scene], Scene]) -> None:
    random = np.random.default_rng(51)
    for _ in range(2):
        base = replace(vary(NOBODY_BREATHES, random), breath_mm=1e-9, rate_bpm=15.0)
        one, _ = seen(change(base))
        assert not any(message.valid for message in one.respirations)


def test_nobody_there_is_empty_with_certainty_within_eight_seconds() -> None:
    one, _ = seen(Scene(range_m=float("nan"), seconds=12.0))
    late = [message for message in one.presences if one.seconds(message) > 8.0]
    assert all(message.valid and (message.probability or 1.0) < 0.1 for message in late)
    assert {message.reason for message in between(one, 4.0, 12.0)} == {Reason.NO_PERSON}


@pytest.mark.parametrize("how", ["walks", "vanishes"])
def test_who_leaves_takes_the_rate_along_within_a_window_and_presence_fades(how: str) -> None:
    time = times(42.0)
    away = 1.5 + (time - 20.0 if how == "walks" else np.full_like(time, np.nan))
    one, _ = seen(Scene(seconds=42.0, range_m=np.where(time < 20.0, 1.5, np.where(away < 4.5, away, np.nan))))
    assert all(message.valid for message in between(one, 15.0, 20.0))
    assert not any(message.valid for message in between(one, 27.0, 42.0))
    assert one.respirations[-1].reason in (Reason.PERSON_LEFT, Reason.NO_PERSON)
    assert (one.presences[-1].probability or 1.0) < 0.1


def test_who_sits_down_after_walking_has_a_rate_within_fifteen_seconds() -> None:
    time = times(45.0)
    one, _ = seen(Scene(seconds=45.0, range_m=np.where(time < 20.0, 2.3 + 0.8 * np.sin(time), 2.3)))
    assert {message.reason for message in between(one, 4.0, 20.0)} == {Reason.MOVING}
    assert all(message.valid for message in between(one, 36.0, 45.0))


def test_who_stops_breathing_has_no_rate_within_one_window() -> None:
    time = times(45.0)
    one, _ = seen(Scene(seconds=45.0, breath_mm=np.where(time < 25.0, 4.0, 0.0), sway_mm=0.1, heart_mm=0.2))
    assert not any(message.valid for message in between(one, 37.0, 45.0))


@pytest.mark.slow
def test_a_rate_that_changes_is_followed_and_meanwhile_less_sure() -> None:
    rate = np.where(times(65.0) < 30.0, 15.0, 20.0)
    one, recorded = seen(Scene(seconds=65.0, rate_bpm=rate))
    after = [message for message in between(one, 50.0, 65.0) if message.rate_bpm is not None]
    assert len(after) >= 14
    assert all(abs((message.rate_bpm or 0) - 20.0) < 0.5 for message in after)
    before = max(message.sigma_bpm or 0 for message in between(one, 22.0, 30.0))
    changing = [message for message in between(one, 33.0, 47.0) if message.rate_bpm is not None]
    assert max(message.sigma_bpm or 0 for message in changing) > 3 * before
    for message in changing:
        assert message.rate_bpm is not None
        assert message.sigma_bpm is not None
        truth = recorded.true_rate_bpm(one.seconds(message), message.window_s)
        assert abs(message.rate_bpm - truth) < 3 * message.sigma_bpm + 0.3


def test_presence_and_distance_within_three_seconds_and_the_rate_within_fifteen() -> None:
    for scene in people(Scene(seconds=16.0), 5, seed=61):
        one, _ = seen(scene)
        soon = [message for message in one.presences if one.seconds(message) <= 3.0][-1]
        assert (soon.probability or 0.0) > 0.9
        assert soon.range_m is not None
        assert soon.range_sigma_m is not None
        assert abs(soon.range_m - float(np.asarray(scene.range_m)) - 0.01) < 3 * soon.range_sigma_m
        if float(np.asarray(scene.rate_bpm)) > 15:
            assert between(one, 14.0, 15.5)[0].valid
