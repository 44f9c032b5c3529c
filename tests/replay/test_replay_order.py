"""Replay gives the same outputs whatever the timing was: for any interleaving of nodes, any order in the log, restarts
of nodes, and logs that begin in the middle."""

import random
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, field
from unittest import mock

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.clock import Instant
from sumika.log import Logged
from sumika.runtime.node import Node, StepTask
from sumika.runtime.replay import Replay, ReplayReport
from sumika.runtime.step_loop import run_step
from sumika.runtime.step_runner import StepRunner
from sumika.schema import (
    TOPIC_OF,
    Consumed,
    Envelope,
    Message,
    Origin,
    Presence,
    Reason,
    Respiration,
    SlowTime,
    Tick,
    key_of,
)
from sumika.schema.house import House, Room
from tests.unit.test_log_export import raw_frame

HOUSE = House(rooms=(Room(id="a", floor_m=((0, 0), (3, 0), (3, 3))), Room(id="b", floor_m=((5, 0), (8, 0), (8, 3)))))


def _digest(state: int, value: Message) -> int:
    """Mix a message into a state: any change of order or content changes everything after it."""
    return hash((state, value.stamp.monotonic_ns, type(value).__name__)) % 1_000_003


def _presence_step(state: tuple[str, int], value: Message) -> tuple[tuple[str, int], tuple[Message, ...]]:
    room, digest = state
    digest = _digest(digest, value)
    if digest % 3:
        return (room, digest), ()
    output = Presence(
        stamp=value.stamp, origin=Origin.LIVE, room=room, valid=True, reason=Reason.MEASURED, probability=digest / 1e6
    )
    return (room, digest), (output,)


def _respiration_step(state: tuple[str, int], value: Message) -> tuple[tuple[str, int], tuple[Message, ...]]:
    room, digest = state
    digest = _digest(digest, value)
    if isinstance(value, Presence):
        digest += round((value.probability or 0) * 1e6)
    outputs = [
        Respiration(
            stamp=value.stamp, origin=Origin.LIVE, room=room, valid=True, reason=Reason.MEASURED, rate_bpm=digest + part
        )
        for part in range(digest % 3)
    ]
    return (room, digest), tuple(outputs)


def _start(house: House, key: str) -> tuple[str, int]:
    return key, 1


def _rooms(house: House) -> tuple[str, ...]:
    return tuple(room.id for room in house.rooms)


def _route(house: House, topic: str, key: str) -> tuple[str, ...]:
    return _rooms(house) if topic == "tick" else (key,)


NODES = (
    Node("presence", run_step, step=StepTask(_start, _presence_step, ("slow_time", "tick"), _rooms, _route)),
    Node(
        "respiration",
        run_step,
        step=StepTask(_start, _respiration_step, ("slow_time", "presence", "tick"), _rooms, _route),
    ),
)


@dataclass
class LiveHouse:
    """The nodes running side by side, with queues between them that are served in random order."""

    random: random.Random
    log: list[Logged] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.runners = {node.name: self._fresh(node) for node in NODES}
        self.queues: dict[str, list[tuple[Envelope, Message]]] = {node.name: [] for node in NODES}
        self.incarnations = dict.fromkeys(self.runners, 0)
        self.sequences: dict[tuple[str, int, str, str], int] = {}

    def _fresh(self, node: Node) -> StepRunner:
        assert node.step is not None
        return StepRunner(node.step, HOUSE)

    def publish(self, node: str, message: Message, consumed: tuple[Consumed, ...] = ()) -> None:
        topic, key = TOPIC_OF[type(message)], key_of(message)
        incarnation = self.incarnations.get(node, 0)
        place = (node, incarnation, topic, key)
        sequence = self.sequences[place] = self.sequences.get(place, -1) + 1
        envelope = Envelope(
            topic=topic,
            key=key,
            node=node,
            incarnation=incarnation,
            sequence=sequence,
            consumed=consumed,
            message=msgspec.Raw(msgspec.msgpack.encode(message)),
        )
        self.log.append(Logged(envelope=envelope, message=message, log_time_ns=0, data=b""))
        for other in NODES:
            if other.step and topic in other.step.inputs:
                self.queues[other.name].append((envelope, message))

    def serve(self, name: str) -> None:
        if not self.queues[name]:
            return
        envelope, message = self.queues[name].pop(0)
        reference = (envelope.topic, envelope.key, envelope.incarnation, envelope.sequence)
        runner = self.runners[name]
        for key in runner.routed(envelope.topic, envelope.key):
            for output, consumed in runner.take(key, reference, message):
                self.publish(name, output, consumed)

    def restart(self, name: str) -> None:
        self.runners[name] = self._fresh(next(node for node in NODES if node.name == name))
        self.incarnations[name] += 1

    def live(self, turns: int, restarts: bool) -> None:
        for turn in range(turns):
            stamp = Instant(turn * 1000, turn * 1000, "boot")
            what = self.random.random()
            if what < 0.3:
                key = self.random.choice("ab")
                self.publish(
                    f"radar.{key}",
                    SlowTime(
                        stamp=stamp,
                        origin=Origin.LIVE,
                        radar=key,
                        room=key,
                        index=turn,
                        frame_interval_s=0.05,
                        wavelength_m=0.005,
                        usable=False,
                    ),
                )
            elif what < 0.4:
                self.publish("supervisor", Tick(stamp=stamp, origin=Origin.LIVE))
            elif what < 0.42 and restarts:
                self.restart(self.random.choice([node.name for node in NODES]))
            else:
                self.serve(self.random.choice([node.name for node in NODES]))

    def shuffled_log(self) -> list[Logged]:
        """The log as its writer may see it: order is kept per publisher, not between publishers."""
        queues: dict[str, list[Logged]] = {}
        for entry in self.log:
            queues.setdefault(entry.envelope.node, []).append(entry)
        result = []
        while any(queues.values()):
            # Messages of different nodes overtake each other by a little, as sockets do; not by seconds.
            node = self.random.choice([name for name, waiting in queues.items() if waiting])
            result.append(queues[node].pop(0))
        return result


def replayed(log: list[Logged]) -> tuple[dict[tuple[str, str, str, int, int], bytes], ReplayReport]:
    made: dict[tuple[str, str, str, int, int], bytes] = {}

    def emit(envelope: Envelope, message: Message) -> None:
        made[identity(envelope)] = msgspec.json.encode((envelope.consumed, message))

    return made, Replay(NODES, HOUSE, emit, from_frames=False).run(log)


def identity(envelope: Envelope) -> tuple[str, str, str, int, int]:
    return envelope.node, envelope.topic, envelope.key, envelope.incarnation, envelope.sequence


def recorded(log: list[Logged]) -> dict[tuple[str, str, str, int, int], bytes]:
    return {identity(entry.envelope): msgspec.json.encode((entry.envelope.consumed, entry.message)) for entry in log}


@given(st.integers(0, 2**32), st.booleans())
@settings(max_examples=30, deadline=None)
def test_replay_gives_the_same_bytes_for_any_timing(seed: int, restarts: bool) -> None:
    house = LiveHouse(random.Random(seed))
    house.live(600, restarts)
    log = house.shuffled_log()
    made, report = replayed(log)
    assert not report.missing
    assert not report.unsure
    assert not report.begins_in_the_middle
    assert made == recorded(log)


def test_a_changed_input_changes_the_outputs() -> None:
    house = LiveHouse(random.Random(1))
    house.live(600, restarts=False)
    first = next(index for index, entry in enumerate(house.log) if isinstance(entry.message, SlowTime))
    entry = house.log[first]
    other = msgspec.structs.replace(entry.message, stamp=entry.message.stamp.later(1))
    house.log[first] = Logged(envelope=entry.envelope, message=other, log_time_ns=0, data=b"")
    made, _ = replayed(house.log)
    assert made != recorded(house.log)


def test_missing_inputs_are_counted_and_nothing_raises() -> None:
    house = LiveHouse(random.Random(2))
    house.live(600, restarts=False)
    cut = [entry for entry in house.log if not (isinstance(entry.message, SlowTime) and entry.message.index < 200)]
    _, report = replayed(cut)
    assert report.missing["slow_time"] > 0


def differing(log: list[Logged]) -> tuple[set[tuple[str, str, str, int, int]], ReplayReport]:
    """Return what comes out otherwise or in one log only, less what the replay says it cannot be sure of."""
    made, report = replayed(log)
    original = recorded(log)
    different = {one for one in {*made, *original} if made.get(one) != original.get(one)}

    def unsure(one: tuple[str, str, str, int, int]) -> bool:
        _, topic, key, incarnation, sequence = one
        return sequence >= report.unsure_from.get((topic, key, incarnation), 2**62)

    return {one for one in different if not unsure(one)}, report


@given(st.integers(0, 2**32), st.booleans())
@settings(max_examples=20, deadline=None)
def test_a_log_that_begins_in_the_middle_shows_no_false_difference(seed: int, restarts: bool) -> None:
    house = LiveHouse(random.Random(seed))
    house.live(800, restarts)
    log = house.shuffled_log()
    different, _ = differing(log[len(log) // 2 :])
    assert not different


@given(st.integers(0, 2**32), st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_a_lost_message_shows_no_false_difference(seed: int, lost: int) -> None:
    house = LiveHouse(random.Random(seed))
    house.live(800, restarts=False)
    del house.log[lost % len(house.log)]
    different, _ = differing(house.log)
    assert not different


def test_outputs_after_a_lost_input_do_not_wait_for_the_end() -> None:
    house = LiveHouse(random.Random(3))
    house.live(800, restarts=False)
    lost = next(index for index, entry in enumerate(house.log) if isinstance(entry.message, SlowTime))
    room = house.log[lost].envelope.key
    del house.log[lost]
    emitted: list[Envelope] = []
    replay = Replay(NODES, HOUSE, lambda envelope, message: emitted.append(envelope), from_frames=False)

    def half() -> Iterator[Logged]:
        yield from house.log[: len(house.log) // 2]
        assert any(envelope.topic == "presence" and envelope.key != room for envelope in emitted)
        yield from house.log[len(house.log) // 2 :]

    replay.run(half())


def test_what_forgets_is_the_same_again_after_a_while() -> None:
    def step(state: tuple[str, int], value: Message) -> tuple[tuple[str, int], tuple[Message, ...]]:
        room, last = state
        output = Presence(
            stamp=value.stamp, origin=Origin.LIVE, room=room, valid=True, reason=Reason.MEASURED, probability=last / 1e6
        )
        return (room, value.stamp.monotonic_ns // 1000), (output,)

    node = Node("presence", run_step, step=StepTask(_start, step, ("slow_time", "tick"), _rooms, _route))
    with mock.patch.dict(globals(), {"NODES": (node,)}):
        house = LiveHouse(random.Random(4))
        house.live(600, restarts=False)
        cut = house.log[len(house.log) // 2 :]
        made, report = replayed(cut)
    assert report.begins_in_the_middle
    presences = [identity(entry.envelope) for entry in cut if isinstance(entry.message, Presence)]
    same = [one for one in presences if made.get(one) == recorded(cut)[one]]
    assert report.unsure["presence"] == len(presences)
    assert len(presences) - 4 <= len(same) < len(presences)


def test_what_is_of_no_room_of_this_house_is_copied() -> None:
    house = LiveHouse(random.Random(5))
    house.live(600, restarts=False)
    index = next(i for i, entry in enumerate(house.log) if isinstance(entry.message, Presence))
    entry = house.log[index]
    envelope = msgspec.structs.replace(entry.envelope, key="attic", incarnation=0)
    house.log[index] = Logged(envelope=envelope, message=entry.message, log_time_ns=0, data=b"")
    _, report = replayed(house.log)
    assert report.copied["presence"] == 1


@pytest.mark.parametrize(("from_frames", "held"), [(True, 2), (False, 0)])
def test_of_whole_frames_only_a_moment_is_held_and_only_where_a_step_takes_them(
    monkeypatch: pytest.MonkeyPatch, from_frames: bool, held: int
) -> None:
    monkeypatch.setattr("sumika.runtime.replay.FRAMES_HELD", 2)
    frame_bytes = 2 * 2 * 50_000 * 2

    def log() -> Iterator[Logged]:
        for index in range(20):
            raw = raw_frame(index, np.zeros((2, 2, 50_000), np.int16))
            wrapped = Envelope(
                topic="raw_frame",
                key="radar",
                node="sensor",
                incarnation=0,
                sequence=index,
                consumed=(),
                message=msgspec.Raw(b""),
            )
            yield Logged(envelope=wrapped, message=raw, log_time_ns=0, data=b"")

    told: list[str] = []
    replay = Replay(NODES, HOUSE, lambda envelope, _: told.append(envelope.topic), from_frames=from_frames)
    tracemalloc.start()
    try:
        report = replay.run(log())
        held_bytes = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert report.copied == {"raw_frame": 20}
    assert told == ["raw_frame"] * 20
    assert held_bytes // frame_bytes == held
