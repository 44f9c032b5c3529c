#!/usr/bin/env python3
"""Write sentences by hand as lines of the grammar that the student of sentences learns from.

Those of `tests/spoken`, and those of `tools/said`: "KEY|voice|sentence with [kind:pieces] marked". They were written
apart from the phrasings that the house is scored by. Each piece stands in its line as it was said, and beside it, where
one is surely of its kind, the slot for others: names, rooms, people, days and amounts. None of the lines is kept back
for scoring. Whoever runs this anew has to train the student anew.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml import YAML

from sumika.assistant.calls import STATISTICS, TAUGHT
from sumika.config import load_house
from sumika.training.house_language import names
from sumika.training.house_language.words import words

ROOT = Path(__file__).resolve().parent.parent
SPOKEN, SAID = ROOT / "tests" / "spoken", ROOT / "tools" / "said"
TARGET = ROOT / "src" / "sumika" / "training" / "house_language"
FILES = {"ja": ("ja", "ja_more", "ja_homes", "ja_asked", "ja_fresh", "ja_agreed"), "en": ("en",)}
HOUSES = {"ja": "house", "en": "house_en"}
HEAD = """\
# What people said to a house, one by one, beside the grammar: written by `tools/said_lines.py` from tests/spoken and
# tools/said. {piece=words}: the piece as it was said; other slots as in the grammar. The key: tool, word, statistic.
"""
KINDS = {
    "room_air_conditioner": "ac0",
    "floor_heating": "floor0",
    "exhaust_fan": "fan0",
    "balanced_ventilation": "fan0",
    "humidifier": "hum0",
    "dehumidifier": "hum0",
    "air_purifier": "purifier0",
    "blind": "cover0",
    "window_opener": "window0",
    "light": "light0",
    "tv": "other0",
}
"""Kinds of devices, with the slot of their names."""
THINGS = frozenset({*KINDS.values(), "machine0", "heating0"})
MACHINES = frozenset({"washer", "dryer", "dishwasher"})
HEATING = frozenset(
    {"暖房", "冷房", "クーラー", "ヒーター", "冷暖房", "heating", "heater", "cooling", "central heating"}
)
WHOLE = {language: frozenset((*names.HERE_WORDS[language], *names.WHOLE[language])) for language in FILES}
HERE = {"ja": WHOLE["ja"] | {"この部屋", "ここ", "こっち", "そこ", "家", "うち", "家の中"}, "en": WHOLE["en"]}
THIS = ("この", "そこ", "あの", "その", "this ", "that ")
ALL_OF = re.compile(r"全|すべて|ぜんぶ|みんな|みな|\ball\b|\bevery|\bboth\b")
DAYS = {"pn": "nights", "pm": "mornings", "pf": "future", "p": "past"}
NOTHING = '""'
SIGNS = re.compile(r"[()\[\]<>{}|$]")
ENDS = {"delay": "(?:後|あと|したら|経ったら|たったら)$", "time": "[時:]"}
SLOTS = {"resident": "who", "colour": "colour", "duration": "dur", "delay": "delay", "time": "time"}
MARK = re.compile(r"\[([a-z]+)(?: ([a-z]+))?:([^\[\]]+)\]")


class Said(msgspec.Struct, frozen=True):
    """A sentence that somebody wrote.

    Attributes:
        key: Tool, word and statistic; "" where it asks for nothing.
        text: As it was said.
        pieces: That stand in it: first place, place after the last, kind, and of a device the slot of such things.
    """

    key: str
    text: str
    pieces: tuple[tuple[int, int, str, str], ...] = ()

    def line(self, language: str) -> str:
        """Return it with its pieces as slots."""
        text = self.text
        for first, last, kind, thing in sorted(self.pieces, reverse=True):
            text = text[:first] + _slot(self, language, (kind, text[first:last], thing), text[:first]) + text[last:]
        return text


def spoken(said: Iterable[dict[str, Any]], things: dict[str, str]) -> Iterable[Said]:
    """Yield phrasings of `tests/spoken` that the student can learn from.

    Args:
        said: As they stand in a file.
        things: Slots of the names of the devices of the house that they were said to, by their ids; "" for none.
    """
    for one in said:
        call = one["call"]
        if call == "ask" or SIGNS.search(one["text"]):
            continue
        if call == "none":
            yield Said("", one["text"])
            continue
        statistic = call.get("statistic", "now")
        key = " ".join((call["tool"], call["what"], *([] if statistic == "now" else [statistic])))
        means = {things.get(device, "") for device in one.get("means", ())}
        pieces = _placed(one["text"], call.get("spans", {}), next(iter(means)) if len(means) == 1 else "")
        if pieces is not None and problem_of(key) == "":
            yield Said(key, one["text"], pieces)


def problem_of(key: str) -> str:
    """Return why nothing can be learnt for a key; "" where it can."""
    tool, _, rest = key.partition(" ")
    what, _, statistic = rest.partition(" ")
    taught, statistic = TAUGHT.get(tool), statistic or "now"
    if taught is None or what not in taught.what:
        return f"the table of calls has no '{key}' that is taught"
    if statistic not in STATISTICS or (statistic != "now" and not taught.statistic):
        return f"'{tool}' has no statistic '{statistic}'"
    return ""


def marked(line: str) -> Said:
    """Return a sentence of `tools/said`.

    Args:
        line: "KEY|voice|sentence": the key is `none` where nothing is asked; a device's kind stands before its name.

    Raises:
        ValueError: if it cannot be read, its key is not of the table, or its tool takes no such piece.
    """
    if line.count("|") != 2:
        raise ValueError(f"not 'KEY|voice|sentence': {line}")
    key, _, text = line.split("|")
    pieces, plain, last = list[tuple[int, int, str, str]](), "", 0
    for found in MARK.finditer(text):
        plain += text[last : found.start()]
        thing = f"{found[2]}0" if f"{found[2]}0" in THINGS else ""
        pieces.append((len(plain), len(plain) + len(found[3]), found[1], thing))
        plain, last = plain + found[3], found.end()
    plain += text[last:]
    if SIGNS.search(plain):
        raise ValueError(f"signs that a line of the grammar may not have: {line}")
    if key == "none":
        return Said("", plain)
    problem = problem_of(key) or ", ".join(
        f"'{key}' takes no {kind}" for _, _, kind, _ in pieces if kind not in TAUGHT[key.split(" ")[0]].spans
    )
    if problem:
        raise ValueError(f"{problem}: {line}")
    return Said(key, plain, tuple(pieces))


def _placed(text: str, spans: dict[str, str], thing: str) -> tuple[tuple[int, int, str, str], ...] | None:
    """Return where pieces stand in a text; None where one does not stand in it beside the others."""
    places = list[tuple[int, int, str, str]]()
    for kind, piece in sorted(spans.items(), key=lambda one: -len(one[1])):
        free = (
            one
            for one in re.finditer(re.escape(piece), text)
            if all(one.end() <= first or one.start() >= last for first, last, *_ in places)
        )
        at = next(free, None)
        if at is None:
            return None
        places.append((at.start(), at.end(), kind, thing if kind == "device" else ""))
    return tuple(places)


def _slot(said: Said, language: str, named: tuple[str, str, str], before: str) -> str:
    """Return a piece as it was said, or that and others of its kind."""
    kind, piece, thing = named
    stands = f"{{{kind}={piece}}}"
    other = SLOTS.get(kind, "")
    if kind == "room":
        other = "" if piece in HERE[language] or piece.startswith(THIS) else "r" if language == "ja" else "r0"
    elif kind == "device":
        other = "" if ALL_OF.search(piece) else "heating0" if piece in HEATING else thing
    elif kind == "period":
        other = next((slot for slot, days in DAYS.items() if piece in words(language, days)), "")
    elif kind == "number" and re.search("度|℃|degree", piece):
        other = "delta" if said.key.split(" ")[1] in ("up", "down") else "temp"
    elif kind == "number" and re.search("[%\uff05割]|パーセント|per ?cent", piece):
        other = "share"
    if kind in ENDS and not re.search(ENDS[kind], piece):
        other = ""
    if language == "en" and not _fits_english(kind, piece, before):
        other = ""
    return f"({stands}|{{{other}}}|{{{other}}})" if other else stands


def _fits_english(kind: str, piece: str, before: str) -> bool:
    """Return whether another piece of its kind, without an article and of one thing, may stand in its place."""
    if kind == "room":
        return before.endswith("the ")
    if kind == "period":
        return not re.search(r"\b(?:on|in|for|over|during|since|of|the|at|from) $", before)
    return kind != "device" or not re.search("[^s]s$", piece)


def written(language: str) -> dict[str, list[str]]:
    """Return every line by hand of a language, by its key.

    Raises:
        ValueError: if a sentence of `tools/said` is not in form.
    """
    house = load_house(SPOKEN / f"{HOUSES[language]}.yaml").house
    things = {one.id: "machine0" if one.id in MACHINES else KINDS.get(one.kind, "") for one in house.devices}
    yaml, found = YAML(typ="safe", pure=True), defaultdict[str, list[str]](list)
    for file in FILES[language]:
        for one in spoken(yaml.load((SPOKEN / f"{file}.yaml").read_text(encoding="utf-8")), things):
            found[one.key].append(one.line(language))
    for line in (SAID / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            said = marked(line)
            found[said.key].append(said.line(language))
    return {key: list(dict.fromkeys(lines)) for key, lines in sorted(found.items())}


def main() -> None:
    """Write the files."""
    for language in FILES:
        text = HEAD
        for key, lines in written(language).items():
            text += f"{key or NOTHING}: |\n" + "".join(f"  {line}\n" for line in lines)
        (TARGET / f"{language}_said.yaml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
