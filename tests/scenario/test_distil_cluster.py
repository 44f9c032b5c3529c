"""Stage runs on several workers, one of them killed: nothing is lost, and the results are the same."""

import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

import msgspec
import pytest

from sumika.distil.cluster import ClusterError, Task, TaskResult, run_tasks
from sumika.distil.store import Store
from sumika.evaluate.distil.cluster import FUNCTION
from sumika.evaluate.figure import Figure

if find_spec("torch") is None:
    pytest.skip("needs the extra [distil]", allow_module_level=True)


def students(*seeds: int, steps: int = 5) -> list[Task]:
    return [Task(name=f"s{seed}", function=FUNCTION, arguments={"seed": seed, "steps": steps}) for seed in seeds]


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


@pytest.mark.slow
@pytest.mark.timeout(300)  # Ray starts in a fraction of that; on a loaded machine it may not
def test_two_ray_workers_one_killed_give_the_same_students() -> None:
    """In a process of its own: Ray opens sockets and ends all its processes with it."""
    code = "import sys, msgspec\nfrom sumika.evaluate.distil.cluster import cluster_diff\n"
    code += "sys.stdout.buffer.write(msgspec.json.encode(cluster_diff(200)))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=280, check=False)
    assert ended.returncode == 0, ended.stderr.decode()
    figure = msgspec.json.decode(ended.stdout.splitlines()[-1], type=Figure)
    assert figure.value == 0
    assert float(figure.detail["went_on_from_step"]) >= 20


@pytest.mark.slow
def test_processes_of_this_machine_do_the_same_and_what_has_ended_is_done_once(tmp_path: Path) -> None:
    """A task that fails is told after the others have ended. In one test: every process loads torch."""
    bad = Task(name="bad", function=FUNCTION, arguments={"seed": -1, "steps": 1})
    first = students(1)[0]
    with pytest.raises(ClusterError, match="bad: ValueError"):
        run_tasks([bad, first], store=tmp_path)
    assert Store(tmp_path).finished_path(first.key).exists()
    assert not Store(tmp_path).finished_path(bad.key).exists()
    ended = Store(tmp_path).finished_path(first.key).read_bytes()
    told: list[tuple[int, int]] = []
    second = students(2)[0]
    tasks = [first, second, *(msgspec.structs.replace(one, name=f"{one.name} again") for one in (first, second))]
    results = run_tasks(tasks, store=tmp_path, progress=lambda done, total: told.append((done, total)))
    assert results["s1"] == results["s1 again"] == msgspec.json.decode(ended, type=TaskResult)
    assert results["s2"] == results["s2 again"]  # the same worker's identifier
    assert results["s1"].result != results["s2"].result
    assert results["s2"].spent.cpu_s > 0
    assert told[0] == (2, 4)
    assert told[-1] == (4, 4)
    assert not [path for path in (tmp_path / "work").iterdir() if path.name != bad.key]
    assert run_tasks(tasks, store=tmp_path) == results  # told by the store


class FakeWorker:
    """A process that is none."""

    returncode = 0

    def __init__(self, command: list[str], **given: object) -> None: ...


def test_a_worker_that_dies_is_started_again_and_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []

    class DiesTwice(FakeWorker):
        def communicate(self, given: bytes) -> tuple[bytes, bytes]:
            started.append(1)
            self.returncode = -9 if len(started) < 3 else 0
            return msgspec.json.encode(TaskResult(result="digest")), b"Killed"

    monkeypatch.setattr(subprocess, "Popen", DiesTwice)
    assert run_tasks(students(1), store=tmp_path)["s1"].result == "digest"
    started.clear()
    with pytest.raises(ClusterError, match="died 2 times Killed"):
        run_tasks(students(1), store=tmp_path, tries=2)


def test_what_is_broken_off_ends_its_workers_and_starts_none_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[bytes] = []
    works, ended = threading.Event(), threading.Event()

    class Works(FakeWorker):
        def communicate(self, given: bytes) -> tuple[bytes, bytes]:
            started.append(given)
            if b"s1" in given:
                assert works.wait(20)
            else:
                works.set()
                self.returncode = -15 if ended.wait(20) else -9
            return msgspec.json.encode(TaskResult(result="digest")), b"Terminated"

        def terminate(self) -> None:
            ended.set()

    def interrupted(done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "Popen", Works)
    with pytest.raises(KeyboardInterrupt):
        run_tasks(students(1, 2), store=tmp_path, workers=2, progress=interrupted)
    assert ended.is_set()
    assert sorted(msgspec.json.decode(given)["name"] for given in started) == ["s1", "s2"]


@pytest.mark.parametrize(
    "function", ["os:system", "sumika.distil.store:key_of", "sumika.distil.nothing:here", "sumika.schema:decode"]
)
def test_only_registered_functions_are_run(function: str, tmp_path: Path) -> None:
    with pytest.raises(ClusterError):
        run_tasks([Task(name="t", function=function)], store=tmp_path)
    assert not list(tmp_path.iterdir())


def test_without_ray_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ClusterError, match=r"sumika\[cluster\]"):
        run_tasks(students(1), store=tmp_path, executor="ray")


def test_names_differ(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="same name"):
        run_tasks(students(1, 1), store=tmp_path)
