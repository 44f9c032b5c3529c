"""Publishing: one socket a node; whoever listens gets it, nobody is waited for."""

import msgspec
import zmq

from sumika.bus import _wire
from sumika.bus._folder import RuntimeFolder
from sumika.schema import TOPIC_OF, Consumed, Envelope, Message, SumikaError, key_of

HIGH_WATER_MARK = 10_000
"""Messages kept for a subscriber that does not keep up; beyond it loses messages and counts them."""

_LINGER_MS = 200


class Publisher:
    """Publishes one node's messages.

    Args:
        folder: The runtime folder.
        node: The node's name.
        incarnation: How often it has been started before in this run.

    Raises:
        SumikaError: if the socket cannot be bound.

    Attributes:
        published: Messages sent so far.
    """

    def __init__(self, folder: RuntimeFolder, node: str, incarnation: int) -> None:
        self.node = node
        self.published = 0
        self._incarnation = incarnation
        self._sequences: dict[tuple[str, str], int] = {}
        self._socket = _wire.context().socket(zmq.PUB)
        self._socket.set_hwm(HIGH_WATER_MARK)
        endpoint = folder.socket(node)
        try:
            # A socket file that a killed predecessor left is replaced by libzmq itself.
            self._socket.bind(endpoint)
        except zmq.ZMQError as error:
            self._socket.close(linger=0)
            raise SumikaError(
                f"cannot publish ({error.strerror})", where=endpoint, remedy="Is another Sumika using this folder?"
            ) from error

    def publish(self, message: Message, consumed: tuple[Consumed, ...] = ()) -> Envelope:
        """Send a message on the topic that the table has for its type. Never blocks.

        Args:
            message: The message.
            consumed: What went into it, for replay.

        Raises:
            KeyError: if the table has no topic for it.
        """
        topic = TOPIC_OF[type(message)]
        key = key_of(message)
        sequence = self._sequences.get((topic, key), -1) + 1
        self._sequences[topic, key] = sequence
        envelope = Envelope(
            topic=topic,
            key=key,
            node=self.node,
            incarnation=self._incarnation,
            sequence=sequence,
            consumed=consumed,
            message=msgspec.Raw(_wire.ENCODER.encode(message)),
        )
        self._socket.send_multipart((_wire.address(topic, key), _wire.ENCODER.encode(envelope)), zmq.DONTWAIT)
        self.published += 1
        return envelope

    def close(self) -> None:
        """Close the socket; what was sent is still delivered, within 0.2 s."""
        _wire.quiet_close(self._socket, _LINGER_MS)
