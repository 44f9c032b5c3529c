"""A resident says that a machine is loaded: taken where the house may start it, and said so where not."""

import msgspec
import pytest

from sumika.belief.outline import outline_of
from sumika.cli._devices_load import hour_of
from sumika.ecu import Measurements
from sumika.ecu.appliances import Appliances
from sumika.runtime.house_ear import HouseEar
from sumika.runtime.machine_desk import MachineDesk
from sumika.schema import LoadMachineRequest, MachineLoaded, Origin, UsageError
from sumika.schema.house import Device, House
from sumika.schema.worth import Worth
from tests.plan_helpers import EVENING, STAMP, small_house, state


def a_house() -> House:
    house = small_house()
    machines = tuple(Device(id=name, room="living", kind="appliance") for name in ("washer", "oven"))
    return msgspec.structs.replace(house, devices=(*house.devices, *machines))


def test_it_is_told_to_the_planner_with_the_hour_and_who_said_it() -> None:
    answer, messages = MachineDesk(a_house()).load(
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
def test_what_cannot_be_is_refused_in_both_languages(device: str, hour: float | None, said: str) -> None:
    answer, messages = MachineDesk(a_house()).load(LoadMachineRequest(device=device, done_by_h=hour), STAMP)
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
