"""What systemd hears from a running house: ready once, a sign of life again and again, stopping at the end."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from sumika.runtime.service_manager import ServiceManager
from tests.bus_helpers import runtime_base

pytestmark = [pytest.mark.slow, pytest.mark.timeout(60)]
DEADLINE_S = 20.0


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(DEADLINE_S)
        yield manager


def start(address: str, folder: Path) -> subprocess.Popen[bytes]:
    environ = {
        **os.environ,
        "NOTIFY_SOCKET": address,
        "SUMIKA_DATA": os.devnull,
        "XDG_RUNTIME_DIR": os.environ["XDG_RUNTIME_DIR"],
    }
    return subprocess.Popen(
        [sys.executable, "-m", "sumika", "run", "--recordings", "--headless", "--data", str(folder / "data")],
        env=environ,
        stderr=subprocess.DEVNULL,
    )


def test_ready_then_alive_then_stopping(manager: socket.socket, tmp_path: Path) -> None:
    with runtime_base():
        house = start(manager.getsockname(), tmp_path)
        try:
            assert manager.recv(100) == b"READY=1"
            began_s = time.monotonic()
            assert [manager.recv(100) for _ in range(8)] == [b"WATCHDOG=1"] * 8
            assert time.monotonic() - began_s < 10.0  # the shipped unit's WatchdogSec is longer
            house.send_signal(signal.SIGTERM)
            said = manager.recv(100)
            while said == b"WATCHDOG=1":
                said = manager.recv(100)
            assert said == b"STOPPING=1"
            assert house.wait(DEADLINE_S) == 0
        finally:
            house.kill()
            house.wait()


def test_a_manager_that_never_reads_holds_nobody_up(manager: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", manager.getsockname())
    with contextlib.closing(ServiceManager()) as ours:
        for _ in range(2000):  # far more than an unread datagram socket takes
            ours.notify("WATCHDOG=1")
    assert manager.recv(100) == b"WATCHDOG=1"


def test_without_a_manager_nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    before = psutil.Process().num_fds()
    with contextlib.closing(ServiceManager()) as ours:
        ours.notify("READY=1")
        assert psutil.Process().num_fds() == before
