"""One request to a chat endpoint: the completion, or what kind of problem it was."""

import asyncio
from typing import Any

import httpx
import msgspec

from sumika.distil.teachers._fields import Assembly, BrokenError, ServerSaidError, Told, error_code, error_text
from sumika.distil.teachers._retry import stated_wait_s
from sumika.schema import UNREADABLE

LARGEST_ANSWER_BYTES = 64 << 20
LARGEST_ERROR_BYTES = 64 << 10
NO_MONEY = {"insufficient_quota", "billing_hard_limit_reached", "insufficient_balance"}

ODD = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)
"""What reading an answer raises that nobody thought of: it is one question's trouble, and never the others'."""


class ProblemError(Exception):
    """A request brought no completion.

    Attributes:
        kind: For counting.
        again: Whether asking again can help.
        fatal: Whether every other request would fare the same.
        billed: Whether it may have been billed.
        wait_s: What the server says to wait; None if it says nothing.
    """

    def __init__(
        self,
        kind: str,
        detail: str,
        *,
        again: bool = False,
        fatal: bool = False,
        billed: bool = False,
        wait_s: float | None = None,
    ) -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind, self.again, self.fatal, self.billed, self.wait_s = kind, again, fatal, billed, wait_s


async def ask(client: httpx.AsyncClient, url: str, body: dict[str, Any], timeout_s: float) -> Told:
    """Send a request and return the whole completion.

    Args:
        client: With key and time limits of the connection.
        url: Of the chat completions.
        body: The request.
        timeout_s: For the whole answer.

    Raises:
        ProblemError: if there is none.
    """
    try:
        return await _asked(client, url, body, timeout_s)
    except ODD as error:
        raise ProblemError("odd answer", f"{type(error).__name__}: {error}", again=True, billed=True) from error


async def _asked(client: httpx.AsyncClient, url: str, body: dict[str, Any], timeout_s: float) -> Told:
    assembly = Assembly()
    try:
        async with asyncio.timeout(timeout_s), client.stream("POST", url, json=body) as response:
            if response.status_code != httpx.codes.OK:
                raise _refused(response, await _start_of(response))
            await _read(response, assembly)
    except BrokenError as error:
        raise ProblemError("broken JSON", str(error), again=True, billed=True) from error
    except ServerSaidError as error:
        raise ProblemError("server error", str(error), again=True, billed=True) from error
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise ProblemError("unreachable", str(error) or type(error).__name__, again=True) from error
    except (httpx.TimeoutException, TimeoutError) as error:
        raise ProblemError("time-out", str(error), again=True, billed=True) from error
    except httpx.HTTPError as error:
        if not assembly.finish:  # else only the farewell was cut: the answer is whole
            raise ProblemError("cut", str(error) or type(error).__name__, again=True, billed=True) from error
    try:
        return assembly.told()
    except BrokenError as error:
        raise ProblemError("cut", str(error), again=True, billed=True) from error


async def _read(response: httpx.Response, assembly: Assembly) -> None:
    # Lines are cut here at "\n" alone: str.splitlines would also cut inside of JSON, at U+2028 or U+0085.
    streamed = "event-stream" in response.headers.get("content-type", "text/event-stream")
    rest, size = b"", 0
    async for piece in response.aiter_bytes():
        size += len(piece)
        if size > LARGEST_ANSWER_BYTES:
            raise BrokenError(f"more than {LARGEST_ANSWER_BYTES >> 20} MiB")
        rest += piece
        if streamed:
            *lines, rest = rest.split(b"\n")
            for line in lines:
                _take(line, assembly)
    if streamed:
        _take(rest, assembly)
    else:
        assembly.add(rest)


def _take(line: bytes, assembly: Assembly) -> None:
    """Take one line of a stream; comments (": keep-alive") and names of events carry nothing."""
    name, _, data = line.partition(b":")
    data = data.strip()
    if name == b"data" and data and data != b"[DONE]":
        assembly.add(data)


async def _start_of(response: httpx.Response) -> Any:
    content = b""
    async for piece in response.aiter_bytes():
        content += piece
        if len(content) > LARGEST_ERROR_BYTES:
            break
    try:
        return msgspec.json.decode(content)
    except UNREADABLE:
        return content[:300].decode(errors="replace")


def _refused(response: httpx.Response, body: Any) -> ProblemError:
    status, said = response.status_code, error_text(body)
    detail = f"{status} {said}".strip()
    if status == 402 or (status in (403, 429) and error_code(body) in NO_MONEY):
        return ProblemError("no money", detail, fatal=True)
    if status == 429:
        return ProblemError("rate limit", detail, again=True, wait_s=stated_wait_s(response.headers.get("retry-after")))
    if status in (401, 403):
        return ProblemError("key refused", detail, fatal=True)
    if status == 404 or status == 405 or 300 <= status < 400:
        where = response.headers.get("location", "")
        return ProblemError("no such model or address", f"{detail} {where}".strip(), fatal=True)
    if status >= 500 or status in (408, 409, 425):
        wait_s = stated_wait_s(response.headers.get("retry-after"))
        return ProblemError("server error", detail, again=True, wait_s=wait_s)
    return ProblemError("refused", detail)
