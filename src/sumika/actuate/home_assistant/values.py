"""Which setting of ours is which service of which kind of entity, and what else entities of devices measure."""

from collections.abc import Mapping
from types import MappingProxyType

from sumika.actuate.home_assistant.climate import ClimateMode, ClimateSwitch, Humidity, WaterMode
from sumika.actuate.home_assistant.handles import Choice, Handle, Number, Share, Switch, Temperature
from sumika.actuate.home_assistant.moving import FanLevel, LightColour, LightLevel, Position
from sumika.actuate.words import options, speeds

ANY = "*"
"""Stands for any setting of ours."""

_CLIMATE_TEMPERATURE = Temperature("climate.set_temperature")
_TANK = Temperature("water_heater.set_temperature")

HANDLES: Mapping[str, Mapping[str, Handle]] = MappingProxyType(
    {
        "climate": {
            "mode": ClimateMode(),
            "on": ClimateSwitch(),
            "setpoint_c": _CLIMATE_TEMPERATURE,
            "supply_temp_c": _CLIMATE_TEMPERATURE,
            "tank_setpoint_c": _CLIMATE_TEMPERATURE,
            "fan_level": Choice("climate.set_fan_mode", "fan_mode", "fan_mode", "fan_modes", speeds),
            "level": Choice("climate.set_fan_mode", "fan_mode", "fan_mode", "fan_modes", speeds),
            "humidity_setpoint": Humidity("climate.set_humidity"),
        },
        "fan": {"level": FanLevel(), "on": Switch("fan")},
        "light": {"level": LightLevel(), "colour_temperature_k": LightColour(), "on": Switch("light")},
        "cover": {
            "closed": Position("cover", turned=True),
            "open": Position("cover", turned=False),
            "bypass": Position("cover", turned=False),
            # Flag 128 is CoverEntityFeature.SET_TILT_POSITION; their 100 is tilted open, as our 1.
            "slat": Share("cover.set_cover_tilt_position", "tilt_position", "current_tilt_position", needs=128),
        },
        "valve": {"valve": Position("valve", turned=False), "open": Position("valve", turned=False)},
        "switch": dict.fromkeys(("on", "level", "bypass", "mode"), Switch("switch")),
        "input_boolean": dict.fromkeys(("on", "level", "bypass", "mode"), Switch("input_boolean")),
        "media_player": {"on": Switch("media_player", off=("off", "standby"))},
        "humidifier": {"on": Switch("humidifier"), "humidity_setpoint": Humidity("humidifier.set_humidity")},
        "water_heater": {"mode": WaterMode(), "tank_setpoint_c": _TANK, "supply_temp_c": _TANK},
        "number": {ANY: Number("number")},
        "input_number": {ANY: Number("input_number")},
        "select": {ANY: Choice("select.select_option", "option", "", "options", options)},
        "input_select": {ANY: Choice("input_select.select_option", "option", "", "options", options)},
    }
)
"""By domain and setting. A domain that is absent is read and never told anything: locks, alarms, sensors."""

MEASURES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "climate": {"room_temperature_c": "current_temperature", "relative_humidity": "current_humidity"},
        "water_heater": {"tank_c": "current_temperature"},
        "humidifier": {"relative_humidity": "current_humidity"},
    }
)
"""What entities of a domain measure beside their settings: our name to their attribute."""

ACTING = MappingProxyType(
    {"heating": 1.0, "cooling": 1.0, "drying": 1.0, "humidifying": 1.0, "fan": 0.0, "idle": 0.0, "off": 0.0}
)
"""What an entity says that it does, to whether it works; told as `runs`."""


def handle_of(domain: str, setting: str) -> Handle | None:
    """Return what tells and reads a setting on an entity of a domain; None where nothing can."""
    known = HANDLES.get(domain, {})
    return known.get(setting) or known.get(ANY)
