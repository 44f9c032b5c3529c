"""What the numbers, times and colours of a call are worth, and whether they can be meant."""

import re
from collections.abc import Mapping
from datetime import tzinfo

import msgspec

from sumika.assistant.calls import Call
from sumika.assistant.lexicon import COLOUR_WORDS, HUE_WORDS, plain
from sumika.assistant.numbers import Number, delay_of, duration_of, number_of
from sumika.assistant.periods import hour_of, period_of
from sumika.assistant.resolve_words import bare
from sumika.facts.periods import Period

_SANE: Mapping[str, tuple[float, float]] = {
    "c": (5.0, 40.0),
    "k": (0.1, 10.0),
    "share": (0.0, 1.0),
    "kelvin": (1000.0, 20000.0),
    "step": (0.0, 10.0),
}
"""What somebody may mean. Bounds of devices are narrower, and the gate's business; beyond these it is a slip of the
tongue or of the ear, and the house asks."""

_SANE_WATER_C = (30.0, 90.0)
_WARMEST_ROOM_C = 35.0
"""Who runs a bath at forty wants no room so warm."""
_LONGEST_S = 7 * 86400.0
_STEPPED = frozenset({"exhaust_fan", "balanced_ventilation", "air_purifier", "room_air_conditioner"})


class Values(msgspec.Struct, frozen=True, kw_only=True):
    """The values of a call.

    Attributes:
        number: In `unit`.
        unit: As in `sumika.assistant.resolve.Resolved`.
        duration_s: For so long.
        delay_s: In so long.
        hour: Local hour of the day.
        days: In how many days that is; None: nobody said it.
        period: Which days.
        colour_k: Colour temperature.
        unclear: (what is not clear, the word), or None.
    """

    number: float | None = None
    unit: str = ""
    duration_s: float | None = None
    delay_s: float | None = None
    hour: float | None = None
    days: int | None = None
    period: Period | None = None
    colour_k: float | None = None
    unclear: tuple[str, str] | None = None


def values_of(call: Call, now_unix_s: float, zone: tzinfo, kinds: frozenset[str]) -> Values:
    """Return the values of a call.

    Args:
        call: What was said.
        now_unix_s: When.
        zone: The house's time zone.
        kinds: Of the devices that it means: three of a fan are steps, three of a lamp are percent.
    """
    spans = call.spans
    hour = hour_of(spans["time"], now_unix_s, zone) if "time" in spans else None
    number = number_of(spans["number"]) if "number" in spans else None
    value, unit = (None, "") if number is None else _in_unit(call, number, kinds)
    values = Values(
        number=value,
        unit=unit,
        duration_s=duration_of(spans["duration"]) if "duration" in spans else None,
        delay_s=delay_of(spans["delay"]) if "delay" in spans else None,
        hour=None if hour is None else hour.hour,
        days=None if hour is None else hour.days,
        period=_period(call, spans["period"], now_unix_s, zone) if "period" in spans and not _is_vague(call) else None,
        colour_k=_colour(spans["colour"]) if "colour" in spans else None,
    )
    return msgspec.structs.replace(values, unclear=_unclear(call, values, kinds))


def _unclear(call: Call, values: Values, kinds: frozenset[str]) -> tuple[str, str] | None:
    for name, value in (
        ("number", values.number),
        ("duration", values.duration_s),
        ("delay", values.delay_s),
        ("time", values.hour),
        ("period", values.period),
    ):
        if name in call.spans and value is None and not (name == "period" and _is_vague(call)):
            return f"unknown_{name}", call.spans[name]
    if "colour" in call.spans and values.colour_k is None:
        hue = bare(call.spans["colour"]) in _HUES
        return "no_such_colour" if hue else "unknown_colour", call.spans["colour"]
    low, high = _SANE.get(values.unit, (float("-inf"), float("inf")))
    if values.unit == "c" and kinds == {"heat_pump_water_heater"}:
        low, high = _SANE_WATER_C
    elif values.unit == "c" and call.tool == "temperature":
        high = _WARMEST_ROOM_C
    if values.number is not None and not low <= values.number <= high:
        return "nonsense_number", call.spans["number"]
    for name, value in (("duration", values.duration_s), ("delay", values.delay_s)):
        if value is not None and value > _LONGEST_S:
            return "nonsense_number", call.spans[name]
    return None


def _in_unit(call: Call, number: Number, kinds: frozenset[str]) -> tuple[float | None, str]:
    """Return a number in the unit that its tool means; None where the unit that was said cannot be meant."""
    value, said = number.value, number.unit
    if said == "step" and call.what in ("up", "down") and call.tool in ("temperature", "what_if"):
        return value, "k"  # one step of a thermostat
    if call.tool in ("temperature", "what_if", "why", "mode"):
        return (value, "k" if call.what in ("up", "down") else "c") if said in ("", "c") else (None, "")
    if call.tool == "colour":
        return (value, "kelvin") if said in ("", "k") else (None, "")
    if said == "share":
        return value, "share"
    if said == "step" or (call.tool == "level" and said == "" and kinds & _STEPPED and value <= 5):
        return value, "step"
    return (round(value / 100, 6), "share") if said == "" else (None, "")


_VAGUE = frozenset(
    map(plain, ("lately", "recently", "these days", "nowadays", "of late", "just lately", "最近", "近ごろ", "近頃"))
) | frozenset(map(plain, ("このごろ", "この頃", "ここのところ", "このところ", "ここ最近", "ここしばらく")))


def _is_vague(call: Call) -> bool:
    """Tell whether "lately" is said of what changes over weeks: then it is no week, and no period of its own."""
    return call.tool == "changes" and plain(call.spans.get("period", "")) in _VAGUE


_POSSESSIVE = re.compile("(?:['\u2019]s|の)$")


def _period(call: Call, said: str, now_unix_s: float, zone: tzinfo) -> Period | None:
    ahead = call.tool == "plan" or (call.tool == "outside" and call.what == "weather")
    said = _POSSESSIVE.sub("", said)
    found = period_of(said, now_unix_s, zone, ahead=ahead)
    if ahead and found is not None and found.seconds <= 0:
        return period_of(said, now_unix_s, zone)
    return found


_COLOURS: Mapping[str, float] = {plain(word): float(k) for k, words in COLOUR_WORDS.items() for word in words}
_HUES = frozenset(map(plain, HUE_WORDS))


def _colour(said: str) -> float | None:
    key = bare(said)
    for ending in (
        "",
        "っぽい",
        "っぽく",
        "の光",
        "の明かり",
        "いろ",
        "の色",
        "いろの光",
        "色の光",
        "い",
        "く",
        "light",
        "色",
        "系",
    ):
        if (found := _COLOURS.get(key.removesuffix(ending))) is not None:
            return found
    return None
