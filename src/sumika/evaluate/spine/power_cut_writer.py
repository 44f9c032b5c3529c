"""The process that dies in `power_cut`: writes history, records and a log, and tells what was acknowledged.

Every number follows from its cycle, so that whoever reads the disk afterwards can tell what should be there. One line
per acknowledgement, "<what> <cycle>", goes to standard output at once.
"""

import os
import sqlite3
import sys
from functools import partial
from pathlib import Path
from unittest import mock

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant, SimulatedClock
from sumika.history import History, Records
from sumika.log import LogWriter, RunInfo
from sumika.schema import Envelope, Event, Origin, Severity

START_NS = 1_764_000_000_000_000_000
CYCLE_NS = 1_800_000_000_000
"""Half an hour passes from cycle to cycle, so that days pass and are archived."""

SAMPLES = 8
ROOM = "bedroom"
RESIDENTS = {ROOM: ("hanako",)}
SIGNALS = (
    "presence.probability",
    "presence.range_m",
    "chest_motion.displacement_mm",
    "respiration.rate_bpm",
    "heart_rate.rate_bpm",
)
_NIGHTLY_EVERY = 48


def stamps_of(cycle: int) -> NDArray[np.int64]:
    """Return the stamps of a cycle's samples."""
    return START_NS + cycle * CYCLE_NS + np.arange(SAMPLES, dtype=np.int64) * 1_000_000_000


def values_of(cycle: int, signal: int) -> NDArray[np.float64]:
    """Return the values of a cycle's samples of one signal: multiples of every resolution, different everywhere."""
    return (np.arange(SAMPLES) + cycle * SAMPLES + signal * 7919) % 10_007 / 10.0


def event_of(cycle: int) -> Event:
    """Return the alarm of a cycle."""
    stamp = Instant(cycle, START_NS + cycle * CYCLE_NS, "power-cut")
    return Event(
        stamp=stamp,
        origin=Origin.SIMULATED,
        subject="power_cut",
        code="alarm",
        severity=Severity.ALARM,
        detail=str(cycle),
    )


def envelope_of(event: Event, cycle: int) -> Envelope:
    """Return the envelope in which the log gets an alarm."""
    return Envelope(
        topic="event",
        key=event.subject,
        node="power_cut",
        incarnation=0,
        sequence=cycle,
        message=msgspec.Raw(msgspec.msgpack.encode(event)),
    )


class _Careless(sqlite3.Connection):
    """A connection that does not sync as it is told to: the proof that the harness would notice."""

    mode = "FULL"

    def execute(self, sql: str, parameters: object = (), /) -> sqlite3.Cursor:
        """Run a statement, but not the one that asks for safety."""
        if sql.startswith("PRAGMA synchronous"):
            sql = f"PRAGMA synchronous = {self.mode}"
        return super().execute(sql, parameters)  # type: ignore[arg-type]  # sqlite3's stub has no public type for it


def _acknowledge(what: str, cycle: int) -> None:
    os.write(1, f"{what} {cycle}\n".encode())


def write(folder: Path, first_cycle: int) -> None:
    """Write until killed."""
    clock = SimulatedClock(Instant(first_cycle, START_NS + first_cycle * CYCLE_NS, "power-cut"))
    run = RunInfo(run_id=f"run-{first_cycle}", config_text="", version="0")
    with (
        History(folder / "history", clock, RESIDENTS) as history,
        Records(folder / "history", clock) as records,
        LogWriter(folder / "log" / f"run-{first_cycle}", run, clock, min_free_bytes=0) as log,
    ):
        _acknowledge("ready", first_cycle)
        cycle = first_cycle
        while True:
            for number, signal in enumerate(SIGNALS):
                history.add_many(ROOM, signal, stamps_of(cycle), values_of(cycle, number), Origin.SIMULATED, "cut")
            if history.flush() == SAMPLES * len(SIGNALS):
                _acknowledge("history", cycle)
            if records.record_event(event_of(cycle)):
                _acknowledge("record", cycle)
            if log.write(envelope_of(event_of(cycle), cycle), event_of(cycle)):
                log.sync()
                if log.problem is None:
                    _acknowledge("log", cycle)
            if cycle % _NIGHTLY_EVERY == _NIGHTLY_EVERY - 1:
                history.nightly(START_NS + cycle * CYCLE_NS)
            cycle += 1
            clock.sleep_until(clock.now().monotonic_ns + CYCLE_NS)


def main() -> None:
    """Write into the folder, from the cycle and as safely as the arguments say."""
    folder, first_cycle, _Careless.mode = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    with mock.patch.object(sqlite3, "connect", partial(sqlite3.connect, factory=_Careless)):
        write(folder, first_cycle)


if __name__ == "__main__":
    main()
