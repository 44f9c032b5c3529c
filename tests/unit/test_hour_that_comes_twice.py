"""In the hour that comes twice in autumn what lasts for a while is over in time, and nothing begins an hour early."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from sumika.belief.nights import Night
from sumika.belief.outline import outline_of
from sumika.clock import Instant
from sumika.config import demo_house
from sumika.ecu.appliances import Appliances
from sumika.ecu.lamp_hands import LampHands
from sumika.ecu.moments import later
from sumika.ecu.night_path import NightPath
from sumika.ecu.nudges import Ease, RoomSeen, nudge_of
from sumika.ecu.room_wishes import wish_of
from sumika.plan.runs import Placed
from sumika.plan.situation import Grid
from sumika.plan.suggestions import Holds, Suggesting
from sumika.runtime.asking import Asking
from sumika.runtime.savings import Savings
from sumika.runtime.thinking import Nudged
from sumika.schema import ComfortWish, Origin, PlanReport
from sumika.schema.house import Device
from sumika.schema.living import FurnitureKind
from sumika.schema.worth import Worth
from sumika.units import seconds_to_ns
from tests.plan_helpers import STAMP, a_command, small_house, state

BERLIN = ZoneInfo("Europe/Berlin")
BEFORE = datetime(2026, 10, 25, 0, 59, tzinfo=UTC).astimezone(BERLIN)
"""A minute before clocks are set back from three to two."""


def after(minutes: float, at: datetime = BEFORE) -> datetime:
    return (at.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(BERLIN)


def test_a_moment_comes_when_so_much_time_has_passed() -> None:
    assert (later(BEFORE, timedelta(minutes=3)).hour, later(BEFORE, timedelta(minutes=3)).fold) == (2, 1)
    assert later(after(3), -timedelta(minutes=3)) == BEFORE


def test_the_way_at_night_goes_dark_minutes_after_they_are_back() -> None:
    path, night = NightPath(demo_house().house), Night(bed=BEFORE.replace(hour=0), up=BEFORE.replace(hour=7))
    beds = {one.room: 1.0 for one in demo_house().house.furniture if one.kind == FurnitureKind.BED}
    for minutes in (-30, -15):
        path.see(after(minutes), night, beds, {})
    assert path.settled
    assert path.see(BEFORE, night, beds, dict.fromkeys(beds, "active"))
    assert path.see(after(2), night, beds, {})
    assert not path.see(after(4), night, beds, {})


def test_a_word_about_a_lamp_or_a_room_holds_for_as_long_as_was_said() -> None:
    hands = LampHands(timedelta(minutes=30))
    hands.hear(after(-1), "lamp", {("lamp", "level"): 0.5})
    hands.hear(BEFORE, "lamp", {("lamp", "level"): 1.0})
    wish = wish_of(ComfortWish(stamp=STAMP, origin=Origin.LIVE, room="r", offset_k=1.0, left_s=1800.0), BEFORE)
    for holds in (lambda at: hands.holds(at, "lamp"), wish.holds):
        assert [holds(after(minutes)) for minutes in (0, 29, 31)] == [True, True, False]
    assert [wish.asked_lately(after(minutes)) for minutes in (29, 31)] == [True, False]


def test_a_nudge_and_its_rest_last_for_as_long_as_they_do_otherwise(tmp_path: Path) -> None:
    nudged = nudge_of(Ease(high_since=after(-5), known_at=after(-5)), RoomSeen(at=BEFORE, index=1.0))
    assert [nudged.nudge.holds(after(minutes)) for minutes in (29, 31)] == [True, False]
    assert nudge_of(nudged, RoomSeen(at=after(31), index=1.0)).rests_until == after(91)
    (told,) = Asking(small_house(), tmp_path).nudges(
        (Nudged(room="r", until=after(30), why="w", why_ja="w"),), Instant(0, 0, "boot"), BEFORE
    )
    assert told.until_ns == seconds_to_ns(30 * 60)


def test_a_machine_does_not_begin_an_hour_early() -> None:
    washer = Device(id="washer", room="living", kind="appliance", ratings={"power_w": 1000.0, "run_s": 5400.0})
    house = msgspec.structs.replace(small_house(), devices=(washer,))
    machines = Appliances(house, outline_of(house), Worth())
    machines.hear([state("washer", on=0.0, waiting=1.0)], after(-59))
    grid = Grid.ahead(after(-59).timestamp())
    placed = Placed(device="washer", step=5, saves=0.0, load_kw=np.ones(len(grid)), gap=0.0)
    machines.planned([placed], grid, np.ones(len(grid)))
    (start,) = machines.starts()
    assert (start.begins, start.done) == (after(16), after(106))
    for minutes, begins in ((-51, False), (-44, False), (0, False), (10, True)):
        machines.hear([state("washer", on=0.0, waiting=1.0)], after(minutes))
        assert [start.is_now for start in machines.starts()] == [begins]


def test_after_a_yes_the_same_is_asked_again_when_half_an_hour_has_passed() -> None:
    suggesting, told = Suggesting(small_house()), {("aircon", "mode"): 0.0}

    def asked(at: datetime) -> list[str]:
        heat = a_command("aircon", "mode", 1.0)
        return [one.id for one in suggesting.suggest((heat,), told, {}, at, Holds(at, 0))]

    (name,) = asked(BEFORE)
    suggesting.answered(name, yes=True, at=BEFORE)
    assert [asked(after(minutes)) for minutes in (29, 31)] == [[], [name]]


@pytest.mark.parametrize("begin", [after(-29), datetime(2026, 3, 29, 0, 30, tzinfo=UTC).astimezone(BERLIN)])
def test_what_is_saved_is_counted_by_the_time_that_passes(begin: datetime, tmp_path: Path) -> None:
    savings = Savings(tmp_path, "EUR")
    report = PlanReport(
        stamp=STAMP,
        origin=Origin.LIVE,
        planner="plan",
        mode="drive",
        local_time="",
        plan_cost=0.0,
        simple_cost=48.0,
    )
    for minutes in range(0, 121, 15):
        savings.plan(report, after(minutes, begin))
    assert savings.answer(1.0, after(120, begin)).saved == pytest.approx(2.0)
