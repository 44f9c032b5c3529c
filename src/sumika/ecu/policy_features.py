"""What a policy sees: the belief and the outlook as some fifty numbers of order one for each row.

They are made so that they mean the same in every house: temperatures count from the band in which people are content,
air from its limits, prices from the day's mean, energy from what a store holds. What all rows share is
`sumika.ecu.policy_view`'s; here each gets it, and what concerns itself alone.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sumika.ecu.heat_controls import capacity_kw
from sumika.ecu.policy_rows import Row
from sumika.ecu.policy_view import COMMON, QUARTERS_2H, QUARTERS_3H, QUARTERS_6H, ROOM, View
from sumika.ecu.situating import Situating
from sumika.plan.situation import Store

Array = NDArray[np.float64]

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

_HOUSE_LEVEL = frozenset({"tank", "battery", "car"})


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
        return [float(sun[0]), float(sun[:QUARTERS_3H].mean()), float(sun[:QUARTERS_6H].mean())]
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
    ahead_kwh = float(np.max(store.least_kwh[1:QUARTERS_6H] + np.cumsum(store.drawn_kw * hours)[: QUARTERS_6H - 1]))
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
    people = inputs.people.everybody[:QUARTERS_2H].mean(axis=0)
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
