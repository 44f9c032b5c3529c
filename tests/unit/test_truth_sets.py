"""A data set with a truth.json beside it is scored by the bench; a wrong one is named, and the others still are."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sumika.evaluate.figure import Evidence
from sumika.evaluate.radar import truth_sets
from sumika.evaluate.radar.truth_file import Series, TruePerson, read_truth, set_name
from sumika.evaluate.radar.truth_rates import heart_reference, respiration_reference
from sumika.schema import SumikaError
from tests.radar_scene import LARGE_COMPLEX, Scene, record
from tests.synthetic_recordings import two_lanes, write_yaml

Truth = dict[str, Any]
RATE_BPM = 17.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty SUMIKA_DATA."""
    monkeypatch.setenv("SUMIKA_DATA", str(tmp_path))
    return tmp_path


def truth_of(seconds: float, **changes: object) -> Truth:
    """Return the truth of a recording of somebody who breathes evenly."""
    series = {"time_s": [0.0, seconds / 2, seconds], "per_minute": [RATE_BPM] * 3}
    person = {"subject": "ann", "respiration_bpm": series}
    recording = {
        "file": "capture.bin",
        "people": [person],
        "presence": [{"from_s": 0.0, "to_s": seconds, "people": 1}],
    }
    return {
        "format": 1,
        "model": "iwr6843isk",
        "chirp": "chirp.yaml",
        "reference": "respiration belt",
        "contact": True,
        "recordings": [recording],
        **changes,
    }


def write_set(folder: Path, name: str, truth: Truth | str, seconds: float = 40.0, **scene: Any) -> Path:
    """Write a set: a DCA1000 capture, its chirp description and the truth."""
    place = folder / name
    place.mkdir()
    frames = record(Scene(radar=LARGE_COMPLEX, seconds=seconds, rate_bpm=RATE_BPM, **scene)).frames
    (place / "capture.bin").write_bytes(two_lanes(np.stack([frame.samples for frame in frames])))
    chirp = LARGE_COMPLEX.chirp
    assert chirp is not None
    write_yaml(
        place / "chirp.yaml",
        start_frequency_hz=chirp.start_frequency_hz,
        slope_hz_per_s=chirp.slope_hz_per_s,
        chirp_interval_s=chirp.chirp_interval_s,
    )
    text = truth if isinstance(truth, str) else json.dumps(truth)
    (place / "truth.json").write_text(text, encoding="utf-8")
    return place / "truth.json"


@pytest.mark.slow
def test_a_set_with_truth_is_scored(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_set(folder, "Bed Room-1", truth_of(30.0), seconds=30.0)
    figures = truth_sets.measure(full=False)
    assert capsys.readouterr().err == ""
    error = figures["set_bed_room_1_respiration_mae"]
    assert error.evidence is Evidence.REAL_RECORDING
    assert error.value < 0.5
    assert error.detail["reference"] == "respiration belt"
    assert error.detail["subjects"] == 1.0
    assert figures["set_bed_room_1_respiration_coverage"].value > 0.5
    assert figures["set_bed_room_1_presence_agreement"].value > 0.9
    assert 0 <= figures["set_bed_room_1_person_respiration_coverage"].value <= 1


@pytest.mark.slow
def test_a_wrong_truth_shows_as_an_error_and_not_as_less_coverage(folder: Path) -> None:
    truth = truth_of(30.0, contact=False)
    truth["recordings"][0]["people"][0]["respiration_bpm"]["per_minute"] = [RATE_BPM + 5] * 3
    write_set(folder, "wrong", truth, seconds=30.0)
    error = truth_sets.measure(full=False)["set_wrong_respiration_mae"]
    assert error.value == pytest.approx(5, abs=0.5)
    assert error.detail["bias"] == pytest.approx(-5, abs=0.5)
    assert error.detail["reference"] == "respiration belt, not a contact sensor"


@pytest.mark.slow
def test_a_set_that_is_wrong_is_named_and_the_others_are_scored(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_set(folder, "a_broken", "{", seconds=1.0)
    write_set(folder, "b_missing", truth_of(1.0, recordings=[{"file": "gone.bin"}]), seconds=1.0)
    write_set(folder, "c_good", truth_of(26.0), seconds=26.0)
    (folder / "no_set_at_all").mkdir()
    figures = truth_sets.measure(full=False)
    assert "set_c_good_respiration_mae" in figures
    assert {key.split("_respiration")[0] for key in figures if "respiration" in key} <= {
        "set_c_good",
        "set_c_good_person",
    }
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert str(folder / "a_broken" / "truth.json") in lines[0]
    assert "add-a-recording-with-truth" in lines[0]
    assert "'gone.bin' is not there" in lines[1]


def test_a_long_set_waits_for_the_long_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_set(folder, "night", truth_of(2 * truth_sets.QUICK_S), seconds=truth_sets.QUICK_S + 5)
    assert truth_sets.measure(full=False) == {}
    assert "--full" in capsys.readouterr().err


def test_two_sets_of_one_name_are_told_apart(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two"):
        write_set(folder, name, truth_of(1.0, name="same", recordings=[{"file": "capture.bin"}]), seconds=1.0)
    truth_sets.measure(full=False)
    assert "is called 'same', too" in capsys.readouterr().err


def test_without_recordings_that_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(truth_sets, "recordings_folder", lambda _: None)
    assert truth_sets.measure(full=False) == {}
    assert "SUMIKA_DATA" in capsys.readouterr().err


SERIES = {"time_s": [0.0, 1.0], "per_minute": [15.0, 15.0]}


@pytest.mark.parametrize(
    ("recording", "says"),
    [
        ({"people": [{"respiration_bpm": {"time_s": [0.0], "per_minute": [15.0, 16.0]}}]}, "1 times and 2 rates"),
        ({"people": [{"respiration_bpm": {"time_s": [1.0, 0.5], "per_minute": [9.0, 9.0]}}]}, "0.5 s comes after 1 s"),
        ({"people": [{"heart_bpm": {"time_s": [1.0], "per_minute": [0.0]}}]}, "no rate of a person"),
        ({"people": [{"beats_s": [1.0, 1.0]}]}, "1 s comes after 1 s"),
        ({"people": [{"heart_bpm": SERIES}, {"heart_bpm": SERIES}]}, "each needs place_m"),
        ({"people": [{"subject": "Ann Smith"}]}, "regex"),
        ({"people": [{"heart": SERIES}]}, "unknown field"),
        ({"presence": [{"from_s": 3.0, "to_s": 3.0, "people": 1}]}, "not before"),
        ({"presence": [{"from_s": 0.0, "to_s": 3.0, "people": 2, "places_m": [[0, 1, 1]]}]}, "1 places of 2"),
        ({"presence": [{"from_s": 0.0, "to_s": 3.0, "people": -1}]}, ">= 0"),
    ],
)
def test_what_contradicts_itself_is_refused_with_what_is_wrong(tmp_path: Path, recording: Truth, says: str) -> None:
    path = tmp_path / "truth.json"
    path.write_text(json.dumps(truth_of(1.0, recordings=[{"file": "a.bin", **recording}])), encoding="utf-8")
    with pytest.raises(SumikaError) as caught:
        read_truth(path)
    assert says in str(caught.value)
    assert caught.value.where == str(path)
    assert caught.value.remedy


@pytest.mark.parametrize("changes", [{"format": 2}, {"recordings": []}, {"reference": ""}, {"model": 3}])
def test_another_format_is_refused(tmp_path: Path, changes: Truth) -> None:
    path = tmp_path / "truth.json"
    path.write_text(json.dumps(truth_of(1.0, **changes)), encoding="utf-8")
    with pytest.raises(SumikaError):
        read_truth(path)


@pytest.mark.parametrize("name", ["../outside.bin", "/etc/hostname", ""])
def test_a_file_outside_of_the_set_is_never_opened(folder: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "outside.bin").write_bytes(b"0" * 4096)
    write_set(folder, "out", truth_of(1.0, recordings=[{"file": name}]), seconds=1.0)
    assert truth_sets.measure(full=False) == {}
    assert "not within the set's folder" in capsys.readouterr().err


def test_names_of_sets_are_words(tmp_path: Path) -> None:
    path = tmp_path / "Küche 2 (a)" / "truth.json"
    path.parent.mkdir()
    path.write_text(json.dumps(truth_of(1.0)), encoding="utf-8")
    assert set_name(read_truth(path), path) == "k_che_2__a"


def test_the_truth_of_a_window_is_its_mean_and_unknown_across_gaps() -> None:
    series = Series(time_s=(0.0, 20.0, 40.0, 100.0), per_minute=(10.0, 20.0, 20.0, 20.0))
    truth = respiration_reference(TruePerson(respiration_bpm=series), "belt")
    assert truth is not None
    assert truth.rate(20.0, 20.0) == pytest.approx(15.0)
    assert truth.rate(40.0, 20.0) == pytest.approx(20.0)
    assert truth.rate(60.0, 10.0) is None
    assert truth.rate(10.0, 20.0) is None
    assert truth.rate(101.0, 5.0) is None


def test_single_events_are_preferred_to_a_series() -> None:
    beats = tuple(np.arange(0.0, 60.0, 0.8).tolist())
    wrong = Series(time_s=(0.0, 60.0), per_minute=(50.0, 50.0))
    truth = heart_reference(TruePerson(beats_s=beats, heart_bpm=wrong), "ECG")
    assert truth is not None
    assert truth.rate(50.0, 10.0) == pytest.approx(75.0)
    assert truth.events is not None
    assert heart_reference(TruePerson(), "ECG") is None
