"""Care notes: nights, cooking, visits, baths, what changed, alarms. What was measured, and nothing made of it.

The note of a day tells of the night that ended on its morning and of the day until midnight.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sumika.desk.draft import Material, worst
from sumika.desk.packs._pack import Order, Sources
from sumika.desk.packs.house.seen import (
    BATH,
    KITCHEN,
    VISIT,
    beside_happenings,
    climate_of,
    ends_of,
    faults_of,
    happenings,
    incident_of,
    origins_of,
    worth_of,
)
from sumika.desk.packs.searched_rows import searched
from sumika.desk.paper import Look
from sumika.desk.told import Told, moment, number, told, word
from sumika.facts import Book, Change, Fault, Night, Period, Row
from sumika.schema import Measure, Severity
from sumika.text import say

_FIGURES = (
    "to_bed",
    "got_up",
    "in_bed_h",
    "asleep_h",
    "ups",
    "night_visits",
    "heart_bpm",
    "breath_bpm",
    "out_of_bed_h",
    "walking_m_s",
    "measured",
)
_WATCHING = ("radar", "sensor")
_UNITS = {
    Measure.WALKING_SPEED: "m/s",
    Measure.RESTING_HEART: "1/min",
    Measure.RESTING_BREATH: "1/min",
    Measure.OUT_OF_BED: "h",
    Measure.SLEEP: "h",
}


def find_care_day(order: Order, sources: Sources) -> Material:
    """Return what the care note of one day tells of one resident."""
    book, period = worth_of(sources), _period(order)
    day = order.day or period.dates(sources.zone)[0]
    room = book.bedroom_of(order.subject)
    night = book.night(room, day - timedelta(days=1)) if room else None
    common, origins, looks = _common(order, sources, room)
    climate = climate_of(book, _rooms(book, room), period)
    told_night = _night(night) if night is not None else _no_night()
    tells: dict[str, object] = {**common, "night": told_night, "climate": climate}
    origins += origins_of(climate)
    if night is not None:
        origins += [figure.origin for figure in (night.asleep_h, night.to_bed) if figure.value is not None]
    if night is None or night.to_bed.value is None:
        reason = "facts.no_such" if night is None else night.to_bed.reason
        looks.append(_missing("desk.house.night", reason, sources))
    beside = _beside(book, period, [night] if night is not None else [])
    worth = _is_known(tells, [told_night])
    return Material(tells=tells, origin=worst(origins), looks=tuple(looks), beside=beside, worth=worth)


def _beside(book: Book, period: Period, nights: list[Night]) -> tuple[Row, ...]:
    rows = [row for kind in (KITCHEN, BATH) for row in beside_happenings(book, kind, period)]
    rows += [row for night in nights for row in night.rows]
    return (*rows, *(row for one in book.incidents(period) for row in one.rows))


def find_care_week(order: Order, sources: Sources) -> Material:
    """Return what the care note of one week tells of one resident."""
    book, period = worth_of(sources), _period(order)
    room = book.bedroom_of(order.subject)
    common, origins, looks = _common(order, sources, room)
    days = [_day(day, room, sources) for day in period.dates(sources.zone)]
    nights = [one.night for one in days]
    climate = climate_of(book, _rooms(book, room), period)
    tells: dict[str, object] = {
        **common,
        "days": [one.tells for one in days],
        "asleep": _mean([one["asleep_h"] for one in nights]),
        "ups": _mean([one["ups"] for one in nights]),
        "nights_measured": _counted([one["asleep_h"] for one in nights]),
        "climate": climate,
        "changes": [_change(one) for one in (book.changes(room, period) if room else ()) if _changed(one)],
    }
    origins += origins_of(climate)
    if not any(one["asleep_h"].known for one in nights):
        looks.append(_missing("desk.house.night", book.withheld(room) or "facts.no_records", sources))
    beside = _beside(book, period, [])
    worth = _is_known(tells, nights)
    return Material(tells=tells, origin=worst(origins), looks=tuple(looks), beside=beside, worth=worth)


def _period(order: Order) -> Period:
    if order.period is None:
        raise ValueError("a care note is about a time")
    return order.period


def _rooms(book: Book, bedroom: str) -> tuple[str, ...]:
    living = tuple(room.id for room in book.house.rooms if "living" in room.id)
    return tuple(dict.fromkeys(name for name in (bedroom, *living) if name))


def _is_known(tells: Mapping[str, object], nights: Sequence[Mapping[str, Told]]) -> bool:
    """Return whether the records tell anything at all of that time: without them there is no note to write."""
    could = any(isinstance(found := tells[kind], dict) and found["could"] for kind in (KITCHEN, BATH, VISIT))
    return could or any(one["to_bed"].known for one in nights) or bool(tells["climate"]) or bool(tells["incidents"])


def _common(order: Order, sources: Sources, room: str) -> tuple[dict[str, object], list[str], list[Look]]:
    book, period = worth_of(sources), _period(order)
    begin, end = ends_of(period)
    found = {kind: happenings(book, kind, period) for kind in (KITCHEN, BATH, VISIT)}
    incidents = [one for one in book.incidents(period) if not one.test]
    watching = [one for one in book.faults(period) if _blinds(one)]
    resident = next((one for one in sources.house.residents if one.id == order.subject), None)
    looks = [
        _missing(f"desk.house.{kind}", told_.reason or "facts.no_records", sources)
        for kind in (KITCHEN, BATH, VISIT)
        if isinstance(told_ := found[kind]["seen"], Told) and not found[kind]["could"]
    ]
    looks += [Look(what="alarm_open", detail=one.id) for one in incidents if one.closed_unix_s is None]
    origins = [one.origin for one in incidents] + [one.origin for one in watching]
    origins += [origin for kind in found for origin in _listed(found[kind]["origins"])]
    tells: dict[str, object] = {
        "begin": begin,
        "end": end,
        "resident": word(order.subject, (_resident_row(order.subject),)),
        "has_name": resident is not None and bool(resident.name),
        **found,
        "incidents": [incident_of(one, sources.names) for one in incidents],
        "incident_count": number(
            float(len(incidents)),
            "1",
            (searched("alarm", "house", period, len(incidents)), *(one.rows[0] for one in incidents if one.rows)),
        ),
        "faults": faults_of(watching),
        "room": word(room, (_resident_row(order.subject),)),
        "enough": number(*_fixed(sources)),
    }
    return tells, origins, looks


def _fixed(sources: Sources) -> tuple[float | None, str, tuple[Row, ...]]:
    row = sources.fixed("seen_share", "house")
    return row.value, row.unit, (row,)


def _listed(found: object) -> list[str]:
    return [str(one) for one in found] if isinstance(found, list) else []


def _blinds(fault: Fault) -> bool:
    """Return whether a fault means that less could be noticed."""
    return fault.severity != Severity.INFO and fault.subject.startswith(_WATCHING)


def _resident_row(resident: str) -> Row:
    return Row(source="house.yaml", subject=resident, part="residents", begin_unix_s=0.0, end_unix_s=0.0)


def _night(night: Night) -> dict[str, Told]:
    return {name: told(getattr(night, name)) for name in _FIGURES}


def _no_night() -> dict[str, Told]:
    return {name: Told(name=f"night.{name}", reason="facts.no_such") for name in _FIGURES}


class _Day(NamedTuple):
    """One row of the week's table."""

    night: dict[str, Told]
    tells: dict[str, object]


def _day(day: date, room: str, sources: Sources) -> _Day:
    book = worth_of(sources)
    period = Period.day(day, sources.zone)
    night = _night(book.night(room, day - timedelta(days=1))) if room else _no_night()
    tells: dict[str, object] = {
        "date": moment(period.begin_unix_s, (_day_row(period),)),
        "night": night,
        **{kind: happenings(book, kind, period) for kind in (KITCHEN, BATH, VISIT)},
    }
    return _Day(night, tells)


def _day_row(period: Period) -> Row:
    return Row(source="calendar", subject="day", begin_unix_s=period.begin_unix_s, end_unix_s=period.end_unix_s)


def _mean(figures: list[Told]) -> Told:
    known = [one for one in figures if one.value is not None]
    if not known:
        return Told(name="mean", reason="facts.no_records")
    value = sum(one.value or 0.0 for one in known) / len(known)
    return number(value, known[0].unit, tuple(row for one in known for row in one.rows))


def _counted(figures: list[Told]) -> Told:
    known = [one for one in figures if one.value is not None]
    return number(float(len(known)), "1", tuple(row for one in known for row in one.rows))


def _changed(change: Change) -> bool:
    return change.trend.valid and change.trend.change_unix_s is not None and change.trend.after is not None


def _change(change: Change) -> dict[str, object]:
    """Return a change of level: when, from what to what."""
    trend, first = change.trend, change.rows[:1]
    unit = _UNITS.get(trend.measure, "1")

    def level(part: str, value: float | None) -> Told:
        rows = tuple(_trend_row(change.room, f"{trend.measure.value}.{part}", value, unit, row) for row in first)
        return number(value, unit, rows, part)

    return {
        "measure": trend.measure.value,
        "hours": unit == "h",
        "before": level("before", trend.before),
        "after": level("after", trend.after),
        "since": moment(trend.change_unix_s, tuple(_since_row(change.room, trend.change_unix_s, row) for row in first)),
    }


def _trend_row(room: str, part: str, value: float | None, unit: str, over: Row) -> Row:
    return Row(
        source=f"trend.{part}",
        subject=room,
        begin_unix_s=over.begin_unix_s,
        end_unix_s=over.end_unix_s,
        value=value,
        unit=unit,
        count=over.count,
        zone=over.zone,
    )


def _since_row(room: str, at: float | None, over: Row) -> Row:
    return Row(
        source="trend.since",
        subject=room,
        begin_unix_s=over.begin_unix_s,
        end_unix_s=over.end_unix_s,
        value=at,
        unit="unix_s",
        zone=over.zone,
    )


def _missing(key: str, reason: str, sources: Sources) -> Look:
    words = f"{say(key, sources.language)}: {say(reason, sources.language)}"
    return Look(what="missing", detail=words)
