"""Heat that devices bring into rooms, from what they say they draw: by their plates, corrected by learned factors.

Where a device says that it runs and not how much it draws, its heat is guessed from what it is set to: a house whose
heating counts as nothing would seem to lose no heat. Nothing is learned of a house from a guess.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.belief.airflow import rating
from sumika.belief.record import Rows
from sumika.physics.heat_pump import heat_from_power, heat_per_work
from sumika.schema.house import Device, House

Array = NDArray[np.float64]

SENSIBLE = 0.8
"""Share of an air conditioner's cold that cools the air; the rest dries it. Typical of summers in Japan."""

DRY_SENSIBLE = 0.6
"""The same while it dries by weak cooling: little air over a coil that is cold in part; typical of room units."""

GUESS_BAND_K = 2.0
"""A thermostat goes from shut to open over so much (EN 215), its setpoint in the middle."""

_OFF_W = 15.0
"""Less than that is a device's standby."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Heat of one device over time, (row,) watts.

    Attributes:
        device: Its id.
        air_w: Into the air of each of its rooms, all together.
        mass_w: Into floors and walls.
        shares: (room,) how it is spread over rooms.
        learned: Whether a factor of its own is learned.
        guessed: (row,) whether it ran and its heat is no more than guessed.
    """

    device: str
    air_w: Array
    mass_w: Array
    shares: Array
    learned: bool
    guessed: NDArray[np.bool_]


def given_of(house: House, rows: Rows, index: Mapping[str, int], floor_m2: Array) -> tuple[Given, ...]:
    """Return the heat of every device of a house.

    Args:
        house: As described.
        rows: What was recorded; air temperatures in it may miss.
        index: Place of each room.
        floor_m2: (room,).
    """
    found = []
    for place, device in enumerate(house.devices):
        maker = _MAKERS.get(device.kind)
        if maker is None:
            continue
        power = rows.power_w[:, place]
        outdoor = filled(rows.outdoor_c(), 10.0)
        room_c = filled(rows.air[:, index[device.room], 0], 20.0)
        air_w, mass_w = maker(device, rows, np.nan_to_num(power), outdoor, room_c)
        guessed = np.zeros(len(rows), np.bool_)
        if device.kind == "radiator":
            runs = _boiler_runs(house, rows)
            air_w, mass_w = runs * air_w, runs * mass_w
            guessed = _opened(device, rows, room_c)[1] & (runs > 0.0)
        elif device.kind in _GUESSES:
            guess = _GUESSES[device.kind](device, rows, room_c)
            guessed = np.isnan(power) & (guess != 0.0)
            into = mass_w if device.kind == "floor_heating" else air_w
            into[guessed] = guess[guessed]
        shares = np.zeros(len(floor_m2))
        if device.kind in ("whole_house_air_conditioner", "boiler"):
            shares = floor_m2 / floor_m2.sum()
        else:
            shares[index[device.room]] = 1.0
        learned = device.kind in LEARNED
        found.append(
            Given(device=device.id, air_w=air_w, mass_w=mass_w, shares=shares, learned=learned, guessed=guessed)
        )
    return tuple(found)


LEARNED = frozenset({"room_air_conditioner", "whole_house_air_conditioner", "floor_heating", "radiator", "boiler"})


def heating_plate(device: Device) -> dict[str, float]:
    """Return what `sumika.physics.heat_pump` needs of a plate, for heating; 20 °C inside and 7 °C outside."""
    hot_c = 35.0 if device.kind == "floor_heating" else 20.0
    return {
        "rated_w": rating(device, "heating_w"),
        "rated_cop": rating(device, "heating_cop"),
        "rated_hot_c": hot_c,
        "rated_cold_c": 7.0,
    }


def cooling_plate(device: Device) -> dict[str, float]:
    """Return the same for cooling; 27 °C inside and 35 °C outside."""
    return {
        "rated_w": rating(device, "cooling_w"),
        "rated_cop": rating(device, "cooling_cop"),
        "rated_hot_c": 35.0,
        "rated_cold_c": 27.0,
    }


_Made = tuple[Array, Array]


def _air_conditioner(device: Device, rows: Rows, power: Array, outdoor: Array, room_c: Array) -> _Made:
    mode = np.round(rows.setting(device.id, "mode", 0.0))
    extra = rating(device, "fan_w") * (mode > 0)
    work = np.maximum(power - rating(device, "standby_w") - extra, 0.0)
    heat = _from_power(device, work, room_c, outdoor, heating_plate(device))
    cold = _from_power(device, work, outdoor, room_c, cooling_plate(device))
    dry = np.where(mode == 3.0, DRY_SENSIBLE, SENSIBLE)
    # A quarter in which it was switched over counts as what it ended with; the mean of modes says neither.
    # What a heat pump delivers has its compressor's work in it already; its standby and its fans are heat besides.
    heats, cools = mode == 1.0, (mode == 2.0) | (mode == 3.0)
    return np.where(heats, heat, np.where(cools, -dry * cold, power)) + extra * (heats | cools), np.zeros_like(power)


def _from_power(device: Device, work: Array, hot_c: Array, cold_c: Array, plate: dict[str, float]) -> Array:
    """Return heat (or cold) of a mean power: below its least load a compressor runs for a part of the time only.

    Then it gives what it gives at its least load, in proportion; a quarter's mean power says nothing of a lower load.
    """
    least = rating(device, "least_part_load")
    least_w = least * plate["rated_w"] / heat_per_work(hot_c, cold_c, least, **plate)
    runs = np.clip(work / np.maximum(least_w, 1.0), 0.0, 1.0)
    return np.asarray(runs * heat_from_power(np.maximum(work, least_w), hot_c, cold_c, **plate))


def _floor_heating(device: Device, rows: Rows, power: Array, outdoor: Array, room_c: Array) -> _Made:
    water = rows.setting(device.id, "supply_temp_c", 35.0)
    heat = heat_from_power(np.maximum(power - rating(device, "pump_w"), 0.0), water, outdoor, **heating_plate(device))
    return np.zeros_like(power), np.where(power > _OFF_W, heat, 0.0)


def _radiator(device: Device, rows: Rows, power: Array, outdoor: Array, room_c: Array) -> _Made:
    # Nobody measures its heat: the valve's position and the weather say about how much; learning says how much really.
    open_share, _ = _opened(device, rows, room_c)
    water = 40.0 + 1.2 * np.maximum(15.0 - outdoor, 0.0)
    over = np.maximum(water - room_c, 0.0) / 50.0
    heat = rating(device, "heating_w_at_50k") * over ** rating(device, "exponent") * open_share
    return 0.7 * heat, 0.3 * heat


def _opened(device: Device, rows: Rows, room_c: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return (row,) how far a radiator is open, 0 to 1, and whether that is guessed.

    Most tell no position of their valve, or the one up to which they may open; then it is as far open as a thermostat
    is at its setpoint and the room's temperature.
    """
    lift = rows.setting(device.id, "lift")
    most = rows.setting(device.id, "valve", 1.0)
    by_setpoint = _asks(rows.setting(device.id, "setpoint_c") - room_c)
    alone = np.where(np.isfinite(by_setpoint), by_setpoint, np.where(most < 1.0, 1.0, 0.0))
    is_told = np.isfinite(lift)
    share = np.clip(np.minimum(np.where(is_told, lift, alone), most), 0.0, 1.0)
    return share, ~is_told & (share > 0.0) & (share < most)


def _boiler_runs(house: House, rows: Rows) -> Array:
    """Return (row,) for what share of the time water is warmed for radiators; all of it where no boiler says."""
    told = [rows.setting(device.id, "on", 1.0) for device in house.devices if device.kind == "boiler"]
    return np.clip(np.max(told, axis=0), 0.0, 1.0) if told else np.ones(len(rows))


def _asks(short_k: Array) -> Array:
    """Return (row,) the share of its heat that a thermostat asks for in a room so much short of its setpoint."""
    return np.asarray(np.clip(0.5 + short_k / GUESS_BAND_K, 0.0, 1.0))


def _air_conditioner_guess(device: Device, rows: Rows, room_c: Array) -> Array:
    mode = np.round(rows.setting(device.id, "mode", 0.0))
    short_k = rows.setting(device.id, "setpoint_c", 22.0) - room_c
    heat = rating(device, "heating_w") * _asks(short_k)
    cold = rating(device, "cooling_w") * _asks(-short_k)
    dry = np.where(mode == 3.0, DRY_SENSIBLE, SENSIBLE)
    return np.where(mode == 1.0, heat, np.where((mode == 2.0) | (mode == 3.0), -dry * cold, 0.0))


def _floor_heating_guess(device: Device, rows: Rows, room_c: Array) -> Array:
    plate = heating_plate(device)
    over = (rows.setting(device.id, "supply_temp_c", 35.0) - room_c) / (plate["rated_hot_c"] - 20.0)
    return np.asarray(rows.setting(device.id, "on", 0.0) * plate["rated_w"] * np.clip(over, 0.0, 1.0))


def _stays(device: Device, rows: Rows, power: Array, outdoor: Array, room_c: Array) -> _Made:
    return 0.6 * power, 0.4 * power


def _humidifier(device: Device, rows: Rows, power: Array, outdoor: Array, room_c: Array) -> _Made:
    runs = np.clip(power / max(rating(device, "power_w"), 1.0), 0.0, 1.0)
    return power - runs * rating(device, "water_g_h") / 3.6e6 * 2.45e6, np.zeros_like(power)


def _dehumidifier(device: Device, rows: Rows, power: Array, outdoor: Array, room_c: Array) -> _Made:
    runs = np.clip(power / max(rating(device, "power_w"), 1.0), 0.0, 1.0)
    return power + runs * rating(device, "water_g_h") / 3.6e6 * 2.45e6, np.zeros_like(power)


_MAKERS: Mapping[str, Callable[[Device, Rows, Array, Array, Array], _Made]] = {
    "room_air_conditioner": _air_conditioner,
    "whole_house_air_conditioner": _air_conditioner,
    "floor_heating": _floor_heating,
    "radiator": _radiator,
    "light": _stays,
    "tv": _stays,
    "air_purifier": _stays,
    "appliance": _stays,
    "humidifier": _humidifier,
    "dehumidifier": _dehumidifier,
}

_GUESSES: Mapping[str, Callable[[Device, Rows, Array], Array]] = {
    "room_air_conditioner": _air_conditioner_guess,
    "whole_house_air_conditioner": _air_conditioner_guess,
    "floor_heating": _floor_heating_guess,
}
"""What is guessed where no power is told: (row,) watts, into the air or, of floors, into the mass."""


def filled(values: Array, otherwise: float) -> Array:
    """Return values with gaps bridged; all of them missing: `otherwise`."""
    good = np.isfinite(values)
    if good.all():
        return values
    if not good.any():
        return np.full(len(values), otherwise)
    places = np.arange(len(values))
    return np.asarray(np.interp(places, places[good], values[good]))
