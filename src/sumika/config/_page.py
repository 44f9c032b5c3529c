"""Whether the page can be served as described: where it listens, and with which certificate."""

import ipaddress
from collections.abc import Iterator

from sumika.config._building import Told
from sumika.config._tree import Plain


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
    for one, other in (("certificate", "private_key"), ("private_key", "certificate")):
        if page.get(one) and not page.get(other):
            yield Told(path=("page", one), text=f"this needs {other} too", found="", allowed="both, or neither")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
