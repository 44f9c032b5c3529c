"""`sumika version`."""

import platform

import click


@click.command()
def version() -> None:
    """Print the version of Sumika and of Python."""
    from sumika import __version__

    click.echo(f"sumika {__version__} (Python {platform.python_version()})")
