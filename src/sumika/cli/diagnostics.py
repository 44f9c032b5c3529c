"""`sumika diagnostics`: one file for whoever helps, with nothing private in it."""

from pathlib import Path

import click

from sumika.cli._houses import load
from sumika.cli._options import data_option, house_option
from sumika.cli._replaced_file import refuse_other_file
from sumika.clock import WallClock
from sumika.runtime.data_folder import data_folder
from sumika.runtime.diagnostics import VERSIONS, write_diagnostics


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@house_option
@data_option
def diagnostics(file: Path, house: Path | None, data: Path | None) -> None:
    """Write what somebody needs who helps you into FILE (a ZIP): versions, how the nodes are, the last events.

    No secret, name, address, measurement or exact place is in it; look into it before you hand it on.
    """
    refuse_other_file(file, VERSIONS)
    loaded = load(house, data=data)
    names = write_diagnostics(file, loaded, data_folder(loaded, data), WallClock())
    click.echo(f"{file}: {', '.join(names)}")
