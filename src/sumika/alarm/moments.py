"""How much time has passed between two moments, of which the first may lie before a restart or a power cut."""

from sumika.clock import Instant
from sumika.units import ns_to_seconds


def elapsed_s(since: Instant, now: Instant) -> float:
    """Return how long it is since a moment, never negative.

    Within a boot the monotonic clock counts, which no NTP step moves. Over a reboot only the wall's clock is left; one
    that was set back meanwhile counts from the present.

    Args:
        since: The earlier moment.
        now: The present one.
    """
    if since.boot_id == now.boot_id and now.monotonic_ns >= since.monotonic_ns:
        return ns_to_seconds(now.monotonic_ns - since.monotonic_ns)
    return max(0.0, ns_to_seconds(now.wall_ns - since.wall_ns))


def within_hours(hour: float, from_h: float, to_h: float) -> bool:
    """Return whether an hour of the day lies in a span of hours, which may go over midnight.

    Args:
        hour: 0 to 24.
        from_h: When the span begins.
        to_h: When it ends; the same hour as it begins: never, but 0 to 24 is always.
    """
    if from_h <= to_h:
        return from_h <= hour < to_h
    return hour >= from_h or hour < to_h
