"""What all our sockets have in common."""

import time
from collections.abc import Iterable
from typing import Protocol

import zmq

from sumika.bus._codec import MESSAGE_CAP_BYTES

Socket = zmq.Socket[bytes]
Context = zmq.Context[Socket]

RECONNECT_MS = 20
RECONNECT_MAX_MS = 160
"""Nodes that are not there are looked for so often: soon enough for a restart, rarely enough to cost nothing."""


def shared_context() -> Context:
    """Return this process's context: its one I/O thread serves all sockets that only listen."""
    return zmq.Context.instance()


def limit_size(socket: Socket) -> None:
    """Keep a peer from filling our memory: beyond this, the connection is dropped before the bytes are stored.

    Only for sockets that bind, or ask once: ZeroMQ never connects again after that. What is larger than the cap but not
    absurd is received and refused by us, so that it is counted.
    """
    socket.setsockopt(zmq.MAXMSGSIZE, 4 * MESSAGE_CAP_BYTES)


def reconnect_soon(socket: Socket) -> None:
    """Find a peer that was started again as soon as it is there."""
    socket.setsockopt(zmq.RECONNECT_IVL, RECONNECT_MS)
    socket.setsockopt(zmq.RECONNECT_IVL_MAX, RECONNECT_MAX_MS)


def readable(socket: Socket, timeout_s: float) -> bool:
    """Wait until something can be received, at most so long."""
    return bool(socket.poll(max(0, round(timeout_s * 1000)), zmq.POLLIN))


class Waitable(Protocol):
    """A subscriber or an answerer."""

    @property
    def socket(self) -> Socket:
        """Its ZeroMQ socket."""
        ...


def wait_any(sources: Iterable[Waitable | int], timeout_s: float) -> bool:
    """Wait until one of several has something to read; return whether one has.

    Args:
        sources: Subscribers, answerers, and file descriptors such as a process's sentinel.
        timeout_s: Longest wait.
    """
    poller = zmq.Poller()
    for source in sources:
        poller.register(source if isinstance(source, int) else source.socket, zmq.POLLIN)
    return bool(poller.poll(max(0, round(timeout_s * 1000))))


def deadline_in(timeout_s: float) -> float:
    """Return the moment, on the machine's own clock, at which a wait for a peer ends.

    Sockets run in real time, also where the house's clock is simulated.
    """
    return time.monotonic() + timeout_s


def left_until(deadline_s: float) -> float:
    """Return how long it is until then, 0 if it has passed."""
    return max(0.0, deadline_s - time.monotonic())
