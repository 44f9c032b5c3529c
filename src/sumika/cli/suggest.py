"""`sumika suggest`: what the plan of the running house suggests, and a resident's yes or no to it."""

import json
import os
import time
from pathlib import Path

import click
import msgspec

from sumika.bus import RuntimeFolder, ask
from sumika.cli._options import running_option
from sumika.cli._running import running_house
from sumika.cli._suggestions import outcome_lines, standing_lines
from sumika.runtime.wishes_desk import FOR_NOW
from sumika.schema import (
    AnswerSuggestionAnswer,
    AnswerSuggestionRequest,
    Mode,
    Standing,
    SuggestionsAnswer,
    SuggestionsRequest,
    SuggestionStanding,
    SumikaError,
)
from sumika.text import language_of, say

GATE_WITHIN_S = 3.0
"""The safety gate has said what it makes of a yes by then, or it is busy."""

LOOKS_EVERY_S = 0.1

_json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object and nothing else on standard output."
)
_resident_option = click.option("--resident", default="", help="Who says so; it stands in the record of the command.")


@click.group()
def suggest() -> None:
    """What the plan of the running house suggests, and your yes or no to it.

    A house asks where house.yaml says control: mode: suggest. A yes becomes your own command, through the safety gate;
    a no is kept for the day.
    """


@suggest.command("list")
@click.option("--all", "answered", is_flag=True, help="Also what is answered, expired or withdrawn.")
@running_option
@_json_option
def list_(answered: bool, data: Path | None, as_json: bool) -> None:
    """List what is suggested now, the weightiest first."""
    found = _standings(running_house("suggest", data), answered=answered)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return
    language = _language(found.language)
    if found.mode != Mode.SUGGEST:
        click.echo(say(f"suggest.mode_{found.mode}", language))
    elif not found.suggestions:
        click.echo(say("suggest.none", language))
    for standing in found.suggestions:
        for line in standing_lines(standing, language):
            click.echo(line)
    if any(one.standing is Standing.OPEN for one in found.suggestions):
        click.echo(say("suggest.how", language))


@suggest.command()
@click.argument("name")
@_resident_option
@running_option
@_json_option
def yes(name: str, resident: str, data: Path | None, as_json: bool) -> None:
    """Have the suggestion NAME done. Ends with 1 if the safety gate does not allow all of it.

    What the gate does not allow yet (a device must rest before it starts again) is asked for again by itself.
    """
    folder = running_house("suggest", data)
    language = _answer(folder, AnswerSuggestionRequest(suggestion=name, yes=True, resident=resident))
    standing = _after_gate(folder, name)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(standing), ensure_ascii=False))
    else:
        for line in outcome_lines(standing, language):
            click.echo(line)
    if any(rule not in FOR_NOW for rule in standing.refused.values()):
        raise SystemExit(1)


@suggest.command()
@click.argument("name")
@_resident_option
@running_option
def no(name: str, resident: str, data: Path | None) -> None:
    """Have the suggestion NAME left undone, and hear no more of it today."""
    folder = running_house("suggest", data)
    language = _answer(folder, AnswerSuggestionRequest(suggestion=name, yes=False, resident=resident))
    click.echo(say("suggest.said_no", language))


def _language(house_language: str) -> str:
    return house_language or language_of(os.environ)


def _standings(folder: RuntimeFolder, *, answered: bool) -> SuggestionsAnswer:
    found = ask(folder, "suggestions", SuggestionsRequest(answered=answered))
    assert isinstance(found, SuggestionsAnswer)
    return found


def _answer(folder: RuntimeFolder, question: AnswerSuggestionRequest) -> str:
    """Put a yes or no; return the language of the house."""
    taken = ask(folder, "answer_suggestion", question)
    assert isinstance(taken, AnswerSuggestionAnswer)
    language = _language(taken.language)
    if not taken.accepted:
        raise SumikaError(
            taken.problem_ja if language == "ja" else taken.problem, where=f"suggest {question.suggestion}"
        )
    return language


def _after_gate(folder: RuntimeFolder, name: str) -> SuggestionStanding:
    """Return what became of a yes, once the gate has said something of all of it or does not within a while."""
    deadline_s = time.monotonic() + GATE_WITHIN_S
    while True:
        standing = next(one for one in _standings(folder, answered=True).suggestions if one.suggestion.id == name)
        if standing.is_settled or time.monotonic() > deadline_s:
            return standing
        time.sleep(LOOKS_EVERY_S)
