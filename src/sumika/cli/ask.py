"""`sumika ask`: say something to the running house, or ask the records of one that does not run."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec
from rich.console import Console

from sumika.bus import RuntimeFolder
from sumika.bus import ask as put
from sumika.cli._houses import load
from sumika.cli._running import running_house
from sumika.clock import Instant, SimulatedClock, WallClock
from sumika.config import LoadedHouse
from sumika.runtime.what_runs import houses_running
from sumika.schema import UsageError
from sumika.schema.talk import ALL_RIGHTS, EVERYBODY, TalkAnswer, TalkRequest, TalkRow
from sumika.text import language_of, say
from sumika.units import NANOSECONDS_PER_SECOND

MOST_COLUMNS = 80
Answers = Callable[[TalkRequest], TalkAnswer]


@click.command()
@click.argument("words", nargs=-1)
@click.option("--language", type=click.Choice(["en", "ja"]), help="Of the answer; without it as it is said.")
@click.option("--room", default="", help='Where you are: then "the light" is the one there.')
@click.option("--resident", default="", help="Who you are; it stands in the record of what is done.")
@click.option("--rows", is_flag=True, help="Print what each sentence rests on.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each answer and nothing else.")
@click.option(
    "--house",
    type=click.Path(path_type=Path),
    help="Ask the records of the house described there, without a house that runs. Nothing is done then.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Data folder: of the records with --house, else of the house that is meant where several run here.",
)
@click.option("--at", help="With --house: answer as if it were then, for example 2026-11-29T09:00.")
def ask(
    words: tuple[str, ...],
    language: str | None,
    room: str,
    resident: str,
    rows: bool,
    as_json: bool,
    house: Path | None,
    data: Path | None,
    at: str | None,
) -> None:
    """Say or ask something: `sumika ask how warm is the bedroom`, `sumika ask 寝室の電気を消して`.

    Without WORDS it asks for line after line, and an answer to what the house asks back belongs to the line before.
    Ends with 1 if nothing was answered or done: not understood, not allowed, or asked back.
    """
    if house is None and at is not None:
        raise UsageError("--at is for records", where="ask", remedy="Say with --house which house it is.")
    answers = _at(running_house("ask", data)) if house is None else _from_records(house, data, at)
    about = TalkRequest(
        language=language or "",
        resident=resident,
        room=room,
        conversation=_conversation(),
        may=ALL_RIGHTS,
        sees=(EVERYBODY,),
    )
    tell = _as_json if as_json else _teller(rows=rows)
    if words:
        answer = answers(msgspec.structs.replace(about, text=" ".join(words)))
        tell(answer)
        raise SystemExit(1 if answer.refused or answer.ask_back else 0)
    _talk(answers, about, tell, "" if as_json else language or language_of(os.environ))


def _conversation() -> str:
    """Return the name of the conversation: of one terminal, so that "undo" finds what was said in it before."""
    try:
        return f"ask-{os.getuid()}-{Path(os.ttyname(sys.stdin.fileno())).name}"
    except (OSError, ValueError):
        return f"ask-{os.getuid()}"


def _talk(answers: Answers, about: TalkRequest, tell: Callable[[TalkAnswer], None], language: str) -> None:
    """Talk line by line, until nothing more comes; without a language nothing but answers is printed."""
    if language:
        click.echo(say("ask.begin", language))
    while True:
        try:
            line = input("> " if language else "").strip()
        except (EOFError, KeyboardInterrupt):
            if language:
                click.echo()
            return
        if line:
            tell(answers(msgspec.structs.replace(about, text=line)))


def _from_records(file: Path, data: Path | None, at: str | None) -> Answers:
    from sumika.runtime.data_folder import data_folder

    loaded = load(file, data=data)
    return offline(loaded, data_folder(loaded, data), at)


def running(data: Path) -> Answers | None:
    """Return who answers in the house that runs here on a data folder; None where none does."""
    found = houses_running(data)
    return _at(found[0].folder) if found else None


def _at(folder: RuntimeFolder) -> Answers:
    """Return who answers at a runtime folder."""

    def answers(question: TalkRequest) -> TalkAnswer:
        answer = put(folder, "talk", question)
        assert isinstance(answer, TalkAnswer)
        return answer

    return answers


def offline(loaded: LoadedHouse, folder: Path, at: str | None) -> Answers:
    """Return who answers from records alone; nothing can be done there.

    Args:
        loaded: The house.
        folder: Its data folder.
        at: As if it were then, as ISO 8601; None: now.

    Raises:
        UsageError: if that is no moment.
    """
    from sumika.assistant.names import Names
    from sumika.assistant.talk import Talk
    from sumika.assistant.talk_ear import Newest
    from sumika.assistant.talk_open import open_model, open_understander
    from sumika.facts import Book

    clock = WallClock() if at is None else _then(at, loaded)
    names = Names(loaded.house)
    talk = Talk(
        loaded.house,
        open_understander(names, open_model(loaded.house, loaded.path.parent)),
        Newest(lambda: clock.now().monotonic_ns),
        Book(folder, loaded.house, clock),
        names=names,
    )
    return lambda question: talk.say(question, clock.now().wall_ns / NANOSECONDS_PER_SECOND)


def _then(at: str, loaded: LoadedHouse) -> SimulatedClock:
    """Return a clock that stands at a moment."""
    from sumika.assistant.saying import zone_of

    try:
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise UsageError(f"'{at}' is no moment", where="--at", remedy="Write it as 2026-11-29T09:00.") from error
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone_of(loaded.house))
    unix_ns = round(moment.astimezone(UTC).timestamp() * NANOSECONDS_PER_SECOND)
    return SimulatedClock(Instant(unix_ns, unix_ns, "then"))


def _as_json(answer: TalkAnswer) -> None:
    click.echo(json.dumps(msgspec.to_builtins(answer), ensure_ascii=False))


def _teller(*, rows: bool) -> Callable[[TalkAnswer], None]:
    """Return what prints an answer for people, in 80 columns at most."""
    width = min(MOST_COLUMNS, shutil.get_terminal_size((MOST_COLUMNS, 24)).columns)

    def tell(answer: TalkAnswer) -> None:
        console = Console(width=width, highlight=False, markup=False, emoji=False)
        for sentence in answer.sentences:
            console.print(sentence.text)
            for row in sentence.rows if rows else ():
                console.print(f"  - {_row(row)}")
            if rows and sentence.more_rows:
                console.print("  " + say("ask.more_rows", answer.language, count=sentence.more_rows))
        if answer.choices:
            console.print("  " + " / ".join(answer.choices))

    return tell


def _row(row: TalkRow) -> str:
    """Return a row in one line: its stable name, what it says, and what was written in it."""
    value = "" if row.value is None else f" = {row.value:g} {row.unit}".rstrip()
    text = f' "{row.text}"' if row.text else ""
    count = f" ({row.count})" if row.count > 1 else ""
    return f"{row.id}{value}{text}{count}"
