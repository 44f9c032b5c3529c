#!/usr/bin/env python3
"""Write the sentences of `tests/spoken` as lines of the grammar that the student of sentences learns from.

They were written by hand, apart from the phrasings that the house is scored by. Each piece stands in its line as it was
said, and beside it, where one is surely of its kind, the slot for others: names, rooms, people, days and amounts. None
of the lines is kept back for scoring. Whoever runs this anew has to train the student anew.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sumika.assistant.calls import TAUGHT
from sumika.config import load_house
from sumika.training.house_language import names
from sumika.training.house_language.words import words

ROOT = Path(__file__).resolve().parent.parent
SPOKEN = ROOT / "tests" / "spoken"
TARGET = ROOT / "src" / "sumika" / "training" / "house_language" / "ja_said.yaml"
FILES = ("ja", "ja_more", "ja_homes", "ja_asked", "ja_fresh", "ja_agreed")
HEAD = """\
# What people said to a house in Japanese, one by one, beside the grammar: written by `tools/said_lines.py` from
# tests/spoken. {piece=words}: the piece as it was said; other slots as in the grammar. The key: tool, word, statistic.
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
MACHINES = frozenset({"washer", "dryer", "dishwasher"})
HEATING = frozenset({"暖房", "冷房", "クーラー", "ヒーター", "冷暖房"})
HERE = frozenset(
    {*names.HERE_WORDS["ja"], *names.WHOLE["ja"], "この部屋", "ここ", "こっち", "そこ", "家", "うち", "家の中"}
)
THIS = ("この", "そこ", "あの", "その")
DAYS = {"pn": "nights", "pm": "mornings", "pf": "future", "p": "past"}
NOTHING = '""'
SIGNS = re.compile(r"[()\[\]<>{}|$]")
ENDS = {"delay": "(?:後|あと|したら|経ったら|たったら)$", "time": "[時:]"}
SLOTS = {"resident": "who", "colour": "colour", "duration": "dur", "delay": "delay", "time": "time"}


def lines_of(said: Iterable[dict[str, Any]], things: dict[str, str]) -> dict[str, list[str]]:
    """Return lines by their keys.

    Args:
        said: Phrasings as they stand in a file.
        things: Slots of the names of the devices of the house that they were said to, by their ids; "" for none.
    """
    found = defaultdict(list)
    for one in said:
        call = one["call"]
        if call == "ask" or SIGNS.search(one["text"]):
            continue
        if call == "none":
            found[""].append(one["text"])
            continue
        tool, statistic = TAUGHT.get(call["tool"]), call.get("statistic", "now")
        if tool is None or (statistic != "now" and not tool.statistic):
            continue
        line = _line(one["text"], call, {things.get(device, "") for device in one.get("means", ())})
        if line:
            found[" ".join((call["tool"], call["what"], *([] if statistic == "now" else [statistic])))].append(line)
    return dict(found)


def _line(text: str, call: dict[str, Any], things: set[str]) -> str:
    """Return a sentence with its pieces as slots; "" where one does not stand in it beside the others."""
    places = list[tuple[int, int, str]]()
    for name, piece in sorted(call.get("spans", {}).items(), key=lambda one: -len(one[1])):
        free = (
            one
            for one in re.finditer(re.escape(piece), text)
            if all(one.end() <= first or one.start() >= last for first, last, _ in places)
        )
        at = next(free, None)
        if at is None:
            return ""
        places.append((at.start(), at.end(), _slot(name, piece, call["what"], things)))
    for first, last, slot in sorted(places, reverse=True):
        text = text[:first] + slot + text[last:]
    return text


def _slot(name: str, piece: str, what: str, things: set[str]) -> str:
    """Return the piece as it was said, or that and others of its kind."""
    stands = f"{{{name}={piece}}}"
    if name == "room":
        other = "" if piece in HERE or piece.startswith(THIS) else "r"
    else:
        other = _device(piece, things) if name == "device" else SLOTS.get(name, "")
    if name in ENDS and not re.search(ENDS[name], piece):
        other = ""
    if name == "period":
        other = next((slot for slot, days in DAYS.items() if piece in words("ja", days)), "")
    if name == "number" and re.search("度|℃", piece):
        other = "delta" if what in ("up", "down") else "temp"
    elif name == "number" and re.search("[%\uff05割]|パーセント", piece):
        other = "share"
    return f"({stands}|{{{other}}}|{{{other}}})" if other else stands


def _device(piece: str, things: set[str]) -> str:
    """Return the slot of things of the same kind; "" for whole sets, and where there are verbs of that thing alone."""
    if re.search("全|すべて|ぜんぶ|みんな|みな", piece):
        return ""
    if piece in HEATING:
        return "heating0"
    return next(iter(things)) if len(things) == 1 else ""


def main() -> None:
    """Write the file."""
    house = load_house(SPOKEN / "house.yaml").house
    things = {one.id: "machine0" if one.id in MACHINES else KINDS.get(one.kind, "") for one in house.devices}
    yaml, found = YAML(typ="safe", pure=True), defaultdict[str, list[str]](list)
    for file in FILES:
        said = yaml.load((SPOKEN / f"{file}.yaml").read_text(encoding="utf-8"))
        for key, lines in lines_of(said, things).items():
            found[key] += lines
    text = HEAD
    for key, lines in sorted(found.items()):
        text += f"{key or NOTHING}: |\n" + "".join(f"  {line}\n" for line in dict.fromkeys(lines))
    TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
