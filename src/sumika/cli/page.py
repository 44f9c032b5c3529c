"""`sumika page`: where the page is, how its first owner gets in, and help for who is locked out."""

import io
import os
from pathlib import Path

import click
import segno

from sumika.cli._houses import load
from sumika.cli._options import data_option, house_option
from sumika.clock import Clock, WallClock
from sumika.config import LoadedHouse
from sumika.dashboard import Accounts, RefusedError
from sumika.runtime.data_folder import data_folder
from sumika.runtime.page_access import open_accounts, welcome_lines
from sumika.schema import SumikaError, UsageError
from sumika.text import language_of, say


def page_lines(loaded: LoadedHouse, folder: Path, clock: Clock, *, with_codes: bool = False) -> list[str]:
    """Return what people need to open the page; empty where the house has none.

    Args:
        loaded: The house.
        folder: Its data folder.
        clock: Tells the time.
        with_codes: Whether links and fingerprints are drawn as QR codes too.

    Raises:
        SumikaError: if accounts or certificate cannot be used.
    """
    language = loaded.house.language or language_of(os.environ)
    lines = []
    for key, value in welcome_lines(loaded.house, loaded.path, folder, clock):
        lines.append(say(key, language, value=value))
        if with_codes and key != "page.at":
            drawn = io.StringIO()
            segno.make(value, error="m").terminal(drawn, compact=True)
            lines.append(drawn.getvalue())
    return lines


@click.group()
def page() -> None:
    """The page in the browser: its address, its accounts."""


@page.command()
@house_option
@data_option
@click.option("--no-code", is_flag=True, help="No QR code.")
def link(house: Path | None, data: Path | None, no_code: bool) -> None:
    """Print the page's address and, while nobody is owner, the one-time link that makes one."""
    loaded = load(house, data=data)
    lines = page_lines(loaded, data_folder(loaded, data), WallClock(), with_codes=not no_code)
    if not lines:
        raise UsageError(
            "this house has no page", where=str(loaded.path), remedy="Add `page: {}` to it and start it again."
        )
    for line in lines:
        click.echo(line)


@page.command()
@house_option
@data_option
def users(house: Path | None, data: Path | None) -> None:
    """List the accounts."""
    loaded = load(house, data=data)
    accounts = _accounts(loaded, data)
    if not accounts.users:
        click.echo(say("page.no_users", loaded.house.language or language_of(os.environ)))
    for user in accounts.users:
        click.echo(f"{user.name}  {user.role.value}{_residents(user.residents)}")


@page.command("reset-password")
@click.argument("name")
@house_option
@data_option
@click.password_option(help="The new one; asked for where it is not given.")
def reset_password(name: str, house: Path | None, data: Path | None, password: str) -> None:
    """Give the account NAME another password and end its sessions. The house may run meanwhile."""
    loaded = load(house, data=data)
    try:
        _accounts(loaded, data).change(name, password=password)
    except RefusedError as error:
        raise SumikaError(error.trouble.problem, where="page", remedy=error.trouble.remedy) from error
    click.echo(say("page.password_changed", loaded.house.language or language_of(os.environ), name=name))


def _accounts(loaded: LoadedHouse, data: Path | None) -> Accounts:
    return open_accounts(data_folder(loaded, data), WallClock())


def _residents(names: tuple[str, ...]) -> str:
    return f" ({', '.join(names)})" if names else ""
