"""Reads what may be of any type: commands can be made without being decoded, and then nobody has checked them."""

import math

from sumika.schema import Message


def number(value: object) -> float | None:
    """Return a finite number as such; None for all that is none, `True` and numbers too large for a float too."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        finite = float(value)
    except OverflowError:
        return None
    return finite if math.isfinite(finite) else None


def name(value: object) -> str:
    """Return a name as such; what is no text is nobody's name."""
    return value if isinstance(value, str) else ""


def seen_ns(message: Message, now_ns: int) -> int:
    """Return when what a message tells was seen; nothing was seen later than now."""
    return min(now_ns, message.stamp.monotonic_ns)
