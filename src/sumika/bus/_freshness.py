"""Three questions about a topic, each with its own answer: is it alive, is it on rate, is its value valid?"""

from collections import deque
from dataclasses import dataclass

from sumika.schema import Envelope, Message
from sumika.units import NANOSECONDS_PER_SECOND

ALIVE_PERIODS = 10
"""A topic is dead after so many periods without a message, as in openpilot's SubMaster."""

SHORTEST_ALIVE_S = 0.5
"""A busy machine may delay a fast topic by this much without the sensor being dead."""

RATE_MESSAGES = 10
RATE_TOLERANCE = (0.8, 1.2)
"""On rate: the mean of the last messages lies within 20 % of what the table says, as in openpilot."""


@dataclass(frozen=True, slots=True)
class Latest:
    """What is known of one topic and key.

    Attributes:
        message: The latest, or None. It may be old: ask `alive` before showing it.
        envelope: Its envelope.
        alive: A message came lately.
        on_rate: The last messages came about as often as they should; True for topics without a rate.
        valid: Alive, and the message itself says that it is valid (where it has an opinion).
        age_s: Time since it was received; None if there is none.
    """

    message: Message | None
    envelope: Envelope | None
    alive: bool
    on_rate: bool
    valid: bool
    age_s: float | None


NOTHING = Latest(None, None, alive=False, on_rate=False, valid=False, age_s=None)


class Freshness:
    """Keeps the latest message of one topic and key and the times of the last few.

    Args:
        rate_hz: How often it should come; None if it comes when it comes.
    """

    def __init__(self, rate_hz: float | None) -> None:
        self._rate_hz = rate_hz
        self._times_ns: deque[int] = deque(maxlen=RATE_MESSAGES)
        self._message: Message | None = None
        self._envelope: Envelope | None = None

    def take(self, envelope: Envelope, message: Message, now_ns: int) -> None:
        """Note a message."""
        self._envelope, self._message = envelope, message
        self._times_ns.append(now_ns)

    def latest(self, now_ns: int) -> Latest:
        """Answer the three questions."""
        if self._message is None:
            return NOTHING
        age_s = max(0, now_ns - self._times_ns[-1]) / NANOSECONDS_PER_SECOND
        alive = self._rate_hz is None or age_s <= max(ALIVE_PERIODS / self._rate_hz, SHORTEST_ALIVE_S)
        return Latest(
            message=self._message,
            envelope=self._envelope,
            alive=alive,
            on_rate=self._on_rate(now_ns),
            valid=alive and bool(getattr(self._message, "valid", True)),
            age_s=age_s,
        )

    def _on_rate(self, now_ns: int) -> bool:
        if self._rate_hz is None:
            return True
        if len(self._times_ns) < RATE_MESSAGES:
            return False
        # The time since the last message counts once it is longer than a period: a rate must sink when nothing comes.
        overdue_ns = max(0.0, now_ns - self._times_ns[-1] - NANOSECONDS_PER_SECOND / self._rate_hz)
        span_s = (self._times_ns[-1] - self._times_ns[0] + overdue_ns) / NANOSECONDS_PER_SECOND
        if span_s <= 0:
            return False
        low, high = RATE_TOLERANCE
        return low <= (len(self._times_ns) - 1) / span_s / self._rate_hz <= high
