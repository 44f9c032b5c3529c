"""How often and how late viewers see the house, and what that costs: one viewer, and five beside one that hangs."""

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec
import numpy as np
import psutil
from websockets.sync.client import ClientConnection, connect

from sumika.evaluate.dashboard.busy_house import Served, served_page
from sumika.evaluate.dashboard.first_page import first_page
from sumika.evaluate.figure import Evidence, Figure

SETTLE_S, QUICK_S, FULL_S = 1.5, 5.0, 30.0
VIEWERS = 5
STAMP_WALL = 1


@dataclass
class Watched:
    """What one viewer saw.

    Attributes:
        frames: How many frames came.
        latencies_ms: From a message's stamp to its being decoded by the viewer.
        lost: Queued messages that found no room.
    """

    frames: int = 0
    latencies_ms: list[float] = field(default_factory=list)
    lost: int = 0


@dataclass(frozen=True)
class Load:
    """What a number of viewers cost.

    Attributes:
        viewers: How many.
        messages_per_s: Frames a second of the viewer that got fewest.
        latency_p95_ms: Of all messages of all viewers.
        core_share: Of one core.
        rss_mb: Resident memory of the page's process, shared pages counted in.
        pss_mb: The same, with shared pages shared out.
    """

    viewers: int
    messages_per_s: float
    latency_p95_ms: float
    latency_p50_ms: float
    core_share: float
    rss_mb: float
    pss_mb: float


def measure(full: bool) -> dict[str, Figure]:
    """Return the figures of the live feed, and of the first page."""
    seconds = FULL_S if full else QUICK_S
    with served_page() as served:
        one, five = (load(served, viewers, seconds) for viewers in (1, VIEWERS))
        first = first_page(served)
    return {**_figures(one, five), "first_page_ms": first}


def _figures(one: Load, five: Load) -> dict[str, Figure]:
    detail = {
        name: {f"{load.viewers}_viewers": round(getattr(load, name), 4) for load in (one, five)}
        for name in ("messages_per_s", "latency_p95_ms", "latency_p50_ms", "core_share", "rss_mb", "pss_mb")
    }
    values = {
        "messages_per_s": (min(one.messages_per_s, five.messages_per_s), "1/s"),
        "latency_p95_ms": (max(one.latency_p95_ms, five.latency_p95_ms), "ms"),
        "core_share": (five.core_share, "core"),
        "rss_mb": (five.rss_mb, "MB"),
    }
    more = {"latency_p95_ms": detail["latency_p50_ms"], "rss_mb": detail["pss_mb"]}
    words = {"latency_p95_ms": "p50_", "rss_mb": "pss_"}
    return {
        name: Figure(
            value=value,
            unit=unit,
            evidence=Evidence.MEASURED,
            detail={**detail[name], **{f"{words[name]}{key}": one for key, one in more.get(name, {}).items()}},
        )
        for name, (value, unit) in values.items()
    }


def load(served: Served, viewers: int, seconds: float) -> Load:
    """Return what so many viewers of everything cost, beside one more that never reads.

    Args:
        served: The page.
        viewers: How many.
        seconds: For so long.
    """
    begins_s = time.monotonic() + SETTLE_S
    seen = [Watched() for _ in range(viewers)]
    over = threading.Event()
    threads = [
        threading.Thread(target=_watch, args=(served, one, begins_s, begins_s + seconds), daemon=True) for one in seen
    ]
    threads.append(threading.Thread(target=_hang, args=(served, over), daemon=True))
    for thread in threads:
        thread.start()
    process = psutil.Process(served.pid)
    over.wait(max(0.0, begins_s - time.monotonic()))
    before = sum(process.cpu_times()[:2])
    over.wait(seconds)
    used_s = sum(process.cpu_times()[:2]) - before
    memory = process.memory_full_info()
    over.set()
    for thread in threads:
        thread.join()
    latencies = np.concatenate([one.latencies_ms for one in seen])
    return Load(
        viewers=viewers,
        messages_per_s=min(one.frames for one in seen) / seconds,
        latency_p95_ms=float(np.percentile(latencies, 95)),
        latency_p50_ms=float(np.percentile(latencies, 50)),
        core_share=used_s / seconds,
        rss_mb=memory.rss / 1e6,
        pss_mb=memory.pss / 1e6,
    )


def _watch(served: Served, seen: Watched, begins_s: float, ends_s: float) -> None:
    with _connection(served) as connection:
        connection.send(msgspec.msgpack.encode({"watch": ["*"], "max_hz": 20}))
        told: set[tuple[str, str, int]] = set()
        while (now_s := time.monotonic()) < ends_s:
            frame = msgspec.msgpack.decode(connection.recv(timeout=30.0, decode=False))
            if now_s < begins_s:
                continue
            seen.frames += 1
            seen.lost = frame["lost"]
            arrived_ms = time.time() * 1e3
            for topic, key, body in frame["messages"]:
                place = (topic, key, body["stamp"][0])
                if place not in told:
                    told.add(place)
                    seen.latencies_ms.append(arrived_ms - body["stamp"][STAMP_WALL] / 1e6)


def _hang(served: Served, over: threading.Event) -> None:
    """Ask for everything and read nothing."""
    with _connection(served, max_queue=1) as connection:
        connection.send(msgspec.msgpack.encode({"watch": ["*"], "max_hz": 20}))
        over.wait()


@contextlib.contextmanager
def _connection(served: Served, max_queue: int = 64) -> Iterator[ClientConnection]:
    with connect(
        f"ws://{served.address}/api/live",
        additional_headers={"Cookie": f"sumika_session={served.cookie}"},
        compression=None,
        max_size=None,
        max_queue=max_queue,
        close_timeout=1.0,
    ) as connection:
        yield connection
