"""What an entity measures, by the device classes that Home Assistant gives to sensors.

The words are those of developers.home-assistant.io/docs/core/entity/sensor and .../binary-sensor.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sumika.links.home_assistant.entity import EntityState
from sumika.links.measures import to_ours

MEASURED: Mapping[str, str] = MappingProxyType(
    {
        "temperature": "temperature_c",
        "humidity": "relative_humidity",
        "moisture": "relative_humidity",
        "carbon_dioxide": "co2_ppm",
        "carbon_monoxide": "co_ppm",
        "volatile_organic_compounds": "voc_ug_m3",
        "pm25": "pm2_5_ug_m3",
        "illuminance": "illuminance_lux",
        "sound_pressure": "sound_dba",
        "power": "power_w",
        "energy": "imported_kwh",
        "atmospheric_pressure": "pressure_pa",
        "pressure": "pressure_pa",
        "wind_speed": "wind_m_s",
        "precipitation_intensity": "rain_mm_h",
        "irradiance": "global_horizontal_w_m2",
    }
)
"""Device class of a `sensor` to our name."""

SEEN: Mapping[str, str] = MappingProxyType(
    {
        "motion": "motion",
        "occupancy": "presence",
        "presence": "presence",
        "moving": "motion",
        "window": "open",
        "door": "open",
        "opening": "open",
        "garage_door": "open",
        "smoke": "smoke",
        "gas": "smoke",
        "carbon_monoxide": "smoke",
    }
)
"""Device class of a `binary_sensor` to our name."""

_BY_UNIT = MappingProxyType(
    {
        "°C": "temperature_c",
        "°F": "temperature_c",
        "K": "temperature_c",
        "W": "power_w",
        "kW": "power_w",
        "lx": "illuminance_lux",
    }
)
"""For sensors without a class."""

_AT_HOME = ("person", "device_tracker")

_IN_PER_CENT = ("humidity", "current_humidity")
_IN_DEGREES = ("current_temperature",)
"""Attributes of weather, climate and humidifier entities that no unit stands beside: per cent, and the degrees that
this Home Assistant is set to."""


def measured_by(entity: EntityState) -> str:
    """Return our name of what an entity measures; empty where it says nothing that we know."""
    kind = entity.word("device_class")
    match entity.domain:
        case "sensor" | "number" | "input_number":
            return MEASURED.get(kind, _BY_UNIT.get(entity.word("unit_of_measurement"), "") if not kind else "")
        case "binary_sensor":
            return SEEN.get(kind, "")
        case "zone":
            return "at_home"
        case domain if domain in _AT_HOME:
            return "at_home"
        case "weather":
            return "weather"
    return ""


def said(entity: EntityState, name: str, attribute: str = "", unit: str = "") -> float | None:
    """Return what an entity says in the unit of our name; on and off, home and away are 1 and 0.

    Args:
        entity: Which.
        name: Ours, with its unit.
        attribute: Which of its attributes; empty: its state.
        unit: In which it is, where `house.yaml` says so; empty: what the entity says.
    """
    number = entity.number(attribute)
    if number is not None and entity.domain == "zone" and not attribute:
        return float(number > 0.0)
    if number is None:
        word = entity.word(attribute).casefold()
        if entity.domain in _AT_HOME and not attribute:
            return float(word == "home") if word else None
        return {"on": 1.0, "off": 0.0, "open": 1.0, "closed": 0.0}.get(word)
    return to_ours(name, number, unit or _unit_of(entity, attribute))


def _unit_of(entity: EntityState, attribute: str) -> str:
    if not attribute:
        return entity.word("unit_of_measurement")
    told = entity.word(f"{attribute}_unit")
    if not told and attribute in _IN_DEGREES:
        return entity.degrees
    return told or ("%" if attribute in _IN_PER_CENT else "")
