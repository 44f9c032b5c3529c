"""Finds every number, day and hour that a sentence says, in Japanese and English. It knows nothing of who wrote it."""

import re
from collections.abc import Callable, Iterator
from datetime import date

import msgspec

_NARROW = "0123456789.,:%-"
_WIDE = str.maketrans("".join(chr(ord(one) + 0xFEE0) for one in _NARROW), _NARROW)
"""Wide digits and marks stand so far behind the narrow ones in Unicode."""


_UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("kWh", "キロワット時"), ("energy", 1.0)),
    "MWh": ("energy", 1000.0),
    "Wh": ("energy", 0.001),
    "kW": ("power", 1000.0),
    "W": ("power", 1.0),
    **dict.fromkeys(("°C", "℃", "度", "degrees"), ("temperature", 1.0)),
    "K": ("temperature", 1.0),
    **dict.fromkeys(("%", "パーセント", "percent", "per cent"), ("one", 0.01)),
    "ppm": ("ppm", 1.0),
    **dict.fromkeys(("µg/m³", "μg/m³"), ("dust", 1.0)),
    **dict.fromkeys(("lx", "ルクス", "lux"), ("light", 1.0)),
    **dict.fromkeys(("dB", "デシベル"), ("sound", 1.0)),
    **dict.fromkeys(("hours", "hour", "h", "時間"), ("time", 1.0)),
    **dict.fromkeys(("minutes", "minute", "min", "分間", "分"), ("time", 1.0 / 60.0)),
    **dict.fromkeys(("seconds", "second", "s", "秒間", "秒"), ("time", 1.0 / 3600.0)),
    **dict.fromkeys(("days", "day", "日間", "日分"), ("days", 1.0)),
    **dict.fromkeys(("nights", "night", "晩", "泊"), ("count", 1.0)),
    **dict.fromkeys(("times", "回"), ("count", 1.0)),
    **dict.fromkeys(("people", "persons", "person", "visitors", "visitor", "人", "名"), ("count", 1.0)),
    **dict.fromkeys(("件", "室", "か所", "カ所", "項目"), ("count", 1.0)),
    **dict.fromkeys(("m²", "㎡", "m2"), ("area", 1.0)),
    **dict.fromkeys(("畳", "jo"), ("area", 1.62)),
    **dict.fromkeys(("坪", "tsubo"), ("area", 400.0 / 121.0)),
    **dict.fromkeys(("cm²/m²", "W/(m²K)", "W/(m²·K)"), ("envelope", 1.0)),
    **dict.fromkeys(("/min", "回/分", "bpm", "per minute"), ("rate", 1.0)),
    **dict.fromkeys(("m/s", "km/h"), ("speed", 1.0)),
    "mm": ("length", 0.001),
    "cm": ("length", 0.01),
    "m": ("length", 1.0),
    **dict.fromkeys(("円", "yen", "JPY", "EUR", "USD"), ("money", 1.0)),
}
_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_WORDS |= {"eleven": 11, "twelve": 12, "twenty": 20, "thirty": 30, "twice": 2, "thrice": 3, "dozen": 12, "zero": 0}
_KANJI = {"\u3007": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS_EN, _DAYS_JA = ("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "月火水木金土日"
_UNIT = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_WEEKDAY = r"(?:\s*[（(]([月火水木金土日])(?:曜日?)?[)）]|,?\s+\(?((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6})\b\)?)?"
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a sentence says and that can be right or wrong.

    Attributes:
        begin: First character.
        end: Behind the last one.
        kind: number, date, month, year, clock or bare_day.
        value: The number in the unit of its dimension; of a clock: minutes since midnight; of a month: 1 to 12.
        tolerance: By so much what it was rounded from may differ.
        dimension: What is measured; "bare" where no unit stands there.
        day: For a date; the year is 4 (which had all its days) where none is said.
        year: Of a date or month; None: none is said.
        weekday: 0 Monday to 6 Sunday, where one is said with a date.
    """

    begin: int
    end: int
    kind: str
    value: float = 0.0
    tolerance: float = 0.0
    dimension: str = "bare"
    day: date | None = None
    year: int | None = None
    weekday: int | None = None


def _weekday(match: re.Match[str], first: int) -> int | None:
    if match[first]:
        return _DAYS_JA.index(match[first])
    name = match[first + 1]
    return _DAYS_EN.index(name[:3].lower()) if name else None


def _dated(match: re.Match[str], year: int | None, month: int, day: int, weekday: int | None) -> Quantity | None:
    try:
        found = date(year or 4, month, day)
    except ValueError:
        return None
    begin, end = match.span()
    return Quantity(begin=begin, end=end, kind="date", day=found, year=year, weekday=weekday)


def _iso(match: re.Match[str]) -> Quantity | None:
    return _dated(match, int(match[1]), int(match[2]), int(match[3]), _weekday(match, 4))


def _japanese(match: re.Match[str]) -> Quantity | None:
    year = int(match[1]) if match[1] else None
    return _dated(match, year, int(match[2]), int(match[3]), _weekday(match, 4))


def _english(match: re.Match[str]) -> Quantity | None:
    year = int(match[3]) if match[3] else None
    return _dated(match, year, _MONTHS.index(match[2][:3].lower()) + 1, int(match[1]), _weekday(match, 4))


def _month(match: re.Match[str]) -> Quantity | None:
    begin, end = match.span()
    if match[1]:
        month, year = int(match[2]), int(match[1])
    else:
        month, year = _MONTHS.index(match[3][:3].lower()) + 1, int(match[4])
    return Quantity(begin=begin, end=end, kind="month", value=month, year=year)


def _year(match: re.Match[str]) -> Quantity | None:
    return Quantity(begin=match.start(), end=match.end(), kind="year", year=int(match[1]))


def _clock(match: re.Match[str]) -> Quantity | None:
    hour, minute = int(match[1] or match[3]), int(match[2] or match[4] or 0)
    if hour > 24 or minute > 59:
        return None
    return Quantity(begin=match.start(), end=match.end(), kind="clock", value=60.0 * hour + minute)


def _duration(match: re.Match[str]) -> Quantity | None:
    hours = int(match[1]) + int(match[2]) / 60.0
    return Quantity(
        begin=match.start(), end=match.end(), kind="number", value=hours, tolerance=0.5 / 60.0, dimension="time"
    )


def _money(match: re.Match[str]) -> Quantity | None:
    return _numbered(match, match[1], "money", 1.0)


def _number(match: re.Match[str]) -> Quantity | None:
    unit = match[2] or ""
    dimension, factor = _UNITS.get(unit, ("bare", 1.0))
    return _numbered(match, match[1], dimension, factor)


def _bare_day(match: re.Match[str]) -> Quantity | None:
    return Quantity(begin=match.start(), end=match.end(), kind="bare_day", value=float(match[1]), dimension="days")


def _spelled(match: re.Match[str]) -> Quantity | None:
    return Quantity(
        begin=match.start(), end=match.end(), kind="number", value=float(_WORDS[match[0].lower()]), dimension="spelled"
    )


def _kanji(match: re.Match[str]) -> Quantity | None:
    tens, mark, ones = match[1].rpartition("十")
    value = 10 * _KANJI.get(tens, 1) + _KANJI.get(ones, 0) if mark else _KANJI.get(ones, -1)
    dimension, factor = _UNITS.get(match[2], ("days", 1.0))
    return Quantity(
        begin=match.start(), end=match.end(), kind="number", value=value * factor, dimension=dimension, tolerance=1e-9
    )


def _numbered(match: re.Match[str], said: str, dimension: str, factor: float) -> Quantity:
    plain = said.replace(",", "").replace("−", "-").replace("△", "-").replace(" ", "")
    digits = len(plain.partition(".")[2])
    tolerance = 0.5 * 10.0**-digits * factor
    begin, end = match.span()
    value = float(plain) * factor
    return Quantity(begin=begin, end=end, kind="number", value=value, tolerance=tolerance, dimension=dimension)


_BEFORE = r"(?<![A-Za-z_\d.])"
_SIGNED = rf"{_BEFORE}((?:(?<![\d\w])[-−+]|△)?{_NUMBER})"
_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Quantity | None]], ...] = (
    (re.compile(rf"{_BEFORE}(\d{{4}})[-/](\d{{1,2}})[-/](\d{{1,2}})(?!\d){_WEEKDAY}"), _iso),
    (re.compile(rf"{_BEFORE}(?:(\d{{4}})年)?(\d{{1,2}})月(\d{{1,2}})日{_WEEKDAY}"), _japanese),
    (re.compile(rf"{_BEFORE}(\d{{1,2}}) ({_MONTH})(?:,? (\d{{4}}))?(?!\w){_WEEKDAY}"), _english),
    (re.compile(rf"{_BEFORE}(\d{{4}})年(\d{{1,2}})月(?!\d)|\b({_MONTH}) (\d{{4}})(?!\d)"), _month),
    (re.compile(rf"{_BEFORE}(\d{{4}})年(?!度|間|\d)"), _year),
    (re.compile(rf"{_BEFORE}(\d+) ?(?:h|時間) ?(\d{{1,2}}) ?(?:min|分)"), _duration),
    (re.compile(rf"{_BEFORE}(\d{{1,2}}):(\d{{2}})(?!\d)|{_BEFORE}(\d{{1,2}})時(?!間)(?:(\d{{1,2}})分)?"), _clock),
    (re.compile(rf"[¥￥€$] ?([-−]?{_NUMBER})"), _money),
    (re.compile(rf"{_SIGNED}(?: ?({_UNIT})(?![A-Za-z]))"), _number),
    (re.compile(rf"{_BEFORE}(\d{{1,2}})日(?!間|分)"), _bare_day),
    (re.compile(rf"{_SIGNED}()(?!\d)"), _number),
    (re.compile(rf"(?<![A-Za-z])(?:{'|'.join(_WORDS)})(?![A-Za-z])", re.IGNORECASE), _spelled),
    (re.compile(r"([\u3007一二三四五六七八九十]{1,3})(回|件|人|名|時間|分間|晩|度|円|日間|パーセント)"), _kanji),
)
_JOINED = re.compile(r"^\s*(?:〜|～|–|−|-|±|to|から|,|、|and|or|と|/)\s*$")


def read_quantities(text: str, masked: tuple[tuple[int, int], ...] = (), unit: str = "") -> tuple[Quantity, ...]:
    """Return everything in a sentence that can be right or wrong, in order.

    Args:
        text: The sentence, plain.
        masked: (begin, end) of what is not looked at: names and quotations, which are checked otherwise.
        unit: Of numbers that name none; a column's.
    """
    letters = list(text.translate(_WIDE))
    for begin, end in masked:
        letters[begin:end] = "\x00" * (end - begin)
    rest = "".join(letters)
    found: list[Quantity] = []
    for pattern, read in _READERS:
        for match in list(pattern.finditer(rest)):
            quantity = read(match)
            if quantity is not None:
                found.append(quantity)
                rest = f"{rest[: quantity.begin]}{chr(0) * (quantity.end - quantity.begin)}{rest[quantity.end :]}"
    return tuple(_with_units(text, sorted(found, key=lambda one: one.begin), unit))


def _with_units(text: str, found: list[Quantity], unit: str) -> Iterator[Quantity]:
    """Give numbers without a unit that of the number they are joined to ("20–23 °C"), or the column's."""
    for number, quantity in enumerate(found):
        if quantity.kind != "number" or quantity.dimension != "bare":
            yield quantity
            continue
        after = found[number + 1] if number + 1 < len(found) else None
        if after is not None and after.kind == "number" and _JOINED.match(text[quantity.end : after.begin]):
            joined = re.search(rf"({_UNIT})$", text[after.begin : after.end])
            yield _in_unit(quantity, joined[1] if joined else unit)
        else:
            yield _in_unit(quantity, unit)


def _in_unit(quantity: Quantity, unit: str) -> Quantity:
    dimension, factor = _UNITS.get(unit, (quantity.dimension, 1.0))
    return msgspec.structs.replace(
        quantity,
        value=quantity.value * factor,
        tolerance=quantity.tolerance * factor,
        dimension=dimension,
    )


def dimension_of(unit: str) -> tuple[str, float]:
    """Return the dimension of a row's unit, and by what its value is to be multiplied.

    Args:
        unit: As it stands in a row.
    """
    if unit in ("", "1"):
        return ("one", 1.0)
    if unit == "1/min":
        return ("rate", 1.0)
    if unit == "unix_s":
        return ("moment", 1.0)
    if len(unit) == 3 and unit.isupper() and unit.isascii():
        return ("money", 1.0)
    return _UNITS.get(unit, (f"unit {unit}", 1.0))
