"""Answers about what happened (cooking, baths, windows, visitors, alarms, faults), and what wants looking after."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from sumika.assistant.saying import Sentence
from sumika.assistant.talk_wanted import Sources, Wanted
from sumika.clock import Instant
from sumika.facts import Due, Fault, Happening, Incident, Period, Row, Why
from sumika.facts.told import Told
from sumika.schema import AlarmCause, Event, Origin, Severity
from sumika.schema.house import Device, Radar, Sensor
from sumika.schema.talk import TalkRight
from sumika.text import event_text
from sumika.units import NANOSECONDS_PER_SECOND

MOST_TOLD = 8
HAPPENINGS = ("cooking", "bath", "smoke", "window", "visit")
LOOKS_BACK_DAYS = 30
"""So far back is looked for what somebody asks of without a time: the newest of it is told."""


def happened(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return what happened and when."""
    what = wanted.call.what
    if what in HAPPENINGS:
        return _of_kind(sources, wanted, what)
    if what in ("alarm", "fall"):
        return _alarms(sources, wanted)
    if what == "fault":
        return _faults(sources, wanted)
    return _anything(sources, wanted)


def _period(sources: Sources, wanted: Wanted, days: int = 0) -> Period:
    now_s, zone = sources.now_s, sources.voice.zone
    if wanted.period is not None:
        return wanted.period.until(now_s)
    if days == 0:
        return Period.today(now_s, zone)
    return Period(begin_unix_s=Period.last_days(days, now_s, zone).begin_unix_s, end_unix_s=now_s)


def _of_kind(sources: Sources, wanted: Wanted, kind: str) -> tuple[Sentence, ...]:
    """Return when something went on; without a time in the question, when it last did."""
    rooms: tuple[str | None, ...] = wanted.rooms or (None,)
    period = _period(sources, wanted, LOOKS_BACK_DAYS)
    found = sorted(
        (one for room in rooms for one in sources.book.happenings(kind, period, room)),
        key=lambda one: one.begin_unix_s,
    )
    if not found:
        none = _none(sources, f"talk.happened.{kind}.none", period)
        return (_no_visitors(sources, period, none) if kind == "visit" else none,)
    if wanted.period is None:
        return (_happening(sources, found[-1], last=True),)
    told = [_happening(sources, one) for one in _some(found)]
    if len(found) > 1:
        told.insert(0, _counted(sources, kind, found, period))
    return tuple(told)


def _counted(sources: Sources, kind: str, found: Sequence[Told], period: Period) -> Sentence:
    """Return how often something was; the count is a row of its own before those that were counted."""
    voice, times = sources.voice, len(found)
    about: dict[str, Any] = {"begin_unix_s": period.begin_unix_s, "end_unix_s": period.end_unix_s}
    counted = Row(source=f"count.{kind}", subject="house", value=float(times), unit="1", zone=voice.zone_name, **about)
    rows = (counted, *(row for one in found for row in one.rows))
    names: dict[str, Any] = {"count": voice.number(times), "period": voice.period(period)}
    return voice.sentence(f"talk.happened.{kind}.count", rows, getattr(found[0], "origin", "live"), **names)


def _some(found: list[Happening]) -> list[Happening]:
    """Return the first and the last of many: nobody listens to them all."""
    return found if len(found) <= MOST_TOLD else [*found[: MOST_TOLD // 2], *found[-MOST_TOLD // 2 :]]


def _none(sources: Sources, key: str, period: Period) -> Sentence:
    """Return that there was none; the row says in which time none was counted."""
    voice = sources.voice
    about: dict[str, Any] = {"begin_unix_s": period.begin_unix_s, "end_unix_s": period.end_unix_s}
    row = Row(source=key.removeprefix("talk."), subject="house", value=0.0, unit="1", zone=voice.zone_name, **about)
    return voice.sentence(key, (row,), period=voice.period(period))


def _no_visitors(sources: Sources, period: Period, none: Sentence) -> Sentence:
    """Return that nobody came, or why nobody can tell: visitors are whoever is there beside those who live here."""
    noticed = sources.book.noticed("visit", period)
    if noticed.reason != Why.NO_SUCH:
        return none
    if not sources.house.residents:
        noticed = msgspec.structs.replace(noticed, reason="talk.happened.visit.no_residents")
    return sources.voice.not_known(sources.voice.say("talk.happened.visit.what"), noticed)


def _happening(sources: Sources, one: Happening, *, last: bool = False) -> Sentence:
    voice = sources.voice
    where = voice.room(one.room) if one.room else voice.say("talk.at_home")
    key = f"talk.happened.{one.kind}{'.last' if last else ''}"
    rows = one.rows
    if one.people:
        # How many visitors there were is worked out of who was seen, and is a row of its own before those.
        lasted: dict[str, Any] = {"begin_unix_s": one.begin_unix_s, "end_unix_s": one.end_unix_s}
        most = Row(source=f"most.{one.kind}", subject="house", value=float(one.people), unit="1", **lasted)
        rows = (msgspec.structs.replace(most, zone=voice.zone_name), *rows)
    return voice.sentence(
        key,
        rows,
        one.origin,
        (one.begin_unix_s, one.end_unix_s, one.people, (one.end_unix_s - one.begin_unix_s) / 3600.0),
        room=where,
        begin=voice.moment(one.begin_unix_s),
        end=voice.clock(one.end_unix_s),
        time=voice.hours((one.end_unix_s - one.begin_unix_s) / 3600.0),
        count=voice.number(one.people),
    )


def _alarms(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    period = _period(sources, wanted, LOOKS_BACK_DAYS)
    found = [one for one in sources.book.incidents(period) if not wanted.rooms or one.room in wanted.rooms]
    if wanted.call.what == "fall":
        found = [one for one in found if one.cause == AlarmCause.SUSPECTED_FALL]
    if not found:
        return (_none(sources, f"talk.happened.{wanted.call.what}.none", period),)
    told = [_alarm(sources, one) for one in found[-MOST_TOLD:]]
    return tuple([_counted(sources, wanted.call.what, found, period), *told] if len(found) > 1 else told)


def _alarm(sources: Sources, one: Incident) -> Sentence:
    """Return an alarm in one sentence: what it was, when, and who answered."""
    voice = sources.voice
    words = (one.words_ja if voice.is_japanese else one.words) or one.cause
    key = "open" if one.closed_unix_s is None else "answered" if one.answered_by else "over"
    rows = one.rows or tuple(stage.row for stage in one.stages)
    closed_s = one.closed_unix_s or one.since_unix_s
    # Shown as somebody else's words: they may hold a name of a room with digits, or anything.
    rows = tuple(_with_text(row, words) for row in rows)
    return voice.sentence(
        f"talk.happened.alarm.{key}",
        rows,
        one.origin,
        (one.since_unix_s, closed_s),
        words=voice.quoted(words),
        at=voice.on(one.since_unix_s),
        end=voice.on(closed_s),
        who=_answered(sources, one.answered_by),
        test=voice.say("talk.happened.alarm.test") if one.test else "",
    )


def _answered(sources: Sources, by: str) -> str:
    """Return who answered an alarm: a resident, a contact of the house, or the name of an account."""
    house = sources.house
    if by in {one.id for one in house.residents}:
        return sources.voice.resident(by)
    contacts = house.alarms.contacts if house.alarms is not None else ()
    name = next((one.name or one.id for one in contacts if one.id == by), "")
    return name or (sources.voice.quoted(by) if by else "")


def _with_text(row: Row, words: str) -> Row:
    """Return a row whose text holds some words that were read from the same record."""
    return row if words in row.text else msgspec.structs.replace(row, text=f"{words} {row.text}".strip())


def _faults(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    period = _period(sources, wanted, 7 if wanted.period is None else 0)
    found = [
        one
        for one in sources.book.faults(period)
        if not wanted.rooms or one.subject in _of_rooms(sources, wanted.rooms)
    ]
    if not found:
        return (_none(sources, "talk.happened.fault.none", period),)
    told = [_fault(sources, one) for one in found[-MOST_TOLD:]]
    return tuple([_counted(sources, "fault", found, period), *told] if len(found) > 1 else told)


def _of_rooms(sources: Sources, rooms: Iterable[str]) -> frozenset[str]:
    """Return everything that stands in some rooms."""
    house, wanted = sources.house, frozenset(rooms)
    things: tuple[Device | Sensor | Radar, ...] = (*house.devices, *house.sensors, *house.radars)
    return wanted | frozenset(one.id for one in things if one.room in wanted)


def _told(sources: Sources, subject: str, code: str, at_s: float) -> str:
    """Return the sentence that the house has for an event, without its detail, which others wrote."""
    stamp = Instant(0, round(at_s * NANOSECONDS_PER_SECOND), "")
    about: dict[str, Any] = {"stamp": stamp, "origin": Origin.LIVE, "severity": Severity.WARNING}
    name = sources.voice.device(subject)
    return event_text(Event(subject=name, code=code, **about), sources.voice.language)


def _fault(sources: Sources, one: Fault) -> Sentence:
    voice = sources.voice
    ends_s = one.end_unix_s if one.end_unix_s is not None else one.begin_unix_s
    lasted = "open" if one.end_unix_s is None else "short" if ends_s - one.begin_unix_s < 60.0 else "over"
    key = f"talk.happened.fault.{lasted}"
    detail = voice.say("talk.detail", words=voice.quoted(one.detail)) if one.detail else ""
    return voice.sentence(
        key,
        one.rows,
        one.origin,
        (one.begin_unix_s, ends_s),
        what=_told(sources, one.subject, one.code, one.begin_unix_s),
        begin=voice.on(one.begin_unix_s) if lasted == "short" else voice.moment(one.begin_unix_s),
        end=voice.moment(ends_s),
        detail=detail,
    )


def _anything(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return all that happened, as far as who asks may hear of it."""
    period = _period(sources, wanted)
    rooms: tuple[str | None, ...] = wanted.rooms or (None,)
    found = [one for kind in HAPPENINGS for room in rooms for one in sources.book.happenings(kind, period, room)]
    found.sort(key=lambda one: one.begin_unix_s)
    told = [_happening(sources, one) for one in found[-MOST_TOLD:]]
    if sources.speaker.has(TalkRight.FALLS):
        told += [_alarm(sources, one) for one in sources.book.incidents(period)[-3:]]
    if sources.speaker.has(TalkRight.RECORDS):
        told += [_fault(sources, one) for one in sources.book.faults(period)[-3:]]
    return tuple(told) or (_none(sources, "talk.happened.anything.none", period),)


def maintenance(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return what wants looking after."""
    wanted_here = frozenset(wanted.devices) | (_of_rooms(sources, wanted.rooms) if wanted.rooms else frozenset())
    found = [one for one in sources.book.due() if not wanted_here or one.subject in wanted_here]
    if not found:
        return (sources.voice.sentence("talk.due.none"),)
    return tuple(_due(sources, one) for one in found[:MOST_TOLD])


def _due(sources: Sources, one: Due) -> Sentence:
    voice, name = sources.voice, sources.voice.device(one.subject)
    if one.kind == "filter" and one.hours is not None and one.hours.value is not None:
        limit_h = one.limit_h or 0.0
        return voice.sentence(
            "talk.due.filter",
            (*one.rows, *one.hours.rows),
            one.origin,
            (one.hours.value, limit_h),
            device=name,
            hours=voice.number(one.hours.value),
            limit=voice.number(limit_h),
        )
    detail = voice.say("talk.detail", words=voice.quoted(one.detail)) if one.detail else ""
    return voice.sentence(
        "talk.due.event",
        one.rows,
        one.origin,
        (one.since_unix_s,),
        what=_told(sources, one.subject, one.code, one.since_unix_s),
        since=voice.moment(one.since_unix_s),
        detail=detail,
    )
