"""How much time lies between two moments on a clock on the wall, also across the hour that comes twice in autumn.

Python takes two moments of one time zone apart as a clock on the wall shows them: in the night in which clocks are set
back an hour is missing between them, or the later one is before the earlier one. What is to last three minutes from
one minute before that hour would last an hour and three minutes.
"""

from datetime import UTC, datetime, timedelta


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


def later(at: datetime, by: timedelta) -> datetime:
    """Return the moment that comes when so much time has passed.

    Args:
        at: With a time zone.
        by: How much; below zero: earlier.
    """
    return (at.astimezone(UTC) + by).astimezone(at.tzinfo)


def is_before(one: datetime, other: datetime) -> bool:
    """Return whether one moment comes before another.

    Args:
        one: With a time zone.
        other: With a time zone.
    """
    return one.timestamp() < other.timestamp()
