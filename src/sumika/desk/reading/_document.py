"""What was read of a file: tables and lines, each piece with the place where it stood."""

import re
import unicodedata

import msgspec

LONGEST_TEXT = 2_000
"""Characters of one piece; more is cut off, and said to be."""

LONGEST_SHOWN = 160
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control characters, and those that turn the direction of writing: text with them reads otherwise than it is.

Halves of characters beyond U+FFFF, too: JSON may hold one alone, and no file can be written with it.
"""


class UnreadError(Exception):
    """A file that cannot be read.

    Attributes:
        reason: Key of the sentence that says why: `desk.unread.<reason>`.
        detail: What a person needs beyond that, in one line.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = tidy(detail, LONGEST_SHOWN)


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where something stood.

    Attributes:
        file: Name of the file.
        part: Sheet, or page; empty where there is none.
        at: Cell, line or path within that.
    """

    file: str
    part: str = ""
    at: str = ""

    @property
    def words(self) -> str:
        """For people: "prices.xlsx, Sheet1!B4"."""
        within = f"{self.part}!{self.at}" if self.part else self.at
        return f"{self.file}, {within}" if within else self.file


class Piece(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cell, or a line.

    Attributes:
        text: What stood there, tidied; never a formula, never markup.
        place: Where.
        number: Its number, where the file holds one as such.
        formula: Whether it is what a formula came to when the file was last saved.
        merged: The merged cells it was taken from; empty: it is a cell of its own.
        label: For a line of the kind "what: value", or a leaf of JSON: what it says it is.
    """

    text: str
    place: Place
    number: float | None = None
    formula: bool = False
    merged: str = ""
    label: str = ""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table.

    Attributes:
        name: Sheet; empty where the file is the table.
        rows: (row, column), the heading among them; None: nothing stands there.
    """

    name: str
    rows: tuple[tuple[Piece | None, ...], ...]


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of a file.

    Attributes:
        name: Of the file.
        form: csv, xlsx, json, pdf or text.
        tables: What stood in tables.
        lines: What stood in lines.
        remarks: (key of a sentence `desk.remark.<key>`, detail) of what a person should know of the reading.
    """

    name: str
    form: str
    tables: tuple[Table, ...] = ()
    lines: tuple[Piece, ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all stands in it."""
        return not self.lines and not any(cell for table in self.tables for row in table.rows for cell in row)


def tidy(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return text without what cannot be seen, in one line, no longer than so many characters.

    Args:
        text: From anywhere; it is data, whatever it says.
        longest: In characters; what is longer ends with three dots.
    """
    seen = _UNSEEN.sub(" ", unicodedata.normalize("NFC", text[: 4 * longest]))
    line = " ".join(seen.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
