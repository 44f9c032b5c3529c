"""What the tests of history share: a clock that stands where it is put, samples, and damage done to files."""

import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant, SimulatedClock
from sumika.history import History
from sumika.schema import Origin

NOON_NS = 1_764_000_000 * 1_000_000_000
"""24 November 2025, 16:00 UTC."""

SECOND_NS = 1_000_000_000
DAY_NS = 86_400 * SECOND_NS
LIVE = Origin.LIVE
RANGE = "presence.range_m"
BREATH = "chest_motion.displacement_mm"
RATE = "respiration.rate_bpm"


def clock_at(wall_ns: int = NOON_NS) -> SimulatedClock:
    """Return a clock that stands at a time."""
    return SimulatedClock(Instant(1, wall_ns, "test"))


def history_in(folder: Path, **residents: tuple[str, ...]) -> History:
    """Open a history whose rooms have these residents."""
    return History(folder, clock_at(), residents)


def stamps(count: int, start_ns: int = NOON_NS, step_ns: int = SECOND_NS) -> NDArray[np.int64]:
    """Return evenly spaced stamps."""
    return start_ns + np.arange(count, dtype=np.int64) * step_ns


def keep(
    history: History, signal: str, stamps_ns: NDArray[np.int64], values: NDArray[np.float64], room: str = "bedroom"
) -> None:
    """Add live samples and commit them."""
    history.add_many(room, signal, stamps_ns, values, LIVE, "session")
    assert history.flush() == len(stamps_ns)


def as_after_kill(folder: Path, target: Path) -> Path:
    """Copy what another process would find now if the writer died: its files, without what only memory holds."""
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("*-shm", "*.lock"))
    return target


def all_bytes(folder: Path) -> bytes:
    """Return everything that lies in a folder, one file after the other."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
