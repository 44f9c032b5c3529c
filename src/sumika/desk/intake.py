"""Reads files in: from a folder that they are dropped into, or one by one. Nothing is lost, whenever it is stopped.

A file is kept first, then noted in the log, then taken out of the folder. It is known by the hash of what is in it.
"""

import os
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path, PurePath

import msgspec

from sumika.desk.audit import DESK, Audit
from sumika.desk.reading import LARGEST_BYTES, UnreadError, read_file, tidy
from sumika.desk.sorting import KindRule, Sorted, sort
from sumika.desk.store import Store, Unread, digest_of_bytes, safe_name
from sumika.schema import SumikaError, UsageError

SETTLES_S = 3.0
"""A file that changed within so many seconds may still be being written."""

LONGEST_NAME = 120
MOST_DEATHS = 2
"""A file is put aside where the desk was killed so often while it read it: once may have been a power cut."""

_PASSING = (".part", ".tmp", ".crdownload", ".download", ".swp")


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file.

    Attributes:
        what: read, not_sorted, unread or known.
        name: Of the file.
        document: What was read, where something was.
        unread: Why not, where nothing was.
    """

    what: str
    name: str
    document: Sorted | None = None
    unread: Unread | None = None


class Intake:
    """Where files come in. Whoever uses it holds the desk's lock."""

    def __init__(
        self,
        store: Store,
        audit: Audit,
        kinds: Mapping[str, Mapping[str, KindRule]],
        now: Callable[[], float],
    ) -> None:
        """Take what is needed.

        Args:
            store: Where files are kept.
            audit: What is noted.
            kinds: Pack -> kind of document -> rule.
            now: Tells the time, seconds since 1970.
        """
        self._store, self._audit, self._kinds, self._now = store, audit, kinds, now

    def take_in(self, folder: Path, between: Callable[[], None] = lambda: None) -> tuple[Taken, ...]:
        """Read in every file of a folder that has settled, and take it out of there once it is kept here.

        Links are not followed, folders not entered; what cannot be read is kept, and listed with the reason. One that
        cannot be kept keeps no other from being taken in.

        Args:
            folder: The folder that files are dropped into.
            between: Is called after each file.

        Raises:
            SumikaError: if the folder cannot be read, or what was read cannot be kept: then the file stays where it is.
        """
        found: list[Taken] = []
        problem: SumikaError | None = None
        for path in _files_in(folder):
            try:
                outcome = self._take(path, drop=True) if self._is_settled(path) else None
            except SumikaError as error:
                problem = problem or error
                continue
            if outcome is not None:
                found.append(outcome)
                between()
        if problem is not None:
            raise problem
        return tuple(found)

    def take_file(self, path: Path) -> Taken:
        """Read in one file, which stays where it is.

        Raises:
            UsageError: if there is no such file.
            SumikaError: if what was read cannot be kept.
        """
        outcome = self._take(path, drop=False)
        if outcome is None:
            raise UsageError("there is no such file", where=str(path), remedy="Is its name right? Links are not read.")
        return outcome

    def _is_settled(self, path: Path) -> bool:
        name = path.name
        if name.startswith((".", "~$")) or name.lower().endswith(_PASSING):
            return False
        try:
            about = path.lstat()
        except OSError:
            return False
        return stat.S_ISREG(about.st_mode) and abs(self._now() - about.st_mtime) >= SETTLES_S

    def _take(self, path: Path, *, drop: bool) -> Taken | None:
        read = _bytes_of(path)
        if read is None:
            return None
        data, before = read
        name, digest = _name_of(path), digest_of_bytes(data)
        if len(data) > LARGEST_BYTES:
            # It is not copied; where it was dropped it stays, and is listed.
            if self._store.unread_file(digest) is not None:
                return None
            return self._put_aside(name, digest, UnreadError("too_large"), b"")
        outcome = self._known(name, digest) or self._read(name, data, digest)
        if drop:
            _remove_unchanged(path, before)
        return outcome

    def _known(self, name: str, digest: str) -> Taken | None:
        document = self._store.document(digest)
        if document is not None:
            self._store.forget_unread(digest)  # the desk may have been stopped before it was
            self._note(digest, "read", document.name)
            return Taken(what="known", name=name, document=document)
        unread = self._store.unread_file(digest)
        # Another Sumika may read more, and a name that ends otherwise says what it is.
        if unread is None or unread.tried_by != version("sumika") or _ending(unread.name) != _ending(safe_name(name)):
            return None
        self._note(digest, "unread", name)
        return Taken(what="known", name=name)

    def _read(self, name: str, data: bytes, digest: str) -> Taken:
        try:
            with self._store.reading(digest) as died:
                if died >= MOST_DEATHS:
                    raise UnreadError("never_ended")
                sorted_ = sort(read_file(name, data), self._kinds, digest, self._now())
            self._store.keep_document(sorted_, data)
        except UnreadError as error:
            return self._put_aside(name, digest, error, data)
        except SumikaError:
            raise
        except Exception as error:  # whatever a file does to us, the other files and the papers go on
            return self._put_aside(name, digest, UnreadError("unforeseen", f"{type(error).__name__}: {error}"), data)
        self._store.forget_unread(digest)
        self._note(digest, "read", sorted_.name)
        return Taken(what="read" if sorted_.kind else "not_sorted", name=sorted_.name, document=sorted_)

    def _put_aside(self, name: str, digest: str, error: UnreadError, data: bytes) -> Taken:
        kept = f"{digest[:32]}-{safe_name(name)}"
        unread = Unread(
            name=safe_name(name),
            digest=digest,
            reason=error.reason,
            detail=error.detail,
            kept=kept,
            at_unix_s=self._now(),
            tried_by=version("sumika"),
        )
        self._store.keep_unread(unread, data)
        self._note(digest, "unread", f"{unread.name}: {error.reason}")
        return Taken(what="unread", name=unread.name, unread=unread)

    def _note(self, digest: str, what: str, note: str) -> None:
        """Write the line of a file, unless it is there: the desk may have been stopped before it was written."""
        name = digest[:32]
        if not any(entry.paper == name and entry.what == what for entry in self._audit.entries()):
            self._audit.add(at_unix_s=self._now(), who=DESK, what=what, paper=name, digest=digest, note=note)


def _ending(name: str) -> str:
    return PurePath(name).suffix.lower()


def _files_in(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise SumikaError(
            f"the folder cannot be read ({error.strerror})", where=str(folder), remedy="desk.incoming names it."
        ) from error


def _name_of(path: Path) -> str:
    """Return what people call a file: names out of archives made by Japanese Windows are no UTF-8."""
    raw = os.fsencode(path.name)
    for encoding in ("utf-8", "cp932"):
        with suppress(UnicodeDecodeError):
            return tidy(raw.decode(encoding), LONGEST_NAME)
    return tidy(raw.decode(errors="replace"), LONGEST_NAME)


def _bytes_of(path: Path) -> tuple[bytes, os.stat_result] | None:
    """Return what is in a plain file, a little more than may be read at most; None where it is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            return None
        return file.read(LARGEST_BYTES + 1), about


def _remove_unchanged(path: Path, before: os.stat_result) -> None:
    """Take a file out of the drop folder, unless somebody has written to it since it was read."""
    with suppress(OSError):
        now = path.lstat()
        if (now.st_ino, now.st_size, now.st_mtime_ns) == (before.st_ino, before.st_size, before.st_mtime_ns):
            path.unlink()
