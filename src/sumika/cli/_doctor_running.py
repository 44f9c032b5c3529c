"""The doctor's look at what runs: the runtime folder, leftovers of crashed runs, the nodes of running houses."""

import shutil

from sumika.bus import RuntimeFolder, Subscriber
from sumika.cli._finding import Finding, fail, ok, warn
from sumika.clock import Clock
from sumika.schema import NodeHealth, NodeState, SumikaError
from sumika.units import seconds_to_ns

RUNTIME_FAIL_BYTES = 32_000_000
RUNTIME_WARN_BYTES = 128_000_000
"""A radar's ring of eight frames takes up to 13 MB."""

LISTEN_S = 2.5
"""The supervisor tells every node's health once a second."""

_TROUBLE = {
    NodeState.BACKING_OFF: "it failed and will be started again",
    NodeState.DEGRADED: "it fails again and again",
}


def leftovers() -> list[Finding]:
    """Sweep up what crashed runs left, as the next start would, and tell of it."""
    try:
        swept = RuntimeFolder.sweep()
    except (SumikaError, OSError):
        return []  # told by `runtime_folder`
    if not swept:
        return [ok("no leftovers of crashed runs")]
    names = ", ".join(path.name for path in swept)
    return [
        warn(
            f"removed what {len(swept)} crashed runs had left in {swept[0].parent}: {names}",
            "a run was killed, or the power failed",
            "Look into its log, with: sumika log info",
        )
    ]


def runtime_folder() -> list[Finding]:
    """Make a runtime folder as a run would, and judge the space in it."""
    try:
        with RuntimeFolder.create("doctor") as folder:
            return runtime_space(shutil.disk_usage(folder.path).free, str(folder.path.parent))
    except SumikaError as error:
        where = f"runtime folder {error.where}".rstrip()
        return [fail(where, error.problem, error.remedy)]
    except OSError as error:
        return [fail("runtime folder", str(error), "Set XDG_RUNTIME_DIR to a folder of your own")]


def runtime_space(free_bytes: int, where: str) -> list[Finding]:
    """Judge the memory that frames and sockets may take."""
    shown = f"runtime folder {where}: {free_bytes / 1e6:.0f} MB free"
    remedy = "Give /dev/shm more (mount -o remount,size=256m /dev/shm; docker run --shm-size=256m)"
    if free_bytes < RUNTIME_FAIL_BYTES:
        return [fail(shown, "the radars' frames do not fit", remedy)]
    if free_bytes < RUNTIME_WARN_BYTES:
        return [warn(shown, "the frames of many or big radars may not fit", remedy)]
    return [ok(shown)]


def running_houses(clock: Clock, listen_s: float = LISTEN_S) -> list[Finding]:
    """Judge every running house of ours by what its supervisor says of its nodes."""
    try:
        folders = RuntimeFolder.running()
    except (SumikaError, OSError):
        return []  # told by `runtime_folder`
    if not folders:
        return [ok("no house is running")]
    return [finding for folder in folders for finding in _nodes_of(folder, clock, listen_s)]


def _nodes_of(folder: RuntimeFolder, clock: Clock, listen_s: float) -> list[Finding]:
    heard: dict[str, NodeHealth] = {}
    subscriber = Subscriber(folder, nodes=["supervisor"], topics=["node_health"], clock=clock)
    until_ns = clock.now().monotonic_ns + seconds_to_ns(listen_s)
    try:
        while clock.now().monotonic_ns < until_ns:
            for received in subscriber.receive(0.1):
                if isinstance(received.message, NodeHealth):
                    heard[received.message.node] = received.message
    finally:
        subscriber.close()
    return nodes_well(list(heard.values()), str(folder.path))


def nodes_well(heard: list[NodeHealth], where: str) -> list[Finding]:
    """Judge a running house by its nodes' health.

    Args:
        heard: The newest word on each node.
        where: Its runtime folder.
    """
    if not heard:
        return [
            fail(
                f"the house in {where} runs, but says nothing",
                "its supervisor hangs or was stopped",
                "Stop it (Ctrl-C, or systemctl restart sumika) and start it again",
            )
        ]
    troubled = [
        fail(
            f"node {health.node}: {health.state.replace('_', ' ')}, restarted {health.restarts} times",
            f"{_TROUBLE[health.state]}: {health.fault or 'no reason told'}",
            "If it goes on, look into the log, with: sumika log info",
        )
        for health in heard
        if health.state in _TROUBLE
    ]
    running = sum(health.state is NodeState.RUNNING for health in heard)
    return [ok(f"a house is running in {where}: {running} of {len(heard)} nodes run"), *troubled]
