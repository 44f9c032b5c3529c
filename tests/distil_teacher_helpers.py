"""A chat endpoint in another process, and teachers that ask it over a Unix socket without ever really waiting."""

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import httpx

from sumika.distil.records import Example
from sumika.distil.teachers.endpoint import EndpointTeacher
from sumika.distil.teachers.presets import EndpointSettings
from sumika.evaluate.distil.faulty_endpoint import read_log

DEADLINE_S = 30.0


class Server:
    """The endpoint's process as tests see it."""

    def __init__(self, folder: Path) -> None:
        self.socket, self.log = folder / "s", folder / "log"
        self._from = 0

    def forget(self) -> None:
        """Count anew from here."""
        self._from = len(read_log(self.log))

    def count(self, what: str = "asked") -> Counter[str]:
        """Return how often each prompt was asked or served since `forget`."""
        return Counter(line.prompt for line in read_log(self.log)[self._from :] if line.what == what)

    def transport(self) -> httpx.AsyncHTTPTransport:
        """Return the way to it."""
        return httpx.AsyncHTTPTransport(uds=str(self.socket))


@contextmanager
def serving() -> Iterator[Server]:
    """Run the endpoint; its folder has a path short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="sumika-") as name:
        server = Server(Path(name))
        command = [sys.executable, "-m", "sumika.evaluate.distil.faulty_endpoint", str(server.socket), str(server.log)]
        with subprocess.Popen(command) as process:
            try:
                pause = Event()
                for _ in range(round(DEADLINE_S / 0.02)):
                    if server.socket.exists() or process.poll() is not None:
                        break
                    pause.wait(0.02)
                assert server.socket.exists()
                yield server
            finally:
                process.kill()


def examples(*prompts: str) -> list[Example]:
    return [Example(prompt=prompt) for prompt in prompts]


class Waits:
    """Stands in for sleeping: notes the delays and does not wait."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def settings_with(**changed: Any) -> EndpointSettings:
    given: dict[str, Any] = {"model": "reasoning_content", "base_url": "http://localhost/v1", "terms": "own"}
    return EndpointSettings(**(given | {"max_tokens": 1000} | changed))


def teacher_at(
    server: Server, waits: Waits | None = None, environment: dict[str, str] | None = None, **changed: Any
) -> EndpointTeacher:
    """Return a teacher that asks the server."""
    return EndpointTeacher(
        settings_with(**changed), transport=server.transport(), environment=environment or {}, sleep=waits or Waits()
    )


def prompts_of(count: int, word: str = "question") -> Sequence[str]:
    return [f"{word} {number}" for number in range(count)]
