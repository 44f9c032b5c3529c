"""Where alarms lie across restarts and power cuts: on the disk before anything of them is sent or answered."""

from pathlib import Path

import msgspec

from sumika.alarm import AlarmBook, Before, KeptAlarm, SmokeSource, WatchMemory, elapsed_s
from sumika.clock import Instant
from sumika.runtime.forgetting import BEFORE_FOLDER
from sumika.runtime.small_file import DamagedFileError, read_small, write_small, write_whole
from sumika.schema import UNREADABLE

ALARMS_FILE, WATCH_FILE = "alarms.json", "watches.json"
KEEPS_BEFORE = 20
SEEN_EVERY_S = 60.0
"""That a cause still goes on is written so often; everything else of an alarm at once."""

WATCH_EVERY_S = 30.0
LARGEST_BEFORE_BYTES = 4_000_000


class AlarmStore:
    """Files of the alarms.

    Attributes:
        problem: Why alarms cannot be kept; empty while they can.
    """

    def __init__(self, folder: Path) -> None:
        """Use a folder; it is made when first written."""
        self._folder = folder
        self._saved: tuple[KeptAlarm, ...] | None = None
        self._watch_saved: tuple[Instant, bytes] | None = None
        self._smoke_saved: tuple[SmokeSource, ...] = ()
        self._damage = ""
        self.problem = ""

    def take_damage(self) -> str:
        """Return, once, that what was kept could not be read; empty where it could."""
        damage, self._damage = self._damage, ""
        return damage

    def load(self) -> tuple[KeptAlarm, ...]:
        """Return the alarms that were kept, the oldest first.

        A damaged file is kept aside, for whoever can read more of it than we can.
        """
        path = self._folder / ALARMS_FILE
        try:
            kept = read_small(path, tuple[KeptAlarm, ...], ())
        except DamagedFileError as error:
            self._damage = f"{error}; it is set aside"
            path.replace(path.with_suffix(".damaged"))
            return ()
        self._saved = kept
        return kept

    def load_watches(self) -> WatchMemory:
        """Return what watches remembered; nothing where it cannot be read."""
        try:
            return read_small(self._folder / WATCH_FILE, WatchMemory, WatchMemory())
        except DamagedFileError:
            return WatchMemory()

    def save(self, book: AlarmBook) -> None:
        """Put alarms on the disk, where they say something new.

        Args:
            book: All of them.
        """
        alarms = tuple(book.alarms.values())
        if self._saved is not None and _same(alarms, self._saved):
            return
        problem = write_small(self._folder / ALARMS_FILE, alarms)
        self.problem = problem
        if not problem:
            self._saved = alarms

    def save_watches(self, memory: WatchMemory, now: Instant) -> None:
        """Put what watches remember on the disk, now and then; at once who told of smoke.

        Args:
            memory: What they remember.
            now: The present moment.
        """
        early = self._watch_saved is not None and elapsed_s(self._watch_saved[0], now) < WATCH_EVERY_S
        if early and memory.smoke == self._smoke_saved:
            return
        self._smoke_saved = memory.smoke
        said = msgspec.json.encode(memory)
        if self._watch_saved is None or said != self._watch_saved[1]:
            problem = write_whole(self._folder / WATCH_FILE, said)
            said = b"" if problem else said  # then it is tried again
        self._watch_saved = (now, said)

    def save_before(self, name: str, before: Before) -> bool:
        """Keep what came before an alarm, and let go of the oldest; return whether it could be kept.

        Args:
            name: The alarm's id.
            before: What came before it.
        """
        folder = self._folder / BEFORE_FOLDER
        if write_whole(folder / f"{name}.msgpack", msgspec.msgpack.encode(before)):
            return False
        files = sorted(folder.glob("*.msgpack"), key=lambda path: path.stat().st_mtime_ns)
        for path in files[:-KEEPS_BEFORE]:
            path.unlink(missing_ok=True)
        return True

    def has_before(self, name: str) -> bool:
        """Return whether what came before an alarm is still kept: somebody may have wanted to be forgotten.

        Args:
            name: The alarm's id, which must be one that is known.
        """
        return (self._folder / BEFORE_FOLDER / f"{name}.msgpack").is_file()

    def load_before(self, name: str) -> Before | None:
        """Return what came before an alarm; None where nothing was kept, or it cannot be read.

        Args:
            name: The alarm's id, which must be one that is known.
        """
        try:
            with (self._folder / BEFORE_FOLDER / f"{name}.msgpack").open("rb") as file:
                return msgspec.msgpack.decode(file.read(LARGEST_BEFORE_BYTES), type=Before)
        except (OSError, *UNREADABLE):
            return None


def _same(alarms: tuple[KeptAlarm, ...], saved: tuple[KeptAlarm, ...]) -> bool:
    """Return whether nothing has changed but that causes go on, and that only for a moment."""
    if len(alarms) != len(saved):
        return False
    for alarm, old in zip(alarms, saved, strict=True):
        if alarm is old:
            continue
        if msgspec.structs.replace(alarm, seen=old.seen) != old or elapsed_s(old.seen, alarm.seen) >= SEEN_EVERY_S:
            return False
    return True
