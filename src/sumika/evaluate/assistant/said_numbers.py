"""The numbers that stand in a text, in Japanese or English: how much, of which unit, how finely said, and where."""

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum

import msgspec


class Unit(StrEnum):
    """What a number counts; what nothing is said of is `PLAIN`."""

    MONEY = "money"
    KWH = "kWh"
    WATT = "W"
    CELSIUS = "°C"
    PERCENT = "%"
    PPM = "ppm"
    LUX = "lx"
    DECIBEL = "dB"
    PER_MINUTE = "/min"
    HOURS = "h"
    MINUTES = "min"
    SECONDS = "s"
    DAYS = "days"
    TIMES = "times"
    CLOCK = "clock"
    """Minutes since midnight."""
    DATE = "date"
    """Month * 100 + day."""
    PLAIN = ""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A number in a text.

    Attributes:
        value: In its unit.
        unit: What it counts.
        step: The next finer digit that was not said: half of it is how far a true value may lie off. 21.4: 0.1.
        text: As it stands there.
    """

    value: float
    unit: Unit
    step: float
    text: str


_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_N = r"\d[\d,]*(?:\.\d+)?"
_WORDS = {
    word: value
    for value, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    )
} | {"once": 1, "twice": 2, "no": 0}
_COUNTED = (
    r"times?|visits?|visitors?|people|persons?|guests?|baths?|meals?|nights?|events?|alarms?|回|人|件|度目|名|晩|組"
)
_NOT_A_NUMBER = re.compile(
    r"CO2|CO₂|PM ?2\.5|PM ?10|24 ?時間換気|H2O|1 ?kWh ?(?:あたり|当たり|につき)|per 1 ?kWh|[A-Za-z_]+\d+\b|95 ?%"
)
"""Names that hold digits, and the share of an interval that is told beside it."""
_HOURS = (
    rf"(?P<h>{_N}) ?(?:時間|h\b|hours?\b|hrs?\b)(?:と|,| and)? ?"
    r"(?:(?P<min>\d{1,2}) ?(?:分(?!の[一二三\d])|min\b|minutes?\b|m\b)|(?P<thirty>半))?"
)
_RATE = (
    rf"(?:(?:毎分|1分に|一分に) ?(?P<n>{_N}) ?[回拍]?"
    rf"|(?P<k>{_N}) ?(?:回/分|拍/分|bpm|/min\b|/分|(?:beats|breaths|times) (?:per|a) minute))"
)

_PATTERNS: tuple[tuple[Unit, str], ...] = (
    (Unit.DATE, r"(?<!\d)\d{4}-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)"),
    (Unit.DATE, r"(?:\d{4}年)?(?P<m>\d{1,2})月(?P<d>\d{1,2})日"),
    (Unit.DATE, rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<name>{_MONTH})\b(?:,? \d{{4}})?"),
    (Unit.DATE, rf"\b(?P<name>{_MONTH}) (?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? \d{{4}})?"),
    (Unit.DATE, r"(?<![\d/])(?P<m>\d{1,2})/(?P<d>\d{1,2})(?![\d/])"),
    (
        Unit.CLOCK,
        r"(?P<half>午前|午後|夜|朝|夕方|深夜)?(?<!\d)(?P<h>\d{1,2})時(?!間)(?:(?P<min>\d{1,2})分|(?P<thirty>半))?",
    ),
    (Unit.CLOCK, r"(?<![\d:])(?P<h>\d{1,2}):(?P<min>\d{2})(?::\d{2})?(?: ?(?P<half>[ap]\.?m\.?))?"),
    (Unit.CLOCK, r"(?<!\d)(?P<h>\d{1,2}) ?(?P<half>[ap]\.?m\.?)(?![a-z])"),
    (Unit.HOURS, _HOURS),
    (Unit.PER_MINUTE, _RATE),
    (Unit.MINUTES, rf"(?P<n>{_N}) ?(?:分間?|min\b|minutes?\b)"),
    (Unit.SECONDS, rf"(?P<n>{_N}) ?(?:秒|s\b|seconds?\b)"),
    (
        Unit.MONEY,
        rf"(?:[¥￥€$] ?(?P<n>-?{_N})|(?P<k>-?{_N}) ?(?:円|yen\b|JPY\b|€|EUR\b|euros?\b|ユーロ))(?:/kWh| ?per kWh)?",
    ),
    (Unit.KWH, rf"(?P<n>-?{_N}) ?(?:kWh|キロワット時|kilowatt[- ]hours?)"),
    (Unit.WATT, rf"(?P<n>-?{_N}) ?(?:W\b|ワット(?!時)|watts?\b)"),
    (Unit.CELSIUS, rf"(?P<n>-?{_N}) ?(?:°C|℃|°|度(?!目)|degrees?\b|K\b)"),
    (Unit.PERCENT, rf"(?P<n>-?{_N}) ?(?:%|パーセント|per ?cent\b)"),
    (Unit.PPM, rf"(?P<n>{_N}) ?ppm"),
    (Unit.LUX, rf"(?P<n>{_N}) ?(?:lx\b|lux\b|ルクス)"),
    (Unit.DECIBEL, rf"(?P<n>{_N}) ?(?:dB(?:\(A\)|A)?|デシベル|decibels?\b)"),
    (Unit.DAYS, rf"(?P<n>{_N}) ?(?:日間?|days?\b)"),
    (Unit.TIMES, rf"(?P<n>{_N}) ?(?:{_COUNTED})"),
    (Unit.PLAIN, rf"(?<![A-Za-z0-9_.])(?P<n>-?{_N})"),
)
_COMPILED = tuple((unit, re.compile(pattern, re.IGNORECASE)) for unit, pattern in _PATTERNS)
_IN_WORDS = re.compile(
    rf"\b(?P<alone>once|twice)\b|\b(?P<word>{'|'.join(_WORDS)})\b (?=(?:\w+ )?(?:{_COUNTED}|hours?|minutes?|days?)\b)",
    re.IGNORECASE,
)
_KANJI = re.compile(r"(?P<n>[一二三四五六七八九十]+)(?=回|人(?!が)|件|名|晩|度目)")
_KANJI_DIGITS = {sign: value for value, sign in enumerate("一二三四五六七八九", start=1)}


def said_numbers(text: str) -> tuple[Said, ...]:
    """Return the numbers of a text, in no order that matters; each digit belongs to one.

    Names that hold digits (CO2, PM2.5) are none.

    Args:
        text: Japanese or English.
    """
    rest = _NOT_A_NUMBER.sub(lambda match: " " * len(match.group()), unicodedata.normalize("NFKC", text))
    rest = rest.replace("−", "-")
    found = list(_spelled(rest))
    for unit, pattern in _COMPILED:
        while match := pattern.search(rest):
            found.append(_read(unit, match))
            rest = rest[: match.start()] + "\0" * (match.end() - match.start()) + rest[match.end() :]
    return tuple(found)


def _spelled(text: str) -> Iterator[Said]:
    for match in _IN_WORDS.finditer(text):
        word = (match["alone"] or match["word"]).lower()
        yield Said(value=float(_WORDS[word]), unit=Unit.TIMES, step=1.0, text=word)
    for match in _KANJI.finditer(text):
        tens, _, ones = match["n"].rpartition("十")
        ten = 10 * (_KANJI_DIGITS.get(tens, 1)) if "十" in match["n"] else 0
        yield Said(value=float(ten + _KANJI_DIGITS.get(ones, 0)), unit=Unit.TIMES, step=1.0, text=match["n"])


def _read(unit: Unit, match: re.Match[str]) -> Said:
    parts = match.groupdict()
    if unit is Unit.DATE:
        month = int(parts["m"]) if parts.get("m") else _MONTHS[str(parts["name"])[:3].lower()]
        return Said(value=float(month * 100 + int(parts["d"])), unit=unit, step=0.0, text=match.group())
    if unit is Unit.CLOCK:
        return _clock(match, parts)
    if unit is Unit.HOURS:
        hours, step = _number(parts["h"])
        minutes = 30.0 if parts.get("thirty") else float(parts.get("min") or 0.0)
        fine = 1.0 / 60.0 if parts.get("min") else step
        return Said(value=hours + minutes / 60.0, unit=unit, step=fine, text=match.group())
    value, step = _number(parts.get("n") or parts.get("k") or "")
    return Said(value=value, unit=unit, step=step, text=match.group())


def _clock(match: re.Match[str], parts: dict[str, str | None]) -> Said:
    hour, half = int(parts["h"] or 0), (parts.get("half") or "").lower()
    if half.startswith(("p", "午後", "夕", "夜")) and hour < 12 and not (half == "夜" and hour < 5):
        hour += 12
    elif half.startswith(("a", "午前", "深夜")) and hour == 12:
        hour = 0
    minutes = 30 if parts.get("thirty") else int(parts.get("min") or 0)
    fine = 1.0 if parts.get("min") or parts.get("thirty") else 60.0
    return Said(value=float((hour * 60 + minutes) % 1440), unit=Unit.CLOCK, step=fine, text=match.group())


def _number(text: str) -> tuple[float, float]:
    """Return a number and the worth of its last digit."""
    plain = text.replace(",", "")
    return float(plain), 10.0 ** -len(plain.partition(".")[2])
