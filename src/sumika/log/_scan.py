"""Reads one MCAP file record by record and gets past whatever is broken in it.

The MCAP library stops at the first broken byte; a log that was cut by a power failure or has a bad sector still holds
everything else. Every message lies in a chunk with a checksum, so a message is either exactly what was written or is
reported as lost; chunks are found again by their signature when the chain of record lengths is broken.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec
import zstandard
from mcap import records
from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.writer import MCAP0_MAGIC

from sumika.log._findings import Channel, Damage, DamageKind, RawMessage

CHUNK_CAP_BYTES = 256 * 1024 * 1024
"""No chunk may unpack to more; the writer's have one megabyte, or one radar frame."""
_RECORD_CAP_BYTES = CHUNK_CAP_BYTES + 1024
_HEAD = struct.Struct("<BQ")
_CHUNK_HEAD = struct.Struct("<QQQI")
_MESSAGE_HEAD = struct.Struct("<HIQQ")
_FOOTER = struct.Struct("<BQQQI")
_CHUNK_SIGNATURE = b"\x04\x00\x00\x00zstd"
_SIGNATURE = re.compile(rb"\x06.{36}\x04\x00\x00\x00zstd.{8}|\x0c.{8}\x06\x00\x00\x00sumika", re.DOTALL)
_SIGNATURE_BYTES = _HEAD.size + _CHUNK_HEAD.size + len(_CHUNK_SIGNATURE) + 8
_KNOWN = frozenset(int(opcode) for opcode in Opcode)
_SEARCH_BYTES = 1024 * 1024
_HEAD_SEARCH_BYTES = 4 * 1024 * 1024


R = TypeVar("R")


class _BrokenError(Exception):
    """A record is not what its head says."""


def _parse(read: Callable[[ReadDataStream], R], content: bytes) -> R:
    """Parse a record with the MCAP library and insist that it is exactly as long as it says."""
    stream = ReadDataStream(BytesIO(content))
    try:
        record = read(stream)
    except (struct.error, McapError, UnicodeDecodeError, ValueError, OverflowError) as error:
        raise _BrokenError(str(error)) from error
    if stream.count != len(content):
        raise _BrokenError("its length does not fit")
    return record


class SegmentScan:
    """One pass over one file.

    After (and while) iterating `messages`, the other attributes tell what was found.

    Args:
        path: The file.

    Attributes:
        size_bytes: Size when the scan began; what is appended later is not read.
        profile: MCAP profile of the header; None if there is no header.
        metadata: Metadata records by name.
        closed: Whether the file was finished properly.
        messages_read: Messages found intact.
        expected: How many messages the summary says there are; None without an intact summary.
        damages: What is wrong.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size_bytes = path.stat().st_size
        self.profile: str | None = None
        self.metadata: dict[str, dict[str, str]] = {}
        self.closed = False
        self.messages_read = 0
        self.expected: int | None = None
        self.damages: list[Damage] = []
        self._schemas: dict[int, bytes] = {}
        self._channels: dict[int, Channel] = {}
        self._data_end = self.size_bytes
        self._crc = self._crc_before = 0
        self._lost_in_chunk: list[int] | None = None
        self._starts_well = False

    def head(self) -> None:
        """Read only profile, metadata and the first chunk's channels."""
        self._data_end = min(self.size_bytes, _HEAD_SEARCH_BYTES)
        with self._path.open("rb") as file:
            for chunk in self._records(file):
                for _ in self._unpack(*chunk):
                    pass
                break

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels declared so far."""
        return tuple(self._channels.values())

    @property
    def torn_at_start(self) -> bool:
        """Whether the file was cut off before its first record was whole."""
        cut = self.size_bytes > 0 and all(damage.kind is DamageKind.TORN_TAIL for damage in self.damages)
        return cut and self._starts_well and self.profile is None and not self.metadata and not self._channels

    def messages(self) -> Iterator[RawMessage]:
        """Yield every intact message in file order."""
        with self._path.open("rb") as file:
            self._read_summary(file)
            for chunk in self._records(file):
                yield from self._unpack(*chunk)
            self._settle()

    # -- the end of the file ------------------------------------------------------------------------------------------

    def _read_summary(self, file: BinaryIO) -> None:
        """Find out from the end whether the file was finished, and take channels and counts from its summary."""
        tail_size = _FOOTER.size + len(MCAP0_MAGIC)
        if self.size_bytes < tail_size:
            return
        file.seek(self.size_bytes - tail_size)
        tail = file.read(tail_size)
        opcode, length, start, _, crc = _FOOTER.unpack_from(tail)
        if opcode != Opcode.FOOTER or length != _FOOTER.size - _HEAD.size or tail[_FOOTER.size :] != MCAP0_MAGIC:
            return
        size = self.size_bytes - tail_size - start
        if not 0 <= size <= _RECORD_CAP_BYTES:
            return
        file.seek(start)
        summary = file.read(size)
        if zlib.crc32(tail[: _FOOTER.size - 4], zlib.crc32(summary)) != crc:
            return
        self.closed = True
        self._data_end = start
        try:
            self._take_summary(summary)
        except _BrokenError as error:
            self._report(DamageKind.BAD_SUMMARY, start, size, detail=str(error))

    def _take_summary(self, summary: bytes) -> None:
        for opcode, content in _split(summary):
            if opcode in (Opcode.SCHEMA, Opcode.CHANNEL):
                self._declare(opcode, content)
            elif opcode == Opcode.STATISTICS:
                statistics: records.Statistics = _parse(records.Statistics.read, content)
                self.expected = statistics.message_count

    # -- the records, one after the other -----------------------------------------------------------------------------

    def _records(self, file: BinaryIO) -> Iterator[tuple[int, bytes]]:
        """Yield offset and unpacked content of every intact chunk."""
        position = self._magic(file)
        while position < self._data_end:
            file.seek(position)
            head = file.read(_HEAD.size)
            opcode, length = _HEAD.unpack(head) if len(head) == _HEAD.size else (0, 0)
            end = position + _HEAD.size + length
            if opcode not in _KNOWN or end > self._data_end or length > _RECORD_CAP_BYTES:
                cut = opcode in _KNOWN and length <= _RECORD_CAP_BYTES
                position = self._lose(file, position, "a record is cut off" if cut else "no record begins here")
                continue
            content = file.read(length)
            self._crc_before = self._crc
            self._crc = zlib.crc32(content, zlib.crc32(head, self._crc))
            try:
                if opcode == Opcode.CHUNK:
                    data = self._chunk(position, content)
                    if data is not None:
                        yield position, data
                elif self._other(opcode, position, content):
                    self._after_data(file, end)
                    return
            except _BrokenError as error:
                position = self._lose(file, position, str(error))
                continue
            position = end

    def _magic(self, file: BinaryIO) -> int:
        file.seek(0)
        magic = file.read(len(MCAP0_MAGIC))
        self._crc = zlib.crc32(magic)
        self._starts_well = MCAP0_MAGIC.startswith(magic)
        if magic != MCAP0_MAGIC and self.size_bytes > len(magic):
            self._report(DamageKind.BAD_RECORD, 0, len(magic), detail="the mark at the file's beginning")
        elif len(magic) < len(MCAP0_MAGIC) or self.size_bytes == len(magic):
            self._report(DamageKind.TORN_TAIL, 0, len(magic), detail="nothing but the file's first bytes")
        return len(MCAP0_MAGIC)

    def _other(self, opcode: int, position: int, content: bytes) -> bool:
        """Take a record that is no chunk; tell whether it ends the data."""
        if opcode == Opcode.HEADER:
            header: records.Header = _parse(records.Header.read, content)
            self.profile = header.profile
        elif opcode == Opcode.METADATA:
            metadata: records.Metadata = _parse(records.Metadata.read, content)
            self.metadata[metadata.name] = metadata.metadata
        elif opcode == Opcode.MESSAGE_INDEX:
            self._message_index(content)
        elif opcode == Opcode.DATA_END:
            end: records.DataEnd = _parse(records.DataEnd.read, content)
            if end.data_section_crc not in (0, self._crc_before) and not self.damages:
                self._report(DamageKind.BAD_RECORD, 0, position, 0, "bytes between the chunks have changed")
            return True
        else:
            # A message or a channel outside of a chunk has no checksum: no writer of ours puts one there.
            raise _BrokenError("a record that does not belong here")
        return False

    def _message_index(self, content: bytes) -> None:
        """Learn from a broken chunk's index how many messages it held."""
        if len(content) < 6 or struct.unpack_from("<I", content, 2)[0] != len(content) - 6 or len(content) % 16 != 6:
            raise _BrokenError("its length does not fit")
        if self._lost_in_chunk is not None:
            self._lost_in_chunk[1] += (len(content) - 6) // 16

    def _after_data(self, file: BinaryIO, position: int) -> None:
        if not self.closed and position < self.size_bytes:
            self._report(DamageKind.BAD_SUMMARY, position, self.size_bytes - position, 0, "the index at the end")

    def _lose(self, file: BinaryIO, position: int, why: str) -> int:
        """Report what is lost from `position` on and return where the next chunk begins, or the end."""
        self._end_lost_chunk()
        found = self._find_record(file, position + 1)
        if found is not None:
            self._report(DamageKind.BAD_RECORD, position, found - position, detail=why)
            return found
        kind = DamageKind.BAD_RECORD if self.closed else DamageKind.TORN_TAIL
        self._report(kind, position, self._data_end - position, detail=why)
        return self._data_end

    def _find_record(self, file: BinaryIO, start: int) -> int | None:
        """Return the first offset from `start` on where a chunk, or the metadata, makes sense."""
        base = start
        while base < self._data_end:
            file.seek(base)
            window = file.read(min(_SEARCH_BYTES, self._data_end - base))
            for match in _SIGNATURE.finditer(window):
                if self._fits(match.group(), base + match.start()):
                    return base + match.start()
            if len(window) <= _SIGNATURE_BYTES:
                return None
            base += len(window) - _SIGNATURE_BYTES + 1
        return None

    def _fits(self, signature: bytes, offset: int) -> bool:
        opcode, length = _HEAD.unpack_from(signature)
        if opcode == Opcode.CHUNK:
            prefix = len(signature) - _HEAD.size
            return bool(length == prefix + int.from_bytes(signature[-8:], "little"))
        return bool(offset + _HEAD.size + length <= self._data_end)

    # -- chunks -------------------------------------------------------------------------------------------------------

    def _chunk(self, position: int, content: bytes) -> bytes | None:
        """Unpack and check a chunk; None if its content is broken.

        Raises:
            _BrokenError: if it is not even a chunk.
        """
        self._end_lost_chunk()
        prefix = _CHUNK_HEAD.size + len(_CHUNK_SIGNATURE) + 8
        if content[_CHUNK_HEAD.size : prefix - 8] != _CHUNK_SIGNATURE:
            raise _BrokenError("a chunk that is not packed with zstd")
        if int.from_bytes(content[prefix - 8 : prefix], "little") != len(content) - prefix:
            raise _BrokenError("its length does not fit")
        _, _, size, crc = _CHUNK_HEAD.unpack_from(content)
        try:
            data = _inflate(memoryview(content)[prefix:], size)
            if zlib.crc32(data) != crc:
                raise _BrokenError("its checksum does not fit")
        except _BrokenError as error:
            self._lost_in_chunk = [len(self.damages), 0]
            self._report(DamageKind.BAD_CHUNK, position, _HEAD.size + len(content), detail=str(error))
            return None
        return data

    def _end_lost_chunk(self) -> None:
        """Write into the report of a broken chunk how many messages its index named."""
        if self._lost_in_chunk is not None:
            at, messages = self._lost_in_chunk
            self._lost_in_chunk = None
            if messages:
                self.damages[at] = msgspec.structs.replace(self.damages[at], messages=messages)

    def _unpack(self, position: int, data: bytes) -> Iterator[RawMessage]:
        channels = self._channels
        try:
            for opcode, content in _split(data):
                if opcode == Opcode.MESSAGE:
                    if len(content) < _MESSAGE_HEAD.size:
                        raise _BrokenError("a message without a head")
                    channel, sequence, log_time, publish_time = _MESSAGE_HEAD.unpack_from(content)
                    self.messages_read += 1
                    yield RawMessage(
                        channels.get(channel), sequence, log_time, publish_time, content[_MESSAGE_HEAD.size :]
                    )
                elif opcode in (Opcode.SCHEMA, Opcode.CHANNEL):
                    self._declare(opcode, content)
        except _BrokenError as error:
            self._report(DamageKind.BAD_CHUNK, position, len(data), detail=str(error))

    def _declare(self, opcode: int, content: bytes) -> None:
        if opcode == Opcode.SCHEMA:
            schema: records.Schema = _parse(records.Schema.read, content)
            self._schemas[schema.id] = schema.data
            return
        channel: records.Channel = _parse(records.Channel.read, content)
        topic = channel.metadata.get("topic", channel.topic)
        schema_text = self._schemas.get(channel.schema_id, b"")
        self._channels[channel.id] = Channel(
            topic, channel.metadata.get("key", ""), channel.message_encoding, schema_text
        )

    # -- the report ---------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        self._end_lost_chunk()
        if self.expected is not None and self.expected > self.messages_read and not self.damages:
            missing = self.expected - self.messages_read
            self._report(DamageKind.BAD_RECORD, 0, 0, missing, "the summary counts more messages than there are")

    def _report(
        self, kind: DamageKind, offset: int, size_bytes: int, messages: int | None = None, detail: str = ""
    ) -> None:
        self.damages.append(
            Damage(
                segment=self._path.name,
                kind=kind,
                offset=offset,
                size_bytes=size_bytes,
                messages=messages,
                detail=detail,
            )
        )


def _split(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield opcode and content of the records in a chunk or a summary.

    Raises:
        _BrokenError: if the lengths do not add up.
    """
    position, size = 0, len(data)
    while position < size:
        if position + _HEAD.size > size:
            raise _BrokenError("a record without a head")
        opcode, length = _HEAD.unpack_from(data, position)
        position += _HEAD.size
        if opcode == 0 or length > size - position:
            raise _BrokenError("a record longer than its chunk")
        yield opcode, data[position : position + length]
        position += length


def _inflate(packed: memoryview, size: int) -> bytes:
    """Unpack a zstd frame of known size without ever allocating more than that.

    Raises:
        _BrokenError: if it is no such frame.
    """
    if size > CHUNK_CAP_BYTES:
        raise _BrokenError(f"it would unpack to {size} bytes")
    try:
        if zstandard.get_frame_parameters(packed).content_size != size:
            raise _BrokenError("it unpacks to another size than it says")
        # A reader, so that no header, however it lies, makes the library allocate more than asked for.
        with zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(packed) as reader:
            data = reader.read(size)
            if reader.read(1) or len(data) != size:
                raise _BrokenError("it unpacks to another size than it says")
    except zstandard.ZstdError as error:
        raise _BrokenError("it cannot be unpacked") from error
    return data
