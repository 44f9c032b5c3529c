"""What else than history holds something of a resident's body, and how it goes when they want to be forgotten."""

from pathlib import Path

from sumika.runtime.node import ALARM

BEFORE_FOLDER = "before"
"""Below the alarms' folder: the half minutes before alarms."""

LOG_FOLDER = "log"
"""Below the house's data folder: one folder for each run."""

FORGOTTEN = "resident_forgotten"
"""Code of the event that tells of it; whose memory holds something of anybody's body lets go of it then."""


DESK_ASKED = ("desk", "forget")
"""Below the house's data folder: a file for each resident whose papers the records desk is to take away."""


def ask_to_forget_papers(data: Path, resident: str) -> None:
    """Ask the records desk, which may be at work, to take away the papers about a resident; it does within a minute.

    Args:
        data: The house's data folder.
        resident: Name in `house.yaml`.
    """
    desk, asked = DESK_ASKED
    if (data / desk).is_dir():
        (data / desk / asked).mkdir(mode=0o700, exist_ok=True)
        (data / desk / asked / Path(resident).name).touch(mode=0o600)


def forget_half_minutes(data: Path) -> int:
    """Delete what was kept of the time before alarms; return how many there were.

    All of them: tracks have no names, and those of the whole house lie in each.

    Args:
        data: The house's data folder.
    """
    found = [path for path in (data / ALARM / BEFORE_FOLDER).glob("*") if path.is_file() or path.is_symlink()]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
