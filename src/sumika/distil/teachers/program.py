"""Any program as a teacher: it reads questions and writes answers, one JSON object a line.

In: `{"id": "...", "prompt": "..."}`. Out, before the next question comes: `{"id": "...", "reasoning": "...",
"answer": "..."}`; `reasoning` may be missing. What it writes to standard error is shown when it fails.
"""

import contextlib
import hashlib
import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import msgspec

from sumika.distil.records import Example, Trace
from sumika.distil.teachers.base import (
    Faults,
    Progress,
    TeacherError,
    TeachReport,
    finish_of,
    report_of,
    today,
    unwatched,
)
from sumika.distil.teachers.journal import Journal, key_of
from sumika.schema import UNREADABLE, UsageError

LARGEST_LINE_BYTES = 16 << 20
GRACE_S = 5.0


class ProgramSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which program is asked, and how.

    Attributes:
        command: Program and arguments; no shell reads them.
        name: For people and for the lineage; "" takes the command.
        version: What it is; "" takes a hash of the command and of the files that it names, which does not see what
            these files load.
        terms: Identifier of the terms of its answers.
        answer_timeout_s: For one answer; the first one includes the start.
        restarts: How often it may crash or fall silent before it is given up.
    """

    command: tuple[str, ...]
    name: str = ""
    version: str = ""
    terms: str = "own"
    answer_timeout_s: float = 60.0
    restarts: int = 3


class _Reply(msgspec.Struct):
    id: str
    answer: str
    reasoning: str = ""


class _GoneError(Exception):
    """The program crashed or fell silent; the message says which."""


class ProgramTeacher:
    """A program that answers.

    Attributes:
        settings: Which.
        name: For people and for the lineage.
        version: What it is.
        terms: Identifier of the terms.
        report: On the last call of `answer`.
    """

    def __init__(self, settings: ProgramSettings) -> None:
        if not settings.command or settings.answer_timeout_s <= 0 or settings.restarts < 0:
            raise UsageError(
                "a program needs a command, a time limit above 0 and a number of restarts",
                where="teacher",
                remedy="State for example: command: [python, -m, my_planner].",
            )
        self.settings = settings
        self.name = settings.name or " ".join(settings.command)
        self.version = settings.version or _hash_of(settings.command)
        self.terms = settings.terms
        self.report = TeachReport(teacher=self.name)

    def answer(self, examples: Sequence[Example], journal: Journal, progress: Progress = unwatched) -> list[Trace]:
        """Return the traces of the examples, in their order; as `Teacher.answer`.

        Raises:
            TeacherError: if the program cannot be started, breaks the protocol, or fails more often than it may.
        """
        faults, requests = Faults(), 0
        keys = [key_of(self.name, {"version": self.version}, example.prompt) for example in examples]
        reused = sum(journal.get(key) is not None for key in keys)
        process = _Process(self.settings, self.name)
        try:
            for done, (key, example) in enumerate(zip(keys, examples, strict=True)):
                progress(done, len(examples))
                if journal.get(key) is None:
                    requests += 1
                    self._ask(process, key, example, journal, faults)
            progress(len(examples), len(examples))
        finally:
            process.end()
            found = [(example, journal.get(key)) for key, example in zip(keys, examples, strict=True)]
            traces = [msgspec.structs.replace(trace, example_id=example.id) for example, trace in found if trace]
            counts = {"reused": reused, "requests": requests}
            self.report = report_of(self.name, self.version, len(examples), traces, faults, journal, **counts)
        return traces

    def _ask(self, process: "_Process", key: str, example: Example, journal: Journal, faults: Faults) -> None:
        """Ask twice at most: a question on which the program dies twice has no answer, the next one is asked."""
        for _ in range(2):
            journal.ask(key)
            try:
                reply = process.reply(example)
            except _GoneError as error:
                journal.fail(key, str(error))
                kind = "time-out" if "no answer within" in str(error) else "crash"
                faults.add(kind, example.id)
                process.count_failure(error)
                continue
            trace = Trace(
                example_id=example.id,
                reasoning=reply.reasoning,
                answer=reply.answer,
                teacher=self.name,
                version=self.version,
                date=today(),
                terms=self.terms,
                finish=finish_of("stop", reply.answer),
            )
            journal.put(key, trace)
            return
        faults.add("no answer", example.id)


class _Process:
    """The running program."""

    def __init__(self, settings: ProgramSettings, name: str) -> None:
        self._settings, self._name = settings, name
        self._process: subprocess.Popen[bytes] | None = None
        self._open = contextlib.ExitStack()
        self._said: IO[bytes] | None = None
        self._rest = b""
        self._failures = 0

    def reply(self, example: Example) -> _Reply:
        """Return the answer to a question; starts the program if it does not run.

        Raises:
            _GoneError: if it crashes or does not answer in time; it is ended then.
            TeacherError: if it cannot be started, or what it writes is no answer to this question.
        """
        process = self._process or self._start()
        line = msgspec.json.encode({"id": example.id, "prompt": example.prompt}) + b"\n"
        deadline_s = time.monotonic() + self._settings.answer_timeout_s
        try:
            told = self._exchange(process, line, deadline_s)
        except _GoneError as error:
            raise _GoneError(f"{error}{self.end(0.0)}") from error
        try:
            reply = msgspec.json.decode(told, type=_Reply)
        except UNREADABLE as error:
            raise self._broken(f"it wrote what is no answer ({error})", told) from error
        if reply.id != example.id:
            raise self._broken(f"it answered '{reply.id}' when '{example.id}' was asked", told)
        return reply

    def count_failure(self, error: _GoneError) -> None:
        """Raise `TeacherError` if it has failed more often than it may."""
        self._failures += 1
        if self._failures > self._settings.restarts:
            raise TeacherError(
                f"the program failed {self._failures} times, the last time: {error}",
                where=self._name,
                remedy="Mend the program; answers so far are kept. Or allow more `restarts` or `answer_timeout_s`.",
            ) from error

    def end(self, grace_s: float = GRACE_S) -> str:
        """End it with all it has started, and return the last it wrote to standard error, to be added to a message.

        Args:
            grace_s: How long it may take to end by itself once nothing more is asked.
        """
        process, self._process, self._rest = self._process, None, b""
        if process is None or self._said is None:
            return ""
        with self._open.pop_all():
            for stream in (process.stdin, process.stdout):
                _close(stream)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(grace_s)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            self._said.seek(0)
            lines = self._said.read().decode(errors="replace").strip().splitlines()
        return f"; it said: {lines[-1][:300]}" if lines else ""

    def _start(self) -> subprocess.Popen[bytes]:
        with contextlib.ExitStack() as stack:
            self._said = stack.enter_context(tempfile.TemporaryFile())
            try:
                self._process = subprocess.Popen(
                    self._settings.command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=self._said,
                    start_new_session=True,  # so that what it starts ends with it
                )
            except OSError as error:
                raise TeacherError(
                    f"the program cannot be started ({error.strerror})",
                    where=self._name,
                    remedy="Check `command`: the first part must be a program that is installed.",
                ) from error
            self._open = stack.pop_all()
        return self._process

    def _exchange(self, process: subprocess.Popen[bytes], line: bytes, deadline_s: float) -> bytes:
        assert process.stdin is not None
        assert process.stdout is not None
        os.set_blocking(process.stdin.fileno(), False)
        waiting = memoryview(line)
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            selector.register(process.stdin, selectors.EVENT_WRITE)
            while True:
                first, end, rest = self._rest.partition(b"\n")
                if end and not waiting:
                    self._rest = rest
                    return first
                ready = selector.select(max(0.0, deadline_s - time.monotonic()))
                if not ready:
                    raise _GoneError(f"no answer within {self._settings.answer_timeout_s:g} s")
                for key, _ in ready:
                    if key.fileobj is process.stdin:
                        waiting = waiting[_write(process, waiting) :]
                        if not waiting:
                            selector.unregister(process.stdin)
                    else:
                        self._read(process)

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        piece = os.read(process.stdout.fileno(), 1 << 16)
        if not piece:
            raise _GoneError(_ended(process))
        self._rest += piece
        if len(self._rest) > LARGEST_LINE_BYTES:
            raise self._broken(f"a line is longer than {LARGEST_LINE_BYTES >> 20} MiB", self._rest)

    def _broken(self, problem: str, line: bytes) -> TeacherError:
        shown = line[:200].decode(errors="replace")
        said = self.end(0.0)
        return TeacherError(
            f"{problem}: {shown!r}{said}",
            where=self._name,
            remedy='It must write one line for each question: {"id": ..., "reasoning": ..., "answer": ...}; all else '
            "belongs on standard error.",
        )


def _write(process: subprocess.Popen[bytes], data: memoryview) -> int:
    assert process.stdin is not None
    try:
        return os.write(process.stdin.fileno(), data)
    except BlockingIOError:
        return 0
    except BrokenPipeError as error:
        raise _GoneError(_ended(process)) from error


def _ended(process: subprocess.Popen[bytes]) -> str:
    try:
        code = process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        return "it closed its output"
    return f"it was ended by {signal.Signals(-code).name}" if code < 0 else f"it ended with code {code}"


def _close(stream: Any) -> None:
    with contextlib.suppress(OSError):  # it is gone, and what was left to be written with it
        stream.close()


def _hash_of(command: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for part in command:
        digest.update(part.encode() + b"\x00")
        path = Path(part)
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
