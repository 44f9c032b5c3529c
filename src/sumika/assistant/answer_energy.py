"""Answers about energy and money: from the meter's records, the planner's model, and what the roof made."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from sumika.assistant.answer_days import of_days, of_devices
from sumika.assistant.saying import Sentence
from sumika.assistant.talk_wanted import Sources, Wanted
from sumika.facts import Figure, Period, Row
from sumika.schema import PlanOutlook, SumikaError, WhatIfAnswer, WhatIfRequest

WELL_COVERED = 0.97
"""Where records cover less of the time that was asked for, it is said."""

SAVED_DAYS = 30
MOST_OFFSET_K, DEFAULT_HOURS, MOST_HOURS = 5.0, 12.0, 48.0
STEP_K = 1.0
"""What "warmer" is, where nothing else was said."""

_READS: Mapping[str, Callable[[Sources, Period], Figure]] = MappingProxyType(
    {
        "cost": lambda sources, period: sources.book.cost(period),
        "used": lambda sources, period: sources.book.energy_kwh(period),
        "solar": lambda sources, period: sources.book.solar_kwh(period),
        "saved": lambda sources, period: sources.book.saved(period),
    }
)


def energy(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return what was paid, used, made or saved; of a device, what it drew."""
    voice, what = sources.voice, wanted.call.what
    if what == "price":
        return (_price(sources),)
    if wanted.call.statistic != "now":
        return of_devices(sources, wanted) if len(wanted.devices) > 1 else of_days(sources, wanted)
    if what == "saved":
        usual = Period.last_days(SAVED_DAYS, sources.now_s, voice.zone)
        # Today is part of what was saved so far.
        usual = Period(begin_unix_s=usual.begin_unix_s, end_unix_s=sources.now_s)
    else:
        usual = Period.today(sources.now_s, voice.zone)
    period = wanted.period or usual
    if wanted.devices:
        return tuple(_of_device(sources, device, period, what) for device in wanted.devices[:6])
    figure = _READS[what](sources, period.until(sources.now_s))
    if figure.value is None:
        return (voice.not_known(voice.say(f"talk.energy.{what}.what", period=voice.unknown_period(period)), figure),)
    told = [_figure(sources, what, figure, period)]
    told += _coverage(sources, figure)
    return tuple(told)


def _figure(sources: Sources, what: str, figure: Figure, period: Period) -> Sentence:
    voice, value = sources.voice, figure.value or 0.0
    shown = voice.money(value, figure.unit) if what in ("cost", "saved") else voice.kwh(value)
    key = f"talk.energy.{what}"
    if what == "saved" and figure.low is not None and figure.high is not None:
        low, high = voice.money(figure.low, figure.unit), voice.money(figure.high, figure.unit)
        return voice.figure(f"{key}.interval", figure, period=voice.period(period), value=shown, low=low, high=high)
    return voice.figure(key, figure, period=voice.period(period), value=shown)


def _coverage(sources: Sources, figure: Figure) -> list[Sentence]:
    """Return that records cover only part of the time, where that is so."""
    if figure.coverage is None or figure.coverage >= WELL_COVERED:
        return []
    voice, covered = sources.voice, msgspec.structs.replace(figure, name=f"{figure.name}.coverage", low=None, high=None)
    covered = msgspec.structs.replace(covered, value=figure.coverage, unit="1")
    return [voice.figure("talk.coverage", covered, share=voice.percent(figure.coverage))]


def _of_device(sources: Sources, device: str, period: Period, what: str) -> Sentence:
    voice = sources.voice
    figure = sources.book.device_kwh(device, period.until(sources.now_s))
    names = {"device": voice.device(device), "period": voice.period(period)}
    if figure.value is None:
        names["period"] = voice.unknown_period(period)
        return voice.not_known(voice.say("talk.energy.device.what", **names), figure)
    # What a kWh of one device cost is in no record: the meter knows the house alone.
    key = "talk.energy.device.no_money" if what == "cost" else "talk.energy.device"
    return voice.figure(key, figure, value=voice.kwh(figure.value), **names)


def _price(sources: Sources) -> Sentence:
    voice, figure = sources.voice, sources.book.price_now()
    if figure.value is None:
        return voice.not_known(voice.say("talk.energy.price.what"), figure)
    return voice.figure("talk.energy.price", figure, value=voice.price(figure.value, figure.unit.partition("/")[0]))


def what_if(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return what a warmer or cooler room would cost, by the planner's own model."""
    voice = sources.voice
    rooms = wanted.rooms or ((wanted.here,) if wanted.here else ())
    if not rooms:
        return (voice.sentence("talk.ask.room"),)
    hours = DEFAULT_HOURS if wanted.duration_s is None else min(MOST_HOURS, wanted.duration_s / 3600.0)
    offset_k = _offset_k(sources, wanted, rooms[0])
    if offset_k is None:
        return (_no_plan(sources),)
    if not 0.05 <= abs(offset_k) <= MOST_OFFSET_K or sources.ask is None:
        return (voice.sentence("talk.whatif.range" if sources.ask is not None else "talk.no_house"),)
    question = WhatIfRequest(room=rooms[0], offset_k=offset_k, hours=hours)
    try:
        answer = sources.ask("what_if", question)
    except SumikaError:
        return (_no_plan(sources),)
    assert isinstance(answer, WhatIfAnswer)
    if not answer.accepted or answer.cost is None:
        why = answer.problem_ja if voice.is_japanese else answer.problem
        return (voice.refused("talk.not_known", "what_if.refused", why, what=voice.say("talk.whatif.what")),)
    return (_would_cost(sources, answer, hours),)


def _no_plan(sources: Sources) -> Sentence:
    voice = sources.voice
    return voice.sentence("talk.not_known", what=voice.say("talk.whatif.what"), why=voice.say("talk.whatif.no_plan"))


def _offset_k(sources: Sources, wanted: Wanted, room: str) -> float | None:
    """Return by how much warmer the room would be than the plan has it; None where there is no plan."""
    what, number = wanted.call.what, wanted.number
    if what != "set" or wanted.unit == "k":
        step = abs(number) if number is not None else STEP_K
        return -step if what == "down" else step
    outlook = sources.newest.only(PlanOutlook)
    series = next((one.air_c for one in (outlook.rooms if outlook is not None else ()) if one.room == room), ())
    if number is None or not series:
        return None
    usual_c = sum(series[:16]) / len(series[:16])  # four hours in quarters: what is near counts
    return round(number - usual_c, 1)


def _would_cost(sources: Sources, answer: WhatIfAnswer, hours: float) -> Sentence:
    voice, now_s, cost = sources.voice, sources.now_s, answer.cost or 0.0
    about: dict[str, Any] = {"subject": answer.room, "begin_unix_s": now_s, "end_unix_s": now_s + 3600.0 * hours}
    about["zone"] = voice.zone_name
    rows = [
        Row(source="what_if.cost", value=cost, unit=answer.currency, **about),
        Row(source="what_if.offset_k", value=answer.offset_k, unit="K", **about),
    ]
    if answer.energy_kwh is not None:
        rows.append(Row(source="what_if.energy_kwh", value=answer.energy_kwh, unit="kWh", **about))
    way = "more" if answer.offset_k > 0 else "less"
    money = "dearer" if cost >= 0 else "cheaper"
    return voice.sentence(
        f"talk.whatif.{way}.{money}",
        rows,
        numbers=(hours,),
        room=voice.room(answer.room),
        offset=voice.number(abs(answer.offset_k), 1),
        time=voice.hours(hours),
        cost=voice.money(abs(cost), answer.currency),
        energy=voice.kwh(abs(answer.energy_kwh or 0.0)),
    )
