"""Which setting of ours is which field of a Zigbee2MQTT device, and which command of a Tasmota one."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from sumika.actuate.mqtt.fields import Field, PlaceField, TasmotaLight, ZigbeeLight
from sumika.actuate.words import speed_of, speeds
from sumika.links.mqtt.zigbee import Exposed, ZigbeeDevice
from sumika.links.place import Place, Spot
from sumika.schema import Setting

_CANDIDATES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "on": ("state", "system_mode"),
        "level": ("brightness", "fan_mode", "fan_speed", "speed", "state"),
        "fan_level": ("fan_mode",),
        "mode": ("system_mode",),
        "setpoint_c": ("occupied_heating_setpoint", "current_heating_setpoint", "occupied_cooling_setpoint"),
        "supply_temp_c": ("occupied_heating_setpoint", "current_heating_setpoint"),
        "tank_setpoint_c": ("occupied_heating_setpoint", "current_heating_setpoint"),
        "valve": ("valve_position", "position", "pi_heating_demand"),
        "colour_temperature_k": ("color_temp",),
        "closed": ("position",),
        "open": ("position",),
        "slat": ("tilt",),
        "bypass": ("state",),
        "humidity_setpoint": ("target_humidity", "humidity_setpoint"),
    }
)
"""Our settings to their properties, the fittest first (zigbee2mqtt.io/guide/usage/exposes.html)."""

_MODES = ("off", "heat", "cool", "dry", "fan_only")
_SHARES = frozenset({"closed", "open", "slat", "valve", "humidity_setpoint"})
"""Shares of 1 that are told in per cent."""
_BRIGHTNESS_TOP = 254.0


def zigbee_fields(device: ZigbeeDevice, topic: str, settings: Mapping[str, Setting]) -> dict[str, Field]:
    """Return the settings of a device that its exposes allow to be set.

    Args:
        device: As the bridge lists it.
        topic: Its topic.
        settings: Those of its kind.
    """
    if "lock" in device.groups:
        return {}
    exposed = device.exposed
    found: dict[str, Field] = {}
    for name, setting in settings.items():
        for theirs in _CANDIDATES.get(name, ()):
            one = exposed.get(theirs)
            field = None if one is None or not one.can_be_set else _zigbee_field(name, setting, one, topic)
            if field is not None:
                found[name] = field
                break
    return found


def _zigbee_field(name: str, setting: Setting, one: Exposed, topic: str) -> Field | None:
    read, write = Spot(topic, one.field), Spot(f"{topic}/set", one.field)
    match one.type:
        case "binary":
            if setting.low > 0 or setting.high < 1:
                return None
            two = (_literal(one.value_off), _literal(one.value_on))
            return PlaceField(name, Setting(low=0, high=1, step=1), Place(read=read, write=write, names=two))
        case "enum":
            words = tuple(word for word in one.values if isinstance(word, str))
            names = _words(name, words, setting.high)
            if not any(names):
                return None
            between = {word.casefold(): speed_of(name, words, setting.high, word) for word in words}
            heard = {word: level for word, level in between.items() if level is not None}
            return PlaceField(name, _numbered(names), Place(read=read, write=write, names=names), heard=heard)
        case "numeric":
            return _numeric(name, setting, one, topic)
    return None


def _numeric(name: str, setting: Setting, one: Exposed, topic: str) -> Field:
    read, write = Spot(topic, one.field), Spot(f"{topic}/set", one.field)
    if one.field == "brightness":
        return ZigbeeLight(topic, one.value_max or _BRIGHTNESS_TOP)
    step = one.value_step or 0.0
    if one.field == "color_temp":
        low, high = one.value_min, one.value_max
        limits = Setting(low=1e6 / high, high=1e6 / low) if low and high else setting
        return PlaceField(name, limits, Place(read=read, write=write, unit="mired"), step=1.0)
    if name in _SHARES:
        # Zigbee2MQTT's covers are at 100 where they are open.
        ends = (100.0, 0.0) if name == "closed" else (0.0, 100.0)
        return PlaceField(name, setting, Place(read=read, write=write, ends=ends), step=step or 1.0)
    if name == "level":
        top = one.value_max or 100.0
        return PlaceField(
            name, setting, Place(read=read, write=write, ends=(0.0, top / setting.high)), step=step or 1.0
        )
    limits = Setting(
        low=setting.low if one.value_min is None else one.value_min,
        high=setting.high if one.value_max is None else one.value_max,
        step=step,
    )
    return PlaceField(name, limits, Place(read=read, write=write), step=step)


def _numbered(names: tuple[str, ...]) -> Setting:
    """Return from the lowest to the highest of our numbers that has a name."""
    numbers = [number for number, name in enumerate(names) if name]
    return Setting(low=min(numbers), high=max(numbers), step=1)


def _words(name: str, words: tuple[str, ...], high: float) -> tuple[str, ...]:
    if name == "mode":
        return tuple(word if word in words else "" for word in _MODES)
    if name == "on":
        return (
            next((word for word in words if word in ("off", "OFF")), ""),
            _first(words, ("heat", "auto", "on", "ON")),
        )
    return speeds(name, words, high) if name in ("level", "fan_level") else words


def _first(words: tuple[str, ...], wanted: tuple[str, ...]) -> str:
    return next((word for word in wanted if word in words), "")


def _literal(said: object) -> str:
    if isinstance(said, bool):
        return "true" if said else "false"
    return said if isinstance(said, str) else ""


def tasmota_fields(topic: str, relay: str, settings: Mapping[str, Setting]) -> dict[str, Field]:
    """Return the settings of a Tasmota device.

    Args:
        topic: Its own part of its topics.
        relay: `POWER`, `POWER1` ...; empty: its only one, or what it has instead: a dimmer, speeds, a shutter.
        settings: Those of its kind.
    """
    return dict(_tasmota(topic, relay, settings))


def _tasmota(topic: str, relay: str, settings: Mapping[str, Setting]) -> Iterator[tuple[str, Field]]:
    switch = relay or "POWER"
    power = Place(read=Spot(topic, switch), write=Spot(f"cmnd/{topic}/{switch}"), names=("OFF", "ON"))
    for name, setting in settings.items():
        if name in ("on", "bypass") or (name == "level" and relay):
            yield name, PlaceField(name, Setting(low=0, high=1, step=1), power)
        elif name == "level" and "colour_temperature_k" in settings:
            yield name, TasmotaLight(topic, topic)
        elif name == "level":
            speed = Place(read=Spot(topic, "FanSpeed"), write=Spot(f"cmnd/{topic}/FanSpeed"))
            yield name, PlaceField(name, setting, speed, step=1.0)
        elif name == "colour_temperature_k":
            white = Place(read=Spot(topic, "CT"), write=Spot(f"cmnd/{topic}/CT"), unit="mired")
            # Its CT goes from 153 to 500.
            yield name, PlaceField(name, Setting(low=1e6 / 500, high=1e6 / 153), white, step=1.0)
        elif name in ("closed", "open"):
            ends = (100.0, 0.0) if name == "closed" else (0.0, 100.0)
            shutter = Place(
                read=Spot(topic, "Shutter1.Position"), write=Spot(f"cmnd/{topic}/ShutterPosition1"), ends=ends
            )
            yield name, PlaceField(name, setting, shutter, step=1.0)
