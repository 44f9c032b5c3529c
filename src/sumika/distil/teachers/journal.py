"""The journal of a teacher: every answer is on disk, whole, before it is used, so that nothing is paid twice.

A folder holds `answers.jsonl`, to which lines are appended and never changed. A request is noted before it is sent and
settled when its answer or its failure is known; one that was noted and never settled was killed in flight. A reserve
of disk space is held from the start: when the disk is full it is given up, and the answers still in flight fit into it.
"""

import errno
import fcntl
import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import msgspec

from sumika.distil.records import Trace
from sumika.distil.store import StoreError, append_whole
from sumika.schema import UNREADABLE

RESERVE_BYTES = 8 << 20
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="asked", tag_field="line"):
    """A request is about to be sent.

    Attributes:
        key: What is asked (`key_of`).
        worst_usd: The most it can cost.
    """

    key: str
    worst_usd: float = 0.0


class Answered(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="answered", tag_field="line"):
    """An answer, and with it the end of a request.

    Attributes:
        key: What was asked.
        trace: The answer.
    """

    key: str
    trace: Trace


class Failed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="failed", tag_field="line"):
    """A request that brought no answer that can be used.

    Attributes:
        key: What was asked.
        problem: Why.
        perhaps_usd: The most that may have been billed for it.
        trace: What came, if it may not be used.
    """

    key: str
    problem: str
    perhaps_usd: float = 0.0
    trace: Trace | None = None


Line = Asked | Answered | Failed


def key_of(teacher: str, settings: Mapping[str, Any], prompt: str, try_index: int = 0) -> str:
    """Return the name of a question: the hash of everything that decides the answer.

    Args:
        teacher: Its name, and its version where that is known beforehand.
        settings: The model and all settings of the request.
        prompt: What is asked.
        try_index: Which of several samples.
    """
    parts = (teacher, dict(settings), prompt, try_index)
    return hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()[:32]


class Journal:
    """A folder that one process at a time keeps; a context manager.

    Attributes:
        path: The file of lines.
        lost_in_flight: Requests of earlier processes that were killed before they were settled.
        damaged: Lines that cannot be read and are passed over; a torn last line is cut off and not counted.
        paid_usd: For the answers in it.
        paid_before_usd: What of it was paid before this process opened it.
        perhaps_usd: What may have been billed besides: for failed requests and those lost in flight.
        first_version: What gave the first answer; "" if there is none.
        first_reasoned: Whether the first answer showed its reasoning.
        full: The disk is full and the reserve is given up: nothing more may be asked.

    Raises:
        StoreError: if it cannot be written, there is no room for the reserve, or another process keeps it.
    """

    def __init__(self, folder: Path, *, reserve_bytes: int = RESERVE_BYTES) -> None:
        self.path = folder / "answers.jsonl"
        self._reserve, self._reserve_bytes = folder / "reserve", reserve_bytes
        self.lost_in_flight = self.damaged = 0
        self.paid_usd = self.paid_before_usd = self.perhaps_usd = 0.0
        self.first_version, self.first_reasoned, self.full = "", False, False
        self._answers: dict[str, Trace] = {}
        self._failures: Counter[tuple[str, str]] = Counter()  # (key, problem) -> requests
        self._open: dict[str, list[float]] = {}  # key -> worst costs of its requests that are not settled
        self._handle = -1
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            self._lock()
            self._read()
            self._hold_reserve()
        except OSError as error:
            self.close()
            raise self._told(error) from error
        except StoreError:
            self.close()
            raise

    def __enter__(self) -> Self:
        """Return the journal."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let it go."""
        self.close()

    def __len__(self) -> int:
        """Return how many answers there are."""
        return len(self._answers)

    def close(self) -> None:
        """Let the file go; the reserve stays only while a process keeps the journal."""
        if self._handle >= 0:
            os.close(self._handle)
            self._reserve.unlink(missing_ok=True)
        self._handle = -1

    def get(self, key: str) -> Trace | None:
        """Return the answer to a question, None if there is none."""
        return self._answers.get(key)

    def failures(self, key: str, problem: str) -> int:
        """Return how many requests for an answer have failed with a problem, those of earlier processes among them."""
        return self._failures[key, problem]

    def ask(self, key: str, worst_usd: float = 0.0) -> None:
        """Note that a request is about to be sent.

        Args:
            key: What is asked.
            worst_usd: The most it can cost.

        Raises:
            StoreError: if the disk is full; then it must not be sent.
        """
        if self.full:
            raise self._told(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
        self._write([Asked(key=key, worst_usd=worst_usd)])

    def put(self, key: str, trace: Trace) -> None:
        """Write an answer; on disk when this returns, whatever happens next.

        Raises:
            StoreError: if it cannot be written, not even into the reserve.
        """
        self._write([Answered(key=key, trace=trace)])

    def put_all(self, traces: Iterable[tuple[str, Trace]]) -> None:
        """Write several answers at once, as `put`."""
        self._write([Answered(key=key, trace=trace) for key, trace in traces])

    def fail(self, key: str, problem: str, perhaps_usd: float = 0.0, trace: Trace | None = None) -> None:
        """Settle a request that brought no usable answer.

        Args:
            key: What was asked.
            problem: Why.
            perhaps_usd: The most that may have been billed for it.
            trace: What came, if it may not be used.

        Raises:
            StoreError: if it cannot be written.
        """
        self._write([Failed(key=key, problem=problem, perhaps_usd=perhaps_usd, trace=trace)])

    @property
    def in_flight_usd(self) -> float:
        """The most that the requests under way can cost."""
        return sum(sum(costs) for costs in self._open.values())

    @property
    def committed_usd(self) -> float:
        """The most that may have been spent so far: paid, perhaps billed, and under way."""
        return self.paid_usd + self.perhaps_usd + self.in_flight_usd

    def _lock(self) -> None:
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(
                "another process is asking with this journal",
                where=str(self.path),
                remedy="Wait until it ends, or end it: two at once would pay for the same answers.",
            ) from error

    def _read(self) -> None:
        content = self.path.read_bytes()
        lines = content.split(b"\n")
        torn = lines.pop()
        if torn:  # a kill or a power cut in the middle of a line: it was never used
            os.ftruncate(self._handle, len(content) - len(torn))
        decoder = msgspec.json.Decoder(Line)
        for text in lines:
            try:
                self._take(decoder.decode(text))
            except UNREADABLE:  # a bad sector: what it held is asked again, the line stays as evidence
                self.damaged += 1
        self.paid_before_usd = self.paid_usd
        self.lost_in_flight = sum(map(len, self._open.values()))
        self.perhaps_usd += self.in_flight_usd
        self._open.clear()

    def _take(self, line: Line) -> None:
        if isinstance(line, Asked):
            self._open.setdefault(line.key, []).append(line.worst_usd)
            return
        costs = self._open.get(line.key)
        if costs:
            costs.pop()
            if not costs:
                del self._open[line.key]
        if isinstance(line, Failed):
            self.perhaps_usd += line.perhaps_usd
            self._failures[line.key, line.problem] += 1
            return
        if not self._answers:
            self.first_version, self.first_reasoned = line.trace.version, bool(line.trace.reasoning)
        self._answers.setdefault(line.key, line.trace)
        self.paid_usd += line.trace.usage.money_usd

    def _write(self, lines: Sequence[Line]) -> None:
        data = msgspec.json.Encoder().encode_lines(lines)
        try:
            try:
                append_whole(self._handle, data)
            except OSError as error:
                if error.errno not in FULL or self.full:
                    raise
                self.full = True
                self._reserve.unlink(missing_ok=True)
                append_whole(self._handle, data)
        except OSError as error:
            raise self._told(error) from error
        for line in lines:
            self._take(line)

    def _hold_reserve(self) -> None:
        if not self._reserve_bytes:
            return
        handle = os.open(self._reserve, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(handle, 0, self._reserve_bytes)
        finally:
            os.close(handle)

    def _told(self, error: OSError) -> StoreError:
        if error.errno in FULL:
            return StoreError(
                f"the disk is full; {len(self._answers)} answers are kept",
                where=str(self.path),
                remedy="Free some space and call the same command again: no answer that is kept is paid again.",
            )
        return StoreError(f"the journal cannot be kept ({error.strerror})", where=str(self.path))
