"""Who wants something of the house, and what an answer may draw on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

import msgspec

from sumika.assistant.calls import Call
from sumika.assistant.lexicon import plain
from sumika.assistant.resolve import Resolved
from sumika.assistant.saying import Voice
from sumika.assistant.talk_ear import Newest
from sumika.facts import Book
from sumika.schema.house import House
from sumika.schema.talk import ALL_RIGHTS, EVERYBODY, TalkRight

Ask = Callable[[str, msgspec.Struct], msgspec.Struct]
"""(name of a request, question) -> answer; raises SumikaError where none comes."""

Wanted = Resolved
"""What a call wants, once its words are found in the house."""

_S_PER_H, _S_PER_MIN = 3600.0, 60.0


def said_numbers(wanted: Wanted) -> tuple[float, ...]:
    """Return all numbers that were said: they may be said again."""
    found = [wanted.number, wanted.hour, wanted.colour_k]
    for seconds in (wanted.duration_s, wanted.delay_s):
        if seconds is not None:
            found += [seconds / _S_PER_H, seconds / _S_PER_MIN]
    if wanted.number is not None:
        found.append(100.0 * wanted.number)
    return tuple(one for one in found if one is not None)


def put_off_s(wanted: Wanted, now_unix_s: float, zone: tzinfo) -> float | None:
    """Return in how many seconds an order is to be carried out; None: now. Below zero that moment is over.

    A machine is started or stopped at an hour, too; what is to be done by one, the plan begins.

    Args:
        wanted: The order.
        now_unix_s: When it is given.
        zone: Of the house.
    """
    starts = wanted.call.tool == "machine" and wanted.call.what != "loaded"
    if wanted.hour is None or not starts or wanted.delay_s is not None:
        return wanted.delay_s if starts or wanted.call.tool != "machine" else None
    now = datetime.fromtimestamp(now_unix_s, zone)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    # By the clock on the wall, also where a night has an hour more or less.
    at = midnight + timedelta(days=wanted.days or 0, hours=wanted.hour)
    in_s = at.timestamp() - now_unix_s
    if wanted.days is None and in_s < -_JUST_NOW_S:
        in_s = (at + timedelta(days=1)).timestamp() - now_unix_s
    return None if -_JUST_NOW_S <= in_s <= 0.0 else in_s


_JUST_NOW_S = 300.0
"""Who says "at eight" a moment after eight means now."""


def hour_in(delay_s: float, now_unix_s: float, zone: tzinfo) -> float:
    """Return which hour of the day it is in so many seconds."""
    at = datetime.fromtimestamp(now_unix_s + delay_s, zone)
    return at.hour + at.minute / 60.0


def without_electricity(call: Call) -> Call:
    """Return a question about energy without the "device" that is electricity itself, or the roof that makes it."""
    device = call.spans.get("device", "")
    if call.tool != "energy" or not device:
        return call
    if call.what in ("cost", "used") and plain(device) not in _ELECTRICITY:
        return call
    spans = {name: piece for name, piece in call.spans.items() if name != "device"}
    return msgspec.structs.replace(call, spans=spans)


_ELECTRICITY = frozenset(map(plain, ("電気", "でんき", "電力", "電気代", "electricity", "power", "energy")))


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """Who speaks, and what they may.

    Attributes:
        resident: Id; empty where the house does not know.
        room: Where; empty: not known.
        may: Rights, by `TalkRight`.
        sees: Rooms and residents of whom personal things may be told.
        conversation: Its name.
    """

    resident: str = ""
    room: str = ""
    may: frozenset[str] = frozenset(ALL_RIGHTS)
    sees: frozenset[str] = field(default_factory=lambda: frozenset({EVERYBODY}))
    conversation: str = ""

    def has(self, *rights: TalkRight) -> bool:
        """Return whether any of some rights is theirs."""
        return any(right.value in self.may for right in rights)

    def may_know_of(self, room_or_resident: str) -> bool:
        """Return whether personal things may be told of a room or a resident."""
        return EVERYBODY in self.sees or room_or_resident in self.sees


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What an answer may draw on.

    Attributes:
        house: As described.
        voice: Says it.
        book: The records.
        newest: The newest of the bus.
        speaker: Who asks.
        ask: Puts a question on the bus; None: no house runs.
        ahead_s: By so much the house's own clock is ahead: a simulated one lives in its own time, and so do its plans.
    """

    house: House
    voice: Voice
    book: Book
    newest: Newest
    speaker: Speaker
    ask: Ask | None = None
    ahead_s: float = 0.0

    @property
    def house_s(self) -> float:
        """The present moment on the house's own clock."""
        return self.now_s + self.ahead_s

    @property
    def planner_voice(self) -> Voice:
        """Says times of the house's own clock."""
        return Voice(self.house, self.voice.language, self.house_s) if self.ahead_s else self.voice

    @property
    def now_s(self) -> float:
        """The present moment, Unix seconds."""
        return self.voice.now_unix_s
