"""What devices should draw and bring about if they do as they say: what obedience is judged against.

Power comes from the plate: nothing finer is needed to tell a machine that runs from one that does not. The effect on a
room comes from the learned model of the house, quarter of an hour by quarter of an hour, with the device and without.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sumika.belief.airflow import BALANCED_SHARES, rating
from sumika.belief.obedience import Expected
from sumika.belief.quarter import Quarter
from sumika.schema import DEVICE_KINDS, DeviceState
from sumika.schema.house import Device, House

Array = NDArray[np.float64]

CALLS_K = 2.5
"""So far from its setpoint a room is where its heat pump must run: less is between thermostat and sensor."""

LEAST_RUN_SHARE, RUN_SHARE_SIGMA = 0.3, 0.15
"""Of its rated power an inverter draws at least about as much as the first while it runs (typical: 20 to 30 %)."""

FAN_SIGMA = 0.3
LEAST_EFFECT_W = 150.0
"""A device that gives less is not seen in a room."""

QUARTERS_PER_H = 4.0


def power_expected(house: House, states: Mapping[str, DeviceState], room_c: Mapping[str, float]) -> list[Expected]:
    """Return what devices should draw now.

    Args:
        house: As described.
        states: What devices say of themselves, by id.
        room_c: Air by room; rooms without a sensor are absent.
    """
    found = []
    for device in house.devices:
        state, draws = states.get(device.id), _DRAWS.get(device.kind)
        if state is None or draws is None or state.power_w is None:
            continue
        watts = draws(device, state.values, room_c.get(device.room))
        if watts is None:
            continue
        with_it, without_it, sigma = watts
        if with_it - without_it > 2.0:
            found.append(
                Expected(quantity="power_w", device=device.id, with_it=with_it, without_it=without_it, sigma=sigma)
            )
    return found


_Watts = tuple[float, float, float] | None


def _heat_pump(device: Device, values: Mapping[str, float], room_c: float | None) -> _Watts:
    mode, setpoint_c = values.get("mode", 0.0), values.get("setpoint_c")
    if room_c is None or setpoint_c is None or mode not in (1.0, 2.0):
        return None
    asks_k = setpoint_c - room_c if mode == 1.0 else room_c - setpoint_c
    if asks_k < CALLS_K:
        return None
    which = "heating" if mode == 1.0 else "cooling"
    rated_w = rating(device, f"{which}_w") / max(rating(device, f"{which}_cop"), 1.0)
    idle_w = rating(device, "standby_w") + rating(device, "fan_w")
    return LEAST_RUN_SHARE * rated_w + idle_w, idle_w, RUN_SHARE_SIGMA * rated_w


def _exhaust(device: Device, values: Mapping[str, float], room_c: float | None) -> _Watts:
    level = values.get("level", 0.0)
    watts = rating(device, "boost_w" if level >= 2.0 else "power_w")
    return None if level < 1.0 else (watts, 0.0, FAN_SIGMA * watts)


def _balanced(device: Device, values: Mapping[str, float], room_c: float | None) -> _Watts:
    level = values.get("level", 0.0)
    share = float(np.interp(level, range(len(BALANCED_SHARES)), BALANCED_SHARES))
    watts = rating(device, "power_w") * (0.3 + 0.7 * share**3)
    return None if level < 1.0 else (watts, 0.0, FAN_SIGMA * watts)


_DRAWS: Mapping[str, Callable[[Device, Mapping[str, float], float | None], _Watts]] = MappingProxyType(
    {
        "room_air_conditioner": _heat_pump,
        "whole_house_air_conditioner": _heat_pump,
        "exhaust_fan": _exhaust,
        "balanced_ventilation": _balanced,
    }
)


def effects_expected(house: House, quarter: Quarter, rooms: Iterable[str], sigma_k: Array) -> list[Expected]:
    """Return what should have changed in a quarter of an hour, with each device and without it, per hour.

    Args:
        house: As described.
        quarter: Which.
        rooms: Ids, in the order of arrays.
        sigma_k: (room,) how far the model is ordinarily off over a quarter.
    """
    found = []
    place = {room: number for number, room in enumerate(rooms)}
    change_k = quarter.foreseen_c - quarter.air_c
    for device in house.devices:
        watts = quarter.given.get(device.id)
        if watts is None or abs(watts).sum() < LEAST_EFFECT_W or "mode" not in _settings_of(device):
            continue
        room = place[device.room]
        brings_k = float(quarter.kelvin_per_w[room] @ watts)
        found.append(
            Expected(
                quantity="temperature_c",
                room=device.room,
                device=device.id,
                with_it=QUARTERS_PER_H * float(change_k[room]),
                without_it=QUARTERS_PER_H * (float(change_k[room]) - brings_k),
                sigma=QUARTERS_PER_H * float(sigma_k[room]) + 0.2 * QUARTERS_PER_H * abs(brings_k),
            )
        )
    return found


def courses_expected(quarter: Quarter, rooms: Iterable[str], sigma_k: Array, sigma_ppm: Array) -> list[Expected]:
    """Return how every room should have changed in a quarter of an hour: a reading that rests meanwhile is stuck.

    Args:
        quarter: Which.
        rooms: Ids, in the order of arrays.
        sigma_k: (room,) how far the model is ordinarily off over a quarter.
        sigma_ppm: (room,) the same of carbon dioxide.
    """
    found = []
    change_k = QUARTERS_PER_H * (quarter.foreseen_c - quarter.air_c)
    change_ppm = QUARTERS_PER_H * (quarter.foreseen_ppm - quarter.ppm)
    for place, room in enumerate(rooms):
        for name, change, sigma in (
            ("temperature_c", change_k[place], sigma_k[place]),
            ("co2_ppm", change_ppm[place], sigma_ppm[place]),
        ):
            found.append(
                Expected(
                    quantity=name,
                    room=room,
                    with_it=float(change),
                    without_it=0.0,
                    sigma=QUARTERS_PER_H * float(sigma),
                )
            )
    return found


def _settings_of(device: Device) -> Mapping[str, object]:
    kind = DEVICE_KINDS.get(device.kind)
    return kind.settings if kind is not None else {}
