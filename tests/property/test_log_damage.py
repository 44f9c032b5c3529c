"""Whatever happens to a log's bytes: no exception, no message changed, everything intact read, the damage told."""

import random
import tempfile
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.log import LogInfo, LogReader, recover
from sumika.schema import Message, SumikaError
from tests.log_helpers import identities, mixed, write_log

COUNT = 120
PER_CHUNK = 10
Identity = tuple[str, str, int, int, Message]


@cache
def original(closed: bool) -> tuple[bytes, tuple[Identity, ...]]:
    """The bytes of a log of twelve chunks, and its messages."""
    with tempfile.TemporaryDirectory() as folder:
        (path,) = write_log(Path(folder), mixed(COUNT), per_flush=PER_CHUNK, close=closed)
        return path.read_bytes(), tuple(identities(path))


@cache
def sizes_after_each_chunk() -> tuple[int, ...]:
    """How large the file is when its first, second ... chunk of ten messages is whole."""
    sizes = []
    for count in range(0, COUNT + 1, PER_CHUNK):
        with tempfile.TemporaryDirectory() as folder:
            (path,) = write_log(Path(folder), mixed(count), per_flush=PER_CHUNK, close=False)
            sizes.append(path.stat().st_size)
    return tuple(sizes)


def read(data: bytes) -> tuple[list[Identity], LogInfo]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.mcap"
        path.write_bytes(data)
        reader = LogReader(path)
        found = [
            (e.envelope.topic, e.envelope.key, e.envelope.incarnation, e.envelope.sequence, e.message) for e in reader
        ]
        assert LogReader(path).info.damages == reader.info.damages
        return found, reader.info


def read_or_refuse(data: bytes) -> tuple[list[Identity], LogInfo] | SumikaError:
    try:
        return read(data)
    except SumikaError as error:
        return error


def assert_some_of(found: list[Identity], messages: tuple[Identity, ...]) -> None:
    """Nothing changed, nothing invented, order kept."""
    rest = iter(messages)
    assert all(any(message == other for other in rest) for message in found)


def test_a_whole_log_has_no_damage() -> None:
    for closed in (True, False):
        data, messages = original(closed)
        found, info = read(data)
        assert tuple(found) == messages
        assert len(found) == COUNT
        assert info.damages == ()
        assert info.segments[0].closed is closed


def check_cut(data: bytes, cut: int, messages: tuple[Identity, ...]) -> None:
    found, info = read(data[:cut])
    whole_chunks = sum(size <= cut for size in sizes_after_each_chunk()[1:])
    # A chunk's message index follows it; a cut in there loses no message.
    assert whole_chunks * PER_CHUNK <= len(found) <= (whole_chunks + 1) * PER_CHUNK
    assert tuple(found) == messages[: len(found)]
    assert not info.segments[0].closed


@pytest.mark.slow
@pytest.mark.parametrize("closed", [False, True])
def test_a_log_cut_anywhere_keeps_all_before_the_torn_chunk(closed: bool) -> None:
    data, messages = original(closed)
    ends = sizes_after_each_chunk()
    borders = {end + around for end in ends for around in (-1, 0, 1, 8, 9, 10, 37, 45)}
    everywhere = {*range(1, 120), *range(120, len(data), 61), *borders, len(data) - 1, len(data) - 8, len(data) - 9}
    for cut in sorted(cut for cut in everywhere if 0 < cut < len(data)):
        check_cut(data, cut, messages)


def test_a_cut_inside_a_record_is_told() -> None:
    data, _ = original(False)
    for end in sizes_after_each_chunk()[1:]:
        _, info = read(data[: end - 3])
        assert [damage.kind.value for damage in info.damages] == ["torn tail"]


@pytest.mark.slow
@given(st.integers(0, 2**32), st.integers(1, 6), st.booleans())
@settings(max_examples=150, deadline=None)
def test_flipped_bytes_never_change_a_message_and_are_told(seed: int, flips: int, closed: bool) -> None:
    data, messages = original(closed)
    dice = random.Random(seed)
    broken = bytearray(data)
    for _ in range(flips):
        broken[dice.randrange(len(broken))] ^= 1 << dice.randrange(8)
    result = read_or_refuse(bytes(broken))
    if isinstance(result, SumikaError):
        # Every sign of being a log of ours is gone; that takes several flips in its first bytes.
        assert flips > 1, result
        return
    found, info = result
    assert_some_of(found, messages)
    # At most the chunks that were hit are lost, and where the chain of records broke, the one that was searched in.
    assert len(found) >= COUNT - 2 * flips * PER_CHUNK
    if found != list(messages):
        assert info.damages
    if closed and bytes(broken) != data:
        assert info.damages or not info.segments[0].closed


@pytest.mark.slow
def test_a_single_flipped_bit_anywhere_in_a_finished_log_is_told() -> None:
    data, messages = original(True)
    dice = random.Random(5)
    for position in range(0, len(data), 29):
        broken = bytearray(data)
        broken[position] ^= 1 << dice.randrange(8)
        found, info = read(bytes(broken))
        assert_some_of(found, messages)
        assert info.damages, position
        assert len(found) >= COUNT - PER_CHUNK, position


@given(st.integers(0, 2**32), st.binary(min_size=1, max_size=5000))
@settings(max_examples=50, deadline=None)
def test_bytes_written_over_or_put_in_between_lose_only_what_they_touch(seed: int, rubbish: bytes) -> None:
    data, messages = original(False)
    dice = random.Random(seed)
    at = dice.randrange(sizes_after_each_chunk()[0], len(data))
    rest = at if dice.random() < 0.5 else min(at + len(rubbish), len(data))
    found, info = read(data[:at] + rubbish + data[rest:])
    assert_some_of(found, messages)
    touched = sum(at < end and rest > start for start, end in pairwise((0, *sizes_after_each_chunk())))
    assert len(found) >= COUNT - (touched + 1) * PER_CHUNK
    assert info.damages or len(found) == COUNT


@pytest.mark.parametrize("lost", [10, 511, 4096])
def test_a_tail_of_zeros_as_some_file_systems_leave_it_costs_only_itself(lost: int) -> None:
    data, messages = original(False)
    found, info = read(data[:-lost] + bytes(lost))
    assert tuple(found) == messages[: len(found)]
    touched = sum(len(data) - lost < end for end in sizes_after_each_chunk())
    assert len(found) >= COUNT - touched * PER_CHUNK
    # The last ten bytes are the times in a message index, which no message depends on and only the end mark covers.
    assert info.damages or len(found) == COUNT


@given(st.binary(max_size=3000))
@settings(max_examples=50, deadline=None)
def test_rubbish_is_refused_in_one_line(rubbish: bytes) -> None:
    for data in (rubbish, b"\x89MCAP0\r\n" + rubbish):
        result = read_or_refuse(data)
        if isinstance(result, SumikaError):
            assert "\n" not in str(result)
        else:
            assert result[0] == []


@given(st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_recovery_gives_a_clean_log_of_all_that_is_readable(seed: int) -> None:
    data, _ = original(True)
    dice = random.Random(seed)
    broken = bytearray(data[: dice.randrange(sizes_after_each_chunk()[1], len(data))])
    for _ in range(dice.randrange(3)):
        broken[dice.randrange(sizes_after_each_chunk()[0], len(broken))] ^= 0xFF
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.mcap"
        path.write_bytes(broken)
        report = recover(path)
        assert path.read_bytes() == broken
        assert identities(report.path) == identities(path)
        clean = LogReader(report.path).info
        assert clean.segments[0].closed
        assert {damage.kind.value for damage in clean.damages} <= {"not written"}
        assert clean.run == LogReader(path).run
        assert report.messages == clean.messages
