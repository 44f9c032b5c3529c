"""Tiers: minimum, maximum, mean and count per minute, hour and day, so that a plot of a year reads no raw chunk.

Rows are packed in blocks, sealed like chunks where the signal is personal. Whoever writes a chunk marks its minute,
hour and day as dirty in the same transaction; a roll-up recomputes a dirty row from the tier below and removes the
mark. So nothing is counted twice, whatever arrives late and whenever the power fails; and a reader computes the few
rows that are still dirty for itself.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.history._chunks import ReadProblems, read_chunks
from sumika.history._codec import CodecError, Integers, Samples, decode_columns, encode_columns
from sumika.history._keys import KeyMissingError, KeyRing
from sumika.history._layout import DAY_MS, MINUTE_MS, DamagedError, Series, runs, unwrap, wrap

Column = NDArray[Any]


class Rows(NamedTuple):
    """Rows of a tier, ascending by bucket. `total` is the sum, so that means stay exact.

    In whole resolution steps as they are kept; in floating point once a reader has scaled them to their unit.
    """

    bucket: Integers
    minimum: Column
    maximum: Column
    total: Column
    samples: Integers


class TierKind(msgspec.Struct, frozen=True):
    """One tier.

    Attributes:
        name: For people.
        bucket_ms: How long one row is.
        factor: How many rows of the tier below make one of this; 0 for the lowest.
        block: How many rows are packed together: few enough to rewrite often, many enough to read a year fast.
    """

    name: str
    bucket_ms: int
    factor: int
    block: int


MINUTE, HOUR, DAY = 1, 2, 3
TIERS: Mapping[int, TierKind] = {
    MINUTE: TierKind("1 min", MINUTE_MS, 0, 240),
    HOUR: TierKind("1 h", 60 * MINUTE_MS, 60, 720),
    DAY: TierKind("1 day", DAY_MS, 24, 366),
}

NO_ROWS = Rows(*(np.empty(0, np.int64) for _ in range(5)))


def aggregate(buckets: Integers, steps: Integers) -> Rows:
    """Reduce values to one row per bucket, in any order."""
    if not len(buckets):
        return NO_ROWS
    if np.any(buckets[1:] < buckets[:-1]):
        order = np.argsort(buckets, kind="stable")
        buckets, steps = buckets[order], steps[order]
    starts = _starts(buckets)
    return Rows(
        buckets[starts],
        np.minimum.reduceat(steps, starts),
        np.maximum.reduceat(steps, starts),
        np.add.reduceat(steps, starts),
        np.diff(starts, append=len(steps)).astype(np.int64),
    )


def aggregate_minutes(minutes: Mapping[int, Sequence[Samples]]) -> Rows:
    """Reduce the samples of minutes to a row each; no row where every value is missing."""
    pieces = [(minute, each.steps[each.present]) for minute, samples in minutes.items() for each in samples]
    if not pieces:
        return NO_ROWS
    lengths = [len(steps) for _, steps in pieces]
    buckets = np.repeat(np.array([minute for minute, _ in pieces], np.int64), lengths)
    return aggregate(buckets, np.concatenate([steps for _, steps in pieces]))


def _starts(buckets: Integers) -> NDArray[np.intp]:
    return np.flatnonzero(np.concatenate((np.array([True]), buckets[1:] != buckets[:-1])))


def merge(rows: Rows, factor: int) -> Rows:
    """Reduce rows to buckets that are `factor` times as long; equal buckets become one."""
    if not len(rows.bucket):
        return rows
    buckets = rows.bucket // factor
    starts = _starts(buckets)
    return Rows(
        buckets[starts],
        np.minimum.reduceat(rows.minimum, starts),
        np.maximum.reduceat(rows.maximum, starts),
        np.add.reduceat(rows.total, starts),
        np.add.reduceat(rows.samples, starts),
    )


def join(parts: Iterable[Rows]) -> Rows:
    """Put rows of any order together, sorted; equal buckets become one."""
    filled = [part for part in parts if len(part.bucket)]
    if len(filled) < 2:
        return filled[0] if filled else NO_ROWS
    columns = [np.concatenate(column) for column in zip(*filled, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    return merge(Rows(*(column[order] for column in columns)), 1)


def _without(rows: Rows, buckets: Iterable[int]) -> Rows:
    kept = ~np.isin(rows.bucket, np.fromiter(buckets, np.int64))
    return Rows(*(column[kept] for column in rows))


def _within(rows: Rows, first: int, last: int) -> Rows:
    begin, end = np.searchsorted(rows.bucket, (first, last + 1))
    return Rows(*(column[begin:end] for column in rows))


class TierTable:
    """The tiers in one database; what cannot be read is noted in `problems`."""

    def __init__(self, connection: sqlite3.Connection, keys: KeyRing, problems: ReadProblems) -> None:
        self._connection = connection
        self._keys = keys
        self._problems = problems

    def read(self, series: Series, tier: int, first: int, last: int) -> Rows:
        """Return the rows of buckets `first`..`last` as they are now, dirty ones computed from the tier below."""
        dirty = {
            row[0]
            for row in self._connection.execute(
                "SELECT bucket FROM dirty WHERE series=? AND tier=? AND bucket BETWEEN ? AND ?",
                (series.id, tier, first, last),
            )
        }
        stored = self._stored(series, tier, first, last)
        if not dirty:
            return stored
        fresh, unknown = self.recompute(series, tier, dirty)
        return join((_without(stored, dirty - unknown), fresh))

    def _stored(self, series: Series, tier: int, first: int, last: int) -> Rows:
        size = TIERS[tier].block
        found = self._connection.execute(
            "SELECT block, crc, payload FROM tier WHERE series=? AND tier=? AND block BETWEEN ? AND ? ORDER BY block",
            (series.id, tier, first // size, last // size),
        ).fetchall()
        blocks = [self._decode(series, tier, *row) for row in found]
        # Blocks follow each other and do not overlap, so there is nothing to sort.
        blocks = [block for block in blocks if len(block.bucket)]
        if not blocks:
            return NO_ROWS
        rows = blocks[0] if len(blocks) == 1 else Rows(*map(np.concatenate, zip(*blocks, strict=True)))
        return _within(rows, first, last)

    def _decode(self, series: Series, tier: int, block: int, crc: int, payload: bytes) -> Rows:
        try:
            plain = unwrap(self._keys, series, series.tier_place(tier, block), crc, payload)
            slots, minimum, height, total, count = decode_columns(plain, 5)
        except KeyMissingError:
            self._problems.unreadable += 1
            return NO_ROWS
        except (DamagedError, CodecError) as error:
            where = f"{TIERS[tier].name} rows of {series.signal} in {series.room}, block {block}"
            self._problems.damaged.append(f"{where}: {error}")
            return NO_ROWS
        return Rows(slots + block * TIERS[tier].block, minimum, minimum + height, total, count)

    def recompute(self, series: Series, tier: int, buckets: Iterable[int]) -> tuple[Rows, set[int]]:
        """Compute rows from the tier below (from raw chunks for the lowest).

        Returns:
            The rows, and the buckets of which something below cannot be read: their old rows know more.
        """
        if tier == MINUTE:
            return self._from_chunks(series, buckets)
        factor = TIERS[tier].factor
        parts = [
            merge(self.read(series, tier - 1, first * factor, last * factor + factor - 1), factor)
            for first, last in runs(buckets)
        ]
        return join(parts), set()

    def _from_chunks(self, series: Series, minutes: Iterable[int]) -> tuple[Rows, set[int]]:
        found: dict[int, list[Samples]] = {}
        unknown: set[int] = set()
        for span in runs(minutes):
            for chunk in read_chunks(self._connection, self._keys, series, span, self._problems):
                if chunk.samples is None:
                    unknown.add(chunk.minute)
                else:
                    found.setdefault(chunk.minute, []).append(chunk.samples)
        for minute in unknown:
            found.pop(minute, None)
        return aggregate_minutes(found), unknown

    def write(self, series: Series, tier: int, buckets: set[int], rows: Rows) -> None:
        """Replace the rows of `buckets` by `rows` (none of a bucket removes it) and take their marks away."""
        size = TIERS[tier].block
        by_block: dict[int, list[int]] = {}
        for bucket in buckets:
            by_block.setdefault(bucket // size, []).append(bucket)
        for block, changed in by_block.items():
            first = block * size
            known_problems = len(self._problems.damaged)
            old = self._stored(series, tier, first, first + size - 1)
            if len(self._problems.damaged) > known_problems:  # Begin the block anew from what lies below.
                self.mark(series.id, tier, range(first, first + size))
            new = join((_without(old, changed), _within(rows, first, first + size - 1)))
            self._write_block(series, tier, block, new)
        self.unmark(series.id, tier, buckets)

    def unmark(self, series_id: int, tier: int, buckets: Iterable[int]) -> None:
        """Take marks away."""
        self._connection.executemany(
            "DELETE FROM dirty WHERE series=? AND tier=? AND bucket=?",
            [(series_id, tier, bucket) for bucket in buckets],
        )

    def mark(self, series_id: int, tier: int, buckets: Iterable[int]) -> None:
        """Mark rows as to be recomputed."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO dirty(series, tier, bucket) VALUES(?,?,?)",
            [(series_id, tier, bucket) for bucket in buckets],
        )

    def _write_block(self, series: Series, tier: int, block: int, rows: Rows) -> None:
        slots = rows.bucket - block * TIERS[tier].block
        plain = encode_columns((slots, rows.minimum, rows.maximum - rows.minimum, rows.total, rows.samples))
        crc, payload = wrap(self._keys, series, series.tier_place(tier, block), plain)
        self._connection.execute(
            "INSERT INTO tier(series, tier, block, crc, payload) VALUES(?,?,?,?,?)"
            " ON CONFLICT(series, tier, block) DO UPDATE SET crc=excluded.crc, payload=excluded.payload",
            (series.id, tier, block, crc, payload),
        )
