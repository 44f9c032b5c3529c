"""What really was, quarter by quarter, of days that were lived once: the knowledge that perfect foresight plans with.

It says how far every limit of comfort and air lay from what was: so many kelvins warmer, so many ppm less. People do
the same on those days whoever runs the house, so it holds for another life of the same days as well, as far as rooms
answer in a straight line.
"""

import warnings
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.control.diary import Diary
from sumika.evaluate.control.votes import votes
from sumika.physics.psychrometrics import humidity_ratio
from sumika.schema.worth import Worth

Array = NDArray[np.float64]

QUARTER_S = 900.0
MOULD_FROM, MOULD_FULL = 0.76, 0.82
"""Humidity at the coldest surface from which mould is counted in a plan, and where its whole cost is reached: a plan
needs a slope where the score has a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit in one room, and how far it lay from what was.

    Attributes:
        name: "comfort" or "air".
        carried: "heat", "co2", "humidity" or "pm2_5".
        room: Its id.
        above: Whether more than the limit costs.
        away: (quarter,) what is missing to the limit: the limit less what was.
        cost_per_h: (quarter,) money per hour and unit beyond; 0 where nobody is.
    """

    name: str
    carried: str
    room: str
    above: bool
    away: Array = field(repr=False)
    cost_per_h: Array = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """Days that were lived, by quarters of an hour.

    Attributes:
        rooms: Their ids.
        ends: By system ("heat", "radiant", "co2", "humidity", "pm2_5"): (quarter, room) at the end of each.
        limits: Of comfort and air.
        load_kw: (quarter,) what the house drew besides the devices that a controller has.
        solar_kw: (quarter,) of the roof.
    """

    rooms: tuple[str, ...]
    ends: dict[str, Array] = field(repr=False)
    limits: tuple[Limit, ...] = field(repr=False)
    load_kw: Array = field(repr=False)
    solar_kw: Array = field(repr=False)

    def __len__(self) -> int:
        """Return how many quarters."""
        return len(self.load_kw)


def lived(diary: Diary, worth: Worth, controlled: frozenset[str]) -> Lived:
    """Return what was so in the days of a diary.

    Args:
        diary: Of those days.
        worth: What discomfort and bad air cost.
        controlled: Ids of the devices that a controller has.
    """
    per = round(QUARTER_S / diary.step_s)
    quarters = len(diary.grid_w) // per
    told = {
        "heat": diary.of_rooms["air_temperature_c"],
        "radiant": diary.of_rooms["radiant_temperature_c"],
        "co2": diary.of_rooms["co2_ppm"],
        "humidity": _ratio(diary),
        "pm2_5": diary.of_rooms["pm2_5_ug_m3"],
    }
    ends = {name: values[per - 1 :: per][:quarters] for name, values in told.items()}
    drawn = diary.grid_w - sum(diary.devices_w[device] for device in controlled if device in diary.devices_w)
    return Lived(
        rooms=diary.rooms,
        ends=ends,
        limits=(*_warmth(diary, worth, per, quarters), *_air(diary, worth, per, quarters)),
        load_kw=_mean((drawn + diary.pv_w) / 1000.0, per, quarters),
        solar_kw=_mean(diary.pv_w / 1000.0, per, quarters),
    )


def _ratio(diary: Diary) -> Array:
    """Return (step, room) humidity ratio of the air."""
    return np.asarray(humidity_ratio(diary.of_rooms["air_temperature_c"], diary.of_rooms["relative_humidity"]))


def _mean(values: Array, per: int, quarters: int) -> Array:
    """Return (quarter, ...) means of (step, ...)."""
    return np.asarray(values[: per * quarters].reshape(quarters, per, *values.shape[1:]).mean(axis=1))


def _where(values: Array, here: NDArray[np.bool_], per: int, quarters: int) -> Array:
    """Return (quarter,) means of (step,) over the steps in which somebody was there; 0 where nobody was."""
    told = np.where(here, values, np.nan)[: per * quarters].reshape(quarters, per)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a quarter with nobody has no mean
        return np.asarray(np.nan_to_num(np.nanmean(told, axis=1)))


def _warmth(diary: Diary, worth: Worth, per: int, quarters: int) -> list[Limit]:
    """Return both limits of every resident's comfort, in every room that they are in."""
    vote, slope = votes(diary)
    found = []
    for person in range(len(diary.residents)):
        for room, name in enumerate(diary.rooms):
            here = (diary.people.room[:, person] == room) & np.isfinite(vote[:, person])
            if not here.any():
                continue
            share = _mean(here.astype(float), per, quarters)
            steep = np.where(here, slope[:, person], 1.0)
            cost = worth.discomfort_per_person_h * share * _where(steep, here, per, quarters)
            for above, limit in ((False, -worth.neutral_pmv), (True, worth.neutral_pmv)):
                away = _where((limit - np.nan_to_num(vote[:, person])) / steep, here, per, quarters)
                found.append(Limit(name="comfort", carried="heat", room=name, above=above, away=away, cost_per_h=cost))
    return found


def _air(diary: Diary, worth: Worth, per: int, quarters: int) -> list[Limit]:
    found = []
    of_rooms = diary.of_rooms
    everybody, damp = _heads(diary), _ratio(diary)
    for room, name in enumerate(diary.rooms):
        heads = _mean(everybody[:, room], per, quarters)
        ratio = _mean(damp[:, room], per, quarters)
        full = ratio / np.maximum(_mean(of_rooms["relative_humidity"][:, room], per, quarters), 1e-3)
        surface = ratio / np.maximum(_mean(of_rooms["surface_humidity"][:, room], per, quarters), 1e-3)
        stale = worth.stale_air_per_person_h / 1000.0 * heads
        dusty = worth.dust_per_person_h / worth.dust_unit_ug_m3 * heads
        humid = worth.humidity_per_person_h / 0.1 * heads / full
        mould = worth.mould_per_room_h / ((MOULD_FULL - MOULD_FROM) * surface)
        ppm = _mean(of_rooms["co2_ppm"][:, room], per, quarters)
        dust = _mean(of_rooms["pm2_5_ug_m3"][:, room], per, quarters)
        for carried, above, away, cost in (
            ("co2", True, worth.fresh_ppm - ppm, stale),
            ("pm2_5", True, worth.clean_ug_m3 - dust, dusty),
            ("humidity", False, worth.humidity_low * full - ratio, humid),
            ("humidity", True, worth.humidity_high * full - ratio, humid),
            ("humidity", True, MOULD_FROM * surface - ratio, mould),
        ):
            found.append(Limit(name="air", carried=carried, room=name, above=above, away=away, cost_per_h=cost))
    return found


def _heads(diary: Diary) -> Array:
    """Return (step, room) how many people are there, bathers left out: they have it damp by themselves."""
    people = diary.people
    heads = np.zeros((len(diary.grid_w), len(diary.rooms)))
    steps = np.arange(len(heads))
    for person in range(len(diary.residents)):
        here = (people.room[:, person] >= 0) & ~people.in_water[:, person]
        np.add.at(heads, (steps[here], people.room[here, person]), 1.0)
    return heads
