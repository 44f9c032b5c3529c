"""What every message has in common, and the envelope it travels in."""

import msgspec

from sumika.clock import Instant
from sumika.schema._origin import Origin


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Base of everything on the bus.

    Fields are only ever added, with a default; none is renamed, reused or removed, so that old logs stay readable.

    Attributes:
        stamp: When the sensor saw what the message tells, not when it was computed or sent.
        origin: Live, recorded or simulated; the worst of the inputs.
        session: One uninterrupted stretch of one source; a recording that starts over begins a new one.
    """

    stamp: Instant
    origin: Origin
    session: str = ""


def is_news(message: Message) -> bool:
    """Return whether a message says something, and does not only tell again that what was said before still holds."""
    return not getattr(message, "held_s", 0.0)


class Consumed(msgspec.Struct, frozen=True, array_like=True):
    """A run of consecutive messages that went into an output: `first`..`last`, both included."""

    topic: str
    key: str
    incarnation: int
    first: int
    last: int


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A message on its way, with what replay needs to make it again.

    Attributes:
        topic: Name in the table of topics.
        key: Which radar, room or node it is about; (topic, key) has one publisher at a time.
        node: Who published it.
        incarnation: How often that node had been restarted; its state and its sequence numbers start anew with each.
        sequence: Counts the messages of this topic, key and incarnation from 0.
        consumed: Every input that the step took since its previous output, in the order it took them.
        message: The encoded message.
    """

    topic: str
    key: str
    node: str
    incarnation: int
    sequence: int
    consumed: tuple[Consumed, ...] = ()
    message: msgspec.Raw
