"""A whole house, logged and replayed: the same bytes, from whole frames and from the slow-time signal."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from sumika.cli.replay import replay
from sumika.clock import ReplayClock
from sumika.config import LoadedHouse, parse_house, recordings_house
from sumika.evaluate.spine.replay import write_log
from sumika.log import Logged, LogReader, LogWriter, RunInfo, diff
from sumika.runtime.replay_log import replay_log
from sumika.schema import Origin, Respiration, SumikaError, UsageError
from sumika.units import seconds_to_ns

pytestmark = pytest.mark.slow  # each runs a whole house through all its steps

SECONDS = 20.0


@pytest.fixture(scope="module")
def simulated_house() -> LoadedHouse:
    return recordings_house({**os.environ, "SUMIKA_DATA": os.devnull})


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


def rewrite(log: Path, folder: Path, change: Callable[[Logged], Logged | None]) -> Path:
    """Write a log again with some messages changed or left out."""
    writer = LogWriter(
        folder, RunInfo(run_id="r", config_text=LogReader(log).run.config_text), ReplayClock(), durable=False
    )
    with writer:
        for logged in LogReader(log):
            changed = change(logged)
            if changed is not None:
                assert writer.write(changed.envelope, changed.message)
    return folder


def replay_command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(replay, [str(argument) for argument in arguments])


def test_a_log_that_begins_in_the_middle_says_so_and_is_no_difference(log: Path, tmp_path: Path) -> None:
    half_ns = LogReader(log).info.last_ns or 0
    half_ns -= seconds_to_ns(SECONDS / 2)
    later = rewrite(log, tmp_path / "later", lambda one: one if one.message.stamp.wall_ns >= half_ns else None)
    answer = replay_command(later, "--start", "slow-time")
    assert answer.exit_code == 0, answer.output
    assert "begins in the middle" in answer.output
    assert "rest on what is not in the log" in answer.output


def test_one_lost_input_is_no_difference(log: Path, tmp_path: Path) -> None:
    lost = rewrite(
        log,
        tmp_path / "lost",
        lambda one: None if one.envelope.topic == "slow_time" and one.envelope.sequence == 100 else one,
    )
    answer = replay_command(lost, "--start", "slow-time")
    assert answer.exit_code == 0, answer.output
    assert "of slow_time" in answer.output
    assert "begins in the middle" not in answer.output


def test_a_real_difference_ends_with_1(log: Path, tmp_path: Path) -> None:
    def other(one: Logged) -> Logged:
        if not isinstance(one.message, Respiration) or one.envelope.sequence != 5:
            return one
        return one._replace(message=msgspec.structs.replace(one.message, valid=not one.message.valid))

    answer = replay_command(rewrite(log, tmp_path / "other", other), "--start", "slow-time")
    assert answer.exit_code == 1, answer.output
    assert "different" in answer.output


def test_force_never_deletes_what_was_recorded(log: Path, tmp_path: Path) -> None:
    recorded = rewrite(log, tmp_path / "recorded", lambda one: one)
    before = sorted(path.read_bytes() for path in recorded.iterdir())
    for out in (recorded, recorded / "."):
        answer = replay_command(recorded, "--out", out, "--force")
        assert isinstance(answer.exception, UsageError)
        assert "no replay" in str(answer.exception)
    assert sorted(path.read_bytes() for path in recorded.iterdir()) == before


@pytest.mark.recording
def test_the_three_recordings_replay_to_the_same_bytes(sumika_data: Path, tmp_path: Path) -> None:
    loaded = recordings_house({**os.environ, "SUMIKA_DATA": str(sumika_data)})
    assert write_log(loaded, tmp_path / "log", 25.0) == {Origin.RECORDED}
    report = replay_log(tmp_path / "log", tmp_path / "replay", start="frames")
    assert report.replayed["slow_time"] > 1000
    assert diff(tmp_path / "log", tmp_path / "replay").byte_identical
