"""The writer: rotation, syncing, full and broken disks, the budget."""

import errno
import json
import logging
import os
import stat
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from mcap.reader import make_reader
from mcap.stream_reader import StreamReader

from sumika.clock import SimulatedClock
from sumika.log import LogReader, LogWriter, RunInfo
from sumika.log import _retention as retention
from sumika.schema import Command, ConfigChange, Message, Origin
from tests.log_helpers import (
    RUN,
    START,
    Disk,
    envelope,
    event,
    identities,
    identity,
    mixed,
    presence,
    slow_time,
    write_log,
)

SECOND = 1_000_000_000


class House:
    """A writer with its clock and its disk in hand."""

    def __init__(self, folder: Path, **options: float) -> None:
        self.clock = SimulatedClock(START)
        self.disk = Disk(self.clock)
        self.folder = folder
        self.count = 0
        self.writer = LogWriter(
            folder,
            RUN,
            self.clock,
            opener=self.disk.open,
            **{"min_free_bytes": 0, **options},  # type: ignore[arg-type]  # options of several types, passed through
        )

    def live(self, seconds: float, rate_hz: int = 20) -> None:
        for _ in range(round(seconds * rate_hz)):
            self.clock.sleep_until(self.clock.now().monotonic_ns + SECOND // rate_hz)
            self.write(presence(self.count))
            self.writer.tend()

    def write(self, message: Message) -> bool:
        self.count += 1
        return self.writer.write(envelope(message, self.count - 1), message)

    @property
    def problem(self) -> str:
        return str(self.writer.problem or "")

    def sequences(self) -> list[int]:
        return [logged.envelope.sequence for logged in LogReader(self.folder)]


def test_what_is_written_is_private_and_on_record_with_its_configuration(tmp_path: Path) -> None:
    folder = tmp_path / "log" / "run"
    (path,) = write_log(folder, mixed(30))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    info = LogReader(folder).info
    assert info.run == RUN
    assert info.config_intact
    assert info.same_topics
    assert info.counts_by_topic() == {"presence": 10, "slow_time": 10, "chest_motion": 10}
    assert identities(folder) == [identity(*entry) for entry in mixed(30)]


def test_any_mcap_reader_reads_it_with_every_checksum(tmp_path: Path) -> None:
    entries = mixed(60)
    (path,) = write_log(tmp_path, entries)
    data = path.read_bytes()
    assert sum(1 for _ in StreamReader(BytesIO(data), validate_crcs=True).records) > len(entries)
    reader = make_reader(BytesIO(data), validate_crcs=True)
    found = list(reader.iter_messages(log_time_order=False))
    assert [json.loads(message.data)["sequence"] for _, _, message in found] == [w.sequence for w, _ in entries]
    assert {channel.topic for _, channel, _ in found} == {
        "/presence/bedroom",
        "/slow_time/radar",
        "/chest_motion/bedroom",
    }
    for schema, channel, message in found:
        assert schema is not None
        assert schema.encoding == "jsonschema"
        assert channel.message_encoding == "json"
        assert message.publish_time == json.loads(message.data)["message"]["stamp"][1]
    (metadata,) = reader.iter_metadata()
    assert metadata.metadata["config"] == RUN.config_text
    assert metadata.metadata["boot_id"] == RUN.boot_id


def test_segments_rotate_by_size_and_each_stands_alone(tmp_path: Path) -> None:
    entries = mixed(600)
    paths = write_log(tmp_path, entries, rotate_bytes=20_000)
    assert len(paths) > 2
    assert [path.name for path in paths] == [f"{number:06d}.mcap" for number in range(1, len(paths) + 1)]
    assert all(path.stat().st_size < 40_000 for path in paths)
    assert identities(tmp_path) == [identity(*entry) for entry in entries]
    assert [found for path in paths for found in identities(path)] == identities(tmp_path)
    assert all(LogReader(path).info.run == RUN for path in paths)
    assert LogReader(tmp_path).info.damages == ()


def test_segments_rotate_by_age(tmp_path: Path) -> None:
    house = House(tmp_path, rotate_s=60)
    house.live(150, rate_hz=2)
    house.writer.close()
    assert len(list(tmp_path.glob("*.mcap"))) == 3
    assert house.sequences() == list(range(300))


def test_a_restarted_writer_goes_on_after_the_last_segment(tmp_path: Path) -> None:
    write_log(tmp_path, mixed(9))
    first = (tmp_path / "000001.mcap").read_bytes()
    write_log(tmp_path, mixed(6))
    assert (tmp_path / "000001.mcap").read_bytes() == first
    assert len(identities(tmp_path)) == 15


def test_at_most_a_second_is_lost_by_a_kill_and_five_by_a_power_cut(tmp_path: Path) -> None:
    house = House(tmp_path)
    path = house.writer.path
    assert path is not None
    for _ in range(40):
        house.live(0.25)
        assert house.count - len(house.sequences()) <= 21
        after_power_cut = tmp_path.parent / "cut.mcap"
        after_power_cut.write_bytes(path.read_bytes()[: house.disk.synced[path]])
        assert house.count - len(identities(after_power_cut)) <= 5 * 20 + 1
    assert house.disk.syncs <= 5


@pytest.mark.parametrize(
    "message",
    [
        event(),
        Command(stamp=START, origin=Origin.LIVE, device="heater", action="power_w", value=0.0, asked_by="plan"),
        ConfigChange(stamp=START, origin=Origin.LIVE, file="house.yaml", hash="0", text=""),
    ],
    ids=lambda message: type(message).__name__,
)
def test_what_must_not_be_lost_is_on_the_disk_at_once(tmp_path: Path, message: Message) -> None:
    house = House(tmp_path)
    house.live(0.3)
    assert house.write(message)
    path = house.writer.path
    assert path is not None
    assert house.disk.synced[path] == path.stat().st_size
    assert len(house.sequences()) == house.count


def test_a_flood_of_events_is_synced_ten_times_a_second(tmp_path: Path) -> None:
    house = House(tmp_path)
    for _ in range(1000):
        house.clock.sleep_until(house.clock.now().monotonic_ns + SECOND // 1000)
        house.write(event())
    house.writer.tend()
    assert 8 <= house.disk.syncs <= 13
    assert house.count - len(house.sequences()) <= 101


def test_a_message_that_is_none_of_its_topic_is_refused_and_named_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(tmp_path)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert not house.writer.write(envelope(presence(0)), slow_time(0))
    assert house.writer.refused == {"presence": 3}
    assert len(caplog.records) == 1
    assert house.write(presence(1))
    assert house.problem == ""


def test_a_full_disk_is_told_once_and_what_was_written_stays_readable(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(tmp_path)
    house.live(10)
    house.disk.room_bytes = 1500
    with caplog.at_level(logging.WARNING):
        house.live(60)
        problem = house.problem
        assert "No space left on device" in problem
        assert "Make room" in problem
        house.live(60)
        assert house.problem == problem
        house.disk.room_bytes = None
        house.live(90)
    assert house.problem == ""
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    house.writer.close()
    found = house.sequences()
    assert found == sorted(set(found))
    assert len(found) == house.writer.written
    assert house.writer.written + house.writer.dropped == house.count
    assert house.count - found[-1] == 1
    told = [damage.messages for damage in LogReader(tmp_path).info.damages if damage.kind.value == "not written"]
    assert told == [house.writer.dropped]
    assert {damage.kind.value for damage in LogReader(tmp_path).info.damages} == {"not written"}


def test_a_failed_write_leaves_no_half_chunk_behind(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.live(10)
    path = house.writer.path
    assert path is not None
    house.disk.room_bytes = 100
    house.live(3)
    assert house.problem != ""
    assert LogReader(path).info.damages == ()
    assert not LogReader(path).info.segments[0].closed
    assert len(identities(path)) >= 180


@pytest.mark.parametrize("code", [errno.EIO, errno.EDQUOT, errno.EROFS, errno.ESTALE])
def test_a_broken_disk_never_raises_and_is_tried_ever_more_rarely(tmp_path: Path, code: int) -> None:
    house = House(tmp_path)
    house.live(5)
    house.disk.broken = code
    house.disk.refuse_new = True
    house.live(600, rate_hz=1)
    assert os.strerror(code) in house.problem
    gaps = [(later - earlier) // SECOND for earlier, later in pairwise(house.disk.tried_ns[1:])]
    assert gaps[:5] == [2, 4, 8, 16, 32]
    assert set(gaps[5:]) == {60}
    house.disk.broken, house.disk.refuse_new = 0, False
    house.live(70)
    assert house.problem == ""


def test_a_folder_that_cannot_be_made_lets_the_house_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    writer = LogWriter(tmp_path / "file" / "run", RUN, SimulatedClock(START), min_free_bytes=0)
    assert "Make the folder yours" in str(writer.problem)
    assert not writer.write(envelope(presence(0)), presence(0))
    writer.tend()
    writer.sync()
    writer.close()
    assert writer.dropped == 1


def test_the_last_of_the_disk_is_not_for_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = [1_000_000_000]
    monkeypatch.setattr(retention, "free_bytes", lambda folder: free[0])
    house = House(tmp_path / "run", min_free_bytes=200_000_000)
    house.live(10)
    free[0] = 100_000_000
    house.live(61)
    assert "200 MB" in house.problem
    assert LogReader(tmp_path / "run").info.segments[0].closed
    free[0] = 300_000_000
    house.live(130, rate_hz=2)
    assert house.problem == ""


def test_the_oldest_segments_go_when_the_budget_is_used_up_finished_runs_first(tmp_path: Path) -> None:
    kept = tmp_path / "notes"
    kept.mkdir()
    (kept / "000001.txt").write_text("not a segment")
    for age, name in enumerate(["old", "older"]):
        for path in write_log(tmp_path / name, mixed(300), rotate_bytes=12_000):
            os.utime(path, ns=(10**18 - age * 10**15, 10**18 - age * 10**15 + int(path.stem)))
    finished = sum(path.stat().st_size for path in tmp_path.glob("old*/*.mcap"))
    house = House(tmp_path / "run", max_bytes=finished - 5_000, rotate_bytes=10_000)
    assert not (tmp_path / "older" / "000001.mcap").exists()
    assert (tmp_path / "old" / "000001.mcap").exists()
    house.live(3600, rate_hz=2)
    assert not (tmp_path / "older").exists()
    assert not (tmp_path / "old").exists()
    assert (kept / "000001.txt").exists()
    assert house.writer.path is not None
    assert house.writer.path.exists()
    total = sum(path.stat().st_size for path in tmp_path.glob("*/*.mcap"))
    assert total <= finished + 15_000
    found = house.sequences()
    assert found == list(range(found[0], found[-1] + 1))
    assert house.problem == ""


def lie_there(folder: Path, *runs: str) -> None:
    """Write a segment of 10 kB for each run, the first one the oldest."""
    for age, run in enumerate(runs):
        (folder / run).mkdir(parents=True)
        (folder / run / "000001.mcap").write_bytes(bytes(10_000))
        os.utime(folder / run / "000001.mcap", ns=(0, 10**18 + age))


def what_lies_there(folder: Path) -> set[str]:
    return {path.parent.name for path in folder.glob("*/*.mcap")}


def test_a_replay_costs_no_log_and_stays_as_long_as_its_log_does(tmp_path: Path) -> None:
    lie_there(tmp_path, "a", "b", "b.replay")
    House(tmp_path / "run", max_bytes=25_000).writer.close()
    assert what_lies_there(tmp_path) == {"a", "b", "b.replay", "run"}
    House(tmp_path / "run", max_bytes=15_000).writer.close()
    assert what_lies_there(tmp_path) == {"b", "b.replay", "run"}
    House(tmp_path / "run", max_bytes=5_000).writer.close()
    House(tmp_path / "run", max_bytes=5_000).writer.close()
    assert what_lies_there(tmp_path) == {"run"}


def test_where_the_disk_is_short_replays_go_before_any_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lie_there(tmp_path, "a", "b", "b.replay")
    monkeypatch.setattr(
        retention, "free_bytes", lambda folder: 300_000_000 if not (tmp_path / "b.replay").exists() else 100_000_000
    )
    House(tmp_path / "run", min_free_bytes=200_000_000).writer.close()
    assert what_lies_there(tmp_path) == {"a", "b", "run"}


def test_a_recording_that_was_asked_for_does_not_eat_its_own_beginning(tmp_path: Path) -> None:
    lie_there(tmp_path, "other")
    house = House(tmp_path / "run", max_bytes=20_000, rotate_bytes=10_000, keep_own=True)
    house.live(600, rate_hz=2)
    house.writer.close()
    assert what_lies_there(tmp_path) == {"run"}
    assert house.sequences() == list(range(1200))
    assert LogReader(tmp_path / "run").info.size_bytes > 20_000
    assert house.problem == ""


def test_a_segment_that_another_process_writes_is_never_deleted(tmp_path: Path) -> None:
    other = LogWriter(tmp_path / "other", RUN, SimulatedClock(START), min_free_bytes=0)
    assert other.path is not None
    os.utime(other.path, ns=(0, 0))
    house = House(tmp_path / "run", max_bytes=1)
    house.live(130)
    assert other.path.exists()
    other.close()
    house.live(61)
    assert not (tmp_path / "other").exists()


def test_a_log_that_can_be_made_again_deletes_nothing_and_syncs_nothing(tmp_path: Path) -> None:
    write_log(tmp_path / "recorded", mixed(30))
    house = House(tmp_path / "replayed", max_bytes=1, durable=False)
    house.live(130)
    house.writer.close()
    assert house.disk.syncs == 0
    assert len(identities(tmp_path / "recorded")) == 30
    assert [logged.log_time_ns for logged in LogReader(tmp_path / "replayed")] == [
        logged.message.stamp.wall_ns for logged in LogReader(tmp_path / "replayed")
    ]


def test_what_travelled_over_the_bus_and_what_is_written_directly_give_the_same_bytes(tmp_path: Path) -> None:
    whole = presence(0, probability=1)  # an int where a float belongs
    with LogWriter(tmp_path, RunInfo(run_id="a"), SimulatedClock(START), min_free_bytes=0) as writer:
        assert writer.write(envelope(whole, 0), whole)
        assert writer.write(envelope(whole, 0), presence(0, probability=1.0))
    first, second = LogReader(tmp_path)
    assert first.data == second.data
