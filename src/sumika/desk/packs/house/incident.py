"""The report on an alarm: what was raised when, who was told, who answered, and what the house did meanwhile."""

from sumika.desk.draft import Material, worst
from sumika.desk.packs._pack import Order, Sources
from sumika.desk.packs.house.seen import worth_of
from sumika.desk.packs.searched_rows import searched
from sumika.desk.paper import Look
from sumika.desk.told import moment, number, word
from sumika.facts import Book, Incident, Notice, Period, Row

BEFORE_S, AFTER_S = 900.0, 1800.0
"""What the house did is told from so long before an alarm until so long after it was closed."""

MOST_LINES = 40


def find_incident(order: Order, sources: Sources) -> Material:
    """Return what the report on one alarm tells."""
    book = worth_of(sources)
    if order.period is None:
        raise ValueError("a report on an alarm is about its day")
    found = next((one for one in book.incidents(order.period) if one.id == order.subject), None)
    if found is None:
        return Material(tells={}, worth=False)
    closed = found.closed_unix_s
    around = Period(
        begin_unix_s=found.since_unix_s - BEFORE_S,
        end_unix_s=(found.since_unix_s if closed is None else closed) + AFTER_S,
    )
    commands = _commands(sources, book, around)
    told_all = [_notice(one, found) for one in found.told if not one.closing][:MOST_LINES]
    tells: dict[str, object] = {
        "id": word(found.id, (_raised(found),)),
        "cause": found.cause,
        "room": word(found.room, (_raised(found),)),
        "raised": moment(found.since_unix_s, (_raised(found), *found.rows[:1])),
        "is_closed": closed is not None,
        "closed": moment(closed, (*_closed(found), *found.rows[-1:])),
        "lasted": number(None if closed is None else (closed - found.since_unix_s) / 3600.0, "h", _lasted(found)),
        "test": found.test,
        "words": word(found.words_ja if sources.language == "ja" else found.words, _words_row(found, sources)),
        "detail": word(found.detail, found.rows),
        "stages": [{"stage": one.stage, "at": moment(one.at_unix_s, (one.row,))} for one in found.stages],
        "told": told_all,
        "told_count": number(
            float(len(told_all)), "1", (searched("told", found.id, around, len(told_all)), *found.rows[:1])
        ),
        "answered": bool(found.answered_by),
        "answered_by": word(sources.names.of(found.answered_by), (_answered(found, sources), *found.rows)),
        "commands": commands,
        "none_done": word(found.id, (searched("command", "house", around, len(commands)),)),
    }
    looks = () if closed is not None else (Look(what="alarm_open", detail=found.id),)
    return Material(tells=tells, origin=worst([found.origin]), looks=looks, beside=found.rows)


def _row(found: Incident, source: str, at: float, *, until: float | None = None, text: str = "", part: str = "") -> Row:
    return Row(
        source=source,
        subject=found.room or found.subject or "house",
        part=part or found.id,
        begin_unix_s=at,
        end_unix_s=at if until is None else until,
        text=text,
        zone=found.rows[0].zone if found.rows else "UTC",
    )


def _raised(found: Incident) -> Row:
    return _row(found, "alarm.raised", found.since_unix_s, text=found.detail)


def _closed(found: Incident) -> tuple[Row, ...]:
    return () if found.closed_unix_s is None else (_row(found, "alarm.closed", found.closed_unix_s),)


def _lasted(found: Incident) -> tuple[Row, ...]:
    return (_row(found, "alarm.lasted", found.since_unix_s, until=found.closed_unix_s),)


def _answered(found: Incident, sources: Sources) -> Row:
    return _row(
        found, "alarm.answered", found.closed_unix_s or found.since_unix_s, text=sources.names.of(found.answered_by)
    )


def _words_row(found: Incident, sources: Sources) -> tuple[Row, ...]:
    text = found.words_ja if sources.language == "ja" else found.words
    return (_row(found, "alarm.words", found.since_unix_s, text=text),)


def _notice(one: Notice, found: Incident) -> dict[str, object]:
    row = _row(found, "alarm.delivery", one.at_unix_s, text=f"{one.contact} {one.problem}".strip(), part=one.contact)
    return {
        "contact": word(one.contact, (row,)),
        "how": one.how,
        "state": one.state,
        "at": moment(one.at_unix_s, (row,)),
        "problem": word(one.problem, (row,)),
    }


def _commands(sources: Sources, book: Book, around: Period) -> list[dict[str, object]]:
    """Return what devices were told around an alarm, the oldest first."""
    orders = [one for device in sources.house.devices for one in book.last_commands(device.id, around, MOST_LINES)]
    orders.sort(key=lambda one: one.at_unix_s)
    found: list[dict[str, object]] = []
    for one in orders[:MOST_LINES]:
        text = one.why_ja if sources.language == "ja" else one.why
        why = Row(
            source="command.why",
            subject=one.device,
            part=one.action,
            begin_unix_s=one.at_unix_s,
            end_unix_s=one.at_unix_s,
            text=text,
            zone=one.rows[0].zone,
        )
        value = one.rows[0].value
        found.append(
            {
                "at": moment(one.at_unix_s, one.rows),
                "device": word(one.device, one.rows),
                "action": one.action,
                "value": number(value, "1" if value is not None else "", one.rows),
                "why": word(text, (why, *one.rows)),
            }
        )
    return found
