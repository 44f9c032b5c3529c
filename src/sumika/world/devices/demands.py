"""What residents draw from the house: hot water, heat and fuel for cooking, sockets, light."""

from collections.abc import Mapping
from dataclasses import dataclass, field

TAP_C = 40.0
"""Of the water that people want, hot and cold mixed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """What is drawn in one step, as a mean over it.

    Attributes:
        hot_water_l: Litres of water of 40 degrees that are drawn during the step, by room.
        cooking_w: Electric power or heat value of the gas that cooking takes, by room.
        cooking_gas: Whether it is gas.
        plug_w: Of what is plugged in and in use, by room.
        light: How bright residents want it, 0..1, by room; absent: they do not care. No lamp follows it by itself:
            it is for whoever drives the lights.
    """

    hot_water_l: Mapping[str, float] = field(default_factory=dict)
    cooking_w: Mapping[str, float] = field(default_factory=dict)
    cooking_gas: bool = False
    plug_w: Mapping[str, float] = field(default_factory=dict)
    light: Mapping[str, float] = field(default_factory=dict)
