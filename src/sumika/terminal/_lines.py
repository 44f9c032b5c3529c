"""Lines of a terminal: pieces of styled text that are cut and padded by cells, for wide characters take two."""

import unicodedata
from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from sumika.schema import Origin

Line = tuple[Segment, ...]
"""One row of the screen."""

PLAIN = Style.null()
BOLD = Style(bold=True)
DIM = Style(dim=True)
GOOD = Style(color="green")
CAUTION = Style(color="yellow")
BAD = Style(color="red", bold=True)
WAVE = Style(color="cyan")
BANNERS = {
    Origin.RECORDED: Style(color="black", bgcolor="yellow", bold=True),
    Origin.SIMULATED: Style(color="white", bgcolor="magenta", bold=True),
}
"""The sixteen colours of the terminal only: whoever chose its theme, dark or light, chose them to be readable."""

_LONGEST_TEXT = 400


def _keep(character: str) -> bool:
    # Controls could move the cursor; joiners and variation selectors change the width of their neighbours.
    category = unicodedata.category(character)
    return character == " " or not (category.startswith(("C", "Z")) or 0xFE00 <= ord(character) <= 0xFE0F)


def clean(text: str) -> str:
    """Return `text` on one line and without anything that a terminal would obey or that has no fixed width."""
    text = unicodedata.normalize("NFC", text[:_LONGEST_TEXT])
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if _keep(character) else " " for character in text)


def clip(text: str, width: int, ellipsis: str = "…") -> str:
    """Return `text` cut to `width` cells; a cut one ends in the ellipsis."""
    if cell_len(text) <= width:
        return text
    room = width - cell_len(ellipsis)
    return set_cell_size(text, room).rstrip() + ellipsis if room >= 0 else set_cell_size(text, max(0, width))


def pad(text: str, width: int, ellipsis: str = "…") -> str:
    """Return `text` cut or filled with spaces to exactly `width` cells."""
    return set_cell_size(clip(text, width, ellipsis), max(0, width))


def line_width(line: Sequence[Segment]) -> int:
    """Return how many cells a line takes."""
    return sum(cell_len(segment.text) for segment in line)


def fit(line: Iterable[Segment], width: int) -> Line:
    """Return the line cut or filled with spaces to exactly `width` cells."""
    return tuple(Segment.adjust_line_length(list(line), width, PLAIN))


def join_parts(parts: Sequence[tuple[Segment, ...]], separator: str, width: int) -> Line:
    """Return as many of the parts as fit, in order, with the separator between them; the first is always there."""
    line: Line = tuple(parts[0]) if parts else ()
    for part in parts[1:]:
        longer = (*line, Segment(separator, DIM), *part)
        if line_width(longer) <= width:
            line = longer
    return line


def side_by_side(blocks: Sequence[Sequence[Line]], widths: Sequence[int], gap: int) -> list[Line]:
    """Return the blocks beside each other, each filled to its width, with `gap` spaces between."""
    height = max(len(block) for block in blocks)
    rows: list[Line] = []
    for index in range(height):
        row: list[Segment] = []
        for block, width in zip(blocks, widths, strict=True):
            if row:
                row.append(Segment(" " * gap, PLAIN))
            row.extend(fit(block[index] if index < len(block) else (), width))
        rows.append(tuple(row))
    return rows
