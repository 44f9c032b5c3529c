"""The houses that run when none is described: a simulated one, and one whose radars play real recordings."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from sumika.config._document import Document
from sumika.config._load import LoadedHouse, load_house, parse_house
from sumika.schema.house import DemoSource, RecordingSource

DEMO_FILE = Path(__file__).with_name("demo_house.yaml")
RECORDINGS_FILE = Path(__file__).with_name("recordings_house.yaml")

_STAND_INS = {
    "bedroom_radar": DemoSource(range_m=1.1, respiration_bpm=13.2, seed=1),
    "living_radar": DemoSource(range_m=1.8, respiration_bpm=15.6, seed=2),
    "study_radar": DemoSource(range_m=0.9, respiration_bpm=14.4, seed=3),
}
"""What breathes in a room whose recording is absent."""


def demo_house(environ: Mapping[str, str] = os.environ, *, models: Collection[str] | None = None) -> LoadedHouse:
    """Return the demo house: a simulated family house with two residents, a cat and three radars.

    Args:
        environ: Variables that paths in it may name.
        models: The radar models there are; None leaves them unchecked.
    """
    return load_house(DEMO_FILE, environ, models=models)


def recordings_house(environ: Mapping[str, str] = os.environ, *, models: Collection[str] | None = None) -> LoadedHouse:
    """Return the house of real recordings, with a simulated target for every radar whose recording is absent.

    Args:
        environ: SUMIKA_DATA is the folder of recordings.
        models: The radar models there are; None leaves them unchecked.

    Returns:
        The house. Its text is what is in force, with the stand-ins written into it.
    """
    return with_stand_ins(load_house(RECORDINGS_FILE, environ, models=models), environ, models=models)


def with_stand_ins(
    loaded: LoadedHouse, environ: Mapping[str, str] = os.environ, *, models: Collection[str] | None = None
) -> LoadedHouse:
    """Return the house of real recordings, as it was or changed, with a target for every radar without a recording.

    Args:
        loaded: As it stands in the file.
        environ: SUMIKA_DATA is the folder of recordings.
        models: The radar models there are; None leaves them unchecked.
    """
    document = Document(loaded.text, loaded.path)
    for radar in loaded.house.radars:
        stand_in = _STAND_INS.get(radar.id)
        if stand_in and isinstance(radar.source, RecordingSource) and not _there(loaded.resolve(radar.source.path)):
            document.set(f"radars[{radar.id}].source", stand_in)
    return parse_house(document.text, loaded.path, environ, models=models)


def edited_demo_house(
    data: Path, environ: Mapping[str, str] = os.environ, *, models: Collection[str] | None = None
) -> LoadedHouse | None:
    """Return the demo house as it was changed on its page; None where nobody changed it.

    Args:
        data: The data folder of the demo house.
        environ: Variables that paths in it may name.
        models: The radar models there are; None leaves them unchecked.

    Raises:
        ConfigError: if it cannot be used.
    """
    copy = edited_copy(DEMO_FILE, data)
    return load_house(copy, environ, models=models) if copy.exists() else None


def edited_recordings_house(
    data: Path, environ: Mapping[str, str] = os.environ, *, models: Collection[str] | None = None
) -> LoadedHouse | None:
    """Return the house of real recordings as it was changed on its page; arguments as of `edited_demo_house`."""
    copy = edited_copy(RECORDINGS_FILE, data)
    if not copy.exists():
        return None
    return with_stand_ins(load_house(copy, environ, models=models), environ, models=models)


def edited_copy(built_in: Path, data: Path) -> Path:
    """Return where the page writes its changes of a house that comes with Sumika.

    Args:
        built_in: DEMO_FILE or RECORDINGS_FILE.
        data: Its data folder; both houses share one.
    """
    return data / ("house.yaml" if built_in == DEMO_FILE else built_in.name)


def _there(recording: Path | None) -> bool:
    return recording is not None and recording.exists()
