"""The house that runs on this machine, for commands that speak to it."""

from sumika.bus import RuntimeFolder
from sumika.schema import UsageError


def running_house(where: str) -> RuntimeFolder:
    """Return the runtime folder of the house that runs here.

    Args:
        where: The command that needs it.

    Raises:
        UsageError: if none does.
    """
    running = RuntimeFolder.running()
    if not running:
        raise UsageError("no house is running", where=where, remedy="Start it with `sumika run`.")
    return running[0]
