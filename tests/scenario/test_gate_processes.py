"""The safety gate and the process of devices as real processes: killed, stopped, bypassed."""

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

import msgspec
import psutil
import pytest
import zmq

from sumika.bus import RuntimeFolder
from sumika.evaluate.running_house import lives
from sumika.history import RecordsReader
from sumika.runtime.gate_socket import GATE_SOCKET, Letter
from sumika.schema import DeviceState, Event, GateRule, Ruling, Write
from tests.bus_helpers import runtime_folder
from tests.gate_helpers import OWNER, GateHouse, Speaker, gate_house, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

SAFE = {("heater", "mode", 0.0), ("fan", "level", 1.0)}


@pytest.fixture
def folder() -> Iterator[RuntimeFolder]:
    with runtime_folder() as folder:
        yield folder


def drive(house: GateHouse, plan: Speaker) -> None:
    """Have the plan turn the heater on; return when the device has been told."""

    def on() -> bool:
        plan.beat("plan", holds_s=60.0)
        plan.ask("heater", "mode", 1.0, "plan")
        return ("heater", "mode", 1.0) in house.lines()

    assert until(on, 20.0), house.hear()


def test_a_command_reaches_the_device_and_is_audited_and_nobody_else_writes(
    folder: RuntimeFolder, tmp_path: Path
) -> None:
    with gate_house(folder, tmp_path) as house:
        devices = house.start(OWNER)
        house.start("gate")
        plan, page = Speaker(folder, "plan"), Speaker(folder, "page")
        try:
            drive(house, plan)
            assert until(lambda: any(each.written == 1.0 for each in house.verdicts()), 5.0)
            plan.ask("door", "on", 1.0, "plan")
            plan.ask("heater", "setpoint_c", 30.0, "resident")  # the planner in a resident's name
            page.ask("heater", "setpoint_c", 25.0, "limit")  # and somebody in the gate's own
            page.ask("heater", "setpoint_c", 25.5, "resident")
            assert until(lambda: ("heater", "setpoint_c", 25.5) in house.lines(), 5.0), house.verdicts()
            refused = {GateRule.NEVER_BY_PLAN, GateRule.UNKNOWN_ASKER}
            assert until(lambda: refused <= {each.rule for each in house.verdicts()}, 5.0)
            told = house.lines()
            assert {line[0] for line in told} == {"heater"}
            bypass(folder)
            assert not until(lambda: house.lines() != told, 0.5)
            devices.terminate()
            devices.wait(5)
            assert devices.returncode == 0
            assert set(house.lines()[len(told) :]) == SAFE  # handed back at the end
        finally:
            plan.close()
            page.close()


def said_silent(house: GateHouse) -> list[str]:
    """Return of which processes it was said that the gate is silent."""
    return [each.subject for each in house.hear() if isinstance(each, Event) and each.code == "gate_silent"]


def silence_is_told(house: GateHouse) -> bool:
    return bool(said_silent(house))


def bypass(folder: RuntimeFolder) -> None:
    """Send a well-formed write to the gate's socket, in every way that ZeroMQ has for it."""
    letter = Letter(9, 0, time.monotonic_ns(), Write(device="door", action="on", value=1.0, sequence=1))
    data = OWNER.encode() + b"\0" + msgspec.msgpack.encode(letter)
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    for kind in (zmq.PUB, zmq.XPUB, zmq.PUSH, zmq.DEALER, zmq.SUB, zmq.XSUB):
        socket = context.socket(kind)
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(folder.socket(GATE_SOCKET))
        if kind != zmq.SUB:
            socket.setsockopt(zmq.SNDTIMEO, 100)
            with suppress(zmq.Again):
                socket.send(data)
        socket.close()
    context.term()


def test_a_gate_that_is_killed_or_stopped_leaves_its_devices_in_their_fail_safe_within_ten_seconds(
    tmp_path: Path,
) -> None:
    with ExitStack() as stack:
        houses = []
        for number in (signal.SIGKILL, signal.SIGSTOP):
            folder = stack.enter_context(runtime_folder())
            house = stack.enter_context(gate_house(folder, tmp_path / number.name))
            plan = Speaker(folder, "plan")
            stack.callback(plan.close)
            house.start(OWNER)
            house.start("gate")
            drive(house, plan)
            houses.append((house, number, len(house.lines())))
        for house, number, _ in houses:
            house.processes["gate"].send_signal(number)
        struck_s = time.monotonic()
        assert until(lambda: all(set(house.lines()[before:]) >= SAFE for house, _, before in houses), 10.0)
        for house, _, _ in houses:
            assert house.last_s() - struck_s <= 10.0
            assert until(partial(silence_is_told, house), 20.0), house.hear()
            assert said_silent(house) == [OWNER]
        stopped = houses[1][0]
        stopped.processes["gate"].send_signal(signal.SIGCONT)
        assert until(lambda: any(each.recovered for each in stopped.hear() if isinstance(each, Event)), 3.0)
        for house, _, before in houses:  # once, and nothing of what was on its way while nobody watched
            told = house.lines()[before:]
            assert sorted(line for line in told if line in SAFE) == sorted(SAFE)


def test_when_the_supervisor_is_killed_devices_are_handed_back_all_the_same(
    folder: RuntimeFolder, tmp_path: Path
) -> None:
    with gate_house(folder, tmp_path) as house:
        house.start("gate")
        parent = psutil.Process(house.start("parent").pid)
        plan = Speaker(folder, "plan")
        try:
            drive(house, plan)
        finally:
            plan.close()
        before, (owner,) = len(house.lines()), parent.children()
        parent.kill()
        assert until(lambda: set(house.lines()[before:]) >= SAFE, 5.0), house.lines()
        assert until(lambda: not lives(owner), 7.0)


def test_what_the_gate_passes_reaches_the_simulated_house_and_every_verdict_is_kept(
    folder: RuntimeFolder, tmp_path: Path
) -> None:
    with gate_house(folder, tmp_path, connection="") as house:
        for name in ("history", "world", "gate"):
            house.start(name)
        plan = Speaker(folder, "plan")

        def heats() -> bool:
            plan.beat("plan", holds_s=60.0)
            plan.ask("heater", "mode", 1.0, "plan")
            plan.ask("heater", "mode", 9.0, "plan")
            states = [each for each in house.hear() if isinstance(each, DeviceState) and each.device == "heater"]
            return any(each.values.get("mode") == 1.0 for each in states)

        try:
            assert until(heats, 60.0)
        finally:
            plan.close()
        for name in ("gate", "history"):
            house.processes[name].terminate()
            house.processes[name].wait(5)
        kept = RecordsReader(tmp_path / "history").verdicts(device="heater", limit=10_000)
        assert any(each.written == 1.0 for each in kept)
        assert {each.rule for each in kept if each.ruling is Ruling.VETOED} >= {GateRule.ABSOLUTE_LIMIT}
        assert not any(each.asked_by == "resident" for each in kept)  # its own heating is nobody's hand
