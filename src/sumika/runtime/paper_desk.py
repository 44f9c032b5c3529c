"""The desk's counter: what people ask of it on the page. It tells them at once, also while a paper is being written.

One thread hears who wants to read, another who waits for something to be done. Whatever writes, and whatever prints, is
put to the loop that does the paperwork, which turns to it between two papers: there is one who writes, and people wait
for one paper at most.
"""

import contextlib
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from sumika.bus import Answerer, RuntimeFolder, wait_any
from sumika.desk import Desk, Paper, Status
from sumika.desk.paper import DECIDED
from sumika.desk.print_pdf import as_pdf
from sumika.desk.shelf import Shelf
from sumika.desk.telling import file_name, head_of
from sumika.runtime.paper_orders import PaperOrders
from sumika.schema import Answered, SumikaError
from sumika.schema.house import House
from sumika.schema.papers import (
    DecidePaperAnswer,
    DecidePaperRequest,
    PaperAnswer,
    PaperRequest,
    PapersAnswer,
    PapersRequest,
    PrintedPaperAnswer,
    PrintedPaperRequest,
    WritePaperAnswer,
    WritePaperRequest,
)
from sumika.text import say

LISTENS_S = 0.5
WAITS_S = 30.0
"""So long somebody waits for the paper that is being written; then nothing is done of what they asked for."""

LARGEST_PDF_BYTES = 3_500_000
Said = TypeVar("Said", bound=Answered)
AtDesk = Callable[[], contextlib.AbstractContextManager[Desk]]
"""Opens the desk. Raises SumikaError where somebody else is at it."""


class _Job:
    """Something that only the loop may do, while somebody waits for it."""

    def __init__(self, work: Callable[[AtDesk], msgspec.Struct]) -> None:
        self._work = work
        self._lock, self._done = threading.Lock(), threading.Event()
        self._begun, self._given_up = False, False
        self._answer: msgspec.Struct | None = None
        self._problem: Exception | None = None

    def do(self, at_desk: AtDesk) -> None:
        """Do it, unless nobody waits any more."""
        with self._lock:
            if self._given_up:
                return
            self._begun = True
        try:
            self._answer = self._work(at_desk)
        except Exception as error:  # told to who waits for it: the loop goes on
            self._problem = error
        self._done.set()

    def wait(self) -> msgspec.Struct | None:
        """Return its answer; None: it will never be done, nobody had the time."""
        if not self._done.wait(WAITS_S):
            with self._lock:
                self._given_up = not self._begun
            if self._given_up:
                return None
            self._done.wait()
        if self._problem is not None:
            raise self._problem
        return self._answer


class PaperDesk:
    """Answers, and hands on what is to be done."""

    def __init__(
        self, folder: RuntimeFolder, data: Path, house: House, house_file: Path, now: Callable[[], float]
    ) -> None:
        """Open the counter; `begin` lets it answer.

        Args:
            folder: The house's runtime folder.
            data: Its data folder.
            house: As described.
            house_file: Where the description lies.
            now: Tells the time, seconds since 1970.

        Raises:
            SumikaError: if one's own rules cannot be read, or the bus cannot be used.
        """
        self._shelf = Shelf(data, house, house_file)
        self._orders = PaperOrders({kind.kind: kind.called for kind in self._shelf.kinds()}, now)
        self._jobs: queue.Queue[_Job] = queue.Queue()
        self._called, self._ends = threading.Event(), threading.Event()
        reading: dict[str, Callable[..., msgspec.Struct]] = {
            "papers": self._papers,
            "paper": self._paper,
            "write_paper": self._write,
        }
        waiting: dict[str, Callable[..., msgspec.Struct]] = {
            "printed_paper": self._printed,
            "decide_paper": self._decide,
        }
        self._answerers = {name: Answerer(folder, name) for name in (*reading, *waiting)}
        self._threads = [
            threading.Thread(target=self._listen, args=(handlers,), name="papers", daemon=True)
            for handlers in (reading, waiting)
        ]

    def begin(self) -> None:
        """Answer from now on."""
        for thread in self._threads:
            thread.start()

    @property
    def is_answering(self) -> bool:
        """Whether it still does."""
        return all(thread.is_alive() for thread in self._threads)

    def close(self) -> None:
        """Answer no more."""
        self._ends.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(4.0 * LISTENS_S)
        for answerer in self._answerers.values():
            answerer.close()

    def _listen(self, handlers: dict[str, Callable[..., msgspec.Struct]]) -> None:
        heard = {name: self._answerers[name] for name in handlers}
        while not self._ends.is_set():
            if wait_any(heard.values(), LISTENS_S):
                for name, answerer in heard.items():
                    answerer.poll(handlers[name])

    # -- the loop ----------------------------------------------------------------------------------------------------

    def wait(self, seconds: float) -> None:
        """Wait until somebody wants something, at most so long."""
        self._called.wait(seconds)
        self._called.clear()

    def serve(self, at_desk: AtDesk) -> None:
        """Do what somebody waits for.

        Args:
            at_desk: Opens the desk, or hands over the one that is open.
        """
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            job.do(at_desk)

    def write(self, at_desk: AtDesk, beat: Callable[[], None]) -> None:
        """Write what was ordered; between two papers do what somebody waits for.

        Args:
            at_desk: Opens the desk, with its records.
            beat: Shows that the loop goes round.
        """

        def between(desk: Desk) -> None:
            beat()
            self.serve(lambda: contextlib.nullcontext(desk))

        for ordered in self._orders.waiting():
            ordered.write(at_desk, between)

    # -- questions ---------------------------------------------------------------------------------------------------

    def _papers(self, question: PapersRequest) -> PapersAnswer:
        listed = self._shelf.listed(question.reader, question.which, question.skip, question.most)
        answer = PapersAnswer(papers=listed.papers, total=listed.total, open=listed.open)
        if not question.reader.household:
            return answer
        files, more = self._shelf.files()
        return msgspec.structs.replace(
            answer, kinds=self._shelf.kinds(), orders=self._orders.told(), files=files, more_files=more
        )

    def _paper(self, question: PaperRequest) -> PaperAnswer:
        paper = self._shelf.paper(question.id, question.reader)
        return _no(PaperAnswer, "papers.no_such") if paper is None else self._shelf.told(paper)

    def _write(self, question: WritePaperRequest) -> WritePaperAnswer:
        problem = self._orders.take(question)
        self._called.set()
        return _no(WritePaperAnswer, problem) if problem else WritePaperAnswer(accepted=True)

    def _printed(self, question: PrintedPaperRequest) -> msgspec.Struct:
        paper = self._shelf.paper(question.id, question.reader)
        if paper is None:
            return _no(PrintedPaperAnswer, "papers.no_such")
        # By the loop, although it needs no desk: what prints is not made for two at a time.
        printed = self._done_by_loop(lambda at_desk: self._as_pdf(paper))
        return printed or _no(PrintedPaperAnswer, "papers.busy")

    def _as_pdf(self, paper: Paper) -> PrintedPaperAnswer:
        data = as_pdf(paper, self._shelf.names)
        if len(data) > LARGEST_PDF_BYTES:
            return _no(PrintedPaperAnswer, "papers.too_large")
        return PrintedPaperAnswer(accepted=True, name=f"{file_name(paper)}.pdf", data=data)

    def _decide(self, question: DecidePaperRequest) -> msgspec.Struct:
        decided = self._done_by_loop(lambda at_desk: self._decided(question, at_desk))
        return decided or _no(DecidePaperAnswer, "papers.busy")

    def _decided(self, question: DecidePaperRequest, at_desk: AtDesk) -> DecidePaperAnswer:
        try:
            with at_desk() as desk:
                # Looked for again with the desk open: nobody changes it now.
                paper = self._shelf.paper(question.id, question.reader)
                why = _why_not(question, paper)
                if why or paper is None:
                    return _no(DecidePaperAnswer, why)
                decide = desk.approve if question.what == "approve" else desk.refuse
                paper = decide(question.id, by=question.by, note=question.note)
        except SumikaError as error:
            return _no(DecidePaperAnswer, "papers.not_done", why=error.problem)
        return DecidePaperAnswer(accepted=True, head=head_of(paper, desk.names, self._shelf.called(paper.kind)))

    def _done_by_loop(self, work: Callable[[AtDesk], msgspec.Struct]) -> msgspec.Struct | None:
        job = _Job(work)
        self._jobs.put(job)
        self._called.set()
        return job.wait()


def _why_not(question: DecidePaperRequest, paper: Paper | None) -> str:
    """Return the key of why a paper is not decided so; empty: it can be."""
    if paper is None:
        return "papers.no_such"
    if paper.status in DECIDED:
        return "papers.decided"
    if question.content and question.content != paper.content:
        return "papers.anew"
    if question.what == "approve" and paper.status is Status.STRUCK and not question.note.strip():
        return "papers.note"
    return ""


def _no(kind: type[Said], key: str, **values: object) -> Said:
    return kind(accepted=False, problem=say(key, "en", **values), problem_ja=say(key, "ja", **values))
