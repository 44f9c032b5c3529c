"""Begins a look at the house in a process of its own, and hears how far it is."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator

import msgspec

from sumika.schema import SurveyLaunch, SurveyTold

COMMAND = (sys.executable, "-m", "sumika.runtime.survey")
ENDS_WITHIN_S = 5.0


class SurveyProcess:
    """One look under way."""

    def __init__(self, launch: SurveyLaunch) -> None:
        """Begin.

        Args:
            launch: What is asked, and of which house.

        Raises:
            OSError: if no process can be begun.
        """
        self._process = subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._say(msgspec.json.encode(launch) + b"\n")

    def _say(self, line: bytes) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def told(self) -> Iterator[SurveyTold]:
        """Yield how far it is, until it is over."""
        assert self._process.stdout is not None
        try:
            for line in self._process.stdout:
                yield msgspec.json.decode(line, type=SurveyTold)
        finally:
            self.stop()
            for pipe in (self._process.stdin, self._process.stdout):
                with contextlib.suppress(OSError):  # what could not be written any more
                    assert pipe is not None
                    pipe.close()

    def end(self) -> None:
        """Say that a walk is over, or that no more of it is wanted."""
        self._say(b"end\n")

    def stop(self) -> None:
        """Make an end of it at once."""
        self._process.terminate()
        try:
            self._process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
