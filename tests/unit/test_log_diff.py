"""Comparing two logs: the smallest change is found, named, and judged by the declared tolerance."""

import math
import struct
from pathlib import Path

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sumika.log import DiffReport, diff
from sumika.schema import TOPICS, Envelope, Message, SlowTime, SumikaError, UsageError
from tests.log_helpers import envelope, mixed, presence, slow_time, write_log

Entries = list[tuple[Envelope, Message]]


def compared(tmp_path: Path, a: Entries, b: Entries) -> DiffReport:
    write_log(tmp_path / "a", a)
    write_log(tmp_path / "b", b)
    return diff(tmp_path / "a", tmp_path / "b")


def outcome(report: DiffReport) -> list[tuple[str, str, str, str]]:
    return [(str(found.message), found.field, found.a, found.b) for found in report.differences]


def tolerate(monkeypatch: pytest.MonkeyPatch, topic: str, **tolerances: float) -> None:
    monkeypatch.setitem(TOPICS, topic, msgspec.structs.replace(TOPICS[topic], tolerances=tolerances))


def test_the_same_messages_are_identical_whatever_the_order_between_topics(tmp_path: Path) -> None:
    entries = mixed(90)
    report = compared(tmp_path, entries, sorted(entries, key=lambda entry: entry[0].topic))
    assert not report.differs
    assert report.byte_identical
    assert report.compared == 90
    assert report.summary() == "identical: 90 messages, byte for byte"


@given(bit=st.integers(0, 63), index=st.integers(0, 29))
@settings(max_examples=40, deadline=None)
def test_a_single_changed_bit_of_a_number_is_found_and_named(
    tmp_path_factory: pytest.TempPathFactory, bit: int, index: int
) -> None:
    entries = mixed(90)
    number = presence(index).range_m
    assert number is not None
    (bits,) = struct.unpack("<Q", struct.pack("<d", number))
    (changed,) = struct.unpack("<d", struct.pack("<Q", bits ^ (1 << bit)))
    assume(math.isfinite(changed))  # what is not finite is never logged
    message = msgspec.structs.replace(presence(index), range_m=changed)
    other = list(entries)
    other[index * 3] = (envelope(message, index), message)
    report = compared(tmp_path_factory.mktemp("logs"), entries, other)
    assert outcome(report) == [(f"presence/bedroom #{index}", "message.range_m", repr(number), repr(changed))]
    assert report.differs
    assert report.topics["presence"].differing == 1
    assert report.topics["presence"].identical == 29


def test_a_changed_bit_of_samples_and_of_consumption_is_found(tmp_path: Path) -> None:
    message = slow_time(0)
    changed = msgspec.structs.replace(message, iq=bytes([message.iq[0] ^ 1]) + message.iq[1:])
    wrapped = msgspec.structs.replace(envelope(message), consumed=())
    report = compared(tmp_path, [(envelope(message), message)], [(wrapped, changed)])
    assert [field for _, field, _, _ in outcome(report)] == ["consumed", "message.iq"]
    assert report.differing_fields == 2


def test_missing_and_extra_messages_are_told(tmp_path: Path) -> None:
    entries = mixed(30)
    report = compared(tmp_path, entries[:-1], entries[1:])
    assert sorted(outcome(report)) == [
        ("chest_motion/bedroom #9", "", "missing", "present"),
        ("presence/bedroom #0", "", "present", "missing"),
    ]
    assert (report.topics["presence"].only_a, report.topics["chest_motion"].only_b) == (1, 1)
    assert "1 are in the first log only" in report.summary()


def test_a_message_of_another_incarnation_is_another_message(tmp_path: Path) -> None:
    message = presence(0)
    report = compared(tmp_path, [(envelope(message), message)], [(envelope(message, incarnation=1), message)])
    assert (report.topics["presence"].only_a, report.topics["presence"].only_b) == (1, 1)


def test_a_message_that_one_log_has_twice_is_told(tmp_path: Path) -> None:
    entries = mixed(3)
    report = compared(tmp_path, [*entries, entries[0]], entries)
    assert report.differs
    assert report.topics["presence"].only_a == 1


def test_a_declared_tolerance_is_kept_to_and_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tolerate(monkeypatch, "presence", probability=0.01)
    near, far = presence(0, 0.509), presence(1, 0.52)
    a: Entries = [(envelope(presence(index), index), presence(index)) for index in range(2)]
    report = compared(tmp_path, a, [(envelope(near, 0), near), (envelope(far, 1), far)])
    assert outcome(report) == [("presence/bedroom #1", "message.probability", "0.5", "0.52")]
    assert (report.topics["presence"].tolerated, report.topics["presence"].differing) == (1, 1)
    alone = compared(tmp_path / "near", a[:1], [(envelope(near, 0), near)])
    assert not alone.differs
    assert not alone.byte_identical
    assert "within tolerance" in alone.summary()


def test_a_missing_value_is_never_within_tolerance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tolerate(monkeypatch, "presence", probability=1e9)
    missing = msgspec.structs.replace(presence(0), probability=None)
    assert compared(tmp_path, [(envelope(presence(0)), presence(0))], [(envelope(missing), missing)]).differs


@pytest.mark.parametrize(("error", "differs"), [(1e-4, False), (1e-2, True)])
def test_a_tolerance_of_samples_holds_for_each_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: float, differs: bool
) -> None:
    tolerate(monkeypatch, "slow_time", iq=1e-3)
    numbers = [0.5, -1.0, 2.0, 0.25]

    def of(first: float) -> Entries:
        iq = struct.pack("<4f", first, *numbers[1:])
        message: SlowTime = msgspec.structs.replace(slow_time(0), antennas=1, cells=2, iq=iq)
        return [(envelope(message), message)]

    assert compared(tmp_path, of(numbers[0]), of(numbers[0] + error)).differs is differs


def test_only_the_topics_asked_for_are_compared(tmp_path: Path) -> None:
    write_log(tmp_path / "a", mixed(30))
    write_log(tmp_path / "b", [entry for entry in mixed(30) if entry[0].topic != "slow_time"])
    assert diff(tmp_path / "a", tmp_path / "b").differs
    assert not diff(tmp_path / "a", tmp_path / "b", ["presence", "chest_motion"]).differs
    assert "nothing to compare" in diff(tmp_path / "a", tmp_path / "b", ["event"]).summary()
    with pytest.raises(UsageError):
        diff(tmp_path / "a", tmp_path / "b", ["no such"])
    with pytest.raises(SumikaError):
        diff(tmp_path / "a", tmp_path / "c")


def test_a_damaged_log_is_named(tmp_path: Path) -> None:
    write_log(tmp_path / "a", mixed(30))
    (path,) = write_log(tmp_path / "b", mixed(30))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    report = diff(tmp_path / "a", tmp_path / "b")
    assert report.damaged == [str(tmp_path / "b")]
    assert report.differs


def test_every_difference_is_counted_but_only_the_first_are_kept(tmp_path: Path) -> None:
    report = compared(tmp_path, mixed(1500), [])
    assert report.differing_fields == 1500
    assert len(report.differences) == 1000
