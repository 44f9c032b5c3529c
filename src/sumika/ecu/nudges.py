"""Small, reversible nudges where somebody's heart and breath tell of strain: dimmer and warmer light, cooler, fresher.

Nothing here is a treatment, and nothing is more than people hardly notice: who is strained gives off more heat (heart
rate goes with metabolic rate, ISO 8996), and 0.5 K is less than what ISO 7730 gives for the tenth of a met that it may
be. Only where the household asked for it, only by day, for half an hour at most, and gone at once when somebody touches
anything in the room or says no.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from msgspec import structs

from sumika.ecu.moments import is_before, later, passed
from sumika.schema import Command
from sumika.schema.house import Control
from sumika.text import say

HIGH, CALM_AGAIN = 0.5, 0.25
"""The index counts as high where it is at least so much, less its standard deviation; and as over below the second."""

HIGH_FOR = timedelta(minutes=3)
LASTS = timedelta(minutes=30)
RESTS = timedelta(hours=1)
"""So long after a nudge none begins in that room."""

RESTS_AFTER_HAND = timedelta(hours=4)
"""So long after a resident's hand or word undid one."""

UNKNOWN_FOR = timedelta(minutes=5)
"""Strain that is not measured any more, as when people move, counts as over after so long."""

LIGHT_FACTOR, COLOUR_FACTOR = 0.87, 0.88
"""Of brightness and of colour temperature."""

WARMER_K, FRESH_FACTOR = -0.5, 1.15
"""Shift of what people like, and how much fresher the air is to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudge:
    """What is done for one room.

    Attributes:
        light_factor: Of the brightness of its lamps.
        colour_factor: Of their colour temperature.
        warmer_k: By so much the temperature that people like is shifted; negative is cooler.
        fresh_factor: So much less CO2 than otherwise is aimed at.
        until: When it ends by itself; None: there is none.
    """

    light_factor: float = 1.0
    colour_factor: float = 1.0
    warmer_k: float = 0.0
    fresh_factor: float = 1.0
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Return whether it is in force at a moment."""
        return self.until is not None and is_before(at, self.until)


NONE = Nudge()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSeen:
    """What a nudge looks at in one room.

    Attributes:
        at: Now, in local time.
        index: Of strain, 0..1; None: not known.
        sigma: Its standard deviation.
        night: Whether it is night, or somebody sleeps there.
        touched: Whether a resident set anything there by hand, or said how warm they are.
        declined: Whether a resident said no.
    """

    at: datetime
    index: float | None = None
    sigma: float = 0.0
    night: bool = False
    touched: bool = False
    declined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ease:
    """How it stands with one room.

    Attributes:
        nudge: What is done.
        high_since: Since when strain is high.
        known_at: When it was last known.
        rests_until: Before then no nudge begins.
    """

    nudge: Nudge = NONE
    high_since: datetime | None = None
    known_at: datetime | None = None
    rests_until: datetime | None = None


def nudge_of(before: Ease, seen: RoomSeen) -> Ease:
    """Return how it stands with a room after a look at it.

    Args:
        before: How it stood.
        seen: What there is to see.
    """
    if seen.declined:
        return Ease(rests_until=_midnight(seen.at))
    if seen.touched:
        return Ease(rests_until=_latest(before.rests_until, later(seen.at, RESTS_AFTER_HAND)))
    if seen.night:
        return Ease(rests_until=before.rests_until)
    known_at = seen.at if seen.index is not None else before.known_at
    lost = known_at is None or passed(known_at, seen.at) >= UNKNOWN_FOR
    high_since = _high_since(before.high_since, seen, lost=lost)
    ease = replace(before, known_at=known_at, high_since=high_since)
    if before.nudge is not NONE:
        calm = lost or (seen.index is not None and seen.index < CALM_AGAIN)
        over = calm or not before.nudge.holds(seen.at)
        return Ease(rests_until=later(seen.at, RESTS), known_at=known_at) if over else ease
    rested = before.rests_until is None or not is_before(seen.at, before.rests_until)
    if rested and high_since is not None and passed(high_since, seen.at) >= HIGH_FOR:
        return replace(ease, nudge=_begun(seen.at))
    return ease


def _begun(at: datetime) -> Nudge:
    return Nudge(
        light_factor=LIGHT_FACTOR,
        colour_factor=COLOUR_FACTOR,
        warmer_k=WARMER_K,
        fresh_factor=FRESH_FACTOR,
        until=later(at, LASTS),
    )


def _high_since(since: datetime | None, seen: RoomSeen, *, lost: bool) -> datetime | None:
    if seen.index is None:
        return None if lost else since
    return (since or seen.at) if seen.index - seen.sigma >= HIGH else None


def _latest(one: datetime | None, other: datetime) -> datetime:
    return other if one is None or is_before(one, other) else one


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


class Nudging:
    """Nudges of one house."""

    def __init__(self, control: Control | None, rooms: Iterable[str]) -> None:
        """Know whether the household asked for any.

        Args:
            control: As in house.yaml.
            rooms: Of the house.
        """
        control = control if control is not None else Control()
        self._quiet = (control.quiet_from_h, control.quiet_to_h)
        self._rooms = {room: Ease() for room in rooms} if control.nudges else {}
        self._declined: set[str] = set()

    def look(
        self,
        at: datetime,
        arousal: Mapping[str, tuple[float, float]],
        touched: Iterable[str] = (),
        activities: Mapping[str, str] | None = None,
    ) -> None:
        """Look at every room.

        Args:
            at: Now, in local time.
            arousal: By room: index of strain and its standard deviation.
            touched: Rooms in which a resident set something by hand, or said how they feel.
            activities: By room: "sleep" where somebody sleeps.
        """
        hands, does = set(touched), activities or {}
        night = self.is_night(at)
        for room, ease in self._rooms.items():
            index, sigma = arousal.get(room, (None, 0.0))
            seen = RoomSeen(
                at=at,
                index=index,
                sigma=sigma,
                night=night or does.get(room) == "sleep",
                touched=room in hands,
                declined=room in self._declined,
            )
            self._rooms[room] = nudge_of(ease, seen)
        self._declined.clear()

    def decline(self, room: str) -> None:
        """Take a resident's no: the next look undoes the room's nudge, and none begins that day.

        Args:
            room: Which.
        """
        self._declined.add(room)

    def now(self, at: datetime) -> dict[str, Nudge]:
        """Return what is done, by room; rooms in which nothing is done are absent.

        Args:
            at: Now, in local time.
        """
        return {room: ease.nudge for room, ease in self._rooms.items() if ease.nudge.holds(at)}

    def is_night(self, at: datetime) -> bool:
        """Return whether a moment lies in the household's quiet hours.

        Args:
            at: In local time.
        """
        begins, ends = self._quiet
        hour = at.hour + at.minute / 60.0
        return begins <= hour < ends if begins <= ends else hour >= begins or hour < ends


def told(room: str, nudge: Nudge, language: str) -> str:
    """Return what is done in a room and why, in words.

    Args:
        room: Its name for people.
        nudge: In force.
        language: "ja" or "en".
    """
    return say(
        "why.nudge",
        language,
        room=room,
        until=_clock(nudge),
        dimmer=100.0 * (1.0 - nudge.light_factor),
        kelvin=-nudge.warmer_k,
    )


def with_nudges(
    commands: Iterable[Command], nudges: Mapping[str, Nudge], rooms: Mapping[str, str]
) -> tuple[Command, ...]:
    """Return commands, those in rooms with a nudge with a word on it.

    Args:
        commands: With reasons.
        nudges: By room.
        rooms: By device.
    """
    found = []
    for one in commands:
        nudge = nudges.get(rooms.get(one.device, ""))
        if nudge is not None and one.why:
            why = say("why.nudge.part", "en", why=one.why, until=_clock(nudge))
            why_ja = say("why.nudge.part", "ja", why=one.why_ja, until=_clock(nudge))
            found.append(structs.replace(one, why=why, why_ja=why_ja))
        else:
            found.append(one)
    return tuple(found)


def _clock(nudge: Nudge) -> str:
    return "" if nudge.until is None else f"{nudge.until:%H:%M}"
