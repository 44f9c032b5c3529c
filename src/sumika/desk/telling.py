"""Papers as the page is told of them: capped in size, plain text in pieces, each sentence with what it rests on."""

import re
from collections.abc import Iterable, Mapping

import msgspec

from sumika.desk.face import pieces_of, struck_in
from sumika.desk.names import Names
from sumika.desk.paper import Look, Paper, Section, Statement, Status, Table
from sumika.desk.reading._document import tidy
from sumika.desk.store import Unread
from sumika.facts import Row
from sumika.schema.papers import (
    MOST_ROWS,
    PaperAnswer,
    PaperFile,
    PaperHead,
    PaperLook,
    PaperPiece,
    PaperRow,
    PaperSection,
    PaperSentence,
    PaperTable,
)
from sumika.text import LANGUAGES, say

MOST_LOOKS_IN_LIST, MOST_LOOKS = 6, 200
MOST_SENTENCES, MOST_LETTERS, MOST_ROWS_IN_ALL = 3_000, 400_000, 3_000
"""A paper on the page is no longer than this; what is printed holds all of it."""

LONGEST_TEXT = 300
_FOR_FILES = re.compile(r"[^\w.\-]+", re.ASCII)


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The beginning of a paper's file, all that a list needs: sentences and rows are passed over."""

    id: str
    kind: str
    language: str
    title: Statement
    subject: str = ""
    begin_unix_s: float | None = None
    end_unix_s: float | None = None
    zone: str = "UTC"
    origin: str = "live"
    looks: tuple[Look, ...] = ()
    status: Status = Status.DRAFTED
    made_unix_s: float = 0.0
    content: str = ""
    decided_by: str = ""
    decided_unix_s: float | None = None
    note: str = ""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """Of a file that was read, whether it is known what it is: what was taken out of it is passed over."""

    name: str
    why: str = ""
    at_unix_s: float = 0.0


def head_of(
    paper: Paper | Head, names: Names, called: Mapping[str, str], *, most_looks: int = MOST_LOOKS_IN_LIST
) -> PaperHead:
    """Return a paper as a list shows it.

    Args:
        paper: The paper, or the beginning of its file.
        names: Of the house.
        called: What its kind is called, by language.
        most_looks: Of what is to be looked at; contradictions come first.
    """
    looks = sorted(paper.looks, key=lambda look: (look.what != "contradiction", not look.edit))
    return PaperHead(
        id=paper.id,
        kind=paper.kind,
        called=dict(called),
        title=tidy(paper.title.text, LONGEST_TEXT),
        language=paper.language,
        subject=tidy(names.of(paper.subject), 100),
        begin_unix_s=paper.begin_unix_s,
        end_unix_s=paper.end_unix_s,
        zone=paper.zone,
        origin=paper.origin,
        status=paper.status.value,
        made_unix_s=paper.made_unix_s,
        content=paper.content,
        looks=tuple(_look(look) for look in looks[:most_looks]),
        more_looks=max(0, len(looks) - most_looks),
        decided_by=tidy(paper.decided_by, 100),
        decided_unix_s=paper.decided_unix_s,
        note=tidy(paper.note, LONGEST_TEXT),
    )


def _look(look: Look) -> PaperLook:
    detail = tidy(look.detail, LONGEST_TEXT)
    pieces = struck_in(detail) if look.what == "struck" else [(detail, False)]
    told = tuple(PaperPiece(text=text, struck=struck) for text, struck in pieces if text)
    rows = tuple(number + 1 for number in look.cites[:MOST_ROWS])
    return PaperLook(what=look.what, pieces=told, edit=look.edit, rows=rows)


def whole_of(paper: Paper, names: Names, called: Mapping[str, str], *, changed: bool) -> PaperAnswer:
    """Return a paper with its sentences and rows.

    Args:
        paper: The paper.
        names: Of the house.
        called: What its kind is called, by language.
        changed: Whether it is not as the desk left it.
    """
    teller = _Teller(paper, names)
    head = head_of(paper, names, called, most_looks=MOST_LOOKS)
    teller.cites(number - 1 for look in head.looks for number in look.rows)
    sections = tuple(teller.section(section) for section in paper.sections)
    return PaperAnswer(
        accepted=True,
        head=head,
        title=teller.sentence(paper.title),
        house=tidy(paper.house, 100),
        written_by=tidy(paper.written_by, 100),
        prose_by=tidy(paper.prose_by, 100),
        sections=sections,
        rows=teller.rows(),
        left_out=teller.left_out,
        changed=changed,
    )


class _Teller:
    """Tells one paper until it has said enough."""

    def __init__(self, paper: Paper, names: Names) -> None:
        self._paper, self._names = paper, names
        self._cited: set[int] = set()
        self._sentences, self._letters = 0, 0
        self.left_out = 0

    def section(self, section: Section) -> PaperSection:
        return PaperSection(
            title=self.sentence(section.title),
            sentences=tuple(self.sentence(one) for one in section.statements if self._may_say(one)),
            table=self._table(section.table) if section.table is not None else None,
        )

    def _may_say(self, *statements: Statement) -> bool:
        """Count a sentence, or a whole row of a table; return whether there is room for it."""
        if self._sentences >= MOST_SENTENCES or self._letters >= MOST_LETTERS:
            self.left_out += len(statements)
            return False
        self._sentences += len(statements)
        self._letters += sum(len(one.text) + len(one.plain) for one in statements)
        return True

    def _table(self, table: Table) -> PaperTable:
        columns = tuple(f"{one.title} ({one.unit})" if one.unit else one.title for one in table.columns)
        rows = [row for row in table.rows if self._may_say(*row)]
        return PaperTable(columns=columns, rows=tuple(tuple(self.sentence(cell) for cell in row) for row in rows))

    def sentence(self, statement: Statement) -> PaperSentence:
        known = [number for number in statement.cites if 0 <= number < len(self._paper.rows)]
        named = known[:MOST_ROWS]
        self.cites(named)
        return PaperSentence(
            pieces=tuple(PaperPiece(text=text, struck=struck) for text, struck in pieces_of(statement)),
            rows=tuple(number + 1 for number in named),
            more_rows=len(known) - len(named),
            plain=statement.plain,
        )

    def cites(self, numbers: Iterable[int]) -> None:
        self._cited.update(number for number in numbers if 0 <= number < len(self._paper.rows))

    def rows(self) -> tuple[PaperRow, ...]:
        return tuple(self._row(number) for number in sorted(self._cited)[:MOST_ROWS_IN_ALL])

    def _row(self, number: int) -> PaperRow:
        row: Row = self._paper.rows[number]
        return PaperRow(
            number=number + 1,
            source=tidy(row.source, 100),
            subject=tidy(self._names.of(row.subject), 100),
            part=tidy(row.part, 60),
            begin_unix_s=row.begin_unix_s,
            end_unix_s=row.end_unix_s,
            value=row.value,
            unit=row.unit[:20],
            text=tidy(row.text, LONGEST_TEXT),
            count=row.count,
        )


def unread_file(unread: Unread) -> PaperFile:
    """Return a file that could not be read, with the reason."""
    return _file(unread.name, f"desk.unread.{unread.reason}", unread.at_unix_s)


def unsorted_file(document: Document) -> PaperFile:
    """Return a file that was read, and of which nobody knows what it is."""
    return _file(document.name, f"desk.sorted.{document.why}", document.at_unix_s)


def _file(name: str, key: str, at_unix_s: float) -> PaperFile:
    why = {language: say(key, language) if key in LANGUAGES[language] else "" for language in LANGUAGES}
    return PaperFile(name=tidy(name, 120), why=why, at_unix_s=at_unix_s)


def file_name(paper: Paper) -> str:
    """Return a name for the file of a paper that every browser and disk takes."""
    return _FOR_FILES.sub("-", paper.id).strip(".-")[:80] or "paper"
