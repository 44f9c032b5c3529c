"""Lines that `sumika desk` prints: what became of papers and files, within 80 columns."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from sumika.text import say

if TYPE_CHECKING:
    from sumika.desk import Desk, Outcome, Paper
    from sumika.desk.intake import Taken

WIDTH = 80


def status_words(paper: "Paper", language: str) -> str:
    """Return how far a paper has come, and by whom."""
    status = say(f"desk.status.{paper.status.value}", language)
    return f"{status} ({paper.decided_by})" if paper.decided_by else status


def outcome_lines(outcome: "Outcome", opened: "Desk", language: str) -> Iterator[str]:
    """Yield what became of one paper."""
    paper = outcome.paper
    if paper is None:
        yield say("desk.cli.nothing", language, paper=outcome.name)
        return
    key = "desk.cli.same" if outcome.what == "same" else "desk.cli.written"
    yield say(key, language, paper=paper.id, status=status_words(paper, language))
    for look in paper.looks:
        words = say(f"desk.look.{look.what}", language)
        shown = f"{words}: {look.detail}" if look.detail else words
        yield say("desk.cli.look" if look.edit else "desk.cli.note", language, words=shown)
    if outcome.what == "written":
        yield say("desk.cli.where", language, path=opened.shown_at(paper, "pdf"))


def taken_lines(taken: "Sequence[Taken]", opened: "Desk", language: str) -> Iterator[str]:
    """Yield what became of files."""
    for one in taken:
        if one.unread is not None:
            yield why_unread(one.unread.name, one.unread.reason, one.unread.detail, language)
        elif one.document is None or one.what == "known":
            yield say("desk.cli.known", language, file=one.name)
        elif one.document.why:
            why = say(f"desk.sorted.{one.document.why}", language)
            yield say("desk.cli.not_sorted", language, file=one.name, why=why)
        else:
            document = one.document
            percent, count = 100.0 * document.sureness, len(document.records)
            yield say(
                "desk.cli.read",
                language,
                file=one.name,
                kind=opened.called(document, language),
                percent=percent,
                count=count,
            )
            for key, detail in document.remarks:
                words = say(f"desk.remark.{key}", language)
                yield say("desk.cli.note", language, words=f"{words}: {detail}" if detail else words)


def why_unread(name: str, reason: str, detail: str, language: str) -> str:
    """Return why a file could not be read."""
    words = say(f"desk.unread.{reason}", language)
    return say("desk.cli.unread", language, file=name, why=f"{words} ({detail})" if detail else words)


def echo(line: str) -> None:
    """Print a line, folded to a terminal's width; what goes on in the next line stands a little further in."""
    indent = " " * (len(line) - len(line.lstrip()))
    for number, piece in enumerate(_folded(line.strip(), WIDTH - len(indent) - 2)):
        click.echo(f"{indent}{'  ' if number else ''}{piece}")


def _folded(text: str, width: int) -> Iterator[str]:
    """Yield pieces no wider than so many columns, cut at spaces where there are any; Japanese letters take two."""
    piece, wide, space = "", 0, -1
    for letter in text:
        columns = 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if wide + columns > width:
            cut = space if space > 0 else len(piece)
            yield piece[:cut]
            piece = piece[cut:].lstrip()
            wide = sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in piece)
            space = -1
        if letter == " ":
            space = len(piece)
        piece, wide = piece + letter, wide + columns
    yield piece
