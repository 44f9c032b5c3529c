"""Sums over a house's records, sample by sample and row by row: what reports are checked against.

They share nothing with `sumika.facts` but the files: no tiers, no cache, no code.
"""

import json
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np

from sumika.evaluate.assistant.month_time import Array
from sumika.history import HistoryReader

MOST_KWH = 50.0


class Queries:
    """Reads one data folder; slow, and plain."""

    def __init__(self, folder: Path) -> None:
        """Open nothing yet.

        Args:
            folder: The data folder of a house.
        """
        self._folder = folder / "history"

    def samples(self, key: str, signal: str, begin_s: float, end_s: float) -> tuple[Array, Array]:
        """Return (sample,) times and values of a signal, those with a value."""
        reader = HistoryReader(self._folder)
        raw = reader.raw(key, signal, round(begin_s * 1e9), round(end_s * 1e9))
        reader.close()
        there = np.isfinite(raw.values)
        return raw.stamps_ns[there] / 1e9, raw.values[there]

    def mean(self, key: str, signal: str, begin_s: float, end_s: float) -> float | None:
        """Return the mean of the samples; None where there is none."""
        values = self.samples(key, signal, begin_s, end_s)[1]
        return float(values.mean()) if len(values) else None

    def highest(self, key: str, signal: str, begin_s: float, end_s: float) -> tuple[float, float] | None:
        """Return (value, when) of the highest sample; None where there is none."""
        at_s, values = self.samples(key, signal, begin_s, end_s)
        return (float(values.max()), float(at_s[values.argmax()])) if len(values) else None

    def lowest(self, key: str, signal: str, begin_s: float, end_s: float) -> tuple[float, float] | None:
        """Return (value, when) of the lowest sample; None where there is none."""
        at_s, values = self.samples(key, signal, begin_s, end_s)
        return (float(values.min()), float(at_s[values.argmin()])) if len(values) else None

    def counted_kwh(self, key: str, signal: str, begin_s: float, end_s: float) -> float | None:
        """Return by how much a counter went on, steps below zero and beyond what a house draws aside."""
        return self._steps(key, signal, begin_s, end_s)

    def paid(self, key: str, begin_s: float, end_s: float) -> float | None:
        """Return the price of every step of the imported counter, at the newest price of its moment."""
        return self._steps(key, "meter.imported_kwh", begin_s, end_s, priced=True)

    def _steps(self, key: str, signal: str, begin_s: float, end_s: float, *, priced: bool = False) -> float | None:
        at_s, values = self.samples(key, signal, begin_s - 86_400.0, end_s)
        told = self.samples(key, "meter.price_per_kwh", begin_s - 3600.0, end_s) if priced else None
        total, seen = 0.0, False
        for place, at in enumerate(at_s):
            if at < begin_s:
                continue
            seen = True
            step = values[place] - values[place - 1] if place else 0.0
            if not 0.0 <= step <= MOST_KWH:
                continue
            total += step * (1.0 if told is None else _newest(*told, at))
        return total if seen else None

    def integral_kwh(self, key: str, signal: str, begin_s: float, end_s: float, hold_s: float) -> float | None:
        """Return the energy of a power that holds from sample to sample, and so long at most."""
        at_s, values = self.samples(key, signal, begin_s - hold_s, end_s)
        total, seen = 0.0, False
        for place, at in enumerate(at_s):
            until = min(at + hold_s, end_s, at_s[place + 1] if place + 1 < len(at_s) else np.inf)
            if until > max(at, begin_s):
                total, seen = total + float(values[place] * (until - max(at, begin_s))), True
        return total / 3.6e6 if seen else None

    def records(self, kind: str, begin_s: float, end_s: float) -> list[dict[str, Any]]:
        """Return recorded messages as they were written, the oldest first: event, command, verdict, alarm ..."""
        with sqlite3.connect(f"file:{self._folder / 'records.sqlite3'}?mode=ro", uri=True) as connection:
            rows = connection.execute(
                "SELECT body FROM record WHERE kind = ? AND wall_ns >= ? AND wall_ns < ? ORDER BY wall_ns, id",
                (kind, round(begin_s * 1e9), round(end_s * 1e9)),
            ).fetchall()
        connection.close()
        return [json.loads(body) for (body,) in rows]


def _newest(at_s: Array, values: Array, moment_s: float) -> float:
    """Return the newest value before a moment; 0 where there is none."""
    before = np.flatnonzero(at_s <= moment_s)
    return float(values[before[-1]]) if len(before) else 0.0
