"""Papers that somebody on the page asked to have written now: kept in order, and what became of each is told."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import msgspec

from sumika.desk import Desk
from sumika.schema import SumikaError
from sumika.schema.papers import PaperOrder, WritePaperRequest

MOST_KEPT, MOST_WAITING = 10, 5
EARLIEST = date(2000, 1, 1)
_log = logging.getLogger(__name__)
_State = Literal["waiting", "written", "same", "nothing", "failed"]


class Ordered:
    """One order, until it is done.

    Attributes:
        order: As it is told of.
    """

    def __init__(self, order: PaperOrder, language: str) -> None:
        """Take an order that waits.

        Args:
            order: As it is told of.
            language: Of the paper; empty: as the desk has it.
        """
        self.order, self._language = order, language

    def write(self, at_desk: Callable[[], AbstractContextManager[Desk]], between: Callable[[Desk], None]) -> None:
        """Write it; what cannot be written is told of, and raises nothing.

        Args:
            at_desk: Opens the desk, with its records.
            between: Is called with the desk after each paper.
        """
        papers: list[str] = []
        states: list[str] = []
        try:
            with at_desk() as desk:
                day = date.fromisoformat(self.order.day) if self.order.day else None
                for one in desk.orders(self.order.kind, day):
                    outcome = desk.write(one, self._language)
                    states.append(outcome.what)
                    papers += [outcome.name] if outcome.what != "nothing" else []
                    between(desk)
        except Exception as error:
            if not isinstance(error, SumikaError):
                _log.warning("%s of %s failed", self.order.kind, self.order.day, exc_info=error)
            problem = str(error) if isinstance(error, SumikaError) else f"{type(error).__name__}: {error}"
            self._becomes("failed", papers, problem[:300])
            return
        self._becomes(_of_all(states), papers)

    def _becomes(self, state: _State, papers: Sequence[str], problem: str = "") -> None:
        # Whole at once: who tells of it is another thread.
        self.order = msgspec.structs.replace(self.order, state=state, papers=tuple(papers), problem=problem)


def _of_all(states: Sequence[str]) -> _State:
    if "written" in states:
        return "written"
    return "same" if "same" in states else "nothing"


class PaperOrders:
    """The last orders. May be asked from several threads."""

    def __init__(self, kinds: Mapping[str, Mapping[str, str]], now: Callable[[], float]) -> None:
        """Know what can be written.

        Args:
            kinds: Of paper: name -> what it is called, by language.
            now: Tells the time, seconds since 1970.
        """
        self._kinds, self._now = kinds, now
        self._lock = threading.Lock()
        self._orders: deque[Ordered] = deque(maxlen=MOST_KEPT)

    def take(self, question: WritePaperRequest) -> str:
        """Take an order; return the key of why it is not taken, empty where it is.

        Args:
            question: What is asked for.
        """
        if question.kind not in self._kinds:
            return "papers.no_kind"
        if question.day and not self._is_day(question.day):
            return "papers.no_day"
        with self._lock:
            waiting = [one.order for one in self._orders if one.order.state == "waiting"]
            if any((one.kind, one.day) == (question.kind, question.day) for one in waiting):
                return ""  # it is on its way
            if len(waiting) >= MOST_WAITING:
                return "papers.too_many"
            order = PaperOrder(
                kind=question.kind, called=dict(self._kinds[question.kind]), day=question.day, at_unix_s=self._now()
            )
            self._orders.append(Ordered(order, question.language))
        return ""

    def _is_day(self, text: str) -> bool:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return False
        # One day ahead: somewhere on Earth it is tomorrow already.
        return EARLIEST <= day <= datetime.fromtimestamp(self._now(), UTC).date() + timedelta(days=1)

    def waiting(self) -> tuple[Ordered, ...]:
        """Return what is to be written, the oldest first."""
        with self._lock:
            return tuple(one for one in self._orders if one.order.state == "waiting")

    def told(self) -> tuple[PaperOrder, ...]:
        """Return the last orders, the newest first."""
        with self._lock:
            return tuple(one.order for one in reversed(self._orders))
