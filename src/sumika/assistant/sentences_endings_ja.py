"""How Japanese sentences end and ask, as closed classes: question words, and the particles behind a last verb.

There are few of them in any dialect, and all are here, so that nobody has to list them with each verb or phrase.
"""

import re

QUESTION_WORDS = (
    r"いくら(?!い(?:[にがのだでよかしな、。]|$))|いくつ(?!か|も)|なんぼ|いかほど|いかが|いかばかり"
    r"|何(?!か(?![月所国])|も|と(?:か|な)|で?も|度[もか](?![?\uff1f]))|なん(?:じ|ど(?!も)|かい(?!や)|にん|ぷん|ようび|の日|[でしと]に?ち)|なに(?!か|も|より)"
    r"|(?<![あこそど])いつ(?!も|か|で)|いづ(?!も|か)|(?:誰|だれ|どなた)(?![かもぞ])|どいつ|どちら(?!か|も|で)|どっち(?!も|で|か|み)"
    r"|どの(?!み)|どれ(?!も|か|、|で)|どこ(?!か|も|で|と)|どご(?=[さだにでが]|い)|どう(?!も|ぞ|か(?!な|の|ね|し|、|[?\uff1f]|$)|にか|や|し[てよ])|どうして|どうや(?:って|ろ)|どん(?:な|だけ|くらい|ぐらい|くれ|ぐれ|ぐ)|どげ[んな]?|どない|どが[いあ]|なじょ"
    r"|なぜ|なんで(?!も)|なして|なんして"
)
"""A pattern of whatever asks: who, what, which, where, when, why, how, and how much or many of anything."""

_LAST = (
    "んです|のです|んや|んだ|のだ|のや|です|だ|や|じゃ|よ|ね|な|わ|で|ぞ|ぜ|さ|の|ねん|ばい|たい|けん|けえ|っちゃ|がね|がや|がな|べ|べさ|のう|もん|わい|とよ|だに|に|んよ"
    "|さけ|さかい|から|ので|けど|けれど|けれども|し|っす|どす|だっちゃ|なあ|ねえ|なぁ|ねぇ|わあ|よお|はんで|すけ|もんで|ところ|とこ|ばかり|ばっか|ばっかり|あ|ぁ|ー"
)
_PARTICLES = re.compile(f"(?:{_LAST})+$")
_TOLD = re.compile("(?:[っいしえけせてめれきちりびみに]た|[んい]だ|ました|てもうた|てまった)$")
_MARKS = " \u3000。.!！〜~ー\uff5e、…♪"


def bare(sentence: str) -> str:
    """Return a sentence without what only softens, stresses or gives reasons behind its last verb.

    Args:
        sentence: As it was said, in Japanese.
    """
    said = sentence.strip(_MARKS)
    for _ in range(len(said)):
        shorter = _shorter(said)
        if shorter == said:
            break
        said = shorter
    return said


def _shorter(said: str) -> str:
    if _TOLD.search(said):
        return said
    for length in range(1, 7):
        if _PARTICLES.fullmatch(said[-length:]) and _TOLD.search(said[:-length].strip(_MARKS)):
            return said[:-length].strip(_MARKS)
    return said


_HOW_MUCH = re.compile(
    "どれ[くぐだほ]|どの(?:くらい|ぐらい|程度)|どん(?:だけ|くらい|ぐらい)|何度(?!も)|なんど(?!も)|いくつ|なんぼ(?!で)"
)


def asks_how_much(sentence: str) -> bool:
    """Tell whether a Japanese sentence asks how much or how warm, and does not exclaim it: どんだけ寒いねん.

    Args:
        sentence: As it was said.
    """
    return _HOW_MUCH.search(sentence) is not None and not sentence.strip(_MARKS).endswith(
        ("ねん", "だよ", "んだ", "わ")
    )


def is_done(sentence: str) -> bool:
    """Tell whether a Japanese sentence says that something was done or has come about: もう消したで, 閉めたけん.

    Args:
        sentence: As it was said.
    """
    return _TOLD.search(bare(sentence)) is not None
