"""Light: how far every lamp is turned up and in what colour, at this moment and in the two days to come.

Light costs little and has no memory, so it is no variable of the optimisation: what is needed where people are, less
what daylight gives, is what lamps give. It is looked at whenever people are, not once a quarter of an hour: who gets up
at night cannot wait. While somebody sees a lamp it moves slowly; it goes on at once for who comes in, low and warm at
night. A room in which a person has touched a lamp is left to them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from sumika.belief.daylight import Daylight, melanopic_lux
from sumika.belief.nights import Night, night_of
from sumika.belief.outline import Outline
from sumika.belief.routine import PeopleAhead, Routine
from sumika.ecu.lamp_hands import LampHands
from sumika.ecu.lamps import RoomLamps, Worthwhile, lamps_of, level_for, missing_share
from sumika.ecu.light_needs import ASLEEP_EDI_LUX, PATH_K, Part, need_at, sees_by
from sumika.ecu.moments import passed, passed_s
from sumika.ecu.night_path import SOMEBODY, NightPath
from sumika.ecu.nudges import NONE, Nudge
from sumika.schema import Mode
from sumika.schema.house import Control, House
from sumika.schema.living import FurnitureKind
from sumika.schema.worth import Worth

Array = NDArray[np.float64]
Setting = tuple[str, str, float]
"""Device, setting, value."""

EMPTY_FOR = timedelta(minutes=5)
"""A room that nobody is seen in stays lit for so long: sensors lose people who sit still."""

LEVEL_A_MIN, KELVIN_A_MIN = 0.1, 300.0
"""So fast a lamp moves that somebody sees."""

LEAST_MOVE, LEAST_MOVE_K = 0.05, 100.0
"""Less is not worth a write."""

LEAST_LUX, LEARNS, SEES = 10.0, 0.05, (0.1, 5.0)
"""From so much light of lamps on, so fast and within such bounds it is learned what a sensor sees of them."""

DAYLIGHT_S = 300.0
"""Clouds pass: daylight counts as a mean over about so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What light looks at.

    Attributes:
        at: Now, in local time.
        people: By room: how many are there; None: unknown.
        does: By room: "sleep", "awake" or "active"; absent: unknown.
        told: What devices said last, by (device, name).
        daylight_lux: (room,) at table height, by the weather; None: nothing is known of it.
        measured_lux: By room: what a sensor measures at table height, lamps in it.
        price_per_kwh: Of electricity.
        screens_edi_lux: By room: melanopic at the eye, of televisions that are on.
        nudges: By room: what is done for a while because of strain.
    """

    at: datetime
    people: Mapping[str, float | None]
    does: Mapping[str, str]
    told: Mapping[tuple[str, str], float]
    daylight_lux: Array | None
    measured_lux: Mapping[str, float]
    price_per_kwh: float
    screens_edi_lux: Mapping[str, float] = field(default_factory=dict)
    nudges: Mapping[str, Nudge] = field(default_factory=dict)


@dataclass(slots=True)
class _Lit:
    """How a room is lit.

    Attributes:
        level: Told last; None: nothing was.
        colour_k: Told last.
        moved_at: When.
        left_at: Since when nobody is seen there.
        occupied: Whether somebody was seen there last.
        part: Why.
        daylight_lux: There, smoothed.
        sees_lamps: What its sensor sees of its lamps, as a share of what they give on the table; learned at night.
    """

    level: float | None = None
    colour_k: float = 0.0
    moved_at: datetime | None = None
    left_at: datetime | None = None
    occupied: bool = False
    part: Part = Part.EMPTY
    daylight_lux: float | None = None
    sees_lamps: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LampReason:
    """Why a lamp is as it is.

    Attributes:
        part: Of the day, or of the room.
        room: Which.
        edi_lux: Melanopic, at the eye, with daylight.
        daylight_edi_lux: Of it, daylight.
        colour_k: Of the lamp.
    """

    part: Part
    room: str
    edi_lux: float
    daylight_edi_lux: float
    colour_k: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LightAhead:
    """Light in the time to come.

    Attributes:
        load_kw: (step,) of all lamps.
        room_w: (step, room) that becomes heat there.
        dim_per_h: (step,) money an hour for the light of a day that people lack.
    """

    load_kw: Array
    room_w: Array
    dim_per_h: Array


class Lighting:
    """Lights one house."""

    def __init__(self, house: House, outline: Outline, daylight: Daylight, routine: Routine, worth: Worth) -> None:
        """Know lamps, windows and people's usual nights.

        Args:
            house: As described.
            outline: In numbers.
            daylight: Through its windows.
            routine: Of its people.
            worth: Of light.
        """
        control = house.control if house.control is not None else Control()
        floor = dict(zip(outline.rooms, outline.floor_m2.tolist(), strict=True))
        handed_over = control.light == "plan"
        self.lamps = lamps_of(house.devices, floor) if handed_over else ()
        self._index, self._daylight, self._routine, self._worth = outline.index, daylight, routine, worth
        self._sees = sees_by(house)
        self._beds = frozenset(one.room for one in house.furniture if one.kind == FurnitureKind.BED)
        self._path = NightPath(house)
        self._hands = LampHands(timedelta(minutes=control.resident_holds_min))
        # Where nothing of ours reaches a lamp, whoever switches it is no hand against us.
        self.drives = house.control is None or Mode(control.mode) is Mode.DRIVE
        self._lit = {lamps.room: _Lit() for lamps in self.lamps}
        self._way: frozenset[str] = frozenset()
        self._seen_at: datetime | None = None
        self._nights: dict[datetime, Night] = {}

    def see(self, sight: Sight) -> list[Setting]:
        """Look at people, lamps and daylight; return what lamps are to be told now that is news to them.

        Args:
            sight: What there is to see.
        """
        if not self.lamps:
            return []
        night = self._night(sight.at)
        self._way = self._path.see(sight.at, night, sight.people, sight.does)
        news: list[Setting] = []
        for lamps in self.lamps:
            self._see_daylight(lamps, sight)
            if self.drives:
                for device in lamps.devices:
                    self._hands.hear(sight.at, device, sight.told)
            news += self._light(lamps, sight, night)
        self._seen_at = sight.at
        return news

    def settings(self) -> list[Setting]:
        """Return all that lamps are told as it stands; those that are left alone are absent."""
        found: list[Setting] = []
        for lamps in self.lamps:
            lit = self._lit[lamps.room]
            if lit.level is not None:
                found += _told(lamps, lit.level, lit.colour_k)
        return found

    def why(self, device: str) -> LampReason | None:
        """Return why a lamp is as it is; None for what is none, or is left alone.

        Args:
            device: Its id.
        """
        lamps = next((one for one in self.lamps if device in one.devices), None)
        if lamps is None or self._lit[lamps.room].level is None:
            return None
        lit = self._lit[lamps.room]
        daylight = float(melanopic_lux(lit.daylight_lux or 0.0))
        return LampReason(
            part=lit.part,
            room=lamps.room,
            edi_lux=daylight + (lit.level or 0.0) * lamps.edi_lux(lit.colour_k or lamps.least_k),
            daylight_edi_lux=daylight,
            colour_k=lit.colour_k,
        )

    def ahead(
        self, when: Sequence[datetime], people: PeopleAhead, daylight_lux: Array, price: Array, metered: frozenset[str]
    ) -> LightAhead:
        """Return what lamps will draw.

        Args:
            when: (step,) the middle of each step, in local time.
            people: Who is expected where.
            daylight_lux: (step, room) at table height.
            price: (step,) of a kWh.
            metered: Lamps that say what they draw; what others draw is counted among the sockets.
        """
        steps, rooms = daylight_lux.shape
        load, dim, heat = np.zeros(steps), np.zeros(steps), np.zeros((steps, rooms))
        nights = [self._night(moment) for moment in when]
        for lamps in self.lamps:
            room = self._index[lamps.room]
            share = len(metered.intersection(lamps.devices)) / len(lamps.devices)
            awake = people.awake[:, room] + people.active[:, room]
            for step in np.flatnonzero(awake > 0.05).tolist():
                need = need_at(when[step], nights[step], self._sees[lamps.room])
                lux = float(daylight_lux[step, room])
                edi = float(melanopic_lux(lux))
                # Somebody may be there, or nobody: who is there sees all of it.
                there, chance = max(1.0, float(awake[step])), min(1.0, float(awake[step]))
                level, colour_k = level_for(lamps, need, lux, edi, self._worthwhile(there, float(price[step])))
                heat[step, room] += share * 1000.0 * chance * level * lamps.power_kw
                short = missing_share(lamps, need, level, colour_k, edi)
                dim[step] += float(awake[step]) * short * self._worth.dim_day_per_person_h
            load += heat[:, room] / 1000.0 + share * lamps.standby_kw
        return LightAhead(load_kw=load, room_w=heat, dim_per_h=dim)

    def _worthwhile(self, people: float, price_per_kwh: float) -> Worthwhile:
        return Worthwhile(people=people, dim_per_person_h=self._worth.dim_day_per_person_h, price_per_kwh=price_per_kwh)

    def _night(self, at: datetime) -> Night:
        """Return the night of a moment; kept by noons for a day, for the usual changes slowly."""
        noon = at.replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=int(at.hour < 12))
        if noon not in self._nights:
            self._nights = {one: night for one, night in self._nights.items() if one >= noon - timedelta(days=1)}
            self._nights[noon] = night_of(self._routine, at)
        return self._nights[noon]

    def _see_daylight(self, lamps: RoomLamps, sight: Sight) -> None:
        """Smooth the daylight of a room: measured where a sensor is, less what its lamps give; else by the weather."""
        room, lit = self._index[lamps.room], self._lit[lamps.room]
        foreseen = None if sight.daylight_lux is None else float(sight.daylight_lux[room])
        measured = sight.measured_lux.get(lamps.room)
        if measured is not None:
            levels = [sight.told.get((device, "level"), lit.level or 0.0) for device in lamps.devices]
            shines = lamps.table_lux * float(np.mean(levels))
            if foreseen is not None and foreseen <= 0.0:
                # It is night: what the sensor sees is lamps, and what it says of them holds by day too.
                lit.sees_lamps = _nearer(lit.sees_lamps, measured, shines)
                measured = 0.0
            else:
                measured = max(0.0, measured - lit.sees_lamps * shines)
            if foreseen is not None:
                self._daylight.learn(room, foreseen, measured)
        now = measured if measured is not None else foreseen
        if now is None:
            return
        since_s = 0.0 if self._seen_at is None else passed_s(self._seen_at, sight.at)
        before = now if lit.daylight_lux is None else lit.daylight_lux
        lit.daylight_lux = before + (1.0 - float(np.exp(-since_s / DAYLIGHT_S))) * (now - before)

    def _light(self, lamps: RoomLamps, sight: Sight, night: Night) -> list[Setting]:
        """Return what the lamps of one room are told that is news."""
        lit, at = self._lit[lamps.room], sight.at
        if any(self._hands.holds(at, device) for device in lamps.devices):
            lit.level, lit.part = None, Part.HELD
            return []
        wanted = self._wanted(lamps, sight, night)
        if wanted is None:
            return []
        level, colour_k, part, gently = wanted
        lit.part = part
        before = self._before(lamps, sight)
        if gently and before is not None:
            minutes = self._minutes(lit, at)
            level = float(np.clip(level, before - LEVEL_A_MIN * minutes, before + LEVEL_A_MIN * minutes))
            if lit.colour_k and before > 0.0:
                reach = KELVIN_A_MIN * minutes
                colour_k = float(np.clip(colour_k, lit.colour_k - reach, lit.colour_k + reach))
        return self._tell(lamps, lit, at, round(level, 2), lamps.colour_k(colour_k))

    def _minutes(self, lit: _Lit, at: datetime) -> float:
        """Return for how many minutes a lamp may move now: since it moved or was looked at, a minute at most by eye."""
        moved = 1.0 if lit.moved_at is None else min(1.0, passed_s(lit.moved_at, at) / 60.0)
        looked = 0.0 if self._seen_at is None else passed_s(self._seen_at, at) / 60.0
        return max(moved, looked)

    def _before(self, lamps: RoomLamps, sight: Sight) -> float | None:
        """Return how far the lamps are turned up: as told last, else as they say."""
        said = self._lit[lamps.room].level
        if said is not None:
            return said
        levels = [sight.told[device, "level"] for device in lamps.devices if (device, "level") in sight.told]
        return float(np.mean(levels)) if levels else None

    def _tell(self, lamps: RoomLamps, lit: _Lit, at: datetime, level: float, colour_k: float) -> list[Setting]:
        moves = lit.level is None or _differs(level, lit.level)
        turns = level > 0.0 and abs(colour_k - lit.colour_k) >= LEAST_MOVE_K
        if not moves and not turns:
            return []
        lit.level, lit.moved_at = level, at
        lit.colour_k = colour_k if level > 0.0 else lit.colour_k
        told = _told(lamps, level, colour_k)
        for device, setting, value in told:
            self._hands.said(at, device, setting, value)
        return told

    def _wanted(self, lamps: RoomLamps, sight: Sight, night: Night) -> tuple[float, float, Part, bool] | None:
        """Return level, colour, why, and whether it is to move slowly; None: the room is left as it is."""
        lit, room, at = self._lit[lamps.room], lamps.room, sight.at
        count, does = sight.people.get(room), sight.does.get(room, "")
        there = count is not None and count >= SOMEBODY
        came = there and not lit.occupied
        if count is not None:
            lit.occupied = there
        if there:
            lit.left_at = None
        if room in self._way and does != "sleep" and lamps.dims:
            return lamps.path_level(), lamps.colour_k(PATH_K), Part.PATH, False
        if there and does == "sleep":
            return 0.0, 0.0, Part.ASLEEP, lamps.dims
        if there and room in self._beds and not does and night.bed <= at < night.up:
            # They may be asleep, and nothing tells: nothing goes on or off of itself beside them.
            return None
        if there:
            return self._for_people(lamps, sight, night, came=came)
        return self._for_nobody(lit, at, known=count is not None)

    def _for_people(
        self, lamps: RoomLamps, sight: Sight, night: Night, *, came: bool
    ) -> tuple[float, float, Part, bool]:
        lit, people = self._lit[lamps.room], float(sight.people.get(lamps.room) or 1.0)
        need = need_at(sight.at, night, self._sees[lamps.room])
        if lamps.room in self._beds and night.bed <= sight.at < night.up:
            # Who is awake there may not be alone.
            need = replace(need, most_edi_lux=ASLEEP_EDI_LUX)
        lux = lit.daylight_lux or 0.0
        edi = float(melanopic_lux(lux)) + sight.screens_edi_lux.get(lamps.room, 0.0)
        is_dark = not (self._before(lamps, sight) or 0.0)
        level, colour_k = level_for(
            lamps, need, lux, edi, self._worthwhile(people, sight.price_per_kwh), is_lit=not is_dark
        )
        if not lamps.dims:
            return level, colour_k, need.part, False
        nudge = sight.nudges.get(lamps.room, NONE)
        level, colour_k = level * nudge.light_factor, colour_k * nudge.colour_factor
        return level, colour_k, need.part, not (came and is_dark)

    def _for_nobody(self, lit: _Lit, at: datetime, *, known: bool) -> tuple[float, float, Part, bool] | None:
        if lit.part is Part.PATH:
            return 0.0, 0.0, Part.EMPTY, False
        if not known:
            return None
        lit.left_at = lit.left_at or at
        if lit.level is not None and passed(lit.left_at, at) < EMPTY_FOR:
            return None
        return 0.0, 0.0, Part.EMPTY, False


def _nearer(share: float, measured_lux: float, shines_lux: float) -> float:
    """Return what a sensor sees of lamps, a little nearer to what it says now; where they are dark it says nothing."""
    if shines_lux < LEAST_LUX:
        return share
    return share + LEARNS * (float(np.clip(measured_lux / shines_lux, *SEES)) - share)


def _differs(level: float, before: float) -> bool:
    """Return whether a level is worth a write; what is dim already changes by less, and what may be too bright."""
    least = 0.01 if level < before else max(0.01, min(LEAST_MOVE, 0.1 * level))
    return (level == 0.0) is not (before == 0.0) or abs(level - before) >= least - 1e-9


def _told(lamps: RoomLamps, level: float, colour_k: float) -> list[Setting]:
    """Return the settings of all lamps of a room: the colour first, so that none lights up in the wrong one."""
    found: list[Setting] = []
    for device in lamps.devices:
        if level > 0.0 and lamps.dims and lamps.least_k < lamps.most_k:
            found.append((device, "colour_temperature_k", colour_k))
        found.append((device, "level", level))
    return found
