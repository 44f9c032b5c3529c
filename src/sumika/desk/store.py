"""Where papers, what was read, and what could not be read lie: a folder of the house's own data, closed to others.

Every file is written whole or not at all, past a power cut. One process at a time: the second waits a moment, then says
who has it.
"""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from sumika.desk.paper import Paper
from sumika.desk.sorting import Sorted
from sumika.schema import SumikaError

DESK_FOLDER = "desk"
PAPERS, SHOWN, READ, FILES, UNREAD, LOCK = "papers", "out", "read", "files", "unread", "desk.lock"
READING = "reading.json"
LARGEST_BYTES = 64_000_000
LONGEST_NAME, LONGEST_NAME_BYTES = 80, 150
"""Of a file, in characters and as it lies on the disk: 255 bytes are all that one may have, with a hash before it."""

_NAME = re.compile(r"[^\w.\-]+")
Kept = TypeVar("Kept")


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """A file that could not be read.

    Attributes:
        name: Of the file.
        digest: Hash of its bytes.
        reason: Key of a sentence: `desk.unread.<reason>`.
        detail: Beyond that.
        kept: Name under which it lies in the folder of unread files.
        at_unix_s: When it was tried.
        tried_by: Version of Sumika that tried: another may read more.
    """

    name: str
    digest: str
    reason: str
    detail: str = ""
    kept: str = ""
    at_unix_s: float = 0.0
    tried_by: str = ""


class _Begun(msgspec.Struct, frozen=True):
    digest: str
    times: int


def write_whole(path: Path, data: bytes) -> None:
    """Put bytes on the disk, readable by the owner alone, past a power cut.

    Raises:
        SumikaError: if they cannot be written.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise SumikaError(
            f"cannot be written ({error.strerror})", where=str(path), remedy="Is there room on the disk?"
        ) from error


def safe_name(name: str) -> str:
    """Return a name that is good for a file anywhere: letters, digits, dots; never a folder, never hidden."""
    cut = _NAME.sub("-", name).strip(".-")[:LONGEST_NAME].encode()[:LONGEST_NAME_BYTES]
    return cut.decode(errors="ignore") or "file"


def digest_of_bytes(data: bytes) -> str:
    """Return the hash by which a file is known, whatever it is called."""
    return hashlib.sha256(data).hexdigest()


class Store:
    """The files of one desk. Used as a context manager it holds the lock."""

    def __init__(self, data: Path) -> None:
        """Use the desk's folder in a house's data folder; it is made when first written.

        Args:
            data: The house's data folder.
        """
        self.folder = data / DESK_FOLDER
        self._lock = -1

    def open(self) -> None:
        """Take the lock, and make the folder.

        Raises:
            SumikaError: if another process has the lock, or the folder cannot be made.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.folder.chmod(0o700)
            self._lock = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for unfinished in self.folder.glob("*/.*.new"):
                unfinished.unlink()  # the computer stopped before it had its name
        except BlockingIOError as error:
            self.close()
            raise SumikaError("the desk is at work", where=str(self.folder), remedy="Try again in a moment") from error
        except OSError as error:
            self.close()
            raise SumikaError(f"the desk's folder cannot be used ({error.strerror})", where=str(self.folder)) from error

    def close(self) -> None:
        """Give the lock back."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    # -- papers ------------------------------------------------------------------------------------------------------

    def papers(self) -> Iterator[Paper]:
        """Return every paper that can be read, by name."""
        for path in sorted((self.folder / PAPERS).glob("*.json")):
            paper = self.paper(path.stem)
            if paper is not None:
                yield paper

    def paper(self, name: str) -> Paper | None:
        """Return a paper; None where there is none of that name, or it cannot be read."""
        return self._read(self.folder / PAPERS / f"{safe_name(name)}.json", Paper)

    def keep(self, paper: Paper) -> None:
        """Put a paper on the disk.

        Raises:
            SumikaError: if it cannot be written.
        """
        write_whole(self.folder / PAPERS / f"{safe_name(paper.id)}.json", msgspec.json.encode(paper))

    def remove(self, paper: Paper) -> None:
        """Take a paper and its forms away."""
        (self.folder / PAPERS / f"{safe_name(paper.id)}.json").unlink(missing_ok=True)
        for path in (self.folder / SHOWN).glob(f"{safe_name(paper.id)}.*"):
            if path.stem == safe_name(paper.id):
                path.unlink(missing_ok=True)

    def show(self, paper: Paper, form: str, data: bytes) -> Path:
        """Put a form of a paper (md, html, pdf) on the disk, and return where it lies."""
        path = self.folder / SHOWN / f"{safe_name(paper.id)}.{form}"
        if not path.exists() or path.read_bytes() != data:
            write_whole(path, data)
        return path

    # -- what was read -----------------------------------------------------------------------------------------------

    def documents(self) -> tuple[Sorted, ...]:
        """Return what was read so far, the newest first."""
        found = [self._read(path, Sorted) for path in (self.folder / READ).glob("*.json")]
        return tuple(sorted((one for one in found if one is not None), key=lambda one: (-one.at_unix_s, one.digest)))

    def document(self, digest: str) -> Sorted | None:
        """Return what was read of a file; None where it was not."""
        return self._read(self.folder / READ / f"{digest[:32]}.json", Sorted)

    def keep_document(self, document: Sorted, data: bytes) -> None:
        """Put what was read, and the file it was read from, on the disk; the file first."""
        write_whole(self.folder / FILES / f"{document.digest[:32]}-{safe_name(document.name)}", data)
        write_whole(self.folder / READ / f"{document.digest[:32]}.json", msgspec.json.encode(document))

    @contextmanager
    def reading(self, digest: str) -> Iterator[int]:
        """Note that a file is being read until this ends; give how often it was begun before and this process died.

        Raises:
            SumikaError: if it cannot be noted.
        """
        path = self.folder / READING
        before = self._read(path, _Begun)
        times = before.times if before is not None and before.digest == digest else 0
        write_whole(path, msgspec.json.encode(_Begun(digest, times + 1)))
        try:
            yield times
        finally:
            path.unlink(missing_ok=True)

    def unread(self) -> tuple[Unread, ...]:
        """Return what could not be read, the newest first."""
        found = [self._read(path, Unread) for path in (self.folder / UNREAD).glob("*.reason.json")]
        return tuple(sorted((one for one in found if one is not None), key=lambda one: (-one.at_unix_s, one.digest)))

    def unread_file(self, digest: str) -> Unread | None:
        """Return why a file could not be read; None where it was never tried, or was read."""
        return self._read(self.folder / UNREAD / f"{digest[:32]}.reason.json", Unread)

    def keep_unread(self, unread: Unread, data: bytes) -> None:
        """Put a file that could not be read on the disk, and why, in place of what was said of it; the file first."""
        self.forget_unread(unread.digest)
        write_whole(self.folder / UNREAD / unread.kept, data)
        write_whole(self.folder / UNREAD / f"{unread.digest[:32]}.reason.json", msgspec.json.encode(unread))

    def forget_unread(self, digest: str) -> None:
        """Take a file away from those that could not be read."""
        for path in (self.folder / UNREAD).glob(f"{digest[:32]}*"):
            path.unlink(missing_ok=True)

    @staticmethod
    def _read(path: Path, kind: type[Kept]) -> Kept | None:
        try:
            with path.open("rb") as file:
                return msgspec.json.decode(file.read(LARGEST_BYTES), type=kind)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None
