"""Tests of alarms have their measure, and who told of smoke is on the disk at once."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from sumika.alarm import AlarmBook, Rules, SmokeSource, WatchMemory
from sumika.cli.alarms import test_ as try_alarm
from sumika.clock import Instant
from sumika.runtime.alarm_desk import TESTS_AN_HOUR, TESTS_OF_A_CAUSE_AN_HOUR, AlarmDesk
from sumika.runtime.alarm_store import WATCH_EVERY_S, WATCH_FILE, AlarmStore
from sumika.schema import AlarmAnswer, AlarmCause, AlarmStage, Origin, TryAlarmRequest
from sumika.schema.alarm_settings import Alarms
from sumika.units import seconds_to_ns
from tests.alarm_helpers import NOON, contact, house_with

LOCAL = datetime(2026, 1, 20, tzinfo=UTC)
SMOKE = SmokeSource(room="bedroom", sensor="ceiling", what="smoke")


class Trying:
    """A house in which somebody tries alarms again and again, and answers each at once."""

    def __init__(self, folder: Path) -> None:
        self.store, self.now = AlarmStore(folder), NOON
        self.house = house_with(Alarms(contacts=(contact("ken"),)))
        self.restarts()

    def restarts(self) -> None:
        self.book = AlarmBook(Rules(contacts=(contact("ken"),)), self.store.load(), self.now)
        self.desk = AlarmDesk(self.house, self.book, self.store, Origin.LIVE)

    def later(self, seconds: float) -> None:
        self.now = self.now.later(seconds_to_ns(seconds))

    def tries(self, cause: AlarmCause, room: str = "bedroom", *, answered: bool = True) -> AlarmAnswer:
        answer = self.desk.try_out(TryAlarmRequest(cause=cause.value, room=room, by="ken"), self.now, LOCAL)
        if answer.accepted and answered:
            assert answer.alarm is not None
            self.book.answer(answer.alarm.id, AlarmStage.ACKNOWLEDGED, "ken", self.now)
            self.store.save(self.book)
        self.later(60.0)
        return answer


@pytest.fixture
def trying(tmp_path: Path) -> Trying:
    return Trying(tmp_path)


def test_a_kind_of_alarm_is_tried_so_often_an_hour_and_not_more(trying: Trying) -> None:
    fall = AlarmCause.SUSPECTED_FALL
    rooms = ("bedroom", "bath")
    assert all(trying.tries(fall, rooms[number % 2]).accepted for number in range(TESTS_OF_A_CAUSE_AN_HOUR))
    refused = trying.tries(fall)
    assert not refused.accepted
    assert "in 54 min" in refused.problem
    assert "54分後" in refused.problem_ja
    trying.restarts()
    assert not trying.tries(fall).accepted, "a restart forgets nothing"
    assert trying.tries(AlarmCause.SMOKE_OR_CO).accepted
    trying.later(3600.0 - 60.0 * (TESTS_OF_A_CAUSE_AN_HOUR + 3))
    assert trying.tries(fall).accepted, "an hour after the first"


def test_all_kinds_together_have_their_measure_too(trying: Trying) -> None:
    accepted = [trying.tries(cause).accepted for _ in range(3) for cause in AlarmCause]
    assert sum(accepted) == TESTS_AN_HOUR


def test_one_that_still_goes_on_is_told_of_and_not_begun_again(trying: Trying) -> None:
    names = set()
    for _ in range(3 * TESTS_OF_A_CAUSE_AN_HOUR):
        answer = trying.tries(AlarmCause.SUSPECTED_FALL, answered=False)
        assert answer.alarm is not None
        names.add(answer.alarm.id)
    assert len(names) == 1


def test_who_told_of_smoke_is_on_the_disk_before_anything_else_happens(tmp_path: Path) -> None:
    def kept() -> tuple[SmokeSource, ...]:
        return AlarmStore(tmp_path).load_watches().smoke

    store, memory, now = AlarmStore(tmp_path), WatchMemory(), NOON
    store.save_watches(memory, now)
    for smoke in ((SMOKE,), (), (SMOKE,)):
        now = now.later(seconds_to_ns(0.5))
        memory.smoke = smoke
        store.save_watches(memory, now)
        assert kept() == smoke
    memory.heard_s = 5.0
    store.save_watches(memory, now.later(seconds_to_ns(0.5)))
    assert AlarmStore(tmp_path).load_watches().heard_s == 0.0, "all else has time"
    later = now.later(seconds_to_ns(WATCH_EVERY_S + 1.0))
    store.save_watches(memory, later)
    assert AlarmStore(tmp_path).load_watches().heard_s == 5.0


def test_what_the_disk_did_not_take_is_written_when_it_does(tmp_path: Path) -> None:
    store, memory = AlarmStore(tmp_path / "alarm"), WatchMemory(smoke=(SMOKE,))
    (tmp_path / "alarm").write_text("no folder", encoding="utf-8")
    store.save_watches(memory, NOON)
    (tmp_path / "alarm").unlink()
    later: Instant = NOON.later(seconds_to_ns(WATCH_EVERY_S + 1.0))
    store.save_watches(memory, later)
    assert (tmp_path / "alarm" / WATCH_FILE).exists()


def test_every_kind_of_alarm_is_in_the_help_of_its_test() -> None:
    assert try_alarm.help is not None
    for cause in AlarmCause:
        assert cause.value in try_alarm.help


def test_rooms_are_named_in_the_language_of_the_line(trying: Trying) -> None:
    rooms = tuple(msgspec.structs.replace(room, name=room.id.capitalize()) for room in trying.house.rooms)
    trying.house = msgspec.structs.replace(trying.house, rooms=rooms)
    trying.restarts()
    answer = trying.tries(AlarmCause.SUSPECTED_FALL)
    assert answer.alarm is not None
    assert "Bedroom: a fall is suspected" in answer.alarm.words
    assert "寝室で転倒の疑い" in answer.alarm.words_ja
