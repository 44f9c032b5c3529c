"""What a scan of a log finds: raw messages, and what is wrong."""

from enum import StrEnum
from typing import NamedTuple

import msgspec


class DamageKind(StrEnum):
    """What is wrong."""

    TORN_TAIL = "torn tail"  # the file ends in the middle of a record: power cut, kill, full disk
    BAD_CHUNK = "bad chunk"  # messages whose checksum does not fit
    BAD_RECORD = "bad record"  # anything else that is not as it was written
    BAD_METADATA = "bad metadata"  # run id or configuration cannot be trusted
    BAD_SUMMARY = "bad summary"  # the index at the end; no message is affected
    UNREADABLE = "unreadable"  # intact, but no message of its topic
    NOT_WRITTEN = "not written"  # the writer itself says so: the disk was full
    MISSING = "missing segment"
    FOREIGN = "foreign file"


class Damage(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with a log.

    Attributes:
        segment: The file.
        kind: What is wrong.
        offset: Where in the file.
        size_bytes: How much of the file is affected.
        messages: How many messages are lost, where that is known.
        detail: In a few words.
    """

    segment: str
    kind: DamageKind
    offset: int = 0
    size_bytes: int = 0
    messages: int | None = None
    detail: str = ""


class Channel(NamedTuple):
    """What a message belongs to."""

    topic: str
    key: str
    encoding: str
    schema: bytes


class RawMessage(NamedTuple):
    """A message as it lies in the file."""

    channel: Channel | None
    sequence: int
    log_time_ns: int
    publish_time_ns: int
    data: bytes
