"""What is told instead of an answer: what is wrong and what to do, in both languages."""

import msgspec

from sumika.text import LANGUAGES, say


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every answer that is none.

    Attributes:
        problem: What is wrong.
        problem_ja: The same in Japanese.
        where: Which field, file or node; empty where there is no such place.
        remedy: What to do about it; empty where nothing helps.
        remedy_ja: The same in Japanese.
    """

    problem: str
    problem_ja: str = ""
    where: str = ""
    remedy: str = ""
    remedy_ja: str = ""


class RefusedError(Exception):
    """A question that is not answered.

    Attributes:
        status: Of HTTP.
        trouble: What is told.
        wait_s: Try again after so long; 0: waiting does not help.
    """

    def __init__(self, status: int, trouble: Trouble, wait_s: float = 0.0) -> None:
        super().__init__(trouble.problem)
        self.status, self.trouble, self.wait_s = status, trouble, wait_s


def refused(status: int, key: str, *, where: str = "", wait_s: float = 0.0, **values: object) -> RefusedError:
    """Return a refusal in the words of `sumika.text`.

    Args:
        status: Of HTTP.
        key: Of its words, after "page.refused."; what to do about it has the same key with ".remedy" where it is known.
        where: Which field, file or node.
        wait_s: Try again after so long.
        values: For the words.
    """
    words, remedy = f"page.refused.{key}", f"page.remedy.{key}"
    trouble = Trouble(
        problem=say(words, "en", **values),
        problem_ja=say(words, "ja", **values),
        where=where,
        remedy=say(remedy, "en", **values) if key in WITH_REMEDY else "",
        remedy_ja=say(remedy, "ja", **values) if key in WITH_REMEDY else "",
    )
    return RefusedError(status, trouble, wait_s)


_REMEDY = "page.remedy."
WITH_REMEDY = frozenset(key.removeprefix(_REMEDY) for key in LANGUAGES["en"] if key.startswith(_REMEDY))
"""Refusals that something can be done about."""
