"""Words that are put around and into sentences, from `words.yaml`."""

from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

FILE = Path(__file__).parent / "words.yaml"
Weighted = tuple[tuple[int, tuple[str, ...]], ...]


@cache
def _read() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = YAML(typ="safe", pure=True).load(FILE.read_text(encoding="utf-8"))
    return found


def _lines(language: str, name: str) -> list[str]:
    return [line.replace("_", " ") for line in _read()[language][name].splitlines() if line]


@cache
def words(language: str, name: str) -> tuple[str, ...]:
    """Return a list of words of a language ("ja", "en")."""
    return tuple(word for line in _lines(language, name) for word in line.split("|"))


@cache
def pairs(language: str, name: str, between: str) -> tuple[tuple[str, str], ...]:
    """Return a list of pairs, one a line or between bars, whose halves stand on both sides of a sign."""
    cells = [cell for line in _lines(language, name) for cell in line.split("|")]
    return tuple((first, last) for first, _, last in (cell.partition(between) for cell in cells))


@cache
def weighted(language: str, name: str) -> Weighted:
    """Return lists of words, each line with its weight before it."""
    found = (line.split(" ", 1) for line in _lines(language, name))
    return tuple((int(weight), tuple(rest.split("|"))) for weight, rest in found)


@cache
def alike(language: str) -> dict[str, tuple[str, ...]]:
    """Return words that ask for the same, by one of them."""
    return {
        word: tuple(rest.split("|")) for word, _, rest in (line.partition("=") for line in _lines(language, "alike"))
    }
