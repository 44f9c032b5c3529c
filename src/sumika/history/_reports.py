"""Faults as events: each is told once, its recovery once."""

from sumika.clock import Clock
from sumika.schema import Event, Origin, Severity

_REMEMBERED = 1000


class Reports:
    """Collects events until someone takes them."""

    def __init__(self, clock: Clock, subject: str) -> None:
        """Make events about `subject`, stamped by `clock`."""
        self._clock = clock
        self._subject = subject
        self._events: list[Event] = []
        self._told: dict[tuple[str, str], None] = {}

    def add(self, code: str, severity: Severity, detail: str, *, recovered: bool = False) -> None:
        """Report something that just happened."""
        if len(self._events) >= _REMEMBERED:  # Nobody takes them: the newest say most.
            del self._events[0]
        self._events.append(
            Event(
                stamp=self._clock.now(),
                origin=Origin.LIVE,
                subject=self._subject,
                code=code,
                severity=severity,
                recovered=recovered,
                detail=detail,
            )
        )

    def once(self, code: str, severity: Severity, detail: str) -> None:
        """Report something unless the very same was reported before."""
        if (code, detail) in self._told:
            return
        if len(self._told) >= _REMEMBERED:
            del self._told[next(iter(self._told))]
        self._told[code, detail] = None
        self.add(code, severity, detail)

    def take(self) -> list[Event]:
        """Return the events since the last call."""
        taken, self._events = self._events, []
        return taken
