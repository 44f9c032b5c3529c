"""Deletes what the logs hold of a time, whoever and whatever it is about: they are not encrypted."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mcap.exceptions import McapError
from mcap.reader import make_reader

from sumika.log._retention import delete_unless_written


@dataclass(frozen=True, slots=True)
class LogsDeleted:
    """What became of logs.

    Attributes:
        files: That were deleted.
        size_bytes: Of them all.
        left: Files that hold something of that time and could not be deleted; one is being written, as a rule.
    """

    files: int = 0
    size_bytes: int = 0
    left: int = 0


def log_size(folder: Path) -> tuple[int, int]:
    """Return how many files logs have, and their size in bytes.

    Args:
        folder: Of all runs.
    """
    sizes = [size for _, size, _ in _files(folder)]
    return len(sizes), sum(sizes)


def delete_logs(folder: Path, begins_s: float | None = None, ends_s: float | None = None) -> LogsDeleted:
    """Delete every file that holds something of a time: whole files, which are of an hour at most each.

    A file that does not say what it holds, since its writing was interrupted, is deleted if it was written to in that
    time or later. One that is being written stays.

    Args:
        folder: Of all runs.
        begins_s: Unix time; None: from the beginning.
        ends_s: Unix time; None: until now.
    """
    files = size_bytes = left = 0
    for path, size, changed_s in tuple(_files(folder)):
        first_s, last_s = _holds(path, changed_s)
        if (ends_s is not None and first_s > ends_s) or (begins_s is not None and last_s < begins_s):
            continue
        if delete_unless_written(path):
            files, size_bytes = files + 1, size_bytes + size
        else:
            left += 1
    return LogsDeleted(files, size_bytes, left)


def _files(folder: Path) -> Iterator[tuple[Path, int, float]]:
    """Yield each file of any run, recovered ones beside them too, with its size and when it was last written to."""
    for directory, _, names in os.walk(folder):  # it follows no links
        for name in sorted(names):
            path = Path(directory) / name
            if path.suffix == ".mcap" and not path.is_symlink():
                with suppress(FileNotFoundError):
                    status = path.stat()
                    yield path, status.st_size, status.st_mtime


def _holds(path: Path, changed_s: float) -> tuple[float, float]:
    """Return from when to when a file holds messages, Unix times."""
    try:
        with path.open("rb") as file:
            summary = make_reader(file).get_summary()
    except (OSError, McapError, ValueError, EOFError):
        summary = None
    if summary is None or summary.statistics is None or not summary.statistics.message_count:
        return 0.0, changed_s
    return summary.statistics.message_start_time / 1e9, summary.statistics.message_end_time / 1e9
