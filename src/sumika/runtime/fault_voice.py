"""Says what is wrong with a house in plain lines, where no view shows it: for the journal of a service."""

import contextlib
import os
import select
import sys
from collections.abc import Callable

from sumika.schema import Event, Severity
from sumika.text import event_text, severity_text

_PRIVATE = frozenset({"alarm_raised"})
"""Codes of events that are of people, and not of the house: a journal is read by whoever looks after the machine."""


def write_aside(line: str) -> None:
    """Write a line to standard error; it is lost where nobody takes it at once: who writes has a house to run."""
    with contextlib.suppress(OSError, ValueError):
        descriptor = sys.stderr.fileno()
        poll = select.poll()
        poll.register(descriptor, select.POLLOUT)
        # A pipe that is said to be writable takes this much without waiting.
        if poll.poll(0):
            os.write(descriptor, (line + "\n").encode("utf-8", "replace")[: select.PIPE_BUF])


class FaultVoice:
    """Says every fault once, and its end.

    Args:
        language: "ja" or "en".
        write: Takes a line.
    """

    def __init__(self, language: str, write: Callable[[str], None] = write_aside) -> None:
        self._language = language
        self._write = write
        self._open: set[tuple[str, str, str]] = set()

    def take(self, event: Event) -> None:
        """Say an event, if it is a fault that has not been said, or the end of one that has."""
        if event.code in _PRIVATE:
            return
        what = (event.subject, event.code, event.part)
        if event.recovered:
            ended = {one for one in self._open if one == what or (not event.part and one[:2] == what[:2])}
            self._open -= ended
            worth = bool(ended)
        else:
            worth = event.severity in {Severity.WARNING, Severity.ALARM} and what not in self._open
            self._open |= {what} if worth else set()
        if worth:
            text = " ".join(event_text(event, self._language).split())
            self._write(f"sumika: {severity_text(event.severity, self._language)}: {text}")
