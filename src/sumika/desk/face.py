"""What every form of a paper shows: heading, banner, what a person has to look at, sentences, and the rows below."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from sumika.desk.names import Names
from sumika.desk.paper import Look, Paper, Statement, Status
from sumika.desk.reading._document import tidy
from sumika.facts import Row
from sumika.schema import Origin
from sumika.text import banner, say

MOST_CITED = 8
"""Marks behind one sentence; the paper's file holds all of its rows."""

MOST_NOTES = 400


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown around the sentences of a paper.

    Attributes:
        banner: That nothing of it is real; empty: it is.
        facts: (what, what it is) under the heading.
        looks: What a person has to look at, each in one line.
        notes: (number, words) of the rows that are shown.
        left_out: How many rows are not shown.
    """

    banner: str
    facts: tuple[tuple[str, str], ...]
    looks: tuple[str, ...]
    notes: tuple[tuple[int, str], ...]
    left_out: int = 0


def face_of(paper: Paper, names: Names) -> Face:
    """Return what is shown around the sentences of a paper."""
    numbers = sorted({number for mark in _statements(paper) for number in marks_of(mark, paper)})
    shown = numbers[:MOST_NOTES]
    return Face(
        banner="" if paper.origin == "live" else banner(Origin(paper.origin), paper.language),
        facts=tuple(_facts(paper)),
        looks=tuple(look_words(look, paper.language) for look in paper.looks),
        notes=tuple((number + 1, row_words(paper.rows[number], paper, names)) for number in shown),
        left_out=len(paper.rows) - len(shown),
    )


def marks_of(statement: Statement, paper: Paper) -> tuple[int, ...]:
    """Return the numbers of the rows whose marks stand behind a sentence; the first and last few of many."""
    cites = [number for number in statement.cites if 0 <= number < len(paper.rows)]
    if len(cites) <= MOST_CITED:
        return tuple(cites)
    return (*cites[: MOST_CITED - 1], cites[-1])


def look_words(look: Look, language: str) -> str:
    """Return one line about what a person has to look at."""
    words = say(f"desk.look.{look.what}", language)
    return f"{words}: {look.detail}" if look.detail else words


def row_words(row: Row, paper: Paper, names: Names) -> str:
    """Return one line about a row: where it stands, of when it is, and what it says."""
    zone = ZoneInfo(paper.zone)
    begin, end = (f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M}" for at in (row.begin_unix_s, row.end_unix_s))
    when = begin if row.begin_unix_s == row.end_unix_s else f"{begin} – {end}"
    subject = names.of(row.subject)
    if row.unit == "unix_s" and row.value is not None:
        said = f"{datetime.fromtimestamp(row.value, zone):%Y-%m-%d %H:%M}"
    else:
        said = "" if row.value is None else f"{row.value:.10g} {'' if row.unit == '1' else row.unit}".strip()
    pieces = [row.source, subject, row.part, when if row.begin_unix_s > 0.0 else "", said, tidy(row.text, 100)]
    return " · ".join(piece for piece in pieces if piece)


def _facts(paper: Paper) -> Iterator[tuple[str, str]]:
    language, zone = paper.language, ZoneInfo(paper.zone)
    if paper.house:
        yield say("desk.paper.house", language), tidy(paper.house, 100)
    yield say("desk.paper.made", language), f"{datetime.fromtimestamp(paper.made_unix_s, zone):%Y-%m-%d %H:%M}"
    if paper.written_by:
        yield say("desk.paper.by", language), tidy(paper.written_by, 100)
    yield say("desk.paper.status", language), _status(paper)
    if paper.prose_by:
        yield say("desk.paper.prose", language), tidy(paper.prose_by, 100)


def _status(paper: Paper) -> str:
    status = say(f"desk.status.{paper.status.value}", paper.language)
    if paper.status not in (Status.APPROVED, Status.REFUSED) or paper.decided_unix_s is None:
        return status
    at = f"{datetime.fromtimestamp(paper.decided_unix_s, ZoneInfo(paper.zone)):%Y-%m-%d %H:%M}"
    return ", ".join(piece for piece in (status, tidy(paper.decided_by, 100), at, tidy(paper.note, 200)) if piece)


def _statements(paper: Paper) -> Iterator[Statement]:
    yield paper.title
    for section in paper.sections:
        yield section.title
        yield from section.statements
        for row in section.table.rows if section.table is not None else ():
            yield from row


def pieces_of(statement: Statement) -> Sequence[tuple[str, bool]]:
    """Return the text of a sentence in pieces: (text, whether it is struck out)."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for struck in statement.struck:
        begin, end = max(struck.begin, at), struck.end
        if end <= begin:
            continue
        pieces += [(statement.text[at:begin], False), (statement.text[begin:end], True)]
        at = end
    pieces.append((statement.text[at:], False))
    return [piece for piece in pieces if piece[0]]


def struck_in(look: str) -> Sequence[tuple[str, bool]]:
    """Return a line about what is to be looked at in pieces: (text, whether it is struck out).

    Args:
        look: As `look_words` has it. Where more stands between two ~~ than the reader put there, nothing is struck out.
    """
    pieces = look.split("~~")
    if len(pieces) != 3:
        return [(look, False)]
    return [piece for piece in zip(pieces, (False, True, False), strict=True) if piece[0]]
