"""What Home Assistant tells in the same breath as its answer to what there is: nothing of it is lost."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest

from sumika.links.home_assistant import Session
from sumika.links.home_assistant import session as session_module

Learned = Callable[..., dict[str, str]]


class Socket:
    """A Home Assistant whose answer and whose events after it arrive at once."""

    def __init__(self, listed: Sequence[dict[str, Any]], events: Sequence[dict[str, Any]]) -> None:
        self.listed, self.events = listed, events
        self.arrived: asyncio.Queue[bytes] = asyncio.Queue()
        self._says({"type": "auth_required"})

    async def send(self, text: str) -> None:
        asked = msgspec.json.decode(text)
        if asked["type"] == "auth":
            self._says({"type": "auth_ok"})
            return
        is_list = asked["type"] == "get_states"
        result = {"get_states": self.listed, "get_config": {}}.get(asked["type"])
        self._says({"type": "result", "id": asked["id"], "result": result})
        for event in self.events if is_list else ():
            self._says({"type": "event", "id": 1, "event": {"event_type": "state_changed", "data": event}})

    def _says(self, frame: dict[str, Any]) -> None:
        self.arrived.put_nowait(msgspec.json.encode(frame))

    def __aiter__(self) -> "Socket":
        return self

    async def recv(self) -> bytes:
        return await self.arrived.get()

    async def __anext__(self) -> bytes:
        return await self.recv()

    async def close(self) -> None:
        """Nothing is to be let go of."""


def entity(name: str, state: str, second: int) -> dict[str, Any]:
    return {"entity_id": name, "state": state, "last_updated": f"2026-01-01T00:00:{second:02}+00:00"}


def changed(name: str, new: dict[str, Any] | None) -> dict[str, Any]:
    return {"entity_id": name, "new_state": new}


@pytest.fixture
def learned(monkeypatch: pytest.MonkeyPatch) -> Learned:
    """What tells which states of entities are known once Home Assistant was asked for all."""

    async def learn(socket: Socket) -> dict[str, str]:
        async def connect(*_: object, **__: object) -> Socket:
            return socket

        monkeypatch.setattr(session_module, "connect", connect)
        session = await Session.open("ws://house", "token")
        await session.close()
        return {name: one.state for name, one in session.states.items()}

    return lambda listed, *events: asyncio.run(learn(Socket(listed, events)))


def test_an_entity_that_comes_right_after_the_answer_is_known(learned: Learned) -> None:
    assert learned([entity("a.old", "1", 0)], changed("b.new", entity("b.new", "2", 1))) == {"a.old": "1", "b.new": "2"}


def test_an_entity_that_goes_and_comes_again_right_after_the_answer_is_as_it_was_told_last(learned: Learned) -> None:
    again = changed("a.lamp", entity("a.lamp", "on", 5))
    assert learned([entity("a.lamp", "off", 0)], changed("a.lamp", None), again) == {"a.lamp": "on"}


def test_an_entity_that_goes_right_after_the_answer_is_gone_and_a_change_is_taken(learned: Learned) -> None:
    listed = [entity("a.lamp", "off", 0), entity("b.lamp", "off", 0)]
    assert learned(listed, changed("a.lamp", None), changed("b.lamp", entity("b.lamp", "on", 1))) == {"b.lamp": "on"}
