"""Power cuts and kills: how many acknowledged rows and alarms they cost (the figure must be 0).

A writer of history, records and log is killed at a random moment, again and again on the same disk. In a power cut the
disk keeps what was synced and any part of what was not; in a kill it keeps all that was written. Then everything that
was acknowledged is looked for.
"""

import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import msgspec
import numpy as np

from sumika.clock import Instant, SimulatedClock
from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.preloaded import NoCompilerError
from sumika.evaluate.spine import power_cut_writer as writer
from sumika.evaluate.spine._disk import Disk, compile_shim
from sumika.history import History, Records
from sumika.log import LogReader
from sumika.schema import Event, SumikaError

_PATIENCE_S = 60.0
_LONGEST_LIFE_S = 0.6


class Toll(msgspec.Struct, kw_only=True):
    """What cuts and kills cost.

    Attributes:
        cuts: Power cuts.
        kills: Processes killed with the power on.
        rows: Acknowledged history samples that were looked for, over all cuts and kills.
        records: The same for alarms.
        logged: The same for messages in the log.
        lost: Of all these, how many were not there or were not the same.
        set_aside: How often a database was found broken.
        problems: What else went wrong, one line each.
    """

    cuts: int = 0
    kills: int = 0
    rows: int = 0
    records: int = 0
    logged: int = 0
    lost: int = 0
    set_aside: int = 0
    problems: list[str] = msgspec.field(default_factory=list)


class _Acknowledged:
    """What a writer said it had put on the disk, by what it is."""

    def __init__(self) -> None:
        self.cycles: dict[str, list[int]] = {"ready": [], "history": [], "record": [], "log": []}

    def take(self, lines: bytes) -> None:
        for line in lines.splitlines():
            what, cycle = line.split()
            self.cycles[what.decode()].append(int(cycle))

    @property
    def next_cycle(self) -> int:
        return max((max(cycles) for cycles in self.cycles.values() if cycles), default=-1) + 2


def _live_and_die(
    folder: Path, acknowledged: _Acknowledged, life_s: float, mode: str, environment: dict[str, str] | None
) -> str:
    """Run a writer, kill it `life_s` after its first word; return what it said on standard error."""
    command = [sys.executable, "-m", writer.__name__, str(folder), str(acknowledged.next_cycle), mode]
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, env=environment) as process,
        selectors.DefaultSelector() as selector,
    ):
        assert process.stdout is not None
        selector.register(process.stdout, selectors.EVENT_READ)
        heard = b""
        until = time.monotonic() + _PATIENCE_S
        while (remaining := until - time.monotonic()) > 0 and process.poll() is None:
            if selector.select(remaining):
                piece = os.read(process.stdout.fileno(), 65536)
                if piece and not heard:
                    until = time.monotonic() + life_s
                heard += piece
                if not piece:
                    break
        process.send_signal(signal.SIGKILL)
        heard += process.stdout.read()
        process.wait()
        # A line that the kill cut short was not said.
        acknowledged.take(heard[: heard.rfind(b"\n") + 1])
        complaints.seek(0)
        return complaints.read().decode(errors="replace").strip()


def _check(folder: Path, acknowledged: _Acknowledged, toll: Toll) -> None:
    """Open a copy of what is left and look for everything that was acknowledged."""
    clock = SimulatedClock(Instant(0, writer.START_NS, "check"))
    with tempfile.TemporaryDirectory(prefix="sumika-check-") as name:
        # A copy: opening a database mends it, and that must happen under the eyes of the shim.
        copy = Path(name, "disk")
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*-shm"))
        _check_history(copy, acknowledged.cycles["history"], clock, toll)
        _check_records(copy, acknowledged.cycles["record"], clock, toll)
        _check_log(copy, acknowledged.cycles["log"], toll)


def _check_history(folder: Path, cycles: list[int], clock: SimulatedClock, toll: Toll) -> None:
    with History(folder / "history", clock, writer.RESIDENTS) as history:
        end_ns = int(writer.stamps_of(max(cycles, default=0) + 10)[-1])
        for number, name in enumerate(writer.SIGNALS):
            raw = history.raw(writer.ROOM, name, writer.START_NS, end_ns)
            toll.problems += raw.problems
            toll.rows += writer.SAMPLES * len(cycles)
            if cycles:
                stamps = np.concatenate([writer.stamps_of(cycle) for cycle in cycles])
                values = np.concatenate([writer.values_of(cycle, number) for cycle in cycles])
                at = np.searchsorted(raw.stamps_ns, stamps)
                there = at < len(raw.stamps_ns)
                at = np.where(there, at, 0)
                if len(raw.stamps_ns):
                    there &= (raw.stamps_ns[at] == stamps) & (np.abs(raw.values[at] - values) < 1e-6)
                toll.lost += int(np.count_nonzero(~there))
        _count_set_aside(history.take_events(), toll)


def _check_records(folder: Path, cycles: list[int], clock: SimulatedClock, toll: Toll) -> None:
    with Records(folder / "history", clock) as records:
        there = {event.detail: event for event in records.events(limit=10_000_000)}
        toll.records += len(cycles)
        toll.lost += sum(1 for cycle in cycles if there.get(str(cycle)) != writer.event_of(cycle))
        _count_set_aside(records.take_events(), toll)


def _check_log(folder: Path, cycles: list[int], toll: Toll) -> None:
    there: dict[str, object] = {}
    for run in sorted((folder / "log").iterdir()) if (folder / "log").is_dir() else []:
        try:
            messages = [logged.message for logged in LogReader(run)]
        except (
            SumikaError
        ):  # Cut before the first byte was safe: nothing of it was acknowledged, or it is missed below.
            continue
        there |= {message.detail: message for message in messages if isinstance(message, Event)}
    toll.logged += len(cycles)
    toll.lost += sum(1 for cycle in cycles if there.get(str(cycle)) != writer.event_of(cycle))


def _count_set_aside(events: list[Event], toll: Toll) -> None:
    toll.set_aside += sum(1 for event in events if event.code.endswith("_corrupt"))
    toll.problems += [event.detail for event in events]


def cut_power(cuts: int, *, seed: int = 0, mode: str = "FULL", longest_life_s: float = _LONGEST_LIFE_S) -> Toll:
    """Cut the power so many times.

    Args:
        cuts: On the same disk, one after the other.
        seed: Of the moments, and of what survives unsynced.
        mode: SQLite's `synchronous`; anything but FULL shows that the harness notices.
        longest_life_s: Of a writer, from the moment it is ready.

    Raises:
        NoCompilerError: if the shim cannot be built here.
    """
    random = Random(seed)  # moments of death, not keys
    toll = Toll()
    acknowledged = _Acknowledged()
    with tempfile.TemporaryDirectory(prefix="sumika-power-cut-") as name:
        root = Path(name).resolve()
        disk = Disk(root, compile_shim(root), random)
        for _ in range(cuts):
            life_s = random.uniform(0, longest_life_s)
            said = _live_and_die(disk.folder, acknowledged, life_s, mode, disk.environment())
            if said:
                toll.problems.append(said)
            disk.cut()
            toll.cuts += 1
            _check(disk.folder, acknowledged, toll)
    return toll


def kill(kills: int, *, seed: int = 0, longest_life_s: float = _LONGEST_LIFE_S) -> Toll:
    """Kill the writer so many times while the power stays on."""
    random = Random(seed)  # moments of death, not keys
    toll = Toll()
    acknowledged = _Acknowledged()
    with tempfile.TemporaryDirectory(prefix="sumika-kill-") as name:
        folder = Path(name)
        for _ in range(kills):
            said = _live_and_die(folder, acknowledged, random.uniform(0, longest_life_s), "FULL", None)
            if said:
                toll.problems.append(said)
            toll.kills += 1
            _check(folder, acknowledged, toll)
    return toll


def measure(full: bool) -> dict[str, Figure]:
    """Return `power_cut_lost`: acknowledged rows, alarms and log messages lost in all cuts and kills together."""
    detail: dict[str, float | str] = {}
    try:
        cut = cut_power(20 if full else 2, longest_life_s=1.5 if full else 0.3)
    except NoCompilerError as error:
        sys.stderr.write(f"power_cut_lost left out: {error}\n")
        return {}
    killed = kill(50 if full else 2, longest_life_s=_LONGEST_LIFE_S if full else 0.2)
    if full:
        detail["lost_with_synchronous_normal"] = cut_power(5, mode="NORMAL").lost
    detail |= {
        "cuts": cut.cuts,
        "kills": killed.kills,
        "rows_checked": cut.rows + killed.rows,
        "alarms_checked": cut.records + killed.records,
        "log_messages_checked": cut.logged + killed.logged,
        "databases_set_aside": cut.set_aside + killed.set_aside,
        "problems": "; ".join(sorted({*cut.problems, *killed.problems}))[:500],
    }
    lost = cut.lost + killed.lost
    return {"power_cut_lost": Figure(value=lost, unit="rows", evidence=Evidence.MEASURED, detail=detail)}
