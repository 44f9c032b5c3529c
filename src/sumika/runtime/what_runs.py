"""Which houses run on this machine: a small file in each runtime folder says whose it is, by the data folder."""

from pathlib import Path

import msgspec

from sumika.bus import RuntimeFolder
from sumika.runtime.small_file import DamagedFileError, read_small, write_small

WHOSE_FILE = "house.json"
"""Below the runtime folder."""


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a runtime folder is.

    Attributes:
        data: The data folder of the house, absolute; empty where it is not known.
        name: Of the house, for people.
    """

    data: str = ""
    name: str = ""


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """A house that runs.

    Attributes:
        folder: Its runtime folder.
        whose: Which house it is.
    """

    folder: RuntimeFolder
    whose: Whose


def say_whose(folder: RuntimeFolder, data: Path, name: str) -> None:
    """Leave word of whose a runtime folder is; without it commands cannot choose the house, and all else goes on.

    Args:
        folder: The runtime folder.
        data: The house's data folder.
        name: Of the house, for people.
    """
    write_small(folder.path / WHOSE_FILE, Whose(data=str(data.resolve()), name=name))


def houses_running(data: Path | None = None) -> list[Running]:
    """Return the houses of ours that run on this machine, the newest first.

    Args:
        data: Only the one with this data folder; None: all.

    Raises:
        SumikaError: if the place of the runtime folders is not ours alone.
    """
    found = [Running(folder=folder, whose=_whose(folder)) for folder in RuntimeFolder.running()]
    # Benches and the doctor have runtime folders too, and say nothing; nor does a house of an older Sumika.
    houses = [one for one in found if one.whose.data] or found
    if data is None:
        return houses
    wanted = str(data.resolve())
    return [one for one in houses if one.whose.data in (wanted, "")]


def _whose(folder: RuntimeFolder) -> Whose:
    try:
        return read_small(folder.path / WHOSE_FILE, Whose, Whose())
    except DamagedFileError:  # it goes away just now
        return Whose()
