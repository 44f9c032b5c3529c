"""What a controller's process has heard of the house: the newest word of every sensor and device, and how old it is."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sumika.belief.plausible import POSSIBLE
from sumika.clock import Instant
from sumika.plan.rules import HouseSeen, RoomSeen
from sumika.runtime.node import Launch
from sumika.runtime.strain_ear import StrainEar
from sumika.schema import (
    NO_PEOPLE,
    AirSample,
    DeviceState,
    MachineLoaded,
    Message,
    MeterSample,
    Origin,
    Presence,
    Sleep,
    SleepKind,
    Tracks,
    Verdict,
    Vote,
    WeatherSample,
    Write,
    is_news,
    without_readings,
    worst,
)
from sumika.schema.house import House, WorldSource
from sumika.schema.house_meters import HouseMeters
from sumika.units import ns_to_seconds, seconds_to_ns
from sumika.world.start import local_time, start_of

HEARD = (
    "air",
    "device_state",
    "weather",
    "meter",
    "presence",
    "sleep",
    "vote",
    "machine_loaded",
    "tracks/house",
    "verdict",
)
SENSOR_NS, PRESENCE_NS, WEATHER_NS = seconds_to_ns(600.0), seconds_to_ns(60.0), seconds_to_ns(1800.0)
"""So old a word may be and still count."""

OUTDOOR_C = (-60.0, 60.0)
"""How cold and how warm air outside can be where people live."""

AirQuantity = str
_QUANTITIES = ("temperature_c", "relative_humidity", "co2_ppm", "pm2_5_ug_m3")


def is_simulated(house: House) -> bool:
    """Return whether a house is a simulated one, which has its own time."""
    return any(isinstance(radar.source, WorldSource) for radar in house.radars)


def local_clock(launch: Launch) -> Callable[[Instant], datetime]:
    """Return what tells the time on the house's own clock at a moment.

    A simulated house lives in its own time, which began with this run.

    Args:
        launch: Of the run.
    """
    house, began = launch.house, launch.config.stamp
    if is_simulated(house):
        start = start_of(house)
        return lambda now: local_time(start, ns_to_seconds(now.monotonic_ns - began.monotonic_ns))
    zone = _zone_of(house)
    return lambda now: datetime.fromtimestamp(ns_to_seconds(now.wall_ns), UTC).astimezone(zone)


def _zone_of(house: House) -> tzinfo | None:
    """Return the time zone of a house's site; None, which is this machine's, where there is none."""
    if house.building is None:
        return None
    try:
        return ZoneInfo(house.building.site.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # It was there when the description was checked. Systems drop old names, and the gate must outlive that.
        return None


class HouseEar:
    """Keeps what was heard.

    Attributes:
        votes: What residents said since they were last taken.
        loaded: Machines of which residents said since then that they are loaded, or not any more.
        strain: Of heart and breath, and of residents' hands.
    """

    def __init__(self, house: House) -> None:
        """Know a house's rooms and devices; what belongs to others is left alone."""
        self._rooms = {room.id for room in house.rooms}
        self._kinds = {device.id: device.kind for device in house.devices}
        self._origin_before = Origin.SIMULATED if is_simulated(house) or house.demo else Origin.LIVE
        self.air: dict[str, AirSample] = {}
        self.devices: dict[str, DeviceState] = {}
        self._held: dict[str, DeviceState] = {}
        self.presence: dict[str, Presence] = {}
        self._sleep: dict[str, Sleep] = {}
        self.weather: WeatherSample | None = None
        self._meters = HouseMeters(house)
        self.people: dict[str, int] = {}
        self._people_ns = 0
        self.votes: list[Vote] = []
        self.loaded: list[MachineLoaded] = []
        self._written: dict[tuple[str, str], Write] = {}
        self.strain = StrainEar(house)

    def take(self, message: Message) -> None:
        """Take a message; one that is older than what is known of the same is left alone."""
        self.strain.take(message)
        if isinstance(message, AirSample) and message.room in self._rooms:
            if not _is_older(message, self.air.get(message.sensor)):
                self.air[message.sensor] = message
        elif isinstance(message, DeviceState) and message.device in self._kinds:
            self._take_device(message)
        elif isinstance(message, Presence) and message.room in self._rooms:
            self.presence[message.room] = message
        elif isinstance(message, Sleep) and message.room in self._rooms:
            self._sleep[message.room] = message
        elif isinstance(message, Tracks):
            self._take_tracks(message)
        elif isinstance(message, WeatherSample):
            self.weather = message
        elif isinstance(message, MeterSample):
            self._meters.take(message)
        elif isinstance(message, Verdict) and message.written is not None and message.device in self._kinds:
            write = Write(device=message.device, action=message.action, value=message.written, sequence=0)
            self._written[message.device, message.action] = write
        else:
            self._take_word(message)

    def _take_word(self, message: Message) -> None:
        """Take what a resident says."""
        if isinstance(message, Vote) and message.room in self._rooms:
            self.votes.append(message)
        elif isinstance(message, MachineLoaded) and message.device in self._kinds:
            self.loaded.append(message)

    def _take_device(self, state: DeviceState) -> None:
        """Take what a device says; that it still holds makes no reading newer, and no word that it said itself."""
        before, held = self.devices.get(state.device), self._held.get(state.device)
        if not state.available:
            self._held.pop(state.device, None)
            if before is not None and not is_news(before):
                del self.devices[state.device]  # it was only heard of again, and now nothing holds any more
        if not state.values or _is_older(state, before):
            return
        if not is_news(state):
            self._held[state.device] = state
            if before is None or not is_news(before):
                self.devices[state.device] = state
        else:
            self.devices[state.device] = state
            if not _is_older(state, held):
                self._held.pop(state.device, None)

    def _take_tracks(self, tracks: Tracks) -> None:
        self._people_ns = tracks.stamp.monotonic_ns
        self.people = {}
        for track in tracks.tracks:
            if track.room in self._rooms and track.kind not in NO_PEOPLE:
                self.people[track.room] = self.people.get(track.room, 0) + 1

    def origin(self) -> Origin:
        """Return the worst origin of what is known."""
        kept: tuple[Message, ...] = (*self.air.values(), *self.devices.values(), *self.presence.values())
        return worst([self._origin_before, *(message.origin for message in kept)])

    def occupied(self, now_ns: int) -> dict[str, tuple[float | None, float]]:
        """Return by room the probability that somebody is there (None: unknown), and how many are expected.

        Args:
            now_ns: Present monotonic time.
        """
        found: dict[str, tuple[float | None, float]] = {}
        counted = now_ns - self._people_ns <= PRESENCE_NS
        for room, presence in self.presence.items():
            fresh = now_ns - presence.stamp.monotonic_ns <= PRESENCE_NS
            probability = presence.probability if fresh and presence.valid else None
            if probability is None:
                found[room] = (None, 0.0)
                continue
            seen = float(self.people.get(room, 0)) if counted else 0.0
            found[room] = (probability, max(seen, probability))
        return found

    def activities(self, now_ns: int) -> dict[str, str]:
        """Return by room "sleep" where everybody is asleep; other rooms are absent.

        Args:
            now_ns: Present monotonic time.
        """
        return {
            room: "sleep"
            for room, told in self._sleep.items()
            if told.kind is SleepKind.ASLEEP and now_ns - told.stamp.monotonic_ns <= PRESENCE_NS
        }

    def told(self, now_ns: int) -> dict[tuple[str, str], float]:
        """Return what devices said last, by (device, name); those long silent are absent.

        Args:
            now_ns: Present monotonic time.
        """
        return {
            (state.device, name): value
            for state in self.fresh_devices(now_ns)
            if state.available
            for name, value in state.values.items()
        }

    def fresh_air(self, now_ns: int) -> tuple[AirSample, ...]:
        """Return the newest word of every air sensor that is not too old."""
        return tuple(one for one in self.air.values() if now_ns - one.stamp.monotonic_ns <= SENSOR_NS)

    def fresh_devices(self, now_ns: int) -> tuple[DeviceState, ...]:
        """Return the newest word of every device that is not too old; of one that still holds, without its readings."""
        words = (self._fresh_device(device, now_ns) for device in self.devices)
        return tuple(one for one in words if one is not None)

    def _fresh_device(self, device: str, now_ns: int) -> DeviceState | None:
        for one in (self.devices[device], self._held.get(device)):
            if one is not None and now_ns - one.stamp.monotonic_ns <= SENSOR_NS:
                if now_ns - one.stamp.monotonic_ns + seconds_to_ns(one.held_s) <= SENSOR_NS:
                    return one
                holds = without_readings(one, self._kinds[device], stored=True)
                return holds if holds.values else None
        return None

    def take_written(self) -> tuple[Write, ...]:
        """Return what the gate has written to devices since this was asked last."""
        written = tuple(self._written.values())
        self._written.clear()
        return written

    def fresh_weather(self, now_ns: int) -> WeatherSample | None:
        """Return the newest word of the weather unless it is too old."""
        weather = self.weather
        return weather if weather is not None and now_ns - weather.stamp.monotonic_ns <= WEATHER_NS else None

    def fresh_meter(self, now_ns: int) -> MeterSample | None:
        """Return what the meters say of the house, without what a meter said that is silent now; None: nothing."""
        return self._meters.together(lambda one: now_ns - one.stamp.monotonic_ns <= SENSOR_NS)

    def seen(self, at: datetime, now_ns: int) -> HouseSeen:
        """Return the house as the rules look at it; what cannot be is not known: a dead sensor says -127 °C, or 85 °C.

        Args:
            at: On the house's own clock.
            now_ns: Present monotonic time.
        """
        weather, occupied = self.fresh_weather(now_ns), self.occupied(now_ns)
        outdoor_c = None if weather is None else weather.temperature_c
        air: dict[str, dict[AirQuantity, float]] = {}
        for sample in self.fresh_air(now_ns):
            for name in _QUANTITIES:
                value = getattr(sample, name)
                if value is not None and _within(value, *POSSIBLE[name]):
                    air.setdefault(sample.room, {})[name] = value
        return HouseSeen(
            hour=at.hour + at.minute / 60.0,
            rooms={room: _room(air.get(room, {}), occupied.get(room, (None, 0.0))[0]) for room in self._rooms},
            outdoor_c=outdoor_c if outdoor_c is not None and _within(outdoor_c, *OUTDOOR_C) else None,
            sun_w_m2=None if weather is None else weather.global_horizontal_w_m2,
            wind_m_s=None if weather is None else weather.wind_m_s,
            rain_mm_h=None if weather is None else weather.rain_mm_h,
            told=self.told(now_ns),
        )


def _is_older(message: Message, known: Message | None) -> bool:
    """Return whether something was said before what is known of the same: a gate that begins is told all anew."""
    return known is not None and message.stamp.monotonic_ns < known.stamp.monotonic_ns


def _within(said: float, low: float, high: float) -> bool:
    """Return whether something lies between two numbers; no number does."""
    return low <= said <= high


def _room(air: Mapping[AirQuantity, float], occupied: float | None) -> RoomSeen:
    return RoomSeen(
        occupied=occupied,
        air_c=air.get("temperature_c"),
        relative_humidity=air.get("relative_humidity"),
        co2_ppm=air.get("co2_ppm"),
        pm2_5_ug_m3=air.get("pm2_5_ug_m3"),
    )
