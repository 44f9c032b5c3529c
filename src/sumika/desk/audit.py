"""Who did what to which paper, and when: one line of JSON each, every one sealed with the hash of the one before.

Lines are only ever added. Whoever changes one, takes one away or puts one in breaks the chain behind it; how many lines
there are and the last one's hash lie in a second file, so that the end cannot be cut off unseen either.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from sumika.schema import UNREADABLE, SumikaError, UsageError

DESK, RULE = "desk", "rule"
"""Who did what was done by itself, and who approved what no person has read: a rule that a person made."""

REMOVED = "removed"
AUDIT_FILE, HEAD_FILE = "audit.jsonl", "audit.head"
GENESIS = "0" * 64
LARGEST_BYTES = 200_000_000


def a_person(by: str) -> str:
    """Return a person's name.

    Raises:
        UsageError: if the log calls the desk itself so.
    """
    if by.strip() in (DESK, RULE):
        raise UsageError(f"'{by.strip()}' is what the log calls the desk itself", remedy="Decide by another name.")
    return by


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line.

    Attributes:
        number: From 1.
        at_unix_s: When.
        who: A person's name; "desk" for what was done by itself, "rule" for a rule of a person's making.
        what: read, unread, drafted, approved, refused, removed or mended.
        paper: Paper or file it was done to.
        digest: Hash of the whole paper or file as it was left.
        note: What was said to it.
        before: Hash of the line before.
        hash: Of all of the above.
    """

    number: int
    at_unix_s: float
    who: str
    what: str
    paper: str
    digest: str
    note: str
    before: str
    hash: str = ""


class _Head(msgspec.Struct, frozen=True):
    number: int
    hash: str


def _sealed(entry: Entry) -> Entry:
    return msgspec.structs.replace(entry, hash=_hash(entry))


def _hash(entry: Entry) -> str:
    return hashlib.sha256(msgspec.json.encode(msgspec.structs.replace(entry, hash=""))).hexdigest()


class Audit:
    """The log of one desk. Whoever writes it holds the desk's lock."""

    def __init__(self, folder: Path) -> None:
        """Use a folder; files are made when first written."""
        self._path, self._head_path = folder / AUDIT_FILE, folder / HEAD_FILE

    def entries(self) -> tuple[Entry, ...]:
        """Return every line that can be read, in order; `faults` says whether they are to be believed."""
        return tuple(entry for entry in self._lines() if isinstance(entry, Entry))

    def add(self, *, at_unix_s: float, who: str, what: str, paper: str, digest: str = "", note: str = "") -> Entry:
        """Add a line; it is on the disk when this returns.

        Args:
            at_unix_s: When it was done.
            who: By whom.
            what: As in `Entry`.
            paper: To which paper or file.
            digest: Of that as it was left.
            note: What was said to it.

        Raises:
            SumikaError: if it cannot be written.
        """
        try:
            self._drop_unfinished()
            last = self._last()
            entry = _sealed(
                Entry(
                    number=last.number + 1,
                    at_unix_s=at_unix_s,
                    who=who,
                    what=what,
                    paper=paper,
                    digest=digest,
                    note=note[:500],
                    before=last.hash,
                )
            )
            with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
                file.write(msgspec.json.encode(entry) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            self._write_head(_Head(entry.number, entry.hash))
        except OSError as error:
            raise SumikaError(f"the audit log cannot be written ({error.strerror})", where=str(self._path)) from error
        return entry

    def faults(self) -> tuple[tuple[int, str], ...]:
        """Return (number of the line, key of a sentence `desk.audit.<key>`) of what is wrong with the log."""
        found: list[tuple[int, str]] = []
        before, number = GENESIS, 0
        for line, entry in enumerate(self._lines(), 1):
            if not isinstance(entry, Entry):
                found.append((line, "not_readable"))
                continue
            if entry.hash != _hash(entry):
                found.append((line, "changed"))
            if entry.before != before or entry.number != number + 1:
                found.append((line, "chain"))
            before, number = entry.hash, entry.number
        head = self._head()
        # The log is written before its head: a computer that stopped in between leaves the log one ahead.
        if head is not None and (head.number > number or (head.number == number and head.hash != before)):
            found.append((number, "cut_off"))
        if head is None and number:
            found.append((number, "no_head"))
        return tuple(found)

    def finish(self) -> None:
        """Write the last line's seal, where the computer stopped between the line and its seal.

        On a full disk it stays one behind, which is no fault: the next line brings its own.
        """
        last, head = self._last(), self._head() or _Head(0, GENESIS)
        if last.number == head.number + 1:
            with suppress(OSError):
                self._write_head(last)

    def _lines(self) -> Iterator[Entry | None]:
        try:
            with self._path.open("rb") as file:
                data = file.read(LARGEST_BYTES)
        except FileNotFoundError:
            return
        complete = data[: data.rfind(b"\n") + 1]  # what was being written when the computer stopped was never done
        for line in complete.splitlines():
            try:
                yield msgspec.json.decode(line, type=Entry)
            except UNREADABLE:
                yield None

    def _last(self) -> _Head:
        last = _Head(0, GENESIS)
        for entry in self._lines():
            if isinstance(entry, Entry):
                last = _Head(entry.number, entry.hash)
        return last

    def _drop_unfinished(self) -> None:
        """Cut off a line that was being written when the computer stopped: it was never acknowledged."""
        try:
            with self._path.open("r+b") as file:
                size = file.seek(0, os.SEEK_END)
                start = max(size - 65_536, 0)
                file.seek(start)
                end = file.read()
                if end and not end.endswith(b"\n"):
                    file.truncate(start + end.rfind(b"\n") + 1)
        except FileNotFoundError:
            return

    def _head(self) -> _Head | None:
        try:
            return msgspec.json.decode(self._head_path.read_bytes(), type=_Head)
        except (OSError, *UNREADABLE):
            return None

    def _write_head(self, head: _Head) -> None:
        beside = self._head_path.with_name(f"{self._head_path.name}.new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(head))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._head_path)
