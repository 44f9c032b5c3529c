"""The hand-over record: what was built and handed over, what was tried, which keys and accounts go with it."""

from collections.abc import Iterator

from sumika.desk.draft import Material, worst
from sumika.desk.packs._pack import Order, Sources
from sumika.desk.packs.house_rows import area_row, described, envelope_rows, limit_rows, rating_rows
from sumika.desk.paper import Look
from sumika.desk.sorting import Sorted, Taken, row_of
from sumika.desk.told import Told, moment, number, told, told_row, word
from sumika.facts import Period, Row
from sumika.schema.house import Device, Room
from sumika.text import say

LOOKS_BACK_S = 90 * 86_400.0
"""What was tried longer ago belongs to no hand-over."""


def find_handover(order: Order, sources: Sources) -> Material:
    """Return what a hand-over record tells."""
    house = sources.house
    areas = [area_row(room) for room in house.rooms]
    total = described(
        "building", "floor_area", sum(row.value or 0.0 for row in areas), "m²", source="figure.floor_area"
    )
    checks, checked_looks = _checks(sources)
    keys, key_looks = _of_documents(sources, "keys")
    tried, origins = _tried(sources)
    tells: dict[str, object] = {
        "house_name": word(house.name, (described("house", "name", None, text=house.name),)),
        "today": sources.today,
        **_building(sources),
        "total_area": told_row(total),
        "room_count": number(float(len(areas)), "1", areas),
        "rooms": [_room(room, row) for room, row in zip(house.rooms, areas, strict=True)],
        "devices": [_device(device, sources) for device in house.devices],
        **_watching(sources),
        "checks": checks,
        "tried": tried,
        "keys": keys,
    }
    looks = [*checked_looks, *key_looks]
    if not checks:
        looks.append(Look(what="missing", detail=say("desk.builder.no_commissioning", sources.language)))
    if not keys:
        looks.append(Look(what="missing", detail=say("desk.builder.no_keys", sources.language)))
    derived = ((total, tuple(areas), "sum"),)
    return Material(tells=tells, origin=worst(origins), derived=derived, looks=tuple(looks))


def _plain(subject: str, part: str, text: str) -> Told:
    return word(text, (described(subject, part, None, text=text),))


def _building(sources: Sources) -> dict[str, object]:
    building, envelope = sources.house.building, envelope_rows(sources.house)
    return {
        "has_building": building is not None,
        "grade": _said("grade", "" if building is None else building.grade.value, sources),
        "ventilation": _said("ventilation", "" if building is None else building.ventilation.value, sources),
        "ua": told_row(envelope["ua"]) if envelope else Told(name="ua"),
        "leakage": told_row(envelope["c"]) if envelope else Told(name="c"),
    }


def _room(room: Room, area: Row) -> dict[str, object]:
    return {
        "name": _plain(room.id, "name", room.name or room.id),
        "area": told_row(area),
        "height": told_row(described(room.id, "height_m", room.height_m, "m")),
        "storey": told_row(described(room.id, "storey", float(room.storey), "1")),
    }


def _watching(sources: Sources) -> dict[str, object]:
    """Return radars and sensors."""
    radars = [
        {
            "id": _plain(radar.id, "id", radar.id),
            "room": _plain(radar.id, "room", sources.names.of(radar.room)),
            "model": _plain(radar.id, "model", radar.model),
            "height": told_row(described(radar.id, "position_m.height", radar.position_m[2], "m")),
        }
        for radar in sources.house.radars
    ]
    sensors = [
        {
            "id": _plain(sensor.id, "id", sensor.id),
            "room": _plain(sensor.id, "room", sources.names.of(sensor.room)),
            "kind": _plain(sensor.id, "kind", sensor.kind),
        }
        for sensor in sources.house.sensors
    ]
    return {"radars": radars, "sensors": sensors}


def _said(family: str, code: str, sources: Sources) -> Told:
    """Return our word for a code of the building's description."""
    return _plain("building", family, say(f"desk.{family}.{code}", sources.language) if code else "")


def _device(device: Device, sources: Sources) -> dict[str, object]:
    return {
        "name": _plain(device.id, "name", sources.names.of(device.id)),
        "kind": _plain(device.id, "kind", device.kind),
        "room": _plain(device.id, "room", sources.names.of(device.room)),
        "ratings": [
            {"name": name.rsplit("_", 1)[0], "full": name, "value": told_row(row), "unit": row.unit}
            for name, row in rating_rows(device)
            if row.source == "house.yaml"
        ],
        "limits": [
            {"name": name, "low": told_row(low), "high": told_row(high), "unit": low.unit}
            for name, low, high in limit_rows(device)
        ],
        "fail_safe": [
            {"name": name, "value": told_row(described(device.id, f"fail_safe.{name}", value))}
            for name, value in sorted(device.fail_safe.items())
        ],
    }


def _checks(sources: Sources) -> tuple[list[dict[str, object]], list[Look]]:
    """Return what a commissioning record says, and what of it did not pass."""
    rows, looks = _of_documents(sources, "commissioning")
    for row in rows:
        if not row["passed"]:
            item = row.get("item")
            detail = item.text if isinstance(item, Told) else ""
            looks.append(Look(what="not_passed", detail=detail))
    return rows, looks


def _of_documents(sources: Sources, kind: str) -> tuple[list[dict[str, object]], list[Look]]:
    newest = next((one for one in sources.documents if one.kind == kind), None)
    if newest is None:
        return [], []
    return [_record(record, newest, sources) for record in newest.records], list(_problems(newest, sources.language))


def _record(record: tuple[Taken, ...], document: Sorted, sources: Sources) -> dict[str, object]:
    rule = sources.kinds[document.kind]
    found: dict[str, object] = {name: Told(name=name) for name in rule.fields}
    for taken in record:
        row = row_of(taken, document.kind, rule.fields[taken.name])
        has_number = taken.number is not None and rule.fields[taken.name].type in ("number", "money")
        found[taken.name] = number(taken.number, taken.unit, (row,)) if has_number else word(taken.text, (row,))
    result = found.get("result")
    said = result.text.strip().casefold() if isinstance(result, Told) else ""
    found["passed"] = said in (
        "ok",
        "良",
        "良好",
        "合格",
        "適",
        "○",
        "\u3007",
        "pass",
        "passed",
        "yes",
        "済",
        "✓",
        "異常なし",
    )
    return found


def _problems(document: Sorted, language: str) -> Iterator[Look]:
    for record in document.records:
        for taken in record:
            if taken.problem:
                words = say(f"desk.field.{taken.problem}", language, text=taken.text[:40])
                yield Look(what="field", detail=f"{taken.place.words}: {words}")


def _tried(sources: Sources) -> tuple[list[dict[str, object]], list[str]]:
    """Return what the records say of every device and room: that they were told, obeyed, and are heard."""
    book, found, origins = sources.book, [], []
    if book is None:
        return [], []
    period = Period(begin_unix_s=sources.now_unix_s - LOOKS_BACK_S, end_unix_s=sources.now_unix_s)
    wrong = {fault.subject for fault in book.faults(period) if fault.end_unix_s is None}
    for device in sources.house.devices:
        passed = [one for one in book.last_verdicts(device.id, period, 200) if one.written is not None]
        if passed:
            newest = passed[0]
            origins.append(newest.origin)
            found.append(
                {
                    "what": _plain(device.id, "name", sources.names.of(device.id)),
                    "at": moment(newest.at_unix_s, newest.rows),
                    "words": "commanded",
                    "well": device.id not in wrong,
                }
            )
    for room in sources.house.rooms:
        figure = book.climate(room.id, "temperature_c", period, "now")
        if figure.value is not None:
            origins.append(figure.origin)
            found.append(
                {
                    "what": _plain(room.id, "name", sources.names.of(room.id)),
                    "at": moment(figure.rows[0].begin_unix_s, figure.rows),
                    "value": told(figure),
                    "words": "measured",
                    "well": True,
                }
            )
    return found, origins
