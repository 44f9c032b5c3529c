"""Whether an English sentence says in so many words what a student read out of it: then less probability is enough.

A student that is fairly sure of "switch it off" need not be asked back where the sentence has "off", names one thing,
and has no word of any other order.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from sumika.assistant.calls import Call

_SAYS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        name: re.compile(rf"\b(?:{words})\b")
        for name, words in {
            "power on": r"on",
            "power off": r"off|out|kill|douse",
            "cover open": r"open(?:ed|ing)?|raise[ds]?|up",
            "cover close": r"close[ds]?|closing|shut(?:ting)?|draw|drawn|lower(?:ed|ing)?|down",
            "level up": r"brighter|brighten|stronger|faster|more light",
            "level down": r"dim|dimmer|dimming|softer|weaker|slower",
            "level most": r"full|max\w*|brightest|highest|fastest",
            "level least": r"low|lowest|min\w*|dimmest|slowest",
            "temperature up": r"warmer|warm up|hotter",
            "temperature down": r"cooler|cool down|colder",
            "humidity up": r"dry|humidify|moister|more humid",
            "humidity down": r"damp|humid|muggy|drier|dehumidify",
            "machine start": r"start|run|on|going",
            "machine stop": r"stop|cancel|off",
        }.items()
    }
)
_NAMED = frozenset({"power", "cover", "level", "machine"})
"""Of these the thing has to be named, too."""

_AGAINST: Mapping[str, str] = MappingProxyType(
    {
        "power on": "power off",
        "power off": "power on",
        "cover open": "cover close",
        "cover close": "cover open",
        "level up": "level down",
        "level down": "level up",
        "temperature up": "temperature down",
        "temperature down": "temperature up",
        "machine start": "machine stop",
        "machine stop": "machine start",
    }
)
_SETS = frozenset({"temperature set", "level set", "cover set", "humidity set"})
_TWO_ORDERS = re.compile(r"\b(?:and|then|also|plus|or|but|instead)\b")


def is_evident(sentence: str, call: Call) -> bool:
    """Tell whether a sentence has the word of what a student read out of it, and none against it.

    Args:
        sentence: As it was said, in English.
        call: That acts.
    """
    said, name = sentence.casefold().replace("\u2019", "'"), f"{call.tool} {call.what}"
    rest = said
    for piece in call.spans.values():
        rest = rest.replace(piece.casefold(), " ")
    if call.tool in _NAMED and "device" not in call.spans:
        return False
    if _TWO_ORDERS.search(rest):
        return False
    if name in _SETS:
        return "number" in call.spans and bool({"device", "room"} & call.spans.keys())
    pattern, against = _SAYS.get(name), _SAYS.get(_AGAINST.get(name, ""))
    if pattern is None or pattern.search(rest) is None:
        return False
    return against is None or against.search(rest) is None
