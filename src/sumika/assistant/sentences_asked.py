"""What asks or denies that something is so which can also be told: a machine is loaded, the house drives by itself.

"The dishwasher is loaded" and お任せモード are orders; "is it loaded", "it isn't full" and お任せモード？ are none.
"""

import re

from sumika.assistant.lexicon import is_japanese

_EN_REQUESTS = re.compile(r"\b(?:can|could|would|will|won't) (?:you|we)\b|\bplease\b")
_EN_ASKS = re.compile(
    r"^(?:(?:so|and|but|hey|ok|okay|well|um|sumika|do you know|i wonder)[, ]+)*"
    r"(?:(?:is|are|was|were|has|had|did|does|who|what|when|where|why|which|how|whether|if"
    r"|have (?:you|we|they|i)|do (?:you|we|they|i)|(?:is|are|has|have|did|does)n't)\b)|\?\W*$"
)
_EN_DENIES = re.compile(
    r"\b(?:not|never|nobody|no one|nearly|almost|half[- ](?:full|loaded|empty)|forgot|hardly)\b|n't\b"
)
_JA_REQUESTS = re.compile(
    "くれ|もらえ|もらい|いただけ|頂け|くださ|下さ|ちょうだい|ほしい|欲しい|たい|お願い|おねがい|頼|くんない|て[?\uff1f]+$"
)
_JA_ASKS = re.compile("(?:[?\uff1f]|か|かな[あぁ]?|かね[えぇ]?|かい|かしら|っけ)[。.?\uff1f]*$")
_JA_DENIES = re.compile(
    "(?:て|んで)い?(?:な[いかく]|へん|ません(?!か)|ねえ)|入れな|入らな|まだ(?!.{0,6}(?:入って|残って|ある))|忘れ|(?:じゃ|では)な[いか]"
)

_EN_CARS = re.compile(
    r"\bfor a (?:\w+ )?(?:drive|spin)\b|\bdrive (?:to|home|there|back|me|us|her|him|into|through|past|off|away)\b"
    r"|\b(?:i|i'll|i will|we|we'll|we will|let me|he|she|dad|mum|mom) (?:can |could )?drive\b"
)
"""Whoever drives a car drives no house."""


def asks_or_denies(tool: str, what: str, said: str) -> bool:
    """Tell whether a sentence asks or denies what its words would tell.

    Args:
        tool: Of the template or frame.
        what: Its word.
        said: The sentence.
    """
    is_loaded = (tool, what) == ("machine", "loaded")
    if not is_loaded and tool != "house_mode":
        return False
    text = said.casefold().replace("\u2019", "'").strip()
    asks, requests, denies = (
        (_JA_ASKS, _JA_REQUESTS, _JA_DENIES) if is_japanese(text) else (_EN_ASKS, _EN_REQUESTS, _EN_DENIES)
    )
    if (is_loaded and denies.search(text)) or (tool == "house_mode" and _EN_CARS.search(text)):
        return True
    return asks.search(text) is not None and requests.search(text) is None
