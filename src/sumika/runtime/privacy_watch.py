"""What residents want neither sensed nor kept now, as the file in the data folder says it: read by all who must obey.

A file, and not only a message: it holds from the first moment of a process, and while the page is dead.
"""

from pathlib import Path

from sumika.clock import Instant
from sumika.runtime.small_file import DamagedFileError, read_small
from sumika.schema import PRIVACY_FILE, Privacy, PrivacyKept
from sumika.units import seconds_to_ns

LOOKS_EVERY_S = 0.25
FOR_GOOD_UNIX_S = 4e9

CAREFUL = PrivacyKept(guests_until_unix_s=FOR_GOOD_UNIX_S)
"""Where the file is damaged nobody knows what was asked for: nothing personal is kept until somebody says it again."""


def read_privacy(path: Path) -> PrivacyKept:
    """Return what a file says; nothing is asked for where there is none."""
    try:
        return read_small(path, PrivacyKept, PrivacyKept())
    except DamagedFileError:
        return CAREFUL


class PrivacyWatch:
    """Looks at the file now and then; cheap enough for every turn of a loop."""

    def __init__(self, data: Path, source: str) -> None:
        """Watch a house's file.

        Args:
            data: The house's data folder.
            source: Who looks.
        """
        self._path, self._source = data / PRIVACY_FILE, source
        self._kept = PrivacyKept()
        self._seen: tuple[int, int] | None = None
        self._look_ns = 0

    def now(self, stamp: Instant) -> Privacy:
        """Return what holds at a moment.

        Args:
            stamp: The moment.
        """
        if stamp.monotonic_ns >= self._look_ns:
            self._look_ns = stamp.monotonic_ns + seconds_to_ns(LOOKS_EVERY_S)
            self._look()
        return self._kept.told(stamp, self._source)

    def hides_bodies(self, stamp: Instant) -> bool:
        """Return whether nothing personal may be logged, kept or shown at a moment."""
        if self._kept == PrivacyKept() and stamp.monotonic_ns < self._look_ns:
            return False  # as nearly always
        return self.now(stamp).hides_bodies

    def _look(self) -> None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._kept, self._seen = PrivacyKept(), None
            return
        except OSError:
            self._kept, self._seen = CAREFUL, None
            return
        seen = (found.st_mtime_ns, found.st_ino)
        if seen != self._seen:
            self._kept, self._seen = read_privacy(self._path), seen
