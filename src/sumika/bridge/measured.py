"""What sensors measure, as Home Assistant wants it: device classes and units of its sensor and binary_sensor pages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_PERCENT = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One quantity.

    Attributes:
        key: Of its entity and of its field in the state.
        field: Of the message on the bus.
        text: Key of its name.
        shown: Value to what is published: rounded to what is not noise.
        platform: Of Home Assistant.
        config: What else that platform wants to know.
        worst: Whether of several sensors in a room the highest counts: one window that is open is an open window.
    """

    key: str
    field: str
    text: str
    shown: Callable[[float], Any]
    config: dict[str, Any]
    platform: str = "sensor"
    worst: bool = False


def _to(digits: int, scale: float = 1.0) -> Callable[[float], float]:
    return lambda value: round(scale * float(value), digits or None)


def _steps(step: int) -> Callable[[float], int]:
    return lambda value: round(float(value) / step) * step


def _on(value: float) -> str:
    return "ON" if value else "OFF"


def sensor(unit: str, digits: int, device_class: str = "", **more: Any) -> dict[str, Any]:
    """Return the configuration of a number that is measured.

    Args:
        unit: As Home Assistant writes it.
        digits: Shown behind the point.
        device_class: Of Home Assistant; empty: none.
        more: What else it wants to know.
    """
    config: dict[str, Any] = {"unit_of_measurement": unit, "suggested_display_precision": digits}
    if device_class:
        config["device_class"] = device_class
    return {"state_class": "measurement", **config, **more}


AIR: tuple[Measured, ...] = (
    Measured(
        key="temperature",
        field="temperature_c",
        text="bridge.temperature",
        shown=_to(1),
        config=sensor("°C", 1, "temperature"),
    ),
    Measured(
        key="humidity",
        field="relative_humidity",
        text="bridge.humidity",
        shown=_to(0, _PERCENT),
        config=sensor("%", 0, "humidity"),
    ),
    Measured(key="co2", field="co2_ppm", text="bridge.co2", shown=_steps(5), config=sensor("ppm", 0, "carbon_dioxide")),
    Measured(
        key="voc",
        field="voc_ug_m3",
        text="bridge.voc",
        shown=_steps(5),
        config=sensor("µg/m³", 0, "volatile_organic_compounds"),
    ),
    Measured(key="pm25", field="pm2_5_ug_m3", text="bridge.pm25", shown=_to(0), config=sensor("µg/m³", 0, "pm25")),
    Measured(
        key="illuminance",
        field="illuminance_lux",
        text="bridge.illuminance",
        shown=_to(0),
        config=sensor("lx", 0, "illuminance"),
    ),
    Measured(
        key="melanopic",
        field="melanopic_edi_lux",
        text="bridge.melanopic",
        shown=_to(0),
        config=sensor("lx", 0, "illuminance", enabled_by_default=False),
    ),
    Measured(
        key="sound", field="sound_dba", text="bridge.sound", shown=_to(0), config=sensor("dBA", 0, "sound_pressure")
    ),
    Measured(
        key="co",
        field="co_ppm",
        text="bridge.co",
        shown=_to(1),
        config=sensor("ppm", 1, "carbon_monoxide"),
        worst=True,
    ),
    Measured(
        key="smoke",
        field="smoke",
        text="bridge.smoke",
        shown=_on,
        platform="binary_sensor",
        config={"device_class": "smoke"},
        worst=True,
    ),
    Measured(
        key="window",
        field="window_open",
        text="bridge.window",
        shown=_on,
        platform="binary_sensor",
        config={"device_class": "window"},
        worst=True,
    ),
)
"""Of an `AirSample`."""

_COUNTED = {"device_class": "energy", "state_class": "total_increasing", "unit_of_measurement": "kWh"}

METER: tuple[Measured, ...] = (
    Measured(key="power", field="power_w", text="bridge.power", shown=_steps(10), config=sensor("W", 0, "power")),
    Measured(key="solar", field="pv_w", text="bridge.solar", shown=_steps(10), config=sensor("W", 0, "power")),
    Measured(key="imported", field="imported_kwh", text="bridge.imported", shown=_to(2), config=_COUNTED),
    Measured(key="exported", field="exported_kwh", text="bridge.exported", shown=_to(2), config=_COUNTED),
)
"""Of a `MeterSample`."""
