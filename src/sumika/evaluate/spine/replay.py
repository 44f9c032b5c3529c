"""How fast a log replays, and whether it gives the same bytes: the demo house's three rooms, from whole frames."""

import os
import sys
import tempfile
import time
from pathlib import Path

from sumika.clock import ReplayClock
from sumika.config import LoadedHouse, recordings_house
from sumika.evaluate.figure import Evidence, Figure
from sumika.log import LogWriter, RunInfo, diff
from sumika.runtime.offline import OfflineHouse, frames_of
from sumika.runtime.replay import ReplayReport
from sumika.runtime.replay_log import replay_log
from sumika.runtime.table import nodes_of
from sumika.schema import Envelope, Message, Origin
from sumika.sensors import open_frames
from sumika.units import seconds_to_ns

QUICK_S = 40.0
FULL_S = 300.0

Detail = dict[str, float | str]


def write_log(loaded: LoadedHouse, folder: Path, seconds: float) -> frozenset[Origin]:
    """Run a house on its own sources, without waiting, into a log with whole frames; return the origins it saw."""
    clock = ReplayClock()
    writer = LogWriter(folder, RunInfo(run_id=folder.name, config_text=loaded.text), clock, durable=False)
    sources = [open_frames(radar, loaded.path, clock, os.environ) for radar in loaded.house.radars]

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


def _replayed(log: Path, out: Path, start: str) -> tuple[ReplayReport, float, int]:
    """Replay; return what was done, how many times faster than real time, and how many fields differ."""
    began_s = time.perf_counter()
    report = replay_log(log, out, start=start)
    speed = report.duration_s / (time.perf_counter() - began_s)
    return report, speed, diff(log, out, topics=sorted(report.replayed)).differing_fields


def measure(full: bool) -> dict[str, Figure]:
    """Return how fast the demo house's log replays and how many fields differ.

    `replay_speed` is of a log as it always is, which begins at the slow-time signal; `replay_speed_from_frames` of one
    into which whole radar frames were recorded, so that the radars' own processing is replayed too.
    """
    loaded = recordings_house(os.environ)
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch) / "log"
        origins = write_log(loaded, log, FULL_S if full else QUICK_S)
        if Origin.SIMULATED in origins:
            sys.stderr.write("spine.replay: no recordings in SUMIKA_DATA; left out\n")
            return {}
        usual, usual_speed, usual_diff = _replayed(log, Path(scratch) / "usual", "slow-time")
        whole, whole_speed, whole_diff = _replayed(log, Path(scratch) / "whole", "frames")
    compared: Detail = {f"outputs_{topic}": count for topic, count in whole.replayed.items()}
    unit = "x real time"
    log_s: Detail = {"log_s": usual.duration_s}
    return {
        "replay_speed": Figure(value=usual_speed, unit=unit, evidence=Evidence.MEASURED, detail=log_s),
        "replay_speed_from_frames": Figure(value=whole_speed, unit=unit, evidence=Evidence.MEASURED, detail=log_s),
        "replay_diff": Figure(
            value=usual_diff + whole_diff, unit="fields", evidence=Evidence.REAL_RECORDING, detail=compared
        ),
    }
