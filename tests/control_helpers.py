"""Small diaries and measurements of controlled houses, made by hand."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.config import demo_house
from sumika.ecu import Measurements
from sumika.evaluate.control.diary import Diary, People, Stored
from sumika.evaluate.control.forecasts import STEPS_S, Forecast
from sumika.schema import AirSample, DeviceState, MeterSample, Origin, WeatherSample
from sumika.schema.house import House, WorldSettings

STAMP = Instant(0, 0, "test")
MONDAY = datetime(2026, 1, 26, tzinfo=ZoneInfo("Asia/Tokyo"))
"""At midnight."""

STEP_S = 300.0
NOTHING = Stored(electric_kwh=0.0, tank_kwh=0.0)


def short_house(start: str = "2026-01-26T00:00", seed: int = 3) -> House:
    """Return the demo house without its cat, which begins at a moment."""
    house = demo_house({}).house
    return msgspec.structs.replace(house, world=WorldSettings(seed=seed, start=start))


def measurements(
    after_h: float,
    *,
    air: Mapping[str, tuple[float, float, float]] | None = None,
    people: Mapping[str, int | None] | None = None,
    asleep: Sequence[str] = (),
    outdoor_c: float = 5.0,
    outdoor_relative: float = 0.5,
    sun_w_m2: float = 0.0,
    devices: Mapping[str, Mapping[str, float]] | None = None,
) -> Measurements:
    """Return measurements so many hours after Monday's midnight.

    Args:
        after_h: When.
        air: By room: temperature, relative humidity, carbon dioxide.
        people: By room: how many are told to be there; None: nobody knows.
        asleep: Rooms in which they are told to sleep.
        outdoor_c: Outside.
        outdoor_relative: Outside.
        sun_w_m2: Of the sun.
        devices: What devices say.
    """
    return Measurements(
        at=MONDAY + timedelta(hours=after_h),
        air=tuple(_air(room, *values) for room, values in (air or {}).items()),
        devices=tuple(
            DeviceState(stamp=STAMP, origin=Origin.SIMULATED, device=name, values=dict(values))
            for name, values in (devices or {}).items()
        ),
        weather=_weather(outdoor_c, outdoor_relative, sun_w_m2),
        meter=MeterSample(stamp=STAMP, origin=Origin.SIMULATED, meter="test"),
        presence={
            room: (None, 0) if count is None else (float(count > 0), count) for room, count in (people or {}).items()
        },
        activities=dict.fromkeys(asleep, "sleep"),
    )


def _air(room: str, warm_c: float, relative: float, ppm: float) -> AirSample:
    return AirSample(
        stamp=STAMP,
        origin=Origin.SIMULATED,
        sensor=f"{room}_air",
        room=room,
        temperature_c=warm_c,
        relative_humidity=relative,
        co2_ppm=ppm,
    )


def _weather(temperature_c: float, relative: float, sun_w_m2: float) -> WeatherSample:
    return WeatherSample(
        stamp=STAMP,
        origin=Origin.SIMULATED,
        source="test",
        temperature_c=temperature_c,
        relative_humidity=relative,
        global_horizontal_w_m2=sun_w_m2,
        direct_normal_w_m2=sun_w_m2,
        rain_mm_h=0.0,
        wind_m_s=1.0,
    )


def mild_forecast() -> Forecast:
    """Return a forecast of two days that are all the same."""
    count = len(STEPS_S)
    nothing = np.zeros(count)
    return Forecast(
        at=MONDAY,
        begins=tuple(MONDAY + timedelta(seconds=float(at_s)) for at_s in np.cumsum(STEPS_S) - STEPS_S),
        seconds=STEPS_S,
        temperature_c=np.full(count, 15.0),
        relative_humidity=np.full(count, 0.5),
        direct_normal_w_m2=nothing,
        diffuse_horizontal_w_m2=nothing,
        global_horizontal_w_m2=nothing,
        wind_m_s=nothing,
        price_per_kwh=np.full(count, 30.0),
        feed_in_per_kwh=np.full(count, 15.0),
        carbon_g_kwh=np.full(count, 430.0),
    )


def diary(*, steps: int = 12, people: int = 1, rooms: Sequence[str] = ("living", "bedroom"), **changes: Any) -> Diary:
    """Return an hour in which nothing is wrong: everybody sits in the first room, in mild fresh air, and nothing runs.

    Args:
        steps: Of five minutes.
        people: How many residents.
        rooms: Their ids.
        changes: Fields of the diary; single quantities of rooms and people by their own names.
    """
    shape, body = (steps, len(rooms)), (steps, people)
    of_rooms = {name: _filled(changes.pop(name, value), shape) for name, value in _MILD.items()}
    residents = People(
        room=_filled(changes.pop("room", 0), body).astype(np.int16),
        metabolic_w_m2=_filled(changes.pop("metabolic_w_m2", 69.8), body),
        clothing_clo=_filled(changes.pop("clothing_clo", 1.0), body),
        asleep=_filled(changes.pop("asleep", False), body) > 0.0,
        in_water=_filled(changes.pop("in_water", False), body) > 0.0,
    )
    series = {name: _filled(changes.pop(name, value), (steps,)) for name, value in _SERIES.items()}
    fields: dict[str, Any] = {
        "start": MONDAY,
        "step_s": STEP_S,
        "rooms": tuple(rooms),
        "residents": tuple(f"resident_{number}" for number in range(people)),
        "likes_c": (None,) * people,
        "of_rooms": of_rooms,
        "people": residents,
        "currency": "JPY",
        **series,
        **_NOTHING_ELSE,
    }
    return Diary(**{**fields, **changes})


_MILD = {
    "air_temperature_c": 23.0,
    "radiant_temperature_c": 23.0,
    "relative_humidity": 0.5,
    "surface_humidity": 0.6,
    "co2_ppm": 700.0,
    "pm2_5_ug_m3": 8.0,
    "sound_dba": 25.0,
    "air_speed_m_s": 0.1,
}
_SERIES = {
    "grid_w": 0.0,
    "gas_w": 0.0,
    "pv_w": 0.0,
    "price_per_kwh": 30.0,
    "carbon_g_kwh": 430.0,
    "outdoor_c": 5.0,
}
_NOTHING_ELSE: Mapping[str, Any] = {
    "devices_w": {},
    "settings": {},
    "began": NOTHING,
    "ended": NOTHING,
    "feed_in_per_kwh": 15.0,
    "gas_per_kwh": 14.0,
    "missing_hot_water_l": 0.0,
    "missing_charge_kwh": 0.0,
    "wishes": 0,
    "refused": 0,
}


def _filled(value: Any, shape: tuple[int, ...]) -> NDArray[np.float64]:
    return np.broadcast_to(value, shape).astype(np.float64)
