"""Files of the office are read cell by cell; what cannot be read says why, and nothing in them runs."""

import io
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from pypdf import PdfWriter

from sumika.desk.needed import needed
from sumika.desk.reading import Document, UnreadError, read_date, read_file, read_number

WIDE = "".join(chr(ord(letter) + 0xFEE0) for letter in "12,000")
"""As Japanese keyboards write it, twice as wide."""


def workbook(fill: Callable[[Any], None]) -> bytes:
    book = needed("openpyxl").Workbook()
    fill(book)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def pdf(*lines: str, password: str = "") -> bytes:
    drawn = io.BytesIO()
    canvas = needed("reportlab.pdfgen.canvas").Canvas(drawn)
    for number, line in enumerate(lines):
        canvas.drawString(72, 700 - 20 * number, line)
    canvas.save()
    if not password:
        return drawn.getvalue()
    writer = PdfWriter(clone_from=io.BytesIO(drawn.getvalue()))
    writer.encrypt(password, algorithm="AES-256")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def reason(name: str, data: bytes) -> str:
    with pytest.raises(UnreadError) as caught:
        read_file(name, data)
    return caught.value.reason


def cells(document: Document) -> list[list[str]]:
    return [["" if cell is None else cell.text for cell in row] for row in document.tables[0].rows]


def test_what_merged_cells_say_goes_for_all_of_them() -> None:
    def fill(book: Any) -> None:
        sheet = book.active
        sheet.append(["prices of November", None, None])
        sheet.append(["item", "unit price", None])
        sheet.append(["lamp", 100, "each"])
        sheet.append(["bulb", None, "each"])
        sheet.merge_cells("A1:C1")
        sheet.merge_cells("B3:B4")

    document = read_file("prices.xlsx", workbook(fill))

    assert cells(document) == [
        ["prices of November"] * 3,
        ["item", "unit price", ""],
        ["lamp", "100", "each"],
        ["bulb", "100", "each"],
    ]
    bulb = document.tables[0].rows[3][1]
    assert bulb is not None
    assert (bulb.number, bulb.merged, bulb.place.words) == (100.0, "B3:B4", "prices.xlsx, Sheet!B4")


def test_a_formula_is_read_as_what_it_came_to_and_said_to_be_one() -> None:
    data = workbook(lambda book: book.active.append(["=1+1", 7, '=HYPERLINK("http://example.org","x")']))
    # Excel keeps beside a formula what it came to; openpyxl writes none, so it is put in here.
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(written, "w") as after:
        for part in before.infolist():
            content = before.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                content = content.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
                content = content.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
            after.writestr(part, content)

    document = read_file("sum.xlsx", written.getvalue())

    first, second, link = document.tables[0].rows[0]
    assert first is not None
    assert second is not None
    assert (first.text, first.number, first.formula) == ("2", 2.0, True)
    assert not second.formula
    assert link is None  # never worked out: there is nothing to read, and nothing is guessed
    assert dict(document.remarks).keys() == {"formulas", "no_value"}


@pytest.mark.parametrize(
    ("name", "data", "wanted"),
    [
        ("empty.csv", b"  \n ", "empty"),
        ("half.xlsx", workbook(lambda book: book.active.append([1]))[:-40], "half_file"),
        ("half.pdf", pdf("a line of it")[:400], "half_file"),
        ("half.json", b'{"a": [1, 2', "half_json"),
        ("no.json", b"{a: 1}", "bad_json"),
        ("deep.json", b"[" * 60 + b"]" * 60, "too_deep"),
        ("locked.pdf", pdf("secret", password="x"), "locked"),
        ("scan.pdf", pdf(), "no_text"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 40, "old_office"),
        ("photo.jpg", b"\xff\xd8\xff\xe0 photo", "picture"),
        ("run.exe", b"MZ whatever", "unknown_form"),
        ("bytes.txt", b"abc\x00\x01def", "not_text"),
        ("letters.txt", b"\xff\x81\xfe\x80\xff", "encoding"),
        ("named.xlsx", b"only text", "half_file"),
        ("wide.csv", ",".join("a" * 201).encode(), "too_many_columns"),
        ("large.txt", b"a" * 20_000_001, "too_large"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, data: bytes, wanted: str) -> None:
    assert reason(name, data) == wanted


def test_a_workbook_made_to_burst_is_not_unpacked() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", b"<c/>" * 5_000_000)

    assert reason("bomb.xlsx", written.getvalue()) == "bursts"


def test_a_workbook_that_declares_entities_is_not_parsed() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        packed.writestr("xl/workbook.xml", '<!DOCTYPE lolz [<!ENTITY a "aaaa">]><workbook>&a;</workbook>')

    assert reason("laughs.xlsx", written.getvalue()) == "entities"


def test_a_csv_that_was_being_written_loses_its_last_row_and_says_so() -> None:
    document = read_file("half.csv", b"item,unit,price\nlamp,each,100\nbulb,ea")

    assert cells(document) == [["item", "unit", "price"], ["lamp", "each", "100"]]
    assert document.remarks == (("short_rows", "3"),)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_is_read_in_the_letters_of_japanese_windows_too(separator: str) -> None:
    text = separator.join(["品名", "単価"]) + "\n" + separator.join(["照明", WIDE if separator != "," else "12000"])

    assert cells(read_file("単価.csv", text.encode("cp932")))[0] == ["品名", "単価"]
    assert cells(read_file("単価.csv", text.encode("utf-8-sig")))[1][0] == "照明"


def test_lines_of_a_pdf_keep_page_and_label() -> None:
    document = read_file("bill.pdf", pdf("Energy used: 312 kWh", "no label here"))

    assert [(line.label, line.text, line.place.words) for line in document.lines] == [
        ("Energy used", "312 kWh", "bill.pdf, page 1!line 1"),
        ("", "no label here", "bill.pdf, page 1!line 2"),
    ]


@pytest.mark.parametrize("is_form", [False, True])
def test_a_pdf_of_drawings_is_not_gone_through(is_form: bool) -> None:
    pages, drawn = 7, zlib.compress(b"10 10 m 20 20 l S\n" * 120_000)
    stream = b"<</Type/XObject/Subtype/Form/Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(drawn), drawn)
    page = b"/Resources<</XObject<</F1 3 0 R>>>>" if is_form else b"/Contents 3 0 R"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%b]/Count %d>>" % (b" ".join(b"%d 0 R" % (4 + number) for number in range(pages)), pages),
        stream,
        *[b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 842 595]%b>>" % page] * pages,
    ]
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % (number, one) for number, one in enumerate(objects, 1))
    data = b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"

    assert len(data) < 100_000
    assert reason("plan.pdf", data) == "drawings"


def test_letters_that_turn_the_direction_of_writing_are_taken_out() -> None:
    document = read_file("note.txt", "pay \u202e000,1\u202c now\u200b".encode())

    assert document.lines[0].text == "pay 000,1 now"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1,234.5", 1234.5),
        ("¥12,000", 12000.0),
        (f"{WIDE[:2]}円", 12.0),
        ("△5", -5.0),
        ("45 %", 0.45),
        ("12,34", None),
        ("1.234,5", None),
        ("12 or 13", None),
        ("9" * 30, None),
        ("nan", None),
    ],
)
def test_numbers_that_can_be_read_in_two_ways_are_not_read(text: str, wanted: float | None) -> None:
    assert read_number(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-11-28", "2026-11-28"),
        ("2026年11月8日", "2026-11-08"),
        ("令和8年11月28日", "2026-11-28"),
        ("R8.11.28", "2026-11-28"),
        ("28 November 2026", "2026-11-28"),
        ("11/28/26", "None"),
        ("2026-02-30", "None"),
    ],
)
def test_days_are_read_in_the_calendars_of_japan_and_elsewhere(text: str, wanted: str) -> None:
    assert str(read_date(text)) == wanted
