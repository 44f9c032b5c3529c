"""What Japanese words of strength, of washing and of other people's rooms mean beside what they first seem."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from sumika.assistant.lexicon import MYSELF

_LAMP_OR_POWER = ("電気", "でんき")
"""A lamp to most, and electricity where its price is spoken of."""
_PRICE_OF_POWER = re.compile("(?:電気|でんき)(?:代|料金|[のが]?(?:安|やす|高(?!さ)|値段|料金))")

_IS_IT_SO = re.compile("(?:さむい|寒い|あつい|暑い|つめたい|冷たい)(?:か|かな|の)?[?\uff1f]$")
_WHOSE_ROOM = re.compile("[^のこそ]の(?:お)?(?:部屋|へや|寝室)")
_IS_IT_BAD = re.compile("空気.{0,4}(?:悪い|わるい|汚い|きたない|汚れてる|よどんでる)(?:か|かな|の)?[?\uff1f]$")
_DOES_IT_SMELL = re.compile("(?:っぽい|くさい|臭い|煙い|けむい|煙たい|けむたい)(?:か|かな|の|ん)?[?\uff1f]$")
_IS_SOMEBODY_COLD = re.compile(
    "(?:寒|さむ|暑|あつ)(?:い|[くう]?(?:ない|ありません|ね[えぇー]?)|がって(?:い?る|い?ない|い?ます|い?ません))"
    "(?:の|ん|です)*(?:か|かな[あぁ]?|かね[えぇ]?|かしら|でしょうか|だろうか|やろか)?[。?\uff1f]*$"
)
_NO_MORE = (
    "(?:は|も|なら|、)*(?:もう|今日は|今は|まだ|、)*(?:いい|ええ|よか|結構|十分)"
    "(?:わ|や|よ|です|だ|ばい|で|[なね][あぁえぇー]*|ねん)*(?:、(?:まだ|今は|今日は|もう))?[。!！ー]*$"
)
"""After a device's name: one has enough of it."""
_ENDS_ASKING = re.compile("(?:[?\uff1f]|か|かな[あぁ]?|かね[えぇ]?|かしら)[。]*$")
_ROOM = frozenset({"部屋", "お部屋", "へや", "おへや"})
_HERE = frozenset({"ここ", "この部屋", "こちら", "部屋", "お部屋"})
_MY_ROOM = re.compile("(?:わし|わたし|私|あたし|僕|ぼく|俺|おれ|自分|うち)ら?の(?:お)?(?:部屋|へや)")
_STILL_TO_RUN = re.compile("(?:あと|残り)(?:どれ|どの|どん|何分|何時間|なんぷん)")
_IN_PERCENT = re.compile("何(?:パーセント|%|割)|なんパーセント")
"""Neither money nor electricity is asked for in percent."""
_BY_SO_MUCH = re.compile("(?:ほど|だけ|ぶん|分)(?:暗く|くらく|明るく|あかるく|暗う|明るう|下げ|上げ|落と|弱|強)")
_TOO_STRONG = re.compile("(?:強|つよ|きつ)(?:い|すぎ|過ぎ|か(?!っ)|え|くて|うて)")
_NIGHT = frozenset({"夜", "よる", "夜中", "よなか", "夜間", "深夜", "真夜中"})
_OF_MOOD = re.compile(
    "(?:気持ち|気分|こころ|心|性格|表情|顔つき?|話|声|雰囲気|将来|未来|先行き|人生)[がはもの、]*(?:、|まで)?(?:暗|明る|重|冷|温|寒|暑)"
)
_PITCH_DARK = re.compile("(?:真っ暗|まっくら|まっ暗)に(?!な(?!るように))")
_FILLED = re.compile(
    "(?:風呂|ふろ|湯船|浴槽)(?:を|に|の湯を?|にお?湯を?)?(?:入れ|いれ|ため|溜め|張|はっ|沸|わか|焚|たい)"
)
_OF_HOW_IT_IS = frozenset({"level", "feel", "temperature", "humidity"})
_FELT: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("feel", "cold"): "寒|さむ|冷え|冷た|つめた|ひえ",
        ("feel", "hot"): "暑|あつ|熱",
        (
            "feel",
            "stuffy",
        ): "息苦し|(?:空気|におい|匂い)[がはも]?(?:悪|わる|汚|重)|臭|くさ|煙|けむ|こもって|むっとし|よどんで",
        ("temperature", "up"): "寒|さむ|冷え",
        ("temperature", "down"): "暑|あつ",
        ("level", "up"): "暗|くら",
        ("level", "down"): "まぶし|眩し|明るすぎ",
        ("humidity", "up"): "乾燥して|乾いて|かさかさして",
        ("humidity", "down"): "(?:じめじめ|ジメジメ|ムシムシ)して",
    }
)
"""Words of complaints."""
_NOT_SO = (
    "[くう]?(?P<of_all>は|も|なんか|なんて)?(?:ない|なかった|なくな|ありません|ないっす|あらへん|へん|ん(?!だ|で))"
)
_LIKED_SO = (
    "い?(?:まま[でがも]|(?:の|ほう|方)[がはも]|くて(?:も)?)、?(?:ちょうど)?"
    "(?:いい|ええ|よか|良い|よい|構わ|かまわ|大丈夫|平気|好き|すき|落ち着)(?!ん?(?:だけど|やけど))"
)
"""暗いままでいい is how somebody wants it."""
_TELLS_NOT_SO = re.compile(
    "(?:よ(?!ね[^。]*[?\uff1f])|です(?!か)|わ|で(?!す)|ぞ|ぜ|し|けど|から|ので|って|もん|やん|た|な[あぁー]?|ね[えぇー]?)"
    "[^?\uff1f]*$"
)
"""寒くない may complain as 寒くない？ does; 寒くないよ tells that it is not."""
_NOT_AT_ALL = re.compile(
    "(?:もう|もはや|全然|ぜんぜん|全く|まったく|別に|べつに|そんなに|それほど|あまり|あんまり|ちっとも|まだ|特に|少しも|今は)"
    "[^、。]{0,6}$"
)
_ANOTHER_ORDER = re.compile("(?:から|ので|けど|し)[、 ]*.{2,}$")
_LEFT_SO: Mapping[tuple[str, str], re.Pattern[str]] = MappingProxyType(
    {
        (tool, what): re.compile(f"(?:{verb})っ?ぱ(?:なし)?(?!なし)(?!に(?:し(?!た|な)|す|せ|お))")
        for tool, what, verb in (
            ("cover", "open", "開け|あけ|開き"),
            ("cover", "close", "閉め|しめ|閉まり"),
            ("power", "on", "つけ|点け|付け|入れ|回し"),
            ("power", "off", "消し|けし|切り"),
        )
    }
)
"""窓開けっぱなしだよ tells; 開けっぱなしにして orders."""
_HAD_BETTER = re.compile("[ただ](?:ほう|方)が(?:いい|ええ|よか|良い|よい)")
_DIMMED = re.compile(
    "(?:少し|すこし|ちょっと|ちょい|ちいと|ちっと|やや|一段|もうちょ|少々|若干|いくぶん|わずか|いくらか|心持ち|気持ち)"
    "[^、。]{0,12}(?:落と|おと)[しす]"
)
_IS_WASHED = re.compile(
    "(?:機|器|き|ジャー|釜|ルンバ|ロボット)(?:を|も|の中)?(?:洗[っうい]|あら[っうい]|拭[いく]|磨[いく])"
)
"""Of a machine that is to be washed itself: 食洗機洗って."""
_DRIES, _LESS = ("除湿機", "除湿器", "じょしつき"), re.compile("弱|よわ|下げ|さげ|落と|最小|控え|抑|ロー")
WARMING, COOLING = ("暖房", "だんぼう", "ヒーター"), ("冷房", "れいぼう", "クーラー")
"""What makes a room warmer and colder the stronger it is."""
_WEAKER, _STRONGER = (
    re.compile("弱|よわ|ゆる|緩|絞|しぼ|抑|おさえ|控え|和ら|やわら"),
    re.compile("(?:強|つよ|きつ)(?:[くう](?!て|すぎ)|め|化)|ガンガン|がんがん"),
)
"""What is to be weaker or stronger; 冷房がきつすぎる complains that it is too strong, and asks for less."""


def is_other_in_japanese(tool: str, what: str, spans: Mapping[str, str], said: str) -> bool:
    """Tell whether what a template or a frame caught in a sentence is not meant so.

    Args:
        tool: Of the template.
        what: Its word.
        spans: Pieces of the sentence.
        said: The sentence.
    """
    device = spans.get("device", "")
    if "room" in spans and spans["room"] in _ROOM and _MY_ROOM.search(said):
        return True  # whose voice it is, nobody knows
    if _is_of_another_matter(tool, what, spans, said) or _is_enough(tool, what, device, said):
        return True
    if tool == "level" and what == "set" and _BY_SO_MUCH.search(said):
        return True
    if tool == "state" and _HAD_BETTER.search(said):
        return True  # whether one should is no question about how it is
    if tool == "energy" and (_STILL_TO_RUN.search(said) or _IN_PERCENT.search(said)):
        return True
    if tool == "feel" and _felt_or_asked(what, spans, said) is None:
        # Whether it is cold where somebody else is, is asked.
        return ("resident" in spans or _WHOSE_ROOM.search(said) is not None) and _IS_IT_SO.search(said) is not None
    if tool == "power" and what == "off" and _DIMMED.search(said):
        return True  # 落とす alone may be to switch it off, 少し落とす is not
    if tool == "humidity" and device.endswith(_DRIES) and "湿度" not in said:
        return what == "up" or _LESS.search(said) is not None  # stronger, it makes less humid
    if tool in ("machine", "power") and _IS_WASHED.search(said):
        return True
    return device in _LAMP_OR_POWER and _PRICE_OF_POWER.search(said) is not None


def _is_not_felt(tool: str, what: str, said: str) -> bool:
    """Tell whether somebody says that it is not so: 寒くないよ, もう寒くない, 暑くありません; 寒くない？ complains."""
    felt = _FELT.get((tool, what))
    if felt and re.search(f"(?:{felt}){_LIKED_SO}", said):
        return True
    denied = re.search(f"(?:{felt}){_NOT_SO}", said) if felt else None
    if denied is None:
        return False
    before, behind = said[: denied.start()], said[denied.end() :]
    if tool != "feel" and _ANOTHER_ORDER.search(behind):
        return False  # 寒くないから温度下げて gives the reason of another order
    asks = behind.startswith(("か", "?", "\uff1f", "の?", "の\uff1f"))
    surely = denied["of_all"] or denied[0].endswith(("なかった", "なくな", "ありません"))
    return bool((surely and not asks) or _TELLS_NOT_SO.match(behind) or _NOT_AT_ALL.search(before))


def _is_enough(tool: str, what: str, device: str, said: str) -> bool:
    """Tell whether a device is named that one has enough of, or admires: 電気ええわ, テレビいいなあ."""
    is_named = (tool, what) == ("power", "on") and device != ""
    return is_named and re.search(re.escape(device) + _NO_MORE, said) is not None


def _is_of_another_matter(tool: str, what: str, spans: Mapping[str, str], said: str) -> bool:
    """Tell whether a bath is filled, a time or mood spoken of, a complaint denied: 風呂入れて, 換気扇、あと10分."""
    number = spans.get("number", "")
    if number and re.search(re.escape(number) + "(?:分(?!の)|時間|秒|回|人|円|日|本|枚|個|杯|周)", said):
        return True
    if tool == "level" and _PITCH_DARK.search(said):
        return True  # so dark it may be to be switched off
    left_so = _LEFT_SO.get((tool, what))
    if _is_not_felt(tool, what, said) or (left_so is not None and left_so.search(said)):
        return True
    fills = tool == "power" and "device" not in spans and _FILLED.search(said) is not None
    return fills or (tool in _OF_HOW_IT_IS and _OF_MOOD.search(said) is not None)


def meant_in_japanese(tool: str, what: str, spans: Mapping[str, str], said: str) -> tuple[str, str]:
    """Return tool and word as they are meant.

    Args:
        tool: Of the template or frame.
        what: Its word.
        spans: Pieces of the sentence.
        said: The sentence.
    """
    device = spans.get("device", "")
    if tool == "temperature" and device.endswith((*COOLING, *WARMING)):
        verb = said.partition(device)[2]
        if "風" in verb and (way := _way_of_wind(verb)):
            return "level", way
        return tool, _cooling_of(what, verb) if device.endswith(COOLING) else what
    if tool == "feel" and (asked := _felt_or_asked(what, spans, said)):
        return asked
    if (tool, what) == ("sleep", "got_up") and spans.get("period") in _NIGHT:
        return tool, "ups"  # 夜起きてた？ asks of the night, and not of the morning
    return tool, what


def _felt_or_asked(what: str, spans: Mapping[str, str], said: str) -> tuple[str, str] | None:
    """Return what a question asks in the words of a complaint, ばあばには寒くない？; None where it asks nothing."""
    if what == "stuffy":
        bad = "resident" not in spans and (_IS_IT_BAD.search(said) or _DOES_IT_SMELL.search(said))
        return ("climate", "air") if bad else None
    if "room" in spans and "resident" not in spans and spans["room"] not in _HERE and _HAS_IT_BECOME.search(said):
        return ("climate", "temperature")
    of_somebody = "resident" in spans and spans["resident"] not in MYSELF and not _WHOSE_ROOM.search(said)
    if of_somebody and _IS_SOMEBODY_COLD.search(said) and _ENDS_ASKING.search(said):
        return "known", "comfort"
    return None


_HAS_IT_BECOME = re.compile(
    "(?:寒|さむ|暑|あつ)[くう]な(?:って(?:い)?(?:ない|ません|へん)|っとらん|っちょらん)(?:か|の|ん)[^、。]{0,3}$"
)
"""暑うなっとらんか of a room that is named asks how warm it is there."""


def _way_of_wind(verb: str) -> str:
    """Return whether the wind is to be weaker or stronger; of wind that is too strong, weaker; empty: neither."""
    if _WEAKER.search(verb) or _TOO_STRONG.search(verb):
        return "down"
    return "up" if _STRONGER.search(verb) else ""


def _cooling_of(what: str, verb: str) -> str:
    """Return what becomes of a temperature where cooling is made weaker or stronger; lowered, it is lower."""
    if what == "down" and _WEAKER.search(verb):
        return "up"
    return "down" if what == "up" and _STRONGER.search(verb) else what
