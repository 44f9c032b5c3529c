"""Makes a backup: the house's description, all that was learned and kept, and on request its secrets, sealed.

The house may run meanwhile: databases are copied by SQLite itself, small files are only ever replaced whole.
"""

import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from sumika.clock import Clock
from sumika.config import LoadedHouse
from sumika.runtime.backup_file import MANIFEST, SEALED, SECRET_FOLDERS, Manifest, Packer, plain_digest, sealed_part
from sumika.runtime.data_folder import is_for_show
from sumika.schema import SumikaError
from sumika.units import ns_to_seconds

LOGS = "log"
HALF_MINUTES = "alarm/before"
"""How somebody fell: it may come back from where it lies open, but is never put there."""

PAPERS = "desk"
"""Care notes and the like: in plain words what else is kept under residents' keys alone."""

_NEVER = frozenset({"lock", "accounts.lock", "history.lock", "records.lock", "desk.lock"})
DATABASE = ".sqlite3"
_OF_DATABASES = (".sqlite3-wal", ".sqlite3-shm", ".sqlite3-journal")
_BUSY_S = 20.0


def make_backup(
    target: Path,
    loaded: LoadedHouse,
    data: Path,
    version: str,
    clock: Clock,
    *,
    passphrase: str = "",
    logs: bool = False,
) -> Manifest:
    """Write a backup and return what is in it.

    Args:
        target: The file; it is replaced only by a whole one.
        loaded: The house.
        data: Its data folder.
        version: Of Sumika.
        clock: Tells the time.
        passphrase: Seals secrets, which come in then; empty: they are left out.
        logs: Whether logs come in.

    Raises:
        SumikaError: if something cannot be read or written, or is more than can be brought back.
    """
    beside = target.with_name(f"{target.name}.part")
    try:
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
                manifest = _packed(archive, loaded, data, version, clock, passphrase, beside.parent, logs=logs)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except SumikaError:
        beside.unlink(missing_ok=True)
        raise
    except (OSError, sqlite3.Error, zipfile.LargeZipFile) as error:
        with suppress(OSError):  # where there is no such folder
            beside.unlink(missing_ok=True)
        raise SumikaError(
            f"the backup cannot be written ({error})",
            where=str(target),
            remedy="Check the free space, and that the folder belongs to you.",
        ) from error
    return manifest


def _packed(
    archive: zipfile.ZipFile,
    loaded: LoadedHouse,
    data: Path,
    version: str,
    clock: Clock,
    passphrase: str,
    scratch: Path,
    *,
    logs: bool,
) -> Manifest:
    packer = Packer(archive, scratch)
    packer.add(f"house/{loaded.path.name}", loaded.text.encode())
    _add_open(packer, data, logs=logs)
    inside, outside = _secrets(loaded, data)
    manifest = Manifest(
        version=version,
        made_unix_s=ns_to_seconds(clock.now().wall_ns),
        house=loaded.house.name,
        demo=is_for_show(loaded.house),
        house_file=loaded.path.name,
        files=tuple(packer.files),
        left_out=(
            *(() if logs else (f"{LOGS}/: logs",)),
            *(() if passphrase else tuple(inside)),
            *(f"{path}: outside of the house's folder" for path in outside),
            *(f"data/{path.relative_to(data).as_posix()}: a link" for path in _files(data)[1]),
        ),
    )
    if passphrase:
        sealing, sealed = sealed_part(inside, passphrase, plain_digest(manifest))
        archive.writestr(SEALED, sealed)
        manifest = msgspec.structs.replace(manifest, sealing=sealing)
    archive.writestr(MANIFEST, msgspec.json.encode(manifest))
    return manifest


def _add_open(packer: Packer, data: Path, *, logs: bool) -> None:
    """Put all in that is no secret.

    Databases first, and only then it is looked what else there is: a day that the night moves out of a database
    meanwhile is in the copy of the database, and perhaps in its file too, but never in neither.
    """
    for databases in (True, False):
        for path in _files(data)[0]:
            name = path.relative_to(data).as_posix()
            if _is_secret(name) or (name.startswith(f"{LOGS}/") and not logs):
                continue
            if (path.suffix == DATABASE) == databases:
                _add(packer, f"data/{name}", path)


def _add(packer: Packer, name: str, path: Path) -> None:
    """Put a file in; a database as it is at one moment, whoever writes to it."""
    if path.suffix != DATABASE:
        try:
            packer.add_file(name, path)
        except FileNotFoundError:
            return  # somebody has just let go of it
        return
    with tempfile.TemporaryDirectory(prefix=".sumika-backup-", dir=packer.scratch) as folder:
        copy = Path(folder) / path.name
        with (
            closing(sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True, timeout=_BUSY_S)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        packer.add_file(name, copy)


def _files(data: Path) -> tuple[list[Path], list[Path]]:
    """Return the files of a data folder that a backup may hold, no locks or halves, and links that it does not follow.

    A folder may lie elsewhere by a link, as a history on a larger disk does: what is in it comes in. No link leads back
    into the data folder or around it, and none to a single file is followed.
    """
    files: list[Path] = []
    links: list[Path] = []
    inside = {data.resolve()}
    for place, folders, names in os.walk(data, followlinks=True):
        folder = Path(place)
        for name in [each for each in folders if (folder / each).is_symlink()]:
            there = (folder / name).resolve()
            if any(there.is_relative_to(one) or one.is_relative_to(there) for one in inside):
                folders.remove(name)
                links.append(folder / name)
            else:
                inside.add(there)
        for name in names:
            path = folder / name
            if path.name in _NEVER or path.name.endswith((".new", ".part", *_OF_DATABASES)):
                continue
            if path.is_symlink():
                links.append(path)
            elif path.is_file():
                files.append(path)
    return sorted(files), sorted(links)


def _is_secret(name: str) -> bool:
    return any(name.startswith(f"{folder}/") for folder in (*SECRET_FOLDERS, HALF_MINUTES, PAPERS))


def _secrets(loaded: LoadedHouse, data: Path) -> tuple[dict[str, Path], tuple[Path, ...]]:
    """Return the files with secrets by their names in a backup, and those that lie outside of the house's folder."""
    inside = {
        f"data/{path.relative_to(data).as_posix()}": path
        for path in _files(data)[0]
        if _is_secret(path.relative_to(data).as_posix())
    }
    outside: list[Path] = []
    home = loaded.path.parent.resolve()
    for name in sorted(set(named_secrets(msgspec.to_builtins(loaded.house)))):
        path = (home / Path(name).expanduser()).resolve()
        if not path.is_file():
            continue
        if path.is_relative_to(home):
            inside[f"house/{path.relative_to(home).as_posix()}"] = path
        else:
            outside.append(path)
    return inside, tuple(outside)


NAMES_A_FILE = frozenset({"secret_file", "private_key", "certificate", "ca_file", "weather_file"})
"""Without its certificate a house that is brought back has no page, and without that of its broker no bridge."""


def named_secrets(part: Any) -> Iterator[str]:
    """Yield the names of files that a house cannot do without, secrets mostly, however deep they are named.

    Args:
        part: As plain values.
    """
    if isinstance(part, dict):
        for key, value in part.items():
            if key in NAMES_A_FILE and isinstance(value, str) and value:
                yield value
            else:
                yield from named_secrets(value)
    elif isinstance(part, list | tuple):
        for each in part:
            yield from named_secrets(each)
