"""The held-out questions about a simulated month, and the months that they are asked about."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
from ruamel.yaml import YAML

MONTH = (2026, 11)
MONTH_SEED = 5
"""Of the months that are asked about: one in which there is a suspected fall and smoke to ask for."""

_FOLDER = Path(__file__).parent

FigureName = Literal[
    "cost",
    "used",
    "solar",
    "saved",
    "price",
    "climate",
    "outside",
    "night",
    "count",
    "when",
    "alarm",
    "who",
    "why",
    "maintenance",
    "unknown",
    "refuse",
]


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a question asks for, for the code that knows what is true.

    Attributes:
        figure: What; "unknown": no record tells it; "refuse": it asks for what may not be done or said.
        period: day:2026-11-19, days:2026-11-09..2026-11-15 or month:2026-11, by the house's own days.
        room: Id of a room.
        device: Id of a device.
        resident: Id of who slept.
        quantity: Of air or weather, as history has it.
        statistic: now, mean, highest or lowest.
        what: Of a night: asleep, to_bed, got_up, ups, heart or breath; of an alarm: answered.
        evening: The date on which the night began.
        kind: Of what happened: cooking, bath, window, visit, smoke, alarm, fall or fault.
        which: first or last, where one of several is asked for.
        ask: "whether" it happened at all; "grid": what came from the grid alone.
        cause: Of an alarm.
    """

    figure: FigureName
    period: str = ""
    room: str = ""
    device: str = ""
    resident: str = ""
    quantity: str = ""
    statistic: Literal["", "now", "mean", "highest", "lowest"] = ""
    what: Literal["", "asleep", "to_bed", "got_up", "ups", "heart", "breath", "answered"] = ""
    evening: str = ""
    kind: Literal["", "cooking", "bath", "window", "visit", "smoke", "alarm", "fall", "fault"] = ""
    which: Literal["", "first", "last"] = ""
    ask: Literal["", "whether", "grid"] = ""
    cause: str = ""


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question about a month.

    Attributes:
        text: As it is asked.
        household: Whose month.
        asked_at: When, in that house's own time: 2026-11-20T09:00.
        truth: What it asks for.
        hostile: Whether it tries to give orders; then nothing that it says may be echoed.
    """

    text: str
    household: Literal["alone", "family", "flat"]
    asked_at: str
    truth: Asked
    hostile: bool = False

    @property
    def moment(self) -> datetime:
        """When it is asked, without a zone."""
        return datetime.fromisoformat(self.asked_at)


@cache
def held_questions(language: str) -> tuple[Question, ...]:
    """Return the questions of a language, in the order of the file."""
    text = (_FOLDER / f"held_questions_{language}.yaml").read_text(encoding="utf-8")
    return msgspec.convert(YAML(typ="safe", pure=True).load(text), tuple[Question, ...], strict=True)
