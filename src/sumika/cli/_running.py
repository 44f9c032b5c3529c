"""The house that runs on this machine, for commands that speak to it."""

from pathlib import Path

from sumika.bus import RuntimeFolder
from sumika.runtime.what_runs import houses_running
from sumika.schema import UsageError


def running_house(where: str, data: Path | None = None) -> RuntimeFolder:
    """Return the runtime folder of the house that runs here.

    Args:
        where: The command that needs it.
        data: Data folder of the one that is meant; None: of the only one.

    Raises:
        UsageError: if none does, or it is not said which of several.
    """
    running = houses_running()
    if not running:
        raise UsageError("no house is running", where=where, remedy="Start it with `sumika run`.")
    listed = ", ".join(f"{one.whose.data or one.folder.path} ({one.whose.name or 'a house'})" for one in running)
    meant = running if data is None else houses_running(data)
    if not meant:
        raise UsageError(f"no house runs on the data in {data}", where=where, remedy=f"There run: {listed}.")
    if len(meant) > 1:
        # To guess would open, heat or silence something in somebody else's house.
        raise UsageError(f"{len(meant)} houses run here", where=where, remedy=f"Say which with --data: {listed}.")
    return meant[0].folder
