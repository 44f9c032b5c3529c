"""Which kind of document something is, and what is taken out of it: by the rules of a pack, with how sure that is."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from itertools import pairwise
from typing import Literal

import msgspec

from sumika.desk.reading import Document, Piece, Place, Table, read_date, read_number
from sumika.facts import Row

SURE, APART = 0.6, 0.1
"""A document is sorted where the best rule fits so well, and better by so much than the next."""

HEADING_WITHIN = 30
"""A table's heading stands in one of its first lines; above it there may be a title and an address."""

MOST_ROWS = 5_000
FieldType = Literal["text", "number", "money", "date"]


class FieldRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is looked for.

    Attributes:
        names: Under which headings or labels it stands, in any language.
        type: What it is.
        unit: Of a number.
        needed: Whether a document of that kind must have it.
        same_as: "source/subject" of the records that measure the same, so that the two can be held against each other.
    """

    names: tuple[str, ...]
    type: FieldType = "text"
    unit: str = ""
    needed: bool = False
    same_as: str = ""


class KindRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A kind of document.

    Attributes:
        shape: table: a heading and rows; labels: lines of the kind "what: value".
        called: What it is called, by language.
        words: Words that only such documents have.
        fields: Name -> what is looked for.
    """

    shape: Literal["table", "labels"]
    called: dict[str, str]
    fields: dict[str, FieldRule]
    words: tuple[str, ...] = ()


class Taken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One value that was taken out of a document.

    Attributes:
        name: Of the field.
        text: As it stood there.
        place: Where.
        number: What it is as a number; of a date: the seconds since 1970 of its midnight, UTC.
        unit: Of the number.
        problem: Key of a sentence `desk.field.<problem>`: why it cannot be used; empty: it can.
        formula: Whether it is what a formula came to.
    """

    name: str
    text: str
    place: Place
    number: float | None = None
    unit: str = ""
    problem: str = ""
    formula: bool = False


class Sorted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a document is, and what was taken out of it.

    Attributes:
        name: Of its file.
        digest: Hash of its bytes.
        form: Of the file.
        pack: Whose rule fits; empty: nobody's.
        kind: Which; empty: none, or it could be two.
        sureness: How well the rule fits, 0..1.
        why: Key of a sentence `desk.sorted.<why>`: why it is of no kind; empty: it is of one.
        rivals: Kinds that fit about as well.
        records: (row, field) that were taken out; labels make one row.
        remarks: (key of `desk.remark.<key>`, detail) of what a person should know.
        at_unix_s: When it was read.
    """

    name: str
    digest: str
    form: str
    pack: str = ""
    kind: str = ""
    sureness: float = 0.0
    why: str = ""
    rivals: tuple[str, ...] = ()
    records: tuple[tuple[Taken, ...], ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()
    at_unix_s: float = 0.0


class _Fit(msgspec.Struct, frozen=True):
    pack: str
    kind: str
    rule: KindRule
    sureness: float
    table: Table | None = None
    heading: int = -1
    columns: dict[str, int] = {}
    labels: dict[str, Piece] = {}


def sort(document: Document, packs: Mapping[str, Mapping[str, KindRule]], digest: str, at_unix_s: float) -> Sorted:
    """Return what a document is, and what was taken out of it.

    Args:
        document: As it was read.
        packs: Pack -> kind -> rule.
        digest: Hash of its bytes.
        at_unix_s: Now.
    """
    fits = [
        fit
        for pack, kinds in packs.items()
        for kind, rule in kinds.items()
        for fit in _fits(document, pack, kind, rule)
    ]
    fits.sort(key=lambda fit: -fit.sureness)
    base = Sorted(name=document.name, digest=digest, form=document.form, remarks=document.remarks, at_unix_s=at_unix_s)
    if not fits or fits[0].sureness < SURE:
        sureness = fits[0].sureness if fits else 0.0
        return msgspec.structs.replace(base, why="no_rule", sureness=round(sureness, 3))
    best = fits[0]
    rivals = [fit for fit in fits[1:] if fit.kind != best.kind and best.sureness - fit.sureness < APART]
    if rivals:
        names = tuple(dict.fromkeys(fit.kind for fit in (best, *rivals)))
        return msgspec.structs.replace(base, why="two_rules", rivals=names, sureness=round(best.sureness, 3))
    return msgspec.structs.replace(
        base,
        pack=best.pack,
        kind=best.kind,
        sureness=round(best.sureness, 3),
        records=tuple(_records(best)),
    )


def _fits(document: Document, pack: str, kind: str, rule: KindRule) -> Iterator[_Fit]:
    """Return how well a rule fits a document; for a table the best of its headings."""
    words = _has_words(document, rule)
    if rule.shape == "labels":
        labels = _labels(document, rule)
        yield _Fit(pack, kind, rule, _sureness(rule, labels, words), labels=labels)
        return
    for table in document.tables:
        for heading, row in enumerate(table.rows[:HEADING_WITHIN]):
            columns = _columns(row, rule)
            if columns:
                yield _Fit(pack, kind, rule, _sureness(rule, columns, words), table, heading, columns)


def _sureness(rule: KindRule, found: Mapping[str, object], words: bool) -> float:
    needed = [name for name, field in rule.fields.items() if field.needed]
    others = [name for name, field in rule.fields.items() if not field.needed]
    share = sum(name in found for name in needed) / max(len(needed), 1)
    more = sum(name in found for name in others) / len(others) if others else 1.0
    if needed and share < 1.0:
        return 0.5 * share  # what such a document must have is missing
    return 0.7 + 0.15 * more + (0.15 if words else 0.0)


def plain(text: str) -> str:
    """Return a heading or label as it is compared: without width, case, spaces and marks."""
    return re.sub(r"[\s_\-・:：()（）\[\]【】*※.]+", "", unicodedata.normalize("NFKC", text).casefold())


def _has_words(document: Document, rule: KindRule) -> bool:
    wanted = [plain(one) for one in rule.words]
    texts = [cell.text for table in document.tables for row in table.rows[:HEADING_WITHIN] for cell in row if cell]
    texts += [f"{line.label} {line.text}" for line in document.lines[:100]]
    seen = plain(f"{document.name} {' '.join(texts)}"[:50_000])
    return any(one in seen for one in wanted)


def _columns(row: Sequence[Piece | None], rule: KindRule) -> dict[str, int]:
    heads = [plain(cell.text) if cell is not None else "" for cell in row]
    found: dict[str, int] = {}
    for name, field in rule.fields.items():
        wanted = {plain(one) for one in field.names}
        place = next((at for at, head in enumerate(heads) if head in wanted and at not in found.values()), None)
        if place is not None:
            found[name] = place
    return found


def _labels(document: Document, rule: KindRule) -> dict[str, Piece]:
    lines = [*document.lines, *_labelled_cells(document)]
    found: dict[str, Piece] = {}
    for name, field in rule.fields.items():
        wanted = {plain(one) for one in field.names}
        line = next((line for line in lines if line.label and plain(line.label) in wanted), None)
        if line is not None:
            found[name] = line
    return found


def _labelled_cells(document: Document) -> Iterator[Piece]:
    """Return cells with the text of the cell before them as their label: forms in Excel are written so."""
    for table in document.tables:
        for row in table.rows:
            cells = [cell for cell in row if cell is not None]
            for before, cell in pairwise(cells):
                if before.merged != cell.merged or not cell.merged:
                    yield msgspec.structs.replace(cell, label=before.text[:60])


def _records(fit: _Fit) -> Iterator[tuple[Taken, ...]]:
    if fit.table is None:
        yield tuple(_taken(name, fit.rule.fields[name], piece) for name, piece in fit.labels.items())
        return
    for row in fit.table.rows[fit.heading + 1 :][:MOST_ROWS]:
        cells = {name: row[at] for name, at in fit.columns.items() if at < len(row)}
        needed = [name for name, field in fit.rule.fields.items() if field.needed]
        if not any(cells.get(name) is not None for name in needed) or not all(name in cells for name in needed):
            continue
        taken = [_taken(name, fit.rule.fields[name], cell) for name, cell in cells.items() if cell is not None]
        # A sum below a table has a number and no thing: it is none of the rows.
        if all(cells[name] is not None for name in needed if fit.rule.fields[name].type == "text"):
            yield tuple(taken)


def _taken(name: str, rule: FieldRule, piece: Piece) -> Taken:
    base = Taken(name=name, text=piece.text, place=piece.place, unit=rule.unit, formula=piece.formula)
    if rule.type == "text":
        return base
    if rule.type == "date":
        day = read_date(piece.text)
        at = None if day is None else datetime.combine(day, time(), UTC).timestamp()
        return msgspec.structs.replace(base, number=at, unit="", problem="" if day else "no_date")
    number = piece.number if piece.number is not None else _number_in(piece.text, rule.unit)
    return msgspec.structs.replace(base, number=number, problem="" if number is not None else "no_number")


def _number_in(text: str, unit: str) -> float | None:
    """Return the number of a text that may have its unit behind it."""
    told = unicodedata.normalize("NFKC", text).strip()
    return read_number(told.removesuffix(unit).strip() if unit else told)


def row_of(taken: Taken, kind: str, rule: FieldRule | None = None, at_unix_s: float = 0.0) -> Row:
    """Return what was taken out of a document as a row that sentences can rest on.

    Args:
        taken: The value.
        kind: Of the document.
        rule: Of the field, for what it is the same as.
        at_unix_s: Of when it is; 0: of no time.
    """
    source, _, subject = (rule.same_as if rule is not None else "").partition("/")
    return Row(
        source=f"file.{kind}.{source.rsplit('.', 1)[-1] if source else taken.name}",
        subject=subject or taken.place.words,
        begin_unix_s=at_unix_s,
        end_unix_s=at_unix_s,
        value=taken.number,
        unit=taken.unit,
        text=taken.text,
        part=taken.place.words if subject else "",
    )
