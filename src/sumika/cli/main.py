"""The command `sumika` and how it ends: one clear line and an exit code, never a traceback unless asked for."""

import sys

import click

from sumika.schema.errors import SumikaError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def sumika() -> None:
    """Sumika (住処): an open home ECU."""


def main() -> None:
    """Run the command line."""
    debug = "--debug" in sys.argv
    if debug:
        sys.argv.remove("--debug")
    try:
        sumika(standalone_mode=True)
    except SumikaError as error:
        if debug:
            raise
        click.echo(f"sumika: {error}", err=True)
        sys.exit(error.exit_code)
