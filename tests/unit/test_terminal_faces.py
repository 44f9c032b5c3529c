"""The screen sends what changed, and nothing at all while the terminal does not take it."""

from datetime import UTC
from io import StringIO
from typing import TextIO

from sumika.terminal import HouseView
from sumika.terminal._faces import REDRAW_S, ScreenFace
from sumika.terminal._pen import Pen
from tests.terminal_helpers import a_house, at, presence


class Notebook(Pen):
    """A pen that notes down what it is to write."""

    def __init__(self, output: TextIO) -> None:
        super().__init__(output)
        self.written: list[str] = []
        self.busy = False

    def idle(self) -> bool:
        return not self.busy

    def write(self, text: str) -> bool:
        self.written.append(text)
        return True


def a_face() -> tuple[HouseView, Notebook, ScreenFace]:
    view = HouseView(a_house(), at(0), UTC)
    pen = Notebook(StringIO())
    face = ScreenFace(view, pen, StringIO(), "en", ascii_only=False, environ={"TERM": "xterm-256color"})
    assert len(pen.written) == 1
    return view, pen, face


def test_only_lines_that_changed_are_sent() -> None:
    view, pen, face = a_face()
    face.show(at(0))
    whole = len(pen.written[-1])
    face.show(at(0.1))
    assert len(pen.written) == 2  # nothing has changed
    view.take(presence(0.2))
    face.show(at(0.3))
    assert "someone" in pen.written[-1]
    assert "events" not in pen.written[-1]
    assert len(pen.written[-1]) < whole / 2


def test_everything_is_sent_again_now_and_then() -> None:
    _, pen, face = a_face()
    face.show(at(0))
    face.show(at(REDRAW_S + 0.1))
    assert "events" in pen.written[-1]
    assert len(pen.written) == 3


def test_nothing_is_sent_while_the_terminal_is_stopped_and_all_that_changed_after_it() -> None:
    view, pen, face = a_face()
    face.show(at(0))
    pen.busy = True
    view.take(presence(0.2))
    for tenth in range(3, 12):
        face.show(at(tenth / 10))
    assert len(pen.written) == 2
    pen.busy = False
    face.show(at(1.2))
    assert "someone" in pen.written[-1]
