"""Questions and answers: one part asks another without knowing its code."""

from collections.abc import Callable
from typing import Any, Self

import msgspec
import zmq

from sumika.bus._codec import MESSAGE_CAP_BYTES
from sumika.bus._folder import RuntimeFolder
from sumika.bus._sockets import Context, Socket, limit_size, readable, reconnect_soon, shared_context
from sumika.schema import REQUESTS, Request, SumikaError, UsageError

QUESTIONS_AT_ONCE = 64
"""Most questions answered in one turn, so that a flood cannot keep a node from its work."""


class _Reply(msgspec.Struct, frozen=True):
    """An answer, or why there is none."""

    answer: msgspec.Raw = msgspec.Raw(b"\xc0")
    problem: str = ""


_REPLY = msgspec.msgpack.Decoder(_Reply)


def _request(name: str) -> Request:
    if name not in REQUESTS:
        raise UsageError(f"no request '{name}' on the bus", remedy=f"There are: {', '.join(REQUESTS)}.")
    return REQUESTS[name]


class Answerer:
    """Answers the questions of one kind from within a node's loop.

    Args:
        folder: The house's runtime folder.
        request_name: Name in `REQUESTS`.
        context: ZeroMQ context; the process's if None.

    Attributes:
        refused: Questions that were not understood.
        failed: Questions whose handler failed.

    Raises:
        UsageError: if there is no such request.
        SumikaError: if the socket cannot be made.
    """

    def __init__(self, folder: RuntimeFolder, request_name: str, context: Context | None = None) -> None:
        request = _request(request_name)
        endpoint = folder.answers(request_name)
        self.refused = 0
        self.failed = 0
        self._answer_type = request.answer
        self._decoder = msgspec.msgpack.Decoder(request.question)
        self._socket: Socket = (shared_context() if context is None else context).socket(zmq.ROUTER)
        self._socket.setsockopt(zmq.LINGER, 0)
        limit_size(self._socket)
        try:
            self._socket.bind(endpoint)
        except zmq.ZMQError as error:
            self._socket.close()
            raise SumikaError(
                f"'{request_name}' cannot be answered ({error.strerror})",
                where=endpoint,
                remedy="Start the house again; sumika doctor says what else is wrong.",
            ) from error

    @property
    def socket(self) -> Socket:
        """The ZeroMQ socket, for `wait_any` or a `zmq.Poller`."""
        return self._socket

    def poll(self, handler: Callable[[Any], msgspec.Struct], timeout_s: float = 0.0) -> int:
        """Answer the questions that wait; return how many there were.

        Args:
            handler: Question -> answer. A `SumikaError` it raises is told to whoever asked, and so is any other
                failure: a question must not end the node it was put to.
            timeout_s: How long to wait for a question.
        """
        if timeout_s > 0:
            readable(self._socket, timeout_s)
        for count in range(QUESTIONS_AT_ONCE):
            try:
                frames = self._socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return count
            if len(frames) != 2:
                self.refused += 1
                continue
            reply = msgspec.msgpack.encode(self._reply(handler, frames[1]))
            # To somebody who has gone away it is dropped; it never blocks.
            self._socket.send_multipart([frames[0], reply], zmq.NOBLOCK)
        return QUESTIONS_AT_ONCE

    def _reply(self, handler: Callable[[Any], msgspec.Struct], data: bytes) -> _Reply:
        try:
            question = self._decoder.decode(data)
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            self.refused += 1
            return _Reply(problem=f"the question was not understood ({error})")
        try:
            answer = handler(question)
        except SumikaError as error:
            self.failed += 1
            return _Reply(problem=str(error))
        except Exception as error:  # the answering node goes on; whoever asked learns of it
            self.failed += 1
            return _Reply(problem=f"the question could not be answered ({type(error).__name__}: {error})")
        encoded = msgspec.msgpack.encode(answer)
        if type(answer) is not self._answer_type or len(encoded) > MESSAGE_CAP_BYTES:
            self.failed += 1
            return _Reply(
                problem=f"the answer, {len(encoded)} bytes of {type(answer).__name__}, is not one that can be sent"
            )
        return _Reply(answer=msgspec.Raw(encoded))

    def close(self) -> None:
        """Stop answering."""
        self._socket.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Close."""
        self.close()


def ask(
    folder: RuntimeFolder,
    name: str,
    question: msgspec.Struct,
    timeout_s: float | None = None,
    context: Context | None = None,
) -> msgspec.Struct:
    """Put a question and wait for the answer.

    Args:
        folder: The house's runtime folder.
        name: Name in `REQUESTS`.
        question: Of the type that the request asks for.
        timeout_s: How long to wait; the request's own limit if None.
        context: ZeroMQ context; the process's if None.

    Returns:
        The answer, of the request's answer type.

    Raises:
        UsageError: if there is no such request, or the question is not one of it.
        SumikaError: if no answer comes in time, or whoever is asked says that it cannot answer.
    """
    request = _request(name)
    data = msgspec.msgpack.encode(question)
    if type(question) is not request.question or len(data) > MESSAGE_CAP_BYTES:
        raise UsageError(
            f"'{name}' is asked with a {request.question.__name__} of at most {MESSAGE_CAP_BYTES} bytes, "
            f"not with {len(data)} bytes of {type(question).__name__}"
        )
    timeout_s = request.timeout_s if timeout_s is None else timeout_s
    endpoint = folder.answers(name)
    socket: Socket = (shared_context() if context is None else context).socket(zmq.DEALER)
    try:
        socket.setsockopt(zmq.LINGER, 0)
        limit_size(socket)
        reconnect_soon(socket)
        socket.connect(endpoint)
        socket.send(data, zmq.NOBLOCK)
        if not readable(socket, timeout_s):
            who = f"node {request.answered_by}" if request.answered_by else "the node that should answer"
            raise SumikaError(
                f"'{name}' was not answered within {timeout_s:g} s: {who} does not run or hangs",
                where=str(folder.path),
                remedy="Try again in a moment; sumika doctor says which nodes are well.",
            )
        frames = socket.recv_multipart(zmq.NOBLOCK)
    finally:
        socket.close()
    return _answer(name, request, frames)


def _answer(name: str, request: Request, frames: list[bytes]) -> msgspec.Struct:
    try:
        reply = _REPLY.decode(b"".join(frames))
        if reply.problem:
            raise SumikaError(f"'{name}' was refused: {reply.problem}")
        answer: msgspec.Struct = msgspec.msgpack.decode(reply.answer, type=request.answer)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise SumikaError(
            f"the answer to '{name}' was not understood ({error})",
            remedy="Stop the house and start it again, so that all its parts are of one version.",
        ) from error
    return answer
