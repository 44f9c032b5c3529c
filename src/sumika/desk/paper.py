"""What a paper is: sentences, each with the rows it rests on. Plain text alone: markup is made when it is shown."""

import hashlib
from enum import StrEnum
from typing import Literal

import msgspec

from sumika.facts import Row

LONGEST_STATEMENT = 800


class Status(StrEnum):
    """How far a paper has come."""

    DRAFTED = "drafted"  # written, and not yet read again
    VERIFIED = "verified"  # all that it says stands in the rows it names
    STRUCK = "struck"  # something did not, and is struck out
    APPROVED = "approved"  # by a person, or by a rule that a person made
    REFUSED = "refused"


DECIDED = frozenset({Status.APPROVED, Status.REFUSED})


class Struck(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a sentence that stands in none of its rows.

    Attributes:
        begin: First character of it.
        end: Behind its last character.
        why: Key of a sentence: `desk.struck.<why>`.
    """

    begin: int
    end: int
    why: str


class Statement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sentence, or what stands in a cell.

    Attributes:
        text: Plain text; whatever stands in it is shown as it stands.
        cites: Numbers of the paper's rows on which it rests, from 0.
        struck: What of it is struck out, in order.
        plain: The sentence as the template had it, where a model put it otherwise.
    """

    text: str
    cites: tuple[int, ...] = ()
    struck: tuple[Struck, ...] = ()
    plain: str = ""


class Column(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A column of a table.

    Attributes:
        title: Its heading.
        unit: Of the numbers in it; empty: cells name their own.
    """

    title: str
    unit: str = ""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table.

    Attributes:
        columns: From left to right.
        rows: (row, column).
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Statement, ...], ...]


class Section(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of a paper.

    Attributes:
        title: Its heading.
        statements: In order.
        table: After them; None: there is none.
    """

    title: Statement
    statements: tuple[Statement, ...] = ()
    table: Table | None = None


class Derived(msgspec.Struct, frozen=True, kw_only=True):
    """That a row was worked out from other rows, so that it can be worked out again.

    Attributes:
        row: Number of the row.
        of: Numbers of the rows it was made of.
        how: sum; product; product_down (rounded down to whole numbers, as tax is); difference (first less second);
            ratio (first by second).
    """

    row: int
    of: tuple[int, ...]
    how: Literal["sum", "product", "product_down", "difference", "ratio"]


class Look(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person has to look at before a paper is approved.

    Attributes:
        what: struck, contradiction, missing, unread, template, origin: key of a sentence `desk.look.<what>`.
        detail: In the paper's language.
        cites: Rows it is about.
        edit: Whether the paper is not finished without a person's hand; False: it is only good to know.
    """

    what: str
    detail: str = ""
    cites: tuple[int, ...] = ()
    edit: bool = True


class Paper(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A piece of office work.

    Attributes:
        id: Its name, and that of its files.
        kind: Of which kind, as its pack names it.
        pack: Which pack it is from.
        language: en or ja.
        title: Its heading.
        house: Name of the house.
        subject: Resident, device or alarm it is about; empty: the house.
        begin_unix_s: Of the time it is about; None: of none.
        end_unix_s: Not included.
        zone: IANA name of the house's time zone.
        currency: Of all money in it.
        origin: The worst of its rows; what is not live says so on every page.
        sections: What it says.
        rows: All rows that it rests on.
        derived: Which of these were worked out from others.
        looks: What a person has to look at.
        status: How far it has come.
        made_unix_s: When it was drafted.
        content: Hash of what was drafted: the same records give the same.
        written_by: Who stands for it.
        prose_by: The model that put sentences otherwise; empty: none did.
        decided_by: Who approved or refused it.
        decided_unix_s: When.
        note: What they said to it.
    """

    id: str
    kind: str
    pack: str
    language: str
    title: Statement
    house: str = ""
    subject: str = ""
    begin_unix_s: float | None = None
    end_unix_s: float | None = None
    zone: str = "UTC"
    currency: str = ""
    origin: str = "live"
    sections: tuple[Section, ...] = ()
    rows: tuple[Row, ...] = ()
    derived: tuple[Derived, ...] = ()
    looks: tuple[Look, ...] = ()
    status: Status = Status.DRAFTED
    made_unix_s: float = 0.0
    content: str = ""
    written_by: str = ""
    prose_by: str = ""
    decided_by: str = ""
    decided_unix_s: float | None = None
    note: str = ""

    @property
    def is_finished(self) -> bool:
        """Whether it can go out as it is: verified, and nothing of it wants a person's hand."""
        return self.status in (Status.VERIFIED, Status.APPROVED) and not any(look.edit for look in self.looks)


def content_of(paper: Paper) -> str:
    """Return the hash of what was drafted, whenever that was and whatever became of it.

    Args:
        paper: As it was drafted, before it is verified.
    """
    said = (paper.kind, paper.pack, paper.language, paper.title, paper.subject, paper.begin_unix_s, paper.end_unix_s)
    rest = (paper.currency, paper.origin, paper.sections, paper.rows, paper.derived, paper.looks, paper.written_by)
    return hashlib.sha256(msgspec.json.encode((said, rest))).hexdigest()


def digest_of(paper: Paper) -> str:
    """Return the hash of all that is in a paper's file; the audit log holds it."""
    # As it will be read again: a whole number becomes one with a point where the file is read.
    read = msgspec.json.decode(msgspec.json.encode(paper), type=Paper)
    return hashlib.sha256(msgspec.json.encode(read)).hexdigest()
