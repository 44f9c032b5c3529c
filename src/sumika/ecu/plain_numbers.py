"""Measurements from plain numbers, for whoever has no messages: names and units are looked at, once, on the way in.

ecu.observe(
    readings(
        now,
        rooms={"living": {"temperature_c": 20.4, "co2_ppm": 720}},
        devices={"heat_pump": {"mode": 1, "setpoint_c": 21}},
        power_w={"heat_pump": 640},
        outdoors={"temperature_c": 3.1},
        people={"living": 2},
    )
)
"""

import math
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sumika.ecu.guard import moment
from sumika.ecu.outlook import Measurements
from sumika.schema import AirSample, DeviceState, Message, MeterSample, Origin, UsageError, WeatherSample

Numbers = Mapping[str, float | None]

BELIEVED: Mapping[str, tuple[float, float, str]] = MappingProxyType(
    {
        "temperature_c": (-60.0, 70.0, "°C; 0 °C is 273.15 K and 32 °F"),
        "relative_humidity": (0.0, 1.05, "a share, 0 to 1, no percent"),
        "co2_ppm": (100.0, 50_000.0, "ppm by volume"),
        "pm2_5_ug_m3": (0.0, 5_000.0, "µg/m³"),
        "voc_ug_m3": (0.0, 100_000.0, "µg/m³"),
        "window_open": (0.0, 1.0, "a share, 0 to 1"),
        "wind_m_s": (0.0, 100.0, "m/s"),
        "direct_normal_w_m2": (-20.0, 1_500.0, "W/m²"),
        "diffuse_horizontal_w_m2": (-20.0, 1_000.0, "W/m²"),
        "global_horizontal_w_m2": (-20.0, 1_800.0, "W/m²"),
        "pressure_pa": (45_000.0, 110_000.0, "Pa; 1 hPa is 100 Pa"),
        "setpoint_c": (-60.0, 100.0, "°C; 0 °C is 273.15 K and 32 °F"),
    }
)
"""What a quantity can be at all, and its unit: beyond this it is in another one, or its sensor is broken.

Widest values ever measured with a margin: air 56.7 and -89.2 °C (WMO; nobody lives in the latter), 113 m/s in a gust,
1361 W/m² before the atmosphere.
"""

PEOPLE_MOST = 200.0

_EVERY_MESSAGE = frozenset(Message.__struct_fields__)
_AIR = frozenset(AirSample.__struct_fields__) - _EVERY_MESSAGE - {"sensor", "room", "held_s"}
_WEATHER = frozenset(WeatherSample.__struct_fields__) - _EVERY_MESSAGE - {"source"}
_METER = frozenset(MeterSample.__struct_fields__) - _EVERY_MESSAGE - {"meter", "currency"}


def readings(
    at: datetime,
    *,
    rooms: Mapping[str, Numbers] | None = None,
    devices: Mapping[str, Numbers] | None = None,
    power_w: Numbers | None = None,
    outdoors: Numbers | None = None,
    meter: Numbers | None = None,
    people: Numbers | None = None,
    activities: Mapping[str, str] | None = None,
    strict: bool = True,
) -> Measurements:
    """Return measurements of plain numbers. None and NaN are "not known"; what is not known can be left out as well.

    Args:
        at: When, in local time with its zone.
        rooms: By room: quantities of `sumika.schema.AirSample`.
        devices: By device: what it is set to and what it measures, by name with the unit in it.
        power_w: By device: the electric power that it draws.
        outdoors: Quantities of `sumika.schema.WeatherSample`.
        meter: Quantities of `sumika.schema.MeterSample`.
        people: By room: how many are there; less than one is how likely one is.
        activities: By room: "sleep", "awake" or "active".
        strict: Whether a number that cannot be in its unit is an error; otherwise it is not known, as of a broken
            sensor.

    Raises:
        UsageError: if there is no such quantity or time zone; if `strict`, also if a number cannot be in its unit.
    """
    known = {room: _known(f"room {room}", values, strict, _AIR) for room, values in (rooms or {}).items()}
    told = {device: _known(f"device {device}", values, strict) for device, values in (devices or {}).items()}
    draws = _known("power_w", power_w or {}, strict)
    outside = _known("outdoors", outdoors or {}, strict, _WEATHER)
    metered = _known("meter", meter or {}, strict, _METER)
    stamp = moment(_zoned(at))
    return Measurements(
        at=at,
        air=tuple(
            AirSample(stamp=stamp, origin=Origin.LIVE, sensor=room, room=room, **_typed(values))
            for room, values in known.items()
        ),
        devices=tuple(
            DeviceState(stamp=stamp, origin=Origin.LIVE, device=one, values=told.get(one, {}), power_w=draws.get(one))
            for one in dict.fromkeys([*told, *draws])
        ),
        weather=WeatherSample(stamp=stamp, origin=Origin.LIVE, source="outdoors", **_typed(outside))
        if outside
        else None,
        meter=MeterSample(stamp=stamp, origin=Origin.LIVE, meter="meter", **_typed(metered)) if metered else None,
        presence={room: _present(room, count) for room, count in (people or {}).items()},
        activities=dict(activities or {}),
    )


def unbelievable(quantity: str, value: float) -> str:
    """Return why a number cannot be of a quantity in its unit; empty where it can.

    Args:
        quantity: With the unit in its name.
        value: Finite.
    """
    low, high, unit = BELIEVED.get(quantity, (-math.inf, math.inf, ""))
    return "" if low <= value <= high else f"{quantity} is {value:g}: it is given in {unit}"


def _zoned(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise UsageError(
            f"{at.isoformat()} says no time zone",
            where="readings",
            remedy="Give one: at.replace(tzinfo=ZoneInfo('Asia/Tokyo'))",
        )
    return at


def _known(where: str, values: Numbers, strict: bool, names: frozenset[str] | None = None) -> dict[str, float]:
    """Return what is known of quantities."""
    found: dict[str, float] = {}
    for name, value in values.items():
        if names is not None and name not in names:
            raise UsageError(
                f"there is no quantity {name!r}", where=f"readings, {where}", remedy=f"There are: {_listed(names)}"
            )
        if value is None or math.isnan(value):
            continue
        number = float(value)
        wrong = unbelievable(name, number) if math.isfinite(number) else f"{name} is {number}"
        if wrong and strict:
            raise UsageError(
                wrong, where=f"readings, {where}", remedy="Convert it first, or give None where the sensor is broken"
            )
        if not wrong:
            found[name] = number
    return found


def _typed(values: dict[str, float]) -> dict[str, Any]:
    return {name: value > 0.5 if name == "smoke" else value for name, value in values.items()}


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))


def _present(room: str, count: float | None) -> tuple[float | None, float]:
    if count is None or math.isnan(count):
        return None, 0.0
    if not 0.0 <= count <= PEOPLE_MOST:
        raise UsageError(
            f"{count:g} people in room {room!r}", where="readings, people", remedy="Give how many, or None if unknown"
        )
    return min(1.0, float(count)), float(count)
