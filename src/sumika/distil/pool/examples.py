"""Problems from JSON lines, Parquet and Hugging Face folders."""

from collections.abc import Callable, Mapping
from typing import Any

from sumika.distil.grade.sandbox import problem_of_test
from sumika.distil.pool._rows import columns_of, files_of, rows_of
from sumika.distil.pool.settings import (
    FIRST_BAD,
    BadRow,
    PoolError,
    PoolReport,
    PoolSettings,
    refuse_if_bad,
    resolve_columns,
)
from sumika.distil.records import Example, Grading

FIELDS = ("prompt", "answer", "domain", "grading", "tests", "reasoning", "source", "licence")
REPORT_EVERY_ROWS = 1000


class _WrongTypeError(Exception):
    """A value of a type that its field cannot be."""


def read_examples(
    settings: PoolSettings, progress: Callable[[int, int], None] = lambda done, total: None
) -> tuple[list[Example], PoolReport]:
    """Read problems.

    Args:
        settings: Which file, which columns.
        progress: Called with (rows read, 0): how many there will be is known only at the end.

    Returns:
        The examples in the order of the file, and what was found.

    Raises:
        PoolError: if the data are missing, empty, damaged, lack a column, or too many rows are bad.
    """
    if settings.kind == "arrays":
        raise PoolError("arrays hold no texts", where=settings.path, remedy="Use a recipe for arrays.")
    files = files_of(settings)
    columns = resolve_columns(settings, FIELDS, ("prompt",), columns_of(settings, files), str(files[0]))
    examples: list[Example] = []
    bad: list[BadRow] = []
    rows = bad_count = 0
    for rows, (where, row) in enumerate(rows_of(settings, files, list(dict.fromkeys(columns.values()))), 1):
        found = row if isinstance(row, BadRow) else _example(settings, columns, row, where)
        if isinstance(found, Example):
            examples.append(found)
        else:
            bad_count += 1
            bad.extend([found] if len(bad) < FIRST_BAD else [])
        if rows % REPORT_EVERY_ROWS == 0:
            progress(rows, 0)
        if settings.limit and len(examples) == settings.limit:
            break
    report = PoolReport(
        path=settings.path,
        rows=rows,
        kept=len(examples),
        bad=bad_count,
        first_bad=tuple(bad),
        columns=columns,
        notes=_notes(settings, columns),
    )
    refuse_if_bad(settings, report)
    return examples, report


def _notes(settings: PoolSettings, columns: Mapping[str, str]) -> tuple[str, ...]:
    notes = []
    if "licence" not in columns and not settings.licence:
        notes.append("the data state no licence and the recipe neither: it is unknown whether they may be used")
    if "domain" not in columns and not settings.domain:
        notes.append("the data state no domain: diversity needs domains or clusters")
    return tuple(notes)


def _example(
    settings: PoolSettings, columns: Mapping[str, str], row: Mapping[str, Any], where: str
) -> Example | BadRow:
    values: dict[str, Any] = {}
    for field, column in columns.items():
        try:
            values[field] = _value(field, row.get(column))
        except _WrongTypeError as error:
            return BadRow(where=where, column=column, problem=str(error))
    if not values["prompt"].strip():
        return BadRow(where=where, column=columns["prompt"], problem="the prompt is missing or empty")
    defaults = {"domain": settings.domain, "licence": settings.licence, "grading": settings.grading, "source": where}
    values |= {field: value for field, value in defaults.items() if not values.get(field)}
    if values.get("grading") == Grading.CODE:
        problem = next(filter(None, map(problem_of_test, values.get("tests", ()))), "")
        if problem:
            return BadRow(where=where, column=columns["tests"], problem=f"a test is no Python: {problem}")
    return Example(**values)


def _value(field: str, value: Any) -> str | tuple[str, ...] | Grading:
    if field == "tests":
        return _tests(value)
    if value is None:
        return ""
    if field == "answer" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise _WrongTypeError(f"text is expected, found {type(value).__name__}: {str(value)[:60]}")
    if field != "grading" or not value:
        return value
    try:
        return Grading(value)
    except ValueError as error:
        raise _WrongTypeError(f"one of {', '.join(Grading)} is expected, found '{value[:60]}'") from error


def _tests(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return tuple(value)
    raise _WrongTypeError(f"a list of texts is expected, found {type(value).__name__}: {str(value)[:60]}")
