"""Is a stream alive, on rate, valid? Three questions, as openpilot's SubMaster asks them (cereal/messaging)."""

from collections import deque
from dataclasses import dataclass

from sumika.schema import Envelope, Message
from sumika.units import NANOSECONDS_PER_SECOND, ns_to_seconds

ALIVE_PERIODS = 10
"""A stream is dead after so many periods of silence, as in openpilot: one or two lost messages are a matter of its
rate, ten in a row are none of chance. At the bus's rates that is 0.5 s for frames and 10 s for respiration."""

RATE_MESSAGES = 10
RATE_INTERVALS_NEEDED = 3
RATE_LOW, RATE_HIGH = 0.8, 1.2
"""On rate: the last ten intervals average to the nominal rate within a fifth. A lost message in ten still passes (0.9),
every other one lost (0.5) or a second publisher (2.0) does not. Below three intervals nothing is known: not on rate."""


@dataclass(frozen=True, slots=True)
class Latest:
    """What is known of one topic and key.

    Attributes:
        message: The last message; None before the first.
        envelope: Its envelope.
        alive: A message arrived within ten periods; where the table has no rate: ever.
        on_rate: Messages come at their rate, within a fifth; where the table has no rate: `alive`.
        valid: It is alive and the message does not say of itself that it is invalid.
        age_s: Time since its arrival.
    """

    message: Message | None = None
    envelope: Envelope | None = None
    alive: bool = False
    on_rate: bool = False
    valid: bool = False
    age_s: float | None = None


class Freshness:
    """Follows one topic and key.

    Args:
        rate_hz: Nominal rate; None where messages come when they come.
    """

    def __init__(self, rate_hz: float | None) -> None:
        self._rate_hz = rate_hz
        self._message: Message | None = None
        self._envelope: Envelope | None = None
        self._arrived_ns = 0
        self._stamps_ns: deque[int] = deque(maxlen=RATE_MESSAGES + 1)

    def arrived(self, envelope: Envelope, message: Message, now_ns: int) -> None:
        """Note a message."""
        self._envelope, self._message, self._arrived_ns = envelope, message, now_ns
        self._stamps_ns.append(message.stamp.monotonic_ns)

    def latest(self, now_ns: int) -> Latest:
        """Answer the three questions as of now."""
        if self._message is None:
            return Latest()
        silent_s = ns_to_seconds(now_ns - self._arrived_ns)
        alive = self._rate_hz is None or silent_s * self._rate_hz <= ALIVE_PERIODS
        return Latest(
            message=self._message,
            envelope=self._envelope,
            alive=alive,
            on_rate=alive and (self._rate_hz is None or self._on_rate(self._rate_hz, silent_s)),
            valid=alive and bool(getattr(self._message, "valid", True)),
            age_s=silent_s,
        )

    def _on_rate(self, rate_hz: float, silent_s: float) -> bool:
        """Measure the rate by the messages' own stamps, which a reader that was busy does not distort.

        Silence beyond one period counts as if the next message came only now. Stamps that stand still, as those of a
        frozen source do, are never on rate.
        """
        intervals = len(self._stamps_ns) - 1
        if intervals < RATE_INTERVALS_NEEDED:
            return False
        span_s = (self._stamps_ns[-1] - self._stamps_ns[0]) / NANOSECONDS_PER_SECOND
        span_s += max(0.0, silent_s - 1 / rate_hz)
        return span_s > 0 and RATE_LOW <= intervals / span_s / rate_hz <= RATE_HIGH
