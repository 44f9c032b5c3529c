"""Real processes of nodes: their reasons of failure come back, and no life of one leaves a descriptor with us."""

import signal
import subprocess
import sys

import pytest

from sumika.bus import RuntimeFolder
from sumika.clock import Instant
from sumika.config import demo_house, recordings_house
from sumika.runtime.node import Launch, Node
from sumika.runtime.spawn import FAULT_LETTERS, PRELOADED, PRELOADED_LOOPS, fault_file, preloaded_for, run_node
from sumika.runtime.table import nodes_of
from sumika.schema import ConfigChange, Origin, SumikaError
from sumika.schema.house import House
from tests.bus_helpers import runtime_base, runtime_folder


def raises(node: Node, launch: Launch) -> None:
    raise SumikaError("the cable is out\nagain \udcff" + "x" * 1000)


def launch_in(folder: RuntimeFolder) -> Launch:
    config = ConfigChange(stamp=Instant(0, 0, "boot"), origin=Origin.LIVE, file="", hash="", text="")
    return Launch(
        folder=folder.path,
        data=folder.path,
        run_id="run",
        house=House(rooms=()),
        house_file=folder.path,
        config=config,
        nodes=(),
        incarnation=0,
    )


def test_a_failure_leaves_one_short_line(monkeypatch: pytest.MonkeyPatch) -> None:
    previous = signal.getsignal(signal.SIGINT)
    monkeypatch.delenv("SUMIKA_DEBUG", raising=False)
    with runtime_folder() as folder:
        node = Node("radar", raises)
        try:
            with pytest.raises(SystemExit):
                run_node(node, launch_in(folder))
        finally:
            signal.signal(signal.SIGINT, previous)
        line = fault_file(launch_in(folder), node).read_text(encoding="utf-8")
    assert "the cable is out again ?" in line
    assert len(line) == FAULT_LETTERS


LIVES = """
from pathlib import Path
import sys
import psutil
from sumika.bus import RuntimeFolder
from sumika.clock import Instant
from sumika.runtime.conditions import always  # as a loop it returns at once
from sumika.runtime.node import Launch, Node
from sumika.runtime.spawn import fork_server
from sumika.schema import ConfigChange, Origin
from sumika.schema.house import House

with RuntimeFolder.create() as folder:
    config = ConfigChange(stamp=Instant(0, 0, ""), origin=Origin.LIVE, file="", hash="", text="")
    launch = Launch(folder.path, folder.path, "run", House(rooms=()), folder.path, config, (), 0)
    spawn = fork_server(folder)
    for life in range(6):
        process = spawn(Node("idle", always), launch)
        if life == 3:
            process.kill()
        process.join(20.0)
        assert process.exitcode in (0, -9), process.exitcode
        process.close()
        print(psutil.Process().num_fds())
"""


@pytest.mark.slow
def test_lives_of_a_node_leave_no_descriptor_open() -> None:
    with runtime_base():
        answer = subprocess.run([sys.executable, "-c", LIVES], capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 0, answer.stderr
    counts = answer.stdout.split()
    assert len(counts) == 6
    assert len(set(counts)) == 1, counts


INTERRUPTED = """
import psutil, signal
from pathlib import Path
from sumika.bus import RuntimeFolder
from sumika.clock import Instant
from sumika.runtime.conditions import always
from sumika.runtime.node import Launch, Node
from sumika.runtime.spawn import fork_server
from sumika.schema import ConfigChange, Origin
from sumika.schema.house import House

with RuntimeFolder.create() as folder:
    config = ConfigChange(stamp=Instant(0, 0, ""), origin=Origin.LIVE, file="", hash="", text="")
    launch = Launch(folder.path, folder.path, "run", House(rooms=()), folder.path, config, (), 0)
    process = fork_server(folder)(Node("idle", always), launch)
    server = next(child for child in psutil.Process().children() if "forkserver" in " ".join(child.cmdline()))
    status = Path(f"/proc/{server.pid}/status").read_text()
    blocked = int(status.split("SigBlk:")[1].split()[0], 16)
    print(bool(blocked >> (signal.SIGINT - 1) & 1), signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))
    process.join(20.0)
"""


def test_ctrl_c_never_reaches_the_server_that_forks_and_always_us() -> None:
    with runtime_base():
        answer = subprocess.run(
            [sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=60, check=False
        )
    assert answer.stdout.split() == ["True", "False"], answer.stderr


def test_what_compiles_loops_is_shared_where_enough_nodes_call_them() -> None:
    assert preloaded_for(nodes_of(recordings_house().house)) == PRELOADED
    assert preloaded_for(nodes_of(demo_house().house)) == PRELOADED_LOOPS
    assert PRELOADED_LOOPS[-1:] == PRELOADED  # it freezes what is there
