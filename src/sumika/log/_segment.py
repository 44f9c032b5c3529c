"""One MCAP file being written: nothing reaches the disk but whole chunks, and each is on it when `flush` returns."""

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from mcap.writer import CompressionType, IndexType, Writer

from sumika.log._format import METADATA, PROFILE, RunInfo, encoding_of, metadata_fields, schema_text
from sumika.schema import TOPICS

CHUNK_BYTES = 1024 * 1024
_CHANNELS_MAX = 60_000  # MCAP numbers channels with 16 bits
_U64 = 2**64 - 1


class LogFile(Protocol):
    """What a segment needs of a file; tests put a failing disk here."""

    def write(self, data: bytes) -> None:
        """Append all of `data`, or raise OSError."""
        ...

    def truncate(self, size: int) -> None:
        """Cut the file, so that it ends with the last whole chunk."""
        ...

    def sync(self) -> None:
        """Return when everything written is on the disk."""
        ...

    def close(self) -> None:
        """Close."""
        ...


class DiskFile:
    """A new file, 0600, locked while it is open so that nobody deletes a segment that is being written.

    Raises:
        FileExistsError: if there is one of that name.
        OSError: if it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with suppress(
            OSError
        ):  # some network file systems know no locks; then nothing guards the open segment but its age
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def write(self, data: bytes) -> None:
        """Append all of `data`."""
        rest = memoryview(data)
        while rest:
            written = os.write(self._fd, rest)
            if written == 0:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            rest = rest[written:]

    def truncate(self, size: int) -> None:
        """Cut the file and go on writing there."""
        os.ftruncate(self._fd, size)
        os.lseek(self._fd, size, os.SEEK_SET)

    def sync(self) -> None:
        """Return when everything written is on the disk."""
        os.fsync(self._fd)

    def close(self) -> None:
        """Close; the lock goes with it."""
        os.close(self._fd)


def sync_folder(folder: Path) -> None:
    """Return when the folder's list of files is on the disk."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


class _Buffer:
    """The stream that the MCAP writer writes to; it holds what is not yet in the file."""

    def __init__(self) -> None:
        self.waiting = bytearray()
        self.pushed = 0

    def write(self, data: bytes) -> int:
        self.waiting += data
        return len(data)

    def tell(self) -> int:
        return self.pushed + len(self.waiting)

    def flush(self) -> None:
        """Nothing: `Segment.push` decides when."""


class McapBody:
    """MCAP records of Sumika messages into a stream, with the channels declared on first use.

    Args:
        stream: Anything with `write`, `tell` and `flush`.
        metadata: The metadata record that opens the file.
        library: Who writes.
    """

    def __init__(self, stream: Any, metadata: dict[str, str], library: str) -> None:
        # Any: the library leaves out the types of what returns nothing.
        self._writer: Any = Writer(
            stream,
            chunk_size=CHUNK_BYTES,
            compression=CompressionType.ZSTD,
            index_types=IndexType.ALL,
            enable_data_crcs=True,
        )
        self._schemas: dict[tuple[str, bytes], int] = {}
        self._channels: dict[tuple[str, str, str], int] = {}
        self._writer.start(PROFILE, library)
        self._writer.add_metadata(METADATA, metadata)

    def channel(self, topic: str, key: str, encoding: str, schema: bytes) -> int:
        """Return the channel of a topic and key, declared if it is new.

        Args:
            topic: Name in the table of topics, or any other for a log of a newer Sumika.
            key: What it is about.
            encoding: "json" or "msgpack".
            schema: JSON Schema; empty if there is none.
        """
        known = self._channels.get((topic, key, encoding))
        if known is not None:
            return known
        metadata = {"topic": topic, "key": key}
        identity: int = self._writer.register_channel(
            f"/{topic}/{key}", encoding, self._schema(topic, schema), metadata
        )
        self._channels[(topic, key, encoding)] = identity
        return identity

    def _schema(self, topic: str, schema: bytes) -> int:
        if not schema:
            return 0  # MCAP's number for none
        if (topic, schema) not in self._schemas:
            name = f"sumika.{TOPICS[topic].message.__name__}" if topic in TOPICS else f"sumika.{topic}"
            identity: int = self._writer.register_schema(name, "jsonschema", schema)
            self._schemas[(topic, schema)] = identity
        return self._schemas[(topic, schema)]

    @property
    def full(self) -> bool:
        """Whether there is room for no further channel."""
        return len(self._channels) >= _CHANNELS_MAX

    def add(self, channel: int, sequence: int, log_time_ns: int, publish_time_ns: int, data: bytes) -> None:
        """Add one message to the chunk in progress."""
        self._writer.add_message(
            channel,
            min(max(log_time_ns, 0), _U64),
            data,
            min(max(publish_time_ns, 0), _U64),
            sequence & 0xFFFFFFFF,
        )

    def end_chunk(self) -> None:
        """Close the chunk in progress and hand it to the stream."""
        self._writer.flush()

    def finish(self) -> None:
        """Write the summary and the end mark."""
        self._writer.finish()


class Segment:
    """One file of a run.

    After an OSError from any method the file ends with the last whole chunk and the segment is of no further use.

    Args:
        path: The new file.
        file: The file itself, empty.
        run: Whose log it is.
        number: From 1.
        dropped_before: Messages that could not be written since the previous segment.
        opened_ns: Monotonic time.
    """

    def __init__(
        self, path: Path, file: LogFile, run: RunInfo, number: int, dropped_before: int, opened_ns: int
    ) -> None:
        self.path = path
        self.opened_ns = opened_ns
        self.messages_pushed = 0
        self.unpushed = 0
        self._file = file
        self._buffer = _Buffer()
        self._body = McapBody(self._buffer, metadata_fields(run, number, dropped_before), f"sumika {run.version}")
        self.push()

    @property
    def size_bytes(self) -> int:
        """Bytes in the file and on their way to it."""
        return self._buffer.tell()

    @property
    def full(self) -> bool:
        """Whether the file can take no further channel."""
        return self._body.full

    def add(self, topic: str, key: str, sequence: int, times_ns: tuple[int, int], data: bytes) -> None:
        """Add one message.

        Args:
            topic: Name in the table of topics.
            key: What it is about.
            sequence: Its number.
            times_ns: Wall times: when it is logged, when it was published.
            data: Its encoded record.

        Raises:
            OSError: if a chunk was full and could not be written.
        """
        channel = self._body.channel(topic, key, encoding_of(topic), schema_text(topic))
        if self._buffer.waiting:
            self.push()
        self.unpushed += 1
        self._body.add(channel, sequence, times_ns[0], times_ns[1], data)
        if self._buffer.waiting:
            self.push()

    def push(self) -> None:
        """Write out what is complete; on failure take back what was written in part."""
        buffer = self._buffer
        if not buffer.waiting:
            return
        try:
            self._file.write(bytes(buffer.waiting))
        except OSError:
            self._file.truncate(buffer.pushed)
            raise
        buffer.pushed += len(buffer.waiting)
        buffer.waiting.clear()
        self.messages_pushed += self.unpushed
        self.unpushed = 0

    def flush(self) -> None:
        """Close the chunk in progress and write it to the file."""
        self._body.end_chunk()
        self.push()

    def sync(self) -> None:
        """Flush, and return when it is on the disk."""
        self.flush()
        self._file.sync()

    def finish(self, durable: bool) -> None:
        """Write the summary, sync if it is to be durable, and close."""
        self.flush()
        self._body.finish()
        self.push()
        if durable:
            self._file.sync()
        self._file.close()

    def abandon(self) -> None:
        """Close as it is."""
        self._file.close()
