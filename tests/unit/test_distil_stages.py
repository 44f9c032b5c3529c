"""A stage runs once, is found by what decides it, and is made again when its result is not whole; tries are billed."""

import select
import subprocess
import sys
from pathlib import Path
from typing import Self

import pytest

from sumika.distil.ledger.ledger import Role, Status
from sumika.distil.ledger.prices import load_prices
from sumika.distil.records import Spent
from sumika.distil.stages import Made, StageContext, Stages
from sumika.distil.store import Store
from sumika.schema import SumikaError

DEADLINE_S, WAITED_S = 60.0, 0.3


def stages_of(folder: Path, run_id: str = "run") -> Stages:
    return Stages(Store(folder), load_prices(), run_id)


class Counted:
    """Work that writes its content and counts how often it was done."""

    def __init__(self, content: bytes = b"made") -> None:
        self.content, self.times = content, 0

    def __call__(self, context: StageContext) -> Made:
        self.times += 1
        context.add(Spent(flops=10.0))
        return Made(outputs={"one": context.store.put(self.content)}, facts={"times": self.times})


def test_a_stage_runs_once_and_every_later_run_finds_it(tmp_path: Path) -> None:
    work, stages = Counted(), stages_of(tmp_path)
    first = stages.run("train", Role.STUDENT, work, "settings", {"seed": 1})
    assert stages.run("train", Role.STUDENT, work, "settings", {"seed": 1}) is first
    later = stages_of(tmp_path, "later")
    assert later.run("train", Role.STUDENT, work, "settings", {"seed": 1}) == first
    assert work.times == 1
    assert first.spent.flops == 10.0
    assert later.keys == {first.key}
    assert [entry.run_id for entry in later.ledger.entries()] == ["run"]
    assert later.ledger.summary("later").all_in.tries == 0
    assert later.ledger.summary("later", later.keys).all_in.spent.flops == 10.0, "what is reused is part of the bill"


@pytest.mark.parametrize(
    ("stage", "decided_by"),
    [
        ("other", ("settings", 1)),
        ("train", ("settings", 2)),
        ("train", ("settings",)),
        ("train", ("settings", 1, None)),
    ],
)
def test_whatever_decides_it_makes_another_one(tmp_path: Path, stage: str, decided_by: tuple[object, ...]) -> None:
    work, stages = Counted(), stages_of(tmp_path)
    first = stages.run("train", Role.STUDENT, work, "settings", 1)
    second = stages.run(stage, Role.STUDENT, work, *decided_by)
    assert work.times == 2
    assert first.key != second.key
    assert stages.keys == {first.key, second.key}


@pytest.mark.parametrize("broken", ["damaged", "missing", "no result", "half a result", "a flipped byte"])
def test_a_result_that_is_not_whole_is_made_again(tmp_path: Path, broken: str) -> None:
    work, store = Counted(), Store(tmp_path)
    first = stages_of(tmp_path).run("train", Role.STUDENT, work, 1)
    output, finished = store.path_of(first.outputs["one"]), store.finished_path(first.key)
    if broken == "damaged":
        output.write_bytes(b"rotten")
    elif broken == "missing":
        output.unlink()
    elif broken == "no result":
        finished.unlink()
    elif broken == "half a result":
        finished.write_bytes(finished.read_bytes()[:-9])
    else:
        finished.write_bytes(finished.read_bytes().replace(b"train", b"tr\xffin"))
    again = stages_of(tmp_path).run("train", Role.STUDENT, work, 1)
    assert work.times == 2
    assert again.outputs == first.outputs
    assert store.get(again.outputs["one"]) == b"made"
    assert stages_of(tmp_path).run("train", Role.STUDENT, work, 1) == again
    assert work.times == 2
    assert [entry.status for entry in stages_of(tmp_path).ledger.entries()] == [Status.FINISHED] * 2


@pytest.mark.parametrize(
    ("error", "problem"),
    [(SumikaError("the teacher is gone"), "the teacher is gone"), (KeyboardInterrupt(), "KeyboardInterrupt: ")],
)
def test_a_failed_try_is_billed_and_the_next_goes_on_in_its_folder(
    tmp_path: Path, error: BaseException, problem: str
) -> None:
    stages = stages_of(tmp_path)

    def fails(context: StageContext) -> Made:
        (context.folder / "checkpoint").write_bytes(b"half")
        context.add(Spent(money_usd=2.0))
        raise error

    def goes_on(context: StageContext) -> Made:
        context.add(Spent(money_usd=3.0))
        return Made(facts={"from": (context.folder / "checkpoint").read_bytes().decode()})

    with pytest.raises(type(error)):
        stages.run("teach", Role.TRACING, fails, 1)
    assert stages.keys == set()
    found = stages.run("teach", Role.TRACING, goes_on, 1)
    assert found.facts == {"from": "half"}
    assert found.spent.money_usd == 3.0
    assert not (tmp_path / "work" / found.key).exists(), "what was kept for going on is dropped at the end"
    summary = stages.ledger.summary("run")
    assert (summary.all_in.tries, summary.all_in.unfinished) == (2, 1)
    assert summary.all_in.bill.bought_usd == 5.0
    assert summary.failed.bill.bought_usd == 2.0
    assert [entry.problem for entry in stages.ledger.entries()] == [problem, ""]


class Noted:
    """A watcher that writes down what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def begin(self, stage: str, *, reused: bool) -> None:
        self.lines.append(f"begin {stage}{' reused' if reused else ''}")

    def progress(self, stage: str, done: int, total: int) -> None:
        self.lines.append(f"{stage} {done}/{total}")

    def end(self, stage: str, spent: Spent) -> None:
        self.lines.append(f"end {stage} {spent.flops:g}")


def test_a_watcher_is_told_everything_in_order(tmp_path: Path) -> None:
    noted = Noted()
    stages = Stages(Store(tmp_path), load_prices(), "run", noted)

    def outer(context: StageContext) -> Made:
        context.progress(1, 2)
        stages.run("inner", Role.OTHER, Counted(), 0)
        return Made()

    stages.run("outer", Role.OTHER, outer, 0)
    Stages(Store(tmp_path), load_prices(), "later", noted).run("outer", Role.OTHER, outer, 0)
    told = ["begin outer", "outer 1/2", "begin inner", "end inner 10", "end outer 0"]
    assert noted.lines == [*told, "begin outer reused", "end outer 0"]


# Two processes at once

WANTING = """
import sys
from pathlib import Path
from sumika.distil.ledger.ledger import Role
from sumika.distil.ledger.prices import load_prices
from sumika.distil.stages import Made, Stages
from sumika.distil.store import Store

def work(context):
    print("working", flush=True)
    sys.stdin.readline()
    return Made(outputs={"who": context.store.put(name.encode())})

folder, name = sys.argv[1:]
stages = Stages(Store(Path(folder)), load_prices(), name)
print("wants it", flush=True)
print(stages.run("train", Role.STUDENT, work, 1).outputs["who"], flush=True)
"""


class Wanting:
    """A process that wants a result, and tells what it does; killed at the end of the block if it still lives."""

    def __init__(self, folder: Path, name: str) -> None:
        command = [sys.executable, "-c", WANTING, str(folder), name]
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.communicate()

    def fileno(self) -> int:
        assert self.process.stdout is not None
        return self.process.stdout.fileno()

    def says(self) -> str:
        assert self.process.stdout is not None
        assert select.select([self], [], [], DEADLINE_S)[0], "it says nothing"
        return self.process.stdout.readline().decode().strip()

    def go_on(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")


@pytest.mark.slow
@pytest.mark.parametrize("end", ["finished", "killed"])
def test_of_two_processes_one_works_and_the_other_finds_it_or_takes_over(tmp_path: Path, end: str) -> None:
    with Wanting(tmp_path, "first") as first, Wanting(tmp_path, "second") as second:
        assert first.says() == second.says() == "wants it"
        ready, _, _ = select.select([first, second], [], [], DEADLINE_S)
        worker, waiter = (first, second) if first in ready else (second, first)
        assert worker.says() == "working"
        assert not select.select([waiter], [], [], WAITED_S)[0], "only one works at a time"
        if end == "finished":
            worker.go_on()
            assert worker.says() == waiter.says()
            maker, statuses = worker, [Status.FINISHED]
        else:
            worker.process.kill()
            assert waiter.says() == "working"
            waiter.go_on()
            waiter.says()
            maker, statuses = waiter, [Status.KILLED, Status.FINISHED]
    stages = stages_of(tmp_path)
    assert [entry.status for entry in stages.ledger.entries()] == statuses
    found = stages.run("train", Role.STUDENT, Counted(), 1)
    assert stages.store.get(found.outputs["who"]).decode() == maker.name
