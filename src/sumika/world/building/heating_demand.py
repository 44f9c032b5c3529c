"""What it takes to keep a house warm for a year, by an ideal heater in every room; and what is published about it.

The heater of a room gives just what brings its air to the setpoint at the end of the step: temperatures are linear in
the powers, so that the response to one watt in each room, taken once, tells the powers; a second evaluation checks
them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.config import load_house
from sumika.schema.building import OUTSIDE, Door, Grade, VentilationClass
from sumika.schema.building import Building as Description
from sumika.schema.house import House
from sumika.world.building.acted import CONVECTIVE, gathered
from sumika.world.building.building import NOBODY, Building
from sumika.world.building.heat import Surroundings
from sumika.world.exchange import Acting, Outside

Array = NDArray[np.float64]

SETPOINT_C = 20.0
GAINS_W_M2 = 4.65
"""Heat of people and appliances by floor area: the constant of Japan's standard of 1999 for its annual loads."""

WET_ROOMS = ("bath", "wash", "toilet")
"""Rooms of the reference house from which air is taken."""

NEAR_K = 0.01
MOST_EVALUATIONS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What is published about the heating demand of a grade.

    Attributes:
        least: Of the range.
        most: Of the range.
        of_grade_4: Whether it is a multiple of what grade 4 takes in the same place; else kWh/(m²a).
        source: Where.
    """

    least: float
    most: float
    of_grade_4: bool
    source: str


PUBLISHED: Mapping[tuple[Grade, int], Published] = MappingProxyType(
    {
        (Grade.GRADE_4, 6): Published(
            least=36.3,
            most=128.0,
            of_grade_4=False,
            source="more than a house of UA 0.367 takes at 20 degrees in region 6 (36.3: tanakakoumuten.jp, 2019),"
            " less than the limit of 1999 for heating and cooling together (460 MJ/m2a, region IV). QPEX has 59.6 for"
            " the standard of 1999 near Tokyo (harimahouse.com/blog/251: 7425 kWh on 124.6 m2)",
        ),
        (Grade.WOODEN_1980, 6): Published(
            least=1.4,
            most=2.9,
            of_grade_4=True,
            source="loss of both standards with ventilation 5.2 and 2.7 W/m2K (Q, region IV) over 50 thousand kelvin"
            " hours, less the same 60 to 90 kWh/m2 of sun and people: 1.9 without gains to 2.9; MLIT's estimate of"
            " cost, cooling included: 92 and 52 thousand yen, 1.8",
        ),
        (Grade.ZEH, 6): Published(
            least=0.5,
            most=0.9,
            of_grade_4=True,
            source="between grade 4 and HEAT20 G2; G1 (0.56) saves 20 to 30 % and more: freedoman.co.jp, HEAT20 tables",
        ),
        (Grade.HEAT20_G2, 6): Published(
            least=0.35,
            most=0.7,
            of_grade_4=True,
            source="saves 30 to 50 % (HEAT20: fukuoka-k.jp 50 %, freedoman.co.jp 30 to 50 %)",
        ),
        (Grade.HEAT20_G3, 6): Published(
            least=0.1,
            most=0.5,
            of_grade_4=True,
            source="saves 50 % and more, 75 % in regions 4 to 7 (HEAT20: juu-tsuu.net 9554, fukuvikenzai.jp 5565)",
        ),
        (Grade.HEAT20_G2, 2): Published(
            least=0.35,
            most=0.7,
            of_grade_4=True,
            source="saves 30 % and more with all rooms heated (HEAT20: juu-tsuu.net 9554)",
        ),
        (Grade.HEAT20_G3, 2): Published(
            least=0.15,
            most=0.5,
            of_grade_4=True,
            source="saves 50 % and more with all rooms heated (HEAT20: juu-tsuu.net 9554, fukuvikenzai.jp 5565)",
        ),
        (Grade.PASSIVE_HOUSE, 6): Published(
            least=0.0,
            most=15.0,
            of_grade_4=False,
            source="Passive House Institute, Criteria for Buildings, 10c (2023): 15 kWh/(m2a)",
        ),
    }
)
"""By grade and region of Japan's energy standard.

HEAT20 states savings as "about" or "at least", in regions 4 to 7 for rooms that are heated in part and now and then;
with all rooms at 20 degrees the same envelope saves a larger share, for sun and people stay. The lower ends of G2 and
G3 are therefore wider than what is stated (0.5 and 0.25 in region 6): a value between counts as within, and is to be
read so. Of 1999's limit in MJ and of MLIT's cost no primary source was at hand: they are quoted as commonly told.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatingDemand:
    """What a house took.

    Attributes:
        kwh_m2: Heat per floor area, over the time given.
        peak_w_m2: Most at a time.
        coldest_c: Lowest air temperature of any room at the end of any step.
        room_kwh: (room,) heat of each.
    """

    kwh_m2: float
    peak_w_m2: float
    coldest_c: float
    room_kwh: Array = field(repr=False)


def reference_house(grade: Grade, climate: str = "tokyo", **changes: object) -> House:
    """Return the model house of Japan's energy standard, 120 m², in a grade and a climate.

    Passive houses have balanced ventilation with recovery, all others exhaust fans.

    Args:
        grade: Of its insulation.
        climate: Of its site.
        changes: Fields of the building that are to be otherwise.
    """
    house = load_house(Path(__file__).with_name("reference_house.yaml")).house
    building = house.building if house.building is not None else Description()
    balanced = grade is Grade.PASSIVE_HOUSE
    described: dict[str, object] = {
        "grade": grade,
        "site": msgspec.structs.replace(building.site, climate=climate),
        "ventilation": VentilationClass.BALANCED if balanced else VentilationClass.EXHAUST,
        **changes,
    }
    return msgspec.structs.replace(house, building=msgspec.structs.replace(building, **described))


def heating_demand(
    house: House,
    outsides: Iterable[Outside],
    seconds: float = 3600.0,
    setpoint_c: float = SETPOINT_C,
    gains_w_m2: float = GAINS_W_M2,
) -> HeatingDemand:
    """Return what keeps all rooms of a house warm, whatever the season; nothing cools it, doors are ajar.

    Args:
        house: With a building.
        outsides: The weather, step by step.
        seconds: Length of a step.
        setpoint_c: Of the air.
        gains_w_m2: Heat of people and appliances by floor area, half of it by rays.
    """
    run = _Run(house, seconds, setpoint_c, gains_w_m2)
    for outside in outsides:
        run.step(outside)
    return run.demand()


def annual_heating_demand_kwh_m2(house: House, outsides: Iterable[Outside], setpoint_c: float = SETPOINT_C) -> float:
    """Return the heat that keeps all rooms at a setpoint for a year of hours, kWh per floor area."""
    return heating_demand(house, outsides, setpoint_c=setpoint_c).kwh_m2


def _inner_doors(house: House) -> list[Door]:
    doors = house.building.doors if house.building is not None else ()
    return [door for door in doors if OUTSIDE not in door.rooms]


class _Run:
    def __init__(self, house: House, seconds: float, setpoint_c: float, gains_w_m2: float) -> None:
        self._building = Building.of(house)
        self._ventilation = _Ventilation(house, self._building)
        self._seconds, self._setpoint = seconds, setpoint_c
        self._gains = gains_w_m2 * self._building.floor_area_m2
        self._doors = replace(NOBODY, doors_open={door.id: 0.3 for door in _inner_doors(house)})
        rooms = len(house.rooms)
        self._powers, self._energy_j = np.zeros(rooms), np.zeros(rooms)
        self._response: Array | None = None
        self._peak_w, self._coldest = 0.0, np.inf
        self._began = False

    def step(self, outside: Outside) -> None:
        building, rooms = self._building, len(self._powers)
        if not self._began:
            building.settle(outside, self._setpoint)
            self._began = True
        acting = self._ventilation.acting(outside)
        gathers = gathered(acting, building.room_index, outside)
        gathers[CONVECTIVE] += 0.5 * self._gains
        gathers[CONVECTIVE + 1] += 0.5 * self._gains
        by, _, _ = building.surroundings(self._seconds, outside, self._doors, gathers)
        heaters = slice(len(by.inputs) - 4 * rooms, len(by.inputs) - 3 * rooms)
        base = by.inputs[heaters].copy()
        for _ in range(MOST_EVALUATIONS):
            by.inputs[heaters] = base + self._powers
            end, mean = building.heat.end_of(self._seconds, by)
            short = self._setpoint - end[:rooms]
            off = np.where(self._powers > 0.0, np.abs(short), short)
            if off.max() < NEAR_K:
                break
            self._powers = self._better(by.inputs, heaters, end, short, by)
        building.heat.nodes_c[:], building.heat.mean_c[:] = end, mean
        self._energy_j += self._powers * self._seconds
        self._peak_w = max(self._peak_w, float(self._powers.sum()))
        self._coldest = min(self._coldest, float(end[:rooms].min()))

    def _better(self, inputs: Array, heaters: slice, end: Array, short: Array, by: Surroundings) -> Array:
        """Return powers that come nearer: rooms that are warm enough without a heater have none."""
        response = self._response_of(inputs, heaters, end, by)
        powers = self._powers.copy()
        active = (powers > 0.0) | (short > 0.0)
        for _ in range(len(powers)):
            index = np.flatnonzero(active)
            if not len(index):
                return np.zeros_like(powers)
            # What the others take away by being switched off counts too.
            gone = response[np.ix_(index, np.flatnonzero(~active))] @ powers[~active]
            trial = powers[index] + np.linalg.solve(response[np.ix_(index, index)], short[index] + gone)
            if (trial >= 0.0).all():
                result = np.zeros_like(powers)
                result[index] = trial
                return result
            active[index[trial < 0.0]] = False
        return np.zeros_like(powers)

    def _response_of(self, inputs: Array, heaters: slice, end: Array, by: Surroundings) -> Array:
        if self._response is None:
            rooms = len(self._powers)
            self._response = np.zeros((rooms, rooms))
            for room in range(rooms):
                inputs[heaters.start + room] += 1000.0
                warmer, _ = self._building.heat.end_of(self._seconds, by)
                inputs[heaters.start + room] -= 1000.0
                self._response[:, room] = (warmer[:rooms] - end[:rooms]) / 1000.0
        return self._response

    def demand(self) -> HeatingDemand:
        area = float(self._building.floor_area_m2.sum())
        return HeatingDemand(
            kwh_m2=float(self._energy_j.sum()) / 3.6e6 / area,
            peak_w_m2=self._peak_w / area,
            coldest_c=self._coldest,
            room_kwh=self._energy_j / 3.6e6,
        )


class _Ventilation:
    """Fans that run all the time: air is taken from wet rooms, and in class 1 given to all others."""

    def __init__(self, house: House, building: Building) -> None:
        description = house.building if house.building is not None else Description()
        self._class = description.ventilation
        flow = description.air_changes_per_h / 3600.0 * float(building.volume_m3.sum())
        self._recovery = building.envelope.heat_recovery
        wet = [room.id for room in house.rooms if room.id in WET_ROOMS] or [house.rooms[-1].id]
        dry = [room for room in house.rooms if room.id not in wet] or list(house.rooms)
        volumes = np.array([building.volume_m3[building.room_index[room.id]] for room in dry])
        self._extract = [(name, flow / len(wet)) for name in wet]
        self._supply = [(room.id, flow * share) for room, share in zip(dry, volumes / volumes.sum(), strict=True)]
        self._building = building

    def acting(self, outside: Outside) -> list[Acting]:
        if self._class is VentilationClass.NATURAL:
            return []
        result = [Acting(room=room, extract_m3_s=flow) for room, flow in self._extract]
        if self._class is VentilationClass.BALANCED:
            index = self._building.room_index
            air = self._building.heat.air_c
            taken = float(np.mean([air[index[room]] for room, _ in self._extract]))
            keeps = self._recovery if taken > outside.temperature_c and outside.temperature_c < 18.0 else 0.0
            supply = outside.temperature_c + keeps * (taken - outside.temperature_c)
            result += [Acting(room=room, supply_m3_s=flow, supply_temperature_c=supply) for room, flow in self._supply]
        return result
