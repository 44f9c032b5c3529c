"""The bench of vitals scores what it should: errors, coverage, intervals and beats against the truth."""

import numpy as np
import pytest

from sumika.evaluate.radar.vitals_precision import displacement_efficiency, vitals_speed
from sumika.evaluate.radar.vitals_scenes import PersonPlayed, Said, play, slope_bpm
from sumika.evaluate.radar.vitals_score import score
from sumika.schema import Reason
from sumika.schema.vitals import Rate
from sumika.world.radar_scene import sleepers_scene, vital_scene


def rate(value_bpm: float, half_width: float = 1.0) -> Rate:
    return Rate(
        valid=True,
        reason=Reason.MEASURED,
        value_bpm=value_bpm,
        sigma_bpm=half_width / 2,
        low_bpm=value_bpm - half_width,
        high_bpm=value_bpm + half_width,
        quality=0.9,
        window_s=10.0,
    )


NONE = Rate(valid=False, reason=Reason.WARMING_UP)


def person(said: list[Said], beats: list[tuple[float, float | None, float]]) -> PersonPlayed:
    time_s = np.arange(0.0, 30.0, 0.05)
    return PersonPlayed(
        said=said,
        beats=beats,
        time_s=list(time_s),
        cycles=list(time_s * 15.0 / 60.0),
        beat_s=np.arange(0.1, 30.0, 1.0),
    )


def test_the_slope_of_a_count_is_its_rate() -> None:
    time_s = np.arange(0.0, 20.0, 0.1)
    assert slope_bpm(time_s, time_s * 0.25, 5.0, 15.0) == pytest.approx(15.0)
    assert slope_bpm(time_s, time_s**2 / 40.0, 5.0, 15.0) == pytest.approx(60.0 * 0.5, rel=1e-3)


def test_errors_coverage_and_intervals_are_counted() -> None:
    said = [
        Said(15.0, rate(15.2), rate(60.5), 3.0),
        Said(16.0, NONE, rate(63.0), 3.0),
        Said(17.0, rate(17.0), NONE, 3.0),
    ]
    scored = score(person(said, []))
    assert scored.breath == pytest.approx([0.2, 2.0], abs=1e-6)
    assert scored.breath_within == [True, False]
    assert scored.breath_valid == [True, False, True]
    assert scored.heart == pytest.approx([0.5, 3.0], abs=1e-6)
    assert scored.heart_within == [True, False]


def test_beats_are_matched_whatever_constant_lies_between_them_and_the_truth() -> None:
    told: list[tuple[float, float | None, float]] = [(second + 0.33, 1.004, 0.01) for second in range(3, 25)]
    scored = score(person([], [(2.33, None, 0.01), *told]))
    assert scored.beats == 30
    assert scored.wrong == 0
    assert scored.intervals == pytest.approx([0.004] * 22)


@pytest.mark.slow
def test_through_the_converter_both_rates_of_a_chance_person_are_right() -> None:
    scored = score(play(vital_scene(7, 1.5, 26.0))[1])
    assert sum(scored.heart_valid) >= 12
    assert np.abs(scored.heart).mean() < 1.0
    assert sum(scored.breath_valid) >= 8
    assert np.abs(scored.breath).mean() < 0.8
    assert len(scored.intervals) > 0.4 * scored.beats
    assert np.median(np.abs(scored.intervals)) < 0.03


@pytest.mark.slow
def test_two_sleepers_in_one_bed_are_told_apart_through_the_converter() -> None:
    for one in play(sleepers_scene(3, 0.6, 22.0)).values():
        scored = score(one)
        assert sum(scored.heart_valid) >= 8
        assert np.abs(scored.heart).mean() < 1.5


@pytest.mark.slow
def test_displacement_is_as_precise_as_noise_allows() -> None:
    figure = displacement_efficiency(full=False)
    assert 0.8 < figure.value < 1.3
    assert set(figure.detail) == {"at_25_db", "at_30_db", "at_40_db", "points"}


@pytest.mark.slow
def test_the_cost_of_a_frame_is_measured() -> None:
    figure = vitals_speed(full=False)
    assert figure.unit == "ms/frame"
    assert 0 < figure.value < 50
