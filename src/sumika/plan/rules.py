"""The plain rules that run a house when no plan does: no forecast, no model, no memory but what devices say.

They look at who is there, how warm, stale, damp and dusty it is, and at the clock. What is not known is taken to be
ordinary: a room of which nobody knows whether it is empty counts as used, a missing sensor leaves its device to its own
thermostat. Lights, television and appliances are the residents' own; a roof cannot be told anything.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from sumika.clock import Instant
from sumika.schema import DEVICE_KINDS, Asker, Command, Origin
from sumika.schema.house import Control, Device, House
from sumika.schema.living import FurnitureKind
from sumika.text import say
from sumika.units import clamp

WARM_C, WARM_ASLEEP_C, WARM_EMPTY_C = 20.0, 17.0, 14.0
COOL_C, COOL_ASLEEP_C = 27.0, 28.0
"""Where heating and cooling are asked for: the wide band that Japan's Ministry of the Environment asks of winter and
summer (20 and 28 °C) where people are awake; colder under bedding, and only against frost and mould where nobody is."""

EMPTY_BELOW = 0.3
"""A room counts as empty below this probability."""

STALE_PPM, VERY_STALE_PPM = 1000.0, 1300.0
DUSTY_UG_M3, VERY_DUSTY_UG_M3 = 15.0, 35.0
DRY, MOIST_ENOUGH, DRY_ENOUGH, DAMP, STEAMY = 0.40, 0.50, 0.55, 0.65, 0.75
DARK_W_M2, SUNNY_W_M2 = 5.0, 300.0
MILD_C = (16.0, 26.0)
NO_HEATING_ABOVE_C = 18.0
_KEEPS_K, _STARTS_K = 1.5, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSeen:
    """What is known of a room; what is not is None.

    Attributes:
        occupied: Probability that somebody is there.
        air_c: Of the air.
        relative_humidity: 0..1.
        co2_ppm: Carbon dioxide.
        pm2_5_ug_m3: Fine particles.
    """

    occupied: float | None = None
    air_c: float | None = None
    relative_humidity: float | None = None
    co2_ppm: float | None = None
    pm2_5_ug_m3: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseSeen:
    """What is known of the house.

    Attributes:
        hour: Of the day, in local time, with its fraction.
        rooms: By id; a room that is absent is one of which nothing is known.
        outdoor_c: None: unknown.
        sun_w_m2: Of sun and sky on a level plane; None: unknown.
        wind_m_s: None: unknown.
        rain_mm_h: None: unknown.
        told: What devices said last, by (device, name).
    """

    hour: float
    rooms: Mapping[str, RoomSeen] = field(default_factory=dict)
    outdoor_c: float | None = None
    sun_w_m2: float | None = None
    wind_m_s: float | None = None
    rain_mm_h: float | None = None
    told: Mapping[tuple[str, str], float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a device is to be set to, and why.

    Attributes:
        device: Its id.
        settings: By name.
        reason: Which sentence of `sumika.text` says why, without its "why.rules.".
        values: For its placeholders.
    """

    device: str
    settings: Mapping[str, float]
    reason: str
    values: Mapping[str, object] = field(default_factory=dict)


class Rules:
    """The rules of one house."""

    def __init__(self, house: House) -> None:
        """Take a house as described."""
        self._house, control = house, house.control or Control()
        self._quiet = (control.quiet_from_h, control.quiet_to_h)
        self._names = {room.id: room.name or room.id for room in house.rooms}
        self._beds = {piece.room for piece in house.furniture if piece.kind == FurnitureKind.BED}
        self._kitchens = {piece.room for piece in house.furniture if piece.kind == FurnitureKind.KITCHEN}

    def orders(self, seen: HouseSeen) -> tuple[Order, ...]:
        """Return what every device is to be set to now.

        Args:
            seen: What is known.
        """
        found = []
        for device in self._house.devices:
            rule = _RULES.get(device.kind)
            order = rule(self, device, seen) if rule is not None else None
            if order is not None:
                found.append(order)
        return tuple(found)

    def commands(self, seen: HouseSeen, stamp: Instant, origin: Origin, lasts_ns: int) -> tuple[Command, ...]:
        """Return the orders as commands, with their reasons in both languages.

        Args:
            seen: What is known.
            stamp: When.
            origin: The worst of what is known.
            lasts_ns: So long they may still be done.
        """
        return tuple(
            Command(
                stamp=stamp,
                origin=origin,
                device=order.device,
                action=action,
                value=value,
                asked_by=Asker.RULES,
                why=say(f"why.rules.{order.reason}", "en", **order.values),
                why_ja=say(f"why.rules.{order.reason}", "ja", **order.values),
                expires_ns=stamp.monotonic_ns + lasts_ns,
            )
            for order in self.orders(seen)
            for action, value in order.settings.items()
        )

    def quiet(self, seen: HouseSeen) -> bool:
        """Return whether people may be asleep by the clock."""
        begins, ends = self._quiet
        return (seen.hour - begins) % 24.0 < (ends - begins) % 24.0

    def used(self, room: str, seen: HouseSeen) -> bool:
        """Return whether a room counts as used; one of which nobody knows does."""
        occupied = seen.rooms.get(room, RoomSeen()).occupied
        return occupied is None or occupied >= EMPTY_BELOW

    def _anybody(self, seen: HouseSeen) -> bool:
        known = [room.occupied for room in seen.rooms.values() if room.occupied is not None]
        return not known or max(known) >= EMPTY_BELOW

    def band(self, room: str, seen: HouseSeen) -> tuple[float, float | None]:
        """Return below which temperature a room is heated, and above which it is cooled (None: never)."""
        if not self.used(room, seen):
            return WARM_EMPTY_C, None
        asleep = room in self._beds and self.quiet(seen)
        return (WARM_ASLEEP_C, COOL_ASLEEP_C) if asleep else (WARM_C, COOL_C)

    def air_conditioner(self, device: Device, seen: HouseSeen) -> Order | None:
        """Heat and cool by the room's temperature; the device's own thermostat does the rest."""
        warm_c, cool_c = self.band(device.room, seen)
        if device.kind == "whole_house_air_conditioner":
            bands = [self.band(room.id, seen) for room in self._house.rooms]
            warm_c = max(one[0] for one in bands)
            cool_c = min((one[1] for one in bands if one[1] is not None), default=None)
        air_c = self._air_c(device, seen)
        if air_c is None:
            return self._blind_guess(device, seen, warm_c)
        values = {"room": self._names[device.room], "now": air_c}
        mode = seen.told.get((device.id, "mode"), 0.0)
        least_c = DEVICE_KINDS[device.kind].settings["setpoint_c"].low
        if air_c < warm_c - _STARTS_K or (mode == 1.0 and air_c < warm_c + _KEEPS_K):
            return Order(
                device=device.id,
                settings={"mode": 1.0, "setpoint_c": max(warm_c, least_c)},
                reason="heat",
                values={**values, "to": max(warm_c, least_c)},
            )
        if cool_c is not None and (air_c > cool_c + _STARTS_K or (mode == 2.0 and air_c > cool_c - _KEEPS_K)):
            return Order(
                device=device.id,
                settings={"mode": 2.0, "setpoint_c": cool_c},
                reason="cool",
                values={**values, "to": cool_c},
            )
        return Order(device=device.id, settings={"mode": 0.0}, reason="warm_enough", values=values)

    def _air_c(self, device: Device, seen: HouseSeen) -> float | None:
        if device.kind == "whole_house_air_conditioner":
            known = [room.air_c for room in seen.rooms.values() if room.air_c is not None]
            if known:
                return sum(known) / len(known)
        air_c = seen.rooms.get(device.room, RoomSeen()).air_c
        return seen.told.get((device.id, "room_temperature_c")) if air_c is None else air_c

    def _blind_guess(self, device: Device, seen: HouseSeen, warm_c: float) -> Order | None:
        """Leave a device of whose room nothing is known to its own thermostat, where the season says what to do."""
        if seen.outdoor_c is None or seen.outdoor_c > MILD_C[0]:
            return None
        return Order(
            device=device.id,
            settings={"mode": 1.0, "setpoint_c": max(warm_c, DEVICE_KINDS[device.kind].settings["setpoint_c"].low)},
            reason="no_sensor",
            values={"room": self._names[device.room], "to": warm_c},
        )

    def floor(self, device: Device, seen: HouseSeen) -> Order | None:
        """Switch a floor by its room; a little later than the air conditioner, for it goes on for hours."""
        air_c = seen.rooms.get(device.room, RoomSeen()).air_c
        if air_c is None:
            return None
        warm_c, _ = self.band(device.room, seen)
        on = seen.told.get((device.id, "on"), 0.0) > 0.5
        season = seen.outdoor_c is None or seen.outdoor_c < NO_HEATING_ABOVE_C
        runs = season and air_c < warm_c + (0.5 if on else -0.5)
        values = {"room": self._names[device.room], "now": air_c, "to": warm_c}
        settings = {"on": 1.0, "supply_temp_c": 35.0} if runs else {"on": 0.0}
        return Order(device=device.id, settings=settings, reason="heat" if runs else "warm_enough", values=values)

    def boiler(self, device: Device, seen: HouseSeen) -> Order | None:
        """Let a boiler's water follow the weather."""
        if seen.outdoor_c is None:
            return None
        supply_c = clamp(float(round(40.0 + 1.2 * max(0.0, 15.0 - seen.outdoor_c))), 30.0, 75.0)
        runs = seen.outdoor_c < NO_HEATING_ABOVE_C
        return Order(
            device=device.id,
            settings={"on": float(runs), "supply_temp_c": supply_c},
            reason="boiler",
            values={"outdoor": seen.outdoor_c},
        )

    def radiator(self, device: Device, seen: HouseSeen) -> Order:
        """Tell a radiator's own valve what its room is to be."""
        warm_c, _ = self.band(device.room, seen)
        return Order(
            device=device.id,
            settings={"valve": 1.0, "setpoint_c": warm_c},
            reason="keep",
            values={"room": self._names[device.room], "to": warm_c},
        )

    def balanced(self, device: Device, seen: HouseSeen) -> Order:
        """Ventilate the house by its stalest room."""
        worst = max((room.co2_ppm for room in seen.rooms.values() if room.co2_ppm is not None), default=0.0)
        if worst > STALE_PPM:
            return Order(device=device.id, settings={"level": 3.0}, reason="stale", values={"ppm": worst})
        if self._anybody(seen):
            return Order(device=device.id, settings={"level": 2.0}, reason="ventilate")
        return Order(device=device.id, settings={"level": 1.0}, reason="empty")

    def fan(self, device: Device, seen: HouseSeen) -> Order | None:
        """Boost where it is steamy or stale; the hood over a stove is the cook's."""
        if device.room in self._kitchens:
            return None
        room = seen.rooms.get(device.room, RoomSeen())
        if room.relative_humidity is not None and room.relative_humidity > STEAMY:
            values = {"room": self._names[device.room], "percent": 100.0 * room.relative_humidity}
            return Order(device=device.id, settings={"level": 2.0}, reason="damp", values=values)
        if room.co2_ppm is not None and room.co2_ppm > VERY_STALE_PPM:
            return Order(device=device.id, settings={"level": 2.0}, reason="stale", values={"ppm": room.co2_ppm})
        return Order(device=device.id, settings={"level": 1.0}, reason="ventilate")

    def humidifier(self, device: Device, seen: HouseSeen) -> Order | None:
        """Moisten dry air where somebody is."""
        return self._moisture(device, seen, below=DRY, until=MOIST_ENOUGH, reason="dry")

    def dehumidifier(self, device: Device, seen: HouseSeen) -> Order | None:
        """Dry damp air, whether somebody is there or not: walls mind it too."""
        return self._moisture(device, seen, below=-DAMP, until=-DRY_ENOUGH, reason="damp")

    def _moisture(self, device: Device, seen: HouseSeen, *, below: float, until: float, reason: str) -> Order | None:
        relative = seen.rooms.get(device.room, RoomSeen()).relative_humidity
        if relative is None:
            return Order(device=device.id, settings={"on": 0.0}, reason="no_humidity")
        # One rule for both: a dehumidifier's humidity is counted downwards.
        counted = relative if below > 0.0 else -relative
        runs_on = seen.told.get((device.id, "on"), 0.0) > 0.5
        needed = self.used(device.room, seen) if below > 0.0 else True
        on = needed and counted < (until if runs_on else below)
        values = {"room": self._names[device.room], "percent": 100.0 * relative}
        return Order(
            device=device.id, settings={"on": float(on)}, reason=reason if on else "humidity_right", values=values
        )

    def purifier(self, device: Device, seen: HouseSeen) -> Order:
        """Clean as much as it is dusty."""
        dust = seen.rooms.get(device.room, RoomSeen()).pm2_5_ug_m3
        if dust is None or dust <= DUSTY_UG_M3:
            return Order(device=device.id, settings={"level": 1.0}, reason="clean")
        level = 3.0 if dust > VERY_DUSTY_UG_M3 and not self.quiet(seen) else 2.0
        return Order(device=device.id, settings={"level": level}, reason="dusty", values={"dust": dust})

    def blind(self, device: Device, seen: HouseSeen) -> Order | None:
        """Keep the sun out of a room that is warm; move nothing while people may sleep."""
        if seen.sun_w_m2 is None or self.quiet(seen):
            return None
        if seen.sun_w_m2 < DARK_W_M2:
            return Order(device=device.id, settings={"closed": 1.0}, reason="dark")
        air_c = seen.rooms.get(device.room, RoomSeen()).air_c
        if air_c is not None and air_c > COOL_C - 1.0 and seen.sun_w_m2 > SUNNY_W_M2:
            values = {"room": self._names[device.room], "now": air_c}
            return Order(device=device.id, settings={"closed": 0.8}, reason="shade", values=values)
        return Order(device=device.id, settings={"closed": 0.0}, reason="daylight")

    def window(self, device: Device, seen: HouseSeen) -> Order:
        """Open a window to stale air on a mild, dry, calm day; shut it otherwise."""
        co2_ppm = seen.rooms.get(device.room, RoomSeen()).co2_ppm
        mild = seen.outdoor_c is not None and MILD_C[0] <= seen.outdoor_c <= MILD_C[1]
        calm = seen.wind_m_s is not None and seen.wind_m_s < 6.0 and seen.rain_mm_h is not None and seen.rain_mm_h < 0.1
        if co2_ppm is not None and co2_ppm > STALE_PPM and mild and calm and not self.quiet(seen):
            return Order(device=device.id, settings={"open": 0.3}, reason="stale", values={"ppm": co2_ppm})
        return Order(device=device.id, settings={"open": 0.0}, reason="shut")

    def by_itself(self, device: Device, seen: HouseSeen) -> Order:
        """Leave a store to its own way: hot water and the car at night, the battery for the roof's power."""
        settings = {"mode": 1.0}
        if device.kind == "heat_pump_water_heater":
            settings["tank_setpoint_c"] = DEVICE_KINDS[device.kind].fail_safe["tank_setpoint_c"]
        return Order(device=device.id, settings=settings, reason="by_itself")


_RULES: Mapping[str, Callable[[Rules, Device, HouseSeen], Order | None]] = {
    "room_air_conditioner": Rules.air_conditioner,
    "whole_house_air_conditioner": Rules.air_conditioner,
    "floor_heating": Rules.floor,
    "boiler": Rules.boiler,
    "radiator": Rules.radiator,
    "balanced_ventilation": Rules.balanced,
    "exhaust_fan": Rules.fan,
    "humidifier": Rules.humidifier,
    "dehumidifier": Rules.dehumidifier,
    "air_purifier": Rules.purifier,
    "blind": Rules.blind,
    "window_opener": Rules.window,
    "heat_pump_water_heater": Rules.by_itself,
    "battery": Rules.by_itself,
    "ev_charger": Rules.by_itself,
}


def ruled_kinds() -> Iterable[str]:
    """Return the kinds of device that the rules drive; all others are the residents' own."""
    return _RULES.keys()
