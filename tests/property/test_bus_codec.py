"""Whatever travels arrives as it was, whatever else arrives is refused: for every message type and for any bytes."""

from collections.abc import Iterator

import msgspec
import pytest
import zmq
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sumika.bus import Answerer, Publisher, Refusal, RuntimeFolder, Subscriber
from sumika.bus._codec import decode, encode, header_of
from sumika.clock import SimulatedClock
from sumika.schema import TOPIC_OF, TOPICS, Consumed, Envelope, Message, RecordRawAnswer, key_of
from tests.bus_helpers import WORDS, RawPublisher, messages, opened, presence, receive, runtime_folder, values_of

SLOW_MACHINE = settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def folder() -> Iterator[RuntimeFolder]:
    with runtime_folder() as made:
        yield made


@pytest.mark.parametrize("topic", TOPICS)
@given(data=st.data())
@settings(SLOW_MACHINE, max_examples=12)
def test_every_message_of_the_table_survives_the_journey(topic: str, data: st.DataObject) -> None:
    message = data.draw(messages(TOPICS[topic].message))
    envelope = Envelope(
        topic=topic,
        key=key_of(message),
        node=data.draw(WORDS),
        incarnation=data.draw(st.integers(0, 2**63)),
        sequence=data.draw(st.integers(0, 2**63)),
        consumed=data.draw(values_of(tuple[Consumed, ...])),
        message=msgspec.Raw(msgspec.msgpack.encode(message)),
    )
    arrived = decode(encode(header_of(topic, envelope.key), envelope))
    assert not isinstance(arrived, Refusal)
    assert arrived[1] == message
    assert arrived[0] == envelope


@given(st.binary(max_size=200))
@example(b"")
@example(b"\0")
@SLOW_MACHINE
def test_no_bytes_make_the_decoder_raise(data: bytes) -> None:
    for header in (b"", b"presence/bedroom\0"):
        assert isinstance(decode(header + data), Refusal)


@given(messages(), st.data())
@SLOW_MACHINE
def test_damage_is_refused_or_harmless_and_never_raises(message: Message, data: st.DataObject) -> None:
    topic, key = TOPIC_OF[type(message)], key_of(message)
    envelope = Envelope(
        topic=topic, key=key, node="n", incarnation=0, sequence=0, message=msgspec.Raw(msgspec.msgpack.encode(message))
    )
    whole = bytearray(encode(header_of(topic, key), envelope))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    arrived = decode(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    if not isinstance(arrived, Refusal):
        assert type(arrived[1]) is TOPICS[arrived[0].topic].message
        assert key_of(arrived[1]) == arrived[0].key


@given(st.lists(st.binary(max_size=80), max_size=8))
@settings(SLOW_MACHINE, max_examples=12)
def test_a_subscriber_outlives_any_bytes(folder: RuntimeFolder, datagrams: list[bytes]) -> None:
    subscriber = opened(Subscriber(folder, ["node"], ["presence"], SimulatedClock()))
    raw = RawPublisher(folder, "node")
    for data in datagrams:
        raw.send(b"presence/" + data)
    message = presence()
    envelope = Envelope(
        topic="presence",
        key="bedroom",
        node="node",
        incarnation=0,
        sequence=0,
        message=msgspec.Raw(msgspec.msgpack.encode(message)),
    )
    raw.send(encode(header_of("presence", "bedroom"), envelope))
    assert receive(subscriber, 1)[0].message == message
    assert sum(subscriber.refused.values()) == len(datagrams)
    raw.close()
    subscriber.close()


@given(st.lists(st.lists(st.binary(max_size=60), min_size=1, max_size=3), max_size=6))
@settings(SLOW_MACHINE, max_examples=12)
def test_an_answerer_outlives_any_bytes(folder: RuntimeFolder, questions: list[list[bytes]]) -> None:
    answerer = opened(Answerer(folder, "record_raw"))
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    hostile = context.socket(zmq.DEALER)
    hostile.connect(folder.answers("record_raw"))
    for frames in questions:
        hostile.send_multipart(frames)
    polled = 0
    while polled < len(questions):
        polled += answerer.poll(lambda question: RecordRawAnswer(accepted=True), timeout_s=5.0)
    assert answerer.failed == 0
    hostile.close(linger=0)
    context.term()
    answerer.close()


@given(st.lists(st.tuples(WORDS, st.integers(0, 3)), min_size=1, max_size=20))
@settings(SLOW_MACHINE, max_examples=12)
def test_everything_that_is_published_arrives_in_order(folder: RuntimeFolder, sent: list[tuple[str, int]]) -> None:
    subscriber = opened(Subscriber(folder, ["node"], ["presence"], SimulatedClock(), name="listener"))
    publisher = opened(Publisher(folder, "node", 0, listeners=["listener"]))
    published = [publisher.publish(presence(room, at_ns=at_ns)) for room, at_ns in sent]
    received = receive(subscriber, len(sent))
    assert [(got.envelope.key, got.envelope.sequence) for got in received] == [
        (envelope.key, envelope.sequence) for envelope in published
    ]
    assert subscriber.lost == {}
    publisher.close()
    subscriber.close()
