"""What heats, cools and shades, as the planner's controls: how much they can, what it draws, where the heat goes."""

import numpy as np
from numpy.typing import NDArray

from sumika.belief.airflow import rating
from sumika.belief.heat_sources import DRY_SENSIBLE, SENSIBLE, cooling_plate, heating_plate
from sumika.belief.house import HouseBelief
from sumika.ecu.outlook import Ahead
from sumika.physics.heat_pump import heat_per_work
from sumika.physics.psychrometrics import EVAPORATION_J_KG
from sumika.plan.situation import Control
from sumika.schema.house import Device
from sumika.schema.worth import from_yen

Array = NDArray[np.float64]

LOADS = (0.3, 0.6, 0.9, 1.2)
"""Shares of the rating at which a heat pump's power is looked up; between them a plan takes straight lines."""

DRY_SHARE = 0.35
"""How much of its cold a unit gives while it dries; typical of room units."""

INDOOR_HEATING_C, INDOOR_COOLING_C = 21.0, 26.5
WEAR_PER_START = 0.02
"""Of switching a compressor by one kilowatt, as a share of the price of a kWh: it is made for some 100 000 starts."""


def heat_controls(
    belief: HouseBelief, ahead: Ahead, price: float, gas_price: float, settings: dict[str, float], kg_per_kg: Array
) -> list[Control]:
    """Return the controls of everything that heats, cools or shades.

    Args:
        belief: Of the house.
        ahead: The forecast on the plan's grid.
        price: Mean price of a kWh, for wear.
        gas_price: Of a kWh of gas, for what hangs on a boiler.
        settings: "device.name" -> what each was planned to do in the step before.
        kg_per_kg: (room,) humidity ratio per kilogram of water in the room's air and what buffers it.
    """
    found: list[Control] = []
    for device in belief.house.devices:
        if device.kind in ("room_air_conditioner", "whole_house_air_conditioner"):
            found += _air_conditioner(belief, device, ahead, price, settings, kg_per_kg)
        elif device.kind == "floor_heating":
            found.append(_floor_heating(belief, device, ahead, price, settings))
        elif device.kind == "radiator":
            found.append(_radiator(belief, device, ahead, gas_price))
    return found


def factor_of(belief: HouseBelief, device: Device) -> float:
    """Return what was learned of a source's heat against its plate."""
    place = belief.thermal.place.get(f"source.{device.id}")
    return float(np.exp(belief.theta[place])) if place is not None else 1.0


def heat_at(belief: HouseBelief, shares: Array, air: float, mass: float = 0.0, deep: float = 0.0) -> Array:
    """Return (node,) watts for a kilowatt that goes to rooms by shares, and within them to air, mass and deep."""
    return 1000.0 * np.concatenate([air * shares, mass * shares, deep * shares])


def shares_of(belief: HouseBelief, device: Device) -> Array:
    """Return (room,) where a device's heat goes."""
    outline = belief.outline
    if device.kind == "whole_house_air_conditioner":
        return np.asarray(outline.floor_m2 / outline.floor_m2.sum())
    shares = np.zeros(len(outline.rooms))
    shares[outline.index[device.room]] = 1.0
    return shares


def capacity_kw(device: Device, outdoor_c: Array, *, heats: bool) -> Array:
    """Return (step,) the most that a heat pump can give: with the weather, as its plate is extended by its kind."""
    rated = rating(device, "heating_w" if heats else "cooling_w") / 1000.0
    most = max(1.0, rating(device, "most_part_load")) if device.kind != "floor_heating" else 1.1
    lean = 1.0 + (0.02 * (outdoor_c - 7.0) if heats else -0.01 * (outdoor_c - 35.0))
    return np.asarray(rated * most * np.clip(lean, 0.4, 1.15))


def power_pieces(device: Device, outdoor_c: Array, *, heats: bool, hot_c: float | None = None) -> Array:
    """Return (piece, step, 2) straight lines under a heat pump's electric power, kW over kW of heat.

    Args:
        device: Its plate is looked up.
        outdoor_c: (step,).
        heats: Or cools.
        hot_c: Of the side that is warmed indoors; None: the room's air.
    """
    plate = heating_plate(device) if heats else cooling_plate(device)
    rated = plate["rated_w"] / 1000.0
    hot = (hot_c if hot_c is not None else INDOOR_HEATING_C) if heats else outdoor_c
    cold = outdoor_c if heats else INDOOR_COOLING_C
    loads = np.array(LOADS)
    power = np.array([load * rated / heat_per_work(hot, cold, load, **plate) for load in loads])
    power = np.broadcast_to(power, (len(loads), len(outdoor_c)))
    first = np.min(power / (loads[:, None] * rated), axis=0)
    pieces = [np.stack([first, np.zeros(len(outdoor_c))], axis=1)]
    for low in range(len(loads) - 1):
        slope = (power[low + 1] - power[low]) / ((loads[low + 1] - loads[low]) * rated)
        offset = power[low] - slope * loads[low] * rated
        pieces.append(np.stack([slope, offset], axis=1))
    return np.array(pieces)


def _air_conditioner(
    belief: HouseBelief, device: Device, ahead: Ahead, price: float, settings: dict[str, float], kg_per_kg: Array
) -> list[Control]:
    shares, factor = shares_of(belief, device), factor_of(belief, device)
    none, outdoor = np.zeros(len(ahead.hours)), ahead.outdoor_c
    made = []
    for name, heats, sensible, most in (
        ("heat_kw", True, 1.0, capacity_kw(device, outdoor, heats=True)),
        ("cool_kw", False, SENSIBLE, capacity_kw(device, outdoor, heats=False)),
        ("dry_kw", False, DRY_SENSIBLE, DRY_SHARE * capacity_kw(device, outdoor, heats=False)),
    ):
        acts = {"heat": (1.0 if heats else -1.0) * factor * sensible * heat_at(belief, shares, 1.0)}
        if not heats:
            acts["humidity"] = -factor * (1.0 - sensible) * 1000.0 / EVAPORATION_J_KG * shares * kg_per_kg
        # Nobody heats on a summer's day or cools on a winter's: it keeps the two from working against each other.
        out_of_season = outdoor > 24.0 if heats else outdoor < 12.0
        made.append(
            Control(
                device=device.id,
                name=name,
                low=none,
                high=np.where(out_of_season, 0.0, most),
                acts=acts,
                power_kw=power_pieces(device, outdoor, heats=heats),
                cost_per_h=none,
                change_cost=WEAR_PER_START * price,
                now=settings.get(f"{device.id}.{name}", 0.0),
            )
        )
    return made


def _floor_heating(
    belief: HouseBelief, device: Device, ahead: Ahead, price: float, settings: dict[str, float]
) -> Control:
    none = np.zeros(len(ahead.hours))
    return Control(
        device=device.id,
        name="heat_kw",
        low=none,
        high=np.where(ahead.outdoor_c > 20.0, 0.0, capacity_kw(device, ahead.outdoor_c, heats=True)),
        acts={"heat": factor_of(belief, device) * heat_at(belief, shares_of(belief, device), 0.0, 0.4, 0.6)},
        power_kw=power_pieces(device, ahead.outdoor_c, heats=True, hot_c=35.0),
        cost_per_h=none,
        change_cost=WEAR_PER_START * price,
        now=settings.get(f"{device.id}.heat_kw", 0.0),
    )


def _radiator(belief: HouseBelief, device: Device, ahead: Ahead, gas_price: float) -> Control:
    none = np.zeros(len(ahead.hours))
    water = 40.0 + 1.2 * np.maximum(15.0 - ahead.outdoor_c, 0.0)
    over = np.maximum(water - 20.0, 0.0) / 50.0
    most = rating(device, "heating_w_at_50k") / 1000.0 * over ** rating(device, "exponent")
    boilers = [one for one in belief.house.devices if one.kind == "boiler"]
    efficiency = rating(boilers[0], "efficiency") if boilers else 0.9
    # The boiler's gas is the cost of its heat; its price comes in as cost per kilowatt-hour of heat.
    return Control(
        device=device.id,
        name="heat_kw",
        low=none,
        high=np.where(ahead.outdoor_c > 18.0, 0.0, most),
        acts={"heat": factor_of(belief, device) * heat_at(belief, shares_of(belief, device), 0.7, 0.3)},
        power_kw=np.zeros((0, len(ahead.hours), 2)),
        cost_per_h=np.full(len(ahead.hours), gas_price / efficiency),
    )


def usual_gas_price(currency: str) -> float:
    """Return what a kWh of gas costs where no tariff says.

    Args:
        currency: Of the money.
    """
    return GAS_PER_KWH.get(currency, from_yen(GAS_PER_KWH["JPY"], currency))


GAS_PER_KWH = {"JPY": 14.0, "EUR": 0.11}
"""Typical of Japanese cities, and of households in the European Union (Eurostat, first half of 2024)."""

MOVES_BLIND_YEN = 0.2
"""People dislike blinds that go up and down: each time a blind is shut altogether; chosen."""


def blind_controls(
    belief: HouseBelief, ahead: Ahead, sun_w: dict[str, Array], dislike: Array, currency: str
) -> list[Control]:
    """Return the controls of blinds: what they keep out of the sun's heat.

    Args:
        belief: Of the house.
        ahead: The forecast.
        sun_w: By window: (step,) through it with its blind open, learned factors in.
        dislike: (step, room) what a closed blind costs an hour by day: people want to see out.
        currency: Of the money.
    """
    found = []
    rooms = belief.thermal.rooms
    for device in belief.house.devices:
        if device.kind != "blind" or device.window not in sun_w:
            continue
        room = belief.outline.index[device.room]
        kept = -(1.0 - rating(device, "shut_transmits")) * sun_w[device.window]
        acts = np.zeros((len(ahead.hours), belief.thermal.nodes))
        acts[:, room], acts[:, rooms + room] = 0.25 * kept, 0.75 * kept
        lit = sun_w[device.window] > 5.0
        found.append(
            Control(
                device=device.id,
                name="closed",
                low=np.zeros(len(ahead.hours)),
                high=np.where(lit, 1.0, 0.0),
                acts={"heat": acts},
                power_kw=np.zeros((0, len(ahead.hours), 2)),
                cost_per_h=dislike[:, room],
                change_cost=from_yen(MOVES_BLIND_YEN, currency),
            )
        )
    return found
