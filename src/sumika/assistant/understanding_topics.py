"""What a question of the records is about: a word of its topic is enough to know which records are asked."""

import re

from sumika.assistant.calls import Call
from sumika.assistant.lexicon import is_japanese
from sumika.assistant.sentences_lists import Lists
from sumika.assistant.understanding_pieces import pieces, spans_of, without
from sumika.assistant.understanding_recorded import is_question

SLEEP = re.compile(r"\b(?:sleep(?:s|ing)?|slept|asleep)\b|寝|眠|睡眠")
WHY = re.compile(
    r"\b(?:why|how come|reason)\b|なぜ|なんで|どうして|理由|たの(?:は|って)?(?:なに|何)(?:で|なの)?[?\uff1f]*$"
)
COST = re.compile(
    r"\b(?:cost\w*|expens\w+|cheap\w*|dear\w*|pric\w+|bills?|paid|pay|spen\w+|money)\b|代|料金|円|払|安|費|高|いくら(?!い(?:[にがのだでよかしな、。]|$))"
)
_SOLAR = re.compile(r"\b(?:solar|panels?|roof|pv|sun\w*)\b|太陽|発電|ソーラー|パネル")
_SAVED = re.compile(r"\bsav\w+\b|節約|浮い|得し")
USED = re.compile(
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
    for what, pattern in (("solar", _SOLAR), ("saved", _SAVED), ("cost", COST), ("used", USED)):
        if pattern.search(said) and not (what == "cost" and _used_not_paid(said)):
            return what
    return ""


def _used_not_paid(said: str) -> bool:
    return bool(re.search("電気を.{0,6}(?:使|食)|使用量|消費", said)) and not re.search(
        "代|料金|円|払|費(?!す)", said.replace("消費", "")
    )


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
    (
        "sleep ups",
        (
            "何[回度].*(?:起き|目が?(?:を)?覚|トイレ)|トイレ.*何[回度]"
            "|^[はにもの、 ]*(?:何[回度]|なんかい|なんど)[?？。]*$"
        ),
    ),
    ("sleep to_bed", "何時.*(?:寝|床に|布団|ベッド|就寝)|就寝時刻"),
    ("sleep got_up", "何時.*(?:起き|目)|起床"),
    ("sleep asleep", "寝た|寝ま|寝て|眠|睡眠"),
)
_COUNTS_OR_ASKS = re.compile(
    r"\b(?:how|many|often|number|count|when|what time|did|has|have|was|were|is|are|any|last|ever|tell|show|list"
    r"|who|which|what|total|average|much)\b"
    r"|何|いつ|誰|だれ|どなた|[かの][?？。]?$|[?？] *$|あった|ありま|教え|回数|件数|人数|どの|どれ"
    r"|いくら(?!い(?:[にがのだでよかしな、。]|$))|なんぼ|どう|は$"
)


_BATHED = re.compile(r"入|はい[っり]|浴|つか[っり]|シャワー|\b(?:bath|shower)", re.IGNORECASE)
"""Without one of these it is asked whether the bath is ready, and not who bathed."""


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
    if WHY.search(said) and "device" in why:
        return Call(tool="why", what="device", spans={name: why[name] for name in ("device", "room") if name in why})
    if (topic := _topic_of(said)) is not None:
        return _of_topic(*topic, sentence, said, lists)
    what = energy_word(said)
    spans = spans_of("energy", sentence, lists)
    has_power = _POWER.search(said) is not None or "device" in spans
    if what and (has_power or what in ("solar", "saved")) and _AMOUNT.search(said):
        return Call(tool="energy", what=what, spans=spans)
    return None


def _topic_of(said: str) -> tuple[str, str] | None:
    """Return (tool, closed word) of the first topic of which a question has a word; None where it has none."""
    topics = _TOPICS_JA if is_japanese(said) else _TOPICS_EN
    return next(((tool, what) for tool, what, pattern in topics if pattern.search(said)), None)


def _of_topic(tool: str, what: str, sentence: str, said: str, lists: Lists) -> Call:
    """Return the call of a question about a topic; one of a bath that nobody took asks whether it is ready."""
    spans = spans_of(tool, sentence, lists)
    bath = pieces(sentence, lists, "bath") if what == "bath" and not _BATHED.search(said) else ()
    if bath and "period" not in spans:
        of_what = spans_of("state", sentence, lists)
        if any(one.text in of_what.get("device", one.text) for one in bath):
            of_what = {"device": bath[-1].text}  # and not its fan: 風呂の換気扇、回しっぱなしじゃなかろうか
        return Call(tool="state", what="device", spans=of_what)
    if tool == "happened" or "resident" in spans:
        spans.pop("room", "")
    return Call(tool=tool, what=what, spans=spans)


_AMOUNT = re.compile(
    r"\b(?:how (?:much|many|high|big|expensive|bad)|what|total|costs?|bills?|charges?|expens\w+|usage|consumption"
    r"|units|kwh"
    r"|average|yield|output|production|savings|grid|in (?:yen|euros?|money))\b"
    r"|いくら(?!い(?:[にがのだでよかしな、。]|$))|なんぼ|どれ[くぐだほ]|どの[くぐ]|どん[くぐだ]|いかほど|何(?:キロ|k|円|ワット|ユーロ)|量|代|料金|額"
    r"|多|得し|得だ"
)
_POWER = re.compile(
    r"\b(?:electric\w*|power|energy|k?wh|kilowatt\w*|grid|juice|leccy|current|units)\b|電気(?!屋|工事|店|製品|毛布|シェーバー|自動車|カーペット)|電力|キロワット|kwh|光熱"
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


def matter(sentence: str, said: str, lists: Lists) -> Call | None:
    """Return the call of what is compared, by its topic; None where it is none of the records'.

    Args:
        sentence: As it was said.
        said: The same in small letters.
        lists: Of the house.
    """
    if SLEEP.search(said):
        return Call(tool="sleep", what="asleep", spans=spans_of("sleep", sentence, lists))
    if (topic := _topic_of(said)) is not None:
        tool, what = topic
        return Call(tool=tool, what=what, spans=spans_of(tool, sentence, lists))
    what = energy_word(said)
    if not what:
        return None
    spans = spans_of("energy", sentence, lists)
    if what in ("solar", "saved"):
        spans.pop("device", None)  # the roof itself, and no device of its own
    return Call(tool="energy", what=what, spans=spans)
