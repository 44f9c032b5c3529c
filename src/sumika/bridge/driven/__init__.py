"""Devices that Home Assistant shows and sets: climate, fan, light, cover. Each family is one file."""

from sumika.bridge.driven.base import Family, State, Thing, Values
from sumika.bridge.driven.climate import Climate
from sumika.bridge.driven.cover import Cover
from sumika.bridge.driven.fan import Fan
from sumika.bridge.driven.light import Light

FAMILIES: dict[str, Family] = {
    "room_air_conditioner": Climate(),
    "whole_house_air_conditioner": Climate(),
    "radiator": Climate(),
    "balanced_ventilation": Fan(),
    "exhaust_fan": Fan(),
    "air_purifier": Fan(),
    "light": Light(),
    "blind": Cover(),
    "window_opener": Cover(),
}
"""By kind of device. What is absent is the plan's alone: a tank and a battery are no matter of a tap."""

__all__ = ["FAMILIES", "Family", "State", "Thing", "Values"]
