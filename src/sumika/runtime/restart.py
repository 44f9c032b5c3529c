"""When a failed node is started again: soon, then later, then once a minute."""

from collections import deque

from sumika.units import seconds_to_ns

FIRST_DELAY_S = 1.0
LONGEST_DELAY_S = 60.0
FAILURES_TO_DEGRADE = 5
FAILURE_WINDOW_S = 300.0
"""Five failures in five minutes are no accident: the node is degraded and its fault is told as such."""


class RestartPolicy:
    """Doubles the delay with every failure of the last five minutes, from 1 s to 60 s."""

    def __init__(self) -> None:
        self._failures_ns: deque[int] = deque()

    def failed(self, now_ns: int) -> None:
        """Note a failure."""
        self._failures_ns.append(now_ns)

    def _recent(self, now_ns: int) -> int:
        while self._failures_ns and now_ns - self._failures_ns[0] > seconds_to_ns(FAILURE_WINDOW_S):
            self._failures_ns.popleft()
        return len(self._failures_ns)

    def degraded(self, now_ns: int) -> bool:
        """Tell whether it failed too often lately."""
        return self._recent(now_ns) >= FAILURES_TO_DEGRADE

    def delay_s(self, now_ns: int) -> float:
        """Return how long to wait before the next start; 0 if nothing failed lately."""
        recent = self._recent(now_ns)
        if not recent:
            return 0.0
        if recent >= FAILURES_TO_DEGRADE:
            return LONGEST_DELAY_S
        return min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** (recent - 1))
