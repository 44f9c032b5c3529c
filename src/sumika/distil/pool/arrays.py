"""Labelled arrays from .npz and .npy files; nothing pickled is ever opened."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.distil.pool.settings import (
    FIRST_BAD,
    BadRow,
    PoolError,
    PoolReport,
    PoolSettings,
    existing,
    refuse_if_bad,
    resolve_columns,
)
from sumika.distil.records import ArraySet

FIELDS = ("x", "y", "group", "domain", "classes", "mask")
UNLABELLED = -1
"""Class of the examples of a pool without labels: only a teacher can label them."""


def read_arrays(settings: PoolSettings) -> tuple[ArraySet, PoolReport]:
    """Read labelled arrays.

    A single .npy is `x` without labels (every class is -1). Labels that are names become `classes` in sorted order, and
    so do whole numbers where no `classes` name them: class 0 is the least of them.

    Returns:
        The set (rows whose label is impossible left out), and what was found.

    Raises:
        PoolError: if the file is missing, empty, damaged, pickled, or its arrays do not fit each other.
    """
    path = existing(settings.path)
    arrays = _loaded(path)
    columns = resolve_columns(settings, FIELDS, ("x",), arrays, settings.path)
    fields = {field: arrays[column] for field, column in columns.items()}
    notes: list[str] = []
    whole = _array_set(settings, fields, columns, notes)
    bad = _impossible_labels(whole)
    good = np.flatnonzero(~bad)[: settings.limit or None]
    column = columns.get("y", "y")
    report = PoolReport(
        path=settings.path,
        rows=len(whole),
        kept=len(good),
        bad=int(bad.sum()),
        first_bad=tuple(
            BadRow(where=f"{settings.path} row {row + 1}", column=column, problem=_label_problem(whole, int(row)))
            for row in np.flatnonzero(bad)[:FIRST_BAD]
        ),
        columns=columns,
        notes=tuple(notes),
    )
    refuse_if_bad(settings, report)
    return whole.take(good), report


def _loaded(path: Path) -> dict[str, NDArray[Any]]:
    if path.is_dir():
        files = sorted(path.glob("*.npy"))
        if not files:
            raise PoolError("there is no .npy file in this folder", where=str(path), remedy="Name another folder.")
        return {file.stem: _one(file)[file.stem] for file in files}
    loaded = _one(path)
    return {"x": loaded[path.stem]} if path.suffix == ".npy" else loaded


def _one(path: Path) -> dict[str, NDArray[Any]]:
    try:
        if path.suffix == ".npy":
            return {path.stem: np.load(path, mmap_mode="r", allow_pickle=False)}
        with np.load(path, allow_pickle=False) as archive:
            return dict(archive)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, TypeError, AttributeError) as error:
        empty = path.stat().st_size == 0
        problem = "the file is empty" if empty else f"this is no .npz or .npy of plain numbers ({error})"
        remedy = "Write it with numpy.savez; arrays of Python objects are never opened, they could run programs."
        raise PoolError(problem, where=str(path), remedy=remedy) from error


def _array_set(
    settings: PoolSettings, fields: Mapping[str, NDArray[Any]], columns: Mapping[str, str], notes: list[str]
) -> ArraySet:
    x = fields["x"]
    if not (np.issubdtype(x.dtype, np.number) and not np.iscomplexobj(x)) or x.ndim < 2:
        found = f"{x.dtype} of shape {x.shape}"
        raise PoolError(
            f"column '{columns['x']}': numbers of shape (example, ...) are expected, found {found}",
            where=settings.path,
            remedy="Say `columns: {x: NAME}` in the recipe.",
        )
    for field in ("y", "group", "domain", "mask"):
        if field in fields and len(np.atleast_1d(fields[field])) != len(x):
            raise PoolError(
                f"column '{columns[field]}' has {len(np.atleast_1d(fields[field]))} rows, "
                f"but '{columns['x']}' has {len(x)}",
                where=settings.path,
                remedy="Every array needs one row per example.",
            )
    y, classes = _labels(settings, fields, len(x), notes)
    if "group" not in fields:
        notes.append("no `group`: every row is taken for a person or room of its own, which makes splits too kind")
    group = fields["group"] if "group" in fields else np.arange(len(x))
    domain = fields["domain"] if "domain" in fields else np.full(len(x), settings.domain)
    mask = _mask(settings, fields, x)
    return ArraySet(
        x=np.asarray(x, np.float32), y=y, group=group.astype(str), domain=domain.astype(str), classes=classes, mask=mask
    )


def _labels(
    settings: PoolSettings, fields: Mapping[str, NDArray[Any]], rows: int, notes: list[str]
) -> tuple[NDArray[np.int64] | NDArray[np.float32], tuple[str, ...]]:
    classes = tuple(str(name) for name in fields["classes"]) if "classes" in fields else ()
    if "y" not in fields:
        notes.append("no `y`: the pool has no labels")
        return np.full(rows, UNLABELLED, np.int64), classes
    y = fields["y"]
    if y.dtype.kind in "US":
        names = classes or tuple(str(name) for name in np.unique(y))
        index = {name: number for number, name in enumerate(names)}
        return np.array([index.get(str(name), len(names)) for name in y], np.int64), names
    if y.dtype.kind in "iub" and y.ndim == 1:
        return _numbered(y.astype(np.int64), classes, notes)
    if y.dtype.kind == "f":
        return y.astype(np.float32).reshape(rows, -1), classes
    raise PoolError(
        f"column 'y': classes (whole numbers or names, one per row) or outputs (floating point) are expected, found "
        f"{y.dtype} of shape {y.shape}",
        where=settings.path,
        remedy="Say `columns: {y: NAME}` in the recipe.",
    )


def _numbered(
    y: NDArray[np.int64], classes: tuple[str, ...], notes: list[str]
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return whole numbers as classes: what `classes` names, or else those there are, which may begin anywhere."""
    found = np.unique(y[y >= 0])
    if classes or not len(found):
        return y, classes
    names = tuple(str(number) for number in found)
    notes.append(f"no `classes`: the {len(names)} whole numbers of `y` name themselves")
    return np.where(y >= 0, np.searchsorted(found, y), y), names


def _mask(settings: PoolSettings, fields: Mapping[str, NDArray[Any]], x: NDArray[Any]) -> NDArray[np.bool_] | None:
    if "mask" not in fields:
        return None
    if fields["mask"].shape != x.shape[:2]:
        raise PoolError(
            f"column 'mask' has the shape {fields['mask'].shape}, but (example, point) is {x.shape[:2]}",
            where=settings.path,
            remedy="It says for every point whether it is real.",
        )
    return fields["mask"].astype(bool)


def _impossible_labels(arrays: ArraySet) -> NDArray[np.bool_]:
    if arrays.y.dtype == np.int64:
        too_large = arrays.y >= len(arrays.classes) if arrays.classes else np.zeros(len(arrays), bool)
        return np.asarray((arrays.y < UNLABELLED) | too_large)
    return np.asarray(~np.isfinite(arrays.y).all(axis=1))


def _label_problem(arrays: ArraySet, row: int) -> str:
    if arrays.y.dtype == np.int64:
        return f"the class is {arrays.y[row]}, but there are {len(arrays.classes)} classes"
    return f"the output is not finite: {arrays.y[row]}"
