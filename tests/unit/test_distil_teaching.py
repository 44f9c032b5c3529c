"""Traces of any teacher: graded, kept in the teacher's own journal over all runs, and never asked twice."""

import sys
from pathlib import Path

import pytest

from sumika.distil.recipe_teachers import DataTeacher, EndpointTeacher, FolderTeacher, ProgramTeacher
from sumika.distil.records import Example, Grading, Trace
from sumika.distil.teachers.base import TeacherError
from sumika.distil.teachers.local import LocalSettings
from sumika.distil.teachers.presets import EndpointSettings
from sumika.distil.teachers.program import ProgramSettings
from sumika.distil.teaching import ask, asked_of, graded
from sumika.schema import SumikaError, UsageError

ADDS = """
import json, os, sys
for line in sys.stdin:
    asked = json.loads(line)
    assert not os.path.exists(__file__ + "." + asked["prompt"])
    open(__file__ + ".asked", "a").write(asked["prompt"] + chr(10))
    left, _, right = asked["prompt"].partition("+")
    answer = str(int(left) + int(right) + (left == "9"))
    print(json.dumps({"id": asked["id"], "reasoning": "added", "answer": answer}), flush=True)
"""


def unwatched(done: int, total: int) -> None:
    """See nothing."""


def program(folder: Path, text: str = ADDS, name: str = "adder") -> ProgramTeacher:
    path = folder / f"{name}.py"
    path.write_text(text)
    return ProgramTeacher(program=ProgramSettings(command=(sys.executable, str(path)), name=name, restarts=0))


def asked_by(folder: Path, name: str = "adder") -> list[str]:
    return (folder / f"{name}.py.asked").read_text().split()


def trace_of(example: Example, answer: str) -> Trace:
    return Trace(
        example_id=example.id, reasoning="", answer=answer, teacher="t", version="1", date="2026-01-01", terms="own"
    )


def test_a_program_is_asked_graded_and_never_asked_twice(tmp_path: Path) -> None:
    teacher = program(tmp_path)
    first = [Example(prompt="1+2", answer="3"), Example(prompt="9+1", answer="10"), Example(prompt="4+4")]
    seen: list[tuple[int, int]] = []
    traces, report = ask(teacher, first, tmp_path / "journals", lambda done, total: seen.append((done, total)))
    assert [(one.answer, one.correct) for one in traces] == [("3", True), ("11", False), ("8", None)]
    assert (report.wanted, report.answered, report.requests) == (3, 3, 3)
    assert seen[-1] == (3, 3)
    more = [*first[::-1], Example(prompt="2+2", answer="5")]
    traces, report = ask(teacher, more, tmp_path / "journals", unwatched)
    assert [one.correct for one in traces] == [None, False, True, False]
    assert (report.reused, report.requests) == (3, 1)
    assert asked_by(tmp_path) == ["1+2", "9+1", "4+4", "2+2"]


def test_each_teacher_has_a_journal_of_its_own(tmp_path: Path) -> None:
    example = [Example(prompt="1+2", answer="3")]
    for name in ("one", "other"):
        ask(program(tmp_path, name=name), example, tmp_path / "journals", unwatched)
    assert asked_by(tmp_path, "one") == asked_by(tmp_path, "other") == ["1+2"]


def test_a_program_that_writes_no_answer_is_told_with_what_it_wrote(tmp_path: Path) -> None:
    chatty = 'import sys\nfor line in sys.stdin:\n    print("Let me think ...", flush=True)\n'
    with pytest.raises(TeacherError, match=r"what is no answer .*Let me think.*It must write one line"):
        ask(program(tmp_path, chatty), [Example(prompt="1+2", answer="3")], tmp_path / "journals", unwatched)


def test_what_was_answered_before_a_failure_is_kept(tmp_path: Path) -> None:
    examples = [Example(prompt=f"{number}+1", answer=f"{number + 1}") for number in range(4)]
    teacher, fault = program(tmp_path), tmp_path / "adder.py.2+1"
    fault.touch()
    with pytest.raises(SumikaError, match=r"the program failed 1 times.*AssertionError"):
        ask(teacher, examples, tmp_path / "journals", unwatched)
    assert asked_by(tmp_path) == ["0+1", "1+1"]
    fault.unlink()
    traces, report = ask(teacher, examples, tmp_path / "journals", unwatched)
    assert [one.correct for one in traces] == [True] * 4
    assert (report.reused, report.requests) == (2, 2)
    assert asked_by(tmp_path) == ["0+1", "1+1", "2+1", "3+1"]


def test_a_program_that_was_changed_is_another_teacher(tmp_path: Path) -> None:
    example = [Example(prompt="9+1", answer="10")]
    before, _ = ask(program(tmp_path), example, tmp_path / "journals", unwatched)
    mended = ADDS.replace(' + (left == "9")', "")
    after, _ = ask(program(tmp_path, mended), example, tmp_path / "journals", unwatched)
    assert [one.correct for one in (*before, *after)] == [False, True]
    assert before[0].version != after[0].version


def test_reasoning_that_came_with_the_data_needs_nobody_to_ask(tmp_path: Path) -> None:
    teacher = DataTeacher(name="R1", terms="deepseek", version="671b", date="2025-02-03")
    examples = [Example(prompt="p", answer="2", reasoning="1+1"), Example(prompt="q", answer="2")]
    traces, report = ask(teacher, examples, tmp_path / "journals", unwatched)
    assert [(one.reasoning, one.answer, one.correct) for one in traces] == [("1+1", "2", True)]
    assert (traces[0].teacher, traces[0].version, traces[0].terms) == ("R1", "671b", "deepseek")
    assert (report.wanted, report.answered) == (2, 1)
    assert not (tmp_path / "journals").exists()
    with pytest.raises(UsageError, match=r"none of the 1 examples brings reasoning.*data\.pool\.columns"):
        ask(teacher, examples[1:], tmp_path / "journals", unwatched)


def test_answers_that_came_with_the_data_are_learnt_alone_where_that_is_said(tmp_path: Path) -> None:
    teacher = DataTeacher(name="a grammar", terms="own", answers_alone=True)
    examples = [Example(prompt="p", answer="2"), Example(prompt="q"), Example(prompt="r", answer="3", reasoning="1+2")]
    traces, report = ask(teacher, examples, tmp_path / "journals", unwatched)
    assert [(one.reasoning, one.answer, one.correct) for one in traces] == [("", "2", True), ("1+2", "3", True)]
    assert (report.wanted, report.answered) == (3, 2)
    with pytest.raises(UsageError, match=r"none of the 1 examples brings an answer.*`answer: COLUMN`"):
        ask(teacher, examples[1:2], tmp_path / "journals", unwatched)


def test_grading_leaves_what_has_no_known_answer_and_keeps_the_order() -> None:
    text = Example(prompt="capital", answer="Kyoto ")
    maths = Example(prompt="half", answer="0.5", grading=Grading.MATHS)
    code = Example(prompt="f", tests=("assert f(2) == 4",), grading=Grading.CODE)
    unknown = Example(prompt="why")
    pairs = [(unknown, "because"), (code, "def f(x): return 2*x"), (maths, "1/2"), (text, "Kyoto"), (text, "Nara")]
    found = graded([trace_of(example, answer) for example, answer in pairs], [text, maths, code, unknown])
    assert [one.correct for one in found] == [None, True, True, True, False]
    assert [one.answer for one in found] == [answer for _, answer in pairs]
    assert graded([], [text]) == []


def test_every_kind_of_teacher_is_made_ready_or_says_how_it_is_asked(tmp_path: Path) -> None:
    made = asked_of(program(tmp_path))
    assert made.name == "adder"
    endpoint = EndpointSettings(
        model="some-model",
        base_url="http://127.0.0.1:1/v1",
        terms="mit",
        input_usd_per_million=1,
        output_usd_per_million=1,
    )
    assert asked_of(EndpointTeacher(endpoint=endpoint)).terms == EndpointTeacher(endpoint=endpoint).terms == "mit"
    nothing = FolderTeacher(model=LocalSettings(folder=str(tmp_path / "nothing"), terms="mit"))
    with pytest.raises(SumikaError, match="nothing"):
        ask(nothing, [Example(prompt="p")], tmp_path / "journals", unwatched)
    with pytest.raises(UsageError, match="nobody to be asked"):
        asked_of(DataTeacher(name="R1", terms="deepseek"))
