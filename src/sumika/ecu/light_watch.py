"""Light as the controller sees it: measurements in, settings of lamps out; and what they will draw and give off."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sumika.belief.airflow import rating
from sumika.belief.daylight import Daylight
from sumika.belief.house import HouseBelief
from sumika.belief.routine import PeopleAhead, Routine
from sumika.ecu.lighting import LampReason, LightAhead, Lighting, Setting, Sight
from sumika.ecu.nudges import Nudge
from sumika.ecu.outlook import Ahead, Measurements
from sumika.schema import DeviceState, WeatherSample
from sumika.schema.house import House
from sumika.schema.worth import Worth

Array = NDArray[np.float64]

THERE = 0.5
"""Somebody is there from this probability on."""

MOST = 20.0
"""More people than that are nobody's count."""

WEATHER_S, SENSOR_S = 3600.0, 1200.0
"""So old a word of the weather may be, and of a sensor of light; by then the sun stands elsewhere."""

LOOKS_OUT_EVERY_S = 60.0
"""Daylight is worked out anew so often, or when a blind has moved."""

SCREEN_LUX = 5.0
"""Melanopic, at the eye across the room, of a television that is on; typical. Nobody but its watchers turns it down."""

CLOUDY_W_M2 = 450.0
"""Of sun and sky on a level plane, times the sine of the sun's height, where nobody tells: a cloudy day, typical."""


class LightWatch:
    """Watches people, lamps and daylight of one house.

    Attributes:
        daylight: Through the house's windows.
        nudges: By room: what is done for a while because of strain.
    """

    def __init__(self, house: House, belief: HouseBelief, routine: Routine, worth: Worth) -> None:
        """Know the house.

        Args:
            house: As described.
            belief: Of its rooms and windows.
            routine: Of its people.
            worth: Of light.
        """
        self._house, self._sun = house, belief.sun
        self.daylight = Daylight(house, belief.outline, belief.sun)
        self._lighting = Lighting(house, belief.outline, self.daylight, routine, worth)
        self._told: dict[tuple[str, str], float] = {}
        self._lux: dict[str, tuple[float, float]] = {}
        self._weather: tuple[float, WeatherSample] | None = None
        self._metered: set[str] = set()
        self._lamps = {device.id for device in house.devices if device.kind == "light"}
        self._screens = {device.id: device.room for device in house.devices if device.kind == "tv"}
        self._price_per_kwh = 0.0
        self._outside: tuple[float, dict[str, float], Array] | None = None
        self.nudges: Mapping[str, Nudge] = {}

    @property
    def drives(self) -> bool:
        """Whether what lamps are told reaches them: where it does not, whoever switches one is no hand against us."""
        return self._lighting.drives

    @drives.setter
    def drives(self, drives: bool) -> None:
        self._lighting.drives = drives

    def look(self, measurements: Measurements) -> list[Setting]:
        """Take in what was measured; return what lamps are to be told now that is news to them.

        Args:
            measurements: At one moment; never older than the last ones.
        """
        for state in measurements.devices:
            self._hear(state)
        if measurements.weather is not None:
            self._weather = (measurements.at.timestamp(), measurements.weather)
        for sample in measurements.air:
            if sample.illuminance_lux is not None and np.isfinite(sample.illuminance_lux):
                self._lux[sample.room] = measurements.at.timestamp(), sample.illuminance_lux
        people = {
            room: None if probability is None else (min(max(1.0, float(count)), MOST) if probability >= THERE else 0.0)
            for room, (probability, count) in measurements.presence.items()
        }
        sight = Sight(
            at=measurements.at,
            people=people,
            does=measurements.activities,
            told=self._told,
            daylight_lux=self._now_lux(measurements.at),
            measured_lux={
                room: lux
                for room, (when_s, lux) in self._lux.items()
                if measurements.at.timestamp() - when_s <= SENSOR_S
            },
            screens_edi_lux={
                room: SCREEN_LUX for device, room in self._screens.items() if self._told.get((device, "on"), 0.0) > 0.0
            },
            price_per_kwh=self._price_per_kwh,
            nudges=self.nudges,
        )
        return self._lighting.see(sight)

    def settings(self) -> list[Setting]:
        """Return all that lamps are told as it stands; those that are left alone are absent."""
        return self._lighting.settings()

    def why(self, device: str) -> LampReason | None:
        """Return why a lamp is as it is; None for what is none, or is left alone.

        Args:
            device: Its id.
        """
        return self._lighting.why(device)

    def ahead(self, when: Sequence[datetime], people: PeopleAhead, ahead: Ahead) -> LightAhead:
        """Return what lamps will draw and give off.

        Args:
            when: (step,) the middle of each step, in local time.
            people: Who is expected where.
            ahead: The forecast on the plan's grid.
        """
        self._price_per_kwh = float(ahead.price[0])
        middle = ahead.unix_s + 1800.0 * ahead.hours
        # What blinds will do is the plan's to find; now they are as they are.
        lux = self.daylight.lux(middle, ahead.direct_w_m2, ahead.diffuse_w_m2, {})
        return self._lighting.ahead(when, people, lux, ahead.price, frozenset(self._metered))

    def _hear(self, state: DeviceState) -> None:
        if not state.available:
            return
        for name, value in state.values.items():
            if np.isfinite(value):
                self._told[state.device, name] = value
        if state.device in self._lamps and state.power_w is not None:
            self._metered.add(state.device)

    def _now_lux(self, at: datetime) -> Array:
        now_s, closed = at.timestamp(), self._closed()
        kept = self._outside
        if kept is not None and now_s - kept[0] < LOOKS_OUT_EVERY_S and kept[1] == closed:
            return kept[2]
        unix_s = np.array([now_s])
        direct, diffuse = self._light_outside(now_s, unix_s)
        lux = np.asarray(self.daylight.lux(unix_s, direct, diffuse, closed)[0])
        self._outside = now_s, closed, lux
        return lux

    def _light_outside(self, now_s: float, unix_s: Array) -> tuple[Array, Array]:
        """Return direct and diffuse light now; where only both together are told, or nothing is, split or taken."""
        weather = self._weather[1] if self._weather is not None and now_s - self._weather[0] <= WEATHER_S else None
        if (
            weather is not None
            and weather.direct_normal_w_m2 is not None
            and weather.diffuse_horizontal_w_m2 is not None
        ):
            return np.array([weather.direct_normal_w_m2]), np.array([weather.diffuse_horizontal_w_m2])
        if weather is not None and weather.global_horizontal_w_m2 is not None:
            return self._sun.split(unix_s, np.array([weather.global_horizontal_w_m2]))
        up, _ = self._sun.position(unix_s)
        return np.zeros(1), CLOUDY_W_M2 * np.maximum(np.sin(up), 0.0)

    def _closed(self) -> dict[str, float]:
        """Return by window the share of its light that a blind keeps out."""
        return {
            device.window: self._told.get((device.id, "closed"), 0.0) * (1.0 - rating(device, "shut_transmits"))
            for device in self._house.devices
            if device.kind == "blind" and device.window
        }
