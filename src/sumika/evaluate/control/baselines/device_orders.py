"""How simple controllers tell each kind of device what a room needs: the same for all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sumika.evaluate.control.baselines.rooms_seen import Seen
from sumika.evaluate.control.baselines.settings import NEVER, Settings
from sumika.schema.devices import DEVICE_KINDS
from sumika.schema.house import Device

Orders = list[tuple[str, float]]
"""Settings and their values."""

HEATS, COOLS, DRIES = 1.0, 2.0, 3.0
_DUSTY_UG_M3, _DUSTIER_UG_M3 = 15.0, 35.0
_DAMP, _STEAMY = 0.65, 0.75
_DARK_W_M2 = 5.0
_SUNNY_W_M2 = 300.0
_DRY_MARGIN_K = 1.0
_MOST_WIND_M_S = 8.0
_TIMED_H = 4.0
"""Timers run so long: enough for a tank, and for a battery at a good half of its power."""
_NIGHT = (22.0, 9.0)
"""From when, and how many hours, in which a heater in its own mode would make hot water."""
_CHARGES_SHARE, _FULL = 0.6, 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a room needs now.

    Attributes:
        heat_c: Not colder than this; None: it may get as cold as it will.
        cool_c: Not warmer than this; None: it may get as warm as it will.
        fresh: How strongly it is to be ventilated: level of the balanced ventilation it asks for.
        airing: Whether a window may be opened.
        used: Whether somebody is taken to be there.
    """

    heat_c: float | None
    cool_c: float | None
    fresh: float
    airing: bool = False
    used: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What orders are made of.

    Attributes:
        seen: What was last told.
        needs: By room.
        settings: Of the controller.
    """

    seen: Seen
    needs: Mapping[str, Need]
    settings: Settings


def climate_orders(air_c: float, relative: float | None, need: Need, dry_above: float) -> Orders:
    """Return how an air conditioner is told to keep a room; it keeps the setpoint by itself."""
    heat_c, cool_c = need.heat_c, need.cool_c
    if heat_c is None and cool_c is None:
        return [("mode", 0.0)]
    low = -40.0 if heat_c is None else heat_c
    high = 80.0 if cool_c is None else cool_c
    damp = relative is not None and relative > dry_above
    # Drying cools a little: only where there is something to spare.
    if damp and air_c > low + _DRY_MARGIN_K and air_c <= high + 0.5:
        return [("mode", DRIES), ("setpoint_c", _setpoint(air_c)), ("humidity_setpoint", _drier(dry_above))]
    if cool_c is None or (heat_c is not None and air_c < 0.5 * (low + high)):
        return [("mode", HEATS), ("setpoint_c", _setpoint(low))]
    return [("mode", COOLS), ("setpoint_c", _setpoint(high))]


def _setpoint(asked_c: float) -> float:
    return min(31.0, max(16.0, round(2.0 * asked_c) / 2.0))


def _drier(dry_above: float) -> float:
    return min(0.7, max(0.4, round((dry_above - 0.05) / 0.05) * 0.05))


def _room_unit(device: Device, now: Situation) -> Orders:
    room = now.seen.rooms[device.room]
    if room.air_c is None:
        return []
    return climate_orders(room.air_c, room.relative, now.needs[device.room], now.settings.dry_above)


def _whole_house(device: Device, now: Situation) -> Orders:
    """Follow the rooms that ask for most."""
    known = [room.air_c for room in now.seen.rooms.values() if room.air_c is not None]
    if not known:
        return []
    warm = [need.heat_c for need in now.needs.values() if need.heat_c is not None]
    cold = [need.cool_c for need in now.needs.values() if need.cool_c is not None]
    need = Need(heat_c=max(warm, default=None), cool_c=min(cold, default=None), fresh=0.0)
    damp = [room.relative for room in now.seen.rooms.values() if room.relative is not None]
    return climate_orders(sum(known) / len(known), max(damp, default=None), need, now.settings.dry_above)


def _floor(device: Device, now: Situation) -> Orders:
    """Switch the floor by its room, with a dead-band; the air conditioner of that room does the rest."""
    room, need = now.seen.rooms[device.room], now.needs[device.room]
    if room.air_c is None or need.heat_c is None:
        return [("on", 0.0)]
    told: Orders = [("supply_temp_c", now.settings.floor_supply_c)]
    if room.air_c < need.heat_c - 0.3:
        told.append(("on", 1.0))
    elif room.air_c > need.heat_c + 0.3:
        told.append(("on", 0.0))
    return told


def _boiler(device: Device, now: Situation) -> Orders:
    """Follow the weather: the colder outside, the warmer the water."""
    outdoor_c = now.seen.outdoor_c
    return [
        ("on", float(outdoor_c < 16.0)),
        ("supply_temp_c", min(75.0, max(30.0, float(round(40.0 + 1.2 * (15.0 - outdoor_c)))))),
    ]


def _radiator(device: Device, now: Situation) -> Orders:
    heat_c = now.needs[device.room].heat_c
    return [("valve", 1.0), ("setpoint_c", 5.0 if heat_c is None else min(28.0, max(5.0, heat_c)))]


def _balanced(device: Device, now: Situation) -> Orders:
    return [("level", max((need.fresh for need in now.needs.values()), default=2.0)), ("bypass", 0.0)]


def _fan(device: Device, now: Situation) -> Orders:
    """Boost where it is steamy, or as its room asks."""
    room, need = now.seen.rooms[device.room], now.needs[device.room]
    steamy = room.relative is not None and room.relative > _STEAMY and now.seen.outdoor_relative < room.relative
    stale = max((one.fresh for one in now.needs.values()), default=2.0) > 2.0 and need.fresh > 0.0
    return [("level", 2.0 if steamy or stale else 1.0)]


def _humidifier(device: Device, now: Situation) -> Orders:
    room, need = now.seen.rooms[device.room], now.needs[device.room]
    below, everywhere = now.settings.moisten_below, now.settings.moisten_always >= 0.5
    if below <= 0.0 or not (need.used or everywhere):
        return [("on", 0.0)]
    told: Orders = [("humidity_setpoint", min(0.7, max(0.3, round(below / 0.05) * 0.05)))]
    if room.relative is not None and room.relative < below:
        told.append(("on", 1.0))
    elif room.relative is not None and room.relative > below + 0.1:
        told.append(("on", 0.0))
    return told


def _dehumidifier(device: Device, now: Situation) -> Orders:
    room, above = now.seen.rooms[device.room], now.settings.dry_above
    on = above < NEVER and room.relative is not None and room.relative > above - 0.05
    return [("humidity_setpoint", _drier(min(above, 0.7))), ("on", float(on))]


def _purifier(device: Device, now: Situation) -> Orders:
    dust = now.seen.rooms[device.room].dust_ug_m3
    least = now.settings.clean_level
    if dust is None:
        return [("level", least)]
    return [("level", max(least, 3.0 if dust > _DUSTIER_UG_M3 else 2.0 if dust > _DUSTY_UG_M3 else 1.0))]


def _blind(device: Device, now: Situation) -> Orders:
    """Shut at night, and against the sun where it is warm enough."""
    air_c = now.seen.rooms[device.room].air_c
    if now.seen.sun_w_m2 < _DARK_W_M2:
        return [("closed", 1.0)]
    hot = air_c is not None and air_c > now.settings.shade_above_c and now.seen.direct_w_m2 > _SUNNY_W_M2
    return [("closed", 0.8 if hot else 0.0)]


def _window(device: Device, now: Situation) -> Orders:
    """Open where it helps: the room is warm, outside is cooler and dry, and nobody heats or cools it meanwhile."""
    seen, need, room = now.seen, now.needs[device.room], now.seen.rooms[device.room]
    pleasant = (
        need.airing
        and room.air_c is not None
        and seen.rain_mm_h < 0.1
        and seen.wind_m_s < _MOST_WIND_M_S
        and seen.outdoor_relative < _DAMP + 0.1
        and need.heat_c is not None
        and need.cool_c is not None
        and need.heat_c + 1.5 < room.air_c < need.cool_c
        and need.heat_c - 4.0 < seen.outdoor_c < room.air_c - 0.5
    )
    return [("open", 0.4 if pleasant else 0.0)]


def _by_itself(device: Device, now: Situation) -> Orders:
    """Leave it to its own night mode."""
    return [("mode", 1.0)]


def _battery(device: Device, now: Situation) -> Orders:
    """Keep the roof's power for the house, and charge in some hours where the tariff is worth it."""
    if not _within(now.seen.at, now.settings.store_from_h, _TIMED_H):
        return [("mode", 1.0), ("power_w", 0.0)]
    full_w = device.ratings.get("power_w", DEVICE_KINDS[device.kind].ratings["power_w"])
    full = now.seen.states.get(device.id, {}).get("charge", 0.0) >= _FULL
    return [("mode", 2.0), ("power_w", 0.0 if full else _CHARGES_SHARE * full_w)]


def _heats_water(device: Device, now: Situation) -> Orders:
    """Leave it to its own night mode, or make it by day and only what is short otherwise, and nothing at night."""
    knobs, at = now.settings, now.seen.at
    if knobs.water_from_h < 0.0:
        mode = 1.0
    elif _within(at, knobs.water_from_h, _TIMED_H):
        mode = 2.0
    else:
        mode = 0.0 if _within(at, *_NIGHT) else 1.0
    return [("mode", mode), ("tank_setpoint_c", 65.0)]


def _within(at: datetime | None, from_h: float, hours: float) -> bool:
    """Return whether it is within some hours from one of the day on; never from a negative one on."""
    return at is not None and from_h >= 0.0 and (at.hour + at.minute / 60.0 - from_h) % 24.0 < hours


ORDERS: Mapping[str, Callable[[Device, Situation], Orders]] = {
    "room_air_conditioner": _room_unit,
    "whole_house_air_conditioner": _whole_house,
    "floor_heating": _floor,
    "boiler": _boiler,
    "radiator": _radiator,
    "balanced_ventilation": _balanced,
    "exhaust_fan": _fan,
    "humidifier": _humidifier,
    "dehumidifier": _dehumidifier,
    "air_purifier": _purifier,
    "blind": _blind,
    "window_opener": _window,
    "heat_pump_water_heater": _heats_water,
    "battery": _battery,
    "ev_charger": _by_itself,
}
"""By kind; kinds that belong to residents are absent."""
