"""A node's ear on the bus: checks, counts what is missing, and knows how fresh everything is."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

import zmq

from sumika.bus._codec import Refusal, decode, header_of, listener_header
from sumika.bus._folder import RuntimeFolder
from sumika.bus._freshness import Freshness, Latest
from sumika.bus._sockets import Context, Socket, reconnect_soon, shared_context
from sumika.clock import Clock
from sumika.schema import TOPICS, Envelope, Message, UsageError


@dataclass(frozen=True, slots=True)
class Received:
    """A message that arrived.

    Attributes:
        envelope: As it travelled.
        message: Decoded and checked.
        received_ns: Monotonic time at which it was taken in.
    """

    envelope: Envelope
    message: Message
    received_ns: int


class Subscriber:
    """Receives the messages of some topics from some nodes, whether these run already or not.

    Args:
        folder: The house's runtime folder.
        nodes: Whom to listen to.
        topics: "air" for every key, "air/bedroom" for one.
        clock: Tells when messages arrived and how old they are.
        rates: (topic, key) -> nominal rate, where it differs from the table's.
        high_water_mark: Messages per node that wait for us before further ones are lost.
        name: For publishers that must not speak before this subscriber hears them (their `listeners`).
        context: ZeroMQ context; the process's if None.

    Not for use by several threads at once.

    Attributes:
        lost: Messages that were sent but did not arrive, by topic.
        refused: Messages that were not taken, by reason (`Refusal`).
        restarts: How often each node began anew while we listened.

    Raises:
        UsageError: if a topic is not in the table.
    """

    def __init__(
        self,
        folder: RuntimeFolder,
        nodes: Iterable[str],
        topics: Iterable[str],
        clock: Clock,
        rates: Mapping[tuple[str, str], float] | None = None,
        high_water_mark: int = 1000,
        *,
        name: str = "",
        context: Context | None = None,
    ) -> None:
        subscriptions = [_subscription(topic) for topic in topics]
        endpoints = [folder.socket(node) for node in dict.fromkeys(nodes)]
        self.lost: dict[str, int] = {}
        self.refused: dict[str, int] = {}
        self.restarts: dict[str, int] = {}
        self._clock = clock
        self._rates = dict(rates or {})
        self._most_at_once = max(1, high_water_mark)
        self._timeout_ms = -1
        self._incarnations: dict[str, int] = {}
        self._sequences: dict[tuple[str, str, str], int] = {}
        self._fresh: dict[tuple[str, str], Freshness] = {}
        self._socket = (shared_context() if context is None else context).socket(zmq.SUB)
        self._socket.setsockopt(zmq.RCVHWM, self._most_at_once)
        self._socket.setsockopt(zmq.LINGER, 0)
        reconnect_soon(self._socket)
        for subscription in (*subscriptions, *([listener_header(name)] if name else [])):
            self._socket.setsockopt(zmq.SUBSCRIBE, subscription)
        for endpoint in endpoints:
            self._socket.connect(endpoint)

    @property
    def socket(self) -> Socket:
        """The ZeroMQ socket, for `wait_any` or a `zmq.Poller`."""
        return self._socket

    def fileno(self) -> int:
        """Return a file descriptor for `select` and the like.

        It is edge-triggered (ZMQ_FD): call `receive(0)` until it returns nothing before you wait on it again.
        `wait_any` has no such trap.
        """
        return int(self._socket.getsockopt(zmq.FD))

    def receive(self, timeout_s: float) -> list[Received]:
        """Return everything that has arrived, in the order of each node; wait for something at most so long.

        What is damaged, too large, unknown or repeated is left out and counted in `refused`. At most
        `high_water_mark` messages come at once, so that a flood cannot keep the caller from its other work.
        """
        taken: list[Received] = []
        # One blocking call costs less than half of what polling and then receiving does.
        flags = self._wait_at_most(timeout_s)
        for _ in range(self._most_at_once):
            try:
                data = self._socket.recv(flags)
            except zmq.Again:
                break
            flags = zmq.NOBLOCK
            received = self._take(data)
            if received is not None:
                taken.append(received)
        return taken

    def _wait_at_most(self, timeout_s: float) -> int:
        """Set the limit of the next blocking call; return its flags."""
        timeout_ms = round(timeout_s * 1000)
        if timeout_ms <= 0:
            return zmq.NOBLOCK
        if timeout_ms != self._timeout_ms:
            self._socket.setsockopt(zmq.RCVTIMEO, timeout_ms)
            self._timeout_ms = timeout_ms
        return 0

    def _take(self, data: bytes) -> Received | None:
        decoded = decode(data)
        refusal = decoded if isinstance(decoded, Refusal) else self._number(decoded[0])
        if isinstance(decoded, Refusal) or refusal is not None:
            self._refuse(refusal)
            return None
        envelope, message = decoded
        now_ns = self._clock.now().monotonic_ns
        self._freshness(envelope.topic, envelope.key).arrived(envelope, message, now_ns)
        return Received(envelope, message, now_ns)

    def _refuse(self, refusal: Refusal | None) -> None:
        if refusal is not None:
            self.refused[refusal.value] = self.refused.get(refusal.value, 0) + 1

    def _number(self, envelope: Envelope) -> Refusal | None:
        """Check a message's number against the last one; count the messages between them as lost.

        A node that was started again begins at 0 again: its first messages before we were connected are not known to be
        lost, as little as those before we began to listen.
        """
        node, incarnation = envelope.node, envelope.incarnation
        known = self._incarnations.get(node)
        if known is None or incarnation > known:
            self._incarnations[node] = incarnation
            if known is not None:
                self.restarts[node] = self.restarts.get(node, 0) + 1
                self._sequences = {place: last for place, last in self._sequences.items() if place[0] != node}
        elif incarnation < known:
            return Refusal.REPEATED
        place = (node, envelope.topic, envelope.key)
        last = self._sequences.get(place)
        if last is not None and envelope.sequence <= last:
            return Refusal.REPEATED
        self._sequences[place] = envelope.sequence
        between = 0 if last is None else envelope.sequence - last - 1
        if between:
            self.lost[envelope.topic] = self.lost.get(envelope.topic, 0) + between
        return None

    def _freshness(self, topic: str, key: str) -> Freshness:
        fresh = self._fresh.get((topic, key))
        if fresh is None:
            rate_hz = self._rates.get((topic, key), TOPICS[topic].rate_hz)
            fresh = self._fresh[topic, key] = Freshness(rate_hz)
        return fresh

    def latest(self, topic: str, key: str) -> Latest:
        """Return the last message of a topic and key, and whether it is alive, on rate and valid by now.

        Only what `receive` took in is known.

        Raises:
            UsageError: if the topic is not in the table.
        """
        _check_topic(topic)
        fresh = self._fresh.get((topic, key))
        return fresh.latest(self._clock.now().monotonic_ns) if fresh is not None else Latest()

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Close."""
        self.close()


def _check_topic(topic: str) -> None:
    if topic not in TOPICS:
        near = difflib.get_close_matches(topic, TOPICS, n=1)
        hint = f"Did you mean '{near[0]}'?" if near else f"There are: {', '.join(TOPICS)}."
        raise UsageError(f"no topic '{topic}' on the bus", remedy=hint)


def _subscription(topic: str) -> bytes:
    """Return the beginning of the messages that "topic" or "topic/key" asks for."""
    name, slash, key = topic.partition("/")
    _check_topic(name)
    return header_of(name, key) if slash else f"{name}/".encode()
