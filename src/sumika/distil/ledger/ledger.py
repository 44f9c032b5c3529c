"""The ledger: every run of every stage, finished, failed or killed, and what it cost; appended to, never changed."""

import fcntl
import os
import threading
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import msgspec
import psutil

from sumika.clock import boot_id
from sumika.distil.ledger.meter import Meter
from sumika.distil.ledger.prices import Bill, Prices, bill_of
from sumika.distil.records import Spent
from sumika.distil.store import StoreError, append_whole
from sumika.schema import UNREADABLE, SumikaError


class Role(StrEnum):
    """On whose account a stage goes."""

    STUDENT = "student"  # training and exporting the student that is kept
    TEACHER = "teacher"  # training or loading the teacher
    JUDGING = "judging"
    CHOOSING = "choosing"  # pool, clean, choose
    TRACING = "tracing"
    EVALUATION = "evaluation"
    COMPARISON = "comparison"  # the students that are only compared with
    OTHER = "other"


class Status(StrEnum):
    """How a run of a stage ended."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    KILLED = "killed"  # its process is gone without a word


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One run of one stage, as it stood when the line was written.

    Attributes:
        id: Of this try; a later line of the same id replaces the earlier one.
        run_id: The run of the recipe.
        stage: Name of the stage.
        key: What decides the stage's result (`store.key_of`); equal keys are tries of the same work.
        role: On whose account it goes.
        status: How it stands.
        started: ISO 8601, UTC.
        spent: Without what is metered inside it.
        prices: Bare values that it is billed at.
        energy_source: "measured (RAPL)" or "stated watts".
        gpu: Kind of accelerator; "" for none.
        problem: Why it failed.
        process_id: Of the process.
        process_started: Seconds since 1970; with the identifier it names one process.
        boot_id: Boot of the machine it ran on.
    """

    id: str
    run_id: str
    stage: str
    key: str
    role: Role
    status: Status
    started: str
    spent: Spent
    prices: dict[str, float]
    energy_source: str = "stated watts"
    gpu: str = ""
    problem: str = ""
    process_id: int = 0
    process_started: float = 0.0
    boot_id: str = ""

    @property
    def bill(self) -> Bill:
        """What it cost at the prices it was made at."""
        return bill_of(self.spent, self.prices, self.gpu)


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """Several entries together.

    Attributes:
        name: Stage or account.
        tries: How many runs of stages.
        unfinished: How many of them failed or were killed.
        spent: Sum.
        bill: Sum of the bills, each at its own prices.
    """

    name: str
    tries: int
    unfinished: int
    spent: Spent
    bill: Bill


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The bill of a run.

    Attributes:
        stages: Per stage, in the order of their first start.
        student: The student alone: its training and export, broken-off tries included.
        all_in: Everything: teacher, curation, tracing, evaluation and every failed try.
        failed: The part of all-in that was lost to failed and killed tries.
        prices: Bare values of the last entry; the rates that are shown.
        energy_sources: What the kWh rest on.
    """

    stages: list[Total]
    student: Total
    all_in: Total
    failed: Total
    prices: dict[str, float]
    energy_sources: list[str]


class Ledger:
    """An append-only file of JSON lines, shared by processes.

    Attributes:
        path: The file; made when the first line is written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def stage(
        self,
        *,
        run_id: str,
        stage: str,
        key: str,
        role: Role,
        prices: Prices,
        gpu: str = "",
        interval_s: float = 5.0,
    ) -> Iterator[Meter]:
        """Meter a stage and keep what it spent, however it ends.

        Raises:
            StoreError: if the ledger cannot be written; before the work starts, where possible.
        """
        entry = _begun(run_id=run_id, stage=stage, key=key, role=role, prices=prices, gpu=gpu)
        self.append(entry)
        keep = _Keeper(self, entry)
        meter = Meter(prices, gpu=gpu, keep=keep, interval_s=interval_s)
        status, problem = Status.FINISHED, ""
        try:
            with meter:
                yield meter
        except BaseException as error:
            status = Status.FAILED
            problem = str(error) if isinstance(error, SumikaError) else f"{type(error).__name__}: {error}"
            raise
        finally:
            ended = msgspec.structs.replace(
                entry, status=status, problem=problem, spent=meter.spent(), energy_source=meter.energy_source
            )
            self.append(ended)

    def append(self, entry: Entry) -> None:
        """Write one line, durable when this returns.

        Raises:
            StoreError: if it cannot be written (disk full).
        """
        line = msgspec.json.encode(entry) + b"\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                size = os.fstat(handle).st_size
                if size and os.pread(handle, 1, size - 1) != b"\n":  # a power cut left half a line: close it
                    line = b"\n" + line
                append_whole(handle, line)
            finally:
                os.close(handle)
        except OSError as error:
            raise StoreError(
                f"the ledger cannot be written ({error.strerror})",
                where=str(self.path),
                remedy="Free some space and call the same command again; what was done is kept.",
            ) from error

    def entries(self, run_id: str | None = None, keys: Collection[str] = ()) -> list[Entry]:
        """Return the last state of every try, by start.

        Args:
            run_id: Only tries of this run ...
            keys: ... and those of any run whose result it uses: a teacher trained last week is part of the bill.

        Half a line, left by a power cut, is passed over.
        """
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        latest: dict[str, Entry] = {}
        decoder = msgspec.json.Decoder(Entry)
        for line in lines:
            try:
                entry = decoder.decode(line)
            except UNREADABLE:
                continue
            latest[entry.id] = entry
        chosen = [e for e in latest.values() if run_id is None or e.run_id == run_id or e.key in keys]
        return [_killed_if_gone(entry) for entry in chosen]

    def summary(self, run_id: str | None = None, keys: Collection[str] = ()) -> Summary:
        """Return the bill of a run, or of everything."""
        entries = self.entries(run_id, keys)
        names = list(dict.fromkeys(entry.stage for entry in entries))
        broken = (Status.FAILED, Status.KILLED)
        return Summary(
            stages=[total(name, [entry for entry in entries if entry.stage == name]) for name in names],
            student=total("student alone", [entry for entry in entries if entry.role is Role.STUDENT]),
            all_in=total("all-in", entries),
            failed=total("failed or killed", [entry for entry in entries if entry.status in broken]),
            prices=entries[-1].prices if entries else {},
            energy_sources=sorted({entry.energy_source for entry in entries}),
        )


def _begun(*, run_id: str, stage: str, key: str, role: Role, prices: Prices, gpu: str) -> Entry:
    me = psutil.Process()
    return Entry(
        id=uuid.uuid4().hex[:16],
        run_id=run_id,
        stage=stage,
        key=key,
        role=role,
        status=Status.RUNNING,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        spent=Spent(),
        prices=prices.values(),
        gpu=gpu,
        process_id=me.pid,
        process_started=me.create_time(),
        boot_id=boot_id(),
    )


class _Keeper:
    """Writes what was spent so far; a full disk stops no stage, its own next write will say so."""

    def __init__(self, ledger: Ledger, entry: Entry) -> None:
        self._ledger, self._entry = ledger, entry
        self._lock = threading.Lock()

    def __call__(self, spent: Spent) -> None:
        with self._lock:
            try:
                self._ledger.append(msgspec.structs.replace(self._entry, spent=spent))
            except StoreError:
                return


def total(name: str, entries: list[Entry]) -> Total:
    """Return the sum of some entries."""
    spent, bill = Spent(), Bill()
    for entry in entries:
        spent, bill = spent + entry.spent, bill + entry.bill
    unfinished = sum(entry.status in (Status.FAILED, Status.KILLED) for entry in entries)
    return Total(name=name, tries=len(entries), unfinished=unfinished, spent=spent, bill=bill)


def _killed_if_gone(entry: Entry) -> Entry:
    if entry.status is Status.RUNNING and not _alive(entry):
        return msgspec.structs.replace(entry, status=Status.KILLED)
    return entry


def _alive(entry: Entry) -> bool:
    if entry.boot_id != boot_id():
        return False
    try:
        return abs(psutil.Process(entry.process_id).create_time() - entry.process_started) < 1.0
    except psutil.NoSuchProcess:
        return False
