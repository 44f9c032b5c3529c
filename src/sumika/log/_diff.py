"""Compares two logs message by message and field by field: the proof that a replay gave the same."""

from collections.abc import Collection, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

import sumika.log._format as _format
from sumika.log._findings import Channel, RawMessage
from sumika.log._reader import LogReader, check_topics
from sumika.schema import TOPICS, UNREADABLE

SHOWN = 1000
"""Differences kept in full; all are counted."""


class Identity(NamedTuple):
    """What makes a message the same one in two logs."""

    topic: str
    key: str
    incarnation: int
    sequence: int

    def __str__(self) -> str:
        """Return it as people read it."""
        restart = f" (restart {self.incarnation})" if self.incarnation else ""
        return f"{self.topic}/{self.key} #{self.sequence}{restart}"


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One field that differs, or a message that one log lacks.

    Attributes:
        message: Which message.
        field: Path of the field, for example "message.rate_bpm"; empty where the whole message is missing.
        a: Its value in the first log, as text.
        b: Its value in the second.
    """

    message: Identity
    field: str
    a: str
    b: str


class TopicDifference(msgspec.Struct, kw_only=True):
    """The messages of one topic, counted.

    Attributes:
        identical: The same bytes in both.
        tolerated: Other bytes, but no field differs by more than its tolerance.
        differing: Some field differs.
        only_a: In the first log only.
        only_b: In the second log only.
        unsure: Differing or in one log only, where the caller said that this proves nothing.
    """

    identical: int = 0
    tolerated: int = 0
    differing: int = 0
    only_a: int = 0
    only_b: int = 0
    unsure: int = 0


class DiffReport(msgspec.Struct, kw_only=True):
    """How two logs differ.

    Attributes:
        a: The first log.
        b: The second log.
        topics: Counts by topic.
        differing_fields: How many fields differ in all; a message that one log lacks counts as one.
        differences: The first of them.
        unreadable: Messages that are no messages of their topic, in either log; they are not compared.
        damaged: Logs that are damaged, so that messages may be missing in them.
    """

    a: str
    b: str
    topics: dict[str, TopicDifference] = msgspec.field(default_factory=dict)
    differing_fields: int = 0
    differences: list[Difference] = msgspec.field(default_factory=list)
    unreadable: int = 0
    damaged: list[str] = msgspec.field(default_factory=list)

    @property
    def differs(self) -> bool:
        """Whether anything differs beyond tolerance."""
        return self.differing_fields > 0

    @property
    def byte_identical(self) -> bool:
        """Whether every message has the same bytes in both."""
        return not self.differs and not any(counts.tolerated or counts.unsure for counts in self.topics.values())

    @property
    def compared(self) -> int:
        """Messages found in both."""
        return sum(counts.identical + counts.tolerated + counts.differing for counts in self.topics.values())

    def summary(self) -> str:
        """Return the outcome in one line."""
        unsure = sum(counts.unsure for counts in self.topics.values())
        return self._outcome() + (f"; {unsure} could not be compared" if unsure else "")

    def _outcome(self) -> str:
        counts = self.topics.values()
        tolerated = sum(count.tolerated for count in counts)
        if not self.compared and not self.differs:
            return "nothing to compare" if counts else "nothing to compare: no message of these topics in either log"
        if not self.differs and not tolerated:
            return f"identical: {self.compared} messages, byte for byte"
        if not self.differs:
            return f"same within tolerance: {self.compared} messages, {tolerated} of them not byte for byte"
        parts = [f"{sum(count.differing for count in counts)} of {self.compared} messages differ"]
        for name, missing in (("first", sum(c.only_a for c in counts)), ("second", sum(c.only_b for c in counts))):
            if missing:
                parts.append(f"{missing} are in the {name} log only")
        return f"different: {', '.join(parts)}; {self.differing_fields} differing fields"


class _Head(msgspec.Struct):
    """The part of a record that identifies the message; the rest is not decoded."""

    incarnation: int
    sequence: int


_HEADS: dict[str, msgspec.json.Decoder[_Head] | msgspec.msgpack.Decoder[_Head]] = {
    _format.JSON: msgspec.json.Decoder(_Head),
    _format.MSGPACK: msgspec.msgpack.Decoder(_Head),
}
_Waiting = dict[Identity, RawMessage]


def diff(
    a: Path | str,
    b: Path | str,
    topics: Collection[str] | None = None,
    unsure_from: Mapping[tuple[str, str, int], int] | None = None,
) -> DiffReport:
    """Compare two logs.

    Messages are matched by topic, key, incarnation and sequence. Where bytes differ, fields are compared, with the
    tolerances of the table of topics.

    Args:
        a: A log file or the folder of a run.
        b: Another.
        topics: Only these; all that this Sumika knows if None.
        unsure_from: (topic, key, incarnation) -> the number from which on a difference proves nothing: there it is
            counted as unsure. A replay tells them.

    Raises:
        UsageError: if there is nothing at one of the paths, or a topic is in no table.
        SumikaError: if one of them cannot be read as a log.
    """
    comparison = _Comparison(DiffReport(a=str(a), b=str(b)), unsure_from or {})
    readers = LogReader(a), LogReader(b)
    wanted = check_topics(topics)
    streams = (comparison.identified(reader, wanted) for reader in readers)
    # Side by side, so that only what one log is ahead of the other has to be held.
    for of_a, of_b in zip_longest(*streams):
        if of_a is not None:
            comparison.take(0, *of_a)
        if of_b is not None:
            comparison.take(1, *of_b)
    comparison.finish()
    report = comparison.report
    report.damaged = [str(reader.path) for reader in readers if reader.info.damages]
    return report


class _Comparison:
    def __init__(self, report: DiffReport, unsure_from: Mapping[tuple[str, str, int], int]) -> None:
        self.report = report
        self._unsure_from = unsure_from
        self._waiting: tuple[_Waiting, _Waiting] = ({}, {})

    def identified(self, reader: LogReader, topics: frozenset[str] | None) -> Iterator[tuple[Identity, RawMessage]]:
        for channel, raw in reader.raw():
            if channel.topic not in TOPICS or (topics is not None and channel.topic not in topics):
                continue
            identity = _identify(channel, raw)
            if identity is None:
                self.report.unreadable += 1
            else:
                yield identity, raw

    def take(self, side: int, identity: Identity, raw: RawMessage) -> None:
        """Compare with the other log's, or keep until that comes."""
        other = self._waiting[1 - side].pop(identity, None)
        if other is None:
            if identity in self._waiting[side]:
                self._missing(side, identity, "twice")
            self._waiting[side][identity] = raw
            return
        first, second = (raw, other) if side == 0 else (other, raw)
        counts = self._counts(identity.topic)
        if first.data == second.data:
            counts.identical += 1
            return
        found = list(_field_differences(identity, first, second))
        if found and self._unsure(identity):
            counts.unsure += 1
            return
        if found:
            counts.differing += 1
        else:
            counts.tolerated += 1
        for difference in found:
            self._add(difference)

    def finish(self) -> None:
        """Report what found no counterpart."""
        for side in (0, 1):
            for identity in self._waiting[side]:
                self._missing(side, identity, "present")

    def _missing(self, side: int, identity: Identity, what: str) -> None:
        counts = self._counts(identity.topic)
        if self._unsure(identity):
            counts.unsure += 1
        elif side == 0:
            counts.only_a += 1
            self._add(Difference(message=identity, field="", a=what, b="missing" if what == "present" else "once"))
        else:
            counts.only_b += 1
            self._add(Difference(message=identity, field="", a="missing" if what == "present" else "once", b=what))

    def _unsure(self, identity: Identity) -> bool:
        first = self._unsure_from.get((identity.topic, identity.key, identity.incarnation))
        return first is not None and identity.sequence >= first

    def _counts(self, topic: str) -> TopicDifference:
        return self.report.topics.setdefault(topic, TopicDifference())

    def _add(self, difference: Difference) -> None:
        self.report.differing_fields += 1
        if len(self.report.differences) < SHOWN:
            self.report.differences.append(difference)


def _identify(channel: Channel, raw: RawMessage) -> Identity | None:
    decoder = _HEADS.get(channel.encoding)
    if decoder is None:
        return None
    try:
        head = decoder.decode(raw.data)
    except UNREADABLE:
        return None
    return Identity(channel.topic, channel.key, head.incarnation, head.sequence)


def _field_differences(identity: Identity, a: RawMessage, b: RawMessage) -> Iterator[Difference]:
    """Yield every field whose values differ by more than the table of topics tolerates."""
    tolerances = TOPICS[identity.topic].tolerances
    for path, of_a, of_b in _compare("", *(_plain(identity.topic, raw.data) for raw in (a, b))):
        if not _tolerated(path, of_a, of_b, tolerances):
            yield Difference(message=identity, field=path, a=_shown(of_a), b=_shown(of_b))


def _plain(topic: str, data: bytes) -> Any:
    """Decode a record to dictionaries and lists.

    By its type where possible, so that a field that one of the two writers did not know yet has its default.
    """
    encoding = _format.JSON if data[:1] == b"{" else _format.MSGPACK
    try:
        record = _format.record_decoder(topic, encoding).decode(data)
    except msgspec.MsgspecError:
        return msgspec.json.decode(data) if encoding == _format.JSON else msgspec.msgpack.decode(data)
    return msgspec.to_builtins(record, builtin_types=(bytes,))


class _Absent:
    def __repr__(self) -> str:
        return "absent"


_ABSENT = _Absent()


def _compare(path: str, a: Any, b: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield path and both values of every leaf that is not exactly the same."""
    if isinstance(a, dict) and isinstance(b, dict):
        for name in {**a, **b}:
            yield from _compare(f"{path}.{name}" if path else name, a.get(name, _ABSENT), b.get(name, _ABSENT))
    elif isinstance(a, list | tuple) and isinstance(b, list | tuple) and len(a) == len(b):
        for index, (of_a, of_b) in enumerate(zip(a, b, strict=True)):
            yield from _compare(f"{path}[{index}]", of_a, of_b)
    elif type(a) is not type(b) or a != b or str(a) != str(b):  # -0.0 equals 0.0, but is not the same
        yield path, a, b


def _tolerated(path: str, a: Any, b: Any, tolerances: dict[str, float]) -> bool:
    tolerance = tolerances.get(path.removeprefix("message."))
    if tolerance is None:
        return False
    if isinstance(a, int | float) and isinstance(b, int | float):
        return bool(abs(a - b) <= tolerance)
    if isinstance(a, bytes) and isinstance(b, bytes):
        return _samples_tolerated(a, b, tolerance)
    return False


def _samples_tolerated(a: bytes, b: bytes, tolerance: float) -> bool:
    """Compare fields of bytes that declare a tolerance: these are arrays of complex64 or float32."""
    if len(a) != len(b) or len(a) % 4:
        return False
    difference = np.frombuffer(a, dtype="<f4") - np.frombuffer(b, dtype="<f4")
    return bool(np.all(np.abs(difference) <= tolerance))


def _shown(value: Any) -> str:
    text = value.hex() if isinstance(value, bytes) else repr(value)
    return text if len(text) <= 120 else f"{text[:80]}... ({len(text)} characters)"
