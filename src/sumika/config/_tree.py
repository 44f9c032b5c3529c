"""The text of a house description as a tree that knows where every word of it stands.

ruamel.yaml scans and parses; its events are put together here and not by its constructors, for three reasons: limits
hold while the text is being read (a bomb never unfolds), nothing in the file can name a Python type, and every key and
value keeps its place, to which errors point and at which edits cut. Meaning of plain words is that of YAML 1.2: `yes`,
`on` and `12:30` are texts.
"""

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.reader import ReaderError

from sumika.config._problem import FieldPath, Problem, field_name, shortened
from sumika.config._syntax import in_plain_words

MAX_DEPTH = 20
MAX_NODES = 20_000
LARGEST_INTEGER = 2**53
_TAG = "tag:yaml.org,2002:"

Plain = str | int | float | bool | list["Plain"] | dict[str, "Plain"] | None
"""What YAML can say: no object, no tag, no alias."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """One word or text; `start` and `end` are positions in the file's text."""

    start: int
    end: int
    value: str | int | float | bool | None
    style: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with values. A key that stands twice is kept twice."""

    start: int
    end: int
    flow: bool
    entries: tuple[tuple[Scalar, "Node"], ...]


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    start: int
    end: int
    flow: bool
    items: tuple["Node", ...]


Node = Scalar | Mapping | Sequence


class UnreadableError(Exception):
    """The text is no YAML that is accepted here; `problem` says why and where."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass
class Tree:
    """A parsed text.

    Attributes:
        text: The text.
        root: Its top; None where the text holds nothing.
        data: The same as plain values.
        problems: What is wrong although it could be read: keys that stand twice, tags, aliases, numbers out of reach.
        bad: Fields whose value could not be understood, and which need no second complaint.
        nodes: Every value by its path.
        keys: Every key by the path of its value.
    """

    text: str
    root: Node | None = None
    data: Plain = None
    problems: list[Problem] = field(default_factory=list)
    bad: set[FieldPath] = field(default_factory=set)
    nodes: dict[FieldPath, Node] = field(default_factory=dict)
    keys: dict[FieldPath, Scalar] = field(default_factory=dict)

    def line(self, path: FieldPath) -> int:
        """Return the line on which a field stands; that of what it would stand in, where it is absent."""
        while path and path not in self.nodes:
            path = path[:-1]
        node = self.keys.get(path) or self.nodes.get(path)
        return self.line_at(node.start) if node else 1

    def line_at(self, position: int) -> int:
        """Return the line of a position in the text, counted from 1."""
        return self.text.count("\n", 0, position) + 1

    def scalars(self) -> Iterator[Scalar]:
        """Yield every key and every simple value, in the order of the text."""
        found = [*self.keys.values(), *(node for node in self.nodes.values() if isinstance(node, Scalar))]
        yield from sorted(found, key=lambda scalar: (scalar.start, scalar.end))


def parse_tree(text: str) -> Tree:
    """Return the tree of a text, for the caller alone.

    Raises:
        UnreadableError: if the text is no YAML, or goes beyond what is accepted here.
    """
    kept = _read(text)
    return Tree(
        kept.text,
        kept.root,
        copy.deepcopy(kept.data),
        list(kept.problems),
        set(kept.bad),
        dict(kept.nodes),
        dict(kept.keys),
    )


@lru_cache(maxsize=16)
def _read(text: str) -> Tree:
    """Return the tree of a text, which nobody may change.

    The same text is asked for again and again: checked, edited, checked once more, by every part that wants the house.
    Reading it takes nine tenths of the time that a house takes to load, so the last few trees are kept.
    """
    builder = _Builder(text)
    try:
        builder.build()
    except MarkedYAMLError as error:
        raise UnreadableError(in_plain_words(text, error)) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        found = f"the character U+{error.character:04X}" if isinstance(error.character, int) else ""
        raise UnreadableError(Problem(line=line, found=found, text="a character that no text may hold")) from error
    except (
        YAMLError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        AssertionError,
        NotImplementedError,
    ) as error:
        # The parser itself stumbled: still the file's fault, and still no reason for a traceback.
        problem = Problem(line=builder.line, text=f"this cannot be read as YAML ({shortened(str(error))})")
        raise UnreadableError(problem) from error
    return builder.tree


class _Builder:
    def __init__(self, text: str) -> None:
        self.tree = Tree(text)
        self.line = 1
        self._yaml = YAML(typ="safe", pure=True)
        self._events: Iterator[Event] = iter(self._yaml.parse(text))
        self._nodes = 0

    def build(self) -> None:
        documents = 0
        for event in self._events:
            self._step(event)
            if isinstance(event, DocumentStartEvent):
                documents += 1
                self._check_document(event, documents)
            elif isinstance(event, NodeEvent):
                self.tree.root, self.tree.data = self._node(event, ())

    def _check_document(self, event: DocumentStartEvent, documents: int) -> None:
        if documents > 1:
            raise self._unreadable(event, "a second document begins here", "---", "one house in one file")
        if event.version or event.tags:
            raise self._unreadable(event, "a directive", "a line beginning with %", "plain YAML without directives")

    def _next(self) -> Event:
        event = next(self._events)
        self._step(event)
        return event

    def _step(self, event: Event) -> None:
        self._nodes += 1
        self.line = event.start_mark.line + 1
        if self._nodes > MAX_NODES:
            raise self._unreadable(event, "far too much for one house", allowed=f"at most {MAX_NODES} values")

    def _node(self, event: Event, path: FieldPath) -> tuple[Node, Plain]:
        if len(path) > MAX_DEPTH:
            raise self._unreadable(event, "nested too deeply", allowed=f"at most {MAX_DEPTH} levels")
        node, data = self._content(event, path)
        self.tree.nodes.setdefault(path, node)
        return node, data

    def _content(self, event: Event, path: FieldPath) -> tuple[Node, Plain]:
        if isinstance(event, AliasEvent):
            self._complain(event, path, "references (*) are not used here", f"*{shortened(_name(event))}")
            return Scalar(event.start_mark.index, event.end_mark.index, None, "*"), None
        if _name(event):
            self._complain(event, path, "anchors (&) are not used here", f"&{shortened(_name(event))}")
        tag = getattr(event, "tag", None)
        if tag:
            self._complain(event, path, "tags (!) are not used here", shortened(str(tag)), "plain values")
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, path)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(event, path)
        return self._scalar(event, path)

    def _mapping(self, start: MappingStartEvent, path: FieldPath) -> tuple[Mapping, Plain]:
        entries: list[tuple[Scalar, Node]] = []
        data: dict[str, Plain] = {}
        first: dict[str, int] = {}
        while not isinstance(event := self._next(), MappingEndEvent):
            key = self._key(event)
            name = str(key.value)
            inner = (*path, name)
            twice = name in data
            if twice:
                # The second one is read and left aside; fields of the first keep their places.
                self._complain_at(
                    key, inner, f"this key stands twice, first in line {first[name]}", f"'{shortened(name)}'"
                )
                value, _ = self._node(self._next(), (*path, f"{name} (again)"))
            else:
                first[name] = self.tree.line_at(key.start)
                self.tree.keys[inner] = key
                value, data[name] = self._node(self._next(), inner)
            value = self._placed(key, value)
            if not twice:
                self.tree.nodes[inner] = value
            entries.append((key, value))
        end = event.end_mark.index if start.flow_style else _end(entries[-1][1] if entries else None, start)
        return Mapping(start.start_mark.index, end, bool(start.flow_style), tuple(entries)), data

    def _key(self, event: Event) -> Scalar:
        if not isinstance(event, ScalarEvent):
            raise self._unreadable(event, "a key must be one word", allowed="key: value")
        if event.tag or event.anchor:
            raise self._unreadable(event, "a key must be one word, without tag or anchor", allowed="key: value")
        name = _whole(event.value)
        if name is None:
            raise self._unreadable(
                event, "a key holds half a character", shortened(ascii(event.value)), "plain letters"
            )
        return Scalar(event.start_mark.index, event.end_mark.index, name, event.style or "")

    def _placed(self, key: Scalar, value: Node) -> Node:
        """Return an absent value placed behind the colon of its key: the parser places it at the next word."""
        if isinstance(value, Scalar) and value.start == value.end:
            colon = self.tree.text.find(":", key.end)
            place = colon + 1 if colon >= 0 else key.end
            return Scalar(place, place, None, "")
        return value

    def _sequence(self, start: SequenceStartEvent, path: FieldPath) -> tuple[Sequence, Plain]:
        items: list[Node] = []
        data: list[Plain] = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            item, value = self._node(event, (*path, len(items)))
            items.append(item)
            data.append(value)
        end = event.end_mark.index if start.flow_style else _end(items[-1] if items else None, start)
        return Sequence(start.start_mark.index, end, bool(start.flow_style), tuple(items)), data

    def _scalar(self, event: Event, path: FieldPath) -> tuple[Scalar, Plain]:
        assert isinstance(event, ScalarEvent)
        value: str | int | float | bool | None = _whole(event.value)
        if value is None:
            self._complain(event, path, "this text holds half a character", ascii(event.value), "whole characters")
        elif event.implicit[0] and not event.style:
            resolved = self._yaml.resolver.resolve(ScalarNode, event.value, event.implicit)
            try:
                value = plain_value(str(resolved).removeprefix(_TAG), event.value)
            except ValueError as error:
                self._complain(event, path, str(error), shortened(event.value), "an ordinary number")
                value = None
        end = event.end_mark.index
        if event.style in {"|", ">"}:
            end = len(self.tree.text[:end].rstrip())
        return Scalar(event.start_mark.index, end, value, event.style or ""), value

    def _complain(
        self, event: Event, path: FieldPath, text: str, found: str, allowed: str = "the value itself"
    ) -> None:
        self.tree.bad.add(path)
        line = self.tree.line_at(event.start_mark.index)
        self.tree.problems.append(Problem(line=line, field=field_name(path), text=text, found=found, allowed=allowed))

    def _complain_at(self, key: Scalar, path: FieldPath, text: str, found: str) -> None:
        problem = Problem(
            line=self.tree.line_at(key.start), field=field_name(path), text=text, found=found, allowed="each key once"
        )
        self.tree.problems.append(problem)

    def _unreadable(self, event: Event, text: str, found: str = "", allowed: str = "") -> UnreadableError:
        line = self.tree.line_at(event.start_mark.index)
        return UnreadableError(Problem(line=line, text=text, found=found, allowed=allowed))


def _whole(text: str) -> str | None:
    """Return a text with characters whole that were escaped in halves, as JSON has it; None if a half is left alone."""
    if not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return None


def _name(event: Event) -> str:
    """Return the anchor that an event carries or refers to; empty if none."""
    return str(getattr(event, "anchor", None) or "")


def _end(last: Node | None, start: Event) -> int:
    """Return where a block ends: behind its last word. The parser's own mark lies behind the comments after it."""
    return last.end if last is not None else int(start.end_mark.index)


def plain_value(kind: str, word: str) -> str | int | float | bool | None:
    """Return the value of a plain word.

    Args:
        kind: What YAML 1.2 takes the word for: "int", "float", "bool", "null"; anything else is a text.
        word: As it stands in the file.

    Raises:
        ValueError: if it is a number beyond any use.
    """
    match kind:
        case "null":
            return None
        case "bool":
            return word.casefold() == "true"
        case "int":
            return _integer(word)
        case "float":
            value = float(word.lower().replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
            if not math.isfinite(value):
                raise ValueError("this is no finite number")
            return value
    return word


def _integer(word: str) -> int:
    digits = word.replace("_", "").lower()
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("+-")
    if len(digits) > 60:
        raise ValueError("this number is too large")
    base = {"0x": 16, "0o": 8, "0b": 2}.get(digits[:2], 10)
    value = sign * int(digits if base == 10 else digits[2:], base)
    if abs(value) > LARGEST_INTEGER:
        raise ValueError("this number is too large")
    return value
