"""Named start conditions: when a node runs. Each is a small function of what the supervisor last heard."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sumika.schema import Presence
from sumika.units import seconds_to_ns

EMPTY_PROBABILITY = 0.05
"""At most so probable is a person in a room that counts as empty."""

HELD_AFTER_LAST_SEEN_S = 120.0
"""Nobody leaves for good in less; a node that came and went with every short gap would never fill its window."""


@dataclass(frozen=True, slots=True)
class Occupancy:
    """What is known of a room.

    Attributes:
        heard_ns: Stamp of the last word about it.
        empty_since_ns: From then on every word was that nobody is there; None while somebody is, or may be.
    """

    heard_ns: int
    empty_since_ns: int | None


def after_hearing(before: Occupancy | None, presence: Presence) -> Occupancy:
    """Return what is known of a room after one more message about it."""
    stamp_ns = presence.stamp.monotonic_ns
    if presence.probability is None or presence.probability > EMPTY_PROBABILITY:
        return Occupancy(stamp_ns, None)
    since_ns = before.empty_since_ns if before is not None else None
    return Occupancy(stamp_ns, stamp_ns if since_ns is None else since_ns)


Condition = Callable[[Mapping[str, Occupancy], int], bool]
"""(what is known of each room, present monotonic ns) -> whether the node should run."""


def always(rooms: Mapping[str, Occupancy], now_ns: int) -> bool:
    """Hold always."""
    return True


def someone_home(rooms: Mapping[str, Occupancy], now_ns: int) -> bool:
    """Hold while someone is, may be, or lately was in any room; and while it is not known that nobody is."""
    held_ns = seconds_to_ns(HELD_AFTER_LAST_SEEN_S)
    return not rooms or any(
        room.empty_since_ns is None or now_ns - room.empty_since_ns <= held_ns or now_ns - room.heard_ns > held_ns
        for room in rooms.values()
    )
