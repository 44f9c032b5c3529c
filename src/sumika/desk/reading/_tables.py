"""Tables: CSV as programs write it, and Excel with merged cells and formulas. No macro runs and no link is followed."""

import csv
import io
import math
import re
import zipfile
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from sumika.desk.needed import needed
from sumika.desk.reading._document import Document, Piece, Place, Table, UnreadError, tidy
from sumika.desk.reading._text import decoded

MOST_ROWS, MOST_COLUMNS, MOST_CELLS, MOST_SHEETS = 20_000, 200, 200_000, 50
MOST_UNPACKED_BYTES, MOST_RATIO, MOST_PARTS = 40_000_000, 200, 2_000
"""A file of office work shrinks to a tenth, seldom to a fiftieth; what shrinks to a thousandth is made to burst."""

_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def read_csv(name: str, data: bytes) -> Document:
    """Return the table of a CSV file; the separator is the one that its first lines agree on.

    Rows that are shorter than the heading are left out, and named: a file that was still being written ends with one.

    Raises:
        UnreadError: if it is no text, or too large.
    """
    text = decoded(data)
    first = text.splitlines()[:20]
    separator = max(",;\t", key=lambda mark: (min((line.count(mark) for line in first), default=0), mark == ","))
    try:
        found = list(islice(csv.reader(io.StringIO(text), delimiter=separator), MOST_ROWS + 1))
    except csv.Error as error:
        raise UnreadError("bad_csv", str(error)) from None
    _check_size(len(found), max(map(len, found), default=0))
    width = len(found[0]) if found else 0
    short = [number for number, row in enumerate(found, 1) if any(row) and len(row) < width]
    rows = tuple(
        tuple(
            Piece(text=tidy(cell), place=Place(file=name, at=f"{_letters(column)}{number}")) if cell.strip() else None
            for column, cell in enumerate(row, 1)
        )
        for number, row in enumerate(found, 1)
        if number not in short
    )
    remarks = (("short_rows", ", ".join(map(str, short[:20]))),) if short else ()
    return Document(name=name, form="csv", tables=(Table(name="", rows=rows),), remarks=remarks)


def _check_size(rows: int, columns: int) -> None:
    if rows > MOST_ROWS:
        raise UnreadError("too_many_rows", f"{rows} > {MOST_ROWS}")
    if columns > MOST_COLUMNS:
        raise UnreadError("too_many_columns", f"{columns} > {MOST_COLUMNS}")
    if rows * columns > MOST_CELLS:
        raise UnreadError("too_many_cells", f"{rows} × {columns} > {MOST_CELLS}")


def _letters(column: int) -> str:
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def check_unpacked(data: bytes) -> list[str]:
    """Return the parts of a packed file, after looking whether it may be unpacked at all.

    Raises:
        UnreadError: if it is damaged, or would burst, or declares entities of its own.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
                raise UnreadError("bursts", f"{sum(part.file_size for part in parts) / 1e6:.0f} MB")
            for part in parts:
                if part.file_size > 1_000_000 and part.file_size > MOST_RATIO * max(part.compress_size, 1):
                    raise UnreadError("bursts", part.filename)
                if part.flag_bits & 1:
                    raise UnreadError("locked")
                if part.filename.endswith((".xml", ".rels")):
                    with packed.open(part) as opened:
                        if _DOCTYPE.search(opened.read(4096)) is not None:
                            raise UnreadError("entities", part.filename)
            return [part.filename for part in parts]
    except (zipfile.BadZipFile, OSError, NotImplementedError, EOFError, RuntimeError, ValueError) as error:
        raise UnreadError("half_file", str(error)) from None


def read_excel(name: str, data: bytes) -> Document:
    """Return the tables of an Excel workbook: a cell's value, not its formula; what merged cells say goes for all.

    Raises:
        UnreadError: if it is damaged, locked, no workbook, or too large.
    """
    openpyxl = needed("openpyxl")
    parts = check_unpacked(data)
    if "xl/workbook.xml" not in parts:
        raise UnreadError("unknown_form", "zip")
    try:
        values, formulas = (
            openpyxl.load_workbook(io.BytesIO(data), data_only=shown, keep_links=False, keep_vba=False)
            for shown in (True, False)
        )
        _check_sheets(values)
        read = [_sheet(name, values[sheet.title], sheet) for sheet in formulas.worksheets]
    except UnreadError:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers do
        raise UnreadError("bad_excel", f"{type(error).__name__}: {error}") from None
    remarks = [remark for _, found in read for remark in found]
    if any("vbaProject" in part for part in parts):
        remarks.append(("macros", ""))
    if any(part.startswith("xl/externalLinks/") for part in parts):
        remarks.append(("links", ""))
    return Document(name=name, form="xlsx", tables=tuple(table for table, _ in read), remarks=tuple(remarks))


def _check_sheets(workbook: object) -> None:
    sheets = getattr(workbook, "worksheets", [])
    if len(sheets) > MOST_SHEETS:
        raise UnreadError("too_many_sheets", f"{len(sheets)} > {MOST_SHEETS}")
    for sheet in sheets:
        _check_size(sheet.max_row, sheet.max_column)


def _sheet(name: str, values: Any, formulas: Any) -> tuple[Table, list[tuple[str, str]]]:
    place_of = {
        (row, column): (str(merged), merged.min_row, merged.min_col)
        for merged in values.merged_cells.ranges
        for row in range(merged.min_row, min(merged.max_row, values.max_row) + 1)
        for column in range(merged.min_col, min(merged.max_col, values.max_column) + 1)
    }
    rows: list[tuple[Piece | None, ...]] = []
    unfinished: list[str] = []
    for number in range(1, values.max_row + 1):
        row: list[Piece | None] = []
        for column in range(1, values.max_column + 1):
            merged, from_row, from_column = place_of.get((number, column), ("", number, column))
            value = values.cell(from_row, from_column).value
            formula = formulas.cell(from_row, from_column).data_type == "f"
            at = f"{_letters(column)}{number}"
            if formula and value is None:
                unfinished.append(f"{values.title}!{at}")
            place = Place(file=name, part=tidy(str(values.title), 60), at=at)
            row.append(None if value is None else _cell(value, place, formula, merged))
        rows.append(tuple(row))
    count = sum(1 for row in rows for cell in row if cell is not None and cell.formula)
    remarks = [("formulas", f"{values.title}: {count}")] if count else []
    if unfinished:
        remarks.append(("no_value", ", ".join(unfinished[:10])))
    return Table(name=tidy(str(values.title), 60), rows=tuple(rows)), remarks


def _cell(value: object, place: Place, formula: bool, merged: str) -> Piece | None:
    number: float | None = None
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, int | float):
        number = float(value) if math.isfinite(value) else None
        text = f"{value:.12g}" if isinstance(value, float) else str(value)
    elif isinstance(value, datetime):
        text = value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    elif isinstance(value, date | time):
        text = value.isoformat()
    else:
        text = tidy(str(value))
    return Piece(text=text, place=place, number=number, formula=formula, merged=merged) if text else None
