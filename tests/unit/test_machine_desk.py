"""A resident says that a machine is loaded: taken where the house may start it, and said so where not."""

from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest

from sumika.belief.outline import outline_of
from sumika.cli._devices_load import hour_of
from sumika.ecu import Measurements
from sumika.ecu.appliances import Appliances
from sumika.plan.situation import Grid
from sumika.runtime.house_ear import HouseEar
from sumika.runtime.machine_desk import MachineDesk
from sumika.schema import DeviceState, LoadMachineRequest, MachineLoaded, Origin, UsageError
from sumika.schema.house import Device, House
from sumika.schema.worth import Worth
from tests.plan_helpers import EVENING, STAMP, small_house, state


def a_house() -> House:
    house = small_house()
    machines = tuple(Device(id=name, room="living", kind="appliance") for name in ("washer", "oven"))
    return msgspec.structs.replace(house, devices=(*house.devices, *machines))


def test_it_is_told_to_the_planner_with_the_hour_and_who_said_it(tmp_path: Path) -> None:
    answer, messages = MachineDesk(a_house(), tmp_path).load(
        LoadMachineRequest(device="washer", done_by_h=7.5, resident="aoi"), STAMP
    )
    assert answer.accepted
    assert messages == (MachineLoaded(stamp=STAMP, origin=Origin.LIVE, device="washer", done_by_h=7.5, resident="aoi"),)


@pytest.mark.parametrize(
    ("device", "hour", "said"),
    [
        ("oven", None, "never started"),
        ("light", None, "washer"),
        ("washer", 25.0, "0 to 24"),
        ("?" * 99, None, "?" * 9),
    ],
)
def test_what_cannot_be_is_refused_in_both_languages(
    device: str, hour: float | None, said: str, tmp_path: Path
) -> None:
    answer, messages = MachineDesk(a_house(), tmp_path).load(LoadMachineRequest(device=device, done_by_h=hour), STAMP)
    assert not answer.accepted
    assert messages == ()
    assert said in answer.problem
    assert answer.problem_ja


def test_it_waits_from_then_on_until_it_has_run_or_is_taken_back() -> None:
    machines = Appliances(a_house(), outline_of(a_house()), Worth())

    def waits(*, on: float, loaded: tuple[MachineLoaded, ...] = ()) -> bool:
        machines.told(loaded)
        machines.hear([state("washer", on=on)], EVENING)
        return machines.waiting == ("washer",)

    def said(*, waiting: bool) -> tuple[MachineLoaded, ...]:
        return (MachineLoaded(stamp=STAMP, origin=Origin.LIVE, device="washer", waiting=waiting),)

    assert not waits(on=0.0)
    assert waits(on=0.0, loaded=said(waiting=True))
    assert waits(on=0.0)
    assert not waits(on=1.0)
    assert not waits(on=0.0)
    assert waits(on=0.0, loaded=said(waiting=True))
    assert not waits(on=0.0, loaded=said(waiting=False))


def test_the_planners_ear_keeps_it_until_the_belief_is_told() -> None:
    ear = HouseEar(a_house())
    loaded = MachineLoaded(stamp=STAMP, origin=Origin.LIVE, device="washer")
    ear.take(loaded)
    assert ear.loaded == [loaded]
    assert Measurements(at=EVENING, loaded=tuple(ear.loaded)).loaded == (loaded,)


@pytest.mark.parametrize(("text", "hour"), [("7", 7.0), ("7.5", 7.5), ("07:30", 7.5), ("24", 24.0), ("0:15", 0.25)])
def test_hours_are_read_as_people_write_them(text: str, hour: float) -> None:
    assert hour_of(text) == hour


@pytest.mark.parametrize("text", ["", "noon", "25", "-1", "7:xx", "nan"])
def test_what_is_no_hour_is_said_so(text: str) -> None:
    with pytest.raises(UsageError, match="no hour"):
        hour_of(text)


MINUTE_NS = 60_000_000_000


def washer(*, on: float) -> DeviceState:
    return state("washer", on=on)


def test_it_is_said_again_every_minute_with_its_age_also_after_a_restart(tmp_path: Path) -> None:
    desk = MachineDesk(a_house(), tmp_path)
    desk.load(LoadMachineRequest(device="washer", done_by_h=6.5, resident="aoi"), STAMP)
    for one in (desk, MachineDesk(a_house(), tmp_path)):
        (told,) = one.again(STAMP.later(10 * MINUTE_NS))
        assert isinstance(told, MachineLoaded)
        assert (told.device, told.waiting, told.done_by_h, told.resident) == ("washer", True, 6.5, "aoi")
        assert told.age_s == pytest.approx(600.0)
        assert one.again(STAMP.later(10 * MINUTE_NS + 1)) == ()


def test_it_is_said_no_more_once_the_machine_runs_or_it_is_taken_back_or_is_days_old(tmp_path: Path) -> None:
    def later(minutes: int) -> int:
        desk = MachineDesk(a_house(), tmp_path)
        return len(desk.again(STAMP.later(minutes * MINUTE_NS)))

    desk = MachineDesk(a_house(), tmp_path)
    desk.load(LoadMachineRequest(device="washer"), STAMP)
    desk.hear(washer(on=0.0))
    assert later(5) == 1
    desk.hear(washer(on=1.0))
    assert later(5) == 0
    desk.load(LoadMachineRequest(device="washer"), STAMP)
    assert later(5) == 1
    desk.load(LoadMachineRequest(device="washer", waiting=False), STAMP)
    assert later(5) == 0
    desk.load(LoadMachineRequest(device="washer"), STAMP)
    desk = MachineDesk(a_house(), tmp_path)
    (over,) = desk.again(STAMP.later(49 * 60 * MINUTE_NS))
    assert isinstance(over, MachineLoaded)
    assert not over.waiting, "a planner that goes on hears that it is over"
    assert later(5) == 0


def test_a_word_that_was_said_before_the_clock_was_right_is_as_old_as_it_is(tmp_path: Path) -> None:
    desk = MachineDesk(a_house(), tmp_path)
    desk.load(LoadMachineRequest(device="washer"), msgspec.structs.replace(STAMP, wall_ns=60 * 10**9))
    (told,) = desk.again(STAMP.later(MINUTE_NS))
    assert isinstance(told, MachineLoaded)
    assert told.waiting
    assert told.age_s == pytest.approx(60.0)


def test_a_damaged_file_is_no_loaded_machine(tmp_path: Path) -> None:
    (tmp_path / "loaded.json").write_bytes(b"{")
    desk = MachineDesk(a_house(), tmp_path)
    assert desk.problem
    assert desk.again(STAMP) == ()


def test_a_planner_that_begins_anew_keeps_to_the_hour_that_was_asked_for() -> None:
    machines = Appliances(a_house(), outline_of(a_house()), Worth())
    said = MachineLoaded(stamp=STAMP, origin=Origin.LIVE, device="washer", done_by_h=18.0, age_s=4 * 3600.0)
    late = EVENING.replace(hour=18, minute=30)
    machines.told((said,))
    machines.hear([washer(on=0.0)], late)
    (run,) = machines.runs(Grid.ahead(late.timestamp()), _when(late), np.zeros((84, 2)))
    assert run.starts == (0,)
    machines.told((said,))
    machines.hear([washer(on=0.0)], late)
    assert machines.waiting == ("washer",)


def _when(begin: datetime) -> list[datetime]:
    grid = Grid.ahead(begin.timestamp())
    return [datetime.fromtimestamp(float(one), begin.tzinfo) for one in grid.begin_unix_s]
