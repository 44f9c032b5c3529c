"""Answers about when somebody was somewhere: at home or in a room, by what the records counted."""

from collections.abc import Iterable
from typing import Any

from sumika.assistant.saying import Sentence
from sumika.assistant.talk_wanted import Sources, Wanted
from sumika.facts import Period, Row, Stay, local_date

LEAST_S = 180.0
"""A shorter absence is nothing that anybody asks for, and may be a miscount."""

MOST_TIMES = 8
RECENT_S = 900.0
"""A time that begins this near to now is now."""


def is_past(sources: Sources, wanted: Wanted) -> bool:
    """Return whether it is asked who was somewhere, and not who is."""
    return wanted.period is not None and wanted.period.begin_unix_s < sources.now_s - RECENT_S


def stays(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return whether and when anybody was in rooms, or at home."""
    assert wanted.period is not None
    voice, period = sources.voice, wanted.period.until(sources.now_s)
    told = [_of_place(sources, room, period) for room in (wanted.rooms[:6] or ("",))]
    if wanted.residents and len(sources.house.residents) > 1:
        names = voice.listed(voice.resident(one) for one in wanted.residents)
        told.insert(0, voice.sentence("talk.presence.not_who", who=names))
    return tuple(told)


def _of_place(sources: Sources, room: str, period: Period) -> Sentence:
    voice = sources.voice
    found = sources.book.presence(room, period)
    if not found:
        what = voice.say("talk.was.what.room", room=voice.room(room)) if room else voice.say("talk.was.what")
        return voice.sentence("talk.not_known", what=what, why=voice.say("talk.no_records"))
    where = voice.say("talk.was.room", room=voice.room(room)) if room else voice.say("talk.was.home")
    there, away = (_joined(one for one in found if _is_there(one) is wanted) for wanted in (True, False))
    origin = getattr(found[0], "origin", "live")
    names: dict[str, Any] = {"period": voice.period(period), "where": where}
    looked_at = _row(sources, period, room, is_there=bool(there))
    if not there or not away:
        rows = (looked_at, *(row for one in found for row in one.rows))
        return voice.sentence(f"talk.was.{'none' if not there else 'all'}", rows, origin, **names)
    # Of a room it is told when somebody was in it, of the house when nobody was.
    spells = there if room else away
    shown = sorted(sorted(spells, key=lambda one: one.begin_unix_s - one.end_unix_s)[:MOST_TIMES], key=_begin)
    rows = (looked_at, *(_row(sources, one, room, is_there=bool(room)) for one in shown))
    moments = [at_s for one in shown for at_s in (one.begin_unix_s, one.end_unix_s)]
    times = voice.listed(_between(sources, one, period) for one in shown)
    key = "talk.was.there" if room else "talk.was.away"
    return voice.sentence(
        key, (*rows, *(row for one in found for row in one.rows)), origin, moments, times=times, **names
    )


def _is_there(stay: Stay) -> bool:
    return stay.people is None or stay.people > 0


def _begin(spell: Period) -> float:
    return spell.begin_unix_s


def _joined(found: Iterable[Stay]) -> list[Period]:
    """Return stretches of time without those that follow one upon another, or last no time worth telling."""
    joined: list[Period] = []
    for one in found:
        begin_s = one.begin_unix_s
        if joined and begin_s - joined[-1].end_unix_s < LEAST_S:
            begin_s = joined.pop().begin_unix_s
        joined.append(Period(begin_unix_s=begin_s, end_unix_s=one.end_unix_s))
    return [one for one in joined if one.seconds >= LEAST_S]


def _between(sources: Sources, spell: Period, period: Period) -> str:
    voice = sources.voice
    between = voice.between(spell)
    if len(period.dates(voice.zone)) == 1:
        return between
    day = voice.day(local_date(spell.begin_unix_s, voice.zone))
    return f"{day}{'の' if voice.is_japanese else ' '}{between}"


def _row(sources: Sources, spell: Period, room: str, *, is_there: bool) -> Row:
    return Row(
        source="stay",
        subject=room or "house",
        begin_unix_s=spell.begin_unix_s,
        end_unix_s=spell.end_unix_s,
        value=float(is_there),
        unit="1",
        zone=sources.voice.zone_name,
    )
