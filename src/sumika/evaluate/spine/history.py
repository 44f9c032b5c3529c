"""How fast history is written and plotted, and how small it is.

The samples are what a breathing person's radar gives at 20 Hz with the noise of a real one, far above the resolution
that the table of topics keeps, so that nothing compresses that would not in a house.
"""

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sumika.clock import WallClock
from sumika.evaluate.figure import Evidence, Figure
from sumika.history import History
from sumika.schema import Origin

RATE_HZ = 20
ROOM = "bedroom"
RESIDENTS = {ROOM: ("hanako",)}
START_NS = 1_735_689_600_000_000_000
"""1 January 2025, 00:00 UTC."""

SIGNALS = (
    "presence.probability",
    "presence.range_m",
    "chest_motion.displacement_mm",
    "respiration.rate_bpm",
    "heart_rate.rate_bpm",
)
"""Five values; the last three are personal and so encrypted."""

_SECOND_NS = 1_000_000_000
_DAY_S = 86_400
_YEAR_DAYS = 365
_FLUSH_S = 10
_ORIGIN = Origin.SIMULATED

Values = dict[str, NDArray[np.float64]]


def samples(seconds: int, seed: int = 0) -> tuple[NDArray[np.int64], Values]:
    """Return stamps and values of so many seconds: breath, sway, noise, drifting rates, stamps that jitter by 1 ms."""
    random = np.random.default_rng(seed)
    count = seconds * RATE_HZ
    time_s = np.arange(count) / RATE_HZ
    stamps_ns = START_NS + np.rint((time_s + random.normal(0, 1e-3, count)) * 1e3).astype(np.int64) * 1_000_000
    breath_mm = 4 * np.sin(2 * np.pi * 0.25 * time_s + 0.8 * np.sin(2 * np.pi * time_s / 97))
    values = (
        np.clip(0.95 + 0.03 * random.normal(size=count), 0, 1),
        1.5 + 0.2 * np.sin(2 * np.pi * time_s / 1201) + 0.02 * random.normal(size=count),
        breath_mm + 0.08 * random.normal(size=count),
        15 + 2 * np.sin(2 * np.pi * time_s / 3001) + 0.15 * random.normal(size=count),
        62 + 5 * np.sin(2 * np.pi * time_s / 2011) + 0.5 * random.normal(size=count),
    )
    return stamps_ns, dict(zip(SIGNALS, values, strict=True))


def _slices(count: int, size: int) -> Iterator[slice]:
    for begin in range(0, count, size):
        yield slice(begin, begin + size)


def _keep(history: History, stamps_ns: NDArray[np.int64], values: Values, per_flush: int) -> int:
    """Write in flushes of so many samples per signal; return how many were acknowledged."""
    written = 0
    for part in _slices(len(stamps_ns), per_flush):
        for signal in SIGNALS:
            history.add_many(ROOM, signal, stamps_ns[part], values[signal][part], _ORIGIN, "bench")
        written += history.flush()
    return written


def _folder_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def _milliseconds(work: Callable[[], object], times: int) -> tuple[float, float]:
    """Return the median and the worst time of some runs, the first included."""
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begin) * 1e3)
    return statistics.median(taken), max(taken)


def _rows_per_s(folder: Path, seconds: int) -> Figure:
    """One sample at a time, committed every ten seconds of data, as the house does; beside it plain SQLite rows."""
    stamps_ns, values = samples(seconds, seed=1)
    stamps = stamps_ns.tolist()
    columns = [(signal, column.tolist()) for signal, column in values.items()]
    per_flush = _FLUSH_S * RATE_HZ
    commits_ms = []
    with History(folder, WallClock(), RESIDENTS) as history:
        begin = time.perf_counter()
        for at in range(0, len(stamps), per_flush):
            for signal, column in columns:
                for index in range(at, min(at + per_flush, len(stamps))):
                    history.add(ROOM, signal, stamps[index], column[index], _ORIGIN, "bench")
            flush_begin = time.perf_counter()
            history.flush()
            commits_ms.append((time.perf_counter() - flush_begin) * 1e3)
        rate = history.written / (time.perf_counter() - begin)
    rows = [(signal, stamp, value) for signal, column in columns for stamp, value in zip(stamps, column, strict=True)]
    detail: dict[str, float | str] = {
        "flush_ms_median": round(statistics.median(commits_ms), 2),
        "flush_ms_worst": round(max(commits_ms), 2),
        "plain_rows_per_s_same_batches": round(_plain_rows_per_s(folder, rows, per_flush * len(SIGNALS))),
        "plain_rows_per_s_commit_each": round(_plain_rows_per_s(folder, rows[:500], 1)),
        "how": f"{len(rows)} samples one by one through add(), a FULL commit every {_FLUSH_S} s of data",
    }
    return Figure(value=round(rate), unit="samples/s", evidence=Evidence.MEASURED, detail=detail)


def _plain_rows_per_s(folder: Path, rows: list[tuple[str, int, float]], batch: int) -> float:
    """Return how many rows per second plain SQLite acknowledges at FULL, one row per sample, without encryption."""
    path = folder / "plain.sqlite3"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS sample(signal, stamp, value)"
    )
    begin = time.perf_counter()
    for part in _slices(len(rows), batch):
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO sample VALUES(?,?,?)", rows[part])
        connection.execute("COMMIT")
    taken = time.perf_counter() - begin
    connection.close()
    for file in folder.glob("plain.sqlite3*"):
        file.unlink()
    return len(rows) / taken


def _day(folder: Path, full: bool) -> tuple[Figure, Figure]:
    """Return the size of a room-day and the time its plots take."""
    stamps_ns, values = samples(_DAY_S)
    per_flush_s = _FLUSH_S if full else 600
    with History(folder, WallClock(), RESIDENTS) as history:
        written = _keep(history, stamps_ns, values, per_flush_s * RATE_HZ)
    size_mb = _folder_mb(folder)
    size = Figure(
        value=round(size_mb, 2),
        unit="MB",
        evidence=Evidence.MEASURED,
        detail={
            "samples": written,
            "bytes_per_sample": round(size_mb * 1e6 / written, 3),
            "as_plain_rows_mb": round(_plain_day_mb(folder, values, stamps_ns), 1),
            "how": f"{RATE_HZ} Hz x {len(SIGNALS)} values, stamps jittering by 1 ms, tiers and keys included, "
            f"committed every {per_flush_s} s",
        },
    )
    return size, _plot_figure(folder, START_NS, START_NS + _DAY_S * _SECOND_NS, f"{written} samples behind it")


def _plain_day_mb(folder: Path, values: Values, stamps_ns: NDArray[np.int64]) -> float:
    """Return the size of a day as plain rows, extrapolated from the first hour."""
    count = 3600 * RATE_HZ
    path = folder / "plain.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE sample(signal INTEGER, stamp INTEGER, value REAL)")
    stamps = stamps_ns[:count].tolist()
    for number, signal in enumerate(SIGNALS):
        rows = zip([number] * count, stamps, values[signal][:count].tolist(), strict=True)
        connection.executemany("INSERT INTO sample VALUES(?,?,?)", rows)
    connection.commit()
    connection.close()
    size_mb = path.stat().st_size / 1e6
    path.unlink()
    return size_mb * 24


def _plot_figure(folder: Path, start_ns: int, end_ns: int, behind: str) -> Figure:
    """Time the plots of all signals: freshly opened first, then again and again; the figure is the median."""
    with History(folder, WallClock(), RESIDENTS) as history:
        plots = {}

        def plot_all() -> None:
            for signal in SIGNALS:
                plots[signal] = history.read(ROOM, signal, start_ns, end_ns, 2000)

        first, _ = _milliseconds(plot_all, 1)
        median, worst = _milliseconds(plot_all, 15)
    one = plots[SIGNALS[0]]
    detail: dict[str, float | str] = {
        "first_after_opening_ms": round(first, 2),
        "worst_ms": round(worst, 2),
        "signals": len(SIGNALS),
        "encrypted_signals": 3,
        "points": len(one.stamps_ns),
        "tier": f"{one.tier}, {one.bucket_ns // 60_000_000_000} min per point",
        "behind": behind,
    }
    return Figure(value=round(median, 2), unit="ms", evidence=Evidence.MEASURED, detail=detail)


def _year(folder: Path, full: bool) -> Figure:
    """Return the time the plots of a year take: a year of tier rows, made by the normal way from fewer samples."""
    every_s = 600 if full else 3600
    random = np.random.default_rng(3)
    with History(folder, WallClock(), RESIDENTS) as history:
        for month in np.array_split(np.arange(_YEAR_DAYS * _DAY_S // every_s), 12):
            # Two samples apart from each other in each stretch, so that the extremes of a row differ.
            stamps_ns = START_NS + np.sort(np.concatenate((month * every_s, month * every_s + 7))) * _SECOND_NS
            for signal in SIGNALS:
                noise = 40 + 5 * random.normal(size=len(stamps_ns))
                history.add_many(ROOM, signal, stamps_ns, noise, _ORIGIN, "bench")
            history.flush()
    rows = _YEAR_DAYS * 24 * len(SIGNALS)
    behind = f"{rows} hourly rows; made through the normal way from 2 samples every {every_s} s instead of 20 Hz"
    return _plot_figure(folder, START_NS, START_NS + _YEAR_DAYS * _DAY_S * _SECOND_NS, behind)


def measure(full: bool) -> dict[str, Figure]:
    """Return the figures of history; `full` commits a day as often as a house does and fills the year more densely."""
    with tempfile.TemporaryDirectory(prefix="sumika-bench-history-") as name:
        folder = Path(name)
        size, day_plot = _day(folder / "day", full)
        return {
            "history_rows_per_s": _rows_per_s(folder / "rate", 3600 if full else 600),
            "history_mb_per_room_day": size,
            "history_day_plot_ms": day_plot,
            "history_year_plot_ms": _year(folder / "year", full),
        }
