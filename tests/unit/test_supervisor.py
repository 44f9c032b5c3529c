"""The supervisor: starts, watches, kills, waits longer and longer, tells every fault and recovery once, survives."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import msgspec
import psutil
import pytest

from sumika.bus import Publisher, Subscriber
from sumika.clock import Instant
from sumika.runtime.conditions import someone_home
from sumika.runtime.node import COMPILES_WITHIN_S, STARTS_WITHIN_S
from sumika.runtime.restart import LONGEST_DELAY_S
from sumika.runtime.spawn import fault_file
from sumika.runtime.supervisor import FIRST_NODES_LONGEST_S, STOP_TIMEOUT_S
from sumika.schema import Event, NodeState, Origin, Presence, Reason, Severity, Tick
from sumika.schema.house import PortSource, Radar, WorldSource
from sumika.units import seconds_to_ns
from tests.bus_helpers import wait_until
from tests.supervisor_helpers import START, FakeHouse, fake_house, node_named, publisher

DIED, DEGRADED = "node_died", "node_degraded"


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHouse]:
    with fake_house(monkeypatch, node_named("a"), node_named("b")) as house:
        house.turn()
        yield house


def state(house: FakeHouse, name: str = "a") -> NodeState:
    return house.supervisor.nodes[name].state


def die(house: FakeHouse, name: str = "a", code: int = -9) -> None:
    house.process(name).exitcode = code
    house.turn()


def test_a_node_runs_from_its_first_beat(house: FakeHouse) -> None:
    assert state(house) is NodeState.STARTING
    house.turn()
    assert state(house) is NodeState.RUNNING


def test_what_a_node_tells_is_passed_on_to_who_says_it(house: FakeHouse) -> None:
    node = publisher(house, "b")
    told = Event(stamp=START, origin=Origin.LIVE, subject="disk", code="disk_full", severity=Severity.ALARM)

    def heard() -> bool:
        node.publish(told)
        house.turn()
        return told in house.said

    assert wait_until(heard)


def test_a_death_is_told_once_with_its_reason_and_so_is_the_recovery(house: FakeHouse) -> None:
    house.turn()
    die(house)
    assert state(house) is NodeState.BACKING_OFF
    house.turn(1.0)
    assert "signal 9" in house.health("a").fault
    house.turn(2.0)
    assert state(house) is NodeState.RUNNING
    assert house.told() == [("a", DIED, False), ("a", DIED, True)]
    assert [(event.subject, event.code, event.recovered) for event in house.said] == house.told()
    assert house.incarnations == {"a": [0, 1], "b": [0]}
    assert house.processes["a"][0].closed


def test_what_the_node_left_as_its_reason_is_told(house: FakeHouse) -> None:
    managed = house.supervisor.nodes["a"]
    fault_file(house.launch, managed.node).write_bytes(b"the disk is \xff gone")
    die(house, code=1)
    assert managed.fault == "the disk is \N{REPLACEMENT CHARACTER} gone"


def test_a_hung_node_is_killed_after_its_watchdog_and_no_other(house: FakeHouse) -> None:
    house.turn(1.0)
    house.beating.remove("a")
    house.turn(2.5)
    assert house.process("a").signals == []
    house.turn(1.0)
    assert house.processes["a"][0].signals == ["kill"]
    assert house.told() == [("a", "node_hung", False)]
    assert house.process("b").signals == []


def test_a_node_that_only_begins_is_given_longer(house: FakeHouse) -> None:
    house.beating.remove("a")
    house.turn(STARTS_WITHIN_S - 1.0)
    assert state(house, "b") is NodeState.RUNNING
    # It beat before the first turn of the test only if it lived then: its first life has no beat.
    assert house.processes["a"][0].signals == []
    house.turn(2.0)
    assert house.processes["a"][0].signals == ["kill"]


def test_a_node_whose_loops_are_compiled_may_begin_for_minutes_and_beats_as_any_other_then(house: FakeHouse) -> None:
    managed = house.supervisor.nodes["b"]
    managed.node = dataclasses.replace(managed.node, starts_within_s=COMPILES_WITHIN_S)
    house.beating.remove("b")
    house.turn(STARTS_WITHIN_S + 10.0)
    assert house.process("b").signals == []
    house.beating.add("b")
    house.turn(1.0)
    house.beating.remove("b")  # what it is first asked for is compiled only now
    house.turn(COMPILES_WITHIN_S - STARTS_WITHIN_S - 20.0)
    assert house.process("b").signals == []
    house.beating.add("b")
    house.turn(20.0)
    house.beating.remove("b")
    house.turn(4.0)
    assert house.processes["b"][0].signals == ["kill"]


def test_a_time_in_which_nobody_ran_is_not_held_against_the_nodes(house: FakeHouse) -> None:
    house.turn(1.0)
    house.clock.sleep_until(house.clock.now().monotonic_ns + 20_000_000_000)
    house.supervisor.turn()
    house.turn(1.0)
    assert house.process("a").signals == []


def test_five_failures_degrade_once_and_a_steady_life_ends_it_once(house: FakeHouse) -> None:
    for _ in range(5):
        while house.process("a").exitcode is not None:
            house.turn()
        house.turn()
        die(house)
    assert state(house) is NodeState.DEGRADED
    told = [one for one in house.told() if one[1] == DEGRADED]
    assert told == [("a", DEGRADED, False)]
    house.turn(LONGEST_DELAY_S - 1.0)
    assert house.process("a").exitcode is not None
    house.turn(2.0)
    assert state(house) is NodeState.RUNNING
    assert [one for one in house.told() if one[1] == DEGRADED] == told
    house.turn(310.0)
    assert house.told()[-2:] == [("a", DIED, True), ("a", DEGRADED, True)]
    assert sum(one == ("a", DEGRADED, True) for one in house.told()) == 1


def test_a_node_that_dies_again_and_again_is_told_of_once(house: FakeHouse) -> None:
    house.beating.remove("a")
    for _ in range(600):
        if house.process("a").exitcode is None:
            house.process("a").exitcode = 1
        house.turn()
    assert house.told() == [("a", DIED, False), ("a", DEGRADED, False)]


@pytest.mark.parametrize("refusal", [OSError(24, "Too many open files"), MemoryError(), EOFError()])
def test_no_room_for_a_process_is_a_failure_of_that_node_and_is_tried_again(
    house: FakeHouse, refusal: Exception
) -> None:
    house.turn()
    house.refusal = refusal
    die(house)
    house.turn(2.0)
    assert state(house) is NodeState.BACKING_OFF
    assert "cannot be started" in house.supervisor.nodes["a"].fault
    house.refusal = None
    house.turn(8.0)
    assert state(house) is NodeState.RUNNING
    assert state(house, "b") is NodeState.RUNNING
    assert house.told() == [("a", DIED, False), ("a", DIED, True)]


def test_a_first_node_without_room_does_not_end_the_house(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_house(monkeypatch, node_named("a", first=True), node_named("b")) as house:
        house.refusal = OSError(12, "Cannot allocate memory")

        def over() -> bool:
            passed_ns = house.clock.now().monotonic_ns - START.monotonic_ns
            if passed_ns > seconds_to_ns(3):
                house.refusal = None
            return passed_ns > seconds_to_ns(12)

        house.supervisor.run(over)
        assert len(house.processes["a"]) == len(house.processes["b"]) == 1
        assert house.process("a").signals == ["term"]


@pytest.mark.parametrize("comes", [True, False])
def test_a_house_is_up_when_what_must_not_miss_anything_listens_or_never_will(
    monkeypatch: pytest.MonkeyPatch, comes: bool
) -> None:
    with fake_house(monkeypatch, node_named("a", first=True), node_named("b")) as house:
        house.beating.remove("a")
        house.turn(2.0)
        assert not house.supervisor.is_up
        if comes:
            house.beating.add("a")
            house.turn()
        else:
            house.turn(FIRST_NODES_LONGEST_S)
        assert house.supervisor.is_up


def test_errors_of_the_machinery_are_survived(
    house: FakeHouse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*arguments: object, **named: object) -> None:
        raise OSError(28, "No space left on device")

    house.turn()
    with monkeypatch.context() as patch:
        patch.setattr(Publisher, "publish", broken)
        patch.setattr(Subscriber, "receive", broken)
        patch.setattr(house.supervisor.nodes["a"], "failure", broken)
        house.turn(2.0, listen=False)
    assert state(house, "b") is NodeState.RUNNING
    assert len(caplog.records) == 3  # each thing once, not eight times a second
    die(house)
    house.turn(2.0)
    assert state(house) is NodeState.RUNNING


def test_a_process_that_cannot_be_measured_is_measured_as_unknown(
    house: FakeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*arguments: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(psutil, "Process", refuses)
    die(house)
    house.turn(3.0)
    assert state(house) is NodeState.RUNNING
    assert house.health("a").memory_mb is None


def say(room: str, probability: float | None, stamp: Instant) -> Presence:
    return Presence(
        stamp=stamp,
        origin=Origin.LIVE,
        room=room,
        valid=probability is not None,
        reason=Reason.MEASURED,
        probability=probability,
    )


def test_no_node_leaves_by_a_word_that_is_only_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_house(monkeypatch, node_named("presence"), node_named("heart", when=someone_home)) as house:
        voice = publisher(house, "presence")
        house.turn(1.0)

        def heard() -> bool:
            old = msgspec.structs.replace(say("hall", 0.0, house.clock.now()), held_s=60.0)
            voice.publish(old)
            voice.publish(say("bedroom", 0.9, house.clock.now()))
            house.turn()
            return "bedroom" in house.supervisor.rooms

        assert wait_until(heard)
        assert "hall" not in house.supervisor.rooms


def test_a_node_leaves_when_its_condition_ends_and_comes_back_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_house(monkeypatch, node_named("presence"), node_named("heart", when=someone_home)) as house:
        voice = publisher(house, "presence")
        house.turn(1.0)

        def room_is(probability: float) -> None:
            before = house.supervisor.rooms.get("bedroom")

            def heard() -> bool:
                voice.publish(say("bedroom", probability, house.clock.now()))
                house.turn()
                return house.supervisor.rooms.get("bedroom") != before

            assert wait_until(heard)

        room_is(0.9)
        room_is(0.0)
        house.turn(100.0)
        assert state(house, "heart") is NodeState.RUNNING  # nobody leaves for good in less
        room_is(0.0)
        house.turn(25.0)
        assert state(house, "heart") is NodeState.WAITING
        assert house.process("heart").signals == ["term"]
        room_is(0.8)
        house.turn(1.0)
        assert state(house, "heart") is NodeState.RUNNING
        assert house.told() == []  # leaving is no fault
        assert house.supervisor.nodes["heart"].restarts == 0


def test_a_node_that_will_not_leave_is_killed_and_nobody_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = [True]
    with fake_house(
        monkeypatch, node_named("a", when=lambda rooms, now_ns: wanted[0]), node_named("b", watchdog_s=0.5)
    ) as house:
        house.turn(1.0)
        house.process("a").obeys = False
        wanted[0] = False
        ticks = sum(isinstance(message, Tick) for message in house.heard)
        house.turn(STOP_TIMEOUT_S - 0.2)
        assert house.process("a").signals == ["term"]
        house.turn(1.0)
        assert house.process("a").signals == ["term", "kill"]
        assert state(house) is NodeState.WAITING
        house.settle()
        assert sum(isinstance(message, Tick) for message in house.heard) >= ticks + 6
        assert house.told() == []


def test_first_nodes_end_last(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_house(monkeypatch, node_named("log_like", first=True), node_named("a")) as house:
        house.turn(1.0)
        order: list[str] = []
        for name in ("log_like", "a"):
            monkeypatch.setattr(house.process(name), "terminate", lambda name=name: order.append(name))
        house.supervisor.stop()
        assert order == ["a", "log_like"]
        assert state(house) is NodeState.STOPPED


def test_stop_ends_the_others_even_if_one_resists(house: FakeHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(house.process("a"), "terminate", broken)
    house.process("b").obeys = False
    house.supervisor.stop()
    assert house.process("b").signals == ["term", "kill"]
    assert house.process("a").signals == ["kill"]


def test_a_process_that_not_even_a_kill_ends_is_left_behind(house: FakeHouse) -> None:
    house.turn()
    house.process("a").mortal = False
    house.beating.remove("a")
    house.turn(4.0)
    house.beating.add("a")
    house.turn(2.0)
    assert len(house.processes["a"]) == 2
    assert not house.processes["a"][0].closed


def test_a_silent_radar_is_told_once_and_so_is_its_return(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_house(monkeypatch, node_named("presence")) as house:
        for reason in (Reason.MEASURED, Reason.NO_SIGNAL, Reason.NO_SIGNAL, Reason.MEASURED, Reason.MEASURED):
            house.supervisor.hear(
                Presence(
                    stamp=house.clock.now(), origin=Origin.LIVE, room="bath", radar="r", valid=False, reason=reason
                )
            )
            house.turn()
        assert house.told() == [("r", "radar_silent", False), ("r", "radar_silent", True)]


@pytest.mark.parametrize(("source", "moment_s"), [(WorldSource(), 60.0), (PortSource(device="/dev/radar"), 8.0)])
def test_a_radar_has_a_moment_to_speak_and_a_simulated_one_until_its_world_is_built(
    monkeypatch: pytest.MonkeyPatch, source: WorldSource | PortSource, moment_s: float
) -> None:
    radar = Radar(id="r", room="bath", model="x", position_m=(0, 0, 1), source=source)
    with fake_house(monkeypatch, node_named("presence"), radars=(radar,)) as house:

        def nothing() -> None:
            stamp = house.clock.now()
            told: dict[str, Any] = {"valid": False, "reason": Reason.NO_SIGNAL}
            house.supervisor.hear(Presence(stamp=stamp, origin=Origin.LIVE, room="bath", radar="r", **told))

        house.turn(moment_s - 1.0)
        nothing()
        assert house.told() == []
        house.turn(2.0)
        nothing()
        assert house.told() == [("r", "radar_silent", False)]


@pytest.mark.parametrize("beside_radar", [False, True])
@pytest.mark.parametrize("reason", [Reason.NOTHING_SEEN, Reason.NO_SIGNAL])
def test_a_sensor_that_knows_nothing_is_no_silent_radar(
    monkeypatch: pytest.MonkeyPatch, reason: Reason, beside_radar: bool
) -> None:
    with fake_house(monkeypatch, node_named("presence")) as house:
        house.turn(10.0)
        about: dict[str, Any] = {"origin": Origin.LIVE, "room": "bath", "valid": False}
        for _ in range(3):
            if beside_radar:
                house.supervisor.hear(Presence(stamp=house.clock.now(), radar="r", reason=Reason.MEASURED, **about))
            house.supervisor.hear(Presence(stamp=house.clock.now(), sensor="pir", reason=reason, **about))
            house.turn(1.0)
        assert house.told() == []
