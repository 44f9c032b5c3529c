"""Cookies of the page: who is logged in, and that an account has been used in this browser before.

Browsers keep one jar for all ports of a computer, and on one computer two houses may have their pages: each page's
cookies are named by its port, as browsers see it.
"""

from starlette.requests import HTTPConnection
from starlette.responses import Response

COOKIE = "sumika_session"
COOKIE_S = 90 * 24 * 3600
DEVICE_COOKIE = "sumika_device"
DEVICE_COOKIE_S = 400 * 24 * 3600
"""As long as browsers keep any (RFC 6265bis, 5.5)."""


def own_cookie(kind: str, host: str) -> str:
    """Return the name of a page's own cookie.

    Args:
        kind: `COOKIE` or `DEVICE_COOKIE`.
        host: By which the browser asked, with its port: the Host header.
    """
    port = host.rpartition(":")[2]
    return f"{kind}_{port}" if port.isascii() and port.isdigit() else kind


def read_cookie(kind: str, connection: HTTPConnection) -> str:
    """Return a cookie that a browser sent; empty where there is none.

    Args:
        kind: `COOKIE` or `DEVICE_COOKIE`.
        connection: The browser's.
    """
    own = connection.cookies.get(own_cookie(kind, _host(connection)), "")
    return own or connection.cookies.get(kind, "")  # from before they were named by ports: nobody is logged out by that


def write_cookie(kind: str, value: str, connection: HTTPConnection, response: Response, *, tls: bool) -> None:
    """Let a browser keep a cookie, out of reach of scripts and of other sites.

    Args:
        kind: `COOKIE` or `DEVICE_COOKIE`.
        value: What it holds.
        connection: The browser's.
        response: It goes with this answer.
        tls: Whether browsers speak TLS with us.
    """
    response.set_cookie(
        own_cookie(kind, _host(connection)),
        value,
        max_age=COOKIE_S if kind == COOKIE else DEVICE_COOKIE_S,
        httponly=True,
        samesite="strict",
        secure=tls,
        path="/",
    )


def delete_session(connection: HTTPConnection, response: Response, *, tls: bool) -> None:
    """Let a browser forget who was logged in; arguments as for `write_cookie`."""
    name = own_cookie(COOKIE, _host(connection))
    response.delete_cookie(name, httponly=True, samesite="strict", secure=tls, path="/")


def _host(connection: HTTPConnection) -> str:
    return connection.headers.get("host", "")
