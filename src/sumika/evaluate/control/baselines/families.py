"""The kinds of simple controllers, and the grid on which each is tuned."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sumika.evaluate.control.baselines.demand_ventilation import DemandVentilation
from sumika.evaluate.control.baselines.occupancy import OccupancyRules, SmartSchedule
from sumika.evaluate.control.baselines.settings import BY_ITSELF, NEVER, OFF_K, Settings
from sumika.evaluate.control.baselines.thermostat import SetBackThermostat, Thermostat
from sumika.schema.house import House

HEATING = ("heat_c", "bed_heat_c")
COOLING = ("cool_c", "bed_cool_c")
AIR = (
    "dry_above",
    "moisten_below",
    "ventilation",
    "clean_level",
    "shade_above_c",
    "floor_supply_c",
    "water_from_h",
    "store_from_h",
)

GRID: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "heat_c": (16.0, 17.0, 18.0, 19.0, 20.0, 21.0, 22.0, 23.0, 24.0, 25.0, 26.0),
        "bed_heat_c": (15.0, 17.0, 18.0, 19.0, 20.0, 21.0, 22.0, 23.0, 24.0, 25.0, 26.0),
        "cool_c": (19.0, 20.0, 21.0, 22.0, 23.0, 24.0, 25.0, 26.0, 27.0, 28.0),
        "bed_cool_c": (22.0, 23.0, 24.0, 25.0, 26.0, 27.0, 28.0),
        "dry_above": (0.55, 0.6, 0.65, NEVER),
        "moisten_below": (0.0, 0.4, 0.45, 0.5),
        "moisten_always": (0.0, 1.0),
        "ventilation": (1.0, 2.0, 3.0),
        "clean_level": (1.0, 2.0, 3.0),
        "shade_above_c": (22.0, 24.0, 26.0, 40.0),
        "floor_supply_c": (25.0, 30.0, 35.0, 40.0),
        "water_from_h": (BY_ITSELF, 10.0, 11.0, 12.0),
        "store_from_h": (BY_ITSELF, 1.0, 11.0),
        "set_back_k": (0.0, 2.0, 4.0, OFF_K),
        "day_from_h": (5.0, 6.0, 7.0),
        "day_to_h": (21.0, 22.0, 23.0, 24.0),
        "bed_from_h": (19.0, 20.0, 21.0, 22.0),
        "bed_to_h": (6.0, 7.0, 8.0),
        "fresh_ppm": (700.0, 800.0, 900.0, 1000.0, 1200.0),
        "likely": (0.1, 0.2, 0.3, 0.5),
        "lead_h": (0.0, 0.5, 1.0, 2.0),
        "leaves_on_s": (300.0, 900.0, 1800.0, 3600.0, 7200.0),
    }
)
"""By knob: what is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A kind of simple controller.

    Attributes:
        name: For people.
        make: Makes one for a house.
        knobs: What of `Settings` is tuned.
        begins_with: The family whose best settings tuning begins with; empty: as set by hand.
    """

    name: str
    make: Callable[[House, Settings], Thermostat]
    knobs: tuple[str, ...]
    begins_with: str = ""


_CLOCK = ("set_back_k", "day_from_h", "day_to_h", "bed_from_h", "bed_to_h")

FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        one.name: one
        for one in (
            Family(name="thermostat", make=Thermostat, knobs=(*HEATING, *COOLING, *AIR)),
            Family(
                name="set-back",
                make=SetBackThermostat,
                knobs=("moisten_always", *_CLOCK, *HEATING, *COOLING),
                begins_with="thermostat",
            ),
            Family(
                name="PI + demand",
                make=DemandVentilation,
                knobs=("fresh_ppm", "moisten_always", *_CLOCK, *HEATING, *COOLING),
                begins_with="set-back",
            ),
            Family(
                name="schedule",
                make=SmartSchedule,
                knobs=("moisten_always", "set_back_k", "likely", "lead_h", *HEATING, *COOLING),
                begins_with="thermostat",
            ),
            Family(
                name="rules",
                make=OccupancyRules,
                knobs=("moisten_always", "set_back_k", "leaves_on_s", "fresh_ppm", *HEATING, *COOLING),
                begins_with="thermostat",
            ),
        )
    }
)
"""All of them by name, in the order in which they are tuned."""
