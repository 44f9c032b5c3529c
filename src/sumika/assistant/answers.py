"""Answers to what people ask: each kind of question to who knows, for who may know it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

import msgspec

from sumika.assistant.answer_air import climate, outside
from sumika.assistant.answer_devices import plan, state
from sumika.assistant.answer_energy import energy, what_if
from sumika.assistant.answer_events import happened, maintenance
from sumika.assistant.answer_known import known
from sumika.assistant.answer_people import changes, nights, presence
from sumika.assistant.answer_why import why
from sumika.assistant.saying import Reply, Sentence
from sumika.assistant.talk_wanted import Sources, Wanted
from sumika.facts import Row
from sumika.schema.talk import TalkRight

Answering = Callable[[Sources, Wanted], tuple[Sentence, ...]]


def clock(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return what time or day it is."""
    voice = sources.voice
    at, now_s = datetime.fromtimestamp(sources.now_s, voice.zone), sources.now_s
    row = Row(source="clock", subject="house", begin_unix_s=now_s, end_unix_s=now_s, zone=voice.zone_name)
    if wanted.call.what == "time" and abs(sources.ahead_s) > 60.0:
        there_s = sources.house_s
        row = msgspec.structs.replace(row, subject="simulated house", begin_unix_s=there_s, end_unix_s=there_s)
        return (voice.sentence("talk.clock.simulated", (row,), "simulated", at=voice.clock(there_s)),)
    if wanted.call.what == "time":
        return (voice.sentence("talk.clock.time", (row,), at=voice.clock(now_s)),)
    day = f"{at.month}月{at.day}日" if voice.is_japanese else f"{at.day} {at:%b}"
    weekday = voice.say(f"talk.weekday.{at.weekday()}")
    return (voice.sentence("talk.clock.date", (row,), weekday=weekday, day=day),)


def help_(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return what one can say."""
    return tuple(sources.voice.sentence(f"talk.help.{n}") for n in (1, 2, 3, 4))


def _air(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return the air of a room; of the room "outside" the weather."""
    return outside(sources, _as_outside(wanted)) if wanted.rooms == ("outside",) else climate(sources, wanted)


def _as_outside(wanted: Wanted) -> Wanted:
    what = wanted.call.what if wanted.call.what in ("temperature", "humidity") else "weather"
    call = msgspec.structs.replace(wanted.call, tool="outside", what=what)
    return msgspec.structs.replace(wanted, call=call, rooms=())


ANSWERS: Mapping[str, Answering] = MappingProxyType(
    {
        "climate": _air,
        "outside": outside,
        "state": state,
        "why": why,
        "energy": energy,
        "what_if": what_if,
        "sleep": nights,
        "vitals": nights,
        "known": known,
        "changes": changes,
        "presence": presence,
        "happened": happened,
        "plan": plan,
        "maintenance": maintenance,
        "clock": clock,
        "help": help_,
    }
)
"""Who answers what, by the tool's name."""


def rights_for(wanted: Wanted) -> tuple[TalkRight, ...]:
    """Return the rights of which one is needed to be told.

    What was tells who was at home when, carbon dioxide no less than presence: guests hear of the weather alone.
    """
    tool, what = wanted.call.tool, wanted.call.what
    if tool == "climate" and (wanted.period is not None or wanted.call.statistic != "now"):
        return (TalkRight.PLAN, TalkRight.RECORDS)
    if tool == "presence" and wanted.period is not None:
        return (TalkRight.RECORDS,)
    if tool == "happened":
        return (TalkRight.FALLS,) if what in ("alarm", "fall") else (TalkRight.RECORDS,)
    return {
        "why": (TalkRight.PLAN,),
        "energy": (TalkRight.PLAN,),
        "what_if": (TalkRight.PLAN,),
        "plan": (TalkRight.PLAN,),
        "sleep": (TalkRight.VITALS,),
        "vitals": (TalkRight.VITALS,),
        "known": (TalkRight.VITALS,),
        "changes": (TalkRight.VITALS,),
        "maintenance": (TalkRight.RECORDS,),
    }.get(tool, (TalkRight.HOUSE,))


def answer(sources: Sources, wanted: Wanted) -> Reply:
    """Return the answer to a question.

    Args:
        sources: What it may draw on, and who asks.
        wanted: The question, with its words found in the house.
    """
    if not sources.speaker.has(*rights_for(wanted)):
        return Reply(sentences=(sources.voice.sentence("talk.refused.right"),), refused="right")
    sentences = ANSWERS[wanted.call.tool](sources, wanted)
    asks = sentences[:1] and not sentences[0].rows and sentences[0].text.endswith(("?", "？"))
    return Reply(sentences=sentences, ask_back=bool(asks))
