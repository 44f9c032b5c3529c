"""How a message lies on the wire: two parts, the address to subscribe by, and the envelope in MessagePack."""

from functools import cache
from typing import Any

import msgspec
import zmq

from sumika.schema import TOPICS, Envelope, Message

LARGEST_MESSAGE_BYTES = 1 << 20
"""Frames travel through the ring; nothing else is as large as this."""

_ENVELOPE_DECODER = msgspec.msgpack.Decoder(Envelope)
ENCODER = msgspec.msgpack.Encoder()


def address(topic: str, key: str) -> bytes:
    """Return the first part of a message; a subscription is a prefix of it."""
    return f"{topic}/{key}\0".encode()


def subscription(wanted: str) -> bytes:
    """Return the prefix for "topic" (all keys) or "topic/key" (one)."""
    topic, slash, key = wanted.partition("/")
    if topic not in TOPICS:
        raise ValueError(f"no topic {topic!r} in the table")
    return address(topic, key) if slash else f"{topic}/".encode()


@cache
def decoder(topic: str) -> "msgspec.msgpack.Decoder[Message]":
    """Return the decoder of a topic's messages."""
    return msgspec.msgpack.Decoder(TOPICS[topic].message)


def decode(parts: list[bytes]) -> tuple[Envelope, Message]:
    """Decode a received message.

    Raises:
        ValueError: if it is too large, no envelope, or no message of its topic.
    """
    if len(parts) != 2 or len(parts[1]) > LARGEST_MESSAGE_BYTES:
        raise ValueError("size")
    envelope = _ENVELOPE_DECODER.decode(parts[1])
    if envelope.topic not in TOPICS or parts[0] != address(envelope.topic, envelope.key):
        raise ValueError("topic")
    return envelope, decoder(envelope.topic).decode(envelope.message)


def context() -> "zmq.Context[zmq.Socket[bytes]]":
    """Return this process's ZeroMQ context (a forked process gets its own)."""
    return zmq.Context.instance()


def quiet_close(socket: "zmq.Socket[Any]", linger_ms: int = 0) -> None:
    """Close a socket without waiting longer than `linger_ms` for what is still in it."""
    socket.close(linger=linger_ms)
