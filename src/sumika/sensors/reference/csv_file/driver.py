"""A table that another program recorded, played as if its sensor sat beside the radar."""

import csv
import gzip
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sumika.clock import Clock, Instant
from sumika.schema import Origin, ReferenceKind, SumikaError, UsageError
from sumika.sensors.base import POLL_S
from sumika.sensors.reference.base import Packet
from sumika.sensors.reference.columns import UNITS, Columns, Row
from sumika.units import seconds_to_ns

_PACKET_S = 0.25
_ENCODING = "utf-8-sig"
_LARGEST_BYTES = 512 * 2**20


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was read.

    Attributes:
        rows: Those that are whole, in order of time.
        damaged: How many were dropped.
        kinds: What is in it.
    """

    rows: tuple[Row, ...]
    damaged: int
    kinds: tuple[ReferenceKind, ...]


def read_table(
    path: Path, names: Mapping[ReferenceKind, str], time: str, time_scale_s: float, rate_hz: float | None
) -> Table:
    """Read a CSV file with a head line, compressed (.gz) or not.

    Args:
        path: The file.
        names: Which column holds what.
        time: Name of the time column; empty where there is none.
        time_scale_s: Seconds of one unit of the time.
        rate_hz: Rows per second, where there is no time.

    Raises:
        UsageError: if there is no such file or column.
        SumikaError: if it cannot be read, or holds nothing that can be used.
    """
    lines = csv.reader(io.StringIO(_text(path)), dialect="excel")
    head = [cell.strip() for cell in next(lines, [])]
    places = {_place(head, name, path): kind for kind, name in names.items()}
    columns = Columns(
        kinds=places,
        time=_place(head, time, path) if time else None,
        count=None,
        time_scale_s=time_scale_s,
        rate_hz=rate_hz,
    )
    rows: list[Row] = []
    damaged = 0
    for number, cells in enumerate(lines):
        try:
            row = columns.row(cells, number)
        except (ValueError, IndexError):
            damaged += 1
            continue
        if rows and rows[-1].time_s is not None and row.time_s is not None and row.time_s <= rows[-1].time_s:
            damaged += 1  # time that does not go on is no time
        else:
            rows.append(row)
    if not rows:
        raise SumikaError("it has no row that can be read", where=str(path), remedy="Look at its columns")
    return Table(tuple(rows), damaged, tuple(names))


class CsvFile:
    """Plays a table from the moment it is first asked."""

    def __init__(self, path: Path, table: Table, offset_s: float, clock: Clock) -> None:
        """Prepare to play.

        Args:
            path: Where the table came from.
            table: What to play.
            offset_s: How long after the start its time 0 is.
            clock: Says what is due.
        """
        self.device = path.name
        self.skin_contact: bool | None = None
        self.damaged = table.damaged
        self._table = table
        self._offset_s = offset_s
        self._clock = clock
        self._start: Instant | None = None
        self._next = 0

    @property
    def origin(self) -> Origin:
        """Always recorded."""
        return Origin.RECORDED

    @property
    def least_delay_s(self) -> float:
        """Nothing: where a row belongs has been said."""
        return 0.0

    def next_packets(self) -> tuple[Packet, ...]:
        """Return the rows that are due, one packet of each kind.

        Raises:
            EOFError: after the last row.
        """
        if self._start is None:
            self._start = self._clock.now()
        rows = self._table.rows
        if self._next >= len(rows):
            raise EOFError
        now = self._clock.now()
        first = self._next
        due_ns = self._due_ns(rows[first])
        if due_ns > now.monotonic_ns:
            self._clock.sleep_until(min(now.monotonic_ns + seconds_to_ns(POLL_S), due_ns))
            return ()
        while self._next < len(rows) and self._due_ns(rows[self._next]) <= due_ns + seconds_to_ns(_PACKET_S):
            self._next += 1
        return self._packets(rows[first : self._next], first == 0)

    def close(self) -> None:
        """End it."""
        self._next = len(self._table.rows)

    def _due_ns(self, row: Row) -> int:
        start_ns = self._start.monotonic_ns if self._start is not None else 0
        return start_ns + seconds_to_ns(self._offset_s + (row.time_s or 0.0))

    def _packets(self, rows: tuple[Row, ...], first: bool) -> tuple[Packet, ...]:
        packets = []
        if self._start is None:
            return ()
        for kind in self._table.kinds:
            there = [row for row in rows if kind in row.values]
            if there:
                last_s = there[-1].time_s or 0.0
                packets.append(
                    Packet(
                        kind=kind,
                        unit=UNITS[kind],
                        values=tuple(row.values[kind] for row in there),
                        device_time_s=tuple(row.time_s or 0.0 for row in there),
                        # A recording arrives when it is due, not when it is read: that is what it says of itself.
                        arrival=self._start.later(seconds_to_ns(self._offset_s + last_s)),
                        gap_before=first,
                    )
                )
        return tuple(packets)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise SumikaError("the table is larger than 512 MiB", where=str(path), remedy="Cut it into pieces")
        data = path.read_bytes()
        if path.suffix == ".gz":
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
                data = file.read(_LARGEST_BYTES)
        return data.decode(_ENCODING)
    except FileNotFoundError as error:
        raise UsageError("there is no such file", where=str(path), remedy="Check the path") from error
    except (OSError, EOFError) as error:
        raise SumikaError(f"it cannot be read: {error}", where=str(path), remedy="Check the file") from error
    except UnicodeDecodeError as error:
        raise SumikaError("it is no text", where=str(path), remedy="Give a CSV file in UTF-8") from error


def _place(head: list[str], name: str, path: Path) -> int:
    if name not in head:
        there = ", ".join(head[:20]) or "nothing"
        raise UsageError(f"it has no column '{name}'", where=str(path), remedy=f"Its first line has: {there}.")
    return head.index(name)
