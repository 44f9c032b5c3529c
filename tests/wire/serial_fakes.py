"""A fake module on a real pseudo-terminal: the driver opens it as it opens any serial port."""

import os
import select
import threading
import tty
from collections.abc import Mapping

import msgspec

from sumika.clock import Instant, SimulatedClock
from sumika.schema.house import PortSource, Radar
from sumika.sensors import MessageSource
from sumika.sensors.base import Answer
from sumika.units import seconds_to_ns

START = Instant(1_000_000_000, 1_700_000_000_000_000_000, "test")


class FakeModule:
    """Says what it is told to say, and answers commands as its table says."""

    def __init__(self, answers: Mapping[bytes, bytes] | None = None) -> None:
        self._answers = dict(answers or {})
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.device = os.ttyname(self._slave)
        self.heard = b""
        self._plugged = True
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def say(self, data: bytes) -> None:
        os.write(self._master, data)

    def unplug(self) -> None:
        """Take the device away; whoever reads it finds out. May be called again."""
        if self._plugged:
            self._plugged = False
            self._thread.join()
            os.close(self._slave)
            os.close(self._master)

    def _listen(self) -> None:
        pending = b""
        while self._plugged:
            if not select.select([self._master], [], [], 0.01)[0]:
                continue
            pending += os.read(self._master, 4096)
            for command, answer in self._answers.items():
                if command in pending:
                    pending = pending.replace(command, b"", 1)
                    self.heard += command
                    self.say(answer)


def radar_on(device: str, model: str, **settings: str | int) -> Radar:
    """Return a radar that hangs on a port."""
    source = msgspec.convert({"type": "port", "device": device, **settings}, PortSource)
    return Radar(id="wall", room="room", model=model, position_m=(0, 0, 1), source=source)


def heard_from(source: MessageSource, count: int, polls: int = 40) -> list[Answer]:
    """Return messages as they come until there are `count`; fewer if no more come."""
    found: list[Answer] = []
    for _ in range(polls):
        found += source.next_messages()
        if len(found) >= count:
            break
    return found


def pass_time(clock: SimulatedClock, seconds: float) -> None:
    """Move the clock forward."""
    clock.move_to(clock.now().later(seconds_to_ns(seconds)))
