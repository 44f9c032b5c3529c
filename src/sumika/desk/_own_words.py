"""Words of Sumika's own in a paper: whoever calls a lamp "roof" has not told anything of it in "made by the roof".

They are read from the files that come with Sumika, as data: the second reader knows nothing of who fills these in.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

from ruamel.yaml import YAML

from sumika.text import LANGUAGES

_FAMILIES = ("alarm.", "desk.", "event.", "facts.")
_FILLED = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_CHOSEN = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_NAME = re.compile(r"[a-z_]+")


@cache
def phrases_with(names: tuple[str, ...], language: str, pack: str, kind: str) -> tuple[str, ...]:
    """Return our own fixed words in which a name of the house happens to stand, longer ones first.

    Args:
        names: Of the house.
        language: Of the paper.
        pack: That writes it.
        kind: Of paper.
    """
    phrases = {*_said(language), *_of_template(pack, f"{kind}.{language}")}
    found = {phrase for phrase in phrases if any(name in phrase and name != phrase for name in names)}
    return tuple(sorted(found, key=lambda phrase: (-len(phrase), phrase)))


def _said(language: str) -> Iterator[str]:
    """Yield what our sentences say between what is filled in."""
    for key, said in LANGUAGES[language].items():
        if key.startswith(_FAMILIES):
            yield from (literal.strip() for literal, *_ in Formatter().parse(said))


def _of_template(pack: str, name: str) -> Iterator[str]:
    """Yield what a template that comes with Sumika says between what is filled in. One's own are not believed."""
    path = Path(__file__).parent / "packs" / pack / f"{name}.yaml"
    if not (_NAME.fullmatch(pack) and _NAME.fullmatch(name.partition(".")[0]) and path.is_file()):
        return
    for said in _strings(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))):
        yield from (piece.strip() for piece in _FILLED.split(said))
        for filled in _FILLED.findall(said):
            yield from (first or second for first, second in _CHOSEN.findall(filled))


def _strings(said: object) -> Iterator[str]:
    if isinstance(said, str):
        yield said
    elif isinstance(said, dict | list):
        for one in said.values() if isinstance(said, dict) else said:
            yield from _strings(one)
