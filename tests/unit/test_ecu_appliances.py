"""Machines that wait for the house: found loaded, started once and in time, learned, heard by sleepers; no stove."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import numpy as np
import pytest

from sumika.belief.outline import outline_of
from sumika.config import demo_house
from sumika.ecu import Ecu, Measurements
from sumika.ecu.appliances import Appliances
from sumika.ecu.first_guess import guess_first
from sumika.ecu.modes import Deciding
from sumika.plan.runs import Placed, Run
from sumika.plan.situation import Grid
from sumika.schema import DeviceState
from sumika.schema.house import Device, House
from sumika.schema.worth import Worth
from tests.plan_helpers import EVENING, NIGHT_TARIFF, a_forecast, air, small_house, state

MACHINE = Device(id="washer", room="living", kind="appliance", ratings={"power_w": 1000.0, "run_s": 5400.0})
AT = EVENING.replace(hour=20)
GRID = Grid.ahead(AT.timestamp())


def a_house(*devices: Device) -> House:
    """Return the small house with machines in it."""
    house = small_house()
    return msgspec.structs.replace(house, devices=(*house.devices, *(devices or (MACHINE,))))


def appliances(house: House | None = None) -> Appliances:
    """Return the machines of a house."""
    described = house if house is not None else a_house()
    return Appliances(described, outline_of(described), Worth())


def middles(grid: Grid = GRID) -> list[datetime]:
    """Return the middle of each step."""
    return [
        datetime.fromtimestamp(float(begin + 1800.0 * hours), AT.tzinfo)
        for begin, hours in zip(grid.begin_unix_s, grid.hours, strict=True)
    ]


def waiting_runs(machines: Appliances, rooms: int = 2, asleep: Sequence[float] = ()) -> list[Run]:
    """Return what waits, with so many asleep in each room at every time."""
    sleepers = np.tile(np.array([*asleep, *np.zeros(rooms - len(asleep))]), (len(GRID), 1))
    return machines.runs(GRID, middles(), sleepers)


def ends(run: Run) -> datetime:
    """Return the latest time by which a run may end."""
    last = run.starts[-1]
    return datetime.fromtimestamp(float(GRID.begin_unix_s[last]) + 5400.0, AT.tzinfo)


def test_only_what_says_that_it_is_loaded_waits() -> None:
    machines = appliances()
    for values in ({}, {"on": 0.0}, {"waiting": 0.0}, {"on": 1.0, "waiting": 1.0}, {"waiting": float("nan")}):
        machines.hear([state("washer", **values)], AT)
        assert not waiting_runs(machines)
    machines.hear([state("washer", on=0.0, waiting=1.0)], AT)
    assert [run.device for run in waiting_runs(machines)] == ["washer"]


@pytest.mark.parametrize(
    ("told_h", "until_h"), [(None, 24 + 7.0), (23.0, 23.0), (21.0, 24 + 21.0), (99.0, 24 + 7.0), (float("nan"), 31.0)]
)
def test_it_is_done_by_the_hour_that_was_told_or_else_by_seven(told_h: float | None, until_h: float) -> None:
    machines = appliances()
    told = {} if told_h is None else {"done_by_h": told_h}
    machines.hear([state("washer", waiting=1.0, **told)], AT)
    (run,) = waiting_runs(machines)
    deadline = AT.replace(hour=0) + timedelta(hours=until_h)
    assert ends(run) <= deadline
    assert deadline - ends(run) < timedelta(hours=1)


def test_a_deadline_does_not_move_while_it_waits() -> None:
    machines = appliances()
    for hours in (0.0, 1.0, 2.0):
        machines.hear([state("washer", waiting=1.0, done_by_h=23.0)], AT + timedelta(hours=hours))
    late = AT + timedelta(hours=2)
    grid = Grid.ahead(late.timestamp())
    (run,) = machines.runs(grid, middles(grid), np.zeros((len(grid), 2)))
    assert run.starts == (0,)


def test_who_sleeps_beside_it_hears_it_and_who_sleeps_behind_a_wall_does_not() -> None:
    machines = appliances()
    machines.hear([state("washer", waiting=1.0)], AT)
    quiet, wall, beside = (waiting_runs(machines, asleep=one)[0] for one in ((0.0, 0.0), (0.0, 2.0), (2.0, 0.0)))
    assert np.allclose(quiet.other_cost, wall.other_cost)
    assert np.allclose((beside.other_cost - quiet.other_cost), 2 * 1.5 * 20.0)


def test_a_door_that_may_be_open_lets_half_of_it_through() -> None:
    house = demo_house({}).house
    washer = Device(id="washer", room="washroom", kind="appliance")
    machines = appliances(msgspec.structs.replace(house, devices=(*house.devices, washer)))
    machines.hear([state("washer", waiting=1.0)], AT)
    index = [room.id for room in house.rooms].index("hall")
    asleep = np.zeros((len(GRID), len(house.rooms)))
    (quiet,) = machines.runs(GRID, middles(), asleep)
    asleep[:, index] = 1.0
    (loud,) = machines.runs(GRID, middles(), asleep)
    assert np.allclose(loud.other_cost - quiet.other_cost, 0.5 * 20.0)


def test_what_runs_is_in_the_load_until_it_is_done_and_teaches_its_length_and_power() -> None:
    machines = appliances()
    for minute in range(0, 61, 5):
        at = AT + timedelta(minutes=minute)
        machines.hear([_with_power(state("washer", on=float(minute < 60)), 700.0)], at)
        if minute == 0:
            assert machines.running_kw(GRID, at)[:8] == pytest.approx([1.0] * 6 + [0.0] * 2)
    assert not machines.running_kw(GRID, at).any()
    machines.hear([state("washer", waiting=1.0)], at)
    (run,) = waiting_runs(machines)
    assert run.load_kw[0] @ GRID.hours == pytest.approx((5400 + 3600) / 7200 * (1.0 + 0.7) / 2, rel=0.1)
    assert machines.run_s == {"washer": 4500.0}


def _with_power(told: DeviceState, power_w: float) -> DeviceState:
    return msgspec.structs.replace(told, power_w=power_w)


def test_what_it_says_is_left_counts_more_than_what_is_usual() -> None:
    machines = appliances()
    machines.hear([state("washer", on=1.0, left_s=900.0)], AT)
    assert machines.running_kw(GRID, AT)[:3] == pytest.approx([1.0, 0.0, 0.0])


@pytest.mark.parametrize("name", ["oven", "gas_hob", "kitchen_stove"])
def test_nothing_that_is_dangerous_unattended_is_ever_started(name: str) -> None:
    machines = appliances(a_house(Device(id=name, room="living", kind="appliance")))
    machines.hear([state(name, waiting=1.0)], AT)
    assert not waiting_runs(machines)


def test_it_is_switched_on_at_its_time_and_not_again_once_it_runs() -> None:
    machines = appliances()
    machines.hear([state("washer", waiting=1.0)], AT)
    (run,) = waiting_runs(machines)
    for step, told in ((8, []), (0, [("washer", "on", 1.0)])):
        placed = Placed(device="washer", step=step, saves=5.0, load_kw=run.load_kw[0], gap=0.0)
        machines.planned([placed], GRID, np.full(len(GRID), 30.0))
        assert machines.settings() == told
    machines.hear([state("washer", on=1.0)], AT + timedelta(minutes=1))
    assert machines.settings() == []
    assert machines.starts() == ()


def evening_ecu() -> Ecu:
    """Return a controller of a house whose washer was loaded at eight in the evening."""
    ecu = Ecu(a_house(), plans_every_s=0.0, guarded=False)
    samples = (air("living", 20.0), air("bedroom", 18.0))
    ecu.observe(
        Measurements(
            at=AT,
            air=samples,
            devices=(state("washer", on=0.0, waiting=1.0), state("battery", charge=0.1), state("light", level=0.9)),
            presence={"living": (1.0, 2.0), "bedroom": (0.0, 0.0)},
            activities={"living": "awake"},
        )
    )
    assert guess_first(ecu.belief, samples)
    return ecu


@pytest.mark.slow
def test_in_the_evening_the_light_goes_warm_and_the_washer_waits_for_the_night_tariff() -> None:
    ecu = evening_ecu()
    decision = Deciding(ecu).decide(a_forecast(ecu, AT, NIGHT_TARIFF), {})
    told = {(one.device, one.action): one for one in decision.commands}
    assert told["light", "colour_temperature_k"].value <= 2700.0
    assert 0.0 < told["light", "level"].value < 0.9
    assert "lux" in told["light", "level"].why
    assert "washer" not in {one.device for one in decision.commands}
    (wait,) = decision.waits
    assert wait.device == "washer"
    assert "saves" in wait.why
    (start,) = ecu.appliances.starts()
    assert 1 <= start.begins.hour < 5
    assert start.done.hour <= 6
    # 1.5 kWh at 8 yen less, and nobody sleeps in the living room.
    assert start.saves == pytest.approx(12.0, abs=1.0)
    assert ecu.planned is not None
    begins = (start.begins - AT).total_seconds() / 3600.0
    step = int(begins * 4) if begins < 12 else 0
    assert ecu.planned.situation.load_kw[step] - ecu.planned.situation.load_kw[step - 1] > 0.8


@pytest.mark.slow
def test_at_its_time_it_is_told_on_with_what_that_saved() -> None:
    ecu = evening_ecu()
    ecu.think(a_forecast(ecu, AT, NIGHT_TARIFF))
    at = AT
    while at < ecu.appliances.starts()[0].begins:
        at += timedelta(minutes=15)
        ecu.observe(
            Measurements(
                at=at, air=(air("living", 20.0),), devices=(state("washer", on=0.0, waiting=1.0),), presence={}
            )
        )
    decision = Deciding(ecu).decide(a_forecast(ecu, at, NIGHT_TARIFF), {})
    (command,) = (one for one in decision.commands if one.device == "washer")
    assert (command.action, command.value) == ("on", 1.0)
    assert "saves 1" in command.why
    assert "得" in command.why_ja
    assert decision.waits == ()
