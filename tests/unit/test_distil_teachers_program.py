"""Programs as teachers: asked line by line, started again when they crash, given up when they do not mend."""

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sumika.distil.records import Example
from sumika.distil.teachers.base import TeacherError
from sumika.distil.teachers.journal import Journal
from sumika.distil.teachers.program import ProgramSettings, ProgramTeacher
from sumika.schema import UsageError

HEAD = """
import json, os, sys, time
def tell(asked, **more):
    told = {"id": asked["id"], "reasoning": "counted", "answer": str(len(asked["prompt"]))} | more
    print(json.dumps(told), flush=True)
open("starts", "a").write("x")
for line in sys.stdin:
    asked = json.loads(line)
    open("asked", "a").write(asked["prompt"] + chr(10))
"""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal", reserve_bytes=4096) as opened:
        yield opened


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ProgramTeacher]:
    monkeypatch.chdir(tmp_path)

    def made(body: str, **changed: Any) -> ProgramTeacher:
        path = tmp_path / "program.py"
        path.write_text(HEAD + textwrap.indent(textwrap.dedent(body), "    "))
        return ProgramTeacher(ProgramSettings(command=(sys.executable, str(path)), **({"name": "mine"} | changed)))

    return made


def asked(*prompts: str) -> list[Example]:
    return [Example(prompt=prompt) for prompt in prompts]


def lines(name: str) -> list[str]:
    return Path(name).read_text().splitlines()


Program = Callable[..., ProgramTeacher]


def test_a_program_answers_in_order_and_what_is_in_the_journal_is_not_asked_again(
    program: Program, journal: Journal
) -> None:
    teacher = program("tell(asked)")
    seen: list[int] = []
    first = teacher.answer(asked("a", "bb"), journal)
    traces = teacher.answer(asked("a", "ccc", "bb", "ccc"), journal, lambda done, total: seen.append(done))
    assert [(trace.reasoning, trace.answer) for trace in traces] == [("counted", n) for n in ("1", "3", "2", "3")]
    assert [traces[0], traces[2]] == first
    assert lines("asked") == ["a", "bb", "ccc"]
    assert seen == [0, 1, 2, 3, 4]
    assert (teacher.report.reused, teacher.report.requests, teacher.report.answered) == (2, 1, 4)


def test_what_is_long_goes_through_whole(program: Program, journal: Journal) -> None:
    long = "é" * 300_000
    (trace,) = program("tell(asked, reasoning=asked['prompt'])").answer(asked(long), journal)
    assert trace.reasoning == long


def test_a_crash_starts_it_again_and_a_question_that_kills_it_twice_is_passed_over(
    program: Program, journal: Journal
) -> None:
    teacher = program(
        """
        if asked["prompt"] == "once" and not os.path.exists("crashed"):
            open("crashed", "w")
            sys.exit("out of paper")
        if asked["prompt"] == "always":
            os.abort()
        tell(asked)
        """
    )
    traces = teacher.answer(asked("a", "once", "always", "b"), journal)
    assert [trace.answer for trace in traces] == ["1", "4", "1"]
    assert teacher.report.faults == {"crash": 3, "no answer": 1}
    assert (len(lines("starts")[0]), lines("asked")) == (4, ["a", "once", "once", "always", "always", "b"])


def test_one_that_crashes_too_often_is_given_up_with_its_last_words(program: Program, journal: Journal) -> None:
    teacher = program("sys.exit('out of paper') if asked['prompt'] != 'a' else tell(asked)", restarts=2)
    with pytest.raises(TeacherError, match=r"failed 3 times, .* ended with code 1; it said: out of paper"):
        teacher.answer(asked("a", "b", "c", "d"), journal)
    assert len(journal) == teacher.report.answered == 1
    killed = program("os.kill(os.getpid(), 9)", restarts=0)
    with pytest.raises(TeacherError, match="it was ended by SIGKILL"):
        killed.answer(asked("x"), journal)


def test_one_that_falls_silent_is_ended_with_all_it_started(program: Program, journal: Journal) -> None:
    teacher = program(
        """
        if asked["prompt"] == "slow":
            child = os.fork()
            if child:
                open("child", "w").write(str(child))
            time.sleep(1000)
        tell(asked)
        """,
        answer_timeout_s=1.0,
    )
    traces = teacher.answer(asked("slow", "b"), journal)
    assert [trace.answer for trace in traces] == ["1"]
    assert teacher.report.faults == {"time-out": 2, "no answer": 1}
    child = int(Path("child").read_text())
    state = Path(f"/proc/{child}/stat")
    assert not state.exists() or state.read_text().rpartition(") ")[2][0] in "ZX"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("print('loading model ...', flush=True)", r"no answer \(.*\): 'loading model ...'"),
        ("print('[1, 2]', flush=True)", r"no answer \(.*\): '\[1, 2\]'"),
        ('print(\'{"id": "x"}\', flush=True)', r"missing required field `answer`.*: '{\"id\": \"x\"}'"),
        ("tell(asked, id='other')", "answered 'other' when '[0-9a-f]{16}' was asked"),
        ("tell(asked, answer=7)", "Expected `str`, got `int`"),
    ],
)
def test_what_is_no_answer_is_told_with_the_line(program: Program, journal: Journal, body: str, said: str) -> None:
    with pytest.raises(TeacherError, match=said) as caught:
        program(body).answer(asked("a"), journal)
    assert "It must write one line for each question" in caught.value.remedy
    assert len(journal) == 0


def test_a_program_that_is_not_there_or_makes_no_sense_is_one_clear_line(journal: Journal) -> None:
    teacher = ProgramTeacher(ProgramSettings(command=("/nowhere/planner",)))
    with pytest.raises(TeacherError, match=r"/nowhere/planner: the program cannot be started \(No such file"):
        teacher.answer(asked("a"), journal)
    with pytest.raises(UsageError, match="needs a command"):
        ProgramTeacher(ProgramSettings(command=()))


def test_a_changed_program_is_another_teacher(program: Program, journal: Journal) -> None:
    first = program("tell(asked)")
    first.answer(asked("a"), journal)
    second = program("tell(asked, answer='9')")
    assert first.version != second.version
    (trace,) = second.answer(asked("a"), journal)
    assert trace.answer == "9"
    assert program("tell(asked)", version="1.2").version == "1.2"
