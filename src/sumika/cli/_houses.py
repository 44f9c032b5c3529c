"""Finds the house a command is about."""

import os
from pathlib import Path

from sumika.config import (
    DEMO_FILE,
    RECORDINGS_FILE,
    LoadedHouse,
    demo_house,
    edited_copy,
    edited_demo_house,
    edited_recordings_house,
    load_house,
    put_aside,
    recordings_house,
)
from sumika.schema import UsageError
from sumika.sensors import MODELS


def load(path: Path | None, *, recordings: bool = False, data: Path | None = None) -> LoadedHouse:
    """Return the house described at `path`, or the demo house as it was changed on its page, if it was.

    Args:
        path: The description; None where none was given.
        recordings: Whether the house of real recordings is meant instead.
        data: Data folder, where it is another than the usual one.

    Raises:
        ConfigError: if the description is wrong.
        UsageError: if both are asked for.
    """
    if recordings and path is not None:
        raise UsageError(
            "--recordings is a house of its own",
            where=str(path),
            remedy="Leave out either --recordings or --house (SUMIKA_HOUSE)",
        )
    if path is not None:
        return load_house(path, os.environ, models=MODELS)
    folder = _demo_folder(data)
    if recordings:
        return edited_recordings_house(folder, os.environ, models=MODELS) or recordings_house(os.environ)
    return edited_demo_house(folder, os.environ, models=MODELS) or demo_house(os.environ)


def is_edited_copy(loaded: LoadedHouse, data: Path | None) -> bool:
    """Return whether a house is what the page made of one that comes with Sumika."""
    folder = _demo_folder(data)
    return loaded.path in {edited_copy(file, folder) for file in (DEMO_FILE, RECORDINGS_FILE)}


def as_it_came(*, recordings: bool, data: Path | None) -> Path | None:
    """Put aside what the page made of a house that comes with Sumika.

    Args:
        recordings: Which one of the two.
        data: Data folder, where it is another than the usual one.

    Returns:
        Where it lies now; None where nothing was changed.

    Raises:
        SumikaError: if it cannot be moved.
    """
    copy = edited_copy(RECORDINGS_FILE if recordings else DEMO_FILE, _demo_folder(data))
    return put_aside(copy) if copy.exists() else None


def _demo_folder(data: Path | None) -> Path:
    from sumika.runtime.data_folder import data_folder_of  # slow to import, and asked for by few

    return data_folder_of(demo=True, override=data)
