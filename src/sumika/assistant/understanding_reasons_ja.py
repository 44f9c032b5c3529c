"""What Japanese tells beside an order, 暗い、電気つけて, and which thing or room the order means by it."""

import re
from collections.abc import Iterator

from sumika.assistant.calls import TOOLS, Call
from sumika.assistant.lexicon import HERE, ROOM_WORDS, is_japanese
from sumika.assistant.sentences_heard import heard_of
from sumika.assistant.sentences_lists import Lists
from sumika.assistant.understanding_pieces import OF_AN_ORDER, Reader, longest, may_take, with_piece

_REASON = re.compile(
    r"(?:(?<=[いだたるうくすむぶつぬぐんねよすぇえ])から|ので|んで|けど|(?<=[いだるたん])し|さかい|けん|けえ|きに|もんで|(?<=[いる])で)[、,]?\s*"
)
_STOP = re.compile(r"[、。,，!！?？\s]+|(?<=[てで])[ー〜]+(?=[一-龠ァ-ヶ])")
_TOLD_BEFORE = re.compile(
    "(?:[いたるうくすねよなわさでっ]|まっくら|真っ暗|カラカラ|からから|じめじめ|ジメジメ|むしむし|ムシムシ|びしょびしょ|べとべと|べたべた|[なのち]や|だっちゃ|べ|べさ|じゃ|ばい|だべ|けど|から|ので|し|だ|です|ます|ん|かも|かな|みたい|らしい|よう|っぽい|まま|っぱなし|無理|むり|限界|最悪|やば|地獄)$"
)
_TOLD_AFTER = re.compile(
    "(?:から|けん|けえ|けぇ|きに|ので|んで|さかい|し|もん|もんで|はんで|べ|べさ|わ|よ|い|い[よわねなのさ]|る|ない|だ|だよ|くて|た|たい|ねん|んだ|るで|いで|ばい|での|でのう|でな|でね|からの|からな|からね|からさ|けえの|るの|んだもん|そう|しそう|そうだ|無理|むり|限界|じゃけん|かなわん|たまらん|かなん|ならん|いかん)$"
)
_NOT_BESIDE = re.compile(
    "[、 ]って|ないで|んといて|なくて|たら|なら|れば|とき|時は|場合|まで(?!寝|ねる|休|出|帰|いな|起き|仕事)"
    "|前に|あとで|後で|(?<=[てでろれいるよんただう])って|もし|まま|以外|だけ(?!ど)|うそ|嘘|冗談|やっぱ|やめ|なし$|いらない|違う|ちがう|ちゃう|[「」『』]"
)


def told_beside(sentence: str, lists: Lists, read: Reader) -> list[tuple[str, str]]:
    """Return (what is told, the order beside it) for every way in which a sentence may part so.

    Args:
        sentence: As it was said.
        lists: Of the house.
        read: Understands one order.
    """
    found = [(sentence[: joint.end()], sentence[joint.end() :]) for joint in _REASON.finditer(sentence)]
    return [*found, *_without_a_word_why(sentence, lists, read)]


def _without_a_word_why(sentence: str, lists: Lists, read: Reader) -> Iterator[tuple[str, str]]:
    """Yield what is told without a word that says it is why, and the order: 暗い、電気つけて; 電気つけて、暗いけえ."""
    for stop in _STOP.finditer(sentence):
        first, rest = sentence[: stop.start()], sentence[stop.end() :].rstrip("。!！〜~ー")
        if not first or not rest or _NOT_BESIDE.search(first + "、" + rest):
            continue
        if not re.search("[?？]", first + stop[0]) and _TOLD_BEFORE.search(first) and _may_be_told(first, read):
            yield first, rest
        of_an_order = OF_AN_ORDER & lists.found(heard_of(rest)).keys()
        if _TOLD_AFTER.search(rest) and not of_an_order and _may_be_told(rest, read):
            yield rest, first


_COMPLAINS = re.compile("(?:すぎ|過ぎ|きつ|強|弱)(?:い|る|か|え|て|ぎ)[^てで]*$")


def _may_be_told(part: str, read: Reader) -> bool:
    """Tell whether a part of a sentence may only tell how it is: 加湿器つけてくんないかい is an order by itself."""
    call = read(part)
    complains = call is not None and call.tool == "temperature" and _COMPLAINS.search(part) is not None
    return complains or call is None or not TOOLS[call.tool].acts or call.tool in ("feel", "level", "humidity")


_NOT_THAT = re.compile("なくて|いらない|要らない|いい|ええ|じゃな|ちゃう|だけ|以外|より|まま")
_ASKS = re.compile("[?？]|いくら|なんぼ|いつ|どこ|どう|何|なに|だれ|誰")
_LONGEST_VERB = 10
_OF_ONE_THING = frozenset({"power", "machine", "cover", "level", "temperature"})


def of_what_was_told(why: str, order: str, lists: Lists, read: Reader) -> Call | None:
    """Return an order that names nothing, of the one thing that was told of: テレビ消えないよ、消して.

    Args:
        why: What is told.
        order: Beside it.
        lists: Of the house.
        read: Understands one order.
    """
    heard, bare = heard_of(why), heard_of(order)
    found = lists.found(heard)
    names, rooms = ({heard.piece(*place) for place in longest(found, kind)} for kind in ("name", "area"))
    wanted = len(names) == 1 and len(rooms) <= 1 and len(bare.letters) <= _LONGEST_VERB
    if not wanted or lists.found(bare).keys() & OF_AN_ORDER or _ASKS.search(why):
        return None
    if _NOT_THAT.search(order) or _NOT_THAT.search(why):
        return None
    call = read("".join(room + "の" for room in rooms) + names.pop() + order)
    return call if call is not None and call.tool in _OF_ONE_THING else None


_HOW_IT_IS = re.compile(
    "暗|まっくら|(?<![るいたのうくすむれぐそ])くら[いくす]|寒|さむ|暑|あつ|温度|湿度|空気|臭|くさ|煙|けむ|まぶし|眩し|乾燥|明る|じめ|こも"
)
_OF_WHOLE_HOUSE = re.compile("加湿|除湿|清浄|給湯|エコキュート|湯|テレビ|24時間|二十四時間")
_HERE = frozenset((*HERE.ja, *ROOM_WORDS["outside"].ja))


def in_that_room(why: str, call: Call, lists: Lists) -> Call:
    """Return an order in the room of which it was told how it is there: 子供部屋が暑いから冷房入れて.

    Args:
        why: What is told.
        call: What the order beside it was read as.
        lists: Of the house.
    """
    of_one = _OF_WHOLE_HOUSE.search(call.spans.get("device", ""))
    if of_one or not is_japanese(why) or not may_take(call, "room") or not _HOW_IT_IS.search(why):
        return call
    heard = heard_of(why)
    places = {heard.piece(*place) for place in longest(lists.found(heard), "area")}
    inside = {one for one in places if not any(one != other and one in other for other in places)} - _HERE
    return call if len(inside) != 1 else with_piece(call, "room", inside.pop())


_ORDERS = re.compile("[くうめにら](?:し|せ|な)|して|[てで](?:くれ|くだ|ほし|もら|や|けろ|け|ちょ)|[てで]$")


def follows_from_a_thing(why: str, order: str, call: Call, lists: Lists) -> bool:
    """Tell whether a complaint follows from a thing that was named: 照明が映り込んで見づらい wants no more light.

    Args:
        why: What is told.
        order: Beside it.
        call: What that was read as.
        lists: Of the house.
    """
    complains = call.tool == "level" and not call.spans and is_japanese(order) and not _ORDERS.search(order)
    return complains and bool(lists.found(heard_of(why)).get("name"))
