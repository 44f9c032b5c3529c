"""Recipes of every kind by name: one that ships with the package, or a file of the owner's."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from sumika.schema import UsageError
from sumika.settings_file import read_settings

RecipeKind = TypeVar("RecipeKind", bound=msgspec.Struct)


def read_recipe(name: str, shipped: Mapping[str, Path], kind: type[RecipeKind]) -> RecipeKind:
    """Read a recipe: the name of one that ships, or the path of a file.

    Args:
        name: Which.
        shipped: Those that ship, by name.
        kind: What it must be.

    Raises:
        UsageError: if there is none, or it is not right; says where and what would be.
    """
    path = shipped.get(name) or Path(name)
    if not path.exists():
        known = ", ".join(shipped) or "none"
        raise UsageError(f"no recipe '{name}'", remedy=f"Name a file, or one that ships: {known}.")
    return read_settings(path, kind)
