"""Questions and answers: who asks needs no code of who answers, only the table of requests."""

import secrets
from collections.abc import Callable
from typing import Any

import msgspec
import zmq

from sumika.bus import _wire
from sumika.bus._folder import RuntimeFolder
from sumika.schema import REQUESTS, SumikaError

_PARTS = 3  # who asks, which question, its content
_OK, _ERROR = b"ok", b"error"


class Answerer:
    """Answers one kind of request, from within its node's loop.

    Args:
        folder: The runtime folder.
        request: Name in the table of requests.

    Raises:
        SumikaError: if the socket cannot be bound.

    Attributes:
        refused: Questions that were none.
    """

    def __init__(self, folder: RuntimeFolder, request: str) -> None:
        self.refused = 0
        self._decoder = msgspec.msgpack.Decoder(REQUESTS[request].question)
        self._socket = _wire.context().socket(zmq.ROUTER)
        self._socket.setsockopt(zmq.MAXMSGSIZE, _wire.LARGEST_MESSAGE_BYTES)
        try:
            self._socket.bind(folder.answers(request))
        except zmq.ZMQError as error:
            self._socket.close(linger=0)
            raise SumikaError(f"cannot answer ({error.strerror})", where=folder.answers(request)) from error

    def poll(self, handler: Callable[[Any], msgspec.Struct], timeout_s: float = 0.0) -> int:
        """Answer every question that waits; without any, wait up to `timeout_s` for one.

        An error of the handler that is meant for people goes back to whoever asked.

        Returns:
            How many were answered.
        """
        answered = 0
        while self._socket.poll(round(timeout_s * 1000) if not answered else 0):
            parts = self._socket.recv_multipart()
            if len(parts) == _PARTS:
                self._socket.send_multipart([parts[0], parts[1], *self._answer(parts[2], handler)])
                answered += 1
            else:
                self.refused += 1
        return answered

    def _answer(self, content: bytes, handler: Callable[[Any], msgspec.Struct]) -> tuple[bytes, bytes]:
        try:
            question = self._decoder.decode(content)
        except msgspec.DecodeError as error:
            self.refused += 1
            return _ERROR, f"the question cannot be read ({error})".encode()
        try:
            return _OK, _wire.ENCODER.encode(handler(question))
        except SumikaError as error:
            return _ERROR, str(error).encode()

    def close(self) -> None:
        """Close the socket."""
        _wire.quiet_close(self._socket)


def ask(folder: RuntimeFolder, request: str, question: msgspec.Struct, timeout_s: float | None = None) -> Any:
    """Ask, and wait for the answer.

    Args:
        folder: The runtime folder of the house to ask.
        request: Name in the table of requests.
        question: Of the table's type.
        timeout_s: How long to wait; without it, as the table says.

    Returns:
        The answer, of the table's type.

    Raises:
        SumikaError: if nobody answers in time, or the answer is that it cannot be done.
        TypeError: if the question is not of the table's type.
    """
    row = REQUESTS[request]
    if not isinstance(question, row.question):
        raise TypeError(f"{request} takes a {row.question.__name__}, not a {type(question).__name__}")
    timeout_s = row.timeout_s if timeout_s is None else timeout_s
    number = secrets.token_bytes(8)
    socket = _wire.context().socket(zmq.DEALER)
    try:
        socket.setsockopt(zmq.MAXMSGSIZE, _wire.LARGEST_MESSAGE_BYTES)
        socket.connect(folder.answers(request))
        socket.send_multipart([number, _wire.ENCODER.encode(question)])
        if not socket.poll(round(timeout_s * 1000)):
            raise SumikaError(
                f"nobody answered '{request}' within {timeout_s:g} s",
                where=str(folder.path),
                remedy="Is the house running? See: sumika doctor",
            )
        parts = socket.recv_multipart()
    finally:
        _wire.quiet_close(socket)
    if len(parts) != _PARTS or parts[0] != number:
        raise SumikaError(f"no proper answer to '{request}'", where=str(folder.path))
    if parts[1] != _OK:
        raise SumikaError(parts[2].decode("utf-8", "replace"), where=request)
    try:
        return msgspec.msgpack.decode(parts[2], type=row.answer)
    except msgspec.DecodeError as error:
        raise SumikaError(f"the answer to '{request}' cannot be read ({error})", where=str(folder.path)) from error
