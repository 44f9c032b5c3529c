"""Lets a whole house run many times as fast as its clocks say: a night in minutes, with the processes that users have.

Nothing of the house knows of it. A library that is preloaded into its processes scales the C library's clocks and timed
waits (`fast_clock.c`), so that time-outs, watchdogs and freshness keep their meaning. What it cannot do is make the
machine faster: a house that needs a fifth of a core runs five times as fast on one, and no faster.
"""

import os
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sumika.evaluate.preloaded import compile_preloaded
from sumika.units import NANOSECONDS_PER_SECOND, seconds_to_ns

_SOURCE = Path(__file__).with_name("fast_clock.c")


@dataclass(frozen=True, slots=True)
class FastClock:
    """One time, for every process that is started with its environment.

    Attributes:
        library: What is preloaded.
        times: How many times as fast as the machine's clocks.
        since_ns: Of the machine's monotonic clock: the moment at which both showed the same.
        wall_ns: What the wall clock showed then, Unix time.
        after_ns: For so long more it is no faster, so that processes can start.
    """

    library: Path
    times: float
    since_ns: int
    wall_ns: int
    after_ns: int

    def environment(self) -> dict[str, str]:
        """Return the environment of a process that shall live by it."""
        return os.environ | {
            "LD_PRELOAD": str(self.library),
            "SUMIKA_FAST_TIMES": str(self.times),
            "SUMIKA_FAST_SINCE": str(self.since_ns),
            "SUMIKA_FAST_WALL": str(self.wall_ns),
            "SUMIKA_FAST_AFTER": str(self.after_ns),
        }


def start_fast_clock(folder: Path, times: float, wall: datetime, after_s: float = 0.0) -> FastClock:
    """Return a clock that begins now.

    Args:
        folder: Where the library is built; it must stay as long as processes use it.
        times: How many times as fast, above 0.
        wall: What it shows now, with its time zone.
        after_s: So long it goes as the machine's clocks do: processes must start within their time-outs.

    Raises:
        NoCompilerError: if there is no C compiler, or no Linux.
        SumikaError: if the library cannot be built.
    """
    if times <= 0 or wall.tzinfo is None:
        raise ValueError(f"a fast clock runs some times as fast, from a moment with a time zone: {times}, {wall}")
    wall_ns = round(wall.timestamp() * NANOSECONDS_PER_SECOND)
    return FastClock(compile_preloaded(_SOURCE, folder), times, time.monotonic_ns(), wall_ns, seconds_to_ns(after_s))
