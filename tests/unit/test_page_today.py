"""The first card and the figures tell what is so now: nothing that fell silent, and every alarm that nobody ended."""

from pathlib import Path

import pytest

from sumika.clock import Instant
from sumika.dashboard import Role
from sumika.history import Records
from sumika.schema import AirSample, Event, ModeReport, Origin, PlannedAction, PlanReport, Severity
from tests.page_helpers import NOW_S, Played, quick_passwords
from tests.unit.test_page_feed import STAMP, presence, tracks

pytestmark = pytest.mark.slow


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Played:
    quick_passwords(monkeypatch)
    return Played(tmp_path)


def event(at_s: float, subject: str, code: str, severity: Severity, *, recovered: bool = False) -> Event:
    stamp = Instant(1, round((NOW_S + at_s) * 1e9), "boot")
    return Event(stamp=stamp, origin=Origin.LIVE, subject=subject, code=code, severity=severity, recovered=recovered)


def test_an_open_alarm_is_hidden_by_nothing_that_comes_and_goes(played: Played) -> None:
    fall = event(-9000, "bedroom", "suspected_fall", Severity.ALARM)
    ended = event(-8900, "gate", "node_degraded", Severity.ALARM)
    flaps = [
        event(
            10 * n - 8000, subject, "radar_silent", Severity.INFO if n % 2 else Severity.WARNING, recovered=n % 2 == 1
        )
        for n in range(600)
        for subject in ("living", "bedroom")
    ]
    over = event(-10, "gate", "node_degraded", Severity.INFO, recovered=True)
    with Records(played.folder / "history", played.clock) as records:
        records.record((fall, ended, *flaps, over))
    alarms = played.owner().get("/api/today").json()["alarms"]
    assert [(one["subject"], one["code"]) for one in alarms] == [("bedroom", "suspected_fall")]


def test_what_fell_silent_is_not_told_as_now(played: Played) -> None:
    owner, machine = played.owner(), played.machine(Role.RESIDENT)
    air = AirSample(stamp=STAMP, origin=Origin.LIVE, sensor="a", room="bedroom", co2_ppm=1200.0, temperature_c=21.0)
    drives = ModeReport(stamp=STAMP, origin=Origin.LIVE, source="gate", mode="drive")
    heats = PlannedAction(device="aircon", action="setpoint_c", value=21.5, why="cold", why_ja="寒い")
    plan = PlanReport(
        stamp=STAMP, origin=Origin.LIVE, planner="plan", mode="drive", local_time="2026-01-20T16:15", actions=(heats,)
    )
    for message in (air, presence(), tracks(), drives, plan):
        played.say(message)
    card = owner.get("/api/today").json()
    assert (card["mode"], [one["device"] for one in card["next"]]) == ("drive", ["aircon"])
    assert "sumika_air_temperature_celsius{" in machine.get("/metrics").text
    played.later(3600.0)
    card = owner.get("/api/today").json()
    assert (card["air"], card["temperature_c"], card["people"]) == ("unknown", None, None)
    assert (card["rooms_with_people"], card["rooms_unknown"]) == ([], ["bedroom"])
    assert (card["mode"], card["next"]) == ("", [])
    figures = machine.get("/metrics").text
    assert "sumika_air_temperature_celsius{" not in figures
    assert "sumika_presence_probability{" not in figures
