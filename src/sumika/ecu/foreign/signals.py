"""What another house calls its measurements and its inputs, and in which units: one line for each."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from sumika.ecu.foreign.units import to_ours, to_theirs, unit_of
from sumika.schema import DEVICE_KINDS, AirSample, Command, MeterSample, UsageError, WeatherSample
from sumika.schema.house import House

PEOPLE = "people"
"""How many are in a room."""

POWER = "power_w"
"""Electric power that a device draws, or, without a device, that the meter counts."""

OFF = ("mode", "on")
"""Settings by which a device says that it is off, with 0."""

_AIR = frozenset(AirSample.__struct_fields__) - {"held_s"}
_WEATHER = frozenset(WeatherSample.__struct_fields__)
_METER = frozenset(MeterSample.__struct_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Something that the house tells.

    Attributes:
        name: What the house calls it: a key of a mapping, or a place in a list.
        quantity: What we call it, with our unit in the name: of a room as in `AirSample`, or `people`; of a device
            `power_w`, one of its settings, or what else it measures; of neither as in `WeatherSample` or `MeterSample`.
        unit: In which it is told (`sumika.ecu.foreign.UNITS`); empty: ours.
        room: Where it is measured.
        device: Which device tells it.
        values: For states: theirs to ours, where the numbers differ.
    """

    name: str | int
    quantity: str
    unit: str = ""
    room: str = ""
    device: str = ""
    values: Mapping[float, float] = field(default_factory=lambda: MappingProxyType({}))

    def ours(self, value: float, step_s: float) -> float:
        """Return what is told in our unit; NaN where it is no number, or a state that is not known.

        Args:
            value: As told.
            step_s: How long a step is.
        """
        if self.values:
            return self.values.get(value, math.nan)
        return to_ours(value, unit_of(self.unit, self.quantity, f"signal {self.name}"), step_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """Something that the house can be told.

    Attributes:
        name: What the house calls it: a key of a mapping, or a place in a list.
        device: Which device of ours it belongs to.
        setting: Which of its settings.
        unit: In which it is told; empty: ours.
        modes: For setpoints of which there are several: in which modes of the device this one holds; empty: in all.
        otherwise: What is told in other modes, in their unit; None: the number stays as it was.
        low: Least that is told, in their unit.
        high: Most.
        values: For states: ours to theirs, where the numbers differ.
    """

    name: str | int
    device: str
    setting: str
    unit: str = ""
    modes: tuple[float, ...] = ()
    otherwise: float | None = None
    low: float = -math.inf
    high: float = math.inf
    values: Mapping[float, float] = field(default_factory=lambda: MappingProxyType({}))

    def theirs(self, settings: Mapping[tuple[str, str], float], step_s: float) -> float | None:
        """Return what the house is to be told; None where nothing new is.

        Args:
            settings: By (device, setting): what each was set to last.
            step_s: How long a step is.
        """
        told = settings.get((self.device, self.setting))
        if self.modes and self._mode(settings) not in self.modes:
            return self.otherwise
        if told is None:
            return self.otherwise
        if self.values:
            return self.values.get(told)
        value = to_theirs(told, unit_of(self.unit, self.setting, f"signal {self.name}"), step_s)
        return min(max(value, self.low), self.high)

    def _mode(self, settings: Mapping[tuple[str, str], float]) -> float | None:
        return next((settings[self.device, one] for one in OFF if (self.device, one) in settings), None)


def check_measured(signals: Sequence[Measured], house: House) -> None:
    """See whether signals are of this house, and of things that can be measured.

    Raises:
        UsageError: if not.
    """
    rooms = [room.id for room in house.rooms]
    kinds = {device.id: device.kind for device in house.devices}
    for signal in signals:
        where = f"signal {signal.name}"
        if signal.room and signal.device:
            raise UsageError("it is of a room and of a device", where=where, remedy="Name one of them")
        _check_one("room", signal.room, rooms, where)
        _check_one("device", signal.device, list(kinds), where)
        if not signal.device:
            _check_one("quantity", signal.quantity, _quantities(signal), where)
        _ = unit_of(signal.unit, signal.quantity, where)
    _check_once([signal.name for signal in signals])


def check_driven(signals: Sequence[Driven], house: House) -> None:
    """See whether signals are of devices of this house, and of settings that these have.

    Raises:
        UsageError: if not.
    """
    kinds = {device.id: device.kind for device in house.devices}
    for signal in signals:
        where = f"signal {signal.name}"
        _check_one("device", signal.device, list(kinds), where)
        kind = DEVICE_KINDS.get(kinds[signal.device])
        if kind is not None:
            _check_one(f"setting of {signal.device}", signal.setting, list(kind.settings), where)
        _ = unit_of(signal.unit, signal.setting, where)
        if signal.low > signal.high:
            raise UsageError(f"nothing lies from {signal.low:g} to {signal.high:g}", where=where, remedy="Swap them")
    _check_once([signal.name for signal in signals])


def settings_of(commands: Sequence[Command]) -> dict[tuple[str, str], float]:
    """Return what commands set, by (device, setting)."""
    return {(one.device, one.action): one.value for one in commands}


def _quantities(signal: Measured) -> list[str]:
    if signal.room:
        return sorted((_AIR - {"stamp", "origin", "session", "sensor", "room"}) | {PEOPLE})
    return sorted((_WEATHER | _METER) - {"stamp", "origin", "session", "source", "meter", "currency"})


def of_meter(quantity: str) -> bool:
    """Return whether a quantity of neither room nor device is the meter's; otherwise it is the weather's."""
    return quantity in _METER


def _check_one(what: str, name: str, known: Sequence[str], where: str) -> None:
    if name and name not in known:
        raise UsageError(f"there is no {what} {name!r}", where=where, remedy=f"There are: {', '.join(known) or 'none'}")


def _check_once(names: Sequence[str | int]) -> None:
    twice = [name for name in names if list(names).count(name) > 1]
    if twice:
        raise UsageError(f"signal {twice[0]!r} is named twice", where="signals", remedy="Name each once")
