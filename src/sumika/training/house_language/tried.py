"""Whether a label is true: the call is checked against the table, its pieces are read, and it is done in a tiny house.

The tiny house has one device of the kind that the sentence speaks of, with the settings that such a device really has
(`sumika.schema.devices.DEVICE_KINDS`). Afterwards it must be as the call says, or the sentence is thrown away.
"""

from collections.abc import Callable
from datetime import UTC

from sumika.assistant.calls import TOOLS, Call, CallError, checked
from sumika.assistant.lexicon import COLOUR_WORDS, HUE_WORDS
from sumika.assistant.numbers import Number, number_of
from sumika.assistant.resolve_values import values_of
from sumika.schema.devices import DEVICE_KINDS

KINDS = {
    "light": "light",
    "ac": "room_air_conditioner",
    "heating": "room_air_conditioner",
    "fan": "exhaust_fan",
    "purifier": "air_purifier",
    "hum": "humidifier",
    "floor": "radiator",
    "cover": "blind",
    "window": "window_opener",
    "machine": "appliance",
    "tank": "heat_pump_water_heater",
    "battery": "battery",
    "other": "appliance",
    "invented": "appliance",
}
"""Kinds of devices of the grammar, as kinds of the schema."""
NOW_UNIX_S = 1_796_000_000.0
"""When everything is said: in November 2026."""
_MODES = {"heat": 1, "cool": 2, "dry": 3, "fan": 4}
_TANK = {"off": 0, "usual": 1, "now": 2}
_SWITCHES = ("on", "level", "mode", "open", "valve")
State = dict[str, float]


class NotSoError(Exception):
    """The call did not do what it says, or cannot be read; says why in a few words."""


def problem_of(call: Call, sentence: str, kind: str) -> str:
    """Return why a label is not true, in a few words; "" if it is.

    Args:
        call: The label.
        sentence: As it was said.
        kind: Of the device that it speaks of, in the grammar's words; "" where it names none.
    """
    try:
        checked(call, sentence)
    except CallError:
        return "not in the table"
    try:
        number = _read(call, KINDS.get(kind, "light"))
        if TOOLS[call.tool].acts:
            _try(call, number, kind)
    except NotSoError as error:
        return str(error)
    return ""


def _read(call: Call, device: str) -> Number | None:
    """Return the call's number; refuse pieces that the house itself cannot read."""
    unclear = values_of(call, NOW_UNIX_S, UTC, frozenset({device})).unclear
    if unclear is not None and unclear[0] != "no_such_colour":
        raise NotSoError(unclear[0].replace("_", " "))
    return number_of(call.spans["number"]) if "number" in call.spans else None


def _try(call: Call, number: Number | None, kind: str) -> None:
    doer = _DOERS.get(call.tool)
    if doer is None:
        return
    device = KINDS.get(kind, "") or _USUAL.get(call.tool, "light")
    settings = DEVICE_KINDS[device].settings
    before: State = {name: (one.low + one.high) / 2 for name, one in settings.items()}
    doer(call, number, before, device)


def _need(state: State, *names: str) -> str:
    for name in names:
        if name in state:
            return name
    raise NotSoError("the device has no such setting")


def _power(call: Call, number: Number | None, state: State, device: str) -> None:
    name = _need(state, *_SWITCHES, "closed")
    setting = DEVICE_KINDS[device].settings[name]
    state[name] = setting.high if call.what == "on" else setting.low
    if (state[name] > setting.low) != (call.what == "on"):
        raise NotSoError("it is not switched")


def _level(call: Call, number: Number | None, state: State, device: str) -> None:
    name = _need(state, "level", "fan_level")
    setting = DEVICE_KINDS[device].settings[name]
    before = state[name]
    if call.what == "set":
        if number is None or number.unit not in ("share", "step", ""):
            raise NotSoError("no level")
        share = number.value if number.unit == "share" else number.value / (100 if number.value > 5 else 5)
        if not 0 <= share <= 1:
            raise NotSoError("a level out of bounds")
        state[name] = setting.low + share * (setting.high - setting.low)
        return
    step = (setting.high - setting.low) * (number.value if number and number.unit == "share" else 0.2)
    goal = {"up": before + step, "down": before - step, "most": setting.high, "least": setting.low}[call.what]
    state[name] = min(max(goal, setting.low), setting.high)
    if (state[name] > before) != (call.what in ("up", "most")) or state[name] == before:
        raise NotSoError("it did not move")


def _cover(call: Call, number: Number | None, state: State, device: str) -> None:
    name = _need(state, "closed", "open")
    if call.what == "set" and (number is None or number.unit == "c" or not 0 <= _share(number) <= 1):
        raise NotSoError("no share")
    shares = {"open": 1.0, "close": 0.0, "half": 0.5, "set": _share(number) if number else 0.0}
    state[name] = shares[call.what] if name == "open" else 1 - shares[call.what]


def _share(number: Number) -> float:
    return number.value if number.unit == "share" else number.value / 100


def _mode(call: Call, number: Number | None, state: State, device: str) -> None:
    state[_need(state, "mode")] = _MODES[call.what]
    if number is not None:
        _warm(number, "room_air_conditioner")


def _warm(number: Number, device: str) -> None:
    setting = DEVICE_KINDS[device].settings["setpoint_c"]
    if number.unit not in ("c", "") or not setting.low <= number.value <= setting.high:
        raise NotSoError("a temperature out of bounds")


def _temperature(call: Call, number: Number | None, state: State, device: str) -> None:
    if call.what == "set":
        if number is None:
            raise NotSoError("no temperature")
        _warm(number, device if "setpoint_c" in state else "room_air_conditioner")
    elif number is not None and not (0 < number.value <= 6 and number.unit in ("c", "")):
        raise NotSoError("no difference of temperatures")


def _humidity(call: Call, number: Number | None, state: State, device: str) -> None:
    if call.what == "set" and number is None:
        raise NotSoError("no share")
    if number is not None and (number.unit == "c" or not 0 < _share(number) <= 1):
        raise NotSoError("no share")


def _colour(call: Call, number: Number | None, state: State, device: str) -> None:
    setting = DEVICE_KINDS["light"].settings["colour_temperature_k"]
    if call.what != "set":
        return
    said = call.spans.get("colour", "").lower()
    known = {word.lower() for words in (*COLOUR_WORDS.values(), HUE_WORDS) for word in words}
    if said and said not in known:
        raise NotSoError("no colour")
    if not said and (number is None or not setting.low <= number.value <= setting.high):
        raise NotSoError("no colour temperature")


def _machine(call: Call, number: Number | None, state: State, device: str) -> None:
    state[_need(state, "on")] = float(call.what == "start")
    if "device" not in call.spans:
        raise NotSoError("no machine")


def _hot_water(call: Call, number: Number | None, state: State, device: str) -> None:
    state[_need(state, "mode")] = float(_TANK[call.what])


_USUAL = {
    "hot_water": "heat_pump_water_heater",
    "mode": "room_air_conditioner",
    "machine": "appliance",
    "cover": "blind",
    "humidity": "humidifier",
}
_DOERS: dict[str, Callable[[Call, Number | None, State, str], None]] = {
    "power": _power,
    "level": _level,
    "cover": _cover,
    "mode": _mode,
    "temperature": _temperature,
    "humidity": _humidity,
    "colour": _colour,
    "machine": _machine,
    "hot_water": _hot_water,
}
