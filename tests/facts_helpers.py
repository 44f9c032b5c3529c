"""What the tests of facts share: a small house, and records of it that are written sample by sample."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from sumika.clock import Instant, SimulatedClock
from sumika.facts import Book, Period
from sumika.history import History, Records
from sumika.history.records import Record
from sumika.schema import Command, Event, Origin, Severity
from sumika.schema.building import Building, Site
from sumika.schema.house import Device, House, Radar, Resident, Room, Sensor, Tariff, WorldSource
from sumika.schema.knowing_settings import Knowing
from sumika.schema.living import Furniture, FurnitureKind, Life
from sumika.schema.system import RUN_BEGAN

BERLIN = ZoneInfo("Europe/Berlin")
HOUR, DAY = 3600.0, 86_400.0
SQUARE = ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0))
HOUSE = House(
    rooms=(
        Room(id="living", floor_m=SQUARE),
        Room(id="bedroom", floor_m=SQUARE, storey=2, residents=("oma",)),
        Room(id="attic", floor_m=SQUARE, storey=3, residents=("tom",)),
    ),
    residents=(Resident(id="oma", life=Life(bedroom="bedroom")), Resident(id="tom", life=Life(bedroom="attic"))),
    radars=(
        Radar(id="eye", room="bedroom", model="x", position_m=(0, 0, 1), yaw_deg=0, pitch_deg=0, source=WorldSource()),
    ),
    sensors=(
        Sensor(id="living_air", room="living", kind="air"),
        Sensor(id="spare_air", room="living", kind="air"),
        Sensor(id="meter", room="living", kind="meter"),
    ),
    devices=(
        Device(id="purifier", room="living", kind="air_purifier", ratings={"filter_h": 24.0}),
        Device(id="roof", room="living", kind="pv"),
    ),
    furniture=(Furniture(kind=FurnitureKind.BED, room="bedroom", at_m=(1, 1)),),
    building=Building(site=Site(timezone="Europe/Berlin")),
    tariff=Tariff(plan="flat_eu"),
    knowing=Knowing(agreed=("oma",)),
)


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> float:
    """Return the Unix time of a moment in Berlin."""
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN).timestamp()


def day_of(year: int, month: int, day: int) -> Period:
    """Return a day in Berlin."""
    return Period.day(date(year, month, day), BERLIN)


def stamp(at_s: float) -> Instant:
    """Return a moment."""
    return Instant(round(at_s * 1e9), round(at_s * 1e9), "test")


def every(step_s: float, begin_s: float, end_s: float) -> list[float]:
    """Return evenly spaced moments, the end not included."""
    return [float(one) for one in np.arange(begin_s, end_s, step_s)]


def keep(
    folder: Path,
    samples: Mapping[tuple[str, str], Iterable[tuple[float, float | None]]],
    records: Iterable[Record] = (),
    origin: Origin = Origin.LIVE,
) -> None:
    """Write samples by (key, "topic.field") and records into a data folder."""
    clock = SimulatedClock(stamp(at(2026, 12, 1)))
    residents = {room.id: room.residents for room in HOUSE.rooms}
    with History(folder / "history", clock, residents) as history:
        for (key, signal), pairs in samples.items():
            for at_s, value in pairs:
                history.add(key, signal, round(at_s * 1e9), value, origin)
        assert not history.refused
    if records:
        with Records(folder / "history", clock) as kept:
            assert kept.record(tuple(records))


def book(folder: Path, now_s: float | None = None, **changed: object) -> Book:
    """Open the records of the small house, with something else in its description."""
    house = msgspec.structs.replace(HOUSE, **changed)
    return Book(folder, house, SimulatedClock(stamp(at(2026, 12, 1) if now_s is None else now_s)))


def event(at_s: float, subject: str, code: str, *, over: bool = False, detail: str = "", part: str = "") -> Event:
    """Return a fault, or its recovery."""
    severity = Severity.INFO if over else Severity.WARNING
    return Event(
        stamp=stamp(at_s),
        origin=Origin.LIVE,
        subject=subject,
        code=code,
        severity=severity,
        recovered=over,
        detail=detail,
        part=part,
    )


def begin_of_run(at_s: float) -> Event:
    """Return that Sumika began."""
    return Event(stamp=stamp(at_s), origin=Origin.LIVE, subject="house", code=RUN_BEGAN, severity=Severity.INFO)


def command(at_s: float, value: float = 1.0, why: str = "", device: str = "purifier", action: str = "level") -> Command:
    """Return an order."""
    return Command(
        stamp=stamp(at_s), origin=Origin.LIVE, device=device, action=action, value=value, asked_by="plan", why=why
    )
