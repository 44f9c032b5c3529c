"""From a radar in house.yaml to what it gives: frames, or the answers of its firmware."""

from collections.abc import Mapping
from pathlib import Path

from sumika.clock import Clock
from sumika.schema import UsageError
from sumika.schema.house import DemoSource, PortSource, Radar, RecordingSource, WorldSource
from sumika.sensors._paths import resolve_path
from sumika.sensors.base import FrameSource, MessageSource, RecordedSource, Source
from sumika.sensors.radar import MODELS, DemoTarget, SimulatedHouse, open_live, open_recording


def open_source(
    radar: Radar,
    house_file: Path,
    clock: Clock,
    environ: Mapping[str, str],
    simulated: SimulatedHouse | None = None,
) -> Source:
    """Open the source that house.yaml names for a radar.

    Args:
        radar: As in house.yaml.
        house_file: Relative paths start from where it lies.
        clock: Tells when the first frame of a recording is taken; stamps what comes live.
        environ: The environment; `SUMIKA_DATA` is the folder of recordings.
        simulated: The simulated house, for a radar that looks into it.

    Raises:
        UsageError: if the model is not known, a path is wrong, or live capture of it is not built in.
        SumikaError: if the recording is damaged or is of another radar, or the device is absent, busy or silent.
    """
    if radar.model not in MODELS:
        raise UsageError(
            f"radar {radar.id} has the model {radar.model!r}, which is not known",
            where=str(house_file),
            remedy=f"Known are {', '.join(MODELS)}",
        )
    match radar.source:
        case DemoSource() as demo:
            return DemoTarget(radar.id, radar.model, demo, clock)
        case RecordingSource() as recorded:
            return _recorded(radar, recorded, house_file, clock, environ)
        case WorldSource():
            return _world_radar(radar, house_file, clock, simulated)
        case PortSource():
            return open_live(radar, house_file, clock, environ)


def open_frames(
    radar: Radar,
    house_file: Path,
    clock: Clock,
    environ: Mapping[str, str],
    simulated: SimulatedHouse | None = None,
) -> FrameSource:
    """Open the source of a radar for who needs its frames; as `open_source`.

    Raises:
        UsageError: also if the radar gives answers of its firmware instead of frames.
        SumikaError: as `open_source`.
    """
    source = open_source(radar, house_file, clock, environ, simulated)
    if isinstance(source, MessageSource):
        source.close()
        raise UsageError(
            f"radar {radar.id} gives what its firmware makes of its samples, and no frames",
            where=str(house_file),
            remedy="Write kind: frames under its source, if its model can give them",
        )
    return source


def _world_radar(radar: Radar, house_file: Path, clock: Clock, simulated: SimulatedHouse | None) -> FrameSource:
    if simulated is None:
        raise UsageError(
            f"radar {radar.id} looks into the simulated house, which does not run here",
            where=str(house_file),
            remedy="Run it with: sumika run, or sumika world run",
        )
    # The people of the simulated house and the loops that draw them are needed by such a radar alone.
    from sumika.sensors.radar.simulated.driver import WorldRadar

    return WorldRadar(radar, simulated, clock)


def _recorded(
    radar: Radar, source: RecordingSource, house_file: Path, clock: Clock, environ: Mapping[str, str]
) -> RecordedSource:
    path = resolve_path(source.path, house_file, environ)
    chirp = source.chirp
    if chirp and not chirp.startswith("builtin:"):
        chirp = str(resolve_path(chirp, house_file, environ))
    if MODELS[radar.model].needs_chirp and not chirp:
        raise UsageError(
            f"the recording of radar {radar.id} does not say how it was taken",
            where=str(house_file),
            remedy="Add chirp: a .yaml or .cfg file, or builtin:iwr6843_vital",
        )
    return RecordedSource(radar.id, open_recording(path, radar.model, chirp), clock, loop=source.loop)
