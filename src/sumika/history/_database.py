"""SQLite files that survive: durable commits; a corrupt one is set aside, an older migrated, a newer refused."""

import fcntl
import os
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import msgspec

from sumika.schema import SumikaError, UsageError
from sumika.units import NANOSECONDS_PER_SECOND

_HEADER = b"SQLite format 3\0"
_OF_THE_DISK = frozenset(
    (
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_AUTH,
    )
)
_PRIMARY_CODE = 0xFF
_BUSY_TIMEOUT_S = 5.0


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """What one kind of database looks like.

    Attributes:
        application_id: Marks the file as ours.
        version: Of the tables; in `PRAGMA user_version`.
        create: Script that makes the newest version.
        migrations: Script that leads from each older version to the next one.
    """

    application_id: int
    version: int
    create: str
    migrations: Mapping[int, str] = msgspec.field(default_factory=dict)


DatabaseProblem = (sqlite3.Error, UnicodeDecodeError)
"""What using a database may raise: the messages about a broken schema quote its bytes, and Python decodes them."""


def is_corrupt(error: Exception) -> bool:
    """Tell whether an error means that the file is broken, not that the disk is full or the file locked.

    Our statements never change, so that what is no trouble of the disk (a table that is not there, a constraint that
    cannot hold) is a broken file.
    """
    if isinstance(error, UnicodeDecodeError):
        return True
    if not isinstance(error, sqlite3.Error) or isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError):
        return False
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or code & _PRIMARY_CODE not in _OF_THE_DISK


def sync_folder(folder: Path) -> None:
    """Make new, renamed and removed names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Create a folder that only its owner can enter; an existing one that is too open is closed.

    Raises:
        UsageError: if the folder cannot be made or is not ours.
    """
    try:
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        for each in reversed(missing):
            each.mkdir(mode=0o700, exist_ok=True)
            sync_folder(each.parent)
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise UsageError(
            f"cannot use this folder ({error.strerror})",
            where=str(folder),
            remedy="Choose a folder that belongs to you with --data.",
        ) from error


def lock(path: Path, name: str) -> int:
    """Take the lock that only one writer may hold; it ends with the process, however that ends.

    Returns:
        The descriptor that holds it; closing it gives it back.

    Raises:
        SumikaError: if another process holds it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise SumikaError(
            f"{name} is being written by another process",
            where=str(path.parent),
            remedy="Stop the other one, or use another folder with --data.",
        ) from error
    return descriptor


def set_aside(path: Path, wall_ns: int) -> Path:
    """Rename a broken database and what belongs to it, so that a new one can begin; nothing is deleted.

    Returns:
        Its new name, `<name>.corrupt.<time>`.
    """
    time = f"{datetime.fromtimestamp(wall_ns // NANOSECONDS_PER_SECOND, UTC):%Y%m%dT%H%M%SZ}"
    target = path.with_name(f"{path.name}.corrupt.{time}")
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.name}.corrupt.{time}.{number}")
    # The main file last: a new main file beside an old write-ahead log would swallow the old one's pages.
    for suffix in ("-wal", "-shm", ""):
        source = path.with_name(path.name + suffix)
        if source.exists():
            source.rename(target.with_name(target.name + suffix))
    sync_folder(path.parent)
    return target


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open a database file: autocommit, write-ahead log, every commit on the disk before it returns."""
    # A read-only open of a write-ahead database fails where its side files are gone; a writable one that may only
    # query does not.
    mode = "rw" if read_only else "rwc"
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}", uri=True, isolation_level=None, timeout=_BUSY_TIMEOUT_S
    )
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")  # Broken text is found by its checksum.
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA journal_size_limit = 8388608")
    except BaseException:
        connection.close()
        raise
    return connection


def open_database(path: Path, layout: Layout, wall_ns: int) -> tuple[sqlite3.Connection, Path | None]:
    """Open a database for writing; make it, migrate it, or set a broken one aside and begin anew.

    Returns:
        The connection, and where a broken file now is, if there was one.

    Raises:
        SumikaError: if the file is from a newer version, is not ours, or cannot be opened.
    """
    aside: Path | None = None
    wal = path.with_name(path.name + "-wal")
    if (path.exists() and not _looks_like_sqlite(path)) or (wal.exists() and not path.exists()):
        aside = set_aside(path, wall_ns)
    try:
        return _open_checked(path, layout), aside
    except DatabaseProblem as error:
        if not is_corrupt(error):
            raise _cannot_open(path, error) from error
    aside = set_aside(path, wall_ns)
    try:
        return _open_checked(path, layout), aside
    except DatabaseProblem as error:
        raise _cannot_open(path, error) from error


def _cannot_open(path: Path, error: Exception) -> SumikaError:
    return SumikaError(
        f"database cannot be opened ({error})", where=str(path), remedy="Check free space and who owns the folder."
    )


def _looks_like_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(len(_HEADER))
    return start in (b"", _HEADER)


def _open_checked(path: Path, layout: Layout) -> sqlite3.Connection:
    new = not path.exists() or path.stat().st_size == 0
    connection = connect(path)
    try:
        path.chmod(0o600)
        _bring_up_to_date(connection, path, layout)
        if new:
            sync_folder(path.parent)
    except BaseException:
        connection.close()
        raise
    return connection


def _bring_up_to_date(connection: sqlite3.Connection, path: Path, layout: Layout) -> None:
    application_id = _pragma(connection, "application_id")
    version = _pragma(connection, "user_version")
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if not tables and not version:
        _run(connection, layout.create, layout, layout.version)
        return
    check_version(application_id, version, path, layout)
    if version < layout.version:
        _back_up(connection, path, version)
    for step in range(version, layout.version):
        try:
            _run(connection, layout.migrations[step], layout, step + 1)
        except sqlite3.Error as error:
            raise SumikaError(
                f"cannot be brought from tables version {step} to {step + 1} ({error}); it is left as it was",
                where=str(path),
                remedy=f"Go back to the Sumika that wrote it, and tell us; a copy is in {_backup_path(path, version)}",
            ) from error


def check_version(application_id: int, version: int, path: Path, layout: Layout) -> None:
    """Refuse what this version cannot read.

    Raises:
        SumikaError: if the file is from a newer version or is not ours.
    """
    if application_id != layout.application_id:
        raise SumikaError(
            "this SQLite file is not Sumika's", where=str(path), remedy="Move it away or use another folder."
        )
    if version > layout.version:
        raise SumikaError(
            f"written by a newer Sumika (tables version {version}, this one knows up to {layout.version})",
            where=str(path),
            remedy="Update Sumika, or use another folder with --data.",
        )


def check_readable(connection: sqlite3.Connection, path: Path, layout: Layout) -> None:
    """Refuse, as a reader, a database that this version cannot read.

    Raises:
        SumikaError: if its version is not this one's or it is not ours.
    """
    version = _pragma(connection, "user_version")
    check_version(_pragma(connection, "application_id"), version, path, layout)
    if version < layout.version:
        raise SumikaError(
            f"written by an older Sumika (tables version {version})",
            where=str(path),
            remedy="Run the house once: it brings the database up to date.",
        )


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value


def _run(connection: sqlite3.Connection, script: str, layout: Layout, version: int) -> None:
    """Run a script and note the version it leads to, all or nothing."""
    connection.executescript(
        f"BEGIN IMMEDIATE; {script}; PRAGMA application_id = {layout.application_id};"
        f"PRAGMA user_version = {version}; COMMIT;"
    )


def _backup_path(path: Path, version: int) -> Path:
    return path.with_name(f"{path.name}.before-migration-from-v{version}")


def _back_up(connection: sqlite3.Connection, path: Path, version: int) -> None:
    target = _backup_path(path, version)
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    copy = sqlite3.connect(part)
    try:
        connection.backup(copy)
    finally:
        copy.close()
    part.chmod(0o600)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.rename(target)
    sync_folder(path.parent)


class Transaction:
    """A transaction as a context: committed at its end, taken back on any exception."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        """Begin."""
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """Commit or take back."""
        if kind is None:
            self._connection.execute("COMMIT")
        elif self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
