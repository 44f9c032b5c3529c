"""The fork server of the sandbox: imports nothing heavy, forks one confined child per program.

Run as a script (`python -I -S _server.py FOLDER`); requests and replies are JSON after their length in four bytes. It
imports nothing of the project. The child is told which expressions to evaluate, never what they ought to give: what it
reports is compared outside, so a program that lies can only be right by giving the right value.
"""

import builtins
import contextlib
import ctypes
import gc
import importlib
import json
import os
import resource
import select
import signal
import sys
import time
import typing
from typing import Any

NEW_USER, NEW_NETWORK, NEW_IPC, NEW_PROCESSES = 0x10000000, 0x40000000, 0x08000000, 0x20000000
SET_DEATH_SIGNAL, SET_DUMPABLE, SET_NO_NEW_PRIVILEGES = 1, 4, 38
CAPABILITIES_VERSION = 0x20080522
NOBODY = 65534
OUTPUT_KEPT, OUTPUT_LIMIT, RESULT_LIMIT = 2_000, 1 << 20, 1 << 20
REFUSED = (
    "socket.",
    "subprocess.",
    "ctypes.",
    "os.",
    "shutil.",
    "pty.",
    "signal.",
    "resource.",
    "sys._getframe",
    "gc.",
    "open",
)
# Loaded before a program runs, because a confined child finds no files to load modules from; socket so that it meets
# the refusal and not a missing module.
LOADED = [
    "bisect",
    "calendar",
    "collections",
    "copy",
    "dataclasses",
    "datetime",
    "decimal",
    "encodings.idna",
    "fractions",
    "functools",
    "heapq",
    "itertools",
    "math",
    "operator",
    "re",
    "socket",
    "statistics",
    "string",
    "types",
    "random",
    "enum",
    "abc",
    "collections.abc",
]
libc = ctypes.CDLL(None, use_errno=True)


def isolate(folder: str) -> tuple[dict[str, bool], int | None]:
    """Cut this process off from the network and, where permitted, from other processes and every file.

    Returns:
        What took hold, and what `leave_processes` returned.
    """
    network = libc.unshare(NEW_NETWORK | NEW_IPC) == 0
    if not network:
        network = libc.unshare(NEW_USER | NEW_NETWORK | NEW_IPC) == 0
    processes = leave_processes()  # while the files of /proc are there
    root = os.geteuid() == 0
    files = False
    with contextlib.suppress(OSError):
        os.chroot(folder)
        files = True
    os.chdir("/" if files else folder)
    user = not root or drops_rights()
    return {"network": network, "files": files, "user": user, "processes": processes is not None}, processes


def leave_processes() -> int | None:
    """Go on as the first process of a namespace of processes; return an open file of it, None if that is not permitted.

    A program then gets a namespace below it (`fork_alone`) and reaches no process but itself: whoever has the same user
    could otherwise end another with a limit (`prlimit`) or slow it down. After each program this process comes back to
    its own namespace, which is only permitted into one that it made itself: therefore this first one.
    """
    if libc.unshare(NEW_PROCESSES) != 0:
        return None
    if server := os.fork():
        os.close(0)
        os.close(1)
        os.waitpid(server, 0)
        os._exit(0)
    libc.prctl(SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    try:
        own = os.open("/proc/self/ns/pid", os.O_RDONLY)
    except OSError:
        return None
    return own if libc.setns(own, NEW_PROCESSES) == 0 else None


def fork_alone(processes: int | None) -> int:
    """Fork into a new namespace of processes, if this process can come back from it; with the child ends all in it.

    Raises:
        OSError: if the kernel gives no more of them: nothing is run without.
    """
    if processes is None:
        return os.fork()
    if libc.unshare(NEW_PROCESSES) != 0:
        raise OSError(ctypes.get_errno(), "no namespace of processes")
    child = os.fork()
    if child and libc.setns(processes, NEW_PROCESSES) != 0:
        raise OSError(ctypes.get_errno(), "no way back to the own namespace of processes")
    return child


def drops_rights() -> bool:
    """Return whether a child of this process can become nobody."""
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def confine(limits: dict[str, float]) -> None:
    """Limit this process and give up every right."""
    memory, cpu_s = int(limits["memory_bytes"]), int(limits["cpu_s"] + 0.999)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
    # In a user namespace of its own a process that is not root has rights as well.
    libc.capset((ctypes.c_uint32 * 2)(CAPABILITIES_VERSION, 0), (ctypes.c_uint32 * 6)())
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    libc.prctl(SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    libc.prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.prctl(SET_DUMPABLE, 0, 0, 0, 0)


def refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what no small program needs; the kernel's limits hold where this is got round."""
    if event.startswith(REFUSED):
        raise PermissionError(f"a program that is graded may not use {event}")


def plain(value: Any, depth: int = 0) -> Any:
    """Return a value of built-in types as JSON with its type; whatever else is told by its type alone."""
    kind = type(value)
    if value is None or kind in (bool, str):
        return value
    if kind is int:
        return {"int": hex(value)}
    if kind is float:
        return {"float": repr(value)}
    if kind in (list, tuple, set, frozenset) and depth < 20:
        return {kind.__name__: [plain(part, depth + 1) for part in value]}
    if kind is dict and depth < 20:
        return {"dict": [[plain(key, depth + 1), plain(part, depth + 1)] for key, part in value.items()]}
    return {"other": kind.__name__}


def run_child(request: dict[str, Any], output: int, results: int) -> typing.NoReturn:
    """Run the program and evaluate what is asked; tell each result under the nonce; never return."""
    os.setpgid(0, 0)
    try:
        nothing = os.open(os.devnull, os.O_RDONLY)
    except OSError:  # cut off from every file
        nothing = os.pipe()[0]
    for source, target in ((nothing, 0), (output, 1), (output, 2), (results, 3)):
        os.dup2(source, target)
    os.closerange(4, 64)
    os.environ.clear()
    confine(request["limits"])
    pristine, write, dump, nonce = dict(vars(builtins)), os.write, json.dumps, request["nonce"]
    sys.addaudithook(refuse)
    space: dict[str, Any] = {"__name__": "__main__"}
    try:
        exec(compile(request["program"], "program", "exec"), space)  # noqa: S102 - this confined process is there to run it
        space = {name: value for name, value in space.items() if name not in pristine}
        space["__builtins__"] = pristine
        for index, (kind, source) in enumerate(request["asks"]):
            code = compile(source, "test", kind)
            value = plain(eval(code, space))  # noqa: S307 - as above: a test's expression, in the confined process
            write(3, (dump([nonce, index, value]) + "\n").encode())
    except BaseException as error:
        told = f"{type(error).__name__}: {error}"
        write(3, (dump([nonce, "error", told[:200]]) + "\n").encode())
    os._exit(0)


def collect(child: int, output: int, results: int, wall_s: float) -> dict[str, Any]:
    """Read what a child says until it ends or is over a limit, then end its process group."""
    end, said, told, why = time.monotonic() + wall_s, b"", b"", ""
    total, waiting = 0, {output, results}
    while waiting and not why:
        left = end - time.monotonic()
        ready = select.select(list(waiting), [], [], max(0.0, left))[0]
        if not ready:
            why = "time"
        for pipe in ready:
            part = os.read(pipe, 65536)
            if not part:
                waiting.discard(pipe)
            elif pipe == output:
                total += len(part)
                said = (said + part)[:OUTPUT_KEPT]
            else:
                told += part
        if total > OUTPUT_LIMIT or len(told) > RESULT_LIMIT:
            why = "output"
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if not why and number == signal.SIGXCPU:
        why = "time"
    lines = told.decode("utf-8", "replace").splitlines()
    return {"why": why, "signal": number, "lines": lines, "output": said.decode("utf-8", "replace")}


def answer(request: dict[str, Any], processes: int | None) -> dict[str, Any]:
    """Fork a child for a request and return what came of it."""
    (output, output_in), (results, results_in) = os.pipe(), os.pipe()
    child = fork_alone(processes)
    if child == 0:
        try:
            run_child(request, output_in, results_in)
        finally:
            os._exit(1)
    os.close(output_in)
    os.close(results_in)
    try:
        return collect(child, output, results, request["limits"]["wall_s"])
    finally:
        os.close(output)
        os.close(results)


def read_exactly(size: int) -> bytes:
    """Read from standard input; an ended input ends the server."""
    data = b""
    while len(data) < size:
        part = os.read(0, size - len(data))
        if not part:
            os._exit(0)
        data += part
    return data


def send(message: dict[str, Any]) -> None:
    """Write one reply."""
    data = json.dumps(message).encode()
    data = len(data).to_bytes(4, "big") + data
    while data:
        data = data[os.write(1, data) :]


def main() -> None:
    """Serve until standard input ends."""
    for name in LOADED:
        importlib.import_module(name)
    held, processes = isolate(sys.argv[1])
    send(held)
    gc.collect()
    gc.freeze()
    gc.disable()
    while True:
        send(answer(json.loads(read_exactly(int.from_bytes(read_exactly(4), "big"))), processes))


if __name__ == "__main__":
    main()
