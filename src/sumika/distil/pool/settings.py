"""What a recipe says about a pool, and what reading it found."""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from sumika.distil.records import Grading
from sumika.schema import SumikaError

FIRST_BAD = 10

Kind = Literal["jsonl", "parquet", "folder", "arrays"]


class PoolError(SumikaError):
    """A pool cannot be read, or too much of it is bad."""


class PoolSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which data to read, and how.

    Attributes:
        path: A file, or a folder for `kind: folder` and for arrays in several .npy files.
        kind: "jsonl" (also .gz), "parquet", "folder" (a Hugging Face data set: saved with `save_to_disk`, or a folder
            of SPLIT-*.parquet), or "arrays" (.npz, .npy, a folder of .npy).
        columns: Our field (`prompt`, `answer`, ... of `Example`; `x`, `y`, ... of `ArraySet`) -> its column there.
            A field that is not named here is read from the column of its own name, where there is one.
        split: Which split of a data set folder.
        limit: Read so many good rows and no more; 0 reads all.
        licence: SPDX identifier of the data, for rows that state none.
        domain: Domain of the rows that state none.
        grading: How answers are graded, for rows that do not say.
        most_bad_share: Above this share of unreadable rows the pool is refused.
    """

    path: str
    kind: Kind = "jsonl"
    columns: dict[str, str] = {}
    split: str = "train"
    limit: int = 0
    licence: str = ""
    domain: str = ""
    grading: Grading = Grading.TEXT
    most_bad_share: float = 0.01

    def __post_init__(self) -> None:
        """Check what no type can say."""
        if self.limit < 0:
            raise ValueError(f"`limit` is {self.limit}: a number of rows, or 0 for all")
        if not 0 <= self.most_bad_share <= 1:
            raise ValueError(f"`most_bad_share` is {self.most_bad_share}: a share from 0 to 1")


class BadRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row that could not be read.

    Attributes:
        where: File and line or row, counted from 1.
        column: Column it is about; "" where the whole row is broken.
        problem: What was found and what would have been right.
    """

    where: str
    column: str
    problem: str

    def __str__(self) -> str:
        """Return everything in one line."""
        return (
            f"{self.where}: column '{self.column}': {self.problem}" if self.column else f"{self.where}: {self.problem}"
        )


class PoolReport(msgspec.Struct, frozen=True, kw_only=True):
    """What reading a pool found.

    Attributes:
        path: What was read.
        rows: Rows seen.
        kept: Rows that became examples.
        bad: Rows that could not be read.
        first_bad: The first ten of them.
        columns: Field -> column it was read from.
        notes: What was assumed because the data do not say it.
    """

    path: str
    rows: int
    kept: int
    bad: int
    first_bad: tuple[BadRow, ...]
    columns: dict[str, str]
    notes: tuple[str, ...] = ()


def existing(path: str) -> Path:
    """Return the path.

    Raises:
        PoolError: if nothing is there; the message names the most similar file beside it.
    """
    found = Path(path)
    if not found.exists():
        beside = [entry.name for entry in found.parent.iterdir()] if found.parent.is_dir() else []
        near = difflib.get_close_matches(found.name, beside, n=1)
        hint = f"Did you mean {found.parent / near[0]}?" if near else "Correct `path` of the pool in the recipe."
        raise PoolError("there is no such file or folder", where=path, remedy=hint)
    return found


def resolve_columns(
    settings: PoolSettings, fields: Iterable[str], required: Iterable[str], found: Iterable[str], where: str
) -> dict[str, str]:
    """Return field -> column for every field that these data have.

    Args:
        settings: Its `columns` say which column a field is read from.
        fields: The fields that exist.
        required: Those without which nothing can be read.
        found: Columns of the data.
        where: File, for messages.

    Raises:
        PoolError: if `columns` names an unknown field, or a column that is named or required is missing.
    """
    known, present = list(fields), list(found)
    for field in settings.columns:
        if field not in known:
            raise PoolError(
                f"`columns` maps '{field}', which is no field{_near(field, known)}",
                where=where,
                remedy=f"Fields are {', '.join(known)}.",
            )
    resolved = {}
    for field in known:
        column = settings.columns.get(field, field)
        if column in present:
            resolved[field] = column
        elif field in settings.columns or field in set(required):
            raise PoolError(
                f"there is no column '{column}' for the field '{field}'{_near(column, present)}",
                where=where,
                remedy=f"Columns found: {', '.join(present) or 'none'}. Say `columns: {{{field}: NAME}}`.",
            )
    return resolved


def refuse_if_bad(settings: PoolSettings, report: PoolReport) -> None:
    """Refuse a pool that is empty or too bad.

    Raises:
        PoolError: with the first ten bad rows.
    """
    listed = "".join(f"\n  {row}" for row in report.first_bad)
    if report.rows and report.bad / report.rows > settings.most_bad_share:
        raise PoolError(
            f"{report.bad} of {report.rows} rows cannot be read, more than the share of {settings.most_bad_share:g} "
            f"that is allowed:{listed}\n",
            where=report.path,
            remedy=f"Mend them, or allow them with `most_bad_share: {_rounded_up(report.bad / report.rows)}`.",
        )
    if not report.kept:
        raise PoolError(f"there is no row in it{listed}", where=report.path, remedy="Name data with at least one row.")


def _rounded_up(share: float) -> float:
    return min(1.0, int(share * 1000 + 1) / 1000)


def _near(name: str, known: Iterable[str]) -> str:
    lowered: Mapping[str, str] = {entry.lower(): entry for entry in known}
    near = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=0.5)
    return f" (nearest: '{lowered[near[0]]}')" if near else ""
