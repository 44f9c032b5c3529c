"""What a plan costs, counted alike for everybody: against simple ways, without one device, and what is followed."""

from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import numpy as np
import pytest

from sumika.ecu.against_simple import Comparison, compare
from sumika.ecu.modes import Deciding
from sumika.plan.account import account_of, exchanged
from sumika.plan.problem import Planned, plan
from sumika.plan.rolling import AsPlanned, Rolling
from sumika.plan.without import cost_without, left_alone
from sumika.schema import Command, Mode, Origin
from tests.plan_helpers import EVENING, STAMP, a_forecast, an_ecu

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def planned() -> Planned:
    ecu = an_ecu()
    return ecu.think(a_forecast(ecu))


def middles(planned: Planned) -> list[datetime]:
    grid = planned.situation.grid
    return [
        datetime.fromtimestamp(float(one + 1800.0 * hours), EVENING.tzinfo)
        for one, hours in zip(grid.begin_unix_s, grid.hours, strict=True)
    ]


@pytest.fixture(scope="module")
def comparison(planned: Planned) -> Comparison:
    return compare(planned, middles(planned))


def test_the_optimum_rolled_forward_is_the_optimum(planned: Planned) -> None:
    rolled = Rolling(planned.situation).roll(AsPlanned(planned))
    for name, states in planned.states.items():
        followed = next(one for one in planned.situation.carried if one.name == name).steps or len(states) - 1
        assert np.abs(rolled.states[name] - states)[:followed].max() < 1e-6 * max(1.0, np.abs(states).max())
    assert account_of(rolled).total == pytest.approx(account_of(planned).total, abs=0.5)
    assert account_of(planned).energy == pytest.approx(planned.cost["energy"], abs=0.5)
    assert account_of(planned).comfort == pytest.approx(planned.cost["comfort"], abs=0.5)
    assert account_of(planned).air == pytest.approx(planned.cost["air"], abs=0.5)


def test_power_is_balanced(planned: Planned) -> None:
    taken, given = exchanged(planned.situation, planned.controls, planned.charge_kw)
    assert np.abs(taken - given - (planned.taken_kw - planned.given_kw)).max() < 0.01


def test_no_way_is_cheaper_than_the_optimum(planned: Planned, comparison: Comparison) -> None:
    best = account_of(planned).total
    assert comparison.plan.total >= best - 0.5
    assert [way.name for way in comparison.simple] != []
    assert all(way.account.total >= best - 0.5 for way in comparison.simple)
    assert {way.name for way in comparison.simple} == {"thermostat", "set_back", "presence"}
    totals = [way.account.total for way in comparison.simple]
    assert totals == sorted(totals)


def test_the_plan_as_told_beats_the_simple_ways_here(comparison: Comparison) -> None:
    assert comparison.saves > 0.0
    assert not comparison.plan_is_worse


def test_simple_ways_keep_to_what_devices_can_do(comparison: Comparison) -> None:
    for way in comparison.simple:
        for control in way.planned.situation.controls:
            told = way.planned.controls[control.device, control.name]
            assert (told >= control.low - 1e-9).all()
            assert (told <= np.maximum(control.high, control.low) + 1e-9).all()
        for store in way.planned.situation.stores:
            assert (way.planned.stored_kwh[store.device] <= store.most_kwh + 1e-9).all()


def test_a_thermostat_keeps_its_rooms_warmer_than_a_set_back(comparison: Comparison) -> None:
    ways = {way.name: way for way in comparison.simple}
    # Each at the temperature that suits it best: the one without set-back is there in empty rooms too.
    warm = {name: way.planned.states["heat"][8:, :2].mean() for name, way in ways.items()}
    assert warm["thermostat"] > warm["set_back"] + 0.3
    assert ways["thermostat"].account.energy > ways["set_back"].account.energy


def test_doing_without_costs_and_doing_without_nothing_does_not(planned: Planned) -> None:
    assert cost_without(planned, "aircon").total >= -0.5
    busiest = max(
        ("aircon", "bed_aircon", "tank", "battery"), key=lambda device: cost_without(planned, device, hours=8.0).total
    )
    assert cost_without(planned, busiest, hours=8.0).total > 1.0
    assert cost_without(planned, "light").total == pytest.approx(0.0, abs=0.5)
    alone = left_alone(planned.situation, "aircon")
    early = next(one for one in alone.controls if one.device == "aircon" and one.name == "heat_kw")
    assert early.high[:8].max() == 0.0
    assert early.high[8:].max() > 0.0


class Stubborn:
    """A planner that never heats."""

    def __init__(self, planned: Planned) -> None:
        without = frozenset({"aircon", "bed_aircon"})
        self.planned = Rolling(planned.situation).roll(AsPlanned(planned, without, len(planned.situation.grid)))


def test_a_plan_that_is_worse_than_the_best_simple_way_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, planned: Planned
) -> None:
    ecu = an_ecu()
    bad = Stubborn(planned).planned
    ecu.follow(bad)
    monkeypatch.setattr(ecu, "think", lambda forecast: bad)
    decision = Deciding(ecu).decide(a_forecast(ecu), {})
    assert decision.comparison.plan_is_worse
    assert decision.follows == decision.comparison.best.name
    assert ecu.planned is decision.comparison.best.planned
    assert decision.without == {}
    assert any("less than the plan" in one.why for one in decision.commands)
    assert any("安い" in one.why_ja for one in decision.commands)


def test_a_decision_tells_devices_why_and_people_what_it_is_worth() -> None:
    ecu = an_ecu()
    decision = Deciding(ecu).decide(a_forecast(ecu), {("purifier", "level"): 0.0})
    assert decision.follows == "plan"
    assert decision.commands
    assert all(one.why and one.why_ja for one in decision.commands)
    assert len(decision.without) <= 2
    report = decision.report("plan", Mode.SHADOW, STAMP, Origin.SIMULATED, EVENING)
    assert report.mode == "shadow"
    assert report.origin is Origin.SIMULATED
    assert report.simple_cost is not None
    assert report.plan_cost is not None
    assert report.simple_cost - report.plan_cost == pytest.approx(decision.comparison.saves)
    assert report.local_time == EVENING.isoformat(timespec="minutes")
    assert {(one.device, one.action) for one in report.actions} == {
        (one.device, one.action) for one in decision.commands
    }
    assert "a weather forecast (the house's own record stands in)" in report.note
    changed = [one.device in decision.changes for one in report.actions]
    assert changed == sorted(changed, reverse=True)


@pytest.mark.parametrize("wild", [float("nan"), float("inf"), 1e9, -1e9])
def test_what_is_no_number_or_beyond_a_device_is_never_asked_for(monkeypatch: pytest.MonkeyPatch, wild: float) -> None:
    ecu = an_ecu()
    honest = ecu.commands
    monkeypatch.setattr(
        ecu, "commands", lambda: tuple(_with(one, wild) if one.device == "aircon" else one for one in honest())
    )
    decision = Deciding(ecu).decide(a_forecast(ecu), {})
    assert decision.dropped >= 1
    assert "aircon" not in {one.device for one in decision.commands}
    assert decision.commands


def _with(command: Command, value: float) -> Command:
    return msgspec.structs.replace(command, value=value)


def test_a_plan_follows_the_hours_it_was_made_for(planned: Planned) -> None:
    later = EVENING + timedelta(hours=1)
    ecu = an_ecu(later)
    again = ecu.think(a_forecast(ecu, later))
    assert again.situation.grid.begin_unix_s[0] == planned.situation.grid.begin_unix_s[0] + 3600.0


def test_a_situation_without_devices_costs_what_it_costs(planned: Planned) -> None:
    bare = replace(planned.situation, controls=(), stores=())
    alone = plan(bare)
    assert account_of(alone).total >= account_of(planned).total
    assert account_of(alone).devices == 0.0
