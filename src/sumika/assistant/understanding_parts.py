"""Several orders in one sentence: "turn off the lights and close the blinds", 電気とエアコンを消して."""

import re
from collections.abc import Callable, Iterator

import msgspec

from sumika.assistant.calls import TOOLS, Call
from sumika.assistant.lexicon import HERE, ROOM_WORDS, is_japanese
from sumika.assistant.sentences_heard import Heard
from sumika.assistant.sentences_lists import Lists
from sumika.assistant.understanding_pieces import pieces

MOST_PARTS = 4
_EN_JOINT = re.compile(
    r",?\s+(?:and then|and also|and|then|plus)\s+|\s*[,;]\s*(?:and\s+|then\s+)*|\.\s+", re.IGNORECASE
)
_JA_JOINT = re.compile(
    r"[、。,，]\s*(?:それから|あと|それと|ついでに|そして)?|(?<=[てでし])(?:から|、)?(?:それから|あと|ついでに|そして)?(?!$)|(?:から|ので)、?"
)
_BETWEEN = frozenset(
    {
        "and",
        "andthe",
        "andmy",
        "andin",
        "andinthe",
        "andinmy",
        "andon",
        "andonthe",
        "andalso",
        "andalsothe",
        "aswellas",
        "aswellasthe",
        "plusthe",
        "plus",
    }
) | frozenset({"と", "や", "とか", "および", "それと", "とあと", "も", "に"})
_ARTICLES = frozenset({"", "the", "my", "our"})
_BARE_JOINT_TOOLS = frozenset(
    {"power", "level", "cover", "mode", "temperature", "humidity", "colour", "machine", "hot_water"}
)
"""What a bare て may join: "エアコンつけて寒くない？" is one question and no order."""

_EN_REASON = re.compile(
    r"(?:it'?s|it is|i'?m|i am|we'?re|we are|there'?s|there is|my|our|the|because|since|as|i can|i need|someone"
    r"|everybody|everyone|too \w+|(?:heading|going|popping|nipping|setting|dashing|running|stepping) (?:out|off|to)"
    r"|off (?:to|out)|gonna|leaving|time (?:to|for)|bed ?time)\b",
    re.IGNORECASE,
)
_EN_TOLD = re.compile(
    r"(?!(?:is|are|was|were|did|do|does|what|who|whose|why|how|when|where|which|should|shall|suppose|imagine|maybe|perhaps|let"
    r"|whatever|whether)\b)[^,]*\b(?:is|are|am|was|were|can|can't|need|want|have|has|got|feels?|looks?|came|comes?|went|forgot)\b"
    r"|[^,]*\w'(?:s|re|m|ve)\b",
    re.IGNORECASE,
)
"""A clause that tells something: "people can see in, close the shutters"."""

_EN_REASON_AFTER = re.compile(
    r",?\s+(?:because|since|as|so that|so) (?:it'?s|it is|i|i'?m|we|we'?re|the|my|there)\b.*$"
    r"|,\s+(?:it'?s|it is|i'?m|i am|we'?re)\b.*$"
    r"|,?\s+(?:i'?m|i am|we'?re|i wanna|i want to|i need to|i have to|i can'?t|it'?s|it is|there'?s)\s.*$"
    r"|,\s+(?:i|we|they|she|he)(?:'\w+)? (?!mean|meant|think|thought|guess|wonder|suppose|asked|didn|don)\w+.*$"
    r"|,\s+(?:let (?:the|in|some)\b.*\bin|(?:the )?\w+'s \w+ing)\b.*$"
    r"|,?\s+(?:to (?:let|get|keep|stop|save|help|air)|my \w+ (?:is|are))\s.*$"
    r"|,?\s+my (?!\w+ room)\w+ (?:hurts?|aches?|itch\w*|feels?|looks?|keeps?)\b.*$"
    r"|,?\s+i (?:forgot|left|always|keep|won't|don't)\b.*$"
    r"|,?\s+for (?:my|the|our|his|her|some) [a-z]+[.! ]*$"
    r"|,?\s+so (?:that )?(?:nobody|no one|people|they|she|he|everyone|everybody|you|it)\b.*$"
    r"|,\s+(?:it (?:gets|looks|feels|has|will)|people|everybody|everyone|the \w+ (?:is|are|can|has|have))\s.*$",
    re.IGNORECASE,
)
_JA_REASON = re.compile(
    r"(?:(?<=[いだたるうくすむぶつぬぐんねよすぇえ])から|ので|んで|けど|(?<=[いだるたん])し|さかい|けん|けえ|きに|もんで|(?<=[いる])で)[、,]?\s*"
)
_NO_REASON = re.compile(
    r"\b(?:if|when|unless|don'?t|do not|not|never|until|said|told)\b|ないで|たら|なら|れば|とき"
    r"|って(?:言|いう|いっ|ゆ|聞|頼)",
    re.IGNORECASE,
)

_IN_THERE = re.compile(r"\b(?:in|over|out|up|down) there\b", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?:it|them)\b", re.IGNORECASE)

_TOLD = re.compile(
    r"\b(?:is|are|it's|i'm|we're|feels?|(?:i|we) (?:can't|cannot|can hardly|can barely))\b"
    r"|(?:い|すぎる|すぎ|すぎます|い(?:よ|な|ね|わ|です|のう)|いんだけど|してる|まっくら|真っ暗|カラカラ|からから|むしむし"
    r"|しとる|(?:暗|寒|暑|まぶし|明る)か(?:ばい|ねえ|けん)?)[\u3002!\uff01 ]*$",
    re.IGNORECASE,
)
"""Tells how something is, and asks for nothing by itself where an order stands beside it."""

Reader = Callable[[str], Call | None]
"""What one sentence asks for, and that alone."""


def several(sentence: str, lists: Lists, read: Reader) -> tuple[Call, ...]:
    """Return the calls of a sentence with several orders; () unless every part of it is understood.

    Args:
        sentence: As it was said.
        lists: Of the house.
        read: Understands one order.
    """
    alone = _without_reason(sentence, lists, read)
    if alone is not None:
        return (alone,)
    return _coordinated(sentence, lists, read) or _joined(sentence, lists, read, MOST_PARTS)


def _without_reason(sentence: str, lists: Lists, read: Reader, depth: int = 1) -> Call | None:
    """Return the order of a sentence that says why: 暗いのでカーテン開けて, "it's hot, turn on the fan"."""
    if not is_japanese(sentence):
        joints = re.finditer(r",\s*(?:so )?", sentence)
        found = [(sentence[: joint.start()], sentence[joint.end() :]) for joint in joints]
        found += _unpunctuated(sentence)
        found = [(why, order) for why, order in found if _EN_REASON.match(why.strip()) or _EN_TOLD.match(why.strip())]
        if after := _EN_REASON_AFTER.search(sentence):
            found.append((after[0], sentence[: after.start()]))
    else:
        found = [(sentence[: joint.end()], sentence[joint.end() :]) for joint in _JA_REASON.finditer(sentence)]
        found += _told_beside(sentence, lists, read)
    for why, order in found:
        if _FOR_WHAT.match(why) and lists.found(Heard(why)).keys() & _OF_AN_ORDER:
            continue  # for the kitchen, or for an hour: it is no reason
        call = None if _NO_REASON.search(why) or not order.strip() else read(order)
        if call is None and order.strip():
            told = _of_what_was_told if is_japanese(order) else _it_was_told
            call = told(why, order, lists, read)
        elif call is not None and not is_japanese(order):
            call = _where_nobody_is(why, call, lists)
        if call is None and depth and is_japanese(order) and not _NO_REASON.search(why):
            call = _without_reason(order, lists, read, depth - 1)
        if call is None or not _is_an_order_beside(why, order, call, lists):
            continue
        call = _in_that_room(why, call, lists)
        # "The lamp is too orange, make it colder": it is the lamp.
        named = bool(call.spans.keys() & {"device", "room"}) or not _PRONOUN.search(order)
        if (named or not lists.found(Heard(why)).get("name")) and (found_there := _there(why, order, call, lists)):
            return found_there
    return None


_EN_NEXT = re.compile(
    r" (?=(?:it'?s|it is|i'?m|can you|could you|please|turn|switch|put|close|shut|open|dim|set|raise|lower|make"
    r"|draw)\b)",
    re.IGNORECASE,
)
_EN_CLAUSE = re.compile(
    r"^(?:(?:i|we|he|she|they) (?:can't|cannot|can hardly|can barely)|it'?s|it is|i'?m|i am|we'?re|there'?s|there is"
    r"|(?:nobody|no one|everybody|everyone)'?s|the \w+(?: \w+)?(?:'s| is| are)|the \w+ \w+s) "
    r"(?!.*\b(?:to|you|him|her|them|he|she|they|we|and|or|not|can|will|would|should|me|who|that|when|if|is|are|i'll|didn't|won't|which|about|said)$)[^,]+$",
    re.IGNORECASE,
)
"""A clause that is whole before the next begins, as a recogniser writes it: "I can't sleep it's too bright"."""


def _unpunctuated(sentence: str) -> Iterator[tuple[str, str]]:
    """Yield what is told before an order or a complaint without a comma between them, and that."""
    if "," in sentence:
        return
    for joint in _EN_NEXT.finditer(sentence):
        if _EN_CLAUSE.match(sentence[: joint.start()]):
            yield sentence[: joint.start()], sentence[joint.end() :]


_FOR_WHAT = re.compile(r",?\s+for ", re.IGNORECASE)
_NOT_THAT = re.compile("なくて|いらない|要らない|いい|ええ|じゃな|ちゃう|だけ|以外|より|まま")
_ASKS = re.compile("[?？]|いくら|なんぼ|いつ|どこ|どう|何|なに|だれ|誰")
LONGEST_VERB = 10
_OF_ONE_THING = frozenset({"power", "machine", "cover", "level", "temperature"})


def _of_what_was_told(why: str, order: str, lists: Lists, read: Reader) -> Call | None:
    """Return an order that names nothing, of the one thing that was told of: テレビ消えないよ、消して."""
    heard, bare = Heard(why), Heard(order)
    found = lists.found(heard)
    names = {heard.piece(begin, max(ends)) for begin, ends in found.get("name", {}).items()}
    rooms = {heard.piece(begin, max(ends)) for begin, ends in found.get("area", {}).items()}
    wanted = len(names) == 1 and len(rooms) <= 1 and len(bare.letters) <= LONGEST_VERB
    if not wanted or lists.found(bare).keys() & _OF_AN_ORDER or _ASKS.search(why) or _NOT_THAT.search(order):
        return None
    if _NO_REASON.search(why) or _NOT_THAT.search(why):
        return None
    call = read("".join(room + "の" for room in rooms) + names.pop() + order)
    return call if call is not None and call.tool in _OF_ONE_THING else None


_HOW_IT_IS = re.compile(
    "暗|まっくら|(?<![るいたのうくすむれぐそ])くら[いくす]|寒|さむ|暑|あつ|温度|湿度|空気|臭|くさ|煙|けむ|まぶし|眩し|乾燥|明る|じめ|こも"
)


def _in_that_room(why: str, call: Call, lists: Lists) -> Call:
    """Return an order in the room of which it was told how it is there: 子供部屋が暑いから冷房入れて."""
    of_one = _OF_WHOLE_HOUSE.search(call.spans.get("device", ""))
    if (
        of_one
        or not is_japanese(why)
        or "room" in call.spans
        or "room" not in TOOLS[call.tool].spans
        or not _HOW_IT_IS.search(why)
    ):
        return call
    heard = Heard(why)
    places = {heard.piece(begin, max(ends)) for begin, ends in lists.found(heard).get("area", {}).items()}
    inside = {one for one in places if not any(one != other and one in other for other in places)} - _HERE
    return call if len(inside) != 1 else msgspec.structs.replace(call, spans={**call.spans, "room": inside.pop()})


_OF_WHOLE_HOUSE = re.compile("加湿|除湿|清浄|給湯|エコキュート|湯|テレビ|24時間|二十四時間")
_HERE = frozenset((*HERE.ja, *ROOM_WORDS["outside"].ja))
_JA_STOP = re.compile(r"[、。,，!！?？\s]+|(?<=[てで])[ー〜]+(?=[一-龠ァ-ヶ])")
_JA_TOLD_BEFORE = re.compile(
    "(?:[いたるうくすねよなわさでっ]|まっくら|真っ暗|カラカラ|からから|じめじめ|ジメジメ|むしむし|ムシムシ|びしょびしょ|べとべと|べたべた|[なのち]や|だっちゃ|べ|べさ|じゃ|ばい|だべ|けど|から|ので|し|だ|です|ます|ん|かも|かな|みたい|らしい|よう|っぽい|まま|っぱなし|無理|むり|限界|最悪|やば|地獄)$"
)
_JA_TOLD_AFTER = re.compile(
    "(?:から|けん|けえ|けぇ|きに|ので|んで|さかい|し|もん|もんで|はんで|べ|べさ|わ|よ|い|い[よわねなのさ]|る|ない|だ|だよ|くて|た|たい|ねん|んだ|るで|いで|ばい|での|でのう|でな|でね|からの|からな|からね|からさ|けえの|るの|んだもん|そう|しそう|そうだ|無理|むり|限界|じゃけん|かなわん|たまらん|かなん|ならん|いかん)$"
)
_JA_NOT_BESIDE = re.compile(
    "[、 ]って|ないで|んといて|なくて|たら|なら|れば|とき|時は|場合|まで(?!寝|ねる|休|出|帰|いな|起き|仕事)"
    "|前に|あとで|後で|(?<=[てでろれいるよんただう])って|もし|まま|以外|だけ(?!ど)|うそ|嘘|冗談|やっぱ|やめ|なし$|いらない|違う|ちがう|ちゃう|[「」『』]"
)
_OF_AN_ORDER = frozenset({"name", "area", "number", "duration", "delay", "time", "degrees", "percentage", "colour"})


def _told_beside(sentence: str, lists: Lists, read: Reader) -> Iterator[tuple[str, str]]:
    """Yield what is told beside an order, before or after it, and the order: 暗い、電気つけて; 電気つけて、暗いけえ."""
    for stop in _JA_STOP.finditer(sentence):
        first, rest = sentence[: stop.start()], sentence[stop.end() :].rstrip("。!！〜~ー")
        if not first or not rest or _JA_NOT_BESIDE.search(first + "、" + rest):
            continue
        if not re.search("[?？]", first + stop[0]) and _JA_TOLD_BEFORE.search(first) and _may_be_told(first, read):
            yield first, rest
        of_an_order = _OF_AN_ORDER & lists.found(Heard(rest)).keys()
        if _JA_TOLD_AFTER.search(rest) and not of_an_order and _may_be_told(rest, read):
            yield rest, first


def _may_be_told(part: str, read: Reader) -> bool:
    """Tell whether a part of a sentence may only tell how it is: 加湿器つけてくんないかい is an order by itself."""
    call = read(part)
    complains = call is not None and call.tool == "temperature" and _JA_COMPLAINS.search(part) is not None
    return complains or call is None or not TOOLS[call.tool].acts or call.tool in ("feel", "level", "humidity")


def _is_an_order_beside(why: str, order: str, call: Call, lists: Lists) -> bool:
    """Tell whether something is to be done for a reason: no complaint of a thing that the reason names."""
    is_order = TOOLS[call.tool].acts and call.tool not in ("feel", "answer", "undo")
    return is_order and not _is_of_what_was_named(why, order, call, lists)


def _is_of_what_was_named(why: str, order: str, call: Call, lists: Lists) -> bool:
    """Tell whether a complaint follows from a thing that was named: 照明が映り込んで見づらい wants no more light."""
    complains = call.tool == "level" and not call.spans and is_japanese(order) and not _JA_ORDERS.search(order)
    return complains and bool(lists.found(Heard(why)).get("name"))


_JA_ORDERS = re.compile("[くうめにら](?:し|せ|な)|して|[てで](?:くれ|くだ|ほし|もら|や|けろ|け|ちょ)|[てで]$")
_JA_COMPLAINS = re.compile("(?:すぎ|過ぎ|きつ|強|弱)(?:い|る|か|え|て|ぎ)[^てで]*$")

_EN_DENIED = re.compile(r"\b(?:not|isn't|aren't|wasn't|don't|doesn't|didn't|no|never|if|when|unless|said|asked|told)\b")


_OF_HUE = re.compile(r"\b(?:warm|cool)\b", re.IGNORECASE)
"""A lamp that is warmed up gets no brighter."""


def _it_was_told(why: str, order: str, lists: Lists, read: Reader) -> Call | None:
    """Return an order about the one thing that was told of: "I've left the light on in the loo, do switch it off"."""
    things, rooms = pieces(why, lists, "name"), pieces(why, lists, "area")
    if len(things) != 1 or len(rooms) > 1 or not _PRONOUN.search(order) or _EN_DENIED.search(why.casefold()):
        return None
    if pieces(order, lists, "name") or pieces(order, lists, "area") or _OF_HUE.search(order):
        return None
    place = f" in the {rooms[0].text}" if rooms and rooms[0].text not in things[0].text else ""
    thing = re.sub("['\u2019]s$", "", things[0].text)
    call = read(_PRONOUN.sub(f"the {thing}{place}", order, count=1).strip())
    return call if call is not None and call.tool in ("power", "machine", "cover", "level", "colour") else None


_NOBODY = re.compile(r"\b(?:nobody|no one|no-one|empty|isn't anyone|isn't anybody|not anyone)\b", re.IGNORECASE)


def _where_nobody_is(why: str, call: Call, lists: Lists) -> Call:
    """Return an order with the room of which it was said that nobody is in it: "the study's empty, lights off"."""
    rooms = pieces(why, lists, "area")
    if len(rooms) != 1 or not _NOBODY.search(why) or "room" in call.spans or "room" not in TOOLS[call.tool].spans:
        return call
    return msgspec.structs.replace(call, spans={**call.spans, "room": rooms[0].text})


def _there(why: str, order: str, call: Call, lists: Lists) -> Call | None:
    """Return an order with the room that "in there" means, which was said before: None where none was."""
    if (
        is_japanese(order)
        or "room" in call.spans
        or "room" not in TOOLS[call.tool].spans
        or not _IN_THERE.search(order)
    ):
        return call
    heard = Heard(why)
    places = [(begin, max(ends)) for begin, ends in lists.found(heard).get("area", {}).items()]
    if not places:
        return None
    room = heard.piece(*max(places, key=lambda place: place[1] - place[0]))
    return msgspec.structs.replace(call, spans={**call.spans, "room": room})


def _joined(sentence: str, lists: Lists, read: Reader, most: int) -> tuple[Call, ...]:
    japanese = is_japanese(sentence)
    pattern = _JA_JOINT if japanese else _EN_JOINT
    for joint in pattern.finditer(sentence):
        first, rest = sentence[: joint.start()], sentence[joint.end() :]
        if not first.strip() or not rest.strip() or most < 2:
            continue
        one = read(first)
        # "The lights and the TV" are two already, before what comes behind them.
        ones = (one,) if one is not None else () if japanese else _coordinated(first, lists, read)
        if not ones:
            continue
        other = _there_too(first, rest, read(rest), lists)
        others = (other,) if other is not None else _joined(rest, lists, read, most - 1)
        bare = japanese and not re.search(r"[、。,，]|から|ので", joint[0])
        if one is not None and other is not None and _is_the_same(one, other, rest):
            return (one,)
        if others and _go_together((*ones, *others), bare=bare):
            return _without_what_is_told((*ones, *others), len(ones), first, rest)
    return ()


def _without_what_is_told(calls: tuple[Call, ...], begin: int, first: str, rest: str) -> tuple[Call, ...]:
    """Return the calls of two parts; of "the fan is too loud, turn on the light", what is told is why.

    Args:
        calls: Of both.
        begin: Where those of the second part begin.
        first: Part.
        rest: Of the sentence.
    """
    told = _TOLD.search(first) is not None, begin + 1 == len(calls) and _TOLD.search(rest) is not None
    if begin == 1 and all(TOOLS[call.tool].acts for call in calls) and told[0] != told[1]:
        return calls[1:] if told[0] else calls[:1]
    return _once_each(calls)


_THERE = re.compile(r"\bthere[.! ]*$", re.IGNORECASE)


def _there_too(first: str, rest: str, call: Call | None, lists: Lists) -> Call | None:
    """Return an order with the room that "there" means, which the part before names; None where it names none."""
    if call is None or is_japanese(rest) or not _THERE.search(rest) or "room" in call.spans:
        return call
    rooms = pieces(first, lists, "area")
    if len(rooms) != 1 or "room" not in TOOLS[call.tool].spans:
        return None
    return msgspec.structs.replace(call, spans={**call.spans, "room": rooms[0].text})


def _is_the_same(one: Call, other: Call, rest: str) -> bool:
    """Tell whether an order says again what a complaint asked for: "that light is too blue, warm it up"."""
    more = {"warmer": ("up", "warmer"), "colder": ("down", "colder")}.get(one.what, ()) if one.tool == "colour" else ()
    return (
        other.tool in ("temperature", "colour")
        and other.what in more
        and not other.spans
        and bool(_PRONOUN.search(rest))
    )


def _once_each(calls: tuple[Call, ...]) -> tuple[Call, ...]:
    """Return calls without those that another one says more exactly: "the air is dry, raise the humidity" is one."""
    kept: list[Call] = []
    said = {(call.tool, call.what) for call in calls}
    if any({(tool, "up"), (tool, "down")} <= said for tool in ("humidity", "temperature", "level")):
        return ()  # both more and less: one of them was no order
    for call in calls:
        same = next((one for one in kept if (one.tool, one.what) == (call.tool, call.what) and _alike(one, call)), None)
        if same is None:
            kept.append(call)
        elif len(call.spans) >= len(same.spans):
            kept[kept.index(same)] = call
    orders = [call for call in kept if call.tool not in ("feel", "answer")]
    if any((call.tool, call.what) == ("machine", "start") for call in orders):
        # "I have put the washing in. Start the machine": it is one order.
        orders = [call for call in orders if (call.tool, call.what) != ("machine", "loaded") or "time" in call.spans]
    return tuple(orders or kept)


def _alike(one: Call, other: Call) -> bool:
    less, more = sorted((one.spans, other.spans), key=len)
    return one.tool in _ONCE or less.items() <= more.items()


_ONCE = frozenset({"hot_water", "house_mode", "undo"})
"""What there is one of, whatever it is called the second time."""


def _go_together(calls: tuple[Call, ...], *, bare: bool) -> bool:
    if bare:
        return all(call.tool in _BARE_JOINT_TOOLS for call in calls)
    # A question beside an order is two turns of a conversation, and mostly a condition: "is it cold, then close it".
    return len({TOOLS[call.tool].acts for call in calls}) == 1 and all(call.tool != "answer" for call in calls)


def _coordinated(sentence: str, lists: Lists, read: Reader) -> tuple[Call, ...]:
    """Return a call for each of "the lamp and the fan": the sentence is read with either alone."""
    heard = Heard(sentence)
    found = lists.found(heard)
    for name in ("name", "area", "resident"):
        places = sorted((begin, max(ends)) for begin, ends in found.get(name, {}).items())
        for begin, end, next_begin, next_end in _pairs(heard, places):
            with_other = _without(sentence, heard, begin, next_begin)
            with_one = _without(sentence, heard, end, next_end)
            one = read(with_one)
            if one is None:
                continue
            other = read(with_other)
            others = (other,) if other is not None else _coordinated(with_other, lists, read)
            if others and all((call.tool, call.what) == (one.tool, one.what) for call in others):
                return (one, *others)[:MOST_PARTS]
    return ()


def _pairs(heard: Heard, places: list[tuple[int, int]]) -> Iterator[tuple[int, int, int, int]]:
    for begin, end in places:
        for next_begin, next_end in places:
            between = heard.letters[end:next_begin] if next_begin >= end else None
            if between in _BETWEEN or (between in _ARTICLES and heard.is_pause(end)):
                yield begin, end, next_begin, next_end


def _without(sentence: str, heard: Heard, begin: int, end: int) -> str:
    first, last = heard.place(begin), heard.place(end)
    return (
        sentence[:first].rstrip(" ,、")
        + (" " if sentence[:first] and not is_japanese(sentence) else "")
        + sentence[last:].lstrip()
    )
