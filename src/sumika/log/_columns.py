"""Messages as table rows: nested fields flattened, one column each, the same columns whatever the messages hold."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

from sumika.log._reader import Logged
from sumika.schema import TOPICS

_UNITS = {
    "_bpm": "1/min",
    "_db": "dB",
    "_deg": "deg",
    "_hz": "Hz",
    "_m": "m",
    "_mb": "MB",
    "_mm": "mm",
    "_ms": "ms",
    "_ns": "ns",
    "_s": "s",
    "_s2": "s^2",
    "hz_per_s": "Hz/s",
}
_INT64 = range(-(2**63), 2**63)


class Kind(StrEnum):
    """What a column holds."""

    FLOAT = "float"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TEXT = "text"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a topic's table.

    Attributes:
        name: Path of the field, for example "stamp.wall_ns".
        kind: What it holds.
        optional: Whether it may be None.
        value: Returns its value in one row.
    """

    name: str
    kind: Kind
    optional: bool
    value: Callable[[Logged], Any]

    @property
    def unit(self) -> str:
        """The unit that its name ends with; empty if none."""
        endings = sorted((ending for ending in _UNITS if self.name.endswith(ending)), key=len)
        return _UNITS[endings[-1]] if endings else ""


@cache
def columns_of(topic: str) -> tuple[Column, ...]:
    """Return the columns of a topic: where and when each message was published, then its fields."""
    columns = [
        Column("log_time_ns", Kind.INTEGER, False, lambda logged: logged.log_time_ns),
        Column("key", Kind.TEXT, False, lambda logged: logged.envelope.key),
        Column("node", Kind.TEXT, False, lambda logged: logged.envelope.node),
        Column("incarnation", Kind.INTEGER, False, lambda logged: logged.envelope.incarnation),
        Column("sequence", Kind.INTEGER, False, lambda logged: logged.envelope.sequence),
    ]
    taken = {column.name for column in columns}
    for path, kind, optional in _leaves((), inspect.type_info(TOPICS[topic].message), False):
        name = ".".join(path)
        columns.append(Column(f"message.{name}" if name in taken else name, kind, optional, _getter(path, kind)))
    return tuple(columns)


def _leaves(path: tuple[str, ...], kind: inspect.Type, optional: bool) -> list[tuple[tuple[str, ...], Kind, bool]]:
    """List every field that is no struct, with its path."""
    if isinstance(kind, inspect.UnionType):
        some = [part for part in kind.types if not isinstance(part, inspect.NoneType)]
        optional = optional or len(some) < len(kind.types)
        return _leaves(path, some[0], optional) if len(some) == 1 else [(path, Kind.TEXT, optional)]
    if isinstance(kind, inspect.StructType):
        return [leaf for field in kind.fields for leaf in _leaves((*path, field.name), field.type, optional)]
    return [(path, _kind(kind), optional)]


def _kind(kind: inspect.Type) -> Kind:
    if isinstance(kind, inspect.FloatType):
        return Kind.FLOAT
    if isinstance(kind, inspect.IntType):
        return Kind.INTEGER
    if isinstance(kind, inspect.BoolType):
        return Kind.BOOLEAN
    return Kind.BYTES if isinstance(kind, inspect.BytesType) else Kind.TEXT


def _getter(path: tuple[str, ...], kind: Kind) -> Callable[[Logged], Any]:
    def value(logged: Logged) -> Any:
        found: Any = logged.message
        for name in path:
            found = getattr(found, name)
            if found is None:
                return None
        if kind is Kind.TEXT:
            return str(found) if isinstance(found, str) else msgspec.json.encode(found).decode()
        if kind is Kind.INTEGER and found not in _INT64:
            return None
        return found

    return value
