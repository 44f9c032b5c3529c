"""What moves and cleans air, as the planner's controls.

What a fan does to the air depends on the air itself, which makes it a product of two unknowns. It is made linear around
the air as the plan before had it (sequential linearisation): a fan that runs faster brings in so much more of the
difference between inside and outside that was foreseen for that step.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.belief.air import OUTDOOR_PPM
from sumika.belief.airflow import AIR_J_M3_K, Flows, rating
from sumika.belief.house import HouseBelief
from sumika.ecu.outlook import LEAST_RAIN_MM_H, Ahead
from sumika.plan.situation import Control
from sumika.schema.house import Device
from sumika.schema.living import FurnitureKind

Array = NDArray[np.float64]

STEP = 0.25
"""Change of a level by which its effect is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nominal:
    """The house as the plan before foresaw it; what is linear is linear around it.

    Attributes:
        air_c: (step, room).
        outdoor_c: (step,).
        quantities: By name of what the air carries: (step, room) inside, and (step,) outside.
    """

    air_c: Array
    outdoor_c: Array
    quantities: dict[str, tuple[Array, Array]]


def driven_fans(belief: HouseBelief) -> list[tuple[Device, int]]:
    """Return the fans, ventilators and openers that a plan may drive, and their place among the flow's settings.

    The hood over a stove is the cook's.
    """
    flow, house = belief.flow, belief.house
    kitchens = {piece.room for piece in house.furniture if piece.kind == FurnitureKind.KITCHEN}
    every = [*flow.fans, *flow.balanced, *(device for device, _ in flow.openers)]
    return [
        (device, place)
        for place, device in enumerate(every)
        if not (device.kind == "exhaust_fan" and device.room in kitchens)
    ]


def base_settings(belief: HouseBelief) -> Array:
    """Return the settings from which controls count: every driven fan at its least, the others as they run."""
    settings = belief.flow.defaults()
    for device, place in driven_fans(belief):
        settings[place] = _LEAST[device.kind]
    return settings


_LEAST = {"exhaust_fan": 1.0, "balanced_ventilation": 1.0, "window_opener": 0.0}
"""Japan asks for half an air change an hour at all times: what ventilates the house is never off by a plan."""

_MOST = {"exhaust_fan": 2.0, "balanced_ventilation": 3.0, "window_opener": 1.0}


def fan_controls(belief: HouseBelief, ahead: Ahead, nominal: Nominal, quiet: Array, price: float) -> list[Control]:
    """Return the controls of fans and windows.

    Args:
        belief: Of the house.
        ahead: The forecast.
        nominal: Around which it is linear.
        quiet: (step, room) money an hour that a loud fan costs there: people asleep.
        price: Mean price of a kWh.
    """
    found = []
    factor_heat = float(np.exp(belief.theta[belief.thermal.place["fans"]]))
    factor_air = float(np.exp(belief.air_theta[belief.air.place["fans"]]))
    base = base_settings(belief)
    for device, place in driven_fans(belief):
        moved = base.copy()
        moved[place] += STEP
        less, more = belief.flow.flows(base, 1.0), belief.flow.flows(moved, 1.0)
        acts = {"heat": factor_heat * _heat(belief, nominal, less, more) / STEP}
        for name in nominal.quantities:
            acts[name] = factor_air * _carries(belief, nominal, less, more, name) / STEP
        least, most = _LEAST[device.kind], _MOST[device.kind]
        high = np.full(len(ahead.hours), most - least)
        if device.kind == "window_opener":
            rains = ahead.rain_mm_h >= LEAST_RAIN_MM_H
            high = np.where(rains | (ahead.wind_m_s > 7.0) | (ahead.outdoor_c < 5.0), 0.0, high)
        room = belief.outline.index[device.room]
        found.append(
            Control(
                device=device.id,
                name="level",
                low=np.zeros(len(ahead.hours)),
                high=high,
                acts=acts,
                power_kw=_power(device, len(ahead.hours)),
                cost_per_h=quiet[:, room] + (quiet.max(axis=1) if device.kind == "balanced_ventilation" else 0.0),
                change_cost=0.005 * price,
            )
        )
    return found


def _power(device: Device, steps: int) -> Array:
    """Return straight lines under the power of a fan above its least level, kW."""
    if device.kind == "exhaust_fan":
        slope = (rating(device, "boost_w") - rating(device, "power_w")) / 1000.0
        return np.broadcast_to(np.array([[[slope, 0.0]]]), (1, steps, 2)).copy()
    if device.kind == "window_opener":
        return np.zeros((0, steps, 2))
    watts = rating(device, "power_w") / 1000.0
    shares = np.array([0.6, 1.0, 1.5])
    drawn = watts * (0.3 + 0.7 * shares**3)
    first, second = drawn[1] - drawn[0], drawn[2] - drawn[1]
    lines = np.array([[first, 0.0], [second, first - second]])
    return np.repeat(lines[:, None, :], steps, axis=1)


def _heat(belief: HouseBelief, nominal: Nominal, less: Flows, more: Flows) -> Array:
    """Return (step, node) watts that the difference of two flows brings."""
    fresh = more.fresh_m3_s * (1.0 - more.recovered) - less.fresh_m3_s * (1.0 - less.recovered)
    moved = more.moved_m3_s - less.moved_m3_s
    air = nominal.air_c
    brought = fresh * (nominal.outdoor_c[:, None] - air) + air @ moved.T - air * moved.sum(axis=1)
    acts = np.zeros((len(air), belief.thermal.nodes))
    acts[:, : belief.thermal.rooms] = AIR_J_M3_K * brought
    return acts


def _carries(belief: HouseBelief, nominal: Nominal, less: Flows, more: Flows, name: str) -> Array:
    """Return (step, room) how fast a quantity changes by the difference of two flows."""
    inside, outside = nominal.quantities[name]
    place = belief.air.place
    inlet = np.exp([belief.air_theta[place[f"inlet.{room}"]] for room in belief.outline.rooms])
    enters = more.drying_m3_s - less.drying_m3_s if name == "humidity" else more.fresh_m3_s - less.fresh_m3_s
    fresh = enters * inlet
    moved = more.moved_m3_s - less.moved_m3_s
    brought = fresh * (outside[:, None] - inside) + inside @ moved.T - inside * moved.sum(axis=1)
    return np.asarray(brought / belief.outline.volume_m3)


def purifier_controls(belief: HouseBelief, ahead: Ahead, nominal: Nominal, quiet: Array) -> list[Control]:
    """Return the controls of air purifiers: particles that they take out at the levels foreseen."""
    found = []
    inside, _ = nominal.quantities["pm2_5"]
    for device in belief.house.devices:
        if device.kind != "air_purifier":
            continue
        room = belief.outline.index[device.room]
        acts = np.zeros((len(ahead.hours), belief.air.rooms))
        share = rating(device, "clean_air_m3_h") / 3600.0 / 3.0 / belief.outline.volume_m3[room]
        acts[:, room] = -share * np.maximum(inside[:, room], 2.0)
        found.append(
            Control(
                device=device.id,
                name="level",
                low=np.zeros(len(ahead.hours)),
                high=np.full(len(ahead.hours), 3.0),
                acts={"pm2_5": acts},
                power_kw=np.broadcast_to(
                    np.array([[[rating(device, "power_w") / 3000.0, 0.0]]]), (1, len(ahead.hours), 2)
                ).copy(),
                cost_per_h=0.3 * quiet[:, room],
            )
        )
    return found


def moisture_controls(belief: HouseBelief, ahead: Ahead, kg_per_kg: Array) -> list[Control]:
    """Return the controls of humidifiers and dehumidifiers.

    Args:
        belief: Of the house.
        ahead: The forecast.
        kg_per_kg: (room,) humidity ratio per kilogram of water in the room's air and what buffers it.
    """
    found = []
    rooms = belief.thermal.rooms
    for device in belief.house.devices:
        if device.kind not in ("humidifier", "dehumidifier"):
            continue
        sign = 1.0 if device.kind == "humidifier" else -1.0
        room = belief.outline.index[device.room]
        kg_s = sign * rating(device, "water_g_h") / 3.6e6
        humidity = np.zeros(belief.air.rooms)
        humidity[room] = kg_s * kg_per_kg[room]
        heat = np.zeros(belief.thermal.nodes)
        heat[room] = -kg_s * 2.45e6 + rating(device, "power_w")
        assert rooms > 0
        found.append(
            Control(
                device=device.id,
                name="on",
                low=np.zeros(len(ahead.hours)),
                high=np.ones(len(ahead.hours)),
                acts={"humidity": humidity, "heat": heat},
                power_kw=np.broadcast_to(
                    np.array([[[rating(device, "power_w") / 1000.0, 0.0]]]), (1, len(ahead.hours), 2)
                ).copy(),
                cost_per_h=np.zeros(len(ahead.hours)),
            )
        )
    return found


__all__ = [
    "OUTDOOR_PPM",
    "Nominal",
    "base_settings",
    "driven_fans",
    "fan_controls",
    "moisture_controls",
    "purifier_controls",
]
