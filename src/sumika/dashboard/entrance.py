"""The door: which hosts and origins are let near, what headers every answer has, who is known, and what they may."""

import ipaddress
import secrets
import socket
from collections.abc import Awaitable, Callable, Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sumika.config import host_name
from sumika.dashboard.accounts import csrf_of
from sumika.dashboard.cookies import COOKIE, read_cookie
from sumika.dashboard.entry_routes import CSRF_HEADER
from sumika.dashboard.operations import Call, Operation, answered, as_trouble, decoded_body, decoded_query
from sumika.dashboard.parts import Parts
from sumika.dashboard.problem import RefusedError, refused
from sumika.dashboard.roles import Viewer

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""Nothing from elsewhere, and nothing written into the page itself: what slips into a name cannot run."""

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_LOCAL_NAMES = ("localhost",)


class Door:
    """Lets near who calls the house by a name that is its own; every answer gets its headers.

    A foreign site that has its name point at this machine (DNS rebinding) comes with that name, and is turned away.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        """Stand before an app.

        Args:
            app: What is behind.
            names: By which browsers reach it, beside its addresses.
        """
        self._app = app
        own = socket.gethostname().lower()
        self._names = frozenset({*map(host_name, names), *_LOCAL_NAMES, own, f"{own}.local"} - {""})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store" if scope["path"].startswith("/api") else "no-cache")
            await send(message)

        problem = self._problem(scope)
        if problem is None:
            await self._app(scope, receive, dressed)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4403, "reason": problem.trouble.problem[:100]})
        else:
            await as_trouble(problem)(scope, receive, dressed)

    def _problem(self, scope: Scope) -> RefusedError | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._is_ours(host):
            return refused(421, "host", where=host[:80], host=host[:80])
        origin = headers.get("origin")
        changes = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        if changes and origin is not None and _site_of(origin) != host:
            return refused(403, "origin", where=origin[:80])
        return None

    def _is_ours(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in self._names
        return True  # an address cannot be made to point elsewhere


def _site_of(origin: str) -> str:
    """Return name and port of a page's origin; empty where it is none, as with a bracket that does not close."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def known(parts: Parts, connection: HTTPConnection) -> Viewer | None:
    """Return who a connection is from; None where it is nobody known."""
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    token = bearer.strip() if scheme.lower() == "bearer" else ""
    return parts.viewer(read_cookie(COOKIE, connection), token)


def endpoint(parts: Parts, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers a row of the interface.

    Args:
        parts: Of the server.
        operation: The row.
    """

    async def serve(request: Request) -> Response:
        try:
            viewer = known(parts, request)
            _check(operation, viewer, request)
            call = Call(
                viewer=viewer,
                address=request.client.host if request.client else "",
                request=request,
                query=decoded_query(operation, request),
                body=await decoded_body(operation, request),
                path=dict(request.path_params),
            )
            return await answered(operation, call)
        except RefusedError as error:
            return as_trouble(error)

    return serve


def _check(operation: Operation, viewer: Viewer | None, request: Request) -> None:
    """Check that somebody is known, has the right, and that it is their page that asks."""
    if operation.is_open:
        return
    if viewer is None:
        raise refused(401, "login")
    if operation.method not in SAFE_METHODS and not viewer.is_machine:
        told = request.headers.get(CSRF_HEADER, "")
        if not secrets.compare_digest(told.encode(), csrf_of(read_cookie(COOKIE, request)).encode()):
            raise refused(403, "csrf")
    if operation.right is not None and operation.right not in viewer.rights:
        raise refused(403, "right", right=operation.right.value)
