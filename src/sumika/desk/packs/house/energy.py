"""The month's report: what was taken, given, made and paid, what was saved, and how comfortable the rooms were."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

from sumika.desk.draft import Material, worst
from sumika.desk.packs._pack import Order, Sources
from sumika.desk.packs.house.seen import ends_of, faults_of, origins_of, worth_of
from sumika.desk.paper import Look
from sumika.desk.sorting import Sorted, Taken, row_of
from sumika.desk.told import Told, moment, number, told, told_row, word
from sumika.facts import Book, Figure, Period, Row
from sumika.text import say

_DAILY = ("energy_kwh", "cost", "solar_kwh", "exported_kwh", "saved")
_MONTH = re.compile(r"(\d{4})[-/年.](\d{1,2})")
LEAST_COVERED = 0.9
"""Of a month of which less was recorded, the sums are not the month's."""

BILLED_YEARS, LONGEST_BILLED_DAYS = range(2000, 2200), 100
"""A bill of another time, or of a longer one, was misread or misprinted."""


def find_energy_month(order: Order, sources: Sources) -> Material:
    """Return what the report of a month tells."""
    book = worth_of(sources)
    if order.period is None:
        raise ValueError("a report of a month is about a month")
    period = order.period
    begin, end = ends_of(period)
    totals = _totals(book, period)
    bill, bill_looks = _bill(sources, book, period)
    devices = _devices(sources, book, period)
    rooms = _rooms(sources, book, period)
    tells: dict[str, object] = {
        "begin": begin,
        "end": end,
        **{name: told(figure) for name, figure in totals.items()},
        "outside": told(book.outside("temperature_c", period, "mean")),
        "days": _days(book, period),
        "devices": devices,
        "rooms": rooms,
        "comfort_low": told_row(sources.fixed("comfort_low_c", "house")),
        "comfort_high": told_row(sources.fixed("comfort_high_c", "house")),
        "interval": told_row(sources.fixed("interval_share", "house")),
        "bill": bill,
        "faults": faults_of([one for one in book.faults(period) if one.severity != "info"][:20]),
    }
    looks = [*_looks(totals, sources.language), *bill_looks]
    origins = [figure.origin for figure in totals.values() if figure.value is not None]
    origins += [*origins_of(rooms), *origins_of(devices)]
    worth = any(figure.value is not None for figure in totals.values()) or bool(rooms)
    return Material(
        tells=tells,
        origin=worst(origins),
        looks=tuple(looks),
        beside=_drawn_by_day(sources, book, period),
        worth=worth,
    )


def _totals(book: Book, period: Period) -> dict[str, Figure]:
    """Return what was taken, given, paid, made and saved in all."""
    return {
        "energy": book.energy_kwh(period),
        "exported": book.exported_kwh(period),
        "cost": book.cost(period),
        "solar": book.solar_kwh(period),
        "saved": book.saved(period),
    }


def _looks(totals: Mapping[str, Figure], language: str) -> list[Look]:
    energy = totals["energy"]
    if energy.value is None:
        return [Look(what="missing", detail=f"{say('desk.house.energy', language)}: {say(energy.reason, language)}")]
    if energy.coverage is not None and energy.coverage < LEAST_COVERED:
        share = f"{100.0 * energy.coverage:.0f} %"
        return [Look(what="gaps", detail=f"{say('desk.house.energy', language)}: {share}", edit=False)]
    return []


def _days(book: Book, period: Period) -> list[dict[str, object]]:
    """Return the days of a month, as an energy management system's table has them."""
    by_name = {name: dict(book.by_day(name, period)) for name in _DAILY}
    days = sorted({day for found in by_name.values() for day in found})
    return [
        {
            "date": moment(_midnight(day, book), (_day_row(day, book),)),
            **{name: told(found[day]) if day in found else Told(name=name) for name, found in by_name.items()},
        }
        for day in days
    ]


def _midnight(day: date, book: Book) -> float:
    return Period.day(day, book.zone).begin_unix_s


def _day_row(day: date, book: Book) -> Row:
    whole = Period.day(day, book.zone)
    return Row(
        source="calendar",
        subject="day",
        begin_unix_s=whole.begin_unix_s,
        end_unix_s=whole.end_unix_s,
        zone=book.zone_name,
    )


def _devices(sources: Sources, book: Book, period: Period) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for device in sources.house.devices:
        figure = book.device_kwh(device.id, period)
        if figure.value is not None:
            hours = book.running_h(device.id, period)
            found.append(
                {
                    "name": word(device.id, figure.rows),
                    "energy": told(figure),
                    "hours": told(hours),
                    "origin": figure.origin,
                }
            )
    return found


def _drawn_by_day(sources: Sources, book: Book, period: Period) -> tuple[Row, ...]:
    """Return what each device drew in a day: it is held against what the whole house had that day."""
    return tuple(
        row
        for device in sources.house.devices
        for _, figure in book.by_day(f"device_kwh:{device.id}", period)
        for row in figure.rows
    )


def _rooms(sources: Sources, book: Book, period: Period) -> list[dict[str, object]]:
    low = sources.rule.numbers["comfort_low_c"][0]
    high = sources.rule.numbers["comfort_high_c"][0]
    found: list[dict[str, object]] = []
    for room in sources.house.rooms:
        share = book.comfort_share(room.id, period, low, high)
        if share.value is None:
            continue
        found.append(
            {
                "room": word(room.id, share.rows),
                "share": told(share),
                "occupied": share.name.endswith(".occupied"),
                "mean": told(book.climate(room.id, "temperature_c", period, "mean")),
                "lowest": told(book.climate(room.id, "temperature_c", period, "lowest")),
                "highest": told(book.climate(room.id, "temperature_c", period, "highest")),
                "humidity": told(book.climate(room.id, "relative_humidity", period, "mean")),
                "co2": told(book.climate(room.id, "co2_ppm", period, "highest")),
                "origin": share.origin,
            }
        )
    return found


# -- the bill ---------------------------------------------------------------------------------------------------------


def _bill(sources: Sources, book: Book, period: Period) -> tuple[dict[str, object] | None, list[Look]]:
    """Return what the electricity bill of that month says, beside what the records say of its days."""
    for document in sources.documents:
        if document.kind != "electricity_bill" or not document.records:
            continue
        fields = {taken.name: taken for taken in document.records[0]}
        billed = _billed(fields, sources, period)
        if billed is None or not _covers(billed, period):
            continue
        problems = [
            Look(
                what="field",
                detail=f"{one.place.words}: {say(f'desk.field.{one.problem}', sources.language, text=one.text[:40])}",
            )
            for one in fields.values()
            if one.problem
        ]
        return _beside(document, fields, sources, book, billed), problems
    return None, []


def _billed(fields: Mapping[str, Taken], sources: Sources, period: Period) -> Period | None:
    """Return the time that a bill is for."""
    first, last = (_date_of(fields.get(name)) for name in ("begin", "end"))
    if first is not None and last is not None and 0 <= (last - first).days < LONGEST_BILLED_DAYS:
        return Period.of_days(first, last, sources.zone)
    named = _MONTH.search(fields["month"].text) if "month" in fields else None
    if named is None or not 1 <= int(named[2]) <= 12 or int(named[1]) not in BILLED_YEARS:
        return None
    return Period.month(int(named[1]), int(named[2]), sources.zone)


def _date_of(taken: Taken | None) -> date | None:
    """Return the day that a field says; None where it says none that a bill may be about."""
    if taken is None or taken.number is None:
        return None
    day = datetime.fromtimestamp(taken.number, UTC).date()
    return day if day.year in BILLED_YEARS else None


def _covers(billed: Period, period: Period) -> bool:
    """Return whether most of a bill's time lies in the month."""
    shared = min(billed.end_unix_s, period.end_unix_s) - max(billed.begin_unix_s, period.begin_unix_s)
    return shared > 0.5 * billed.seconds


def _beside(
    document: Sorted, fields: Mapping[str, Taken], sources: Sources, book: Book, billed: Period
) -> dict[str, object]:
    recorded = book.energy_kwh(billed)
    rows = {name: _bill_row(taken, document, sources, billed, recorded) for name, taken in fields.items()}
    return {
        "name": word(document.name, (rows["energy"],)),
        "energy": number(rows["energy"].value, "kWh", (rows["energy"],)),
        "amount": number(rows["amount"].value, "JPY", (rows["amount"],)),
        "recorded": told(recorded),
        "cost": told(book.cost(billed)),
        "begin": moment(billed.begin_unix_s, (rows["energy"],)),
        "end": moment(billed.end_unix_s, (rows["energy"],)),
    }


def _bill_row(taken: Taken, document: Sorted, sources: Sources, billed: Period, recorded: Figure) -> Row:
    rule = sources.kinds[document.kind].fields[taken.name]
    row = row_of(taken, document.kind, rule)
    meter = recorded.rows[0].subject if recorded.rows and rule.same_as else row.subject
    return Row(
        source=row.source,
        subject=meter,
        part="",
        begin_unix_s=billed.begin_unix_s,
        end_unix_s=billed.end_unix_s,
        value=row.value,
        unit=row.unit,
        text=f"{taken.place.words}: {taken.text}",
        zone=book_zone(sources),
    )


def book_zone(sources: Sources) -> str:
    """Return the name of the house's time zone."""
    return sources.zone.key
