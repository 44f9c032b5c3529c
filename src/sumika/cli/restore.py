"""`sumika restore`: a house from one file."""

from datetime import UTC, datetime
from pathlib import Path

import click

from sumika import __version__
from sumika.cli._options import data_option
from sumika.cli.backup import passphrase_in
from sumika.clock import WallClock
from sumika.runtime.data_folder import data_folder_of
from sumika.runtime.restore import comes_for_show, manifest_of
from sumika.runtime.restore import restore as bring_back


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--house",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="SUMIKA_HOUSE",
    default=Path("house.yaml"),
    show_default=True,
    help="Where the description of the house goes.",
)
@data_option
@click.option("--no-secrets", is_flag=True, help="Leave sealed secrets out.")
@click.option("--passphrase-file", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="Read it there.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(
    file: Path, house: Path, data: Path | None, no_secrets: bool, passphrase_file: Path | None, yes: bool
) -> None:
    """Bring a house back from FILE. The house must not run; what is there now is kept aside.

    Nothing is touched before all of FILE was checked.
    """
    manifest = manifest_of(file)
    folder = data_folder_of(demo=comes_for_show(file, house), override=data, file=house)
    made = datetime.fromtimestamp(manifest.made_unix_s, UTC).astimezone()
    click.echo(f"{manifest.house}, {made:%Y-%m-%d %H:%M}, Sumika {manifest.version} -> {house}, {folder}")
    if not yes:
        click.confirm("Restore it?", abort=True)
    passphrase = None
    if passphrase_file and not no_secrets:
        passphrase = passphrase_in(passphrase_file)
    elif manifest.sealing is not None and not no_secrets:
        passphrase = click.prompt("Passphrase", hide_input=True)
    restored = bring_back(file, house, folder, __version__, WallClock(), passphrase=passphrase)
    for path in restored.aside:
        click.echo(f"kept aside: {path}")
    if not restored.with_secrets:
        click.echo("not sealed, or not opened: its checksums find damage, not somebody who has changed it on purpose")
        click.echo("no secrets were restored: write tokens and passwords into the files that house.yaml names")
    click.echo(f"restored: {house}, {folder}")
