"""Three households whose records are made up for the bench: someone who is looked after, a family, a couple."""

from functools import cache
from pathlib import Path

from sumika.config import LoadedHouse, load_house

HOUSEHOLDS = ("alone", "family", "flat")
"""alone: an elderly woman in a wooden house in Japan. family: four with solar cells and pets; one has not agreed.
flat: a couple in town."""

_FOLDER = Path(__file__).parent / "households"


@cache
def household(name: str) -> LoadedHouse:
    """Return the description of a household, checked like any other.

    Args:
        name: One of `HOUSEHOLDS`.

    Raises:
        ValueError: if there is no such household.
    """
    if name not in HOUSEHOLDS:
        raise ValueError(f"no household {name!r}; there are {', '.join(HOUSEHOLDS)}")
    return load_house(_FOLDER / f"{name}.yaml")
