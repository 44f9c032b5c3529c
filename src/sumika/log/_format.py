"""What a Sumika log is: an MCAP file with this profile, this metadata record and these message encodings.

MCAP: https://mcap.dev/spec. Each message is one JSON (or MessagePack) object, a `Record`, which repeats its topic and
key: any message can be understood even if the chunk that declared its channel is lost.
"""

import hashlib
import re
import zlib
from functools import cache
from importlib.metadata import version as installed_version
from typing import Any, Generic, TypeVar, cast

import msgspec

from sumika.clock import boot_id
from sumika.log._schemas import viewer_schema
from sumika.schema import TOPICS, Consumed, Message, SumikaError

PROFILE = "sumika"
METADATA = "sumika"
FORMAT_MAJOR = 1
FORMAT_MINOR = 0
READABLE_SINCE = "0.1.0"
"""The oldest Sumika that reads this format; a reader too old quotes it from the file."""
SEGMENT_NAME = re.compile(r"\d{6,9}\.mcap\Z")
JSON = "json"
MSGPACK = "msgpack"

M = TypeVar("M")


class Record(msgspec.Struct, Generic[M], frozen=True, kw_only=True):
    """The data of one logged message: its envelope, with the message unfolded."""

    topic: str
    key: str
    node: str
    incarnation: int
    sequence: int
    consumed: tuple[Consumed, ...] = ()
    message: M


class RunInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Whose log it is.

    Attributes:
        run_id: Name of the run.
        config_text: The whole house description in force.
        config_file: Where that was read from.
        version: Which Sumika wrote the log.
        boot_id: Which boot the monotonic times belong to.
    """

    run_id: str
    config_text: str = ""
    config_file: str = ""
    version: str = msgspec.field(default_factory=lambda: installed_version("sumika"))
    boot_id: str = msgspec.field(default_factory=boot_id)

    @property
    def config_sha256(self) -> str:
        """SHA-256 of the house description."""
        return hashlib.sha256(self.config_text.encode()).hexdigest()


def encoding_of(topic: str) -> str:
    """Return how messages of a topic are encoded in the log."""
    return JSON if TOPICS[topic].json else MSGPACK


@cache
def bus_decoder(topic: str) -> "msgspec.msgpack.Decoder[Message]":
    """Return what decodes a message of this topic as it travels on the bus."""
    return msgspec.msgpack.Decoder(TOPICS[topic].message)


def _record_type(topic: str) -> type[Record[Message]]:
    # A subscript that is known only at run time; type checkers have no word for it.
    kind: type[Record[Message]] = cast(Any, Record)[TOPICS[topic].message]
    return kind


@cache
def record_decoder(
    topic: str, encoding: str
) -> "msgspec.json.Decoder[Record[Message]] | msgspec.msgpack.Decoder[Record[Message]]":
    """Return what decodes a logged message of this topic."""
    kind = _record_type(topic)
    return msgspec.json.Decoder(kind) if encoding == JSON else msgspec.msgpack.Decoder(kind)


@cache
def schema_text(topic: str) -> bytes:
    """Return the JSON Schema of a topic's records, in the subset that viewers understand."""
    return msgspec.json.encode(viewer_schema(msgspec.json.schema(_record_type(topic))))


@cache
def topics_version() -> str:
    """Return a fingerprint of the table of topics: it changes whenever a message's fields do."""
    digest = hashlib.sha256()
    for topic in sorted(TOPICS):
        fields = _without_descriptions(msgspec.json.schema(TOPICS[topic].message))
        digest.update(topic.encode() + msgspec.json.encode(fields, order="sorted"))
    return digest.hexdigest()[:12]


def _without_descriptions(part: Any) -> Any:
    """Drop the docstrings, so that mending a word makes no new version."""
    if isinstance(part, dict):
        return {name: _without_descriptions(value) for name, value in part.items() if name != "description"}
    return [_without_descriptions(value) for value in part] if isinstance(part, list) else part


def _checksum(fields: dict[str, str]) -> str:
    rest = {name: text for name, text in fields.items() if name != "crc32"}
    return f"{zlib.crc32(msgspec.json.encode(rest, order='sorted')):08x}"


def metadata_fields(run: RunInfo, segment: int, dropped_before: int) -> dict[str, str]:
    """Return the metadata record of a segment.

    Args:
        run: Whose log it is.
        segment: Number of the segment, from 1.
        dropped_before: Messages that could not be written since the previous segment.
    """
    fields = {
        "format": f"{FORMAT_MAJOR}.{FORMAT_MINOR}",
        "readable_since": READABLE_SINCE,
        "run_id": run.run_id,
        "sumika_version": run.version,
        "topics_version": topics_version(),
        "boot_id": run.boot_id,
        "segment": str(segment),
        "dropped_before": str(dropped_before),
        "config_file": run.config_file,
        "config_sha256": run.config_sha256,
        "config": run.config_text,
    }
    return fields | {"crc32": _checksum(fields)}


def metadata_intact(fields: dict[str, str]) -> bool:
    """Tell whether a metadata record is as it was written; MCAP itself has no checksum for it."""
    return fields.get("crc32") == _checksum(fields)


def run_of(fields: dict[str, str]) -> RunInfo:
    """Return whose log it is from a metadata record; what the record lacks is "unknown"."""
    return RunInfo(
        run_id=fields.get("run_id", "unknown"),
        config_text=fields.get("config", ""),
        config_file=fields.get("config_file", ""),
        version=fields.get("sumika_version", "unknown"),
        boot_id=fields.get("boot_id", "unknown"),
    )


def check_format(fields: dict[str, str], where: str) -> None:
    """Refuse a log that a newer Sumika wrote in a way this one cannot read.

    Raises:
        SumikaError: saying which version is needed.
    """
    major = fields.get("format", "").partition(".")[0]
    if major.isdecimal() and int(major) > FORMAT_MAJOR:
        raise SumikaError(
            f"the log has format {fields['format']}, written by Sumika {fields.get('sumika_version', '?')}; "
            f"this Sumika reads formats up to {FORMAT_MAJOR}",
            where=where,
            remedy=f"Install Sumika {fields.get('readable_since') or fields.get('sumika_version', '?')} or newer",
        )
