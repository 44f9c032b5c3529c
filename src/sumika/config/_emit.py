"""Plain values as YAML text, as a person would lay it out: points and short groups in one line, the rest in blocks."""

import json
import re

from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode

from sumika.config._tree import Plain

_INDENT = 2
_LONGEST_GROUP = 88
_BARE = re.compile(r"^(?:[^\W\d]|[$./])[\w/.-]*(?: [\w/.+-]+)*$")
_STRING = "tag:yaml.org,2002:str"
_RESOLVER = YAML(typ="safe", pure=True).resolver


def scalar(value: str | float | bool | None) -> str:
    """Return a simple value as it is written: text bare where that is safe, in double quotes otherwise."""
    if not isinstance(value, str):
        return json.dumps(value)
    bare = _BARE.match(value) and value.isprintable()
    if bare and str(_RESOLVER.resolve(ScalarNode, value, (True, False))) == _STRING:
        return value
    return _quoted(value)


def flow(value: Plain) -> str:
    """Return a value in one line, lists in [] and groups in {}."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(inner) for inner in value) + "]"
    return scalar(value)


def after_key(value: Plain, column: int, *, flow: bool) -> str:
    """Return what stands behind `key:`, with the blank or the line break before it.

    Args:
        value: The value.
        column: Where the key begins.
        flow: Whether the key stands inside of {}.
    """
    if flow or _in_one_line(value):
        return " " + _flow(value)
    inner = column + _INDENT
    if isinstance(value, dict):
        return "".join(
            f"\n{' ' * inner}{scalar(key)}:{after_key(item, inner, flow=False)}" for key, item in value.items()
        )
    assert isinstance(value, list)
    return "".join(f"\n{' ' * inner}- {item(entry, inner + _INDENT, flow=False)}" for entry in value)


def item(value: Plain, column: int, *, flow: bool) -> str:
    """Return an entry of a list, as it stands behind its dash.

    Args:
        value: The value.
        column: Where the entry begins, behind the dash.
        flow: Whether the list stands in [].
    """
    if flow or not isinstance(value, dict) or not value:
        return _flow(value)
    lines = [f"{scalar(key)}:{after_key(inner, column, flow=False)}" for key, inner in value.items()]
    return f"\n{' ' * column}".join(lines)


_flow = flow


def _in_one_line(value: Plain) -> bool:
    """Return whether a value reads best in one line: simple ones, points, corners, and short groups of simple ones."""
    if isinstance(value, list):
        return all(not isinstance(entry, dict) for entry in value)
    if isinstance(value, dict):
        return (
            all(not isinstance(entry, dict | list) for entry in value.values()) and len(flow(value)) <= _LONGEST_GROUP
        )
    return True


def _quoted(text: str) -> str:
    """Return a text in double quotes. YAML knows the escapes of JSON, but no surrogate pairs."""
    escaped = []
    for character in text:
        if character in {'"', "\\"}:
            escaped.append("\\" + character)
        elif character.isprintable():
            escaped.append(character)
        elif ord(character) <= 0xFF:
            escaped.append(f"\\x{ord(character):02x}")
        elif ord(character) <= 0xFFFF:
            escaped.append(f"\\u{ord(character):04x}")
        else:
            escaped.append(f"\\U{ord(character):08x}")
    return '"' + "".join(escaped) + '"'
