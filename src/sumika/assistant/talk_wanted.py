"""Who wants something of the house, and what an answer may draw on."""

from collections.abc import Callable
from dataclasses import dataclass, field

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
