"""How often somebody may try to log in: by address and by account, on a clock that nobody can set back."""

from collections import OrderedDict, deque

from sumika.units import NANOSECONDS_PER_SECOND, seconds_to_ns

TRIES_PER_ADDRESS = 20
WINDOW_S = 300.0
FREE_TRIES = 5
FIRST_LOCK_S = 30.0
LONGEST_LOCK_S = 900.0
FORGOTTEN_AFTER_S = 3600.0
MOST_REMEMBERED = 2000
"""Addresses and accounts; the oldest are dropped, so that a flood of made-up names cannot fill the memory."""


class Lockout:
    """Counts failures. It knows no clock: it is told the time."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._tries: OrderedDict[str, deque[int]] = OrderedDict()
        self._failures: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def wait_s(self, address: str, account: str, now_ns: int) -> float:
        """Return how long somebody has to wait before the next try; 0: it may be made.

        Args:
            address: From where.
            account: Whose name.
            now_ns: Present monotonic time.
        """
        return max(self._address_s(address, now_ns), self._account_s(account, now_ns))

    def _address_s(self, address: str, now_ns: int) -> float:
        tries = self._tries.get(address, deque())
        while tries and now_ns - tries[0] > seconds_to_ns(WINDOW_S):
            tries.popleft()
        if len(tries) < TRIES_PER_ADDRESS:
            return 0.0
        return WINDOW_S - (now_ns - tries[0]) / NANOSECONDS_PER_SECOND

    def _account_s(self, account: str, now_ns: int) -> float:
        failures, at_ns = self._failures.get(account, (0, 0))
        age_s = (now_ns - at_ns) / NANOSECONDS_PER_SECOND
        if failures < FREE_TRIES or age_s > FORGOTTEN_AFTER_S:
            return 0.0
        lock_s = min(LONGEST_LOCK_S, FIRST_LOCK_S * 2.0 ** min(failures - FREE_TRIES, 10))
        return max(0.0, lock_s - age_s)

    def tried(self, address: str, account: str, now_ns: int, *, right: bool) -> None:
        """Note a try.

        Args:
            address: From where.
            account: Whose name.
            now_ns: Present monotonic time.
            right: Whether the password was.
        """
        if right:
            self._failures.pop(account, None)
            return
        self._tries.setdefault(address, deque()).append(now_ns)
        self._tries.move_to_end(address)
        failures, at_ns = self._failures.get(account, (0, 0))
        stale = (now_ns - at_ns) / NANOSECONDS_PER_SECOND > FORGOTTEN_AFTER_S
        self._failures[account] = (1 if stale else failures + 1, now_ns)
        self._failures.move_to_end(account)
        while len(self._tries) > MOST_REMEMBERED:
            self._tries.popitem(last=False)
        while len(self._failures) > MOST_REMEMBERED:
            self._failures.popitem(last=False)
