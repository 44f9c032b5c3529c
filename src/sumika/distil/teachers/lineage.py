"""Where a student's knowledge comes from: collected from the traces and examples that it was trained on."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

import msgspec

from sumika.distil.card.records import Licensed, Teacher
from sumika.distil.records import Example, Trace
from sumika.distil.teachers.terms import Purpose, check_terms, terms_of
from sumika.schema import UsageError

ROW = re.compile(r"(?::| row )\d+\Z")


class Lineage(msgspec.Struct, frozen=True, kw_only=True):
    """What the card says of teachers and data.

    Attributes:
        teachers: By name, version and terms, those with the most traces first.
        data: By source and licence, those with the most examples first.
    """

    teachers: tuple[Teacher, ...]
    data: tuple[Licensed, ...]


def lineage(traces: Iterable[Trace], examples: Iterable[Example] = ()) -> Lineage:
    """Return the lineage of a student.

    Args:
        traces: Those it was trained on.
        examples: Those whose prompts, answers or reasoning it was trained on.

    Raises:
        UsageError: if terms are unknown.
    """
    days: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for trace in traces:
        days[trace.teacher, trace.version, trace.terms].append(trace.date)
    teachers = [
        Teacher(
            name=name,
            version=version,
            dates=(min(dates), max(dates)),
            traces=len(dates),
            terms=terms,
            clause=terms_of(terms).said,
        )
        for (name, version, terms), dates in days.items()
    ]
    counts = Counter((source_of(example), example.licence) for example in examples)
    data = [Licensed(name=name, licence=licence, examples=count) for (name, licence), count in counts.items()]
    return Lineage(
        teachers=tuple(sorted(teachers, key=lambda one: (-one.traces, one.name, one.version))),
        data=tuple(sorted(data, key=lambda one: (-one.examples, one.name, one.licence))),
    )


def check_lineage(found: Lineage, purpose: Purpose) -> None:
    """Do nothing if every teacher's terms allow the purpose, and every data licence that is known does.

    Args:
        found: The lineage.
        purpose: What will be done with the student.

    Raises:
        UsageError: for the first that does not; names it.
    """
    for teacher in found.teachers:
        _check(teacher.terms, purpose, f"teacher {teacher.name}")
    for data in found.data:
        # Many a licence of data is not in the registry; the card names it, and says so where there is none.
        try:
            terms_of(data.licence)
        except UsageError:
            continue
        _check(data.licence, purpose, f"data {data.name}")


def source_of(example: Example) -> str:
    """Return the data set of an example: its source without the row ("set.jsonl:17" and "set.parquet row 17")."""
    return ROW.sub("", example.source)


def _check(identifier: str, purpose: Purpose, whose: str) -> None:
    try:
        check_terms(identifier, purpose)
    except UsageError as error:
        raise UsageError(error.problem, where=whose, remedy=error.remedy) from error
