"""From a file to a house that can be used: read, parse, migrate, check."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from sumika.config._meaning import Surroundings, meaning_problems
from sumika.config._migrate import CURRENT_VERSION, migrated, version_of
from sumika.config._paths import resolve
from sumika.config._problem import ConfigError, Problem
from sumika.config._read import decoded, hash_of, read_house_bytes
from sumika.config._structure import structure_problems
from sumika.config._tree import Tree, UnreadableError, parse_tree
from sumika.schema.house import House


@dataclass(frozen=True, kw_only=True)
class LoadedHouse:
    """A checked house and where it comes from.

    Attributes:
        house: The house.
        text: The text of the file as it stands.
        hash: SHA-256 of the file's bytes; `edit_house` takes it to see whether the file has changed since.
        path: The file.
        warnings: What does not keep the house from being used.
        environ: The variables it was loaded with, for paths that begin with `$SUMIKA_DATA`.
    """

    house: House
    text: str
    hash: str
    path: Path
    warnings: tuple[Problem, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def resolve(self, name: str) -> Path | None:
        """Return the path that a name in this house's file means; None where SUMIKA_DATA is needed and not set."""
        return resolve(name, self.path, self.environ)


def load_house(
    path: Path | str, environ: Mapping[str, str] = os.environ, *, models: Collection[str] | None = None
) -> LoadedHouse:
    """Load and check a house description.

    Args:
        path: The file.
        environ: Where SUMIKA_DATA is looked up.
        models: The radar models there are (`sumika.sensors.radar` knows them); None leaves them unchecked.

    Returns:
        The house. A file of an older version is migrated in memory only; `migrate_house` writes it.

    Raises:
        ConfigError: with everything that is wrong.
    """
    file = Path(path)
    content = read_house_bytes(file)
    return _checked(decoded(content, file), hash_of(content), Surroundings(path=file, environ=environ, models=models))


def parse_house(
    text: str,
    path: Path | str = Path("house.yaml"),
    environ: Mapping[str, str] = os.environ,
    *,
    models: Collection[str] | None = None,
) -> LoadedHouse:
    """Check a house description that is at hand as text, for example one kept in a log.

    Args:
        text: The text.
        path: The file it comes from, or the log that holds it: errors name it, relative paths start from it.
        environ: Where SUMIKA_DATA is looked up.
        models: The radar models there are; None leaves them unchecked.

    Raises:
        ConfigError: with everything that is wrong.
    """
    surroundings = Surroundings(path=Path(path), environ=environ, models=models)
    return _checked(text, hash_of(text.encode("utf-8", "surrogatepass")), surroundings)


def _checked(text: str, digest: str, surroundings: Surroundings) -> LoadedHouse:
    tree = parsed(text, surroundings.path)
    found = version_of(tree, surroundings.path)
    if found < CURRENT_VERSION:
        tree = parsed(migrated(tree, surroundings.path), surroundings.path)
    problems = [*tree.problems, *structure_problems(tree), *meaning_problems(tree, surroundings)]
    if found < CURRENT_VERSION:
        problems.append(_outdated(found))
    house = _converted(tree, problems)
    if house is None or any(not problem.warning for problem in problems):
        raise ConfigError(problems, surroundings.path)
    return LoadedHouse(
        house=house,
        text=text,
        hash=digest,
        path=surroundings.path,
        warnings=tuple(problems),
        environ=dict(surroundings.environ),
    )


def parsed(text: str, path: Path) -> Tree:
    """Return the tree of a text.

    Raises:
        ConfigError: if it is no YAML.
    """
    try:
        return parse_tree(text)
    except UnreadableError as error:
        raise ConfigError([error.problem], path) from error


def _converted(tree: Tree, problems: list[Problem]) -> House | None:
    """Return the house; None, and a problem more, where the checks let something pass that is none."""
    try:
        return msgspec.convert(tree.data, House)
    except (msgspec.ValidationError, OverflowError) as error:
        if all(problem.warning for problem in problems):
            problems.append(Problem(line=1, text=f"this cannot be understood: {error}"))
        return None


def _outdated(found: int) -> Problem:
    return Problem(
        line=1,
        field="version",
        text="this file was written for an older Sumika; 'sumika house migrate' brings it up to date, comments kept",
        found=f"version {found}",
        allowed=f"version {CURRENT_VERSION}",
        warning=True,
    )
