"""How many writes, and how much change, each setting has had within its window of time."""

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from sumika.safety._kinds import Limit
from sumika.safety.limits import DeviceLimits
from sumika.units import seconds_to_ns


class _Spent(NamedTuple):
    at_ns: int
    change: float
    unattended: bool


class WriteBook:
    """The writes of the last window of every setting."""

    def __init__(self, limits: Mapping[str, DeviceLimits]) -> None:
        """Begin with nothing written."""
        self._spent: dict[tuple[str, str], deque[_Spent]] = {
            (device, setting): deque() for device, limit in limits.items() for setting in limit.settings
        }

    def note(self, device: str, setting: str, now_ns: int, change: float, *, unattended: bool) -> None:
        """Note a write and how much it changed."""
        self._spent[device, setting].append(_Spent(now_ns, change, unattended))

    def may_write(self, device: str, setting: str, limit: Limit, now_ns: int, *, unattended: bool) -> bool:
        """Return whether one more write is within the window's limit."""
        spent = self._recent(device, setting, limit, now_ns)
        if len(spent) >= limit.most_writes:
            return False
        # Half is kept for people: a controller that runs wild must not use up what a resident may need.
        return not unattended or 2 * sum(each.unattended for each in spent) < limit.most_writes

    def change_left(self, device: str, setting: str, limit: Limit, now_ns: int) -> float:
        """Return by how much what no person asked for may still change a setting."""
        spent = self._recent(device, setting, limit, now_ns)
        return max(0.0, limit.most_change - sum(each.change for each in spent if each.unattended))

    def _recent(self, device: str, setting: str, limit: Limit, now_ns: int) -> deque[_Spent]:
        spent = self._spent[device, setting]
        oldest_ns = now_ns - seconds_to_ns(limit.window_s)
        while spent and spent[0].at_ns <= oldest_ns:
            spent.popleft()
        return spent
