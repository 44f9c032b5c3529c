"""What several tests of the bus need: a short private folder, waiting without sleeping, messages of every type."""

import os
import selectors
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import types
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from enum import Enum
from pathlib import Path
from typing import Any, Self, TypeVar, Union, get_args, get_origin, get_type_hints
from unittest import mock

import msgspec
import zmq
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from sumika.bus import Received, RuntimeFolder, Subscriber
from sumika.clock import Instant
from sumika.schema import TOPICS, Message, Origin, Presence, Reason

STAMP = Instant(1_000_000_000, 1_790_000_000_000_000_000, "boot-of-tests")
DEADLINE_S = 10.0


@contextmanager
def runtime_base() -> Iterator[Path]:
    """Let runtime folders lie in a place of our own, whose path is short enough for sockets; pytest's is not."""
    with (
        tempfile.TemporaryDirectory(prefix="smk") as scratch,
        mock.patch.dict(os.environ, {"XDG_RUNTIME_DIR": scratch}),
    ):
        yield Path(scratch) / "sumika"


_opened = ExitStack()
Closed = TypeVar("Closed", bound=AbstractContextManager[object])


def opened(what: Closed) -> Closed:
    """Close it together with the runtime folder, whatever becomes of the test: an open socket blocks its context."""
    _opened.push(what)
    return what


@contextmanager
def runtime_folder() -> Iterator[RuntimeFolder]:
    """A runtime folder of our own; what was `opened` meanwhile is closed first."""
    with runtime_base(), RuntimeFolder.create() as folder, _opened:
        yield folder


def wait_until(holds: Callable[[], bool]) -> bool:
    """Wait for something to become true; return whether it did."""
    pause, deadline_s = threading.Event(), time.monotonic() + DEADLINE_S
    while not holds():
        if time.monotonic() > deadline_s:
            return False
        pause.wait(0.005)
    return True


def receive(subscriber: Subscriber, at_least: int) -> list[Received]:
    """Receive until so many messages are there."""
    received: list[Received] = []
    assert wait_until(lambda: len(received.__iadd__(subscriber.receive(0.05))) >= at_least), received
    return received


def presence(room: str = "bedroom", *, at_ns: int = 0, valid: bool = True) -> Presence:
    return Presence(stamp=STAMP.later(at_ns), origin=Origin.SIMULATED, room=room, valid=valid, reason=Reason.MEASURED)


class Child:
    """A Python process that runs some code; ended with the `with` block at the latest."""

    def __init__(self, code: str, *arguments: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)], stdout=subprocess.PIPE, text=True
        )

    def line(self) -> str:
        """Return the next line that it prints; it must not print two at once."""
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            assert selector.select(DEADLINE_S * 3), "the child prints nothing"
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        """Kill -9."""
        self.process.kill()
        self.process.wait(DEADLINE_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.kill()
        assert self.process.stdout is not None
        self.process.stdout.close()


class RawPublisher:
    """Sends any bytes from a node's socket, to whoever has subscribed by now."""

    def __init__(self, folder: RuntimeFolder, node: str, subscribers: int = 1) -> None:
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._socket = self._context.socket(zmq.XPUB)
        self._socket.bind(folder.socket(node))
        self._waiting = subscribers
        opened(self)

    def send(self, *frames: bytes) -> None:
        while self._waiting:
            assert self._socket.poll(round(DEADLINE_S * 1000))
            self._socket.recv()
            self._waiting -= 1
        self._socket.send_multipart(frames)

    def close(self) -> None:
        self._socket.close(linger=1000)
        self._context.term()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


WORDS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=12)
_SCALARS: dict[object, SearchStrategy[Any]] = {
    int: st.integers(-(2**63), 2**64 - 1),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    str: WORDS,
    bytes: st.binary(max_size=40),
    type(None): st.none(),
}


def values_of(kind: Any) -> SearchStrategy[Any]:
    """Return a strategy for anything that a field of a message may be."""
    if kind in _SCALARS:
        return _SCALARS[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return st.one_of([values_of(argument) for argument in arguments])
    if origin is dict:
        return st.dictionaries(values_of(arguments[0]), values_of(arguments[1]), max_size=3)
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(values_of(arguments[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*[values_of(argument) for argument in arguments])
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    assert issubclass(kind, msgspec.Struct), kind
    hints = get_type_hints(kind)
    return st.builds(kind, **{name: values_of(hints[name]) for name in kind.__struct_fields__})


def messages(kind: type[Message] | None = None) -> SearchStrategy[Message]:
    """Return a strategy for messages of one type, or of every type in the table."""
    kinds = [kind] if kind else [topic.message for topic in TOPICS.values()]
    return st.one_of([values_of(each) for each in kinds])
