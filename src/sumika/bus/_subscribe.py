"""Subscribing: one socket for all the nodes one listens to; what was lost or refused is counted."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec
import zmq

from sumika.bus import _wire
from sumika.bus._folder import RuntimeFolder
from sumika.bus._freshness import NOTHING, Freshness, Latest
from sumika.clock import Clock
from sumika.schema import TOPICS, Envelope, Message

HIGH_WATER_MARK = 10_000
MOST_AT_ONCE = 2_000
"""`receive` returns after so many, so that a flood cannot keep a loop from its other duties."""


class Received(NamedTuple):
    """A message with its envelope and the monotonic time at which it was taken from the bus."""

    envelope: Envelope
    message: Message
    received_ns: int


class Subscriber:
    """Listens to some topics of some nodes.

    Args:
        folder: The runtime folder.
        nodes: Whom to listen to; a node that is not there yet is connected to when it comes, and again after a restart.
        topics: "topic" for all keys or "topic/key" for one.
        clock: Time.
        rates: What a (topic, key) should come at, where that is not the table's rate.
        high_water_mark: Messages that may wait for us.

    Attributes:
        lost: Messages that were published and did not arrive, by topic.
        refused: What could not be read, by reason.
        restarts: How often a publisher was seen to have been started again.
    """

    def __init__(
        self,
        folder: RuntimeFolder,
        nodes: Iterable[str],
        topics: Iterable[str],
        clock: Clock,
        rates: Mapping[tuple[str, str], float] | None = None,
        high_water_mark: int = HIGH_WATER_MARK,
    ) -> None:
        self.lost: dict[str, int] = {}
        self.refused: dict[str, int] = {}
        self.restarts = 0
        self._clock = clock
        self._rates = dict(rates or {})
        self._fresh: dict[tuple[str, str], Freshness] = {}
        self._last: dict[tuple[str, str, str], tuple[int, int]] = {}
        self._socket = _wire.context().socket(zmq.SUB)
        self._socket.set_hwm(high_water_mark)
        self._socket.setsockopt(zmq.MAXMSGSIZE, _wire.LARGEST_MESSAGE_BYTES)
        self._socket.setsockopt(zmq.RECONNECT_IVL, 20)
        self._socket.setsockopt(zmq.RECONNECT_IVL_MAX, 200)
        for wanted in topics:
            self._socket.setsockopt(zmq.SUBSCRIBE, _wire.subscription(wanted))
        for node in dict.fromkeys(nodes):
            self._socket.connect(folder.socket(node))

    def fileno(self) -> int:
        """Return a descriptor to wait on together with others; edge-triggered, as ZeroMQ's are."""
        return int(self._socket.getsockopt(zmq.FD))

    def receive(self, timeout_s: float) -> list[Received]:
        """Return all messages that are waiting; if there are none, wait up to `timeout_s` for one."""
        received: list[Received] = []
        if not self._socket.poll(round(timeout_s * 1000)):
            return received
        while len(received) < MOST_AT_ONCE:
            try:
                parts = self._socket.recv_multipart(zmq.DONTWAIT)
            except zmq.Again:
                break
            taken = self._take(parts)
            if taken is not None:
                received.append(taken)
        return received

    def _take(self, parts: list[bytes]) -> Received | None:
        try:
            envelope, message = _wire.decode(parts)
        except (ValueError, msgspec.DecodeError) as error:
            reason = str(error) if str(error) in ("size", "topic") else "undecodable"
            self.refused[reason] = self.refused.get(reason, 0) + 1
            return None
        now_ns = self._clock.now().monotonic_ns
        self._count_lost(envelope)
        place = (envelope.topic, envelope.key)
        fresh = self._fresh.get(place)
        if fresh is None:
            fresh = self._fresh[place] = Freshness(self._rates.get(place, TOPICS[envelope.topic].rate_hz))
        fresh.take(envelope, message, now_ns)
        return Received(envelope, message, now_ns)

    def _count_lost(self, envelope: Envelope) -> None:
        """A gap in the numbers of one incarnation is a loss; a new incarnation begins anew."""
        place = (envelope.node, envelope.topic, envelope.key)
        before = self._last.get(place)
        self._last[place] = (envelope.incarnation, envelope.sequence)
        if before is None:
            return
        incarnation, sequence = before
        if incarnation != envelope.incarnation:
            self.restarts += 1
        elif envelope.sequence > sequence + 1:
            gap = envelope.sequence - sequence - 1
            self.lost[envelope.topic] = self.lost.get(envelope.topic, 0) + gap

    def latest(self, topic: str, key: str) -> Latest:
        """Return the latest message of a topic and key, and whether it is alive, on rate and valid."""
        fresh = self._fresh.get((topic, key))
        return NOTHING if fresh is None else fresh.latest(self._clock.now().monotonic_ns)

    def close(self) -> None:
        """Close the socket."""
        _wire.quiet_close(self._socket)
