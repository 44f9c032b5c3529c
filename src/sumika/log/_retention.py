"""Keeps the logs within their budget and the disk from filling up: the oldest segments go first."""

import fcntl
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sumika.log._format import SEGMENT_NAME


@dataclass(frozen=True, slots=True)
class Budget:
    """How much the logs of all runs may take.

    Attributes:
        max_bytes: All segments together; None where nothing may be deleted.
        min_free_bytes: What must stay free on the disk, for history and for the rest of the machine.
        keep_own: Whether the running run's own segments stay, whatever it costs: somebody asked for all of it.
    """

    max_bytes: int | None
    min_free_bytes: int
    keep_own: bool = False


REPLAY = ".replay"
"""A replay lies beside the run that it replays, under its name with this."""


@dataclass(frozen=True, slots=True)
class _Segment:
    path: Path
    size_bytes: int
    counts: bool
    order: tuple[bool, bool, int, str]


def free_bytes(folder: Path) -> int:
    """Return what is free on the disk that holds `folder`."""
    return shutil.disk_usage(folder).free


def _segments(run_folder: Path) -> list[_Segment]:
    """List all segments, replays' first, then other runs', each run's oldest first.

    A replay can be made again, and of it no log may suffer: it does not count as long as its log is there.
    """
    found = []
    runs = [run for run in _entries(run_folder.parent) if run.is_dir(follow_symlinks=False)]
    names = {run.name for run in runs}
    for run in runs:
        replay = run.name.endswith(REPLAY)
        counts = not replay or run.name.removesuffix(REPLAY) not in names
        for entry in _entries(run.path):
            if SEGMENT_NAME.match(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    order = (run.name == run_folder.name, not replay, status.st_mtime_ns, entry.path)
                    found.append(_Segment(Path(entry.path), status.st_size, counts, order))
    return sorted(found, key=lambda segment: segment.order)


def _entries(folder: Path | str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def delete_unless_written(path: Path) -> bool:
    """Delete a segment that nobody is writing, and its folder if it was the last; tell whether it is gone."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
    except OSError:
        return False
    finally:
        os.close(fd)
    with suppress(OSError):
        path.parent.rmdir()
    return True


def make_room(run_folder: Path, budget: Budget) -> bool:
    """Delete old segments until both limits hold or nothing may be deleted any more; tell whether enough is free.

    A segment that is being written never goes, nor does the newest of the running run. That one gives its own older
    segments only when no finished run has any left: a house that runs for a year must not stop logging when the budget
    is used up. Replays go before everything else; where only the budget is used up, those stay whose log is there.

    Args:
        run_folder: Of the running run; the folders beside it are those of other runs.
        budget: The limits.
    """
    if budget.max_bytes is None:
        return free_bytes(run_folder) >= budget.min_free_bytes
    segments = _segments(run_folder)
    total = sum(segment.size_bytes for segment in segments if segment.counts)
    own = [segment for segment in segments if segment.path.parent.name == run_folder.name]
    kept = own if budget.keep_own else own[-1:]
    for segment in segments[: len(segments) - len(kept)]:
        short = free_bytes(run_folder) < budget.min_free_bytes
        if total <= budget.max_bytes and not short:
            break
        if (segment.counts or short) and delete_unless_written(segment.path):
            total -= segment.size_bytes if segment.counts else 0
    return free_bytes(run_folder) >= budget.min_free_bytes
