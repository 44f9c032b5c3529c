"""Where sockets and rings live: a folder of ours alone, in memory, that a crash cannot leave behind for long."""

import contextlib
import fcntl
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from sumika.schema import SumikaError

SOCKET_PATH_LIMIT_BYTES = 107
"""Linux: sun_path has 108 bytes, the last of which is NUL (unix(7))."""

NAME_ROOM_BYTES = 44
"""What a folder's path must leave for "/sensor.<a radar's id of 32 letters>.pub"."""

_FOLDER_MODE = 0o700
_INSTANCE = re.compile(r"[a-z0-9_-]{1,16}-[0-9a-f]{6}")
_MEMORY_FILES = Path("/dev") / "shm"


def _base() -> Path:
    """Return where the folders of all our instances lie: in memory if the system has such a place."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and Path(runtime).is_dir() and os.access(runtime, os.W_OK):
        return Path(runtime).absolute() / "sumika"
    parent = _MEMORY_FILES if os.access(_MEMORY_FILES, os.W_OK) else Path(tempfile.gettempdir())
    return parent / f"sumika-{os.getuid()}"


def _check_ours(folder: Path) -> None:
    """Refuse a folder in which somebody else could lay sockets, or read what residents do.

    Raises:
        SumikaError: if it is missing, no folder, a link, somebody else's, or open to others.
    """
    try:
        found = folder.lstat()
    except OSError as error:
        raise SumikaError(
            f"no runtime folder here ({error.strerror})", where=str(folder), remedy="Start the house: sumika run"
        ) from error
    problem = ""
    if stat.S_ISLNK(found.st_mode):
        problem = "the runtime folder is a link"
    elif not stat.S_ISDIR(found.st_mode):
        problem = "the runtime folder is a file"
    elif found.st_uid != os.getuid():
        problem = f"the runtime folder is not ours: it belongs to user {found.st_uid}, we are user {os.getuid()}"
    elif stat.S_IMODE(found.st_mode) & 0o077:
        problem = f"the runtime folder is open to others: its mode is {stat.S_IMODE(found.st_mode):04o}, not 0700"
    if problem:
        raise SumikaError(
            problem,
            where=str(folder),
            remedy="Remove it if nothing of yours is in it, or set XDG_RUNTIME_DIR to a folder of your own.",
        )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=_FOLDER_MODE)
    except FileExistsError:
        pass
    except OSError as error:
        raise SumikaError(
            f"cannot make the runtime folder ({error.strerror})",
            where=str(folder),
            remedy="Set XDG_RUNTIME_DIR to a folder of your own.",
        ) from error
    _check_ours(folder)


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Wait for the lock and hold it for a moment."""
    lock = _open_lock(path)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _held(folder: Path) -> bool:
    """Tell whether the folder's owner lives: the kernel drops its lock at its death, whatever that was."""
    try:
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _instances(base: Path) -> list[Path]:
    """Return the instances' folders, the newest first; what others put beside them is left alone."""
    try:
        found = [path for path in base.iterdir() if _INSTANCE.fullmatch(path.name) and not path.is_symlink()]
    except OSError:
        return []
    dated = []
    for path in found:
        with contextlib.suppress(OSError):  # removed by its owner this moment
            dated.append((path.stat().st_ctime_ns, path))
    return [path for _, path in sorted(dated, reverse=True)]


class RuntimeFolder:
    """One running house's folder, mode 0700. Made with `create` by its owner, with `open` by everybody else.

    Attributes:
        path: The folder.
    """

    def __init__(self, path: Path, lock: int | None = None) -> None:
        self.path = path
        self._lock = lock
        # A forked child has this object too, but it is not the owner.
        self._owner_pid = os.getpid() if lock is not None else None

    @classmethod
    def create(cls, name: str = "default") -> Self:
        """Make a new folder and own it until `close`; sweep up what earlier owners left when they were killed.

        Args:
            name: Says whose it is; at most 16 of a-z, 0-9, "_" and "-".

        Raises:
            SumikaError: if the place is not ours alone, cannot be written, or has too long a path for sockets.
        """
        if not re.fullmatch(r"[a-z0-9_-]{1,16}", name):
            raise SumikaError(
                f"'{name}' cannot name a runtime folder", remedy="Use up to 16 of a-z, 0-9, underscore and hyphen."
            )
        base = _base()
        path = base / f"{name}-{secrets.token_hex(3)}"
        _check_length(path, NAME_ROOM_BYTES)
        _make(base)
        with _locked(base / ".lock"):  # nobody sweeps a folder between its making and its locking
            cls._sweep(base)
            _make(path)
            lock = _open_lock(path / "lock")
            fcntl.flock(lock, fcntl.LOCK_EX)
        return cls(path, lock)

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Enter the folder that another process owns.

        Raises:
            SumikaError: if it is not there, or not ours alone.
        """
        _check_ours(Path(path))
        return cls(Path(path))

    @classmethod
    def running(cls) -> list[Self]:
        """Return the folders whose owners live, the newest first."""
        base = _base()
        if not base.is_dir():
            return []
        _check_ours(base)
        return [cls.open(path) for path in _instances(base) if _held(path)]

    @classmethod
    def sweep(cls) -> list[Path]:
        """Remove and return the folders whose owners are dead."""
        base = _base()
        if not base.is_dir():
            return []
        _check_ours(base)
        with _locked(base / ".lock"):
            return cls._sweep(base)

    @staticmethod
    def _sweep(base: Path) -> list[Path]:
        dead = [path for path in _instances(base) if not _held(path)]
        for path in dead:
            shutil.rmtree(path, ignore_errors=True)
        return dead

    def socket(self, node: str) -> str:
        """Return the endpoint on which a node publishes."""
        return self._endpoint(f"{node}.pub")

    def answers(self, request: str) -> str:
        """Return the endpoint on which questions of one kind are answered."""
        return self._endpoint(f"{request}.ask")

    def ring(self, radar: str) -> Path:
        """Return the file with a radar's latest frames."""
        return self._inside(f"{radar}.ring")

    @property
    def board(self) -> Path:
        """The file with every node's heartbeat."""
        return self.path / "board"

    def _inside(self, name: str) -> Path:
        if "/" in name or "\0" in name or name.startswith("."):
            raise SumikaError(f"'{name}' cannot be a file's name", where=str(self.path), remedy="Rename the node.")
        return self.path / name

    def _endpoint(self, name: str) -> str:
        path = self._inside(name)
        _check_length(path, 0)
        return f"ipc://{path}"

    def close(self) -> None:
        """Remove the folder and all that is in it, if we own it. Harmless when done twice."""
        if self._lock is None or self._owner_pid != os.getpid():
            return
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)
        self._lock = None

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()


def _check_length(path: Path, further_bytes: int) -> None:
    length = len(os.fsencode(path)) + further_bytes
    if length > SOCKET_PATH_LIMIT_BYTES:
        raise SumikaError(
            f"the path is too long for sockets: {length} bytes where {SOCKET_PATH_LIMIT_BYTES} are allowed",
            where=str(path),
            remedy="Set XDG_RUNTIME_DIR to a folder with a shorter path, or give the node a shorter name.",
        )
