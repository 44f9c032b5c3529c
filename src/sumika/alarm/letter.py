"""What people read of an alarm, in their language; and what machines read. Nothing else leaves the house."""

from collections.abc import Callable
from typing import Any

import msgspec

from sumika.alarm.answers import ANSWERS, button_name
from sumika.alarm.kept import TECHNICAL, KeptAlarm, Order
from sumika.alarm.moments import elapsed_s
from sumika.alarm.people_watches import NOBODY_SEEN
from sumika.clock import Instant
from sumika.schema import AlarmCause, AlarmStage, DeliveryState, Origin
from sumika.schema.house import House, Room
from sumika.text import say
from sumika.units import SECONDS_PER_MINUTE, ns_to_seconds

FORMAT = 1
"""Of the JSON; it only grows."""


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What goes to one contact, or to whoever waits for a sign of life.

    Attributes:
        id: The same each time the same thing is sent, so that the reader's side can tell a copy.
        title: A few words.
        text: All that a person needs.
        language: Of both.
        document: The same for machines.
        about: The alarm's id; empty: it is about none.
        urgent: Whether it is worth waking somebody.
        buttons: (name, words) of what can be answered at once, where the way has buttons.
    """

    id: str
    title: str
    text: str
    language: str
    document: dict[str, Any]
    about: str = ""
    urgent: bool = False
    buttons: tuple[tuple[str, str], ...] = ()


class Writer:
    """Writes letters about the alarms of one house."""

    def __init__(self, house: House, called: Callable[[Room, str], str] = lambda room, _: room.name or room.id) -> None:
        """Know how rooms are called.

        Args:
            house: As described.
            called: Returns what a room is called in a language.
        """
        self._house, self._called = house, called
        self._rooms = {room.id: room.name or room.id for room in house.rooms}

    def language(self, wanted: str) -> str:
        """Return the language that is written: the reader's, else the house's, else English."""
        return wanted or self._house.language or "en"

    def words(self, alarm: KeptAlarm, language: str) -> str:
        """Return what an alarm is about, in one or two sentences that say first if it is none.

        Args:
            alarm: Which.
            language: "en" or "ja".
        """
        key = f"alarm.words.{alarm.cause.value}"
        if alarm.cause is AlarmCause.NO_MOVEMENT and alarm.detail == NOBODY_SEEN:
            key = "alarm.words.no_movement.nobody_seen"
        name = alarm.room or alarm.subject
        room = next((one for one in self._house.rooms if one.id == name), None)
        about = self._called(room, language) if room is not None else alarm.subject
        sentence = say(key, language, about=about or say("alarm.whole_house", language))
        if alarm.detail and alarm.detail != NOBODY_SEEN:
            sentence = say("alarm.with_detail", language, sentence=sentence, detail=alarm.detail)
        return self._marked(alarm, sentence, language)

    def title(self, alarm: KeptAlarm, language: str) -> str:
        """Return a few words for an alarm; arguments as for `words`."""
        return self._marked(alarm, say(f"alarm.title.{alarm.cause.value}", language), language)

    def prompt(self, alarm: KeptAlarm, left_s: float, language: str) -> str:
        """Return what is said aloud at home.

        Args:
            alarm: Which.
            left_s: So long it can still be cancelled.
            language: "en" or "ja".
        """
        words = self.words(alarm, language)
        if left_s <= 0.0:
            return say("alarm.prompt.now", language, words=words)
        return say("alarm.prompt.soon", language, words=words, seconds=round(left_s))

    def letter(self, alarm: KeptAlarm, order: Order, language: str, now: Instant) -> Letter:
        """Return what one contact is sent.

        Args:
            alarm: Which.
            order: What for.
            language: The reader's.
            now: The present moment.
        """
        title, text = self.title(alarm, language), self.words(alarm, language)
        if order.closing:
            over = say(f"alarm.closing.{alarm.stage.value}", language, by=alarm.answered_by or "-")
            title, text = say("alarm.title.over", language, title=title), f"{over}\n{text}"
            text += self._late(alarm, order.contact, language)
        if order.again:
            text += "\n" + say("alarm.perhaps_twice", language)
        text += "\n" + say("alarm.from_house", language, house=self._house.name)
        return Letter(
            id=f"{alarm.id}.{order.contact}.{order.round}{'.over' if order.closing else ''}",
            title=title,
            text=text,
            language=language,
            document={
                "format": FORMAT,
                "kind": "over" if order.closing else "alarm",
                "id": alarm.id,
                "cause": alarm.cause.value,
                "stage": alarm.stage.value,
                "subject": alarm.subject,
                "room": self._rooms.get(alarm.room, alarm.room),
                "house": self._house.name,
                "since_unix_s": ns_to_seconds(alarm.raised.wall_ns),
                "sent_unix_s": ns_to_seconds(now.wall_ns),
                "test": alarm.test,
                "origin": alarm.origin.value,
                "perhaps_twice": order.again,
                "answered_by": alarm.answered_by if alarm.stage is not AlarmStage.OVER else "",
                "title": title,
                "text": text,
                "language": language,
            },
            about=alarm.id,
            urgent=alarm.cause not in TECHNICAL and not order.closing,
            buttons=() if order.closing else _buttons(alarm, order.contact, language),
        )

    def _late(self, alarm: KeptAlarm, contact: str, language: str) -> str:
        """Return why somebody hears of it only now, and how often it was."""
        passed = [each for each in alarm.deliveries if each.state is DeliveryState.PASSED_OVER]
        for delivery in passed:
            if delivery.contact == contact:
                often = say("alarm.passed_over.often", language, count=delivery.stands_for + 1)
                minutes = max(1, round(elapsed_s(alarm.raised, alarm.closed or alarm.seen) / SECONDS_PER_MINUTE))
                often = often if delivery.stands_for else ""
                return say("alarm.passed_over", language, minutes=minutes, often=often)
        return ""

    def alive(self, next_within_s: float, now: Instant) -> Letter:
        """Return a sign of life.

        Args:
            next_within_s: The next one comes within so long, or something is wrong.
            now: The present moment.
        """
        language = self.language("")
        return Letter(
            id=f"alive.{now.wall_ns}",
            title=say("alarm.title.alive", language),
            text=say("alarm.alive", language, house=self._house.name),
            language=language,
            document={
                "format": FORMAT,
                "kind": "alive",
                "house": self._house.name,
                "sent_unix_s": ns_to_seconds(now.wall_ns),
                "next_within_s": next_within_s,
            },
        )

    def _marked(self, alarm: KeptAlarm, sentence: str, language: str) -> str:
        """Put before everything else that it is a test, or that nothing of it is real."""
        marks = [say("alarm.mark.test", language)] if alarm.test else []
        if alarm.origin is not Origin.LIVE:
            marks.append(say(f"alarm.mark.{alarm.origin.value}", language))
        return " ".join((*marks, sentence))


def _buttons(alarm: KeptAlarm, contact: str, language: str) -> tuple[tuple[str, str], ...]:
    words = {answer: say(f"alarm.button.{answer}", language) for answer in ANSWERS}
    return tuple((button_name(answer, alarm.id, contact), said) for answer, said in words.items())
