"""Where time comes from. A stage never asks a clock: it finds the time in the messages it is given."""

import time
from functools import cache
from pathlib import Path
from typing import Protocol

import msgspec


class Instant(msgspec.Struct, frozen=True, array_like=True):
    """One moment, read on two clocks.

    Attributes:
        monotonic_ns: Never jumps; differences and timeouts are taken from this one. Counts from boot.
        wall_ns: Unix time; what people read. May jump by NTP or by hand.
        boot_id: Which boot the monotonic clock belongs to; monotonic times of two boots cannot be compared.
    """

    monotonic_ns: int
    wall_ns: int
    boot_id: str

    def later(self, nanoseconds: int) -> "Instant":
        """Return the moment that lies `nanoseconds` after this one (before it, if negative) on both clocks."""
        return Instant(self.monotonic_ns + nanoseconds, self.wall_ns + nanoseconds, self.boot_id)


class Clock(Protocol):
    """Anything that tells the time and can wait for a moment."""

    def now(self) -> Instant:
        """Return the present moment."""
        ...

    def sleep_until(self, monotonic_ns: int) -> None:
        """Return when the monotonic clock has reached `monotonic_ns`; at once if it has passed."""
        ...


@cache
def boot_id() -> str:
    """Return the kernel's identifier of this boot, shortened; "unknown" where the kernel tells none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:13]
    except OSError:
        return "unknown"


class WallClock:
    """The machine's own clocks."""

    def now(self) -> Instant:
        """Return the present moment."""
        return Instant(time.monotonic_ns(), time.time_ns(), boot_id())

    def sleep_until(self, monotonic_ns: int) -> None:
        """Sleep until the monotonic clock has reached `monotonic_ns`."""
        remaining_ns = monotonic_ns - time.monotonic_ns()
        if remaining_ns > 0:
            time.sleep(remaining_ns / 1e9)


class SimulatedClock:
    """A clock that moves only when told to: sleeping is instantaneous. For simulation, replay and tests."""

    def __init__(self, start: Instant | None = None) -> None:
        self._now = start or Instant(0, 0, "simulated")

    def now(self) -> Instant:
        """Return the moment the clock was last moved to."""
        return self._now

    def sleep_until(self, monotonic_ns: int) -> None:
        """Move the clock forward to `monotonic_ns`; a moment already passed leaves it where it is."""
        self.move_to(self._now.later(max(0, monotonic_ns - self._now.monotonic_ns)))

    def move_to(self, instant: Instant) -> None:
        """Set the clock.

        Raises:
            ValueError: if `instant` lies before the clock's present moment.
        """
        if instant.monotonic_ns < self._now.monotonic_ns:
            raise ValueError(f"clock cannot run backwards: {instant.monotonic_ns} < {self._now.monotonic_ns} ns")
        self._now = instant


class ReplayClock(SimulatedClock):
    """The clock of a replay: nothing is paced or stamped by it, time comes with the messages."""
