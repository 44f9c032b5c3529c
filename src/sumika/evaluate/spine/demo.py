"""The demo house as a user meets it: how soon it speaks, what it uses, how it ends, how it takes kill -9 and stops."""

import math
import os
import signal
import sys
import time
from collections.abc import Sequence

import psutil

from sumika.bus import Received
from sumika.config import recordings_house
from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.running_house import RunningHouse
from sumika.runtime.node import Node
from sumika.runtime.table import nodes_of
from sumika.schema import NodeHealth, NodeState, Origin, Presence, Respiration

MEASURED_S = 60.0


def _first(house: RunningHouse, kind: type[Presence] | type[Respiration], timeout_s: float) -> dict[str, float]:
    """Return after how many seconds each room first had a valid message of that kind."""
    firsts: dict[str, float] = {}
    rooms = {radar.room for radar in house.loaded.house.radars}

    def note(received: Received) -> bool:
        message = received.message
        if isinstance(message, kind) and message.valid:
            firsts.setdefault(message.room, time.monotonic() - house.began_s)
        return rooms <= set(firsts)

    house.until(note, timeout_s, must=False)
    return firsts


def _cpu_s(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes if process.is_running())


def usage() -> dict[str, Figure]:
    """Return start-up times, core share, memory and the time that Ctrl-C takes."""
    loaded = recordings_house(os.environ)
    evidence = Evidence.REAL_RECORDING
    with RunningHouse(loaded, arguments=()) as house:
        presence = _first(house, Presence, 10.0)
        respiration = _first(house, Respiration, 30.0)
        processes = house.processes()
        cpu_s, began_s = _cpu_s(processes), time.monotonic()
        arrived = house.listen(MEASURED_S)
        core_share = (_cpu_s(processes) - cpu_s) / (time.monotonic() - began_s)
        memory_mb = sum(process.memory_full_info().pss for process in processes) / 1e6
        each = {name: health.core_share or 0.0 for name, health in sorted(house.health.items())}
        ended_s = house.interrupt()
    if any(received.message.origin is Origin.SIMULATED for received in arrived):
        evidence = Evidence.SIMULATION
    figures = {
        "demo_core_share": Figure(value=core_share, unit="cores", evidence=Evidence.MEASURED, detail=dict(each)),
        "demo_memory_mb": Figure(
            value=memory_mb, unit="MB", evidence=Evidence.MEASURED, detail={"processes": len(processes)}
        ),
        "demo_end_s": Figure(value=ended_s, unit="s", evidence=Evidence.MEASURED),
    }
    if presence:
        figures["demo_presence_s"] = Figure(
            value=max(presence.values()), unit="s", evidence=evidence, detail=dict(presence)
        )
    if respiration:
        figures["demo_respiration_s"] = Figure(
            value=max(respiration.values()), unit="s", evidence=evidence, detail=dict(respiration)
        )
    return figures


def mistreat(
    how: signal.Signals, *, at_once: int = 1, most_watchdog_s: float = math.inf
) -> tuple[dict[str, float], dict[str, int]]:
    """Send every node a signal, one after the other or some at once; those that all others wait for come alone.

    Args:
        how: The signal.
        at_once: So many nodes get it together.
        most_watchdog_s: Nodes that may be silent for longer are left alone.

    Returns:
        Seconds until each ran again, and how often each was started again in all (once, unless one took another along).
    """
    loaded = recordings_house({**os.environ, "SUMIKA_DATA": os.devnull})
    nodes = [node for node in nodes_of(loaded.house) if node.watchdog_s <= most_watchdog_s]
    others = sorted((node for node in nodes if not node.first), key=lambda node: node.watchdog_s)
    groups = [[node] for node in nodes if node.first]
    groups += [others[begin : begin + at_once] for begin in range(0, len(others), at_once)]
    back_s: dict[str, float] = {}
    with RunningHouse(loaded) as house:
        house.wait_until_running()
        for group in groups:
            back_s |= _back_after(house, group, how)
        house.listen(1.5)
        restarts = {name: health.restarts for name, health in house.health.items()}
    return back_s, restarts


def _back_after(house: RunningHouse, group: Sequence[Node], how: signal.Signals) -> dict[str, float]:
    """Send some nodes a signal; return how many seconds later each of them runs again."""
    before = {node.name: house.health[node.name] for node in group}
    for health in before.values():
        os.kill(health.pid or 0, how)
    began_s, back_s = time.monotonic(), dict[str, float]()

    def all_back(received: Received) -> bool:
        said = received.message
        if isinstance(said, NodeHealth) and said.node in before.keys() - back_s.keys():
            again = said.restarts > before[said.node].restarts
            if again and said.state is NodeState.RUNNING:
                back_s[said.node] = time.monotonic() - began_s
        return len(back_s) == len(before)

    house.until(all_back, 6 * max(node.watchdog_s for node in group))
    return back_s


def faults() -> dict[str, Figure]:
    """Return how long the slowest node took to come back from kill -9, and from SIGSTOP in units of its watchdog."""
    killed, restarts_killed = mistreat(signal.SIGKILL)
    stopped, restarts_stopped = mistreat(signal.SIGSTOP)
    watchdogs = {node.name: node.watchdog_s for node in nodes_of(recordings_house(os.environ).house)}
    taken_along = sum(max(0, count - 1) for count in (*restarts_killed.values(), *restarts_stopped.values()))
    relative = {name: seconds / watchdogs[name] for name, seconds in stopped.items()}
    return {
        "back_after_kill_s": Figure(
            value=max(killed.values()), unit="s", evidence=Evidence.MEASURED, detail=dict(killed)
        ),
        "back_after_stop_watchdogs": Figure(
            value=max(relative.values()), unit="watchdog periods", evidence=Evidence.MEASURED, detail=dict(relative)
        ),
        "nodes_taken_along": Figure(value=taken_along, unit="nodes", evidence=Evidence.MEASURED),
    }


def measure(full: bool) -> dict[str, Figure]:
    """Return the figures of the running demo house; they take minutes, so only when `full`."""
    if not full:
        return {}
    sys.stderr.write("spine.demo: the demo house runs for about two minutes, then every node is mistreated\n")
    return usage() | faults()
