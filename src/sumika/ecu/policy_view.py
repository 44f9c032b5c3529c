"""What all rows of a policy share: the hour, weather and prices of the house, and how each of its rooms stands.

Where a few steps of the house's own equations tell more than any number measured (how cold will it be in three hours if
nothing is done?), they are gone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.ecu.situating import Situating
from sumika.ecu.soft_limits import LEAST_PEOPLE, MOULD_FROM, UNSURE_PPM, WALL_RESISTS, band_in
from sumika.physics.psychrometrics import humidity_ratio
from sumika.plan.situation import Carried

Array = NDArray[np.float64]

COMMON = (
    "hour_sin",
    "hour_cos",
    "day_off",
    "outdoor_now",
    "outdoor_3h",
    "outdoor_12h",
    "outdoor_mean",
    "wind",
    "price_level",
    "price_now",
    "price_3h",
    "price_least_12h",
    "hours_cheaper",
    "hours_dearer",
    "until_cheaper",
    "until_dearer",
    "surplus_now",
    "surplus_3h",
    "surplus_12h",
)
ROOM = (
    "above_low",
    "above_high",
    "mass",
    "deep",
    "free_1h",
    "free_3h",
    "free_6h",
    "free_3h_high",
    "awake_now",
    "awake_1h",
    "awake_4h",
    "asleep_now",
    "asleep_4h",
    "active_now",
    "active_4h",
    "people_12h",
    "until_people",
    "keeps",
    "stale_now",
    "stale_2h",
    "dust_now",
    "dust_made",
    "humidity",
    "damp_surface",
    "sun_now",
    "sun_3h",
)
QUARTERS_1H, QUARTERS_2H, QUARTERS_3H, QUARTERS_6H, QUARTERS_12H = 4, 8, 12, 24, 48
_DAY_H = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What all rows share, worked out once.

    Attributes:
        common: (common feature,).
        rooms: (room, room feature).
        low_c: (room,) lower edge of the band in which people there are content.
        high_c: (room,) the upper.
        price: (step,) of a day, what one more kWh costs: what is given away is worth less.
        hours: (step,) of the same.
        next_c: (node,) temperatures after a quarter in which nothing is done, rooms' air first.
        around_c: (room,) what is felt then besides the air.
    """

    common: Array
    rooms: Array
    low_c: Array
    high_c: Array
    price: Array
    hours: Array
    next_c: Array
    around_c: Array


def view_of(situating: Situating) -> View:
    """Return what all rows share.

    Args:
        situating: Belief and outlook.
    """
    ahead = situating.inputs.ahead
    within = np.cumsum(ahead.hours) <= _DAY_H
    surplus = situating.inputs.solar_kw - situating.inputs.other_w / 1000.0
    price = np.where(surplus > 0.3, np.minimum(ahead.feed_in, ahead.price), ahead.price)[within]
    hours = ahead.hours[within]
    low, high = _bands(situating)
    next_c = _free(situating.heat, 1)[1]
    return View(
        common=_common(situating, price, hours, surplus),
        rooms=_rooms(situating, low, high),
        low_c=low,
        high_c=high,
        price=price,
        hours=hours,
        next_c=next_c,
        around_c=around_c(next_c[None], ahead.outdoor_c[:1], situating)[0],
    )


def _bands(situating: Situating) -> tuple[Array, Array]:
    """Return (room,) edges of comfort: of whoever is expected there within the hour, else within the day.

    Whoever is on their feet now will sit down again: their band is no aim.
    """
    belief, inputs = situating.belief, situating.inputs
    hours, people = inputs.ahead.hours, inputs.people
    edges = np.zeros((2, situating.rooms))
    for room in range(situating.rooms):
        awake, asleep = (band_in(belief, inputs, room, does) for does in ("awake", "sleep"))
        share = 0.0
        for steps in (QUARTERS_1H, len(hours)):
            sleepers = float(people.asleep[:steps, room] @ hours[:steps])
            others = float((people.awake + people.active)[:steps, room] @ hours[:steps])
            if sleepers + others > LEAST_PEOPLE * float(hours[:steps].sum()):
                share = sleepers / (sleepers + others)
                break
        edges[:, room] = (
            (1.0 - share) * awake.low_c + share * asleep.low_c,
            (1.0 - share) * awake.high_c + share * asleep.high_c,
        )
    return edges[0], edges[1]


def _until(which: NDArray[np.bool_], hours: Array) -> float:
    """Return the hours until something is so first, as a share of twelve; 1 where it is not by then."""
    begins = np.append(0.0, np.cumsum(hours)[:-1])
    return float(min(begins[which][0] / 12.0, 1.0)) if which.any() else 1.0


def _common(situating: Situating, price: Array, hours: Array, surplus: Array) -> Array:
    inputs, ahead, when = situating.inputs, situating.inputs.ahead, situating.inputs.when[0]
    angle = 2.0 * np.pi * (when.hour + when.minute / 60.0) / 24.0
    mean = float((price * hours).sum() / hours.sum())
    level = max(abs(mean), 1e-3)
    cheaper, dearer = price < price[0] - 0.03 * level, price > price[0] + 0.03 * level
    twelve = len(hours[np.cumsum(hours) <= 12.0])
    return np.array(
        [
            np.sin(angle),
            np.cos(angle),
            float(when.weekday() >= 5),
            ahead.outdoor_c[0] / 10.0,
            ahead.outdoor_c[:QUARTERS_3H].mean() / 10.0,
            ahead.outdoor_c[:twelve].mean() / 10.0,
            inputs.outdoor_mean_c / 10.0,
            ahead.wind_m_s[0] / 5.0,
            2.0 * mean / inputs.worth.discomfort_per_person_h,
            price[0] / level,
            price[:QUARTERS_3H].mean() / level,
            price[:twelve].min() / level,
            float(hours[cheaper].sum()) / _DAY_H,
            float(hours[dearer].sum()) / _DAY_H,
            _until(cheaper, hours),
            _until(dearer, hours),
            surplus[0],
            surplus[:QUARTERS_3H].mean(),
            surplus[:twelve].mean(),
        ]
    )


def _free(carried: Carried, steps: int) -> Array:
    """Return (step + 1, state) how something goes by itself, every control at its least."""
    state, found = carried.start, [carried.start]
    for step in range(steps):
        state = carried.transition[0] @ state + carried.response[0] @ carried.drive[step]
        found.append(state)
    return np.array(found)


def _rooms(situating: Situating, low: Array, high: Array) -> Array:
    """Return (room, room feature), in the order of `ROOM`."""
    heat = _free(situating.heat, QUARTERS_6H)
    felt = felt_c(
        heat,
        np.append(situating.inputs.ahead.outdoor_c[:1], situating.inputs.ahead.outdoor_c[:QUARTERS_6H]),
        situating,
    )
    air_c = heat[0, : situating.rooms]
    parts = [
        *_warmth_of_rooms(heat, felt, low, high),
        *_people_of_rooms(situating),
        _keeps(situating),
        *_air_of_rooms(situating, air_c),
        *_sun_of_rooms(situating),
    ]
    return np.stack(parts, axis=1)


def felt_c(heat: Array, outdoor_c: Array, situating: Situating) -> Array:
    """Return (step, room) the temperature that is felt: of the air and of what surrounds people, panes among it.

    Args:
        heat: (step, node) rooms' air first, then their mass.
        outdoor_c: (step,).
        situating: Of the house.
    """
    rooms = situating.rooms
    return np.asarray(0.5 * heat[:, :rooms] + around_c(heat, outdoor_c, situating))


def around_c(heat: Array, outdoor_c: Array, situating: Situating) -> Array:
    """Return (step, room) what is felt besides the air, with its half of the weight; as `felt_c`."""
    rooms, cold = situating.rooms, situating.belief.outline.cold_share
    return np.asarray(0.5 * (1.0 - cold) * heat[:, rooms : 2 * rooms] + 0.5 * cold * outdoor_c[:, None])


def _warmth_of_rooms(heat: Array, felt: Array, low: Array, high: Array) -> list[Array]:
    rooms = felt.shape[1]
    air = heat[0, :rooms]
    return [
        felt[0] - low,
        felt[0] - high,
        heat[0, rooms : 2 * rooms] - air,
        heat[0, 2 * rooms :] - air,
        felt[QUARTERS_1H] - low,
        felt[QUARTERS_3H] - low,
        felt[QUARTERS_6H] - low,
        felt[QUARTERS_3H] - high,
    ]


def _people_of_rooms(situating: Situating) -> list[Array]:
    inputs = situating.inputs
    people, asleep = inputs.people.everybody, inputs.people.asleep
    awake = people - asleep
    soon = slice(QUARTERS_1H, QUARTERS_1H + QUARTERS_3H)
    return [
        awake[0],
        awake[:QUARTERS_1H].mean(axis=0),
        awake[soon].mean(axis=0),
        asleep[0],
        asleep[soon].mean(axis=0),
        inputs.people.active[0],
        inputs.people.active[soon].mean(axis=0),
        people[:QUARTERS_12H].mean(axis=0),
        np.array([_until(people[:, room] > 0.3, inputs.ahead.hours) for room in range(situating.rooms)]),
    ]


def _keeps(situating: Situating) -> Array:
    """Return (room,) how much is felt after three hours of a kelvin by which a room is warmer by itself."""
    rooms = situating.rooms
    after = np.linalg.matrix_power(situating.heat.transition[0], QUARTERS_3H)
    own = after.reshape(len(after), -1, rooms).sum(axis=1)  # (node, room): air, mass and deep of a room together
    return np.asarray(0.5 * (own[:rooms] + own[rooms : 2 * rooms]).diagonal())


def _air_of_rooms(situating: Situating, air_c: Array) -> list[Array]:
    inputs, ones = situating.inputs, np.ones(situating.rooms)
    co2 = _free(situating.carried[1], QUARTERS_2H)
    limit = inputs.worth.fresh_ppm - UNSURE_PPM
    outdoor = inputs.ahead.outdoor_c[0]
    surface = np.minimum(outdoor + WALL_RESISTS * (air_c - outdoor), air_c)
    humidity, dust = situating.carried[2].start, situating.carried[3].start
    return [
        (co2[0] - limit) / 500.0,
        (co2[-1] - limit) / 500.0,
        dust / inputs.worth.clean_ug_m3,
        3600.0 * inputs.dust_per_s[:QUARTERS_1H].mean(axis=0) / inputs.worth.clean_ug_m3,
        humidity / humidity_ratio(air_c, ones),
        humidity / humidity_ratio(surface, ones) - MOULD_FROM,
    ]


def _sun_of_rooms(situating: Situating) -> list[Array]:
    outline = situating.belief.outline
    sun = np.zeros((QUARTERS_3H, situating.rooms))
    for window in outline.windows:
        sun[:, window.room] += situating.sun_w[window.id][:QUARTERS_3H]
    sun /= outline.floor_m2
    return [sun[0] / 50.0, sun.mean(axis=0) / 50.0]
