"""How residents want each kind of device, by what they do and how their rooms are: plain rules of ordinary houses."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sumika.schema.house import Device as Described
from sumika.world.exchange import Outside, RoomsNow

HEATS_BELOW_C, COOLS_ABOVE_C = 18.0, 28.0
"""Temperature at which people reach for the remote control; typical of Japanese houses, where rooms are heated and
cooled while somebody is in them."""

LIKES_WARM_C, LIKES_COOL_C, ASLEEP_WARM_C, ASLEEP_COOL_C = 21.0, 27.0, 17.0, 28.0
LEAVES_IT_ON_S = 900.0
"""So long after the last one left, heating and cooling go on."""

DARK_LUX, BRIGHT_LUX, SEES_THE_WAY_LUX = 100.0, 1500.0, 1.0
BATH_FAN_S = 7200.0
"""So long after a bath the fan runs on."""

_SLEEPS = ("sleep", "nap")
_COOKS = ("cook",)
_WATCHES = ("tv", "watch")

Wish = tuple[str, float]
"""A setting and its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What habits look at.

    Attributes:
        now_s: Seconds that go on, to tell how long something is past.
        local: On a clock on the wall.
        outside: The weather; None where nobody looked.
        rooms: As they are.
        index: Place of each room in the arrays.
        activities: What is done in each room where somebody is.
        wants_light: Rooms in which residents want light; None: nobody said.
        seen_s: When somebody was last in a room.
        bathed_s: When somebody last bathed in a room.
        kitchens: Rooms with a stove.
        baths: Rooms with a bath.
        hoods: Fans over a stove.
        lit_by_house: Lamps that the house lights by itself.
    """

    now_s: float
    local: datetime
    outside: Outside | None
    rooms: RoomsNow
    index: Mapping[str, int]
    activities: Mapping[str, frozenset[str]]
    seen_s: Mapping[str, float]
    bathed_s: Mapping[str, float]
    wants_light: Collection[str] | None = None
    kitchens: frozenset[str] = frozenset()
    baths: frozenset[str] = frozenset()
    hoods: frozenset[str] = frozenset()
    lit_by_house: frozenset[str] = frozenset()

    def does(self, room: str, words: tuple[str, ...]) -> bool:
        """Return whether somebody does one of these in a room; a word's beginning is enough."""
        return any(one.startswith(words) for one in self.activities.get(room, ()))

    def all_sleep(self, room: str) -> bool:
        """Return whether somebody is in a room and all there sleep."""
        here = self.activities.get(room, frozenset())
        return bool(here) and all(one.startswith(_SLEEPS) for one in here)

    def left_s(self, room: str) -> float:
        """Return how long ago somebody was in a room."""
        return self.now_s - self.seen_s.get(room, -1e9)

    def air_c(self, room: str) -> float:
        """Return the air's temperature in a room."""
        return float(self.rooms.air_temperature_c[self.index[room]])

    def relative(self, room: str) -> float:
        """Return the relative humidity in a room, 0..1."""
        return float(self.rooms.relative_humidity[self.index[room]])

    @property
    def dark_outside(self) -> bool:
        """Whether the sun is down, or by the clock where nobody looked."""
        if self.outside is not None:
            return self.outside.sun_elevation_deg < -2.0
        return self.local.hour >= 18 or self.local.hour < 6


def _room_climate(device: Described, scene: Scene) -> list[Wish]:
    room = device.room
    if scene.left_s(room) > LEAVES_IT_ON_S:
        return [("mode", 0.0)]
    place = scene.index[room]
    felt_c = 0.5 * (scene.air_c(room) + float(scene.rooms.radiant_temperature_c[place]))
    asleep = scene.all_sleep(room)
    warm_c, cool_c = (ASLEEP_WARM_C, ASLEEP_COOL_C) if asleep else (LIKES_WARM_C, LIKES_COOL_C)
    if felt_c < (warm_c - 2.0 if asleep else HEATS_BELOW_C):
        return [("mode", 1.0), ("setpoint_c", warm_c)]
    if felt_c > COOLS_ABOVE_C + (1.0 if asleep else 0.0):
        return [("mode", 2.0), ("setpoint_c", cool_c)]
    if warm_c + 2.5 < felt_c < cool_c - 1.5:
        return [("mode", 0.0)]
    return [("setpoint_c", warm_c if felt_c < 0.5 * (warm_c + cool_c) else cool_c)]


def _whole_house(device: Described, scene: Scene) -> list[Wish]:
    """Run all day, by season."""
    inside_c = float(scene.rooms.air_temperature_c.mean())
    if inside_c > COOLS_ABOVE_C - 1.0:
        return [("mode", 2.0), ("setpoint_c", LIKES_COOL_C - 1.0)]
    return [("mode", 1.0), ("setpoint_c", LIKES_WARM_C)] if inside_c < LIKES_WARM_C - 0.5 else []


def _floor(device: Described, scene: Scene) -> list[Wish]:
    air_c, gone = scene.air_c(device.room), scene.left_s(device.room) > 2 * LEAVES_IT_ON_S
    if air_c > LIKES_WARM_C + 0.5 or gone:
        return [("on", 0.0)]
    return [("on", 1.0)] if air_c < LIKES_WARM_C - 1.0 else []


def _boiler(device: Described, scene: Scene) -> list[Wish]:
    """Follow the weather: the colder outside, the warmer the water; off in summer."""
    if scene.outside is None:
        return [("on", 1.0)]
    outside_c = scene.outside.temperature_c
    supply_c = min(75.0, max(30.0, 5.0 * round((40.0 + 1.2 * (15.0 - outside_c)) / 5.0)))
    return [("on", float(outside_c < 16.0)), ("supply_temp_c", supply_c)]


def _radiator(device: Described, scene: Scene) -> list[Wish]:
    night = scene.local.hour >= 23 or scene.local.hour < 6
    return [("setpoint_c", 17.0 if night else 20.5)]


def _fan(device: Described, scene: Scene) -> list[Wish]:
    room = device.room
    if device.id in scene.hoods:
        return [("level", 2.0 if scene.does(room, _COOKS) else 1.0)]
    after_bath = scene.now_s - scene.bathed_s.get(room, -1e9) < BATH_FAN_S
    used = room in scene.activities and room not in scene.kitchens | scene.baths
    return [("level", 2.0 if after_bath or used else 1.0)]


def _light(device: Described, scene: Scene) -> list[Wish]:
    room = device.room
    unwanted = scene.wants_light is not None and room not in scene.wants_light
    if room not in scene.activities or scene.all_sleep(room) or unwanted:
        return [("level", 0.0)]
    late = scene.local.hour >= 20 or scene.local.hour < 5
    lux = float(scene.rooms.illuminance_lux[scene.index[room]])
    if late and device.id in scene.lit_by_house and lux > SEES_THE_WAY_LUX:
        return []
    if lux < DARK_LUX:
        return [("level", 0.6 if late else 0.9), ("colour_temperature_k", 2700.0 if late else 4000.0)]
    return [("level", 0.0)] if lux > BRIGHT_LUX else []


def _blind(device: Described, scene: Scene) -> list[Wish]:
    if scene.dark_outside or scene.all_sleep(device.room):
        return [("closed", 1.0)]
    sunny = scene.outside is not None and scene.outside.direct_normal_w_m2 > 300.0
    return [("closed", 0.7 if sunny and scene.air_c(device.room) > 27.0 else 0.0)]


def _window(device: Described, scene: Scene) -> list[Wish]:
    outside, inside_c = scene.outside, scene.air_c(device.room)
    if outside is None or device.room not in scene.activities or outside.rain_mm_h >= 0.1 or outside.wind_m_s > 8.0:
        return [("open", 0.0)]
    return [("open", 0.4 if inside_c > 25.0 and outside.temperature_c < inside_c - 1.0 else 0.0)]


def _purifier(device: Described, scene: Scene) -> list[Wish]:
    dust = float(scene.rooms.pm2_5_ug_m3[scene.index[device.room]])
    if scene.all_sleep(device.room):
        return [("level", 1.0 if dust < 35.0 else 2.0)]
    return [("level", 3.0 if dust > 35.0 else 2.0 if dust > 15.0 else 1.0)]


def _humidifier(device: Described, scene: Scene) -> list[Wish]:
    damp = scene.relative(device.room)
    if device.room not in scene.activities or damp > 0.55:
        return [("on", 0.0)]
    return [("on", 1.0)] if damp < 0.45 else []


def _dehumidifier(device: Described, scene: Scene) -> list[Wish]:
    damp = scene.relative(device.room)
    return [("on", 1.0)] if damp > 0.65 else [("on", 0.0)] if damp < 0.55 else []


def _tv(device: Described, scene: Scene) -> list[Wish]:
    return [("on", float(scene.does(device.room, _WATCHES)))]


RULES: Mapping[str, Callable[[Described, Scene], list[Wish]]] = {
    "room_air_conditioner": _room_climate,
    "whole_house_air_conditioner": _whole_house,
    "floor_heating": _floor,
    "boiler": _boiler,
    "radiator": _radiator,
    "exhaust_fan": _fan,
    "light": _light,
    "blind": _blind,
    "window_opener": _window,
    "air_purifier": _purifier,
    "humidifier": _humidifier,
    "dehumidifier": _dehumidifier,
    "tv": _tv,
}
"""By kind of device; kinds that run by themselves are absent."""
