"""Writes to a terminal, pipe or file in a thread of its own: one that is stopped or slow holds up nobody."""

import contextlib
import os
import select
import threading
from collections import deque
from typing import TextIO

WAITING_CHARACTERS = 262_144
"""What may wait for a slow reader; the rest is left out and counted."""


class Pen:
    """Writes text in order, never makes the caller wait, and ends quietly when the reader has gone.

    Args:
        output: Where to; its own buffer is bypassed where it has a file descriptor.
    """

    def __init__(self, output: TextIO) -> None:
        output.flush()
        self._output = output
        self._encoding = output.encoding or "utf-8"
        self._descriptor = _descriptor(output)
        self._waiting: deque[str] = deque()
        self._size = 0
        self._writing = False
        self._closing = False
        self._changed = threading.Condition()
        self.gone = False
        """Whether the reader has gone: nothing more can be written."""
        # A daemon: a write that a stopped terminal never takes must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name="pen", daemon=True)
        self._thread.start()

    def idle(self) -> bool:
        """Tell whether everything written so far has been taken."""
        with self._changed:
            return not self._waiting and not self._writing

    def write(self, text: str) -> bool:
        """Hand over a text; return False where it had to be left out because too much waits already."""
        with self._changed:
            if self.gone or self._closing:
                return True
            if self._waiting and self._size + len(text) > WAITING_CHARACTERS:
                return False
            self._waiting.append(text)
            self._size += len(text)
            self._changed.notify_all()
            return True

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closing)
                if not self._waiting:
                    return
                text = self._waiting.popleft()
                self._size -= len(text)
                self._writing = True
            try:
                self._put(text)
            except (OSError, ValueError):  # a broken pipe, a terminal that was closed, a closed file object
                self.gone = True
            with self._changed:
                self._writing = False
                if self.gone:
                    self._waiting.clear()
                self._changed.notify_all()

    def _put(self, text: str) -> None:
        if self._descriptor is None:
            self._output.write(text)
            self._output.flush()
            return
        data = memoryview(text.encode(self._encoding, "replace"))
        while data:
            data = data[os.write(self._descriptor, data) :]

    def close(self, timeout_s: float) -> None:
        """Wait at most `timeout_s` until everything is written; later writes do nothing."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(timeout_s)


def _descriptor(output: TextIO) -> int | None:
    with contextlib.suppress(OSError, AttributeError):
        return output.fileno()
    return None


def reader_gone(output: TextIO) -> bool:
    """Tell whether nobody reads `output` any more, without writing to it: `sumika run | head` need not go on."""
    descriptor = _descriptor(output)
    if descriptor is None:
        return False
    poll = select.poll()
    poll.register(descriptor, 0)
    return any(happened & (select.POLLERR | select.POLLHUP | select.POLLNVAL) for _, happened in poll.poll(0))
