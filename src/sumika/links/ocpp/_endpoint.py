"""One WebSocket to a charge point: questions and answers in both directions, paired and checked.

Messages are packed, taken apart and held against the schemas of the standard by the package ocpp. Its endpoint is not
used: there a handler that asks the point something back waits for an answer that only its own reader could bring.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from ocpp.exceptions import NotImplementedError as UnknownActionError
from ocpp.exceptions import OCPPError
from ocpp.messages import Call, CallError, CallResult, pack, unpack, validate_payload
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

Payload = Mapping[str, Any]
Answers = Mapping[str, Callable[[Payload], Payload]]
"""What makes the answer to an action, by its name; others are not known here."""

_MOST_ID = 36  # by the standard
_MOST_TEXT = 160
_HOSTILE = (OCPPError, AttributeError, KeyError, IndexError, TypeError, ValueError, RecursionError)
"""What a message that is no proper OCPP may raise on its way through the package."""


class PointRefusedError(Exception):
    """A charge point said no, or nothing, in words."""


class PointSaidNoError(PointRefusedError):
    """A charge point understood, and answered no."""


class Endpoint:
    """The wire to one charge point.

    Attributes:
        refused: How often a message was thrown away, by cause.
    """

    def __init__(self, socket: ServerConnection, version: str, timeout_s: float) -> None:
        """Take a connection.

        Args:
            socket: Open.
            version: 1.6 or 2.0.1.
            timeout_s: How long an answer may take.
        """
        self.refused: Counter[str] = Counter()
        self._socket, self._version, self._timeout_s = socket, version, timeout_s
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._actions: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self._one_at_a_time = asyncio.Lock()  # the standard allows one open question

    async def ask(self, action: str, payload: Payload) -> Payload:
        """Ask the point to do something.

        Raises:
            PointRefusedError: if it answers with an error or what it must not, or does not answer.
        """
        number = str(next(self._numbers))
        call = Call(number, action, dict(payload))
        async with self._one_at_a_time:
            answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            self._waiting[number] = answer
            self._actions[number] = action
            try:
                await validate_payload(call, self._version)
                await self._socket.send(pack(call))
                async with asyncio.timeout(self._timeout_s):
                    result = await answer
                if result is None:
                    raise PointRefusedError(f"{action}: the charge point is gone")
                if isinstance(result, CallError):
                    raise PointRefusedError(
                        f"{action}: {str(result.error_code)[:60]} {result.error_description!s:.120}"
                    )
                await validate_payload(result, self._version)
            except TimeoutError:
                raise PointRefusedError(f"{action}: no answer in {self._timeout_s:g} s") from None
            except ConnectionClosed:
                raise PointRefusedError(f"{action}: the charge point is gone") from None
            except OCPPError as error:
                raise PointRefusedError(f"{action}: {error.description}") from None
            finally:
                del self._waiting[number], self._actions[number]
        told: Payload = result.payload
        return told

    async def serve(self, answers: Answers) -> None:
        """Answer what the point asks, and take its answers, until it is gone."""
        try:
            async for text in self._socket:
                await self._take(text, answers)
        except ConnectionClosed:
            pass
        finally:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_result(None)

    async def _take(self, text: str | bytes, answers: Answers) -> None:
        try:
            message = unpack(text)
            if isinstance(message, Call):
                await self._answer(message, answers)
            else:
                self._pair(message)
        except _HOSTILE as error:
            self.refused[type(error).__name__] += 1

    async def _answer(self, call: Call, answers: Answers) -> None:
        if not isinstance(call.unique_id, str) or len(call.unique_id) > _MOST_ID or not isinstance(call.action, str):
            raise ValueError(call.unique_id)
        try:
            # Only actions that are known here: the package opens a file of the action's name.
            if call.action not in answers:
                raise UnknownActionError
            await validate_payload(call, self._version)
            result = call.create_call_result(dict(answers[call.action](call.payload)))
            await validate_payload(result, self._version)
            await self._socket.send(pack(result))
        except OCPPError as error:
            self.refused[type(error).__name__] += 1
            await self._socket.send(pack(call.create_call_error(type(error)())))

    def _pair(self, message: CallResult | CallError) -> None:
        waiting = self._waiting.get(message.unique_id)
        if waiting is None or waiting.done():
            self.refused["an answer that nobody waits for"] += 1
            return
        message.action = self._actions[message.unique_id]
        waiting.set_result(message)
