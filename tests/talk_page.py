"""A page's real server on a port of its own, behind which one talks to a small house."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import msgspec
import uvicorn

from sumika.dashboard import Role
from sumika.evaluate.free_port import free_port
from sumika.schema.talk import TalkRequest
from tests.page_helpers import Played
from tests.talk_helpers import TalkingHouse


class TalkingPage:
    """Serves a page whose node `assistant` is played by a real desk over a played bus.

    Attributes:
        address: Of the page.
        talking: The house behind it.
        heard: What was said, with rights.
        token: Of a machine.
    """

    def __init__(self, folder: Path, role: Role = Role.RESIDENT) -> None:
        self.talking = TalkingHouse(folder)
        self.heard: list[TalkRequest] = []
        played = Played(folder)
        played.begin_with(ask=self._ask, house=self.talking.house)
        _, self.token = played.parts.accounts.add_token("home assistant", role, ("hanako",))
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        config = uvicorn.Config(played.app, host="127.0.0.1", port=port, log_config=None, lifespan="off")
        self._server = _Quiet(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._server.serve()), daemon=True)

    def _ask(self, name: str, question: msgspec.Struct) -> msgspec.Struct:
        if isinstance(question, TalkRequest):
            self.heard.append(question)
            return self.talking.talk.say(question, self.talking.clock.now().wall_ns / 1e9)
        return self.talking.bus(name, question)

    def __enter__(self) -> Self:
        self._thread.start()
        ends_s = time.monotonic() + 20.0
        while not self._server.started:
            assert time.monotonic() < ends_s
            threading.Event().wait(0.02)
        return self

    def __exit__(self, *raised: object) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(20.0)


class _Quiet(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
