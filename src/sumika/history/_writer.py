"""Turns waiting samples into chunks and tier rows: everything of one flush in one transaction."""

import sqlite3
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sumika.history._chunks import ReadProblems, chunk_row, write_chunks
from sumika.history._codec import LARGEST_CHUNK, Integers, Samples, quantise
from sumika.history._incoming import Batch, Incoming, Place
from sumika.history._keys import KeyRing, owners_of
from sumika.history._layout import DAY_MS, MINUTE_MS, Series, find_series, make_series, make_session
from sumika.history._tiers import MINUTE, TIERS, Rows, TierTable, aggregate_minutes, join
from sumika.schema import Signal


class _Tail:
    """A chunk that may still grow: the samples of one minute, session and series that arrived in this process."""

    def __init__(self, series: Series, place: tuple[int, int, int, str]) -> None:
        self.series = series
        self.place = place
        self.parts: list[Samples] = []
        self.count = 0

    def extend(self, samples: Samples) -> None:
        self.parts.append(samples)
        self.count += len(samples.stamps_ms)

    def samples(self) -> Samples:
        if len(self.parts) > 1:
            self.parts = [Samples(*map(np.concatenate, zip(*self.parts, strict=True)))]
        return self.parts[0]


_BEGINNING = -(2**63)

_Minute = tuple[int, int]
"""Id of a series and number of a minute since 1970."""


class ChunkWriter:
    """Writes batches. What it remembers only saves work: after a failure it forgets all and starts from the database.

    A chunk grows with each flush until its minute is over, so that the database holds one per minute and not one per
    flush, which packs better; "over" means that the series' newest sample lies in another minute.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        keys: KeyRing,
        signals: Mapping[str, Signal],
        residents: Mapping[str, tuple[str, ...]],
        problems: ReadProblems,
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._signals = signals
        self._residents = residents
        self.tiers = TierTable(connection, keys, problems)
        self._series: dict[Place, Series] = {}
        self._sessions: dict[str, int] = {}
        self._tails: dict[_Minute, dict[str, _Tail]] = {}
        self._parts: dict[_Minute, int] = {}
        self._newest: dict[int, int] = {}
        self._last: dict[int, int] = {}
        self._archived: set[tuple[int, int]] = set()
        self.reset()

    def reset(self) -> None:
        """Forget what is remembered; the database is the truth."""
        for remembered in (self._series, self._sessions, self._tails, self._parts, self._newest, self._last):
            remembered.clear()
        self._archived = set(self._connection.execute("SELECT series, day FROM archive"))

    def commit(self, batches: Sequence[Batch], incoming: Incoming, *, everything: bool = False) -> int:
        """Write batches and roll up what is over; when this returns, all of it is on the disk.

        Args:
            batches: What to write.
            incoming: Counts what is refused.
            everything: Roll up also what is not over yet.

        Returns:
            How many samples were written.

        Raises:
            sqlite3.Error, OSError: if nothing was written.
        """
        if any(series.key_id and not self._keys.has(series.key_id) for series in self._series.values()):
            self.reset()  # Another process forgot a resident: what comes now lies under a new key.
        refused: dict[str, int] = {}
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            touched: dict[int, _Tail] = {}
            written = sum(self._take(batch, touched, refused) for batch in batches)
            write_chunks(
                self._connection,
                [chunk_row(self._keys, each.series, each.place, each.samples()) for each in touched.values()],
            )
            self._mark({(tail.series.id, tail.place[0]) for tail in touched.values()})
            self.roll_up(everything=everything)
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self.reset()
            raise
        for reason, count in refused.items():
            incoming.refuse(reason, count)
        self._let_go()
        return written

    def _series_of(self, place: Place) -> Series:
        series = self._series.get(place)
        if series is None:
            signal = self._signals[place.signal]
            key_id = b""
            if signal.personal:
                key_id = self._keys.key_of(owners_of(self._residents.get(place.room, ()))).id
            wanted = Series(0, place.room, place.signal, place.origin, signal.unit, signal.resolution, key_id)
            series = self._series[place] = make_series(self._connection, wanted)
        return series

    def _take(self, batch: Batch, touched: dict[int, _Tail], refused: dict[str, int]) -> int:
        series = self._series_of(batch.place)
        session = self._sessions.get(batch.place.session)
        if session is None:
            session = make_session(self._connection, batch.place.session)
            self._sessions[batch.place.session] = session
        steps, present = quantise(batch.values, series.resolution)
        lost = int(np.count_nonzero(~present & np.isfinite(batch.values)))
        if lost:
            refused["out of range"] = refused.get("out of range", 0) + lost
        samples = self._unarchived(series, Samples(batch.stamps_ms, steps, present), refused)
        minutes = samples.stamps_ms // MINUTE_MS
        for begin, end in _stretches(minutes):
            self._append(
                series,
                (int(minutes[begin]), session, batch.place.session),
                samples.select(slice(begin, end)),
                touched,
            )
        if len(minutes):
            self._newest[series.id] = int(minutes[-1])
        return len(minutes)

    def _unarchived(self, series: Series, samples: Samples, refused: dict[str, int]) -> Samples:
        """Leave out what belongs to days that are archived: their rows cannot be recomputed any more."""
        if not self._archived:
            return samples
        days = samples.stamps_ms // DAY_MS
        closed = [day for day in np.unique(days).tolist() if (series.id, day) in self._archived]
        if not closed:
            return samples
        kept = ~np.isin(days, closed)
        refused["day already archived"] = refused.get("day already archived", 0) + int(np.count_nonzero(~kept))
        return samples.select(kept)

    def _append(self, series: Series, place: tuple[int, int, str], samples: Samples, touched: dict[int, _Tail]) -> None:
        minute, session, name = place
        tails = self._tails.setdefault((series.id, minute), {})
        while len(samples.stamps_ms):
            tail = tails.get(name)
            if tail is None or tail.count >= LARGEST_CHUNK:
                # A full one stays in `touched` and in the database; only its place in `tails` is taken.
                tail = _Tail(series, (minute, self._next_part((series.id, minute)), session, name))
                tails[name] = tail
            space = LARGEST_CHUNK - tail.count
            tail.extend(samples.select(slice(space)))
            samples = samples.select(slice(space, None))
            touched[id(tail)] = tail

    def _next_part(self, minute: _Minute) -> int:
        parts = self._parts.get(minute)
        series_id = minute[0]
        if series_id not in self._last:
            row = self._connection.execute("SELECT max(minute) FROM chunk WHERE series=?", (series_id,)).fetchone()
            self._last[series_id] = _BEGINNING if row[0] is None else row[0]
        if parts is None and minute[1] > self._last[series_id]:
            parts = 0  # Nearly always: time goes forward, and nothing of this minute can be there yet.
        if parts is None:
            row = self._connection.execute(
                "SELECT coalesce(max(part) + 1, 0) FROM chunk WHERE series=? AND minute=?", minute
            ).fetchone()
            parts = int(row[0])
        self._parts[minute] = parts + 1
        self._last[series_id] = max(self._last[series_id], minute[1])
        return parts

    def _mark(self, minutes: set[_Minute]) -> None:
        for tier, kind in TIERS.items():
            ratio = kind.bucket_ms // MINUTE_MS
            by_series: dict[int, set[int]] = {}
            for series_id, minute in minutes:
                by_series.setdefault(series_id, set()).add(minute // ratio)
            for series_id, buckets in by_series.items():
                self.tiers.mark(series_id, tier, buckets)

    def roll_up(self, *, everything: bool = False) -> None:
        """Recompute dirty rows whose time is over (or all of them); inside a transaction."""
        dirty: dict[tuple[int, int], set[int]] = {}
        for series_id, tier, bucket in self._connection.execute("SELECT series, tier, bucket FROM dirty"):
            newest = self._newest.get(series_id)
            ratio = TIERS[tier].bucket_ms // MINUTE_MS
            if everything or newest is None or bucket != newest // ratio:
                dirty.setdefault((tier, series_id), set()).add(bucket)
        if not dirty:
            return
        known = {series.id: series for series in find_series(self._connection)}
        for (tier, series_id), buckets in sorted(dirty.items()):  # Minutes before hours before days.
            series = known.get(series_id)
            if series is None:  # Forgotten meanwhile.
                self.tiers.unmark(series_id, tier, buckets)
                continue
            if series.key_id and not self._keys.has(series.key_id):
                continue  # A lost key may come back, and then these rows are to be computed.
            rows, unknown = self._rows(series, tier, buckets)
            self.tiers.write(series, tier, buckets - unknown, rows)
            self.tiers.unmark(series_id, tier, unknown)

    def _rows(self, series: Series, tier: int, buckets: set[int]) -> tuple[Rows, set[int]]:
        if tier != MINUTE:
            return self.tiers.recompute(series, tier, buckets)
        at_hand = {minute: tails for minute in buckets if (tails := self._all_tails((series.id, minute)))}
        rows, unknown = self.tiers.recompute(series, tier, buckets - at_hand.keys())
        return join((aggregate_minutes(at_hand), rows)), unknown

    def _all_tails(self, minute: _Minute) -> list[Samples]:
        """Return the samples of every chunk of a minute, if all of them are in memory."""
        tails = self._tails.get(minute, {})
        return [tail.samples() for tail in tails.values()] if len(tails) == self._parts.get(minute) else []

    def _let_go(self) -> None:
        """Forget the chunks whose minute is over."""
        for minute in [each for each in self._tails if self._newest.get(each[0]) != each[1]]:
            del self._tails[minute]
            self._parts.pop(minute, None)


def _stretches(minutes: Integers) -> list[tuple[int, int]]:
    """Return where runs of equal minutes begin and end."""
    if not len(minutes):
        return []
    cuts: NDArray[np.intp] = np.flatnonzero(np.diff(minutes)) + 1
    edges = [0, *cuts.tolist(), len(minutes)]
    return list(pairwise(edges))
