"""What one can ask of a house: the table of tools, and the calls that sentences become.

A call names a tool, one closed word (`what`), and pieces that were copied out of the sentence (`spans`):
"寝室の明かり" stays as it was said. Which lamp that is, and what number "二十三度半" is, code finds out afterwards;
nothing is invented before.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

from sumika.schema import SumikaError

Span = Literal["device", "room", "resident", "number", "duration", "delay", "time", "period", "colour"]
"""What can be copied out of a sentence: a thing, a place, somebody, how much, for how long, in how long, at which hour,
which days, which colour."""

SPANS: tuple[Span, ...] = ("device", "room", "resident", "number", "duration", "delay", "time", "period", "colour")
STATISTICS = ("now", "mean", "highest", "lowest")


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table.

    Attributes:
        about: What it does, for people and for outside agents.
        acts: Whether it asks the house to do something; all else only reads.
        what: The closed words; one of them is in every call.
        spans: What may be copied for it.
        needs: What must be there, or is asked back for. Of "device or room" one is enough.
        statistic: Whether a call says now, mean, highest or lowest.
        taught: Whether the student learns it; of what came later, templates alone know.
    """

    about: str
    acts: bool = False
    what: tuple[str, ...]
    spans: tuple[Span, ...] = ()
    needs: tuple[str, ...] = ()
    statistic: bool = False
    taught: bool = True


TOOLS: Mapping[str, Tool] = MappingProxyType(
    {
        "power": Tool(
            about="Switch a device on or off.",
            acts=True,
            what=("on", "off"),
            spans=("device", "room", "duration", "delay"),
            needs=("device or room",),
        ),
        "level": Tool(
            about="Light, fan or ventilation: to a value, brighter or stronger, dimmer or weaker, full or least.",
            acts=True,
            what=("set", "up", "down", "most", "least"),
            spans=("device", "room", "number", "duration"),
            needs=("device or room",),
        ),
        "cover": Tool(
            about="Open or close a blind, a curtain or a window with a motor, wholly or to a share.",
            acts=True,
            what=("open", "close", "set", "half"),
            spans=("device", "room", "number", "duration", "delay"),
            needs=("device or room",),
        ),
        "mode": Tool(
            about="What an air conditioner does: heat, cool, dry, or move the air.",
            acts=True,
            what=("heat", "cool", "dry", "fan"),
            spans=("device", "room", "number", "duration"),
            needs=(),
        ),
        "temperature": Tool(
            about="Wish a room so warm, or warmer or cooler.",
            acts=True,
            what=("set", "up", "down", "usual"),
            spans=("device", "room", "number", "duration"),
            needs=(),
        ),
        "humidity": Tool(
            about="A humidifier or dehumidifier: to a share, more humid or drier.",
            acts=True,
            what=("set", "up", "down"),
            spans=("device", "room", "number", "duration"),
            needs=(),
        ),
        "colour": Tool(
            about="The colour of a lamp's light.",
            acts=True,
            what=("set", "warmer", "colder"),
            spans=("device", "room", "colour", "number"),
            needs=("device or room",),
        ),
        "machine": Tool(
            about="Washing machine, dishwasher and the like: start now, stop, or loaded and to be done by an hour.",
            acts=True,
            what=("start", "stop", "loaded"),
            spans=("device", "time", "delay"),
            needs=("device",),
        ),
        "hot_water": Tool(
            about="The hot water tank: heat now, or by itself at night.",
            acts=True,
            what=("now", "usual", "off"),
            spans=("device",),
        ),
        "feel": Tool(
            about="Say how it feels; the house learns from it.",
            acts=True,
            what=("cold", "hot", "fine", "stuffy"),
            spans=("room", "resident"),
        ),
        "house_mode": Tool(
            about="How far the house may go: off, only look on, ask first, or drive.",
            acts=True,
            what=("off", "shadow", "suggest", "drive"),
        ),
        "undo": Tool(about="Take back what was done last on my word.", acts=True, what=("last",)),
        "answer": Tool(about="Yes or no to what the house asked.", acts=True, what=("yes", "no")),
        "climate": Tool(
            about="Temperature, humidity, CO2, dust, light or noise of a room or outside, now or over a time.",
            what=("temperature", "humidity", "co2", "air", "light", "noise"),
            spans=("room", "period"),
            statistic=True,
        ),
        "outside": Tool(
            about="The weather outside, now, past, or as it is forecast.",
            what=("temperature", "humidity", "weather"),
            spans=("period",),
            statistic=True,
        ),
        "state": Tool(about="What a device does now.", what=("device",), spans=("device", "room")),
        "why": Tool(
            about="Why a room is as it is, or a device does what it does, and who asked for it.",
            what=("room", "device", "who"),
            spans=("device", "room", "number", "period"),
        ),
        "energy": Tool(
            about="What was paid, used, made by the roof, or saved; of a device too. Mean, highest, lowest: of days.",
            what=("cost", "used", "solar", "saved", "price"),
            spans=("period", "device"),
            statistic=True,
        ),
        "what_if": Tool(
            about="What a room that is so warm, or warmer or cooler, would cost.",
            what=("set", "up", "down"),
            spans=("room", "number", "duration"),
        ),
        "sleep": Tool(
            about="A night: how long asleep, when to bed, whether and when somebody got up, how often in between.",
            what=("asleep", "to_bed", "got_up", "ups", "stages"),
            spans=("resident", "room", "period"),
        ),
        "presence": Tool(
            about="Whether anybody is or was in a room or at home, how many, or where somebody is.",
            what=("anyone", "how_many", "where"),
            spans=("room", "resident", "period"),
        ),
        "happened": Tool(
            about="What happened, and when: cooking, bath, smoke, windows, visitors, alarms, suspected falls, faults.",
            what=("cooking", "bath", "smoke", "window", "visit", "alarm", "fall", "fault", "anything"),
            spans=("room", "period"),
        ),
        "vitals": Tool(
            about="Heart and breath of who lay still, of a night.",
            what=("heart", "breath"),
            spans=("resident", "room", "period"),
        ),
        "known": Tool(
            about="Now: what people do, movements, gestures; whether a room suits somebody; heart and breath at "
            "rest against what is usual; the stage of sleep.",
            what=("doing", "gesture", "comfort", "strain", "stage"),
            spans=("resident", "room"),
            taught=False,
        ),
        "changes": Tool(
            about="What has changed over weeks for somebody: sleep, walking, getting up at night.",
            what=("any",),
            spans=("resident", "period"),
        ),
        "plan": Tool(about="What the house is going to do.", what=("next",), spans=("device", "room", "period")),
        "maintenance": Tool(
            about="Filters, sensors that drift, devices that do not obey.", what=("due",), spans=("device", "room")
        ),
        "clock": Tool(about="What time or day it is.", what=("time", "date")),
        "help": Tool(about="What one can say.", what=("any",)),
    }
)
"""Every tool, by its name."""

TAUGHT: Mapping[str, Tool] = MappingProxyType({name: tool for name, tool in TOOLS.items() if tool.taught})
"""Those that the student learns."""


class CallError(SumikaError):
    """A call that the table does not have."""


class Call(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a sentence asks for.

    Attributes:
        tool: Its name in `TOOLS`.
        what: One of the tool's closed words.
        spans: Pieces of the sentence as they stand in it, by name; the tool says which there can be.
        statistic: now, mean, highest or lowest; "now" where the tool has none.
    """

    tool: str
    what: str
    spans: dict[str, str] = {}
    statistic: str = "now"


def checked(call: Call, sentence: str | None = None) -> Call:
    """Return a call that the table has.

    Args:
        call: Perhaps from a model.
        sentence: Where its pieces must stand, letter for letter; None: that is not looked at.

    Raises:
        CallError: if there is no such tool or word, or a piece is not for it or was not said.
    """
    tool = TOOLS.get(call.tool)
    if tool is None:
        raise CallError(f"there is no tool {call.tool!r}; there are {', '.join(TOOLS)}")
    if call.what not in tool.what:
        raise CallError(f"{call.tool} has no {call.what!r}; it has {', '.join(tool.what)}")
    if call.statistic not in STATISTICS or (call.statistic != "now" and not tool.statistic):
        raise CallError(f"{call.tool} has no statistic {call.statistic!r}")
    for name, piece in call.spans.items():
        if name not in tool.spans:
            raise CallError(f"{call.tool} takes no {name}; it takes {', '.join(tool.spans) or 'nothing'}")
        if not piece.strip() or (sentence is not None and piece not in sentence):
            raise CallError(f"{name} {piece!r} does not stand in the sentence")
    return call
