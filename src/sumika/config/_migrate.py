"""Older versions of `house.yaml`, brought up to date step by step, comments kept."""

from collections.abc import Callable
from pathlib import Path

from sumika.config._document import Document
from sumika.config._problem import ConfigError, Problem, described
from sumika.config._tree import Tree

CURRENT_VERSION = 1


def _from_0(document: Document) -> None:
    """Version 0 had no `version`, and called `house_name` what is `name` now."""
    if "house_name" in document.data:
        document.rename("house_name", "name")


STEPS: dict[int, Callable[[Document], None]] = {0: _from_0}
"""Version: what leads from it to the next one."""


def version_of(tree: Tree, path: Path) -> int:
    """Return the version for which a file was written. A file that does not say is of the current one.

    Raises:
        ConfigError: if it is newer than this program.
    """
    data = tree.data if isinstance(tree.data, dict) else {}
    if "version" not in data:
        return 0 if "house_name" in data else CURRENT_VERSION
    version = data["version"]
    if isinstance(version, bool) or not isinstance(version, int):
        return CURRENT_VERSION  # no number: the check of the structure says so
    if version > CURRENT_VERSION:
        problem = Problem(
            line=tree.line(("version",)),
            field="version",
            text="this file was written for a newer Sumika; update Sumika, or take the backup of the older file",
            found=described(version),
            allowed=f"up to {CURRENT_VERSION}",
        )
        raise ConfigError([problem], path)
    return version if version in STEPS else CURRENT_VERSION


def migrated(tree: Tree, path: Path) -> str:
    """Return the text of a file of an older version as the current version has it.

    Raises:
        ConfigError: if the file is not clear enough to be edited.
        UsageError: if a step does not apply to it.
    """
    document = Document(tree.text, path)
    for version in range(version_of(tree, path), CURRENT_VERSION):
        STEPS[version](document)
        document.set("version", version + 1)
    return document.text
