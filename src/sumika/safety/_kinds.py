"""The rows of the table of limits, for every kind of `sumika.schema.devices.DEVICE_KINDS`.

Ranges are those of the kind. Times and rates are typical ones: what makers state for their machines where they do, and
otherwise slower than anything sensible would ask for, so that what runs wild is held back before it wears or harms.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sumika.schema.devices import DEVICE_KINDS

_MINUTE_S = 60.0
_QUARTER_S = 900.0
_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One row: one setting of one kind.

    Attributes:
        low: Lowest value that may be written.
        high: Highest.
        widest_low: Lowest that any device of the kind takes, where `house.yaml` has narrowed it.
        widest_high: Highest.
        step: The device rounds to whole steps of this; 0: it does not.
        choices: Whether its values are names for states, so that only whole steps mean anything.
        largest_step: Most that one write may change, whoever asks.
        unattended_step: Most that one write may change where no person asked.
        window_s: Length of the window of time.
        most_writes: Most writes within the window; those that no person asked for may take half.
        most_change: Most that writes that no person asked for may change within the window, up and down together.
        latency_s: A change within so long after a write may be its effect.
        own_values: To these the device goes by itself, for example when its programme ends.
        moves_itself: Whether its value changes without anybody asking, so that a change says nothing of a hand.
    """

    low: float = -math.inf
    high: float = math.inf
    widest_low: float = -math.inf
    widest_high: float = math.inf
    step: float = 0.0
    choices: bool = False
    largest_step: float = math.inf
    unattended_step: float = math.inf
    window_s: float = _QUARTER_S
    most_writes: int = 20
    most_change: float = math.inf
    latency_s: float = 15.0
    own_values: frozenset[float] = frozenset()
    moves_itself: bool = False

    @property
    def stepwise(self) -> bool:
        """Whether one write, or all of a window, may only change so much; and it stays where it was set."""
        return not self.moves_itself and min(self.largest_step, self.unattended_step, self.most_change) < math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """When a device counts as running, and its times.

    Attributes:
        setting: The setting that tells; 0 is off.
        least_on_s: So long it must run, in whatever mode, before it may be switched off or to another.
        least_off_s: So long it must rest before it may be switched on.
    """

    setting: str
    least_on_s: float
    least_off_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KindLimits:
    """All rows of one kind.

    Attributes:
        settings: By name.
        running: Its times, where it has any.
    """

    settings: Mapping[str, Limit] = field(default_factory=dict)
    running: Running | None = None


# A wild planner moves a room by 3 K at a time and by 12 K an hour at most; a person moves it at once.
_ROOM_TEMPERATURE = Limit(unattended_step=3.0, window_s=_HOUR_S, most_writes=40, most_change=12.0)
_HUMIDITY = Limit(unattended_step=0.15, window_s=_HOUR_S, most_writes=20, most_change=0.5)
_MACHINE = Limit(choices=True, window_s=_HOUR_S, most_writes=20)
_FAN = Limit(choices=True, window_s=_QUARTER_S, most_writes=24)
_MOTOR = Limit(window_s=_QUARTER_S, most_writes=12, most_change=6.0, latency_s=60.0)
_LAMP = Limit(window_s=_MINUTE_S, most_writes=60, latency_s=20.0)
_POWER = Limit(window_s=_QUARTER_S, most_writes=60, moves_itself=True)

_ROWS: Mapping[str, Mapping[str, Limit]] = {
    "room_air_conditioner": {
        "mode": _MACHINE,
        "setpoint_c": _ROOM_TEMPERATURE,
        "fan_level": replace(_FAN, most_writes=30),
        "humidity_setpoint": _HUMIDITY,
    },
    "whole_house_air_conditioner": {
        "mode": _MACHINE,
        "setpoint_c": _ROOM_TEMPERATURE,
        "humidity_setpoint": _HUMIDITY,
    },
    "floor_heating": {
        "on": replace(_MACHINE, most_writes=12),
        # Screed and wood crack when they are heated fast: EN 1264-4 raises a new screed's supply by some K a day; one
        # in use bears more, and 10 K at a time is typical of weather-compensated controllers. It binds people too.
        "supply_temp_c": Limit(largest_step=10.0, window_s=_HOUR_S, most_writes=20, most_change=20.0),
    },
    "heat_pump_water_heater": {
        "mode": replace(_MACHINE, most_writes=8),
        "tank_setpoint_c": Limit(unattended_step=15.0, window_s=_HOUR_S, most_writes=8, most_change=30.0),
    },
    "balanced_ventilation": {"level": _FAN, "bypass": replace(_FAN, window_s=_HOUR_S, latency_s=90.0)},
    "exhaust_fan": {"level": _FAN},
    "humidifier": {"on": _MACHINE, "humidity_setpoint": _HUMIDITY},
    "dehumidifier": {"on": _MACHINE, "humidity_setpoint": _HUMIDITY},
    "air_purifier": {"level": replace(_FAN, most_writes=30)},
    # Tubular motors run for about 4 minutes before they cut out by heat (typical of their data sheets, S2 4 min); one
    # travel takes half a minute, so six travels in a quarter of an hour leave them room.
    "blind": {"closed": _MOTOR, "slat": _MOTOR},
    "window_opener": {"open": replace(_MOTOR, most_change=4.0, latency_s=90.0)},
    # WCAG 2.3.1 allows three flashes a second at most; this stays far below.
    "light": {"level": _LAMP, "colour_temperature_k": _LAMP},
    "battery": {"mode": replace(_MACHINE, most_writes=30), "power_w": _POWER},
    "ev_charger": {"mode": replace(_MACHINE, most_writes=30), "power_w": _POWER},
    "boiler": {
        "on": replace(_MACHINE, most_writes=12),
        "supply_temp_c": Limit(largest_step=20.0, window_s=_HOUR_S, most_writes=20, most_change=60.0),
    },
    # Valves on radiators are run by batteries and move as they see fit.
    "radiator": {
        "valve": Limit(most_writes=10, most_change=4.0, latency_s=120.0, moves_itself=True),
        "setpoint_c": replace(_ROOM_TEMPERATURE, unattended_step=5.0, most_change=20.0, latency_s=120.0),
    },
    "tv": {"on": _MACHINE},
    "appliance": {"on": replace(_MACHINE, most_writes=8, own_values=frozenset({0.0}))},
}

# A compressor rests for 3 minutes until its pressures are even; makers' own controllers insist on it (typical of room
# air conditioners and heat pumps), and short runs wash its oil out.
_COMPRESSOR_S = 180.0
_RUNNING: Mapping[str, Running] = {
    "room_air_conditioner": Running(setting="mode", least_on_s=_COMPRESSOR_S, least_off_s=_COMPRESSOR_S),
    "whole_house_air_conditioner": Running(setting="mode", least_on_s=_COMPRESSOR_S, least_off_s=_COMPRESSOR_S),
    "floor_heating": Running(setting="on", least_on_s=600.0, least_off_s=300.0),
    "heat_pump_water_heater": Running(setting="mode", least_on_s=600.0, least_off_s=300.0),
    "dehumidifier": Running(setting="on", least_on_s=_COMPRESSOR_S, least_off_s=_COMPRESSOR_S),
    # A burner purges and lights anew with every start: typical times against cycling.
    "boiler": Running(setting="on", least_on_s=120.0, least_off_s=180.0),
    # A contactor wears with every start: typical.
    "ev_charger": Running(setting="mode", least_on_s=60.0, least_off_s=60.0),
}


def _kind(name: str) -> KindLimits:
    rows = _ROWS.get(name, {})
    settings = {
        setting: replace(
            rows[setting],
            low=float(known.low),
            high=float(known.high),
            widest_low=float(known.low),
            widest_high=float(known.high),
            step=known.step,
        )
        for setting, known in DEVICE_KINDS[name].settings.items()
    }
    return KindLimits(settings=MappingProxyType(settings), running=_RUNNING.get(name))


KIND_LIMITS: Mapping[str, KindLimits] = MappingProxyType({name: _kind(name) for name in DEVICE_KINDS})
"""Every kind, by the name that `house.yaml` uses; a kind or setting without a row fails when this is imported."""
