"""Everybody who lives in a house, comes to visit or runs about in it."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
import numpy as np

from sumika.schema import UsageError
from sumika.schema.house import House
from sumika.schema.house import Resident as Described
from sumika.schema.living import Life, Routine
from sumika.world.exchange import Acting, Breaths, Doing, RoomsNow, Stretch
from sumika.world.residents.activities import ACTIVITIES
from sumika.world.residents.animals import HOUR_S, Animal
from sumika.world.residents.chance import chance
from sumika.world.residents.metabolism import gives
from sumika.world.residents.places import Places
from sumika.world.residents.resident import Resident
from sumika.world.residents.routes import Routes
from sumika.world.residents.routine import GUEST
from sumika.world.residents.span import Span
from sumika.world.residents.timeline import EVENTS, PlannedEvent, planned
from sumika.world.residents.wishes import EVERY_S, Taste, Wish
from sumika.world.start import settings_of

_CONVECTIVE = 0.5
"""Share of a body's dry heat that goes into the air; the rest shines onto walls."""
_VOC_UG_S = 0.6
"""What a body itself gives off (J. Williams et al., "Cinema audiences reproducibly vary the chemical composition of air
during films", Sci. Rep. 6, 2016: some tenths of a milligram an hour and person of each main compound)."""


@dataclass(frozen=True, slots=True)
class Draws:
    """What residents draw from the house in a step, as a mean over it.

    Attributes:
        hot_water_l: Litres of 40 degrees drawn in the step, by room.
        cooking_w: Power of the stove, by room.
        plug_w: Of what is plugged in, by room.
        wants_light: How bright somebody wants it, 0..1, by room.
    """

    hot_water_l: dict[str, float] = field(default_factory=dict)
    cooking_w: dict[str, float] = field(default_factory=dict)
    plug_w: dict[str, float] = field(default_factory=dict)
    wants_light: dict[str, float] = field(default_factory=dict)


class Household:
    """All bodies of a house. What anybody does depends on the house, the seed and the moment alone."""

    def __init__(self, house: House, seed: int, start: datetime) -> None:
        """Move in; `Household.of` says what can be wrong."""
        settings = settings_of(house)
        guests = tuple(_invited(house, number) for number in range(settings.guests))
        with_guests = msgspec.structs.replace(house, residents=(*house.residents, *guests))
        self._house, self._seed, self._start = house, seed, start
        places, routes = Places(with_guests), Routes(house)
        self._largest = places.largest
        people: list[Resident] = []
        for number in range(len(with_guests.residents)):
            # Each makes way for those before; all see the same list grow.
            people.append(Resident(with_guests, number, seed, start, places, routes, tuple(people)))
        self._people = {person.name: person for person in people}
        self._residents = tuple(resident.id for resident in house.residents)
        self._guests = tuple(guest.id for guest in guests)
        self._animals = tuple(
            Animal(house, places, routes, kind, seed, start, number=settings.pets[: place + 1].count(kind))
            for place, kind in enumerate(settings.pets)
        )
        self._tastes = {name: Taste(self._people[name].life, name, seed) for name in self._residents}
        self._asked = -1
        self._kept: _Step | None = None

    @classmethod
    def of(cls, house: House, seed: int, start: datetime) -> "Household":
        """Return the household of a house.

        Args:
            house: With residents; none at all is an empty house.
            seed: Of everything random.
            start: When the world begins, with a time zone.

        Raises:
            UsageError: if somebody's bedroom is no room of the house, or there is no such pet.
        """
        rooms = [room.id for room in house.rooms]
        for place, piece in enumerate(house.furniture):
            if piece.room not in rooms:
                raise UsageError(
                    f"a {piece.kind} stands in {piece.room!r}, which is no room of the house",
                    where=f"furniture[{place}].room",
                    remedy=f"Name one of {', '.join(rooms)}",
                )
        for resident in house.residents:
            bedroom = resident.life.bedroom if resident.life is not None else ""
            if bedroom and bedroom not in rooms:
                raise UsageError(
                    f"{resident.id} sleeps in {bedroom!r}, which is no room of the house",
                    where=f"residents[{resident.id}].life.bedroom",
                    remedy=f"Name one of {', '.join(rooms)}",
                )
            if resident.id.startswith(GUEST):
                raise UsageError(
                    f"{resident.id!r} is the name of a guest",
                    where=f"residents[{resident.id}].id",
                    remedy="Give the resident another name; guests are named by the simulated house",
                )
        return cls(house, seed, start)

    def advance(self, until_s: float) -> None:
        """Live until a moment. Nothing need be done beforehand: any moment can be asked for at any time."""

    def doing(self, body: str, at_s: float) -> Doing:
        """Return what a resident or a guest does at a moment.

        Raises:
            KeyError: if there is nobody of that name.
        """
        return self._people[body].doing(at_s)

    def plan(self, body: str, begin_s: float, end_s: float) -> tuple[Span, ...]:
        """Return what a resident or a guest does in a time, one after the other; the first may begin before it.

        Raises:
            KeyError: if there is nobody of that name.
        """
        return tuple(self._people[body].timeline.spans(begin_s, end_s))

    def where(self, at_s: float) -> dict[str, str]:
        """Return the room of every resident and guest; empty for who is out."""
        return {name: person.room(at_s) for name, person in self._people.items()}

    def stretches(self, start_s: float, seconds: float) -> tuple[Stretch, ...]:
        """Return what everybody does in a stretch of time, fine enough for a radar.

        Args:
            start_s: Since the world began.
            seconds: How long; whole minutes keep changes of posture in one piece.
        """
        people = tuple(person.stretch(start_s, seconds) for person in self._people.values())
        return (*people, *(_animal(animal, start_s, seconds) for animal in self._animals))

    def gains(self, now_s: float, seconds: float) -> tuple[Acting, ...]:
        """Return what bodies, kitchens and baths give to the rooms, as a mean over a step."""
        return self._step(now_s, seconds).gains

    def demands(self, now_s: float, seconds: float) -> Draws:
        """Return what everybody draws from the house in a step."""
        draws = self._step(now_s, seconds).draws
        return Draws(dict(draws.hot_water_l), dict(draws.cooking_w), dict(draws.plug_w), dict(draws.wants_light))

    def _step(self, now_s: float, seconds: float) -> "_Step":
        """Return what everybody gives and draws in a step; as in the one before while all go on with the same."""
        end_s, kept = now_s + seconds, self._kept
        if kept is not None and kept.holds(now_s, end_s):
            return kept
        spans = [(person, span) for person in self._people.values() for span in person.timeline.spans(now_s, end_s)]
        gains = tuple(_gain(person, span, now_s, end_s) for person, span in spans if person.room_of(span))
        draws = Draws()
        for person, span in spans:
            _draw(draws, person, span, now_s, end_s)
        begins_s = max((span.begin_s for _, span in spans), default=-math.inf)
        ends_s = min((span.end_s for _, span in spans), default=math.inf)
        self._kept = _Step(now_s, end_s, begins_s, ends_s, gains, draws)
        return self._kept

    def likes_c(self, body: str) -> float:
        """Return the operative temperature that suits a resident in their usual clothes; nobody else knows it.

        Raises:
            KeyError: if there is no such resident.
        """
        return self._tastes[body].likes_c

    def overrides(self, now_s: float, rooms: RoomsNow, room_index: Mapping[str, int]) -> tuple[Wish, ...]:
        """Return what residents want changed now; most of the time nothing.

        Args:
            now_s: Since the world began.
            rooms: As they are.
            room_index: Place of each room in their arrays.
        """
        turn = int(now_s // EVERY_S)
        if turn == self._asked:
            return ()
        self._asked = turn
        found: list[Wish] = []
        for name, taste in self._tastes.items():
            doing = self.doing(name, now_s)
            if doing.room in room_index:
                place = room_index[doing.room]
                wish = taste.wish(
                    now_s,
                    doing,
                    float(rooms.air_temperature_c[place]),
                    float(rooms.radiant_temperature_c[place]),
                    float(rooms.relative_humidity[place]),
                )
                found += [wish] if wish is not None else []
        return tuple(found)

    def plan_event(
        self, kind: str, body: str, at_s: float, room: str = "", *, minutes: float = 0.0, value: float = 0.0
    ) -> None:
        """Let something befall somebody.

        Args:
            kind: One of `EVENTS`.
            body: A resident; a party befalls everybody, and `value` guests.
            at_s: When.
            room: Where; empty: where they are.
            minutes: How long; 0: as long as such a thing takes.
            value: Of a party: how many guests come.

        Raises:
            UsageError: if there is no such event, resident or room.
        """
        _known("event", kind, EVENTS)
        _known("room", room, [one.id for one in self._house.rooms])
        if kind != "party":
            if not body:
                raise UsageError(
                    f"nobody lives here whom a {kind} could befall",
                    where="events",
                    remedy="Name residents in house.yaml",
                )
            _known("resident", body, tuple(self._people))
            self._befall((body,), planned(kind, at_s, room, minutes))
            return
        event = planned(kind, at_s, room or self._largest, minutes)
        home = [name for name in self._residents if self._people[name].room(at_s) or value > 1]
        self._befall((*home, *self._guests[: round(value)]), event)

    def _befall(self, bodies: Iterable[str], event: PlannedEvent) -> None:
        for body in bodies:
            self._people[body].befall(event)
        for person in self._people.values():
            person.forget()
        self._kept = None


@dataclass(frozen=True, slots=True)
class _Step:
    """What everybody gives and draws in a step, and from when to when everybody goes on with the same.

    Attributes:
        now_s: When the step begins.
        end_s: When it ends.
        begins_s: Since when nobody has changed what they do.
        ends_s: Until when nobody does.
        gains: What they give.
        draws: What they draw.
    """

    now_s: float
    end_s: float
    begins_s: float
    ends_s: float
    gains: tuple[Acting, ...]
    draws: Draws

    def holds(self, now_s: float, end_s: float) -> bool:
        """Say whether another step is like this one."""
        if now_s == self.now_s and end_s == self.end_s:
            return True
        whole = self.begins_s <= self.now_s and self.end_s <= self.ends_s
        # Litres are those of a step: one of another length draws others.
        alike = abs((end_s - now_s) - (self.end_s - self.now_s)) < 1e-6
        return whole and alike and self.begins_s <= now_s and end_s <= self.ends_s


def _gain(person: Resident, span: Span, now_s: float, end_s: float) -> Acting:
    """Return what somebody gives to a room in a step."""
    activity = ACTIVITIES[span.activity]
    share = (min(span.end_s, end_s) - max(span.begin_s, now_s)) / (end_s - now_s)
    given = gives(person.life, activity.met)
    return Acting(
        room=person.room_of(span),
        convective_w=share * _CONVECTIVE * given.sensible_w,
        radiant_w=share * (1.0 - _CONVECTIVE) * given.sensible_w,
        vapour_kg_s=share * (given.vapour_kg_s + 1e-3 * activity.vapour_g / max(60.0, span.seconds)),
        co2_kg_s=share * given.co2_kg_s,
        voc_ug_s=share * (_VOC_UG_S + activity.voc_ug_s),
        pm2_5_ug_s=share * activity.pm2_5_ug_s,
        sound_dba=max(0.0, activity.sound_dba + 10.0 * math.log10(max(share, 1e-3))) if activity.sound_dba else 0.0,
    )


def _draw(draws: Draws, person: Resident, span: Span, now_s: float, end_s: float) -> None:
    """Add what somebody draws from the house in a step."""
    room = person.room_of(span)
    if not room:
        return
    activity = ACTIVITIES[span.activity]
    inside_s = min(span.end_s, end_s) - max(span.begin_s, now_s)
    share = inside_s / (end_s - now_s)
    # A tub is filled or a shower runs over the whole of the activity.
    _add(draws.hot_water_l, room, activity.hot_water_l * inside_s / max(60.0, span.seconds))
    _add(draws.cooking_w, room, share * activity.cooking_w)
    _add(draws.plug_w, room, share * activity.plug_w)
    draws.wants_light[room] = max(draws.wants_light.get(room, 0.0), activity.light)


def _invited(house: House, number: int) -> Described:
    random = chance(settings_of(house).seed, "guest", number)
    life = Life(
        routine=Routine.OFFICE,
        age_years=float(random.uniform(18.0, 75.0)),
        height_m=float(random.uniform(1.5, 1.85)),
        mass_kg=float(random.uniform(48.0, 85.0)),
        female=bool(random.uniform() < 0.5),
        night_toilets=0.0,
    )
    return Described(id=f"{GUEST}{number + 1}", life=life)


def _animal(animal: Animal, start_s: float, seconds: float) -> Stretch:
    end_s = start_s + seconds
    hours = range(math.floor(start_s / HOUR_S), math.floor((end_s - 1e-9) / HOUR_S) + 1)
    moves = [move.cut(start_s, end_s) for hour in hours for move in animal.moves(hour) if move.touches(start_s, end_s)]
    first = moves[0]
    nothing = np.zeros(0)
    return Stretch(
        body=animal.name,
        kind=animal.kind,
        start_s=start_s,
        seconds=seconds,
        present=True,
        start_m=first.place_m,
        posture=first.posture,
        heading_rad=first.heading_rad,
        base_m=first.base_m,
        legs=tuple(move.leg for move in moves),
        away=tuple(False for _ in moves),
        breaths=Breaths(start_s=nothing, inhale_s=nothing, exhale_s=nothing, depth_m=nothing),
        beat_s=nothing,
        doing=(Doing(start_s=start_s, activity="roaming", room=""),),
    )


def _add(totals: dict[str, float], room: str, value: float) -> None:
    if value > 0:
        totals[room] = totals.get(room, 0.0) + value


def _known(what: str, name: str, known: tuple[str, ...] | list[str]) -> None:
    if name and name not in known:
        raise UsageError(f"there is no {what} {name!r}", where="events", remedy=f"There are {', '.join(known)}")
