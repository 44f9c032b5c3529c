"""Finds the house a command is about."""

import os
from pathlib import Path

from sumika.config import LoadedHouse, demo_house, load_house, recordings_house
from sumika.schema import UsageError
from sumika.sensors import MODELS


def load(path: Path | None, *, recordings: bool = False) -> LoadedHouse:
    """Return the house described at `path`, or the demo house.

    Args:
        path: The description; None where none was given.
        recordings: Whether the house of real recordings is meant instead.

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
    if recordings:
        return recordings_house(os.environ)
    if path is None:
        return demo_house(os.environ)
    return load_house(path, os.environ, models=MODELS)
