"""The processes of planner and rules, turn by turn in this one: when they speak, and when something fails."""

from collections.abc import Callable, Iterator

import msgspec
import pytest

from sumika.runtime.house_ear import HouseEar
from sumika.runtime.table import nodes_of
from sumika.runtime.thinking import known_tariff
from sumika.schema import (
    AirSample,
    Asker,
    ComfortWish,
    Command,
    ControlLevel,
    Event,
    Heartbeat,
    ModeReport,
    Origin,
    PlanOutlook,
    PlanReport,
    Ruling,
    Severity,
    Verdict,
    WeatherForecast,
    WeatherSample,
)
from sumika.schema.house import Tariff
from sumika.units import seconds_to_ns
from tests.plan_helpers import a_command, small_house, state
from tests.plan_loop_helpers import START, a_house, a_planner, presence, without_bus


@pytest.fixture(autouse=True)
def _no_bus() -> Iterator[None]:
    with without_bus():
        yield


def test_a_plan_is_made_soon_and_then_at_every_quarter_of_the_houses_own_clock() -> None:
    process, thinking, loop = a_planner()
    process.turns(loop.turn, 11.0)
    assert thinking.decided == 0
    assert process.of(Heartbeat) == []
    process.turns(loop.turn, 2.0)
    assert thinking.decided == 1
    process.turns(loop.turn, 600.0 - 13.0 + 1.0)  # 17:00
    assert thinking.decided == 2
    process.turns(loop.turn, 900.0)
    assert thinking.decided == 3
    # At once, and then every five minutes; not once more for a plan.
    assert [f"{at:%H:%M:%S}" for at in thinking.observed[:2]] == ["16:50:12", "16:55:00"]
    assert [at.minute for at in thinking.observed[2:]] == [0, 5, 10, 15]
    assert len(process.of(PlanReport)) == 3


def test_commands_follow_the_beat_that_lets_them_pass_and_are_stamped_now() -> None:
    process, _, loop = a_planner()
    process.turns(loop.turn, 13.0)
    beat = next(place for place, one in enumerate(process.said) if isinstance(one, Heartbeat))
    commands = [place for place, one in enumerate(process.said) if isinstance(one, Command)]
    assert beat < min(commands)
    command, heartbeat = process.of(Command)[0], process.of(Heartbeat)[0]
    assert command.stamp == process.of(PlanReport)[0].stamp
    assert command.expires_ns == command.stamp.monotonic_ns + seconds_to_ns(900.0)
    assert heartbeat.asker == Asker.PLAN
    assert seconds_to_ns(900.0) < heartbeat.holds_until_ns - heartbeat.stamp.monotonic_ns <= seconds_to_ns(1000.0)


@pytest.mark.parametrize("mode", ["shadow", "suggest"])
def test_a_house_that_is_not_driven_is_reported_and_told_nothing(mode: str) -> None:
    process, _, loop = a_planner(mode)
    process.turns(loop.turn, 700.0)
    assert process.of(Command) == []
    assert {one.mode for one in process.of(PlanReport)} == {mode}


def test_a_plan_that_cannot_be_made_is_told_once_tried_again_and_no_beat_goes_beyond_the_last_one() -> None:
    process, thinking, loop = a_planner()
    process.turns(loop.turn, 13.0)
    holds_ns = process.of(Heartbeat)[-1].holds_until_ns
    thinking.fails = "the solver ended with NumericalError"
    process.turns(loop.turn, 1300.0)
    assert [one.code for one in process.of(Event)] == ["plan_failed"]
    assert "NumericalError" in process.of(Event)[0].detail
    assert max(one.holds_until_ns for one in process.of(Heartbeat)) == holds_ns
    assert process.of(Heartbeat)[-1].stamp.monotonic_ns < holds_ns  # silent since: the rules are on
    assert process.refused.count("no plan") >= 10
    fallen = process.of(PlanReport)[-1]
    assert (fallen.level, fallen.plan_cost) == (ControlLevel.RULES, None)
    assert [one.level for one in process.of(PlanReport)].count(ControlLevel.RULES) == 1
    thinking.fails = ""
    process.turns(loop.turn, 62.0)
    assert [one.recovered for one in process.of(Event)] == [False, True]
    assert process.of(Heartbeat)[-1].holds_until_ns > holds_ns


def test_the_policy_speaks_when_the_last_plan_has_expired_and_not_before() -> None:
    process, thinking, loop = a_planner()
    process.turns(loop.turn, 13.0)
    holds_ns = process.of(Heartbeat)[-1].holds_until_ns
    thinking.fails, thinking.policy = "late", (a_command("fan", "level", 1.0),)
    process.turns(loop.turn, 1300.0)
    policy = [one for one in process.of(Command) if one.asked_by == Asker.POLICY]
    assert policy
    assert all(one.stamp.monotonic_ns >= holds_ns for one in policy)
    assert process.of(Heartbeat)[-1].asker == Asker.POLICY
    assert process.of(PlanReport)[-1].level is ControlLevel.POLICY


def test_a_policy_that_has_nothing_more_to_say_makes_room_for_the_rules() -> None:
    process, thinking, loop = a_planner()
    process.turns(loop.turn, 13.0)
    thinking.fails, thinking.policy = "late", (a_command("fan", "level", 1.0),)
    process.turns(loop.turn, 1300.0)
    assert process.of(Heartbeat)[-1].asker == Asker.POLICY
    thinking.policy = ()
    process.turns(loop.turn, 61.0)
    said = len(process.of(Heartbeat)), len(process.of(Command))
    process.turns(loop.turn, 400.0)
    assert (len(process.of(Heartbeat)), len(process.of(Command))) == said
    assert process.of(PlanReport)[-1].level is ControlLevel.RULES


def test_what_is_found_between_plans_is_told_at_once() -> None:
    process, thinking, loop = a_planner()
    process.turns(loop.turn, 13.0)
    found = Event(
        stamp=START, origin=Origin.LIVE, subject="bedroom", code="window_open", severity=Severity.WARNING, detail="why"
    )
    thinking.found = (found,)
    process.turns(loop.turn, 301.0)
    assert process.of(Event) == [found]


def test_what_the_gate_writes_and_who_has_gone_silent_is_heard() -> None:
    ear = HouseEar(small_house())
    ear.take(
        Verdict(
            stamp=START,
            origin=Origin.LIVE,
            device="fan",
            action="level",
            asked=2.0,
            written=1.0,
            asked_by=Asker.PLAN,
            ruling=Ruling.CLIPPED,
        )
    )
    assert [(one.device, one.action, one.value) for one in ear.take_written()] == [("fan", "level", 1.0)]
    assert ear.take_written() == ()
    ear.take(state("fan", level=1.0))
    said_ns = ear.devices["fan"].stamp.monotonic_ns
    assert [one.device for one in ear.fresh_devices(said_ns + seconds_to_ns(500))] == ["fan"]
    assert ear.fresh_devices(said_ns + seconds_to_ns(700)) == ()


def test_people_who_come_are_planned_for_at_once_but_not_for_a_moments_glimpse() -> None:
    process, thinking, loop = a_planner()

    def with_presence(probability: float) -> Callable[[], None]:
        def turn() -> None:
            process.heard.append(presence(process, probability))
            loop.turn()

        return turn

    process.turns(with_presence(0.02), 14.0)
    assert thinking.decided == 1
    process.turns(with_presence(0.99), 30.0)
    process.turns(with_presence(0.02), 200.0)
    assert thinking.decided == 1
    process.turns(with_presence(0.99), 59.0)
    assert thinking.decided == 1
    process.turns(with_presence(0.99), 4.0)
    assert thinking.decided == 2
    process.turns(with_presence(0.99), 100.0)
    assert thinking.decided == 2


def test_while_no_plan_can_be_made_who_comes_has_none_tried_any_oftener() -> None:
    process, thinking, loop = a_planner()
    probability = 0.02

    def turn() -> None:
        process.heard.append(presence(process, probability))
        loop.turn()

    process.turns(turn, 200.0)
    assert thinking.decided == 1
    thinking.fails, probability = "the solver ended with MaxTime", 0.99
    process.turns(turn, 660.0)
    assert 8 <= process.refused.count("no plan") <= 12
    # A plan that can be made again is made within the minute, and people who move count as before.
    thinking.fails = ""
    process.turns(turn, 61.0)
    assert thinking.decided == 2


def test_what_a_device_has_not_done_is_asked_for_again() -> None:
    process, _, loop = a_planner()
    process.turns(loop.turn, 13.0)
    process.said.clear()
    done = state("aircon", mode=1.0, setpoint_c=18.0)
    process.heard.append(msgspec.structs.replace(done, stamp=process.clock.now()))
    process.turns(loop.turn, 305.0)
    assert [(one.action, one.value) for one in process.of(Command)] == [("setpoint_c", 21.0)]


def test_lamps_follow_people_between_plans_and_are_reminded_of_what_they_were_told_last() -> None:
    process, thinking, loop = a_planner()
    process.turns(loop.turn, 15.0)
    process.said.clear()
    for level in (0.02, 0.0):
        thinking.lamps = (a_command("lamp", "level", level),)
        process.turns(loop.turn, 1.5)
    assert [(one.device, one.value, one.asked_by) for one in process.of(Command)] == [
        ("lamp", 0.02, Asker.PLAN),
        ("lamp", 0.0, Asker.PLAN),
    ]
    process.said.clear()
    process.turns(loop.turn, 305.0)
    assert [one.value for one in process.of(Command) if one.device == "lamp"] == [0.0]


def test_what_was_learned_is_kept_every_hour_and_at_the_end() -> None:
    process, thinking, loop = a_planner()
    process.turns(loop.turn, 3599.0)
    assert thinking.kept == 0
    process.turns(loop.turn, 2.0)
    assert thinking.kept == 1
    loop.close()
    assert thinking.kept == 2


def test_forecasts_are_handed_on() -> None:
    process, thinking, loop = a_planner()
    told = WeatherForecast(
        stamp=START, origin=Origin.LIVE, source="s", issued_unix_s=0.0, begins_unix_s=(0.0, 1.0), ends_unix_s=2.0
    )
    process.heard.append(told)
    loop.turn()
    assert thinking.heard == [told]


def test_who_speaks_after_the_first_plan_gets_another_at_once() -> None:
    process, thinking, loop = a_planner()
    process.turns(loop.turn, 14.0)
    assert thinking.decided == 1
    seen = len(thinking.observed)
    now = process.clock.now()
    process.heard += [
        AirSample(stamp=now, origin=Origin.LIVE, sensor="a", room="living", temperature_c=18.0),
        WeatherSample(stamp=now, origin=Origin.LIVE, source="roof", temperature_c=3.0),
        WeatherForecast(
            stamp=now, origin=Origin.LIVE, source="s", issued_unix_s=0.0, begins_unix_s=(0.0, 1.0), ends_unix_s=2.0
        ),
    ]
    process.turns(loop.turn, 4.0)
    assert (thinking.decided, len(thinking.observed)) == (2, seen + 1)
    # The second word of a kind waits for the next quarter of an hour, as everything does.
    process.heard.append(
        AirSample(stamp=process.clock.now(), origin=Origin.LIVE, sensor="b", room="living", temperature_c=18.0)
    )
    process.turns(loop.turn, 4.0)
    assert thinking.decided == 2


@pytest.mark.parametrize("speaks", [False, True])
def test_that_nothing_was_seen_yet_is_told_when_a_sensor_has_spoken_or_has_had_its_time(speaks: bool) -> None:
    process, thinking, loop = a_planner()
    thinking.fails = "nothing was observed yet"
    process.turns(loop.turn, 100.0)
    assert process.refused.count("no plan yet") >= 2
    assert process.of(Event) == []
    if speaks:
        air = AirSample(stamp=process.clock.now(), origin=Origin.LIVE, sensor="a", room="living", temperature_c=18.0)
        process.heard.append(air)
    process.turns(loop.turn, 10.0 if speaks else 19.0)
    assert len(process.of(Event)) == 0
    process.turns(loop.turn, 80.0)
    assert [one.code for one in process.of(Event)] == ["plan_failed"]


def test_gate_rules_and_planner_run_where_a_house_is_controlled_and_not_elsewhere() -> None:
    names = {node.name for node in nodes_of(a_house())}
    assert {"gate", "rules", "plan", "wishes"} <= names
    assert not {"gate", "rules", "plan", "wishes"} & {node.name for node in nodes_of(small_house())}


def test_what_is_known_of_prices_is_the_tariffs() -> None:
    known = known_tariff(msgspec.structs.replace(a_house(), tariff=Tariff(plan="time_of_use_jp")))
    assert (known.currency, len(known.hours), known.flat) == ("JPY", 24, None)
    flat = known_tariff(msgspec.structs.replace(a_house(), tariff=Tariff(plan="flat_eu", feed_in_per_kwh=0.01)))
    assert (flat.currency, flat.hours, flat.flat, flat.feed_in) == ("EUR", (), 0.252, 0.01)
    market = known_tariff(msgspec.structs.replace(a_house(), tariff=Tariff(plan="market_jp")))
    assert (market.flat, market.hours, market.usual) == (None, (), 29.0)


def mode_report(mode: str) -> ModeReport:
    return ModeReport(stamp=START, origin=Origin.LIVE, source="gate", mode=mode)


def test_another_mode_is_followed_at_once_and_what_was_commanded_before_is_over() -> None:
    process, thinking, loop = a_planner("drive")
    process.turns(loop.turn, 13.0)
    assert process.of(Command)
    process.said.clear()
    process.heard.append(mode_report("shadow"))
    process.turns(loop.turn, 400.0)
    assert process.of(Command) == []
    assert {one.mode for one in process.of(PlanReport)} == {"shadow"}
    process.heard.append(mode_report("drive"))
    process.turns(loop.turn, 1.0)
    assert process.of(Command)
    assert thinking.drives == [True, False, True]


def test_switched_off_nothing_is_planned_and_that_is_said() -> None:
    process, thinking, loop = a_planner("drive")
    process.turns(loop.turn, 13.0)
    process.heard.append(mode_report("off"))
    process.turns(loop.turn, 1.0)
    planned, beats = thinking.decided, len(process.of(Heartbeat))
    process.turns(loop.turn, 1000.0)
    assert thinking.decided == planned
    assert len(process.of(Heartbeat)) == beats
    off = process.of(PlanReport)[-1]
    assert (off.mode, off.level, off.plan_cost, off.actions) == ("off", ControlLevel.OFF, None, ())
    process.heard.append(mode_report("shadow"))
    process.turns(loop.turn, 1.0)
    assert thinking.decided == planned + 1


def test_a_new_wish_is_planned_for_within_seconds_and_one_that_is_said_again_is_not() -> None:
    process, thinking, loop = a_planner()
    process.turns(loop.turn, 13.0)
    planned = thinking.decided
    process.heard.append(ComfortWish(stamp=START, origin=Origin.LIVE, room="living", offset_k=1.0))
    process.turns(loop.turn, 3.0)
    assert thinking.decided == planned + 1
    process.heard.append(ComfortWish(stamp=START, origin=Origin.LIVE, room="living", offset_k=1.0, age_s=60.0))
    process.turns(loop.turn, 10.0)
    assert thinking.decided == planned + 1
    assert len(thinking.wishes) == 2
    assert len(process.of(PlanOutlook)) == thinking.decided
