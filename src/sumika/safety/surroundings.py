"""What the gate hears of rooms, people and weather: the least it needs, believed only while it can be so."""

import math
from collections.abc import Collection

from sumika.safety.windows import Windows
from sumika.schema import AirSample, Presence, WeatherSample
from sumika.units import seconds_to_ns

AIR_FRESH_NS = seconds_to_ns(15 * 60.0)
WEATHER_FRESH_NS = seconds_to_ns(3600.0)
PRESENCE_FRESH_NS = seconds_to_ns(60.0)
CALM_NS = seconds_to_ns(600.0)
"""An alarm of smoke or carbon monoxide ends when its sensor has said so long that all is well: again and again, or once
and nothing else since, as its connection tells."""

FROST_C = 5.0
"""Below this pipes are near freezing: the usual frost position of heating valves (typical: 5 to 8 °C)."""

NO_FROST_C = 8.0
TOO_HOT_C = 32.0
"""No room is heated beyond this: at 60 % humidity it has a WBGT of 28, where Japan's guideline says severe warning."""

BELIEVED_C = (-40.0, 60.0)
"""What no room of a house has is a fault of the sensor."""

CO_PPM = 30.0
"""EN 50291-1: no alarm below 30 ppm for two hours. Ventilating earlier than its times harms nobody."""

CO_OVER_PPM = 10.0
EMPTY_BELOW = 0.1

STORM_M_S = 10.0
RAIN_MM_H = 0.1


class Surroundings:
    """What is known of rooms, people and weather.

    Attributes:
        windows: What is known of those.
    """

    def __init__(self, rooms: Collection[str]) -> None:
        """Begin having heard nothing.

        Args:
            rooms: All of the house.
        """
        self._rooms = rooms
        self.windows = Windows()
        self._air_c: dict[str, dict[str, tuple[float, int]]] = {}
        self._frozen: set[str] = set()
        self._alarm_ns: dict[tuple[str, str], tuple[str, int]] = {}
        self._calm_ns: dict[tuple[str, str], int] = {}
        self._presence: dict[str, tuple[float | None, int]] = {}
        self._weather: tuple[WeatherSample, int] | None = None

    def hear_air(self, air: AirSample, seen_ns: int, now_ns: int) -> None:
        """Take a reading: temperature, smoke, carbon monoxide, window contact.

        Args:
            air: Of a room of the house.
            seen_ns: When the sensor saw it; a temperature counts from then.
            now_ns: Present monotonic time; an alarm is over only when so much time has passed here.
        """
        if air.temperature_c is not None and BELIEVED_C[0] <= air.temperature_c <= BELIEVED_C[1]:
            self._air_c.setdefault(air.room, {})[air.sensor] = (air.temperature_c, seen_ns)
        if air.smoke is not None:
            self._hear_alarm(air, "smoke", air.smoke, not air.smoke, now_ns)
        if air.co_ppm is not None and not math.isnan(air.co_ppm):
            self._hear_alarm(air, "co", air.co_ppm >= CO_PPM, air.co_ppm < CO_OVER_PPM, now_ns)
        if air.window_open is None:
            self.windows.lose(air.room, air.sensor, now_ns)
        else:
            self.windows.hear(air.room, air.sensor, air.window_open, now_ns, lasts=False)

    def _hear_alarm(self, air: AirSample, what: str, bad: bool, good: bool, now_ns: int) -> None:
        key = (air.sensor, what)
        if bad:
            self._alarm_ns.setdefault(key, (air.room, now_ns))
        if not good:
            self._calm_ns.pop(key, None)
        elif air.held_s > 0.0 and key not in self._calm_ns:
            return  # only news begins a calm: what was said before there was smoke says nothing of now
        elif now_ns - self._calm_ns.setdefault(key, now_ns) >= CALM_NS:
            self._alarm_ns.pop(key, None)

    def hear_presence(self, presence: Presence, now_ns: int) -> None:
        """Take whether somebody is in a room."""
        self._presence[presence.room] = (presence.probability if presence.valid else None, now_ns)

    def hear_weather(self, weather: WeatherSample, now_ns: int) -> None:
        """Take the weather outside."""
        self._weather = (weather, now_ns)

    def alarms(self) -> dict[str, str]:
        """Return what alarms there are, "smoke" or "co" by room."""
        return {room: what for (_, what), (room, _) in sorted(self._alarm_ns.items())}

    @property
    def alarmed(self) -> bool:
        """Whether there is smoke or carbon monoxide anywhere."""
        return bool(self._alarm_ns)

    def people(self, now_ns: int) -> bool:
        """Return whether anybody may be at home: only rooms that say that they are empty count as empty."""
        return not self._rooms or any(not self._says_empty(room, now_ns) for room in self._rooms)

    def _says_empty(self, room: str, now_ns: int) -> bool:
        probability, at_ns = self._presence.get(room, (None, now_ns))
        return probability is not None and probability < EMPTY_BELOW and now_ns - at_ns <= PRESENCE_FRESH_NS

    def frost(self, room: str, now_ns: int) -> bool:
        """Return whether a room is near freezing, until it is well above."""
        coldest_c = min(self._temperatures(room, now_ns), default=None)
        if coldest_c is None:
            return False
        if coldest_c < FROST_C:
            self._frozen.add(room)
        elif coldest_c >= NO_FROST_C:
            self._frozen.discard(room)
        return room in self._frozen

    def left_in_frost(self, room: str, now_ns: int) -> bool:
        """Return whether a room was near freezing, and none of its sensors tells any more: that thaws nothing."""
        return room in self._frozen and not self._temperatures(room, now_ns)

    def too_hot(self, rooms: Collection[str], now_ns: int) -> bool:
        """Return whether all of the rooms whose temperature is known are so hot that nobody may heat them."""
        known = [air_c for air_c in (self._temperatures(room, now_ns) for room in rooms) if air_c]
        return bool(known) and all(max(air_c) > TOO_HOT_C for air_c in known)

    def _temperatures(self, room: str, now_ns: int) -> list[float]:
        return [air_c for air_c, at_ns in self._air_c.get(room, {}).values() if now_ns - at_ns <= AIR_FRESH_NS]

    def bad_weather(self, now_ns: int) -> bool:
        """Return whether it rains or storms outside."""
        if self._weather is None or now_ns - self._weather[1] > WEATHER_FRESH_NS:
            return False
        weather = self._weather[0]
        rains = weather.rain_mm_h is not None and weather.rain_mm_h > RAIN_MM_H
        storms = weather.wind_m_s is not None and weather.wind_m_s > STORM_M_S
        return rains or storms
