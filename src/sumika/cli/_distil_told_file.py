"""Inputs of a student in a file that somebody made, and what residents told of them; a wrong file is told why."""

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.models import UNLABELLED, Student
from sumika.schema import UsageError

Arrays = dict[str, NDArray[Any]]

_READ = ("x", "day", "mask", "label")
_SAVE = "Write it with numpy.savez(FILE, x=..., day=...)."
_NUMBERS, _WHOLE, _TEXT, _DAYS = "fiu", "iu", "US", "fiuUSM"
"""Kinds of numpy's types."""


def read_told(file: Path, student: Student) -> Arrays:
    """Return x, day and, where there are any, mask and label of a .npz file, as `lived_of` takes them.

    Raises:
        UsageError: if it is no such file, or does not fit the student: what is wrong, where, and what to do.
    """
    found = _loaded(file)
    shape = student.about.model.shape
    wanted = f"It needs x (example, {', '.join(map(str, shape))}) and day (example,)."
    missing = [one for one in ("x", "day") if one not in found]
    if missing:
        raise UsageError(f"holds no inputs of {student.name}: no {', '.join(missing)}", where=str(file), remedy=wanted)
    x = found["x"]
    if x.dtype.kind not in _NUMBERS:
        raise UsageError("x holds no numbers", where=str(file), remedy=wanted)
    if x.shape[1:] != shape or not len(x):
        raise UsageError(f"holds no inputs of {student.name}: x is {x.shape}", where=str(file), remedy=wanted)
    found["x"] = x.astype(np.float32)
    _same_length(file, found, "day", (len(x),), "Give one day for each input, such as 2026-11-30.")
    if found["day"].dtype.kind not in _DAYS:
        raise UsageError("day holds no days", where=str(file), remedy="Write days as text, such as 2026-11-30.")
    found["day"] = found["day"].astype(str)
    if "mask" in found:
        _same_length(file, found, "mask", (len(x), shape[0]), "It says of each input which of its points are real.")
        found["mask"] = found["mask"].astype(bool)
    if "label" in found:
        _same_length(file, found, "label", (len(x),), "Give one for each input; '' where nobody told.")
        found["label"] = _labels(file, found["label"], student.classes)
    return found


def _loaded(file: Path) -> Arrays:
    """Return the arrays of the file that are looked at."""
    try:
        if not zipfile.is_zipfile(file):
            with file.open("rb"):  # says so if it is not there, or may not be read
                raise UsageError("is no .npz file, or only a part of one", where=str(file), remedy=_SAVE)
        with np.load(file, allow_pickle=False) as loaded:
            return {name: np.asarray(loaded[name]) for name in _READ if name in loaded}
    except OSError as error:
        raise UsageError(
            f"cannot be read ({error.strerror or error})",
            where=str(file),
            remedy="Look at its name and its permissions.",
        ) from error
    except ValueError as error:
        raise UsageError("holds objects of Python, not numbers and text", where=str(file), remedy=_SAVE) from error
    except (EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise UsageError(f"is damaged ({error})", where=str(file), remedy=_SAVE) from error


def _same_length(file: Path, found: Arrays, what: str, shape: tuple[int, ...], remedy: str) -> None:
    if found[what].shape != shape:
        has = found[what].shape or "a single value"
        raise UsageError(f"{what} is {has}, not {shape} as x has it", where=str(file), remedy=remedy)


def _labels(file: Path, label: NDArray[Any], classes: tuple[str, ...]) -> NDArray[np.int64]:
    """Return numbers of classes; any other name means that nobody told."""
    remedy = f"Give names of classes ({', '.join(classes)}), or their numbers from 0; -1 where nobody told."
    if label.dtype.kind in _TEXT:
        numbers = {one: number for number, one in enumerate(classes)}
        return np.array([numbers.get(one, UNLABELLED) for one in label.astype(str).tolist()], np.int64)
    if label.dtype.kind not in _WHOLE:
        raise UsageError("label holds neither names nor whole numbers", where=str(file), remedy=remedy)
    wrong = label[(label != UNLABELLED) & ((label < 0) | (label >= len(classes)))]
    if len(wrong):
        raise UsageError(f"label {wrong[0]} is no class", where=str(file), remedy=remedy)
    return label.astype(np.int64)
