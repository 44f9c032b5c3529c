"""How English asks: for a thing, whether something is so, and what is put around a bare request."""

from typing import Any

from sumika.training.house_language.templates import Segment
from sumika.training.house_language.words import pairs, words

PLAIN_ABOUT = ("what is ", "what's ", "tell me ")
_BE = ("is", "are", "was")


def about(manner: Any, thing: list[Segment]) -> list[Segment]:
    """Return a question for a thing.

    Args:
        manner: Whoever draws.
        thing: As a noun with its article.
    """
    if not manner.richly:
        return [Segment(manner.one(PLAIN_ABOUT), role="phrase"), *thing]
    before, after = manner.one(pairs("en", "about", "*"))
    if not before and thing[0].text.startswith("the ") and manner.maybe(0.6):
        thing = [Segment(thing[0].text[4:], thing[0].piece), *thing[1:]]
    return [Segment(before, role="phrase"), *thing, Segment(after)]


def whether(manner: Any, verb: str, subject: list[Segment], rest: list[Segment]) -> list[Segment]:
    """Return a question whether something is so: "is", the lamp, "on".

    Args:
        manner: Whoever draws.
        verb: That comes first in a question.
        subject: Of whom.
        rest: What is asked.
    """
    plain = [Segment(f"{verb} ", role="phrase"), *subject, Segment(" "), *rest]
    if not manner.richly or manner.maybe(0.6):
        return plain
    if verb in _BE and manner.maybe(0.3):
        return [*subject, Segment(" "), *rest]
    if verb in _BE and manner.maybe(0.3):
        return [*subject, Segment(f" {verb} "), *rest, Segment(manner.one((", right", ", isn't it", "", ", correct")))]
    if verb not in _BE:
        return [Segment(manner.one(("tell me, ", "say, ", "please tell me, "))), *plain]
    return [Segment(manner.one(words("en", "whether")), role="phrase"), *subject, Segment(f" {verb} "), *rest]
