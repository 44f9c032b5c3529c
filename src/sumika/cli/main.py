"""The command `sumika` and how it ends: one clear line and an exit code, never a traceback unless asked for."""

import difflib
import importlib
import os
import platform
import sys
from typing import NoReturn

import click

from sumika import __version__
from sumika.cli._interrupts import ctrl_c_ends, was_interrupted
from sumika.schema.errors import SumikaError

COMMANDS = {
    "alarms": ("sumika.cli.alarms", "The alarms of the running house, and your answer to one."),
    "ask": ("sumika.cli.ask", "Talk to the house: ask its records, or have something done."),
    "backup": ("sumika.cli.backup", "The whole house in one file."),
    "bench": ("sumika.cli.bench", "Measure the published figures."),
    "desk": ("sumika.cli.desk", "Paperwork done from the records, each sentence with its rows."),
    "devices": ("sumika.cli.devices", "Real devices: find them, list them, try one by hand."),
    "diagnostics": ("sumika.cli.diagnostics", "What helpers need, without anything private."),
    "distil": ("sumika.cli.distil", "Squeeze a big teacher into a small student, with the bill."),
    "doctor": ("sumika.cli.doctor", "Say what is wrong, in plain words."),
    "evaluate": ("sumika.cli.evaluate", "Score what a log says against its references."),
    "house": ("sumika.cli.house", "Describe and check a house."),
    "log": ("sumika.cli.log", "Look into logs: info, export, diff, recover."),
    "mcp": ("sumika.cli.mcp", "Offer the house's records and tools to outside agents."),
    "page": ("sumika.cli.page", "The page in the browser: its address, its accounts."),
    "radar": ("sumika.cli.radar", "Look at what a radar saw."),
    "record": ("sumika.cli.record", "Record whole radar frames, and a chest strap beside them."),
    "replay": ("sumika.cli.replay", "Run a log's steps again and compare."),
    "restore": ("sumika.cli.restore", "Bring a house back from one file."),
    "run": ("sumika.cli.run", "Run the house."),
    "mode": ("sumika.cli.mode", "How far the controller of the running house may go."),
    "suggest": ("sumika.cli.suggest", "What the plan suggests, and your yes or no to it."),
    "world": ("sumika.cli.world", "Simulated houses: run a night or a day, set variants side by side."),
    "version": ("sumika.cli.version", "Print the version."),
}
"""Name -> (module that has it under the same name, one line of help). A command's module is imported when it is used:
listing the commands must not cost the import of everything."""


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        with ctrl_c_ends():
            module = importlib.import_module(COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            if not near or near[0] in error.message:
                raise
            raise click.UsageError(f"{error.message} Did you mean '{near[0]}'?", ctx) from error


@click.command(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of an error (works in any place).")
@click.version_option(
    __version__, "-V", "--version", message=f"sumika %(version)s (Python {platform.python_version()})"
)
def sumika(debug: bool) -> None:
    """Sumika (住処): an open home ECU."""


def main() -> None:
    """Run the command line."""
    arguments = sys.argv[1:]
    if "--debug" in arguments:
        # Whoever just saw an error adds it at the end of the line.
        arguments = [argument for argument in arguments if argument != "--debug"]
        os.environ["SUMIKA_DEBUG"] = "1"
    try:
        sumika(arguments)
    except SumikaError as error:
        if os.environ.get("SUMIKA_DEBUG"):
            raise
        click.echo(f"sumika: {error}", err=True)
        sys.exit(error.exit_code)
    except Exception as error:
        if os.environ.get("SUMIKA_DEBUG"):
            raise
        if isinstance(error, BrokenPipeError):
            _end_quietly()
        if was_interrupted(error):
            click.echo("Aborted!", err=True)  # as click says it
            sys.exit(1)
        click.echo(
            f"sumika: {type(error).__name__}: {error}. That should not have happened: please report it with what "
            "the same command prints with --debug.",
            err=True,
        )
        sys.exit(1)


def _end_quietly() -> NoReturn:
    """End where whoever read our output has had enough; the rest has nowhere to go, not even at shutdown."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)
