"""What Tasmota devices mean by their topics.

Topics: https://tasmota.github.io/docs/MQTT/; commands: https://tasmota.github.io/docs/Commands/. A device tells of
itself below `tasmota/discovery` (SetOption19 0), in the short words that the firmware's `MqttDiscovery` writes.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from sumika.links.mqtt.payload import number_of

MEASURED: Mapping[str, str] = MappingProxyType(
    {
        "Temperature": "temperature_c",
        "Humidity": "relative_humidity",
        "CarbonDioxide": "co2_ppm",
        "PM2.5": "pm2_5_ug_m3",
        "Illuminance": "illuminance_lux",
        "Pressure": "pressure_pa",
        "Power": "power_w",
        "Total": "imported_kwh",
    }
)
"""Fields of a sensor in `tele/.../SENSOR` to our names."""

UNITS: Mapping[str, str] = MappingProxyType({"Humidity": "%", "Pressure": "hPa"})
"""Units that no device may choose; those of temperature and pressure stand beside the readings."""

_FULL_TOPIC = "%prefix%/%topic%/"
_PREFIXES = ("cmnd", "stat", "tele")

RELAY, LIGHT, SHUTTER = 1, 2, 3
"""What a relay is for, as in `rl`."""


class TasmotaDevice(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename={
        "topic": "t",
        "name": "dn",
        "relays": "rl",
        "full_topic": "ft",
        "prefixes": "tp",
        "model": "md",
        "fan": "if",
    },
):
    """What a device tells of itself when it starts.

    Attributes:
        topic: Its own part of its topics.
        name: What people call it.
        relays: What each of its relays is for: 0 nothing, 1 switch, 2 light, 3 shutter.
        full_topic: How its topics are made up.
        prefixes: Its words for cmnd, stat and tele.
        model: Of which it is.
        fan: Whether it is a fan with speeds.
    """

    topic: str
    name: str = ""
    relays: list[int] = []
    full_topic: str = _FULL_TOPIC
    prefixes: tuple[str, ...] = _PREFIXES
    model: str = ""
    fan: int = 0

    @property
    def by_default(self) -> bool:
        """Whether its topics are made up as by default, so that they can be told from its own part of them."""
        return (self.full_topic, self.prefixes) == (_FULL_TOPIC, _PREFIXES)


def tasmota_device(payload: bytes) -> TasmotaDevice | None:
    """Return what a device tells of itself; None where it cannot be read."""
    try:
        return msgspec.json.decode(payload, type=TasmotaDevice)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def reports_of(topic: str) -> tuple[str, ...]:
    """Return the topics on which a device says how it is."""
    return (
        f"stat/{topic}/RESULT",
        f"tele/{topic}/STATE",
        f"tele/{topic}/SENSOR",
        f"stat/{topic}/STATUS10",
    )


def availability_of(topic: str) -> str:
    """Return the topic of its last will."""
    return f"tele/{topic}/LWT"


def told(document: Any) -> Any:
    """Return what a report says, without the wrapping that a `STATUS 10` has."""
    return document.get("StatusSNS", document) if isinstance(document, Mapping) else document


def measured(document: Any) -> Iterator[tuple[str, float, str]]:
    """Yield (our name, value, unit) of everything that a report of sensors measures."""
    if not isinstance(document, Mapping):
        return
    units = {
        "Temperature": f"°{document.get('TempUnit', 'C')}",
        "Pressure": str(document.get("PressureUnit", "hPa")),
        "Humidity": "%",
    }
    for sensor in document.values():
        for field, value in sensor.items() if isinstance(sensor, Mapping) else ():
            number = number_of(value) if field in MEASURED and not isinstance(value, bool | str) else None
            if number is not None:
                yield MEASURED[field], number, units.get(field, "")
