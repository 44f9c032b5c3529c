"""How long a year of one signal takes from the question to the answer, through the page's interface."""

import statistics
import time

import httpx
import numpy as np

from sumika.clock import WallClock
from sumika.evaluate.dashboard.busy_house import Served, served_page
from sumika.evaluate.figure import Evidence, Figure
from sumika.history import History
from sumika.schema import Origin

ROOM, SIGNAL = "bedroom", "presence.probability"
FULL_DAYS = 365
SAMPLES_PER_FLUSH = 20_000
EVERY_S = 600
"""A plot of a year reads the columns of its hours (least, mean, greatest), however many samples lie behind each."""

ASKED = 9
POINTS = 2000


def measure(full: bool) -> dict[str, Figure]:
    """Return the figure of the year; measured in the long run only: a year is slow to write."""
    if not full:
        return {}
    return {"year_plot_ms": year_plot(FULL_DAYS)}


def year_plot(days: int) -> Figure:
    """Return how long a plot of so many days takes: median of some.

    Args:
        days: A sample every ten minutes.
    """
    with served_page() as served:
        ends_s = time.time()
        count = write(served, days, ends_s)
        asked: dict[str, str | float] = {
            "subject": ROOM,
            "signal": SIGNAL,
            "from": ends_s - days * 86_400,
            "to": ends_s,
            "points": POINTS,
        }
        took_ms, points = [], 0
        with httpx.Client(base_url=f"http://{served.address}", cookies={"sumika_session": served.cookie}) as browser:
            for _ in range(ASKED):
                began_s = time.perf_counter()
                answer = browser.get("/api/history", params=asked, timeout=60.0)
                points = len(answer.json()["t"])
                took_ms.append((time.perf_counter() - began_s) * 1e3)
    return Figure(
        value=statistics.median(took_ms),
        unit="ms",
        evidence=Evidence.MEASURED,
        detail={"first_ms": took_ms[0], "samples": count, "points": points, "days": days},
    )


def write(served: Served, days: int, ends_s: float) -> int:
    """Write a signal's past; return how many samples.

    Args:
        served: The page.
        days: How long.
        ends_s: Until when, Unix time.
    """
    count = days * 86_400 // EVERY_S
    stamps_ns = np.rint((ends_s - EVERY_S * np.arange(count, 0, -1)) * 1e9).astype(np.int64)
    values = np.clip(0.5 + 0.4 * np.sin(np.arange(count) / 500.0), 0.0, 1.0)
    with History(served.data / "history", WallClock(), {ROOM: ()}) as history:
        for begin in range(0, count, SAMPLES_PER_FLUSH):
            part = slice(begin, begin + SAMPLES_PER_FLUSH)
            history.add_many(ROOM, SIGNAL, stamps_ns[part], values[part], Origin.SIMULATED, "bench")
            history.flush()
    return count
