"""Templates of sentences: a small language of pieces, choices and phrases, and how one sentence is drawn of it.

[hey ]turn on {light}        {slot}: filled by whoever draws        [..]: perhaps        (a|b): one of them
{r}を<つける>                 <phrase>: said as the manner of speaking says it
"""

from functools import cache
from typing import Protocol

import msgspec
import numpy as np

from sumika.schema import SumikaError

CLOSES = {"(": ")", "[": "]", "<": ">"}
PERHAPS = 0.4


class Segment(msgspec.Struct, frozen=True):
    """A part of a sentence.

    Attributes:
        text: As it is said.
        piece: Kind of the piece that is copied, or "".
        role: "phrase" for what a manner of speaking has said, "filler", or "".
    """

    text: str
    piece: str = ""
    role: str = ""


class Text(msgspec.Struct, frozen=True):
    """Text as it stands."""

    text: str


class Slot(msgspec.Struct, frozen=True):
    """Something to fill."""

    name: str


class Choice(msgspec.Struct, frozen=True):
    """One of several lines, or perhaps none."""

    options: "tuple[Line, ...]"
    perhaps: bool = False


class Phrase(msgspec.Struct, frozen=True):
    """Something that a manner of speaking says; its parts stand between bars."""

    parts: "tuple[Line, ...]"
    raw: str


Node = Text | Slot | Choice | Phrase
Line = tuple[Node, ...]


class Manner(Protocol):
    """A manner of speaking: fills slots and says phrases."""

    def slot(self, name: str) -> list[Segment]:
        """Return what fills a slot."""
        ...

    def phrase(self, phrase: Phrase) -> list[Segment]:
        """Return a phrase as it is said."""
        ...


@cache
def parsed(template: str) -> Line:
    """Return a template's nodes.

    Raises:
        SumikaError: if its brackets do not fit each other.
    """
    options, rest = _options(template, 0, "")
    if rest != len(template):
        raise SumikaError(f"the brackets of this template do not fit: {template}", where="house_language")
    return options[0] if len(options) == 1 else (Choice(options),)


def _options(text: str, at: int, close: str) -> tuple[tuple[Line, ...], int]:
    """Return lines between bars up to a closing bracket, and the place of it."""
    options, nodes, plain = list[Line](), list[Node](), ""

    def told() -> None:
        nonlocal plain
        if plain:
            nodes.append(Text(plain))
        plain = ""

    while at < len(text) and text[at] != close:
        letter = text[at]
        if letter in CLOSES:
            told()
            inner, end = _options(text, at + 1, CLOSES[letter])
            if end >= len(text):
                raise SumikaError(f"a bracket is not closed: {text}", where="house_language")
            nodes.append(_node(letter, inner, text[at + 1 : end]))
            at = end
        elif letter == "{":
            told()
            end = text.index("}", at)
            nodes.append(Slot(text[at + 1 : end]))
            at = end
        elif letter in ")]>":
            raise SumikaError(f"a bracket that nothing opens: {text}", where="house_language")
        elif letter == "|":
            told()
            options.append(tuple(nodes))
            nodes = []
        else:
            plain += letter
        at += 1
    told()
    return (*options, tuple(nodes)), at


def _node(letter: str, inner: tuple[Line, ...], raw: str) -> Node:
    if letter == "<":
        return Phrase(inner, raw)
    return Choice(inner, perhaps=letter == "[")


def drawn(line: Line, manner: Manner, random: np.random.Generator) -> list[Segment]:
    """Return one sentence of a template as segments.

    Args:
        line: Of `parsed`.
        manner: Fills slots and says phrases.
        random: Source of every draw.
    """
    found: list[Segment] = []
    for node in line:
        match node:
            case Text():
                found.append(Segment(node.text))
            case Slot():
                found += manner.slot(node.name)
            case Phrase():
                found += manner.phrase(node)
            case Choice():
                if not node.perhaps or random.random() < PERHAPS:
                    found += drawn(node.options[int(random.integers(len(node.options)))], manner, random)
    return found


def joined(segments: list[Segment]) -> tuple[str, tuple[tuple[str, int, int], ...]]:
    """Return the text of segments and its pieces (kind, first place, place after the last); blanks are made single."""
    text, pieces = "", list[tuple[str, int, int]]()
    for segment in segments:
        part = segment.text
        if not text or text.endswith(" "):
            part = part.lstrip(" ")
        first = len(text)
        text += part
        if segment.piece and part.strip():
            pieces.append((segment.piece, first, first + len(part.rstrip())))
    return text.rstrip(), tuple(pieces)
