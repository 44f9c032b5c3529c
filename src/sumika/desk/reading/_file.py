"""Which reader a file is for: by what is in it, for names may be wrong."""

from pathlib import PurePath

from sumika.desk.reading._document import Document, UnreadError, tidy
from sumika.desk.reading._pdf import read_pdf
from sumika.desk.reading._tables import read_csv, read_excel
from sumika.desk.reading._text import read_json, read_text

LARGEST_BYTES = 20_000_000
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"RIFF")
_TEXTS = frozenset({".txt", ".md", ".log", ".eml", ""})


def read_file(name: str, data: bytes) -> Document:
    """Return what stands in a file.

    Args:
        name: Of the file; no folder.
        data: All of it.

    Raises:
        UnreadError: if it cannot be read; it says why.
    """
    name = tidy(PurePath(name).name, 120)
    if len(data) > LARGEST_BYTES:
        raise UnreadError("too_large", f"{len(data) / 1e6:.1f} MB > {LARGEST_BYTES / 1e6:.0f} MB")
    if not data.strip():
        raise UnreadError("empty")
    document = _read(name, data)
    if document.is_empty:
        raise UnreadError("empty")
    return document


def _read(name: str, data: bytes) -> Document:
    suffix = PurePath(name).suffix.lower()
    if data[:5] == b"%PDF-":
        return read_pdf(name, data)
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return read_excel(name, data)
    if data.startswith(_OLD_OFFICE):
        raise UnreadError("old_office")
    if data.startswith(_PICTURES):
        raise UnreadError("picture")
    if suffix == ".json":
        return read_json(name, data)
    if suffix in (".csv", ".tsv"):
        return read_csv(name, data)
    if suffix in (".xlsx", ".xlsm", ".pdf"):
        raise UnreadError("half_file")
    if suffix in _TEXTS:
        return read_text(name, data)
    raise UnreadError("unknown_form", suffix)
