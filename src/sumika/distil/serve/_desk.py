"""The desk where requests are taken and answers handed out, whole or as they grow."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from sumika.distil.language.batch import Written
from sumika.distil.language.tokenizer import Tokenizer
from sumika.distil.serve._answers import Envelope, new, usage
from sumika.distil.serve._asked import Choice
from sumika.distil.serve._engine import Engine
from sumika.distil.serve._errors import ApiError
from sumika.distil.serve._json import JsonResponse, event
from sumika.distil.serve._requests import ChatRequest, Common


class News(msgspec.Struct, frozen=True):
    """What is new of one choice.

    Attributes:
        choice: Which; `choice.finish` says whether it has ended.
        written: The token.
        reasoning: New text of the reasoning.
        answer: New text of the answer.
    """

    choice: Choice
    written: Written
    reasoning: str
    answer: str


async def news_of(choices: Sequence[Choice]) -> AsyncIterator[News]:
    """Yield what becomes of some choices until all have ended.

    Raises:
        ApiError: if decoding failed or the server closes.
    """
    going = {id(choice.job): choice for choice in choices}
    pieces = choices[0].job.pieces
    while going:
        job, piece = await pieces.get()
        choice = going.get(id(job))
        if choice is None:
            continue  # written while the stop text was being found
        if isinstance(piece, ApiError):
            raise piece
        reasoning, answer = ("", "") if piece.token is None else choice.reply.add(piece.token)
        if piece.finish or choice.reply.stopped:
            choice.finish = "stop" if choice.reply.stopped or piece.finish == "stop" else "length"
            job.cancel()
            del going[id(job)]
            more = choice.reply.rest()
            reasoning, answer = reasoning + more[0], answer + more[1]
        yield News(choice, piece, reasoning, answer)


class Stream(StreamingResponse):
    """Server-sent events; however it ends, nothing is decoded for it any longer."""

    def __init__(self, content: AsyncIterator[bytes], choices: Sequence[Choice]) -> None:
        super().__init__(content, media_type="text/event-stream", headers={"Cache-Control": "no-cache"})
        self._choices = choices

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send everything."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            _cancel(self._choices)


async def hand_out(
    engine: Engine, tokenizer: Tokenizer, asked: Common, choices: Sequence[Choice], request: Request
) -> Response:
    """Let the engine work and return the response.

    Raises:
        ApiError: if too many wait, or decoding failed before anything was sent.
    """
    engine.submit([choice.job for choice in choices])
    chat, streamed = isinstance(asked, ChatRequest), bool(asked.stream)
    envelope = Envelope(asked.model, tokenizer, chat=chat, streamed=streamed)
    # A count of 0 asks for the log-probabilities of the written tokens alone.
    logs = bool(asked.logprobs) if isinstance(asked, ChatRequest) else getattr(asked, "logprobs", None) is not None
    if streamed:
        with_usage = bool(asked.stream_options and asked.stream_options.include_usage)
        return Stream(_events(envelope, choices, logs=logs, with_usage=with_usage), choices)
    try:
        return await _whole(envelope, choices, request, logs=logs)
    finally:
        _cancel(choices)


def _cancel(choices: Sequence[Choice]) -> None:
    for choice in choices:
        choice.job.cancel()


async def _whole(envelope: Envelope, choices: Sequence[Choice], request: Request, *, logs: bool) -> Response:
    async def collect() -> dict[int, list[Written]]:
        written: dict[int, list[Written]] = {choice.number: [] for choice in choices}
        async for news in news_of(choices):
            if logs:
                written[news.choice.number].append(news.written)
        return written

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    work, leaving = asyncio.create_task(collect()), asyncio.create_task(gone())
    try:
        await asyncio.wait({work, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            return Response(status_code=499)  # nobody reads it
        written = work.result()
    finally:
        work.cancel()
        leaving.cancel()
    told = [envelope.whole(one, envelope.logs(written[one.number]) if logs else None) for one in choices]
    return JsonResponse(envelope.holding(told, usage=usage(choices)))


async def _events(
    envelope: Envelope, choices: Sequence[Choice], *, logs: bool, with_usage: bool
) -> AsyncIterator[bytes]:
    if envelope.chat:
        for choice in choices:
            yield event(envelope.delta(choice, {"role": "assistant", "content": ""}))
    begun = dict.fromkeys((choice.number for choice in choices), 0)
    try:
        async for news in news_of(choices):
            number = news.choice.number
            told: dict[str, Any] = new(news.reasoning, news.answer)
            probable = envelope.logs([news.written], begun[number]) if logs else None
            begun[number] += len(news.answer)
            if told or logs:
                yield event(envelope.delta(news.choice, told, logs=probable))
            if news.choice.finish:
                yield event(envelope.delta(news.choice, {}, finish=news.choice.finish))
    except ApiError as error:  # the status has been sent long ago
        yield event(error.told())
        return
    if with_usage:
        yield event(envelope.holding([], usage=usage(choices)))
    yield b"data: [DONE]\n\n"
