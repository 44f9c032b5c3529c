"""Plain text and JSON: lines, and leaves with their paths."""

import json
import re
from collections.abc import Iterator

from sumika.desk.reading._document import Document, Piece, Place, UnreadError, tidy

MOST_LINES = 20_000
DEEPEST = 30
_LABELLED = re.compile(r"^\s*([^:：\t|=]{1,60}?)\s*[:：\t|=]\s*(\S.*)$")
_WIDE = re.compile(r"^\s*(\S.{0,58}?)\s{2,}(\S.*)$")
"""Two columns of a printed form come out of a PDF with a gap between them."""

_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decoded(data: bytes) -> str:
    """Return text from bytes: UTF-8, UTF-16 with its mark, or Japanese Windows (CP932).

    Raises:
        UnreadError: if it is none of these, or no text.
    """
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp932")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _NOT_TEXT.search(text) is not None:
            raise UnreadError("not_text")
        return text
    raise UnreadError("encoding")


def labelled(text: str, place: Place) -> Piece:
    """Return a line as a piece, with its label where it has one.

    Args:
        text: The line.
        place: Where it stood.
    """
    found = _LABELLED.match(text) or _WIDE.match(text)
    if found is None:
        return Piece(text=tidy(text), place=place)
    return Piece(text=tidy(found[2]), place=place, label=tidy(found[1], 60))


def read_text(name: str, data: bytes) -> Document:
    """Return the lines of a plain text.

    Raises:
        UnreadError: if it is no text, or too long.
    """
    lines = decoded(data).splitlines()
    if len(lines) > MOST_LINES:
        raise UnreadError("too_many_lines", f"{len(lines)} > {MOST_LINES}")
    pieces = tuple(
        labelled(line, Place(file=name, at=f"line {number}")) for number, line in enumerate(lines, 1) if line.strip()
    )
    return Document(name=name, form="text", lines=pieces)


def read_json(name: str, data: bytes) -> Document:
    """Return the leaves of JSON, each with its path.

    Raises:
        UnreadError: if it ends too early or is otherwise none, or is too deep or too long.
    """
    try:
        said = json.loads(decoded(data))
    except RecursionError:
        raise UnreadError("too_deep") from None
    except ValueError as error:
        raise UnreadError("half_json" if _ends_early(error, data) else "bad_json", str(error)) from None
    pieces: list[Piece] = []
    for path, value in _leaves(said, ""):
        if len(pieces) >= MOST_LINES:
            raise UnreadError("too_many_lines", f"> {MOST_LINES}")
        pieces.append(_leaf(name, path, value))
    return Document(name=name, form="json", lines=tuple(pieces))


def _ends_early(error: ValueError, data: bytes) -> bool:
    position = getattr(error, "pos", 0)
    return isinstance(error, json.JSONDecodeError) and (
        position >= len(decoded(data).rstrip()) or "Unterminated" in error.msg
    )


def _leaf(name: str, path: str, value: object) -> Piece:
    place, label = Place(file=name, at=path or "/"), path.rsplit("/", 1)[-1]
    if isinstance(value, bool) or value is None:
        return Piece(text=json.dumps(value), place=place, label=label)
    if isinstance(value, int | float):
        number = float(value) if abs(value) < 1e15 else None
        return Piece(text=f"{value}"[:60], place=place, number=number, label=label)
    return Piece(text=tidy(str(value)), place=place, label=label)


def _leaves(value: object, path: str, depth: int = 0) -> Iterator[tuple[str, object]]:
    if depth > DEEPEST:
        raise UnreadError("too_deep")
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _leaves(below, f"{path}/{tidy(str(key), 60)}", depth + 1)
    elif isinstance(value, list):
        for number, below in enumerate(value):
            yield from _leaves(below, f"{path}/{number}", depth + 1)
    else:
        yield path, value
