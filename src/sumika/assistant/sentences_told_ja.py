"""What only tells of something in Japanese, although its words are those of an order or a question."""

import re
from collections.abc import Mapping

from sumika.assistant.calls import TOOLS

_HESITATION = re.compile(
    "う[ーぅう〜\uff5e]+ん|ん[ーん〜\uff5e]+"
    "|^([あうえおん])[ー〜\uff5e]*\\1[ー〜\uff5e]*\\1|すご[いっー]|やったー|うれし"
    "|^あ[ーぁあっ〜\uff5e]*[、 ]*そうそう|^(?:うわ|わあ|わー|きゃ|ひゃ|へえ|ほう|ふう|げっ|おっ)"
    "|そう(?:なん|なの|か|だったの|いえば)|そっか"
)

_ONLY_IF = re.compile(
    "たら(?=[^、。]{0,12}[うくすつるぶむ](?:ね|よ|わ|から|ので|つもり)?[ー。!！]*$)|(?<!か)もし(?!もし|よ|可能|でき)"
    "|(?<![よ良しっ])(?:かったら|くなったら|くなければ|ければ|くなるなら|いなら|いようなら)"
    "(?!、?(?:いい|ええ|よか|助か|嬉|うれ|あり|幸い|と思|と存|な[あぁー]|の))"
)
"""An order for a case that may come about is none for now; よかったら and もっと暖かかったらいいな set no condition."""

_WISHED_MORE = re.compile(
    "(?:もう少し|もうちょ|もっと|もうすこし)[^、。]{0,8}(?:明る|暗|涼し|暖か|あったか|静か)[^、。]{0,4}(?:たら|れば|りゃ|と)"
    "[^、。]{1,14}(?:のに|けど)(?:な|ね)*[ーあぁ。]*$"
)
"""もう少し明るかったら読めるのに sets no condition: it is what is wished."""
_ANOTHER_DAY = re.compile("明日|あした|あす|明後日|昨日|きのう|来週|先週|去年|今夜|tomorrow|yesterday|tonight")
_ALTOGETHER, _SUM = re.compile("(?:全部|ぜんぶ|みんな|すべて|全て)で"), {"全部", "ぜんぶ", "みんな", "すべて", "全て"}
_FINE_DAY = re.compile(
    "(?:いい|良い|ええ|よか)(?:お)?天気(?:だ|です|や|じゃ|ばい|やん)?(?:ね|な|のう|わ|よね)[ーえぇあぁ]*[。!！〜]*$"
)
_WOULD_BE_NICE = re.compile(
    "(?:[てで]い?る|い)と(?:いい|ええ|嬉し|うれし|助か|ありがた)[^?\uff1f]*$|[ただ]らなあ?[ー。]*$"
)
_WHAT_IS_IT = re.compile("って(?:何|なに|なん)(?:なの|ですか|だっけ|や|のこと)?[?\uff1f]*$")
_LATER = re.compile(
    "(?:あとで|後で|のちほど|後ほど|そのうち|いつか)(?!も)"
    "|(?:消す|けす|つける|点ける|閉める|しめる|開ける|あける|切る|止める|とめる|下げる|上げる)"
    "(?:から|けど|つもり|予定|ところ|[よねわぞぜで])[ー〜。!！]*$"
)
"""What somebody will do, or wants done some time, is no order for now."""
_SO_THAT_NOT = re.compile("ないように(?:ね|しないと|して|気をつけ|しよう)?[^?\uff1f]*$")
_OFF_TO_BED = re.compile(
    "(?:寝る|ねる|寝ます|ねます|寝よう?)(?:わ|ね|よ|ぞ|な|かな|っか|から|ので|で|し)?[ー。!！〜~]*$"
)
_TOLD_SO = re.compile(
    "(?:乾か|つか|点か|消え|開か|閉まら)(?:ない|ん|へん)"
    "(?:(?:んだ|のだ|んや|ん|の)?(?:けど|が|わ|よ|ねん)|かな[あぁー]+|かしら)[。!！〜~ー ]*$"
    "|って(?:言う|いう|言っとる|言うとる)(?:の(?!か|[?？])|んだ|ん|わけ)?(?:よ|ね|けど)*[。!！〜~ー ]*$"
    "|(?<!っ)[ただ](?:よ|ぞ|わ|ぜ|さ|もん|ばい|けん|から|ところ|とこ)(?:ー|[あぁねなえ])*[。!！〜~ー ]*$"
    "|て(?:きた|おいた|しまった|ちゃった)[。!！〜~ー ]*$|った(?:よ|ぞ|わ|ぜ|ばい|ところ|とこ)[。!！〜~ー ]*$"
)


_MUST_NOT = re.compile(
    "たら(?:あかん|いかん|いけん|いけない|だめ|ダメ|駄目|いや|嫌|困)(?:や|だ|よ|で|ね|な|わ|ばい|のう|から|の)*[ー。!！]*$"
    "|たけえ[ー。!！]*$"
)
"""テレビ消したらあかんで forbids, and in the west けえ gives a reason."""
_MAY_STAY = re.compile("(?:っぱなし|まま)で?(?:いい|ええ|よか|構わ|かまわ)(?!(?:です)?か|の)")
"""What may stay as it is is no order, and no question."""
_ASKED_WHETHER = re.compile(
    "(?<!くれ)(?<!もらえ)(?<!でき)(?<!くださ)(?<!いただけ)(?<!頂け)(?<!もらえ)"
    "(?:消す|けす|つける|点ける|開ける|あける|閉める|しめる|切る|止める|とめる|入れる|回す|上げる|下げる)[?\uff1f]$"
)
_THANKS = re.compile(
    "[てで]くれて(?:ありがと|助か|嬉|うれ|おおきに|どうも)|[てで]も(?:つまら|意味|無駄|しょうが|仕方|だめ|ダメ|変わら)"
    "|して(?:寝て|寝な|ねて|出かけて|おやすみ)"
)
_WAS_SAID = re.compile(
    "って(?:言|い)(?:ったら|うたら|って(?:たら|い?た))[^、。]{0,12}[ただ](?:よ|ね|わ|の|んだ|けど|さ)*[ー。!！]*$"
)
_BORNE = re.compile(
    "(?:けど|けれど|が|ても)、?(?:まだ|まあ|なんとか)?(?:我慢(?:でき|する|し)|大丈夫|平気|慣れ|耐えられる|へっちゃら|気にならない)"
)
"""寒いけど我慢できる asks for nothing."""
_WAS_ASKED = re.compile("って(?:聞かれ|きかれ|訊かれ|言われ)[^、。?\uff1f]{0,6}$")
"""What somebody else asked is told."""
_NO_ANSWER = re.compile("待ってて|い(?:の|ん)(?:は|が|も)?、?(?:やだ|いや|嫌|きらい|嫌い)")
"""くらいのやだ complains of the dark, and refuses nothing."""
_AGREES = re.compile("もん(?:ね|な)[ー。]*$|日(?:が|は)?続|^(?:いい|ええ|大丈夫|いや|結構).{0,4}[、。 ]*自分で")
_IS_COOL = re.compile("ひんやり(?:す|し|感)")


_SLEEPS_ON = re.compile(
    "(?:寝|ねむり|眠り|眠って|休み|起き|目を覚まし|横になり|寝かせ)(?:て)?(?:い|おき|き)?たい"
    "(?!人|時|とき|なら|って|か(?:な|ね|の|どう)?[?\uff1f]*$)"
)
"""What somebody would like to do is no question about a night."""
_SLEPT_BADLY = re.compile("(?:へんか|んか|られ|れん)って?[んた](?:わ|よ|や|ねん|なあ?)*[ー。!！]*$")
_SOMEBODY = re.compile("(?:あいつ|こいつ|そいつ|あの(?:人|子|方|ひと|こ)|彼女?(?!岸)|かれし)(?:ら|たち)?")
"""Of whom it is said is not known from these."""
_OF_PEOPLE = frozenset({"sleep", "vitals", "presence", "changes"})


_NOT_COMING = re.compile("[てで](?:こない|来ない|きいへん|けえへん|けえせん|こん(?:な|わ|よ|ね|なあ)*[。ー]*$)")
"""暖房が効いてこない tells of it, and こない is no こんな."""
_NOT_TODAY = re.compile(
    "(?<![てで])(?:は|も|なら)(?:、|今日は|今日も|今は|もう|まだ|しばらく|別に)*(?:いい|ええ|よか|結構|大丈夫|間に合ってる?)"
    "(?:や|わ|よ|です|かな|わい|ばい)*[。!！ー〜]*$"
)
"""ルンバは今日はいいや declines."""
_BEGINS_IT = frozenset({"on", "start", "loaded", "now", "open"})


def hesitates(said: str) -> bool:
    """Tell whether somebody says うーん, which is no うん: a thought, and no yes; ああああ and あーそうそう neither."""
    return bool(_HESITATION.search(said))


def tells_only(tool: str, what: str, spans: Mapping[str, str], said: str) -> bool:
    """Tell whether a sentence asks for nothing of what was caught in it.

    Args:
        tool: Of the template or frame.
        what: Its word.
        spans: Pieces of the sentence.
        said: The sentence.
    """
    if TOOLS[tool].acts:
        if tool == "answer":
            return hesitates(said) if what == "yes" else _NO_ANSWER.search(said) is not None
        stays = tool in ("power", "cover") and _MAY_STAY.search(said)
        if stays or _THANKS.search(said) or (tool in ("feel", "house_mode") and _AGREES.search(said)):
            return True
        of_another_day = tool == "feel" and any(
            one.search(said) is not None for one in (_ANOTHER_DAY, _WAS_SAID, _BORNE)
        )
        if tool not in ("feel", "machine", "hot_water") and "delay" not in spans and _LATER.search(said):
            return True
        if _NOT_COMING.search(said) or (what in _BEGINS_IT and _NOT_TODAY.search(said)):
            return True
        only_if = (
            tool != "feel"
            and not _WISHED_MORE.search(said)
            and (_ONLY_IF.search(said) or _ASKED_WHETHER.search(said)) is not None
        )
        if tool == "temperature" and (spans.get("device") in _SUM or _IS_COOL.search(said)):
            return True
        return of_another_day or only_if or _is_sum(tool, spans, said)
    return (
        _WOULD_BE_NICE.search(said) is not None
        or _WAS_ASKED.search(said) is not None
        or (tool == "happened" and _SO_THAT_NOT.search(said) is not None)
        or (tool in _OF_PEOPLE and "resident" not in spans and _SOMEBODY.search(said) is not None)
        or (tool == "sleep" and _SLEEPS_ON.search(said) is not None)
        or (tool == "energy" and _WHAT_IS_IT.search(said) is not None)
        or (tool == "sleep" and not spans and _OFF_TO_BED.search(said) is not None)
        or (tool == "sleep" and _SLEPT_BADLY.search(said) is not None)
        or (tool in ("state", "maintenance", "energy") and _TOLD_SO.search(said) is not None)
        or (tool == "state" and (_MUST_NOT.search(said) or _MAY_STAY.search(said)) is not None)
        or ((tool, what) == ("outside", "weather") and _FINE_DAY.search(said) is not None)
        or _is_sum(tool, spans, said)
    )


def _is_sum(tool: str, spans: Mapping[str, str], said: str) -> bool:
    """Tell whether 全部で is "altogether", and no thing."""
    return tool in ("state", "power") and spans.get("device") in _SUM and _ALTOGETHER.search(said) is not None


_WHEN_DONE = re.compile("(?:いつ|何時|なんじ|あと).{0,6}(?:終わ|おわ|仕上が|済[みむん]|できあが|炊け|沸[きく])")
_RUN_NOW = re.compile(
    "^(?!.*(?:あと|後|夜|安い|いつでも|好きな|まで|予約|任せ|お得|割安|安く|間に|うちに|深夜|時間帯))"
    ".*(?:機|器|き|ラム)[をは、]?(?:すぐ|今)?(?:に)?(?:回|まわ|動か|うごか|スタート|始め|つけ)[^、。]*$"
)
_BEGINS_AT = "(?:に|から|になったら)、?(?:回|まわ|動か|うごか|スタート|始め|はじめ|つけ|かけ|運転|稼働)"
"""After an hour: 夜の10時に回して says when it begins, and 7時までに回して when it is to be done."""
_MORE_OFTEN = re.compile(
    "ようになっ|(?:こと|回数)(?:が|は)?(?:増え|多くな|減っ|変わ)"
    "|(?:増え|減っ|多くなっ)(?:て(?:き|る|い|ない|へん)|と[るらう]|た)"
)
"""What tells of a habit that is new, and not of one night."""


def told_otherwise(tool: str, what: str, spans: Mapping[str, str], said: str) -> tuple[str, str]:
    """Return tool and word as the rest of a sentence means them.

    Args:
        tool: Of the template or frame.
        what: Its word.
        spans: Pieces of the sentence.
        said: The sentence.
    """
    if tool == "plan" and "device" in spans and _WHEN_DONE.search(said):
        return "state", "device"
    if (tool, what) == ("machine", "loaded") and "time" not in spans and _RUN_NOW.search(said):
        return tool, "start"
    if (tool, what) == ("machine", "loaded") and re.search(re.escape(spans.get("time", "\0")) + _BEGINS_AT, said):
        return tool, "start"
    if (tool, what) == ("sleep", "ups") and _MORE_OFTEN.search(said):
        return "changes", "any"
    return tool, what
