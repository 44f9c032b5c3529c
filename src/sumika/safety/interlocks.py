"""What may not be done as things are, and what must be done by the gate itself."""

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sumika.safety.device_states import DeviceStates
from sumika.safety.limits import DeviceLimits, is_fire
from sumika.safety.surroundings import Surroundings
from sumika.schema import GateRule
from sumika.units import seconds_to_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class Heater:
    """How a kind of device heats.

    Attributes:
        setting: What makes it heat.
        heats_from: It heats when this is at least so much,
        heats_to: and at most so much.
        on: Set to this it heats.
        off: Set to this it does not.
        frost: What else it is set to when it keeps the frost out.
        whole_house: Whether it serves more than its own room, so that one open window is no reason to stop it.
        burns: Whether it burns something.
    """

    setting: str
    heats_from: float = 1.0
    heats_to: float = 1.0
    on: float = 1.0
    off: float = 0.0
    frost: tuple[tuple[str, float], ...] = ()
    whole_house: bool = False
    burns: bool = False


HEATERS: Mapping[str, Heater] = {
    "room_air_conditioner": Heater(setting="mode", frost=(("setpoint_c", 16.0),)),
    "whole_house_air_conditioner": Heater(setting="mode", frost=(("setpoint_c", 16.0),), whole_house=True),
    "floor_heating": Heater(setting="on"),
    "boiler": Heater(setting="on", whole_house=True, burns=True),
    # A radiator's valve heats from its own thermostat: at 7 °C it only keeps the frost out.
    "radiator": Heater(setting="setpoint_c", heats_from=7.001, heats_to=math.inf, on=10.0, off=7.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a kind of device lets air in or out.

    Attributes:
        setting: More of it is more air.
        least: With people or combustion in the house it is at least this.
        full: Against smoke and carbon monoxide.
    """

    setting: str
    least: float
    full: float


_WINDOW = Opening(setting="open", least=0.0, full=1.0)

OPENINGS: Mapping[str, Opening] = {
    # The Building Standards Act of Japan (article 28-2) wants 0.5 air changes an hour day and night: the lowest level.
    "balanced_ventilation": Opening(setting="level", least=1.0, full=3.0),
    "exhaust_fan": Opening(setting="level", least=1.0, full=2.0),
    "window_opener": _WINDOW,
}

_HOOD = Opening(setting="level", least=0.0, full=2.0)
"""Over a stove: the cook switches it on and off, and what ventilates the house all day hangs elsewhere."""

HOTTEST_C: Mapping[str, Mapping[str, float]] = {
    # Water in the floor beyond the highest supply temperature by more than control swings: bare feet stand on it.
    "floor_heating": {"water_c": 55.0},
    "boiler": {"supply_c": 85.0},
    # Beyond the hottest that a tank is set to: its thermostat sticks, and what runs from the tap may scald.
    "heat_pump_water_heater": {"tank_c": 95.0, "tap_c": 60.0},
}
"""What a device measures of its water, and how hot that may be: at 60 °C skin burns in 5 s (Moritz, Henriques 1947)."""

COOLS_NS: Mapping[str, int] = {
    "floor_heating": seconds_to_ns(3600.0),
    "boiler": seconds_to_ns(3600.0),
    "heat_pump_water_heater": seconds_to_ns(24 * 3600.0),
}
"""So long water that was too hot is taken to be so when nobody tells of it any more. Loops that are switched off are
cooler within the hour; a tank loses some kelvins a day (typical), and tells only changes, hours apart."""

COOLER: Mapping[str, tuple[tuple[str, float], ...]] = {
    "floor_heating": (("on", 0.0),),
    "boiler": (("on", 0.0),),
    "heat_pump_water_heater": (("mode", 0.0), ("tank_setpoint_c", 55.0)),
}
"""What a device is set to when its water is too hot."""


class Want(NamedTuple):
    """Something that the gate does by itself.

    Attributes:
        device: Which.
        setting: Which.
        value: What it should be.
        rule: Why.
        urgent: Whether it goes over a resident's hold and over least times.
    """

    device: str
    setting: str
    value: float
    rule: GateRule
    urgent: bool


class Interlocks:
    """Holds what is asked against what is known of the house."""

    def __init__(
        self, rooms: Collection[str], limits: Mapping[str, DeviceLimits], around: Surroundings, states: DeviceStates
    ) -> None:
        """Know the rooms and devices, and where to ask for what is known."""
        self._rooms = rooms
        self._limits, self._around, self._states = limits, around, states
        self._held_by_window: set[str] = set()
        self._burners = [device for device, limit in limits.items() if _burns(limit.kind)]

    def check(
        self, device: str, setting: str, value: float, now_ns: int, *, unattended: bool
    ) -> tuple[float | None, GateRule]:
        """Return what may be written instead of a value, and why: None for nothing, NONE where all is well."""
        kind = self._limits[device].kind
        opening, heater = _opening_of(self._limits[device]), HEATERS.get(kind)
        if opening is not None and opening.setting == setting:
            return self._check_opening(device, opening, value, now_ns, unattended=unattended)
        if heater is not None and heater.setting == setting:
            rule = self._heating(device, value, now_ns, unattended=unattended)
            return (value, rule) if rule is GateRule.NONE else (None, rule)
        if self.scalds(device, now_ns) and value > dict(COOLER[kind]).get(setting, value):
            return None, GateRule.SCALD
        return value, GateRule.NONE

    def _check_opening(
        self, device: str, opening: Opening, value: float, now_ns: int, *, unattended: bool
    ) -> tuple[float | None, GateRule]:
        now = self._states.now(device, opening.setting, now_ns)
        if self._around.alarmed:
            # Never seal: nothing that lets air through is turned down.
            seals = value < (opening.full if now is None else max(now, opening.least))
            return (None, GateRule.SMOKE_OR_CO) if seals else (value, GateRule.NONE)
        if value < opening.least and (self._around.people(now_ns) or self.burning(now_ns)):
            return opening.least, GateRule.LEAST_VENTILATION
        if opening is _WINDOW and unattended and value > (now or 0.0) and self._around.bad_weather(now_ns):
            return None, GateRule.WEATHER
        return value, GateRule.NONE

    def _heating(self, device: str, value: float, now_ns: int, *, unattended: bool) -> GateRule:
        """Return why a heater may not be set to a value."""
        limits = self._limits[device]
        heater = HEATERS[limits.kind]
        hot, frost = self._hot_or_frost(heater, limits.room, now_ns)
        if not heats(heater, value):
            # Where a sensor died in the frost nobody knows whether it is over: a person may say so, and nobody else.
            left = unattended and not hot and self._left_in_frost(heater, limits.room, now_ns)
            return GateRule.FROST if frost or left else GateRule.NONE
        if heater.burns and self._around.alarmed:
            return GateRule.SMOKE_OR_CO
        if self.scalds(device, now_ns):
            return GateRule.SCALD
        if hot:
            return GateRule.OVERHEATING
        if not heater.whole_house and not frost and self._window_holds(limits.room, now_ns, unattended=unattended):
            self._held_by_window.add(limits.room)
            return GateRule.WINDOW_OPEN
        return GateRule.NONE

    def _window_holds(self, room: str, now_ns: int, *, unattended: bool) -> bool:
        """Return whether a window holds heating; one of which nobody knows any more does not hold a person's."""
        windows = self._around.windows
        return windows.is_open(room, now_ns) or (unattended and bool(windows.may_be_open(room, now_ns)))

    def held_by_windows(self, now_ns: int) -> Iterator[tuple[str, str]]:
        """Yield rooms in which a window holds heating that was asked for, and who tells of it."""
        tellers = {room: self._around.windows.may_be_open(room, now_ns) for room in sorted(self._held_by_window)}
        self._held_by_window = {room for room, who in tellers.items() if who}
        yield from ((room, ", ".join(who)) for room, who in tellers.items() if who)

    def _hot_or_frost(self, heater: Heater, room: str, now_ns: int) -> tuple[bool, bool]:
        """Return whether what a device heats is too hot, and whether any of it is near freezing.

        Both at once is a sensor that lies: then neither is acted upon.
        """
        rooms = self._heated(heater, room)
        hot = self._around.too_hot(rooms, now_ns)
        frost = any(self._around.frost(each, now_ns) for each in rooms)
        return hot and not frost, frost and not hot

    def _left_in_frost(self, heater: Heater, room: str, now_ns: int) -> bool:
        return any(self._around.left_in_frost(each, now_ns) for each in self._heated(heater, room))

    def _heated(self, heater: Heater, room: str) -> Collection[str]:
        """Return the rooms that a device heats."""
        return self._rooms if heater.whole_house else (room,)

    def scalds(self, device: str, now_ns: int) -> bool:
        """Return whether a device says, or said until it may have cooled, that its water is hotter than it may be."""
        kind = self._limits[device].kind
        measured = (
            (self._states.measured(device, name, now_ns, COOLS_NS[kind]), limit_c)
            for name, limit_c in HOTTEST_C.get(kind, {}).items()
        )
        return any(water_c is not None and water_c > limit_c for water_c, limit_c in measured)

    def burning(self, now_ns: int) -> bool:
        """Return whether anything in the house burns."""
        return any(self._states.runs(device, now_ns) for device in self._burners)

    def wants(self, now_ns: int) -> Iterator[Want]:
        """Yield what the gate itself must do, the weightiest first."""
        if self._around.alarmed:
            yield from self._against_alarm()
        for device, limits in self._limits.items():
            if self.scalds(device, now_ns):
                for setting, value in COOLER[limits.kind]:
                    limit = limits.settings.get(setting)
                    if limit is not None and (not limit.choices or limit.low <= value):
                        yield Want(device, setting, value, GateRule.SCALD, urgent=True)
            yield from self._of_heater(device, limits, now_ns)
        if self._around.people(now_ns) or self.burning(now_ns):
            yield from self._least_ventilation(now_ns)
        if self._around.bad_weather(now_ns) and not self._around.alarmed:
            yield from self._shut(now_ns)

    def _shut(self, now_ns: int) -> Iterator[Want]:
        """Yield windows that stand open to rain or storm; one that a person holds stays as it is."""
        for device, limits in self._limits.items():
            if (
                OPENINGS.get(limits.kind) is _WINDOW
                and (self._states.now(device, _WINDOW.setting, now_ns) or 0.0) > 0.0
            ):
                yield Want(device, _WINDOW.setting, 0.0, GateRule.WEATHER, urgent=False)

    def _against_alarm(self) -> Iterator[Want]:
        for device, limits in self._limits.items():
            opening, heater = _opening_of(limits), HEATERS.get(limits.kind)
            if opening is not None:
                yield Want(device, opening.setting, opening.full, GateRule.SMOKE_OR_CO, urgent=True)
            if heater is not None and heater.burns and can_switch(heater, limits):
                yield Want(device, heater.setting, heater.off, GateRule.SMOKE_OR_CO, urgent=True)

    def _of_heater(self, device: str, limits: DeviceLimits, now_ns: int) -> Iterator[Want]:
        heater = HEATERS.get(limits.kind)
        if heater is None or not can_switch(heater, limits):
            return
        hot, frost = self._hot_or_frost(heater, limits.room, now_ns)
        now = self._states.now(device, heater.setting, now_ns)
        heating = now is not None and heats(heater, now)
        if frost and not heating:
            yield Want(device, heater.setting, heater.on, GateRule.FROST, urgent=True)
            for setting, value in heater.frost:
                yield Want(device, setting, value, GateRule.FROST, urgent=True)
        elif hot and heating:
            yield Want(device, heater.setting, heater.off, GateRule.OVERHEATING, urgent=True)
        elif heating and not frost and not heater.whole_house and self._around.windows.long_open(limits.room, now_ns):
            yield Want(device, heater.setting, heater.off, GateRule.WINDOW_OPEN, urgent=False)

    def _least_ventilation(self, now_ns: int) -> Iterator[Want]:
        for device, limits in self._limits.items():
            opening = _opening_of(limits)
            if opening is None:
                continue
            now = self._states.now(device, opening.setting, now_ns)
            if now is not None and now < opening.least:
                yield Want(device, opening.setting, opening.least, GateRule.LEAST_VENTILATION, urgent=False)


def _opening_of(limits: DeviceLimits) -> Opening | None:
    return _HOOD if limits.is_hood else OPENINGS.get(limits.kind)


def heats(heater: Heater, value: float) -> bool:
    """Return whether a device heats when its setting has a value."""
    return heater.heats_from <= value <= heater.heats_to


def can_switch(heater: Heater, limits: DeviceLimits) -> bool:
    """Return whether the owner's limits leave a device both on and off."""
    limit = limits.settings.get(heater.setting)
    return limit is not None and limit.low <= heater.off and heater.on <= limit.high  # off lies below on


def _burns(kind: str) -> bool:
    heater = HEATERS.get(kind)
    return (heater is not None and heater.burns) or is_fire(kind)
