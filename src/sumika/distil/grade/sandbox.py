"""Run a student's small Python program against tests: no network, no files, little memory and time."""

import ast
import json
import operator
import os
import secrets
import select
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self

import msgspec

from sumika.schema import SumikaError

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda value, options: value in options,
    ast.NotIn: lambda value, options: value not in options,
}
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What Python's parser raises for a text that is no program, or one that is too deep for it."""


def _holds(compare: Callable[[Any, Any], Any], wanted: Any, value: Any) -> bool:
    return bool(compare(value, wanted))


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a program may use.

    Attributes:
        wall_s: From start to end.
        cpu_s: Processor time, rounded up to whole seconds by the kernel.
        memory_bytes: Address space.
        without_isolation: Run even where the kernel permits no namespace of network or processes, or no change of user.
    """

    wall_s: float = 2.0
    cpu_s: float = 1.0
    memory_bytes: int = 256 << 20
    without_isolation: bool = False


DEFAULT_LIMITS = Limits()


class Grade(msgspec.Struct, frozen=True):
    """What a grader says of an answer.

    Attributes:
        correct: Whether it is right.
        reason: Why, in words.
    """

    correct: bool
    reason: str


class _Ask(msgspec.Struct, frozen=True):
    kind: str  # "eval": the value is told and judged outside; "exec": it must not raise
    source: str
    holds: Callable[[Any], bool]


def _asked(test: str) -> list[_Ask]:
    """Cut a test into what is evaluated inside and what is decided outside."""
    asks = []
    for statement in ast.parse(test).body:
        if not isinstance(statement, ast.Assert):
            asks.append(_Ask("exec", ast.unparse(statement), lambda value: value is None))
            continue
        condition = statement.test
        if isinstance(condition, ast.Compare) and len(condition.ops) == 1:
            try:
                wanted = ast.literal_eval(condition.comparators[0])
            except (ValueError, TypeError):  # no literal, or one that cannot be: {[]: 1}
                pass
            else:
                compare = _COMPARE[type(condition.ops[0])]
                asks.append(_Ask("eval", ast.unparse(condition.left), partial(_holds, compare, wanted)))
                continue
        asks.append(_Ask("eval", f"bool({ast.unparse(condition)})", lambda value: value is True))
    return asks


def problem_of_test(test: str) -> str:
    """Return why a test is no Python, with line and column where the parser tells them; "" if it is."""
    try:
        _asked(test)
    except _UNREADABLE as error:
        return _described(error)
    return ""


def _described(error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.lineno:
        return f"line {error.lineno}, column {error.offset}: {error.msg}"
    return str(error) or type(error).__name__


class _Opaque:
    """A value of no built-in type: equal to nothing."""


def _value(told: Any) -> Any:
    if not isinstance(told, dict):
        return told
    ((kind, content),) = told.items()
    match kind:
        case "int":
            return int(content, 16)
        case "float":
            return float(content)
        case "list" | "tuple" | "set" | "frozenset":
            make = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}[kind]
            return make(_value(part) for part in content)
        case "dict":
            return {_value(key): _value(part) for key, part in content}
    return _Opaque()


class Sandbox:
    """One fork server; one program at a time. A context manager; not for several threads at once.

    Raises:
        SumikaError: on entering, if this machine permits no isolation and `Limits.without_isolation` is off.
    """

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self.isolation: dict[str, bool] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        """Start the server."""
        self._start()
        missing = [name for name in ("network", "processes", "user") if not self.isolation[name]]
        if missing and not self.limits.without_isolation:
            self.close()
            raise SumikaError(
                f"this machine does not let programs be confined ({', '.join(missing)})",
                where="sandbox",
                remedy="Permit user namespaces, or state `without_isolation: true` if you trust the programs.",
            )
        return self

    def __exit__(self, *_: object) -> None:
        """End the server."""
        self.close()

    def _start(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sumika-sandbox-")
        Path(self._folder.name).chmod(0o555)
        script = str(Path(__file__).with_name("_server.py"))
        # An empty environment: nothing secret can be read from it.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", script, self._folder.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            bufsize=0,
            start_new_session=True,
        )
        self.isolation = self._receive(30.0)

    def close(self) -> None:
        """End the server and remove its folder."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
        if self._folder is not None:
            Path(self._folder.name).chmod(0o700)
            self._folder.cleanup()
            self._folder = None

    def _receive(self, limit_s: float) -> dict[str, Any]:
        assert self._process is not None  # only called between start and close
        assert self._process.stdout is not None  # a pipe was asked for
        handle, data, size = self._process.stdout.fileno(), b"", 4
        while len(data) < size:
            if not select.select([handle], [], [], limit_s)[0] or not (part := os.read(handle, 65536)):
                raise ChildProcessError("the fork server of the sandbox died")
            data += part
            if size == 4 and len(data) >= 4:
                size = 4 + int.from_bytes(data[:4], "big")
        message: dict[str, Any] = json.loads(data[4:])
        return message

    def run(self, program: str, tests: Sequence[str]) -> Grade:
        """Run a program and grade it by its tests: at least one is needed, and each must be Python.

        Raises:
            ChildProcessError: if the server died, which no program ought to be able to bring about.
        """
        try:
            asks = [ask for test in tests for ask in _asked(test)]
        except _UNREADABLE as error:
            return Grade(False, f"a test is no Python ({_described(error)})")
        if not asks:
            return Grade(False, "there is no test")
        limits, nonce = self.limits, secrets.token_hex(16)
        message = {
            "program": program,
            "asks": [(ask.kind, ask.source) for ask in asks],
            "nonce": nonce,
            "limits": {"wall_s": limits.wall_s, "cpu_s": limits.cpu_s, "memory_bytes": limits.memory_bytes},
        }
        data = json.dumps(message).encode()
        assert self._process is not None  # entered
        assert self._process.stdin is not None  # a pipe was asked for
        data = len(data).to_bytes(4, "big") + data
        while data:
            data = data[os.write(self._process.stdin.fileno(), data) :]
        return _judge(self._receive(limits.wall_s + 30), asks, nonce)


def _told(lines: Sequence[str], nonce: str) -> tuple[list[Any], str]:
    """Return the values told in order, and what failed; lines that the program wrote itself lack the nonce."""
    values: list[Any] = []
    for line in lines:
        try:
            told = json.loads(line)
            if told[0] != nonce:
                continue
            if told[1] == "error":
                return values, f"failed: {told[2]}"
            if told[1] == len(values):
                values.append(_value(told[2]))
        except (ValueError, LookupError, TypeError, RecursionError, AttributeError):
            continue
    return values, ""


def _written(value: Any) -> str:
    try:
        return str(value)
    except ValueError:  # Python writes out no number of more than 4300 digits
        return f"{type(value).__name__} too long to be written out"


def _judge(reply: dict[str, Any], asks: list[_Ask], nonce: str) -> Grade:
    if reply["why"]:
        return Grade(False, {"time": "took too long", "output": "wrote too much"}[reply["why"]])
    values, failed = _told(reply["lines"], nonce)
    if failed:
        return Grade(False, failed)
    for ask, value in zip(asks, values, strict=False):
        try:
            held = ask.holds(value)
        except TypeError:
            held = False
        if not held:
            return Grade(False, f"wrong: {ask.source[:60]} gives {_written(value)[:60]}")
    if len(values) < len(asks):
        signal = f" (signal {reply['signal']})" if reply["signal"] else ""
        return Grade(False, f"ended before its tests{signal}")
    return Grade(True, f"passed {len(asks)} tests")
