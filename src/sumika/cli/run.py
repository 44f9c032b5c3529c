"""`sumika run`: the ECU itself."""

import sys
from pathlib import Path

import click

from sumika.cli._houses import load
from sumika.cli._options import data_option, house_option, recordings_option
from sumika.cli._recordings import require_a_radar
from sumika.cli._view import run_terminal
from sumika.cli.page import page_lines
from sumika.clock import WallClock
from sumika.runtime.begin_again import begin_again, see_off_the_old
from sumika.runtime.house_run import HouseRun, data_folder, owned_data_folder
from sumika.runtime.node import Node
from sumika.terminal import reader_gone


@click.command()
@house_option
@recordings_option
@data_option
@click.option("--headless", is_flag=True, help="No live view; nodes and log only.")
@click.option("--seconds", type=click.FloatRange(min=0.1), help="End by itself after so long.")
def run(house: Path | None, recordings: bool, data: Path | None, headless: bool, seconds: float | None) -> None:
    """Run the house: sensors, perception, log, history, live view. Ctrl-C ends it.

    Without --house the demo house runs: a simulated family house, its residents and their cat, as three radars and
    the sensors of its air would see them. Nothing of it is sensing, and everything says so.
    """
    see_off_the_old()
    loaded = load(house, recordings=recordings)
    require_a_radar(loaded)
    extra: tuple[Node, ...] = ()
    if not headless:
        extra = (Node("terminal", run_terminal, publishes=False, watchdog_s=10.0),)
    with owned_data_folder(data_folder(loaded, data)) as folder:
        for line in page_lines(loaded, folder, WallClock()):
            click.echo(line, err=True)
        running = HouseRun(loaded, folder, extra=extra)
        # Whoever read our output has had enough (`sumika run | head`): then so have we.
        running.run(seconds, ended=lambda: not headless and reader_gone(sys.stdout))
    click.echo(f"log: {running.log_folder}", err=True)
    if running.begins_again:
        begin_again()
