"""Questions that compare two of a kind - rooms, devices, people, times: one call for each side."""

import re
from collections.abc import Iterator, Sequence

import msgspec

from sumika.assistant.calls import TOOLS, Call, Span
from sumika.assistant.lexicon import plain
from sumika.assistant.sentences_lists import Lists
from sumika.assistant.understanding_pieces import Piece, pieces, with_piece
from sumika.assistant.understanding_topics import matter

_THAN = re.compile(r"\bthan\b|\bcompared (?:to|with)\b|\bversus\b|\bvs\b|より|に比べ|とくらべ|と比べ|にくらべ")
_BEFORE = (
    (re.compile(r"\bthe day before(?! yesterday)\b", re.IGNORECASE), "the day before yesterday"),
    (re.compile(r"\bthe week before(?! last)\b", re.IGNORECASE), "the week before last"),
    (re.compile(r"\bthe month before(?! last)\b", re.IGNORECASE), "the month before last"),
    (re.compile(r"\bthe night before(?! last)\b", re.IGNORECASE), "the night before last"),
    (re.compile(r"\b(?:this|the) (week|month|year)(.* than last)(?! \w)", re.IGNORECASE), r"this \1\2 \1"),
    (re.compile("(?:その)?前の日|前日"), "おととい"),
    (re.compile("(?:その)?前の週|前週"), "先々週"),
    (re.compile("(?:その)?前の月|前月"), "先々月"),
    (re.compile("(?:その)?前の(?:晩|夜)"), "一昨夜"),
)
_NEXT = {
    "last week": "this week",
    "last month": "this month",
    "yesterday": "today",
    "the day before yesterday": "yesterday",
    "the week before last": "last week",
    "the month before last": "last month",
    "the night before last": "last night",
    "last night": "tonight",
    "last year": "this year",
    "先週": "今週",
    "先月": "今月",
    "昨日": "今日",
    "おととい": "昨日",
    "先々週": "先週",
    "先々月": "先月",
    "一昨夜": "昨夜",
    "去年": "今年",
}
"""What a time that is compared with is compared with, where nobody says it."""

_BY_NIGHT = {"tonight": "last night", "last night": "the night before last"}
"""Of nights, "than last night" can be said of no night that has not been yet."""

_AIR = (
    (
        "temperature",
        re.compile(r"\b(?:warm\w*|cold\w*|cool\w*|hot\w*|chill\w*|temperatures?|temp)\b|暖|寒|暑|涼|温度|室温"),
    ),
    ("humidity", re.compile(r"\b(?:humid\w*|damp\w*|dr[iy]er|dry|moist\w*|mugg\w*)\b|湿|乾")),
    ("co2", re.compile(r"\b(?:co2|carbon dioxide|stuff\w*|fresh\w*|stale\w*|air)\b|二酸化炭素|空気")),
    ("noise", re.compile(r"\b(?:nois\w*|loud\w*|quiet\w*)\b|うるさ|静か")),
    ("light", re.compile(r"\b(?:bright\w*|dark\w*|lighter)\b|明る|暗")),
)
_MORE_OR_LESS = re.compile(
    r"\b(?:more|less|most|least|\w{3,}er|\w{4,}est|worse|better|worst|best)\b|ほう|方が|より|どっち|どちら"
)
_OR = re.compile(r"\b(?:or|than|and|versus|vs|compared (?:to|with))\b|[,、とや]|より|どちら|どっち")
_INSIDE = re.compile(r"\b(?:in here|inside|indoors|in the house)\b", re.IGNORECASE)
_OUTSIDE = re.compile(r"\b(?:outside|outdoors|out there)\b", re.IGNORECASE)


def compared(sentence: str, said: str, lists: Lists) -> tuple[Call, ...]:
    """Return both sides of a comparison; () where nothing is compared.

    "Did we use more this week than last week", "is it warmer in the bedroom or the kitchen", "which drew more, the
    washer or the dryer", "did Poppy sleep longer than Oliver".

    Args:
        sentence: As it was said.
        said: The same in small letters, without people.
        lists: Of the house.
    """
    if _MORE_OR_LESS.search(said):
        for sides in (_rooms, _in_and_out, _devices, _people):
            if calls := sides(sentence, said, lists):
                return calls
    return _times(sentence, said, lists) if _THAN.search(said) else ()


def _air(said: str) -> str:
    return next((what for what, pattern in _AIR if pattern.search(said)), "")


def _two(sentence: str, found: Sequence[Piece]) -> tuple[str, str] | None:
    """Return two pieces between which a word stands that compares them; None where there are not just two."""
    if len(found) != 2 or plain(found[0].text) == plain(found[1].text):
        return None
    between = sentence[found[0].end : found[1].begin].casefold()
    return (found[0].text, found[1].text) if _OR.search(between) or not between.strip() else None


def _each(call: Call, span: Span, sides: Sequence[str]) -> tuple[Call, ...]:
    return tuple(with_piece(call, span, side) for side in sides)


def _when(tool: str, sentence: str, lists: Lists) -> dict[str, str]:
    """Return the one period of a question; both sides are of the same time."""
    there = pieces(sentence, lists, "period") if "period" in TOOLS[tool].spans else ()
    return {"period": there[-1].text} if len(there) == 1 else {}


def _rooms(sentence: str, said: str, lists: Lists) -> tuple[Call, ...]:
    """Return "is it warmer in the bedroom or the kitchen"."""
    sides, what = _two(sentence, pieces(sentence, lists, "area")), _air(said)
    if sides is None or not what:
        return ()
    return _each(Call(tool="climate", what=what, spans=_when("climate", sentence, lists)), "room", sides)


def _in_and_out(sentence: str, said: str, lists: Lists) -> tuple[Call, ...]:
    """Return "is it warmer outside than in here": inside is the room of who asks."""
    outside, inside, what = _OUTSIDE.search(sentence), _INSIDE.search(sentence), _air(said)
    if not outside or not inside or what not in ("temperature", "humidity"):
        return ()
    spans = _when("climate", sentence, lists)
    here = Call(tool="climate", what=what, spans=spans)
    there = Call(tool="climate", what=what, spans={**spans, "room": outside[0]})
    return (there, here) if outside.start() < inside.start() else (here, there)


def _devices(sentence: str, said: str, lists: Lists) -> tuple[Call, ...]:
    """Return "which used more, the washing machine or the dryer": what each drew, for money is of the whole house."""
    sides = _two(sentence, pieces(sentence, lists, "name"))
    if sides is None or _DREW.search(said) is None:
        return ()
    return _each(Call(tool="energy", what="used", spans=_when("energy", sentence, lists)), "device", sides)


_DREW = re.compile(
    r"\b(?:us\w+|draw\w*|drew|cost\w*|consum\w+|expens\w+|electric\w*|power|energy|k?wh|juice|burn\w*|guzz\w+|took|takes?"
    r"|cheaper|dearer)\b|電気|電力|使|食|消費|代|料金"
)


def _people(sentence: str, said: str, lists: Lists) -> tuple[Call, ...]:
    """Return "who slept longer, Poppy or Oliver"."""
    sides = _two(sentence, pieces(sentence, lists, "resident"))
    call = matter(sentence, said, lists) if sides is not None else None
    if sides is None or call is None or call.tool not in ("sleep", "vitals"):
        return ()
    return _each(msgspec.structs.replace(call, spans=_when(call.tool, sentence, lists)), "resident", sides)


def _times(sentence: str, said: str, lists: Lists) -> tuple[Call, ...]:
    """Return "did we use more this week than last week", "was it colder last night than the night before"."""
    whole = sentence
    for pattern, word in _BEFORE:
        whole = pattern.sub(word, whole)
    periods = list(_apart(whole, lists))
    if len(periods) == 1 and periods[0].casefold() in _NEXT:
        periods = [_NEXT[periods[0].casefold()], periods[0]]
    if len(periods) != 2:
        return ()
    call = matter(sentence, said, lists) or _weather_or_air(sentence, said, lists)
    if call is None:
        return ()
    if call.tool in ("sleep", "vitals") and "tonight" in map(str.casefold, periods):
        periods = [_BY_NIGHT.get(one.casefold(), one) for one in periods]
    return _each(call, "period", periods)


def _weather_or_air(sentence: str, said: str, lists: Lists) -> Call | None:
    """Return the air of the room that is named, or else the weather: "colder last night than the night before"."""
    what, rooms = _air(said), pieces(sentence, lists, "area")
    if not what:
        return None
    if rooms:
        return Call(tool="climate", what=what, spans={"room": rooms[-1].text})
    return Call(tool="outside", what=what) if what in TOOLS["outside"].what else Call(tool="climate", what=what)


def _apart(sentence: str, lists: Lists) -> Iterator[str]:
    """Yield the periods of a sentence, also those that "than" or は stand between."""
    parts = re.split(
        r"\b(?:than|compared (?:to|with)|versus|vs)\b|より|に比べ|と比べ|にくらべ|とくらべ|(?<=[日週月])は", sentence
    )
    yield from (one.text for part in parts for one in pieces(part, lists, "period"))


_LESS = re.compile(
    r"\b(?:less|fewer|lower|colder|cooler|chillier|drier|dryer|cheaper|quieter|darker|dimmer|slower|shorter|fresher|worse)\b"
    r"|寒|涼|少な|低|安|乾|静か|暗|短|減"
)
_WORSE = re.compile(r"\bworse\b")
_CHOICE = re.compile(r"\b(?:which|who|where|or)\b|どっち|どちら|どこ|誰|だれ")


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Which way a comparison asks.

    Attributes:
        less: Whether it asks for the lesser side: "is it colder".
        chooses: Whether it asks which side, and not whether.
    """

    less: bool
    chooses: bool


def wish_of(sentence: str, call: Call) -> Wish:
    """Return which way a comparison asks.

    Args:
        sentence: As it was said.
        call: One of its sides.
    """
    said = sentence.casefold()
    less = _LESS.search(said) is not None
    if _WORSE.search(said) and call.tool in ("climate", "energy"):
        less = False  # worse air has more in it, and a worse bill is higher
    if call.tool == "climate" and call.what == "co2" and re.search(r"\b(?:better|fresher)\b", said):
        less = True
    return Wish(less=less, chooses=_CHOICE.search(said) is not None)
