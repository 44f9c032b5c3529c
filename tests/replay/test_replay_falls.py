"""A fall that is suspected from points and tracks, after minutes of silence, replays to the same bytes."""

import math
from collections.abc import Iterator

import msgspec
import numpy as np
import pytest

from sumika.log import Logged
from sumika.runtime.node import Node
from sumika.runtime.replay import Replay, ReplayReport, references
from sumika.runtime.step_loop import run_step
from sumika.runtime.step_runner import StepRunner
from sumika.runtime.table import FALL
from sumika.schema import (
    POINT_COLUMNS,
    TOPIC_OF,
    Consumed,
    Envelope,
    FallStage,
    Message,
    SuspectedFall,
    Track,
    TrackKind,
    key_of,
)
from sumika.schema.house import DemoSource, House, Radar, Room
from sumika.training.told_scenes import messages_of

ROOM = Room(id="room", floor_m=((-4, -3), (4, -3), (4, 3), (-4, 3)))
RADAR = Radar(
    id="wall", room="room", model="iwr6843aop", position_m=(-3.0, 0.0, 1.0), yaw_deg=0.0, pitch_deg=0.0,
    source=DemoSource(),
)  # fmt: skip
HOUSE = House(rooms=(ROOM,), radars=(RADAR,))
FALLS_AT_S, FALLS_S, ENDS_S = 150.0, 0.8, 165.0
KEPT_S = FALL.forgets_s["points"]


def life() -> Iterator[Message]:
    """Yield the points and tracks of somebody who stands for minutes, and falls."""
    random = np.random.default_rng(3)
    for number in range(round(10 * ENDS_S)):
        time_s = number / 10
        share = min(1.0, max(0.0, (time_s - FALLS_AT_S) / FALLS_S))
        z = 0.95 - 0.8 * share + float(random.normal(0.0, 0.03))
        range_m = math.hypot(3.0, z - 1.0)
        told = {"range_m": range_m, "elevation_rad": math.asin((z - 1.0) / range_m)}
        told["velocity_m_s"] = 1.5 if 0.0 < share < 1.0 else 0.0
        rows = np.zeros((3, len(POINT_COLUMNS)), np.float32)
        for name, value in told.items():
            rows[:, POINT_COLUMNS.index(name)] = value
        track = Track(
            id=1,
            kind=TrackKind.PERSON,
            kind_probability=0.99,
            position_m=(0.0, 0.0, z),
            position_sigma_m=(0.1, 0.1, 0.1),
            velocity_m_s=(0.0, 0.0, -1.0 if 0.0 < share < 1.0 else 0.0),
        )
        yield from messages_of(number, time_s, RADAR, rows, (track,))


def logged(with_points: bool) -> list[Logged]:
    """Return the log of the life: what came in, and what the step said, beside what it consumed."""
    runner, log = StepRunner(FALL, HOUSE), list[Logged]()
    sequences: dict[str, int] = {}

    def publish(node: str, message: Message, consumed: tuple[Consumed, ...] = ()) -> Envelope:
        topic = TOPIC_OF[type(message)]
        sequence = sequences[topic] = sequences.get(topic, -1) + 1
        envelope = Envelope(
            topic=topic, key=key_of(message), node=node, incarnation=0, sequence=sequence, consumed=consumed,
            message=msgspec.Raw(b"\xc0"),
        )  # fmt: skip
        log.append(Logged(envelope=envelope, message=message, log_time_ns=0, data=b""))
        return envelope

    for message in life():
        topic = TOPIC_OF[type(message)]
        if topic == "points" and not with_points:
            continue
        envelope = publish("sensing", message)
        reference = (topic, envelope.key, 0, envelope.sequence)
        for key in runner.routed(topic, envelope.key):
            for output, consumed in runner.take(key, reference, message):
                publish("fall", output, consumed)
    return log


def said(log: list[Logged]) -> list[tuple[int, bytes]]:
    return [
        (entry.envelope.sequence, msgspec.json.encode((entry.envelope.consumed, entry.message)))
        for entry in log
        if isinstance(entry.message, SuspectedFall)
    ]


def replayed(log: list[Logged]) -> tuple[list[tuple[int, bytes]], ReplayReport]:
    made: list[tuple[int, bytes]] = []

    def emit(envelope: Envelope, message: Message) -> None:
        if isinstance(message, SuspectedFall):
            made.append((envelope.sequence, msgspec.json.encode((envelope.consumed, message))))

    report = Replay((Node("fall", run_step, step=FALL),), HOUSE, emit, from_frames=False).run(log)
    return made, report


def test_what_was_suspected_replays_to_the_same_bytes() -> None:
    log = logged(with_points=True)
    told = [entry.message for entry in log if isinstance(entry.message, SuspectedFall)]
    assert FallStage.SUSPECTED in {one.stage for one in told}
    made, report = replayed(log)
    assert not report.missing
    assert report.replayed["suspected_fall"] == len(told)
    assert made == said(log)


def test_points_that_are_forgotten_are_not_in_the_book_and_those_that_matter_are() -> None:
    log = logged(with_points=True)
    first = next(entry for entry in log if isinstance(entry.message, SuspectedFall))
    taken = list(references(first.envelope.consumed))
    points = [sequence for topic, _, _, sequence in taken if topic == "points"]
    assert len(points) == pytest.approx(10 * KEPT_S, abs=2)
    assert len([one for one in taken if one[0] == "tracks"]) > 10 * FALLS_AT_S
    without = next(entry for entry in logged(with_points=False) if isinstance(entry.message, SuspectedFall))
    assert isinstance(first.message, SuspectedFall)
    assert isinstance(without.message, SuspectedFall)
    assert first.message.probability != without.message.probability
