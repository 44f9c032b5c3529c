"""A fast clock: every wait of a process ends when its clock says so, and far sooner by the machine's."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sumika.evaluate.fast_clock import start_fast_clock

WAITS = """
import asyncio, json, queue, select, threading, time
waits = {
    "sleep": lambda: time.sleep(30),
    "event": lambda: threading.Event().wait(30),
    "select": lambda: select.select([], [], [], 30),
    "poll": lambda: select.poll().poll(30_000),
    "asyncio": lambda: asyncio.run(asyncio.sleep(30)),
}
passed = {}
for name, wait in waits.items():
    began = time.monotonic()
    wait()
    passed[name] = time.monotonic() - began
print(json.dumps({"passed": passed, "wall": time.time()}))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what is preloaded is for Linux")
def test_every_wait_takes_as_long_as_its_clock_says_and_no_longer_than_the_machine_needs(tmp_path: Path) -> None:
    wall = datetime(2026, 1, 20, 13, tzinfo=UTC)
    clock = start_fast_clock(tmp_path, 500.0, wall)
    began_s = time.monotonic()
    command = [sys.executable, "-c", WAITS]
    made = subprocess.run(command, env=clock.environment(), capture_output=True, text=True, timeout=60, check=True)
    took_s = time.monotonic() - began_s
    told = json.loads(made.stdout)
    assert all(seconds >= 29.9 for seconds in told["passed"].values()), told
    assert took_s < 60.0  # of the 150 s that were waited for
    assert 150.0 <= told["wall"] - wall.timestamp() <= 500.0 * took_s + 1.0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what is preloaded is for Linux")
def test_processes_may_start_before_it_hurries(tmp_path: Path) -> None:
    clock = start_fast_clock(tmp_path, 500.0, datetime(2026, 1, 20, 13, tzinfo=UTC), after_s=3600.0)
    code = "import time; began = time.monotonic(); time.sleep(0.05); print(time.monotonic() - began)"
    made = subprocess.run(
        [sys.executable, "-c", code], env=clock.environment(), capture_output=True, text=True, timeout=60, check=True
    )
    assert 0.05 <= float(made.stdout) < 20.0  # 25 s where it hurried


def test_it_needs_a_time_zone_and_a_speed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        start_fast_clock(tmp_path, 20.0, datetime.fromisoformat("2026-01-20T13:00"))
    with pytest.raises(ValueError, match="some times as fast"):
        start_fast_clock(tmp_path, 0.0, datetime(2026, 1, 20, 13, tzinfo=UTC))
