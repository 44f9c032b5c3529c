"""Personal signals lie under a resident's key: without it they are noise, and deleting it is forgetting."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from sumika.history import History, HistoryReader
from sumika.schema import UsageError
from tests.history_helpers import (
    BREATH,
    DAY_NS,
    LIVE,
    NOON_NS,
    RANGE,
    RATE,
    all_bytes,
    clock_at,
    history_in,
    keep,
    stamps,
)

END_NS = NOON_NS + DAY_NS


def count(history: History | HistoryReader, room: str, signal: str) -> tuple[int, int]:
    """Return how many samples and how many plot points can be read."""
    raw = history.raw(room, signal, NOON_NS, END_NS)
    return len(raw.values), len(history.read(room, signal, NOON_NS, END_NS).mean)


def two_rooms(folder: Path) -> History:
    history = History(folder, clock_at(), {"bedroom": ("hanako",), "study": ("taro",)})
    for room in ("bedroom", "study", "kitchen"):
        keep(history, BREATH, stamps(300), np.arange(300) / 10, room)
        keep(history, RANGE, stamps(300), np.arange(300) / 10, room)
    return history


def test_each_room_has_its_residents_key_and_a_room_without_any_the_households(tmp_path: Path) -> None:
    two_rooms(tmp_path).close()
    keys = tmp_path / "keys"
    assert {path.name for path in keys.iterdir()} == {"hanako.key", "taro.key", "household.key"}
    assert len({path.read_bytes() for path in keys.iterdir()}) == 3


def test_forgetting_one_resident_leaves_the_others(tmp_path: Path) -> None:
    with two_rooms(tmp_path) as history:
        before = all_bytes(tmp_path / "keys")
        secret = json.loads((tmp_path / "keys" / "hanako.key").read_text())["key"]
        assert history.forget("hanako") == 1
        assert secret.encode() in before
        assert secret.encode() not in all_bytes(tmp_path)
        assert count(history, "bedroom", BREATH) == (0, 0)
        assert count(history, "bedroom", RANGE) == (300, 5)  # that someone was there is not about her body
        assert count(history, "study", BREATH) == (300, 5)
        assert count(history, "kitchen", BREATH) == (300, 5)
        assert history.forget("hanako") == 0
        assert history.forget("nobody") == 0


def test_data_after_forgetting_lies_under_a_new_key(tmp_path: Path) -> None:
    with two_rooms(tmp_path) as history:
        old = (tmp_path / "keys" / "hanako.key").read_bytes()
        history.add("bedroom", BREATH, NOON_NS, 1.0, LIVE)  # waits, and is forgotten with the rest
        history.add("study", BREATH, NOON_NS + 1, 1.0, LIVE)
        history.forget("hanako")
        assert history.waiting == 1
        keep_after = stamps(60, NOON_NS + 600 * 1_000_000_000)
        history.flush()
        keep(history, BREATH, keep_after, np.ones(60))
        assert (tmp_path / "keys" / "hanako.key").read_bytes() != old
        assert count(history, "bedroom", BREATH) == (60, 1)


def test_rows_of_the_forgotten_are_removed_later_and_stay_gone_after_a_restart(tmp_path: Path) -> None:
    history = two_rooms(tmp_path)
    history.forget("hanako")
    history.close()
    with History(tmp_path, clock_at(), {"bedroom": ("hanako",), "study": ("taro",)}) as again:
        assert count(again, "bedroom", BREATH) == (0, 0)
        report = again.nightly(END_NS)
        assert report.done
        assert report.forgotten_rows > 0
        assert again.nightly(END_NS).forgotten_rows == 0
        assert count(again, "study", BREATH) == (300, 5)
        assert ("bedroom", BREATH) not in {(each.room, each.signal) for each in again.signals()}


def test_residents_of_one_room_share_a_key_that_goes_with_either(tmp_path: Path) -> None:
    with history_in(tmp_path, bedroom=("taro", "hanako")) as history:
        keep(history, BREATH, stamps(10), np.ones(10))
        assert [path.name for path in (tmp_path / "keys").iterdir()] == ["hanako+taro.key"]
        assert history.forget("taro") == 1
        assert count(history, "bedroom", BREATH) == (0, 0)


def test_a_very_large_family_still_has_a_key(tmp_path: Path) -> None:
    family = tuple(f"resident_number_{number:02d}" for number in range(20))
    with history_in(tmp_path, bedroom=family) as history:
        keep(history, BREATH, stamps(10), np.ones(10))
        assert history.forget(family[7]) == 1


def test_a_name_that_would_leave_the_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot name a key"):
        history_in(tmp_path, bedroom=("../../etc/passwd",))


def test_no_personal_value_lies_open_in_any_file(tmp_path: Path) -> None:
    """A stretch that would show in any packing: one constant, far from every other number."""
    folder = tmp_path / "open"
    values = np.resize(np.array([123.46, 123.48]), 300)
    for signal, folder in ((RANGE, tmp_path / "open"), (BREATH, tmp_path / "sealed")):
        with history_in(folder, bedroom=("hanako",)) as history:
            keep(history, signal, stamps(300), values)
    step = {RANGE: 12346, BREATH: 6173}
    found = {}
    for signal, name in ((RANGE, "open"), (BREATH, "sealed")):
        # How the codec writes the least value of a chunk and of a tier row: a varint of twice the step.
        doubled = 2 * step[signal]
        varint = bytes([doubled & 0x7F | 0x80, doubled >> 7 & 0x7F | 0x80, doubled >> 14])
        found[name] = varint in all_bytes(tmp_path / name)
    assert found == {"open": True, "sealed": False}
    assert struct.pack("<d", 123.46) not in all_bytes(tmp_path / "sealed")


def test_a_reader_needs_the_key_and_notices_when_it_goes(tmp_path: Path) -> None:
    history = two_rooms(tmp_path)
    reader = HistoryReader(tmp_path)
    assert count(reader, "bedroom", BREATH) == (300, 5)
    history.forget("hanako")
    assert count(reader, "bedroom", BREATH) == (0, 0)
    (tmp_path / "keys" / "taro.key").unlink()  # lost, not forgotten
    raw = reader.raw("study", BREATH, NOON_NS, END_NS)
    assert len(raw.values) == 0
    assert raw.problems == ("5 parts lie under a key that is gone",)
    assert [each.readable for each in reader.signals() if each.room == "study" and each.personal] == [False]
    assert count(reader, "study", RANGE) == (300, 5)
    reader.close()
    history.close()


def test_a_writer_whose_key_another_process_deleted_makes_a_new_one(tmp_path: Path) -> None:
    with history_in(tmp_path, bedroom=("hanako",)) as history:
        keep(history, RATE, stamps(30), np.ones(30))
        (tmp_path / "keys" / "hanako.key").unlink()
        keep(history, RATE, stamps(30, NOON_NS + 1), np.ones(30))
        assert count(history, "bedroom", RATE)[0] == 30


def test_a_lost_key_that_comes_back_opens_everything_again(tmp_path: Path) -> None:
    with two_rooms(tmp_path) as history:
        key = tmp_path / "keys" / "taro.key"
        key.rename(tmp_path / "taro.key")
        assert count(history, "study", BREATH) == (0, 0)
        assert history.nightly(END_NS).forgotten_rows == 0
        (tmp_path / "taro.key").rename(key)
        assert count(history, "study", BREATH) == (300, 5)


def test_a_key_others_could_read_is_closed_and_reported(tmp_path: Path) -> None:
    two_rooms(tmp_path).close()
    (tmp_path / "keys" / "taro.key").chmod(0o644)
    with history_in(tmp_path) as history:
        history.flush()
        assert (tmp_path / "keys" / "taro.key").stat().st_mode & 0o777 == 0o600
        assert [event.code for event in history.take_events()] == ["history_key"]


@pytest.mark.parametrize("content", [b"", b"not json", b'{"id":"00","owners":["taro"],"key":"AAAA"}', b"\xff" * 105])
def test_a_broken_key_file_is_set_aside_and_stops_nothing(tmp_path: Path, content: bytes) -> None:
    two_rooms(tmp_path).close()
    (tmp_path / "keys" / "taro.key").write_bytes(content)
    with History(tmp_path, clock_at(), {"bedroom": ("hanako",), "study": ("taro",)}) as history:
        assert count(history, "study", BREATH) == (0, 0)
        keep(history, BREATH, stamps(10, NOON_NS + DAY_NS // 2), np.ones(10), "study")
        assert count(history, "study", BREATH)[0] == 10
        assert count(history, "bedroom", BREATH)[0] == 300
        assert {event.code for event in history.take_events()} == {"history_key"}
    assert len(list((tmp_path / "keys").glob("taro.key.corrupt.*"))) == 1
