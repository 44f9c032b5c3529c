r"""A paper as Markdown. What stands in it is shown as it stands: nothing of it becomes markup, a link or HTML.

Only what would be read as Markdown at its place is escaped, so that the text can be read as it lies: 2026-11-29, 19.4
and sleep_night stay as they are, while *, a list's mark at the beginning of a line, or a pipe in a table do not.
"""

import re
from collections.abc import Sequence
from string import punctuation

from sumika.desk.face import face_of, marks_of, pieces_of, struck_in
from sumika.desk.names import Names
from sumika.desk.paper import Paper, Statement, Table
from sumika.text import say

_BREAKS = re.compile(r"[\s\x1c-\x1f\x85\u2028\u2029\0]+")
_ANYWHERE = re.compile(r"[\\`*\[\]~]|(?<!\w)_+|_+(?!\w)")
"""An underscore within a word marks nothing up; ~ does so alone, too, in some readers."""

_HTML = re.compile(r"<(?=[A-Za-z/!?])|&(?=#?\w+;)")
_ENTITIES = {"<": "&lt;", "&": "&amp;"}
_LINKS = re.compile(r"://|@|\bwww\.", re.IGNORECASE)
_LINK_ENTITIES = {"://": "&#58;//", "@": "&#64;"}
_AT_START = re.compile(r"\A(?:[-+](?=\s|$)|>|#{1,6}(?=\s|$)|-(?=[-\s]*$)|=(?==*\s*$))")
_NUMBERED = re.compile(r"\A(\d{1,9})([.)])(?=\s|$)")
_CLOSING_MARKS = re.compile(r"(^|\s)(#+)(?=\s*$)")


def escaped(text: str, *, at_start: bool = True, in_table: bool = False) -> str:
    """Return text that Markdown shows as it stands.

    Args:
        text: Anything; it becomes one line.
        at_start: Whether it stands at the beginning of a line, a list's item or a heading.
        in_table: Whether it stands in a table's cell.
    """
    line = _BREAKS.sub(" ", text)
    line = line.lstrip() if at_start else line
    line = _HTML.sub(lambda found: _ENTITIES[found[0]], line)
    line = _ANYWHERE.sub(lambda found: "".join(f"\\{mark}" for mark in found[0]), line)
    if in_table:
        line = line.replace("|", "\\|")
    else:
        if at_start:
            line = _AT_START.sub(r"\\\g<0>", line)
            line = _NUMBERED.sub(r"\1\\\2", line)
        line = _CLOSING_MARKS.sub(r"\1\\\2", line)  # a heading may end in as many as it likes
    # Many readers make links of bare addresses; an entity is shown alike, and is none.
    return _LINKS.sub(lambda found: _LINK_ENTITIES.get(found[0], found[0].replace(".", "&#46;")), line)


def as_markdown(paper: Paper, names: Names) -> str:
    """Return a paper as Markdown, its rows as footnotes."""
    face = face_of(paper, names)
    lines = [f"# {_sentence(paper.title, paper)}", ""]
    if face.banner:
        lines += [f"> **{escaped(face.banner)}**", ""]
    lines += [*(f"- {escaped(what)}: {escaped(said, at_start=False)}" for what, said in face.facts), ""]
    if face.looks:
        lines += [f"## {escaped(say('desk.paper.looks', paper.language))}", ""]
        # What is struck out is shown so here, too.
        lines += [*(f"- {_pieces(struck_in(look))}" for look in face.looks), ""]
    for section in paper.sections:
        lines += [f"## {_sentence(section.title, paper, marks=False)}", ""]
        lines += [*(f"- {_sentence(statement, paper)}" for statement in section.statements), ""]
        if section.table is not None:
            lines += [*_table(section.table, paper), ""]
    lines += [_note(number, words) for number, words in face.notes]
    if face.left_out:
        lines += ["", escaped(say("desk.paper.left_out", paper.language, count=face.left_out))]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def _note(number: int, words: str) -> str:
    """Return a footnote. Without a dot behind it, a single word could be read as the address of a link."""
    said = escaped(words)
    return f"[^{number}]: {said}" if " · " in said else f"[^{number}]: {said} ·"


def _sentence(statement: Statement, paper: Paper, *, marks: bool = True, in_table: bool = False) -> str:
    said = _pieces(pieces_of(statement), in_table=in_table)
    notes = "".join(f"[^{number + 1}]" for number in marks_of(statement, paper)) if marks else ""
    if notes and said.endswith("!"):
        said = f"{said[:-1]}\\!"  # before a bracket it would be a picture
    return f"{said}{notes}"


def _pieces(pieces: Sequence[tuple[str, bool]], *, in_table: bool = False) -> str:
    """Return pieces of text, (text, whether it is struck out), as one line."""
    line = ""
    for number, (text, struck) in enumerate(pieces):
        inner = escaped(text, at_start=not line and not struck, in_table=in_table)
        if not struck:
            line += inner
            continue
        following = pieces[number + 1][0] if number + 1 < len(pieces) else ""
        line += _struck(inner, line[-1:], following[:1])
    return line.strip()


def _struck(inner: str, before: str, after: str) -> str:
    """Return a piece that is struck out; with a space where ~~ would not count between a letter and a sign."""
    said = inner.strip()
    if not said:
        return inner
    begins = "" if said[0].isalnum() or _is_apart(before) else " "
    ends = "" if said[-1].isalnum() or _is_apart(after) else " "
    return f"{begins or inner[: inner.find(said)]}~~{said}~~{ends or inner[inner.find(said) + len(said) :]}"


def _is_apart(letter: str) -> bool:
    return not letter.strip() or letter in punctuation


def _table(table: Table, paper: Paper) -> list[str]:
    heads = [
        escaped(f"{column.title} ({column.unit})" if column.unit else column.title, in_table=True)
        for column in table.columns
    ]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(_sentence(cell, paper, in_table=True) for cell in row)} |" for row in table.rows]
    return lines
