"""Reads a log: one file or all segments of a run, with everything that is wrong with it told and stepped over."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

import sumika.log._format as _format
from sumika.log._findings import Channel, Damage, DamageKind, RawMessage
from sumika.log._scan import SegmentScan
from sumika.schema import TOPICS, UNREADABLE, Envelope, Message, SumikaError, UsageError
from sumika.units import ns_to_seconds


class Logged(NamedTuple):
    """One message out of a log.

    Attributes:
        envelope: As it travelled on the bus; its `message` is encoded as the bus encodes it.
        message: The message itself.
        log_time_ns: Wall time at which it was logged.
        data: The record's bytes as they lie in the log.
    """

    envelope: Envelope
    message: Message
    log_time_ns: int
    data: bytes = b""


class SegmentInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a log.

    Attributes:
        name: File name.
        size_bytes: Its size.
        messages: Messages found intact.
        closed: Whether it was finished; if not it is being written, or writing it was interrupted.
        lost: How many messages are missing, where that is known.
    """

    name: str
    size_bytes: int
    messages: int
    closed: bool
    lost: int | None


class ChannelInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The messages of one topic and key.

    Attributes:
        topic: Name in the table of topics, or another one in a log of a newer Sumika.
        key: What they are about.
        messages: How many.
        first_ns: Wall time at which the first was logged.
        last_ns: Wall time at which the last was logged.
    """

    topic: str
    key: str
    messages: int
    first_ns: int
    last_ns: int

    @property
    def rate_hz(self) -> float | None:
        """Mean rate; None for fewer than two messages."""
        span_s = ns_to_seconds(self.last_ns - self.first_ns)
        return (self.messages - 1) / span_s if self.messages > 1 and span_s > 0 else None


class LogInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a log.

    Attributes:
        path: File or folder.
        run: Whose log it is, with the configuration in force.
        format: Version of the log format.
        topics_version: Fingerprint of the writer's table of topics.
        same_topics: Whether that is this Sumika's table.
        config_intact: Whether the configuration's SHA-256 fits.
        segments: The files.
        channels: Per topic and key, sorted.
        unknown_topics: Messages per topic that this Sumika does not know; they are skipped.
        first_ns: Wall time of the first message; None in an empty log.
        last_ns: Wall time of the last message.
        damages: What is wrong.
        segments_gone: How many segments the run had before the first one here; they went to make room, or somebody
            deleted them.
    """

    path: str
    run: _format.RunInfo
    format: str
    topics_version: str
    same_topics: bool
    config_intact: bool
    segments: tuple[SegmentInfo, ...]
    channels: tuple[ChannelInfo, ...]
    unknown_topics: dict[str, int]
    first_ns: int | None
    last_ns: int | None
    damages: tuple[Damage, ...]
    segments_gone: int = 0

    @property
    def run_id(self) -> str:
        """Name of the run."""
        return self.run.run_id

    @property
    def version(self) -> str:
        """Which Sumika wrote it."""
        return self.run.version

    @property
    def config_text(self) -> str:
        """The house description that was in force; empty if the log has none."""
        return self.run.config_text

    def counts_by_topic(self) -> dict[str, int]:
        """Return how many messages of each topic there are."""
        counts: dict[str, int] = {}
        for channel in self.channels:
            counts[channel.topic] = counts.get(channel.topic, 0) + channel.messages
        return counts

    @property
    def messages(self) -> int:
        """All messages found intact, those of unknown topics included."""
        return sum(segment.messages for segment in self.segments)

    @property
    def size_bytes(self) -> int:
        """Size of all files."""
        return sum(segment.size_bytes for segment in self.segments)

    @property
    def duration_s(self) -> float:
        """From the first message to the last."""
        return 0.0 if self.first_ns is None or self.last_ns is None else ns_to_seconds(self.last_ns - self.first_ns)


class _Identity(msgspec.Struct):
    """The part of a record that says what it belongs to."""

    topic: str
    key: str


class _Tally:
    """What one pass over a log has counted."""

    def __init__(self) -> None:
        self.segments: list[SegmentInfo] = []
        self.damages: list[Damage] = []
        self.counts: dict[tuple[str, str], list[int]] = {}
        self.metadata: dict[str, str] = {}
        self.segments_gone = 0

    def count(self, channel: Channel, log_time_ns: int) -> None:
        entry = self.counts.get(channel[:2])
        if entry is None:
            self.counts[channel[:2]] = [1, log_time_ns, log_time_ns]
        else:
            entry[0] += 1
            entry[1] = min(entry[1], log_time_ns)
            entry[2] = max(entry[2], log_time_ns)

    def info(self, path: Path) -> LogInfo:
        """Return the summary of the pass."""
        run = _format.run_of(self.metadata)
        channels = tuple(
            ChannelInfo(topic=topic, key=key, messages=count, first_ns=first, last_ns=last)
            for (topic, key), (count, first, last) in sorted(self.counts.items())
        )
        unknown: dict[str, int] = {}
        for channel in channels:
            if channel.topic not in TOPICS:
                unknown[channel.topic] = unknown.get(channel.topic, 0) + channel.messages
        topics_version = self.metadata.get("topics_version", "unknown")
        return LogInfo(
            path=str(path),
            run=run,
            format=self.metadata.get("format", "unknown"),
            topics_version=topics_version,
            same_topics=topics_version == _format.topics_version(),
            config_intact=run.config_sha256 == self.metadata.get("config_sha256"),
            segments=tuple(self.segments),
            channels=channels,
            unknown_topics=unknown,
            first_ns=min((channel.first_ns for channel in channels), default=None),
            last_ns=max((channel.last_ns for channel in channels), default=None),
            damages=tuple(self.damages),
            segments_gone=self.segments_gone,
        )


class LogReader:
    """Iterates the messages of a log in file order, as often as wanted.

    A torn tail, broken chunks, unknown topics and unreadable messages never stop it: they are skipped and told by
    `info`. What is yielded is exactly what was written: every chunk's checksum is checked.

    Args:
        path: One `.mcap` file, or the folder of a run.
        topics: Only these; all if None.

    Attributes:
        path: The same.
        run: Whose log it is.
        same_topics: Whether its first file was written with this Sumika's table of topics.

    Raises:
        UsageError: if there is nothing at `path`, or a topic is in no table.
        SumikaError: if it is no log of ours, is empty, or was written by a Sumika too new for this one.
    """

    def __init__(self, path: Path | str, topics: Collection[str] | None = None) -> None:
        self.path = Path(path)
        self._topics = check_topics(topics)
        self._files = _find_files(self.path)
        self._info: LogInfo | None = None
        head = self._check_files()
        self.run = _format.run_of(head)
        self.same_topics = head.get("topics_version") == _format.topics_version()

    def __iter__(self) -> Iterator[Logged]:
        """Yield every readable message.

        Raises:
            SumikaError: at a segment in a format too new, or when the disk cannot be read.
        """
        unreadable: dict[tuple[str, str], int] = {}
        tally = _Tally()
        for name, channel, raw in self._pass(tally):
            if channel.topic not in TOPICS or (self._topics is not None and channel.topic not in self._topics):
                continue
            logged = _decode(channel, raw)
            if logged is None:
                unreadable[(name, channel.topic)] = unreadable.get((name, channel.topic), 0) + 1
            else:
                yield logged
        tally.damages += [
            Damage(segment=name, kind=DamageKind.UNREADABLE, messages=count, detail=f"no message of topic {topic}")
            for (name, topic), count in unreadable.items()
        ]
        self._info = tally.info(self.path)

    @property
    def info(self) -> LogInfo:
        """What is in the log; reads it through once, unless that has been done."""
        if self._info is None:
            tally = _Tally()
            for _ in self._pass(tally):
                pass
            self._info = tally.info(self.path)
        return self._info

    def raw(self) -> Iterator[tuple[Channel, RawMessage]]:
        """Yield every intact message undecoded, unknown topics included."""
        tally = _Tally()
        for _, channel, message in self._pass(tally):
            yield channel, message
        self._info = tally.info(self.path)

    def _check_files(self) -> dict[str, str]:
        """Return the first trustworthy metadata; refuse a log that is none of ours."""
        best: dict[str, str] = {}
        ours = 0
        for path in self._files:
            try:
                scan = _head(path)
            except FileNotFoundError:  # the oldest segments of a run in progress may go at any time
                continue
            if not _is_ours(scan):
                continue
            ours += 1
            metadata = scan.metadata.get(_format.METADATA, {})
            if _format.metadata_intact(metadata):
                _format.check_format(metadata, str(path))
                return metadata
            best = best or metadata
        if not ours:
            raise _refusal(self.path, self._files)
        return best

    def _pass(self, tally: _Tally) -> Iterator[tuple[str, Channel, RawMessage]]:
        previous: int | None = None
        for path in self._files:
            number = int(path.stem) if _format.SEGMENT_NAME.match(path.name) else None
            if previous is not None and number is not None and number > previous + 1:
                detail = f"{number - previous - 1} before it"
                tally.damages.append(Damage(segment=path.name, kind=DamageKind.MISSING, detail=detail))
            if previous is None and number is not None and path.parent == self.path:
                tally.segments_gone = number - 1
            previous = number
            try:
                yield from self._read_segment(path, tally)
            except FileNotFoundError:
                tally.damages.append(Damage(segment=path.name, kind=DamageKind.MISSING, detail="deleted while reading"))
            except OSError as error:
                raise SumikaError(f"cannot be read: {error.strerror}", where=str(path)) from error

    def _read_segment(self, path: Path, tally: _Tally) -> Iterator[tuple[str, Channel, RawMessage]]:
        head = _head(path)
        if not _is_ours(head):
            what = "it is empty" if head.size_bytes == 0 else "no log of Sumika"
            damage = Damage(segment=path.name, kind=DamageKind.FOREIGN, size_bytes=head.size_bytes, detail=what)
            tally.damages.append(damage)
            return
        tally.damages += _check_metadata(head.metadata, path)
        if not tally.metadata:
            tally.metadata = head.metadata.get(_format.METADATA, {})
        scan = SegmentScan(path)
        for raw in scan.messages():
            channel = raw.channel or _channel_of(raw.data)
            if channel is None:
                continue
            tally.count(channel, raw.log_time_ns)
            yield path.name, channel, raw
        tally.damages += scan.damages
        tally.segments.append(
            SegmentInfo(
                name=path.name,
                size_bytes=scan.size_bytes,
                messages=scan.messages_read,
                closed=scan.closed,
                lost=None if scan.expected is None else scan.expected - scan.messages_read,
            )
        )


def check_topics(topics: Collection[str] | None) -> frozenset[str] | None:
    """Return the topics as a set.

    Raises:
        UsageError: naming the topics there are, if one is not among them.
    """
    if topics is None:
        return None
    for topic in topics:
        if topic not in TOPICS:
            raise UsageError(f"there is no topic {topic!r}", remedy=f"Topics are {', '.join(sorted(TOPICS))}")
    return frozenset(topics)


def _find_files(path: Path) -> list[Path]:
    try:
        if path.is_dir():
            files = sorted(
                (file for file in path.iterdir() if _format.SEGMENT_NAME.match(file.name)),
                key=lambda file: int(file.stem),
            )
            if not files:
                raise SumikaError(
                    "the folder holds no log (no 000001.mcap ...)", where=str(path), remedy=_choices(path)
                )
            return files
        if not path.exists():
            raise UsageError("there is no such file or folder", where=str(path))
        if path.stat().st_size == 0:
            raise SumikaError("the file is empty, not a log", where=str(path))
        path.open("rb").close()
    except OSError as error:
        raise SumikaError(f"cannot be read: {error.strerror}", where=str(path)) from error
    return [path]


def _choices(folder: Path) -> str:
    """Name the newest run in a folder of runs, for someone who gave the folder above."""
    runs = [run for run in folder.iterdir() if run.is_dir() and any(run.glob("*.mcap"))]
    if not runs:
        return "Name a .mcap file or the folder of a run"
    newest = max(runs, key=lambda run: run.stat().st_mtime)
    return f"Name the folder of a run; the newest is {newest}"


def _head(path: Path) -> SegmentScan:
    try:
        scan = SegmentScan(path)
        scan.head()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise SumikaError(f"cannot be read: {error.strerror}", where=str(path)) from error
    return scan


def _is_ours(scan: SegmentScan) -> bool:
    """Tell a log of ours, also a damaged one, from anything else: one intact sign is enough."""
    if scan.profile == _format.PROFILE or _format.METADATA in scan.metadata or scan.torn_at_start:
        return True
    return scan.profile is None and any(channel.topic in TOPICS for channel in scan.channels)


def _refusal(path: Path, files: list[Path]) -> SumikaError:
    profile = _head(files[0]).profile
    if profile is not None:
        return SumikaError(f"an MCAP file, but no log of Sumika (its profile is {profile[:40]!r})", where=str(path))
    return SumikaError("no log of Sumika: neither its header nor its metadata can be found", where=str(path))


def _check_metadata(metadata: dict[str, dict[str, str]], path: Path) -> list[Damage]:
    ours = metadata.get(_format.METADATA)
    if ours is None:
        return [Damage(segment=path.name, kind=DamageKind.BAD_METADATA, detail="there is none")]
    if not _format.metadata_intact(ours):
        return [Damage(segment=path.name, kind=DamageKind.BAD_METADATA, detail="its checksum does not fit")]
    _format.check_format(ours, str(path))
    dropped = int(ours.get("dropped_before", "0"))
    if not dropped:
        return []
    detail = "the disk took nothing before this segment"
    return [Damage(segment=path.name, kind=DamageKind.NOT_WRITTEN, messages=dropped, detail=detail)]


def _channel_of(data: bytes) -> Channel | None:
    """Find out from a message itself what it belongs to, where its channel's declaration is lost."""
    encoding = _format.JSON if data[:1] == b"{" else _format.MSGPACK
    decode = msgspec.json.decode if encoding == _format.JSON else msgspec.msgpack.decode
    try:
        identity = decode(data, type=_Identity)
    except UNREADABLE:
        return None
    return Channel(identity.topic, identity.key, encoding, b"")


def _decode(channel: Channel, raw: RawMessage) -> Logged | None:
    try:
        record = _format.record_decoder(channel.topic, channel.encoding).decode(raw.data)
        if record.topic != channel.topic:
            return None
        envelope = Envelope(
            topic=record.topic,
            key=record.key,
            node=record.node,
            incarnation=record.incarnation,
            sequence=record.sequence,
            consumed=record.consumed,
            message=msgspec.Raw(msgspec.msgpack.encode(record.message)),
        )
    except (*UNREADABLE, OverflowError):
        return None
    return Logged(envelope, record.message, raw.log_time_ns, raw.data)
