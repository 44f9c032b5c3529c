"""How often somebody may try to log in, on a clock that nobody can set back.

A try counts as wrong from the moment it begins, so that many at once get no further than one after the other; a right
one is taken back when it ends. Whom a try counts against depends on who makes it:

- a browser that has logged in to that account before (`Accounts.knows_device`), or is logged in now, has a count of its
  own. Strangers cannot use it up: whatever they try, the owner's own devices get in;
- everybody else counts for the network that they come from, for network and account together with pauses that grow,
  for the account wherever from, and for the house as a whole.

So who guesses from one place is soon alone with pauses of a quarter of an hour, who guesses from many places has
`TRIES_PER_ACCOUNT` an hour among them, and neither can shut out the people who live here. The idea is OWASP's, "Slow
Down Online Guessing Attacks with Device Cookies".
"""

import ipaddress
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass

from sumika.units import NANOSECONDS_PER_SECOND, seconds_to_ns

TRIES_PER_NETWORK, NETWORK_WINDOW_S = 20, 300.0
TRIES_PER_ACCOUNT, ACCOUNT_WINDOW_S = 60, 3600.0
"""At ten letters a password outlasts 1440 guesses a day by far."""

TRIES_PER_HOUSE, HOUSE_WINDOW_S = 200, 300.0
"""Of strangers, to all accounts together: so many made-up names cannot push real ones out of the memory in an hour."""

MOST_AT_ONCE, BUSY_S = 4, 1.0
"""Strangers' tries that are worked out at a time: argon2 takes memory and time, and there are forty threads in all."""

FREE_TRIES = 5
FIRST_LOCK_S = 30.0
LONGEST_LOCK_S = 900.0
FORGOTTEN_AFTER_S = 3600.0
MOST_REMEMBERED = 4000
"""Networks, accounts and devices each; the oldest are dropped, so that made-up names cannot fill the memory."""

_HOUSE = "house"


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody who wants in.

    Attributes:
        account: Whose name; empty where there is none yet, and nothing to guess but a token of 192 bits.
        address: From where.
        device: Name of the session or device by which they are known to that account; empty: strangers.
    """

    account: str
    address: str
    device: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """A try that has begun, or has not.

    Attributes:
        attempt: Whose.
        at_ns: When, monotonic.
        wait_s: It may not be made before so long; 0: it may be made now, and has to be ended.
    """

    attempt: Attempt
    at_ns: int
    wait_s: float = 0.0


class _Window:
    """So many tries within some time."""

    def __init__(self, most: int, length_s: float) -> None:
        self._most, self._length_s = most, length_s
        self._tries: OrderedDict[str, deque[int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._tries)

    def wait_s(self, key: str, now_ns: int) -> float:
        tries = self._tries.get(key, deque())
        while tries and now_ns - tries[0] > seconds_to_ns(self._length_s):
            tries.popleft()
        if len(tries) < self._most:
            return 0.0
        return self._length_s - (now_ns - tries[0]) / NANOSECONDS_PER_SECOND

    def add(self, key: str, now_ns: int) -> None:
        self._tries.setdefault(key, deque()).append(now_ns)
        self._tries.move_to_end(key)
        while len(self._tries) > MOST_REMEMBERED:
            self._tries.popitem(last=False)

    def take_back(self, key: str, at_ns: int) -> None:
        tries = self._tries.get(key)
        if tries is not None and at_ns in tries:
            tries.remove(at_ns)


class _Pauses:
    """Pauses that grow with every failure."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._failures)

    def wait_s(self, key: str, now_ns: int) -> float:
        failures, at_ns = self._failures.get(key, (0, 0))
        age_s = (now_ns - at_ns) / NANOSECONDS_PER_SECOND
        if failures < FREE_TRIES or age_s > FORGOTTEN_AFTER_S:
            return 0.0
        lock_s = min(LONGEST_LOCK_S, FIRST_LOCK_S * 2.0 ** min(failures - FREE_TRIES, 10))
        return max(0.0, lock_s - age_s)

    def add(self, key: str, now_ns: int) -> None:
        failures, at_ns = self._failures.get(key, (0, 0))
        stale = (now_ns - at_ns) / NANOSECONDS_PER_SECOND > FORGOTTEN_AFTER_S
        self._failures[key] = (1 if stale else failures + 1, now_ns)
        self._failures.move_to_end(key)
        while len(self._failures) > MOST_REMEMBERED:
            self._failures.popitem(last=False)

    def forgive(self, key: str) -> None:
        self._failures.pop(key, None)


class Lockout:
    """Counts tries. It knows no clock: it is told the time. May be called from several threads."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._lock = threading.Lock()
        self._networks = _Window(TRIES_PER_NETWORK, NETWORK_WINDOW_S)
        self._accounts = _Window(TRIES_PER_ACCOUNT, ACCOUNT_WINDOW_S)
        self._house = _Window(TRIES_PER_HOUSE, HOUSE_WINDOW_S)
        self._pauses = _Pauses()
        self._strangers = 0

    @property
    def remembered(self) -> int:
        """How many networks, accounts and devices are in the memory, all together."""
        with self._lock:
            return len(self._networks) + len(self._accounts) + len(self._pauses)

    def begin(self, attempt: Attempt, now_ns: int) -> Begun:
        """Begin a try, if it may be made now; it counts as wrong until it has ended as a right one.

        Args:
            attempt: Whose.
            now_ns: Present monotonic time.
        """
        with self._lock:
            wait_s = self._wait_s(attempt, now_ns)
            if wait_s > 0.0:
                return Begun(attempt, now_ns, wait_s)
            self._pauses.add(_pause_key(attempt), now_ns)
            if not attempt.device:
                self._strangers += 1
                for window, key in self._windows(attempt):
                    window.add(key, now_ns)
            return Begun(attempt, now_ns)

    def end(self, begun: Begun, *, right: bool) -> None:
        """End a try that was begun.

        Args:
            begun: What `begin` returned; one that had to wait needs no end.
            right: Whether the password was.
        """
        if begun.wait_s > 0.0:
            return
        with self._lock:
            stranger = not begun.attempt.device
            self._strangers -= stranger
            if not right:
                return
            self._pauses.forgive(_pause_key(begun.attempt))
            if stranger:
                for window, key in self._windows(begun.attempt):
                    window.take_back(key, begun.at_ns)

    def _wait_s(self, attempt: Attempt, now_ns: int) -> float:
        wait_s = self._pauses.wait_s(_pause_key(attempt), now_ns)
        if attempt.device:
            return wait_s
        busy_s = BUSY_S if self._strangers >= MOST_AT_ONCE else 0.0
        return max(wait_s, busy_s, *(window.wait_s(key, now_ns) for window, key in self._windows(attempt)))

    def _windows(self, attempt: Attempt) -> tuple[tuple[_Window, str], ...]:
        always = ((self._networks, network_of(attempt.address)), (self._house, _HOUSE))
        # Without an account there is nothing that could be guessed, and nobody who could be shut out for all.
        return (*always, (self._accounts, attempt.account)) if attempt.account else always


def network_of(address: str) -> str:
    """Return what counts as one place: a home or a firm on the internet, but each computer of this house.

    Args:
        address: IPv4 or IPv6; anything else counts as it stands.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if not found.is_global:
        return str(found)
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 64), strict=False))


def _pause_key(attempt: Attempt) -> str:
    if attempt.device:
        return f"device\0{attempt.account}\0{attempt.device}"
    return f"network\0{attempt.account}\0{network_of(attempt.address)}"
