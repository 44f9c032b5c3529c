"""From a radar in house.yaml to its source: models, paths and what cannot be opened."""

from pathlib import Path

import pytest

from sumika.clock import SimulatedClock
from sumika.schema import UsageError
from sumika.schema.house import DemoSource, PortSource, Radar, RecordingSource, Source
from sumika.sensors import MODELS, FrameSource, open_frames, open_recording, recordings_folder
from tests.synthetic_recordings import WRITERS, a121, ti


def open_radar(source: Source, folder: Path, environ: dict[str, str], model: str = "a121") -> FrameSource:
    radar = Radar(id="wall", room="room", model=model, position_m=(0, 0, 1), source=source)
    return open_frames(radar, folder / "house.yaml", SimulatedClock(), environ)


@pytest.mark.parametrize(
    ("path", "environ"),
    [
        ("a121.h5", {}),
        ("./sub/../a121.h5", {}),
        ("$SUMIKA_DATA/a121.h5", {"SUMIKA_DATA": "{}"}),
        ("${{SUMIKA_DATA}}/a121.h5", {"SUMIKA_DATA": "{}"}),
        ("{}/a121.h5", {"SUMIKA_DATA": "/elsewhere"}),
    ],
)
def test_a_path_is_absolute_or_beside_house_yaml_or_in_the_folder_of_recordings(
    tmp_path: Path, path: str, environ: dict[str, str]
) -> None:
    a121(tmp_path)
    (tmp_path / "sub").mkdir()
    environ = {name: value.format(tmp_path) for name, value in environ.items()}
    source = open_radar(RecordingSource(path=path.format(tmp_path)), tmp_path, environ)
    assert source.next_frame() is not None


def test_a_chirp_description_is_found_the_same_way(tmp_path: Path) -> None:
    ti(tmp_path)
    recording = RecordingSource(path="capture.bin", chirp="$SUMIKA_DATA/chirp.yaml")
    assert open_radar(recording, tmp_path, {"SUMIKA_DATA": str(tmp_path)}, "iwr6843isk").next_frame() is not None


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("nothing.h5", ["nothing.h5", "is not there", "Mend the path"]),
        ("$SUMIKA_DATA/nothing.h5", ["$SUMIKA_DATA/nothing.h5 is ", "/data/nothing.h5", "Set SUMIKA_DATA"]),
        ("$HOME/a.h5", ["other than $SUMIKA_DATA"]),
        ("$SUMIKA_DATABASE/a.h5", ["other than $SUMIKA_DATA"]),
        ("a\0b", ["path"]),
        ("x" * 5000, ["path"]),
    ],
)
def test_a_path_that_leads_nowhere_is_told_with_what_was_tried(tmp_path: Path, path: str, says: list[str]) -> None:
    with pytest.raises(UsageError) as error:
        open_radar(RecordingSource(path=path), tmp_path, {"SUMIKA_DATA": str(tmp_path / "data")})
    assert all(word in str(error.value) for word in says)
    assert "house.yaml" in error.value.where


def test_without_the_variable_the_folder_beside_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shared" / "data").mkdir(parents=True)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    assert recordings_folder({}) == tmp_path / "shared" / "data"
    assert recordings_folder({"SUMIKA_DATA": "/elsewhere"}) == Path("/elsewhere")


def test_a_capture_without_chirp_description_is_told_what_to_add(tmp_path: Path) -> None:
    ti(tmp_path)
    with pytest.raises(UsageError, match="builtin:iwr6843_vital"):
        open_radar(RecordingSource(path="capture.bin"), tmp_path, {}, "iwr6843isk")


@pytest.mark.parametrize("model", [name for name, info in MODELS.items() if not info.live])
def test_live_capture_says_that_it_is_not_there_yet_and_what_is(tmp_path: Path, model: str) -> None:
    with pytest.raises(UsageError, match=f"live capture of {model} is not built in yet.*recording.*demo") as error:
        open_radar(PortSource(device="/dev/ttyUSB0"), tmp_path, {}, model)
    assert "/dev/ttyUSB0" in str(error.value)


def test_an_unknown_model_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    for source in (DemoSource(), RecordingSource(path="a121.h5")):
        with pytest.raises(UsageError, match=r"iwr6843isk.*a121"):
            open_radar(source, tmp_path, {}, "bgt61")
    with pytest.raises(UsageError, match="not known"):
        open_recording(tmp_path, "bgt61")


def test_every_vendor_has_a_model_and_every_model_a_vendor() -> None:
    assert {"iwr6843isk", "iwr6843aop", "iwr6843", "awr1843", "xwr1642"} <= MODELS.keys()
    assert {"bgt60tr13c", "sense2gol", "a121", "a111"} <= MODELS.keys()
    assert {info.vendor for info in MODELS.values()} == {"ti", "infineon", "acconeer", "hilink", "seeed"}
    assert all(name == info.name for name, info in MODELS.items())
    assert [name for name, info in MODELS.items() if not info.can_range] == ["sense2gol"]


@pytest.mark.parametrize("kind", WRITERS)
def test_a_recording_that_is_there_opens_through_the_same_door(tmp_path: Path, kind: str) -> None:
    path, model, chirp = WRITERS[kind](tmp_path)
    assert open_radar(RecordingSource(path=str(path), chirp=chirp), tmp_path, {}, model).next_frame() is not None
