"""Writes what travels on the bus into segments, and goes on whatever the disk does."""

import errno
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

import sumika.log._format as _format
from sumika.clock import Clock, Instant
from sumika.log._retention import Budget, free_bytes, make_room
from sumika.log._segment import DiskFile, LogFile, Segment, sync_folder
from sumika.schema import TOPICS, Envelope, Message, SumikaError
from sumika.units import seconds_to_ns

_log = logging.getLogger(__name__)

MEGABYTE = 1_000_000
LOGS_BYTES = 4000 * MEGABYTE
"""What the logs of all runs may take together."""

URGENT = frozenset({"event", "command", "config_change"})
"""Topics whose messages are on the disk before `write` returns."""
_FLUSH_NS = seconds_to_ns(1.0)
_URGENT_GAP_NS = seconds_to_ns(0.1)
"""A flood of events must not become a flood of fsyncs: within this time of one, the next waits for `tend`."""
_ROOM_NS = seconds_to_ns(60.0)
_BACK_OFF_S = (1.0, 60.0)
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NOT_OURS = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST})


class LogWriter:
    """Writes envelopes into `<folder>/000001.mcap`, `000002.mcap` ...

    What the disk does never reaches the caller: a failed write sets `problem`, the messages that could not be written
    are counted in `dropped`, and a new segment is tried after a back-off of 1 to 60 s; `problem` is None again once
    messages have reached the disk. Call `tend` at least once a second, also when there is nothing to write.

    Args:
        folder: The run's own, in a folder that holds those of all runs and nothing else; made with mode 0700 if absent.
            If it holds segments already, numbering goes on after them.
        run: Whose log it is.
        clock: Tells when messages are logged, and when to flush, sync and rotate.
        rotate_bytes: A segment of this size is closed.
        rotate_s: A segment of this age is closed.
        sync_s: At most so much is lost in a power cut; at most 10.
        min_free_bytes: The log never takes the last of the disk.
        max_bytes: All runs together; the oldest segments are deleted, those of finished runs first.
        keep_own: True for a recording that somebody asked for: none of its own segments is deleted. Beyond `max_bytes`
            it goes on, and where the disk has no room it stops, which is a `problem`.
        durable: False for a log that can be made again (a replay): then nothing is synced, nothing is deleted to make
            room for it, and a message is logged at the time of its own stamp.
        opener: Makes the file of a new segment; for tests.

    Raises:
        ValueError: if `sync_s` is beyond what may be lost.
    """

    def __init__(
        self,
        folder: Path,
        run: _format.RunInfo,
        clock: Clock,
        *,
        rotate_bytes: int = 64 * MEGABYTE,
        rotate_s: float = 3600.0,
        sync_s: float = 5.0,
        min_free_bytes: int = 200 * MEGABYTE,
        max_bytes: int = LOGS_BYTES,
        keep_own: bool = False,
        durable: bool = True,
        opener: Callable[[Path], LogFile] = DiskFile,
    ) -> None:
        if not 0 < sync_s <= 10:
            raise ValueError(f"sync_s must be in (0, 10], not {sync_s}")
        self.run = run
        self.folder = folder
        self.dropped = 0
        self.refused: dict[str, int] = {}
        self._durable = durable
        self._clock = clock
        self._rotate_bytes = rotate_bytes
        self._rotate_ns = seconds_to_ns(rotate_s)
        self._sync_ns = seconds_to_ns(sync_s)
        self._budget = Budget(max_bytes if durable else None, min_free_bytes, keep_own)
        self._opener = opener
        self._problem: SumikaError | None = None
        self._segment: Segment | None = None
        self._written = 0
        self._dropped_told = 0
        self._dropped_at_open = 0
        self._back_off_s = _BACK_OFF_S[0]
        now = clock.now()
        self._retry_ns = now.monotonic_ns
        self._flushed_ns = self._synced_ns = self._room_ns = now.monotonic_ns
        self._urgent = False
        self._urgent_ns = now.monotonic_ns - _URGENT_GAP_NS
        self._open(now)

    @property
    def problem(self) -> SumikaError | None:
        """Why nothing is being written at the moment; None if all is well."""
        return self._problem

    @property
    def written(self) -> int:
        """Messages that have reached a file."""
        return self._written + (self._segment.messages_pushed if self._segment else 0)

    @property
    def path(self) -> Path | None:
        """The segment in progress, if there is one."""
        return self._segment.path if self._segment else None

    def write(self, envelope: Envelope, message: Message) -> bool:
        """Take one message.

        Args:
            envelope: What it travels in; the bytes in it are not looked at.
            message: The message itself.

        Returns:
            Whether it was taken; False if it is no message of its topic (counted in `refused`) or the disk takes none
            now (counted in `dropped`, as is a message that was taken and could not be written afterwards).
        """
        now = self._clock.now()
        record = self._encode(envelope, message)
        if record is None:
            return False
        segment = self._segment or self._open(now)
        if segment is None:
            self.dropped += 1
            return False
        data, published_ns = record
        logged_ns = now.wall_ns if self._durable else published_ns
        try:
            segment.add(envelope.topic, envelope.key, envelope.sequence, (logged_ns, published_ns), data)
        except OSError as error:
            self._fail(error, now)
            return False
        self._urgent = self._urgent or envelope.topic in URGENT
        self._tend(now)
        return True

    def tend(self) -> None:
        """Flush, sync, rotate and make room as the time has come; retry after a failure."""
        now = self._clock.now()
        if self._segment is None:
            self._open(now)
        self._tend(now)

    def sync(self) -> None:
        """Put everything taken so far on the disk now."""
        self._try(self._sync, self._clock.now())

    def close(self) -> None:
        """Finish the segment in progress."""
        if self._segment is not None:
            self._try(self._finish, self._clock.now())

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the segment in progress."""
        self.close()

    def _encode(self, envelope: Envelope, message: Message) -> tuple[bytes, int] | None:
        """Return the record's bytes and the wall time of its stamp; None, and count it, if it cannot be logged."""
        try:
            return _record_bytes(envelope, message)
        except (KeyError, TypeError, ValueError) as error:
            topic = envelope.topic
            if topic not in self.refused:
                _log.warning("Messages of topic %s cannot be logged: %s", topic, error)
            self.refused[topic] = self.refused.get(topic, 0) + 1
            return None

    def _tend(self, now: Instant) -> None:
        segment = self._segment
        if segment is None:
            return
        mono = now.monotonic_ns
        urgent = self._urgent and mono - self._urgent_ns >= _URGENT_GAP_NS
        if urgent or mono - self._synced_ns >= self._sync_ns:
            self._urgent_ns = mono if urgent else self._urgent_ns
            self._try(self._sync, now)
        elif mono - self._flushed_ns >= _FLUSH_NS:
            self._try(self._flush, now)
        if segment.size_bytes >= self._rotate_bytes or mono - segment.opened_ns >= self._rotate_ns or segment.full:
            self._try(self._rotate, now)
        if mono - self._room_ns >= _ROOM_NS:
            self._try(self._make_room, now)

    def _try(self, action: Callable[[Instant], None], now: Instant) -> None:
        try:
            action(now)
        except OSError as error:
            self._fail(error, now)

    def _flush(self, now: Instant) -> None:
        self._flushed_ns = now.monotonic_ns
        if self._segment is not None:
            self._segment.flush()

    def _sync(self, now: Instant) -> None:
        self._flushed_ns = self._synced_ns = now.monotonic_ns
        self._urgent = False
        if self._segment is None:
            return
        if self._durable:
            self._segment.sync()
        else:
            self._segment.flush()
        if self._problem is not None and self._segment.messages_pushed:
            _log.warning("The log is written again; %d messages were lost so far", self.dropped)
            self._problem = None
            self._back_off_s = _BACK_OFF_S[0]

    def _finish(self, now: Instant) -> None:
        self._sync(now)
        if self._segment is not None:
            self._segment.finish(self._durable)
            self._leave(self._segment)

    def _leave(self, segment: Segment) -> None:
        """Take over what a segment counted; what it told about dropped messages need not be told again."""
        self._segment = None
        self._written += segment.messages_pushed
        self.dropped += segment.unpushed
        if segment.messages_pushed:
            self._dropped_told = self._dropped_at_open

    def _rotate(self, now: Instant) -> None:
        self._finish(now)
        self._open(now)

    def _make_room(self, now: Instant) -> None:
        """Keep to the budget.

        Raises:
            OSError: ENOSPC, if nothing is left to delete and the disk is too full.
        """
        self._room_ns = now.monotonic_ns
        if not make_room(self.folder, self._budget):
            self._finish(now)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _open(self, now: Instant) -> Segment | None:
        """Begin a segment if the back-off allows it."""
        if now.monotonic_ns < self._retry_ns:
            return None
        try:
            self._make_folder()
            self._make_room(now)
            self._segment = self._new_segment(now)
            self._flushed_ns = self._synced_ns = now.monotonic_ns
        except OSError as error:
            self._fail(error, now)
        return self._segment

    def _make_folder(self) -> None:
        for folder in (*reversed(self.folder.parents), self.folder):
            if not folder.is_dir():
                folder.mkdir(mode=0o700, exist_ok=True)
                sync_folder(folder.parent)

    def _new_segment(self, now: Instant) -> Segment:
        numbers = [int(path.stem) for path in self.folder.iterdir() if _format.SEGMENT_NAME.match(path.name)]
        number = max(numbers, default=0) + 1
        path = self.folder / f"{number:06d}.mcap"
        self._dropped_at_open = self.dropped
        file = self._opener(path)
        try:
            segment = Segment(path, file, self.run, number, self.dropped - self._dropped_told, now.monotonic_ns)
            if self._durable:
                file.sync()
                sync_folder(self.folder)
        except OSError:
            with suppress(OSError):
                file.close()
            path.unlink(missing_ok=True)
            raise
        return segment

    def _fail(self, error: OSError, now: Instant) -> None:
        """Give up the segment, keep what is in it, and say it once."""
        segment = self._segment
        if segment is not None:
            self._leave(segment)
            with suppress(OSError):
                segment.abandon()
            if not segment.messages_pushed:
                with suppress(OSError):
                    segment.path.unlink()
        self._urgent = False
        self._retry_ns = now.monotonic_ns + seconds_to_ns(self._back_off_s)
        self._back_off_s = min(self._back_off_s * 2, _BACK_OFF_S[1])
        if self._problem is None:
            self._problem = self._explain(error)
            _log.error("The log is not written: %s", self._problem)

    def _explain(self, error: OSError) -> SumikaError:
        what = os.strerror(error.errno) if error.errno else str(error)
        if error.errno not in _FULL:
            remedy = "Make the folder yours, or name another" if error.errno in _NOT_OURS else "Check the disk"
            return SumikaError(f"the log cannot be written: {what}", where=str(self.folder), remedy=remedy)
        with suppress(OSError):
            what += f", {free_bytes(self.folder) // MEGABYTE} MB free"
        return SumikaError(
            f"the log cannot be written: {what}; it keeps {self._budget.min_free_bytes // MEGABYTE} MB free",
            where=str(self.folder),
            remedy="Make room on the disk; the log goes on by itself",
        )


def _record_bytes(envelope: Envelope, message: Message) -> tuple[bytes, int]:
    """Return the record of an envelope and the wall time of its message's stamp.

    Raises:
        KeyError: if the table of topics lacks the topic.
        TypeError, ValueError: if it is no message of its topic, or JSON cannot carry it.
    """
    topic = envelope.topic
    encoding = _format.encoding_of(topic)
    if encoding == _format.JSON:
        # As it is after a journey over the bus: a replay that writes 15 must give the bytes of a house that sent 15.0.
        message = _format.bus_decoder(topic).decode(msgspec.msgpack.encode(message))
    elif not isinstance(message, TOPICS[topic].message):
        raise TypeError(f"{type(message).__name__} is no message of this topic")
    record = _format.Record(
        topic=topic,
        key=envelope.key,
        node=envelope.node,
        incarnation=envelope.incarnation,
        sequence=envelope.sequence,
        consumed=envelope.consumed,
        message=message,
    )
    if encoding == _format.MSGPACK:
        return msgspec.msgpack.encode(record), message.stamp.wall_ns
    data = msgspec.json.encode(record)
    # JSON has no NaN: it becomes null, and only reading it back tells one from a None that was meant.
    if b"null" in data and _reads_otherwise(topic, data, record):
        raise ValueError("a number in it is not finite")
    return data, message.stamp.wall_ns


def _reads_otherwise(topic: str, data: bytes, record: "_format.Record[Message]") -> bool:
    try:
        return _format.record_decoder(topic, _format.JSON).decode(data) != record
    except msgspec.ValidationError:
        return True
