"""How a message looks on the wire: `topic/key NUL envelope`, so that the sender's side can filter by its beginning."""

from enum import StrEnum

import msgspec

from sumika.schema import TOPICS, Envelope, Message, key_of

MESSAGE_CAP_BYTES = 4 * 2**20
"""Largest message. The largest real one, slow time with its past, stays below 1 MB; frames go by the ring."""

_ENVELOPE = msgspec.msgpack.Decoder(Envelope)
_MESSAGES = {name: msgspec.msgpack.Decoder(topic.message) for name, topic in TOPICS.items()}
_ENCODER = msgspec.msgpack.Encoder()


class Refusal(StrEnum):
    """Why a subscriber did not take what arrived."""

    OVERSIZE = "oversize"
    UNDECODABLE = "undecodable"
    UNKNOWN_TOPIC = "unknown_topic"
    MISADDRESSED = "misaddressed"  # what is inside is about another topic, key or publisher than it says outside
    REPEATED = "repeated"  # its number, or a later one of the same publisher, has been taken already


def header_of(topic: str, key: str) -> bytes:
    """Return the beginning of every message of one topic and key.

    Raises:
        ValueError: if the key has a NUL or is no proper text.
    """
    if "\0" in key:
        raise ValueError("a key cannot have a NUL")
    return f"{topic}/{key}\0".encode()


def listener_header(name: str) -> bytes:
    """Return what a named subscriber subscribes to so that publishers know that it is there; no topic begins so."""
    return f"~{name}\0".encode()


def encode_message(message: msgspec.Struct) -> bytes:
    """Return the MessagePack of a message alone."""
    return _ENCODER.encode(message)


def encode(header: bytes, envelope: Envelope) -> bytes:
    """Return an envelope as it travels."""
    return header + _ENCODER.encode(envelope)


def decode(data: bytes) -> tuple[Envelope, Message] | Refusal:
    """Return the envelope and the message in it, or why it is not taken. Never raises, whatever the bytes are."""
    if len(data) > MESSAGE_CAP_BYTES:
        return Refusal.OVERSIZE
    header_bytes = data.find(b"\0") + 1
    if not header_bytes:
        return Refusal.UNDECODABLE
    try:
        envelope = _ENVELOPE.decode(memoryview(data)[header_bytes:])
        decoder = _MESSAGES.get(envelope.topic)
        if decoder is None:
            return Refusal.UNKNOWN_TOPIC
        message: Message = decoder.decode(envelope.message)
        addressed = header_of(envelope.topic, envelope.key) == data[:header_bytes] and key_of(message) == envelope.key
    except (msgspec.DecodeError, ValueError, RecursionError):
        return Refusal.UNDECODABLE
    if not addressed or envelope.sequence < 0 or envelope.incarnation < 0:
        return Refusal.MISADDRESSED
    return envelope, message
