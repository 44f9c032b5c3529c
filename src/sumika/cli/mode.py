"""`sumika mode`: how far the controller of the running house may go."""

import os
from pathlib import Path

import click

from sumika.bus import ask
from sumika.cli._options import running_option
from sumika.cli._running import running_house
from sumika.schema import Mode, SetModeAnswer, SetModeRequest, SuggestionsAnswer, SuggestionsRequest, SumikaError
from sumika.text import language_of, say


@click.command()
@click.argument("mode", required=False, type=click.Choice([one.value for one in Mode]))
@click.option("--resident", default="", help="Who says so; it stands beside the mode.")
@running_option
def mode(mode: str | None, resident: str, data: Path | None) -> None:
    """Say how far the controller of the running house may go, or change it.

    off plans nothing, shadow plans and touches nothing, suggest asks first, drive drives. A choice outlives restarts,
    until house.yaml says another mode than before. A house that is no longer driven gets its devices back.
    """
    folder = running_house("mode", data)
    if mode is None:
        now = ask(folder, "suggestions", SuggestionsRequest())
        assert isinstance(now, SuggestionsAnswer)
        click.echo(say(f"mode.now.{now.mode}", now.language or language_of(os.environ)))
        return
    answer = ask(folder, "set_mode", SetModeRequest(mode=mode, resident=resident))
    assert isinstance(answer, SetModeAnswer)
    language = answer.language or language_of(os.environ)
    if not answer.accepted:
        raise SumikaError(
            answer.problem_ja if language == "ja" else answer.problem, where="mode", remedy="sumika mode --help"
        )
    click.echo(say(f"mode.now.{answer.mode}", language))
