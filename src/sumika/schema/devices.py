"""What a house can drive: which kinds of device there are, what each is told, and what its plate says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeGuard

import msgspec

from sumika.schema._message import Message


class DeviceState(Message, frozen=True, kw_only=True):
    """What a device says of itself.

    Attributes:
        device: Name in `house.yaml`.
        values: What it is set to and what it measures, by name with the unit in it; switches are 0 or 1.
        power_w: Electric power that it draws; negative: gives.
        available: Whether it answers.
        why: What it says when it refused or cannot; empty otherwise.
        held_s: Above 0 it is no news: the device said so that long ago, and has not said otherwise. What it is set to
            holds until it does; what it measures is as old as this says.
    """

    device: str
    values: dict[str, float]
    power_w: float | None = None
    available: bool = True
    why: str = ""
    held_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Something that a device can be told.

    Attributes:
        low: Lowest value it takes.
        high: Highest.
        step: It rounds to whole steps of this; 0: does not.
        starts_at: When it is new.
    """

    low: float
    high: float
    step: float = 0.0
    starts_at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceKind:
    """A kind of device.

    Attributes:
        settings: What it can be told, by name with the unit in it.
        ratings: What its plate says, with the value taken where `house.yaml` gives none.
        fail_safe: What it is set to when nobody controls it any more: its own thermostat, or what harms nobody.
    """

    settings: Mapping[str, Setting] = field(default_factory=dict)
    ratings: Mapping[str, float] = field(default_factory=dict)
    fail_safe: Mapping[str, float] = field(default_factory=dict)


_SWITCH = Setting(low=0, high=1, step=1)
_OPEN = Setting(low=0, high=1, step=0.01)

DEVICE_KINDS: Mapping[str, DeviceKind] = MappingProxyType(
    {
        "room_air_conditioner": DeviceKind(
            # mode: 0 off, 1 heat, 2 cool, 3 dehumidify, 4 fan
            settings={
                "mode": Setting(low=0, high=4, step=1),
                "setpoint_c": Setting(low=16, high=31, step=0.5, starts_at=24),
                # fan_level: 0 by itself, 1 quiet to 5 full
                "fan_level": Setting(low=0, high=5, step=1),
                "humidity_setpoint": Setting(low=0.4, high=0.7, step=0.05, starts_at=0.55),
            },
            ratings={
                "heating_w": 3600,
                "cooling_w": 2800,
                "heating_cop": 4.6,
                "cooling_cop": 4.8,
                "least_part_load": 0.2,
                "most_part_load": 1.25,
                "airflow_m3_h": 700,
                "bypass_factor": 0.15,
                "least_on_s": 180,
                "standby_w": 1,
            },
            fail_safe={"mode": 0},
        ),
        "whole_house_air_conditioner": DeviceKind(
            settings={
                "mode": Setting(low=0, high=4, step=1),
                "setpoint_c": Setting(low=16, high=31, step=0.5, starts_at=22),
                "humidity_setpoint": Setting(low=0.4, high=0.7, step=0.05, starts_at=0.55),
            },
            ratings={
                "heating_w": 6000,
                "cooling_w": 5000,
                "heating_cop": 4.3,
                "cooling_cop": 4.4,
                "least_part_load": 0.25,
                "most_part_load": 1.25,
                "fan_w": 80,
                "airflow_m3_h": 900,
                "bypass_factor": 0.15,
                "least_on_s": 180,
                "standby_w": 5,
            },
            fail_safe={"setpoint_c": 22},
        ),
        "floor_heating": DeviceKind(
            settings={"on": _SWITCH, "supply_temp_c": Setting(low=25, high=50, step=1, starts_at=35)},
            ratings={"heating_w": 3000, "heating_cop": 3.8, "area_share": 0.6, "least_part_load": 0.3, "pump_w": 40},
            fail_safe={"on": 0},
        ),
        "heat_pump_water_heater": DeviceKind(
            # mode: 0 off, 1 heats at night by itself, 2 heats now
            settings={
                "mode": Setting(low=0, high=2, step=1, starts_at=1),
                "tank_setpoint_c": Setting(low=55, high=90, step=1, starts_at=65),
            },
            ratings={"tank_l": 370, "heating_w": 4500, "heating_cop": 3.7, "loss_w_k": 1.7, "standby_w": 5},
            fail_safe={"mode": 1, "tank_setpoint_c": 65},
        ),
        "balanced_ventilation": DeviceKind(
            settings={"level": Setting(low=0, high=3, step=1, starts_at=2), "bypass": _SWITCH},
            ratings={
                "airflow_m3_h": 150,
                "heat_recovery": 0.8,
                "moisture_recovery": 0.6,
                "power_w": 40,
                "filter_share": 0.5,
                "frost_limit_c": 1,
            },
            fail_safe={"level": 2, "bypass": 0},
        ),
        "exhaust_fan": DeviceKind(
            settings={"level": Setting(low=0, high=2, step=1, starts_at=1)},
            ratings={"airflow_m3_h": 60, "boost_m3_h": 400, "power_w": 4, "boost_w": 30},
            fail_safe={"level": 1},
        ),
        "humidifier": DeviceKind(
            settings={"on": _SWITCH, "humidity_setpoint": Setting(low=0.3, high=0.7, step=0.05, starts_at=0.5)},
            ratings={"water_g_h": 500, "power_w": 25, "tank_l": 4},
            fail_safe={"on": 0},
        ),
        "dehumidifier": DeviceKind(
            settings={"on": _SWITCH, "humidity_setpoint": Setting(low=0.4, high=0.7, step=0.05, starts_at=0.55)},
            ratings={"water_g_h": 350, "power_w": 240, "tank_l": 3},
            fail_safe={"on": 0},
        ),
        "air_purifier": DeviceKind(
            settings={"level": Setting(low=0, high=3, step=1, starts_at=1)},
            ratings={"clean_air_m3_h": 300, "power_w": 40, "filter_h": 4000},
            fail_safe={"level": 1},
        ),
        "blind": DeviceKind(
            settings={"closed": _OPEN, "slat": Setting(low=0, high=1, step=0.1)},
            ratings={"shut_transmits": 0.25, "travel_s": 25, "outside": 0},
        ),
        "window_opener": DeviceKind(settings={"open": _OPEN}, ratings={"travel_s": 30}, fail_safe={"open": 0}),
        "light": DeviceKind(
            settings={
                "level": _OPEN,
                "colour_temperature_k": Setting(low=2200, high=6500, step=50, starts_at=3000),
            },
            # dims: 0 where it is only switched
            ratings={"luminous_flux_lm": 4000, "efficacy_lm_w": 110, "standby_w": 0.4, "dims": 1},
        ),
        "pv": DeviceKind(
            ratings={"peak_w": 4000, "azimuth_deg": 180, "tilt_deg": 25, "inverter_efficiency": 0.96},
        ),
        "battery": DeviceKind(
            # mode: 0 off, 1 keeps the roof's power for the house by itself, 2 as power_w says; power_w: negative gives
            settings={
                "mode": Setting(low=0, high=2, step=1, starts_at=1),
                "power_w": Setting(low=-10000, high=10000, step=50),
            },
            ratings={"capacity_kwh": 9.8, "power_w": 4000, "round_trip": 0.9, "least_share": 0.1},
            fail_safe={"mode": 1, "power_w": 0},
        ),
        "ev_charger": DeviceKind(
            # mode: 0 off, 1 charges at night by itself, 2 as power_w says; power_w: negative gives
            settings={
                "mode": Setting(low=0, high=2, step=1, starts_at=1),
                "power_w": Setting(low=-6000, high=6000, step=100),
            },
            ratings={"power_w": 6000, "car_kwh": 40, "round_trip": 0.88, "both_ways": 1, "least_w": 1200},
            fail_safe={"mode": 1, "power_w": 0},
        ),
        "boiler": DeviceKind(
            settings={"on": _SWITCH, "supply_temp_c": Setting(low=30, high=75, step=1, starts_at=55)},
            ratings={"heating_w": 15000, "efficiency": 0.92, "least_part_load": 0.2, "power_w": 60},
            fail_safe={"on": 1, "supply_temp_c": 55},
        ),
        "radiator": DeviceKind(
            settings={"valve": _OPEN, "setpoint_c": Setting(low=5, high=28, step=0.5, starts_at=20)},
            ratings={"heating_w_at_50k": 1200, "exponent": 1.3},
            fail_safe={"setpoint_c": 20},
        ),
        "tv": DeviceKind(settings={"on": _SWITCH}, ratings={"power_w": 120, "standby_w": 0.5}),
        # It says `waiting` when it is loaded and may be started, and `done_by_h` by which hour of the day it is to be
        # done; where it tells no hour, that of its ratings counts.
        "appliance": DeviceKind(
            settings={"on": _SWITCH}, ratings={"power_w": 500, "run_s": 3600, "standby_w": 0.5, "done_by_h": 7}
        ),
    }
)
"""Every kind, by the name that `house.yaml` uses."""

_DOES = frozenset({"at_home", "done_by_h", "level", "moving", "on", "open", "runs", "waiting"})
"""What a device does, beside what its kind can be told: it holds until it changes, as a setting does."""


_STORES = frozenset({"charge", "hot_water_l", "tank_c"})
"""What tanks, batteries and cars hold: it changes when something goes in or out, and some speak only then."""


def is_refusal(message: Message) -> TypeGuard[DeviceState]:
    """Return whether a device says that it did not take a write, and nothing of itself: what it said before holds."""
    return isinstance(message, DeviceState) and message.available and not message.values


def without_readings(state: DeviceState, kind: str, *, stored: bool = False) -> DeviceState:
    """Return what of a device's word holds until it says otherwise: what it is set to and does, nothing it measures.

    Args:
        state: Its word.
        kind: Of device, one of `DEVICE_KINDS`.
        stored: Whether what it stores still counts.
    """
    known = DEVICE_KINDS[kind].settings.keys() if kind in DEVICE_KINDS else ()
    holds = {*known, *_DOES, *(_STORES if stored else ())}
    values = {name: value for name, value in state.values.items() if name in holds}
    return msgspec.structs.replace(state, values=values, power_w=None)
