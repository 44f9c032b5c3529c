"""The gate's process, turn by turn in this one: its file, its socket, who speaks as whom, and the simulated hands."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
import zmq

from sumika.bus import Board, Publisher, Received, RuntimeFolder, Subscriber
from sumika.clock import Instant, SimulatedClock, WallClock
from sumika.runtime import process as process_module
from sumika.runtime.device_loop import fail_safe_writes
from sumika.runtime.gate_loop import GateLoop, TimersFile, owner_of, run_gate
from sumika.runtime.gate_socket import GATE_SOCKET, GateEar, GateVoice, Letter
from sumika.runtime.node import Launch, Node
from sumika.runtime.process import NodeProcess
from sumika.runtime.simulated_hands import SimulatedHands
from sumika.runtime.table import nodes_of
from sumika.safety import Ruled, Timer
from sumika.schema import (
    AirSample,
    Command,
    ConfigChange,
    DeviceState,
    Envelope,
    Event,
    GateRule,
    Heartbeat,
    Message,
    NodeStatistics,
    Origin,
    ResidentWish,
    SumikaError,
    Verdict,
    Write,
)
from sumika.schema.house import House
from sumika.units import seconds_to_ns
from tests.bus_helpers import opened, runtime_folder, wait_until
from tests.gate_helpers import OWNER, small_house

NAMES = ("gate", "world", OWNER, "plan", "page")
WRITE = Write(device="fan", action="level", value=2.0, sequence=1)
START = Instant(seconds_to_ns(100), 10**18, "boot")


@pytest.fixture(autouse=True)
def _own_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A node's process asks the kernel for things that this one must not have."""
    monkeypatch.setattr(process_module, "_ask_kernel", lambda *arguments: None)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def folder() -> Iterator[RuntimeFolder]:
    with runtime_folder() as folder:
        yield folder


@contextmanager
def process_of(name: str, folder: RuntimeFolder, data: Path, house: House) -> Iterator[NodeProcess]:
    """Yield the frame of a node's process."""
    if not folder.board.exists():
        Board.create(folder.board, NAMES)
    config = ConfigChange(stamp=WallClock().now(), origin=Origin.LIVE, file="house.yaml", hash="0", text="")
    launch = Launch(folder.path, data, "run", house, data / "house.yaml", config, NAMES, 0)
    with NodeProcess(Node(name, run_gate, heard_by=()), launch) as process:
        yield process


# --- the file of least times


def test_least_times_are_read_back_as_they_were_saved(tmp_path: Path) -> None:
    file = TimersFile(tmp_path / "gate")
    assert file.load(small_house(), START) == ()
    timers = (
        Timer(device="heater", state=1.0, since=START, values={"setpoint_c": 21.0}),
        Timer(device="fan", held_by="resident", held_until=START.later(5)),
    )
    file.save(timers)
    file.save(timers)
    assert TimersFile(tmp_path / "gate").load(small_house(), START) == timers
    assert [path.name for path in (tmp_path / "gate").iterdir()] == ["timers.json"]
    assert file.problem == ""


def test_only_news_is_written(tmp_path: Path) -> None:
    file = TimersFile(tmp_path)
    file.save((Timer(device="fan", held_by="resident", held_until=START),))
    (tmp_path / "timers.json").unlink()
    later = Instant(START.monotonic_ns, START.wall_ns + 7, START.boot_id)  # the same moment, after the clock was set
    file.save((Timer(device="fan", held_by="resident", held_until=later),))
    assert not (tmp_path / "timers.json").exists()
    file.save((Timer(device="fan", held_by="operator", held_until=later),))
    assert (tmp_path / "timers.json").exists()


@pytest.mark.parametrize("text", [b"", b"{", b"[{}]", b'[{"device": 1}]', b"\xff\xfe"])
def test_after_a_damaged_file_every_device_rests_first(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "timers.json").write_bytes(text)
    file = TimersFile(tmp_path)
    timers = file.load(small_house(), START)
    assert timers == tuple(Timer(device=name, state=0.0, since=START) for name in ("heater", "fan", "door"))
    assert "cannot be read" in file.problem


def test_a_disk_that_takes_nothing_is_told_and_tried_again(tmp_path: Path) -> None:
    (tmp_path / "gate").write_text("a file where the folder should be", encoding="utf-8")
    file = TimersFile(tmp_path / "gate")
    file.save((Timer(device="fan", state=1.0, since=START),))
    assert "cannot be written" in file.problem
    (tmp_path / "gate").unlink()
    file.save((Timer(device="fan", state=1.0, since=START),))
    assert file.problem == ""
    assert (tmp_path / "gate" / "timers.json").exists()


# --- the private socket


def beginning() -> int:
    """Tell a time before all others: what the caller of an ear says is later, and counts."""
    return 0


def connected(folder: RuntimeFolder, now_ns: int = 0) -> tuple[GateVoice, GateEar]:
    """Return both ends, connected."""
    voice, ear = GateVoice(folder, 0), GateEar(folder, OWNER, now_ns, clock_ns=beginning)
    assert wait_until(lambda: voice.listens(OWNER))
    return voice, ear


def taken(ear: GateEar, now_ns: int, count: int) -> list[Write]:
    """Return so many writes, once they are there."""
    writes: list[Write] = []
    assert wait_until(lambda: len(writes.__iadd__(ear.take(now_ns))) >= count)
    return writes


def test_writes_reach_their_owner_in_order_and_nobody_else(folder: RuntimeFolder) -> None:
    voice, ear = connected(folder)
    other = GateEar(folder, "world", 0, clock_ns=beginning)
    assert wait_until(lambda: voice.listens("world"))
    assert not voice.listens("nobody")
    for number in range(3):
        voice.send(OWNER, msgspec.structs.replace(WRITE, sequence=number), 1000)
    voice.send("world", WRITE, 1000)
    assert [write.sequence for write in taken(ear, 1000, 3)] == [0, 1, 2]
    assert taken(other, 1000, 1) == [WRITE]
    assert (ear.take(1000), ear.refused, ear.lost, ear.incarnation) == ([], {}, 0, 0)
    other.close()
    assert wait_until(lambda: not voice.listens("world"))
    for end in (voice, ear):
        end.close()


def test_a_beat_comes_twice_a_second_and_its_absence_is_silence(folder: RuntimeFolder) -> None:
    voice, ear = connected(folder, now_ns=0)
    assert not ear.silent(seconds_to_ns(8.0) - 1)
    assert ear.silent(seconds_to_ns(8.0))
    now_ns = seconds_to_ns(20.0)
    for later_s in (0.0, 0.49, 0.5):
        voice.beat(now_ns + seconds_to_ns(later_s))
    assert wait_until(lambda: ear.take(now_ns) is None or not ear.silent(now_ns))
    assert not ear.silent(now_ns + seconds_to_ns(7.9))
    voice.close()
    ear.close()


def test_letters_that_are_late_or_repeated_or_of_an_earlier_gate_are_refused(folder: RuntimeFolder) -> None:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    socket = context.socket(zmq.XPUB)
    socket.bind(folder.socket(GATE_SOCKET))
    ear = GateEar(folder, OWNER, 0, clock_ns=beginning)
    assert socket.poll(5000)
    now_ns = seconds_to_ns(100.0)

    def send(letter: object) -> None:
        socket.send(OWNER.encode() + b"\0" + msgspec.msgpack.encode(letter))

    fresh_ns = now_ns - seconds_to_ns(2.0)
    for letter in (
        Letter(1, 0, fresh_ns, WRITE),
        Letter(1, 0, now_ns, WRITE),
        Letter(0, 9, now_ns, WRITE),
        Letter(1, 1, fresh_ns - 1, WRITE),
        Letter(1, 2, now_ns + 1, WRITE),
        Letter(1, 5, now_ns, WRITE),
        {"incarnation": 1},
        [1, 6, now_ns, {"device": "fan"}],
        Letter(2, 0, now_ns, WRITE),
    ):
        send(letter)
    assert len(taken(ear, now_ns, 3)) == 3
    assert ear.refused == {"repeated": 2, "late": 2, "undecodable": 2}
    assert (ear.lost, ear.incarnation) == (2, 2)
    ear.close()
    socket.close(linger=0)
    context.term()


@pytest.mark.parametrize(
    ("taken_ns", "late"), [(1000, False), (1000 + seconds_to_ns(2.0), False), (999, True), (seconds_to_ns(2.1), True)]
)
def test_how_old_a_letter_is_counts_from_when_it_is_taken_and_not_from_when_the_caller_looked_at_its_clock(
    folder: RuntimeFolder, taken_ns: int, late: bool
) -> None:
    voice, ear = GateVoice(folder, 0), GateEar(folder, OWNER, 0, clock_ns=lambda: taken_ns)
    assert wait_until(lambda: voice.listens(OWNER))
    voice.send(OWNER, WRITE, 1000)
    found: list[Write] = []
    assert wait_until(lambda: bool(found.__iadd__(ear.take(500)) or ear.refused))
    assert (found, ear.refused) == (([], {"late": 1}) if late else ([WRITE], {}))
    voice.close()
    ear.close()


def test_a_gate_that_cannot_bind_says_so(folder: RuntimeFolder) -> None:
    (folder.path / f"{GATE_SOCKET}.pub").mkdir()
    with pytest.raises(SumikaError, match="cannot reach the devices"):
        GateVoice(folder, 0)


# --- the loop


class Listening:
    """A gate's loop with a node beside it that speaks and hears."""

    def __init__(self, process: NodeProcess, speaker: str) -> None:
        self.loop = GateLoop(process)
        self.speaker = Publisher(process.folder, speaker, 0)
        self.ear = opened(Subscriber(process.folder, ["gate"], ["verdict", "event", "node_statistics"], WallClock()))
        self.said: list[Message] = []
        self._stamp = WallClock().now

    def until(self, message: Message, kind: type[Message], count: int = 1) -> list[Message]:
        """Say something again and again until so many answers have come."""

        def answered() -> bool:
            self.speaker.publish(msgspec.structs.replace(message, stamp=self._stamp()))
            self.loop.turn()
            self.said += [received.message for received in self.ear.receive(0.0)]
            return sum(isinstance(each, kind) for each in self.said) >= count

        assert wait_until(answered)
        return [each for each in self.said if isinstance(each, kind)]

    def close(self) -> None:
        """Fall silent."""
        self.loop.close()
        self.speaker.close(deliver=False)
        self.ear.close()


@contextmanager
def gate_of(folder: RuntimeFolder, data: Path, speaker: str) -> Iterator[Listening]:
    """Yield a gate that hears one node."""
    with process_of("gate", folder, data, small_house()) as process:
        listening = Listening(process, speaker)
        try:
            yield listening
        finally:
            listening.close()


def command(asker: str) -> Command:
    """Return a command."""
    return Command(
        stamp=START, origin=Origin.LIVE, device="heater", action="mode", value=1.0, asked_by=asker, why="a test"
    )


@pytest.mark.parametrize(
    ("speaker", "asker", "rule"),
    [
        ("page", "plan", GateRule.UNKNOWN_ASKER),
        ("plan", "resident", GateRule.UNKNOWN_ASKER),
        ("page", "limit", GateRule.UNKNOWN_ASKER),
        ("plan", "limit", GateRule.UNKNOWN_ASKER),
        ("page", "resident", GateRule.UNREACHABLE),  # and nobody is there who owns the device
        ("plan", "rules", GateRule.UNREACHABLE),
    ],
)
def test_nobody_speaks_in_anothers_name(
    folder: RuntimeFolder, tmp_path: Path, speaker: str, asker: str, rule: GateRule
) -> None:
    with gate_of(folder, tmp_path, speaker) as gate:
        (verdict, *_) = gate.until(command(asker), Verdict)
        assert isinstance(verdict, Verdict)
        assert verdict.rule is rule
        assert verdict.asked_by in (asker, f"{speaker} as {asker}")


@pytest.mark.parametrize(
    ("speaker", "message"),
    [
        ("page", Heartbeat(stamp=START, origin=Origin.LIVE, asker="plan", holds_until_ns=2**62)),
        ("plan", ResidentWish(stamp=START, origin=Origin.LIVE, device="fan", action="level", value=2.0)),
    ],
)
def test_beats_are_the_controllers_and_wishes_the_residents(
    folder: RuntimeFolder, tmp_path: Path, speaker: str, message: Message
) -> None:
    with gate_of(folder, tmp_path, speaker) as gate:

        def refused(said: list[Message]) -> bool:
            return any(isinstance(each, NodeStatistics) and each.refused for each in said)

        assert wait_until(lambda: refused(gate.until(message, NodeStatistics)))
        assert not any(isinstance(each, Verdict) for each in gate.said)


def test_smoke_is_told_once(folder: RuntimeFolder, tmp_path: Path) -> None:
    smoke = AirSample(stamp=START, origin=Origin.LIVE, sensor="detector", room="living", smoke=True)
    with gate_of(folder, tmp_path, "page") as gate:
        gate.until(smoke, Event)
        for _ in range(3):
            gate.until(smoke, Event)
        events = [each for each in gate.said if isinstance(each, Event)]
        assert [(each.subject, each.code, each.severity, each.detail) for each in events] == [
            ("living", "smoke_or_co", "alarm", "smoke")
        ]


def test_a_hold_ends_and_is_told_and_remembered(folder: RuntimeFolder, tmp_path: Path) -> None:
    wish = ResidentWish(stamp=START, origin=Origin.LIVE, device="fan", action="level", value=2.0, at_device=True)
    with gate_of(folder, tmp_path, "page") as gate:
        (event, *_) = gate.until(wish, Event)
        assert isinstance(event, Event)
        assert (event.subject, event.code, event.recovered) == ("fan", "held_by_hand", False)
        remembered = {each.device: each.held_by for each in TimersFile(tmp_path / "gate").load(small_house(), START)}
        assert remembered["fan"] == "resident"


def test_a_gate_that_fails_its_self_test_does_not_start(
    folder: RuntimeFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sumika.safety.gate.problems", lambda limits: ("the table is gone",))
    with process_of("gate", folder, tmp_path, small_house()) as process, pytest.raises(SumikaError, match="is gone"):
        GateLoop(process)


def test_what_is_only_told_again_is_nobodys_hand_and_no_answer_to_a_write(
    folder: RuntimeFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = DeviceState(stamp=WallClock().now(), origin=Origin.LIVE, device="fan", values={"level": 1.0})
    calm = AirSample(stamp=state.stamp, origin=Origin.LIVE, sensor="detector", room="living", smoke=False)
    with process_of("gate", folder, tmp_path, small_house()) as process:
        loop = GateLoop(process)
        now_ns = process.clock.now().monotonic_ns

        def hears(message: Message) -> None:
            envelope = Envelope(topic="", key="", node=OWNER, incarnation=0, sequence=0, message=msgspec.Raw(b""))
            assert tuple(loop.take(Received(envelope, message, now_ns), now_ns)) == ()

        heard: list[Message] = []

        def observe(message: Message, _now_ns: int) -> tuple[Ruled, ...]:
            heard.append(message)
            return ()

        monkeypatch.setattr(loop.gate, "observe", observe)
        hears(state)
        hears(msgspec.structs.replace(state, values={"level": 2.0}, held_s=60.0))
        hears(msgspec.structs.replace(calm, smoke=None, temperature_c=20.0, held_s=60.0))
        assert heard == [state]
        hears(still := msgspec.structs.replace(calm, held_s=60.0))
        hears(smoke := msgspec.structs.replace(calm, smoke=True, held_s=60.0))
        hears(opened := msgspec.structs.replace(calm, smoke=None, window_open=1.0, held_s=60.0))
        assert heard == [state, still, smoke, opened]
        hears(msgspec.structs.replace(calm, smoke=None, window_open=1.0, held_s=2 * 86_400.0))
        assert heard[-1] == msgspec.structs.replace(calm, smoke=None, window_open=None, held_s=2 * 86_400.0)
        loop.close()


def test_each_device_has_an_owner() -> None:
    assert owner_of(small_house(), "heater") == OWNER
    assert owner_of(small_house(""), "heater") == owner_of(small_house(), "nobody") == "world"


def test_a_house_that_is_controlled_has_a_gate_and_every_connection_an_owner() -> None:
    with_gate = {node.name: node for node in nodes_of(small_house())}
    assert {"gate", OWNER} <= set(with_gate)
    assert (with_gate[OWNER].subject, with_gate[OWNER].hands_back, with_gate["gate"].hands_back) == (
        "fake",
        True,
        False,
    )
    watched = {node.name for node in nodes_of(msgspec.structs.replace(small_house(), control=None))}
    assert OWNER in watched
    assert "gate" not in watched
    assert "gate" not in {node.name for node in nodes_of(msgspec.structs.replace(small_house(), devices=()))}


# --- the simulated house


class FakeHabits:
    """Habits that only know what they leave alone."""

    def __init__(self) -> None:
        self.off: set[str] = set()
        self.lit_by_house: set[str] = set()


class FakeWorld:
    """A world that writes down what it is told, and refuses 9."""

    handed_over = frozenset({"heater", "fan"})

    def __init__(self) -> None:
        self.habits = FakeHabits()
        self.told: list[tuple[str, str, float]] = []

    def command(self, device: str, setting: str, value: float) -> str:
        self.told.append((device, setting, value))
        return "too much" if value == 9.0 else ""


def test_simulated_devices_obey_the_gate_and_fail_safe_without_it(
    folder: RuntimeFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = small_house("")
    with process_of("world", folder, tmp_path, house) as process:
        clock = SimulatedClock(WallClock().now())
        process.clock = clock
        world, voice = FakeWorld(), GateVoice(folder, 0)
        voice.drives = True
        said: list[Message] = []
        monkeypatch.setattr(process.publisher, "publish", said.append)
        hands = SimulatedHands(process, world)

        def until(holds: Callable[[], bool]) -> bool:
            def turned() -> bool:
                hands.turn()
                return holds()

            return wait_until(turned)

        assert world.habits.off == {"heater", "fan"}
        assert wait_until(lambda: voice.listens("world"))
        for device, value in (("fan", 2.0), ("fan", 9.0), ("door", 1.0)):
            voice.send("world", Write(device=device, action="level", value=value, sequence=0), clock.now().monotonic_ns)
        assert until(lambda: len(world.told) >= 2 and process.refused.get("another's device") == 1)
        assert world.told == [("fan", "level", 2.0), ("fan", "level", 9.0)]
        assert process.refused["by the device"] == 1
        clock.sleep_until(clock.now().monotonic_ns + seconds_to_ns(8.0))
        for _ in range(3):
            hands.turn()
        safe = [(write.device, write.action, write.value) for write in fail_safe_writes(house, "")]
        assert world.told[2:] == safe == [("heater", "mode", 0.0), ("fan", "level", 1.0)]
        assert world.habits.off == set()
        voice.beat(clock.now().monotonic_ns)
        assert until(lambda: world.habits.off == {"heater", "fan"})
        voice.drives = False  # residents have it back without any fault
        voice.send("world", Write(device="fan", action="level", value=1.0, sequence=0), clock.now().monotonic_ns)
        assert until(lambda: world.habits.off == set())
        assert [each.why for each in said if isinstance(each, DeviceState)] == ["too much"]
        assert [each.recovered for each in said if isinstance(each, Event)] == [False, True]
        hands.close()
        voice.close()
