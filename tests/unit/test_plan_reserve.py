"""A battery that holds less than its reserve fills itself, whoever runs it: no plan is told to save money by that."""

from datetime import UTC, datetime

import numpy as np
import pytest

from sumika.ecu.against_simple import compare
from sumika.plan.problem import plan
from sumika.plan.situation import Grid, Situation, Store
from sumika.plan.without import cost_without

STEPS = 24
PRICE = 30.0


def battery(holds_kwh: float, *, drawn_kw: float = 0.0) -> Store:
    return Store(
        device="battery",
        start_kwh=holds_kwh,
        least_kwh=np.full(STEPS + 1, 1.0),
        most_kwh=10.0,
        charge_kw=np.full(STEPS, 1.0),
        discharge_kw=np.full(STEPS, 1.0),
        charge_gain=np.full(STEPS, 0.9),
        discharge_gain=0.9,
        drawn_kw=np.full(STEPS, drawn_kw),
        end_value=20.0,
        missing_cost=100.0 * PRICE,
    )


def at_home(store: Store) -> Situation:
    """Return a house that draws half a kilowatt, and nothing else."""
    return Situation(
        grid=Grid(
            begin_unix_s=np.linspace(0.0, 900.0 * (STEPS - 1), STEPS),
            hours=np.full(STEPS, 0.25),
            kind=np.zeros(STEPS, np.int64),
        ),
        currency="JPY",
        carried=(),
        hinges=(),
        controls=(),
        stores=(store,),
        load_kw=np.full(STEPS, 0.5),
        solar_kw=np.zeros(STEPS),
        price=np.full(STEPS, PRICE),
        feed_in=np.zeros(STEPS),
        people=np.zeros((STEPS, 1)),
        rooms=("living",),
    )


@pytest.mark.parametrize("holds_kwh", [0.0, 0.5, 1.0, 3.0])
def test_what_a_plan_saves_does_not_jump_where_the_reserve_begins(holds_kwh: float) -> None:
    planned = plan(at_home(battery(holds_kwh)))
    when = [datetime.fromtimestamp(900.0 * step + 450.0, UTC) for step in range(STEPS)]
    found = compare(planned, when)
    assert abs(found.saves) < 40.0
    assert found.best.planned.stored_kwh["battery"][-1] == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("holds_kwh", [0.0, 0.5])
def test_a_battery_that_is_left_alone_for_two_hours_lacks_nothing(holds_kwh: float) -> None:
    assert abs(cost_without(plan(at_home(battery(holds_kwh))), "battery").total) < 40.0


def test_what_is_drawn_is_missing_all_the_same() -> None:
    assert cost_without(plan(at_home(battery(1.0, drawn_kw=0.3))), "battery").stores > 100.0
