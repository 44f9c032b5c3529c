"""The policy in a house: the planner's word there and back, lessons, who drives, and when a policy is kept."""

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner

from sumika.cli.evaluate import evaluate
from sumika.ecu import Ecu
from sumika.ecu.policy_actions import as_planned, is_urgent, taught
from sumika.ecu.policy_controller import PolicyController
from sumika.ecu.policy_features import FEATURES, features_of
from sumika.ecu.policy_rows import SKILLS, Row, rows_of
from sumika.ecu.policy_view import view_of
from sumika.ecu.situating import Situating
from sumika.ecu.to_devices import Telling
from sumika.evaluate.control import policy_lessons
from sumika.evaluate.control.arena import Arena
from sumika.evaluate.control.baselines.settings import Settings
from sumika.evaluate.control.baselines.thermostat import Thermostat
from sumika.evaluate.control.cost import Cost
from sumika.evaluate.control.forecasts import Forecaster
from sumika.evaluate.control.ours import Ours
from sumika.evaluate.control.policy import Regret, judged, mean_regret, policy_us
from sumika.evaluate.control.policy_lessons import School, again, attend, load_lessons, together
from sumika.evaluate.control.policy_what_if import otherwise
from sumika.evaluate.control.weeks import week_of
from sumika.plan.policy import MOST_REGRET, load_policy
from sumika.plan.situation import Store
from sumika.plan.solver import solve
from sumika.schema import Asker, SumikaError

NOTHING = dict.fromkeys(("gas", "stored", "missing", "carbon", "stale_air", "dust", "humidity", "mould"), 0.0)


@pytest.fixture(autouse=True)
def patient_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the solver take its time: how much it gets on a busy machine is no matter of these tests."""
    monkeypatch.setattr("sumika.plan.problem.solve", lambda sheet, **_: solve(sheet, limit_s=300.0))


def regret(planner: float, policy: float, *, new_house: bool = True) -> Regret:
    costs = [Cost(electricity=0.5 * total, discomfort=0.5 * total, **NOTHING) for total in (planner, policy)]
    return Regret(week="winter_naha", seed=11, new_house=new_house, planner=costs[0], policy=costs[1])


def test_dear_weeks_count_by_what_they_cost() -> None:
    regrets = [regret(1000.0, 1010.0), regret(100.0, 120.0)]
    assert [one.share for one in regrets] == pytest.approx([0.01, 0.2])
    assert mean_regret(regrets) == pytest.approx(30.0 / 1100.0)


def test_a_policy_is_kept_only_while_its_regret_is_small_in_known_and_in_new_houses() -> None:
    def is_kept(*regrets: Regret) -> bool:
        return judged(load_policy(), regrets).card.is_kept

    fine, bad = 1000.0 * (1.0 + MOST_REGRET - 1e-6), 1000.0 * (1.0 + MOST_REGRET + 1e-3)
    assert is_kept(regret(1000.0, fine), regret(1000.0, fine, new_house=False))
    assert is_kept(regret(1000.0, 900.0))
    assert not is_kept(regret(1000.0, bad))
    # One good house does not make up for another.
    assert not is_kept(regret(1000.0, 900.0, new_house=False), regret(1000.0, bad))
    assert not is_kept(regret(1000.0, bad, new_house=False), regret(1000.0, 900.0))
    assert not is_kept()
    both = judged(load_policy(), [regret(1000.0, 1100.0), regret(1000.0, 1020.0, new_house=False)])
    assert both.card.regret == pytest.approx({"known houses": 0.02, "new houses": 0.1})


def test_it_takes_microseconds() -> None:
    policy = load_policy()
    few = policy_us(policy, skills=("tank",))
    assert 0.0 < few < 10_000.0


def test_schools_of_a_later_round_have_other_weather_in_the_same_houses() -> None:
    first = policy_lessons.SCHOOLS
    later = again(first, seed=100)
    assert [one.week for one in later] == [one.week for one in first]
    assert not {(one.week, one.seed) for one in later} & {(one.week, one.seed) for one in first}
    house = replace(first[0], turned_deg=30.0, equipment=("battery",)).house()
    plain = week_of(first[0].week).house(91)
    assert house.building is not None
    assert plain.building is not None
    assert house.building.site.north_deg == pytest.approx((plain.building.site.north_deg + 30.0) % 360.0)
    assert [device.id for device in house.devices].count("battery") == 1
    assert not {one.week for one in first} & set(policy_lessons.HELD_OUT_WEEKS)


def tank(start_kwh: float, *, least_kwh: float = 1.0, most_kwh: float = 10.0) -> Store:
    """Return a tank that is heated by 1 kW for each quarter, and from which 4 kWh are drawn in the third hour."""
    drawn = np.zeros(16)
    drawn[8:12] = 4.0
    return Store(
        device="ecocute",
        start_kwh=start_kwh,
        least_kwh=np.full(17, least_kwh),
        most_kwh=most_kwh,
        charge_kw=np.full(16, 0.5),
        discharge_kw=np.zeros(16),
        charge_gain=np.full(16, 2.0),
        drawn_kw=drawn,
    )


def test_what_must_not_be_missing_is_charged_as_late_as_it_may_be() -> None:
    hours = np.full(16, 0.25)
    # 4 kWh are drawn by the end of the third hour; 2.75 kWh are made by then without the first step.
    assert not is_urgent(tank(2.26), hours)
    assert is_urgent(tank(2.24), hours)
    assert not is_urgent(tank(1.3, least_kwh=0.0), hours)
    # It will be full before anything is drawn, whatever is done now.
    assert not is_urgent(tank(2.24, most_kwh=3.0), hours)
    assert is_urgent(tank(0.9, most_kwh=3.0), hours)


def lived(arena: Arena, ecu: Ecu, days: float = 0.1) -> None:
    arena.run(Thermostat(arena.house, Settings()), days, learners=[Ours(ecu)])


def is_asked_otherwise(situating: Situating, rows: Sequence[Row]) -> None:
    """Another situation leaves the first as it was; what a room should be does not depend on how warm it is."""
    before = features_of(situating, view_of(situating), rows)
    other = otherwise(situating, np.random.default_rng(1))
    assert np.abs(other.heat.start - situating.heat.start).max() > 0.3
    assert (other.inputs.pm2_5 >= 0.0).all()
    assert set(other.inputs.ahead.price) <= set(situating.inputs.ahead.price)
    assert other.inputs.people.everybody.shape == situating.inputs.people.everybody.shape
    assert all(0.0 <= one.start_kwh <= one.most_kwh for one in other.inputs.stores)
    np.testing.assert_array_equal(features_of(situating, view_of(situating), rows), before)
    colder = copy(situating.belief)
    assert colder.state is not None
    colder.state = colder.state - 3.0
    found = features_of(then := Situating(colder, situating.inputs), view_of(then), rows)
    for number, row in enumerate(rows):
        if row.skill in {"warm", "cool", "tank", "battery", "car"}:
            np.testing.assert_array_equal(found[number], before[number])
        elif row.skill in {"dry", "floor"}:
            assert not np.array_equal(found[number], before[number])


@pytest.mark.slow
@pytest.mark.parametrize(("week", "days"), [("winter_sapporo", 0.1), ("summer_tokyo", 0.4)])
def test_the_planners_word_there_and_back_tells_devices_the_same(week: str, days: float) -> None:
    school = School(week=week, seed=92, looks_on_days=days, equipment=("battery", "pv", "car"))
    arena = Arena(school.house(), seed=92)
    ecu = Ecu(arena.house, currency=arena.world.meter.currency)
    lived(arena, ecu, days)
    forecast = Forecaster(arena.world).now()
    ecu.plan(forecast)
    assert ecu.planned is not None
    situating = ecu.situate(forecast)
    view, rows = view_of(situating), rows_of(ecu.belief)
    lessons = taught(ecu.planned, situating, view, rows)
    said = lessons.said.copy()
    for number, row in enumerate(rows):
        # Where a room is let be, whatever lies on the right side of what is foreseen says the same.
        let_be = {"warm": -1, "cool": 1}.get(row.skill, 0)
        if let_be and lessons.side[number] == let_be:
            said[number, 0] += let_be
    told = {("car", "at_home"): 1.0}
    wanted = {(device, name): value for device, name, value in Telling(ecu.belief).settings(ecu.planned, told)}
    back = as_planned(np.nan_to_num(said), situating, view, rows, {})
    found = {(device, name): value for device, name, value in Telling(ecu.belief).settings(back, told)}
    # While it dries a unit only looks at its setpoint so as not to get too cold.
    for dries in [device for (device, name), value in wanted.items() if name == "mode" and value == 3.0]:
        assert found.pop((dries, "setpoint_c")) == pytest.approx(wanted.pop((dries, "setpoint_c")), abs=1.0)
    assert found == pytest.approx(wanted, abs=0.1)
    assert len({device for device, _ in found}) >= 9
    is_asked_otherwise(situating, rows)
    assert (("living_blind", "closed") in found) == (week == "summer_tokyo")  # by day


@pytest.mark.slow
def test_the_planner_teaches_and_the_policy_drives(tmp_path: Path) -> None:
    school = School(
        week="winter_sapporo",
        seed=92,
        equipment=("battery", "pv", "car"),
        looks_on_days=0.1,
        days=0.09,
        plans_every_s=3600.0,
        what_ifs=1,
    )
    lessons = attend(school)
    assert lessons.plans == 3 * (1 + school.what_ifs)
    assert lessons.features.shape == (len(lessons.skill), len(FEATURES))
    assert np.isfinite(lessons.features).all()
    assert {"warm", "cool", "tank", "battery", "car", "floor"} <= set(lessons.skill) <= set(SKILLS)
    for name, outputs in SKILLS.items():
        assert np.isfinite(lessons.said[lessons.skill == name][:, : len(outputs)]).all()
    driven = attend(school, load_policy())
    assert not set(driven.group) & set(lessons.group)
    both = together([lessons, driven])
    both.keep(tmp_path / "lessons.npz")
    kept = load_lessons(tmp_path / "lessons.npz")
    np.testing.assert_array_equal(kept.features, both.features)
    np.testing.assert_array_equal(kept.side, both.side)
    assert kept.plans == both.plans == lessons.plans + driven.plans


def test_lessons_that_are_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "lessons.npz").write_bytes(b"nothing")
    with pytest.raises(SumikaError, match="no lessons"):
        load_lessons(tmp_path / "lessons.npz")


@pytest.mark.slow
def test_the_policy_commands_the_devices_it_knows_and_says_that_it_was_it() -> None:
    school = School(week="summer_tokyo", seed=92, looks_on_days=0.1)
    arena = Arena(school.house(), seed=92)
    ecu = Ecu(arena.house, currency=arena.world.meter.currency)
    lived(arena, ecu)
    controller = PolicyController(arena.house, ecu=ecu)
    with pytest.raises(SumikaError, match="nothing was observed"):
        controller.commands(Forecaster(arena.world).now())
    diary = arena.run(controller, 0.1)
    assert diary.refused == 0
    commands = controller.commands(Forecaster(arena.world).now())
    assert {one.asked_by for one in commands} == {Asker.POLICY}
    # At night it has no word on blinds.
    known = {row.device.id for row in controller.rows if row.skill != "blind"}
    assert {one.device for one in commands} == known
    assert ecu.planned is None


def test_the_command_line_writes_c_and_refuses_what_cannot_be(tmp_path: Path) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        answer = CliRunner(env={"LANG": "C"}).invoke(evaluate, ["policy", *arguments])
        return answer.exit_code, answer.output + str(answer.exception)

    code, _ = run("--c", str(tmp_path / "policy.c"))
    assert code == 0
    assert "int sumika_policy(int skill" in (tmp_path / "policy.c").read_text()
    for arguments, says in (
        (("--week", "autumn_osaka"), "no scenario week"),
        (("--seeds", "0"), "nothing would be lived through"),
        (("--days", "0"), "nothing would be lived through"),
        (("--policy", str(tmp_path / "absent")), "cannot be read"),
        (("--teach", str(tmp_path / "absent" / "policy.msgpack")), "no folder"),
    ):
        code, out = run(*arguments)
        assert code != 0
        assert says in out


def test_a_judgement_is_one_json_object(monkeypatch: pytest.MonkeyPatch) -> None:
    def judged(*_: object, **__: object) -> tuple[Regret, ...]:
        return (regret(1000.0, 1010.0), regret(500.0, 520.0, new_house=False))

    monkeypatch.setattr("sumika.cli._policy.policy_regret", judged)
    answer = CliRunner(env={"LANG": "C"}).invoke(evaluate, ["policy", "--json"])
    found = msgspec.json.decode(answer.stdout)
    assert found["simulated"] is True
    assert found["regret"] == pytest.approx(30.0 / 1500.0)
    assert found["kept"] is False
    assert found["bytes"] == len(load_policy().packed())
    table = CliRunner(env={"LANG": "C"}).invoke(evaluate, ["policy"]).stdout
    assert table.startswith("SIMULATED")
    assert "not kept" in table
    assert max(len(line) for line in table.splitlines()) <= 80
