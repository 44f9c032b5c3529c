"""The one optimisation: small situations of which the optimum is known by hand."""

from dataclasses import replace

import numpy as np
import pytest

from sumika.plan.problem import plan
from sumika.plan.situation import Carried, Control, Grid, Hinge, Situation, Store
from sumika.plan.solver import PlanError

STEPS = 8
NONE = np.zeros(STEPS)


def grid() -> Grid:
    return Grid(
        begin_unix_s=np.linspace(0.0, 900.0 * (STEPS - 1), STEPS),
        hours=np.full(STEPS, 0.25),
        kind=np.zeros(STEPS, np.int64),
    )


def one_room(*, start_c: float = 20.0, price: float = 30.0, people: float = 1.0) -> Situation:
    """Return a room that loses nothing: a kilowatt for an hour warms it by four kelvins."""
    heat = Carried(
        name="heat",
        start=np.array([start_c]),
        transition=np.ones((2, 1, 1)),
        response=np.full((2, 1, 1), 1e-3),
        drive=np.zeros((STEPS, 1)),
    )
    heater = Control(
        device="heater",
        name="heat_kw",
        low=NONE,
        high=np.full(STEPS, 2.0),
        acts={"heat": np.array([1000.0])},
        power_kw=np.stack([np.stack([np.full(STEPS, 0.25), NONE], axis=1)]),
        cost_per_h=NONE,
    )
    comfort = Hinge(
        name="comfort",
        carried="heat",
        room="living",
        weights=np.array([1.0]),
        limit=np.full(STEPS, 22.0),
        above=False,
        cost_per_h=np.full(STEPS, 20.0 * people),
    )
    return Situation(
        grid=grid(),
        currency="JPY",
        carried=(heat,),
        hinges=(comfort,),
        controls=(heater,),
        stores=(),
        load_kw=NONE,
        solar_kw=NONE,
        price=np.full(STEPS, price),
        feed_in=NONE,
    )


def test_a_cold_room_is_heated_as_fast_as_can_be() -> None:
    planned = plan(one_room())
    assert planned.states["heat"][:, 0] == pytest.approx([20.0, *[22.0] * STEPS], abs=1e-3)
    assert planned.controls["heater", "heat_kw"][0] == pytest.approx(2.0, abs=1e-3)
    assert planned.cost["energy"] == pytest.approx(2.0 * 0.25 * 0.25 * 30.0, rel=1e-3)


def test_nobody_there_is_not_heated_for() -> None:
    planned = plan(one_room(people=0.0))
    assert planned.controls["heater", "heat_kw"] == pytest.approx(0.0, abs=1e-3)


def test_it_is_feasible_from_any_state() -> None:
    for start_c in (-30.0, 60.0):
        planned = plan(one_room(start_c=start_c))
        assert np.isfinite(planned.total)
        assert (planned.controls["heater", "heat_kw"] <= 2.0).all()


def test_heat_is_made_before_it_becomes_dear() -> None:
    price = np.concatenate([np.full(4, 1.0), np.full(4, 400.0)])
    situation = one_room(start_c=22.0)
    losing = replace(situation.carried[0], drive=np.full((STEPS, 1), -1000.0))
    planned = plan(replace(situation, price=price, carried=(losing,)))
    early = planned.controls["heater", "heat_kw"][:4].sum()
    late = planned.controls["heater", "heat_kw"][4:].sum()
    assert early > late + 2.0


def test_a_battery_buys_cheap_and_sells_nothing_at_a_loss() -> None:
    battery = Store(
        device="battery",
        start_kwh=0.0,
        least_kwh=np.zeros(STEPS + 1),
        most_kwh=10.0,
        charge_kw=np.full(STEPS, 4.0),
        discharge_kw=np.full(STEPS, 4.0),
        charge_gain=np.full(STEPS, 0.95),
        discharge_gain=0.95,
        drawn_kw=NONE,
    )
    price = np.concatenate([np.full(4, 10.0), np.full(4, 50.0)])
    situation = replace(
        one_room(people=0.0), stores=(battery,), load_kw=np.full(STEPS, 1.0), price=price, feed_in=np.full(STEPS, 5.0)
    )
    planned = plan(situation)
    assert planned.taken_kw[4:] == pytest.approx(0.0, abs=1e-2)
    assert planned.given_kw == pytest.approx(0.0, abs=1e-2)
    assert planned.cost["energy"] < 8 * 0.25 * 30.0
    assert planned.worth_per_kwh[6] > planned.worth_per_kwh[1]


def test_negative_prices_are_no_way_to_infinity() -> None:
    planned = plan(replace(one_room(people=0.0), price=np.full(STEPS, -20.0), feed_in=np.full(STEPS, 10.0)))
    assert np.isfinite(planned.total)
    assert (planned.taken_kw * planned.given_kw < 1e-2).all()


def test_a_tank_keeps_its_reserve_and_says_when_it_cannot() -> None:
    tank = Store(
        device="tank",
        start_kwh=1.0,
        least_kwh=np.full(STEPS + 1, 2.0),
        most_kwh=10.0,
        charge_kw=np.full(STEPS, 1.0),
        discharge_kw=NONE,
        charge_gain=np.full(STEPS, 3.0),
        drawn_kw=np.array([0.0, 0.0, 8.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
        missing_cost=50.0,
    )
    planned = plan(replace(one_room(people=0.0), stores=(tank,)))
    assert planned.stored_kwh["tank"][-1] == pytest.approx(2.0, abs=0.05)
    assert planned.charge_kw["tank"][:3] == pytest.approx(1.0, abs=1e-2)


def test_a_sheet_of_nonsense_is_refused() -> None:
    situation = one_room()
    broken = replace(situation, price=np.full(STEPS, np.nan))
    with pytest.raises(PlanError):
        plan(broken, limit_s=2.0)


def test_a_unit_that_dries_has_less_time_left_to_heat() -> None:
    room = one_room(start_c=16.0)
    damp = Carried(
        name="humidity",
        start=np.array([1.0]),
        transition=np.ones((2, 1, 1)),
        response=np.full((2, 1, 1), 1.0),
        drive=np.zeros((STEPS, 1)),
    )
    too_damp = Hinge(
        name="air",
        carried="humidity",
        room="living",
        weights=np.array([1.0]),
        limit=np.zeros(STEPS),
        above=True,
        cost_per_h=np.full(STEPS, 100.0),
    )
    dries = replace(room.controls[0], name="dry_kw", high=np.full(STEPS, 0.5), acts={"humidity": np.array([-0.5])})
    both = replace(
        room, carried=(*room.carried, damp), hinges=(*room.hinges, too_damp), controls=(*room.controls, dries)
    )
    planned = plan(both)
    heats, dried = (planned.controls["heater", name] for name in ("heat_kw", "dry_kw"))
    assert heats.max() > 0.1
    assert dried.max() > 0.1
    assert np.all(heats / 2.0 + dried / 0.5 <= 1.0 + 1e-4)
    apart = replace(both, controls=(room.controls[0], replace(dries, device="dehumidifier")))
    free = plan(apart)
    assert np.any(free.controls["heater", "heat_kw"] / 2.0 + free.controls["dehumidifier", "dry_kw"] / 0.5 > 1.01)


def test_what_is_carried_may_follow_another_transition_from_step_to_step() -> None:
    room = one_room(start_c=30.0)
    cools = np.array([[[1.0]], [[1.0]], [[0.5]]])
    kind = np.array([0, 0, 2, 0, 0, 0, 0, 0])
    heat = replace(room.carried[0], transition=cools, response=np.full((3, 1, 1), 1e-3), kind=kind)
    planned = plan(replace(room, carried=(heat,), hinges=()))
    assert planned.states["heat"][:, 0] == pytest.approx(
        [30.0, 30.0, 30.0, 15.0, 15.0, 15.0, 15.0, 15.0, 15.0], abs=1e-3
    )
