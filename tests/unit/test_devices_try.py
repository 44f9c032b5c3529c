"""`sumika devices try` puts a device back, whatever ends it."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from sumika.cli import _devices_try
from sumika.cli._devices_try import Trial, try_one
from sumika.clock import WallClock
from sumika.links.base import LinkError
from sumika.schema import DeviceState, Message, Origin, Write

HOUSE = """
version: 1
name: Test
language: en
rooms:
  - {id: living, floor_m: [[0, 0], [4, 0], [4, 4], [0, 4]]}
connections:
  - {id: broker, type: mqtt, address: 127.0.0.1}
devices:
  - {id: lamp, room: living, kind: light, connection: broker, address: zigbee2mqtt/living/lamp}
"""


class Lamp:
    """A link to one lamp that is off, and says how it is when it was told."""

    def __init__(self, told: Callable[[Write], str]) -> None:
        self.writes: list[float] = []
        self.closed = False
        self._level, self._told = 0.0, told
        self._news = asyncio.Event()
        self.fails = False
        self.hangs = False

    async def open(self) -> None:
        self._news.set()

    async def close(self) -> None:
        self.closed = True

    async def write(self, write: Write) -> str:
        self.writes.append(write.value)
        refusal = self._told(write)
        if self.hangs:
            await asyncio.Event().wait()
        if not refusal:
            self._level = write.value
            self._news.set()
        return refusal

    async def reports(self) -> AsyncIterator[Message]:
        while True:
            await self._news.wait()
            self._news.clear()
            if self.fails:
                raise LinkError("the broker is gone", where="127.0.0.1")
            values = {"level": self._level}
            yield DeviceState(stamp=WallClock().now(), origin=Origin.LIVE, device="lamp", values=values)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    path = tmp_path / "house.yaml"
    path.write_text(HOUSE)
    return path


def trial(*, as_json: bool = False) -> Trial:
    return Trial(device="lamp", text="level=1", hold_s=50.0, wait_s=5.0, yes=True, as_json=as_json)


def linked(monkeypatch: pytest.MonkeyPatch, told: Callable[[Lamp, Write], str]) -> list[Lamp]:
    """Let the command meet a lamp; return it, once it has been met."""
    lamps: list[Lamp] = []

    def opens(*_: object) -> Lamp:
        lamps.append(Lamp(lambda write: told(lamps[0], write)))
        return lamps[0]

    monkeypatch.setattr(_devices_try, "open_link", opens)
    return lamps


def soon(kind: signal.Signals, *, times: int = 1) -> None:
    """Send this process a signal in a moment, when the loop waits."""
    for turn in range(times):
        asyncio.get_running_loop().call_later(0.2 + 0.05 * turn, os.kill, os.getpid(), kind)


@pytest.fixture(autouse=True)
def _heeds_ctrl_c() -> Iterator[None]:
    """A shell that starts something in the background lets it ignore Ctrl-C, and tests may be started so."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whoever_stops_the_holding_has_the_device_put_back(
    house: Path, monkeypatch: pytest.MonkeyPatch, kind: signal.Signals
) -> None:
    before = signal.getsignal(kind)

    def told(lamp: Lamp, write: Write) -> str:
        if write.value == 1.0:
            soon(kind, times=3)  # who is impatient presses it again
        return ""

    lamps, lines = linked(monkeypatch, told), list[str]()
    assert not try_one(house, trial(), {}, lines.append)
    assert (lamps[0].writes, lamps[0].closed) == ([1.0, 0.0], True)
    assert lines[-2:] == ["Stopped: it is put back ...", "put back: 0"]
    assert signal.getsignal(kind) is before


def test_it_is_put_back_where_it_is_stopped_in_the_middle_of_the_write(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(lamp: Lamp, write: Write) -> str:
        lamp.hangs = write.value == 1.0
        if lamp.hangs:
            soon(signal.SIGINT)
        return ""

    lamps, lines = linked(monkeypatch, told), list[str]()
    assert not try_one(house, trial(as_json=True), {}, lines.append)
    assert lamps[0].writes == [1.0, 0.0]
    outcome = json.loads(lines[-1])
    assert (outcome["stopped"], outcome["put_back"], outcome["written"]) == (True, True, 1.0)


def test_it_is_put_back_where_the_connection_fails_meanwhile(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(lamp: Lamp, write: Write) -> str:
        lamp.fails = True
        return ""

    lamps = linked(monkeypatch, told)
    with pytest.raises(LinkError, match="broker is gone"):
        try_one(house, trial(), {}, lambda line: None)
    assert lamps[0].writes == [1.0, 0.0]


@pytest.mark.parametrize("way", ["refused", "hangs", "raises"])
def test_what_cannot_be_put_back_is_said_with_what_to_do(
    house: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], way: str
) -> None:
    monkeypatch.setattr(_devices_try, "_PUT_BACK_S", 0.1)

    def told(lamp: Lamp, write: Write) -> str:
        if write.value == 1.0:
            soon(signal.SIGINT)
            return ""
        lamp.hangs = way == "hangs"
        if way == "raises":
            raise LinkError("the broker is gone", where="127.0.0.1")
        return "it is locked" if way == "refused" else ""

    linked(monkeypatch, told)
    lines: list[str] = []
    assert not try_one(house, trial(as_json=True), {}, lines.append)
    why = {"refused": "it is locked", "hangs": "no answer within", "raises": "the broker is gone"}[way]
    outcome = json.loads(lines[-1])
    assert not outcome["put_back"]
    assert why in outcome["why_not_put_back"]
    said = capsys.readouterr().err
    assert said.startswith("NOT put back:")
    assert "level of lamp is set to 1 now" in said
    assert "before, it was: 0" in said


def test_what_the_device_refused_is_not_put_back(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lamps = linked(monkeypatch, lambda lamp, write: "it is locked")
    assert not try_one(house, trial(), {}, lambda line: None)
    assert lamps[0].writes == [1.0]
