"""The text of PDFs. Nothing in them runs, no link is followed, no picture is looked at."""

import io
import logging
from typing import Any

from sumika.desk.needed import needed
from sumika.desk.reading._document import Document, Piece, Place, UnreadError
from sumika.desk.reading._text import MOST_LINES, labelled

MOST_PAGES, LONGEST_PAGE = 200, 100_000
MOST_DRAWN_BYTES = 12_000_000
"""Of all pages, unpacked. Every line of a drawing is gone through in search of text: a megabyte takes a second or two,
and on a small computer several. Two hundred pages full of text come to less than a third of it."""


def read_pdf(name: str, data: bytes) -> Document:
    """Return the lines of a PDF, page by page.

    Raises:
        UnreadError: if it is locked with a password, damaged, too long, or holds pictures of text only.
    """
    pypdf = needed("pypdf")
    wrong = needed("pypdf.errors").PyPdfError
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is wrong with a file is told once, by us
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadError("locked")
        if len(reader.pages) > MOST_PAGES:
            raise UnreadError("too_many_pages", f"{len(reader.pages)} > {MOST_PAGES}")
        _check_drawn(reader)
        lines = _lines(name, [page.extract_text() for page in reader.pages])
    except UnreadError:
        raise
    except (wrong, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as error:
        reason = "half_file" if b"%%EOF" not in data[-2048:] else "bad_pdf"
        raise UnreadError(reason, f"{type(error).__name__}: {error}") from None
    except Exception as error:  # ciphers and decoders of its own raise whatever they like
        raise UnreadError("bad_pdf", f"{type(error).__name__}: {error}") from None
    if not lines:
        raise UnreadError("no_text")
    return Document(name=name, form="pdf", lines=tuple(lines))


def _check_drawn(reader: Any) -> None:
    """Look at how much the pages draw before they are gone through.

    Raises:
        UnreadError: if it is too much.
    """
    drawn_bytes = 0
    for number, page in enumerate(reader.pages, 1):
        contents = page.get_contents()
        drawn_bytes += 0 if contents is None else len(contents.get_data())
        for form in (page.get("/Resources") or {}).get("/XObject", {}).values():
            if form.get("/Subtype") == "/Form":
                drawn_bytes += len(form.get_object().get_data())
        if drawn_bytes > MOST_DRAWN_BYTES:
            raise UnreadError("drawings", f"page {number}: {drawn_bytes / 1e6:.0f} MB")


def _lines(name: str, pages: list[str]) -> list[Piece]:
    lines: list[Piece] = []
    for number, text in enumerate(pages, 1):
        if len(text) > LONGEST_PAGE:
            raise UnreadError("too_many_lines", f"page {number}")
        for line, said in enumerate(text.splitlines(), 1):
            if said.strip():
                lines.append(labelled(said, Place(file=name, part=f"page {number}", at=f"line {line}")))
        if len(lines) > MOST_LINES:
            raise UnreadError("too_many_lines", f"> {MOST_LINES}")
    return lines
