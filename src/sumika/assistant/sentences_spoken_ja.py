"""Japanese as it is spoken, said again as the book of sentences has it: endings of dialects, children and old people.

The rules are in `spoken/ja.yaml`. Names and numbers stay letter for letter: what is copied out of a sentence that was
said again stood in what was said.
"""

import re
from functools import cache
from importlib import resources

import msgspec
from ruamel.yaml import YAML

Rules = tuple[tuple[re.Pattern[str], str], ...]


class _Spoken(msgspec.Struct, frozen=True):
    """The rules, ready for use.

    Attributes:
        always: Patterns, and what stands in their place, for every sentence.
        orders: Patterns of curt orders, each with the column of `joining` that its verb stands in.
        again: As `always`, for sentences that were not understood.
        joining: Joining forms of verbs by the beginnings of their polite ("m") and negative ("n") forms.
        north: As `again`, for sentences of the north, where voices are raised within words: つげで, あがるぐ.
        asks: What ends a request.
        wishes: What ends a request of any verb, but for those that want to be told something.
        told: What tells that it is none.
    """

    always: Rules
    orders: Rules
    again: Rules
    north: Rules
    joining: dict[tuple[str, str], str]
    asks: re.Pattern[str]
    wishes: re.Pattern[str]
    told: re.Pattern[str]


@cache
def _spoken() -> _Spoken:
    file = resources.files("sumika.assistant") / "spoken" / "ja.yaml"
    document = YAML(typ="safe", pure=False).load(file.read_text(encoding="utf-8"))
    forms = [tuple(one.split("/")) for one in document["forms"].split()]
    joining = {(polite, "m"): te for te, polite, _ in forms} | {(negative, "n"): te for te, _, negative in forms}
    pieces = {
        "<verb>": document["verb"],
        "<polite>": document["polite"],
        "<end>": document["end"],
        "<forms of polite>": "|".join(polite for _, polite, _ in forms),
        "<forms of negative>": "|".join(negative for _, _, negative in forms),
    }

    def whole(pattern: str) -> re.Pattern[str]:
        for name, piece in pieces.items():
            pattern = pattern.replace(name, piece)
        return re.compile(pattern)

    def rules(name: str) -> Rules:
        return tuple((whole(pattern), instead) for pattern, instead in document[name])

    return _Spoken(
        always=rules("always"),
        orders=rules("orders"),
        again=rules("again"),
        north=rules("north"),
        joining=joining,
        asks=whole(document["asks"]),
        wishes=whole(document["wishes"]),
        told=whole(document["told"]),
    )


def always(sentence: str) -> str:
    """Return a sentence without what the book would take for something else.

    Args:
        sentence: As it was said.
    """
    for pattern, instead in _spoken().always:
        sentence = pattern.sub(instead, sentence)
    return sentence


def again(sentence: str) -> str:
    """Return a sentence as it would be written, for where it was not understood as it was said.

    Args:
        sentence: As it was said.
    """
    spoken = _spoken()
    for pattern, column in spoken.orders:
        if (order := pattern.search(sentence)) is not None:
            sentence = sentence[: order.start()] + spoken.joining[order[1], column] + sentence[order.end() :]
    for pattern, instead in spoken.again:
        sentence = pattern.sub(instead, sentence)
    return sentence


def northern(sentence: str) -> str:
    """Return a sentence with the sounds that the north voices as they are written elsewhere: つげでけろ is つけてけろ.

    Args:
        sentence: As it was said.
    """
    plain = sentence
    for pattern, instead in _spoken().north:
        plain = pattern.sub(instead, plain)
    return sentence if plain == sentence else again(plain)


def wishes(sentence: str) -> bool:
    """Tell whether a sentence asks for something to be done, although it may end as a question does: たててくれんか.

    Args:
        sentence: As it was said.
    """
    return _spoken().wishes.search(sentence) is not None


def asks(sentence: str) -> bool:
    """Tell whether a sentence ends as a request does in some dialect, whatever else its words may be.

    Args:
        sentence: As it was said.
    """
    return _spoken().asks.search(sentence) is not None and _spoken().told.search(sentence) is None
