"""Traces of teachers that are not trained here: a folder, a program, an endpoint, or the data themselves."""

from collections.abc import Callable, Sequence
from pathlib import Path

from sumika.distil.grade.grader import grade_all
from sumika.distil.recipe_teachers import (
    DataTeacher,
    EndpointTeacher,
    FolderTeacher,
    ProgramTeacher,
    Teacher,
    TrainedTeacher,
)
from sumika.distil.records import Example, Spent, Trace, Usage
from sumika.distil.store import key_of
from sumika.distil.teachers.base import Teacher as Asked
from sumika.distil.teachers.base import TeachReport
from sumika.distil.teachers.endpoint import EndpointTeacher as Endpoint
from sumika.distil.teachers.journal import Journal
from sumika.distil.teachers.local import LocalTeacher
from sumika.distil.teachers.program import ProgramTeacher as Program
from sumika.schema import UsageError

Progress = Callable[[int, int], None]
Bill = Callable[[Spent], None]


def ask(
    teacher: Teacher, examples: Sequence[Example], journals: Path, progress: Progress, bill: Bill = lambda spent: None
) -> tuple[list[Trace], TeachReport]:
    """Return the graded traces of a teacher, and what is to be said about them.

    Every answer stands in a journal of the teacher's own before it is used, over all runs of the store: another recipe,
    another choice, another day asks only what was never asked.

    Args:
        teacher: As the recipe says it.
        examples: What is asked.
        journals: Folder of the journals.
        progress: Told (answers there are, answers wanted).
        bill: Told what was paid for the answers that were asked now, as they come: a round that breaks off has been
            paid for as well.

    Raises:
        UsageError: if the teacher cannot be asked.
        SumikaError: if it cannot go on; the journal keeps what it answered.
    """
    if isinstance(teacher, DataTeacher):
        traces = _with_the_data(teacher, examples)
        report = TeachReport(teacher=teacher.name, wanted=len(examples), answered=len(traces))
    else:
        asked = asked_of(teacher)
        with Journal(journals / key_of(type(teacher).__name__, asked.name)) as journal:
            traces = _billed(asked, examples, journal, progress, bill)
        report = asked.report
    return graded(traces, examples), report


def _billed(asked: Asked, examples: Sequence[Example], journal: Journal, progress: Progress, bill: Bill) -> list[Trace]:
    billed_usd = journal.paid_usd

    def pay() -> None:
        nonlocal billed_usd
        bill(Spent(money_usd=journal.paid_usd - billed_usd))
        billed_usd = journal.paid_usd

    def told(done: int, total: int) -> None:
        pay()
        progress(done, total)

    try:
        return asked.answer(examples, journal, told)
    finally:
        pay()


def asked_of(teacher: Teacher) -> Asked:
    """Return the teacher that a recipe names, ready to be asked.

    Raises:
        UsageError: if this one is asked otherwise.
    """
    match teacher:
        case EndpointTeacher():
            return Endpoint(teacher.endpoint)
        case ProgramTeacher():
            return Program(teacher.program)
        case FolderTeacher():
            return LocalTeacher(teacher.model)
        case TrainedTeacher() | DataTeacher():
            raise UsageError("this teacher has nobody to be asked", where="teacher", remedy="Take its traces.")


def graded(traces: Sequence[Trace], examples: Sequence[Example]) -> list[Trace]:
    """Return the traces with what the grader says; those to problems without a known answer stay ungraded."""
    by_id = {one.id: one for one in examples}
    known = [(index, one) for index, one in enumerate(traces) if _has_answer(by_id[one.example_id])]
    grades = grade_all([by_id[one.example_id] for _, one in known], [one.answer for _, one in known])
    found = list(traces)
    for (index, trace), grade in zip(known, grades, strict=True):
        fields = {name: getattr(trace, name) for name in trace.__struct_fields__}
        found[index] = Trace(**(fields | {"correct": grade.correct}))
    return found


def _has_answer(example: Example) -> bool:
    return bool(example.answer or example.tests)


def _with_the_data(teacher: DataTeacher, examples: Sequence[Example]) -> list[Trace]:
    found = [
        Trace(
            example_id=one.id,
            reasoning=one.reasoning,
            answer=one.answer,
            teacher=teacher.name,
            version=teacher.version,
            date=teacher.date,
            terms=teacher.terms,
            usage=Usage(),
        )
        for one in examples
        if one.reasoning or (teacher.answers_alone and one.answer)
    ]
    if not found:
        what, column = ("an answer", "answer") if teacher.answers_alone else ("reasoning", "reasoning")
        other = "" if teacher.answers_alone else " say `answers_alone: true`,"
        raise UsageError(
            f"none of the {len(examples)} examples brings {what}",
            where="teacher",
            remedy=f"Name its column under data.pool.columns (`{column}: COLUMN`),{other} or take another teacher.",
        )
    return found
