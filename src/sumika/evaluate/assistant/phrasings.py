"""The held-out phrasings: what people say to a house, what they mean by it, and the house that they say it in.

They were written by hand, apart from whoever writes the sentences, names and generators of the assistant, and are read
here and nowhere else. Spans stand as they were said: the words for a room in `room`, those for a device in `device`,
numbers, lengths and times with their units.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
from ruamel.yaml import YAML

from sumika.assistant.calls import Call
from sumika.config import load_house
from sumika.schema.house import Device, House, Resident, Room

LANGUAGES = ("ja", "en")
_FOLDER = Path(__file__).parent


class Phrasing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something said to the house.

    Attributes:
        text: What was said.
        style: How: polite, plain, curt, half (a sentence), elderly, child, a dialect ...; "template" for sampled ones.
        room: Where the speaker is; empty: not known.
        call: What was meant; "none": nothing may be done, "ask": too little was said, the house has to ask back.
        also: Other calls that mean the same.
        means: Devices, rooms or residents of that house that it must reach, by id; empty: not looked at.
        may: What it may reach besides: who says "the lights" means that of the ceiling, with or without a lamp.
    """

    text: str
    style: str
    room: str = ""
    call: Call | Literal["none", "ask"]
    also: tuple[Call, ...] = ()
    means: tuple[str, ...] = ()
    may: tuple[str, ...] = ()

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every call that is right; none where nothing may be done."""
        return () if isinstance(self.call, str) else (self.call, *self.also)


@cache
def held_phrasings(language: str) -> tuple[Phrasing, ...]:
    """Return what was written by hand in a language, in the order of the file."""
    text = (_FOLDER / f"held_phrasings_{language}.yaml").read_text(encoding="utf-8")
    return msgspec.convert(YAML(typ="safe", pure=True).load(text), tuple[Phrasing, ...], strict=True)


@cache
def held_house(language: str) -> House:
    """Return the house that is spoken to in a language."""
    return load_house(_FOLDER / f"held_house_{language}.yaml").house


def names_of_house(house: House) -> Iterator[tuple[str, str]]:
    """Yield each name that the house gives to anything, with the id of what has it."""
    things: tuple[Room | Device | Resident, ...] = (*house.rooms, *house.devices, *house.residents)
    for thing in things:
        for name in (thing.name, *thing.called):
            if name:
                yield name, thing.id
