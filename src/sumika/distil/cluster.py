"""Independent stage runs as tasks: processes on this machine, or a Ray cluster (extra `[cluster]`) over a shared store.

A task is a registered function and plain arguments. Its result is told in the store under a key made of both, so a
task that has ended is never run again; one whose worker was killed is started again and goes on from its work folder.
"""

import importlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from sumika.distil.ledger.meter import Meter
from sumika.distil.ledger.prices import load_prices
from sumika.distil.records import Spent
from sumika.distil.store import Store, key_of, write_whole
from sumika.schema import SumikaError

Function = TypeVar("Function", bound=Callable[..., Any])
ALLOWED = ("sumika.distil.", "sumika.training.")
OBJECT_STORE_BYTES = 100_000_000
CRASHED = "its worker died"


class ClusterError(SumikaError):
    """Tasks could not be run; what has ended is kept."""


class Task(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One independent piece of work.

    Attributes:
        name: For messages; names differ within a call.
        function: "package.module:function", registered with `@task` in a module below `ALLOWED`. It is called with
            the store, the task's work folder and the arguments, and returns what JSON can hold (a digest, mostly).
        arguments: What JSON can hold.
    """

    name: str
    function: str
    arguments: dict[str, Any] = {}

    @property
    def key(self) -> str:
        """Name of the result: equal work has equal keys, whatever its name."""
        return key_of("task", self.function, self.arguments)


class TaskResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a task ended.

    Attributes:
        result: What the function returned; None if it failed.
        problem: Why it failed; "" if it did not.
        process_id: Of the worker that ended it.
        spent: By that worker, from its start of this task. A meter around `run_tasks` counts processes of this machine
            already; of workers on other machines it knows nothing, so there this is added to it.
    """

    result: Any = None
    problem: str = ""
    process_id: int = 0
    spent: Spent = Spent()


def task(function: Function) -> Function:
    """Register a function as one that tasks may name; nothing else is ever called by name."""
    function.__sumika_task__ = True  # type: ignore[attr-defined]  # a mark on the function object
    return function


def run_tasks(
    tasks: Sequence[Task],
    *,
    store: Path,
    workers: int = 2,
    executor: Literal["local", "ray"] = "local",
    address: str | None = None,
    tries: int = 4,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, TaskResult]:
    """Run every task that has not ended before and return all results by name.

    Args:
        tasks: Independent of each other.
        store: Folder of the store; on a cluster, one that all machines see under this path.
        workers: Processes at once on this machine; on a cluster that exists, its own cores decide.
        executor: "local": processes of this machine, no Ray needed. "ray": Ray tasks. Results are the same.
        address: Of a running Ray cluster ("auto" for the one this machine belongs to); None starts one here.
        tries: Starts of a task whose worker dies, before it counts as failed.
        progress: Told (done, total).

    Raises:
        ClusterError: if names are not unique, a function is not registered, Ray is not installed, or a task failed
            (raised after the others have ended).
    """
    if len({one.name for one in tasks}) < len(tasks):
        raise ClusterError("two tasks have the same name")
    for one in tasks:
        resolve(one.function)
    shared = Store(store)
    waiting = [one for one in tasks if not shared.finished_path(one.key).exists()]
    # Equal work is done once, under whatever name it came first.
    unique = list({one.key: one for one in reversed(waiting)}.values())[::-1]
    done = len(tasks) - len(waiting)
    progress(done, len(tasks))

    def told(ended: int) -> None:
        progress(min(len(tasks), done + ended), len(tasks))

    if unique and executor == "ray":
        ended = _on_ray(unique, store, workers, address, tries, told)
    else:
        ended = _in_processes(unique, store, workers, tries, told)
    results = {one.name: ended.get(one.key) or _finished(shared, one) for one in tasks}
    failed = [f"{name}: {result.problem}" for name, result in results.items() if result.problem]
    if failed:
        raise ClusterError(
            f"{len(failed)} of {len(tasks)} tasks failed ({'; '.join(failed)})",
            remedy="Call the same command again: what has ended is kept and is not run again.",
        )
    progress(len(tasks), len(tasks))
    return results


def resolve(name: str) -> Callable[..., Any]:
    """Return the registered function of that name.

    Raises:
        ClusterError: if it is outside the allowed packages, missing, or not registered.
    """
    module_name, _, function_name = name.partition(":")
    if not module_name.startswith(ALLOWED):
        raise ClusterError(f"'{name}' may not be run as a task", remedy=f"Tasks lie below {' and '.join(ALLOWED)}")
    try:
        function = getattr(importlib.import_module(module_name), function_name, None)
    except ModuleNotFoundError as error:
        raise ClusterError(f"'{name}' cannot be loaded ({error})") from error
    if not callable(function) or not getattr(function, "__sumika_task__", False):
        raise ClusterError(f"'{name}' is not registered as a task", remedy="Mark the function with @task.")
    found: Callable[..., Any] = function
    return found


def run_one(store_folder: str, encoded: bytes) -> bytes:
    """Run one task here and tell its end in the store; what every worker does.

    Args:
        store_folder: Of the shared store.
        encoded: JSON of the `Task`.

    Returns:
        JSON of the `TaskResult`; a failure is a result too, so that only a worker's death is tried again.
    """
    one = msgspec.json.decode(encoded, type=Task)
    store = Store(Path(store_folder))
    path = store.finished_path(one.key)
    if path.exists():
        return path.read_bytes()
    try:
        with Meter(load_prices()) as meter:
            result = resolve(one.function)(store, store.work_folder(one.key), **one.arguments)
        ended = msgspec.json.encode(TaskResult(result=result, process_id=os.getpid(), spent=meter.spent()))
    except Exception as error:  # whatever it is, it is told to who asked for the task
        problem = str(error) if isinstance(error, SumikaError) else f"{type(error).__name__}: {error}"
        return msgspec.json.encode(TaskResult(problem=problem, process_id=os.getpid()))
    write_whole(path, ended)
    store.drop_work(one.key)
    return ended


def _finished(store: Store, one: Task) -> TaskResult:
    return msgspec.json.decode(store.finished_path(one.key).read_bytes(), type=TaskResult)


class _Workers:
    """The worker processes of a call: none is started any more once they were told to end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._ending = False

    def run(self, command: list[str], given: bytes) -> tuple[int, bytes, bytes] | None:
        """Run one and return its exit code, output and errors; None where it is no longer to be started."""
        with self._lock:
            if self._ending:
                return None
            pipe = subprocess.PIPE
            process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
            self._running.add(process)
        try:
            output, errors = process.communicate(given)
        finally:
            with self._lock:
                self._running.discard(process)
        return process.returncode, output, errors

    def end(self) -> None:
        """End all: what they have done so far lies in their work folders."""
        with self._lock:
            self._ending = True
            for process in self._running:
                process.terminate()


def _in_processes(
    tasks: Sequence[Task], store: Path, workers: int, tries: int, told: Callable[[int], None]
) -> dict[str, TaskResult]:
    results: dict[str, TaskResult] = {}
    processes = _Workers()
    with ThreadPoolExecutor(max(1, workers)) as pool:
        try:
            ended = pool.map(lambda one: _in_process(one, store, tries, processes), tasks)
            for one, result in zip(tasks, ended, strict=True):
                results[one.key] = result
                told(len(results))
        except BaseException:  # Ctrl-C: a worker that died of it looks like one that crashed, and would start again
            processes.end()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return results


def _in_process(one: Task, store: Path, tries: int, processes: _Workers) -> TaskResult:
    command = [sys.executable, "-m", "sumika.distil.cluster", str(store)]
    errors = b""
    for _ in range(tries):
        ended = processes.run(command, msgspec.json.encode(one))
        if ended is None:
            return TaskResult(problem="it was broken off")
        code, output, errors = ended
        if code == 0:
            return msgspec.json.decode(output.splitlines()[-1], type=TaskResult)
    last = errors.decode(errors="replace").strip().splitlines()[-1:]
    return TaskResult(problem=" ".join([f"{CRASHED} {tries} times", *last]))


def _on_ray(
    tasks: Sequence[Task], store: Path, workers: int, address: str | None, tries: int, told: Callable[[int], None]
) -> dict[str, TaskResult]:
    ray = _ray()
    started = not ray.is_initialized()
    if started:
        _start_ray(ray, workers, address)
    try:
        remote = ray.remote(num_cpus=1, max_retries=tries - 1, retry_exceptions=False)(run_one)
        pending = {remote.remote(str(store.resolve()), msgspec.json.encode(one)): one for one in tasks}
        results: dict[str, TaskResult] = {}
        while pending:
            ready, _ = ray.wait(list(pending), num_returns=1)
            one = pending.pop(ready[0])
            try:
                results[one.key] = msgspec.json.decode(ray.get(ready[0]), type=TaskResult)
            except ray.exceptions.RayError as error:
                problem = f"{CRASHED} {tries} times ({type(error).__name__})"
                results[one.key] = TaskResult(problem=problem)
            told(len(results))
        return results
    finally:
        if started:
            ray.shutdown()


def _ray() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # read when Ray is imported: nothing is sent to anyone
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        return importlib.import_module("ray")
    except ImportError as error:
        raise ClusterError(
            "Ray is not installed",
            remedy="Run: pip install 'sumika[cluster]'; or leave --cluster out: processes of this machine do the same.",
        ) from error


def _start_ray(ray: Any, workers: int, address: str | None) -> None:
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
    try:
        if address:
            ray.init(address=address, **quiet)
            return
        ray.init(
            address="local",
            num_cpus=max(1, workers),
            include_dashboard=False,
            _node_ip_address="127.0.0.1",  # nothing listens for other machines
            object_store_memory=OBJECT_STORE_BYTES,
            **quiet,
        )
    except (ConnectionError, OSError, RuntimeError, ValueError) as error:
        raise ClusterError(
            f"no Ray cluster can be reached or started ({error})", where=address or "this machine"
        ) from error


def main() -> None:
    """Run the task that standard input holds: a worker process of the local executor."""
    # What a task prints must not mix with the result: it goes where errors go.
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with answer:
        answer.write(run_one(sys.argv[1], sys.stdin.buffer.read()) + b"\n")


if __name__ == "__main__":
    main()
