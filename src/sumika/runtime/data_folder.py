"""Where a house's data lives, and whose it is while the house runs. Loads no node: most commands ask for no more."""

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from sumika.config import DEMO_FILE, RECORDINGS_FILE, LoadedHouse, edited_copy
from sumika.runtime.node import PAGE
from sumika.schema import SumikaError
from sumika.schema.house import DemoSource, House, PortSource, RecordingSource, WorldSource

_LETTERS_OF_A_PLACE = 8


def data_folder(loaded: LoadedHouse, override: Path | None = None) -> Path:
    """Return where this house's data lives; every simulated house has a folder of its own, and so has the demo house.

    What was never measured must not lie beside what was, nor what one house learned beside another's. `SUMIKA_HOME`
    moves the whole, `override` this house.
    """
    return data_folder_of(demo=is_for_show(loaded.house), override=override, file=loaded.path)


def is_for_show(house: House) -> bool:
    """Return whether nothing of a house's data is measured: it says so, or its radars are simulated.

    A stand-in for a radar that is yet to come does not make a house of real radars or links a simulated one.
    """
    kinds = {type(radar.source) for radar in house.radars}
    if house.demo or WorldSource in kinds:
        return True
    return DemoSource in kinds and not (kinds & {PortSource, RecordingSource} or house.connections)


def data_folder_of(*, demo: bool, override: Path | None = None, file: Path | None = None) -> Path:
    """Return the same without the description's text, which may be broken or gone.

    Args:
        demo: Whether the house is for show.
        override: The folder, if it was named.
        file: Description of the house; None: the demo house.
    """
    if override is not None:
        return override
    base = _base()
    if not demo:
        return base / "house"
    ours = base / "demo"
    if file is None:
        return ours
    place = file.resolve()
    come_with_sumika = {one.resolve() for it in (DEMO_FILE, RECORDINGS_FILE) for one in (it, edited_copy(it, ours))}
    if place in come_with_sumika:
        return ours
    return base / f"demo-{hashlib.sha256(os.fsencode(place)).hexdigest()[:_LETTERS_OF_A_PLACE]}"


def folders_for_show() -> list[Path]:
    """Return the data folders of the demo house and of simulated ones that are there."""
    return sorted(path for path in _base().glob("demo*") if path.is_dir())


def take_accounts_along(loaded: LoadedHouse, folder: Path) -> None:
    """Let the owners of a house that was simulated yesterday still be its owners: its data begins anew, in `folder`.

    Raises:
        OSError: if they cannot be copied.
    """
    before = data_folder_of(demo=True, file=loaded.path) / PAGE
    if is_for_show(loaded.house) or (folder / PAGE).exists() or not before.is_dir():
        return
    half = folder / f"{PAGE}.part"
    shutil.rmtree(half, ignore_errors=True)
    shutil.copytree(before, half, symlinks=True)
    half.rename(folder / PAGE)


def _base() -> Path:
    return Path(os.environ.get("SUMIKA_HOME") or platformdirs.user_data_path("sumika"))


@contextlib.contextmanager
def owned_data_folder(folder: Path) -> Iterator[Path]:
    """Make the folder ours alone while the house runs.

    Raises:
        SumikaError: if it cannot be made or written, or another Sumika runs on it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SumikaError(
            f"the data folder cannot be used ({error.strerror})",
            where=str(folder),
            remedy="Give another one with --data, or mend its permissions.",
        ) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.pread(lock, 32, 0).decode("ascii", "replace").strip()
            raise SumikaError(
                f"another Sumika{f' (process {owner})' if owner else ''} runs on this data",
                where=str(folder),
                remedy="Stop it first, or give another folder with --data.",
            ) from error
        with contextlib.suppress(OSError):  # a full disk: the lock holds, only its owner's number is not told
            os.ftruncate(lock, 0)
            os.pwrite(lock, str(os.getpid()).encode(), 0)
        yield folder
    finally:
        os.close(lock)
