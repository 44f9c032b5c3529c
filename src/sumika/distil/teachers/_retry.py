"""When to ask again, and how fast to ask at all."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

Sleep = Callable[[float], Awaitable[None]]
Clock = Callable[[], float]


class Backoff(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long to wait before asking again.

    Attributes:
        tries: Requests in all for one answer.
        first_s: Before the second; doubled each time.
        most_s: Never longer, unless the server says so.
        jitter: Share of the delay that is left to chance, so that many who were refused do not come back at once.
        longest_wait_s: What the server says is obeyed up to this; beyond it the run stops and says so.
    """

    tries: int = 6
    first_s: float = 1.0
    most_s: float = 60.0
    jitter: float = 0.5
    longest_wait_s: float = 900.0

    def delay_s(self, tries: int, stated_s: float | None, draw: random.Random) -> float:
        """Return the wait after `tries` requests.

        Args:
            tries: Requests that have failed.
            stated_s: What the server says; it is never undercut.
            draw: For the jitter.
        """
        doubled = min(self.most_s, self.first_s * 2.0 ** min(tries - 1, 60))
        return max(stated_s or 0.0, doubled * (1 - self.jitter * draw.random()))


def stated_wait_s(header: str | None, now: datetime | None = None) -> float | None:
    """Return what a Retry-After header says: seconds, or a date; None if it says nothing that can be read."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(header)
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        return max(0.0, (date - (now or datetime.now(UTC))).total_seconds())
    except (ValueError, OverflowError):  # the latter of a year or a time zone that no clock has
        return None


class Pace:
    """Lets so much through per minute, in the order of those who come; the first second's worth at once.

    Attributes:
        per_minute: Requests or tokens; 0 for no limit.
    """

    def __init__(self, per_minute: float, clock: Clock = time.monotonic, sleep: Sleep = asyncio.sleep) -> None:
        self.per_minute = per_minute
        self._clock, self._sleep = clock, sleep
        self._free_at_s = clock()

    async def take(self, amount: float) -> None:
        """Wait until `amount` more may pass."""
        if self.per_minute <= 0:
            return
        now_s = self._clock()
        start_s = max(self._free_at_s, now_s)
        self._free_at_s = start_s + amount * 60.0 / self.per_minute
        if start_s > now_s:
            await self._sleep(start_s - now_s)

    def give_back(self, amount: float) -> None:
        """Say that less was used than was taken."""
        if self.per_minute > 0:
            self._free_at_s -= amount * 60.0 / self.per_minute
