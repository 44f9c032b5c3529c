"""The process of a radar that is read live: nothing yet is no end, answers are published, silence is told."""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from sumika.bus import Board, RingReader, RuntimeFolder, Subscriber
from sumika.clock import WallClock
from sumika.config import recordings_house
from sumika.runtime import process as process_module
from sumika.runtime.node import Launch
from sumika.runtime.process import NodeProcess
from sumika.runtime.sensor_loop import SensorLoop
from sumika.runtime.table import nodes_of
from sumika.schema import (
    AdcFrame,
    Claim,
    ConfigChange,
    Frame,
    FrameKind,
    FrameNotice,
    Message,
    NodeStatistics,
    Origin,
    PointCloud,
    RadarDescription,
    SumikaError,
)
from sumika.sensors import Source
from sumika.sensors.base import Answer
from tests.bus_helpers import opened, runtime_folder, wait_until

pytestmark = pytest.mark.slow

LOADED = recordings_house({"SUMIKA_DATA": "/dev/null"})
RADAR = LOADED.house.radars[0]
NODE = next(node for node in nodes_of(LOADED.house) if node.subject == RADAR.id)
CLOCK = WallClock()

T = TypeVar("T", bound=Message)


@pytest.fixture(autouse=True)
def _own_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A node's process asks the kernel for things that this one must not have."""
    monkeypatch.setattr(process_module, "_ask_kernel", lambda *arguments: None)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


class Frames:
    """A live source of frames that gives what it was handed, then nothing."""

    def __init__(self, given: Sequence[Frame | None] = (), error: SumikaError | None = None) -> None:
        self.given = list(given)
        self.error = error
        self.closed = False
        self.refused = {"damaged": 2}

    description = RadarDescription(model="fake", carrier_frequency_hz=60e9, frame_interval_s=0.05)
    origin = Origin.LIVE
    max_frame_bytes = 64

    def next_frame(self) -> Frame | None:
        if self.given:
            return self.given.pop(0)
        if self.error is not None:
            raise self.error
        return None

    def close(self) -> None:
        self.closed = True


class Answers:
    """A live module that says what it was handed, then nothing."""

    def __init__(self, given: Sequence[tuple[Answer, ...]]) -> None:
        self.given = list(given)

    origin = Origin.LIVE

    def next_messages(self) -> tuple[Answer, ...]:
        return self.given.pop(0) if self.given else ()

    def close(self) -> None:
        self.given.clear()


def a_frame(number: int) -> AdcFrame:
    samples = np.full((2, 1, 8), number, "<i2")
    notice = FrameNotice(
        stamp=CLOCK.now(),
        origin=Origin.LIVE,
        session="s",
        radar=RADAR.id,
        kind=FrameKind.ADC,
        index=number,
        shape=(2, 1, 8),
        dtype="<i2",
        position=0,
        description=Frames.description,
    )
    return AdcFrame(notice, samples)


def a_claim(value: float) -> Claim:
    about = {"radar": RADAR.id, "room": RADAR.room, "made_by": "fake"}
    return Claim(stamp=CLOCK.now(), origin=Origin.LIVE, quantity="presence", value=value, sigma=0.3, **about)


def a_cloud(index: int) -> PointCloud:
    return PointCloud(
        stamp=CLOCK.now(),
        origin=Origin.LIVE,
        radar=RADAR.id,
        room=RADAR.room,
        index=index,
        frame_interval_s=0.1,
        usable=True,
        made_by="fake",
    )


@contextmanager
def running(source: Source) -> Iterator[tuple[SensorLoop, Callable[[type[T], str, int], list[T]]]]:
    """Give the loop over a source, and what turns it until so many messages of a topic were heard."""
    with runtime_folder() as folder, node_process(folder) as process:
        ear = opened(Subscriber(folder, [NODE.name], ["frame", "claim", "points", "node_statistics"], process.clock))
        loop = SensorLoop(process, source)
        heard: list[Message] = []

        def until(kind: type[T], topic: str, count: int) -> list[T]:
            def enough() -> bool:
                loop.turn()
                heard.extend(received.message for received in ear.receive(0.0))
                return sum(isinstance(message, kind) for message in heard) >= count

            assert wait_until(enough), f"no {count} of {topic}"
            return [message for message in heard if isinstance(message, kind)]

        yield loop, until
        loop.close()
        ear.close()


@contextmanager
def node_process(folder: RuntimeFolder) -> Iterator[NodeProcess]:
    config = ConfigChange(stamp=CLOCK.now(), origin=Origin.LIVE, file="house.yaml", hash=LOADED.hash, text=LOADED.text)
    names = tuple(node.name for node in nodes_of(LOADED.house))
    Board.create(folder.board, names)
    launch = Launch(folder.path, Path(), "run", LOADED.house, LOADED.path, config, ("test", *names), 0)
    with NodeProcess(NODE, launch) as process:
        yield process


def test_nothing_yet_is_not_the_end_of_a_live_radar() -> None:
    source = Frames([a_frame(0), None, None, a_frame(1)])
    with running(source) as (loop, until):
        notices = until(FrameNotice, "frame", 2)
        assert [notice.index for notice in notices] == [0, 1]
        ring = RingReader(loop.process.folder.ring(RADAR.id))
        for notice in notices:
            data = ring.read(notice.position)
            assert data is not None
            assert set(np.frombuffer(data[:32], "<i2")) == {notice.index}
        ring.close()
    assert source.closed


def test_answers_are_published_on_their_topics_in_their_order() -> None:
    with running(Answers([(a_claim(1.0), a_cloud(0)), (), (a_claim(0.0),)])) as (loop, until):
        claims = until(Claim, "claim", 2)
        clouds = until(PointCloud, "points", 1)
        assert [claim.value for claim in claims] == [1.0, 0.0]
        assert [cloud.index for cloud in clouds] == [0]
        assert loop.process.taken == 3


def test_what_a_source_refused_is_told_in_the_statistics() -> None:
    with running(Frames()) as (_, until):
        (statistics, *_) = until(NodeStatistics, "node_statistics", 1)
        assert statistics.refused == {"damaged": 2}


def test_an_unplugged_radar_ends_the_process_with_its_error() -> None:
    with running(Frames([a_frame(0)], SumikaError("the radar was unplugged"))) as (loop, _):
        loop.turn()
        with pytest.raises(SumikaError, match="unplugged"):
            loop.turn()


def test_a_radar_that_falls_silent_is_given_up_so_that_it_is_opened_anew() -> None:
    with running(Frames([a_frame(0)])) as (loop, _):
        loop.turn()
        loop.turn()
        loop.heard_ns -= 11 * 10**9
        with pytest.raises(SumikaError, match="sent nothing for 10 s"):
            loop.turn()


def test_a_recording_that_is_over_is_not_silent() -> None:
    source = Frames()
    source.origin = Origin.RECORDED
    with running(source) as (loop, _):
        loop.heard_ns -= 100 * 10**9
        loop.turn()
