"""Answers about the days of a time, and about the devices of a house: which was most, which least, the mean."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from sumika.assistant.saying import Sentence, Voice
from sumika.assistant.talk_wanted import Sources, Wanted
from sumika.facts import Figure, Period, Row, local_date

_FIGURES = {"cost": "cost", "used": "energy_kwh", "solar": "solar_kwh", "saved": "saved"}
LOOKS_BACK_DAYS = 30
"""So many days are looked at where nobody says which."""

Days = Sequence[tuple[date, Figure]]


def of_days(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return on which day most or least was paid, used, made or saved, or how much it was a day."""
    voice, what, statistic = sources.voice, wanted.call.what, wanted.call.statistic
    device = wanted.devices[0] if wanted.devices else ""
    period = _period(sources, wanted)
    name = f"device_kwh:{device}" if device else _FIGURES[what]
    days = [(day, figure) for day, figure in sources.book.by_day(name, period) if figure.value is not None]
    today = local_date(sources.now_s, voice.zone)
    if len(days) > 1 and statistic != "highest":
        # Today is not over: it would be the least of all days.
        days = [one for one in days if one[0] != today]
    if not days:
        nothing = sources.book.device_kwh(device, period) if device else sources.book.by_day(name, period)[0][1]
        return (voice.not_known(voice.say("talk.days.what", period=voice.unknown_period(period)), nothing),)
    kind = "used" if device else what
    return (
        _mean(sources, days, kind, period) if statistic == "mean" else _extreme(sources, days, kind, wanted, period),
    )


def _period(sources: Sources, wanted: Wanted) -> Period:
    if wanted.period is not None:
        return wanted.period.until(sources.now_s)
    begin_s = Period.last_days(LOOKS_BACK_DAYS, sources.now_s, sources.voice.zone).begin_unix_s
    return Period(begin_unix_s=begin_s, end_unix_s=sources.now_s)


def _shown(voice: Voice, what: str, value: float, unit: str) -> str:
    return voice.money(value, unit) if what in ("cost", "saved") else voice.kwh(value)


def _about(voice: Voice, period: Period) -> dict[str, Any]:
    return {
        "subject": "house",
        "begin_unix_s": period.begin_unix_s,
        "end_unix_s": period.end_unix_s,
        "zone": voice.zone_name,
    }


def _mean(sources: Sources, days: Days, what: str, period: Period) -> Sentence:
    voice = sources.voice
    mean, unit = sum(figure.value or 0.0 for _, figure in days) / len(days), days[0][1].unit
    about = _about(voice, period)
    rows = [
        Row(source=f"mean.{what}", value=mean, unit=unit, **about),
        Row(source=f"days.{what}", value=float(len(days)), unit="1", count=len(days), **about),
    ]
    rows += [row for _, figure in days for row in figure.rows]
    return voice.sentence(
        f"talk.days.{what}.mean",
        rows,
        days[0][1].origin,
        (mean, float(len(days))),
        period=voice.period(period),
        value=_shown(voice, what, mean, unit),
        count=voice.number(len(days)),
    )


def _extreme(sources: Sources, days: Days, what: str, wanted: Wanted, period: Period) -> Sentence:
    voice, statistic = sources.voice, wanted.call.statistic
    pick = min if statistic == "lowest" else max
    day, figure = pick(days, key=lambda one: one[1].value or 0.0)
    whole = Period.day(day, voice.zone)
    voice.periods.append(whole)
    looked_at = Row(source=f"days.{what}", value=float(len(days)), unit="1", count=len(days), **_about(voice, period))
    return voice.figure(
        f"talk.days.{what}.{statistic}",
        msgspec.structs.replace(figure, rows=(looked_at, *figure.rows)),
        period=voice.period(wanted.period or period),  # "this week", although no more of it than today is over
        day=voice.say(
            "talk.days.day",
            weekday=voice.say(f"talk.weekday.{day.weekday()}"),
            day=f"{day.month}月{day.day}日" if voice.is_japanese else f"{day.day} {day:%b}",
        ),
        value=_shown(voice, what, figure.value or 0.0, figure.unit),
    )


def of_devices(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return which device drew most or least, of those that tell what they draw."""
    voice, period = sources.voice, wanted.period or Period.today(sources.now_s, sources.voice.zone)
    found = [(one, sources.book.device_kwh(one, period.until(sources.now_s))) for one in wanted.devices]
    known = [(one, figure) for one, figure in found if figure.value is not None]
    if not known:
        return (voice.not_known(voice.say("talk.devices.what", period=voice.unknown_period(period)), found[0][1]),)
    pick = min if wanted.call.statistic == "lowest" else max
    device, figure = pick(known, key=lambda one: one[1].value or 0.0)
    key = f"talk.devices.{wanted.call.statistic}"
    names = {"device": voice.device(device), "period": voice.period(period)}
    return (voice.figure(key, figure, value=voice.kwh(figure.value or 0.0), **names),)
