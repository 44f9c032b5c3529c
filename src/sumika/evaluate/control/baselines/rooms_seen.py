"""What a simple controller keeps of the last measurements: per room, as its sensors and devices tell it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sumika.ecu import Measurements
from sumika.schema.house import Device, House
from sumika.schema.living import FurnitureKind

Known = TypeVar("Known", float, float | None)


@dataclass(slots=True, kw_only=True)
class RoomSeen:
    """What was last told of a room; None where nobody tells it.

    Attributes:
        air_c: Of the air.
        relative: Humidity, 0..1.
        co2_ppm: Carbon dioxide.
        dust_ug_m3: PM2.5.
        people: How many are expected there; None: nobody knows.
        asleep: Whether those there are told to sleep.
        seen_at: When somebody was last told to be there.
    """

    air_c: float | None = None
    relative: float | None = None
    co2_ppm: float | None = None
    dust_ug_m3: float | None = None
    people: int | None = None
    asleep: bool = False
    seen_at: datetime | None = None

    def left_s(self, now: datetime) -> float:
        """Return how long ago somebody was there; infinite where nobody was."""
        return float("inf") if self.seen_at is None else (now - self.seen_at).total_seconds()


@dataclass(slots=True)
class Seen:
    """What was last told of a house.

    Attributes:
        house: As its owner described it.
        rooms: By id.
        at: When that was; None before the first.
        outdoor_c: Of the air outside.
        outdoor_relative: Humidity outside, 0..1.
        sun_w_m2: Of sun and sky on a level plane.
        direct_w_m2: Of the sun at right angles.
        rain_mm_h: Rain.
        wind_m_s: Wind.
        states: What each device says, by id.
    """

    house: House
    rooms: dict[str, RoomSeen] = field(default_factory=dict)
    at: datetime | None = None
    outdoor_c: float = 15.0
    outdoor_relative: float = 0.6
    sun_w_m2: float = 0.0
    direct_w_m2: float = 0.0
    rain_mm_h: float = 0.0
    wind_m_s: float = 0.0
    states: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Know all rooms."""
        self.rooms = {room.id: RoomSeen() for room in self.house.rooms}

    def take(self, measurements: Measurements) -> None:
        """Take in what a house says."""
        self.at = measurements.at
        self.states = {one.device: one.values for one in measurements.devices}
        self._take_outside(measurements)
        sensed = set()
        for sample in measurements.air:
            room = self.rooms[sample.room]
            room.air_c = _new(sample.temperature_c, room.air_c)
            room.relative = _new(sample.relative_humidity, room.relative)
            room.co2_ppm = _new(sample.co2_ppm, room.co2_ppm)
            room.dust_ug_m3 = _new(sample.pm2_5_ug_m3, room.dust_ug_m3)
            if sample.temperature_c is not None:
                sensed.add(sample.room)
        for device in self.house.devices:
            said = self.states.get(device.id, {}).get("room_temperature_c")
            if said is not None and device.room not in sensed:
                self.rooms[device.room].air_c = _new(said, self.rooms[device.room].air_c)
        self._take_people(measurements)

    def _take_outside(self, measurements: Measurements) -> None:
        weather = measurements.weather
        if weather is None:
            return
        self.outdoor_c = _new(weather.temperature_c, self.outdoor_c)
        self.outdoor_relative = _new(weather.relative_humidity, self.outdoor_relative)
        self.sun_w_m2 = weather.global_horizontal_w_m2 or 0.0
        self.direct_w_m2 = weather.direct_normal_w_m2 or 0.0
        self.rain_mm_h = weather.rain_mm_h or 0.0
        self.wind_m_s = weather.wind_m_s or 0.0

    def _take_people(self, measurements: Measurements) -> None:
        for name, room in self.rooms.items():
            probability, people = measurements.presence.get(name, (None, 0))
            room.people = None if probability is None else round(people) if probability >= 0.5 else 0
            room.asleep = measurements.activities.get(name) == "sleep"
            if room.people:
                room.seen_at = measurements.at


def _new(said: float | None, before: Known) -> float | Known:
    """Return what a sensor says, or what it said before where it says nothing or no number."""
    return before if said is None or not math.isfinite(said) else said


def bedrooms_of(house: House) -> frozenset[str]:
    """Return the rooms with a bed."""
    return frozenset(piece.room for piece in house.furniture if piece.kind is FurnitureKind.BED)


def hoods_of(house: House) -> frozenset[str]:
    """Return the fans over a stove, which are the residents'."""
    kitchens = {piece.room for piece in house.furniture if piece.kind is FurnitureKind.KITCHEN}
    return frozenset(one.id for one in house.devices if one.kind == "exhaust_fan" and one.room in kitchens)


def commanded(house: House) -> tuple[Device, ...]:
    """Return the devices in the order in which they are told."""
    hoods = hoods_of(house)
    return tuple(device for device in house.devices if device.id not in hoods)
