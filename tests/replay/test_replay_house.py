"""A whole house, logged and replayed: the same bytes, from whole frames and from the slow-time signal."""

import os
from pathlib import Path

import pytest

from sumika.config import LoadedHouse, demo_house, parse_house
from sumika.evaluate.spine.replay import write_log
from sumika.log import LogReader, diff
from sumika.runtime.replay_log import replay_log
from sumika.schema import Origin, Respiration, SumikaError, UsageError

SECONDS = 20.0


@pytest.fixture(scope="module")
def simulated_house() -> LoadedHouse:
    return demo_house({**os.environ, "SUMIKA_DATA": os.devnull})


@pytest.fixture(scope="module")
def log(simulated_house: LoadedHouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house") / "log"
    assert write_log(simulated_house, folder, SECONDS) == {Origin.SIMULATED}
    return folder


@pytest.mark.parametrize("start", ["frames", "slow-time"])
def test_a_replayed_house_gives_the_same_bytes(log: Path, tmp_path: Path, start: str) -> None:
    out = tmp_path / "replay"
    report = replay_log(log, out, start=start)
    assert report.from_frames == (start == "frames")
    assert not report.missing
    assert report.replayed["respiration"] > 0
    difference = diff(log, out)
    assert difference.byte_identical, difference.summary()


def test_respiration_of_the_simulated_rooms_becomes_valid(log: Path) -> None:
    valid = {
        logged.message.room
        for logged in LogReader(log)
        if isinstance(logged.message, Respiration) and logged.message.valid
    }
    assert len(valid) == 3


def test_a_changed_frame_changes_the_replay(simulated_house: LoadedHouse, log: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    text = simulated_house.text.replace("seed: 1", "seed: 11")
    assert text != simulated_house.text
    write_log(parse_house(text, simulated_house.path), other, SECONDS)
    assert diff(log, other, topics=["slow_time"]).differs


def test_a_replay_never_writes_over_something_else(log: Path, tmp_path: Path) -> None:
    out = tmp_path / "precious"
    out.mkdir()
    (out / "letter.txt").write_text("dear", encoding="utf-8")
    for force in (False, True):
        with pytest.raises(UsageError, match="there is something"):
            replay_log(log, out, force=force)
    assert (out / "letter.txt").read_text(encoding="utf-8") == "dear"


def test_a_replay_can_be_done_again_by_force(log: Path, tmp_path: Path) -> None:
    out = tmp_path / "replay"
    replay_log(log, out, start="slow-time")
    replay_log(log, out, start="slow-time", force=True)
    assert diff(log, out).byte_identical


def test_no_log_is_told(tmp_path: Path) -> None:
    with pytest.raises(SumikaError, match="nowhere"):
        replay_log(tmp_path / "nowhere", tmp_path / "out")


@pytest.mark.recording
def test_the_three_recordings_replay_to_the_same_bytes(sumika_data: Path, tmp_path: Path) -> None:
    loaded = demo_house({**os.environ, "SUMIKA_DATA": str(sumika_data)})
    assert write_log(loaded, tmp_path / "log", 25.0) == {Origin.RECORDED}
    report = replay_log(tmp_path / "log", tmp_path / "replay", start="frames")
    assert report.replayed["slow_time"] > 1000
    assert diff(tmp_path / "log", tmp_path / "replay").byte_identical
