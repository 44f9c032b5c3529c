"""How the view reaches its reader: as a screen that is drawn over, or as lines that are added."""

import os
from collections.abc import Mapping
from io import StringIO
from typing import Protocol, TextIO

from rich.console import Console, ConsoleOptions, RenderResult
from rich.control import Control

from sumika.clock import Instant
from sumika.schema import Event, Message
from sumika.terminal._lines import Line
from sumika.terminal._pen import Pen
from sumika.terminal._plain import event_line, room_lines
from sumika.terminal._view import HouseView, Picture, banner_texts
from sumika.units import seconds_to_ns

REDRAW_S = 5.0
"""So often everything is drawn anew: someone else may have written on the screen, or a key was echoed."""

LINES_EVERY_S = 5.0
FAREWELL_S = 0.5
ROWS_FOR_THE_SHELL = 3
"""The last picture stays visible above what the shell says next."""

DEFAULT_SIZE = (80, 24)


class Face(Protocol):
    """Shows a view to its reader."""

    def heard(self, message: Message) -> None:
        """Take note of a message that the view has just taken."""
        ...

    def show(self, now: Instant) -> None:
        """Bring what the reader sees up to date."""
        ...

    def close(self, now: Instant) -> None:
        """Show the last state, and leave the terminal as it was found."""
        ...


class _Changes:
    """Renders some lines of the screen, each at its place."""

    def __init__(self, lines: list[tuple[int, Line]]) -> None:
        self._lines = lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for row, line in self._lines:
            yield Control.move_to(0, row)
            yield from line


class ScreenFace:
    """Draws on the terminal's alternate screen, so that the scroll-back stays clean; only what changed is sent.

    At the end the last picture is left on the ordinary screen.
    """

    def __init__(
        self, view: HouseView, pen: Pen, output: TextIO, language: str, *, ascii_only: bool, environ: Mapping[str, str]
    ) -> None:
        self._view = view
        self._pen = pen
        self._output = output
        self._language = language
        self._ascii_only = ascii_only
        self._console = Console(
            file=StringIO(), force_terminal=True, width=80, height=24, legacy_windows=False, _environ=environ
        )
        self._shown: Picture | None = None
        self._size = (0, 0)
        self._drawn_ns = 0
        self._write(Control.alt_screen(True), Control.show_cursor(False))

    def _write(self, *what: object) -> None:
        with self._console.capture() as capture:
            for renderable in what:
                self._console.print(renderable, end="", crop=False, soft_wrap=True)
        self._pen.write(capture.get())

    def heard(self, message: Message) -> None:
        """The view has taken it; nothing else to do."""

    def picture(self, now: Instant) -> Picture:
        """Return the picture of this moment in the terminal's present size."""
        columns, rows = _size_of(self._output)
        return self._view.render(now, columns, rows, self._language, ascii_only=self._ascii_only)

    def show(self, now: Instant) -> None:
        """Draw what has changed; nothing while the terminal has not taken the last drawing."""
        if not self._pen.idle() or self._pen.gone:
            return
        picture = self.picture(now)
        size = (picture.width, len(picture.lines))
        whole = size != self._size or now.monotonic_ns - self._drawn_ns > seconds_to_ns(REDRAW_S)
        before = () if whole or self._shown is None else self._shown.lines
        changes = [(row, line) for row, line in enumerate(picture.lines) if row >= len(before) or line != before[row]]
        if size != self._size:
            self._write(Control.clear(), _Changes(changes))
        elif changes:
            self._write(_Changes(changes))
        if whole:
            self._drawn_ns = now.monotonic_ns
        self._shown, self._size = picture, size

    def close(self, now: Instant) -> None:
        """Leave the alternate screen and the last picture behind."""
        columns, rows = _size_of(self._output)
        last = self._view.render(now, columns, rows - ROWS_FOR_THE_SHELL, self._language, ascii_only=self._ascii_only)
        # Cleared first: after a change of size some terminals leave rows of the alternate screen on the ordinary one.
        self._write(Control.clear(), Control.home(), Control.show_cursor(True), Control.alt_screen(False), last)
        self._pen.close(FAREWELL_S)


class LineFace:
    """Adds lines: for pipes, files, journals and terminals that cannot do more."""

    def __init__(
        self, view: HouseView, pen: Pen, language: str, *, ascii_only: bool, every_s: float = LINES_EVERY_S
    ) -> None:
        self._view = view
        self._pen = pen
        self._look = view.look(language, ascii_only=ascii_only)
        self._every_ns = seconds_to_ns(every_s)
        self._due_ns: int | None = None
        self._banners: list[str] = []
        self._left_out = 0

    def _line(self, text: str) -> None:
        if self._left_out and self._pen.write(self._look.say("terminal.lines_dropped", count=self._left_out) + "\n"):
            self._left_out = 0
        if not self._pen.write(text.rstrip() + "\n"):
            self._left_out += 1

    def heard(self, message: Message) -> None:
        """Tell an event at once."""
        if isinstance(message, Event):
            self._line(event_line(message, self._look))

    def show(self, now: Instant) -> None:
        """Tell what is not live as soon as that is known, and every room in its time."""
        banners = [text for _, text in banner_texts(self._view.memory, self._view.house, self._look)]
        if banners != self._banners:
            for text in banners:
                self._line(f"*** {text} ***")
            self._banners = banners
        if self._due_ns is None:
            self._due_ns = now.monotonic_ns + self._every_ns
        if now.monotonic_ns < self._due_ns:
            return
        self._due_ns = now.monotonic_ns + self._every_ns
        for line in room_lines(self._view, now, self._look):
            self._line(line)

    def close(self, now: Instant) -> None:
        """Write what still waits."""
        self._pen.close(FAREWELL_S)


def _size_of(output: TextIO) -> tuple[int, int]:
    """Return (columns, rows) of a terminal; the usual size where it tells none."""
    try:
        columns, rows = os.get_terminal_size(output.fileno())
    except (OSError, ValueError):
        return DEFAULT_SIZE
    return columns or DEFAULT_SIZE[0], rows or DEFAULT_SIZE[1]
