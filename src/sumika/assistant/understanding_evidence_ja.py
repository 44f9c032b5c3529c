"""When a Japanese order that a student is not quite sure of is borne out by its own words, and need not be asked back.

A student reads the registers of every province and is unsure of most of them. Where the verb of what it read stands in
the sentence, nothing of the opposite does, and the sentence ends as an order does, what it read was said.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from sumika.assistant.calls import TOOLS, Call
from sumika.assistant.lexicon import is_japanese
from sumika.assistant.numbers import number_of
from sumika.assistant.sentences_endings_ja import QUESTION_WORDS, is_done

LIKELY = 0.4
"""So probable a reading must be for the sentence to bear it out."""

_ON = "つけ|付け|点け|着け|入れ|いれ|オン|on|点灯|起動|運転|稼働|回|まわ|動か|うご|スタート|灯|ともし"
_OFF = "消|けし|けせ|切[っりれ]|きって|止|とめ|オフ|off|停止|やめ|ストップ"
_MORE, _LESS = "上げ|あげ|強|つよ|アップ|高|増", "下げ|さげ|弱|よわ|ダウン|落と|おと|低|減|絞|控|ゆる|緩|抑"
_VERBS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "power on": (_ON, _OFF),
        "power off": (_OFF, "つけ|付け|点け|入れ|いれ|オン"),
        "level up": (f"{_MORE}|明る|あかる", f"{_LESS}|暗く|くらく"),
        "level down": (f"{_LESS}|暗|くら", f"{_MORE}|明るく|あかるく"),
        "level most": ("最大|最強|全開|マックス|max|フル|一番|強", _LESS),
        "level least": ("最小|最弱|微弱|ロー|一番|弱", _MORE),
        "cover open": ("開|あけ|ひら|オープン", "閉|しめ|しま|下ろ|おろ"),
        "cover close": ("閉|しめ|下ろ|おろ|クローズ", "開|あけ|ひら|上げ|あげ"),
        "mode heat": ("暖房|だんぼう|暖め|あたため", f"冷|れい|ドライ|除湿|{_MORE}|{_LESS}"),
        "mode cool": ("冷房|れいぼう|クーラー|冷や", f"暖|だん|ドライ|除湿|{_MORE}|{_LESS}"),
        "temperature up": ("上げ|あげ|アップ|高|暖か|温か|あったか|あたたか|ぬく", f"{_LESS}|強|涼|冷"),
        "temperature down": ("下げ|さげ|低|涼し|すずし|冷や", f"{_MORE}|弱|暖か|あったか|ぬく"),
        "humidity up": ("加湿|潤|湿度.*(?:上|高)", "下げ|除湿|乾"),
        "humidity down": ("除湿|湿度.*(?:下|低)|湿気.*(?:取|と[っり])", "上げ|加湿"),
        "machine start": (
            "回|まわ|動|うご|走ら|はしら|始|はじ|スタート|つけ|炊|たい[てと]|開始|かけ",
            "止|とめ|やめ|停|ストップ|消|切|まで|予約|終わ",
        ),
        "machine stop": ("止|とめ|やめ|停|ストップ|中止", "回|まわ|始|はじ|つけ|開始"),
        "hot_water now": ("沸|わか|湯張|湯はり|入れ|いれ|ため|溜|追い", "止|やめ|消|夜|ない"),
    }
)
"""By order: a word of it, and words of its opposite."""

_COMPLAINTS: Mapping[str, str] = MappingProxyType(
    {
        "feel cold": "寒|さむ|さみ|さぶ|冷|ひえ|凍|こご|震|ふる|しばれ|つめた"
        "|ぞく|すうすう|スース|ひゃっ|しゃっ|毛布|鳥肌|かじか",
        "feel hot": "暑|あつ|あち|あぢ|汗|あせ|蒸|むし|のぼせ|熱|ぬく|ゆだ|うだ|溶け|とけ|ほて|火照|サウナ|バテ|ばて",
        "feel stuffy": "空気|くうき|くさ|くせ|臭|煙|けむ|息|いき|むっと|ムッと|もわ|モワ|むわ"
        "|こも|よど|淀|酸素|換気|ほこり|埃|におい|匂|むん|ムン|重い",
        "level up": "暗|(?<![るいたのうくすむれぐそ])くら[いくす]|見えな|見えん|見えにく|見えづら|読めな|読みに|読みづ",
        "level down": "まぶし|眩し|明るすぎ|明る過ぎ|まぶい",
        "humidity up": "乾燥(?!機|剤)|カラカラ|からから|カサカサ|かさかさ|乾[いかくき]|つっぱ|静電気",
        "humidity down": "じめ|ジメ|湿気|湿っぽ|しめっぽ|べた|べと|結露|じと|カビ|かび",
    }
)
"""What is complained of, where it is no order but told of."""
_NO_COMPLAINT = re.compile(
    "[寒暑暗]さ|さむさ|あつさ|ほうが|方が|くらいが|ない(?:ね|な|よ|わ|です)?$|なか$|くない|外|そと|昨日|きのう|明日|あした|去年|夏|冬|秋|春|[ぁ-ん][ただ]ら|なら|[くぐ]ね[がえぇ]"
    "|って(?:言|いう|聞)|らしい|そうだ|よりは|っとらんか|ってないか|ってへんか|だけど|ても|でも|かった|過去|スープ|茶|飯|ごはん|道|空(?!気)|夜|画面|スマホ|電話|話|声|味|顔|目つき|性格|心"
)

_WISHED = re.compile("[てで](?:くれ|くだ|ほし)|[にう]して|(?:[暗寒暑]|明る|冷た|くら|さむ|あつ)(?:く[なし]|め)")
_WITH_A_NUMBER = frozenset({"level set", "cover set", "temperature set", "humidity set"})
_MADE = re.compile("して|しと|にし|せ[えよ]|しろ|設定|セット|合わせ|変え|上げ|下げ|落と|お願い|頼|で$")
_ENDS_SO = re.compile(
    "(?:[てでとど](?:おい|い|や|み)?て?"
    "(?:くれ|くん|くだ|下さ|もら|もろ|いただ|頂|ほし|欲し|け|ちょ|おくれ|おくん|つか|くり|ごし|たも)?[ぁ-んー]{0,7}"
    "|なさい|[ろせれけえ]よ?|お願い(?:します|ね)?|頼む|たのむ|よろしく|(?:く|め|に|で|オン|オフ))$"
)
_TOLD = re.compile(
    "(?:った|[いしえけせてめれ]た|だ|ました|です|ます|でる|てる|とる|ている|ない|らしい|って|けど|から|ので|のに|なら|たら|れば)$"
)
_MARKS = " 。.!！〜~ー\uff5e、"
_ITSELF: Mapping[str, str] = MappingProxyType(
    {
        "level": "明る|あかる|暗|くら",
        "temperature": "温度|室温|暖|あったか|あたたか|ぬく|涼|すず",
        "humidity": "湿|潤",
        "hot_water": "湯|風呂",
    }
)
"""What says of which thing it is without a name: brighter, warmer, drier, hot water; 弱めて may be said of a flame."""


def is_vouched(sentence: str, call: Call, probability: float) -> bool:
    """Tell whether the words of a sentence bear out an order that was read out of it.

    Args:
        sentence: As it was said.
        call: What was read.
        probability: Of it.
    """
    if probability < LIKELY or not TOOLS[call.tool].acts or not is_japanese(sentence):
        return False
    said = sentence.casefold().strip(_MARKS)
    return not said.endswith(("?", "\uff1f")) and (_is_complaint(said, call) or _is_order(said, call))


def is_unfounded(sentence: str, call: Call) -> bool:
    """Tell whether a feeling was read out of a Japanese sentence that has no word of it: お風呂ぬるくない？ is no heat.

    Args:
        sentence: As it was said.
        call: What was read.
    """
    if call.tool == "hot_water" and is_japanese(sentence) and _BATHES.search(sentence):
        return not re.search("沸|わか|張|ため|溜|追い|足し", sentence)
    pattern = _COMPLAINTS.get(f"{call.tool} {call.what}") if is_japanese(sentence) else None
    if pattern is None:
        return False
    if _OF_A_THING.search(sentence) or (call.tool == "feel" and _IDIOM.search(sentence)):
        return True
    return call.tool == "feel" and re.search(pattern, sentence) is None


_OF_A_THING = re.compile(
    "(?:靴(?!下)|服|髪|タオル|牛乳|湿布|鞄|かばん|カバン|車|庭|土|海苔|せんべい|犬|猫)[がはもの](?=[^、。]{0,6}(?:じめ|ジメ|湿|くさ|臭|乾|べた|冷|暗))|(?:冷た|つめた|寒|さむ|暑|あつ|熱|暗|明る|温か|暖か|あたたか|臭|重|まぶし|眩し)い(?!部屋|居間|寝室|場所|風|空気|室|日|中|気|感|光)(?:[一-龠ァ-ヶ]|ところ|とこ(?!ろ)|の(?:は|も|って)|もの|やつ|うちに)"
)
"""冷たい人 and 暑い夏 are no complaint of the room."""
_BATHES = re.compile("(?:風呂|ふろ|湯船|お湯|シャワー)[にを]?(?:入っ|はいっ|入り|はいり|浸か|つか|浴び)(?:て|た|な|に)")
"""お風呂入ってきなさい is said to a child, and to no tank."""
_IDIOM = re.compile(
    "(?:湯|風呂|ふろ|シャワー|茶|コーヒー|ご飯|ごはん|味噌汁|スープ|料理|便座|飲み物)[がはも、]?[^、。]{0,6}(?:冷め|さめ|冷た|つめた|ぬる|熱)"
    "|仲[がのも](?:悪|わる)|雰囲気|気まず|空気(?:を|が|の)?(?:読|よめ|よん)|空気を?入れ(?!換|替|かえ)|(?:気|話|荷|口|腰|責任|財布|懐)[がはも]?(?:重|寒|さむ)|熱が(?:あ|出|下)"
)

_ASKS_OR_NAMES = re.compile(
    "[?\uff1f]|お願い|おねがい|願い|願え|頼[みむ]|教え|おしえ|見せ|みせ|聞かせ|知り|気にな|心配|わから|分から|わかん|覚えて|忘れ(?!ん|ない|ず|ちゃ|んな)|ろう?な[ーあぁ]*$|よね[ーえぇ]*$"
    "|いくら(?!い(?:[にがのだでよかしな、。]|$))|なんぼ|何[時回度件人日分円]|(?<!あ)いつ(?!も|か)|(?:誰|だれ|どなた)(?![かも])|どれ|どう|どこ|どない|どげ|なぜ|なんで|なして"
    f"|{QUESTION_WORDS}"
)
_FORBIDS = re.compile("(?:ないで|んといて|んとって|んでくれ|んでおくれ|んでほしい)(?:な|ね|よ|や)*$")
_WISHES = re.compile(
    "(?<!知り)(?<!しり)(?<!見)(?<!見てみ)(?<!聞き)(?<!確認し)(?<!調べ)(?<!確かめ)(?<!教えてもらい)(?<!教わり)(?<!お願いし)たい"
    "(?:んだ|のだ|んや|んです|のです|ん|の|です)?(?:けど|けれど|が)?(?:よ|わ|な|ね|のう|さ)*[ーぁあ]*$"
)
_TELLS_OR_WISHES = re.compile(
    "(?:[たぁ-ん]たい|[いるうくすつむぶぬぐただ]|気がする|れん|えん|へん|ねえ?)(?:ん|の)?(?:だ|です|や|じゃ)?"
    "(?:けど|けれど|が|から|ので|し)?(?:よ|わ|な|ね|のう|さ|ぞ|べ|っけ(?!な)|もん|って)*[ーぁあぇえ。!！〜~\uff5e ]*$"
)


_HIGHEST, _LOWEST, _MEAN = (
    re.compile(
        "一番|いちばん|いっちゃん|いっとう|どれが|どいつが|最高|最大|最多|最も|もっとも|ピーク|マックス|まで|トップ|max"
    ),
    re.compile("一番|いちばん|いっちゃん|いっとう|最低|最小|最少|最も|もっとも|ミニマム|まで|底|min"),
    re.compile("平均|ならし|ならす|なべて|アベレージ|だいたい|普段|いつも|ふだん|一日あたり|1日"),
)
_STATISTICS: Mapping[str, re.Pattern[str]] = MappingProxyType({"highest": _HIGHEST, "lowest": _LOWEST, "mean": _MEAN})
_MAY_HAVE_A_NUMBER = frozenset({"up", "down", "most", "least", "on", "off"})


def as_said(sentence: str, call: Call) -> Call:
    """Return what was read out of a Japanese sentence without a figure or a statistic that it has no word of.

    Args:
        sentence: As it was said.
        call: What a student read: the number ぴかぴ of ぴかぴかに明るくして.
    """
    if not is_japanese(sentence):
        return call
    of = _STATISTICS.get(call.statistic)
    if of is not None and of.search(sentence.casefold()) is None:
        call = msgspec.structs.replace(call, statistic="now")
    if call.what in _MAY_HAVE_A_NUMBER and "number" in call.spans and number_of(call.spans["number"]) is None:
        spans = {name: piece for name, piece in call.spans.items() if name != "number"}
        call = msgspec.structs.replace(call, spans=spans)
    return call


_CONTRARY: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "level up": (
            "(?:強|つよ|きつ|まぶし|眩し)(?:い|すぎ|過ぎ|くて|うて|か)|うるさ|やかまし|暗く|くらく|暗め",
            "明る|あかる|暗[いすか]",
        ),
        "level down": (
            "(?:暗|弱)(?:い|すぎ|過ぎ|くて|うて|か)|明るく|あかるく|明るめ",
            "まぶし|眩し|強|うるさ|弱め|弱く|落と|暗く",
        ),
        "temperature up": (
            "暑|あつ[いくすっ]|あち[いぃー]|蒸し|汗|涼しく|すずしく|冷やし",
            "寒|さむ|上げ|あげ|暖か|あったか|ぬく|高",
        ),
        "temperature down": ("寒|さむ[いくすっ]|さぶ|冷え|凍|暖かく|あったかく|ぬくく", "暑|あつ|下げ|さげ|涼|すず|低"),
        "humidity up": ("じめ|ジメ|湿っぽ|しめっぽ|湿気|べた|結露|カビ|かび", "乾|カラカラ|からから|加湿|上げ"),
        "humidity down": ("乾|カラカラ|からから|カサカサ|かさかさ|喉|のど", "じめ|ジメ|湿|べた|除湿|下げ|結露"),
        "feel cold": ("暑|涼しか|すずしか|涼しけ|蒸し|汗", "寒|さむ|さぶ|さみ|冷|ひえ|凍|しばれ|震"),
        "feel hot": ("寒|さむ|さぶ|冷え|凍|暖かか|暖かけ", "暑|あつ|汗|蒸|熱|ほて|のぼせ"),
        "feel stuffy": (
            "乾[いかくき燥]|カラカラ|からから|湿っぽ|じめ",
            "臭|くさ|息|煙|けむ|よど|こも|におい|匂|むっと|もわ",
        ),
    }
)
"""By what was read: words that say the contrary, and words that say it all the same."""


def is_contradicted(sentence: str, call: Call) -> bool:
    """Tell whether a Japanese sentence complains of what a student would make worse: 風が強くて寒い.

    Args:
        sentence: As it was said.
        call: What was read.
    """
    words = _CONTRARY.get(f"{call.tool} {call.what}") if is_japanese(sentence) else None
    return words is not None and bool(re.search(words[0], sentence)) and not re.search(words[1], sentence)


def is_wished(sentence: str) -> bool:
    """Tell whether a Japanese sentence says what somebody would like to do: お風呂に入りたいんだよね.

    Args:
        sentence: As it was said.
    """
    return _WISHES.search(sentence.strip(_MARKS)) is not None


def is_only_told(sentence: str) -> bool:
    """Tell whether a Japanese sentence tells or wishes something, and neither asks nor names what is to be told.

    外から丸見えなんだよね is a complaint, 今月の電気代 a question; a student reads a question out of either.

    Args:
        sentence: As it was said.
    """
    said = sentence.strip(_MARKS)
    if _FORBIDS.search(said) or said.endswith(("に", "めで")):
        return True
    return bool(_TELLS_OR_WISHES.search(said)) and not _ASKS_OR_NAMES.search(sentence)


def _is_complaint(said: str, call: Call) -> bool:
    """Tell whether it is told of cold, heat, bad air, darkness or glare here and now."""
    pattern = _COMPLAINTS.get(f"{call.tool} {call.what}")
    if pattern is None or "resident" in call.spans or re.search(pattern, said) is None:
        return False
    return not (_WISHED.search(said) or _NO_COMPLAINT.search(said))


def _is_order(said: str, call: Call) -> bool:
    """Tell whether it ends as an order does, of something, with its verb and without the opposite's."""
    word, number = f"{call.tool} {call.what}", call.spans.get("number", "")
    named = "device" in call.spans or "room" in call.spans or re.search(_ITSELF.get(call.tool, "^$"), said)
    if not named or not _ENDS_SO.search(said) or _TOLD.search(said) or is_done(said):
        return False
    rest = said
    for name, piece in call.spans.items():
        if name != "device" or call.tool not in ("mode", "hot_water"):
            rest = rest.replace(piece.casefold(), "、")
    if word in _WITH_A_NUMBER:
        return bool(number) and _MADE.search(rest) is not None
    if word not in _VERBS or (
        number and re.search(re.escape(number.casefold()) + "(?:くらい|ぐらい|ほど)?(?:に|まで)", said)
    ):
        return False  # 六十パーセントに上げて says how much it is to be, not how much more
    verb, opposite = _VERBS[word]
    if re.search(f"、(?!{verb})[一-龠々]", rest):
        return False  # 加湿気つけて: the thing's name goes on
    return re.search(verb, rest) is not None and re.search(opposite, rest) is None
