"""Maintenance orders: one for each device or sensor that wants looking after, with what the records say of it."""

from sumika.desk.draft import Material, worst
from sumika.desk.packs._pack import Order, Sources
from sumika.desk.packs.house.seen import worth_of
from sumika.desk.told import Told, moment, number, told, word
from sumika.facts import Due, Row

MOST_ROWS = 20


def find_maintenance(order: Order, sources: Sources) -> Material:
    """Return what an order tells of one device or sensor."""
    book = worth_of(sources)
    at = book.now_unix_s if order.period is None else order.period.end_unix_s
    mine = [one for one in book.due(at) if one.subject == order.subject]
    tells: dict[str, object] = {
        "subject": word(order.subject, (_subject_row(order.subject),)),
        "room": word(mine[0].room if mine else "", (_subject_row(order.subject),)),
        "today": sources.today,
        "dues": [_due(one) for one in mine],
    }
    return Material(tells=tells, origin=worst([one.origin for one in mine]), worth=bool(mine))


def _subject_row(subject: str) -> Row:
    return Row(source="house.yaml", subject=subject, part="id", begin_unix_s=0.0, end_unix_s=0.0)


def _due(one: Due) -> dict[str, object]:
    rows = one.rows[:MOST_ROWS]
    limit = Row(
        source="house.yaml",
        subject=one.subject,
        part="ratings.filter_h",
        begin_unix_s=0.0,
        end_unix_s=0.0,
        value=one.limit_h,
        unit="h",
    )
    return {
        "kind": one.kind,
        "code": one.code,
        "since": moment(one.since_unix_s, (_since_row(one), *rows)),
        "hours": told(one.hours) if one.hours is not None else Told(name="hours"),
        "limit": number(one.limit_h, "h", (limit,)),
        "detail": word(one.detail, rows),
        "count": number(float(len(one.rows)), "1", one.rows),
        "evidence": word(one.subject, rows),
    }


def _since_row(one: Due) -> Row:
    return Row(
        source="due",
        subject=one.subject,
        part=one.code or one.kind,
        begin_unix_s=one.since_unix_s,
        end_unix_s=one.since_unix_s,
        text=one.detail,
        zone=one.rows[0].zone if one.rows else "UTC",
    )
