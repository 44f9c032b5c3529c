"""Papers of the records desk as people see them on the page: which there are, what stands in one, a yes or a no."""

from typing import Literal

import msgspec

from sumika.schema.requests import Answered
from sumika.schema.talk import EVERYBODY

CARE_KINDS = frozenset({"care_day", "care_week"})
"""Papers about one resident, told to those only who may see personal things of them."""

LONGEST_NAME, LONGEST_NOTE = 200, 300
MOST_PAPERS = 50
"""Papers on one page of the list."""

MOST_ROWS = 12
"""Rows that are named behind one sentence; of more their number is told."""

Which = Literal["all", "open", "approved", "refused"]


class PaperReader(msgspec.Struct, frozen=True, kw_only=True):
    """Who looks, and so what there is for them; nothing, unless it is said.

    Attributes:
        sees: Residents whose care notes may be shown, or `EVERYBODY`.
        household: Whether all other papers may be shown, and files that could not be read.
    """

    sees: tuple[str, ...] = ()
    household: bool = False

    def may_see(self, kind: str, subject: str) -> bool:
        """Return whether a paper is for them.

        Args:
            kind: Of paper.
            subject: Whom or what it is about.
        """
        if kind in CARE_KINDS:
            return EVERYBODY in self.sees or subject in self.sees
        return self.household


class PaperPiece(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a sentence.

    Attributes:
        text: Plain text, to be shown as it stands.
        struck: Whether it is struck out.
    """

    text: str
    struck: bool = False


class PaperLook(msgspec.Struct, frozen=True, kw_only=True):
    """What a person has to look at.

    Attributes:
        what: struck, contradiction, missing ...: key of a sentence `desk.look.<what>`.
        pieces: In the paper's language.
        edit: Whether the paper is not finished without a person's hand; False: it is only good to know.
        rows: Numbers of the rows it is about.
    """

    what: str
    pieces: tuple[PaperPiece, ...] = ()
    edit: bool = True
    rows: tuple[int, ...] = ()


class PaperHead(msgspec.Struct, frozen=True, kw_only=True):
    """A paper in the list.

    Attributes:
        id: Its name.
        kind: Of which kind.
        called: What the kind is called, by language.
        title: Its heading, in its language.
        language: en or ja.
        subject: Resident, device or alarm it is about, as people call it; empty: the house.
        begin_unix_s: Of the time it is about; None: of none.
        end_unix_s: Not included.
        zone: IANA name of the house's time zone.
        origin: live, recorded or simulated.
        status: drafted, verified, struck, approved or refused.
        made_unix_s: When it was written.
        content: Hash of what it says; whoever decides names the one they read.
        looks: What a person has to look at, contradictions first.
        more_looks: How many more of these there are.
        decided_by: Who approved or refused it; "rule": a rule that a person made.
        decided_unix_s: When.
        note: What they said to it.
    """

    id: str
    kind: str
    title: str
    language: str
    status: str
    called: dict[str, str] = {}
    subject: str = ""
    begin_unix_s: float | None = None
    end_unix_s: float | None = None
    zone: str = "UTC"
    origin: str = "live"
    made_unix_s: float = 0.0
    content: str = ""
    looks: tuple[PaperLook, ...] = ()
    more_looks: int = 0
    decided_by: str = ""
    decided_unix_s: float | None = None
    note: str = ""


class PaperFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that could not be read, or of which nobody knows what it is.

    Attributes:
        name: Of the file.
        why: Why, by language.
        at_unix_s: When it was tried.
    """

    name: str
    why: dict[str, str]
    at_unix_s: float = 0.0


class PaperKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of paper that can be written.

    Attributes:
        kind: Its name.
        called: What it is called, by language.
        span: How long the time is that one is about: day, week, month, half_year or none.
    """

    kind: str
    called: dict[str, str]
    span: str


class PaperOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody asked to have written, and what became of it.

    Attributes:
        kind: Of paper.
        called: What it is called, by language.
        day: Of which day, week or month; empty: today's.
        state: waiting, written, same (nothing new), nothing (nothing to write about) or failed.
        papers: Names of what was written.
        problem: Why it failed.
        at_unix_s: When it was asked.
    """

    kind: str
    called: dict[str, str]
    day: str
    state: Literal["waiting", "written", "same", "nothing", "failed"] = "waiting"
    papers: tuple[str, ...] = ()
    problem: str = ""
    at_unix_s: float = 0.0


class PapersRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask which papers there are.

    Attributes:
        reader: Who looks.
        which: All, or those to be looked at (nobody has decided them), approved, refused.
        skip: How many of the newest to leave out.
        most: At most so many.
    """

    reader: PaperReader
    which: Which = "all"
    skip: int = 0
    most: int = MOST_PAPERS


class PapersAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Papers, the newest first.

    Attributes:
        papers: As many as were asked for.
        total: How many there are of these, with what was left out.
        open: How many nobody has decided.
        kinds: What can be written now.
        orders: What was asked for last, the newest first.
        files: What could not be read, the newest first.
        more_files: How many more of these there are.
    """

    papers: tuple[PaperHead, ...] = ()
    total: int = 0
    open: int = 0
    kinds: tuple[PaperKind, ...] = ()
    orders: tuple[PaperOrder, ...] = ()
    files: tuple[PaperFile, ...] = ()
    more_files: int = 0


class PaperRow(msgspec.Struct, frozen=True, kw_only=True):
    """What sentences rest on.

    Attributes:
        number: In the paper and in what is printed of it, from 1.
        source: Of which record or file.
        subject: Room, device, resident ... as people call it.
        part: Which of several at one moment.
        begin_unix_s: From when on; 0: of no time.
        end_unix_s: Until when; the same for a moment.
        value: Number in it; None: none.
        unit: Of the number.
        text: What else stands in it, as data.
        count: Of how many samples.
    """

    number: int
    source: str
    subject: str
    part: str = ""
    begin_unix_s: float = 0.0
    end_unix_s: float = 0.0
    value: float | None = None
    unit: str = ""
    text: str = ""
    count: int = 1


class PaperSentence(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence, or what stands in a cell.

    Attributes:
        pieces: In order.
        rows: Numbers of rows it rests on, at most `MOST_ROWS`.
        more_rows: How many more there are.
        plain: The sentence as the template had it, where a model put it otherwise.
    """

    pieces: tuple[PaperPiece, ...]
    rows: tuple[int, ...] = ()
    more_rows: int = 0
    plain: str = ""


class PaperTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table.

    Attributes:
        columns: Headings, with their units.
        rows: (row, column).
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[PaperSentence, ...], ...]


class PaperSection(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a paper.

    Attributes:
        title: Its heading.
        sentences: In order.
        table: After them; None: there is none.
    """

    title: PaperSentence
    sentences: tuple[PaperSentence, ...] = ()
    table: PaperTable | None = None


class PaperRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask for one paper.

    Attributes:
        id: Its name.
        reader: Who looks.
    """

    id: str
    reader: PaperReader


class PaperAnswer(Answered, frozen=True, kw_only=True):
    """One paper.

    Attributes:
        head: As in the list, with all that is to be looked at.
        title: Its heading.
        house: Name of the house.
        written_by: Who stands for it.
        prose_by: The model that put sentences otherwise; empty: none did.
        sections: What it says.
        rows: That are named in it.
        left_out: How many sentences and cells are not here: the file to be printed holds them.
        changed: Whether it is not as the desk left it.
    """

    head: PaperHead | None = None
    title: PaperSentence | None = None
    house: str = ""
    written_by: str = ""
    prose_by: str = ""
    sections: tuple[PaperSection, ...] = ()
    rows: tuple[PaperRow, ...] = ()
    left_out: int = 0
    changed: bool = False


class PrintedPaperRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask for a paper as a PDF.

    Attributes:
        id: Its name.
        reader: Who looks.
    """

    id: str
    reader: PaperReader


class PrintedPaperAnswer(Answered, frozen=True, kw_only=True):
    """A paper as a PDF.

    Attributes:
        name: For its file; letters, digits, dots, dashes.
        data: The file.
    """

    name: str = ""
    data: bytes = b""


class DecidePaperRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Approve or refuse a paper; the audit log has it for good.

    Attributes:
        id: Its name.
        reader: Who decides, and so of what they may.
        what: approve or refuse.
        by: Their name.
        note: What they say to it.
        content: Hash of what they have read: another paper of that name is not meant.
    """

    id: str
    reader: PaperReader
    what: Literal["approve", "refuse"]
    by: str
    note: str = ""
    content: str = ""


class DecidePaperAnswer(Answered, frozen=True, kw_only=True):
    """What became of it.

    Attributes:
        head: The paper as it is now.
    """

    head: PaperHead | None = None


class WritePaperRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Have a paper written now; the list tells what became of it.

    Attributes:
        kind: Of paper.
        day: The day, or one of the week or month, as 2026-11-28; empty: today.
        language: en or ja; empty: as the desk has it.
    """

    kind: str
    day: str = ""
    language: Literal["", "en", "ja"] = ""


class WritePaperAnswer(Answered, frozen=True, kw_only=True):
    """Whether it will be."""
