"""Reading a request: who asks, from where, and a body of bounded size."""

import asyncio
import hmac
import ipaddress
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request

from sumika.distil.serve._errors import KEY, ApiError

LARGEST_BODY_BYTES = 1 << 20
BODY_TIME_S = 30.0


def is_loopback(host: str) -> bool:
    """Return whether a name or address is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def admit(request: Request, api_key: str | None) -> None:
    """Refuse who may not ask.

    Without a key only this machine can connect. A page in a browser on it must not ask on behalf of a stranger: such a
    page can give its own name this machine's address, so the name that was asked for has to be the machine's own.

    Raises:
        ApiError: 401 for a wrong key, 403 for another host's name.
    """
    if api_key is None:
        try:
            host = urlsplit("//" + request.headers.get("host", "")).hostname or ""
        except ValueError:
            host = ""
        if not is_loopback(host):
            raise ApiError(403, "without an API key, only this machine's own name may be asked for", "wrong_host")
        return
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode(), api_key.encode())
    if scheme.lower() != "bearer" or not same:
        headers = {"WWW-Authenticate": "Bearer"}
        raise ApiError(401, "a valid API key is needed", "invalid_api_key", kind=KEY, headers=headers)


async def body_of(request: Request) -> bytes:
    """Return the body.

    Raises:
        ApiError: 413 if it is too large, 415 if it is not JSON, 408 if it takes too long, 400 if it is cut.
    """
    # A form of a foreign page can send text, but JSON only after asking, which is never granted.
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise ApiError(415, "the body must be application/json", "unsupported_media_type")
    stated = request.headers.get("content-length", "0")
    parts, size = [], int(stated) if stated.isdecimal() else 0
    try:
        async with asyncio.timeout(BODY_TIME_S):
            if size <= LARGEST_BODY_BYTES:
                size = 0
                async for part in request.stream():
                    parts.append(part)
                    size += len(part)
                    if size > LARGEST_BODY_BYTES:
                        break
    except TimeoutError as error:
        raise ApiError(408, f"the body did not come within {BODY_TIME_S:g} s", "timeout") from error
    except ClientDisconnect as error:
        raise ApiError(400, "the connection was cut within the body", "cut") from error
    if size > LARGEST_BODY_BYTES:
        message = f"the body is larger than {LARGEST_BODY_BYTES} bytes"
        raise ApiError(413, message, "too_large", headers={"Connection": "close"})
    return b"".join(parts)
