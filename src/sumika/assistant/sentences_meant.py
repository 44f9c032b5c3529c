"""What is meant by some words for things that have a tool of their own: a washing machine, the hot water, outside."""

import re
from collections.abc import Mapping

from sumika.assistant.calls import TOOLS
from sumika.assistant.lexicon import MYSELF, ROOM_WORDS, is_japanese, plain
from sumika.assistant.numbers import number_of
from sumika.assistant.sentences_asked import asks_or_denies
from sumika.assistant.sentences_meant_ja import COOLING, WARMING, is_other_in_japanese, meant_in_japanese
from sumika.assistant.sentences_told_en import is_none_of_the_house
from sumika.assistant.sentences_told_ja import tells_only, told_otherwise

_OUTSIDE = frozenset(map(plain, ROOM_WORDS["outside"]))
_AHEAD = ("明日", "あした", "あす", "明後日", "あさって", "来週", "今夜", "今晩", "tomorrow", "tonight", "next")
_LATELY = (
    *(
        "最近",
        "近ごろ",
        "近頃",
        "このごろ",
        "この頃",
        "ここのところ",
        "このところ",
        "ここんとこ",
        "さいきん",
        "ここしばらく",
    ),
    *("late", "recent", "these days", "past"),
)
_WEEKS = ("週", "月", "年", "week", "month", "year")
_AT_NIGHT = frozenset({"夜中", "夜", "夜間", "深夜", "真夜中", "thenight", "night", "overnight"})


_ELECTRICITY = frozenset(
    map(
        plain,
        (
            *(
                "電気",
                "でんき",
                "電力",
                "太陽光",
                "太陽光パネル",
                "太陽光発電",
                "ソーラー",
                "ソーラーパネル",
                "太陽電池",
            ),
            *("solar", "solar panel", "solar panels", "PV", "photovoltaics", "roof panel", "roof panels", "solar roof"),
        ),
    )
)
"""What is no device where it is asked what was used, made or paid: it is what is asked for."""

_MYSELF = frozenset(map(plain, MYSELF))
_BATHS = frozenset(map(plain, ROOM_WORDS["bathroom"].ja))


def is_bathing(tool: str, spans: Mapping[str, str]) -> bool:
    """Tell whether somebody asks when a bath was taken, and not when somebody went to bed in the bathroom."""
    return tool == "sleep" and plain(spans.get("room", "")) in _BATHS


_FELL = re.compile(
    r"\bhow (?:low|cold|cool|chilly|dry|quiet|dark) (?:did|has|have)\b"
    r"|\b(?:fall|drop|sink|get down|go down|fell|dropped|went down) to\b"
    r"|(?:どこ|何度|なんど|いくつ|どれ(?:くらい|ぐらい)|どの(?:くらい|ぐらい)|何パーセント|何%)まで(?:下が|冷え|落ち|減|寒く)"
)
_ROSE = re.compile(
    r"\bhow (?:high|hot|warm|humid|damp|muggy|loud|noisy|bright|light|bad|stuffy|dusty|polluted) (?:did|has|have)\b"
    r"|\b(?:rise|climb|get up|go up|rose|climbed|went up) to\b"
    r"|(?:どこ|何度|なんど|いくつ|どれ(?:くらい|ぐらい)|どの(?:くらい|ぐらい)|何パーセント|何%)まで(?:上が|行|い[くっ]|増え|暑く|のぼ)"
)


def statistic_of(said: str, statistic: str) -> str:
    """Return the statistic that is meant: "how low did it get" asks for the lowest, whatever is asked about.

    Args:
        said: The sentence.
        statistic: What a template says of it.
    """
    if statistic != "now":
        return statistic
    text = said.casefold()
    return "lowest" if _FELL.search(text) else "highest" if _ROSE.search(text) else "now"


_WEATHER = re.compile(r"気温|\b(?:will|going to)\b")


def is_weather(spans: Mapping[str, str], said: str) -> bool:
    """Tell whether a temperature without a room is that outside: 気温, and whatever will be."""
    return "room" not in spans and bool(_WEATHER.search(said.casefold()))


_USED = re.compile("(?:電気|でんき|電力)(?:を|は|って)?(?:どれ|どの|どん|何|なん)?.{0,6}(?:使|つか|つこ|食|消費)")
_DRAWN, _HOW_MUCH = (
    re.compile("(?:電気|でんき|電力)(?:を|は)?(?:なんぼ(?:ほど|ぐらい|くらい)?)?(?:使|つか|つこ)"),
    re.compile("なんぼ"),
)
"""なんぼ電気つかった asks how much of it was used, and of no money; いくら asks of money."""
_PAID = re.compile("代|料金|お金|いくら|なんぼ|円|払|費")


def is_use(said: str) -> bool:
    """Tell whether somebody asks how much electricity was used, and not what was paid."""
    paid = _PAID.search(_HOW_MUCH.sub("", said) if _DRAWN.search(said) else said)
    return bool(_USED.search(said)) and not paid


_MAY_I = re.compile(
    r"(?<!もらっ)(?<!もろう)(?<!もろ)(?<!いただい)(?<!頂い)(?<!お願いし)(?<!おねがいし)(?<!頼ん)[てで]も?(?:いい|ええ|よか|よろしい|大丈夫|構わない|かまわない|かまへん)"
    r"(?:です|でしょう)?(?:(?:か|かな|かね|かのう|の|ん|やろか)[?\uff1f\u3002!\uff01 ]*$|[?\uff1f])"
    r"|(?:[てで]お|[とど])(?:く|きます|こう)(?:か|かな|かね)?[?\uff1f]"
)


def asks_leave(said: str) -> bool:
    """Tell whether somebody asks if they may: 消してもいい？ is no order; いただいてもいいですか is."""
    return bool(_MAY_I.search(said))


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
    if tool == "feel" and plain(spans.get("resident", "")) in _MYSELF:
        return tool, what, _without("resident", spans)  # whoever speaks feels it where they are
    if tool == "power" and "machine" in domains:
        # Whoever switches a washing machine on means that it washes.
        return "machine", {"on": "start", "off": "stop"}[what], _without("room", spans)
    if tool == "power" and "water_heater" in domains and not spans.keys() & {"duration", "delay"}:
        return "hot_water", {"on": "now", "off": "off"}[what], _without("room", spans)
    if tool == "level" and what in ("up", "down") and (warmth := _warmth_of(what, spans.get("device", ""))):
        return "temperature", warmth, spans
    if tool in ("cover", "temperature", "mode") and is_outside(spans.get("room", "")):
        return tool, what, _without("room", spans)  # where it is dark or hot, and no room to shut or warm
    if tool == "energy" and plain(spans.get("device", "")) in _ELECTRICITY:
        return tool, what, _without("device", spans)
    if tool == "sleep" and what == "ups" and plain(spans.get("period", "")) in _AT_NIGHT:
        # "How often at night" is of every night; which one, another word says.
        return tool, what, _without("period", spans)
    if tool == "climate" and what in ("temperature", "humidity"):
        ahead = "room" not in spans and any(word in spans.get("period", "").casefold() for word in _AHEAD)
        if ahead or is_outside(spans.get("room", "")):
            return "outside", what, _without("room", spans)
    return tool, what, spans


def _warmth_of(what: str, device: str) -> str:
    """Return what "stronger" means of heating and cooling, which are stronger by degrees; "" of anything else."""
    if device.endswith(WARMING):
        return what
    return {"up": "down", "down": "up"}[what] if device.endswith(COOLING) else ""


def _without(name: str, spans: dict[str, str]) -> dict[str, str]:
    return {key: piece for key, piece in spans.items() if key != name}


_CHANGED = re.compile("変わ|変化|ちが[うっ]|違[うっい]")
_ASKED = re.compile(r"^(?:[^,]*,)?\s*(?:it|it's|is|are|i'm|this|the \w+ is)\b.*\?\W*$", re.IGNORECASE)
"""A statement with a question mark is a question: "it is cold in here?"."""
_AS_IT_IS = re.compile(r"\b(?:leave|leaving|keep|keeping)\b")
_LIT = re.compile(r"bright|light|dim|lamp")
_OF_HOW_IT_IS = frozenset({"level", "feel", "temperature", "humidity", "colour"})
_FELT = "cold|hot|warm|cool|chilly|freezing|boiling|nippy|stuffy|dark|bright|dim|humid|damp|muggy|dry"
_IS_NOT = re.compile(
    r"\b(?:isn't|isnt|aren't|wasn't|weren't|is not|are not|'s not|i'm not|am not)\b(?! (?:it|they|that|this)\b)"
    r"|(?<!make it )(?<!keep it )\b(?:no longer|hardly|never|not)"
    rf"(?: (?:so|that|very|too|really|at all|feeling|all that))* (?:{_FELT})\b"
    r"|\bno ?(?:body|one)(?:'s| is| feels| finds)\b"
    rf"|\b(?:do|does|did)(?:n't| not) (?:feel|find|think|seem|look)(?: \w+){{0,3}} (?:{_FELT})\b"
)
_LACKS = re.compile(
    r"\benough\b|\bnot (?:very |so |that )?(?:good|fresh|nice|clean|great)\b"
    r"|n(?:o|')t (?:(?:very|so|that|all that|particularly|exactly) (?:warm|bright|light)|moving|circulating)\b"
)
"""What is not enough, or air that is not good, is complained of."""
_SHOWN = re.compile(r"\bwhat(?:'s| is|s) (?:on|showing on|playing on) (?:the )?(?:telly|tv|television|radio)\b")
"""What is on the television is a programme, and no state of it."""
_TOO = re.compile(r"\btoo (?:white|blue|yellow|orange|red|warm|cold|cool)\b")
"""A complaint about a colour is no wish for it."""
_WARMTH_C, _LEAST_C = (10.0, 32.0), 6.0
_LAST_HOUR = 12.0


def is_nothing(tool: str, what: str, spans: Mapping[str, str], said: str) -> bool:
    """Tell whether what a template or a frame caught is not meant so.

    Args:
        tool: Of the template.
        what: Its word.
        spans: Pieces of the sentence.
        said: The sentence.
    """
    text = said.casefold()
    acts = TOOLS[tool].acts
    # 窓開けてもいい？ asks for leave, and not how it is.
    leave = (acts or tool == "state") and asks_leave(said)
    if leave or (acts and (_ASKED.search(said) or _is_warmth(tool, spans, text))):
        return True
    if is_other_in_japanese(tool, what, spans, said) or asks_or_denies(tool, what, said):
        return True
    if tool in ("power", "cover") and what in ("on", "off", "open", "close") and _AS_IT_IS.search(text):
        return "duration" not in spans  # "leave the light on" is no order; "for an hour" makes it one
    if is_denied(tool, what, said):
        return True
    if (tool == "state" and _SHOWN.search(text)) or is_none_of_the_house(tool, spans, text):
        return True
    if (
        _is_no_warmth(tool, what, spans)
        or _is_an_hour(tool, what, spans, text)
        or (tool == "colour" and what == "set" and _TOO.search(text))
    ):
        return True
    if opens_a_door(tool, spans.get("device", "")) or tells_only(tool, what, spans, said):
        return True
    if (tool, what) == ("happened", "anything") and not is_short(spans.get("period", "")) and _CHANGED.search(said):
        return True  # what has changed of late is no event
    if (
        tool == "changes"
        and is_short(spans.get("period", ""))
        and ("resident" not in spans or _is_one_night(spans, said))
    ):
        return True
    return (tool == "feel" and is_outside(spans.get("room", ""))) or is_bathing(tool, spans)


def is_denied(tool: str, what: str, said: str) -> bool:
    """Tell whether somebody says in English that it is not so: "it isn't too bright" complains of nothing.

    Args:
        tool: Of the template or frame, or what a student read.
        what: Its word.
        said: The sentence.
    """
    text = said.casefold().replace("\u2019", "'")
    complains = tool in _OF_HOW_IT_IS and what != "fine"
    return complains and _IS_NOT.search(text) is not None and _LACKS.search(text) is None


def _is_one_night(spans: Mapping[str, str], said: str) -> bool:
    """Tell whether one day or night is asked about, and nothing that has changed."""
    return is_japanese(said) and "period" in spans and not _CHANGED.search(said)


def _is_no_warmth(tool: str, what: str, spans: Mapping[str, str]) -> bool:
    """Tell whether a temperature to be set is so low that a difference was meant: "bump it up two degrees"."""
    sets = tool in ("temperature", "what_if") and what == "set" and "number" in spans
    number = number_of(spans["number"]) if sets else None
    return number is not None and number.unit in ("c", "") and abs(number.value) < _LEAST_C


def _is_an_hour(tool: str, what: str, spans: Mapping[str, str], text: str) -> bool:
    """Tell whether a number is rather an hour: "turn up at eight" is no eight degrees warmer."""
    piece = spans.get("number", "").casefold()
    number = number_of(piece) if tool == "temperature" and piece else None
    if number is None or number.unit != "" or (what == "set" and number.value > _LAST_HOUR):
        return False
    return re.search(rf"\bat {re.escape(piece)}\b", text) is not None


def _is_warmth(tool: str, spans: Mapping[str, str], text: str) -> bool:
    """Tell whether a level without a unit and without a lamp is how warm it should be: "the bedroom to 20"."""
    if tool != "level" or "device" in spans or "number" not in spans or is_japanese(text) or _LIT.search(text):
        return False
    number = number_of(spans["number"])
    return number is not None and number.unit == "" and _WARMTH_C[0] <= number.value <= _WARMTH_C[1]


_LESSEN = re.compile(r"\b(?:dim|lower|reduce|decrease|cut|turn down|down|drop|soften)\b")
_RAISE = re.compile(r"\b(?:brighten|raise|increase|boost|up|lift)\b")


def _by_how_much(number: str, said: str) -> str:
    """Return the way in which a level goes by a number: "dim it by twenty percent"; empty where it goes to one."""
    if not number or not re.search(rf"\bby (?:about |around |another )?{re.escape(number.casefold())}", said):
        return ""
    return "down" if _LESSEN.search(said) else "up" if _RAISE.search(said) else ""


def asked_of(tool: str, what: str, spans: Mapping[str, str], said: str, statistic: str) -> tuple[str, str, str]:
    """Return tool, word and statistic of a question as they are meant.

    Args:
        tool: After `otherwise`.
        what: Its word.
        spans: Pieces of the sentence.
        said: The sentence.
        statistic: What a template says of it.
    """
    if (tool, what) == ("energy", "cost") and is_use(said):
        what = "used"
    if (tool, what) == ("level", "set") and (way := _by_how_much(spans.get("number", ""), said.casefold())):
        what = way
    tool, what = told_otherwise(tool, what, spans, said)
    tool, what = meant_in_japanese(tool, what, spans, said)
    if tool in ("climate", "outside") and what != "weather":
        statistic = statistic_of(said, statistic)
    if tool == "climate" and what in ("temperature", "humidity") and is_weather(spans, said):
        tool = "outside"
    return tool, what, statistic
