"""The process of the rules, turn by turn in this one: they beat, and say what changes while no plan holds."""

from collections.abc import Iterator

import pytest

from sumika.runtime.rules_loop import RulesLoop
from sumika.schema import (
    AirSample,
    Asker,
    Command,
    Heartbeat,
    Origin,
)
from sumika.units import seconds_to_ns
from tests.plan_loop_helpers import HEARS, FakeProcess, a_house, without_bus


@pytest.fixture(autouse=True)
def _no_bus() -> Iterator[None]:
    with without_bus():
        yield


def a_ruler() -> tuple[FakeProcess, RulesLoop]:
    process = FakeProcess(a_house())
    HEARS[:] = [process]
    return process, RulesLoop(process.frame)


def test_rules_beat_every_second_and_say_what_changes() -> None:
    process, loop = a_ruler()
    process.turns(loop.turn, 30.0)
    beats = process.of(Heartbeat)
    assert {one.asker for one in beats} == {Asker.RULES}
    assert 28 <= len(beats) <= 31
    first = process.of(Command)
    assert first
    assert first[0].stamp.monotonic_ns > beats[0].stamp.monotonic_ns
    assert len({(one.device, one.action) for one in first}) == len(first)
    cold = AirSample(stamp=process.clock.now(), origin=Origin.RECORDED, sensor="a", room="living", temperature_c=12.0)
    process.said.clear()
    process.heard.append(cold)
    process.turns(loop.turn, 11.0)
    assert ("aircon", "mode", 1.0) in [(one.device, one.action, one.value) for one in process.of(Command)]
    assert {one.origin for one in process.of(Command)} == {Origin.RECORDED}


def test_rules_say_everything_at_once_when_the_plan_no_longer_holds() -> None:
    process, loop = a_ruler()
    process.turns(loop.turn, 5.0)
    everything = len(process.of(Command))
    holds_ns = process.clock.now().monotonic_ns + seconds_to_ns(20.0)
    process.heard.append(
        Heartbeat(stamp=process.clock.now(), origin=Origin.LIVE, asker=Asker.PLAN, holds_until_ns=holds_ns)
    )
    process.turns(loop.turn, 12.0)
    process.said.clear()
    process.turns(loop.turn, 6.0)
    assert process.of(Command) == []
    process.turns(loop.turn, 5.0)
    commands = process.of(Command)
    assert len(commands) == everything
    assert 0 <= commands[0].stamp.monotonic_ns - holds_ns <= seconds_to_ns(1.0)


def test_a_plan_that_came_between_two_looks_and_died_leaves_nothing_unsaid() -> None:
    process, loop = a_ruler()
    process.turns(loop.turn, 3.0)
    everything = len(process.of(Command))
    assert everything
    holds_ns = process.clock.now().monotonic_ns + seconds_to_ns(2.0)
    process.heard.append(
        Heartbeat(stamp=process.clock.now(), origin=Origin.LIVE, asker=Asker.PLAN, holds_until_ns=holds_ns)
    )
    process.said.clear()
    process.turns(loop.turn, 4.0)
    commands = process.of(Command)
    assert len(commands) == everything, "the plan may have moved every device meanwhile"
    assert 0 <= commands[0].stamp.monotonic_ns - holds_ns <= seconds_to_ns(1.0)
