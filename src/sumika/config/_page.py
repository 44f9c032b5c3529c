"""Whether the page can be served as described: where it listens, and with which certificate."""

import ipaddress
import re
from collections.abc import Iterator

from sumika.config._building import Told
from sumika.config._problem import described
from sumika.config._tree import Plain

_HOST_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


def host_name(text: str) -> str:
    """Return a name as browsers send it and certificates hold it, in small ASCII letters; empty if it can be no name.

    Args:
        text: A name, which may be in any script, or an address.
    """
    if _is_address(text):
        return text.lower()
    try:
        name = text.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    return name if _HOST_NAME.fullmatch(name) else ""


def page_problems(data: dict[str, Plain]) -> Iterator[Told]:
    """Yield what cannot be about the page.

    Args:
        data: The whole description.
    """
    page = data.get("page")
    if not isinstance(page, dict):
        return
    listen = page.get("listen")
    if isinstance(listen, str) and listen != "localhost" and not _is_address(listen):
        yield Told(
            path=("page", "listen"),
            text="the page listens at an address of this machine",
            found=f"'{listen}'",
            allowed="127.0.0.1, an address of a network card, or 0.0.0.0 for every network",
        )
    names = page.get("names")
    for index, name in enumerate(names if isinstance(names, list) else ()):
        # A warning: a page that is not reached by one of its names is no reason to leave a house alone.
        if isinstance(name, str) and name and not host_name(name):
            yield Told(
                path=("page", "names", index),
                text="no browser reaches the page by such a name",
                found=described(name),
                allowed="a name or an address by itself, without https:// and port",
                warning=True,
            )
    for one, other in (("certificate", "private_key"), ("private_key", "certificate")):
        if page.get(one) and not page.get(other):
            yield Told(path=("page", one), text=f"this needs {other} too", found="", allowed="both, or neither")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
