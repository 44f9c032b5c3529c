"""Which entity of ESPHome is which device of ours.

Modes and fan modes are those of `api.proto` of ESPHome 2026.
"""

from collections.abc import Callable, Mapping
from typing import Any

from aioesphomeapi.model import ClimateFanMode, ClimateMode, LightColorCapability

from sumika.actuate.esphome.handles import Handle, chosen, coloured, dimmed, levelled, passed, switched
from sumika.links.esphome import Entity
from sumika.schema import DEVICE_KINDS, Setting

_MODES = {
    0.0: ClimateMode.OFF,
    1.0: ClimateMode.HEAT,
    2.0: ClimateMode.COOL,
    3.0: ClimateMode.DRY,
    4.0: ClimateMode.FAN_ONLY,
}
_FAN_MODES = {
    0.0: (ClimateFanMode.AUTO,),
    5.0: (ClimateFanMode.HIGH, ClimateFanMode.ON),
    1.0: (ClimateFanMode.QUIET, ClimateFanMode.LOW),
    3.0: (ClimateFanMode.MEDIUM, ClimateFanMode.MIDDLE),
    2.0: (ClimateFanMode.LOW,),
    4.0: (ClimateFanMode.MIDDLE,),
}
"""By our level, the one that matters most first: the modes that can stand for it, the best first."""

KINDS = {
    "climate": "room_air_conditioner",
    "fan": "exhaust_fan",
    "light": "light",
    "switch": "appliance",
    "cover": "blind",
}
"""What an entity most likely is; a scan suggests it."""

MEASURES = {
    "climate": {"room_temperature_c": "current_temperature", "relative_humidity": "current_humidity"},
    "cover": {"moving": "current_operation"},
}
"""Fields of entities that measure something, by our names."""


def handles_of(kind: str, entity: Entity) -> dict[str, Handle]:
    """Return what a device of that kind can be told through an entity."""
    settings = DEVICE_KINDS[kind].settings if kind in DEVICE_KINDS else {"on": Setting(low=0, high=1, step=1)}
    make = _MAKERS.get(entity.domain)
    return {} if make is None else {name: handle for name, handle in make(entity, settings).items() if name in settings}


def _climate(entity: Entity, settings: Mapping[str, Setting]) -> dict[str, Handle]:
    info: Any = entity.info
    modes = {value: int(mode) for value, mode in _MODES.items() if mode in info.supported_modes}
    low, high = info.visual_min_temperature, info.visual_max_temperature
    limits = Setting(low=low, high=high, step=info.visual_target_temperature_step) if low < high else None
    found = {"mode": chosen(entity, "mode", modes)} if len(modes) > 1 else {}
    found["setpoint_c"] = passed(entity, "target_temperature", limits)
    if {0.0, 1.0} <= modes.keys() and "on" in settings:
        # Radiators and floor heating know on and off: that is heating or not.
        found["on"] = chosen(entity, "mode", {0.0: int(ClimateMode.OFF), 1.0: int(ClimateMode.HEAT)})
    speeds = _fan_modes(info.supported_fan_modes)
    if len(speeds) > 1:
        found["fan_level"] = chosen(entity, "fan_mode", speeds, nearest=True)
    if info.supports_target_humidity:
        found["humidity_setpoint"] = _percent(entity, "target_humidity")
    return found


def _fan_modes(supported: list[ClimateFanMode]) -> dict[float, int]:
    found: dict[float, int] = {}
    for level, candidates in _FAN_MODES.items():
        mode = next((one for one in candidates if one in supported), None)
        if mode is not None and int(mode) not in found.values():
            found[level] = int(mode)
    return found


def _percent(entity: Entity, field: str) -> Handle:
    whole = passed(entity, field)

    def decode(fields: Mapping[str, bool | int | float | str]) -> float | None:
        value = whole.decode(fields)
        return None if value is None else round(value / 100.0, 4)

    return Handle(entity.name, lambda value: {field: 100.0 * value}, decode)


def _fan(entity: Entity, settings: Mapping[str, Setting]) -> dict[str, Handle]:
    info: Any = entity.info
    most = int(settings["level"].high) if "level" in settings else 1
    speeds = info.supported_speed_count if info.supports_speed else 1
    return {"level": levelled(entity, most, speeds), "on": switched(entity)}


def _light(entity: Entity, settings: Mapping[str, Setting]) -> dict[str, Handle]:
    info: Any = entity.info
    can = 0
    for mode in info.supported_color_modes:
        can |= int(mode)
    found = {"level": dimmed(entity, dims=bool(can & LightColorCapability.BRIGHTNESS)), "on": switched(entity)}
    if can & (LightColorCapability.COLOR_TEMPERATURE | LightColorCapability.COLD_WARM_WHITE):
        found["colour_temperature_k"] = coloured(entity, info.min_mireds, info.max_mireds)
    return found


def _cover(entity: Entity, settings: Mapping[str, Setting]) -> dict[str, Handle]:
    info: Any = entity.info
    step = 0.01 if info.supports_position else 1.0
    limits = Setting(low=0, high=1, step=step)
    found = {
        "closed": passed(entity, "position", limits, turned=True),
        "open": passed(entity, "position", limits),
    }
    if info.supports_tilt:
        found["slat"] = passed(entity, "tilt", Setting(low=0, high=1, step=0.01))
    return found


def _switch(entity: Entity, settings: Mapping[str, Setting]) -> dict[str, Handle]:
    on = switched(entity)
    # A fan behind a plain switch runs at its highest level, or not.
    most = settings["level"].high if "level" in settings else 1.0
    level = Handle(
        entity.name,
        lambda value: {"state": value > 0},
        lambda fields: None if (said := on.decode(fields)) is None else said * most,
        Setting(low=0, high=most, step=most),
    )
    return {"on": on, "level": level}


_MAKERS: Mapping[str, Callable[[Entity, Mapping[str, Setting]], dict[str, Handle]]] = {
    "climate": _climate,
    "fan": _fan,
    "light": _light,
    "cover": _cover,
    "switch": _switch,
}
