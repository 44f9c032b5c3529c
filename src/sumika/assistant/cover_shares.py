"""How far a blind or a window is to be open, by the words beside its verb: "a little", "close it 30 percent"."""

import re

from sumika.units import clamp

A_LITTLE = 0.2
"""So far a window is opened a little, and a blind moved a little."""

_EN_VERBS = {
    "open": r"(?:open|raise|lift|pull up|roll up|crack)",
    "close": r"(?:close|shut|lower|pull down|roll down|drop)",
}
_JA_VERBS = {"open": "(?:開|あけ|空け|上げ|あげ)", "close": "(?:閉|しめ|締め|下ろ|降ろ|おろ|下げ|さげ)"}
_EN_LITTLE = (
    r"(?<!for )(?<!in )(?:a (?:little(?: bit)?|tiny bit|bit|crack|tad|touch|smidgen|fraction|inch)"
    r"|slightly|ajar|partly)\b"
    r"(?! (?:later|while|longer|earlier|stuffy|warm|cold|hot|dark|bright))"
)
_JA_SMALL = "(?:(?:ほんの)?(?:少し|すこし|わずか)|(?:ちょっと|ちょい|ちょいと|ちいと|ちっと)だけ|ちょびっと|ちょこっと)"
_JA_PERHAPS_SMALL = "(?:ちょっと|ちょい|ちょいと|ちいと|ちっと)"
"""ちょっと窓開けて only calls for attention; 窓ちょっと開けて says how far."""
_BETWEEN = r"(?:(?!\band\b|\bthen\b)[^,.;])"


def is_little(what: str, said: str) -> bool:
    """Tell whether a cover is to be moved a little.

    Args:
        what: "open" or "close".
        said: The sentence.
    """
    text, en, ja = said.casefold(), _EN_VERBS[what], _JA_VERBS[what]
    return (
        re.search(rf"\b{en}\b{_BETWEEN}{{0,40}}?\b{_EN_LITTLE}", text) is not None
        or (what == "open" and re.search(r"\bcrack (?:open |the |my |a |this )", text) is not None)
        or re.search(f"{_JA_SMALL}(?:だけ)?を?[^、。いくて]{{0,8}}{ja}", text) is not None
        or re.search(f"{_JA_PERHAPS_SMALL}(?:だけ)?{ja}", text) is not None
    )


def is_closed_by(number: str, said: str) -> bool:
    """Tell whether a share is how far a cover is closed: 30%閉めて; "close it to 30 percent" leaves it so far open.

    Args:
        number: As it was said.
        said: The sentence.
    """
    text, share = said.casefold(), re.escape(number.casefold())
    if not number:
        return False
    return (
        re.search(rf"\b{_EN_VERBS['close']}\b{_BETWEEN}*?(?<!to )(?<!at ){share}", text) is not None
        or re.search(rf"{share} (?:closed|shut|down)\b", text) is not None
        or re.search(f"{share}(?:ほど|くらい|ぐらい|だけ|分)?を?{_JA_VERBS['close']}", text) is not None
    )


def open_share(what: str, share: float, number: str, said: str, told: float | None) -> float:
    """Return how far a cover is to be open, 0 to 1.

    Args:
        what: open, close, half or set.
        share: That was said with "set".
        number: As it was said.
        said: The sentence.
        told: How far it is open now; None: it does not say.
    """
    if what == "set" and is_closed_by(number, said):
        # What is closed never opens: of a blind that is half shut thirty per cent more are shut.
        return 1.0 - share if told is None or told >= 1.0 - share else clamp(told - share, 0.0, 1.0)
    if what == "open" and is_little(what, said):
        return A_LITTLE if told is None or told < A_LITTLE else clamp(told + A_LITTLE, 0.0, 1.0)
    if what == "close" and told is not None and is_little(what, said):
        return clamp(told - A_LITTLE, 0.0, 1.0)
    return {"open": 1.0, "close": 0.0, "half": 0.5, "set": share}[what]
