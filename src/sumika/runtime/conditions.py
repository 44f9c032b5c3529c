"""Named start conditions: when a node runs. Each is a small function of what the supervisor last heard."""

from collections.abc import Callable, Mapping

from sumika.schema import Presence
from sumika.units import seconds_to_ns

HELD_AFTER_LAST_SEEN_S = 120.0
"""Nobody leaves for good in less; a node that came and went with every short gap would never fill its window."""

Condition = Callable[[Mapping[str, Presence], int], bool]
"""(latest presence by room, present monotonic ns) -> whether the node should run."""


def always(presence: Mapping[str, Presence], now_ns: int) -> bool:
    """Hold always."""
    return True


def someone_home(presence: Mapping[str, Presence], now_ns: int) -> bool:
    """Hold while someone is, may be, or lately was in any room; and while it is not known that nobody is."""
    if not presence:
        return True
    held_ns = seconds_to_ns(HELD_AFTER_LAST_SEEN_S)
    return any(
        message.probability is None or message.probability > 0.05 or now_ns - message.stamp.monotonic_ns > held_ns
        for message in presence.values()
    )
