"""`sumika desk`: papers written from the records, read by a second reader, approved by a person."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from sumika.cli._desk_lines import echo, outcome_lines, status_words, taken_lines, why_unread
from sumika.cli._houses import load
from sumika.cli._options import data_option, house_option
from sumika.config import LoadedHouse
from sumika.schema import SumikaError, UsageError
from sumika.text import language_of, say

if TYPE_CHECKING:
    from sumika.desk import Desk, Outcome, Paper
    from sumika.facts import Book

_json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object and nothing else on standard output."
)
_by_option = click.option("--by", default="", help="Who decides: a person's name. Nothing is decided without one.")
_note_option = click.option("--note", default="", help="What they say to it.")


@click.group()
def desk() -> None:
    """Paperwork done from the records: care notes, energy, maintenance, incidents; hand-over, inspection, estimate.

    Each sentence has the rows it rests on. A second reader strikes out what stands in none of them. Nothing goes out
    before a person approves it.
    """


@desk.command()
@click.option("--paper", "kind", default="", help="Which kind; without it everything that is due, and the drop folder.")
@click.option("--date", "day", default="", help="For which day, or a day of which week or month: 2026-11-28.")
@click.option("--language", type=click.Choice(["en", "ja"]), help="Of the paper; else as house.yaml has it.")
@click.option(
    "--read",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Read this file in first: a price list, a bill, a commissioning record. May be given several times.",
)
@click.option(
    "--better-words", is_flag=True, help="Let the model that house.yaml names put sentences into better words."
)
@house_option
@data_option
@_json_option
def run(
    kind: str,
    day: str,
    language: str | None,
    files: tuple[Path, ...],
    better_words: bool,
    house: Path | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Read in what was dropped, and write what is due or what is asked for."""
    from sumika.desk.due import work_due

    asked_for = _day(day)
    if asked_for is not None and not kind:
        raise UsageError(
            "what is due is due now, and not on a day",
            where="--date",
            remedy="Name the paper, too: --paper care_day --date 2026-11-28.",
        )
    loaded = load(house, data=data)
    with _desk(loaded, data, better_words=better_words) as (opened, book):
        taken = [opened.take_file(path) for path in files]
        if kind:
            written = [opened.write(order, language or "") for order in opened.orders(kind, asked_for)]
        else:
            taken += opened.take_in(opened.incoming) if opened.incoming is not None else ()
            written = list(work_due(opened, book, language or ""))
        if as_json:
            found = {"files": msgspec.to_builtins(taken), "papers": [_short(one) for one in written]}
            click.echo(json.dumps(found, ensure_ascii=False))
            return
        said = language or loaded.house.language or language_of(os.environ)
        for line in taken_lines(taken, opened, said):
            echo(line)
        for outcome in written:
            for line in outcome_lines(outcome, opened, said):
                echo(line)
        if not written and not taken:
            echo(say("desk.cli.nothing_due", said))


@desk.command("list")
@house_option
@data_option
@_json_option
def list_(house: Path | None, data: Path | None, as_json: bool) -> None:
    """List all papers, the newest first, and what could not be read."""
    loaded = load(house, data=data)
    with _desk(loaded, data) as (opened, _):
        papers, unread = opened.papers(), opened.unread()
        unsorted = [one for one in opened.documents() if one.why]
    if as_json:
        found = {
            "papers": [_paper_short(paper) for paper in papers],
            "unread": msgspec.to_builtins(unread),
            "not_sorted": msgspec.to_builtins(unsorted),
        }
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    language = loaded.house.language or language_of(os.environ)
    for paper in papers:
        echo(say("desk.cli.written", language, paper=paper.id, status=status_words(paper, language)))
    if not papers:
        echo(say("desk.cli.none", language))
    if unread or unsorted:
        echo(say("desk.cli.unread_title", language))
    for one in unread:
        echo("  " + why_unread(one.name, one.reason, one.detail, language))
    for document in unsorted:
        why = say(f"desk.sorted.{document.why}", language)
        echo("  " + say("desk.cli.not_sorted", language, file=document.name, why=why))


@desk.command()
@click.argument("name")
@click.option("--as", "form", type=click.Choice(["md", "html", "pdf", "json"]), default="md", help="In which form.")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Into this file.")
@house_option
@data_option
def show(name: str, form: str, output: Path | None, house: Path | None, data: Path | None) -> None:
    """Show the paper NAME: as Markdown here, or as HTML, PDF or JSON into a file."""
    loaded = load(house, data=data)
    with _desk(loaded, data) as (opened, _):
        paper = opened.paper(name)
        content = msgspec.json.encode(paper) if form == "json" else opened.printed(paper, form)
    if output is None:
        if form == "pdf":
            raise UsageError("a PDF is nothing for a terminal", remedy="Name a file with --output.")
        click.echo(content.decode(), nl=False)
        return
    _write(output, content)


@desk.command()
@click.argument("name")
@_by_option
@_note_option
@house_option
@data_option
def approve(name: str, by: str, note: str, house: Path | None, data: Path | None) -> None:
    """Approve the paper NAME. One of which something is struck out needs a --note."""
    _decide("approve", name, by, note, house, data)


@desk.command()
@click.argument("name")
@_by_option
@_note_option
@house_option
@data_option
def refuse(name: str, by: str, note: str, house: Path | None, data: Path | None) -> None:
    """Refuse the paper NAME."""
    _decide("refuse", name, by, note, house, data)


@desk.command()
@house_option
@data_option
@_json_option
def verify(house: Path | None, data: Path | None, as_json: bool) -> None:
    """Look whether all is as the desk left it: the log, every paper, every file. Every paper is read again, too."""
    loaded = load(house, data=data)
    language = loaded.house.language or language_of(os.environ)
    with _desk(loaded, data) as (opened, _):
        faults = [say(f"desk.audit.{key}", language, **values) for key, values in opened.faults()]
        papers = opened.papers()
        struck = {
            paper.id: [one.detail for one in opened.reread(paper).looks if one.what == "struck"] for paper in papers
        }
        lines, seal = opened.seal()
    struck = {name: found for name, found in struck.items() if found}
    if as_json:
        found = {"papers": len(papers), "lines": lines, "seal": seal, "faults": faults, "struck": struck}
        click.echo(json.dumps(found, ensure_ascii=False))
    elif faults:
        echo(say("desk.cli.faults", language, count=len(faults)))
        for fault in faults:
            echo(say("desk.cli.look", language, words=fault))
    else:
        echo(say("desk.cli.sound", language, count=len(papers), lines=lines, seal=seal[:12] or "-"))
    if not as_json:
        for name, pieces in struck.items():
            for piece in pieces:
                echo(say("desk.cli.note", language, words=f"{name}: {piece}"))
    if faults:
        raise SumikaError(
            f"{len(faults)} things are not as the desk left them",
            where="desk",
            remedy="Compare with a backup; `sumika desk run` writes papers anew that nobody has decided.",
        )


def _decide(what: str, name: str, by: str, note: str, house: Path | None, data: Path | None) -> None:
    loaded = load(house, data=data)
    with _desk(loaded, data) as (opened, _):
        paper = opened.approve(name, by, note) if what == "approve" else opened.refuse(name, by, note)
    language = loaded.house.language or language_of(os.environ)
    status = say(f"desk.status.{paper.status.value}", language)
    echo(say("desk.cli.decided", language, paper=paper.id, status=status, by=paper.decided_by))


@contextmanager
def _desk(loaded: LoadedHouse, data: Path | None, *, better_words: bool = False) -> "Iterator[tuple[Desk, Book]]":
    """Open the desk of a house, with its records.

    Raises:
        SumikaError: if the libraries for paperwork are not installed, or somebody else is at the desk.
    """
    try:
        from sumika.desk import Desk
        from sumika.desk.prose import ModelProse
    except ImportError as error:
        raise SumikaError(
            f"what paperwork needs is not installed ({error})", remedy="Install it with: pip install 'sumika[desk]'"
        ) from error
    from sumika.facts import Book
    from sumika.runtime.data_folder import data_folder

    folder = data_folder(loaded, data)
    talking = loaded.house.assistant
    prose = None
    if better_words:
        if talking is None or not talking.model_address:
            raise UsageError(
                "house.yaml names no model",
                where="assistant.model_address",
                remedy="Leave out --better-words, or name one",
            )
        prose = ModelProse(talking, loaded.path)
    with (
        Book(folder, loaded.house) as book,
        Desk(folder, loaded.house, loaded.path, now=time.time, book=book, prose=prose) as opened,
    ):
        yield opened, book
    if prose is not None and prose.problem:
        click.echo(f"sumika: desk: {prose.problem}; plain sentences stand instead.", err=True)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"no day: '{text}'", where="--date", remedy="Write it as 2026-11-28.") from error


def _short(outcome: "Outcome") -> dict[str, object]:
    return {"what": outcome.what, **({"id": outcome.name} if outcome.paper is None else _paper_short(outcome.paper))}


def _paper_short(paper: "Paper") -> dict[str, object]:
    return {
        "id": paper.id,
        "kind": paper.kind,
        "language": paper.language,
        "title": paper.title.text,
        "status": paper.status.value,
        "origin": paper.origin,
        "looks": msgspec.to_builtins(paper.looks),
        "decided_by": paper.decided_by,
        "made": datetime.fromtimestamp(paper.made_unix_s).astimezone().isoformat(timespec="seconds"),
    }


def _write(path: Path, content: bytes) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise SumikaError(
            f"cannot be written ({error.strerror})", where=str(path), remedy="Name another file"
        ) from error
