"""What must not be taken for an order: denials, conditions, questions about a thing, words of somebody else, the past.

A template fits a sentence as a whole, and needs no such guard. A student or a larger model may see the order within
"don't turn on the light"; this looks at what it might have overlooked, and is meant to be too careful.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from sumika.assistant.calls import TOOLS, Call
from sumika.assistant.lexicon import is_japanese

_EN = re.compile(
    r"\b(?:needn'?t|need not|hold off|(?:nobody|no one) (?!is\b|was\b|can\b|sees\b|in\b|there\b|home\b)"
    r"|don'?t|do not|doesn'?t|didn'?t|never|not|no need|won'?t|without|shouldn'?t|mustn'?t|can'?t"
    r"|instead of|rather than|stop (?:it|them|him|her|the \w+) from|leave (?:it|them|the|my|all|every)"
    r"|keep (?:it|them|the|my) \w+ (?:on|off|open|closed)"
    r"|if|unless|whenever|in case|as soon as|once|until|till|while|every (?:day|time|morning|evening|night)|provided"
    r"|say|sing|spell|repeat|translate|thanks|thank you for"
    r"|said|says|told|tells|asked|asks|wonder|wondering|think|thinks|thought|heard|supposed|used to|forgot|remember"
    r"|except|excluding|apart from|other than|all but|besides"
    r"|tomorrow|later|(?:at|by|before|after|from|around) (?:sun ?(?:rise|set|up|down)|dawn|dusk|dark|noon|midday"
    r"|midnight|bed ?time|lunch\w*|dinner|breakfast|tea ?time|\d|half|quarter|a quarter|one|two|three|four|five|six"
    r"|seven|eight|nine|ten|eleven|twelve)"
    r"|yesterday|last night|ago|already|always|would have|should have|pretend|imagine|example|joke)\b"
    r"|[\"\u201c\u201d\u00ab\u00bb]"
)
_EN_TOLD = re.compile(
    r"^(?:the|my|our|his|her|their|that|this|there|it|dad|mum|mom|someone|somebody|he|she|they)\b[^,.!]*"
    r"(?:(?:\b(?:is|are|was|were|has been|have been|had been)|'s|'re) (?:\w+ ){0,2}"
    r"(?:on|off|open|closed|shut|lit|broken|running)\b"
    r"|\b(?:turned|switched|opened|closed|left|went|came)\b)[^,.!]*[.! ]*$"
)
"""What tells how a thing is or was, and orders nothing behind it."""

_EN_ASKED_OF_YOU = re.compile(
    r"^(?:are|aren'?t|is|isn'?t|was|wasn'?t|were|weren'?t|do|does|don'?t|did|will|won'?t) (?:you|we|i|he|she|they)\b"
)
_OF_WARMTH = re.compile(
    r"\b(?:degrees?|celsius|centigrade|fahrenheit|temp\w*|thermostat|heat\w*|warm\w*|cool\w*|set|make|put|keep|bring|get|turn"
    r"|want|like|room\w*|ac|aircon|air con\w*)\b|°"
)
"""Without one of these a number is none of warmth: "twenty two people came"."""

_WARMER_OR_NOT = re.compile(
    r"\b(?:degrees?|temp\w*|thermostat|heat\w*|warm\w*|cool\w*|cold\w*|hot\w*|chill\w*|freez\w*|boil\w*|roast\w*|swelter\w*"
    r"|toast\w*|cos[iy]\w*|coz[iy]\w*|ac|aircon|air con\w*|radiators?|boiler|nippy|parky|notch)\b|°"
)
"""Without one of these "keep it down" is of no warmth."""

_EN_QUESTION = re.compile(
    r"^(?:is|are|was|were|did|does|do|has|have|had|who|whose|what|which|when|where|why|how|should|shall|may|am"
    r"|can i|could i|can we|could we)\b"
)
_EN_WHEN = re.compile(r"\bwhen\b")
_JA = re.compile(
    r"ないで|なくて(?:も)?(?:いい|ええ|よい|よか|大丈夫)|ないように|んといて|んとって|(?<!の)んで(?:ほしい|くれ|ええ|いい|もらえ|ね|よ)|んでもいい"
    r"|(?:[るすくつむぶぬぐけ])な(?:よ|ー|って)?$|(?:ず|ずに)(?:い|お|し|$)|っぱなし(?!だから|なので|やから|やけん)|まま|たら(?!(?:いい|助か|嬉し|うれし))|(?:な|け|れ|め|せ)れば"
    r"|とき(?!んしゃい|なはれ|なさい|や$)は?|時は|場合|もし|なら|たび|毎(?:日|朝|晩|回|週)|いつも(?!の|通り|どお|より|ので)|って(?:言|いう|いっ|ゆ|聞|書|頼ま)|と(?:言|いっ|いう|聞|書|思)"
    r"|らしい|そうだ(?!から|し)|だって|みたい|[「」『』]|(?:した|した?よ|たよ|たけど|たのに|ていた|てた|ました)$|はず|べき|つもり|予定|昨日|さっき|のに|ちゃだめ"
    r"|以外|残し|除い|除き|のぞい|じゃない(?:ほう|方|やつ|の)|でない(?:ほう|方|やつ)|じゃなくて|でなくて|やなくて|やのうて"
    r"|てはいけ|ちゃいけ|たらだめ|必要(?:は|が)?ない|たくない|てない|ていない|ません(?:$|よ|で)|例えば|練習|冗談"
)
_JA_DENIED = re.compile("ないで|んといて|んとって|んで(?:ね|よ|ほしい|くれ)|なくて|ちゃだめ")
_JA_WEST = re.compile(
    r"(?:つけ|点け|付け|開け|あけ|閉め|しめ|消さ|けさ|入れ|いれ|切ら|止め|とめ|上げ|下げ|回さ|動かさ|沸かさ|せ|やら)"
    r"(?:ん(?:よ|わ|で|ぞ|ばい|けん|けえ|から|けど)?|へん(?:よ|わ|で|ぞ|から|けど)?)$"
)
"""In the west つけん is つけない."""
_JA_ASKING = re.compile(
    r"(?:くれ|もらえ|いただけ|頂け|くださ|下さ|ほし|欲し|たい|お願い|おねがい|頼|くんない|くれん|くれへん|ちょうだい)"
)
_MARKS = " \u3002\uff0e.!\uff01?\uff1f\u301c~\uff5e"
_JA_QUESTION = re.compile(
    r"(?:(?<!てん)(?<!でん)か|かな|の|っけ|かい|かね|かしら|だろう|でしょう|ますか|ですか)$|[?\uff1f]$"
)


_EN_COURTESY = re.compile(
    r"\bif (?:you (?:don'?t|do not|wouldn'?t) mind|you (?:can|could|would|please)|possible|i may)\b,?"
    r"|^(?:oh,? )?do (?!you\b|we\b|they\b|i\b)"
)
"""What sets no condition, and "do close it", which asks nothing."""


def may_be_no_order(sentence: str, call: Call) -> bool:
    """Tell whether a sentence may be no order at all, although a call that acts was read out of it.

    Args:
        sentence: As it was said.
        call: What was read.
    """
    text = _EN_COURTESY.sub("", sentence.casefold().replace("\u2019", "'").strip())
    for name in ("delay", "duration", "time"):
        # "In ten minutes" and 三十分したら are no conditions.
        text = text.replace(call.spans.get(name, "\0").casefold(), "")
    if call.tool == "feel" and not is_japanese(text):
        return _EN_ASKED_OF_YOU.search(text) is not None
    if call.tool in ("feel", "answer", "undo"):
        return False
    if call.tool == "house_mode":
        return _is_of_no_mode(call.what, text)
    if call.tool == "machine" and (found := _is_for_no_machine(call.what, text)) is not None:
        return found
    if call.tool == "temperature" and not is_japanese(text):
        said_so = (_OF_WARMTH if call.what == "set" else _WARMER_OR_NOT).search(text)
        if said_so is None:
            return True
    if not is_japanese(text):
        told = call.tool in ("power", "cover") and _EN_TOLD.search(text) is not None
        return told or bool(_EN.search(text) or _EN_QUESTION.search(text) or _EN_WHEN.search(text))
    if _JA.search(text.rstrip(_MARKS)) or _JA_WEST.search(text.rstrip(_MARKS)):
        return True
    return bool(
        _JA_QUESTION.search(text.rstrip(_MARKS.replace("?", "").replace("\uff1f", ""))) and not _JA_ASKING.search(text)
    )


_EN_MODE_NOT: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "drive": re.compile(
            r"\b(?:don'?t|do not|never|not|no longer|won'?t|stop|mustn'?t|shouldn'?t|can'?t)\b (?:(?!mind)\w+ ){0,2}?"
            r"(?:driv\w+|tak\w+|run\w*|control\w*|manag\w+|steer\w*|decid\w+|automat\w+)"
        ),
        "suggest": re.compile(
            r"\b(?:don'?t|do not|never|no need to|needn'?t|not|stop|quit) (?:(?!without)\w+ ){0,2}?"
            r"(?:ask\w*|check\w*|consult\w*|suggest\w*|tell\w*)\b"
        ),
    }
)
_EN_MODE_IF = re.compile(r"\b(?:if (?!you (?:don'?t|wouldn'?t) mind)|unless|once|as soon as|until)\b")
_JA_MODE_NOT: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "drive": re.compile(
            "(?:任せ|まかせ|自動に(?:し|せ)|自動運転(?:し|せ)|制御し)(?:ない|ん(?!か)|たくない|なくて)"
        ),
        "suggest": re.compile(
            "(?:聞か|きか|訊か|相談し|確認し|提案し|尋ね|たずね)(?:な[いく]|ん(?:で|と)|ずに)"
            "(?!.{0,20}(?:ない|な[よ。!！]*$|んで|んと))"
        ),
    }
)


def _is_of_no_mode(what: str, text: str) -> bool:
    """Tell whether how far the house may go is denied, asked, or said for a case: "don't ask me first"."""
    if is_japanese(text):
        denied = _JA_MODE_NOT.get(what)
        return denied is not None and denied.search(text) is not None
    denied = _EN_MODE_NOT.get(what)
    return (
        (denied is not None and denied.search(text) is not None)
        or _EN_MODE_IF.search(text) is not None
        or _EN_QUESTION.search(text) is not None
    )


_EN_CHEAP = re.compile(r"\b(?:when(?:ever)?|if|while|once|as soon as)\b[^,.]*\bcheap\w*")
_EN_UNLOADED = re.compile(r"\b(?:unless|if|when|once|wonder\w*|said|says|told)\b")
_EN_STARTED = re.compile(
    r"^(?:i|we|he|she|they|you|mum|mom|dad|somebody|someone)(?:'ve|'d|'s| have| has| had)?(?: just| already| only)?"
    r" (?:started|stopped|ran|run|turned|switched|set|put|begun|began|paused|cancelled|finished)\b"
)
_EN_SOME_TIME = re.compile(
    r"\b(?:tonight|overnight|this (?:evening|afternoon|morning)|in the (?:evening|afternoon|morning|night)"
    r"|after|before)\b"
)
_EN_LET_RUN = re.compile(r"\b(?:don'?t|do not) let\b.*\b(?:run|running|on|going|go)\b")
_JA_UNLOADED = re.compile("らしい|って(?:言|いう|いっ)|つもり|予定|半分")
_JA_SOME_TIME = re.compile(
    "今夜|今晩|明日|あした|明朝|夜中|来週|週末|(?:前|まえ|後|あと|間|あいだ)(?:に|で)|とき|時に|ころに|頃に|たら"
)


def _is_for_no_machine(what: str, text: str) -> bool | None:
    """Tell whether a machine is not to be started or stopped, or is not loaded; None where other words decide.

    A machine that is started cannot be taken back: what says some time, and not which, is asked back.
    """
    if what == "stop" and _EN_LET_RUN.search(text):
        return False
    if what == "loaded":
        return (_JA_UNLOADED if is_japanese(text) else _EN_UNLOADED).search(_EN_CHEAP.sub("", text)) is not None
    if is_japanese(text):
        return True if _JA_DENIED.search(text) or _JA_SOME_TIME.search(text) else None
    return True if _EN_STARTED.search(text) or _EN_SOME_TIME.search(text) else None


_OTHER_MATTERS = re.compile(
    r"\b(?:gas|(?<!hot )water(?! heater| tank)|oil|kerosene|petrol|rent|internet|broadband|phone"
    r"|neighbou?rs?|next door)\b"
    r"|(?<!炭酸)ガス|水道|灯油|ガソリン|家賃|通信費|電話代|お隣|隣の家|隣家|近所|よその"
)
_OF_ELECTRICITY = frozenset({"energy", "climate", "presence", "happened", "what_if"})


_NOT_A_TOWN = (
    "the|this|that|here|our|my|your|a|an|now|today|tonight|tomorrow|next|last|celsius|centigrade|fahrenheit|degrees|general"
    "|detail|short|brief|sumika|us|me|one|two|three|four|five|six|seven|eight|nine|ten|bed|case|and|home|garden|half"
)
_ELSEWHERE = re.compile(rf"\b(?:in|for|over|at) (?!(?:{_NOT_A_TOWN})\b)[^\W\d_]{{3,}}")
"""The weather of some other place; what is left of the sentence has no period in it."""


def is_another_matter(sentence: str, call: Call) -> bool:
    """Tell whether a question is about something that no record of a house is about: its gas, its neighbours.

    A sentence about the gas bill is so like one about electricity that whoever reads it answers with the wrong one.

    Args:
        sentence: As it was said.
        call: What was read out of it.
    """
    said = sentence.casefold()
    for piece in call.spans.values():
        said = said.replace(piece.casefold(), " ")
    if call.tool == "outside" and _ELSEWHERE.search(said):
        return True
    return call.tool in _OF_ELECTRICITY and _OTHER_MATTERS.search(said) is not None


_RUNS = re.compile("[一-龠々]{2,}|[ァ-ヶー]{2,}|(?:^|(?<=[、。 ]))[一-龠](?=[一-龠])")


_RATHER = re.compile("少々|若干|大分|随分|結構|本当|非常|今日|最近|今夜|今朝|毎晩")
"""How much and when, which stands before an adjective without a kana between: 少々暑く."""
_OF_ROOMS = frozenset({"temperature", "level", "humidity", "power", "cover", "mode", "colour"})
_EN_OBJECT = re.compile(r"\b(?:the|my|some|your|his|her|our|this|that|a) ([a-z]{3,})\b")
"""What somebody wants heated up, dimmed or opened; "heat up the soup" is no order for a room."""


def is_of_something_else(sentence: str, call: Call, known: Callable[[str], bool]) -> bool:
    """Tell whether an order has a word that the house does not know and that was not copied: 給料上げて.

    Args:
        sentence: As it was said.
        call: What a student read out of it.
        known: Tells whether a word is one of the house's or of its grammar.
    """
    if not TOOLS[call.tool].acts:
        return False
    if not is_japanese(sentence):
        objects = _EN_OBJECT.findall(sentence.casefold()) if call.tool in _OF_ROOMS and not call.spans else ()
        return any(not known(word) for word in objects)
    rest = sentence
    for piece in call.spans.values():
        rest = rest.replace(piece, "、")
    return any(not known(run) for run in _RUNS.findall(_RATHER.sub("、", rest)))


_LEFT_OUT = (
    r"の(?:(?:も|やつ|ほう|方)?[をもは]?|だけ)(?:全部)?\s*"
    r"(?:切[っるりれ]|きっ|消[しすせ]|けし|つけ|点け|付け|止め|とめ|入れ|オン|オフ|起動|停止|開け|閉め)"
)


def is_left_out(sentence: str, call: Call) -> bool:
    """Tell whether an order leaves out which thing of a room it means: 寝室の切っといて.

    Args:
        sentence: As it was said.
        call: What was read out of it.
    """
    room = call.spans.get("room", "")
    if call.tool not in ("power", "cover") or "device" in call.spans or not room:
        return False
    return re.search(re.escape(room) + _LEFT_OUT, sentence) is not None


def is_begun(sentence: str, call: Call) -> bool:
    """Tell whether a mere name may be the beginning of something else; with how much it is an order: エアコン、23度.

    Args:
        sentence: As it was said.
        call: What was read out of it.
    """
    said = call.spans.keys()
    of_what = "device" in said or (call.tool == "temperature" and "room" in said)
    whole = of_what and bool({"number", "colour"} & said) and not sentence.rstrip().endswith(("?", "\uff1f"))
    return is_japanese(sentence) and not whole


def is_of_the_house(call: Call) -> bool:
    """Tell whether an order names what it is about, or can be about nothing but the house and how it feels there.

    Args:
        call: What was read.
    """
    return call.tool in ("feel", "house_mode") or not {"device", "room"}.isdisjoint(call.spans)


def says_of_what(call: Call) -> bool:
    """Tell whether an order says of which device or room it is, where it has to: "more" alone may be anything.

    Args:
        call: What was read.
    """
    tool = TOOLS[call.tool]
    return not (tool.acts and tool.needs) or not {"device", "room"}.isdisjoint(call.spans)
