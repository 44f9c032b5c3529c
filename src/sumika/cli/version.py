"""`sumika version`."""

import platform

import click

from sumika import __version__


@click.command()
def version() -> None:
    """Print the version of Sumika and of Python."""
    click.echo(f"sumika {__version__} (Python {platform.python_version()})")
