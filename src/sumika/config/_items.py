"""Parts of a house description that can be understood each by itself, however wrong the others are."""

import contextlib
from collections.abc import Iterator
from typing import TypeVar

import msgspec

from sumika.config._problem import FieldPath
from sumika.config._tree import Plain

Item = TypeVar("Item", bound=msgspec.Struct)


def items(data: dict[str, Plain], kind: str) -> list[Plain]:
    """Return the list under a key; empty where there is none."""
    found = data.get(kind)
    return found if isinstance(found, list) else []


def identifiers(data: dict[str, Plain], kind: str) -> Iterator[tuple[int, str]]:
    """Yield position and id of what has one."""
    for index, item in enumerate(items(data, kind)):
        identifier = item.get("id") if isinstance(item, dict) else None
        if isinstance(identifier, str):
            yield index, identifier


def convertible(
    data: dict[str, Plain], kind: str, struct: type[Item], core: tuple[str, ...], spare: dict[str, Plain]
) -> Iterator[tuple[FieldPath, Item]]:
    """Yield the items that can be understood, so that one wrong field hides no problem of another.

    Where the whole item cannot be, its core is tried, with `spare` values that break no rule for the rest.
    """
    for index, item in enumerate(items(data, kind)):
        if isinstance(item, dict):
            bare = {**spare, **{key: item[key] for key in core if key in item}}
            for candidate in (item, bare):
                with contextlib.suppress(msgspec.ValidationError, OverflowError):
                    yield (kind, index), msgspec.convert(candidate, struct)
                    break
