"""How much time has passed between two moments, of which the first may lie before a restart or a power cut."""

from sumika.clock import Instant
from sumika.units import ns_to_seconds


def elapsed_s(since: Instant, now: Instant) -> float:
    """Return how long it is since a moment, at least; never negative.

    Within a boot the monotonic clock counts, which no NTP step moves. Over a reboot there is the wall's clock, which
    a computer without a battery for it, and without a net after a power cut, begins with the past: then it is as long
    as this boot has lasted, at least. So it never stands still.

    Args:
        since: The earlier moment.
        now: The present one.
    """
    if since.boot_id == now.boot_id and now.monotonic_ns >= since.monotonic_ns:
        return ns_to_seconds(now.monotonic_ns - since.monotonic_ns)
    booted_ns = now.monotonic_ns if since.boot_id != now.boot_id else 0
    return max(0.0, ns_to_seconds(max(now.wall_ns - since.wall_ns, booted_ns)))


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
