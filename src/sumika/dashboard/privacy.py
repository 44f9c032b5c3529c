"""Pauses of sensing and guests in the house: kept on the disk, told on the bus, obeyed by all who log, keep or show."""

import threading
from pathlib import Path

import msgspec

from sumika.clock import Clock
from sumika.dashboard.kept import SmallFiles
from sumika.dashboard.problem import refused
from sumika.schema import PRIVACY_FILE, Privacy, PrivacyKept

SOURCE = "page"


class PrivacyDesk:
    """What may be sensed and shown now. May be called from several threads.

    Attributes:
        changed: Set with every change; whoever tells it takes it back.
    """

    def __init__(self, folder: Path, files: SmallFiles, clock: Clock, kept: PrivacyKept) -> None:
        """Go on with what was said before a restart.

        Args:
            folder: The house's data folder.
            files: How the file is written.
            clock: Tells the time.
            kept: What the file says.
        """
        self._path, self._files, self._clock = folder / PRIVACY_FILE, files, clock
        self._lock = threading.Lock()
        self._kept = kept
        self.changed = True

    def now(self) -> Privacy:
        """Return what holds now."""
        return self._kept.told(self._clock.now(), SOURCE)

    def pause(self, until_unix_s: float | None) -> Privacy:
        """Let all sensing rest until then; None: go on at once.

        Raises:
            RefusedError: if the disk takes nothing.
        """
        return self._keep(msgspec.structs.replace(self._kept, paused_until_unix_s=until_unix_s))

    def guests(self, until_unix_s: float | None) -> Privacy:
        """Say that guests stay until then; None: that they have gone.

        Raises:
            RefusedError: if the disk takes nothing.
        """
        return self._keep(msgspec.structs.replace(self._kept, guests_until_unix_s=until_unix_s))

    def _keep(self, kept: PrivacyKept) -> Privacy:
        with self._lock:
            problem = self._files.write(self._path, kept)
            if problem:
                raise refused(507, "disk", where=str(self._path), why=problem)
            self._kept, self.changed = kept, True
        return self.now()
