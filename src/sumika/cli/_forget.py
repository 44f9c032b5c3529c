"""Has a resident forgotten while the house rests: their keys, half minutes before alarms, and on request the log."""

import shlex
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from sumika.clock import WallClock
from sumika.dashboard import Consents, RefusedError
from sumika.history import History
from sumika.log import delete_logs, log_size
from sumika.runtime.data_folder import data_folder_of, folders_for_show, owned_data_folder
from sumika.runtime.forgetting import LOG_FOLDER, forget_half_minutes
from sumika.runtime.kept_votes import forget_votes
from sumika.runtime.node import PAGE
from sumika.runtime.page_access import Files
from sumika.runtime.small_file import DamagedFileError
from sumika.schema import UsageError


def forget_resident(
    resident: str,
    data: Path | None,
    logs: tuple[datetime | None, datetime | None] | None,
    agreed: Callable[[str], None],
) -> None:
    """Forget a resident, and say what is gone and what is left.

    Args:
        resident: Name in `house.yaml`.
        data: Data folder; None: the usual one.
        logs: From when to when the log is deleted, local time (None: without an end); None: it stays.
        agreed: Asks whether it is meant, and comes back only if it is.

    Raises:
        SumikaError: if the house runs.
        UsageError: if nothing is kept there, or not of them.
    """
    folder = data_folder_of(demo=False, override=data)
    if not (folder / "history").is_dir():
        raise UsageError("no history here", where=str(folder), remedy=_where_else(data))
    with owned_data_folder(folder), History(folder / "history", WallClock()) as history:
        shared = history.key_owners(resident)
        if not shared:
            known = ", ".join(history.key_owners()) or "nobody"
            raise UsageError(
                f"nothing is kept under a key of '{resident}'",
                where=str(folder / "history"),
                remedy=f"There are keys of: {known}.",
            )
        others = [owner for owner in shared if owner != resident]
        with_whom = f", and of the rooms shared with {', '.join(others)}," if others else ""
        agreed(f"Forget breathing and heart of {resident}{with_whom} for ever?")
        destroyed, half_minutes = history.forget(resident), forget_half_minutes(folder)
        forget_votes(folder, resident)
        papers = _forget_papers(folder, resident)
        _take_back_consents(folder / PAGE, resident)
        if logs is not None:
            _delete(folder / LOG_FOLDER, *logs)
    keys = "1 key" if destroyed == 1 else f"{destroyed} keys"
    click.echo(f"{keys} destroyed: history of {resident} cannot be read again")
    if half_minutes:
        click.echo(f"{half_minutes} half minutes before alarms deleted, all of them: nobody can tell who is in them")
    if papers:
        click.echo(f"{papers} papers about {resident} deleted from the records desk")
    _say_what_is_left(folder / LOG_FOLDER)


def _where_else(data: Path | None) -> str:
    """Return where else there may be a history: who has run the demo, or a simulated house, looks for that one."""
    simulated = [shlex.quote(str(one)) for one in folders_for_show() if (one / "history").is_dir()]
    if data is None and simulated:
        return f"Of the demo and of simulated houses there are histories: give it with --data {' or '.join(simulated)}."
    return "Name the house's data folder with --data."


def _forget_papers(folder: Path, resident: str) -> int:
    """Delete the papers about a resident; where nothing for paperwork is installed there are none."""
    try:
        from sumika.desk.forgetting import forget_papers
    except ImportError:
        return 0
    return forget_papers(folder, resident, WallClock().now().wall_ns / 1e9)


def _take_back_consents(folder: Path, resident: str) -> None:
    """Take back what a resident agreed to with carers; the keys are gone, whatever hinders it."""
    try:
        Consents(folder, Files, (resident,)).forget(resident)
    except (DamagedFileError, RefusedError) as error:
        click.echo(f"what {resident} agreed to with carers could not be taken back: {error}", err=True)


def _delete(folder: Path, begins: datetime | None, ends: datetime | None) -> None:
    begins_s, ends_s = (None if moment is None else moment.astimezone().timestamp() for moment in (begins, ends))
    done = delete_logs(folder, begins_s, ends_s)
    click.echo(f"log: {done.files} files deleted, {done.size_bytes / 1e6:.0f} MB")
    if done.left:
        click.echo(f"log: {done.left} files could not be deleted: {folder}", err=True)


def _say_what_is_left(folder: Path) -> None:
    files, size_bytes = log_size(folder)
    if files:
        what = f"{folder} ({files} files, {size_bytes / 1e6:.0f} MB)"
        click.echo(f"the log is not encrypted and holds everybody; --logs deletes it: {what}", err=True)
    click.echo("what stays: events and the list of alarms, without measurements; exports and older backups", err=True)
