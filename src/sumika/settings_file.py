"""YAML files that people write, read into structs; an error names file, line, field, what is wrong and what is near."""

import difflib
import re
from pathlib import Path
from typing import Any, TypeVar, get_args

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from sumika.schema import UsageError

Settings = TypeVar("Settings", bound=msgspec.Struct)
LARGEST_FILE_BYTES = 1 << 20
UNKNOWN_FIELD = re.compile(r"unknown field `(?P<field>[^`]+)`")
PATH = re.compile(r" - at `(?P<path>\$[^`]*)`")
MISSING_FIELD = re.compile(r"missing required field `(?P<field>[^`]+)`")


class FileKind(msgspec.Struct, frozen=True):
    """What a kind of file is called in errors, and which command shows those that ship.

    Attributes:
        name: For people.
        shown_by: A command.
    """

    name: str
    shown_by: str


RECIPE = FileKind("recipe", "sumika distil recipes")


def read_settings(path: Path, kind: type[Settings], what: FileKind = RECIPE) -> Settings:
    """Read a YAML file into a struct.

    Args:
        path: The file.
        kind: Struct with `forbid_unknown_fields`.
        what: What such a file is called.

    Raises:
        UsageError: if it cannot be read, is no YAML, or does not fit; says where and what would fit.
    """
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise UsageError(f"larger than {LARGEST_FILE_BYTES >> 20} MiB: this is no {what.name}", where=str(path))
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(
            f"cannot be read: {reason}", where=str(path), remedy=f"Name a {what.name} that exists."
        ) from error
    return parse_settings(text, kind, where=str(path), what=what)


def parse_settings(text: str, kind: type[Settings], *, where: str, what: FileKind = RECIPE) -> Settings:
    """Read YAML text into a struct; `where` names its source in errors.

    Raises:
        UsageError: as `read_settings`.
    """
    try:
        document = YAML(typ="rt", pure=True).load(text)
    except MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise UsageError(f"no YAML: {error.problem}", where=f"{where}{line}", remedy="Mend the line.") from error
    except YAMLError as error:
        raise UsageError(f"no YAML: {error}", where=where) from error
    if not isinstance(document, dict):
        raise UsageError(
            f"must be a mapping of fields, found {type(document).__name__}",
            where=where,
            remedy=f"Start from a {what.name} that ships: {what.shown_by}.",
        )
    try:
        return msgspec.convert(_plain(document), kind, strict=True)
    except msgspec.ValidationError as error:
        raise _told(str(error), document, kind, where, what) from error


def outline(path: Path) -> dict[str, Any]:
    """Return what a YAML file states, unchecked; nothing where it cannot be read, which whoever reads it then tells."""
    try:
        document = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError):
        return {}
    return {str(name): value for name, value in document.items()} if isinstance(document, dict) else {}


def _plain(node: Any) -> Any:
    """Return the same without ruamel's own number and string types, which msgspec would refuse."""
    if isinstance(node, dict):
        return {str(name): _plain(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    for base in (bool, int, float, str):
        if isinstance(node, base):
            return base(node)
    return node


def _told(message: str, document: dict[str, Any], kind: type[msgspec.Struct], where: str, what: FileKind) -> UsageError:
    match = PATH.search(message)
    steps = re.findall(r"\.(\w[\w-]*)|\[(\d+)\]|\[\.\.\.\]", match["path"]) if match else []
    names = [name or int(index or 0) for name, index in steps]
    problem = PATH.sub("", message).replace("Object contains", "has an").replace("Object missing", "is missing the")
    field = ".".join(str(name) for name in names)
    remedy = ""
    unknown = UNKNOWN_FIELD.search(message)
    if unknown:
        names.append(unknown["field"])
        known = _fields_at(kind, names[:-1])
        near = difflib.get_close_matches(unknown["field"], known, n=1)
        remedy = f"Did you mean '{near[0]}'?" if near else ""
        remedy = " ".join(part for part in (remedy, f"Known here: {', '.join(known)}." if known else "") if part)
    return UsageError(
        f"{field or f'the {what.name}'}: {problem}", where=f"{where}:{_line_of(document, names)}", remedy=remedy
    )


def _fields_at(kind: Any, names: list[Any]) -> list[str]:
    """Return the fields that may stand at this place, of every struct of a union."""
    kinds = [kind]
    for name in names:
        inner: list[Any] = []
        for one in kinds:
            for member in _members(one):
                if isinstance(member, type) and issubclass(member, msgspec.Struct):
                    inner += [field.type for field in msgspec.structs.fields(member) if field.encode_name == name]
        kinds = inner
    found = [
        field.encode_name
        for one in kinds
        for member in _members(one)
        if isinstance(member, type) and issubclass(member, msgspec.Struct)
        for field in msgspec.structs.fields(member)
    ]
    return sorted(set(found))


def _members(kind: Any) -> list[Any]:
    arguments = get_args(kind)
    return [inner for argument in arguments for inner in _members(argument)] if arguments else [kind]


def _line_of(document: dict[str, Any], names: list[Any]) -> int:
    """Return the line, from 1, of the innermost of these fields that the document has."""
    node: Any = document
    line = 1
    for name in names:
        try:
            position = node.lc.key(name) if isinstance(node, CommentedMap) else node.lc.item(name)
            line = position[0] + 1
            node = node[name]
        except (KeyError, IndexError, AttributeError, TypeError):
            break
        if not isinstance(node, CommentedMap | CommentedSeq):
            break
    return line
