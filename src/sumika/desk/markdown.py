"""A paper as Markdown. What stands in it is shown as it stands: nothing of it becomes markup, a link or HTML."""

import re

from sumika.desk.face import face_of, marks_of, pieces_of
from sumika.desk.names import Names
from sumika.desk.paper import Paper, Statement, Table
from sumika.text import say

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-!|~])")
_LINKS = re.compile(r"://|@|\bwww\.", re.IGNORECASE)
_ENTITIES = {"://": "&#58;//", "@": "&#64;"}


def escaped(text: str) -> str:
    """Return text that Markdown shows as it stands.

    Args:
        text: Anything, in one line.
    """
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    plain = _MARKS.sub(r"\\\1", plain)
    # Many readers make links of bare addresses; an entity is shown alike, and is none.
    plain = _LINKS.sub(lambda found: _ENTITIES.get(found[0], found[0].replace(".", "&#46;")), plain)
    return re.sub(r"^(\d+)\.", r"\1\\.", plain)


def as_markdown(paper: Paper, names: Names) -> str:
    """Return a paper as Markdown, its rows as footnotes."""
    face = face_of(paper, names)
    lines = [f"# {_sentence(paper.title, paper)}", ""]
    if face.banner:
        lines += [f"> **{escaped(face.banner)}**", ""]
    lines += [*(f"- {escaped(what)}: {escaped(said)}" for what, said in face.facts), ""]
    if face.looks:
        lines += [f"## {escaped(say('desk.paper.looks', paper.language))}", ""]
        # What is struck out is shown so here, too.
        lines += [*(f"- {escaped(look)}".replace(r"\~\~", "~~") for look in face.looks), ""]
    for section in paper.sections:
        lines += [f"## {_sentence(section.title, paper, marks=False)}", ""]
        lines += [*(f"- {_sentence(statement, paper)}" for statement in section.statements), ""]
        if section.table is not None:
            lines += [*_table(section.table, paper), ""]
    lines += [f"[^{number}]: {escaped(words)}" for number, words in face.notes]
    if face.left_out:
        lines += ["", escaped(say("desk.paper.left_out", paper.language, count=face.left_out))]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def _sentence(statement: Statement, paper: Paper, *, marks: bool = True) -> str:
    said = "".join(f"~~{escaped(text)}~~" if struck else escaped(text) for text, struck in pieces_of(statement))
    notes = "".join(f"[^{number + 1}]" for number in marks_of(statement, paper)) if marks else ""
    return f"{said}{notes}"


def _table(table: Table, paper: Paper) -> list[str]:
    heads = [escaped(f"{column.title} ({column.unit})" if column.unit else column.title) for column in table.columns]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(_sentence(cell, paper) for cell in row)} |" for row in table.rows]
    return lines
