"""Events, commands, verdicts, alarms, wishes, config changes: few, and none may be lost. A small database of their own.

Every write is on the disk before it is acknowledged. What the disk does not take waits in memory and is tried again
with the next write; the loop that records is never stopped by it.
"""

import math
import os
import sqlite3
import zlib
from collections import deque
from pathlib import Path
from typing import Self, TypeVar

import msgspec

from sumika.clock import Clock
from sumika.history._database import (
    DatabaseProblem,
    Layout,
    Transaction,
    check_readable,
    connect,
    is_corrupt,
    lock,
    make_folder,
    open_database,
    set_aside,
)
from sumika.history._repeated import same_alarm, same_wish
from sumika.history._reports import Reports
from sumika.schema import (
    AlarmState,
    ComfortWish,
    Command,
    ConfigChange,
    Event,
    Message,
    Severity,
    SumikaError,
    Verdict,
)

FILE_NAME = "records.sqlite3"
_WAITING_LIMIT = 10_000
_BEGINNING, _END = -(2**63), 2**63 - 1
_NO_NUMBERS = (None, "nan", "inf", "-inf")
"""What stands for a number that is none; nothing at all in files that an earlier release wrote."""

Record = Event | Command | Verdict | ConfigChange | AlarmState | ComfortWish
_R = TypeVar("_R", Event, Command, Verdict, ConfigChange, AlarmState, ComfortWish)

LAYOUT = Layout(
    application_id=0x53756D72,  # "Sumr"
    version=1,
    create="""
CREATE TABLE record(
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, severity TEXT NOT NULL, wall_ns INTEGER NOT NULL,
    crc INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX record_time ON record(kind, wall_ns)
""",
)

_KIND: dict[type[Message], str] = {
    Event: "event",
    Command: "command",
    Verdict: "verdict",
    ConfigChange: "config_change",
    AlarmState: "alarm",
    ComfortWish: "comfort_wish",
}
_SUBJECT: dict[type[Message], str] = {
    Event: "subject",
    Command: "device",
    Verdict: "device",
    ConfigChange: "file",
    AlarmState: "id",
    ComfortWish: "room",
}

_QUERY = (
    "SELECT id, crc, body FROM record WHERE kind = :kind AND wall_ns >= :start AND wall_ns < :end"
    " AND (:subject IS NULL OR subject = :subject) AND (:severity IS NULL OR severity = :severity)"
    " ORDER BY wall_ns DESC, id DESC LIMIT :limit"
)


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    start: int | None = None
    end: int | None = None
    subject: str | None = None
    severity: str | None = None
    limit: int = 1000


def _select(connection: sqlite3.Connection, kind: type[_R], asked: _Asked) -> tuple[list[_R], list[str]]:
    """Return decoded messages, newest first, and a line on each that could not be decoded."""
    start = _BEGINNING if asked.start is None else asked.start
    end = _END if asked.end is None else asked.end
    found: list[_R] = []
    damaged: list[str] = []
    arguments = {**msgspec.structs.asdict(asked), "kind": _KIND[kind], "start": start, "end": end}
    for number, crc, body in connection.execute(_QUERY, arguments):
        try:
            if not isinstance(body, bytes) or zlib.crc32(body) != crc:
                damaged.append(f"record {number}: checksum does not fit")
                continue
            found.append(_decoded(body, kind))
        except msgspec.DecodeError as error:
            damaged.append(f"record {number}: {error}")
    return found, damaged


class _Queries:
    """What can be asked of the records; the classes below know how to reach the file."""

    def _ask(self, kind: type[_R], asked: _Asked) -> list[_R]:
        raise NotImplementedError

    def events(
        self,
        start_ns: int | None = None,
        end_ns: int | None = None,
        *,
        subject: str | None = None,
        severity: Severity | None = None,
        limit: int = 1000,
    ) -> list[Event]:
        """Return events, newest first.

        Args:
            start_ns: Unix time, included.
            end_ns: Not included.
            subject: Only about this node, radar or room.
            severity: Only these.
            limit: At most so many.
        """
        level = severity.value if severity else None
        asked = _Asked(start=start_ns, end=end_ns, subject=subject, severity=level, limit=limit)
        return self._ask(Event, asked)

    def commands(
        self, start_ns: int | None = None, end_ns: int | None = None, *, device: str | None = None, limit: int = 1000
    ) -> list[Command]:
        """Return commands, newest first; arguments as for `events`."""
        return self._ask(Command, _Asked(start=start_ns, end=end_ns, subject=device, limit=limit))

    def verdicts(
        self, start_ns: int | None = None, end_ns: int | None = None, *, device: str | None = None, limit: int = 1000
    ) -> list[Verdict]:
        """Return what the safety gate said, newest first; arguments as for `events`."""
        return self._ask(Verdict, _Asked(start=start_ns, end=end_ns, subject=device, limit=limit))

    def config_changes(
        self, start_ns: int | None = None, end_ns: int | None = None, *, file: str | None = None, limit: int = 1000
    ) -> list[ConfigChange]:
        """Return config changes, newest first; arguments as for `events`."""
        return self._ask(ConfigChange, _Asked(start=start_ns, end=end_ns, subject=file, limit=limit))

    def alarms(
        self, start_ns: int | None = None, end_ns: int | None = None, *, alarm: str | None = None, limit: int = 1000
    ) -> list[AlarmState]:
        """Return what alarms became, change by change, newest first; arguments as for `events`."""
        return self._ask(AlarmState, _Asked(start=start_ns, end=end_ns, subject=alarm, limit=limit))

    def comfort_wishes(
        self, start_ns: int | None = None, end_ns: int | None = None, *, room: str | None = None, limit: int = 1000
    ) -> list[ComfortWish]:
        """Return what was wished of rooms, change by change, newest first; arguments as for `events`."""
        return self._ask(ComfortWish, _Asked(start=start_ns, end=end_ns, subject=room, limit=limit))

    def of(
        self,
        kind: type[_R],
        start_ns: int | None = None,
        end_ns: int | None = None,
        *,
        subject: str | None = None,
        limit: int = 1000,
    ) -> list[_R]:
        """Return records of any kind, newest first; other arguments as for `events`."""
        return self._ask(kind, _Asked(start=start_ns, end=end_ns, subject=subject, limit=limit))

    def config_at(self, wall_ns: int, file: str | None = None) -> ConfigChange | None:
        """Return the config that was in force at a time; None if none was recorded before."""
        found = self.config_changes(end_ns=wall_ns + 1, file=file, limit=1)
        return found[0] if found else None


class RecordsReader(_Queries):
    """Reads the records that another process writes. One per thread.

    Attributes:
        problems: What the last question could not read, one line each.
    """

    def __init__(self, folder: Path) -> None:
        """Read the records in `folder`, which may not be there yet."""
        self._path = folder / FILE_NAME
        self.problems: tuple[str, ...] = ()

    def _ask(self, kind: type[_R], asked: _Asked) -> list[_R]:
        self.problems = ()
        if not self._path.exists():
            return []
        connection: sqlite3.Connection | None = None
        try:
            connection = connect(self._path, read_only=True)
            check_readable(connection, self._path, LAYOUT)
            found, damaged = _select(connection, kind, asked)
        except DatabaseProblem as error:
            self.problems = (f"{self._path}: {error}",)
            return []
        finally:
            if connection is not None:
                connection.close()
        self.problems = tuple(damaged)
        return found


class Records(_Queries):
    """Writes the records, and reads them. One per folder, in one thread of one process.

    Attributes:
        problem: Why nothing can be written at the moment; None while all is well.
        dropped: Records that found no room while the disk took nothing.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Open the records in `folder`; make them where there are none, set a corrupt file aside.

        Raises:
            SumikaError: if another process writes them, or a newer version wrote them.
            UsageError: if the folder is not ours.
        """
        self._path = folder / FILE_NAME
        self._clock = clock
        self._reports = Reports(clock, "records")
        self._waiting: deque[Record] = deque()
        self._config_hash: dict[str, str] = {}
        self._alarm: dict[str, AlarmState] = {}
        self._wish: dict[str, ComfortWish] = {}
        self.problem: str | None = None
        self.dropped = 0
        make_folder(folder)
        self._lock = lock(folder / "records.lock", "the file of records")
        try:
            self._open()
        except BaseException:
            os.close(self._lock)
            raise

    def _open(self) -> None:
        self._connection, aside = open_database(self._path, LAYOUT, self._clock.now().wall_ns)
        if aside is not None:
            self._tell_aside(aside)

    def _tell_aside(self, aside: Path) -> None:
        self._reports.add("records_corrupt", Severity.WARNING, f"set aside as {aside}; a new file was started")

    def record_event(self, event: Event) -> bool:
        """Record an event; see `record`."""
        return self.record((event,))

    def record_command(self, command: Command) -> bool:
        """Record a command; see `record`."""
        return self.record((command,))

    def record_config_change(self, change: ConfigChange) -> bool:
        """Record a config, unless the last one of that file had the same hash; see `record`."""
        if self._last_hash(change.file) == change.hash:
            return True
        self._config_hash[change.file] = change.hash
        return self.record((change,))

    def record_alarm(self, state: AlarmState) -> bool:
        """Record how an alarm stands, unless nothing of it has changed; see `record`."""
        last = self._alarm.pop(state.id, None) or next(iter(self.alarms(alarm=state.id, limit=1)), None)
        if state.is_open:  # What is over is not kept in memory.
            self._alarm[state.id] = state
        return True if last is not None and same_alarm(last, state) else self.record((state,))

    def record_comfort_wish(self, wish: ComfortWish) -> bool:
        """Record what is wished of a room, unless nothing of it has changed; see `record`."""
        last = self._wish.get(wish.room) or next(iter(self.comfort_wishes(room=wish.room, limit=1)), None)
        if last is not None and same_wish(last, wish):
            return True
        self._wish[wish.room] = wish
        return self.record((wish,))

    def _last_hash(self, file: str) -> str | None:
        if file not in self._config_hash:
            last = self.config_changes(file=file, limit=1)
            if last:
                self._config_hash[file] = last[0].hash
        return self._config_hash.get(file)

    def record(self, records: tuple[Record, ...] = ()) -> bool:
        """Write records, and first whatever still waits, in one commit. Never raises.

        Returns:
            Whether all of them are acknowledged: on the disk, to survive a power cut. If not, they wait and are tried
            again with the next call; `problem` says why, and it was reported once.
        """
        for each in records:
            if len(self._waiting) >= _WAITING_LIMIT:
                self._waiting.popleft()
                self.dropped += 1
            self._waiting.append(each)
        if not self._waiting:
            return True
        for attempt in ("first", "after setting aside"):
            try:
                self._write()
            except (*DatabaseProblem, OSError) as error:
                if attempt == "first" and is_corrupt(error) and self._anew():
                    continue
                self._failed(error)
                return False
            break
        self._waiting.clear()
        self._recovered()
        return True

    def _write(self) -> None:
        with Transaction(self._connection):
            for each in self._waiting:
                body = _encoded(each)
                severity = each.severity.value if isinstance(each, Event) else ""
                self._connection.execute(
                    "INSERT INTO record(kind, subject, severity, wall_ns, crc, body) VALUES(?,?,?,?,?,?)",
                    (_KIND[type(each)], _subject(each), severity, each.stamp.wall_ns, zlib.crc32(body), body),
                )

    def _anew(self) -> bool:
        self._connection.close()
        try:
            self._tell_aside(set_aside(self._path, self._clock.now().wall_ns))
            self._open()
        except (*DatabaseProblem, OSError, SumikaError) as error:
            self._failed(error)
            return False
        return True

    def _failed(self, error: Exception) -> None:
        if self.problem is None:
            detail = f"{self._path}: {error}; {len(self._waiting)} records wait for it"
            self._reports.add("records_not_written", Severity.ALARM, detail)
        self.problem = str(error)

    def _recovered(self) -> None:
        if self.problem is not None:
            self.problem = None
            lost = f"; {self.dropped} found no room" if self.dropped else ""
            self._reports.add("records_not_written", Severity.INFO, f"written again{lost}", recovered=True)

    @property
    def waiting(self) -> int:
        """Records that the disk has not taken yet."""
        return len(self._waiting)

    def _ask(self, kind: type[_R], asked: _Asked) -> list[_R]:
        try:
            found, damaged = _select(self._connection, kind, asked)
        except DatabaseProblem as error:
            found, damaged = [], [str(error)]
        for line in damaged:
            self._reports.once("records_damaged", Severity.WARNING, line)
        return found

    def take_events(self) -> list[Event]:
        """Return what was to report since the last call, each fault once and its recovery once."""
        return self._reports.take()

    def close(self) -> None:
        """Write what waits and close the file."""
        if self._lock < 0:
            return
        try:
            self.record()
            self._connection.close()
        finally:
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> Self:
        """Return itself; closed at the end of the block."""
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """Close."""
        self.close()


def _subject(record: Record) -> str:
    subject: str = getattr(record, _SUBJECT[type(record)])
    return subject


def _encoded(record: Record) -> bytes:
    """Return a record as JSON. JSON has no NaN and no infinity: a command for one is kept with its word instead."""
    if isinstance(record, Command) and not math.isfinite(record.value):
        return msgspec.json.encode({**msgspec.to_builtins(record), "value": str(record.value)})
    return msgspec.json.encode(record)


def _decoded(body: bytes, kind: type[_R]) -> _R:
    """Return a record.

    Raises:
        msgspec.DecodeError: if it is none of its kind.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError:
        told = msgspec.json.decode(body)
        if kind is not Command or not isinstance(told, dict) or told.get("value") not in _NO_NUMBERS:
            raise
        return msgspec.convert({**told, "value": float(told["value"] or "nan")}, kind)
