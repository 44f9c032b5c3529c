"""A student as an OpenAI-compatible web application: chat and text completions, models, health."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sumika.distil.language.batch import Batch
from sumika.distil.language.generate import LanguageStudent
from sumika.distil.serve._asked import chat_choices, text_choices
from sumika.distil.serve._body import admit, body_of
from sumika.distil.serve._desk import hand_out
from sumika.distil.serve._engine import Engine
from sumika.distil.serve._errors import SERVER, ApiError
from sumika.distil.serve._json import JsonResponse
from sumika.distil.serve._requests import ChatRequest, TextRequest, parse

Handler = Callable[[Request], Awaitable[Response]]


class ServeLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a server takes upon itself.

    Attributes:
        batch: Sequences decoded together.
        waiting: Sequences that may wait beside them; more are answered with 429.
        max_tokens: Written for one answer at most, and where a request states no number.
    """

    batch: int = 32
    waiting: int = 128
    max_tokens: int = 4096

    def __post_init__(self) -> None:
        """Refuse a server that could answer nothing."""
        if self.batch < 1 or self.waiting < 1 or self.max_tokens < 1:
            raise ValueError(f"a server decodes, queues and writes at least one: {self}")


DEFAULT_LIMITS = ServeLimits()


class _Service:
    """The routes of one student."""

    def __init__(self, student: LanguageStudent, name: str, api_key: str | None, limits: ServeLimits) -> None:
        self.student, self.name, self.api_key, self.limits = student, name, api_key, limits
        self.created = int(time.time())
        self.engine: Engine | None = None

    @asynccontextmanager
    async def life(self, _: Starlette) -> AsyncIterator[None]:
        generator = self.student.generator
        batch = Batch(generator.decoder, generator.stop_ids)
        loop = asyncio.get_running_loop()
        self.engine = Engine(batch, loop, size=self.limits.batch, limit=self.limits.waiting)
        self.engine.start()
        try:
            yield
        finally:
            await asyncio.to_thread(self.engine.close)

    def guarded(self, handler: Handler) -> Handler:
        async def handle(request: Request) -> Response:
            admit(request, self.api_key)
            return await handler(request)

        return handle

    async def chat(self, request: Request) -> Response:
        asked = parse(await body_of(request), ChatRequest)
        self._known(asked.model)
        choices = chat_choices(self.student, asked, self.limits.max_tokens)
        return await hand_out(self._running(), self.student.tokenizer, asked, choices, request)

    async def text(self, request: Request) -> Response:
        asked = parse(await body_of(request), TextRequest)
        self._known(asked.model)
        choices = text_choices(self.student, asked, self.limits.max_tokens)
        return await hand_out(self._running(), self.student.tokenizer, asked, choices, request)

    async def models(self, request: Request) -> Response:
        return JsonResponse({"object": "list", "data": [self._model()]})

    async def model(self, request: Request) -> Response:
        self._known(request.path_params["name"])
        return JsonResponse(self._model())

    async def health(self, request: Request) -> Response:
        alive = self.engine is not None and self.engine.alive
        active, waiting = self.engine.load if self.engine else (0, 0)
        told = {"status": "ok" if alive else "down", "active": active, "waiting": waiting}
        return JsonResponse(told, 200 if alive else 503)

    def _model(self) -> dict[str, str | int]:
        return {"id": self.name, "object": "model", "created": self.created, "owned_by": "sumika"}

    def _known(self, name: str) -> None:
        if name != self.name:
            message = f"there is no model '{name[:80]}' here, only '{self.name}'"
            raise ApiError(404, message, "model_not_found", field="model")

    def _running(self) -> Engine:
        if self.engine is None:
            raise ApiError(503, "the server has not started", "not_started", kind=SERVER)
        return self.engine


async def _refuse(_: Request, error: Exception) -> Response:
    if isinstance(error, ApiError):
        return error.response()
    if isinstance(error, HTTPException):
        code = "not_found" if error.status_code == 404 else "bad_request"
        headers = dict(error.headers or {})
        return ApiError(error.status_code, error.detail, code, headers=headers).response()
    return ApiError(500, "the server failed; its log says why", "internal_error", kind=SERVER).response()


def application(
    student: LanguageStudent,
    name: str,
    *,
    api_key: str | None = None,
    limits: ServeLimits = DEFAULT_LIMITS,
) -> Starlette:
    """Return the application; its lifespan starts and ends the thread that decodes.

    A chat's messages are read as one question, line by line: students are trained on single questions. Beside OpenAI's
    fields a chat request takes `thinking_budget` (tokens of thinking at most, 0 for none) and `wait` (how many ends of
    thinking are suppressed); the reasoning comes as `reasoning_content` and as `reasoning`.

    Args:
        student: Who answers.
        name: Under which the student is asked.
        api_key: What clients must show; without one only requests to this machine's own name are taken.
        limits: Sizes of the batch, the queue and an answer.
    """
    service = _Service(student, name, api_key, limits)
    routes = [
        Route("/v1/chat/completions", service.guarded(service.chat), methods=["POST"]),
        Route("/v1/completions", service.guarded(service.text), methods=["POST"]),
        Route("/v1/models", service.guarded(service.models)),
        Route("/v1/models/{name:path}", service.guarded(service.model)),
        Route("/health", service.health),
    ]
    handlers = {ApiError: _refuse, HTTPException: _refuse, Exception: _refuse}
    return Starlette(routes=routes, lifespan=service.life, exception_handlers=handlers)
