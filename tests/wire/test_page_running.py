"""The page of a house that runs: its listeners, its live feed, a page that is killed, residents who pause it all."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psutil
import pytest
import pytest_socket
from websockets.sync.client import ClientConnection, connect

from sumika.evaluate.free_port import free_port

pytestmark = pytest.mark.slow

WITHIN_S = 60.0
PASSWORD = "correct horse battery"
HOUSE = """\
version: 1
name: House of one room
demo: true
residents: [{{ id: hanako }}]
rooms:
  - id: bedroom
    floor_m: [[0, 0], [4, 0], [4, 3], [0, 3]]
    residents: [hanako]
radars:
  - id: bedroom_radar
    room: bedroom
    model: a121
    position_m: [0.1, 1.5, 1.5]
    source: {{ type: demo }}
page: {{ port: {port} }}
"""


def until(holds: Callable[[], Any], what: str) -> Any:
    """Return what becomes true, or fail."""
    deadline_s = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline_s:
        try:
            found = holds()
        except (httpx.TransportError, OSError):
            found = None
        if found:
            return found
        psutil.cpu_percent(0.1)  # a tenth of a second, in which the machine is watched
    raise AssertionError(f"not within {WITHIN_S:g} s: {what}")


@dataclass
class Running:
    """A house that runs, and its owner's browser."""

    process: subprocess.Popen[str]
    port: int
    data: Path
    browser: httpx.Client

    def family(self) -> list[psutil.Process]:
        """Return all its processes."""
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def nodes(self) -> dict[str, dict[str, Any]]:
        """Return what is said of every node."""
        messages = self.browser.get("/api/state").json()["messages"]
        return {key: body for topic, key, body in messages if topic == "node_health"}

    @contextmanager
    def watch(self, *patterns: str) -> Iterator[ClientConnection]:
        """Hold a connection that watches something."""
        name = f"sumika_session_{self.port}"
        headers = {"Cookie": f"{name}={self.browser.cookies[name]}"}
        address = f"ws://127.0.0.1:{self.port}/api/live"
        with connect(address, additional_headers=headers, compression=None) as connection:
            connection.send(msgspec.msgpack.encode({"watch": list(patterns)}))
            yield connection


def _connectable() -> None:
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def connectable() -> None:
    """Let these tests connect to this machine and to no other; pytest-socket blocks all again before the next test."""
    _connectable()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    _connectable()
    folder, port = tmp_path_factory.mktemp("house"), free_port()
    (folder / "house.yaml").write_text(HOUSE.format(port=port), encoding="utf-8")
    command = [sys.executable, "-m", "sumika", "run", "--headless", "--house", str(folder / "house.yaml")]
    process = subprocess.Popen(
        [*command, "--data", str(folder / "data"), "--seconds", "280"], stderr=subprocess.PIPE, text=True
    )
    with process, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20.0) as browser:
        try:
            assert process.stderr is not None
            told = process.stderr.readline() + process.stderr.readline()
            token = re.search(rf"http://127\.0\.0\.1:{port}/#/\?token=(\S+)", told)
            assert token, told
            until(lambda: browser.get("/api/health").status_code == 200, "the page answers")
            body = {"token": token[1], "name": "owner", "password": PASSWORD}
            entered = browser.post("/api/setup", json=body)
            assert entered.status_code == 200, entered.text
            browser.headers["X-Sumika-CSRF"] = entered.json()["csrf"]
            yield Running(process, port, folder / "data", browser)
        finally:
            process.terminate()
            process.communicate(timeout=WITHIN_S)


def frames_until(connection: ClientConnection, topic: str) -> dict[str, Any]:
    """Return the first message of a topic."""
    deadline_s = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline_s:
        frame = msgspec.msgpack.decode(connection.recv(timeout=WITHIN_S, decode=False))
        for name, _, body in frame["messages"]:
            if name == topic:
                found: dict[str, Any] = body
                return found
    raise AssertionError(f"no {topic} within {WITHIN_S:g} s")


def test_a_running_house_listens_where_it_is_documented_and_nowhere_else(running: Running) -> None:
    listeners = set()
    for process in running.family():
        for socket in process.net_connections(kind="inet"):
            if socket.status == psutil.CONN_LISTEN or not socket.raddr:
                listeners.add((socket.laddr.ip, socket.laddr.port))
    assert listeners == {("127.0.0.1", running.port)}


def test_what_the_radar_sees_is_seen_on_the_page(running: Running) -> None:
    with running.watch("presence", "chest_motion") as connection:
        seen = frames_until(connection, "presence")
        assert seen["room"] == "bedroom"
        assert seen["origin"] == "simulated"
        assert frames_until(connection, "chest_motion")["room"] == "bedroom"


def test_one_who_never_reads_holds_up_nobody(running: Running) -> None:
    with running.watch("*"), running.watch("node_health") as reader:
        numbers = [frames_until(reader, "node_health")["stamp"][0] for _ in range(20)]
        assert numbers == sorted(numbers)
        assert len(set(numbers)) > 8


def test_a_stranger_gets_nothing_of_it(running: Running) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{running.port}") as stranger:
        for path in ("/api/state", "/api/house", "/api/me", "/metrics", "/api/openapi.json"):
            assert stranger.get(path).status_code == 401
    with connect(f"ws://127.0.0.1:{running.port}/api/live") as connection, pytest.raises(Exception, match="4401"):
        connection.recv(timeout=WITHIN_S)


def test_a_page_that_is_killed_comes_back_and_who_was_logged_in_still_is(running: Running) -> None:
    page = until(lambda: running.nodes().get("page"), "the page's health")
    psutil.Process(page["pid"]).kill()
    again = until(
        lambda: (running.nodes().get("page") or {}).get("pid") not in (None, page["pid"]) and running.nodes()["page"],
        "the page runs again",
    )
    assert again["restarts"] >= 1
    assert running.browser.get("/api/me").json()["user"] == "owner"


def test_while_sensing_rests_no_radar_is_read_and_then_again(running: Running) -> None:
    browser = running.browser
    until(lambda: running.nodes().get("sensor.bedroom_radar", {}).get("state") == "running", "the radar is read")
    paused = browser.post("/api/sensing", json={"paused_until": time.time() + 600})
    assert paused.json()["paused"]
    until(lambda: running.nodes()["sensor.bedroom_radar"]["state"] == "waiting", "the radar rests")

    def bodies() -> list[str]:
        messages = browser.get("/api/state").json()["messages"]
        return [topic for topic, _, _ in messages if topic in ("respiration", "chest_motion", "heart_rate")]

    until(lambda: not bodies(), "nothing personal is shown")
    assert not browser.post("/api/sensing", json={"paused_until": None}).json()["paused"]
    until(lambda: running.nodes()["sensor.bedroom_radar"]["state"] == "running", "the radar is read again")


def test_a_resident_is_forgotten_while_the_house_runs(running: Running) -> None:
    until(lambda: list((running.data / "history" / "keys").glob("hanako*.key")), "something is kept")
    kept = {path.read_bytes() for path in (running.data / "history" / "keys").glob("hanako*.key")}
    assert running.browser.post("/api/residents/hanako/forget").json()["keys"] >= 1
    left = {path.read_bytes() for path in (running.data / "history" / "keys").glob("hanako*.key")}
    assert not kept & left


def test_a_change_of_the_house_is_written_with_a_backup(running: Running) -> None:
    base = running.browser.get("/api/house").json()
    edit = {"op": "set", "path": "rooms[bedroom].height_m", "value": 2.5}
    applied = running.browser.post("/api/house/apply", json={"edits": [edit], "base_hash": base["hash"]})
    assert applied.json()["restart_needed"]
    assert Path(base["file"]).read_text(encoding="utf-8").count("height_m: 2.5") == 1
    assert running.browser.post("/api/house/undo", json={}).json()["hash"] == base["hash"]
