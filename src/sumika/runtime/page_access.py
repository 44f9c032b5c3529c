"""Where the page is, and how its first owner gets in: what `sumika run` and `sumika page` tell."""

import datetime as dt
import errno
import ipaddress
import os
import socket
from pathlib import Path

from sumika.clock import Clock
from sumika.config import host_name, resolve
from sumika.dashboard import Accounts, Certificate, RefusedError, made_certificate, needs_tls, own_certificate
from sumika.runtime.node import PAGE
from sumika.runtime.small_file import DamagedFileError, read_small, write_small
from sumika.schema import SumikaError
from sumika.schema.house import House, Page


class Files:
    """Small files as the runtime writes them."""

    read = staticmethod(read_small)
    write = staticmethod(write_small)


def open_accounts(data: Path, clock: Clock) -> Accounts:
    """Return who may come in.

    Args:
        data: The house's data folder.
        clock: Tells the time.

    Raises:
        SumikaError: if the file is damaged (nobody is let in by making a new one), or the first link cannot be written.
    """
    try:
        return Accounts(data / PAGE, Files, lambda: clock.now().wall_ns / 1e9)
    except DamagedFileError as error:
        raise SumikaError(
            f"the page's accounts cannot be read: {error}",
            where=str(data / PAGE),
            remedy="Bring the file back from a backup; or move it away, and set up anew with `sumika page link`.",
        ) from error
    except RefusedError as error:
        trouble = error.trouble
        raise SumikaError(trouble.problem, where=trouble.where, remedy=trouble.remedy) from error


def certificate_of(settings: Page, house_file: Path, data: Path, clock: Clock) -> Certificate | None:
    """Return what browsers are shown; None where they speak plainly, on this machine alone.

    Args:
        settings: Of the page.
        house_file: Paths in it are relative to its folder.
        data: The house's data folder.
        clock: Tells the time.

    Raises:
        SumikaError: if there is none that can be used: then the page is not served at all.
    """
    if not needs_tls(settings):
        return None
    if settings.certificate:
        return owners_certificate(settings, house_file)
    now = dt.datetime.fromtimestamp(clock.now().wall_ns / 1e9, dt.UTC)
    return made_certificate(data / PAGE, settings.names, settings.listen, now)


def owners_certificate(settings: Page, house_file: Path) -> Certificate:
    """Return the certificate that the house's description names.

    Args:
        settings: Of the page.
        house_file: Paths in it are relative to its folder.

    Raises:
        SumikaError: if it names none, or none that can be used.
    """
    files = [resolve(name, house_file, os.environ) for name in (settings.certificate, settings.private_key) if name]
    if len(files) < 2 or files[0] is None or files[1] is None:
        raise SumikaError("the page's certificate has no key", where="page", remedy="Add `page: private_key:`.")
    return own_certificate(files[0], files[1])


def page_address(settings: Page) -> str:
    """Return the address to open."""
    scheme = "https" if needs_tls(settings) else "http"
    host = settings.listen
    try:
        if ipaddress.ip_address(host).is_unspecified:
            host = next(filter(host_name, settings.names), socket.gethostname())
        elif ":" in host:
            host = f"[{host}]"
    except ValueError:
        pass
    return f"{scheme}://{host}:{settings.port}/"


def is_taken(settings: Page) -> bool:
    """Tell whether another program listens where the page is to be."""
    family = socket.AF_INET6 if ":" in settings.listen else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((settings.listen, settings.port))
    except OSError as error:  # another trouble is told by the page's own node
        return error.errno == errno.EADDRINUSE
    return False


def setup_link(settings: Page, token: str) -> str:
    """Return the one-time link; the token stands behind the #, which no browser sends over the network."""
    return f"{page_address(settings)}#/?token={token}"


def welcome_lines(house: House, house_file: Path, data: Path, clock: Clock) -> list[tuple[str, str]]:
    """Return what to tell at the start: (key of `sumika.text`, address, link or fingerprint). Empty without a page.

    Args:
        house: Its description.
        house_file: Where that lies.
        data: The house's data folder.
        clock: Tells the time.

    Raises:
        SumikaError: if accounts or certificate cannot be used.
    """
    settings = house.page
    if settings is None or not settings.enabled:
        return []
    lines = [("page.at", page_address(settings))]
    certificate = certificate_of(settings, house_file, data, clock)
    if certificate is not None and certificate.made_here:
        lines.append(("page.fingerprint", certificate.fingerprint))
    token = open_accounts(data, clock).setup_token
    if token:
        lines.append(("page.setup_link", setup_link(settings, token)))
    return lines
