"""Messages, logs and broken disks for the tests of the log."""

import errno
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from sumika.clock import Instant, SimulatedClock
from sumika.log import DiskFile, LogReader, LogWriter, RunInfo
from sumika.schema import (
    TOPIC_OF,
    ChestMotion,
    Consumed,
    Envelope,
    Event,
    Message,
    Origin,
    Presence,
    Reason,
    Severity,
    SlowTime,
    key_of,
)

START = Instant(1_000_000_000, 1_790_000_000_000_000_000, "boot-of-tests")
RUN = RunInfo(run_id="run", config_text="version: 1\nname: テスト\n", version="0.1.0", boot_id=START.boot_id)


def envelope(message: Message, sequence: int = 0, *, incarnation: int = 0) -> Envelope:
    """Put a message into an envelope as a node would."""
    return Envelope(
        topic=TOPIC_OF[type(message)],
        key=key_of(message),
        node="node",
        incarnation=incarnation,
        sequence=sequence,
        consumed=(Consumed("tick", "supervisor", 0, sequence, sequence),),
        message=msgspec.Raw(msgspec.msgpack.encode(message)),
    )


def presence(index: int, probability: float | None = 0.5, room: str = "bedroom") -> Presence:
    return Presence(
        stamp=START.later(index * 10_000_000),
        origin=Origin.LIVE,
        room=room,
        valid=probability is not None,
        reason=Reason.MEASURED,
        probability=probability,
        range_m=1.0 + index / 7,
    )


def slow_time(index: int, *, antennas: int = 2, cells: int = 3) -> SlowTime:
    return SlowTime(
        stamp=START.later(index * 50_000_000),
        origin=Origin.RECORDED,
        radar="radar",
        room="bedroom",
        index=index,
        frame_interval_s=0.05,
        wavelength_m=0.005,
        usable=True,
        antennas=antennas,
        cells=cells,
        step_m=0.04,
        iq=bytes((index * 31 + place * 7) % 64 for place in range(antennas * cells * 8)),
    )


def chest_motion(index: int) -> ChestMotion:
    return ChestMotion(
        stamp=START.later(index * 50_000_000),
        origin=Origin.SIMULATED,
        room="bedroom",
        valid=True,
        reason=Reason.MEASURED,
        displacement_mm=index / 3,
    )


def event(detail: str = "") -> Event:
    return Event(stamp=START, origin=Origin.LIVE, subject="radar", code="x", severity=Severity.ALARM, detail=detail)


def mixed(count: int) -> list[tuple[Envelope, Message]]:
    """A few rooms' life: three topics, every number derived from the index, so that any swap would show."""
    kinds: tuple[Callable[[int], Message], ...] = (presence, slow_time, chest_motion)
    messages = [kinds[index % 3](index // 3) for index in range(count)]
    return [(envelope(message, index // 3), message) for index, message in enumerate(messages)]


def write_log(
    folder: Path,
    entries: Iterable[tuple[Envelope, Message]],
    *,
    per_flush: int = 10,
    run: RunInfo = RUN,
    rotate_bytes: int = 64_000_000,
    close: bool = True,
) -> list[Path]:
    """Write a log with a chunk for every `per_flush` messages; return its segments."""
    clock = SimulatedClock(START)
    writer = LogWriter(folder, run, clock, rotate_bytes=rotate_bytes, min_free_bytes=0)
    for count, (wrapped, message) in enumerate(entries):
        if count % per_flush == 0:
            clock.sleep_until(clock.now().monotonic_ns + 1_000_000_000)
            writer.tend()
        assert writer.write(wrapped, message)
    if close:
        writer.close()
    else:
        writer.sync()
    assert writer.problem is None
    assert writer.dropped == 0
    return sorted(folder.glob("*.mcap"))


def identities(path: Path) -> list[tuple[str, str, int, int, Message]]:
    """Read a log as a list that tells any two messages apart."""
    return [identity(logged.envelope, logged.message) for logged in LogReader(path)]


def identity(wrapped: Envelope, message: Message) -> tuple[str, str, int, int, Message]:
    return wrapped.topic, wrapped.key, wrapped.incarnation, wrapped.sequence, message


class Disk:
    """A disk that can be full or broken; hands out files that fail as it does.

    Attributes:
        room_bytes: What may still be written; None is plenty.
        broken: An errno with which every write fails.
        synced: Size of each file at its last sync: what a power cut would leave.
        tried_ns: When a new file was asked for.
    """

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self.tried_ns: list[int] = []
        self.room_bytes: int | None = None
        self.broken = 0
        self.refuse_new = False
        self.syncs = 0
        self.synced: dict[Path, int] = {}

    def open(self, path: Path) -> "FailingFile":
        self.tried_ns.append(self._clock.now().monotonic_ns)
        if self.refuse_new:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return FailingFile(self, path)


class FailingFile:
    """A real file in front of which stands a `Disk`: a full one takes what still fits, as real disks do."""

    def __init__(self, disk: Disk, path: Path) -> None:
        self._disk = disk
        self._path = path
        self._file = DiskFile(path)

    def write(self, data: bytes) -> None:
        if self._disk.broken:
            raise OSError(self._disk.broken, os.strerror(self._disk.broken))
        room = self._disk.room_bytes
        if room is not None and room < len(data):
            self._file.write(data[:room])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if room is not None:
            self._disk.room_bytes = room - len(data)
        self._file.write(data)

    def truncate(self, size: int) -> None:
        self._file.truncate(size)

    def sync(self) -> None:
        if self._disk.broken:
            raise OSError(self._disk.broken, os.strerror(self._disk.broken))
        self._file.sync()
        self._disk.syncs += 1
        self._disk.synced[self._path] = self._path.stat().st_size

    def close(self) -> None:
        self._file.close()
