"""One thread that decodes for every request at once; requests join between two tokens."""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Sequence

from sumika.distil.language.batch import Batch, Row, Written
from sumika.distil.serve._errors import LOAD, SERVER, ApiError

logger = logging.getLogger(__name__)
Piece = Written | ApiError
Pieces = asyncio.Queue[tuple["Job", Piece]]


class Job:
    """One sequence that somebody waits for.

    Attributes:
        row: The sequence.
        pieces: Where everything that becomes of it is put, in order: tokens, or one error that ends it.
        cancelled: Nobody waits any longer.
    """

    def __init__(self, row: Row, pieces: Pieces) -> None:
        self.row, self.pieces = row, pieces
        self.cancelled = False

    def cancel(self) -> None:
        """Give up; the sequence leaves before the next token."""
        self.cancelled = True


class Engine:
    """Decodes jobs together.

    Attributes:
        size: Sequences at work at once.
        limit: Sequences that may wait beside them.
    """

    def __init__(self, batch: Batch, loop: asyncio.AbstractEventLoop, *, size: int, limit: int) -> None:
        self.size, self.limit = size, limit
        self._batch, self._loop = batch, loop
        self._waiting: deque[Job] = deque()
        self._active: dict[int, Job] = {}
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="decoding", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """Give up every job and end the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    @property
    def alive(self) -> bool:
        """Whether jobs are worked on."""
        return self._thread.is_alive() and not self._closing

    @property
    def load(self) -> tuple[int, int]:
        """Sequences at work and waiting."""
        with self._changed:
            return len(self._active), len(self._waiting)

    def submit(self, jobs: Sequence[Job]) -> None:
        """Queue jobs, all or none.

        Raises:
            ApiError: 429 if too many wait, 503 if the server is closing.
        """
        with self._changed:
            if not self.alive:
                raise ApiError(503, "the server is closing", "closing", kind=SERVER)
            if len(self._waiting) + len(jobs) > self.limit:
                message = f"{len(self._waiting)} sequences wait already, at most {self.limit} may"
                raise ApiError(429, message, "queue_full", kind=LOAD, headers={"Retry-After": "1"})
            self._waiting.extend(jobs)
            self._changed.notify()

    def _run(self) -> None:
        while self._take():
            try:
                written = self._batch.step()
            except Exception:
                # A request must not take the others of a later minute with it: these fail, the next ones are tried.
                logger.exception("decoding failed")
                self._fail(ApiError(500, "decoding failed; the server's log says why", "decoding_failed", kind=SERVER))
                continue
            self._post([(self._active[id(one.row)], one) for one in written])
            for one in written:
                if one.finish:
                    del self._active[id(one.row)]
        self._fail(ApiError(503, "the server is closing", "closing", kind=SERVER))

    def _take(self) -> bool:
        """Wait for work and put it into the batch; return False when the engine is to end."""
        with self._changed:
            while not (self._waiting or self._active or self._closing):
                self._changed.wait()
            if self._closing:
                return False
            gone = [job for job in self._active.values() if job.cancelled]
            for job in gone:
                del self._active[id(job.row)]
            fresh: list[Job] = []
            while self._waiting and len(self._active) + len(fresh) < self.size:
                job = self._waiting.popleft()
                if not job.cancelled:
                    fresh.append(job)
            self._active |= {id(job.row): job for job in fresh}
        try:
            self._batch.drop([job.row for job in gone])
            if fresh:
                self._batch.admit([job.row for job in fresh])
        except Exception:
            logger.exception("a prompt could not be read")
            self._fail(ApiError(500, "decoding failed; the server's log says why", "decoding_failed", kind=SERVER))
        return True

    def _fail(self, error: ApiError) -> None:
        """End every job at work, and those that wait if the engine ends, with an error."""
        with self._changed:
            failed = list(self._active.values())
            if self._closing:
                failed += self._waiting
                self._waiting.clear()
            self._active.clear()
        self._batch.drop(list(self._batch.rows))
        self._post([(job, error) for job in failed])

    def _post(self, pieces: list[tuple[Job, Piece]]) -> None:
        def deliver() -> None:
            for job, piece in pieces:
                job.pieces.put_nowait((job, piece))

        try:
            self._loop.call_soon_threadsafe(deliver)
        except RuntimeError:  # the loop is closed: nobody waits any longer
            logger.debug("%d pieces came after the end", len(pieces))
