"""Weather, and the air of rooms that people live in: made up, plausible, and quick to make."""

from collections.abc import Mapping

import numpy as np
from scipy.signal import lfilter

from sumika.evaluate.assistant.month_life import Lived
from sumika.evaluate.assistant.month_time import Array, MonthTime
from sumika.schema import TOPICS
from sumika.schema.house import House

WEATHER_MIN, AIR_MIN = 30, 15
_MEAN_C = {"tokyo": (5.4, 6.1, 9.4, 14.3, 18.8, 21.9, 25.7, 26.9, 23.3, 18.0, 12.5, 7.7)}
"""Monthly means of the outdoor air: Japan Meteorological Agency, normals of 1991 to 2020, Tokyo."""

_MEAN_ELSEWHERE_C = (1.0, 2.0, 5.4, 10.5, 14.8, 18.2, 20.1, 19.7, 15.4, 10.4, 5.6, 2.2)
_QUANTITIES = {
    "air": ("temperature_c", "relative_humidity", "co2_ppm", "pm2_5_ug_m3"),
    "climate": ("temperature_c", "relative_humidity"),
}
_SEASON_C = (20.5, 20.5, 21.0, 21.5, 22.5, 24.0, 26.0, 26.5, 25.0, 22.5, 21.0, 20.5)


def rounded(values: Array, topic: str, quantity: str) -> Array:
    """Return values in whole steps of what history keeps: what is written is what will be read."""
    step = next(one.resolution for one in TOPICS[topic].keep if one.field == quantity)
    return np.round(np.round(values / step) * step, 10)


def wander(rng: np.random.Generator, count: int, sigma: float, lasts: float) -> Array:
    """Return (count,) noise with this standard deviation that lasts for so many steps."""
    keeps = float(np.exp(-1.0 / lasts))
    news = rng.normal(size=count) * sigma * np.sqrt(1.0 - keeps**2)
    return np.asarray(lfilter([1.0], [1.0, -keeps], news))


def weather(house: House, time: MonthTime, rng: np.random.Generator) -> dict[str, Array]:
    """Return (half hour,) of each quantity of the weather."""
    at = time.grid(WEATHER_MIN)
    hour, count = time.hour[at], len(at)
    climate = house.building.site.climate if house.building is not None else "tokyo"
    mean_c = _MEAN_C.get(climate, _MEAN_ELSEWHERE_C)[time.dates[0].month - 1]
    cloud = np.clip(0.45 + wander(rng, count, 0.3, 40.0), 0.0, 1.0)
    height = np.sin(np.pi * (hour - 6.0) / 12.0) * (0.62 + 0.35 * np.sin(2.0 * np.pi * (time.dates[0].month - 3) / 12))
    sun = np.where((hour > 6.0) & (hour < 18.0), np.maximum(0.0, height) * 950.0 * (1.0 - 0.75 * cloud), 0.0)
    air_c = mean_c + 3.5 * np.sin(2.0 * np.pi * (hour - 9.0) / 24.0) * (1.2 - cloud) + wander(rng, count, 2.5, 120.0)
    found = {
        "temperature_c": air_c,
        "relative_humidity": np.clip(0.68 - 0.012 * (air_c - mean_c) + wander(rng, count, 0.08, 60.0), 0.2, 1.0),
        "global_horizontal_w_m2": sun,
        "wind_m_s": np.abs(2.5 + wander(rng, count, 1.2, 20.0)),
    }
    return {name: rounded(values, "weather", name) for name, values in found.items()}


def rooms_air(
    house: House, time: MonthTime, lived: Lived, outside: Mapping[str, Array], rng: np.random.Generator
) -> dict[tuple[str, str], Array]:
    """Return (quarter of an hour,) of each quantity by (sensor, quantity)."""
    found: dict[tuple[str, str], Array] = {}
    at = time.grid(AIR_MIN)
    hour, count = time.hour[at], len(at)
    outdoor_c = np.interp(at, time.grid(WEATHER_MIN), outside["temperature_c"])
    for sensor in house.sensors:
        if sensor.kind not in _QUANTITIES:
            continue
        people = lived.people(sensor.room)[at].astype(np.float64)
        usual_c = _SEASON_C[time.dates[0].month - 1]
        night = np.where((hour < 6.0) | (hour > 22.0), -1.8, 0.0)
        drives_c = usual_c + night + 0.5 * np.minimum(people, 3.0) + 0.06 * (outdoor_c - usual_c)
        air_c = _lagged(drives_c, 9.0) + wander(rng, count, 0.25, 30.0)
        opened = _share(lived, "window", sensor.room, at)
        air_c = air_c + 0.25 * opened * (outdoor_c - air_c)
        cooks = _share(lived, "cooking", sensor.room, at)
        co2 = _lagged(430.0 + people * 420.0 * (1.0 - 0.8 * opened), 8.0) + wander(rng, count, 12.0, 3.0)
        quantities = {
            "temperature_c": air_c,
            "relative_humidity": np.clip(0.47 - 0.01 * (air_c - usual_c) + wander(rng, count, 0.04, 50.0), 0.2, 0.95),
            "co2_ppm": np.maximum(405.0, co2),
            "pm2_5_ug_m3": np.maximum(0.5, 6.0 + 38.0 * _lagged(cooks, 4.0) + wander(rng, count, 1.2, 6.0)),
        }
        for name in _QUANTITIES[sensor.kind]:
            found[sensor.id, name] = rounded(quantities[name], "air", name)
    return found


def _lagged(values: Array, lasts: float) -> Array:
    keeps = float(np.exp(-1.0 / lasts))
    return np.asarray(lfilter([1.0 - keeps], [1.0, -keeps], values, zi=[keeps * values[0]])[0])


def _share(lived: Lived, kind: str, room: str, at: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]") -> Array:
    """Return 1 where something goes on in a room, 0 elsewhere."""
    goes_on = np.zeros(lived.where.shape[1])
    for spell in lived.spells:
        if spell.kind == kind and spell.room == room:
            goes_on[spell.first : spell.last] = 1.0
    return goes_on[at]
