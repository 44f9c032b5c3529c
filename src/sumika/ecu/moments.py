"""How much time lies between two moments on a clock on the wall, also across the hour that comes twice in autumn.

Python takes two moments of one time zone apart as a clock on the wall shows them: in the night in which clocks are set
back an hour is missing between them, or the later one is before the earlier one.
"""

from datetime import datetime, timedelta


def passed(since: datetime, at: datetime) -> timedelta:
    """Return how much time has passed.

    Args:
        since: With a time zone.
        at: Later, with a time zone.
    """
    return timedelta(seconds=passed_s(since, at))


def passed_s(since: datetime, at: datetime) -> float:
    """Return how many seconds have passed.

    Args:
        since: With a time zone.
        at: Later, with a time zone.
    """
    return at.timestamp() - since.timestamp()
