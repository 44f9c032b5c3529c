"""What a policy sees: the belief and the outlook as some fifty numbers of order one for each row.

They are made so that they mean the same in every house: temperatures count from the band in which people are content,
air from its limits, prices from the day's mean, energy from what a store holds. Where a few steps of the house's own
equations tell more than any number measured (how cold will it be in three hours if nothing is done?), they are gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.ecu.heat_controls import capacity_kw
from sumika.ecu.policy_rows import Row
from sumika.ecu.situating import Situating
from sumika.ecu.soft_limits import LEAST_PEOPLE, MOULD_FROM, UNSURE_PPM, WALL_RESISTS, band_in
from sumika.physics.psychrometrics import humidity_ratio
from sumika.plan.situation import Carried, Store

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
OWN = ("own_1", "own_2", "own_3", "own_4", "own_5", "own_6")
FEATURES = (*COMMON, *ROOM, *OWN)

_OF_TARGETS = (
    "outdoor_now",
    "outdoor_3h",
    "outdoor_12h",
    "outdoor_mean",
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
    "sun_now",
    "sun_3h",
    "own_1",
)
_UNSEEN = [number for number, name in enumerate(FEATURES) if name not in _OF_TARGETS]
"""What is asked for a room's temperature is not told how warm it is, nor the hour.

A plan's next temperature is always near the present one; who is told that one learns to repeat it, and lets a room get
cold as soon as it is alone (P. de Haan, D. Jayaraman, S. Levine, "Causal Confusion in Imitation Learning", NeurIPS
2019). What a room should be follows from people, weather, sun and prices."""

_DAY_H = 24.0
_QUARTERS_1H, _QUARTERS_2H, _QUARTERS_3H, _QUARTERS_6H, _QUARTERS_12H = 4, 8, 12, 24, 48
_HOUSE_LEVEL = frozenset({"tank", "battery", "car"})


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


def features_of(situating: Situating, view: View, rows: Sequence[Row]) -> NDArray[np.float32]:
    """Return (row, feature).

    Args:
        situating: Belief and outlook.
        view: Of the same.
        rows: Of the house.
    """
    found = np.zeros((len(rows), len(FEATURES)), np.float32)
    index = situating.belief.outline.index
    begin = len(COMMON) + len(ROOM)
    for number, row in enumerate(rows):
        found[number, : len(COMMON)] = view.common
        if row.skill not in _HOUSE_LEVEL:
            found[number, len(COMMON) : begin] = view.rooms[index[row.device.room]]
        own = _own(situating, view, row)
        found[number, begin : begin + len(own)] = own
        if row.skill in ("warm", "cool"):
            found[number, _UNSEEN] = 0.0
    return np.asarray(np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=0.0))


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
        for steps in (_QUARTERS_1H, len(hours)):
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
            ahead.outdoor_c[:_QUARTERS_3H].mean() / 10.0,
            ahead.outdoor_c[:twelve].mean() / 10.0,
            inputs.outdoor_mean_c / 10.0,
            ahead.wind_m_s[0] / 5.0,
            2.0 * mean / inputs.worth.discomfort_per_person_h,
            price[0] / level,
            price[:_QUARTERS_3H].mean() / level,
            price[:twelve].min() / level,
            float(hours[cheaper].sum()) / _DAY_H,
            float(hours[dearer].sum()) / _DAY_H,
            _until(cheaper, hours),
            _until(dearer, hours),
            surplus[0],
            surplus[:_QUARTERS_3H].mean(),
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
    heat = _free(situating.heat, _QUARTERS_6H)
    felt = felt_c(
        heat,
        np.append(situating.inputs.ahead.outdoor_c[:1], situating.inputs.ahead.outdoor_c[:_QUARTERS_6H]),
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
        felt[_QUARTERS_1H] - low,
        felt[_QUARTERS_3H] - low,
        felt[_QUARTERS_6H] - low,
        felt[_QUARTERS_3H] - high,
    ]


def _people_of_rooms(situating: Situating) -> list[Array]:
    inputs = situating.inputs
    people, asleep = inputs.people.everybody, inputs.people.asleep
    awake = people - asleep
    soon = slice(_QUARTERS_1H, _QUARTERS_1H + _QUARTERS_3H)
    return [
        awake[0],
        awake[:_QUARTERS_1H].mean(axis=0),
        awake[soon].mean(axis=0),
        asleep[0],
        asleep[soon].mean(axis=0),
        inputs.people.active[0],
        inputs.people.active[soon].mean(axis=0),
        people[:_QUARTERS_12H].mean(axis=0),
        np.array([_until(people[:, room] > 0.3, inputs.ahead.hours) for room in range(situating.rooms)]),
    ]


def _keeps(situating: Situating) -> Array:
    """Return (room,) how much is felt after three hours of a kelvin by which a room is warmer by itself."""
    rooms = situating.rooms
    after = np.linalg.matrix_power(situating.heat.transition[0], _QUARTERS_3H)
    own = after.reshape(len(after), -1, rooms).sum(axis=1)  # (node, room): air, mass and deep of a room together
    return np.asarray(0.5 * (own[:rooms] + own[rooms : 2 * rooms]).diagonal())


def _air_of_rooms(situating: Situating, air_c: Array) -> list[Array]:
    inputs, ones = situating.inputs, np.ones(situating.rooms)
    co2 = _free(situating.carried[1], _QUARTERS_2H)
    limit = inputs.worth.fresh_ppm - UNSURE_PPM
    outdoor = inputs.ahead.outdoor_c[0]
    surface = np.minimum(outdoor + WALL_RESISTS * (air_c - outdoor), air_c)
    humidity, dust = situating.carried[2].start, situating.carried[3].start
    return [
        (co2[0] - limit) / 500.0,
        (co2[-1] - limit) / 500.0,
        dust / inputs.worth.clean_ug_m3,
        3600.0 * inputs.dust_per_s[:_QUARTERS_1H].mean(axis=0) / inputs.worth.clean_ug_m3,
        humidity / humidity_ratio(air_c, ones),
        humidity / humidity_ratio(surface, ones) - MOULD_FROM,
    ]


def _sun_of_rooms(situating: Situating) -> list[Array]:
    outline = situating.belief.outline
    sun = np.zeros((_QUARTERS_3H, situating.rooms))
    for window in outline.windows:
        sun[:, window.room] += situating.sun_w[window.id][:_QUARTERS_3H]
    sun /= outline.floor_m2
    return [sun[0] / 50.0, sun.mean(axis=0) / 50.0]


def _own(situating: Situating, view: View, row: Row) -> list[float]:
    """Return what concerns one row alone."""
    device, ahead = row.device, situating.inputs.ahead
    if row.skill in _HOUSE_LEVEL:
        store = next(one for one in situating.inputs.stores if one.device == device.id)
        return _of_store(store, view, ahead.hours)
    if row.skill in ("warm", "cool", "dry", "floor"):
        room = situating.belief.outline.index[device.room]
        area = float(situating.belief.outline.floor_m2[room])
        outdoor = ahead.outdoor_c[:1]
        return [
            10.0 * float(capacity_kw(device, outdoor, heats=True)[0]) / area,
            float(view.low_c[room]) - 20.0,
            float(view.high_c[room] - view.low_c[room]) - 4.0,
            float(situating.inputs.people.everybody[0].sum()),
        ]
    if row.skill == "blind":
        sun = situating.sun_w[device.window] / 500.0
        return [float(sun[0]), float(sun[:_QUARTERS_3H].mean()), float(sun[:_QUARTERS_6H].mean())]
    return _of_air(situating, view)


def _of_store(store: Store, view: View, hours: Array) -> list[float]:
    """Return a store's state: how full, what it needs, and whether now is the time for it."""
    day = len(view.hours)
    room_kwh = max(store.most_kwh, 1e-3)
    cost = view.price / np.maximum(store.charge_gain[:day], 1e-3)
    can = store.charge_kw[:day] > 0.0
    needs_kwh = float((store.drawn_kw[:day] * hours[:day]).sum()) + float(store.least_kwh[:day].max())
    lacks_h = max(0.0, needs_kwh - store.start_kwh) / max(float((store.charge_kw * store.charge_gain).max()), 1e-3)
    better_h = float(view.hours[can & (cost < cost[0] - 0.02 * abs(cost.mean()))].sum())
    ahead_kwh = float(np.max(store.least_kwh[1:_QUARTERS_6H] + np.cumsum(store.drawn_kw * hours)[: _QUARTERS_6H - 1]))
    return [
        store.start_kwh / room_kwh,
        (store.start_kwh - float(store.least_kwh[0])) / room_kwh,
        (store.start_kwh - ahead_kwh) / room_kwh,
        float(np.clip((lacks_h - better_h) / 4.0, -3.0, 3.0)),
        float(store.charge_kw[0] > 0.0),
        lacks_h / 4.0,
    ]


def _of_air(situating: Situating, view: View) -> list[float]:
    """Return what a fan of one room does for the whole house."""
    inputs, names = situating.inputs, ROOM
    people = inputs.people.everybody[:_QUARTERS_2H].mean(axis=0)
    stale = np.maximum(view.rooms[:, names.index("stale_2h")], 0.0)
    dust = np.maximum(view.rooms[:, names.index("dust_now")] - 1.0, 0.0)
    return [
        float((people * stale).sum()),
        float((people * dust).sum()),
        float(np.maximum(view.rooms[:, names.index("damp_surface")], 0.0).sum()),
        float(inputs.people.asleep[0].sum()),
        inputs.outdoor_pm2_5 / inputs.worth.clean_ug_m3,
        1000.0 * float(situating.outdoor_ratio[0] - situating.carried[2].start.mean()) / 5.0,
    ]
