"""How fast a log replays, and whether it gives the same bytes: the demo house's three rooms, from whole frames."""

import os
import sys
import tempfile
import time
from pathlib import Path

from sumika.clock import ReplayClock
from sumika.config import LoadedHouse, demo_house
from sumika.evaluate.figure import Evidence, Figure
from sumika.log import LogWriter, RunInfo, diff
from sumika.runtime.offline import OfflineHouse, frames_of
from sumika.runtime.replay_log import replay_log
from sumika.runtime.table import nodes_of
from sumika.schema import Envelope, Message, Origin
from sumika.sensors import open_source
from sumika.units import seconds_to_ns

QUICK_S = 40.0
FULL_S = 300.0


def write_log(loaded: LoadedHouse, folder: Path, seconds: float) -> frozenset[Origin]:
    """Run a house on its own sources, without waiting, into a log with whole frames; return the origins it saw."""
    clock = ReplayClock()
    writer = LogWriter(folder, RunInfo(run_id=folder.name, config_text=loaded.text), clock, durable=False)
    sources = [open_source(radar, loaded.path, clock, os.environ) for radar in loaded.house.radars]

    def emit(envelope: Envelope, message: Message) -> None:
        writer.write(envelope, message)

    try:
        house = OfflineHouse(nodes_of(loaded.house), loaded.house, emit, raw=True)
        house.run([frames_of(source, seconds_to_ns(seconds)) for source in sources])
    finally:
        writer.close()
        for source in sources:
            source.close()
    return frozenset(source.origin for source in sources)


def measure(full: bool) -> dict[str, Figure]:
    """Return `replay_speed` (times real time) and `replay_diff` (fields that differ)."""
    loaded = demo_house(os.environ)
    with tempfile.TemporaryDirectory() as scratch:
        log, out = Path(scratch) / "log", Path(scratch) / "replay"
        origins = write_log(loaded, log, FULL_S if full else QUICK_S)
        if Origin.SIMULATED in origins:
            sys.stderr.write("spine.replay: no recordings in SUMIKA_DATA; left out\n")
            return {}
        began_s = time.perf_counter()
        report = replay_log(log, out, start="frames")
        took_s = time.perf_counter() - began_s
        difference = diff(log, out, topics=sorted(report.replayed))
    detail: dict[str, float | str] = {"log_s": report.duration_s, "took_s": took_s}
    compared: dict[str, float | str] = {f"outputs_{topic}": count for topic, count in report.replayed.items()}
    return {
        "replay_speed": Figure(
            value=report.duration_s / took_s, unit="x real time", evidence=Evidence.MEASURED, detail=detail
        ),
        "replay_diff": Figure(
            value=difference.differing_fields, unit="fields", evidence=Evidence.REAL_RECORDING, detail=compared
        ),
    }
