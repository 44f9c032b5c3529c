"""Writing a house description: checked before, whole or not at all, with the former version kept."""

import contextlib
import fcntl
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from sumika.config._document import Document
from sumika.config._load import LoadedHouse, parse_house, parsed
from sumika.config._migrate import CURRENT_VERSION, migrated, version_of
from sumika.config._read import decoded, hash_of, read_house_bytes
from sumika.schema.errors import SumikaError, UsageError

KEPT_BACKUPS = 10
_MODE_OF_NEW = 0o644


def edit_house(
    path: Path | str,
    change: Callable[[Document], None],
    *,
    expected_hash: str | None = None,
    environ: Mapping[str, str] = os.environ,
    models: Collection[str] | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> LoadedHouse:
    """Change a house description in its file. Comments, order and layout stay.

    Args:
        path: The file. A link is followed.
        change: Changes the document: `lambda house: house.set("rooms[living].height_m", 2.6)`.
        expected_hash: `LoadedHouse.hash` of the version the change was thought out for.
        environ: Where SUMIKA_DATA is looked up.
        models: The radar models there are; None leaves them unchecked.
        now: Tells the time for the name of the backup.

    Returns:
        The house as it now is.

    Raises:
        ConfigError: if the house was or would be unusable; the file stays as it is.
        UsageError: if the change asks for what is not there, or the file changed meanwhile.
        SumikaError: if the file cannot be written.
    """
    file = Path(os.path.realpath(path))
    with _folder_locked(file):
        before = read_house_bytes(file)
        if expected_hash is not None and hash_of(before) != expected_hash:
            raise _changed_meanwhile(file)
        text = decoded(before, file)
        tree = parsed(text, file)
        if version_of(tree, file) < CURRENT_VERSION:
            text = migrated(tree, file)
        document = Document(text, file)
        change(document)
        loaded = parse_house(document.text, file, environ, models=models)
        after = document.text.encode()
        if after != before:
            _write(file, before, after, now())
        return loaded


def migrate_house(
    path: Path | str, *, environ: Mapping[str, str] = os.environ, models: Collection[str] | None = None
) -> LoadedHouse:
    """Bring a file of an older version up to date, comments and a backup kept; a current one stays untouched.

    Raises:
        ConfigError: if the house is unusable, or of a newer version.
        SumikaError: if the file cannot be written.
    """
    return edit_house(path, lambda _document: None, environ=environ, models=models)


def write_new_house(path: Path | str, text: str, *, force: bool = False) -> None:
    """Write a house description that is not there yet, whole or not at all.

    Args:
        path: The file.
        text: What to write.
        force: Whether a file that is there is replaced; it is kept as a backup.

    Raises:
        UsageError: if the file is there.
        SumikaError: if it cannot be written.
    """
    file = Path(os.path.realpath(path))
    with _folder_locked(file):
        if not file.exists():
            _put(file, text.encode(), _MODE_OF_NEW)
        elif force:
            _write(file, read_house_bytes(file), text.encode(), datetime.now(UTC))
        else:
            raise UsageError("there is a file already", where=str(path), remedy="Give another name, or --force.")


def put_aside(path: Path) -> Path:
    """Take a house description away; it becomes the newest backup of itself.

    Returns:
        The backup.

    Raises:
        SumikaError: if it cannot be moved.
    """
    file = Path(os.path.realpath(path))
    with _folder_locked(file):
        backup = _backup_name(file, datetime.now(UTC))
        try:
            file.rename(backup)
        except OSError as error:
            raise _unwritable(file, error) from error
        _forget_old_backups(file)
        return backup


@contextlib.contextmanager
def _folder_locked(file: Path) -> Iterator[None]:
    """Keep other edits out. The folder itself is locked: nothing is left behind, and a crash unlocks it."""
    try:
        folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _unwritable(file, error) from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _write(file: Path, before: bytes, after: bytes, moment: datetime) -> None:
    """Keep the former content as a backup, then put the new one in its place."""
    mode = file.stat().st_mode & 0o777
    _put(file, before, mode, name=_backup_name(file, moment))
    if hash_of(read_house_bytes(file)) != hash_of(before):
        raise _changed_meanwhile(file)
    _put(file, after, mode)
    _forget_old_backups(file)


def _put(file: Path, content: bytes, mode: int, *, name: Path | None = None) -> None:
    """Write the file, or a companion of that name, so that a power cut leaves the old one or the new one, never a part.

    The lock on the folder makes one name enough for what is being written, and what a crash left of it is overwritten.
    """
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(unfinished, flags, 0o600), "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fchmod(opened.fileno(), mode)
            os.fsync(opened.fileno())
        unfinished.replace(name or file)
        folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise _unwritable(file, error) from error


def _backup_name(file: Path, moment: datetime) -> Path:
    # Microseconds keep the names of two edits apart and in order.
    return file.with_name(f"{file.name}.{moment:%Y%m%dT%H%M%S.%fZ}.bak")


def _forget_old_backups(file: Path) -> None:
    ours = re.compile(re.escape(file.name) + r"\.\d{8}T\d{6}\.\d{6}Z\.bak")
    backups = sorted(entry for entry in file.parent.iterdir() if ours.fullmatch(entry.name))
    for old in backups[:-KEPT_BACKUPS]:
        old.unlink(missing_ok=True)


def _changed_meanwhile(file: Path) -> UsageError:
    return UsageError(
        "the file was changed by someone else meanwhile", where=str(file), remedy="Load it and try again."
    )


def _unwritable(file: Path, error: OSError) -> SumikaError:
    return SumikaError(
        f"cannot be written ({error.strerror})",
        where=str(file),
        remedy="Nothing was changed. Mend the folder's rights or free space.",
    )
