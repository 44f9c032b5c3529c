"""Files that a command writes whole: a slip of the hand must not cost somebody another file."""

import zipfile
from pathlib import Path

from sumika.schema import UsageError


def refuse_other_file(target: Path, member: str) -> None:
    """Refuse to write over anything but an earlier file of the same kind, or an empty one.

    Args:
        target: What is to be written.
        member: What every ZIP of that kind holds.

    Raises:
        UsageError: if something else is there.
    """
    try:
        if not target.exists() or target.stat().st_size == 0:
            return
        with zipfile.ZipFile(target) as archive:
            if member in archive.namelist():
                return
    except (OSError, zipfile.BadZipFile):
        pass
    raise UsageError("another file is there", where=str(target), remedy="Give another name, or move that file away.")
