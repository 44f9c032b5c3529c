"""The process that gets forecasts of the weather: from a file, or from a service where the household has said so.

Off unless `control.weather_from` in house.yaml says otherwise: nothing is asked of anybody, and nobody learns where the
house stands. What comes is at most two megabytes, over https, and nothing but numbers is made of it.
"""

import http.client
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sumika.clock import Instant
from sumika.runtime.forecast_again import ForecastAgain
from sumika.runtime.node import Launch, Node
from sumika.runtime.process import NodeProcess
from sumika.schema import Event, Origin, Severity, SumikaError, UsageError, WeatherForecast
from sumika.schema.building import Site
from sumika.schema.house import Control, House
from sumika.units import seconds_to_ns

if TYPE_CHECKING:
    pass

WEATHER = "weather"
TURN_S = 1.0
EVERY_S, AGAIN_S = 3600.0, 600.0
TIMEOUT_S = 20.0
LARGEST_BYTES = 2_000_000
OPEN_METEO = "https://api.open-meteo.com/v1/forecast"
JMA = "https://www.jma.go.jp/bosai/forecast/data/forecast/{area}.json"
_HOURLY = (
    "temperature_2m,relative_humidity_2m,wind_speed_10m,direct_normal_irradiance,diffuse_radiation,"
    "shortwave_radiation,precipitation"
)
_PLACES = 2
"""Digits of latitude and longitude that are told: a kilometre, which no weather model resolves."""

Ask = Callable[[str], bytes]
"""Gets what lies at an address."""


def asks_nobody(house: House) -> bool:
    """Return whether no forecast is to be got from anywhere."""
    return house.control is None or house.control.weather_from == "none"


_LONGEST_PROBLEM = 200
"""Who answers with what is no HTTP is quoted, and not at length."""


def address_of(control: Control, site: Site) -> str:
    """Return what a service is asked; empty where none is.

    Raises:
        UsageError: if the area of the agency is not said.
    """
    if control.weather_from == "open_meteo":
        asked = {
            "latitude": f"{site.latitude_deg:.{_PLACES}f}",
            "longitude": f"{site.longitude_deg:.{_PLACES}f}",
            "hourly": _HOURLY,
            "wind_speed_unit": "ms",
            "timeformat": "unixtime",
            "forecast_days": "4",
        }
        return f"{OPEN_METEO}?{urllib.parse.urlencode(asked, safe=',')}"
    if control.weather_from == "jma":
        if not control.weather_area:
            raise UsageError(
                "the area of the forecast is not said",
                where="control.weather_area",
                remedy="Write the number of your prefecture's forecast, as 130000 for Tokyo",
            )
        return JMA.format(area=control.weather_area)
    return ""


def ask(address: str) -> bytes:
    """Return what lies at an https address.

    Raises:
        SumikaError: if nothing does, or it does not answer.
    """
    request = urllib.request.Request(address, headers={"User-Agent": "sumika"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            return bytes(answer.read(LARGEST_BYTES + 1))
    # What breaks off, or is no HTTP, is no OSError.
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise SumikaError(
            f"the weather service does not answer ({str(error)[:_LONGEST_PROBLEM]})",
            where=urllib.parse.urlsplit(address).netloc,
            remedy="Until it does the house's own record stands in",
        ) from error


class WeatherLoop:
    """The work of getting forecasts, turn by turn."""

    def __init__(self, process: NodeProcess, asks: Ask = ask) -> None:
        """Know where to get them.

        Raises:
            SumikaError: if the house does not say where.
        """
        from sumika.belief.sunlight import Sun

        house = process.launch.house
        self.process, self._asks = process, asks
        self._control = house.control or Control()
        site = house.building.site if house.building is not None else Site()
        self._zone: tzinfo = ZoneInfo(site.timezone)
        self._sun: Sun = Sun(site)
        self._address = address_of(self._control, site)
        self._file = process.launch.house_file.parent / self._control.weather_file
        self._due_ns = process.clock.now().monotonic_ns
        self._failing = False
        self._again = ForecastAgain()

    def turn(self) -> None:
        """Get a forecast when it is time, tell the newest one again in between, and show that it lives."""
        now = self.process.clock.now()
        forecast = None
        if now.monotonic_ns >= self._due_ns:
            forecast = self._get(now)
            self._due_ns = now.monotonic_ns + seconds_to_ns(AGAIN_S if forecast is None else EVERY_S)
            if forecast is not None:
                self._again.hear(forecast, now.monotonic_ns)
        told = forecast or self._again.due(now)
        if told is not None and self.process.publisher is not None:
            self.process.publisher.publish(told)
        self.process.beat()
        self.process.tell({})

    def _get(self, now: Instant) -> WeatherForecast | None:
        from sumika.belief.weather_answers import told_by

        try:
            data = self._asks(self._address) if self._address else _read(self._file)
            forecast = told_by(data, now, Origin.LIVE, self._zone, self._sun)
        except SumikaError as error:
            self._tell(str(error), failing=True)
            return None
        self._tell("", failing=False)
        return forecast

    def _tell(self, detail: str, *, failing: bool) -> None:
        """Say once that there is no forecast, and once that there is one again."""
        if failing is self._failing or self.process.publisher is None:
            return
        self._failing = failing
        self.process.publisher.publish(
            Event(
                stamp=self.process.clock.now(),
                origin=Origin.LIVE,
                subject=WEATHER,
                code="no_weather_forecast",
                severity=Severity.WARNING if failing else Severity.INFO,
                recovered=not failing,
                detail=detail[:200],
            )
        )


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise SumikaError(
            f"the weather forecast cannot be read ({error.strerror})",
            where=str(path),
            remedy="Correct control.weather_file in house.yaml",
        ) from error


def run_weather(node: Node, launch: Launch) -> None:
    """Get forecasts until told to stop."""
    with NodeProcess(node, launch) as process:
        loop = WeatherLoop(process)
        process.beat()
        while not process.stopping:
            loop.turn()
            process.clock.sleep_until(process.clock.now().monotonic_ns + seconds_to_ns(TURN_S))
