"""The simulated demo house in real time, everything running: what it uses, and how many of its frames come late."""

import os
import time

import psutil

from sumika.bus import Received
from sumika.config import demo_house
from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.running_house import RunningHouse
from sumika.schema import NodeStatistics, Presence

SETTLES_S, MEASURED_S = 20.0, 60.0
TOPICS = ("node_health", "node_statistics", "presence", "truth_body", "air")


def _cpu_s(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes if process.is_running())


def measure(full: bool) -> dict[str, Figure]:
    """Return core share and late frames; a long figure, because it runs in real time."""
    if not full:
        return {}
    loaded = demo_house(os.environ)
    with RunningHouse(loaded, arguments=(), topics=TOPICS) as house:
        house.until(_someone_said, 60.0)
        presence_s = time.monotonic() - house.began_s
        house.listen(SETTLES_S)
        processes = house.processes()
        cpu_s, began_s = _cpu_s(processes), time.monotonic()
        arrived = house.listen(MEASURED_S)
        share = (_cpu_s(processes) - cpu_s) / (time.monotonic() - began_s)
        memory_mb = sum(process.memory_full_info().pss for process in processes) / 1e6
        each = {name: health.core_share or 0.0 for name, health in sorted(house.health.items())}
        house.interrupt()
    statistics = [received.message for received in arrived if isinstance(received.message, NodeStatistics)]
    radars = [one for one in statistics if one.node.startswith("sensor.")]
    late, frames = _late(radars)
    return {
        "demo_core_share": Figure(
            value=share,
            unit="cores",
            evidence=Evidence.MEASURED,
            detail={"memory_mb": memory_mb, "processes": len(processes), **each},
        ),
        "demo_late_share": Figure(
            value=late / max(1, frames), unit="1", evidence=Evidence.MEASURED, detail={"frames": frames, "late": late}
        ),
        "demo_first_presence_s": Figure(value=presence_s, unit="s", evidence=Evidence.MEASURED),
    }


def _someone_said(received: Received) -> bool:
    return isinstance(received.message, Presence) and received.message.valid


def _late(statistics: list[NodeStatistics]) -> tuple[int, int]:
    """Return how many frames came late or were left out, and how many there should have been."""
    late = frames = 0
    for node in {one.node for one in statistics}:
        mine = [one for one in statistics if one.node == node]
        first, last = mine[0], mine[-1]
        lost = [sum(one.refused.get(word, 0) for word in ("late", "left_out")) for one in (first, last)]
        late += lost[1] - lost[0]
        frames += last.taken - first.taken + last.refused.get("left_out", 0) - first.refused.get("left_out", 0)
    return late, frames
