"""Which object of ECHONET Lite is which device of ours, and what its properties are in our words.

Properties and codes: ECHONET Consortium, Appendix "Detailed requirements for ECHONET device objects", release R,
checked against its machine-readable form (MRA 1.3.1). Colours of light are the middle of their range in JIS Z 9112.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sumika.actuate.echonet_lite.codes import (
    POWER,
    Properties,
    Sets,
    SettingCode,
    Wishes,
    coded,
    dimmed,
    levels,
    modes,
    nearest,
    reading_of,
    share_of,
    spread,
    steps,
    switch,
    whole,
)
from sumika.actuate.echonet_lite.stores import StoreCodes
from sumika.links.echonet_lite.numbers import Reading, share, signed, unsigned
from sumika.schema import DEVICE_KINDS, UsageError

_CELSIUS = signed(1)
_WATTS_NOW = 0x84
_AUTOMATIC = 0x41
_FIRST_LEVEL = 0x31
_LEVELS = range(_FIRST_LEVEL, _FIRST_LEVEL + 8)
_SUPPLY_C = (25.0, 50.0)


@dataclass(frozen=True, slots=True)
class Measured:
    """Something that an object measures.

    Attributes:
        epc: The property.
        reading: Makes a number of its bytes.
    """

    epc: int
    reading: Reading


@dataclass(frozen=True, slots=True)
class ObjectClass:
    """A class of objects.

    Attributes:
        kinds: The devices of ours that it can be, the likeliest first.
        settings: Makes the codes of a device of such a kind.
        measures: What it measures, in our words.
        power: Electric power that it draws.
    """

    kinds: tuple[str, ...]
    settings: Callable[[str], Mapping[str, SettingCode]]
    measures: Mapping[str, Measured] = field(default_factory=dict)
    power: Measured = Measured(_WATTS_NOW, unsigned(2))


def _air_conditioner(kind: str) -> Mapping[str, SettingCode]:
    return {
        "mode": modes(0xB0, {1: 0x43, 2: 0x42, 3: 0x44, 4: 0x45}),
        "setpoint_c": whole(0xB3, 0, 50),
        "fan_level": coded(0xA0, {0.0: _AUTOMATIC, **steps(spread(_FIRST_LEVEL, 8, 5))}, among=_LEVELS),
        "humidity_setpoint": share_of(0xB4),
    }


def _floor_heating(kind: str) -> Mapping[str, SettingCode]:
    return {"on": switch(), "supply_temp_c": _supply_level()}


def _supply_level() -> SettingCode:
    """Return the temperature level, spread over 25 to 50 °C of water.

    The standard knows 15 levels (fewer where property 0xD1 says so) and no water temperature; what water a level means,
    no maker publishes. Even spacing over the range of panel heating is typical; `mapping` gives another property.
    """

    def count(now: Properties) -> int:
        told = now.get(0xD1, b"")
        return told[0] if len(told) == 1 and 1 < told[0] <= 15 else 15

    def encode(value: float, wishes: Wishes, now: Properties) -> Sets:
        low, high = _SUPPLY_C
        level = nearest((value - low) / (high - low) * (count(now) - 1))
        return [(0xE1, bytes([_FIRST_LEVEL + min(max(level, 0), count(now) - 1)]))]

    def decode(now: Properties, wishes: Wishes) -> float | None:
        told, (low, high) = now.get(0xE1, b""), _SUPPLY_C
        level = told[0] - _FIRST_LEVEL if len(told) == 1 else -1
        return round(low + (high - low) * level / (count(now) - 1), 3) if 0 <= level < count(now) else None

    return SettingCode(reads=(0xE1, 0xD1), encode=encode, decode=decode, needs=(0xE1,), step=1.8)


def _ventilation(kind: str) -> Mapping[str, SettingCode]:
    most = int(DEVICE_KINDS[kind].settings["level"].high)
    found = {"level": levels(0xA0, spread(_FIRST_LEVEL, 8, most))}
    if "bypass" in DEVICE_KINDS[kind].settings:
        found["bypass"] = coded(0xE0, {0: 0x41, 1: 0x42})  # the heat exchanger works, or does not
    return found


def _light(kind: str) -> Mapping[str, SettingCode]:
    return {
        "level": dimmed(0xB0),
        "colour_temperature_k": coded(0xB1, {2800: 0x41, 4200: 0x42, 5000: 0x43, 6500: 0x44}),
    }


def _water_heater(kind: str) -> Mapping[str, SettingCode]:
    return {"mode": coded(0xB0, {0: 0x43, 1: 0x41, 2: 0x42}), "tank_setpoint_c": whole(0xB3, 0, 100)}


def _moisture(kind: str) -> Mapping[str, SettingCode]:
    return {"on": switch(), "humidity_setpoint": share_of(0xC0)}


_BATTERY = StoreCodes(by_itself=0x46, charge_method=0xC1, discharge_method=0xC2)
_CAR = StoreCodes(by_itself=0x49, charge_method=0xDC, discharge_method=0xDD)
_CAR_CHARGED_ONLY = StoreCodes(by_itself=0x49, charge_method=0xDC, discharge_method=0)
_FLOW = Measured(0xD3, signed(4))
_CHARGE = {"charge": Measured(0xE4, share)}

CLASSES: Mapping[int, ObjectClass] = {
    0x0130: ObjectClass(
        ("room_air_conditioner",),
        _air_conditioner,
        {
            "room_temperature_c": Measured(0xBB, _CELSIUS),
            "relative_humidity": Measured(0xBA, share),
            "outdoor_temperature_c": Measured(0xBE, _CELSIUS),
        },
    ),
    0x0133: ObjectClass(("exhaust_fan", "balanced_ventilation"), _ventilation),
    0x0134: ObjectClass(
        ("balanced_ventilation", "exhaust_fan"),
        _ventilation,
        {"co2_ppm": Measured(0xC0, unsigned(2)), "relative_humidity": Measured(0xBA, share)},
    ),
    0x0135: ObjectClass(("air_purifier",), _ventilation),
    0x0139: ObjectClass(("humidifier",), _moisture, {"relative_humidity": Measured(0xB4, share)}),
    0x026B: ObjectClass(
        ("heat_pump_water_heater",),
        _water_heater,
        {"tank_c": Measured(0xC1, unsigned(1)), "hot_water_l": Measured(0xE1, unsigned(2))},
    ),
    0x0279: ObjectClass(("pv",), lambda kind: {}, {"pv_w": Measured(0xE0, unsigned(2))}),
    0x027B: ObjectClass(
        ("floor_heating",),
        _floor_heating,
        {"room_temperature_c": Measured(0xE2, _CELSIUS), "floor_temperature_c": Measured(0xE3, _CELSIUS)},
    ),
    0x027D: ObjectClass(("battery",), lambda kind: _BATTERY.settings(), _CHARGE, _FLOW),
    0x027E: ObjectClass(("ev_charger",), lambda kind: _CAR.settings(), _CHARGE, _FLOW),
    0x0290: ObjectClass(("light",), _light),
    0x02A1: ObjectClass(("ev_charger",), lambda kind: _CAR_CHARGED_ONLY.settings(), _CHARGE, _FLOW),
}
"""By group and class."""

_GIVEN = re.compile(r"(?P<epc>[0-9a-fA-F]{2}):(?P<form>[us][124])(?::(?P<scale>[0-9.eE+-]+))?")
_GIVEN_STEPS = re.compile(r"(?P<epc>[0-9a-fA-F]{2}):(?P<codes>[0-9a-fA-F]{2}(?:/[0-9a-fA-F]{2})*)")


def settings_of(kind: str, class_code: int, mapping: Mapping[str, str], where: str) -> dict[str, SettingCode]:
    """Return how the settings of a device are told to its object.

    Args:
        kind: The device's.
        class_code: Its object's group and class.
        mapping: What `house.yaml` says of single settings: `E0:u1` or `B3:u2:0.1` for a number (property, unsigned,
            bytes, one count), `A0:31/35/38` for codes (property, code of level 1, 2, ... of a `level`, whose 0 is
            "off"; of 0, 1, 2, ... of any other setting).
        where: For errors.

    Raises:
        UsageError: if the class can be no such device, or the mapping cannot be read.
    """
    known = CLASSES.get(class_code)
    found: dict[str, SettingCode] = {}
    if known is not None and kind in known.kinds:
        found.update(known.settings(kind))
    elif not mapping:
        best = f"; it can be: {', '.join(known.kinds)}" if known is not None else ""
        raise UsageError(
            f"an object of class 0x{class_code:04x} is no {kind}{best}",
            where=where,
            remedy="Name another kind or object, or say in `mapping` which property each setting is",
        )
    for setting, text in mapping.items():
        found[setting] = _given(setting, text, f"{where}: mapping: {setting}")
    return found


def _given(setting: str, text: str, where: str) -> SettingCode:
    match = _GIVEN_STEPS.fullmatch(text)
    if match is not None:
        codes = [int(code, 16) for code in match["codes"].split("/")]
        epc = int(match["epc"], 16)
        return levels(epc, codes) if setting == "level" else coded(epc, dict(enumerate(codes)))
    match = _GIVEN.fullmatch(text)
    scale = _scale(match["scale"] or "1") if match is not None else 0.0
    if match is None or match["form"][0] != "u" or not scale:
        raise UsageError(
            f"{text!r} is no property",
            where=where,
            remedy="Write a property with its form, as in E0:u1 or B3:u2:0.1, or with its codes, as in A0:31/35/38",
        )
    size = int(match["form"][1])
    return whole(int(match["epc"], 16), 0, (1 << 8 * size) - 3, scale, size)


def _scale(text: str) -> float:
    """Return what one count is; 0 where nothing can be counted in it."""
    try:
        scale = float(text)
    except ValueError:
        return 0.0
    return scale if math.isfinite(scale) and scale > 0.0 else 0.0


def measured_of(class_code: int) -> Mapping[str, Callable[[Properties], float | None]]:
    """Return what an object of a class measures, each with what reads it out of its properties."""
    known = CLASSES.get(class_code)
    return {} if known is None else {name: reading_of(what.epc, what.reading) for name, what in known.measures.items()}


def properties_of(class_code: int, settings: Mapping[str, SettingCode]) -> frozenset[int]:
    """Return the properties that tell how a device is."""
    known = CLASSES.get(class_code)
    found = {POWER, _WATTS_NOW, *(epc for code in settings.values() for epc in code.reads)}
    if known is not None:
        found |= {known.power.epc, *(what.epc for what in known.measures.values())}
    return frozenset(found)
