"""A disk that takes nothing: samples wait, are counted when there are too many, and are written when it can."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from sumika.clock import Instant
from sumika.history import History, Records
from sumika.schema import Event, Severity
from tests.history_helpers import BREATH, DAY_NS, LIVE, NOON_NS, RANGE, clock_at, history_in, keep, stamps


@contextmanager
def no_room() -> Iterator[None]:
    """No file can grow, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def alarm(number: int) -> Event:
    stamp = Instant(number, NOON_NS + number, "test")
    return Event(stamp=stamp, origin=LIVE, subject="bedroom", code="alarm", severity=Severity.ALARM, detail=str(number))


def problem_of(history: History) -> str | None:
    return history.problem


def test_samples_wait_for_room_and_nothing_is_lost(tmp_path: Path) -> None:
    with history_in(tmp_path) as history:
        keep(history, RANGE, stamps(10), np.ones(10))
        with no_room():
            for index in range(10, 40):
                history.add("bedroom", RANGE, NOON_NS + index * 1_000_000_000, 1.0, LIVE)
                assert history.flush() == 0
            assert problem_of(history) is not None
            assert history.waiting == 30
            assert len(history.raw("bedroom", RANGE, NOON_NS, NOON_NS + DAY_NS).values) == 10  # reading goes on
            history.scrub(0.1)
            history.nightly(NOON_NS + 40 * DAY_NS)
        assert history.flush() == 30
        assert problem_of(history) is None
        assert len(history.raw("bedroom", RANGE, NOON_NS, NOON_NS + DAY_NS).values) == 40
        told = [(event.code, event.recovered) for event in history.take_events()]
        assert told == [("history_not_written", False), ("history_not_written", True)]


def test_a_new_key_that_finds_no_room_is_made_later(tmp_path: Path) -> None:
    with history_in(tmp_path, bedroom=("hanako",)) as history:
        history.add("bedroom", BREATH, NOON_NS, 1.0, LIVE)
        with no_room():
            assert history.flush() == 0
        assert history.flush() == 1
        assert history.raw("bedroom", BREATH, NOON_NS, NOON_NS + DAY_NS).values.tolist() == [1.0]


def test_what_waits_is_bounded_and_the_rest_counted(tmp_path: Path) -> None:
    with History(tmp_path, clock_at(), waiting_limit=100) as history:
        with no_room():
            for index in range(150):
                history.add("bedroom", RANGE, NOON_NS + index, 1.0, LIVE)
            history.add_many("bedroom", RANGE, stamps(25), np.ones(25), LIVE)
            assert (history.waiting, history.dropped) == (100, 75)
        assert history.flush() == 100
        events = history.take_events()
        assert [event.recovered for event in events] == [False, True]
        assert "75 samples found no room" in events[1].detail


def test_more_than_may_wait_is_written_on_the_way(tmp_path: Path) -> None:
    with History(tmp_path, clock_at(), waiting_limit=100) as history:
        for index in range(250):
            history.add("bedroom", RANGE, NOON_NS + index * 1_000_000, 1.0, LIVE)
        history.add_many("bedroom", BREATH, stamps(777), np.ones(777), LIVE)
        history.flush()
        assert (history.written, history.dropped) == (1027, 0)
        assert len(history.raw("bedroom", BREATH, NOON_NS, NOON_NS + DAY_NS).values) == 777


def test_alarms_wait_for_room_and_are_told(tmp_path: Path) -> None:
    with Records(tmp_path, clock_at()) as records:
        assert records.record_event(alarm(0))
        with no_room():
            assert not records.record_event(alarm(1))
            assert not records.record_event(alarm(2))
            assert records.waiting == 2
            assert [event.detail for event in records.events()] == ["0"]
        assert records.record_event(alarm(3))
        assert (records.waiting, records.problem) == (0, None)
        assert [event.detail for event in records.events()] == ["3", "2", "1", "0"]
        told = [(event.code, event.severity, event.recovered) for event in records.take_events()]
        assert told == [
            ("records_not_written", Severity.ALARM, False),
            ("records_not_written", Severity.INFO, True),
        ]


@pytest.mark.parametrize("what", ["history", "records"])
def test_closing_on_a_full_disk_does_not_raise(tmp_path: Path, what: str) -> None:
    keeper = history_in(tmp_path) if what == "history" else Records(tmp_path, clock_at())
    with no_room():
        if isinstance(keeper, History):
            keeper.add("bedroom", RANGE, NOON_NS, 1.0, LIVE)
        else:
            keeper.record_event(alarm(1))
        keeper.close()
    assert keeper.problem
