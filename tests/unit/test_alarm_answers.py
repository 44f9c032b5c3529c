"""Answers of contacts: what counts as one, whose they are, and that listening goes on when a connection breaks."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from sumika.alarm import AnswerEar, ContactAnswer
from sumika.alarm.answers import button_name, pressed_button, written_answer
from sumika.alarm.ear import Holds, Take
from sumika.runtime.alarm_ears import AlarmEars
from sumika.schema import AlarmStage, Origin, SumikaError
from sumika.schema.alarm_settings import Alarms, MqttWay
from sumika.schema.house import Connection
from tests.alarm_helpers import NOON, contact, first_heard, house_with, open_alarm
from tests.gate_helpers import until

ALARM = "suspected_fall.bedroom.20260120T000000"
TAKEN = ContactAnswer(ALARM, "ken", AlarmStage.ACKNOWLEDGED)
DEADLINE_S = 20.0


def test_a_button_tells_all_of_its_press() -> None:
    assert pressed_button(button_name("acknowledge", ALARM, "ken")) == TAKEN
    assert pressed_button(button_name("cancel", ALARM, "ken")) == ContactAnswer(ALARM, "ken", AlarmStage.CANCELLED)


@pytest.mark.parametrize("name", ["", "sumika", "sumika.acknowledge.ken", "other.cancel.ken.x", "sumika.over.ken.x"])
def test_buttons_of_others_say_nothing(name: str) -> None:
    assert pressed_button(name) is None


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff\xfe",
        b"[1]",
        b'{"id": 3, "answer": "cancel"}',
        b'{"id": "x", "answer": "over"}',
        b'{"id": "x", "answer": ["cancel"]}',
        b'{"id": "' + b"x" * 2000 + b'", "answer": "cancel"}',
        b'{"a":' * 150 + b"1" + b"}" * 150,
    ],
)
def test_what_is_no_answer_is_none(payload: bytes) -> None:
    assert written_answer(payload, "ken") is None


def test_an_answer_may_be_written() -> None:
    assert written_answer(msgspec.json.encode({"id": ALARM, "answer": "acknowledge", "by": "?"}), "ken") == TAKEN


class Line:
    """A connection that can be broken, and who listens to it.

    Attributes:
        told: Which problem was known whenever it was tried.
    """

    def __init__(self, *broken: Exception, says: ContactAnswer = TAKEN) -> None:
        self.closed, self.told, self.broken, self.says = 0, list[str](), list(broken), says
        self.ear = AnswerEar(self.listen)

    async def listen(self, take: Take, holds: Holds) -> None:
        """Hand on one answer, and hold or break."""
        self.told.append(self.ear.problem)
        if self.broken:
            raise self.broken.pop()
        holds("")
        take(self.says)
        try:
            await asyncio.Event().wait()
        finally:
            self.closed += 1


def test_who_may_answer_is_heard_and_nobody_afterwards() -> None:
    line = Line()
    assert line.ear.answers() == ()
    line.ear.want(True)
    line.ear.want(True)
    assert (first_heard(line.ear.answers), line.ear.hears, len(line.told)) == ([TAKEN], True, 1)
    line.ear.want(False)
    assert until(lambda: line.closed == 1, DEADLINE_S)
    line.ear.want(True)
    assert until(lambda: len(line.told) == 2, DEADLINE_S)
    line.ear.want(False)
    assert until(lambda: line.closed == 2, DEADLINE_S)


def test_a_connection_that_breaks_is_told_and_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sumika.alarm.ear.Again.next_s", lambda _: 0.01)
    line = Line(RuntimeError("of theirs"), SumikaError("refuses the token"))
    line.ear.want(True)
    assert until(lambda: line.ear.hears, DEADLINE_S)
    assert line.told == ["", "refuses the token", "RuntimeError: of theirs"]
    assert line.ear.problem == ""
    line.ear.problem = "gone"
    line.ear.want(False)
    assert line.ear.problem == "gone", "that nobody listens any more is no reason to say that all is well"
    assert until(lambda: line.closed == 1, DEADLINE_S)


@pytest.mark.parametrize(
    ("says", "origin", "counts"),
    [
        (TAKEN, Origin.LIVE, True),
        (msgspec.structs.replace(TAKEN, contact="mari"), Origin.LIVE, False),
        (msgspec.structs.replace(TAKEN, contact="nobody"), Origin.LIVE, False),
        (TAKEN, Origin.SIMULATED, False),
    ],
)
def test_an_answer_counts_from_where_its_contact_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: ContactAnswer, origin: Origin, counts: bool
) -> None:
    line = Line(says=says)
    monkeypatch.setattr("sumika.runtime.alarm_ears._listening", lambda *_: line.listen)
    ken = contact("ken", MqttWay(connection="broker", topic="a/b"))
    broker = Connection(id="broker", type="mqtt", address="127.0.0.1:1")
    ears = AlarmEars(house_with(Alarms(contacts=(ken, contact("mari"))), connections=(broker,)), tmp_path)
    alarm = msgspec.structs.replace(open_alarm(NOON, ALARM), origin=origin)
    found = list(ears.turn((alarm,)))
    if origin is Origin.LIVE:
        assert until(lambda: ears.hear, DEADLINE_S)
    found += ears.turn((alarm,))
    assert found == ([(ken, TAKEN)] if counts else [])
    assert len(line.told) == (origin is Origin.LIVE), "nobody can answer what never left the house"
    assert ears.turn((msgspec.structs.replace(alarm, stage=AlarmStage.OVER),)) == ()
    assert until(lambda: line.closed == len(line.told), DEADLINE_S)
    ears.close()
