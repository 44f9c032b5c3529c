"""What weather services and files answer, as forecasts. Pure: whoever asks the network is elsewhere.

Open-Meteo answers hourly series; its radiation is the mean of the hour before its time (open-meteo.com/en/docs). The
Japan Meteorological Agency answers words and a day's extremes (www.jma.go.jp/bosai/forecast/data/forecast/130000.json);
hours are made of them by an ordinary day's course, and light by how clear the words say that the sky is.
"""

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.belief.sunlight import Sun
from sumika.clock import Instant
from sumika.schema import Origin, SumikaError, WeatherForecast
from sumika.units import clamp

Array = NDArray[np.float64]

HOUR_S = 3600.0
LARGEST_BYTES = 2_000_000
MOST_STEPS = 500

OPEN_METEO_HOURLY: Mapping[str, tuple[str, float, float]] = {
    "temperature_2m": ("temperature_c", 1.0, -80.0),
    "relative_humidity_2m": ("relative_humidity", 0.01, 0.0),
    "wind_speed_10m": ("wind_m_s", 1.0, 0.0),
    "direct_normal_irradiance": ("direct_normal_w_m2", 1.0, 0.0),
    "diffuse_radiation": ("diffuse_horizontal_w_m2", 1.0, 0.0),
    "shortwave_radiation": ("global_horizontal_w_m2", 1.0, 0.0),
    "precipitation": ("rain_mm_h", 1.0, 0.0),
}
"""Its names, ours, the factor between them, and the least that is believed."""

_OF_THE_HOUR_BEFORE = frozenset(
    {"direct_normal_w_m2", "diffuse_horizontal_w_m2", "global_horizontal_w_m2", "rain_mm_h"}
)

CLEAR_SKY_W_M2, CLEAR_SKY_TURBID = 1098.0, 0.059
"""Light of a clear sky on a level plane, 1098 cos z exp(-0.059 / cos z): B. Haurwitz, J. Meteorology 2, 1945."""

CLEARNESS = {"1": 0.75, "2": 0.40, "3": 0.22, "4": 0.22}
"""Share of a clear sky's light by the first digit of JMA's weather code: 1 fair, 2 cloudy, 3 rain, 4 snow. Typical of
hourly means over Japan; a mixed day ("fair, later cloudy") counts as its first word."""

COLDEST_H, WARMEST_H = 5.5, 14.0
"""Of an ordinary day, local time."""


def told_by(data: bytes, stamp: Instant, origin: Origin, zone: tzinfo, sun: Sun) -> WeatherForecast:
    """Return what an answer or a file says, whatever of the known kinds it is.

    Args:
        data: What came.
        stamp: When it came.
        origin: Of a service or a file: live.
        zone: Of times that do not say theirs.
        sun: Over the house.

    Raises:
        SumikaError: if it is none of them, or says nothing that can be used.
    """
    if len(data) > LARGEST_BYTES:
        raise _nothing(f"it is {len(data)} bytes long")
    begin = data.lstrip()[:1]
    try:
        if begin == b"[":
            return _jma(msgspec.json.decode(data), stamp, origin, sun)
        if begin == b"{":
            return _open_meteo(msgspec.json.decode(data), stamp, origin)
        return _table(data.decode("utf-8-sig"), stamp, origin, zone)
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, IndexError, TypeError, ValueError, csv.Error) as error:
        raise _nothing(f"{type(error).__name__}: {error}") from error


def clear_sky_w_m2(sun: Sun, unix_s: Array) -> Array:
    """Return (time,) light of a clear sky on a level plane."""
    up, _ = sun.position(unix_s)
    height = np.maximum(np.sin(up), 1e-3)
    return np.where(np.sin(up) > 0.0, CLEAR_SKY_W_M2 * height * np.exp(-CLEAR_SKY_TURBID / height), 0.0)


def _nothing(why: str) -> SumikaError:
    return SumikaError(
        f"the weather forecast cannot be read ({why})",
        where="control.weather_from",
        remedy="Until one can be read the house's own record stands in",
    )


def _forecast(
    source: str, stamp: Instant, origin: Origin, begins: Sequence[float], series: Mapping[str, Sequence[float]]
) -> WeatherForecast:
    """Return a forecast whose times and numbers have been looked at.

    Raises:
        ValueError: if they cannot be.
    """
    if not 2 <= len(begins) <= MOST_STEPS:
        raise ValueError(f"{len(begins)} steps")
    if not all(math.isfinite(one) for one in begins) or any(np.diff(begins) <= 0.0):
        raise ValueError("its times do not go on")
    if not series.get("temperature_c"):
        raise ValueError("it says no temperature")
    for name, values in series.items():
        if len(values) != len(begins) or not all(math.isfinite(one) for one in values):
            raise ValueError(f"{name} is no series of numbers")
    forecast = WeatherForecast(
        stamp=stamp,
        origin=origin,
        source=source,
        issued_unix_s=stamp.wall_ns / 1e9,
        begins_unix_s=tuple(begins),
        ends_unix_s=2.0 * begins[-1] - begins[-2],
    )
    return msgspec.structs.replace(forecast, **{name: tuple(values) for name, values in series.items()})


def _open_meteo(answer: Any, stamp: Instant, origin: Origin) -> WeatherForecast:
    hourly, offset_s = answer["hourly"], float(answer.get("utc_offset_seconds", 0))
    begins = [_unix(one, offset_s) for one in hourly["time"]]
    units = answer.get("hourly_units", {})
    series: dict[str, list[float]] = {}
    for theirs, (ours, factor, least) in OPEN_METEO_HOURLY.items():
        told = hourly.get(theirs)
        if told is None or any(one is None for one in told):
            continue
        slower = 1.0 / 3.6 if units.get(theirs) == "km/h" else 1.0
        values = [clamp(factor * slower * float(one), least, 2000.0) for one in told]
        # Of an hour's light it speaks at the hour's end; the rest is of the moment.
        later = [*values[1:], values[-1]]
        means = [0.5 * (one + other) for one, other in zip(values, later, strict=True)]
        series[ours] = later if ours in _OF_THE_HOUR_BEFORE else means
    return _forecast("open_meteo", stamp, origin, begins, series)


def _unix(told: float | str, offset_s: float) -> float:
    if not isinstance(told, str):
        return float(told)
    moment = datetime.fromisoformat(f"{told}+00:00")
    return moment.timestamp() - offset_s


def _table(text: str, stamp: Instant, origin: Origin, zone: tzinfo) -> WeatherForecast:
    """Read a table whose columns have our names, and `time` in ISO 8601."""
    rows = list(csv.DictReader(io.StringIO(text)))[: MOST_STEPS + 1]
    begins = []
    for row in rows:
        moment = datetime.fromisoformat(row["time"])
        begins.append((moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).timestamp())
    names = [name for name, _, _ in OPEN_METEO_HOURLY.values() if rows and rows[0].get(name)]
    return _forecast("file", stamp, origin, begins, {name: [float(row[name]) for row in rows] for name in names})


def _jma(answer: Any, stamp: Instant, origin: Origin, sun: Sun) -> WeatherForecast:
    first = datetime.fromisoformat(answer[0]["reportDatetime"])
    days = _Days(first)
    for part in answer:
        for series in part["timeSeries"]:
            when = [datetime.fromisoformat(one) for one in series["timeDefines"]]
            area = series["areas"][0]
            days.codes(when, area.get("weatherCodes", ()))
            days.temperatures(when, area.get("temps", ()))
            days.extremes(when, area.get("tempsMin", ()), min)
            days.extremes(when, area.get("tempsMax", ()), max)
    begins, air, clear = days.hours()
    unix_s = np.array([one.timestamp() for one in begins])
    light = np.array(clear) * clear_sky_w_m2(sun, unix_s + 0.5 * HOUR_S)
    direct, diffuse = sun.split(unix_s + 0.5 * HOUR_S, light)
    series = {
        "temperature_c": air,
        "global_horizontal_w_m2": light.tolist(),
        "direct_normal_w_m2": direct.tolist(),
        "diffuse_horizontal_w_m2": diffuse.tolist(),
    }
    return _forecast("jma", stamp, origin, unix_s.tolist(), series)


class _Days:
    """Coldest, warmest and clearest of each day that the agency speaks of."""

    def __init__(self, first: datetime) -> None:
        """Know nothing but when the report was made."""
        self._first = first
        self._low: dict[int, float] = {}
        self._high: dict[int, float] = {}
        self._clear: dict[int, float] = {}

    def codes(self, when: Iterable[datetime], codes: Iterable[str]) -> None:
        for moment, code in zip(when, codes, strict=False):
            self._clear.setdefault(moment.toordinal(), CLEARNESS.get(str(code)[:1], 0.4))

    def temperatures(self, when: Iterable[datetime], temps: Iterable[str]) -> None:
        """Take the next days' extremes: told at 0 o'clock is the coldest, at 9 o'clock the warmest of a day.

        Once a day has begun, the agency repeats its warmest at 0 o'clock: that morning's coldest is told no more.
        """
        today = self._first.toordinal()
        for moment, told in zip(when, temps, strict=False):
            is_low = moment.hour < 6
            if told not in ("", None) and not (is_low and moment.toordinal() == today):
                (self._low if is_low else self._high).setdefault(moment.toordinal(), float(told))

    def extremes(self, when: Iterable[datetime], temps: Iterable[str], which: Callable[..., float]) -> None:
        for moment, told in zip(when, temps, strict=False):
            if told not in ("", None):
                (self._low if which is min else self._high).setdefault(moment.toordinal(), float(told))

    def hours(self) -> tuple[list[datetime], list[float], list[float]]:
        """Return hours, their temperatures and how clear they are; a cosine between one extreme and the next."""
        knots = self._knots()
        if not knots:
            raise ValueError("it says no temperature")
        begin = self._first.replace(minute=0, second=0, microsecond=0)
        last_day = max(*self._low, *self._high) if self._low and self._high else begin.toordinal() + 1
        count = int(clamp(24.0 * (last_day + 1 - begin.toordinal()) - begin.hour, 2, 96))
        begins = [begin + timedelta(hours=one) for one in range(count)]
        at_h = [24.0 * one.toordinal() + one.hour + 0.5 for one in begins]
        return begins, [_between(knots, one) for one in at_h], [self._clear.get(one.toordinal(), 0.4) for one in begins]

    def _knots(self) -> list[tuple[float, float]]:
        """Return (hour, temperature) of extremes, the first first; what is told no more of today is as tomorrow's."""
        low, high, today = dict(self._low), dict(self._high), self._first.toordinal()
        for told in (high, low):
            if told:
                told.setdefault(today, told[min(told)])
                # Nor does the last day end as warm as its afternoon.
                told.setdefault(max(told) + 1, told[max(told)])
        low = {day: min(coldest, high.get(day, coldest)) for day, coldest in low.items()}
        return sorted(
            [(24.0 * day + COLDEST_H, coldest) for day, coldest in low.items()]
            + [(24.0 * day + WARMEST_H, warmest) for day, warmest in high.items()]
        )


def _between(knots: Sequence[tuple[float, float]], at_h: float) -> float:
    before = [knot for knot in knots if knot[0] <= at_h]
    after = [knot for knot in knots if knot[0] > at_h]
    if not before or not after:
        return (before[-1] if before else after[0])[1]
    (begin, low), (end, high) = before[-1], after[0]
    return low + (high - low) * 0.5 * (1.0 - math.cos(math.pi * (at_h - begin) / (end - begin)))
