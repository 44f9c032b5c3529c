"""The one list of makers; everything else loops over it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import sumika.sensors.radar.acconeer as acconeer
import sumika.sensors.radar.hilink as hilink
import sumika.sensors.radar.infineon as infineon
import sumika.sensors.radar.seeed as seeed
import sumika.sensors.radar.ti as ti
from sumika.clock import Clock
from sumika.schema import UsageError
from sumika.schema.house import PortSource, Radar
from sumika.sensors.base import Recording, Source
from sumika.sensors.radar.model import ModelInfo

_OPEN: Mapping[str, Callable[[Path, str, str], Recording]] = {
    "acconeer": acconeer.open_recording,
    "infineon": infineon.open_recording,
    "ti": ti.open_recording,
}

_OPEN_LIVE: Mapping[str, Callable[[Radar, Path, Clock, Mapping[str, str]], Source]] = {
    "acconeer": acconeer.open_live,
    "hilink": hilink.open_live,
    "infineon": infineon.open_live,
    "seeed": seeed.open_live,
    "ti": ti.open_live,
}

_REQUIRE_SETTINGS: Mapping[str, Callable[[Radar, Path, Mapping[str, str]], None]] = {
    "acconeer": acconeer.require_settings,
    "infineon": infineon.require_settings,
    "ti": ti.require_settings,
}

MODELS: Mapping[str, ModelInfo] = MappingProxyType(
    {model.name: model for vendor in (ti, infineon, acconeer, hilink, seeed) for model in vendor.MODELS}
)
"""Every radar model that is known, by its name in `house.yaml`."""


def open_recording(path: Path, model: str, chirp: str = "") -> Recording:
    """Open a recording and check it.

    Args:
        path: File or folder.
        model: One of `MODELS`.
        chirp: Chirp description for formats that carry none: a path, or one of `builtin_chirps`.

    Raises:
        UsageError: if the model is not known.
        SumikaError: if it is no recording of that model, or is damaged.
    """
    if model not in MODELS:
        raise UsageError(f"the radar model {model!r} is not known", remedy=f"Known are {', '.join(MODELS)}")
    vendor = MODELS[model].vendor
    if vendor not in _OPEN:
        raise UsageError(
            f"no recording of a {model} can be played: it keeps its samples to itself",
            where=str(path),
            remedy="Read it live (source type port), or play a log: sumika replay",
        )
    return _OPEN[vendor](path, model, chirp)


def require_live(radar: Radar, house_file: Path) -> PortSource:
    """Check that what house.yaml asks of a radar's port can be done at all; nothing is opened.

    Raises:
        UsageError: if live capture of that model is not built in, or not of that kind.
    """
    model, source, where = MODELS[radar.model], radar.source, str(house_file)
    if not isinstance(source, PortSource):
        raise UsageError(f"radar {radar.id} is not read from a port", where=where, remedy="Write type: port")
    if not model.live:
        asked = f"radar {radar.id} is to be read from {source.device}"
        raise UsageError(
            f"{asked}, but live capture of {radar.model} is not built in yet",
            where=where,
            remedy=f"What works: source type recording with {model.recordings}, or type demo",
        )
    if (source.kind == "points" and not model.answers) or (source.kind == "frames" and model.gives is None):
        other = "frames" if source.kind == "points" else "points"
        raise UsageError(
            f"radar {radar.id}: a {radar.model} gives no {source.kind}",
            where=where,
            remedy=f"Write kind: {other}, or leave kind out",
        )
    return source


def require_settings(radar: Radar, house_file: Path, environ: Mapping[str, str]) -> None:
    """Check all of a radar's port that can be checked without it: what house.yaml says, and the file of settings.

    Args:
        radar: One of `MODELS`; its source is a `PortSource`.
        house_file: Relative paths start from where it lies.
        environ: The environment; `SUMIKA_DATA` is the folder of recordings.

    Raises:
        UsageError: as `require_live`; or a setting is missing or wrong.
        SumikaError: if the file of settings cannot be read, or is not one for this radar.
    """
    require_live(radar, house_file)
    require = _REQUIRE_SETTINGS.get(MODELS[radar.model].vendor)
    if require is not None:
        require(radar, house_file, environ)


def open_live(radar: Radar, house_file: Path, clock: Clock, environ: Mapping[str, str]) -> Source:
    """Open the device that a radar in house.yaml hangs on.

    Args:
        radar: One of `MODELS`; its source is a `PortSource`.
        house_file: Relative paths start from where it lies.
        clock: Stamps what comes.
        environ: The environment; `SUMIKA_DATA` is the folder of recordings.

    Raises:
        UsageError: as `require_live`; or a setting is wrong, or the maker's package is not installed.
        SumikaError: if the device is absent, busy or does not answer.
    """
    require_live(radar, house_file)
    return _OPEN_LIVE[MODELS[radar.model].vendor](radar, house_file, clock, environ)
