"""Queries on the records for outside agents: figures and happenings, each with the rows it rests on. They only read."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from sumika.facts import Book, Figure, Period
from sumika.schema import SumikaError
from sumika.schema.house import House

LONGEST_DAYS = 400
MOST_ITEMS = 200
"""More than that no agent reads; the newest are told."""

_DAY: dict[str, Any] = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_ID: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 64}
_DAYS: dict[str, Any] = {
    "first_day": {**_DAY, "description": "2026-11-01; a day of the house's own time zone."},
    "last_day": {**_DAY, "description": "Included."},
}
_FIGURES = ("energy_kwh", "exported_kwh", "cost", "solar_kwh", "saved", "device_kwh")
_QUANTITIES = (
    "temperature_c",
    "relative_humidity",
    "co2_ppm",
    "voc_ug_m3",
    "pm2_5_ug_m3",
    "illuminance_lux",
    "sound_dba",
)


class RecordsError(SumikaError):
    """A query that cannot be answered as it was put."""


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """One query.

    Attributes:
        about: What it tells.
        properties: JSON Schema of its arguments.
        needs: Those that must be there.
        answer: (book, house, period, arguments) -> what is told.
        personal: Whether it says something of a body.
    """

    about: str
    properties: dict[str, Any]
    needs: tuple[str, ...]
    answer: Callable[[Book, House, Period, Mapping[str, Any]], Any]
    personal: bool = False


def _figure(book: Book, house: House, period: Period, asked: Mapping[str, Any]) -> Any:
    name, device = asked["figure"], asked.get("device", "")
    if (name == "device_kwh") is not bool(device):
        raise RecordsError("device is for the figure device_kwh, and that needs one")
    _known(device, [one.id for one in house.devices], "device")
    if asked.get("by_day"):
        key = f"{name}:{device}" if device else name
        return [{"day": day.isoformat(), **_shown(figure)} for day, figure in book.by_day(key, period)]
    return _shown(book.device_kwh(device, period) if device else getattr(book, name)(period))


def _climate(book: Book, house: House, period: Period, asked: Mapping[str, Any]) -> Any:
    room = asked["room"]
    if room == "outside":
        return _shown(book.outside(asked["quantity"], period, asked["statistic"]))
    _known(room, [one.id for one in house.rooms], "room")
    return _shown(book.climate(room, asked["quantity"], period, asked["statistic"]))


def _happenings(book: Book, house: House, period: Period, asked: Mapping[str, Any]) -> Any:
    room = asked.get("room", "")
    _known(room, [one.id for one in house.rooms], "room")
    return _items(book.happenings(asked["kind"], period, room or None))


def _nights(book: Book, house: House, period: Period, asked: Mapping[str, Any]) -> Any:
    room = asked["room"]
    _known(room, [one.id for one in house.rooms], "room")
    withheld = book.withheld(room)
    return {"withheld": withheld} if withheld else _items(book.nights(room, period))


def _orders(book: Book, house: House, period: Period, asked: Mapping[str, Any]) -> Any:
    device = asked["device"]
    _known(device, [one.id for one in house.devices], "device")
    commands = book.last_commands(device, period, limit=MOST_ITEMS)
    return {"commands": _items(commands), "verdicts": _items(book.last_verdicts(device, period, limit=MOST_ITEMS))}


QUERIES: Mapping[str, Query] = MappingProxyType(
    {
        "figure": Query(
            about="Energy, money, the roof's power or what was saved over some days, whole or day by day.",
            properties={
                "figure": {"enum": list(_FIGURES)},
                "device": {**_ID, "description": "Id, for device_kwh."},
                "by_day": {"type": "boolean", "default": False},
                **_DAYS,
            },
            needs=("figure", "first_day", "last_day"),
            answer=_figure,
        ),
        "climate": Query(
            about="Mean, highest or lowest of a room's air, or of the weather (room: outside), over some days.",
            properties={
                "room": {**_ID, "description": "Id of a room, or outside."},
                "quantity": {"enum": list(_QUANTITIES)},
                "statistic": {"enum": ["mean", "highest", "lowest"]},
                **_DAYS,
            },
            needs=("room", "quantity", "statistic", "first_day", "last_day"),
            answer=_climate,
        ),
        "happenings": Query(
            about="Cooking, baths, smoke, open windows or visits that began on some days.",
            properties={"kind": {"enum": ["cooking", "bath", "smoke", "window", "visit"]}, "room": _ID, **_DAYS},
            needs=("kind", "first_day", "last_day"),
            answer=_happenings,
        ),
        "incidents": Query(
            about="Alarms of some days: how far each came, who was told and who answered.",
            properties=_DAYS,
            needs=("first_day", "last_day"),
            answer=lambda book, house, period, asked: _items(book.incidents(period)),
        ),
        "faults": Query(
            about="Faults that were open on some days.",
            properties=_DAYS,
            needs=("first_day", "last_day"),
            answer=lambda book, house, period, asked: _items(book.faults(period)),
        ),
        "orders": Query(
            about="What a device was told on some days, by whom and why, and what the safety gate said; newest first.",
            properties={"device": {**_ID, "description": "Id."}, **_DAYS},
            needs=("device", "first_day", "last_day"),
            answer=_orders,
        ),
        "nights": Query(
            about="Nights of who sleeps in a bedroom, where all whom it concerns have agreed.",
            properties={"room": {**_ID, "description": "Id of the bedroom."}, **_DAYS},
            needs=("room", "first_day", "last_day"),
            answer=_nights,
            personal=True,
        ),
    }
)
"""Every query, by its name."""


def run_query(name: str, book: Book, house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a query tells: {"result": ..., "problems": [...]}.

    Args:
        name: In `QUERIES`.
        book: The records.
        house: As described.
        asked: Arguments that fit the query's schema.

    Raises:
        RecordsError: if there is no such day, room or device, or too many days are asked for.
    """
    try:
        first, last = date.fromisoformat(asked["first_day"]), date.fromisoformat(asked["last_day"])
    except ValueError as error:
        raise RecordsError(f"there is no such day ({error})") from error
    if not timedelta(0) <= last - first <= timedelta(days=LONGEST_DAYS):
        raise RecordsError(f"last_day must not lie before first_day, nor more than {LONGEST_DAYS} days after it")
    book.refresh()
    period = Period.of_days(first, last, book.zone).until(book.now_unix_s)
    result = QUERIES[name].answer(book, house, period, asked)
    return {"result": result, "problems": list(book.problems)}


def _known(wanted: str, known: list[str], what: str) -> None:
    if wanted and wanted not in known:
        raise RecordsError(f"there is no {what} {wanted!r}; there are {', '.join(known)}")


def _shown(figure: Figure) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(figure)
    told["rows"] = [{"id": row.id, **msgspec.to_builtins(row)} for row in figure.rows[:MOST_ITEMS]]
    return told


def _items(found: tuple[msgspec.Struct, ...]) -> list[Any]:
    shown: list[Any] = [msgspec.to_builtins(one) for one in found[-MOST_ITEMS:]]
    return shown
