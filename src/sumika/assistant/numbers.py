"""Numbers, shares, durations and delays, as they are said in Japanese and English: surface text to values.

    number_of("二十三度半")                -> 23.5 °C          number_of("three quarters")  -> 0.75
    duration_of("an hour and a half")  -> 5400 s           delay_of("三十分後")           -> 1800 s

What is no such thing gives None; nothing is guessed.
"""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

Unit = Literal["", "c", "share", "k", "step"]
"""Nothing said, degrees Celsius, a share of the whole, kelvin (of light), a step of a fan."""


class Number(msgspec.Struct, frozen=True):
    """How much.

    Attributes:
        value: In the unit; shares are 0 to 1.
        unit: What was said with it; empty where nothing was.
    """

    value: float
    unit: Unit = ""


DIGITS = r"[0-9]+(?:[.,][0-9]+)?"
KANJI_NUMBER = "[〇零一二三四五六七八九十百千]+(?:点[〇零一二三四五六七八九]+)?"
JA_NUMBER = f"(?:{DIGITS}|{KANJI_NUMBER})"
"""Digits or kanji, after NFKC."""

_KANJI_DIGITS = MappingProxyType({kanji: value for value, kanji in enumerate("〇一二三四五六七八九")} | {"零": 0})
_KANJI_TENS = MappingProxyType({"十": 10, "百": 100, "千": 1000})
_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS: Mapping[str, int] = MappingProxyType(
    {word: value for value, word in enumerate(_ONES)} | {word: 10 * value for value, word in enumerate(_TENS, 2)}
)
_ONE_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_SMALL = rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_ONES[1:10])}))?|{_ONE_WORD})"
EN_NUMBER = (
    rf"(?:{DIGITS}|(?:(?:a|{'|'.join(_ONES[1:10])}) hundred(?:(?: and)? {_SMALL})?|{_SMALL})"
    rf"(?: point(?: (?:{'|'.join(_ONES[:10])}))+)?)(?: and (?:a|one) half)?"
)
"""Digits or words, after NFKC and in small letters."""

_LOOSE_NUMBERS: Mapping[str, tuple[float, Unit]] = MappingProxyType(
    {
        **dict.fromkeys(("a degree", "one degree more", "one degree less", "another degree"), (1.0, "c")),
        **dict.fromkeys(("a couple of degrees", "a couple degrees", "couple of degrees", "two degrees"), (2.0, "c")),
        **dict.fromkeys(("a few degrees", "few degrees"), (3.0, "c")),
        "a degree or two": (1.5, "c"),
        "a degree or so": (1.0, "c"),
        **dict.fromkeys(("half a degree", "a half degree"), (0.5, "c")),
        **dict.fromkeys(
            ("いっこ", "一個", "1個", "ひとつ", "一つ", "1つ", "ワンランク", "一段階", "一目盛り", "ひと目盛り"),
            (1.0, "step"),
        ),
        **dict.fromkeys(("a notch", "one notch", "a step", "one step", "a level", "one level"), (1.0, "step")),
        **dict.fromkeys(
            ("two notches", "two steps", "a couple of notches", "にこ", "二個", "ふたつ", "二つ"), (2.0, "step")
        ),
        **dict.fromkeys(("強", "強い", "強風", "high", "強運転", "最強", "最大"), (1.0, "share")),
        **dict.fromkeys(("中", "中くらい", "medium", "mid", "普通"), (0.5, "share")),
        **dict.fromkeys(("弱", "弱い", "弱風", "微風", "low", "弱運転"), (0.25, "share")),
    }
)
"""What is said without a number and means one."""

_SHARES: Mapping[str, float] = MappingProxyType(
    {
        **dict.fromkeys(("半分", "はんぶん", "半", "half", "a half", "one half", "halfway", "half way", "50-50"), 0.5),
        **dict.fromkeys(("a quarter", "quarter", "one quarter", "四分の一", "4分の1"), 0.25),
        **dict.fromkeys(("three quarters", "three-quarters", "四分の三", "4分の3"), 0.75),
        **dict.fromkeys(("a third", "one third", "third", "三分の一", "3分の1"), 1 / 3),
        **dict.fromkeys(("two thirds", "two-thirds", "三分の二", "3分の2"), 2 / 3),
    }
)
_JA_UNIT = "(?P<unit>度|ど|°c|℃|°|パーセント|パー|%|割|ケルビン|k|段階|段|番|レベル)"
_JA_WHOLE = re.compile(
    rf"(?P<level>レベル)?(?P<number>{JA_NUMBER})(?:{_JA_UNIT}(?P<half>半|(?P<tenths>{JA_NUMBER})分)?)?"
)
_EN_WHOLE = re.compile(
    rf"(?:level |speed )?(?P<number>(?:minus )?{EN_NUMBER})"
    r"(?: ?(?P<unit>degrees?(?: (?:celsius|centigrade|c|fahrenheit|f))?|°(?: ?[cf])?|celsius|fahrenheit|[cf]"
    r"|percent|per cent|%|kelvins?|k)(?P<half> and a half)?)?"
)
_UNITS: Mapping[str, tuple[Unit, float]] = MappingProxyType(
    {
        **dict.fromkeys(("度", "ど", "°c", "°", "℃", "degree", "degrees", "celsius", "c"), ("c", 1.0)),
        **dict.fromkeys(("パーセント", "パー", "%", "percent", "per cent"), ("share", 0.01)),
        "割": ("share", 0.1),
        **dict.fromkeys(("ケルビン", "k", "kelvin", "kelvins"), ("k", 1.0)),
        **dict.fromkeys(("段階", "段", "番", "レベル"), ("step", 1.0)),
    }
)


def plain_text(text: str) -> str:
    """Return a piece of a sentence for reading: NFKC, small letters, one blank between words."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def number_of(text: str) -> Number | None:
    """Return how much a piece of a sentence says: 二十三度半, 23.5, 三割, half, twenty-two and a half, 40 %.

    Args:
        text: The whole piece, with or without its unit.
    """
    text = plain_text(text)
    if (share := _SHARES.get(text)) is not None:
        return Number(share, "share")
    if (loose := _LOOSE_NUMBERS.get(text)) is not None:
        return Number(*loose)
    if found := _JA_WHOLE.fullmatch(text):
        return _japanese(found)
    if found := _EN_WHOLE.fullmatch(text):
        return _english(found)
    return None


def _japanese(found: re.Match[str]) -> Number | None:
    value = counted(found["number"])
    if value is None:
        return None
    said = found["unit"] or found["level"]
    unit, scale = _UNITS[said] if said else ("", 1.0)
    if found["tenths"]:
        # 三割五分 is 35 %; of nothing else are there such parts.
        tenths = counted(found["tenths"])
        if found["unit"] != "割" or tenths is None:
            return None
        value += tenths / 10
    elif found["half"]:
        value += 0.5
    return Number(round(value * scale, 6), unit)


def _english(found: re.Match[str]) -> Number | None:
    text = found["number"]
    sign = -1.0 if text.startswith("minus ") else 1.0
    value = counted(text.removeprefix("minus "))
    if value is None:
        return None
    value = sign * (value + (0.5 if found["half"] else 0.0))
    said = (found["unit"] or "").replace("° ", "°")
    if said.endswith(("f", "fahrenheit")):
        return Number(round((value - 32) / 1.8, 1), "c")
    said = re.sub(r"^degrees? |entigrade", "", said)
    if not said and text != found[0]:
        said = "段"  # "level 3"
    unit, scale = _UNITS[said] if said else ("", 1.0)
    return Number(round(value * scale, 6), unit)


def counted(text: str) -> float | None:
    """Return a number without a unit: digits, kanji or English words; None if it is none.

    Args:
        text: After `plain_text`.
    """
    if re.fullmatch(DIGITS, text):
        return float(text.replace(",", "."))
    if re.fullmatch(KANJI_NUMBER, text):
        return _kanji(text)
    half = re.fullmatch(r"(.+) and (?:a|one) half", text)
    value = _in_words(half[1] if half else text)
    return value if value is None or not half else value + 0.5


def _kanji(text: str) -> float | None:
    whole, _, decimals = text.partition("点")
    if not any(kanji in _KANJI_TENS for kanji in whole):
        value = float("".join(str(_KANJI_DIGITS[kanji]) for kanji in whole))  # 二三 is 23
    else:
        value, digit, last = 0.0, None, 10_000
        for kanji in whole:
            if kanji in _KANJI_DIGITS:
                if digit is not None:
                    return None
                digit = _KANJI_DIGITS[kanji]
            elif _KANJI_TENS[kanji] >= last:
                return None
            else:
                last = _KANJI_TENS[kanji]
                value += _KANJI_TENS[kanji] * (1 if digit is None else digit)
                digit = None
        value += digit or 0
    return value + (float("0." + "".join(str(_KANJI_DIGITS[kanji]) for kanji in decimals)) if decimals else 0.0)


def _in_words(text: str) -> float | None:
    if re.fullmatch(DIGITS, text):
        return float(text.replace(",", "."))
    whole, _, decimals = text.partition(" point ")
    value, hundreds = 0, 0
    words = whole.replace("-", " ").replace(" and ", " ").split()
    if "hundred" in words:
        at = words.index("hundred")
        hundreds = 1 if words[:at] == ["a"] else _WORDS.get(" ".join(words[:at]), -1)
        words = words[at + 1 :]
        if hundreds < 0:
            return None
    for word in words:
        if word not in _WORDS:
            return None
        value += _WORDS[word]
    if not words and not hundreds:
        return None
    digits = [_WORDS.get(word, 10) for word in decimals.split()]
    if any(digit > 9 for digit in digits):
        return None
    return hundreds * 100 + value + (float("0." + "".join(map(str, digits))) if digits else 0.0)


_JA_TIME_UNITS: Mapping[str, float] = MappingProxyType({"日": 86400, "時間": 3600, "分": 60, "秒": 1, "週間": 604800})
_JA_DURATION = re.compile(
    rf"(?:(?P<days>{JA_NUMBER})日間?)?(?:(?P<hours>{JA_NUMBER})時間(?P<half>半)?)?と?(?:(?P<minutes>{JA_NUMBER})分)?"
    rf"(?:(?P<half_minute>半)|(?P<seconds>{JA_NUMBER})秒)?間?"
)
_EN_UNIT_S: Mapping[str, float] = MappingProxyType({"d": 86400, "h": 3600, "m": 60, "s": 1, "w": 604800})
"""By their first letter."""
_EN_UNIT = r"(?:days?|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s|weeks?)"
_EN_PART = re.compile(
    rf"(?P<number>{EN_NUMBER}|an?|half an?|(?:a )?quarter of an|three quarters of an|a couple of|a few|one and a half)"
    rf" ?(?P<unit>{_EN_UNIT})(?P<half> and a half)?"
)
_LOOSE: Mapping[str, float] = MappingProxyType(
    {
        "a": 1,
        "an": 1,
        "half a": 0.5,
        "half an": 0.5,
        "a quarter of an": 0.25,
        "quarter of an": 0.25,
        "three quarters of an": 0.75,
        "a couple of": 2,
        "one and a half": 1.5,
    }
)
EN_DURATION = (
    rf"(?:{EN_NUMBER}|half an?|a quarter of an|quarter of an|three quarters of an|a couple of|an?) ?{_EN_UNIT}(?![a-z])"
    rf"(?: and a half|(?:,? and |,? )(?:{EN_NUMBER}) ?{_EN_UNIT}(?![a-z]))?"
)
JA_DURATION = (
    rf"(?:{JA_NUMBER}日間|{JA_NUMBER}週間|(?:{JA_NUMBER}時間(?:半|と?{JA_NUMBER}分)?|{JA_NUMBER}分半?|{JA_NUMBER}秒)間?"
    r"|半時間|半日|一晩|小一時間)"
)


def duration_of(text: str) -> float | None:
    """Return how long a piece of a sentence says, seconds: 2時間半, 三十分間, an hour and a half, 90 minutes.

    Args:
        text: The whole piece.
    """
    text = plain_text(text).removeprefix("for ").removesuffix("だけ").removesuffix("ほど").removesuffix("くらい")
    special = {"半時間": 1800.0, "半日": 43200.0, "小一時間": 3600.0, "一晩": 28800.0, "半日間": 43200.0}.get(text)
    if special is not None:
        return special
    if weeks := re.fullmatch(rf"({JA_NUMBER})週間?", text):
        value = counted(weeks[1])
        return None if value is None else value * _JA_TIME_UNITS["週間"]
    if text and (found := _JA_DURATION.fullmatch(text)):
        return _japanese_duration(found)
    return _english_duration(text)


def _japanese_duration(found: re.Match[str]) -> float | None:
    total = 0.0
    for name, unit in (("days", "日"), ("hours", "時間"), ("minutes", "分"), ("seconds", "秒")):
        if found[name]:
            value = counted(found[name])
            if value is None:
                return None
            total += value * _JA_TIME_UNITS[unit]
    total += (1800.0 if found["half"] else 0.0) + (30.0 if found["half_minute"] and found["minutes"] else 0.0)
    return total or None


def _english_duration(text: str) -> float | None:
    total, at = 0.0, 0
    while at < len(text):
        found = _EN_PART.match(text, at)
        if not found:
            return None
        number = _LOOSE.get(found["number"])
        number = counted(found["number"]) if number is None else number
        if number is None:
            return None
        total += (number + (0.5 if found["half"] else 0.0)) * _EN_UNIT_S[found["unit"][0]]
        at = found.end()
        if joint := re.compile(r",? and |,? ").match(text, at):
            at = joint.end()
    return total or None


_AFTER = "(?:後|あと|のち|したら|経ったら|たったら|してから|経って|経過したら)"
JA_DELAY = rf"(?:あと)?{JA_DURATION}{_AFTER}(?:に|で)?"
EN_DELAY = rf"(?:(?:in|after) {EN_DURATION}(?:'s? time)?|{EN_DURATION} (?:from now|later))"


def delay_of(text: str) -> float | None:
    """Return in how long a piece of a sentence says, seconds: 10分後, 三十分したら, in half an hour.

    Args:
        text: The whole piece; a bare duration counts.
    """
    text = plain_text(text)
    text = re.sub(rf"{_AFTER}?(?:に|で)?$", "", text)
    text = re.sub(r"^(?:in |after |あと)|(?: from now| later|'s? time)$", "", text)
    return duration_of(text)
