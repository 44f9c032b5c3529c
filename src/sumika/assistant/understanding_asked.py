"""Questions that are read by what they ask for, whatever words stand around.

Which day was most expensive, was somebody at home on Tuesday, more than last week, who used it last, how many baths.
"""

import re

import msgspec

from sumika.assistant.calls import TOOLS, Call
from sumika.assistant.lexicon import is_japanese
from sumika.assistant.sentences_lists import Lists
from sumika.assistant.understanding_pieces import pieces, spans_of, without
from sumika.assistant.understanding_recorded import is_question

_MOST = re.compile(
    r"\b(?:most|highest|dearest|costliest|priciest|biggest|greatest|maximum|max|peak|top|best|hungriest|thirstiest"
    r"|longest"
    r"|hottest|warmest)\b|一番(?!安|少|低|寒|冷)|いちばん(?!安|やす|少|低|寒|冷)|最も(?!安|少|低)|もっとも(?!安|少"
    r"|低)|最高|最大|最多"
)
_LEAST = re.compile(
    r"\b(?:least|lowest|cheapest|smallest|fewest|minimum|min|worst|coldest|coolest|shortest)\b"
    r"|(?:一番|いちばん|最も|もっとも)(?:安|やす|少|低|寒|冷)|最低|最小|最少|最安"
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
    r"|(?P<ja>機器|家電|機械|電化製品|設備)"
)
_COST = re.compile(
    r"\b(?:cost\w*|expens\w+|cheap\w*|dear\w*|pric\w+|bills?|paid|pay|spen\w+|money)\b|代|料金|円|払|安|費|高|いくら"
)
_SOLAR = re.compile(r"\b(?:solar|panels?|roof|pv|sun\w*)\b|太陽|発電|ソーラー|パネル")
_SAVED = re.compile(r"\bsav\w+\b|節約|浮い|得し")
_USED = re.compile(
    r"\b(?:electricity|power|energy|k?wh|kilowatt.?hours?|current|consum\w+|usage|grid|use|used|using|draw|drew"
    r"|drawn|need(?:ed)?|took"
    r"|g[oe]ne? through|went (?:through|into)|juice|units)\b"
    r"|電気|電力|消費|使用量|キロワット"
)


def energy_word(said: str) -> str:
    """Return what of energy is asked for: cost, used, solar or saved; empty where none is.

    Args:
        said: The question, in small letters.
    """
    for what, pattern in (("solar", _SOLAR), ("saved", _SAVED), ("cost", _COST), ("used", _USED)):
        if pattern.search(said) and not (what == "cost" and _used_not_paid(said)):
            return what
    return ""


def _used_not_paid(said: str) -> bool:
    return bool(re.search("電気を.{0,6}(?:使|食)|使用量|消費", said)) and not re.search(
        "代|料金|円|払|費(?!す)", said.replace("消費", "")
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
    for reader in (_who_used, _compared, _by_device, _by_day, _coldest_room, _was_there):
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
    if found is None or not (_USED.search(said) or _COST.search(said) or re.search("食", said)):
        return ()
    if found["ja"] and not re.search("どれ|どの|何|どんな|は?[?？]?$", said):
        return ()
    extreme = "lowest" if _LEAST.search(said) else "highest" if _MOST.search(said) else ""
    if not extreme:
        return ()
    spans = {name: piece for name, piece in spans_of("energy", sentence, lists).items() if name == "period"}
    at = sentence.casefold().find(found["en"] or found["ja"])
    spans["device"] = sentence[at : at + len(found["en"] or found["ja"])]
    return (Call(tool="energy", what="used", spans=spans, statistic=extreme),)


_WHICH_ROOM = re.compile(r"\b(?:which|what) (?:room|bedroom)\b|どの部屋|部屋は(?:どこ|どれ)|どこの部屋|どこが一番")
_WARMTH = re.compile(r"\b(?:cold|warm|hot|cool|chilly)\w*\b|寒|暑|暖|冷|温度|涼")
_DAMP = re.compile(r"\b(?:humid|damp|dry|driest)\w*\b|湿|乾")
_STUFFY = re.compile(r"\b(?:co2|carbon dioxide|stuff\w+)\b|二酸化炭素")


def _coldest_room(sentence: str, said: str, lists: Lists) -> tuple[Call, ...]:
    """Return "which room was the coldest"."""
    if not _WHICH_ROOM.search(said):
        return ()
    kinds = (("temperature", _WARMTH), ("humidity", _DAMP), ("co2", _STUFFY))
    what = next((name for name, pattern in kinds if pattern.search(said)), "")
    low = bool(_LEAST.search(said)) or bool(re.search(r"\bdriest\b|乾", said))
    if not what or not (low or _MOST.search(said) or re.search(r"\b(?:\w+est)\b", said)):
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

_WHO = re.compile(r"\bwho\b|\bwhich (?:one )?of us\b|(?:誰|だれ|どなた)(?!か)")
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
    "last night": "tonight",
    "last year": "this year",
    "先週": "今週",
    "先月": "今月",
    "昨日": "今日",
    "おととい": "昨日",
    "先々週": "先週",
    "先々月": "先月",
    "去年": "今年",
}
"""What a time that is compared with is compared with, where nobody says it."""

_SLEEP = re.compile(r"\b(?:sleep|slept|asleep)\b|寝|眠|睡眠")


def _compared(sentence: str, said: str, lists: Lists) -> tuple[Call, ...]:
    """Return both sides of "did we use more this week than last week"."""
    if not _THAN.search(said):
        return ()
    whole = sentence
    for pattern, word in _BEFORE:
        whole = pattern.sub(word, whole)
    periods = _apart(whole, lists)
    if len(periods) == 1 and periods[0].casefold() in _NEXT:
        periods = [_NEXT[periods[0].casefold()], periods[0]]
    if len(periods) != 2:
        return ()
    call = _matter(sentence, said, lists)
    if call is None:
        return ()
    return tuple(msgspec.structs.replace(call, spans={**call.spans, "period": period}) for period in periods)


def _apart(sentence: str, lists: Lists) -> list[str]:
    """Return the periods of a sentence, also those that "than" or は stand between."""
    parts = re.split(
        r"\b(?:than|compared (?:to|with)|versus|vs)\b|より|に比べ|と比べ|にくらべ|とくらべ|(?<=[日週月])は", sentence
    )
    return [one.text for part in parts for one in pieces(part, lists, "period")]


def _matter(sentence: str, said: str, lists: Lists) -> Call | None:
    if _SLEEP.search(said):
        return Call(tool="sleep", what="asleep", spans=spans_of("sleep", sentence, lists))
    for tool, what, pattern in _TOPICS_JA if is_japanese(said) else _TOPICS_EN:
        if pattern.search(said):
            return Call(tool=tool, what=what, spans=spans_of(tool, sentence, lists))
    what = energy_word(said)
    return Call(tool="energy", what=what, spans=spans_of("energy", sentence, lists)) if what else None


Topics = tuple[tuple[str, str, re.Pattern[str]], ...]


def _topics(*rows: tuple[str, str]) -> Topics:
    named = ((name.partition(" "), pattern) for name, pattern in rows)
    return tuple((tool, what, re.compile(pattern)) for (tool, _, what), pattern in named)


_TOPICS_EN = _topics(
    ("happened fall", r"\b(?:falls?|fell|fallen|tumbles?)\b(?! asleep)"),
    ("happened alarm", r"\b(?:alarms?|alerts?|emergency calls?)\b"),
    ("happened bath", r"\b(?:baths?|bathe[sd]?|bathing|showers?|showered|showering)\b"),
    ("happened smoke", r"\b(?:smoke|smok(?:ed|y)|fire)\b"),
    (
        "happened cooking",
        (
            r"\b(?:cook(?:s|ed|ing)?|(?:ma[dk]e|making|prepar\w+) (?:\w+ )?(?:breakfast|lunch|dinner|supper|meals?"
            r"|food)|meals?)\b"
        ),
    ),
    ("happened window", r"\bwindows?\b"),
    (
        "happened visit",
        (
            r"\b(?:visit(?:s|ed|ors?|ing)?|guests?|callers?|company)\b"
            r"|\b(?:came|come|drop\w*|pop\w*|stop\w*) (?:by|over|round|in)\b"
        ),
    ),
    ("happened fault", r"\b(?:faults?|malfunction\w*|breakdowns?|failures?|faulty|defects?)\b"),
    ("maintenance due", r"\b(?:filters?|maintenance|servic(?:e|ing)|look(?:ing|ed)? after|upkeep)\b"),
    ("vitals heart", r"\b(?:heart ?(?:rate|beat)?s?|pulse)\b"),
    ("vitals breath", r"\b(?:breath\w*|respirat\w+)\b"),
    ("sleep to_bed", r"\b(?:(?:to|into|in) bed|bedtime|turn(?:ed)? in|(?:fall|fell|fallen) asleep|to sleep)\b"),
    ("sleep got_up", r"\b(?:g[eo]t(?:ten)? (?:up|out of bed)|w[oa]ke(?:n|s)?(?: up)?|woken)\b"),
    ("sleep asleep", r"\b(?:sleep|slept|asleep)\b"),
)
_TOPICS_JA = _topics(
    ("happened fall", "転倒|転[んびげ]|倒れ|こけ[たて]|ころん"),
    ("happened alarm", "警報|アラーム|通報|警告|アラート"),
    ("happened bath", "風呂|おふろ|入浴|シャワー"),
    ("happened smoke", "煙|けむり"),
    ("maintenance due", "フィルタ|手入れ|点検|メンテ|面倒を?見|交換時期|掃除が(?:必要|いる)"),
    (
        "happened cooking",
        (
            "料理|調理|炊事|自炊|何[かを]作"
            "|(?:ご飯|ごはん|夕飯|夕食|朝食|昼食|食事)(?:を|の)?(?:作|つくっ|支度|準備|した)"
        ),
    ),
    ("happened window", "窓|サッシ"),
    ("happened visit", "来客|お客|客|おきゃく|訪問|訪ね|ヘルパー"),
    ("happened fault", "故障|不具合|異常|エラー|障害|トラブル"),
    ("vitals heart", "心拍|脈拍|脈"),
    ("vitals breath", "呼吸"),
    ("sleep ups", "何[回度].*(?:起き|目が?(?:を)?覚|トイレ)|トイレ.*何[回度]"),
    ("sleep to_bed", "何時.*(?:寝|床に|布団|ベッド|就寝)|就寝時刻"),
    ("sleep got_up", "何時.*(?:起き|目)|起床"),
    ("sleep asleep", "寝た|寝ま|寝て|眠|睡眠"),
)
_COUNTS_OR_ASKS = re.compile(
    r"\b(?:how|many|often|number|count|when|what time|did|has|have|was|were|is|are|any|last|ever|tell|show|list"
    r"|who|which|what|total|average|much)\b"
    r"|何|いつ|誰|だれ|どなた|[かの][?？。]?$|[?？] *$|あった|ありま|教え|回数|件数|人数|どの|どれ|は$"
)


def about(sentence: str, lists: Lists) -> Call | None:
    """Return the call of a question by its topic alone: who says bath, alarm or visitor asks the records of that.

    Args:
        sentence: As it was said.
        lists: Of the house.
    """
    said = without(sentence, lists, "resident", "period")
    if not is_question(sentence) or not _COUNTS_OR_ASKS.search(said):
        return None
    why = spans_of("why", sentence, lists)
    if _WHY.search(said) and "device" in why:
        return Call(tool="why", what="device", spans={name: why[name] for name in ("device", "room") if name in why})
    for tool, what, pattern in _TOPICS_JA if is_japanese(said) else _TOPICS_EN:
        if pattern.search(said):
            spans = spans_of(tool, sentence, lists)
            if tool == "happened" or "resident" in spans:
                spans.pop("room", "")
            return Call(tool=tool, what=what, spans=spans)
    what = energy_word(said)
    spans = spans_of("energy", sentence, lists)
    has_power = _POWER.search(said) is not None or "device" in spans
    if what and (has_power or what in ("solar", "saved")) and _AMOUNT.search(said):
        return Call(tool="energy", what=what, spans=spans)
    return None


_AMOUNT = re.compile(
    r"\b(?:how (?:much|many|high|big|expensive|bad)|what|total|costs?|bills?|charges?|expens\w+|usage|consumption"
    r"|units|kwh"
    r"|average|yield|output|production|savings|grid|in (?:yen|euros?|money))\b"
    r"|いくら|なんぼ|どれ[くぐだほ]|どの[くぐ]|どん[くぐだ]|いかほど|何(?:キロ|k|円|ワット|ユーロ)|量|代|料金|額"
    r"|多|得し|得だ"
)
_POWER = re.compile(
    r"\b(?:electric\w*|power|energy|k?wh|kilowatt\w*|grid|juice|leccy|current|units)\b|電気|電力|キロワット|kwh|光熱"
)


def named(sentence: str, lists: Lists) -> Call | None:
    """Return the call of a few words that ask for a figure without asking: "the dishwasher's energy on the 25th".

    Args:
        sentence: As it was said.
        lists: Of the house.
    """
    said = without(sentence, lists, "resident", "period")
    spans, what = spans_of("energy", sentence, lists), energy_word(said)
    if what and "period" in spans and _POWER.search(said) and not _NO_FIGURE.search(said):
        return Call(tool="energy", what=what, spans=spans)
    return None


_NO_FIGURE = re.compile(
    r"\b(?:turn|switch|put|set|save|use|don't|not|never|stop|start|run|charge)\b|して|つけ|消"
    r"|止|な[いよ]"
)
_IN_MONEY = re.compile(r"\bin (?:yen|euros?|pounds|dollars|money)\b|円で|金額で|何円|何ユーロ")
_IN_ENERGY = re.compile(r"\b(?:k?wh|kilowatt.?hours?)\b|キロワット時|キロワットアワー|kwh")
_PAID = re.compile(r"\b(?:cost\w*|pric\w*|pay|paid|rate|tariff|bills?)\b|代|料金|円|単価|値段|払|いくら")
_WHY = re.compile(r"\b(?:why|how come|reason)\b|なぜ|なんで|どうして|理由")


_OFF_THE_ROOF = re.compile(
    r"\b(?:came|come|comes|coming|got|get|made|make|produced?|generated?) (?:\w+ ){0,2}(?:off|from|by|on) "
    r"(?:the |our )?(?:roof|sun|panels?)\b"
)
_LAST_NIGHT = re.compile("last night|昨夜|昨晩|ゆうべ")
_BATHED = re.compile("風呂.{0,2}(?:入った|入って|入り)|シャワー.{0,2}浴び")
_OUT_OF_BED = re.compile(r"\bout of bed\b|(?:布団|ベッド|床)から(?:出|起)")


def _of(tool: str, call: Call) -> dict[str, str]:
    spans: dict[str, str] = {name: piece for name, piece in call.spans.items() if name in TOOLS[tool].spans}
    return spans


def as_meant(call: Call, said: str) -> Call:
    """Return a question's call by the unit that is asked for - yen or kWh - and by "why".

    Args:
        call: What was read.
        said: The question, in small letters.
    """
    if call.tool == "energy" and call.what == "used" and "device" not in call.spans and _IN_MONEY.search(said):
        return msgspec.structs.replace(call, what="cost")
    if call.tool == "energy" and call.what == "cost" and _IN_ENERGY.search(said) and not _PAID.search(said):
        return msgspec.structs.replace(call, what="used")
    if call.tool == "energy" and call.what == "used" and "device" not in call.spans and _OFF_THE_ROOF.search(said):
        return msgspec.structs.replace(call, what="solar")
    if call.tool == "changes" and _SLEEP.search(said) and _LAST_NIGHT.search(call.spans.get("period", "").casefold()):
        return msgspec.structs.replace(call, tool="sleep", what="asleep")
    if (call.tool, call.what) == ("sleep", "to_bed") and _OUT_OF_BED.search(said):
        return msgspec.structs.replace(call, what="got_up")
    if call.tool == "presence" and _BATHED.search(said):
        return Call(tool="happened", what="bath", spans={k: v for k, v in _of("happened", call).items() if k != "room"})
    if (call.tool, call.what) == ("why", "who") and "窓" in said and not _WHO.search(said):
        return Call(tool="happened", what="window", spans=_of("happened", call))
    if call.tool == "state" and "device" in call.spans and _WHY.search(said):
        return msgspec.structs.replace(call, tool="why", what="device")
    return call
