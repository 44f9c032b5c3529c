"""The grammar of a language: what may be said for each intent, and which of it is kept back for scoring."""

import zlib
from functools import cache
from pathlib import Path

import msgspec
from ruamel.yaml import YAML

from sumika.assistant.calls import STATISTICS, TAUGHT, TOOLS
from sumika.distil.sentence_data import Table
from sumika.schema import SumikaError
from sumika.training.house_language.templates import Line, parsed

FOLDER = Path(__file__).parent
NOTHING = ""
LEAST_LINES = 6
"""Of intents with fewer lines none is kept back."""


class Template(msgspec.Struct, frozen=True):
    """One line of a grammar.

    Attributes:
        tool: Of the call; "" for nothing that is asked of the house.
        what: Its word.
        statistic: now, mean, highest or lowest.
        text: As it is written.
        held: Whether it is kept back for scoring.
        said: Whether it is one sentence that somebody wrote, and no line of the grammar: that is learnt from alone.
    """

    tool: str
    what: str
    statistic: str
    text: str
    held: bool
    said: bool = False

    @property
    def intent(self) -> str:
        """Name of the intent: tool and word."""
        return f"{self.tool} {self.what}".strip()

    @property
    def name(self) -> str:
        """Short name of the line, the same in every run."""
        return f"{self.intent or 'nothing'} {zlib.crc32(self.text.encode()):08x}"

    @property
    def line(self) -> Line:
        """Parsed."""
        return parsed(self.text)


def _read(name: str) -> dict[str, object]:
    found: dict[str, object] = YAML(typ="safe", pure=True).load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


@cache
def templates(language: str, held_share: float) -> tuple[Template, ...]:
    """Return the lines of a language.

    Args:
        language: "ja" or "en".
        held_share: Share of the lines that is kept back, of intents with enough of them.

    Raises:
        SumikaError: if the grammar names something that the table of calls does not have.
    """
    found = list[Template]()
    for key, text in _expanded(language):
        tool, what, statistic = _key(key)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        enough = len(lines) >= LEAST_LINES
        for line in lines:
            luck = zlib.crc32(f"{key}/{line}".encode()) % 1000 / 1000
            found.append(Template(tool, what, statistic, line, enough and luck < held_share))
    for key, text in _said(language).items():
        tool, what, statistic = _key(key)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        found += [Template(tool, what, statistic, line, held=False, said=True) for line in lines]
    return tuple(found)


def _said(language: str) -> dict[str, str]:
    """Return lines that were written one by one, beside the grammar, by their keys."""
    path = FOLDER / f"{language}_said.yaml"
    return {str(key): str(text) for key, text in _read(path.stem).items()} if path.exists() else {}


def _expanded(language: str) -> list[tuple[str, str]]:
    """Return keys and texts, those with {q} once for each quantity."""
    found = [(NOTHING, str(_read("nothing")[language]))]
    for part in ("do", "ask"):
        content = _read(f"{language}_{part}")
        quantities = content.pop("quantities", {})
        assert isinstance(quantities, dict)
        for key, text in content.items():
            if "{q}" not in key:
                found.append((key, str(text)))
                continue
            found += [(key.replace("{q}", one), str(text).replace("$q", words)) for one, words in quantities.items()]
    return found


def _key(key: str) -> tuple[str, str, str]:
    if key == NOTHING:
        return "", "", "now"
    tool, what, *rest = key.split()
    statistic = rest[0] if rest else "now"
    fits = tool in TOOLS and what in TOOLS[tool].what and statistic in STATISTICS
    if not fits or (statistic != "now" and not TOOLS[tool].statistic):
        raise SumikaError(f"the grammar has '{key}', which the table of calls does not have", where="house_language")
    return tool, what, statistic


def table() -> Table:
    """Return what sentences may ask for, from the table of calls: the first intent is that of nothing."""
    pairs = [(tool, what) for tool, one in TAUGHT.items() for what in one.what]
    pieces = tuple(dict.fromkeys(name for tool in TAUGHT.values() for name in tool.spans))
    return Table(
        intents=(NOTHING, *(f"{tool} {what}" for tool, what in pairs)),
        statistics=STATISTICS,
        pieces=pieces,
        takes=((), *(TOOLS[tool].spans for tool, _ in pairs)),
        counts=(False, *(TOOLS[tool].statistic for tool, _ in pairs)),
    )
