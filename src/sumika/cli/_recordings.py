"""Looks at what a house's radars give before it is needed: what cannot work is told at once, by whoever is asked."""

from functools import partial

import click

from sumika.cli._apart import apart
from sumika.cli._simulated import require_a_world
from sumika.clock import WallClock
from sumika.config import LoadedHouse
from sumika.schema import SumikaError
from sumika.schema.house import PortSource, Radar, RecordingSource
from sumika.sensors import SimulatedHouse, open_source, require_settings


def refusal(loaded: LoadedHouse, radar: Radar) -> SumikaError | None:
    """Open what a radar plays as its node will, and return why it cannot be played; None if it can.

    A device is left alone: opening one sends it settings, and one that is unplugged now may be there in a minute. What
    house.yaml says of it, and the file of settings that it is to be sent, do not change by themselves: those are read.
    """
    try:
        if isinstance(radar.source, PortSource):
            require_settings(radar, loaded.path, loaded.environ)
        else:
            clock = WallClock()
            simulated = SimulatedHouse(house=loaded.house, began=clock.now())
            open_source(radar, loaded.path, clock, loaded.environ, simulated).close()
    except SumikaError as error:
        return error
    return None


def refused(loaded: LoadedHouse) -> list[tuple[Radar, SumikaError]]:
    """Return the radars whose recording is there but cannot be played, each with the reason."""
    found = []
    for radar in loaded.house.radars:
        if isinstance(radar.source, RecordingSource) and _there(loaded, radar.source):
            error = refusal(loaded, radar)
            if error is not None:
                found.append((radar, error))
    return found


def _there(loaded: LoadedHouse, source: RecordingSource) -> bool:
    path = loaded.resolve(source.path)
    return path is not None and path.exists()


def never_start(loaded: LoadedHouse) -> list[tuple[Radar, SumikaError]]:
    """Return the radars on ports that cannot work as they are described, plugged in or not, each with the reason."""
    ports = (radar for radar in loaded.house.radars if isinstance(radar.source, PortSource))
    return [(radar, error) for radar in ports if (error := refusal(loaded, radar))]


def require_one(loaded: LoadedHouse) -> None:
    """Look whether a house would start, without what takes long: what is simulated works.

    Raises:
        SumikaError: if there are radars, none can be opened, and there is nothing else to run for.
    """
    if _runs_without_radars(loaded):
        return
    real = [one for one in loaded.house.radars if isinstance(one.source, PortSource | RecordingSource)]
    if not real or len(real) < len(loaded.house.radars):
        return
    error = None
    for radar in real:
        found = refusal(loaded, radar)
        if found is None:
            return
        error = error or found
    if error is not None:
        raise error


def require_start(loaded: LoadedHouse, *, records: bool = False) -> None:
    """Tell of every radar that will not work; where none works and there is nothing else, the house is not started.

    Args:
        loaded: The house.
        records: It is started for its radars alone.

    Raises:
        UsageError: if it is to be simulated and cannot be.
        SumikaError: if there are radars, none can be opened, and there is nothing else to run for.
    """
    errors = apart(partial(_obstacles, loaded))
    if errors and len(errors) == len(loaded.house.radars) and (records or not _runs_without_radars(loaded)):
        for _, error in errors[1:]:
            click.echo(f"sumika: {error}", err=True)
        raise errors[0][1]
    for radar, error in errors:
        click.echo(f"sumika: radar {radar} does not work: {error}", err=True)


def _obstacles(loaded: LoadedHouse) -> list[tuple[str, SumikaError]]:
    require_a_world(loaded)
    return [(radar.id, error) for radar in loaded.house.radars if (error := refusal(loaded, radar))]


def _runs_without_radars(loaded: LoadedHouse) -> bool:
    """Return whether a house has more than radars: it is heated and aired, even if not one of those works."""
    return bool(loaded.house.devices or loaded.house.sensors)
