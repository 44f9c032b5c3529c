"""The real recordings, once through the whole chain: rates and distances are what all channels agree on, the maker's
reference is met, and the same data with time bent fools nobody."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from sumika.evaluate.radar import respiration
from sumika.evaluate.radar.one_pass import Pass, one_pass
from sumika.schema import Frame, Reason
from tests.recordings import recorded_frames, shuffled, stretched

pytestmark = pytest.mark.recording


def breath_pass(frames: Iterable[Frame]) -> Pass:
    return one_pass(frames, with_heart=False)


def valid_rates(seen: Pass) -> list[float]:
    return [one.rate_bpm for one in seen.respirations if one.valid and one.rate_bpm is not None]


@pytest.mark.parametrize(("name", "rate_bpm", "allowed"), [("iwr6843", 15.2, 0.5), ("bgt60", 14.3, 0.6)])
def test_respiration_is_what_all_channels_agree_on(
    sumika_data: Path, name: str, rate_bpm: float, allowed: float
) -> None:
    seen = breath_pass(recorded_frames(sumika_data, name))
    valid = [one for one in seen.respirations if one.valid]
    assert seen.seconds(valid[0]) <= 14.0
    last = valid[-1]
    assert last.rate_bpm is not None
    assert last.sigma_bpm is not None
    assert abs(last.rate_bpm - rate_bpm) <= allowed
    assert last.sigma_bpm < 1.0


def test_the_persons_distance_is_found(sumika_data: Path) -> None:
    seen = breath_pass(recorded_frames(sumika_data, "iwr6843"))
    distances = [one.range_m for one in seen.presences if one.range_m is not None]
    assert abs(float(np.median(distances)) - 0.70) < 0.05
    assert all(abs(distance - 0.70) < 0.05 for distance in distances)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["iwr6843", "bgt60", "a121"])
def test_time_stretched_gives_a_lower_rate(sumika_data: Path, name: str) -> None:
    frames = recorded_frames(sumika_data, name)
    plain, slow = (valid_rates(breath_pass(some)) for some in (frames, stretched(frames, 1.2)))
    assert plain[-1] / slow[-1] == pytest.approx(1.2, rel=0.03)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["iwr6843", "bgt60", "a121"])
def test_time_shuffled_gives_no_rate_at_all(sumika_data: Path, name: str, seed: int) -> None:
    seen = breath_pass(shuffled(recorded_frames(sumika_data, name), seed))
    assert valid_rates(seen) == []
    assert all(one.reason is not Reason.MEASURED for one in seen.respirations)


@pytest.mark.parametrize("name", ["iwr6843", "bgt60", "a121", "a111", "a121_presence", "a121_far"])
def test_presence_is_known_within_five_seconds_of_the_first_movement(sumika_data: Path, name: str) -> None:
    seen = breath_pass(recorded_frames(sumika_data, name))
    early = [one for one in seen.presences if seen.seconds(one) <= 5.0]
    assert (early[-1].probability or 0.0) > 0.9


def test_before_anyone_comes_the_far_corner_is_not_called_occupied(sumika_data: Path) -> None:
    seen = breath_pass(recorded_frames(sumika_data, "a121_far"))
    before = [one for one in seen.presences if seen.seconds(one) <= 2.0 and one.valid]
    assert before
    assert all((one.probability or 0.0) < 0.6 for one in before)


def test_an_empty_sink_is_empty(sumika_data: Path) -> None:
    seen = breath_pass(recorded_frames(sumika_data, "a121_hand"))
    first = [one for one in seen.presences if one.session.endswith("session_0#1") and seen.seconds(one) < 4.5]
    assert first[-1].valid
    assert (first[-1].probability or 1.0) < 0.2


@pytest.mark.parametrize("name", ["a121_hand", "a121_presence", "a121_smart", "a111"])
def test_hands_and_walkers_have_no_respiration(sumika_data: Path, name: str) -> None:
    seen = breath_pass(recorded_frames(sumika_data, name))
    assert valid_rates(seen) == []
    assert Reason.MOVING in {one.reason for one in seen.respirations}


def test_continuous_wave_is_refused_with_its_reason(sumika_data: Path) -> None:
    seen = breath_pass(recorded_frames(sumika_data, "sense2gol"))
    assert {(one.valid, one.reason) for one in seen.respirations} == {(False, Reason.NO_RANGE)}
    assert {(one.valid, one.probability, one.reason) for one in seen.presences} == {(False, None, Reason.NO_RANGE)}


@pytest.mark.slow
def test_the_bench_returns_its_figures(sumika_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUMIKA_DATA", str(sumika_data))
    figures = respiration.measure(full=False)
    assert set(figures) >= {
        "respiration_iwr6843",
        "distance_iwr6843_m",
        "respiration_bgt60",
        "respiration_mae_acconeer",
        "presence_agreement_acconeer",
    }
    assert figures["respiration_mae_acconeer"].value <= 0.35
    presence = figures["presence_agreement_acconeer"]
    assert presence.value > 0.9
    assert 0.5 < float(presence.detail["coverage"]) < 1.0  # of the first seconds nothing is said


def test_a_recording_that_broke_off_costs_the_others_nothing(
    sumika_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = (sumika_data / "iwr6843_vital_adc" / "demo.bin").read_bytes()
    (tmp_path / "iwr6843_vital_adc").mkdir()
    (tmp_path / "iwr6843_vital_adc" / "demo.bin").write_bytes(whole[: len(whole) // 8])
    monkeypatch.setenv("SUMIKA_DATA", str(tmp_path))
    monkeypatch.setattr(respiration, "_bgt60", lambda folder, shuffles: {"respiration_bgt60": None})
    assert set(respiration.measure(full=False)) == {"respiration_bgt60"}
    assert "no rate was valid" in capsys.readouterr().err


def test_without_recordings_the_bench_says_so_and_returns_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SUMIKA_DATA", str(tmp_path))
    assert respiration.measure(full=False) == {}
    assert "left out" in capsys.readouterr().err
