"""The desk over days and a month's end: each paper unasked, in its hour and once, also where it is killed meanwhile."""

import json
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import date, datetime, timedelta
from datetime import time as hour
from pathlib import Path

import msgspec
import pytest

from sumika.desk import Desk
from sumika.schema import AlarmStage
from sumika.schema.desk_settings import DeskSettings
from tests.facts_helpers import BERLIN, HOUR, HOUSE, at, every, keep
from tests.unit.test_desk_house import alarm, event_that

BEGIN_S, END_S = at(2026, 11, 28, 12), at(2026, 12, 1, 6)
"""From a Saturday over a Monday to the first day of a month."""

HOUSE_OF_DAYS = msgspec.structs.replace(HOUSE, desk=DeskSettings(at_h=0.0), language="en")
TURN_S = 900.0
"""So far the clock goes from one turn to the next."""

KEEPS_DESK = """
import os, sys
from pathlib import Path
from sumika.clock import SimulatedClock
import sumika.desk.queue
from sumika.runtime.desk_loop import DeskLoop
from tests.facts_helpers import stamp
from tests.scenario.test_desk_days import HOUSE_OF_DAYS, TURN_S
from tests.unit.test_desk_house import Frame

folder, at_s = Path(sys.argv[1]), float(sys.argv[2])
frame = Frame(folder, HOUSE_OF_DAYS)
frame.clock = SimulatedClock(stamp(at_s))
sumika.desk.queue.FORMS = ("md",)
loop = DeskLoop(frame)
while True:
    loop.turn()
    at_s += TURN_S
    frame.clock.move_to(stamp(at_s))
    (folder / "now.new").write_text(str(at_s))
    os.replace(folder / "now.new", folder / "now")
"""


def lived(folder: Path) -> None:
    """Write nine days of records: a meter, a warm room, nights, a device that does not obey, an answered alarm."""
    begin, end = at(2026, 11, 22), at(2026, 12, 1, 8)
    steps = list(enumerate(every(900.0, begin, end)))
    hours = every(HOUR, begin, end)
    evenings = [begin + 86_400.0 * day + 22 * HOUR for day in range(9)]
    nights: dict[str, list[tuple[float, float | None]]] = {name: [] for name in ("began_unix_s", "ended_unix_s")}
    for number, evening in enumerate(evenings):
        told = evening + 8.5 * HOUR
        nights["began_unix_s"].append((told, evening))
        nights["ended_unix_s"].append((told, evening + 8 * HOUR))
        for name, value in (("in_bed_min", 480.0), ("asleep_min", 400.0 + number), ("ups", 1.0)):
            nights.setdefault(name, []).append((told, value))
    samples: dict[tuple[str, str], list[tuple[float, float | None]]] = {
        ("meter", "meter.imported_kwh"): [(one, 100.0 + 0.5 * number) for number, one in steps],
        ("meter", "meter.price_per_kwh"): [(one, 0.3) for one in hours],
        ("living_air", "air.temperature_c"): [(one, 20.0 + number % 2) for number, one in steps],
        ("living", "air_events.cooking_probability"): [(one, 0.0) for one in hours],
        ("living", "occupancy_count.count"): [(one, 1.0) for _, one in steps],
        **{("bedroom", f"sleep_night.{name}"): told for name, told in nights.items()},
    }
    closed = at(2026, 11, 28, 15, 4)
    states = (
        alarm(AlarmStage.PROMPT, at(2026, 11, 28, 15)),
        alarm(AlarmStage.ACKNOWLEDGED, closed, closed_unix_s=closed, acknowledged_by="tom"),
    )
    keep(folder, samples, (event_that(at(2026, 11, 28, 11)), *states))


def made_at(folder: Path) -> dict[str, datetime]:
    """Return when each paper was made."""
    papers = [json.loads(path.read_bytes()) for path in (folder / "desk" / "papers").glob("[!.]*.json")]
    return {one["id"]: datetime.fromtimestamp(one["made_unix_s"], BERLIN) for one in papers}


def begun(folder: Path, at_s: float) -> "subprocess.Popen[bytes]":
    """Start a desk whose clock stands at a moment and goes on."""
    return subprocess.Popen([sys.executable, "-c", KEEPS_DESK, str(folder), str(at_s)])


def run_and_kill(folder: Path) -> Counter[date]:
    """Let the desk live through all days; kill it twice a day in the middle of what it writes. Return how often."""
    killed: Counter[date] = Counter()
    desk, seen, at_s, never = begun(folder, BEGIN_S), 0, BEGIN_S, threading.Event()
    try:
        while at_s < END_S:
            never.wait(0.005)
            assert desk.poll() is None
            at_s = float((folder / "now").read_text()) if (folder / "now").exists() else at_s
            there = len(list((folder / "desk").rglob("*")))
            day = datetime.fromtimestamp(at_s, BERLIN).date()
            if there > seen and killed[day] < 2:
                desk.send_signal(signal.SIGKILL)
                desk.wait()
                killed[day] += 1
                desk = begun(folder, at_s)
            seen = there
    finally:
        desk.kill()
        desk.wait()
    return killed


@pytest.mark.timeout(300)
@pytest.mark.slow
def test_over_days_and_a_months_end_each_paper_is_there_once_whatever_was_killed(tmp_path: Path) -> None:
    lived(tmp_path)
    killed = run_and_kill(tmp_path)
    assert set(killed) >= {date(2026, 11, 28), date(2026, 11, 29), date(2026, 11, 30), date(2026, 12, 1)}
    made = made_at(tmp_path)
    days = [date(2026, 11, 25) + timedelta(days=number) for number in range(6)]
    notes = {f"care_day.{day}.oma": day for day in days}
    assert set(made) == {
        *notes,
        "care_week.2026-11-16.oma",
        "care_week.2026-11-23.oma",
        "energy_month.2026-11-01",
        "incident.2026-11-28.fall.1",
        "maintenance.2026-11-28.purifier",
    }
    # What fell due before the desk's first day is made up for; from then on each is of the hour in which it falls due.
    due = {name: day + timedelta(days=1) for name, day in notes.items()}
    due |= {"care_week.2026-11-23.oma": date(2026, 11, 30), "energy_month.2026-11-01": date(2026, 12, 1)}
    for name, day in due.items():
        begins = max(datetime.combine(day, hour(0), BERLIN), datetime.fromtimestamp(BEGIN_S, BERLIN))
        assert begins <= made[name] <= begins + timedelta(hours=1), name
    assert made["incident.2026-11-28.fall.1"] > datetime.fromtimestamp(at(2026, 11, 28, 15, 4), BERLIN)
    shown = {path.name for path in (tmp_path / "desk" / "out").glob("[!.]*")}
    assert shown == {f"{name}.md" for name in made}
    with Desk(tmp_path, HOUSE_OF_DAYS, tmp_path / "house.yaml", now=lambda: END_S) as opened:
        assert opened.faults() == ()
        assert {one.id for one in opened.papers() if one.kind == "care_day"} == set(notes)
    drafted = Counter(
        line["paper"]
        for line in map(json.loads, (tmp_path / "desk" / "audit.jsonl").read_text().splitlines())
        if line["what"] == "drafted"
    )
    assert drafted == dict.fromkeys(made, 1)
