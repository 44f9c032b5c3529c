"""The page's server as one ASGI app: the interface, the live feed, and the files of the page."""

import contextlib
import functools
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from sumika.dashboard.alarm_routes import alarm_operations
from sumika.dashboard.entrance import Door, endpoint, known
from sumika.dashboard.entry_routes import entry_operations
from sumika.dashboard.export import export_operations
from sumika.dashboard.figures import figure_operations
from sumika.dashboard.house_routes import house_operations
from sumika.dashboard.live import NOT_LOGGED_IN, LiveFeed
from sumika.dashboard.openapi import openapi
from sumika.dashboard.operations import Call, Operation, as_json, as_trouble, get
from sumika.dashboard.page_files import PageFiles
from sumika.dashboard.paper_routes import paper_operations
from sumika.dashboard.parts import Parts
from sumika.dashboard.past_routes import past_operations
from sumika.dashboard.privacy_routes import privacy_operations
from sumika.dashboard.problem import RefusedError, Trouble, refused
from sumika.dashboard.restart_routes import restart_operations
from sumika.dashboard.roles import Right
from sumika.dashboard.survey_routes import survey_operations
from sumika.dashboard.talk_routes import talk_operations
from sumika.dashboard.thing_routes import thing_operations
from sumika.dashboard.today import today_operations
from sumika.dashboard.wish_routes import wish_operations

STATIC = Path(__file__).with_name("static")


def all_operations(parts: Parts) -> tuple[Operation, ...]:
    """Return every row of the interface."""
    rows = (
        *entry_operations(parts),
        *house_operations(parts),
        *restart_operations(parts),
        *past_operations(parts),
        *wish_operations(parts),
        *talk_operations(parts),
        *paper_operations(parts),
        *today_operations(parts),
        *alarm_operations(parts),
        *privacy_operations(parts),
        *thing_operations(parts),
        *export_operations(parts),
        *survey_operations(parts),
        *figure_operations(parts),
    )
    # Made when somebody asks: few do, and it takes a while on a small computer.
    described = functools.cache(lambda: openapi(rows, parts.version))

    def tell(call: Call) -> Response:
        return as_json(described())

    return (*rows, get("/api/openapi.json", tell, "This description.", None, Right.HOUSE))


def make_app(parts: Parts, static: Path = STATIC) -> ASGIApp:
    """Return the app.

    Args:
        parts: What answers.
        static: Folder with the page's files.
    """
    live = LiveFeed(parts.feed, parts.hears_of, parts.still_in)

    async def watch(socket: WebSocket) -> None:
        viewer = known(parts, socket)
        if viewer is None:
            # Accepted first: a browser tells its page nothing of a handshake that was refused.
            await socket.accept()
            await socket.close(NOT_LOGGED_IN, "log in first")
            return
        await live.serve(socket, viewer)

    files = PageFiles(static)
    routes: Sequence[BaseRoute] = (
        # First, because the first picture waits for dozens of them.
        Route("/", files.page),
        Route("/static/{path:path}", files.file),
        *(Route(_pattern(row.path), endpoint(parts, row), methods=[row.method]) for row in all_operations(parts)),
        WebSocketRoute("/api/live", watch),
    )
    app = Starlette(
        routes=routes,
        exception_handlers={HTTPException: _missing, RefusedError: _refused, Exception: _failed},
    )
    return Door(app, parts.settings.names)


def _pattern(path: str) -> str:
    """Return an address as the router matches it: an account's name may hold slashes, encoded or not."""
    return path.replace("{name}", "{name:path}")


async def _missing(request: Request, error: Exception) -> Response:
    """Say in our own form what the router has to say."""
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
    key = "no_method" if status == HTTPStatus.METHOD_NOT_ALLOWED else "no_address"
    response = as_trouble(refused(status, key, where=request.url.path[:200]))
    headers = getattr(error, "headers", None)
    with contextlib.suppress(AttributeError):
        response.headers.update(headers or {})
    return response


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return as_trouble(error)


async def _failed(request: Request, error: Exception) -> Response:
    """Say that something is wrong with us; what exactly is nobody's business but the log's."""
    trouble = Trouble(problem=f"this could not be answered ({type(error).__name__})", where=request.url.path[:200])
    return as_json(trouble, HTTPStatus.INTERNAL_SERVER_ERROR)
