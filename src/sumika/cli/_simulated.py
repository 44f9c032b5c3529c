"""Looks whether the simulated house can be what is described, before anything begins."""

from sumika.config import LoadedHouse, line_of
from sumika.schema import SumikaError, UsageError
from sumika.schema.house import WorldSource


def require_a_world(loaded: LoadedHouse) -> None:
    """Look whether a world can be made of a house that radars look into as a simulated one; others are left alone.

    Raises:
        UsageError: if it cannot be: its own process would die of that, while everything else seemed to run.
    """
    if not any(isinstance(radar.source, WorldSource) for radar in loaded.house.radars):
        return
    from sumika.world.simulation import World  # slow to import, and what no real house needs

    try:
        World.check(loaded.house, folder=loaded.path.parent)
    except SumikaError as error:
        line = line_of(loaded.text, error.where)
        place = f"{loaded.path}:{line}" if line else str(loaded.path)
        where = f"{place}: {error.where}" if error.where else place
        raise UsageError(error.problem, where=where, remedy=error.remedy) from error
