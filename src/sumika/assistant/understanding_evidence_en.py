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
            "level up": r"brighter|brighten|stronger|faster|more light|dark|gloomy|dingy",
            "level down": r"dim|dimmer|dimming|softer|weaker|slower|bright|glaring|glare|harsh|dazzl\w+|blinding",
            "level most": r"full|max\w*|brightest|highest|fastest",
            "level least": r"low|lowest|min\w*|dimmest|slowest",
            "temperature up": r"warmer|warm up|hotter",
            "temperature down": r"cooler|cool down|colder",
            "humidity up": r"dry|humidify|moister|more humid",
            "humidity down": r"damp|humid|muggy|drier|dehumidify",
            "machine start": r"start|run|on|going",
            "machine stop": r"stop|cancel|off",
            "feel cold": r"cold|freez\w+|chill\w*|nippy|shiver\w*|draught\w*|draft\w*|icy|perish\w*|parky",
            "feel hot": r"hot|warm|boil\w*|sweat\w*|roast\w*|swelter\w*|melt\w*|bak\w+|sauna|oven",
            "feel stuffy": r"stuff\w*|stink\w*|stinky|smell\w*|stale|air|breath\w*|pong\w*|whiff\w*",
        }.items()
    }
)
_NAMED = frozenset({"power", "cover", "level", "machine"})
"""Of these the thing has to be named, too."""

_ORDERED = frozenset({"power", "cover", "machine"})

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
_MEANS_TO = re.compile(
    r"\b(?:he|she|they|who|which|why|how|what)\b|\b(?:i'll|we'll|let me|i can|we can|i could|thanks|thank you for)\b"
    r"|\b(?:i|we)(?:'ll| will|'m| am|'re| are) (?:just )?(?:going|about|trying|gonna|off|here|happy|glad|used)\b"
    r"|\b(?:nice|lovely|happy|glad|love|like|enjoy|great|ok|okay|fine|wants?|wanted|about|anyway|though|cheaper|better"
    r"|easier|idea|should|might|maybe|wish|hope|was|were|did)\b"
)
"""Who tells what they or others do, or are glad of, orders nothing."""

_SUBJECT = re.compile(
    r"^(?:i|we|you|he|she|they|it|this|that|there|someone|somebody|everyone|everybody|nobody|mum|mom|dad|\w+ing)\b"
)
"""An order has no subject before its verb; of complaints that is no matter."""

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
    if _TWO_ORDERS.search(rest) or _MEANS_TO.search(rest):
        return False
    if call.tool in _ORDERED and _SUBJECT.search(said.strip()):
        return False
    if name in _SETS:
        return "number" in call.spans and bool({"device", "room"} & call.spans.keys())
    pattern, against = _SAYS.get(name), _SAYS.get(_AGAINST.get(name, ""))
    if pattern is None or pattern.search(rest) is None:
        return False
    return against is None or against.search(rest) is None
