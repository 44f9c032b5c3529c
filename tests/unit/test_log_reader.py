"""The reader: newer and foreign logs, hostile files, and what it tells about them."""

import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard
from mcap.writer import Writer

from sumika.log import LogReader, recover
from sumika.log._format import metadata_fields
from sumika.schema import SumikaError, UsageError
from tests.log_helpers import RUN, envelope, identities, identity, mixed, presence, write_log


def record(topic: str = "presence", **fields: Any) -> bytes:
    message = msgspec.to_builtins(presence(0)) | fields
    return json.dumps(
        {"topic": topic, "key": "bedroom", "node": "n", "incarnation": 0, "sequence": 7, "message": message, "new": [1]}
    ).encode()


def handmade(path: Path, records: list[tuple[str, bytes]], profile: str = "sumika", **metadata: str) -> Path:
    """Write a log as another Sumika, or somebody else, might."""
    with path.open("wb") as file:
        writer: Any = Writer(file)
        writer.start(profile)
        fields = metadata_fields(RUN, 1, 0) | metadata
        rest = {name: text for name, text in fields.items() if name != "crc32"}
        checksum = zlib.crc32(json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
        writer.add_metadata(profile, rest | {"crc32": f"{checksum:08x}"})
        channels: dict[str, int] = {}
        for topic, data in records:
            if topic not in channels:
                channels[topic] = writer.register_channel(topic, "json", 0, {"topic": topic, "key": "bedroom"})
            writer.add_message(channels[topic], 5, data, 4, 7)
        writer.finish()
    return path


def test_a_handmade_log_reads_like_one_of_ours(tmp_path: Path) -> None:
    reader = LogReader(handmade(tmp_path / "a.mcap", [("presence", record())]))
    (logged,) = reader
    assert logged.message == presence(0)
    assert logged.envelope == msgspec.structs.replace(envelope(presence(0), 7), node="n", consumed=())
    assert reader.info.damages == ()


def test_unknown_topics_and_fields_of_a_newer_sumika_are_stepped_over_and_counted(tmp_path: Path) -> None:
    records = [("of_a_later_day", b'{"any": "thing"}'), ("presence", record(heat_w=80.0)), ("of_a_later_day", b"")]
    path = handmade(tmp_path / "a.mcap", records, format="1.7", topics_version="f" * 12)
    reader = LogReader(path)
    assert [logged.message for logged in reader] == [presence(0)]
    assert reader.info.unknown_topics == {"of_a_later_day": 2}
    assert reader.info.damages == ()
    assert not reader.info.same_topics
    clean = recover(path).path
    assert LogReader(clean).info.unknown_topics == {"of_a_later_day": 2}
    assert [raw.data for _, raw in LogReader(clean).raw()] == [data for _, data in records]


def test_a_value_that_this_sumika_does_not_know_is_told_as_unreadable(tmp_path: Path) -> None:
    records = [("presence", record(reason="dreaming")), ("presence", record()), ("presence", b"{")]
    reader = LogReader(handmade(tmp_path / "a.mcap", records))
    assert len(list(reader)) == 1
    (damage,) = reader.info.damages
    assert (damage.kind.value, damage.messages) == ("unreadable", 2)


def test_a_newer_format_names_the_version_that_can_read_it(tmp_path: Path) -> None:
    path = handmade(tmp_path / "a.mcap", [], format="2.0", sumika_version="3.1.0", readable_since="3.0.0")
    with pytest.raises(SumikaError, match=r"format 2\.0.*Sumika 3\.1\.0.*Install Sumika 3\.0\.0 or newer"):
        LogReader(path)


def test_a_segment_of_a_newer_format_among_ours_is_refused_too(tmp_path: Path) -> None:
    write_log(tmp_path, mixed(3))
    handmade(tmp_path / "000002.mcap", [], format="2.0")
    with pytest.raises(SumikaError, match=r"000002\.mcap"):
        list(LogReader(tmp_path))


def ros_log(path: Path) -> None:
    handmade(path, [], profile="ros2")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.write_bytes(b""), "empty"),
        (lambda path: path.write_bytes(b"no log at all, " * 1000), "no log of Sumika"),
        (ros_log, "profile is 'ros2'"),
        (lambda path: path.mkdir(), "holds no log"),
        (lambda path: None, "no such file"),
    ],
    ids=["empty", "text", "ros2", "empty folder", "nothing"],
)
def test_what_is_no_log_is_refused_in_one_line(tmp_path: Path, make: Callable[[Path], object], said: str) -> None:
    path = tmp_path / "thing.mcap"
    make(path)
    with pytest.raises(SumikaError, match=said) as caught:
        LogReader(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_an_unknown_topic_in_the_question_names_the_known_ones(tmp_path: Path) -> None:
    write_log(tmp_path, mixed(3))
    with pytest.raises(UsageError, match=r"'breath'.*respiration"):
        LogReader(tmp_path, ["breath"])


def test_only_the_topics_asked_for_are_given(tmp_path: Path) -> None:
    write_log(tmp_path, mixed(30))
    found = list(LogReader(tmp_path, ["presence"]))
    assert {logged.envelope.topic for logged in found} == {"presence"}
    assert len(found) == 10


def test_a_folder_of_runs_names_the_newest(tmp_path: Path) -> None:
    write_log(tmp_path / "run", mixed(3))
    with pytest.raises(SumikaError, match=str(tmp_path / "run")):
        LogReader(tmp_path)


def test_empty_foreign_and_missing_segments_cost_only_themselves(tmp_path: Path) -> None:
    entries = mixed(600)
    paths = write_log(tmp_path, entries, rotate_bytes=10_000)
    assert len(paths) > 5
    kept = [number for number in range(len(paths)) if number not in (1, 2, 4)]
    expected = [found for number in kept for found in identities(paths[number])]
    paths[1].write_bytes(b"")
    ros_log(paths[2])
    paths[4].unlink()
    reader = LogReader(tmp_path)
    assert [identity(logged.envelope, logged.message) for logged in reader] == expected
    assert [damage.kind.value for damage in reader.info.damages] == ["foreign file", "foreign file", "missing segment"]


def test_messages_whose_channel_was_lost_still_know_what_they_are(tmp_path: Path) -> None:
    (path,) = write_log(tmp_path, mixed(40), close=False)
    data = path.read_bytes()
    first_chunk = data.index(b"\x04\x00\x00\x00zstd")
    broken = data[: first_chunk + 60] + b"\xff\xff" + data[first_chunk + 62 :]
    path.write_bytes(broken)
    reader = LogReader(path)
    assert [identity(logged.envelope, logged.message) for logged in reader] == [identity(*e) for e in mixed(40)[10:]]
    (damage,) = reader.info.damages
    assert (damage.kind.value, damage.messages) == ("bad chunk", 10)


def with_chunk(path: Path, size: int, packed: bytes, crc: int) -> Path:
    """Append a handmade chunk to the beginning of a log."""
    head = handmade(path, []).read_bytes()
    start = head.index(b"\x0f\x04\x00\x00\x00\x00\x00\x00\x00")  # DataEnd: what follows is left out
    body = struct.pack("<QQQI", 0, 0, size, crc) + b"\x04\x00\x00\x00zstd" + struct.pack("<Q", len(packed)) + packed
    path.write_bytes(head[:start] + b"\x06" + struct.pack("<Q", len(body)) + body)
    return path


@pytest.mark.parametrize("claimed", [2**40, 10_000_000_000, 100])
def test_a_chunk_that_would_unpack_to_gigabytes_is_never_unpacked(tmp_path: Path, claimed: int) -> None:
    bomb = zstandard.ZstdCompressor(level=19).compress(bytes(400_000_000))
    assert len(bomb) < 100_000
    reader = LogReader(with_chunk(tmp_path / "a.mcap", claimed, bomb, 0))
    assert list(reader) == []
    assert [damage.kind.value for damage in reader.info.damages] == ["bad chunk"]


@pytest.mark.parametrize(
    "records",
    [
        b"\x05" + struct.pack("<Q", 2**60),
        b"\x05" + struct.pack("<Q", 3) + b"abc",
        b"\x00" * 5000,
        b"\x04" + struct.pack("<Q", 4) + b"\xff" * 4,
        b"\x03\x00",
    ],
    ids=["length lies", "short message", "zeros", "channel", "half a head"],
)
def test_a_chunk_with_a_good_checksum_and_bad_records_is_told(tmp_path: Path, records: bytes) -> None:
    packed = zstandard.ZstdCompressor().compress(records)
    path = with_chunk(tmp_path / "a.mcap", len(records), packed, zlib.crc32(records))
    reader = LogReader(path)
    assert list(reader) == []
    assert [damage.kind.value for damage in reader.info.damages] == ["bad chunk"]


def test_a_message_outside_of_a_chunk_has_no_checksum_and_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    head = handmade(path, []).read_bytes()
    start = head.index(b"\x0f\x04\x00\x00\x00\x00\x00\x00\x00")
    body = struct.pack("<HIQQ", 1, 7, 5, 4) + record()
    path.write_bytes(head[:start] + b"\x05" + struct.pack("<Q", len(body)) + body)
    reader = LogReader(path)
    assert list(reader) == []
    assert len(reader.info.damages) == 1


def test_a_configuration_that_was_changed_is_told(tmp_path: Path) -> None:
    (path,) = write_log(tmp_path, mixed(3))
    path.write_bytes(path.read_bytes().replace(b"version: 1", b"version: 2"))
    info = LogReader(path).info
    assert not info.config_intact
    assert "bad metadata" in {damage.kind.value for damage in info.damages}
    assert info.messages == 3


def test_recovery_never_writes_over_anything(tmp_path: Path) -> None:
    (path,) = write_log(tmp_path / "run", mixed(30))
    before = path.read_bytes()
    other = tmp_path / "other.mcap"
    other.write_text("precious")
    for out in (other, path, tmp_path / "run" / "000001.mcap"):
        with pytest.raises(UsageError):
            recover(path, out)
    with pytest.raises(UsageError, match="place of the log"):
        recover(path, path, force=True)
    with pytest.raises(UsageError, match="place of the log"):
        recover(tmp_path / "run", path, force=True)
    assert (path.read_bytes(), other.read_text()) == (before, "precious")
    assert recover(path, other, force=True).messages == 30
    assert identities(other) == identities(path)
    assert {entry.name for entry in tmp_path.iterdir()} == {"run", "other.mcap"}


def test_the_segments_of_a_run_recover_into_one_file_beside_the_run(tmp_path: Path) -> None:
    write_log(tmp_path / "run", mixed(600), rotate_bytes=15_000)
    report = recover(tmp_path / "run")
    assert report.path == tmp_path / "run.recovered.mcap"
    assert identities(report.path) == identities(tmp_path / "run")
    assert identity(*mixed(600)[-1]) == identities(report.path)[-1]
