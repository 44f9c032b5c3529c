"""Finds scenarios: those that come with Sumika, by name, and those of one's own, by file."""

import dataclasses
import difflib
import os
from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from sumika.config import LoadedHouse, demo_house, load_house
from sumika.schema import UsageError
from sumika.schema.building import Building, Grade
from sumika.schema.house import House, WorldSettings
from sumika.settings_file import FileKind, read_settings
from sumika.world.scenarios.description import Scenario

FOLDER = Path(__file__).resolve().parent.parent / "worlds"
"""Where those that come with Sumika lie."""

_WHAT = FileKind("scenario", "sumika world list")


def names() -> tuple[str, ...]:
    """Return the names of the scenarios that come with Sumika."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def scenario_file(name: str) -> Path:
    """Return the file of a scenario.

    Args:
        name: A name, or a path that ends in .yaml.

    Raises:
        UsageError: if there is none of that name.
    """
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    if name in names():
        return FOLDER / f"{name}.yaml"
    near = difflib.get_close_matches(name, names(), n=1)
    raise UsageError(
        f"there is no scenario {name!r}",
        where="world run",
        remedy=(f"Did you mean {near[0]}? " if near else "") + f"There are {', '.join(names())}; or name a .yaml file",
    )


def load_scenario(name: str) -> tuple[Scenario, Path]:
    """Return a scenario and its file.

    Raises:
        UsageError: if there is none, or it is wrong: says in which line, and what would be right.
    """
    path = scenario_file(name)
    return read_settings(path, Scenario, _WHAT), path


def house_of(
    scenario: Scenario, file: Path, environ: Mapping[str, str] = os.environ, *, models: Collection[str] | None = None
) -> LoadedHouse:
    """Return the house of a scenario, as the scenario changes it.

    Raises:
        UsageError: if its house or its grade is wrong.
    """
    if scenario.house == "demo":
        loaded = demo_house(environ, models=models)
    else:
        loaded = load_house(file.parent / scenario.house, environ, models=models)
    return dataclasses.replace(loaded, house=changed(loaded.house, scenario))


def changed(house: House, scenario: Scenario) -> House:
    """Return a house with the grade, the guests, the seed and the moment of a scenario.

    Raises:
        UsageError: if there is no such grade.
    """
    building = house.building if house.building is not None else Building()
    if scenario.grade:
        if scenario.grade not in set(Grade):
            raise UsageError(
                f"there is no grade {scenario.grade!r}", where="grade", remedy=f"There are {', '.join(Grade)}"
            )
        building = msgspec.structs.replace(building, grade=Grade(scenario.grade))
    if scenario.sky.climate:
        building = msgspec.structs.replace(
            building, site=msgspec.structs.replace(building.site, climate=scenario.sky.climate, weather_file="")
        )
    settings = house.world if house.world is not None else WorldSettings()
    settings = msgspec.structs.replace(
        settings, seed=scenario.seed, start=scenario.start, guests=max(settings.guests, scenario.guests)
    )
    return msgspec.structs.replace(house, building=building, world=settings)
