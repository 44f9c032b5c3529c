"""Messages between publisher and subscriber: numbered, checked, counted where lost, and nobody waits for anybody."""

import os
import signal
from collections.abc import Iterator

import msgspec
import pytest
import zmq

from sumika.bus import MESSAGE_CAP_BYTES, Publisher, RuntimeFolder, Subscriber, wait_any
from sumika.clock import SimulatedClock, WallClock
from sumika.schema import (
    TOPICS,
    ConfigChange,
    Consumed,
    Envelope,
    Event,
    Message,
    Origin,
    Presence,
    Severity,
    SumikaError,
    Tick,
    UsageError,
)
from tests.bus_helpers import STAMP, Child, RawPublisher, opened, presence, receive, runtime_folder, wait_until


@pytest.fixture
def folder() -> Iterator[RuntimeFolder]:
    with runtime_folder() as made:
        yield made


def subscriber_to(folder: RuntimeFolder, *topics: str, node: str = "node", high_water_mark: int = 1000) -> Subscriber:
    return opened(
        Subscriber(folder, [node], topics, SimulatedClock(STAMP), high_water_mark=high_water_mark, name="listener")
    )


def publisher_of(folder: RuntimeFolder, incarnation: int = 0) -> Publisher:
    return opened(Publisher(folder, "node", incarnation, listeners=["listener"]))


def event(subject: str = "node", detail: str = "") -> Event:
    return Event(stamp=STAMP, origin=Origin.LIVE, subject=subject, code="code", severity=Severity.INFO, detail=detail)


def encoded(envelope: Envelope) -> bytes:
    return f"{envelope.topic}/{envelope.key}\0".encode() + msgspec.msgpack.encode(envelope)


def envelope_of(message: Message, *, key: str = "bedroom", topic: str = "presence", sequence: int = 0) -> Envelope:
    return Envelope(
        topic=topic,
        key=key,
        node="node",
        incarnation=0,
        sequence=sequence,
        message=msgspec.Raw(msgspec.msgpack.encode(message)),
    )


def test_a_message_arrives_as_it_was_sent(folder: RuntimeFolder) -> None:
    subscriber, publisher = subscriber_to(folder, "presence"), publisher_of(folder, incarnation=3)
    consumed = (Consumed("slow_time", "radar", 1, 4, 9), Consumed("tick", "supervisor", 0, 7, 7))
    message = presence()
    sent = publisher.publish(message, consumed)
    (received,) = receive(subscriber, 1)
    assert received.message == message
    assert received.received_ns == STAMP.monotonic_ns
    assert msgspec.msgpack.encode(received.envelope) == msgspec.msgpack.encode(sent)
    assert (sent.topic, sent.key, sent.node, sent.incarnation, sent.sequence) == ("presence", "bedroom", "node", 3, 0)
    assert sent.consumed == consumed


def test_each_topic_and_key_is_numbered_by_itself(folder: RuntimeFolder) -> None:
    publisher = opened(Publisher(folder, "node", 0))
    sent = [publisher.publish(message) for message in (presence("a"), presence("b"), presence("a"), event("a"))]
    assert [(envelope.topic, envelope.key, envelope.sequence) for envelope in sent] == [
        ("presence", "a", 0),
        ("presence", "b", 0),
        ("presence", "a", 1),
        ("event", "a", 0),
    ]


def test_only_what_was_asked_for_arrives(folder: RuntimeFolder) -> None:
    subscriber, publisher = subscriber_to(folder, "presence/bed", "event"), publisher_of(folder)
    for message in (presence("bedroom"), presence("bed"), Tick(stamp=STAMP, origin=Origin.LIVE), event("x/y")):
        publisher.publish(message)
    assert [(got.envelope.topic, got.envelope.key) for got in receive(subscriber, 2)] == [
        ("presence", "bed"),
        ("event", "x/y"),
    ]
    assert subscriber.receive(0.0) == []


def test_a_key_with_slashes_can_be_asked_for(folder: RuntimeFolder) -> None:
    subscriber, publisher = subscriber_to(folder, "config_change//home/h.yaml"), publisher_of(folder)
    publisher.publish(ConfigChange(stamp=STAMP, origin=Origin.LIVE, file="/home/h.yaml", hash="", text="ü"))
    assert receive(subscriber, 1)[0].envelope.key == "/home/h.yaml"


def test_what_is_no_message_of_the_bus_is_refused_with_a_reason(folder: RuntimeFolder) -> None:
    publisher = opened(Publisher(folder, "node", 0))
    with pytest.raises(SumikaError, match=r"node node: Message is no message of the bus.*topics\.py"):
        publisher.publish(Message(stamp=STAMP, origin=Origin.LIVE))
    with pytest.raises(SumikaError, match="NUL"):
        publisher.publish(presence("a\0b"))
    with pytest.raises(SumikaError, match="presence has the key"):
        publisher.publish(presence("\ud800"))
    with pytest.raises(SumikaError, match=r"on event has \d+ bytes where 4194304 are allowed"):
        publisher.publish(event(detail="x" * MESSAGE_CAP_BYTES))
    assert publisher.publish(event()).sequence == 0


def test_an_unknown_topic_is_an_error_with_the_nearest_name(folder: RuntimeFolder) -> None:
    with pytest.raises(UsageError, match=r"no topic 'presense'.*Did you mean 'presence'"):
        subscriber_to(folder, "presense/bedroom")
    subscriber = subscriber_to(folder, "presence")
    with pytest.raises(UsageError, match="There are: tick"):
        subscriber.latest("zzz", "bedroom")


def test_the_first_message_waits_for_a_named_listener(folder: RuntimeFolder) -> None:
    """Without it a subscriber that connects while a publisher starts would miss what the others hear."""
    subscriber, publisher = subscriber_to(folder, *TOPICS), publisher_of(folder)
    for number in range(50):
        publisher.publish(event(detail=str(number)))
    assert [got.envelope.sequence for got in receive(subscriber, 50)] == list(range(50))


def test_a_listener_that_does_not_come_is_waited_for_once(folder: RuntimeFolder) -> None:
    publisher = opened(Publisher(folder, "node", 0, listeners=["nobody"]))
    assert [publisher.publish(event()).sequence for _ in range(20)] == list(range(20))


PUBLISH_AND_HANG = """
    import signal, sys
    from sumika.bus import Publisher, RuntimeFolder
    from sumika.clock import WallClock
    from sumika.schema import Origin, Tick
    publisher = Publisher(RuntimeFolder.open(sys.argv[1]), "node", int(sys.argv[2]), listeners=["listener"])
    for _ in range(5):
        publisher.publish(Tick(stamp=WallClock().now(), origin=Origin.LIVE))
    signal.pause()
"""


def test_a_node_killed_and_started_again_takes_over_the_socket_and_is_no_loss(folder: RuntimeFolder) -> None:
    subscriber = subscriber_to(folder, "tick")
    for incarnation in range(3):
        with Child(PUBLISH_AND_HANG, folder.path, incarnation) as child:
            received = receive(subscriber, 5)
            assert [(got.envelope.incarnation, got.envelope.sequence) for got in received] == [
                (incarnation, sequence) for sequence in range(5)
            ]
            child.kill()
    assert (subscriber.lost, subscriber.refused, subscriber.restarts) == ({}, {}, {"node": 2})


def test_gaps_are_counted_by_topic(folder: RuntimeFolder) -> None:
    subscriber, raw = subscriber_to(folder, "presence"), RawPublisher(folder, "node", subscribers=2)
    for sequence in (5, 6, 9, 10, 20):  # what came before we listened is no loss
        raw.send(encoded(envelope_of(presence(), sequence=sequence)))
    raw.send(encoded(envelope_of(presence("kitchen"), key="kitchen", sequence=7)))
    receive(subscriber, 6)
    assert subscriber.lost == {"presence": 2 + 9}


def test_what_comes_twice_or_from_a_former_life_is_refused(folder: RuntimeFolder) -> None:
    subscriber, raw = subscriber_to(folder, "presence"), RawPublisher(folder, "node", subscribers=2)
    second_life = msgspec.structs.replace(envelope_of(presence()), incarnation=1)
    for envelope in (
        envelope_of(presence(), sequence=0),
        envelope_of(presence(), sequence=0),
        second_life,
        envelope_of(presence(), sequence=1),
        msgspec.structs.replace(second_life, sequence=1),
    ):
        raw.send(encoded(envelope))
    assert [(got.envelope.incarnation, got.envelope.sequence) for got in receive(subscriber, 3)] == [
        (0, 0),
        (1, 0),
        (1, 1),
    ]
    assert subscriber.refused == {"repeated": 2}
    assert subscriber.lost == {}


def test_bad_messages_are_counted_and_the_stream_goes_on(folder: RuntimeFolder) -> None:
    subscriber, raw = subscriber_to(folder, "presence"), RawPublisher(folder, "node", subscribers=2)
    good = envelope_of(presence())
    header = b"presence/bedroom\0"
    bad = {
        "oversize": [header + bytes(MESSAGE_CAP_BYTES), header + bytes(20_000_000)],
        "undecodable": [
            b"presence/bedroom",
            header,
            header + b"\xc1",
            header + b"\x91" * 5000,
            encoded(good)[:-3],
            encoded(msgspec.structs.replace(good, message=msgspec.Raw(msgspec.msgpack.encode({"room": 7})))),
            encoded(envelope_of(event())),
        ],
        "unknown_topic": [header + msgspec.msgpack.encode(envelope_of(presence(), topic="horoscope"))],
        "misaddressed": [
            header + msgspec.msgpack.encode(envelope_of(presence("kitchen"), key="kitchen")),
            encoded(envelope_of(presence("kitchen"))),
            encoded(envelope_of(presence(), sequence=-1)),
        ],
    }
    for datagrams in bad.values():
        for data in datagrams:
            raw.send(data)
    raw.send(header, b"a second part")
    raw.send(encoded(good))
    assert [got.message for got in receive(subscriber, 1)] == [presence()]
    assert subscriber.refused == {
        "oversize": 2,
        "undecodable": len(bad["undecodable"]) + 2,
        "unknown_topic": 1,
        "misaddressed": len(bad["misaddressed"]),
    }


def test_a_flood_comes_in_pieces(folder: RuntimeFolder) -> None:
    subscriber, publisher = subscriber_to(folder, "event", high_water_mark=10), publisher_of(folder)
    for _ in range(100):
        publisher.publish(event())
    assert wait_until(lambda: wait_any([subscriber], 0.0))
    assert 0 < len(subscriber.receive(1.0)) <= 10


@pytest.mark.slow
def test_a_subscriber_that_does_not_read_loses_messages_and_counts_them(folder: RuntimeFolder) -> None:
    """The publisher gets through all the same: had it waited for the subscriber, this test would not end."""
    subscriber, publisher = subscriber_to(folder, "event", high_water_mark=10), publisher_of(folder)
    total = 40_000
    for _ in range(total):
        publisher.publish(event(detail="x" * 500))
    arrived = 0

    def caught_up() -> bool:
        nonlocal arrived
        arrived += len(subscriber.receive(0.02))
        return publisher.publish(event()).sequence - arrived - subscriber.lost.get("event", 0) < 5

    assert wait_until(caught_up)
    assert subscriber.lost["event"] > total / 2


def test_a_stopped_process_does_not_hold_up_the_publisher(folder: RuntimeFolder) -> None:
    publisher = publisher_of(folder)
    with Child(LISTEN, folder.path) as child:
        child.line()
        publisher.publish(event())
        child.process.send_signal(signal.SIGSTOP)
        for _ in range(40_000):
            publisher.publish(event(detail="x" * 500))
        other = subscriber_to(folder, "event")
        assert wait_until(lambda: publisher.publish(event()).sequence > 0 and len(other.receive(0.01)) > 0)


LISTEN = """
    import sys
    from sumika.bus import RuntimeFolder, Subscriber
    from sumika.clock import WallClock
    subscriber = Subscriber(RuntimeFolder.open(sys.argv[1]), ["node"], ["event"], WallClock(), name="listener")
    print("listening", flush=True)
    while True:
        subscriber.receive(1.0)
"""


def test_one_can_wait_for_several_things(folder: RuntimeFolder) -> None:
    quiet, busy = subscriber_to(folder, "event", node="other"), subscriber_to(folder, "event")
    publisher = publisher_of(folder)
    end, begin = os.pipe()
    assert not wait_any([quiet, busy, end], 0.0)
    os.write(begin, b"x")
    assert wait_any([quiet, busy, end], 5.0)
    os.read(end, 1)
    publisher.publish(event())
    assert wait_any([quiet, busy, end], 5.0)
    assert len(busy.receive(0.0)) == 1
    assert isinstance(quiet.fileno(), int)
    os.close(end)
    os.close(begin)


def test_a_socket_that_cannot_be_made_is_one_clear_line(folder: RuntimeFolder) -> None:
    (folder.path / "node.pub").mkdir()
    with pytest.raises(SumikaError, match=r"node\.pub: node node cannot publish"):
        Publisher(folder, "node", 0)


def test_a_context_of_ones_own_may_be_given(folder: RuntimeFolder) -> None:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    with (
        Subscriber(folder, ["node"], ["presence"], WallClock(), name="listener", context=context) as subscriber,
        Publisher(folder, "node", 0, context, listeners=["listener"]) as publisher,
    ):
        publisher.publish(presence())
        assert isinstance(receive(subscriber, 1)[0].message, Presence)
    context.term()
