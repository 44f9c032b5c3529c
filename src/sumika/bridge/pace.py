"""When a subject's state is published: at once when something that matters changed, else seldom, and as a heartbeat."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from sumika.bridge.entity import HEARTBEAT_S
from sumika.units import seconds_to_ns

EVERY_S = 2.0
"""Numbers that move all the time are told so often at most."""

AT_ONCE_S = 0.2
"""What matters is told so soon after the last message."""

URGENT = frozenset(
    {
        "occupancy",
        "posture",
        "activity",
        "air_event",
        "people",
        "count",
        "sleep",
        "smoke",
        "window",
        "offset",
        "mode",
        "works",
        "problem",
        "alarm",
        "alarms",
    }
)
"""Fields that people wait for; of devices that can be set it is all of them."""


@dataclass(slots=True)
class _Told:
    payload: str = ""
    urgent: dict[str, Any] = field(default_factory=dict)
    at_ns: int | None = None


class Pace:
    """Decides for each topic."""

    def __init__(self) -> None:
        """Nothing was told yet."""
        self._told: dict[str, _Told] = {}

    def again(self) -> None:
        """Tell everything anew: somebody new listens."""
        self._told.clear()

    def hurry(self, topic: str) -> None:
        """Tell a subject's state at once, changed or not: somebody waits for the answer to a command."""
        told = self._told.get(topic)
        if told is not None:
            told.at_ns = None

    def due(self, topic: str, state: Mapping[str, Any], now_ns: int, *, all_urgent: bool = False) -> str | None:
        """Return the payload to publish now; None where it can wait.

        Args:
            topic: Where.
            state: All of it.
            now_ns: Monotonic time.
            all_urgent: Whether people wait for every field.
        """
        told = self._told.setdefault(topic, _Told())
        urgent = {name: value for name, value in state.items() if all_urgent or name in URGENT}
        if told.at_ns is not None and not self._is_due(told, urgent, state, now_ns):
            return None
        payload = msgspec.json.encode(state).decode()
        self._told[topic] = _Told(payload, urgent, now_ns)
        return payload

    def _is_due(self, told: _Told, urgent: dict[str, Any], state: Mapping[str, Any], now_ns: int) -> bool:
        assert told.at_ns is not None
        age_ns = now_ns - told.at_ns
        if age_ns >= seconds_to_ns(HEARTBEAT_S) or age_ns < seconds_to_ns(AT_ONCE_S):
            return age_ns >= seconds_to_ns(HEARTBEAT_S)
        if urgent != told.urgent:
            return True
        if age_ns < seconds_to_ns(EVERY_S):
            return False
        return msgspec.json.encode(state).decode() != told.payload
