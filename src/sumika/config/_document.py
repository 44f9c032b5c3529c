"""A house description as text that can be changed by path, everything else left as it is, to the letter.

An edit cuts and writes in the text itself, at the places that the tree knows, instead of writing the whole file anew:
order, comments, blank lines and the owner's own layout stay because nobody touches them. After every edit the text is
parsed again and must say exactly what was asked for, and hold every comment that was there; otherwise the edit is
refused.
"""

import copy
import json
import re
from pathlib import Path
from typing import Any

import msgspec

import sumika.config._emit as emit
from sumika.config._comments import comments_in, comments_of
from sumika.config._problem import ConfigError, FieldPath, field_name
from sumika.config._tree import Mapping, Node, Plain, Scalar, Sequence, Tree, UnreadableError, parse_tree
from sumika.schema.errors import UsageError

_PART = re.compile(r"\.?([A-Za-z_]\w*)|\[(\d+)\]|\[([a-z][a-z0-9_]*)\]")


class Document:
    """The text of a `house.yaml`, to be changed.

    Paths are written as in error messages, `radars[0].source.path`; an entry of a list can also be named by its id:
    `radars[bedroom].source.path`.
    """

    def __init__(self, text: str, path: Path = Path("house.yaml")) -> None:
        """Take a text.

        Raises:
            ConfigError: if it is no YAML, or not clear enough to be edited (keys that stand twice, references).
        """
        self._path = path
        self._tree = self._parsed(text)
        self._newline = "\r\n" if "\r\n" in text else "\n"

    @property
    def text(self) -> str:
        """The text as it now is."""
        return self._tree.text

    @property
    def data(self) -> Any:
        """What the text now says, as plain values; a copy."""
        return copy.deepcopy(self._tree.data)

    def get(self, where: str) -> Any:
        """Return the value at a path.

        Raises:
            UsageError: if there is none.
        """
        return copy.deepcopy(self._value(self._resolved(where)))

    def set(self, where: str, value: Any) -> None:
        """Put a value at a path: in place of what is there, or as a new key.

        Args:
            where: The path.
            value: Text, number, truth, None, list, dict or struct.

        Raises:
            UsageError: if there is nothing that could hold it.
        """
        path, plain = self._resolved(where, may_miss_last=True), _plain(value)
        if path in self._tree.nodes:
            self._replace(path, plain)
        else:
            self._add_key(path, plain)

    def add(self, where: str, value: Any) -> None:
        """Put a value at the end of the list at a path; the list is made where it is missing.

        Raises:
            UsageError: if something else than a list is there.
        """
        path, plain = self._resolved(where, may_miss_last=True), _plain(value)
        present = self._tree.nodes.get(path)
        if present is None:
            self._add_key(path, [plain])
        elif isinstance(present, Sequence) and present.items:
            expected = self.data
            _at(expected, path).append(plain)
            self._apply(self._after_last_item(present, plain), expected)
        elif isinstance(present, Sequence) or (isinstance(present, Scalar) and present.value is None):
            self._replace(path, [plain])
        else:
            raise UsageError(f"{field_name(path)} is no list", where=str(self._path))

    def remove(self, where: str) -> None:
        """Take away a key or an entry of a list. Comments in it stay, as lines of their own.

        Raises:
            UsageError: if there is none.
        """
        path = self._resolved(where)
        parent = self._tree.nodes[path[:-1]] if path else None
        if not isinstance(parent, Mapping | Sequence):
            raise UsageError("the whole house cannot be taken away", where=str(self._path))
        expected = self.data
        del _at(expected, path[:-1])[path[-1]]
        children = _children(parent)
        if len(children) == 1 and path[:-1]:
            self._apply(self._replacement(path[:-1], _at(expected, path[:-1])), expected)
        else:
            self._apply(self._without(parent, children, self._position(path)), expected)

    def rename(self, where: str, key: str) -> None:
        """Give a key another name; what stands behind it stays.

        Raises:
            UsageError: if there is no such key, or the new one is taken.
        """
        path = self._resolved(where)
        word = self._tree.keys.get(path)
        parent = _at(self.data, path[:-1]) if path else None
        if word is None or not isinstance(parent, dict) or key in parent:
            raise UsageError(f"{field_name(path)} cannot be renamed to {key}", where=str(self._path))
        expected = self.data
        group = _at(expected, path[:-1])
        renamed = {key if name == path[-1] else name: value for name, value in group.items()}
        group.clear()
        group.update(renamed)
        self._apply(_spliced(self.text, (word.start, word.end, emit.scalar(key))), expected)

    # Paths.

    def _resolved(self, where: str, *, may_miss_last: bool = False) -> FieldPath:
        parts = _parts(where, self._path)
        path: FieldPath = ()
        for place, part in enumerate(parts):
            value = self._value(path)
            is_last = place == len(parts) - 1
            path = (*path, self._index(value, part, path) if isinstance(part, _Id) else part)
            missing = path not in self._tree.nodes
            if missing and not (is_last and may_miss_last and isinstance(part, str) and isinstance(value, dict)):
                raise UsageError(f"there is no {field_name(path)}", where=str(self._path))
        return path

    def _index(self, value: Plain, name: "_Id", path: FieldPath) -> int:
        for index, item in enumerate(value if isinstance(value, list) else ()):
            if isinstance(item, dict) and item.get("id") == str(name):
                return index
        raise UsageError(f"{field_name(path)} has no entry with the id '{name}'", where=str(self._path))

    def _value(self, path: FieldPath) -> Plain:
        value: Plain = _at(self._tree.data, path)
        return value

    def _position(self, path: FieldPath) -> int:
        parent = self._tree.nodes[path[:-1]]
        if isinstance(parent, Mapping):
            return [key.value for key, _ in parent.entries].index(path[-1])
        assert isinstance(path[-1], int)
        return path[-1]

    # Edits, as new texts.

    def _replace(self, path: FieldPath, value: Plain) -> None:
        if not path:
            raise UsageError("the whole house cannot be replaced", where=str(self._path))
        expected = self.data
        _at(expected, path[:-1])[path[-1]] = value
        self._apply(self._replacement(path, value), expected)

    def _replacement(self, path: FieldPath, value: Plain) -> str:
        node, key, parent = self._tree.nodes[path], self._tree.keys.get(path), self._tree.nodes[path[:-1]]
        flow = _is_flow(parent)
        start = self._behind_colon(key) if key else node.start
        column = self._column(key.start if key else node.start)
        write = emit.after_key if key is not None else emit.item
        written = self._lines(write(value, column, flow=flow))
        if "\n" not in written and node.start > start and not self.text[start : node.start].strip(" "):
            # The blanks between the colon and a value in the same line are the owner's.
            start, written = node.start, written.lstrip(" ")
        kept = comments_in(self._tree, start, node.end)
        text = _spliced(self.text, (start, node.end, written))
        return self._with_comments(text, start + len(written), kept, column)

    def _add_key(self, path: FieldPath, value: Plain) -> None:
        parent = self._tree.nodes.get(path[:-1])
        if not isinstance(parent, Mapping):
            raise UsageError(f"there is nothing that could hold {field_name(path)}", where=str(self._path))
        expected = self.data
        _at(expected, path[:-1])[path[-1]] = value
        key = emit.scalar(str(path[-1]))
        if parent.flow:
            entry = f"{key}:{emit.after_key(value, 0, flow=True)}"
            self._apply(self._into_flow(parent, entry), expected)
            return
        column = self._column(parent.start)
        entry = f"{' ' * column}{key}:{emit.after_key(value, column, flow=False)}"
        self._apply(self._as_lines_after(parent.end, entry), expected)

    def _after_last_item(self, parent: Sequence, value: Plain) -> str:
        if parent.flow:
            return self._into_flow(parent, emit.flow(value))
        column = self._column(parent.start)
        return self._as_lines_after(parent.end, f"{' ' * column}- {emit.item(value, column + 2, flow=False)}")

    def _into_flow(self, parent: Mapping | Sequence, entry: str) -> str:
        children = _children(parent)
        if not children:
            return _spliced(self.text, (parent.start + 1, parent.start + 1, entry))
        end = children[-1][1]
        return _spliced(self.text, (end, end, f", {entry}"))

    def _without(self, parent: Mapping | Sequence, children: list[tuple[int, int]], index: int) -> str:
        start, end = children[index]
        if _is_flow(parent):
            span = self._flow_span(parent, children, index)
            return self._cut(span[0], span[1], "", self._column(start))
        if isinstance(parent, Sequence):
            start = self.text.rfind("-", 0, start)
        line_start = self.text.rfind("\n", 0, start) + 1
        if self.text[line_start:start].strip():
            # The first key behind a dash: what follows moves up into its place.
            following = children[index + 1][0] if index + 1 < len(children) else end
            return self._cut(start, following, "", self._column(start))
        return self._cut_lines(line_start, end, start - line_start)

    def _flow_span(self, parent: Mapping | Sequence, children: list[tuple[int, int]], index: int) -> tuple[int, int]:
        if index > 0:
            return children[index - 1][1], children[index][1]
        if len(children) > 1:
            return children[0][0], children[1][0]
        return parent.start + 1, parent.end - 1

    def _cut(self, start: int, end: int, written: str, column: int) -> str:
        kept = comments_in(self._tree, start, end)
        return self._with_comments(_spliced(self.text, (start, end, written)), start, kept, column)

    def _cut_lines(self, start: int, end: int, column: int) -> str:
        """Return the text without whole lines, with the comments of these lines in their place."""
        stop = self._line_end(self.text, end)
        kept = comments_in(self._tree, start, stop)
        stop = min(stop + len(self._newline), len(self.text)) if self.text[stop:] else stop
        lines = "".join(f"{' ' * column}{comment}{self._newline}" for comment in kept)
        return _spliced(self.text, (start, stop, lines))

    def _with_comments(self, text: str, position: int, comments: list[str], column: int) -> str:
        if not comments:
            return text
        end = self._line_end(text, position)
        lines = "".join(f"{self._newline}{' ' * column}{comment}" for comment in comments)
        return _spliced(text, (end, end, lines))

    def _as_lines_after(self, position: int, lines: str) -> str:
        end = self._line_end(self.text, position)
        return _spliced(self.text, (end, end, self._newline + self._lines(lines)))

    def _lines(self, written: str) -> str:
        return written.replace("\n", self._newline)

    def _line_end(self, text: str, position: int) -> int:
        end = text.find("\n", position)
        if end < 0:
            return len(text)
        return end - 1 if end > position and text[end - 1] == "\r" else end

    def _behind_colon(self, key: Scalar) -> int:
        return self.text.index(":", key.end) + 1

    def _column(self, position: int) -> int:
        return position - (self.text.rfind("\n", 0, position) + 1)

    # Making sure.

    def _apply(self, text: str, expected: Plain) -> None:
        tree = self._parsed_again(text)
        same = tree is not None and not tree.problems and _exactly(tree.data) == _exactly(expected)
        if tree is None or not same or not _all_in(comments_of(self._tree), comments_of(tree)):
            raise UsageError(
                "this file is laid out in a way that cannot be edited without harm",
                where=str(self._path),
                remedy="Make the change by hand.",
            )
        self._tree = tree

    def _parsed_again(self, text: str) -> Tree | None:
        try:
            return parse_tree(text)
        except UnreadableError:
            return None

    def _parsed(self, text: str) -> Tree:
        try:
            tree = parse_tree(text)
        except UnreadableError as error:
            raise ConfigError([error.problem], self._path) from error
        if tree.problems:
            raise ConfigError(tree.problems, self._path)
        return tree


class _Id(str):
    """A part of a path that names an entry of a list by its id."""

    __slots__ = ()


def _parts(where: str, path: Path) -> list[str | int | _Id]:
    parts: list[str | int | _Id] = []
    position = 0
    while position < len(where):
        match = _PART.match(where, position)
        if match is None:
            raise UsageError(f"'{where}' is no path; write it as rooms[0].floor_m", where=str(path))
        key, index, identifier = match.groups()
        parts.append(key if key is not None else int(index) if index is not None else _Id(identifier))
        position = match.end()
    return parts


def _plain(value: Any) -> Plain:
    """Return a value as YAML can say it: structs become groups of keys, without what is at its default."""
    try:
        spelled: Plain = json.loads(json.dumps(msgspec.to_builtins(value), allow_nan=False))
    except ValueError as error:
        raise UsageError("a number that is not finite cannot be written") from error
    return spelled


def _at(data: Any, path: FieldPath) -> Any:
    for part in path:
        data = data[part]
    return data


def _children(parent: Mapping | Sequence) -> list[tuple[int, int]]:
    if isinstance(parent, Mapping):
        return [(key.start, max(value.end, key.end)) for key, value in parent.entries]
    return [(item.start, item.end) for item in parent.items]


def _is_flow(node: Node) -> bool:
    return isinstance(node, Mapping | Sequence) and node.flow


def _spliced(text: str, splice: tuple[int, int, str]) -> str:
    start, end, written = splice
    return text[:start] + written + text[end:]


def _exactly(data: Plain) -> str:
    """Return values so that 1, 1.0 and true differ, and the order of keys counts."""
    return json.dumps(data)


def _all_in(old: list[str], new: list[str]) -> bool:
    remaining = list(new)
    for comment in old:
        if comment not in remaining:
            return False
        remaining.remove(comment)
    return True
