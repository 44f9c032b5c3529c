"""The periodic inspection: item by item, in order or to look at or to act on, each with what the records say."""

from collections.abc import Iterator

from sumika.desk.draft import Material, worst
from sumika.desk.packs._pack import Order, Sources
from sumika.desk.packs.house_rows import envelope_rows
from sumika.desk.packs.searched_rows import searched
from sumika.desk.paper import Look
from sumika.desk.told import Told, moment, number, told, told_row, word
from sumika.facts import Book, Due, Fault, Period, Row
from sumika.schema.house import Device
from sumika.text import say

OK, LOOK, ACT, UNKNOWN = "ok", "look", "act", "unknown"
_SEVERE = (OK, UNKNOWN, LOOK, ACT)


def find_inspection(order: Order, sources: Sources) -> Material:
    """Return what a periodic inspection tells; about the months before its day."""
    book, period = sources.book, order.period
    if book is None or period is None:
        reason = say("desk.builder.no_records", sources.language)
        return Material(tells={"items": []}, looks=(Look(what="missing", detail=reason),), worth=False)
    faults = book.faults(period)
    due = book.due(period.end_unix_s)
    items = [
        *_devices(sources, book, period, faults, due),
        *_sensors(sources, faults, due, period),
        _radars(sources, faults, period),
        *_airtight(sources, book, period),
        _alarms(sources, book, period),
    ]
    counts = {verdict: sum(item["verdict"] == verdict for item in items) for verdict in _SEVERE}
    looks = [
        Look(what="inspect", detail=f"{item['what'].text}: {_verdict(item, sources.language)}", edit=False)
        for item in items
        if item["verdict"] in (LOOK, ACT) and isinstance(item["what"], Told)
    ]
    rows = [_verdict_row(item, period) for item in items]
    tells = {
        "items": items,
        "begin": moment(period.begin_unix_s),
        "end": moment(period.end_unix_s),
        **{
            f"count_{verdict}": number(
                float(count), "1", [row for row, item in zip(rows, items, strict=True) if item["verdict"] == verdict]
            )
            for verdict, count in counts.items()
        },
        "counts": counts,
    }
    origins = [fault.origin for fault in faults] + [one.origin for one in due] + [_origin(book, sources, period)]
    return Material(tells=tells, origin=worst(origins), looks=tuple(looks))


def _verdict(item: dict[str, object], language: str) -> str:
    return say(f"desk.builder.{item['verdict']}", language)


def _origin(book: Book, sources: Sources, period: Period) -> str:
    found = [book.climate(room.id, "temperature_c", period, "mean") for room in sources.house.rooms]
    return worst([figure.origin for figure in found if figure.value is not None])


def _verdict_row(item: dict[str, object], period: Period) -> Row:
    what = item["what"]
    subject = what.text if isinstance(what, Told) else ""
    return Row(
        source="inspection",
        subject=subject,
        part=str(item["verdict"]),
        begin_unix_s=period.begin_unix_s,
        end_unix_s=period.end_unix_s,
    )


def _item(
    what: str, subject: str, verdict: str, words: str, rows: tuple[Row, ...], **more: object
) -> dict[str, object]:
    return {
        "what": word(what, rows),
        "id": subject,
        "verdict": verdict,
        "words": words,
        "evidence": word("", rows),
        **more,
    }


def _devices(
    sources: Sources, book: Book, period: Period, faults: tuple[Fault, ...], due: tuple[Due, ...]
) -> Iterator[dict[str, object]]:
    for device in sources.house.devices:
        yield _device(device, sources, book, period, faults, due)


def _device(
    device: Device, sources: Sources, book: Book, period: Period, faults: tuple[Fault, ...], due: tuple[Due, ...]
) -> dict[str, object]:
    mine = [fault for fault in faults if fault.subject == device.id]
    wanted = [one for one in due if one.subject == device.id]
    told_count = len(book.last_commands(device.id, period, 1000))
    name = sources.names.of(device.id)
    search = searched("faults", device.id, period, len(mine))
    commands = number(float(told_count), "1", (searched("commands", device.id, period, told_count),))
    rows = (search, *(row for one in (*wanted, *mine) for row in one.rows))[:20]
    faults_told = number(float(len(mine)), "1", (search,))
    hours = next((told(one.hours) for one in wanted if one.hours is not None), Told(name="hours"))
    limit = next(
        (number(one.limit_h, "h", (_limit_row(device.id, one.limit_h),)) for one in wanted if one.limit_h is not None),
        Told(name="limit"),
    )
    if wanted:
        return _item(
            name, device.id, ACT, wanted[0].kind, rows, faults=faults_told, commands=commands, hours=hours, limit=limit
        )
    verdict, words = (LOOK, "recovered") if mine else (OK, "obeys") if told_count else (UNKNOWN, "never_told")
    return _item(name, device.id, verdict, words, rows, faults=faults_told, commands=commands, hours=hours, limit=limit)


def _limit_row(device: str, limit_h: float) -> Row:
    return Row(
        source="house.yaml",
        subject=device,
        part="ratings.filter_h",
        begin_unix_s=0.0,
        end_unix_s=0.0,
        value=limit_h,
        unit="h",
    )


def _sensors(
    sources: Sources, faults: tuple[Fault, ...], due: tuple[Due, ...], period: Period
) -> Iterator[dict[str, object]]:
    for sensor in sources.house.sensors:
        mine = [fault for fault in faults if fault.subject == sensor.id]
        wanted = [one for one in due if one.subject == sensor.id]
        search = searched("faults", sensor.id, period, len(mine))
        rows = (search, *(row for one in (*wanted, *mine) for row in one.rows))[:20]
        verdict, words = (ACT, "sensor") if wanted else (LOOK, "recovered") if mine else (OK, "sound")
        faults_told = number(float(len(mine)), "1", (search,))
        yield _item(sensor.id, sensor.id, verdict, words, rows, faults=faults_told)


def _radars(sources: Sources, faults: tuple[Fault, ...], period: Period) -> dict[str, object]:
    ids = {radar.id for radar in sources.house.radars}
    mine = [fault for fault in faults if fault.subject in ids or fault.subject.removeprefix("sensor.") in ids]
    is_open = any(fault.end_unix_s is None for fault in mine)
    search = searched("faults", "radars", period, len(mine))
    rows = (search, *(row for one in mine for row in one.rows))[:20]
    verdict, words = (ACT, "blind") if is_open else (LOOK, "recovered") if mine else (OK, "sound")
    if not ids:
        verdict, words = UNKNOWN, "no_radar"
    name = say("desk.builder.radars", sources.language)
    return _item(name, "radars", verdict, words, rows, faults=number(float(len(mine)), "1", (search,)))


def _airtight(sources: Sources, book: Book, period: Period) -> Iterator[dict[str, object]]:
    """Return heat loss and tightness: what was described, and whether the records say that it has grown worse."""
    worse = [one for one in book.faults(period) if one.code in ("less_heat", "building_changed", "window_left_open")]
    search = searched("faults", "building", period, len(worse))
    for key, row in envelope_rows(sources.house).items():
        rows = (row, search, *(each for one in worse for each in one.rows))[:20]
        verdict, words = (LOOK, "envelope_worse") if worse else (UNKNOWN, "envelope_described")
        yield _item(
            say(f"desk.builder.{key}", sources.language),
            "building",
            verdict,
            words,
            rows,
            value=told_row(row),
            unit=row.unit,
        )


def _alarms(sources: Sources, book: Book, period: Period) -> dict[str, object]:
    incidents = book.incidents(period)
    tests = [one for one in incidents if one.test]
    unanswered = [one for one in incidents if not one.test and not one.answered_by and one.closed_unix_s is None]
    search = searched("alarm_tests", "house", period, len(tests))
    rows = (search, *(row for one in (*unanswered, *tests) for row in one.rows))[:20]
    verdict, words = (ACT, "unanswered") if unanswered else (OK, "tested") if tests else (LOOK, "not_tested")
    count = number(float(len(tests)), "1", (search,))
    return _item(say("desk.builder.alarms", sources.language), "alarms", verdict, words, rows, tests=count)
