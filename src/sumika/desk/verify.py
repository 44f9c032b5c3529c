"""The second reader. It gets a paper and its rows, knows nothing of how they came about, and believes only the rows.

Whatever a sentence says of numbers, days, hours, names, and in quotation marks, must stand in the rows that it names,
within the digits that are shown. What does not is struck out, and listed for a person. A row that was worked out
from others is worked out again. Rows that cannot all be true are named.
"""

import math
import re
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

import msgspec

from sumika.desk._own_words import phrases_with
from sumika.desk._quantities import dimension_of, read_quantities
from sumika.desk._supported import Supported
from sumika.desk.contradictions import contradictions
from sumika.desk.names import Names
from sumika.desk.paper import Derived, Look, Paper, Section, Statement, Status, Struck, Table
from sumika.facts import Row

_QUOTED = re.compile(r"[「“]([^「」“”]{0,400})[」”]")
_NUMERIC = re.compile(r"^[\d.,:/%¥￥円\s−-]+$")
_FOUND_HERE = frozenset({"struck", "contradiction", "not_derived"})
_ROW_ITSELF = 1e-6


def verify(paper: Paper, names: Names) -> Paper:
    """Return a paper as the second reader leaves it: verified, or struck.

    Args:
        paper: As it was drafted.
        names: Of the house.
    """
    reader = _Reader(paper, names)
    title = reader.read(paper.title)
    sections = tuple(reader.section(section) for section in paper.sections)
    looks = [look for look in paper.looks if look.what not in _FOUND_HERE]
    looks += reader.looks()
    for found in contradictions(paper.rows, paper.language, names):
        looks.append(Look(what="contradiction", detail=found.words, cites=found.rows))
    status = Status.STRUCK if reader.has_struck else Status.VERIFIED
    return msgspec.structs.replace(paper, title=title, sections=sections, looks=tuple(looks), status=status)


def struck_in(
    statement: Statement, rows: Sequence[Row], paper: Paper, names: Names, unit: str = ""
) -> tuple[Struck, ...]:
    """Return what of one sentence stands in none of its rows.

    Args:
        statement: The sentence.
        rows: Those that it names.
        paper: That it is in, for the time zone and the time the paper is about.
        names: Of the house.
        unit: Of numbers that name none: a column's.
    """
    return _Reader(paper, names).struck(statement.text, rows, unit)


class _Reader:
    """Reads one paper."""

    def __init__(self, paper: Paper, names: Names) -> None:
        self._paper, self._names = paper, names
        self._zone = ZoneInfo(paper.zone)
        ends = (paper.begin_unix_s, paper.end_unix_s)
        self._around = tuple(end for end in ends if end is not None)
        self._not_derived = {derived.row for derived in paper.derived if not _derives(derived, paper.rows)}
        self._known = sorted(names.ids, key=len, reverse=True)
        self._found: list[tuple[str, tuple[int, ...]]] = []

    @property
    def has_struck(self) -> bool:
        """Whether anything was struck out."""
        return bool(self._found)

    def looks(self) -> Iterator[Look]:
        """Return what a person has to look at."""
        for number in sorted(self._not_derived):
            yield Look(what="not_derived", detail=self._paper.rows[number].id, cites=(number,))
        for words, cites in self._found:
            yield Look(what="struck", detail=words, cites=cites)

    def section(self, section: Section) -> Section:
        """Return a section, read."""
        statements = tuple(map(self.read, section.statements))
        table = self._table(section.table) if section.table is not None else None
        # A heading that names no rows is the template's own.
        title = self.read(section.title) if section.title.cites else section.title
        return Section(title=title, statements=statements, table=table)

    def _table(self, table: Table) -> Table:
        rows = tuple(
            tuple(self.read(cell, column.unit) for cell, column in zip(row, table.columns, strict=True))
            for row in table.rows
        )
        return Table(columns=table.columns, rows=rows)

    def read(self, statement: Statement, unit: str = "") -> Statement:
        """Return a sentence with what stands in none of its rows struck out."""
        rows = [
            self._paper.rows[number]
            for number in statement.cites
            if 0 <= number < len(self._paper.rows) and number not in self._not_derived
        ]
        struck = self.struck(statement.text, rows, unit)
        for piece in struck:
            self._found.append((_with_context(statement.text, piece), statement.cites))
        return msgspec.structs.replace(statement, struck=struck)

    def struck(self, text: str, rows: Sequence[Row], unit: str = "") -> tuple[Struck, ...]:
        """Return what of a text the rows do not bear out, in order."""
        found: list[Struck] = []
        masked: list[tuple[int, int]] = []
        for match in _QUOTED.finditer(text):
            masked.append(match.span())
            if not self._is_quotation(match[1], rows):
                found.append(Struck(begin=match.start(), end=match.end(), why="quotation"))
        masked += _verbatim(text, rows, masked)
        for begin, end, name in self._names_in(text, masked):
            masked.append((begin, end))
            if not self._is_about(name, rows):
                found.append(Struck(begin=begin, end=end, why="name"))
        supported = Supported(rows, self._zone, self._around)
        for quantity in read_quantities(text, tuple(masked), unit):
            if not supported.bears(quantity):
                why = "number" if quantity.kind == "number" else "time"
                found.append(Struck(begin=quantity.begin, end=quantity.end, why=why))
        return tuple(sorted(found, key=lambda piece: piece.begin))

    @staticmethod
    def _is_quotation(said: str, rows: Sequence[Row]) -> bool:
        wanted = _squeezed(said.removesuffix("…"))
        return any(wanted in _squeezed(f"{row.text} {row.part} {row.subject}") for row in rows)

    def _names_in(self, text: str, masked: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
        """Return every name of the house in a text, longer ones first: a bedroom's lamp is no bedroom.

        Our own fixed words ("long in the bathroom", "made by the roof") are about no room or device in particular.
        """
        if not any(name in text for name in self._known):
            return
        taken = list(masked)
        paper = self._paper
        phrases = phrases_with(tuple(self._known), paper.language, paper.pack, paper.kind)
        taken += [found.span() for phrase in phrases for found in re.finditer(re.escape(phrase), text)]
        for name in self._known:
            edge = r"(?<![A-Za-z0-9_])", r"(?![A-Za-z0-9_])"
            pattern = f"{edge[0] if name[0].isascii() else ''}{re.escape(name)}{edge[1] if name[-1].isascii() else ''}"
            for match in re.finditer(pattern, text):
                begin, end = match.span()
                if all(end <= first or begin >= last for first, last in taken):
                    taken.append((begin, end))
                    yield begin, end, name

    def _is_about(self, name: str, rows: Sequence[Row]) -> bool:
        """Return whether rows are about what is called so, or about what belongs to it."""
        ids = set(self._names.ids[name])
        subjects = {row.subject for row in rows} | {self._paper.subject}
        subjects |= {part for row in rows for part in re.split(r"[./\s,]", f"{row.subject} {row.part}")}
        if ids & subjects or any(name in row.text for row in rows):
            return True
        return any(ids & set(self._names.near.get(subject, ())) for subject in subjects)


def _squeezed(text: str) -> str:
    return re.sub(r"[\s「」“”']+", "", text)


def _verbatim(text: str, rows: Sequence[Row], taken: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Return where the whole text of a row stands: the name of an item, with the numbers that are part of it."""
    said = {part for row in rows for part in (row.text, row.subject) if len(part) >= 3 and not _NUMERIC.match(part)}
    for words in sorted(said, key=len, reverse=True):
        for match in re.finditer(rf"(?<!\d){re.escape(words)}(?![\d.])", text):
            begin, end = match.span()
            if all(end <= first or begin >= last for first, last in taken):
                yield begin, end


def _with_context(text: str, piece: Struck) -> str:
    before, after = text[max(piece.begin - 24, 0) : piece.begin], text[piece.end : piece.end + 24]
    return f"{before}~~{text[piece.begin : piece.end]}~~{after}"


def _derives(derived: Derived, rows: Sequence[Row]) -> bool:
    """Work a row out again, and return whether it is what it says."""
    if not (0 <= derived.row < len(rows)) or any(not 0 <= number < len(rows) for number in derived.of):
        return False
    said, values = rows[derived.row].value, [_value(rows[number]) for number in derived.of]
    if said is None or not values or any(value is None for value in values):
        return False
    worked = _worked_out(derived.how, [value for value in values if value is not None])
    factor = dimension_of(rows[derived.row].unit)[1]
    return worked is not None and abs(worked - said * factor) <= _ROW_ITSELF * max(1.0, abs(worked))


def _value(row: Row) -> float | None:
    return None if row.value is None else row.value * dimension_of(row.unit)[1]


def _worked_out(how: str, values: Sequence[float]) -> float | None:
    if how == "sum":
        return math.fsum(values)
    if how in ("product", "product_down"):
        product = math.prod(values)
        return product if how == "product" else float(math.floor(product + _ROW_ITSELF))
    if len(values) != 2:
        return None
    if how == "difference":
        return values[0] - values[1]
    return values[0] / values[1] if values[1] else None
