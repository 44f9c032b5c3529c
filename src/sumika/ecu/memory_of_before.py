"""What was learned of a house before it was changed, brought into the shape of the house as it is now.

Rooms and devices are found again by their ids, parameters by their names; what is new begins as described.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.belief.record import AIR, METER, OUTSIDE
from sumika.ecu.ecu import Ecu

Array = NDArray[np.float64]
Kept = dict[str, dict[str, Any]]

_BY_ROOM = {("routine", "_mean"): 2, ("routine", "_square"): 2, ("usage", "_dust"): 1}
"""Tables with one place for each room, and on which axis."""

_BY_PARAMETER = {"theta": "thermal", "theta_spread": "thermal", "air_theta": "air", "air_spread": "air"}
_OF_ROOMS = frozenset({"belief", "daylight", "dust", "ordinary", "hours", "drift"})
"""What else is kept of these parts has places for rooms, and is learned anew when rooms have changed."""


def parameters_of(ecu: Ecu) -> dict[str, tuple[str, ...]]:
    """Return the names of what is learned of a house, in order.

    Args:
        ecu: Which.
    """
    belief = ecu.belief
    return {"thermal": tuple(belief.thermal.place), "air": tuple(belief.air.place)}


def as_it_is_now(
    kept: Kept, rooms: Sequence[str], devices: Sequence[str], names: Mapping[str, Sequence[str]], ecu: Ecu
) -> Kept:
    """Return what was learned, in the shape of a house as it is now.

    Args:
        kept: What was learned, by part and name.
        rooms: Of the house before.
        devices: Of the house before.
        names: Of parameters before; empty: an earlier release did not keep them.
        ecu: Of the house as it is now.
    """
    record, now = ecu.belief.record, parameters_of(ecu)
    same_rooms = tuple(rooms) == record.rooms
    found: Kept = {}
    for part, attributes in kept.items():
        taken = {name: value for name, value in attributes.items() if same_rooms or part not in _OF_ROOMS}
        found[part] = {name: _of_rooms(part, name, value, rooms, record.rooms) for name, value in taken.items()}
    for name, model in _BY_PARAMETER.items():
        before, there = kept.get("belief", {}).get(name), getattr(ecu.belief, name)
        if isinstance(before, np.ndarray) and len(before) == len(names.get(model, ())) and before.ndim == 1:
            found.setdefault("belief", {})[name] = _put(before, names[model], there, now[model])
    for part, holder in (("appliances", ecu.appliances), ("usage", ecu.usage)):
        found[part] = _merged(found.get(part, {}), vars(holder))
    before_rows = kept.get("record", {})
    found["record"] = {**before_rows, "_table": _rows(before_rows, rooms, devices, ecu)}
    return found


def _of_rooms(part: str, name: str, value: Any, rooms: Sequence[str], now: Sequence[str]) -> Any:
    """Return a table with one place for each room of now; None where one is new: it is learned anew."""
    axis = _BY_ROOM.get((part, name))
    if axis is None or not isinstance(value, np.ndarray) or tuple(rooms) == tuple(now):
        return value
    if value.ndim <= axis or value.shape[axis] != len(rooms) or not set(now) <= set(rooms):
        return None
    return np.take(value, [list(rooms).index(room) for room in now], axis=axis)


def _put(before: Array, names: Sequence[str], there: Array, now: Sequence[str]) -> Array:
    """Return parameters of now, those that were known before as they were."""
    known = dict(zip(names, before, strict=True))
    return np.array([known.get(name, float(usual)) for name, usual in zip(now, there, strict=True)])


def _merged(kept: dict[str, Any], there: Mapping[str, Any]) -> dict[str, Any]:
    """Return tables by device, with what is new in the house in them."""
    return {
        name: {**there[name], **value} if isinstance(value, dict) and isinstance(there.get(name), dict) else value
        for name, value in kept.items()
    }


def _rows(kept: Mapping[str, Any], rooms: Sequence[str], devices: Sequence[str], ecu: Ecu) -> list[Array]:
    """Return the rows of ordinary life with the columns of now; what was not there before is not known."""
    record, columns = ecu.belief.record, kept.get("columns")
    table = kept.get("_table")
    if not isinstance(columns, dict) or not isinstance(table, list) or not table:
        return []
    before = _columns(rooms, devices, columns)
    now = _columns(record.rooms, record.devices, record.columns)
    place = {name: number for number, name in enumerate(before)}
    rows = np.array(table, float)
    if rows.ndim != 2 or rows.shape[1] != len(before):
        return []
    found = np.full((len(rows), len(now)), np.nan)
    for number, name in enumerate(now):
        if name in place:
            found[:, number] = rows[:, place[name]]
    return list(found)


def _columns(
    rooms: Sequence[str], devices: Sequence[str], settings: Mapping[tuple[str, str], int]
) -> list[tuple[str, str, str]]:
    """Return what each column of a record is of; in the order in which `sumika.belief.record` closes its rows."""
    return [
        ("begin", "", ""),
        *(("outside", "", name) for name in OUTSIDE),
        *(("air", room, name) for room in rooms for name in AIR),
        *(("people", room, "") for room in rooms),
        *(("power", device, "") for device in devices),
        *(("setting", device, name) for device, name in sorted(settings, key=lambda one: settings[one])),
        *(("meter", "", name) for name in METER),
        *(("asleep", room, "") for room in rooms),
    ]
