"""What is meant by some words for things that have a tool of their own: a washing machine, the hot water, outside."""

import re

from sumika.assistant.lexicon import ROOM_WORDS, plain

_OUTSIDE = frozenset(map(plain, ROOM_WORDS["outside"]))
_AHEAD = ("明日", "あした", "あす", "明後日", "あさって", "来週", "今夜", "今晩", "tomorrow", "tonight", "next")
_LATELY = (
    *("最近", "近ごろ", "近頃", "このごろ", "この頃", "ここのところ", "このところ"),
    *("late", "recent", "these days", "past"),
)
_WEEKS = ("週", "月", "年", "week", "month", "year")
_AT_NIGHT = frozenset({"夜中", "夜", "夜間", "深夜", "真夜中", "thenight", "night", "overnight"})


_HESITATION = re.compile("う[ーぅう〜\uff5e]+ん|ん[ーん〜\uff5e]+")


def hesitates(said: str) -> bool:
    """Tell whether somebody says うーん, which is no うん: a thought, and no yes."""
    return bool(_HESITATION.search(said))


def opens_a_door(tool: str, device: str) -> bool:
    """Tell whether somebody wants a door or a gate opened or shut, which is no business of the house's."""
    return tool == "cover" and plain(device).removesuffix("s").endswith(("door", "gate"))


def is_outside(word: str) -> bool:
    """Tell whether a word for a place means outside."""
    return plain(word) in _OUTSIDE


def is_short(period: str) -> bool:
    """Tell whether a period is too short for anything to have changed in it: what is asked for is what happened."""
    return not any(word in period for word in (*_LATELY, *_WEEKS))


def otherwise(tool: str, what: str, spans: dict[str, str], domains: frozenset[str]) -> tuple[str, str, dict[str, str]]:
    """Return tool, word and pieces as they are meant.

    Args:
        tool: Of the template.
        what: Its word.
        spans: Pieces of the sentence.
        domains: Of the things in it.
    """
    if tool == "power" and "machine" in domains:
        # Whoever switches a washing machine on means that it washes.
        return "machine", {"on": "start", "off": "stop"}[what], _without("room", spans)
    if tool == "power" and "water_heater" in domains and not spans.keys() & {"duration", "delay"}:
        return "hot_water", {"on": "now", "off": "off"}[what], _without("room", spans)
    if tool == "sleep" and what == "ups" and plain(spans.get("period", "")) in _AT_NIGHT:
        # "How often at night" is of every night; which one, another word says.
        return tool, what, _without("period", spans)
    if tool == "climate" and what in ("temperature", "humidity"):
        ahead = "room" not in spans and any(word in spans.get("period", "").casefold() for word in _AHEAD)
        if ahead or is_outside(spans.get("room", "")):
            return "outside", what, _without("room", spans)
    return tool, what, spans


def _without(name: str, spans: dict[str, str]) -> dict[str, str]:
    return {key: piece for key, piece in spans.items() if key != name}
