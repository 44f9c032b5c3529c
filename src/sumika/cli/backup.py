"""`sumika backup`: the whole house in one file."""

from pathlib import Path

import click

from sumika import __version__
from sumika.cli._houses import load
from sumika.cli._options import data_option, house_option
from sumika.cli._replaced_file import refuse_other_file
from sumika.clock import WallClock
from sumika.runtime.backup import make_backup
from sumika.runtime.backup_file import MANIFEST
from sumika.runtime.data_folder import data_folder
from sumika.schema import UsageError

MEGA = 1_000_000


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@house_option
@data_option
@click.option("--secrets", is_flag=True, help="Secrets too: tokens, passwords, keys, accounts; sealed by a passphrase.")
@click.option("--passphrase-file", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="Read it there.")
@click.option("--logs", is_flag=True, help="Logs too; they are large.")
def backup(
    file: Path, house: Path | None, data: Path | None, secrets: bool, passphrase_file: Path | None, logs: bool
) -> None:
    """Write the description of the house, all that was learned and kept, into FILE. The house may run meanwhile.

    Without --secrets no token, password or key is in it, and residents' past body signals cannot be read from it.
    """
    refuse_other_file(file, MANIFEST)
    loaded = load(house, data=data)
    passphrase = _passphrase(passphrase_file) if secrets or passphrase_file else ""
    manifest = make_backup(
        file, loaded, data_folder(loaded, data), __version__, WallClock(), passphrase=passphrase, logs=logs
    )
    click.echo(f"{file}: {len(manifest.files)} files, {file.stat().st_size / MEGA:.1f} MB")
    if passphrase:
        click.echo("secrets are in it, sealed: without the passphrase nobody opens them, you neither")
    for line in manifest.left_out:
        click.echo(f"not in it: {line}")


def passphrase_in(file: Path) -> str:
    """Return what a file with a passphrase says.

    Raises:
        UsageError: if it cannot be read.
    """
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the passphrase cannot be read ({error})", where=str(file)) from None


def _passphrase(file: Path | None) -> str:
    """Return the passphrase, and insist that it is one."""
    if file is not None:
        said = passphrase_in(file)
    else:
        said = click.prompt("Passphrase", hide_input=True, confirmation_prompt=True)
    if len(said) < 8:
        raise click.UsageError("a passphrase has 8 characters or more")
    return str(said)
