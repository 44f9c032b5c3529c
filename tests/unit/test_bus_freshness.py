"""Alive, on rate and valid are three questions; each is answered by itself, on a simulated clock."""

from collections.abc import Iterator

import pytest

from sumika.bus import ALIVE_PERIODS, Latest, Publisher, RuntimeFolder, Subscriber
from sumika.clock import SimulatedClock
from sumika.schema import Event, Message, Origin, Severity
from tests.bus_helpers import STAMP, opened, presence, receive, runtime_folder

MS = 1_000_000
PERIOD_NS = 500 * MS  # of presence


class Stream:
    """One publisher, one subscriber and the clock between them."""

    def __init__(self, folder: RuntimeFolder, rates: dict[tuple[str, str], float] | None = None) -> None:
        self.clock = SimulatedClock(STAMP)
        self.subscriber = opened(
            Subscriber(folder, ["node"], ["presence", "event"], self.clock, rates=rates, name="listener")
        )
        self.publisher = opened(Publisher(folder, "node", 0, listeners=["listener"]))

    def take(self, message: Message) -> None:
        self.publisher.publish(message)
        receive(self.subscriber, 1)

    def run(self, messages: int, period_ns: int = PERIOD_NS, *, valid: bool = True, frozen: bool = False) -> None:
        """Let messages come at a rate; the last one comes now."""
        for _ in range(messages):
            self.wait(period_ns)
            at_ns = 0 if frozen else self.clock.now().monotonic_ns - STAMP.monotonic_ns
            self.take(presence(at_ns=at_ns, valid=valid))

    def wait(self, nanoseconds: int) -> None:
        self.clock.move_to(self.clock.now().later(nanoseconds))

    def latest(self) -> Latest:
        return self.subscriber.latest("presence", "bedroom")


@pytest.fixture
def folder() -> Iterator[RuntimeFolder]:
    with runtime_folder() as made:
        yield made


@pytest.fixture
def stream(folder: RuntimeFolder) -> Stream:
    return Stream(folder)


def answers(latest: Latest) -> tuple[bool, bool, bool]:
    return latest.alive, latest.on_rate, latest.valid


def test_nothing_is_known_before_the_first_message(stream: Stream) -> None:
    assert stream.latest() == Latest(None, None, alive=False, on_rate=False, valid=False, age_s=None)


def test_a_stream_as_it_should_be(stream: Stream) -> None:
    stream.run(12)
    stream.wait(100 * MS)
    latest = stream.latest()
    assert answers(latest) == (True, True, True)
    assert latest.age_s == pytest.approx(0.1)
    assert latest.message == presence(at_ns=12 * PERIOD_NS)
    assert latest.envelope is not None
    assert latest.envelope.sequence == 11


def test_alive_ends_after_ten_periods_and_takes_the_others_along(stream: Stream) -> None:
    stream.run(12)
    stream.wait(ALIVE_PERIODS * PERIOD_NS)
    assert stream.latest().alive
    stream.wait(1)
    latest = stream.latest()
    assert answers(latest) == (False, False, False)
    assert latest.message is not None
    stream.run(1)
    assert answers(stream.latest()) == (True, False, True)


def test_an_invalid_message_is_alive_and_on_rate(stream: Stream) -> None:
    stream.run(12, valid=False)
    assert answers(stream.latest()) == (True, True, False)


@pytest.mark.parametrize(
    ("factor", "on_rate"),
    [(0.5, False), (0.8, False), (0.85, True), (1.0, True), (1.2, True), (1.3, False), (2.0, False)],
)
def test_on_rate_allows_a_fifth(stream: Stream, factor: float, on_rate: bool) -> None:
    """`factor` is of the period; 1 / 0.8 of the period is the slowest rate allowed, 1 / 1.2 the fastest."""
    stream.run(12, round(factor * PERIOD_NS))
    assert answers(stream.latest()) == (True, on_rate, True)


def test_one_lost_message_in_ten_is_on_rate_and_every_other_one_is_not(stream: Stream) -> None:
    stream.run(9)
    stream.run(1, 2 * PERIOD_NS)
    assert stream.latest().on_rate
    stream.run(3, 2 * PERIOD_NS)
    assert not stream.latest().on_rate


def test_the_rate_sinks_while_nothing_comes(stream: Stream) -> None:
    stream.run(12)
    stream.wait(PERIOD_NS)
    assert stream.latest().on_rate
    stream.wait(3 * PERIOD_NS)
    assert answers(stream.latest()) == (True, False, True)


def test_three_intervals_are_needed_for_a_rate(stream: Stream) -> None:
    stream.run(3)
    assert not stream.latest().on_rate
    stream.run(1)
    assert stream.latest().on_rate


def test_a_reader_that_was_busy_does_not_change_the_rate(stream: Stream) -> None:
    for number in range(12):
        stream.publisher.publish(presence(at_ns=number * PERIOD_NS))
    stream.wait(11 * PERIOD_NS)
    receive(stream.subscriber, 12)
    assert answers(stream.latest()) == (True, True, True)


def test_stamps_that_stand_still_are_off_rate(stream: Stream) -> None:
    stream.run(12, frozen=True)
    assert answers(stream.latest()) == (True, False, True)


def test_without_a_rate_it_is_alive_for_ever(stream: Stream) -> None:
    stream.take(Event(stamp=STAMP, origin=Origin.LIVE, subject="node", code="x", severity=Severity.ALARM))
    stream.wait(10**15)
    latest = stream.subscriber.latest("event", "node")
    assert answers(latest) == (True, True, True)
    assert latest.age_s == pytest.approx(1e6)


def test_a_rate_of_ones_own_overrides_the_tables(folder: RuntimeFolder) -> None:
    stream = Stream(folder, rates={("presence", "bedroom"): 10.0})
    stream.run(12)
    assert not stream.latest().on_rate
    stream.run(12, 100 * MS)
    assert stream.latest().on_rate
    stream.wait(1001 * MS)
    assert not stream.latest().alive
