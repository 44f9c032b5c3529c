"""The token by which an agent is known that comes over HTTP: made once, kept for its owner alone."""

import hmac
import os
import secrets
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from sumika.schema import SumikaError

_FOR_OTHERS = 0o077
_LEAST_LETTERS = 20


def token_in(path: Path) -> str:
    """Return the token that lies in a file; the first call makes it.

    Args:
        path: Mode 0600; its folder is made where it is missing.

    Raises:
        SumikaError: if the file cannot be read or written, may be read by others, or holds no token.
    """
    remedy = "Delete the file; the next start makes a new token."
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(32) + "\n")
        if path.stat().st_mode & _FOR_OTHERS:
            raise SumikaError("the token can be read by others", where=str(path), remedy=f"chmod 600 {path}")
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SumikaError(f"the token cannot be read ({error})", where=str(path), remedy=remedy) from error
    if len(token) < _LEAST_LETTERS:
        raise SumikaError("there is no token in it", where=str(path), remedy=remedy)
    return token


class TokenDoor:
    """Lets in who shows the token, and tells everybody else nothing."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        """Stand before an app."""
        self._app, self._token = app, token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in, or refuse."""
        if scope["type"] == "http" and not self._knows(Headers(scope=scope).get("authorization", "")):
            refused = PlainTextResponse("a token is needed\n", 401, headers={"WWW-Authenticate": "Bearer"})
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _knows(self, authorization: str) -> bool:
        kind, _, shown = authorization.partition(" ")
        # Compared in constant time: how long it takes tells nothing of the token.
        return hmac.compare_digest(shown.strip().encode("utf-8", "replace"), self._token) and kind.lower() == "bearer"
