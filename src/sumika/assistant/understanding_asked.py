"""Questions that are read by what they ask for, whatever words stand around.

Which day was most expensive, was somebody at home on Tuesday, more than last week, who used it last, how many baths.
"""

import re

import msgspec

from sumika.assistant.calls import TOOLS, Call
from sumika.assistant.lexicon import is_japanese
from sumika.assistant.sentences_lists import Lists
from sumika.assistant.understanding_compared import compared
from sumika.assistant.understanding_pieces import pieces, spans_of, without
from sumika.assistant.understanding_recorded import is_question
from sumika.assistant.understanding_topics import COST, SLEEP, USED, WHY, energy_word

_MOST = re.compile(
    r"\b(?:most|highest|dearest|costliest|priciest|biggest|greatest|maximum|max|peak|top|best|hungriest|thirstiest"
    r"|longest"
    r"|hottest|warmest)\b|一番(?!安|少|低|寒|冷)|いちばん(?!安|やす|少|低|寒|冷)|最も(?!安|少|低)|もっとも(?!安|少"
    r"|低)|最高|最大|最多"
)
_LEAST = re.compile(
    r"\b(?:least|lowest|cheapest|smallest|fewest|minimum|min|worst|coldest|coolest|shortest)\b"
    r"|(?:一番|いちばん|最も|もっとも)(?:安|やす|少|低|寒|冷|[^、。]{0,8}[わか](?:なかった|ない)(?:日|月|週|の))|最低|最小|最少|最安"
)
_WHICH_DAY = re.compile(
    r"\b(?:which|what|on which|on what) (?:week)?days?\b|\bday of the week\b|\b(?:most|least) (?:expensive"
    r"|costly) day\b"
    r"|\b(?:cheapest|dearest|costliest|priciest|best|worst|sunniest) (?:solar )?day\b|\bwhen\b.*\b(?:most|least"
    r"|highest|lowest|best)\b"
    r"|何曜日|どの日|(?:一番|いちばん|最も|もっとも|最高|最大|最多|最低|最小|最少|最安).*(?:日[はってのがを]|日$"
    r"|いつ|何日)"
    r"|(?:いつ|何日).*(?:一番|いちばん|最も|もっとも|最高|最大|最低)"
)
_A_DAY = re.compile(
    r"\b(?:(?:per|a|each|every) day (?:on average)?|on average (?:per|a|each) day|daily average|average daily"
    r"|on an average day|average (?:\w+ ){1,3}(?:per|a) day)\b"
    r"|(?:1|\uff11|一)日(?:あたり|当たり|平均|の平均)|日平均|平均.{0,8}(?:1|\uff11|一)日|一日に?平均"
)
_AVERAGE = re.compile(r"\b(?:average|mean|daily)\b|平均|あたり|当たり")
_WHICH_DEVICE = re.compile(
    r"\b(?:which|what) (?:\w+ )?(?P<en>device|appliance|machine|gadget|thing)s?\b"
    r"|\b(?P<what>what)(?:'s| is| has| was)? (?:been )?(?:us(?:es|ed|ing)|draw(?:s|n|ing)|drew|burn(?:s|t|ing)"
    r"|guzzl\w+|eat(?:s|ing|en)(?: up)?|ate|suck\w*|hogging|consum\w+|cost(?:s|ing)?(?: us)?) (?:up )?"
    r"(?=(?:the|all|most|so much|our|up|us)\b)"
    r"|(?P<ja>機器|家電|機械|電化製品|設備)"
)


def asked(sentence: str, lists: Lists) -> tuple[Call, ...]:
    """Return the calls of a question of one of these kinds; () where it is of none.

    Args:
        sentence: As it was said.
        lists: Of the house.
    """
    if not is_question(sentence):
        return ()
    said = without(sentence, lists, "resident")
    for reader in (_who_used, compared, _changing, _by_device, _by_day, _coldest_room, _was_there):
        calls = reader(sentence, said, lists)
        if calls:
            return calls
    return ()


def _by_day(sentence: str, said: str, lists: Lists) -> tuple[Call, ...]:
    """Return "which day was the most expensive", "what do we use a day on average"."""
    mean = bool(_A_DAY.search(said)) and bool(_AVERAGE.search(said))
    extreme = "lowest" if _LEAST.search(said) else "highest" if _MOST.search(said) else ""
    if not mean and not (extreme and _WHICH_DAY.search(said)):
        return ()
    what = energy_word(said)
    if not what or (what == "used" and re.search("温|気温|寒|暑|temperature", said)):
        return ()
    if extreme == "lowest" and re.search(r"\bworst\b", said) and what == "cost":
        extreme = "highest"  # the worst bill is the highest
    spans = spans_of("energy", sentence, lists)
    days = [one.text for one in pieces(sentence, lists, "period") if not _ONE_DAY.fullmatch(one.text)]
    spans = {
        **{name: piece for name, piece in spans.items() if name != "period"},
        **({"period": days[-1]} if days else {}),
    }
    return (Call(tool="energy", what=what, spans=spans, statistic="mean" if mean else extreme),)


_ONE_DAY = re.compile("[1\uff11一]日")


def _by_device(sentence: str, said: str, lists: Lists) -> tuple[Call, ...]:
    """Return "which device used the most"."""
    found = _WHICH_DEVICE.search(said)
    if found is None or not (USED.search(said) or COST.search(said) or re.search("食", said)):
        return ()
    if found["what"] and not (_POWER_OF.search(said) or _MOST.search(said)):
        return ()
    if found["ja"] and not re.search("どれ|どの|何|どんな|は?[?？]?$", said):
        return ()
    most = _MOST.search(said) or found["what"] or (found["ja"] and _EATS.search(said))
    extreme = "lowest" if _LEAST.search(said) else "highest" if most else ""
    if not extreme:
        return ()
    spans = {name: piece for name, piece in spans_of("energy", sentence, lists).items() if name == "period"}
    word = found["en"] or found["what"] or found["ja"]
    at = sentence.casefold().find(word)
    spans["device"] = sentence[at : at + len(word)]
    return (Call(tool="energy", what="used", spans=spans, statistic=extreme),)


_EATS = re.compile("食い(?:すぎ|過ぎ|虫)|使い(?:すぎ|過ぎ)|大食い|犯人")
"""うちの家電で電気食いすぎなのどれ asks for the one that uses most."""
_POWER_OF = re.compile(r"\b(?:electric\w*|power|energy|juice|leccy|current|k?wh|bill|money)\b")
_WHICH_ROOM = re.compile(
    r"\b(?:which|what) (?:room|bedroom)\b|ど(?:の|この|ちらの)お?部屋|部屋は(?:どこ|どれ|どちら)|どこが一番"
)
_WARMTH = re.compile(r"\b(?:cold|warm|hot|cool|chilly)\w*\b|寒|暑|暖|冷|温度|涼")
_DAMP = re.compile(r"\b(?:humid|damp|dry|driest)\w*\b|湿|乾")
_STUFFY = re.compile(
    r"\b(?:co2|carbon dioxide|stuff\w+|stal\w+|fresh\w+|(?:worst|best|bad|cleanest) air|air)\b|二酸化炭素|炭酸ガス"
)
_FRESH = re.compile(r"\b(?:freshest|best|cleanest)\b")


def _coldest_room(sentence: str, said: str, lists: Lists) -> tuple[Call, ...]:
    """Return "which room was the coldest"."""
    if not _WHICH_ROOM.search(said):
        return ()
    kinds = (("temperature", _WARMTH), ("humidity", _DAMP), ("co2", _STUFFY))
    what = next((name for name, pattern in kinds if pattern.search(said)), "")
    low = bool(_LEAST.search(said)) or bool(re.search(r"\bdriest\b|乾", said))
    if what == "co2":
        # The worst air has most of it in it.
        low = bool(_FRESH.search(said)) or bool(re.search(r"\b(?:least|lowest)\b|少|低", said))
    if not what or not (low or _MOST.search(said) or re.search(r"\b(?:\w+est|worst)\b", said)):
        return ()
    spans = {name: piece for name, piece in spans_of("climate", sentence, lists).items() if name == "period"}
    return (Call(tool="climate", what=what, spans=spans, statistic="lowest" if low else "highest"),)


_WAS_THERE = re.compile(
    r"\b(?:was|were|wasn't|weren't|been|did|didn't|had|has)\b.*\b(?:home|at home|in the house|away|indoors"
    r"|out)\b ?(?:all|the|whole|on|at|in|"
    r"during|for|from|over|then|long|alone)*[ ?.!]*$"
    r"|\b(?:anyone|anybody|someone|somebody|nobody|no one|people|who)\b.*\b(?:home|at home|in the house|in)\b"
    r"|\b(?:empty|occupied|unoccupied)\b"
    r"|\b(?:when|what time|how long|how often)\b.*\b(?:leave|go out|went out|come (?:home|back)|came (?:home|back)"
    r"|g[eo]t (?:home|back)|return\w*"
    r"|away|out|home alone)\b"
    r"|\bdid\b.*\b(?:leave the house|go out|come (?:home|back)|stay (?:in|home|at home|out))\b"
    r"|(?:家|うち|自宅|在宅|部屋)(?:に|で|は)?.{0,6}い(?:た|ました|なかった|ませんでした|て)|出かけ(?:て|た"
    r"|ました)|外出|留守|不在|在宅|帰(?:った|って|宅|りました)|(?:家|うち)を(?:出|空け|あけ)|戻(?:った|って|りました)"
    r"|(?:に|は)(?:誰|だれ)か(?:い(?:た|ました|なかった))|(?:誰|だれ)もい(?:なかった|ませんでした)|に(?:い(?:た"
    r"|ました|おった|らした|らっしゃった))(?:か|の)?[?？]?"
)
_IN_BED = re.compile(
    r"\b(?:bed|bath|shower|asleep|sleep|window|windows|alarm|visit\w*|guest\w*|toilet|loo|came round|came over"
    r"|burn\w*|smoke"
    r"|called|company|cook\w*|meals?|dinner|fall\w*|fell|alarms?|faults?|wrong|problems?|happen\w*|turn\w*"
    r"|broke\w*|power|electricity|light|lights)\b"
    r"|寝|布団|ベッド|風呂|シャワー|窓|警報|客|訪|ヘルパー|来た|来て|煙|電気|料理|調理|転|入(?:った|って|り)|浴び"
    r"|倒れ|故障|異常|起き"
    r"|トイレに(?:起|立|行)"
)


def _was_there(sentence: str, said: str, lists: Lists) -> tuple[Call, ...]:
    """Return "was she at home on Tuesday afternoon", "was anybody in the study yesterday"."""
    bare = without(sentence, lists, "resident", "period", "area")
    spans = spans_of("presence", sentence, lists)
    there = without(sentence, lists, "resident", "period")
    if "period" not in spans or not _WAS_THERE.search(there) or _IN_BED.search(bare) or pieces(sentence, lists, "name"):
        return ()
    if spans.get("room", "").casefold() in _NO_ROOMS:
        del spans["room"]
    what = "where" if "resident" in spans else "anyone"
    return (Call(tool="presence", what=what, spans=spans),)


_NO_ROOMS = frozenset({"home", "house", "the house", "flat", "apartment", "out", "outside", "家", "うち", "外", "部屋"})

_OF_WEEKS = re.compile(
    r"\b(?:lately|recently|these days|of late|nowadays|in recent (?:weeks|months)|any ?more"
    r"|(?:over|in|during|for) the (?:last|past) (?:(?:few|couple of|several|\w+) )?(?:weeks|months|month))\b"
)
_TREND = re.compile(
    r"\b(?:more|less|later|earlier|longer|shorter|slow\w*|faster|worse|better|often|chang\w+|differen\w+|increas\w+"
    r"|decreas\w+|trend\w*|declin\w+|improv\w+)\b"
)
_LIFE = re.compile(
    r"\b(?:sleep\w*|slept|g[eo]t(?:ting|s)? up|g[eo]t(?:ting|s)? out of bed|w[oa]k(?:e|es|ing)(?: up)?"
    r"|walk\w*|mov(?:e|es|ing)|to bed|bathroom|toilet|loo|gait|steps?|restless)\b"
)


def _changing(sentence: str, said: str, lists: Lists) -> tuple[Call, ...]:
    """Return "am I getting up later these days": what changes over weeks, of whom it is asked."""
    if is_japanese(said) or not (_OF_WEEKS.search(said) and _TREND.search(said) and _LIFE.search(said)):
        return ()
    return (Call(tool="changes", what="any", spans=spans_of("changes", sentence, lists)),)


_WHO = re.compile(
    r"\bwho\b|\bwhose (?:idea|doing|fault|work|choice)\b|\bwhich (?:one )?of us\b|(?:誰|だれ|どなた)(?![かも])"
)
_DID = re.compile(
    r"\b(?:used|using|ran|run|started|turned|turn|switched|touched|operated|loaded|put|changed|set|adjusted|opened"
    r"|closed"
    r"|asked|ordered|left)\b|使|いじ|弄|つけ|付け|点け|消し|動か|回し|まわし|変え|かえ|操作|触|さわ|開け|閉め|頼"
    r"|指示|入れ|止め"
)


def _who_used(sentence: str, said: str, lists: Lists) -> tuple[Call, ...]:
    """Return "who used the washing machine last"."""
    if not _WHO.search(said) or not _DID.search(said):
        return ()
    spans = {name: piece for name, piece in spans_of("why", sentence, lists).items() if name in ("device", "room")}
    return (Call(tool="why", what="who", spans=spans),) if "device" in spans else ()


_IN_MONEY = re.compile(r"\bin (?:yen|euros?|pounds|dollars|money)\b|円で|金額で|何円|何ユーロ")
_IN_ENERGY = re.compile(r"\b(?:k?wh|kilowatt.?hours?)\b|キロワット時|キロワットアワー|kwh")
_PAID = re.compile(r"\b(?:cost\w*|pric\w*|pay|paid|rate|tariff|bills?)\b|代|料金|円|単価|値段|払|いくら")
_OFF_THE_ROOF = re.compile(
    r"\b(?:came|come|comes|coming|got|get|made|make|produced?|generated?) (?:\w+ ){0,2}(?:off|from|by|on) "
    r"(?:the |our )?(?:roof|sun|panels?)\b"
)
_LAST_NIGHT = re.compile("last night|昨夜|昨晩|ゆうべ")
_BATHED = re.compile("(?:風呂|ふろ).{0,2}(?:入った|入って|入り|はいった)|シャワー.{0,2}(?:浴び|あび)")
_WHEN_CHEAP = re.compile(r"\b(?:when|what time|which hours?)\b.*\bcheap\w*|\bcheapest (?:time|hours?|moment)\b")
_IN_THE_NIGHT = re.compile(
    r"\b(?:more|less|how) often\b|\b(?:more|fewer|how many) times\b"
    r"|\b(?:in|during|through) the night\b|\bat night\b|\bovernight\b"
)
_OUT_OF_BED = re.compile(r"\bout of bed\b|(?:布団|ベッド|床)から(?:出|起)")


def _of(tool: str, call: Call) -> dict[str, str]:
    spans: dict[str, str] = {name: piece for name, piece in call.spans.items() if name in TOOLS[tool].spans}
    return spans


def _energy_as_meant(call: Call, said: str) -> Call:
    """Return what is asked of electricity: what was paid, used or made, or what it costs now."""
    if call.what == "used" and "device" not in call.spans and _IN_MONEY.search(said):
        return msgspec.structs.replace(call, what="cost")
    if call.what == "cost" and _IN_ENERGY.search(said) and not _PAID.search(said):
        return msgspec.structs.replace(call, what="used")
    if call.what == "used" and "device" not in call.spans and _OFF_THE_ROOF.search(said):
        return msgspec.structs.replace(call, what="solar")
    if call.what == "cost" and _WHEN_CHEAP.search(said):
        return Call(tool="energy", what="price")
    return call


_RANG = re.compile("鳴[っらり]")
_WERE_IT = re.compile(
    "([0-9\uff10-\uff19一二三四五]+度)(?:くらい|ぐらい|ほど)?(上げ|あげ|高く|下げ|さげ|低く)(?:し)?(?:たら|ると|れば|すると)"
)
_WHEN_JA = re.compile("何時|なんじ|いつ(?!も)")
_UP_UNTIL = re.compile("(?:何時|なんじ)(?:くらい|ぐらい|頃|ごろ)?まで(?:起き|おき)")
"""Until when somebody was up says when they went to bed."""
_WOKEN, _FELL, _ROSE, _HOW_FAR = (
    re.compile("起き|おき|目[がを]?(?:覚|さ)"),
    re.compile(
        "冷え(?:た|込ん|とっ|て)|ひえた|下がっ|さがっ|落ち(?:た|て|とっ)|(?:寒|涼し|すずし|さむ|低)[くう]な[っり]"
    ),
    re.compile("(?:上|あ)がっ|(?:暑|暖か|あつ|あったか|高)[くう]な[っり]"),
    re.compile("どの?[くぐれ]|どん[くぐだ]|どれ|なんぼ|何度|なんど|いくつ|まで"),
)


def _in_japanese(call: Call, said: str) -> Call:
    """Return what is asked by the verb, if in Japanese: whether somebody is awake, how far down it went in a night."""
    if not is_japanese(said):
        return call
    if (call.tool, call.what) == ("presence", "anyone") and "resident" in call.spans and _WHEN_JA.search(said):
        return msgspec.structs.replace(call, what="where")
    if (call.tool, call.what) == ("sleep", "got_up") and _UP_UNTIL.search(said):
        return msgspec.structs.replace(call, what="to_bed")
    if (call.tool, call.what) == ("sleep", "asleep") and _WOKEN.search(said) and not SLEEP.search(said):
        return msgspec.structs.replace(call, what="got_up")
    if (call.tool, call.what) == ("happened", "anything") and _RANG.search(said):
        return msgspec.structs.replace(call, what="alarm")
    if call.tool == "energy" and (were := _WERE_IT.search(said)) is not None:
        way = "up" if were[2] in ("上げ", "あげ", "高く") else "down"
        return Call(tool="what_if", what=way, spans={"number": were[1]})
    past = call.tool in ("climate", "outside") and call.what != "weather" and "period" in call.spans
    if past and call.statistic == "now" and _HOW_FAR.search(said) and not WHY.search(said):
        fell, rose = _FELL.search(said), _ROSE.search(said)
        if bool(fell) != bool(rose):
            return msgspec.structs.replace(call, statistic="lowest" if fell else "highest")
    return call


def as_meant(call: Call, said: str) -> Call:
    """Return a question's call by the unit that is asked for - yen or kWh - and by "why".

    Args:
        call: What was read.
        said: The question, in small letters.
    """
    call = _in_japanese(call, said)
    if call.tool == "energy":
        return _energy_as_meant(call, said)
    if call.tool == "changes" and SLEEP.search(said) and _LAST_NIGHT.search(call.spans.get("period", "").casefold()):
        return msgspec.structs.replace(call, tool="sleep", what="asleep")
    if (call.tool, call.what) == ("sleep", "got_up") and _IN_THE_NIGHT.search(said):
        return msgspec.structs.replace(call, what="ups")
    if (call.tool, call.what) == ("sleep", "to_bed") and _OUT_OF_BED.search(said):
        return msgspec.structs.replace(call, what="got_up")
    if call.tool == "presence" and _BATHED.search(said):
        return Call(tool="happened", what="bath", spans={k: v for k, v in _of("happened", call).items() if k != "room"})
    if (call.tool, call.what) == ("why", "who") and "窓" in said and not _WHO.search(said):
        return Call(tool="happened", what="window", spans=_of("happened", call))
    if call.tool == "state" and "device" in call.spans and WHY.search(said):
        return msgspec.structs.replace(call, tool="why", what="device")
    is_now = call.tool == "climate" and call.statistic == "now" and "period" not in call.spans
    if is_now and call.what == "temperature" and "room" in call.spans and WHY.search(said):
        return Call(tool="why", what="room", spans=_of("why", call))
    return call
