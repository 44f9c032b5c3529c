"""A sign of life outward while all is well: whoever gets it raises the alarm when it stops.

It says nothing but that it lives, and it stops by itself when this computer, its net, or a part of Sumika that watches
fails: silence is the alarm.
"""

from collections.abc import Mapping

import msgspec

from sumika.alarm.kept import Order, Outcome
from sumika.alarm.moments import elapsed_s
from sumika.clock import Instant
from sumika.schema import Message, NodeHealth, NodeState, Tick
from sumika.schema.alarm_settings import DeadMan
from sumika.units import SECONDS_PER_MINUTE

DEAD_MAN = "dead_man"
"""Stands for an alarm in its orders."""

TICK_WITHIN_S = 10.0
ILL_AFTER_S = 60.0
"""A node that is started again may take its time."""

_WELL = (NodeState.RUNNING, NodeState.WAITING)


class Pulse(msgspec.Struct, kw_only=True):
    """What became of the newest sign of life.

    Attributes:
        problem: By way: why it was not taken; empty where it was.
        sent: By way: when it was taken.
    """

    problem: dict[str, str] = msgspec.field(default_factory=dict)
    sent: dict[str, Instant] = msgspec.field(default_factory=dict)


class DeadManSignal:
    """Knows when a sign of life is due, and when there must be none.

    Attributes:
        pulse: What became of the newest ones.
    """

    def __init__(self, settings: DeadMan, now: Instant) -> None:
        """Know how often.

        Args:
            settings: As described.
            now: The present moment.
        """
        self.settings = settings
        self.pulse = Pulse()
        self._sent: Instant | None = None
        self._tick: Instant | None = None
        self._ill_since: dict[str, Instant] = {}

    @property
    def every_s(self) -> float:
        """So often it is sent."""
        return SECONDS_PER_MINUTE * self.settings.every_min

    def hear(self, message: Message) -> None:
        """Take a message; what says nothing of how the house's own parts are is left alone."""
        if isinstance(message, Tick):
            self._tick = message.stamp
        elif isinstance(message, NodeHealth):
            if message.state in _WELL:
                self._ill_since.pop(message.node, None)
            else:
                self._ill_since.setdefault(message.node, message.stamp)

    def ill(self, now: Instant) -> str:
        """Return what is not well; empty where all is.

        Args:
            now: The present moment.
        """
        if self._tick is None or elapsed_s(self._tick, now) > TICK_WITHIN_S:
            return "supervisor"
        return ", ".join(node for node, since in self._ill_since.items() if elapsed_s(since, now) > ILL_AFTER_S)

    def turn(self, now: Instant) -> tuple[Order, ...]:
        """Return the signs of life that are to be sent now.

        Args:
            now: The present moment.
        """
        if self._sent is not None and elapsed_s(self._sent, now) < self.every_s:
            return ()
        if self.ill(now):
            return ()
        self._sent = now
        return tuple(Order(DEAD_MAN, name) for name in self.names())

    def names(self) -> Mapping[str, int]:
        """Return the ways' names, each with its place."""
        return {f"{DEAD_MAN}.{place}": place for place, _ in enumerate(self.settings.ways)}

    def settle(self, outcome: Outcome, now: Instant) -> None:
        """Take what became of one.

        Args:
            outcome: What became of it.
            now: The present moment.
        """
        name = outcome.order.contact
        self.pulse.problem[name] = outcome.problem
        if not outcome.problem:
            self.pulse.sent[name] = now
