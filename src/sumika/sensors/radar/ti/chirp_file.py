"""Finds and reads the chirp description of a capture: built in, YAML, or the .cfg file that was sent to the radar."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sumika.schema import SumikaError, UsageError
from sumika.sensors._files import read_text
from sumika.sensors.radar.ti.cfg_file import parse_cfg
from sumika.sensors.radar.ti.values import ChirpDescription

_BUILTIN = "builtin:"


def builtin_chirps() -> tuple[str, ...]:
    """Return the names of the chirp descriptions that come with Sumika, as `chirp:` takes them."""
    names = (Path(entry.name) for entry in _folder().iterdir())
    return tuple(sorted(f"{_BUILTIN}{name.stem}" for name in names if name.suffix == ".yaml"))


def read_chirp(chirp: str) -> ChirpDescription:
    """Return a chirp description.

    Args:
        chirp: Path of a .yaml or .cfg file, or one of `builtin_chirps`.

    Raises:
        UsageError: if none is named, or one that is not built in.
        SumikaError: if the file is absent, a field is missing, unknown or out of range, or two contradict each other.
    """
    if not chirp:
        raise UsageError(
            "a DCA1000 capture does not say how it was taken, and no chirp description is named",
            remedy=f"Add chirp: FILE.yaml, FILE.cfg, or {' or '.join(builtin_chirps())}",
        )
    text = _builtin_text(chirp) if chirp.startswith(_BUILTIN) else read_text(Path(chirp), "the chirp description")
    is_cfg = any(line.lstrip().startswith("profileCfg") for line in text.splitlines())
    description = parse_cfg(text, chirp) if is_cfg else _parse_yaml(text, chirp)
    contradiction = description.contradiction()
    if contradiction:
        raise SumikaError(contradiction, where=chirp, remedy="Mend the chirp description")
    return description


def _folder() -> Any:
    return files("sumika.sensors.radar.ti") / "chirps"


def _builtin_text(chirp: str) -> str:
    if chirp not in builtin_chirps():
        raise UsageError(
            f"there is no built-in chirp description {chirp!r}", remedy=f"Built in: {', '.join(builtin_chirps())}"
        )
    return str((_folder() / f"{chirp.removeprefix(_BUILTIN)}.yaml").read_text(encoding="utf-8"))


def _parse_yaml(text: str, where: str) -> ChirpDescription:
    try:
        return msgspec.convert(YAML(typ="safe", pure=True).load(text), ChirpDescription)
    except YAMLError as error:
        reason = " ".join(str(error).split())[:200]
        raise SumikaError(f"the chirp description is no YAML: {reason}", where=where) from error
    except (msgspec.ValidationError, ValueError, TypeError, RecursionError) as error:
        raise SumikaError(
            f"the chirp description is not as expected: {error}",
            where=where,
            remedy=f"Its fields are {', '.join(ChirpDescription.__struct_fields__)}",
        ) from error
