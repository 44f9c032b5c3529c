"""The desk's papers for who only reads: without its lock, also while it writes. What has not changed is not read again.

Every file is put in its place whole, so that what is read is always one version of it.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from sumika.desk.audit import Audit
from sumika.desk.names import Names, names_of
from sumika.desk.packs import Pack, load_packs
from sumika.desk.paper import DECIDED, Paper, Status, digest_of
from sumika.desk.soundness import last_lines
from sumika.desk.store import LARGEST_BYTES, PAPERS, READ, UNREAD, Store, Unread
from sumika.desk.telling import Document, Head, head_of, unread_file, unsorted_file, whole_of
from sumika.schema.desk_settings import DeskSettings
from sumika.schema.house import House
from sumika.schema.papers import MOST_PAPERS, PaperAnswer, PaperFile, PaperHead, PaperKind, PaperReader, Which

MOST_FILES = 20
_ASKED_BY_DAY = ("incident",)
"""Kinds that are about no stretch of time, and are looked for on one day."""

_OF_WHICH = {"approved": frozenset({Status.APPROVED}), "refused": frozenset({Status.REFUSED})}
Kept = TypeVar("Kept")


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """Some papers of a list.

    Attributes:
        papers: The newest first.
        total: How many there are, with what was left out.
        open: How many nobody has decided.
    """

    papers: tuple[PaperHead, ...]
    total: int
    open: int


class Shelf:
    """All that can be read of a desk. One thread at a time."""

    def __init__(self, data: Path, house: House, house_file: Path) -> None:
        """Look at the desk of a house; it need not be there yet.

        Args:
            data: The house's data folder.
            house: As described.
            house_file: Where the description lies.

        Raises:
            SumikaError: if one's own rules cannot be read.
        """
        settings = house.desk or DeskSettings()
        own = house_file.parent / settings.templates if settings.templates else None
        self.names: Names = names_of(house)
        self.packs: tuple[Pack, ...] = load_packs(own)
        self._store = Store(data)
        self._heads = _Folder(self._store.folder / PAPERS, Head)
        self._unread = _Folder(self._store.folder / UNREAD, Unread, ".reason.json")
        self._read = _Folder(self._store.folder / READ, Document)

    def called(self, kind: str) -> dict[str, str]:
        """Return what a kind of paper is called, by language."""
        return next((pack.rules.papers[kind].called for pack in self.packs if kind in pack.rules.papers), {})

    def kinds(self) -> tuple[PaperKind, ...]:
        """Return every kind of paper that can be written."""
        return tuple(
            PaperKind(kind=kind, called=rule.called, span="day" if kind in _ASKED_BY_DAY else rule.span)
            for pack in self.packs
            for kind, rule in pack.rules.papers.items()
        )

    def listed(self, reader: PaperReader, which: Which = "all", skip: int = 0, most: int = MOST_PAPERS) -> Listed:
        """Return papers, the newest first.

        Args:
            reader: Who looks: what is not for them is neither shown nor counted.
            which: All, or those that nobody has decided, that were approved, that were refused.
            skip: How many to leave out.
            most: At most so many.
        """
        seen = [head for head in self._heads.all() if reader.may_see(head.kind, head.subject)]
        seen.sort(key=lambda head: (-head.made_unix_s, head.id))
        wanted = [head for head in seen if _is_of(head.status, which)]
        skip, most = max(0, skip), max(0, min(most, MOST_PAPERS))
        return Listed(
            papers=tuple(head_of(one, self.names, self.called(one.kind)) for one in wanted[skip : skip + most]),
            total=len(wanted),
            open=sum(_is_of(head.status, "open") for head in seen),
        )

    def paper(self, name: str, reader: PaperReader) -> Paper | None:
        """Return a paper; None where there is none of that name, or it is not for who looks.

        Args:
            name: Of the paper; no part of it is ever a folder.
            reader: Who looks.
        """
        paper = self._store.paper(name)
        if paper is None or paper.id != name or not reader.may_see(paper.kind, paper.subject):
            return None
        return paper

    def told(self, paper: Paper) -> PaperAnswer:
        """Return a paper as the page shows it."""
        entry = last_lines(Audit(self._store.folder)).get(paper.id)
        changed = entry is None or entry.digest != digest_of(paper)
        return whole_of(paper, self.names, self.called(paper.kind), changed=changed)

    def files(self) -> tuple[tuple[PaperFile, ...], int]:
        """Return what could not be read, the newest first, and how many more there are."""
        found = [unread_file(one) for one in self._unread.all()]
        found += [unsorted_file(one) for one in self._read.all() if one.why]
        found.sort(key=lambda one: (-one.at_unix_s, one.name))
        return tuple(found[:MOST_FILES]), max(0, len(found) - MOST_FILES)


def _is_of(status: Status, which: Which) -> bool:
    if which == "open":
        return status not in DECIDED
    return which == "all" or status in _OF_WHICH[which]


class _Folder(Generic[Kept]):
    """What the files of a folder say; a file that has not changed is not read again."""

    def __init__(self, folder: Path, kind: type[Kept], ending: str = ".json") -> None:
        self._folder, self._ending = folder, ending
        self._decoder = msgspec.json.Decoder(kind)
        self._kept: dict[str, tuple[tuple[int, int, int], Kept | None]] = {}

    def all(self) -> Iterable[Kept]:
        """Return what every file says that can be read."""
        found: dict[str, tuple[tuple[int, int, int], Kept | None]] = {}
        try:
            with os.scandir(self._folder) as entries:
                for entry in entries:
                    if entry.name.endswith(self._ending) and not entry.name.startswith("."):
                        self._look(entry, found)
        except FileNotFoundError:
            pass  # nothing was written yet
        self._kept = found
        return [told for _, told in found.values() if told is not None]

    def _look(self, entry: "os.DirEntry[str]", found: dict[str, tuple[tuple[int, int, int], Kept | None]]) -> None:
        try:
            about = entry.stat(follow_symlinks=False)
            stamp = (about.st_mtime_ns, about.st_size, about.st_ino)
            kept = self._kept.get(entry.name)
            found[entry.name] = kept if kept is not None and kept[0] == stamp else (stamp, self._say(entry.path))
        except OSError:
            return  # it was taken away meanwhile

    def _say(self, path: str) -> Kept | None:
        with Path(path).open("rb") as file:
            try:
                return self._decoder.decode(file.read(LARGEST_BYTES))
            except (msgspec.DecodeError, UnicodeDecodeError):
                return None
