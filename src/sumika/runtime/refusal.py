"""Why what a person asked for is not done, in both languages."""

from typing import TypedDict

from sumika.text import say


class Refusal(TypedDict):
    """The fields of `sumika.schema.Answered` that a refusal fills."""

    accepted: bool
    problem: str
    problem_ja: str
    language: str


def refusal(key: str, language: str, **values: object) -> Refusal:
    """Return the fields of an answer that says no.

    Args:
        key: Of its words in `sumika.text`.
        language: The house's; empty: the reader's.
        values: For the words.
    """
    return Refusal(
        accepted=False,
        problem=say(key, "en", **values),
        problem_ja=say(key, "ja", **values),
        language=language,
    )
