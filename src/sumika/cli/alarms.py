"""`sumika alarms`: the alarms of the running house, and a person's answer to one."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from sumika.bus import RuntimeFolder, ask
from sumika.cli._options import running_option
from sumika.cli._running import running_house
from sumika.schema import (
    AcknowledgeAlarmRequest,
    AlarmAnswer,
    AlarmCause,
    AlarmDelivery,
    AlarmsAnswer,
    AlarmsRequest,
    AlarmState,
    CancelAlarmRequest,
    SumikaError,
    TryAlarmRequest,
    UsageError,
)
from sumika.text import language_of, say

_json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object and nothing else on standard output."
)
_by_option = click.option("--by", default="", help="Who says so; those who were told already are told that.")


@click.group()
def alarms() -> None:
    """The alarms of the running house, and your answer to one.

    Nothing is watched, and nobody is told, unless house.yaml says so under alarms:.
    """


@alarms.command("list")
@click.option("--all", "closed", is_flag=True, help="Also what was answered or is over.")
@running_option
@_json_option
def list_(closed: bool, data: Path | None, as_json: bool) -> None:
    """List the alarms, the newest first, with who was told of each."""
    found = ask(_watching_house(data), "alarms", AlarmsRequest(closed=closed))
    assert isinstance(found, AlarmsAnswer)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return
    for line in alarm_lines(found, found.language or language_of(os.environ)):
        click.echo(line)


@alarms.command()
@click.argument("name")
@_by_option
@running_option
def acknowledge(name: str, by: str, data: Path | None) -> None:
    """Say that you take care of the alarm NAME: nobody else is told any more."""
    _say(ask(_watching_house(data), "alarm_acknowledge", AcknowledgeAlarmRequest(alarm=name, by=by)))


@alarms.command()
@click.argument("name")
@_by_option
@running_option
def cancel(name: str, by: str, data: Path | None) -> None:
    """Say that all is well: nobody is told of the alarm NAME any more."""
    _say(ask(_watching_house(data), "alarm_cancel", CancelAlarmRequest(alarm=name, by=by)))


@alarms.command("test")
@click.argument(
    "cause",
    type=click.Choice([cause.value for cause in AlarmCause]),
    default=AlarmCause.SUSPECTED_FALL.value,
    metavar="[KIND]",
)
@click.option("--room", default="", help="As of which room.")
@_by_option
@running_option
def test_(cause: str, room: str, by: str, data: Path | None) -> None:
    """Try the whole way: an alarm that is none, goes to every contact in turn, and says everywhere that it is a test.

    KIND is suspected_fall, which is usual, not_back_in_bed, long_in_bathroom, no_movement, smoke_or_co, radar_blind or
    node_degraded. Acknowledge it to end it.
    """
    _say(ask(_watching_house(data), "alarm_test", TryAlarmRequest(cause=cause, room=room, by=by)))


def _watching_house(data: Path | None) -> RuntimeFolder:
    """Return the runtime folder of the house that runs here, if it watches at all.

    Raises:
        UsageError: if it does not, none runs, or it is not said which of several.
    """
    folder = running_house("alarms", data)
    if not Path(folder.answers("alarms").removeprefix("ipc://")).exists():
        raise UsageError(
            "the house that runs here watches for nothing",
            where=str(folder.path),
            remedy="Write `alarms:` into its house.yaml and start it again: see docs/how-to/alarms.md. "
            "If that is there and the house has just begun, try again in a moment.",
        )
    return folder


def alarm_lines(found: AlarmsAnswer, language: str) -> list[str]:
    """Return what is said of the alarms of a house.

    Args:
        found: The alarms.
        language: "en" or "ja".
    """
    lines = [say("alarm.resting", language)] if found.resting else []
    if not found.watched:
        lines.append(say("alarm.nothing_watched", language))
    if not found.alarms:
        lines.append(say("alarm.none", language))
    for alarm in found.alarms:
        lines += _lines(alarm, language)
    return lines


def _lines(alarm: AlarmState, language: str) -> list[str]:
    at = _at(alarm.since_unix_s)
    words = alarm.words_ja if language == "ja" else alarm.words
    stage = say(f"alarm.stage.{alarm.stage.value}", language)
    return [
        f"{alarm.id}  {at}  {stage}{f' ({alarm.acknowledged_by})' if alarm.acknowledged_by else ''}",
        f"  {words}",
        *(f"  {_told(delivery, language)}" for delivery in alarm.deliveries),
    ]


def _told(delivery: AlarmDelivery, language: str) -> str:
    state = say(f"alarm.delivery.{delivery.state.value}", language)
    at = _at(delivery.at_unix_s)
    about = say("alarm.told_over", language) if delivery.closing else ""
    what = f"{delivery.contact} ({delivery.how}){about}: {state}, {at}"
    return f"{what}: {delivery.problem}" if delivery.problem else what


def _at(unix_s: float) -> str:
    return f"{datetime.fromtimestamp(unix_s, UTC).astimezone():%Y-%m-%d %H:%M:%S}"


def _say(answer: object) -> None:
    assert isinstance(answer, AlarmAnswer)
    language = answer.language or language_of(os.environ)
    problem = answer.problem_ja if language == "ja" else answer.problem
    if not answer.accepted or answer.alarm is None:
        raise SumikaError(problem, where="alarms", remedy=say("alarm.remedy", language))
    for line in _lines(answer.alarm, language):
        click.echo(line)
    if problem:
        click.echo(problem, err=True)
