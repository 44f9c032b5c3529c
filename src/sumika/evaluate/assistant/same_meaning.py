"""Whether two calls mean the same: same tool and word, pieces that name the same thing, however they were cut out."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache

import msgspec

from sumika.assistant.calls import Call
from sumika.evaluate.assistant.phrasings import Phrasing, held_house


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """What a call comes to in a house, as far as it is compared.

    Attributes:
        devices: Ids.
        rooms: Ids.
        residents: Ids.
        values: Numbers, lengths of time, periods and colours, by name.
    """

    devices: frozenset[str] = frozenset()
    rooms: frozenset[str] = frozenset()
    residents: frozenset[str] = frozenset()
    values: Mapping[str, object] = {}


Resolve = Callable[[Call, str], Reached | None]
"""What a call comes to, given the speaker's room; None where the house has to ask back."""

THINGS = ("device", "room", "resident")
_NOWHERE = (
    "この部屋",
    "ここ",
    "この家",
    "うち",
    "家",
    "thisroom",
    "here",
    "inhere",
    "theroom",
    "myroom",
    "house",
    "home",
)
_NOW = ("今", "いま", "現在", "now", "rightnow", "currently", "presently")
_SELF = ("わし", "私", "わたし", "僕", "俺", "i", "me", "my")
_POLITE = re.compile(r"(さん|ちゃん|くん|さま|様)$|^お(?=部屋)")
_ARTICLE = re.compile(r"\b(the|my|our|that|this|of|in|at|on|a|an|all|every|each|single|some|any)\b|'s\b|の|全部")
_NUMBER_UNIT = re.compile(r"degrees?|percent|kelvin|level|パーセント|ケルビン|くらい|ぐらい|ほど|まで|[度%℃°k]")
_TIME_WORD = re.compile(
    r"^(for|in|after|by|at|until|about)\b|(後|間|だけ|ほど|くらい|ぐらい|までに|まで|頃|ごろ|に|の)$"
)
_DIGITS = {sign: value for value, sign in enumerate("〇一二三四五六七八九")}
_KANJI = re.compile(r"[〇一二三四五六七八九十百千]+")
_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_WORDS = (*_ONES, *_TEENS)
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}


def same_meaning(phrasing: Phrasing, call: Call, resolve: Resolve | None = None) -> bool:
    """Return whether a call is what was meant.

    Args:
        phrasing: With the calls that are right, and what they must reach.
        call: What was understood.
        resolve: What calls come to in the held-out house; None: the words are compared.
    """
    return any(_same(phrasing, meant, call, resolve) for meant in phrasing.calls)


def _same(phrasing: Phrasing, meant: Call, call: Call, resolve: Resolve | None) -> bool:
    if (meant.tool, meant.what) != (call.tool, call.what) or _statistic(meant) != _statistic(call):
        return False
    first = resolve(meant, phrasing.room) if resolve else None
    second = resolve(call, phrasing.room) if resolve else None
    if resolve and second is None:
        return False
    return _same_values(meant, call, first, second) and _same_things(phrasing, meant, call, first, second)


def _statistic(call: Call) -> str:
    """Return the statistic; "now" of a time that is past is its mean."""
    period = plain(call.spans.get("period", ""))
    return "mean" if call.statistic == "now" and period and period not in _NOW else call.statistic


def _same_values(meant: Call, call: Call, first: Reached | None, second: Reached | None) -> bool:
    """Return whether numbers, times and colours are the same; words that differ may still come to the same."""
    if _values_said(meant) == _values_said(call):
        return True
    return first is not None and second is not None and first.values == second.values


def _values_said(call: Call) -> dict[str, str]:
    said = {name: value_said(name, piece) for name, piece in call.spans.items() if name not in THINGS}
    return {name: piece for name, piece in said.items() if piece not in _NOW}


def _same_things(phrasing: Phrasing, meant: Call, call: Call, first: Reached | None, second: Reached | None) -> bool:
    if second is None:
        return _things_said(meant) == _things_said(call)
    if phrasing.means:
        return _reaches(phrasing, second)
    if first is None:
        return _things_said(meant) == _things_said(call)
    return (first.devices, first.rooms, first.residents) == (second.devices, second.rooms, second.residents)


def _reaches(phrasing: Phrasing, reached: Reached) -> bool:
    """Return whether everything is reached that must be, and nothing that may not."""
    for kind in ("devices", "rooms", "residents"):
        ids = _ids(kind)
        must, may = ids & set(phrasing.means), ids & {*phrasing.means, *phrasing.may}
        found: frozenset[str] = getattr(reached, kind)
        if must and not must <= found <= may:
            return False
    return True


@cache
def _ids(kind: str) -> frozenset[str]:
    """Return the ids of one kind in the held-out houses, which share them."""
    return frozenset(thing.id for thing in getattr(held_house("ja"), kind))


def _things_said(call: Call) -> str:
    """Return the words for things, in one piece: "the bedroom" and "lamp" are "bedroom lamp"."""
    pieces = [plain(call.spans[name]) for name in ("resident", "room", "device") if name in call.spans]
    return "".join(piece for piece in pieces if piece not in (*_NOWHERE, *_SELF))


def plain(piece: str) -> str:
    """Return words without spelling, spaces, articles and titles: "The Sofa Lamp" and "sofa lamp" are one."""
    text = unicodedata.normalize("NFKC", piece).casefold().replace("’", "'")
    return re.sub(r"[\W_]", "", _ARTICLE.sub(" ", _POLITE.sub("", text.strip())))


def value_said(name: str, piece: str) -> str:
    """Return a number, a time or a colour without spelling: 二十三度, ２３度 and 23 are one number.

    Args:
        name: Of the span.
        piece: As it stands in the sentence.
    """
    text = unicodedata.normalize("NFKC", piece).casefold().strip()
    text = _KANJI.sub(lambda match: _kanji_number(match.group()), text)
    text = _english_numbers(text)
    if name == "number":
        half = re.fullmatch(r"(\d+)(?:度| degrees)?(?:半| and a half)", text)
        text = f"{half[1]}.5" if half else _NUMBER_UNIT.sub("", text)
    elif name in ("duration", "delay", "time", "period"):
        text = _TIME_WORD.sub("", text)
    return plain(re.sub(r"(?<=\d)\.(?=\d)", "点", text))


def _kanji_number(signs: str) -> str:
    """Return 二十三 as 23; digits in a row as they stand."""
    if not set(signs) & set("十百千"):
        return "".join(str(_DIGITS[sign]) for sign in signs)
    total, digit = 0, 0
    for sign in signs:
        unit = {"十": 10, "百": 100, "千": 1000}.get(sign)
        if unit:
            total, digit = total + (digit or 1) * unit, 0
        else:
            digit = _DIGITS[sign]
    return str(total + digit)


def _english_numbers(text: str) -> str:
    """Return twenty-two as 22."""
    tens = "|".join(_TENS)
    units = "|".join(sorted(_WORDS, key=len, reverse=True))
    text = re.sub(rf"\b({tens})[- ]({units})\b", lambda match: str(_TENS[match[1]] + _WORDS.index(match[2])), text)
    text = re.sub(rf"\b({tens})\b", lambda match: str(_TENS[match[1]]), text)
    return re.sub(rf"\b({units})\b", lambda match: str(_WORDS.index(match[1])), text)
