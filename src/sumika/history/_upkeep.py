"""What keeps years of history in order: the scrub of checksums, the archive, and what is thrown away and when."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec

import sumika.history._archive as _archive
from sumika.history._chunks import ReadProblems, read_chunks
from sumika.history._database import Transaction
from sumika.history._keys import KeyRing
from sumika.history._layout import DAY_MS, MINUTE_MS, DamagedError, Series, find_series, unwrap
from sumika.history._lost_keys import nights_missed
from sumika.history._tiers import TIERS
from sumika.history._trust import believed_ms
from sumika.history._writer import ChunkWriter

RAW_DAYS = 30
ARCHIVE_DAYS = 365
TIER_DAYS = 3653
"""Ten years."""

_MINUTES_PER_DAY = DAY_MS // MINUTE_MS
_SLICE = 64
_DELETE_SLICE = 2000
_SESSIONS_SLICE = 4000


class ScrubReport(msgspec.Struct, frozen=True, kw_only=True):
    """What one slice of the scrub found.

    Attributes:
        checked: Chunks and blocks whose checksum was computed.
        damaged: Those whose bytes are not what was written, one line each.
        finished: Whether this slice reached the end; the next one begins again.
    """

    checked: int
    damaged: tuple[str, ...]
    finished: bool


class NightlyReport(msgspec.Struct, frozen=True, kw_only=True):
    """What one call of the nightly job did.

    Attributes:
        archived_days: Days of one series each that are Parquet now.
        removed_days: Days past their year: archived ones, and those of one series each whose key was gone for a year.
        removed_blocks: Blocks of tier rows past their ten years.
        forgotten_rows: Rows removed of residents who were forgotten.
        waiting_days: Days of one series each that should be archived and are not.
        problems: Why not, one line each.
        done: False where the time was up; the next call goes on.
        doubted: Whether the clock has leapt ahead, and ages were counted from the night before.
    """

    archived_days: int = 0
    removed_days: int = 0
    removed_blocks: int = 0
    forgotten_rows: int = 0
    waiting_days: int = 0
    problems: tuple[str, ...] = ()
    done: bool = True
    doubted: bool = False


_CHUNKS = (
    "SELECT chunk.id, series, minute, part, coalesce(session.name, ''), crc, payload FROM chunk"
    " LEFT JOIN session ON session.id = chunk.session WHERE chunk.id > ? ORDER BY chunk.id LIMIT ?"
)
_BLOCKS = "SELECT id, series, tier, block, '', crc, payload FROM tier WHERE id > ? ORDER BY id LIMIT ?"

_DELETE_SERIES = (
    "DELETE FROM tier WHERE series=?",
    "DELETE FROM dirty WHERE series=?",
    "DELETE FROM archive WHERE series=?",
    "DELETE FROM series WHERE id=?",
)


class Scrub:
    """Walks over all checksums, a slice at a time; where it was survives a restart."""

    def __init__(self, connection: sqlite3.Connection, keys: KeyRing) -> None:
        self._connection = connection
        self._keys = keys
        progress = dict(connection.execute("SELECT name, value FROM progress"))
        self._table = progress.get("scrub_table", 0) % 2
        self._at = progress.get("scrub_at", 0)

    def run(self, in_time: Callable[[], bool]) -> ScrubReport:
        """Check slices while there is time, at least one, and at most once around."""
        checked = 0
        damaged: list[str] = []
        series = {each.id: each for each in find_series(self._connection)}
        finished = False
        while not finished:
            rows = self._connection.execute((_CHUNKS, _BLOCKS)[self._table], (self._at, _SLICE)).fetchall()
            for row in rows:
                checked += 1
                if row[1] in series:
                    damaged += self._check(series[row[1]], row)
            if rows:
                self._at = rows[-1][0]
            else:
                finished = self._table == 1
                self._table, self._at = 1 - self._table, 0
            if not in_time():
                break
        self._connection.executemany(
            "INSERT INTO progress VALUES(?,?) ON CONFLICT(name) DO UPDATE SET value=excluded.value",
            [("scrub_table", self._table), ("scrub_at", self._at)],
        )
        return ScrubReport(checked=checked, damaged=tuple(damaged), finished=finished)

    def _check(self, series: Series, row: tuple[int, int, int, int, str, int, bytes]) -> list[str]:
        _, _, first, second, session, crc, payload = row
        if self._table == 0:
            place = series.chunk_place(first, second, session)
            where = f"chunk of {series.signal} in {series.room}, minute {first}.{second}"
        else:
            place = series.tier_place(first, second)
            where = f"tier {first} of {series.signal} in {series.room}, block {second}"
        try:
            # Without its key: whether a chunk is damaged is nobody's secret.
            unwrap(self._keys, msgspec.structs.replace(series, key_id=b""), place, crc, payload)
        except DamagedError as error:
            return [f"{where}: {error}"]
        return []


class _SessionSweep:
    """Removes sessions that no chunk belongs to any more.

    Which these are only a look at all chunks tells, and a month of them takes seconds to read: so it is done in slices,
    and goes on in the next call.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.begin_again()

    def begin_again(self) -> None:
        """Look at all chunks anew: where some went, a new one may take the number of one that was looked at."""
        self._at = -1
        self._used: set[int] = set()

    def run(self, in_time: Callable[[], bool]) -> bool:
        """Look on, at least at one slice; remove and return True when all chunks were looked at."""
        while rows := self._connection.execute(
            "SELECT id, session FROM chunk WHERE id > ? ORDER BY id LIMIT ?", (self._at, _SESSIONS_SLICE)
        ).fetchall():
            self._at = rows[-1][0]
            self._used.update(session for _, session in rows)
            if not in_time() and len(rows) == _SESSIONS_SLICE:
                return False
        known = self._connection.execute("SELECT id FROM session").fetchall()
        with Transaction(self._connection):
            self._connection.executemany(
                "DELETE FROM session WHERE id=?", [one for one in known if one[0] not in self._used]
            )
        self.begin_again()
        return True


class Nightly:
    """The job of the night. Each step is a transaction of its own, so it may be cut off anywhere."""

    def __init__(self, connection: sqlite3.Connection, keys: KeyRing, folder: Path, writer: ChunkWriter) -> None:
        self._connection = connection
        self._keys = keys
        self._folder = folder
        self._writer = writer
        self._sessions = _SessionSweep(connection)

    def run(self, now_ms: int, in_time: Callable[[], bool]) -> NightlyReport:
        """Archive, throw away, tidy up; stop after the step in which the time is over."""
        wall_ms, now_ms = now_ms, believed_ms(self._connection, now_ms)
        archived, waiting, problems = self._archive_days(now_ms // DAY_MS - RAW_DAYS, in_time)
        lost_days = self._remove_lost(now_ms // DAY_MS - ARCHIVE_DAYS, in_time)
        removed_days = self._remove_archived(now_ms // DAY_MS - ARCHIVE_DAYS)
        removed_blocks = self._remove_tiers(now_ms - TIER_DAYS * DAY_MS)
        forgotten_rows = self._remove_forgotten(in_time)
        went = archived or lost_days or forgotten_rows
        if went:
            self._sessions.begin_again()
        done = (in_time() or not went) and self._sessions.run(in_time)
        if done:
            self._writer.reset()
        return NightlyReport(
            archived_days=archived,
            removed_days=removed_days + lost_days,
            removed_blocks=removed_blocks,
            forgotten_rows=forgotten_rows,
            waiting_days=waiting,
            problems=tuple(problems),
            done=done,
            doubted=now_ms != wall_ms,
        )

    def _archive_days(self, before_day: int, in_time: Callable[[], bool]) -> tuple[int, int, list[str]]:
        due: list[tuple[int, Series]] = []
        lost_days, lost_signals = 0, set[tuple[str, str]]()
        for series in find_series(self._connection):
            days = self._days(series, before_day)
            if self._is_lost(series):
                lost_days += len(days)
                lost_signals |= {(series.room, series.signal)} if days else set()
            else:
                due += [(day, series) for day in days]
        lines = []
        if lost_signals:
            # Always in the same words, whatever night: it is told once.
            lines.append(
                f"the key of {len(lost_signals)} signals is gone: what is older than 30 days of them is not archived, "
                "and goes after a year without the key"
            )
        if due and not _archive.available():
            hint = "raw data older than 30 days stays in the database: pip install 'sumika[parquet]' to archive it"
            return 0, len(due) + lost_days, [hint, *lines]
        archived = 0
        problems = ReadProblems()
        for day, series in sorted(due, key=lambda one: (one[0], one[1].id)):
            archived += self._archive_day(series, day, problems)
            if not in_time():
                break
        return archived, len(due) + lost_days - archived, [*problems.damaged, *lines]

    def _is_lost(self, series: Series) -> bool:
        return bool(series.key_id) and not self._keys.has(series.key_id)

    def _days(self, series: Series, before_day: int) -> list[int]:
        """Return the days before a day of which chunks of a series are here; a look into the index for each."""
        days: list[int] = []
        query = "SELECT min(minute) FROM chunk WHERE series=? AND minute >= ? AND minute < ?"
        first, end = -(2**62), before_day * _MINUTES_PER_DAY
        while (minute := self._connection.execute(query, (series.id, first, end)).fetchone()[0]) is not None:
            days.append(minute // _MINUTES_PER_DAY)
            first = (days[-1] + 1) * _MINUTES_PER_DAY
        return days

    def _remove_lost(self, before_day: int, in_time: Callable[[], bool]) -> int:
        """Remove the chunks, a day at a time, that lie under a key that has not come back in a year of nights."""
        removed = 0
        lost = [series for series in find_series(self._connection) if self._is_lost(series)]
        missed = nights_missed(self._connection, {series.key_id for series in lost}, before_day)
        for series in (each for each in lost if missed[each.key_id] >= ARCHIVE_DAYS):
            for day in self._days(series, before_day):
                self._remove_day(series, day)
                removed += 1
                if not in_time():
                    return removed
        return removed

    def _remove_day(self, series: Series, day: int) -> None:
        minutes = (day * _MINUTES_PER_DAY, (day + 1) * _MINUTES_PER_DAY - 1)
        self._connection.execute("DELETE FROM chunk WHERE series=? AND minute BETWEEN ? AND ?", (series.id, *minutes))

    def _archive_day(self, series: Series, day: int, problems: ReadProblems) -> int:
        """Move one day of one series into its file; tell whether that was done."""
        minutes = (day * _MINUTES_PER_DAY, (day + 1) * _MINUTES_PER_DAY - 1)
        unreadable = problems.unreadable
        chunks = list(read_chunks(self._connection, self._keys, series, minutes, problems))
        if problems.unreadable > unreadable:
            return 0
        readable = [chunk for chunk in chunks if chunk.samples is not None]
        with Transaction(self._connection):
            # Its tier rows can be computed only as long as its chunks are here.
            self._writer.roll_up(everything=True)
            if readable:
                path = _archive.write_day(self._folder, self._keys, series, day, readable)
                samples = sum(len(chunk.samples.stamps_ms) for chunk in readable if chunk.samples)
                self._connection.execute(
                    "INSERT OR REPLACE INTO archive VALUES(?,?,?,?)", (series.id, day, str(path), samples)
                )
            self._remove_day(series, day)
        self._writer.reset()
        return 1

    def _remove_archived(self, before_day: int) -> int:
        old = self._connection.execute(
            "SELECT series, day, path FROM archive WHERE day < ? AND path != ''", (before_day,)
        ).fetchall()
        for series_id, day, path in old:
            _archive.remove_day(self._folder, path)
            # The row stays, without a file: samples of that day must still be refused.
            self._connection.execute("UPDATE archive SET path='' WHERE series=? AND day=?", (series_id, day))
        return len(old)

    def _remove_tiers(self, before_ms: int) -> int:
        removed = 0
        for tier, kind in TIERS.items():
            first_kept = before_ms // (kind.bucket_ms * kind.block)
            cursor = self._connection.execute("DELETE FROM tier WHERE tier=? AND block < ?", (tier, first_kept))
            removed += max(0, cursor.rowcount)
        return removed

    def _remove_forgotten(self, in_time: Callable[[], bool]) -> int:
        """Remove the rows of forgotten residents; they have been unreadable since their key was deleted."""
        removed = 0
        forgotten = [row[0] for row in self._connection.execute("SELECT id FROM series WHERE forgotten")]
        for series_id in forgotten:
            for (path,) in self._connection.execute("SELECT path FROM archive WHERE series=?", (series_id,)).fetchall():
                _archive.remove_day(self._folder, path)
            while True:
                deleted = self._connection.execute(
                    "DELETE FROM chunk WHERE id IN (SELECT id FROM chunk WHERE series=? LIMIT ?)",
                    (series_id, _DELETE_SLICE),
                ).rowcount
                removed += deleted
                if not in_time():
                    return removed
                if deleted < _DELETE_SLICE:
                    break
            with Transaction(self._connection):
                for statement in _DELETE_SERIES:
                    removed += self._connection.execute(statement, (series_id,)).rowcount
        return removed
