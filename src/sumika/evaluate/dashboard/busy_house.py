"""A house as busy as the demo house, on a bus of its own, with the page's node as it runs in every house."""

import contextlib
import dataclasses
import multiprocessing
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TypedDict

import httpx
import numpy as np

from sumika.bus import Board, Publisher, RuntimeFolder
from sumika.clock import WallClock
from sumika.config import DEMO_FILE, Document, parse_house
from sumika.evaluate.free_port import free_port
from sumika.runtime.node import PAGE, Launch, Node
from sumika.runtime.page_access import open_accounts
from sumika.runtime.spawn import PRELOADED, run_node
from sumika.runtime.table import nodes_of
from sumika.schema import (
    AirSample,
    ChestMotion,
    ConfigChange,
    HeartRate,
    Message,
    NodeHealth,
    NodeState,
    Origin,
    PointCloud,
    Presence,
    Reason,
    Respiration,
    SumikaError,
    Track,
    Tracks,
)
from sumika.schema.house import House, Radar

SPEAKER = "house"
RATE_HZ = 20.0
POINTS_PER_FRAME = 120
PEOPLE = 3
ANSWERS_WITHIN_S = 60.0
PASSWORD = "the password of a bench"


@dataclass(frozen=True)
class Served:
    """A page that is served.

    Attributes:
        address: Of it.
        cookie: Of a browser that is logged in.
        pid: Of its process.
        data: Its data folder.
        house: The house.
    """

    address: str
    cookie: str
    pid: int
    data: Path
    house: House


@contextlib.contextmanager
def served_page() -> Iterator[Served]:
    """Serve the page of the demo house on a bus of its own; a thread plays the other nodes.

    Raises:
        SumikaError: if it does not answer.
    """
    port = free_port()
    document = Document(DEMO_FILE.read_text(encoding="utf-8"), DEMO_FILE)
    document.set("page.port", port)
    loaded = parse_house(document.text, DEMO_FILE, {})
    with tempfile.TemporaryDirectory(prefix="smk") as scratch, RuntimeFolder.create("bench") as folder:
        data = Path(scratch)
        clock = WallClock()
        config = ConfigChange(
            stamp=clock.now(), origin=Origin.LIVE, file=str(DEMO_FILE), hash=loaded.hash, text=loaded.text
        )
        launch = Launch(
            folder=folder.path,
            data=data,
            run_id="bench",
            house=loaded.house,
            house_file=DEMO_FILE,
            config=config,
            nodes=(SPEAKER, PAGE),
            incarnation=0,
        )
        node = page_node(loaded.house)
        Board.create(folder.board, [PAGE])
        # As in every house: forked from a server that has imported what all nodes share.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        process = context.Process(target=run_node, args=(node, launch), daemon=True)
        process.start()
        with _speaking(folder, loaded.house), _ended(process):
            cookie = _logged_in(f"http://127.0.0.1:{port}", data)
            yield Served(f"127.0.0.1:{port}", cookie, process.pid or 0, data, loaded.house)


def page_node(house: House) -> Node:
    """Return the page's row of the table, without the log that it would wait for."""
    row = next(node for node in nodes_of(house) if node.name == PAGE)
    return dataclasses.replace(row, heard_by=())


@contextlib.contextmanager
def _ended(process: BaseProcess) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        process.join(5.0)
        if process.exitcode is None:
            process.kill()
            process.join(5.0)


def _logged_in(address: str, data: Path) -> str:
    """Make the owner, and return the cookie."""
    deadline_s = time.monotonic() + ANSWERS_WITHIN_S
    idle = threading.Event()
    with httpx.Client(base_url=address, timeout=20.0) as browser:
        while time.monotonic() < deadline_s:
            with contextlib.suppress(httpx.TransportError):
                if browser.get("/api/health").status_code == 200:
                    break
            idle.wait(0.05)
        token = open_accounts(data, WallClock()).setup_token
        answer = browser.post("/api/setup", json={"token": token, "name": "bench", "password": PASSWORD})
        if answer.status_code != 200:
            raise SumikaError(f"the page does not let its first owner in ({answer.text[:200]})", where=address)
        return next(value for name, value in browser.cookies.items() if name.startswith("sumika_session"))


@contextlib.contextmanager
def _speaking(folder: RuntimeFolder, house: House) -> Iterator[None]:
    """Say on the bus what a house with three radars says, until the block ends."""
    over = threading.Event()
    thread = threading.Thread(target=_speak, args=(folder, house, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _speak(folder: RuntimeFolder, house: House, over: threading.Event) -> None:
    clock, random = WallClock(), np.random.default_rng(0)
    rows = random.normal(0, 1, (POINTS_PER_FRAME, 9)).astype("<f4").tobytes()
    with Publisher(folder, SPEAKER, incarnation=0) as publisher:
        turn, due_s = 0, time.monotonic()
        while not over.wait(max(0.0, due_s - time.monotonic())):
            due_s = max(due_s + 1.0 / RATE_HZ, time.monotonic() - 1.0)
            for make in _said(house, turn, rows):
                publisher.publish(make(clock))
            turn += 1


Made = Callable[[WallClock], Message]


class _Measured(TypedDict):
    valid: bool
    reason: Reason


_MEASURED: _Measured = {"valid": True, "reason": Reason.MEASURED}


def _said(house: House, turn: int, rows: bytes) -> Iterator[Made]:
    """Yield what is said in one twentieth of a second; each is stamped when it is sent."""
    yield lambda clock: _tracks(clock, turn)
    for radar in house.radars:
        yield partial(_points, radar, turn, rows)
    for number, room in enumerate(house.rooms):
        yield from _said_of_room(room.id, turn, number)
    if turn % 20 == 3:
        for number in range(25):
            yield partial(_health, f"node{number}")


def _points(radar: Radar, turn: int, rows: bytes, clock: WallClock) -> PointCloud:
    return PointCloud(
        stamp=clock.now(),
        origin=Origin.SIMULATED,
        radar=radar.id,
        room=radar.room,
        index=turn,
        frame_interval_s=1.0 / RATE_HZ,
        usable=True,
        count=POINTS_PER_FRAME,
        rows=rows,
    )


def _health(name: str, clock: WallClock) -> NodeHealth:
    return NodeHealth(stamp=clock.now(), origin=Origin.LIVE, node=name, state=NodeState.RUNNING, core_share=0.1)


def _tracks(clock: WallClock, turn: int) -> Tracks:
    bodies = tuple(
        Track(id=number, room="living", position_m=(1.0 + turn % 7, number, 1.0), position_sigma_m=(0.1, 0.1, 0.1))
        for number in range(PEOPLE)
    )
    return Tracks(stamp=clock.now(), origin=Origin.SIMULATED, source="house", tracks=bodies)


def _said_of_room(room: str, turn: int, number: int) -> Iterator[Made]:
    yield lambda clock: ChestMotion(
        stamp=clock.now(), displacement_mm=float(np.sin(turn / 10)), origin=Origin.SIMULATED, room=room, **_MEASURED
    )
    if turn % 10 == number:
        yield lambda clock: Presence(
            stamp=clock.now(), probability=0.9, origin=Origin.SIMULATED, room=room, **_MEASURED
        )
    if turn % 20 == number:
        yield lambda clock: Respiration(
            stamp=clock.now(), rate_bpm=14.0, sigma_bpm=0.3, origin=Origin.SIMULATED, room=room, **_MEASURED
        )
        yield lambda clock: HeartRate(
            stamp=clock.now(), rate_bpm=62.0, sigma_bpm=1.0, origin=Origin.SIMULATED, room=room, **_MEASURED
        )
    if turn % 100 == number:
        yield lambda clock: AirSample(
            stamp=clock.now(),
            origin=Origin.SIMULATED,
            sensor=f"{room}_air",
            room=room,
            co2_ppm=700.0,
        )
