"""One row for each thing that the interface does: where, who may, what it takes and gives. OpenAPI is made from it."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from sumika.dashboard.problem import RefusedError, Trouble, refused
from sumika.dashboard.roles import Right, Viewer
from sumika.schema import SumikaError

BODY_WITHIN_S = 15.0
"""A question's body has so long to come; the largest is less than a megabyte."""


@dataclass(frozen=True)
class Call:
    """One question, checked and decoded.

    Attributes:
        viewer: Who asks; None where nobody needs to be known.
        body: Of the row's type.
        query: Of the row's type.
        path: Parts of the address.
        address: From where.
        request: As it came.
    """

    viewer: Viewer | None
    address: str
    request: Request
    body: Any = None
    query: Any = None
    path: Mapping[str, str] = field(default_factory=dict)

    @property
    def who(self) -> Viewer:
        """Who asks.

        Raises:
            RefusedError: if nobody is known, which the row should have seen to.
        """
        if self.viewer is None:
            raise refused(401, "login")
        return self.viewer


Handler = Callable[[Call], Any | Awaitable[Any]]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A row.

    Attributes:
        method: Of HTTP.
        path: With parts in braces.
        handler: Plain functions run in a thread, so that a slow disk holds nobody up; coroutines in the event loop.
        summary: One line for people.
        right: What is asked for; None: nobody needs to be known.
        answers: Type of the answer; None: a `Response` of its own.
        body: Type of the question's body; None: it has none.
        query: Type of the address's parameters; None: there are none.
        media: Of an answer that is no JSON.
        statuses: Other statuses that it answers with.
        largest_bytes: Of the body.
        known: Whether somebody must be known although no right is asked for.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    right: Right | None
    answers: Any = None
    body: Any = None
    query: Any = None
    media: str = "application/json"
    statuses: tuple[int, ...] = ()
    largest_bytes: int = 65_536
    known: bool = True

    @property
    def is_open(self) -> bool:
        """Whether anybody may ask."""
        return self.right is None and not self.known


async def answered(operation: Operation, call: Call) -> Response:
    """Return the answer to a question.

    Raises:
        RefusedError: if there is none.
    """
    try:
        if inspect.iscoroutinefunction(operation.handler):
            answer = await operation.handler(call)
        else:
            answer = await run_in_threadpool(operation.handler, call)
    except SumikaError as error:
        raise RefusedError(422, Trouble(problem=error.problem, where=error.where, remedy=error.remedy)) from error
    return answer if isinstance(answer, Response) else as_json(answer)


def as_json(answer: Any, status: int = 200) -> Response:
    """Return an answer as JSON."""
    return Response(msgspec.json.encode(answer), status, media_type="application/json")


def as_trouble(error: RefusedError) -> Response:
    """Return a refusal as JSON."""
    response = as_json(error.trouble, error.status)
    if error.wait_s > 0:
        response.headers["Retry-After"] = str(max(1, round(error.wait_s)))
    return response


async def decoded_body(operation: Operation, request: Request) -> Any:
    """Return a question's body.

    Raises:
        RefusedError: if it is too large, too slow in coming, no JSON, or does not fit.
    """
    if operation.body is None:
        return None
    data = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            async for chunk in request.stream():
                data += chunk
                if len(data) > operation.largest_bytes:
                    raise refused(413, "too_large", most=operation.largest_bytes)
    except TimeoutError as error:
        raise refused(408, "slow", seconds=f"{BODY_WITHIN_S:g}") from error
    try:
        return msgspec.json.decode(data, type=operation.body)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise refused(400, "body", why=str(error)[:200]) from error


def decoded_query(operation: Operation, request: Request) -> Any:
    """Return the address's parameters.

    Raises:
        RefusedError: if they do not fit.
    """
    if operation.query is None:
        return None
    known = {one.encode_name for one in msgspec.structs.fields(operation.query)}
    told = dict(request.query_params)
    try:
        unknown = next((name for name in told if name not in known), None)
        if unknown is not None:
            raise refused(400, "parameter", where=unknown[:60], name=unknown[:60], known=", ".join(sorted(known)))
        return msgspec.convert(told, operation.query, strict=False)
    except (msgspec.ValidationError, ValueError, OverflowError) as error:
        raise refused(400, "body", why=str(error)[:200]) from error


def get(
    path: str,
    handler: Handler,
    summary: str,
    answers: Any,
    right: Right | None,
    query: Any = None,
    *,
    known: bool = True,
    media: str = "application/json",
) -> Operation:
    """Return a row that looks at something; arguments as of `Operation`."""
    return Operation(
        method="GET",
        path=path,
        handler=handler,
        summary=summary,
        answers=answers,
        right=right,
        query=query,
        known=known,
        media=media,
    )


def post(
    path: str,
    handler: Handler,
    summary: str,
    answers: Any,
    right: Right | None,
    body: Any = None,
    *,
    known: bool = True,
    largest_bytes: int = 65_536,
) -> Operation:
    """Return a row that asks for something; arguments as of `Operation`."""
    return Operation(
        method="POST",
        path=path,
        handler=handler,
        summary=summary,
        answers=answers,
        right=right,
        body=body,
        known=known,
        largest_bytes=largest_bytes,
    )


def patch(path: str, handler: Handler, summary: str, answers: Any, body: Any) -> Operation:
    """Return a row that changes something, if its handler lets whoever is known; arguments as of `Operation`."""
    return Operation(
        method="PATCH", path=path, handler=handler, summary=summary, answers=answers, right=None, body=body
    )


def delete(path: str, handler: Handler, summary: str, answers: Any, right: Right | None) -> Operation:
    """Return a row that takes something away; arguments as of `Operation`."""
    return Operation(method="DELETE", path=path, handler=handler, summary=summary, answers=answers, right=right)
