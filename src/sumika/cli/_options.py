"""Options that several commands share."""

from pathlib import Path

import click

house_option = click.option(
    "--house",
    type=click.Path(path_type=Path),
    envvar="SUMIKA_HOUSE",
    help="Description of the house (house.yaml); without it the demo house.",
)
data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for log and history; without it the user's data folder (or $SUMIKA_HOME).",
)
recordings_option = click.option(
    "--recordings",
    is_flag=True,
    help="Three rooms with real radar recordings from SUMIKA_DATA; a simulated target where one is absent.",
)
running_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Data folder of the house that is meant, where several run here.",
)
