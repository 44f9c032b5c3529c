"""Finds the house a command is about."""

import os
from pathlib import Path

from sumika.config import LoadedHouse, demo_house, load_house
from sumika.sensors import MODELS


def load(path: Path | None) -> LoadedHouse:
    """Return the house described at `path`, or the demo house.

    Raises:
        ConfigError: if the description is wrong.
    """
    if path is None:
        return demo_house(os.environ)
    return load_house(path, os.environ, models=MODELS)
