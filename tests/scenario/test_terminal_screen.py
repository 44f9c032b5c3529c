"""The real loop on a real (pseudo) terminal: what is drawn over it, what is left behind, and a terminal that stops."""

import fcntl
import os
import pty
import re
import selectors
import struct
import termios
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

import pytest

from sumika.bus import RuntimeFolder
from sumika.clock import WallClock
from sumika.schema import Message, Origin
from sumika.terminal import run_view
from tests.terminal_helpers import Heard, a_house, presence, respiration

DEADLINE_S = 30.0
_COMMAND = re.compile(r"\x1b\[(\??)([\d;]*)([A-Za-z])")


class Emulator:
    """As much of a terminal as the view uses: two screens, cursor moves, erasing, colours that are ignored."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.alternate = False
        self.cursor_visible = True
        self._screens = {False: self._blank(), True: self._blank()}
        self._row = self._column = 0

    def _blank(self) -> list[list[str]]:
        return [[" "] * self.columns for _ in range(self.rows)]

    def lines(self) -> list[str]:
        return ["".join(row).rstrip() for row in self._screens[self.alternate]]

    def state(self) -> tuple[bool, bool]:
        """(whether the alternate screen is shown, whether the cursor is visible)."""
        return self.alternate, self.cursor_visible

    def feed(self, text: str) -> None:
        position = 0
        for command in _COMMAND.finditer(text):
            self._put(text[position : command.start()])
            self._obey(command[1] == "?", command[2], command[3])
            position = command.end()
        self._put(text[position:])

    def _obey(self, private: bool, values: str, letter: str) -> None:
        if private and values == "1049":
            self.alternate = letter == "h"
            self._row = self._column = 0
        elif private and values == "25":
            self.cursor_visible = letter == "h"
        elif letter == "J":
            self._screens[self.alternate] = self._blank()
        elif letter == "H":
            row, column = ([int(value or 1) for value in values.split(";")] + [1, 1])[:2] if values else (1, 1)
            self._row, self._column = row - 1, column - 1
        else:
            assert letter == "m", f"a command the view is not known to use: {letter}"

    def _put(self, text: str) -> None:
        for character in text:
            assert character != "\x1b"
            if character == "\n":
                self._row += 1
            elif character == "\r":
                self._column = 0
            else:
                assert self._column < self.columns, "drawn beyond the right edge"
                self._screens[self.alternate][self._row][self._column] = character
                self._column += 1


class Terminal:
    """A pseudo terminal of some size, and the view's loop running on it in a thread."""

    def __init__(self, columns: int, rows: int, folder: RuntimeFolder, environ: dict[str, str]) -> None:
        self.master, slave = pty.openpty()
        self.output: TextIO = os.fdopen(slave, "w", encoding="utf-8")
        self.resize(columns, rows)
        self.emulator = Emulator(columns, rows)
        self.received = ""
        self.beats = 0
        self.messages: list[Message] = []
        self._stopping = threading.Event()
        self._folder = folder
        self._environ = environ
        self._thread = threading.Thread(target=self._run)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self.master, selectors.EVENT_READ)

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        run_view(
            self._folder,
            (),
            a_house(["Bedroom"], Origin.RECORDED),
            WallClock(),
            language="en",
            should_stop=self._stopping.is_set,
            beat=self._beat,
            output=self.output,
            subscriber=self,
            environ=self._environ,
        )

    def _beat(self) -> None:
        self.beats += 1

    def receive(self, timeout_s: float) -> list[Heard]:
        now = WallClock().now()
        return [Heard(message) for message in (presence(0, stamp=now), respiration(0, stamp=now))]

    def close(self) -> None:
        raise AssertionError("the view closed a subscriber that is not its own")

    def read_until(self, condition: Callable[[], bool]) -> None:
        """Show what arrives to the emulator until the condition holds."""
        while not condition():
            assert self._selector.select(DEADLINE_S), "nothing is drawn any more"
            text = os.read(self.master, 65536).decode()
            self.received += text
            self.emulator.feed(text)

    def end(self) -> None:
        self._stopping.set()

    def ended(self) -> bool:
        return not self._thread.is_alive()

    def free(self) -> None:
        self._stopping.set()
        self._thread.join(DEADLINE_S)
        self._selector.close()
        os.close(self.master)
        self.output.close()


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    made = Terminal(80, 24, RuntimeFolder(tmp_path), {"TERM": "xterm-256color"})
    yield made
    made.free()


@pytest.mark.slow
def test_the_house_is_drawn_on_eighty_columns_and_its_last_state_stays_behind(terminal: Terminal) -> None:
    terminal.start()
    screen = terminal.emulator
    terminal.read_until(lambda: any("15.2 ± 0.5 /min" in line for line in screen.lines()))
    terminal.read_until(lambda: "running 0:00:01" in screen.lines()[0])
    assert screen.state() == (True, False)
    lines = screen.lines()
    assert lines[1].startswith(" RECORDING - these are not your rooms: Bedroom")
    assert lines[0].endswith("Ctrl-C ends")
    assert sum("Bedroom" in line for line in lines) == 2
    terminal.end()
    terminal.read_until(lambda: not screen.alternate and any("events" in line for line in screen.lines()))
    assert screen.state() == (False, True)
    assert any("15.2 ± 0.5 /min" in line for line in screen.lines())


def test_a_new_size_is_drawn_anew(terminal: Terminal) -> None:
    terminal.start()
    terminal.read_until(lambda: any("someone" in line for line in terminal.emulator.lines()))
    terminal.resize(100, 30)
    terminal.emulator = Emulator(100, 30)
    terminal.emulator.alternate = True
    terminal.read_until(lambda: terminal.emulator.lines()[0].endswith("Ctrl-C ends"))
    assert len(terminal.emulator.lines()[0]) == 99
    assert "\x1b[2J" in terminal.received


@pytest.mark.slow
def test_a_stopped_terminal_does_not_stop_the_heart_beat(terminal: Terminal) -> None:
    terminal.start()
    terminal.read_until(lambda: any("someone" in line for line in terminal.emulator.lines()))
    termios.tcflow(terminal.output.fileno(), termios.TCOOFF)  # what Ctrl-S does
    before = terminal.beats
    wait = threading.Event()
    for _ in range(int(DEADLINE_S / 0.05)):
        if terminal.beats >= before + 6 or wait.wait(0.05):
            break
    assert terminal.beats >= before + 6
    termios.tcflow(terminal.output.fileno(), termios.TCOON)
    seen = len(terminal.received)
    terminal.read_until(lambda: len(terminal.received) > seen)


def test_without_colour_nothing_is_coloured(tmp_path: Path) -> None:
    terminal = Terminal(80, 24, RuntimeFolder(tmp_path), {"TERM": "xterm-256color", "NO_COLOR": "1"})
    try:
        terminal.start()
        terminal.read_until(lambda: any("someone" in line for line in terminal.emulator.lines()))
        assert not re.search(r"\x1b\[[\d;]*\b(3[0-7]|4[0-7])m", terminal.received)
        assert "RECORDING" in terminal.received
    finally:
        terminal.free()


def test_a_terminal_that_can_do_nothing_gets_lines(tmp_path: Path) -> None:
    terminal = Terminal(80, 24, RuntimeFolder(tmp_path), {"TERM": "dumb"})
    try:
        terminal.start()
        terminal.read_until(lambda: "*** RECORDING" in terminal.received)
        assert "\x1b" not in terminal.received
    finally:
        terminal.free()
