"""Reads history: plots from the tier that fits, raw samples from chunks and from the archive."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.history._archive import read_archived
from sumika.history._chunks import ReadProblems, read_chunks
from sumika.history._incoming import NANOSECONDS_PER_MS, kept_signals
from sumika.history._keys import KeyRing
from sumika.history._layout import DAY_MS, MINUTE_MS, Series, find_series
from sumika.history._tiers import DAY, HOUR, MINUTE, TIERS, Rows, TierTable, aggregate, join, merge
from sumika.schema import Origin, worst

RAW = "raw"
_LONGEST_RAW_PLOT_MS = 4 * 3_600_000
_ROWS_PER_POINT = 32
"""A finer tier is worth reading up to so many rows per point; beyond, the next coarser one is read."""


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """What a plot of one signal shows. Arrays have one length, at most the points asked for, ascending in time.

    Attributes:
        stamps_ns: Where each point's stretch of time begins, Unix time.
        bucket_ns: How long that stretch is; two points further apart than this have a gap between them.
        minimum: Least value of the stretch, in `unit`.
        mean: Mean of the samples of the stretch.
        maximum: Greatest value.
        count: Samples of the stretch that have a value.
        tier: What it was read from: "raw", "1 min", "1 h" or "1 day".
        unit: Of the values.
        origin: The worst of what is shown; None where nothing is.
        problems: What could not be read, one line each.
    """

    stamps_ns: NDArray[np.int64]
    bucket_ns: int
    minimum: NDArray[np.float64]
    mean: NDArray[np.float64]
    maximum: NDArray[np.float64]
    count: NDArray[np.int64]
    tier: str
    unit: str
    origin: Origin | None
    problems: tuple[str, ...] = ()


class RawSamples(msgspec.Struct, frozen=True, kw_only=True):
    """Samples as they were kept, ascending by stamp; samples of equal stamps in the order in which they came.

    Attributes:
        stamps_ns: Unix time, whole milliseconds.
        values: In `unit`, rounded to the signal's resolution; NaN where the value was missing.
        session: Index into `sessions` of each sample.
        sessions: Names of the sessions.
        unit: Of the values.
        origin: The worst of the samples; None where there is none.
        problems: What could not be read and was left out, one line each.
    """

    stamps_ns: NDArray[np.int64]
    values: NDArray[np.float64]
    session: NDArray[np.int64]
    sessions: tuple[str, ...]
    unit: str
    origin: Origin | None
    problems: tuple[str, ...] = ()


class KeptSignal(msgspec.Struct, frozen=True, kw_only=True):
    """A signal that history has something of.

    Attributes:
        room: The room's name.
        signal: "topic.field".
        origin: Where it came from.
        unit: Of its values.
        personal: Whether it is sealed.
        readable: False where its key is gone.
    """

    room: str
    signal: str
    origin: Origin
    unit: str
    personal: bool
    readable: bool


def _lines(problems: ReadProblems) -> tuple[str, ...]:
    lines = tuple(problems.damaged)
    if problems.unreadable:
        lines += (f"{problems.unreadable} parts lie under a key that is gone",)
    return lines


def _one_unit(found: list[Series], problems: ReadProblems) -> tuple[str, list[Series]]:
    """Return the newest unit and the series that have it: values of different units share no axis."""
    unit = found[-1].unit
    for series in found:
        if series.unit != unit:
            problems.damaged.append(f"{series.signal} in {series.room} was once kept in {series.unit}; not shown")
    return unit, [series for series in found if series.unit == unit]


def signals(connection: sqlite3.Connection, keys: KeyRing) -> list[KeptSignal]:
    """Return what there is, each once."""
    keys.refresh()
    found: dict[tuple[str, str, Origin], KeptSignal] = {}
    for series in find_series(connection):
        readable = not series.key_id or keys.has(series.key_id)
        place = (series.room, series.signal, series.origin)
        before = found.get(place)
        found[place] = KeptSignal(
            room=series.room,
            signal=series.signal,
            origin=series.origin,
            unit=series.unit,
            personal=bool(series.key_id),
            readable=readable or (before is not None and before.readable),
        )
    return sorted(found.values(), key=lambda each: (each.room, each.signal, each.origin.value))


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for.

    Attributes:
        room: The room's name.
        signal: "topic.field".
        start_ms: Included.
        end_ms: Not included.
        origin: Only this; None for all.
    """

    room: str
    signal: str
    start_ms: int
    end_ms: int
    origin: Origin | None


def window(room: str, signal: str, start_ns: int, end_ns: int, origin: Origin | None) -> Window:
    """Return what is asked for, in whole milliseconds."""
    start_ms = start_ns // NANOSECONDS_PER_MS
    end_ms = max(start_ms, -(-end_ns // NANOSECONDS_PER_MS))
    return Window(room=room, signal=signal, start_ms=start_ms, end_ms=end_ms, origin=origin)


def nothing(asked: Window, problems: tuple[str, ...] = ()) -> Plot:
    """Return a plot without points."""
    signal = kept_signals().get(asked.signal)
    return _plot(join(()), (RAW, 1), signal.unit if signal else "", [], problems)


def no_samples(asked: Window, problems: tuple[str, ...] = ()) -> RawSamples:
    """Return no samples."""
    return _together(_Gathered(), asked, "", set(), problems)


def _plot(
    rows: Rows, read_from: tuple[str, int], unit: str, shown: Iterable[Origin], problems: tuple[str, ...]
) -> Plot:
    origins = list(shown)
    tier, bucket_ms = read_from
    return Plot(
        stamps_ns=rows.bucket * bucket_ms * NANOSECONDS_PER_MS,
        bucket_ns=bucket_ms * NANOSECONDS_PER_MS,
        minimum=rows.minimum.astype(np.float64),
        mean=rows.total / np.maximum(rows.samples, 1),
        maximum=rows.maximum.astype(np.float64),
        count=rows.samples,
        tier=tier,
        unit=unit,
        origin=worst(origins) if origins else None,
        problems=problems,
    )


def read_plot(connection: sqlite3.Connection, keys: KeyRing, asked: Window, points: int) -> Plot:
    """Read what a plot of so many points needs, from the finest tier that is worth it."""
    keys.refresh()
    problems = ReadProblems()
    found = find_series(connection, asked.room, asked.signal, asked.origin)
    if not found or asked.end_ms <= asked.start_ms:
        return nothing(asked)
    unit, found = _one_unit(found, problems)
    limit = max(points, 2) * _ROWS_PER_POINT
    span_ms = asked.end_ms - asked.start_ms
    if span_ms <= _LONGEST_RAW_PLOT_MS and 0 < _raw_count(connection, found, asked) <= limit:
        return _raw_plot(connection, keys, asked, (unit, found, problems), points)
    tier = next(each for each in (MINUTE, HOUR, DAY) if each == DAY or span_ms // TIERS[each].bucket_ms <= limit)
    bucket_ms = TIERS[tier].bucket_ms
    first, last = asked.start_ms // bucket_ms, (asked.end_ms - 1) // bucket_ms
    # Whole multiples, counted from 1970, so that points do not flicker when the window moves. One point fewer than
    # asked for, since the window may begin in the middle of a multiple.
    factor = max(1, -(-(last - first + 1) // max(points - 1, 1))) if last - first + 1 > points else 1
    table = TierTable(connection, keys, problems)
    parts: list[Rows] = []
    shown: set[Origin] = set()
    for series in found:
        rows = table.read(series, tier, first, last)
        if len(rows.bucket):
            shown.add(series.origin)
            parts.append(_scaled(merge(rows, factor), series))
    return _plot(join(parts), (TIERS[tier].name, bucket_ms * factor), unit, shown, _lines(problems))


def _scaled(rows: Rows, series: Series) -> Rows:
    step = series.resolution
    return Rows(rows.bucket, rows.minimum * step, rows.maximum * step, rows.total * step, rows.samples)


def _minutes(asked: Window) -> tuple[int, int]:
    return asked.start_ms // MINUTE_MS, (asked.end_ms - 1) // MINUTE_MS


def _raw_count(connection: sqlite3.Connection, found: list[Series], asked: Window) -> int:
    counts = [
        connection.execute(
            "SELECT coalesce(sum(samples), 0) FROM chunk WHERE series=? AND minute BETWEEN ? AND ?",
            (series.id, *_minutes(asked)),
        ).fetchone()[0]
        for series in found
    ]
    return sum(counts)


def _raw_plot(
    connection: sqlite3.Connection,
    keys: KeyRing,
    asked: Window,
    source: tuple[str, list[Series], ReadProblems],
    points: int,
) -> Plot:
    unit, found, problems = source
    span_ms = asked.end_ms - asked.start_ms
    many = _raw_count(connection, found, asked) > points
    bucket_ms = max(1, -(-span_ms // max(points - 1, 1))) if many else 1
    parts: list[Rows] = []
    shown: set[Origin] = set()
    for series in found:
        for chunk in read_chunks(connection, keys, series, _minutes(asked), problems):
            if chunk.samples is None:
                continue
            stamps_ms, steps, present = chunk.samples
            inside = present & (stamps_ms >= asked.start_ms) & (stamps_ms < asked.end_ms)
            if inside.any():
                shown.add(series.origin)
                parts.append(_scaled(aggregate(stamps_ms[inside] // bucket_ms, steps[inside]), series))
    return _plot(join(parts), (RAW, bucket_ms), unit, shown, _lines(problems))


class _Gathered:
    """Samples of several chunks and days, before they are put together."""

    def __init__(self) -> None:
        self.stamps_ms: list[NDArray[np.int64]] = []
        self.values: list[NDArray[np.float64]] = []
        self.session: list[NDArray[np.int64]] = []
        self.sessions: dict[str, int] = {}

    def take(self, stamps_ms: NDArray[np.int64], values: NDArray[np.float64], session: str) -> None:
        number = self.sessions.setdefault(session, len(self.sessions))
        self.stamps_ms.append(stamps_ms)
        self.values.append(values)
        self.session.append(np.full(len(stamps_ms), number, np.int64))


def read_raw(connection: sqlite3.Connection, keys: KeyRing, folder: Path, asked: Window) -> RawSamples:
    """Read samples, of archived days from the archive."""
    keys.refresh()
    problems = ReadProblems()
    gathered = _Gathered()
    found = find_series(connection, asked.room, asked.signal, asked.origin)
    unit = ""
    shown: set[Origin] = set()
    if found and asked.end_ms > asked.start_ms:
        unit, found = _one_unit(found, problems)
        for series in found:
            before = len(gathered.stamps_ms)
            _gather_archived(connection, keys, folder, series, asked, (gathered, problems))
            for chunk in read_chunks(connection, keys, series, _minutes(asked), problems):
                if chunk.samples is not None:
                    stamps_ms, steps, present = chunk.samples
                    gathered.take(stamps_ms, np.where(present, steps * series.resolution, np.nan), chunk.session)
            if len(gathered.stamps_ms) > before:
                shown.add(series.origin)
    return _together(gathered, asked, unit, shown, _lines(problems))


def _gather_archived(
    connection: sqlite3.Connection,
    keys: KeyRing,
    folder: Path,
    series: Series,
    asked: Window,
    into: tuple[_Gathered, ReadProblems],
) -> None:
    gathered, problems = into
    days = connection.execute(
        "SELECT day, path FROM archive WHERE series=? AND path != '' AND day BETWEEN ? AND ? ORDER BY day",
        (series.id, asked.start_ms // DAY_MS, (asked.end_ms - 1) // DAY_MS),
    ).fetchall()
    for day, path in days:
        for stamps_ms, values, session in read_archived(folder / path, keys, series, day, problems):
            gathered.take(stamps_ms, values, session)


def _together(
    gathered: _Gathered, asked: Window, unit: str, shown: set[Origin], problems: tuple[str, ...]
) -> RawSamples:
    stamps_ms = np.concatenate([np.empty(0, np.int64), *gathered.stamps_ms])
    values = np.concatenate([np.empty(0, np.float64), *gathered.values])
    session = np.concatenate([np.empty(0, np.int64), *gathered.session])
    order = np.argsort(stamps_ms, kind="stable")
    order = order[(stamps_ms[order] >= asked.start_ms) & (stamps_ms[order] < asked.end_ms)]
    return RawSamples(
        stamps_ns=stamps_ms[order] * NANOSECONDS_PER_MS,
        values=values[order],
        session=session[order],
        sessions=tuple(gathered.sessions),
        unit=unit,
        origin=worst(shown) if len(order) else None,
        problems=problems,
    )
