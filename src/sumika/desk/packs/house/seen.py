"""What several papers of a house tell: days, happenings, rooms, and whether anything could be noticed at all."""

from collections.abc import Iterable, Sequence

from sumika.desk.names import Names
from sumika.desk.packs._pack import Sources
from sumika.desk.packs.searched_rows import searched
from sumika.desk.told import Told, moment, number, told, word
from sumika.facts import Book, Fault, Happening, Incident, Period, Row

KITCHEN, BATH, VISIT = "cooking", "bath", "visit"


def ends_of(period: Period) -> tuple[Told, Told]:
    """Return begin and end of a period; a paper's own days may be named anywhere in it."""
    return moment(period.begin_unix_s), moment(period.end_unix_s)


def happening(one: Happening) -> dict[str, object]:
    """Return something that went on, for templates."""
    row = one.rows[:1]
    stretch = tuple(
        Row(
            source=f"happening.{one.kind}",
            subject=one.room or "house",
            begin_unix_s=one.begin_unix_s,
            end_unix_s=one.end_unix_s,
            value=float(one.people) if one.kind == VISIT else one.probability,
            unit="1",
            count=each.count,
            zone=each.zone,
        )
        for each in row
    )
    rows = (*stretch, *one.rows)
    return {
        "begin": moment(one.begin_unix_s, rows),
        "end": moment(one.end_unix_s, rows),
        "lasted": number((one.end_unix_s - one.begin_unix_s) / 3600.0, "h", rows),
        "room": word(one.room, rows),
        "people": number(float(one.people), "1", rows),
    }


def happenings(book: Book, kind: str, period: Period) -> dict[str, object]:
    """Return all of a kind in a period: how often, how long, and whether it could be noticed."""
    found = book.happenings(kind, period)
    search = searched(kind, "house", period, len(found))
    rows = (search, *(row for one in found for row in one.rows))
    hours = sum(one.end_unix_s - one.begin_unix_s for one in found) / 3600.0
    share = told(book.noticed(kind, period))
    return {
        "count": number(float(len(found)), "1", rows),
        "each": [happening(one) for one in found],
        "hours": number(hours, "h", rows),
        "seen": share,
        "could": share.known and (share.value or 0.0) > 0.0,
        "origins": [one.origin for one in found],
    }


def climate_of(book: Book, rooms: Iterable[str], period: Period) -> list[dict[str, object]]:
    """Return warmth and air of some rooms; rooms that nothing measures are left out."""
    found: list[dict[str, object]] = []
    for room in rooms:
        mean = book.climate(room, "temperature_c", period, "mean")
        if mean.value is None:
            continue
        found.append(
            {
                "room": word(room, mean.rows),
                "mean": told(mean),
                "lowest": told(book.climate(room, "temperature_c", period, "lowest")),
                "highest": told(book.climate(room, "temperature_c", period, "highest")),
                "humidity": told(book.climate(room, "relative_humidity", period, "mean")),
                "co2": told(book.climate(room, "co2_ppm", period, "highest")),
                "origin": mean.origin,
            }
        )
    return found


def incident_of(one: Incident, names: Names) -> dict[str, object]:
    """Return an alarm in short."""
    raised = one.rows[:1]
    return {
        "at": moment(one.since_unix_s, (_raised_row(one, names), *raised)),
        "cause": one.cause,
        "room": word(one.room, (_raised_row(one, names), *one.rows)),
        "by": word(names.of(one.answered_by), (_raised_row(one, names), *one.rows)),
        "all": word(one.id, one.rows),
        "open": one.closed_unix_s is None,
    }


def _raised_row(one: Incident, names: Names) -> Row:
    zone = one.rows[0].zone if one.rows else "UTC"
    return Row(
        source="alarm.raised",
        subject=one.room or one.subject or "house",
        part=one.id,
        begin_unix_s=one.since_unix_s,
        end_unix_s=one.since_unix_s,
        text=names.of(one.answered_by),
        zone=zone,
    )


def beside_happenings(book: Book, kind: str, period: Period) -> list[Row]:
    """Return who was there while something went on: what a happening is held against."""
    rows: list[Row] = []
    for one in book.happenings(kind, period):
        spell = Period(begin_unix_s=one.begin_unix_s, end_unix_s=one.end_unix_s)
        for stay in book.presence(one.room, spell) if one.room else ():
            rows += stay.rows
    return rows


def faults_of(faults: Sequence[Fault]) -> list[dict[str, object]]:
    """Return faults for templates."""
    return [
        {
            "subject": word(one.subject, one.rows),
            "code": one.code,
            "begin": moment(one.begin_unix_s, one.rows),
            "end": moment(one.end_unix_s, one.rows, "fault_end"),
            "open": one.end_unix_s is None,
            "detail": word(one.detail, one.rows),
        }
        for one in faults
    ]


def origins_of(found: Iterable[dict[str, object]]) -> list[str]:
    """Return the origins that some things for templates carry."""
    return [str(one["origin"]) for one in found if one.get("origin")]


def worth_of(sources: Sources) -> Book:
    """Return the records.

    Raises:
        ValueError: if there are none: a slip in the program.
    """
    if sources.book is None:
        raise ValueError("papers of the house need its records")
    return sources.book
