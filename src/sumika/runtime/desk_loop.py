"""The process that does the paperwork: what is due, in its time, and files that were dropped. Never twice, and quietly.

It looks once a minute. Days, weeks and months are looked at once, when their hour has come; closed alarms and the drop
folder every time. Between two papers it turns to who stands at the counter: see `sumika.runtime.paper_desk`.
"""

import contextlib
import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sumika.desk import Desk
from sumika.desk.due import alarm_orders, daily_orders, due_day
from sumika.desk.packs import Order
from sumika.facts import Book
from sumika.runtime.node import Launch, Node
from sumika.runtime.paper_desk import PaperDesk
from sumika.runtime.process import NodeProcess
from sumika.schema import Event, Origin, Severity, SumikaError
from sumika.units import NANOSECONDS_PER_SECOND, seconds_to_ns

DESK, INCOMING = "desk", "desk.incoming"
TURN_S = 1.0
EVERY_S = 60.0
_log = logging.getLogger(__name__)


class DeskLoop:
    """The work of the desk, turn by turn."""

    def __init__(self, process: NodeProcess, counter: PaperDesk | None = None) -> None:
        """Take the house; nothing is opened yet.

        Args:
            process: The frame around it.
            counter: Where people ask; None: nobody does.
        """
        self.process, self._counter = process, counter
        self._works_unasked = process.launch.house.desk is None or process.launch.house.desk.enabled
        self._due_ns = process.clock.now().monotonic_ns
        self._day: date | None = None
        self._failing: dict[str, bool] = {}

    def turn(self) -> None:
        """Do what was asked; look whether there is anything due, once a minute; show that it lives.

        Raises:
            SumikaError: if nobody is at the counter any more.
        """
        if self._counter is not None:
            if not self._counter.is_answering:
                raise SumikaError("nobody answers at the desk any more", where=DESK)
            self._counter.serve(self._desk)
            self._counter.write(self._desk, self.process.beat)
        now = self.process.clock.now()
        if self._works_unasked and now.monotonic_ns >= self._due_ns:
            self._due_ns = now.monotonic_ns + seconds_to_ns(EVERY_S)
            try:
                self.work()
            except Exception as error:  # it is tried again in a minute; who asks at the counter is answered meanwhile
                self._tell(DESK, self._words_of(DESK, error))
            else:
                self._tell(DESK, "")
        self.process.beat()
        self.process.tell({})

    def work(self) -> None:
        """Read in what was dropped, and write what is due.

        Raises:
            SumikaError: if the desk cannot be used: another process is at it.
        """
        with self._opened() as (desk, book):
            if desk.incoming is not None:
                self._take_in(desk, desk.incoming)  # before the papers: a bill that lies there goes into the report
            day = due_day(desk, book.now_unix_s)
            orders = [*alarm_orders(desk, book)]
            if day != self._day:
                orders += daily_orders(desk, book)
            written = [self._write(desk, order) for order in orders]  # and who waits is served in between
            if day != self._day:
                desk.tidy_up()
            if all(written):
                self._day = day  # what failed is tried again in a minute

    @contextlib.contextmanager
    def _opened(self) -> Iterator[tuple[Desk, Book]]:
        launch, clock = self.process.launch, self.process.clock
        with (
            Book(launch.data, launch.house, clock) as book,
            Desk(
                launch.data, launch.house, launch.house_file, now=lambda: _wall_s(clock.now().wall_ns), book=book
            ) as desk,
        ):
            yield desk, book

    @contextlib.contextmanager
    def _desk(self) -> Iterator[Desk]:
        with self._opened() as (desk, _):
            yield desk

    def _take_in(self, desk: Desk, folder: Path) -> None:
        """Read in what was dropped; what fails there keeps no paper from being written."""
        try:
            desk.take_in(folder, lambda: self._turn_to_others(desk))
        except Exception as error:
            self._tell(INCOMING, self._words_of(INCOMING, error))
        else:
            self._tell(INCOMING, "")

    def _write(self, desk: Desk, order: Order) -> bool:
        """Write one paper; one that fails keeps no other from being written."""
        try:
            desk.write(order)
        except Exception as error:
            self._tell(order.name, self._words_of(order.name, error))
            return False
        self._tell(order.name, "")
        self._turn_to_others(desk)
        return True

    def _turn_to_others(self, desk: Desk) -> None:
        """Show that it lives, and do what somebody waits for at the counter."""
        self.process.beat()
        if self._counter is not None:
            self._counter.serve(lambda: contextlib.nullcontext(desk))

    def _words_of(self, subject: str, error: Exception) -> str:
        """Return what to tell of an error; one that nobody foresaw goes to the log, once, with where it came from."""
        if isinstance(error, SumikaError):
            return str(error)
        if subject not in self._failing:
            _log.warning("%s failed", subject, exc_info=error)
        return f"{type(error).__name__}: {error}"

    def _tell(self, subject: str, problem: str) -> None:
        """Say once that something fails, and once that it works again."""
        failing = bool(problem)
        if failing is self._failing.get(subject, False):
            return
        self._failing[subject] = failing
        if not failing:
            del self._failing[subject]
        if self.process.publisher is None:
            return
        self.process.publisher.publish(
            Event(
                stamp=self.process.clock.now(),
                origin=Origin.LIVE,
                subject=subject,
                code="desk_failed",
                severity=Severity.WARNING if failing else Severity.INFO,
                recovered=not failing,
                detail=problem[:200],
            )
        )


def _wall_s(wall_ns: int) -> float:
    return wall_ns / NANOSECONDS_PER_SECOND


def run_desk(node: Node, launch: Launch) -> None:
    """Do paperwork until told to stop."""
    with NodeProcess(node, launch) as process:
        counter = PaperDesk(
            process.folder,
            launch.data,
            launch.house,
            launch.house_file,
            lambda: _wall_s(process.clock.now().wall_ns),
        )
        loop = DeskLoop(process, counter)
        counter.begin()
        process.beat()
        try:
            while not process.stopping:
                loop.turn()
                counter.wait(TURN_S)
        finally:
            counter.close()
