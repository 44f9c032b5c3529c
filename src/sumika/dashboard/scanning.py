"""Looks for devices when asked; what it found is kept until the next look."""

import threading
from collections.abc import Callable
from typing import Any

import msgspec

Scan = Callable[[], list[dict[str, Any]]]
"""Looks at every connection; takes seconds. One entry for each thing found."""


class ScanState(msgspec.Struct, frozen=True, kw_only=True):
    """How far a look for devices is.

    Attributes:
        running: Whether one is under way.
        found: What the last one found.
        finished_unix_s: When it ended; None: there was none yet.
        problem: Why the last one failed; empty where it did not.
    """

    running: bool = False
    found: list[dict[str, Any]] = []
    finished_unix_s: float | None = None
    problem: str = ""


class Scanning:
    """One look at a time."""

    def __init__(self, scan: Scan, now_unix_s: Callable[[], float]) -> None:
        """Look when asked.

        Args:
            scan: Looks.
            now_unix_s: Tells the time.
        """
        self._scan, self._now = scan, now_unix_s
        self._lock = threading.Lock()
        self._state = ScanState()

    @property
    def state(self) -> ScanState:
        """How far it is."""
        return self._state

    def begin(self) -> ScanState:
        """Begin to look, unless that is under way; return at once."""
        with self._lock:
            if not self._state.running:
                self._state = msgspec.structs.replace(self._state, running=True)
                threading.Thread(target=self._look, name="scan", daemon=True).start()
            return self._state

    def _look(self) -> None:
        found, problem = self._state.found, ""
        try:
            found = self._scan()
        except Exception as error:  # whatever a driver meets: the page says it, and goes on
            problem = str(error) or type(error).__name__
        self._state = ScanState(found=found, finished_unix_s=self._now(), problem=problem)
