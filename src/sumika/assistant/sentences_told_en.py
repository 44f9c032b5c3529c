"""What only tells of something in English, or may mean either of two things, though its words are those of an order."""

import re
from collections.abc import Mapping

from sumika.assistant.calls import Call
from sumika.assistant.lexicon import plain

_OF_A_THING = re.compile(
    r"\b(?:hot|cold|warm|cool|nice|lovely|good|fine|great|pleasant|fresh) (?:bath|shower|soak|tub|wash|water|drinks?"
    r"|tea|coffee|cuppa|chocolate|milk|soup|food|meals?|dinner|lunch|breakfast|supper|weather|day|night|morning|afternoon"
    r"|evening|time|idea|job|stuff|beer|pizza|potato|dog|boy|girl)\b"
    r"|\b(?:have|has|having|got|get|getting|catch|catching|caught|with) (?:got )?(?:a|another|this|his|her|the) "
    r"(?:\w+ )?cold\b"
)
"""A hot bath is no hot room, and who has a cold may be warm."""

_OF_OTHERS = re.compile(
    r"\b(?:soup|tea|coffee|dinner|lunch|food|meal|pizza|beer|bath|shower|water|milk|oven|kettle|fridge|freezer|car"
    r"|engine|iron|topic|news|price|market|case)\b"
)
_OF_TASTE = re.compile(
    r"^(?:i|we|he|she|they|you|my \w+|everyone|everybody|nobody) "
    r"(?:really |do |does |just |always |used to |don't |never )*"
    r"(?:love|like|hate|enjoy|prefer|miss|adore|hope|loves|likes|hates|enjoys|prefers|misses|liked|loved|hated)\b"
    r"(?! to (?:know|see|hear))"
)


def is_none_of_the_house(tool: str, spans: Mapping[str, str], said: str) -> bool:
    """Tell whether a word for how a room feels is said of something else: "I fancy a hot bath", "I like it warm".

    Args:
        tool: Of the template or frame.
        spans: Pieces of the sentence.
        said: The sentence, in small letters.
    """
    if _SAYINGS.search(said):
        return True
    if tool in ("power", "cover"):
        # "The light's on" tells; "on for ten minutes, then off" is two orders, and the second has to wait.
        return _AND_THEN.search(said) is not None or _is_told_of(spans.get("device", "").casefold(), said)
    if tool == "colour":
        return _LIT.search(said) is not None
    if tool == "level" and _DARK_WANTED.search(said):
        return True
    if tool != "feel":
        return False
    text = said.replace("\u2019", "'").strip()
    of_others = "room" not in spans and _OF_OTHERS.search(text) is not None
    return of_others or _OF_A_THING.search(text) is not None or _OF_TASTE.search(text) is not None


_SAYINGS = re.compile(
    r"^(?:oh |hey |please )*(?:lighten up|cool it|chill(?: out)?|cheer up|shut up"
    r"|keep (?:your|my) (?:head|chin) (?:down|up))"
    r"(?:,? (?:will you|would you|mate|man|dude|love|please|you lot|everyone))*[.! ]*$|\bclose (?:to|by)\b"
)
"""What is said to people, and "close to the window"."""

_DARK_WANTED = re.compile(
    r"(?<!n't )(?<!not )\b(?:make|making|want|wants|like|likes|love|loves|prefer|prefers|keep|leave|need|needs)\b"
    r"(?: (?!less\b|not\b|too\b|so\b)\w+){1,3} dark\b"
)
"""Who likes it dark does not complain of the dark."""
_AND_THEN = re.compile(r"\b(?:and|then) (?:then |back )?(?:on|off|open|closed|shut)(?: again)?[.! ]*$")
_LIT = re.compile(
    r"^(?:please |can you |could you |let's )*light (?:a|an|the|some|my|one) (?:candle|fire|match|stove|incense)"
)
"""There light is what one does."""


def _is_told_of(device: str, said: str) -> bool:
    """Tell whether "the light's on" is said of a thing; what shall be on is ordered."""
    thing = re.escape(re.sub("['\u2019]s$", "", device))
    return bool(device) and re.search(rf"{thing}['\u2019]s (?:\w+ )?(?:on|off|open|closed|shut)\b", said) is not None


_COOLERS = frozenset(
    map(plain, ("AC", "A/C", "a c", "aircon", "air con", "air conditioner", "air conditioning", "aircons", "acs"))
)
_WARMER = re.compile(r"\b(?:warmer|heat\w*|cold|chilly|freezing|nippy|shiver\w*|cosy|cozy)\b")
_COOLER = re.compile(r"\b(?:cool\w*|colder|hot|warm|boiling|roasting|sweat\w*|stuffy|muggy|melting|baking)\b")
_MEASURED = re.compile(r"\b(?:degrees?|temperature|temp|\d+)\b")


def goes_either_way(call: Call, sentence: str) -> bool:
    """Tell whether "turn the AC up" leaves open what is meant: more of its cooling to some, a higher setting to others.

    Args:
        call: What was read.
        sentence: As it was said.
    """
    if call.tool not in ("temperature", "level") or call.what not in ("up", "down") or "number" in call.spans:
        return False
    device, room, said = plain(call.spans.get("device", "")), plain(call.spans.get("room", "")), sentence.casefold()
    for word in ("the", "my", "our", room):
        device = device.removeprefix(word)
    if device not in _COOLERS or _MEASURED.search(said):
        return False
    warmer, cooler = _WARMER.search(said) is not None, _COOLER.search(said) is not None
    return warmer == cooler or warmer != (call.what == "up")


_GREETS = re.compile(
    r"^(?:(?:oh|well|ok|okay|right|hey|hi|hello),? )*(?:good ?night|night[ -]?night|nighty?(?:[ -]night)?|night"
    r"|sweet dreams|sleep (?:well|tight)|good (?:morning|evening|afternoon)"
    r"|(?:see you|bye|goodbye|cheerio|cheers|ta[ -]?ta|welcome)\b.*)"
    r"(?: (?:all|everyone|everybody|house|love|dear|darling|sumika))*[.! ]*$"
)


_TELLS = re.compile(
    r"^(?:the|my|our|his|her|their|that|this|it|there|dad|mum|mom|someone|somebody|we|they|he|she)\b[^,?]*?(?:'s|"
    r"\b(?:is|are|was|were|has|have|had|went|came))\b(?! (?:it|they|he|she|there|anyone|anybody|you)\b)"
)
_ASKS = re.compile(r"\b(?:what|which|how|whether|if|when|where|who|why|tell|know|wonder|wondering)\b")


def asks_nothing(sentence: str) -> bool:
    """Tell whether a sentence greets, or tells how something is or what somebody likes: nothing is looked up for it.

    Args:
        sentence: As it was said.
    """
    text = sentence.casefold().replace("\u2019", "'").strip()
    if text.endswith("?"):
        return False
    if _GREETS.search(text) or _OF_TASTE.search(text):
        return True
    return _TELLS.search(text) is not None and _ASKS.search(text) is None
