"""Planner, rules, gate and devices as real processes: the planner is killed, comes back, and goes wild."""

import math
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sumika.bus import RuntimeFolder
from sumika.schema import DEVICE_KINDS, GateRule, Ruling, Verdict
from tests.bus_helpers import runtime_folder
from tests.gate_helpers import OWNER, Speaker, until
from tests.planner_helpers import DrivenHouse, driven_house, planned_house

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

REFUSED = {GateRule.NOT_A_NUMBER, GateRule.UNKNOWN_SETTING, GateRule.ABSOLUTE_LIMIT}
KINDS = {device.id: DEVICE_KINDS[device.kind] for device in driven_house().devices}


@pytest.fixture
def folder() -> Iterator[RuntimeFolder]:
    with runtime_folder() as folder:
        yield folder


def within_limits(house: DrivenHouse) -> bool:
    """Return whether all that devices were told is such as they can be told."""
    told = house.told()
    limits = [(KINDS[device].settings[action], value) for device, action, value in told]
    return all(math.isfinite(value) and one.low <= value <= one.high for one, value in limits)


def passed(house: DrivenHouse, asker: str, after: int) -> Callable[[], bool]:
    """Return what tells whether the gate has passed something of a controller, not counting its first verdicts."""
    return lambda: any(one.ruling is not Ruling.VETOED for one in house.verdicts(asker)[after:])


def obeyed_last(house: DrivenHouse) -> str:
    """Return whose command the gate passed last.

    A plan that a busy machine makes late is stood in for before it is killed: what counts is who comes last.
    """
    passed = [one for one in house.hear() if isinstance(one, Verdict) and one.ruling is not Ruling.VETOED]
    return passed[-1].asked_by if passed else ""


def test_rules_stand_in_for_a_planner_that_is_killed_until_it_is_back(folder: RuntimeFolder, tmp_path: Path) -> None:
    with planned_house(folder, tmp_path) as house:
        house.start(OWNER, "gate", "rules")
        assert until(passed(house, "rules", 0), 60.0), house.verdicts("rules")
        assert until(lambda: ("heater", "mode", 1.0) in house.told(), 10.0)

        house.start("plan")
        assert until(passed(house, "plan", 0), 120.0), house.hear()
        assert until(lambda: len(house.reports()) >= 2, 60.0)
        report = house.reports()[0]
        assert report.plan_cost is not None
        assert any("heating living" in one.why for one in report.actions)
        assert any("暖房" in one.why_ja for one in report.actions)
        outranked = [one for one in house.verdicts("rules") if one.rule is GateRule.OUTRANKED]

        house.processes["plan"].send_signal(signal.SIGKILL)
        house.processes["plan"].wait(5)
        planned = len(house.verdicts("plan"))
        assert until(lambda: obeyed_last(house) == "rules", 30.0), house.hear()
        assert len(house.verdicts("plan")) - planned <= 4  # what was on its way

        house.start("plan", incarnation=1)
        assert until(passed(house, "plan", len(house.verdicts("plan"))), 120.0)
        assert within_limits(house)
        assert all(one.asked_by == "rules" for one in outranked)


def rages(house: DrivenHouse, wild: Speaker) -> set[GateRule]:
    """Ask for everything that makes no sense; return why things were refused so far."""
    for value in (math.nan, math.inf, -math.inf, 1e308, -1e308, 99.0, -0.0, 2.7):
        for device, action in (("heater", "setpoint_c"), ("heater", "mode"), ("fan", "level"), ("fan", "x")):
            wild.beat("plan", holds_s=60.0)
            wild.ask(device, action, value, "plan")
    return {one.rule for one in house.verdicts("plan") if one.ruling is Ruling.VETOED}


def test_nothing_of_a_wild_planner_reaches_a_device_beyond_its_limits(folder: RuntimeFolder, tmp_path: Path) -> None:
    with planned_house(folder, tmp_path) as house:
        house.start(OWNER, "gate", "rules")
        assert until(passed(house, "rules", 0), 60.0)
        wild = Speaker(folder, "plan")
        try:
            assert until(lambda: rages(house, wild) >= REFUSED, 30.0), house.verdicts("plan")
        finally:
            wild.close()
        assert house.told()
        assert within_limits(house)
