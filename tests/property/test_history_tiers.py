"""Whatever order samples arrive in, and however often the writer is restarted or killed, tiers say what numpy says."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sumika.history import History, HistoryReader, Plot
from sumika.history._codec import quantise
from tests.history_helpers import BREATH, DAY_NS, LIVE, NOON_NS, RANGE, as_after_kill, clock_at

MINUTE_NS = 60_000_000_000
HOUR_NS = 60 * MINUTE_NS
RESOLUTION = {RANGE: 0.01, BREATH: 0.02}
TIERS = (("1 min", MINUTE_NS, 20, 20_000), ("1 h", HOUR_NS, 20, 800), ("1 day", DAY_NS, 4000, 2900))
"""Tier, its bucket, the days and the points that make it the one that fits."""

Batches = list[tuple[list[int], str]]


@st.composite
def arrivals(draw: st.DrawFn) -> Batches:
    """Batches of sample offsets in ms over some days, near each other or far, forwards or backwards; what follows."""
    batches = []
    for _ in range(draw(st.integers(1, 6))):
        start_ms = draw(st.integers(0, 3 * 86_400_000))
        step_ms = draw(st.sampled_from([50, 1000, 7_000, 61_000, 3_600_000, -50, -61_000, 0]))
        count = draw(st.integers(1, 40))
        follows = draw(st.sampled_from(["flush", "restart", "kill", "nothing"]))
        batches.append(([start_ms + index * step_ms for index in range(count)], follows))
    return batches


def value_at(offset_ms: int) -> float:
    """Return a value that tells samples apart; every 13th is missing."""
    return float("nan") if offset_ms % 13 == 0 else (offset_ms * 7919 % 10_007) / 100 - 50


def write(folder: Path, signal: str, batches: Batches) -> tuple[Path, list[int]]:
    """Write batches; return the folder as a killed writer leaves it, and the offsets of all that was acknowledged."""
    acknowledged: list[int] = []
    waiting: list[int] = []
    number = 0
    history = History(folder / "0", clock_at())
    for offsets, follows in [*batches, ([], "flush"), ([], "kill")]:
        for offset in offsets:
            history.add("bedroom", signal, NOON_NS + offset * 1_000_000, value_at(offset), LIVE, "session")
        waiting += offsets
        if follows == "flush":
            assert history.flush() == len(waiting)
        if follows in ("kill", "restart"):
            if follows == "kill":
                waiting.clear()
                as_after_kill(folder / str(number), folder / str(number + 1))
                number += 1
            history.close()
            history = History(folder / str(number), clock_at())
        if follows != "nothing":
            acknowledged += waiting
            waiting.clear()
    as_after_kill(folder / str(number), folder / "end")
    history.close()
    return folder / "end", acknowledged


def expected(offsets: list[int], bucket_ns: int, resolution: float) -> dict[int, tuple[float, float, float, int]]:
    """Compute the rows the slow way."""
    stamps_ns = NOON_NS + np.array(offsets, np.int64) * 1_000_000
    values = np.array([value_at(offset) for offset in offsets])
    steps, present = quantise(values, resolution)
    rows = {}
    for start in np.unique(stamps_ns // bucket_ns * bucket_ns).tolist():
        inside: NDArray[np.float64] = (steps * resolution)[present & (stamps_ns // bucket_ns * bucket_ns == start)]
        if len(inside):
            rows[start] = (inside.min(), inside.mean(), inside.max(), len(inside))
    return rows


def rows_of(plot: Plot) -> dict[int, tuple[float, float, float, int]]:
    columns = (plot.stamps_ns, plot.minimum, plot.mean, plot.maximum, plot.count)
    return {
        stamp: (least, mean, most, count)
        for stamp, least, mean, most, count in zip(*(column.tolist() for column in columns), strict=True)
    }


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(arrivals(), st.sampled_from([RANGE, BREATH]))
def test_every_tier_equals_a_slow_computation_after_any_history(batches: Batches, signal: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, acknowledged = write(Path(name), signal, batches)
        # Once as a reader finds it, with rows still dirty, and once more after everything is rolled up.
        for tidied in (False, True):
            if tidied:
                History(folder, clock_at()).close()
            reader = HistoryReader(folder)
            for tier, bucket_ns, days, points in TIERS:
                start_ns = NOON_NS - 10 * DAY_NS
                plot = reader.read("bedroom", signal, start_ns, start_ns + days * DAY_NS, points)
                assert plot.problems == ()
                assert plot.tier == tier or not acknowledged
                assert plot.bucket_ns % bucket_ns == 0 or not acknowledged
                want = expected(acknowledged, plot.bucket_ns, RESOLUTION[signal])
                got = rows_of(plot)
                assert got.keys() == want.keys()
                for start, row in want.items():
                    np.testing.assert_allclose(got[start], row, rtol=1e-9, atol=1e-9)
            reader.close()


@settings(max_examples=12, deadline=None)
@given(arrivals())
def test_every_acknowledged_sample_is_read_back_in_order(batches: Batches) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, acknowledged = write(Path(name), RANGE, batches)
        offsets = np.sort(np.array(acknowledged, np.int64))
        reader = HistoryReader(folder)
        raw = reader.raw("bedroom", RANGE, NOON_NS - 10 * DAY_NS, NOON_NS + 10 * DAY_NS)
        reader.close()
        np.testing.assert_array_equal(raw.stamps_ns, NOON_NS + offsets * 1_000_000)
        want = np.array([value_at(offset) for offset in offsets.tolist()])
        np.testing.assert_allclose(raw.values, want, atol=0.005 + 1e-9)
