"""The view's loop: hear, draw, wait; a few times a second, and never in anybody's way."""

import codecs
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, TextIO

from sumika.bus import RuntimeFolder, Subscriber
from sumika.clock import Clock, Instant
from sumika.schema import Message
from sumika.schema.house import House
from sumika.terminal._faces import Face, LineFace, ScreenFace
from sumika.terminal._memory import TOPICS_SHOWN
from sumika.terminal._pen import Pen
from sumika.terminal._view import HouseView
from sumika.units import seconds_to_ns

TURN_S = 0.25
"""Four pictures a second: a breath is seen moving, and a core hardly notices."""

TURNS_BETWEEN_NOTES = 20
"""Every five seconds: who has become owner sees the link go."""


class Heard(Protocol):
    """A message as the bus hands it over."""

    @property
    def message(self) -> Message:
        """The message."""
        ...


class Listener(Protocol):
    """Where messages come from: the bus's subscriber, or a test."""

    def receive(self, timeout_s: float) -> Iterable[Heard]:
        """Return what has arrived, waiting at most so long for the first."""
        ...

    def close(self) -> None:
        """Stop listening."""
        ...


def shows_screen(output: TextIO, environ: Mapping[str, str]) -> bool:
    """Tell whether `output` is a terminal that can be drawn on."""
    return output.isatty() and environ.get("TERM", "dumb") not in ("dumb", "unknown", "")


def shows_only_ascii(output: TextIO) -> bool:
    """Tell whether `output` cannot show every character."""
    try:
        return not codecs.lookup(output.encoding or "ascii").name.startswith("utf")
    except LookupError:
        return True


def running_since(folder: RuntimeFolder, now: Instant) -> Instant:
    """Return when the house began to run: its folder is made then, and this view may have been started again since."""
    try:
        began_wall_ns = (folder.path / "lock").stat().st_mtime_ns
    except OSError:
        return now
    return now.later(min(0, began_wall_ns - now.wall_ns))


def run_view(
    folder: RuntimeFolder,
    nodes: Sequence[str],
    house: House,
    clock: Clock,
    *,
    language: str,
    should_stop: Callable[[], bool],
    beat: Callable[[], None],
    output: TextIO | None = None,
    subscriber: Listener | None = None,
    environ: Mapping[str, str] | None = None,
    notes: Callable[[], Sequence[str]] = tuple,
) -> None:
    """Show the house until told to stop: as a screen on a terminal, as plain lines elsewhere.

    A reader that stops (Ctrl-S) is waited for without missing a beat; one that goes away ends the showing, and the
    loop goes on in silence until it is told to stop.

    Args:
        folder: Runtime folder of the house.
        nodes: Who publishes in it.
        house: The house.
        clock: Time.
        language: "ja" or "en".
        should_stop: Asked every turn.
        beat: Called every turn.
        output: Where to show it; standard output by default.
        subscriber: Where messages come from; by default one of our own on `folder`.
        environ: TERM, NO_COLOR, COLORTERM; by default the process's.
        notes: What stands below the title of a screen; asked every few seconds.
    """
    output = output or sys.stdout
    environ = os.environ if environ is None else environ
    listener = subscriber or Subscriber(folder, nodes=nodes, topics=TOPICS_SHOWN, clock=clock)
    view = HouseView(house, running_since(folder, clock.now()))
    pen = Pen(output)
    ascii_only = shows_only_ascii(output)
    face: Face
    if shows_screen(output, environ):
        face = ScreenFace(view, pen, output, language, ascii_only=ascii_only, environ=environ)
    else:
        face = LineFace(view, pen, language, ascii_only=ascii_only)
    turn = 0
    try:
        while not should_stop():
            beat()
            if turn % TURNS_BETWEEN_NOTES == 0:
                view.notes = tuple(notes())
            turn += 1
            _turn(listener, view, face, clock)
    finally:
        face.close(clock.now())
        if subscriber is None:
            listener.close()


def _turn(listener: Listener, view: HouseView, face: Face, clock: Clock) -> None:
    """Take what has arrived, show it, and wait for the next turn."""
    began_ns = clock.now().monotonic_ns
    for heard in listener.receive(0.0):
        view.take(heard.message)
        face.heard(heard.message)
    face.show(clock.now())
    clock.sleep_until(began_ns + seconds_to_ns(TURN_S))
