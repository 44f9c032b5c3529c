"""A node's voice on the bus: numbered, checked, and never held up by a slow listener."""

from collections.abc import Iterable
from typing import Self

import msgspec
import zmq

from sumika.bus._codec import MESSAGE_CAP_BYTES, encode, encode_message, header_of, listener_header
from sumika.bus._folder import RuntimeFolder
from sumika.bus._sockets import Context, deadline_in, left_until, limit_size, readable
from sumika.schema import TOPIC_OF, Consumed, Envelope, Message, SumikaError, key_of

SEND_QUEUE_MESSAGES = 10_000
"""Messages kept for a subscriber that does not read, beyond those that its own queue holds. Then it loses some."""

LISTENERS_TIMEOUT_S = 0.5
SETTLE_S = 0.005
LINGER_MS = 200

_SUBSCRIBED = b"\x01"


class Publisher:
    """Publishes one node's messages.

    Args:
        folder: The house's runtime folder.
        node: Name in the table of nodes.
        incarnation: How often the node had been started before in this run.
        context: ZeroMQ context; its own if None.
        listeners: Named subscribers, such as the log, that must not miss the first message: it is held back until
            they have subscribed, for 0.5 s at most.

    Not for use by several threads at once.

    Raises:
        SumikaError: if the socket cannot be made.
    """

    def __init__(
        self,
        folder: RuntimeFolder,
        node: str,
        incarnation: int,
        context: Context | None = None,
        *,
        listeners: Iterable[str] = (),
    ) -> None:
        self.node = node
        self.incarnation = incarnation
        self.published = 0
        self._sequences: dict[tuple[str, str], int] = {}
        self._headers: dict[tuple[str, str], bytes] = {}
        self._missing = {_SUBSCRIBED + listener_header(name) for name in listeners}
        # With a context of its own, closing it can wait until everything has been sent.
        self._owns_context = context is None
        self._context: Context = zmq.Context() if context is None else context
        # An XPUB is a PUB that also lets us see who subscribes.
        self._socket = self._context.socket(zmq.XPUB)
        self._socket.setsockopt(zmq.SNDHWM, SEND_QUEUE_MESSAGES)
        self._socket.setsockopt(zmq.LINGER, LINGER_MS)
        limit_size(self._socket)
        endpoint = folder.socket(node)
        try:
            # Takes over the file that a killed predecessor left: ZeroMQ removes it before it binds.
            self._socket.bind(endpoint)
        except zmq.ZMQError as error:
            self.close()
            raise SumikaError(
                f"node {node} cannot publish ({error.strerror})",
                where=endpoint,
                remedy="Start the house again; sumika doctor says what else is wrong.",
            ) from error

    def publish(self, message: Message, consumed: Iterable[Consumed] = ()) -> Envelope:
        """Send a message to whoever subscribed. Never waits for one: who is too slow loses it and counts that.

        Args:
            message: Of a type in the table of topics.
            consumed: The inputs that went into it, in the order they were taken.

        Returns:
            The envelope as it travels.

        Raises:
            SumikaError: if the message is not in the table, its key cannot travel, or it is too large.
        """
        topic = TOPIC_OF.get(type(message))
        if topic is None:
            raise self._refused(
                f"{type(message).__name__} is no message of the bus", "Add it to TOPICS in sumika/schema/topics.py."
            )
        place = (topic, key_of(message))
        header = self._headers.get(place) or self._header(place)
        envelope = Envelope(
            topic=topic,
            key=place[1],
            node=self.node,
            incarnation=self.incarnation,
            sequence=self._sequences.get(place, 0),
            consumed=tuple(consumed),
            message=msgspec.Raw(encode_message(message)),
        )
        data = encode(header, envelope)
        if len(data) > MESSAGE_CAP_BYTES:
            raise self._refused(
                f"a message on {topic} has {len(data)} bytes where {MESSAGE_CAP_BYTES} are allowed",
                "Frames go through the ring.",
            )
        if self._missing:
            self._wait_for_listeners()
        self._sequences[place] = envelope.sequence + 1
        self._socket.send(data, zmq.NOBLOCK)
        self.published += 1
        if self.published % 256 == 0:
            self._hear(0.0)
        return envelope

    def _header(self, place: tuple[str, str]) -> bytes:
        try:
            header = self._headers[place] = header_of(*place)
        except ValueError as error:
            raise self._refused(f"a message on {place[0]} has the key {place[1]!r}: {error}", "Rename it.") from error
        return header

    def _refused(self, problem: str, remedy: str) -> SumikaError:
        return SumikaError(problem, where=f"node {self.node}", remedy=remedy)

    def _hear(self, timeout_s: float) -> None:
        """Take in who subscribed; unread it would pile up."""
        while readable(self._socket, timeout_s):
            self._missing.discard(self._socket.recv(zmq.NOBLOCK))

    def _wait_for_listeners(self) -> None:
        deadline_s = deadline_in(LISTENERS_TIMEOUT_S)
        while self._missing and readable(self._socket, left_until(deadline_s)):
            self._hear(0.0)
        # A listener's name and its topics come in one go, but in no sure order.
        self._hear(SETTLE_S)
        self._missing.clear()  # waited for once: a listener that is dead must not slow every message

    def close(self, *, deliver: bool = True) -> None:
        """Close the socket; what was sent is still delivered, unless a subscriber does not read for 0.2 s.

        Args:
            deliver: False where every listener is known to be gone, so that nothing is waited for.
        """
        self._socket.close(linger=None if deliver else 0)
        if self._owns_context:
            self._context.term()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Close."""
        self.close()
