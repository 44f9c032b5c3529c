"""Pieces of a question - times, people, rooms, devices - found by code, and words in it that say nothing new."""

import re
from collections.abc import Callable, Mapping, Sequence

import msgspec

from sumika.assistant.calls import TOOLS, Call, Span
from sumika.assistant.lexicon import is_japanese, plain
from sumika.assistant.patterns import Patterns
from sumika.assistant.sentences_heard import heard_of
from sumika.assistant.sentences_lists import Lists

_TOTAL = Patterns(
    en=re.compile(
        r",? ?\b(?:in total|altogether|all in all|all told|in all(?= ?[?.!]|$)|overall|all together|so far|to date"
        r"|up to now|until now|up till now|for the whole household|as a whole|please)\b",
        re.IGNORECASE,
    ),
    ja=re.compile(
        "(?:全部で|ぜんぶで|全部あわせて|合わせて|合計で|合計(?=[でい何どはをが]|$)|の合計|トータルで|総額で"
        "|これまでの?|ここまでの?|今のところ|いまのところ)、?"
    ),
)
_BEGINS = Patterns(
    en=re.compile(
        r"^(?:(?:hey|hi|hello|ok|okay|so|well|um|uh|like|sumika|good (?:morning|evening|afternoon)|by the way|btw"
        r"|anyway|and|in the end|tell me|sorry|excuse me)(?:[,.!]? +|, ?))+(?=\w)",
        re.IGNORECASE,
    ),
    ja=re.compile(
        "^(?:(?:ねえ+|ねぇ|ねー|あの[うー]?|えっと|すみません|すいません|スミカ|おはよう(?:ございます)?|こんにちは"
        "|こんばんは|結局|ところで|ちなみに|そういえば|恐れ入りますが|お手数ですが|さて)[、,。!！ ]*)+"
    ),
)
_JA_CORRECTED = re.compile(
    "^[^、。…]{1,14}(?:…+|\\.{2,}|、|。)[ 、]*(?:あ、?|いや、?|って、?)?"
    "(?:いや|いえ|じゃなくて|じゃなかった|やなくて|ちゃうわ|ちゃう|違う|違った|間違えた|じゃないや)[ 、。…]*(?=.{4,})"
)
"""What was said first by mistake: 血圧…じゃなくて脈拍は？"""
_OF_HOUSE_EN = (
    "electricity|electric|power|energy|bill|bills|solar|costs?|heating|usage|consumption"
    "|house|home|flat|apartment|place"
)
_OF_HOUSE_JA = "電気|電力|光熱|家の|発電|太陽光|使用量|消費"

OF_AN_ORDER = frozenset({"name", "area", "number", "duration", "delay", "time", "degrees", "percentage", "colour"})
"""Kinds of pieces, as templates call them, that an order has."""

Reader = Callable[[str], Call | None]
"""What one sentence asks for, and that alone; None where it is not understood."""


class Piece(msgspec.Struct, frozen=True):
    """A piece of a sentence.

    Attributes:
        text: As it stands there.
        begin: In the sentence.
        end: Not included.
    """

    text: str
    begin: int
    end: int


def pieces(sentence: str, lists: Lists, name: str) -> tuple[Piece, ...]:
    """Return the longest pieces of a kind that do not overlap, in order.

    Args:
        sentence: As it was said.
        lists: Of the house.
        name: period, resident, area or name, as templates call them.
    """
    heard = heard_of(sentence)
    places = lists.found(heard).get(name, {})
    spans = [(begin, end) for begin, ends in places.items() for end in ends]
    if name == "name":
        spans = [(begin, end) for begin, end in spans if lists.domains(heard, begin, end) != {"person"}]
    kept: list[tuple[int, int]] = []
    for begin, end in sorted(spans, key=lambda one: one[0] - one[1]):
        if all(end <= first or last <= begin for first, last in kept):
            kept.append((begin, end))
    found: list[Piece] = []
    for begin, end in sorted(kept):
        text = heard.piece(begin, end)
        piece = Piece(text, heard.place(begin), heard.place(begin) + len(text))
        if not _ENDS_A_QUESTION.search(sentence[: piece.end]):
            found.append(piece)
    return tuple(found)


_ENDS_A_QUESTION = re.compile("[だかじゃや]ろうか$")
"""だろうか asks, and names no ろうか."""


def longest(found: Mapping[str, Mapping[int, Sequence[int]]], name: str) -> list[tuple[int, int]]:
    """Return where pieces of a kind begin and end; of those that begin at one place, the longest.

    Args:
        found: By `Lists.found`.
        name: As templates call the kind.
    """
    return [(begin, max(ends)) for begin, ends in found.get(name, {}).items()]


def may_take(call: Call, span: Span) -> bool:
    """Tell whether a call's tool takes a piece that was not said."""
    return span not in call.spans and span in TOOLS[call.tool].spans


def with_piece(call: Call, span: str, piece: str) -> Call:
    """Return a call with a piece of it said anew."""
    return msgspec.structs.replace(call, spans={**call.spans, span: piece})


def without(sentence: str, lists: Lists, *names: str) -> str:
    """Return a sentence in small letters without its pieces of some kinds."""
    text = sentence
    taken = sorted((one for name in names for one in pieces(sentence, lists, name)), key=lambda one: -one.begin)
    for one in taken:
        text = f"{text[: one.begin]} {text[one.end :]}"
    return text.casefold().replace("\u2019", "'")


def simpler(sentence: str, lists: Lists) -> str:
    """Return a question without "in total", and without the person whose house it is: "mum's electricity".

    Every word of what is left stands in the sentence as well.
    """
    japanese = is_japanese(sentence)
    text = _BEGINS.of(sentence).sub("", sentence)
    if japanese:
        text = _JA_CORRECTED.sub("", text)
    text = _TOTAL.of(sentence).sub("", text)
    for one in reversed(pieces(text, lists, "resident")):
        rest = text[one.end :]
        of = re.match("の" if japanese else r"(?:'s|\u2019s|s') ", rest)
        if of is None or _is_place(text, lists, one.begin):
            continue
        behind = rest[of.end() :]
        of_house = re.match(_OF_HOUSE_JA if japanese else rf"(?:{_OF_HOUSE_EN})\b", behind, re.IGNORECASE)
        at = one.end + of.end()
        if of_house or _begins(text, lists, at):
            before = text[: one.begin]
            before = before if japanese else re.sub(r"\b(?:my|our|the) $", "", before, flags=re.IGNORECASE)
            text = f"{before}{'' if japanese else 'the '}{behind}"
    return text


def _is_place(text: str, lists: Lists, at: int) -> bool:
    """Return whether a room or a device is called so as a whole: "Lena's room"."""
    return any(one.begin <= at < one.end for name in ("area", "name") for one in pieces(text, lists, name))


def _begins(text: str, lists: Lists, at: int) -> bool:
    return any(one.begin == at for name in ("area", "name") for one in pieces(text, lists, name))


_ELECTRICITY = frozenset(map(plain, ("電気", "でんき", "電力", "electricity", "power", "energy", "the power")))
"""No device where it is asked what was used or paid: it is what is asked for."""


def spans_of(tool: str, sentence: str, lists: Lists) -> dict[str, str]:
    """Return the pieces of a sentence that a tool which asks takes: the last of each kind."""
    found: dict[str, str] = {}
    kinds: tuple[tuple[Span, str], ...] = (
        ("period", "period"),
        ("resident", "resident"),
        ("room", "area"),
        ("device", "name"),
    )
    for span, name in kinds:
        there = pieces(sentence, lists, name)
        if span == "room" and "resident" in found:
            # Who is called as their room is: it is asked about them.
            there = tuple(one for one in there if plain(one.text) != plain(found["resident"]))
        if tool == "energy" and name == "name":
            there = tuple(one for one in there if plain(one.text) not in _ELECTRICITY)
        if span in TOOLS[tool].spans and there:
            found[span] = there[-1].text
    return found


_CUT = re.compile("[ぁ-んー](?<![がはをのにでもとへやよねな])")
_AROUND = re.compile("[ぁ-んー]{0,4}")
_OF_ONE_THING = frozenset({"power", "cover", "machine"})
_OF_SOME_KIND = re.compile("(?:の|[いなるた])\\||(?:機械|家電|機器|装置|全部|やつ|もの)$")
"""A thing that is told from others by more than its name: 掃除の機械, 丸いライト."""
_OF_A_PLACE = frozenset({"feel", "level", "temperature", "humidity", "mode"})


def recut(call: Call, sentence: str, lists: Lists) -> Call:
    """Return what a student read in Japanese with its things cut out as they are called: こごの電気ば is 電気.

    Args:
        call: What was read.
        sentence: As it was said.
        lists: Of the house.
    """
    if not is_japanese(sentence):
        return call
    call = _of_a_room(_of_a_thing(call, lists), sentence, lists)
    spans = dict(call.spans)
    for span, name in (("device", "name"), ("room", "area"), ("resident", "resident")):
        said = spans.get(span, "")
        if not said or is_called(said, lists, name):
            continue
        inside = max((one.text for one in pieces(said, lists, name)), key=len, default="")
        if inside and all(_AROUND.fullmatch(part) for part in said.split(inside, 1)):
            spans[span] = inside
        elif around := [one.text for one in pieces(sentence, lists, name) if said in one.text]:
            spans[span] = around[0]
        elif span == "room" and not inside and call.tool in _OF_A_PLACE and _is_torn(said, sentence):
            del spans["room"]
        elif span == "resident" and not inside and call.tool == "feel" and not _TITLED.search(said):
            del spans["resident"]
    if call.tool in _OF_ONE_THING and not spans.keys() & {"device", "room"}:
        things = pieces(sentence, lists, "name")
        if len(things) == 1 and not _OF_SOME_KIND.search(sentence[: things[0].begin] + "|" + things[0].text):
            spans["device"] = things[0].text
    return call if spans == call.spans else msgspec.structs.replace(call, spans=spans)


def _of_a_room(call: Call, sentence: str, lists: Lists) -> Call:
    """Return a call without a room that is none: 暖房1度上げたら is of the heating."""
    room = call.spans.get("room", "")
    is_thing = is_called(room, lists, "name") and not is_called(room, lists, "area")
    if not room or not (is_thing or _is_no_room(room, sentence)):
        return call
    spans = {name: piece for name, piece in call.spans.items() if name != "room"}
    if is_thing and "device" in TOOLS[call.tool].spans:
        spans.setdefault("device", room)
    return msgspec.structs.replace(call, spans=spans)


_ONCE = frozenset({"いっかい", "いっぺん"})
_BATHS = re.compile("(?:蒸し|むし|長|水|朝|露天)$")


def _is_no_room(said: str, sentence: str) -> bool:
    """Tell whether a word for a room means something else: いっかい is once, and 蒸し風呂 is said of the heat."""
    before = sentence[: sentence.find(said)]
    return said in _ONCE or (said.endswith(("風呂", "ふろ")) and _BATHS.search(before) is not None)


_OF_SOMEBODY = frozenset({"sleep", "vitals", "known", "changes"})


def _of_a_thing(call: Call, lists: Lists) -> Call:
    """Return what is asked of a thing that was taken for somebody: what the robot does, is asked of its state."""
    who = call.spans.get("resident", "")
    is_thing = call.tool in _OF_SOMEBODY and is_called(who, lists, "name") and not is_called(who, lists, "resident")
    return Call(tool="state", what="device", spans={"device": who}) if who and is_thing else call


def is_called(said: str, lists: Lists, name: str) -> bool:
    """Tell whether a piece as a whole is a name of the house.

    Args:
        said: The piece.
        lists: Of the house.
        name: name, area or resident, as templates call them.
    """
    heard = heard_of(said)
    return any(len(heard.letters) in ends for ends in (lists.found(heard).get(name, {}).get(0, ()),))


def _is_torn(said: str, sentence: str) -> bool:
    """Tell whether a piece ends within a word, or is an exclamation before a comma: おむ of おむつ, さんびちゃ、."""
    after = sentence[sentence.find(said) + len(said) :]
    return bool(_CUT.match(after)) or (after.startswith("、") and _KANA_ALONE.fullmatch(said) is not None)


_TITLED = re.compile("(?:さん|ちゃん|くん|君|様|さま|たち|ら)$")
_KANA_ALONE = re.compile("[ぁ-んー]+")


def widened(call: Call, sentence: str, lists: Lists) -> Call:
    """Return a question's call with its times and devices cut out whole: "the 18th" and not "18".

    Args:
        call: What was read.
        sentence: As it was said.
        lists: Of the house.
    """
    tool = TOOLS[call.tool]
    if tool.acts:
        return call
    spans = dict(call.spans)
    said = spans.get("period", "")
    if "period" in tool.spans:
        there = [one.text for one in pieces(sentence, lists, "period")]
        longer = [one for one in there if said and said in one]
        within = [one for one in there if said and one in said]
        if longer or len(within) == 1:
            spans["period"] = (longer or within)[0]
        if (call.tool, call.what) == ("energy", "price") and there and not _RATE.search(sentence.casefold()):
            # What was paid at some time is no price of now.
            call = msgspec.structs.replace(call, what="cost")
            spans["period"] = there[-1]
    known = _whose(sentence, lists)
    who = spans.get("resident", "")
    if who and plain(who) not in known:
        people = pieces(who, lists, "resident")
        spans["resident"] = people[0].text if people else who
    if plain(spans.get("room", "")) in _ANY_ROOM | known:
        del spans["room"]
    device = spans.get("device", "")
    if device and "room" not in tool.spans:
        spans["device"] = _with_room(device, sentence, lists)
    if device and call.tool == "energy" and plain(device) in known | _ELECTRICITY:
        del spans["device"]
    return (
        completed(msgspec.structs.replace(call, spans=spans), sentence, lists)
        if is_japanese(sentence)
        else msgspec.structs.replace(call, spans=spans)
    )


_OF_THE_ROOF = frozenset({"solar", "saved"})
_OF_ONE_ROOM = frozenset({"climate", "why"})
_OF_NIGHTS = frozenset({"sleep", "changes"})
_SHORTEST_IN_KANA = 3
_NIGHTS = frozenset(map(plain, ("夜", "よる", "夜中", "よなか", "夜間", "深夜", "真夜中", "夜さ")))
_NO_PERIOD = frozenset(
    map(plain, ("今", "いま", "現在", "ただいま", "日", "一日", "1日", "月", "ひと月", "一か月", "週", "さっき"))
)
"""What is no time of its own where somebody asks: now, and a day or month of which much or little is used."""


def completed(call: Call, sentence: str, lists: Lists) -> Call:
    """Return a question in Japanese with the one time, person, room or thing that is said and that its tool takes.

    Whoever reads a question may leave out what stands in it: 本日の天気 is no weather of now.

    Args:
        call: What was read.
        sentence: As it was said.
        lists: Of the house.
    """
    takes, spans = TOOLS[call.tool].spans, dict(call.spans)
    kinds: tuple[tuple[Span, str], ...] = (("period", "period"), ("resident", "resident"), ("room", "area"))
    for span, name in kinds:
        there = [one for one in pieces(sentence, lists, name) if stands_alone(one.text, sentence)]
        if span not in takes or span in spans or len(there) != 1 or there[0].text in "".join(spans.values()):
            continue
        said = plain(there[0].text)
        if said in _NO_PERIOD or (call.tool in _OF_NIGHTS and said in _NIGHTS):
            continue
        if span == "room" and (call.tool not in _OF_ONE_ROOM or spans.keys() - {"period"}):
            continue
        spans[span] = there[0].text
    if call.what in _OF_THE_ROOF:
        spans.pop("device", "")  # the roof itself, and no device of its own
    return msgspec.structs.replace(call, spans=spans)


def stands_alone(said: str, sentence: str) -> bool:
    """Tell whether a piece is a word of its own: 明 of 明るさ and あす of おりゃあす are none.

    Args:
        said: The piece.
        sentence: In which it stands.
    """
    at = sentence.find(said)
    if _KANA_ALONE.fullmatch(said):
        return len(said) >= _SHORTEST_IN_KANA or not _KANA_ALONE.fullmatch(sentence[max(0, at - 1) : at] or "、")
    return len(said) > 1


_RATE = re.compile(
    r"\b(?:now|rate|tariff|per k?wh|per kilowatt|a k?wh|a kilowatt.?hour|moment|currently)\b|単価|今|いま|現在"
    r"|キロワット時|kwh"
)
_ANY_ROOM = frozenset(map(plain, ("rooms", "the rooms", "our rooms", "any room")))


def _whose(sentence: str, lists: Lists) -> frozenset[str]:
    return frozenset(plain(one.text) for one in pieces(sentence, lists, "resident"))


def _with_room(device: str, sentence: str, lists: Lists) -> str:
    """Return "AC in the bedroom" where "AC" was cut out: a tool that takes no room takes it with the device."""
    begin = sentence.find(device)
    for room in pieces(sentence, lists, "area"):
        between = sentence[begin + len(device) : room.begin]
        if begin >= 0 and re.fullmatch(r" (?:in|of|at) (?:the |my |our )?", between, re.IGNORECASE):
            return sentence[begin : room.end]
        before = sentence[room.end : begin]
        if begin > room.begin and before in ("の", "'s ", "\u2019s ", " ") and room.text not in device:
            return sentence[room.begin : begin + len(device)]
    return device
