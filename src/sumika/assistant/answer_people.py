"""Answers about people: nights, heart and breath, changes over weeks, who is where. Personal: by agreement alone."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from sumika.assistant.answer_stays import is_past, stays
from sumika.assistant.saying import Sentence
from sumika.assistant.talk_wanted import Sources, Wanted
from sumika.facts import Change, Figure, Night, Period, Row, Stay, local_date
from sumika.schema import OccupancyCount, Presence
from sumika.schema.weeks import Direction, Measure
from sumika.units import SECONDS_PER_DAY

PRESENT, ABSENT = 0.7, 0.05
"""Probabilities from which on somebody is there, or nobody is."""

MOST_NIGHTS = 7
LOOKS_BACK_S, RECORDED_S = 3600.0, 900.0
"""How far back the records of who is where are read, and how near to now they must reach."""

_NIGHT_BEGINS_H = 18
_MEASURES = {
    Measure.NIGHT_VISITS: 1,
    Measure.WALKING_SPEED: 2,
    Measure.RESTING_HEART: 0,
    Measure.RESTING_BREATH: 1,
    Measure.OUT_OF_BED: 1,
    Measure.SLEEP: 1,
}
"""Digits with which each is told."""


def _bedrooms(sources: Sources, wanted: Wanted) -> tuple[str, ...]:
    """Return the bedrooms that are asked about: of residents, of rooms, else of who speaks, else all."""
    if wanted.residents:
        found = [sources.book.bedroom_of(one) for one in wanted.residents]
    elif wanted.rooms:
        found = list(wanted.rooms)
    elif sources.speaker.resident and sources.book.bedroom_of(sources.speaker.resident):
        found = [sources.book.bedroom_of(sources.speaker.resident)]
    else:
        found = list(sources.house.watched_bedrooms)
    return tuple(dict.fromkeys(room for room in found if room))


def _refused(sources: Sources, rooms: tuple[str, ...]) -> Sentence | None:
    """Return why nothing personal is told; None where it may be."""
    if not rooms:
        return sources.voice.sentence("talk.night.no_bedroom")
    if not any(sources.speaker.may_know_of(room) for room in rooms):
        return sources.voice.sentence("talk.refused.personal")
    return None


def _who(sources: Sources, room: str, wanted: Wanted) -> str:
    """Return whose nights those of a room are."""
    living = next((one.residents for one in sources.house.rooms if one.id == room), ())
    if not living:
        return sources.voice.room(room)
    return sources.voice.listed(sources.voice.resident(one) for one in living)


def nights(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return what is known of nights: how long asleep, when to bed and up, how often in between; heart and breath."""
    return _of_bedrooms(sources, wanted, _nights_of)


def _of_bedrooms(
    sources: Sources, wanted: Wanted, told_of: Callable[[Sources, Wanted, str], list[Sentence]]
) -> tuple[Sentence, ...]:
    """Return what is told of each bedroom that is meant and of which the speaker may know, or why nothing is."""
    rooms = _bedrooms(sources, wanted)
    refused = _refused(sources, rooms)
    if refused is not None:
        return (refused,)
    known = [room for room in rooms if sources.speaker.may_know_of(room)]
    return tuple(sentence for room in known for sentence in told_of(sources, wanted, room))


def _nights_of(sources: Sources, wanted: Wanted, room: str) -> list[Sentence]:
    voice, book = sources.voice, sources.book
    withheld = book.withheld(room)
    if withheld:
        what = voice.say("talk.night.what", who=_who(sources, room, wanted))
        return [voice.not_known(what, Figure(name="night", value=None, unit="", reason=withheld))]
    zone = voice.zone
    if wanted.period is None or wanted.period.seconds <= 1.1 * SECONDS_PER_DAY:
        night = book.night(room, _evening(sources, wanted.period, wanted.call.what))
        return _one_night(sources, night, wanted)
    period = wanted.period.until(sources.now_s)
    found = book.nights(room, period)[-MOST_NIGHTS:]
    told = [one for night in found for one in _one_night(sources, night, wanted)[:1]]
    if told:
        return told
    evening = local_date(period.end_unix_s, zone) - timedelta(days=1)
    return _one_night(sources, book.night(room, evening), wanted)


def _evening(sources: Sources, period: Period | None, what: str) -> date:
    """Return the evening of the night that is meant.

    A night belongs to the evening on which it began: who went to bed on Monday slept on Monday. They got up on Tuesday,
    though; and of today's night nothing is known while it is day.
    """
    zone = sources.voice.zone
    if period is None:
        period = Period.last_night(sources.now_s, zone)
    first = local_date(period.begin_unix_s, zone)
    begins = Period.day(first, zone).begin_unix_s
    is_day = period.begin_unix_s - begins < 3600.0 * _NIGHT_BEGINS_H - 60.0
    is_today = first == local_date(sources.now_s, zone)
    return first - timedelta(days=1) if is_day and (what == "got_up" or is_today) else first


def _one_night(sources: Sources, night: Night, wanted: Wanted) -> list[Sentence]:
    voice = sources.voice
    names = {"who": _who(sources, night.room, wanted), "night": voice.night(night.evening)}
    if wanted.call.tool == "vitals":
        told = [_vital(sources, night, wanted.call.what, names)]
    else:
        told = _TOLD[wanted.call.what](sources, night, names)
    return [_dated(sources, night, one) for one in told]


def _dated(sources: Sources, night: Night, sentence: Sentence) -> Sentence:
    """Return a sentence whose rows tell as well which night it is of."""
    if not sentence.rows:
        return sentence
    whole = Period.night(night.evening, sources.voice.zone)
    about: dict[str, Any] = {"begin_unix_s": whole.begin_unix_s, "end_unix_s": whole.end_unix_s}
    row = Row(source="night.evening", subject=night.room, count=0, zone=sources.voice.zone_name, **about)
    return msgspec.structs.replace(sentence, rows=(*sentence.rows, row))


def _missing(sources: Sources, figure: Figure, names: dict[str, str]) -> list[Sentence]:
    return [sources.voice.not_known(sources.voice.say("talk.night.what.of", **_without_date(sources, names)), figure)]


def _without_date(sources: Sources, names: dict[str, str]) -> dict[str, str]:
    """Return names without the date of a night of which nothing is known: it is in no row."""
    has_digits = any(letter.isdigit() for letter in names["night"])
    return {**names, "night": sources.voice.say("talk.day.that_night")} if has_digits else names


def _asleep(sources: Sources, night: Night, names: dict[str, str]) -> list[Sentence]:
    voice, figure = sources.voice, night.asleep_h
    if figure.value is None:
        return _missing(sources, figure, names)
    shown = voice.hours(figure.value)
    if figure.low is None or figure.high is None:
        return [voice.figure("talk.night.asleep", figure, value=shown, **names)]
    low, high = voice.hours(figure.low), voice.hours(figure.high)
    return [voice.figure("talk.night.asleep.interval", figure, value=shown, low=low, high=high, **names)]


def _to_bed(sources: Sources, night: Night, names: dict[str, str]) -> list[Sentence]:
    if night.to_bed.value is None:
        return _missing(sources, night.to_bed, names)
    return [
        sources.voice.figure("talk.night.to_bed", night.to_bed, at=sources.voice.clock(night.to_bed.value), **names)
    ]


def _got_up(sources: Sources, night: Night, names: dict[str, str]) -> list[Sentence]:
    voice, figure = sources.voice, night.got_up
    if figure.value is not None:
        return [voice.figure("talk.night.got_up", figure, at=voice.moment(figure.value), **names)]
    # Of a night that was told and of which only this was not seen, now says nothing.
    still = None if night.rows else _still_in_bed(sources, night, names)
    return [still] if still is not None else _missing(sources, figure, names)


def _still_in_bed(sources: Sources, night: Night, names: dict[str, Any]) -> Sentence | None:
    """Return what is seen in the bedroom now, while its night is not told of yet."""
    today = local_date(sources.now_s, sources.voice.zone)
    presence = sources.newest.one(Presence, night.room)
    if (today - night.evening).days > 1 or presence is None or presence.probability is None:
        return None
    row = sources.voice.row(presence, "presence.probability", night.room, presence.probability, "1")
    is_there = presence.probability >= PRESENT
    if not is_there and presence.probability > ABSENT:
        return None
    key = "talk.night.not_up" if is_there else "talk.night.nobody"
    return sources.voice.sentence(key, (row,), presence.origin.value, room=sources.voice.room(night.room), **names)


def _ups(sources: Sources, night: Night, names: dict[str, str]) -> list[Sentence]:
    figure = night.ups if night.ups.value is not None else night.night_visits
    if figure.value is None:
        return _missing(sources, night.ups, names)
    count = sources.voice.number(figure.value)
    key = {0: "talk.night.ups.none", 1: "talk.night.ups.once"}.get(round(figure.value), "talk.night.ups")
    return [sources.voice.figure(key, figure, count=count, **names)]


def _stages(sources: Sources, night: Night, names: dict[str, str]) -> list[Sentence]:
    voice, rem, deep = sources.voice, night.rem_h, night.non_rem_h
    if rem.value is None or deep.value is None:
        return _missing(sources, rem, names)
    return [
        voice.sentence(
            "talk.night.stages",
            rows=(*rem.rows, *deep.rows),
            origin=rem.origin,
            numbers=(rem.value, deep.value),
            rem=voice.hours(rem.value),
            non_rem=voice.hours(deep.value),
            who=names["who"],
            night=names["night"],
        )
    ]


_TOLD: Mapping[str, Callable[[Sources, Night, dict[str, str]], list[Sentence]]] = MappingProxyType(
    {"asleep": _asleep, "to_bed": _to_bed, "got_up": _got_up, "ups": _ups, "stages": _stages}
)
"""What is told of a night, by the word that asks for it."""


def _vital(sources: Sources, night: Night, what: str, names: dict[str, str]) -> Sentence:
    voice = sources.voice
    figure = night.heart_bpm if what == "heart" else night.breath_bpm
    if figure.value is None:
        return voice.not_known(voice.say(f"talk.vital.{what}.what", **_without_date(sources, names)), figure)
    shown = voice.number(figure.value, 0 if what == "heart" else 1)
    return voice.figure(f"talk.vital.{what}", figure, value=shown, **names)


def changes(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return what has changed over weeks for those who sleep in a bedroom."""
    return _of_bedrooms(sources, wanted, _changes_of)


def _changes_of(sources: Sources, wanted: Wanted, room: str) -> list[Sentence]:
    voice, who = sources.voice, _who(sources, room, wanted)
    withheld = sources.book.withheld(room)
    period = wanted.period or Period.last_days(84, sources.now_s, voice.zone)
    found = () if withheld else sources.book.changes(room, period.until(sources.now_s))
    known = [one for one in found if one.trend.valid]
    if not known:
        reason = withheld or next((one.reason for one in found if one.reason), "")
        empty = Figure(name="changes", value=None, unit="", reason=reason)
        return [voice.not_known(voice.say("talk.change.what", who=who), empty)]
    told = [_change(sources, one, who) for one in known if one.trend.direction is not Direction.NONE]
    if told:
        return told
    days = max(one.trend.days for one in known)
    rows = tuple(row for one in known for row in one.rows)
    return [voice.sentence("talk.change.none", rows, known[0].origin, (days,), who=who, days=voice.number(days))]


def _change(sources: Sources, change: Change, who: str) -> Sentence:
    voice, trend = sources.voice, change.trend
    digits = _MEASURES[trend.measure]
    before, after = trend.before or 0.0, trend.after or 0.0
    day = "" if trend.change_unix_s is None else voice.day(local_date(trend.change_unix_s, voice.zone))
    numbers = [before, after, *([] if trend.change_unix_s is None else [trend.change_unix_s])]
    return voice.sentence(
        f"talk.change.{trend.direction.value}",
        change.rows,
        change.origin,
        numbers,
        who=who,
        measure=voice.say(f"talk.measure.{trend.measure.value}"),
        before=voice.number(before, digits),
        after=voice.number(after, digits),
        day=day,
    )


def presence(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return whether anybody is or was in a room or at home, how many, or where."""
    if is_past(sources, wanted):
        return stays(sources, wanted)
    rooms = wanted.rooms
    if wanted.call.what == "where" or wanted.residents:
        return _where(sources, wanted)
    watched = [one.room for one in sources.newest.all(Presence)]
    if not rooms:
        return _at_home(sources, wanted)
    told: list[Sentence] = []
    for room in rooms[:6]:
        if room not in watched and _last_stay(sources, room) is None:
            what = sources.voice.say("talk.presence.what", room=sources.voice.room(room))
            told.append(
                sources.voice.sentence("talk.not_known", what=what, why=sources.voice.say("talk.presence.unseen"))
            )
            continue
        told.append(_in_room(sources, room, count=wanted.call.what == "how_many"))
    return tuple(told)


def _in_room(sources: Sources, room: str, *, count: bool) -> Sentence:
    voice, name = sources.voice, sources.voice.room(room)
    counted = sources.newest.one(OccupancyCount, room)
    if count and counted is not None and counted.valid and counted.count is not None:
        row = sources.voice.row(counted, "occupancy_count.count", room, float(counted.count), "1")
        key = "talk.presence.count" if counted.count else "talk.presence.nobody"
        return voice.sentence(key, (row,), counted.origin.value, room=name, count=voice.number(counted.count))
    told = sources.newest.one(Presence, room)
    if told is None and (stay := _last_stay(sources, room)) is not None:
        return _stayed(sources, room, stay)
    if told is None or told.probability is None:
        why = voice.say(f"reason.{told.reason.value}") if told is not None else voice.say("talk.presence.unseen")
        return voice.sentence("talk.not_known", what=voice.say("talk.presence.what", room=name), why=why)
    row = sources.voice.row(told, "presence.probability", room, told.probability, "1")
    key = "somebody" if told.probability >= PRESENT else "nobody" if told.probability <= ABSENT else "perhaps"
    share = voice.percent(told.probability)
    return voice.sentence(f"talk.presence.{key}", (row,), told.origin.value, room=name, share=share)


def _at_home(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    voice, told = sources.voice, [one for one in sources.newest.all(Presence) if one.probability is not None]
    if not told and (stay := _last_stay(sources, "")) is not None:
        return (_stayed(sources, "", stay),)
    if not told:
        why = voice.say("talk.presence.unseen")
        return (voice.sentence("talk.not_known", what=voice.say("talk.presence.what.home"), why=why),)
    unseen = _unseen(sources, {one.room for one in told})
    there = [one for one in told if (one.probability or 0.0) >= PRESENT]
    if not there:
        return (_nobody(sources, told, "seen" if unseen else "home"), *unseen)
    # Who asks how many, or where, asks of every room; that somebody is at home holds whatever is not seen.
    more = unseen if wanted.call.what in ("how_many", "where") else ()
    origin = max(told, key=lambda one: one.origin.value).origin.value
    if wanted.call.what == "how_many":
        counts = [sources.newest.one(OccupancyCount, one.room) for one in there]
        known = [one for one in counts if one is not None and one.valid and one.count is not None]
        if len(known) == len(there):
            rows = [voice.row(one, "occupancy_count.count", one.room, float(one.count or 0), "1") for one in known]
            people = sum(one.count or 0 for one in known)
            count = voice.number(people)
            return (voice.sentence("talk.presence.count.home", rows, origin, (people,), count=count), *more)
    rows = [_presence_row(sources, one) for one in there]
    rooms = voice.listed(voice.room(one.room) for one in there)
    return (voice.sentence("talk.presence.somebody.home", rows, origin, rooms=rooms), *more)


def _presence_row(sources: Sources, told: Presence) -> Row:
    return sources.voice.row(told, "presence.probability", told.room, told.probability, "1")


def _nobody(sources: Sources, told: list[Presence], where: str) -> Sentence:
    """Return that nobody is found at home, or in the rooms that are seen; or where perhaps somebody is.

    Args:
        sources: What is known.
        told: Of every room that is seen.
        where: "home" or "seen".
    """
    voice, likeliest = sources.voice, max(told, key=lambda one: one.probability or 0.0)
    if (likeliest.probability or 0.0) > ABSENT:
        return _in_room(sources, likeliest.room, count=False)
    origin = max(told, key=lambda one: one.origin.value).origin.value
    return voice.sentence(f"talk.presence.nobody.{where}", [_presence_row(sources, one) for one in told], origin)


def _unseen(sources: Sources, seen: set[str]) -> tuple[Sentence, ...]:
    """Return of which rooms it is not told now whether anybody is there, though a radar or sensor should tell it."""
    voice, heard = sources.voice, {one.room for one in sources.newest.all(Presence)}
    should = heard | set(sources.house.watched_rooms)
    rooms = [voice.room(one.id) for one in sources.house.rooms if one.id in should - seen]
    return (voice.sentence("talk.presence.rooms.unseen", rooms=voice.listed(rooms, "or")),) if rooms else ()


def _last_stay(sources: Sources, room: str) -> Stay | None:
    """Return how many the records say are in a room, or at home, at this moment; None where they do not reach it."""
    period = Period(begin_unix_s=sources.now_s - LOOKS_BACK_S, end_unix_s=sources.now_s)
    found = sources.book.presence(room, period)
    return found[-1] if found and found[-1].end_unix_s >= sources.now_s - RECORDED_S else None


def _stayed(sources: Sources, room: str, stay: Stay) -> Sentence:
    voice, people = sources.voice, stay.people
    kind = "somebody" if people is None else "count" if people else "nobody"
    key = f"talk.presence.{kind}" + ("" if room else ".home")
    name = voice.room(room) if room else voice.say("talk.at_home")
    count = voice.number(people or 0)
    return voice.sentence(key, stay.rows, numbers=(people or 0,), room=name, rooms=name, count=count)


def _where(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return in which rooms somebody is: the radar sees people, not who they are."""
    told = _at_home(sources, wanted)
    if not wanted.residents:
        return told
    names = sources.voice.listed(sources.voice.resident(one) for one in wanted.residents)
    if len(sources.house.residents) == 1:
        return told
    return (sources.voice.sentence("talk.presence.not_who", who=names), *told)
