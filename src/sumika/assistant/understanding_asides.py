"""What stands beside a question - a worry, a greeting, an order to lie - is neither answered nor followed."""

import re
from collections.abc import Iterator

from sumika.assistant.calls import TOOLS
from sumika.assistant.lexicon import is_japanese
from sumika.assistant.patterns import Patterns
from sumika.assistant.understanding_pieces import Reader
from sumika.assistant.understanding_recorded import is_question

_STEER = Patterns(
    en=re.compile(
        r"\b(?:ignore|disregard|forget|pretend|imagine|override|from now on|you are now|you're now|act as|role ?play"
        r"|system|developer mode|instructions?|reply with|answer with|answer only|just say|say that|repeat after"
        r"|no matter what|order you|command you|administrator|admin|you must|you have to|you are to|you will)\b"
    ),
    ja=re.compile(
        "無視|忘れ|ふりを|振りを|ことにし|と(?:言|い)(?:え|い|っ)|と答え|だと言|これから|今から|システム|命令|指示"
        "|管理者|なりき|あなたは|繰り返|必ず|しなければ"
    ),
)
_ENDS = re.compile(r"(?<=[。\uff0e!！?？\n;\uff1b])|(?<=[.:])(?=\s)")
_COMMAS = re.compile(
    r"(?<=[、,])|\s[-–—]\s|\b(?:and (?:then )?(?:now )?)(?=(?:tell|say|answer|show|what|how|when|who|did|was)\b)"
    r"|(?<=って)|(?<=して)|(?<=から)"
)


def asides(sentence: str) -> Iterator[str]:
    """Yield the questions that stand among other sentences; what is told beside them is not followed.

    Args:
        sentence: As it was said.
    """
    text = sentence.strip()
    parts = [part.strip() for part in _ENDS.split(text) if part.strip()]
    steered = is_steered(sentence)
    if steered:
        parts = [part.strip(" ,、") for one in parts for part in _COMMAS.split(one) if part and part.strip(" ,、")]
    if len(parts) > 1:
        found = [part for part in parts if is_question(part)]
        # Who steers says first what is to be said; who only asks twice, asks the clearer question first.
        yield from reversed(found) if steered else sorted(found, key=_is_vague)
    elif is_japanese(text):
        first, _, rest = text.partition("、")
        if _JA_TOLD_WHY.search(rest) and is_question(first):
            yield first


_JA_TOLD_WHY = re.compile(
    "(?:けど|けれど|から|けん|けえ|さかい|はんで|ので|し|もんで|[んの](?:だ|じゃ|や|です)(?:が|けど|よ|わ)?|たい|たく|[てで])[ねなよさのう]*[。〜ー!！]*$"
)
"""What tells why it is asked: あすは晴れるかのう、布団を干したいんじゃが."""


_CUE = re.compile(r"\b(?:how (?:many|much|often|long)|what time|when)\b|何[時回度件人]|いくら|いつ")


def _is_vague(question: str) -> bool:
    """Return whether a question does not ask for a figure of something: "how many?" alone is as vague as can be."""
    is_short = len(question) < 7 if is_japanese(question) else len(question.split()) < 4
    return is_short or not _CUE.search(question.casefold())


def is_steered(sentence: str) -> bool:
    """Tell whether a sentence tells the house what to say or to overlook, beside what it asks.

    Args:
        sentence: As it was said.
    """
    plain = sentence.casefold().replace("\u2019", "'")
    return _STEER.search(plain) is not None


def acts_beside(sentence: str, question: str, read: Reader) -> bool:
    """Tell whether a sentence beside a question is an order: then it is not for the house to choose.

    Args:
        sentence: As it was said.
        question: One part of it.
        read: Reads a part by the book.
    """
    parts = [part.strip() for part in _ENDS.split(sentence.strip()) if part.strip() and part.strip() != question]
    calls = [read(part) for part in parts if question not in part]
    return any(call is not None and TOOLS[call.tool].acts for call in calls)
