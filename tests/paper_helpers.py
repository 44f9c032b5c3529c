"""The desk's counter on a real bus, and the loop behind it."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from sumika.bus import RuntimeFolder, ask
from sumika.clock import Instant, SimulatedClock
from sumika.desk import Desk
from sumika.facts import Book
from sumika.runtime.paper_desk import PaperDesk
from sumika.schema.house import House
from sumika.schema.papers import PaperReader, PapersAnswer, PapersRequest
from sumika.schema.talk import EVERYBODY
from tests.desk_helpers import NOON_S

ALL = PaperReader(sees=(EVERYBODY,), household=True)


class Counter:
    """The counter, and the loop behind it, which goes round only while it is let.

    Attributes:
        data: The house's data folder.
        desk: What answers.
    """

    def __init__(self, folder: RuntimeFolder, data: Path, house: House, now_s: float = NOON_S) -> None:
        self.folder, self.data, self._house, self._now_s = folder, data, house, now_s
        self.desk = PaperDesk(folder, data, house, data / "house.yaml", lambda: now_s)
        self.desk.begin()
        self._goes, self._ends = threading.Event(), threading.Event()
        self._goes.set()
        self._thread = threading.Thread(target=self._loop)
        self._thread.start()

    @contextmanager
    def opened(self) -> Iterator[Desk]:
        """Open the desk, with records where there are any."""
        clock = SimulatedClock(Instant(0, round(self._now_s * 1e9), "test"))
        with ExitStack() as stack:
            has_records = (self.data / "history").exists()
            book = stack.enter_context(Book(self.data, self._house, clock)) if has_records else None
            file = self.data / "house.yaml"
            yield stack.enter_context(Desk(self.data, self._house, file, now=lambda: self._now_s, book=book))

    def _loop(self) -> None:
        while not self._ends.is_set():
            if self._goes.wait(0.02):
                self.desk.serve(self.opened)
                self.desk.write(self.opened, lambda: None)
                self.desk.wait(0.02)

    def ask(self, name: str, question: msgspec.Struct) -> Any:
        return ask(self.folder, name, question)

    def is_busy(self, *, busy: bool) -> None:
        """Let the loop be at a paper that never gets finished, or go on."""
        (self._goes.clear if busy else self._goes.set)()

    def end(self) -> None:
        self._ends.set()
        self._thread.join(10.0)
        self.desk.close()

    def listed(self, reader: PaperReader = ALL, **how: Any) -> PapersAnswer:
        answer = self.ask("papers", PapersRequest(reader=reader, **how))
        assert isinstance(answer, PapersAnswer)
        return answer
