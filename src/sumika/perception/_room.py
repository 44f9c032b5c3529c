"""What the steps of a room share: when to publish, and what stamp, origin and session the result inherits."""

from dataclasses import dataclass, field
from typing import TypedDict

from sumika.clock import Instant
from sumika.schema import Message, Origin, SlowTime, Tick, worst
from sumika.units import seconds_to_ns


class Header(TypedDict):
    """The fields that every message inherits from what it was made of."""

    stamp: Instant
    origin: Origin
    session: str


@dataclass(slots=True)
class RoomClock:
    """Time as a room's step knows it: by the stamps of what it takes in.

    Attributes:
        period_s: Time from one publication to the next.
    """

    period_s: float
    _stamp: Instant | None = None
    _session: str = ""
    _origins: dict[str, Origin] = field(default_factory=dict)
    _due_ns: int | None = None

    def take(self, message: Message) -> None:
        """Learn the time, origin and session from an input."""
        if isinstance(message, SlowTime):
            self._session = message.session
            self._origins[message.radar] = message.origin
        elif isinstance(message, Tick):
            self._origins[f"tick {message.node}"] = message.origin
        known = self._stamp
        if known is None or known.boot_id != message.stamp.boot_id:
            self._stamp, self._due_ns = message.stamp, None
        elif message.stamp.monotonic_ns > known.monotonic_ns:
            self._stamp = message.stamp

    @property
    def now(self) -> Instant:
        """Stamp of the newest input.

        Raises:
            ValueError: before the first one.
        """
        if self._stamp is None:
            raise ValueError("nothing was taken in yet")
        return self._stamp

    def due(self) -> bool:
        """Return whether it is time to publish, and if so note that it was done."""
        now_ns, period_ns = self.now.monotonic_ns, seconds_to_ns(self.period_s)
        if self._due_ns is None:
            self._due_ns = now_ns
        if now_ns < self._due_ns:
            return False
        behind = now_ns - self._due_ns >= period_ns
        self._due_ns = (now_ns if behind else self._due_ns) + period_ns
        return True

    def header(self) -> Header:
        """Return what a result inherits: the newest stamp, the worst origin, the radar's session."""
        return {"stamp": self.now, "origin": worst(self._origins.values()), "session": self._session}
