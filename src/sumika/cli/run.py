"""`sumika run`: the ECU itself."""

import contextlib
import os
import sys
from pathlib import Path

import click

from sumika.cli._houses import as_it_came, is_edited_copy, load
from sumika.cli._options import data_option, house_option, recordings_option
from sumika.cli._recordings import require_start
from sumika.cli._view import run_terminal
from sumika.cli.page import page_lines
from sumika.clock import WallClock
from sumika.config import LoadedHouse
from sumika.runtime.begin_again import begin_again, see_off_the_old
from sumika.runtime.data_folder import data_folder, data_folder_of, owned_data_folder, take_accounts_along
from sumika.runtime.fault_voice import FaultVoice
from sumika.runtime.house_run import HouseRun
from sumika.runtime.node import Node
from sumika.runtime.page_access import is_taken
from sumika.schema import SumikaError, UsageError
from sumika.terminal import reader_gone
from sumika.text import language_of, say

LARGEST_PORT = 65_535


@click.command()
@house_option
@recordings_option
@data_option
@click.option("--demo", is_flag=True, help="The demo house as it came; what its page changed of it is put aside.")
@click.option("--headless", is_flag=True, help="No live view; faults are told in lines, on standard error.")
@click.option("--seconds", type=click.FloatRange(min=0.1), help="End by itself after so long.")
def run(
    house: Path | None, recordings: bool, data: Path | None, demo: bool, headless: bool, seconds: float | None
) -> None:
    """Run the house: sensors, perception, log, history, live view. Ctrl-C ends it.

    Without --house the demo house runs: a simulated family house, its residents and their cat, as three radars and
    the sensors of its air would see them. Nothing of it is sensing, and everything says so. What its page changes is
    written to a copy in its data folder, by which it runs from then on; --demo brings the original back.
    """
    began_again = see_off_the_old()
    if demo and not began_again:  # what the page wrote since is what it begins again for
        _put_copy_aside(house, data, recordings=recordings)
    loaded = load(house, recordings=recordings, data=data)
    if house is None and is_edited_copy(loaded, data):
        click.echo(say("run.edited_copy", _language(loaded), file=loaded.path), err=True)
    require_start(loaded)
    extra: tuple[Node, ...] = ()
    if not headless:
        extra = (Node("terminal", run_terminal, publishes=False, watchdog_s=10.0),)
    with owned_data_folder(data_folder(loaded, data)) as folder:
        if data is None:
            with contextlib.suppress(OSError):  # then who owns it is asked anew
                take_accounts_along(loaded, folder)
        for line in [*_page_lines(loaded, folder), *_taken(loaded)]:
            click.echo(line, err=True)
        voice = FaultVoice(_language(loaded)).take if headless else None  # a service's journal is all that there is
        running = HouseRun(loaded, folder, extra=extra, voice=voice)
        # Whoever read our output has had enough (`sumika run | head`): then so have we.
        running.run(seconds, ended=lambda: not headless and reader_gone(sys.stdout))
    click.echo(f"log: {running.log_folder}", err=True)
    if running.begins_again:
        begin_again()


def _put_copy_aside(house: Path | None, data: Path | None, *, recordings: bool) -> None:
    if house is not None:
        raise UsageError(
            "--demo is for the house that comes with Sumika",
            where=str(house),
            remedy="Leave out either --demo or --house (SUMIKA_HOUSE)",
        )
    with owned_data_folder(data_folder_of(demo=True, override=data)):  # not under the feet of a house that runs by it
        aside = as_it_came(recordings=recordings, data=data)
    if aside is not None:
        click.echo(say("run.put_aside", language_of(os.environ), file=aside), err=True)


def _language(loaded: LoadedHouse) -> str:
    return loaded.house.language or language_of(os.environ)


def _page_lines(loaded: LoadedHouse, folder: Path) -> list[str]:
    """Return where the page is, or why it is nowhere: whatever is wrong with it, the house is watched over."""
    try:
        return page_lines(loaded, folder, WallClock())
    except Exception as error:  # its own node meets the same, tells it as a fault, and tries again
        why = str(error) if isinstance(error, SumikaError) else f"{type(error).__name__}: {error}"
        return [say("run.without_page", _language(loaded), why=why)]


def _taken(loaded: LoadedHouse) -> list[str]:
    """Return what to tell where the page's address is another program's: the link would lead into another house."""
    page = loaded.house.page
    if page is None or not page.enabled or not is_taken(page):
        return []
    other = page.port + 1 if page.port < LARGEST_PORT else page.port - 1
    return [say("page.taken", _language(loaded), value=f"{page.listen}:{page.port}", other=other)]
