"""What keeps energy, as the planner's stores: the tank, the battery, the car."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sumika.belief.airflow import rating
from sumika.belief.usage import Usage
from sumika.ecu.outlook import Ahead
from sumika.physics.heat_pump import water_heating_cop
from sumika.plan.situation import Store
from sumika.schema import DEVICE_KINDS
from sumika.schema.house import Device, House
from sumika.schema.worth import Worth
from sumika.units import clamp

Array = NDArray[np.float64]

WATER_KWH_L_K = 4.186 / 3600.0
MAINS_C = 14.0
"""Of tap water, until the weather's mean says better: it follows the ground."""

BATH_C = 40.0
"""Litres of hot water are counted as warm as this."""

RESERVE_L = 40.0
BATTERY_WEAR_PER_KWH = 0.04
"""Share of a kWh's price that its way through a battery costs in life: 6000 cycles of a pack that costs 1000 euro."""

CAR_RESERVE, CHEAP_SHARE = 0.2, 0.25


def stores_of(
    house: House,
    told: Mapping[tuple[str, str], float],
    usage: Usage,
    ahead: Ahead,
    when: list[datetime],
    mains_c: float,
    worth: Worth,
) -> list[Store]:
    """Return the stores of a house.

    Args:
        house: As described.
        told: What devices said last, by (device, name).
        usage: Of hot water and of the car, as usual.
        ahead: The forecast on the plan's grid.
        when: (step,) the middle of each step, in local time.
        mains_c: Of tap water.
        worth: Of what is missing.
    """
    found: list[Store] = []
    for device in house.devices:
        if device.kind == "heat_pump_water_heater":
            found.append(_tank(device, told, usage, ahead, when, mains_c, worth))
        elif device.kind == "battery":
            found.append(_battery(device, told, ahead))
        elif device.kind == "ev_charger":
            found.append(_car(device, told, usage, ahead, when, worth))
    return found


def _tank(
    device: Device,
    told: Mapping[tuple[str, str], float],
    usage: Usage,
    ahead: Ahead,
    when: list[datetime],
    mains_c: float,
    worth: Worth,
) -> Store:
    steps = len(ahead.hours)
    # One that is off may say nought: a tank of water that nobody could bathe in holds nothing at all.
    most_c = DEVICE_KINDS[device.kind].settings["tank_setpoint_c"].high
    setpoint = clamp(told.get((device.id, "tank_setpoint_c"), 65.0), BATH_C, most_c)
    hot_l = told.get((device.id, "hot_water_l"), 0.5 * rating(device, "tank_l"))
    hot_c = max(told.get((device.id, "tank_c"), setpoint), mains_c)
    per_l = WATER_KWH_L_K * (setpoint - mains_c)
    kwh_of_40 = WATER_KWH_L_K * (BATH_C - mains_c)
    drawn = usage.water_l_per_h(when, ahead.hours) * kwh_of_40
    gain = water_heating_cop(ahead.outdoor_c, mains_c, setpoint, rated_cop=rating(device, "heating_cop"))
    heat_kw = rating(device, "heating_w") / 1000.0 * np.clip(1.0 + 0.012 * (ahead.outdoor_c - 16.0), 0.5, 1.1)
    # A day's spread of what people use is kept in hand: baths come earlier, and guests come.
    least = np.full(steps + 1, RESERVE_L * per_l)
    least[:-1] += 0.5 * usage.water_spread_l(when) * kwh_of_40
    holds_wh = 1000.0 * WATER_KWH_L_K * rating(device, "tank_l") * (setpoint - mains_c)
    lost_per_h = rating(device, "loss_w_k") * (setpoint - 10.0) / holds_wh
    return Store(
        device=device.id,
        start_kwh=WATER_KWH_L_K * hot_l * (hot_c - mains_c),
        least_kwh=np.minimum(least, 0.6 * rating(device, "tank_l") * per_l),
        most_kwh=0.97 * rating(device, "tank_l") * per_l,
        charge_kw=heat_kw / gain,
        discharge_kw=np.zeros(steps),
        charge_gain=gain,
        drawn_kw=drawn,
        keeps=(float(np.exp(-0.25 * lost_per_h)), float(np.exp(-lost_per_h))),
        end_value=0.9 * float(ahead.price.min()) / float(gain.mean()),
        missing_cost=worth.missing_hot_water_per_l / kwh_of_40,
    )


def _battery(device: Device, told: Mapping[tuple[str, str], float], ahead: Ahead) -> Store:
    steps = len(ahead.hours)
    capacity, power = rating(device, "capacity_kwh"), rating(device, "power_w") / 1000.0
    one_way = float(np.sqrt(rating(device, "round_trip")))
    least = rating(device, "least_share") * capacity
    mean = float((ahead.price * ahead.hours).sum() / ahead.hours.sum())
    return Store(
        device=device.id,
        start_kwh=told.get((device.id, "charge"), 0.5) * capacity,
        least_kwh=np.full(steps + 1, least),
        most_kwh=capacity,
        charge_kw=np.full(steps, power),
        discharge_kw=np.full(steps, power),
        charge_gain=np.full(steps, one_way),
        discharge_gain=one_way,
        drawn_kw=np.zeros(steps),
        end_value=0.95 * mean * one_way,
        missing_cost=100.0 * mean,
        wear_cost=0.5 * BATTERY_WEAR_PER_KWH * mean,
    )


def _car(
    device: Device,
    told: Mapping[tuple[str, str], float],
    usage: Usage,
    ahead: Ahead,
    when: list[datetime],
    worth: Worth,
) -> Store:
    steps = len(ahead.hours)
    capacity, power = rating(device, "car_kwh"), rating(device, "power_w") / 1000.0
    one_way = float(np.sqrt(rating(device, "round_trip")))
    home, drawn_kwh, leaves = usage.car(device.id, when, ahead.hours, told.get((device.id, "at_home"), 1.0) > 0.5)
    both = rating(device, "both_ways") > 0.5
    # When it leaves it must hold what the way takes, and a little more than usual; a step before as well, for nobody
    # leaves to the minute.
    charge = told.get((device.id, "charge"))
    if charge is not None:
        held, long_kwh = charge * capacity, usage.car_needs_kwh(device.id)
    else:
        # Most wallboxes never say what a car holds: until its trips are known it is filled where that is cheapest, as
        # it would be without a plan, and it is never emptied.
        kwh = usage.untold_car_kwh(device.id)
        held, long_kwh = CAR_RESERVE * capacity if kwh is None else kwh, usage.car_needs_kwh(device.id, capacity)
    needs = long_kwh * np.maximum(np.append(leaves, 0.0), np.append(0.0, leaves))
    mean = float((ahead.price * ahead.hours).sum() / ahead.hours.sum())
    return Store(
        device=device.id,
        start_kwh=held,
        least_kwh=np.minimum(CAR_RESERVE * capacity + needs, capacity),
        most_kwh=capacity,
        charge_kw=power * home,
        discharge_kw=power * home * (both and charge is not None),
        charge_gain=np.full(steps, one_way),
        discharge_gain=one_way,
        drawn_kw=drawn_kwh / ahead.hours,
        # It drives on: what is left need not be bought again, in the hours in which it charges.
        end_value=max(0.0, _cheap(ahead)) / one_way,
        # A kWh that is missing when it leaves is missing once, however short the step before that is.
        missing_cost=worth.missing_charge_per_kwh / np.where(leaves > 0.0, np.minimum(ahead.hours, 1.0), 1.0),
        wear_cost=0.5 * BATTERY_WEAR_PER_KWH * mean,
    )


def _cheap(ahead: Ahead) -> float:
    """Return the mean price of the cheapest quarter of the time."""
    order = np.argsort(ahead.price)
    hours = ahead.hours[order]
    first = np.cumsum(hours) - hours < CHEAP_SHARE * hours.sum()
    return float((ahead.price[order] * hours)[first].sum() / hours[first].sum())
