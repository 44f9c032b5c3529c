"""The queue: read in, sort, take out, draft, verify, approve. Whatever is done leaves a line in the audit log.

It may be killed between any two steps: what was done twice is the same as done once, and nothing is lost. Files and
papers are known by the hash of what is in them.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

import msgspec

from sumika.desk.audit import DESK, REMOVED, RULE, Audit, a_person
from sumika.desk.forgetting import forget_asked
from sumika.desk.intake import Intake, Taken
from sumika.desk.markdown import as_markdown
from sumika.desk.names import Names, names_of
from sumika.desk.packs import Order, Pack, load_packs, pack_of
from sumika.desk.paper import DECIDED, Paper, Status, digest_of
from sumika.desk.print_pdf import as_pdf
from sumika.desk.prose import Prose, in_better_words
from sumika.desk.sorting import Sorted
from sumika.desk.soundness import faults_of, has_gone_on, last_lines
from sumika.desk.store import Store, Unread
from sumika.desk.verify import verify
from sumika.desk.web import as_html
from sumika.desk.writing import Writer
from sumika.facts import Book
from sumika.schema import SumikaError, UsageError
from sumika.schema.desk_settings import DeskSettings
from sumika.schema.house import House

LONGEST_NOTE, LONGEST_NAME = 300, 100
FORMS = ("md", "html", "pdf")
DRAFTED = "drafted"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one paper.

    Attributes:
        what: written, same or nothing.
        name: Of the paper.
        paper: The paper, where there is one.
    """

    what: str
    name: str
    paper: Paper | None = None


class Desk:
    """The desk of one house. Open it in a `with`: one process at a time."""

    def __init__(
        self,
        data: Path,
        house: House,
        house_file: Path,
        *,
        now: Callable[[], float],
        book: Book | None = None,
        prose: Prose | None = None,
    ) -> None:
        """Set up a desk.

        Args:
            data: The house's data folder; the desk's own is below it.
            house: As described.
            house_file: Where the description lies; folders in it are relative to that.
            now: Tells the time, seconds since 1970.
            book: The records; None: papers about records cannot be written.
            prose: Puts sentences into better words; None: they stay as the templates have them.

        Raises:
            SumikaError: if one's own rules cannot be read.
        """
        self.settings = house.desk or DeskSettings()
        self._house, self._house_file, self._now = house, house_file, now
        self._prose = prose
        self.names: Names = names_of(house)
        own = self._folder(self.settings.templates)
        self.packs: tuple[Pack, ...] = load_packs(own)
        self._store, self._audit = Store(data), Audit(Store(data).folder)
        kinds = {pack.name: pack.rules.documents for pack in self.packs}
        self._intake = Intake(self._store, self._audit, kinds, now)
        self._zone = book.zone if book is not None else _zone_of(house)
        self._writer = Writer(
            house,
            house_file.name,
            names=self.names,
            packs=self.packs,
            own=own,
            zone=self._zone,
            now=now,
            book=book,
            documents=self._store.documents,
        )

    def _folder(self, name: str) -> Path | None:
        return self._house_file.parent / name if name else None

    def __enter__(self) -> Self:
        """Take the lock, and finish what was interrupted.

        Raises:
            SumikaError: if another process is at the desk.
        """
        self._store.open()
        try:
            self._audit.finish()
            self._finish_decisions()
            forget_asked(self._store, self._audit, self._now())
        except BaseException:
            self._store.close()
            raise
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """Give the lock back."""
        self._store.close()

    @property
    def incoming(self) -> Path | None:
        """The folder whose files are read in; None: there is none."""
        return self._folder(self.settings.incoming)

    @property
    def zone(self) -> ZoneInfo:
        """The house's time zone."""
        return self._zone

    # -- files -------------------------------------------------------------------------------------------------------

    def take_in(self, folder: Path, between: Callable[[], None] = lambda: None) -> tuple[Taken, ...]:
        """Read in every file of a folder; see `Intake.take_in`."""
        return self._intake.take_in(folder, between)

    def take_file(self, path: Path) -> Taken:
        """Read in one file; see `Intake.take_file`."""
        return self._intake.take_file(path)

    def unread(self) -> tuple[Unread, ...]:
        """Return what could not be read, the newest first."""
        return self._store.unread()

    def documents(self) -> tuple[Sorted, ...]:
        """Return what was read, the newest first."""
        return self._store.documents()

    def called(self, document: Sorted, language: str) -> str:
        """Return what people call the kind of a document; empty where it is of none."""
        kinds = {kind: rule.called for pack in self.packs for kind, rule in pack.rules.documents.items()}
        return kinds.get(document.kind, {}).get(language, document.kind)

    # -- papers ------------------------------------------------------------------------------------------------------

    def papers(self) -> tuple[Paper, ...]:
        """Return every paper, the newest first."""
        return tuple(sorted(self._store.papers(), key=lambda paper: (-paper.made_unix_s, paper.id)))

    def has(self, name: str) -> bool:
        """Return whether there is a paper of that name, and all done: shown, and in the log, which comes last.

        One that was taken away, too: it was kept long enough, or is about somebody who is to be forgotten.
        """
        entry = last_lines(self._audit).get(name)
        return entry is not None and (entry.what == REMOVED or self._store.paper(name) is not None)

    def paper(self, name: str) -> Paper:
        """Return a paper.

        Raises:
            UsageError: if there is none of that name.
        """
        paper = self._store.paper(name)
        if paper is None:
            raise UsageError(f"there is no paper '{name}'", remedy="sumika desk list shows all of them.")
        return paper

    def orders(self, kind: str, day: date | None = None) -> tuple[Order, ...]:
        """Return which papers of a kind there are to write for a day; see `Writer.orders`."""
        return self._writer.orders(kind, day)

    def number(self, kind: str, name: str) -> float:
        """Return a fixed number of the rule of a kind of paper; one's own where one has changed it."""
        return pack_of(kind, self.packs).rules.papers[kind].numbers[name][0]

    @property
    def looked_after(self) -> tuple[str, ...]:
        """The residents whom care notes are about; see `Writer.looked_after`."""
        return self._writer.looked_after

    def write(self, order: Order, language: str = "") -> Outcome:
        """Draft and verify a paper, and keep it; where it says nothing new, the one that is there stays.

        Args:
            order: Which.
            language: en or ja; empty: as the desk's settings or the house say.

        Raises:
            SumikaError: if Sumika's own template cannot be followed, or the paper cannot be kept.
        """
        language = language or self.settings.language or self._house.language or "en"
        draft = self._writer.draft(order, language)
        if draft is None:
            return Outcome(what="nothing", name=order.name)
        existing = self._last_of(draft.id)
        if existing is not None and existing.content == draft.content and self._is_as_left(existing):
            return Outcome(what="same", name=existing.id, paper=existing)
        if existing is not None and existing.status in DECIDED and self._is_as_left(existing):
            draft = msgspec.structs.replace(draft, id=_next_name(existing.id, draft.id))
        paper = verify(draft, self.names)
        if self._prose is not None:
            paper = in_better_words(paper, self.names, self._prose)
        self._keep(paper, who=DESK, what=DRAFTED)
        if self._needs_no_reader(paper):
            paper = self._decide(paper, Status.APPROVED, RULE, "may_be_approved_unread")
        return Outcome(what="written", name=paper.id, paper=paper)

    def _last_of(self, name: str) -> Paper | None:
        """Return the newest paper of that name: one that was decided may have one after it."""
        found = self._store.paper(name)
        following = 2
        while found is not None and (after := self._store.paper(f"{name}.{following}")) is not None:
            found, following = after, following + 1
        return found

    def _is_as_left(self, paper: Paper) -> bool:
        """Return whether a paper's file is as the log says it was left."""
        entry = last_lines(self._audit).get(paper.id)
        return entry is not None and entry.digest == digest_of(paper)

    def _needs_no_reader(self, paper: Paper) -> bool:
        """Return whether the rules let a paper go out without a person's yes."""
        rules = pack_of(paper.kind, self.packs).rules.papers
        return rules[paper.kind].unread and paper.status is Status.VERIFIED and not paper.looks

    def _keep(self, paper: Paper, *, who: str, what: str) -> None:
        self._store.keep(paper)
        self._print(paper)
        # The log goes last: what stands in it is done, and what does not is written anew after a power cut.
        self._audit.add(at_unix_s=self._now(), who=who, what=what, paper=paper.id, digest=digest_of(paper))

    def _print(self, paper: Paper) -> None:
        for form in FORMS:
            self._store.show(paper, form, self.printed(paper, form))

    def printed(self, paper: Paper, form: str) -> bytes:
        """Return a paper in a form.

        Args:
            paper: The paper.
            form: md, html or pdf.
        """
        match form:
            case "md":
                return as_markdown(paper, self.names).encode()
            case "html":
                return as_html(paper, self.names).encode()
            case "pdf":
                return as_pdf(paper, self.names)
        raise UsageError(f"there is no form '{form}'", remedy=f"There are: {', '.join(FORMS)}.")

    def shown_at(self, paper: Paper, form: str) -> Path:
        """Return where a form of a paper lies; it is made where it is not there."""
        return self._store.show(paper, form, self.printed(paper, form))

    # -- decisions ---------------------------------------------------------------------------------------------------

    def approve(self, name: str, by: str, note: str = "") -> Paper:
        """Approve a paper.

        Args:
            name: Of the paper.
            by: The person who does.
            note: What they say to it; a paper of which something is struck out needs one.

        Raises:
            UsageError: if there is no such paper, nobody is named or the desk itself, it was decided already, or a note
                is missing.
            SumikaError: if the paper was changed outside the desk.
        """
        paper = self.paper(name)
        if paper.status is Status.STRUCK and not note.strip():
            raise UsageError(
                "something in it is struck out",
                where=name,
                remedy="Read it (sumika desk show), and say with --note why it is good all the same.",
            )
        return self._decide(paper, Status.APPROVED, a_person(by), note)

    def refuse(self, name: str, by: str, note: str = "") -> Paper:
        """Refuse a paper; arguments and errors as for `approve`."""
        return self._decide(self.paper(name), Status.REFUSED, a_person(by), note)

    def _decide(self, paper: Paper, status: Status, by: str, note: str) -> Paper:
        by, note = " ".join(by.split())[:LONGEST_NAME], " ".join(note.split())[:LONGEST_NOTE]
        if not by:
            raise UsageError("nobody is named", where=paper.id, remedy="Say who decides, with --by.")
        if paper.status in DECIDED:
            raise UsageError(
                f"it is {paper.status.value} already", where=paper.id, remedy="sumika desk show says by whom."
            )
        if not self._is_as_left(paper):
            raise SumikaError(
                "it was changed outside the desk",
                where=paper.id,
                remedy="sumika desk verify says more; sumika desk run writes it anew.",
            )
        decided = _decided(paper, status, by, note, self._now())
        # The log goes first: it has all that is needed to finish this, should the computer stop right after.
        self._audit.add(
            at_unix_s=decided.decided_unix_s or 0.0,
            who=by,
            what=status.value,
            paper=paper.id,
            digest=digest_of(decided),
            note=note,
        )
        self._print(decided)
        self._store.keep(decided)
        return decided

    def _finish_decisions(self) -> None:
        """Do to papers what the log says was decided or rules decide, where the computer stopped before it was done."""
        for name, entry in last_lines(self._audit).items():
            if entry.what == DRAFTED:
                self._finish_draft(name)
            if entry.what not in (Status.APPROVED.value, Status.REFUSED.value):
                continue
            paper = self._store.paper(name)
            if paper is None or paper.status in DECIDED:
                continue
            decided = _decided(paper, Status(entry.what), entry.who, entry.note, entry.at_unix_s)
            if digest_of(decided) == entry.digest:
                self._print(decided)
                self._store.keep(decided)

    def _finish_draft(self, name: str) -> None:
        paper = self._store.paper(name)
        known = paper is not None and any(paper.kind in pack.rules.papers for pack in self.packs)
        if paper is not None and known and self._needs_no_reader(paper) and self._is_as_left(paper):
            self._decide(paper, Status.APPROVED, RULE, "may_be_approved_unread")

    def tidy_up(self) -> tuple[str, ...]:
        """Take approved papers away that have been kept long enough; return their names.

        None by a clock that has just leapt ahead: for a moment it may be the year 2038, and papers do not come back.
        """
        if not has_gone_on(self._audit.entries(), self._now()):
            return ()
        before = self._now() - 86_400.0 * self.settings.keep_days
        old = [one for one in self._store.papers() if one.status in DECIDED and (one.decided_unix_s or 0.0) < before]
        for paper in old:
            self._audit.add(at_unix_s=self._now(), who=DESK, what=REMOVED, paper=paper.id)
            self._store.remove(paper)
        return tuple(paper.id for paper in old)

    # -- looking after it all ----------------------------------------------------------------------------------------

    def faults(self) -> tuple[tuple[str, dict[str, object]], ...]:
        """Return (key of a sentence `desk.audit.<key>`, its values) of what is not as the desk left it."""
        return tuple(faults_of(self._store, self._audit))

    def reread(self, paper: Paper) -> Paper:
        """Return a paper as the second reader leaves it today."""
        return verify(paper, self.names)

    def seal(self) -> tuple[int, str]:
        """Return how many lines the log has, and the last hash: whoever keeps it elsewhere can prove the log later."""
        entries = self._audit.entries()
        return (len(entries), entries[-1].hash) if entries else (0, "")


def _zone_of(house: House) -> ZoneInfo:
    return ZoneInfo(house.building.site.timezone if house.building is not None else "UTC")


def _next_name(existing: str, name: str) -> str:
    number = existing.removeprefix(f"{name}.")
    return f"{name}.{int(number) + 1 if number.isdigit() else 2}"


def _decided(paper: Paper, status: Status, by: str, note: str, at_unix_s: float) -> Paper:
    return msgspec.structs.replace(paper, status=status, decided_by=by, decided_unix_s=at_unix_s, note=note)
