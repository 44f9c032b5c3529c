"""The doctor's look at the house: its description, its recordings, the ports of its radars."""

import importlib.util
import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from sumika.cli._finding import Finding, fail, ok, warn
from sumika.cli._simulated import require_a_world
from sumika.config import ConfigError, LoadedHouse, Problem, demo_house, load_house
from sumika.schema import SumikaError, UsageError
from sumika.schema.house import PortSource, Radar, RecordingSource
from sumika.sensors import MODELS

_MAKE_ONE = "Make one with: sumika house new"
_HDF5_SUFFIXES = (".h5", ".hdf5")


def described(
    path: Path | None, environ: Mapping[str, str], models: Collection[str]
) -> tuple[list[Finding], LoadedHouse | None]:
    """Judge the description of the house; return it too if it can be used."""
    try:
        loaded = demo_house(environ, models=models) if path is None else load_house(path, environ, models=models)
    except ConfigError as error:
        return [_problem(problem, error.path) for problem in error.problems], None
    except (SumikaError, OSError) as error:
        return [fail(f"house {path}", str(error), _MAKE_ONE)], None
    rooms, radars = len(loaded.house.rooms), len(loaded.house.radars)
    name = "the demo house" if path is None else str(path)
    findings = [ok(f"house '{loaded.house.name}' ({name}): {rooms} rooms, {radars} radars")]
    return findings + [_problem(problem, loaded.path) for problem in loaded.warnings], loaded


def _problem(problem: Problem, path: Path) -> Finding:
    judge = warn if problem.warning else fail
    if problem.line:
        return judge(f"{path}:{problem.line}", str(problem), "Mend that line; to see all of them: sumika house check")
    remedy = "Mend the file; to see all of it: sumika house check" if path.exists() else _MAKE_ONE
    return judge(str(path), str(problem), remedy)


def world_possible(loaded: LoadedHouse) -> list[Finding]:
    """Judge whether a simulated house can be what is described; nothing is found of one that can, and of a real one."""
    try:
        require_a_world(loaded)
    except UsageError as error:
        return [fail(error.where, error.problem, error.remedy)]
    return []


def recordings_there(
    loaded: LoadedHouse, present: Callable[[str], bool], refusal: Callable[[Radar], SumikaError | None]
) -> list[Finding]:
    """Judge the files that the house's radars play.

    Args:
        loaded: The house.
        present: Tells whether a module can be imported.
        refusal: Opens what a radar plays; returns why it cannot be played.
    """
    return [
        finding
        for radar in loaded.house.radars
        if isinstance(radar.source, RecordingSource)
        for finding in _recording(loaded, radar, radar.source, present, refusal)
    ]


def _recording(
    loaded: LoadedHouse,
    radar: Radar,
    source: RecordingSource,
    present: Callable[[str], bool],
    refusal: Callable[[Radar], SumikaError | None],
) -> list[Finding]:
    path = loaded.resolve(source.path)
    if path is None:
        return [
            fail(
                f"radar {radar.id}: {source.path}",
                "SUMIKA_DATA is not set",
                "Set it to the folder with the recordings",
            )
        ]
    if not path.exists():
        return [fail(f"radar {radar.id}: {path}", "there is no such recording", "Mend the path, or set SUMIKA_DATA")]
    if not os.access(path, os.R_OK):
        return [fail(f"radar {radar.id}: {path}", "we may not read it", "Mend its permissions")]
    if path.suffix.lower() in _HDF5_SUFFIXES and not present("h5py"):
        return [fail(f"radar {radar.id}: {path}", "an HDF5 file needs h5py", "Run: pip install 'sumika[recordings]'")]
    if error := refusal(radar):
        return [fail(f"radar {radar.id}: {error.where or path}", error.problem, error.remedy)]
    return [ok(f"radar {radar.id} plays {path}")]


def data_there(environ: Mapping[str, str], default: Path | None) -> list[Finding]:
    """Judge the folder of recordings.

    Args:
        environ: SUMIKA_DATA is looked up here.
        default: Where recordings are looked for without it; None if there are none.
    """
    configured = environ.get("SUMIKA_DATA", "")
    if not configured:
        if default is not None:
            return [ok(f"SUMIKA_DATA is not set; recordings are found in {default}")]
        return [
            warn(
                "SUMIKA_DATA is not set",
                "the demo house has no recordings to play and shows a simulated target",
                "Set it to the folder with the recordings, if you have them",
            )
        ]
    folder = Path(configured).expanduser()
    if not folder.is_dir():
        return [warn(f"SUMIKA_DATA is {folder}", "that is no folder", "Set it to the folder with the recordings")]
    names = sorted(path.name for path in folder.iterdir() if path.is_dir())
    if not names:
        return [warn(f"SUMIKA_DATA is {folder}", "that folder holds no data set", "Put the recordings there")]
    return [ok(f"SUMIKA_DATA is {folder}: {', '.join(names)}")]


def ports_described(loaded: LoadedHouse, refusal: Callable[[Radar], SumikaError | None]) -> list[Finding]:
    """Judge what house.yaml says of radars on ports, and their files of settings; nothing is found of what can work.

    Args:
        loaded: The house.
        refusal: Looks at a radar's settings; returns why it cannot work by them.
    """
    return [
        fail(f"radar {radar.id}: {error.where}", error.problem, error.remedy)
        for radar in loaded.house.radars
        if isinstance(radar.source, PortSource) and (error := refusal(radar))
    ]


def ports_usable(loaded: LoadedHouse) -> list[Finding]:
    """Judge the ports of radars that hang on one, and the makers' packages that they are read through."""
    findings = []
    for radar in loaded.house.radars:
        if isinstance(radar.source, PortSource):
            names = dict.fromkeys((radar.source.device, radar.source.command))
            findings += [_port_usable(radar.id, Path(name)) for name in names if name.startswith("/")]
            findings += _package_there(radar)
    return findings


def _port_usable(radar: str, device: Path) -> Finding:
    if not device.exists():
        return fail(
            f"radar {radar}: {device}",
            "there is no such device",
            "Plug the radar in, and look what it is called: ls /dev/serial/by-id",
        )
    if not os.access(device, os.R_OK | os.W_OK):
        return fail(
            f"radar {radar}: {device}",
            "we may not read and write it",
            f"Join its group and log in again: sudo usermod -aG {_group(device)} $USER",
        )
    return ok(f"radar {radar}: {device}")


def _package_there(radar: Radar) -> list[Finding]:
    package = MODELS[radar.model].package if radar.model in MODELS else ""
    if not package:
        return []
    what = f"radar {radar.id}: the package {package}"
    if importlib.util.find_spec(package) is None:
        return [fail(what, "it is not installed", "See docs/how-to/connect-a-radar.md")]
    return [ok(what)]


def _group(device: Path) -> str:
    try:
        return device.group()
    except (KeyError, OSError):
        return "dialout"
