"""The runtime folder: where a running house keeps its sockets, rings and heartbeat board. Private, and swept up."""

import contextlib
import fcntl
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from sumika.schema import SumikaError

LONGEST_SOCKET_PATH = 107
"""Linux keeps a socket's path in 108 bytes with its closing zero."""

_LOCK = "lock"
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def base_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder that holds the runtime folders of this user's running houses."""
    if configured := environ.get("XDG_RUNTIME_DIR"):
        return Path(configured) / "sumika"
    shared_memory = Path("/dev/shm")  # noqa: S108  # a folder of ours in it is made 0700 and checked to be ours
    parent = shared_memory if os.access(shared_memory, os.W_OK) else Path(tempfile.gettempdir())
    return parent / f"sumika-{os.getuid()}"


def _check_ours(path: Path) -> None:
    """Refuse a folder that another user owns or can enter: whoever can, could speak on the bus."""
    found = path.lstat()
    mode = stat.S_IMODE(found.st_mode)
    if not stat.S_ISDIR(found.st_mode):
        raise SumikaError("not a folder (a link or a file)", where=str(path), remedy="Remove it.")
    if found.st_uid != os.getuid():
        raise SumikaError(
            f"the folder belongs to user {found.st_uid}, not to us ({os.getuid()})",
            where=str(path),
            remedy="Remove it, or set XDG_RUNTIME_DIR to a folder of your own.",
        )
    if mode & 0o077:
        raise SumikaError(
            f"others can enter the folder (mode {mode:04o}; 0700 is allowed)",
            where=str(path),
            remedy=f"Run: chmod 700 {path}",
        )


class RuntimeFolder:
    """A runtime folder, made and owned (`create`) or used (`open`).

    Attributes:
        path: The folder.
    """

    def __init__(self, path: Path, lock: int | None = None) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def create(cls, name: str = "", base: Path | None = None) -> Self:
        """Make a folder for a house that starts now, after sweeping up what crashed ones left.

        The folder is ours as long as this process lives: a lock on a file in it says so.

        Raises:
            SumikaError: if it cannot be made, or would not be private.
        """
        base = base or base_folder()
        name = name or secrets.token_hex(4)
        try:
            base.mkdir(parents=True, exist_ok=True, mode=0o700)
            _check_ours(base)
            sweep(base)
            path = base / name
            path.mkdir(mode=0o700)
            lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.pwrite(lock, str(os.getpid()).encode("ascii"), 0)
        except OSError as error:
            raise SumikaError(
                f"the runtime folder cannot be made ({error.strerror})",
                where=str(base / name),
                remedy="Set XDG_RUNTIME_DIR to a folder that you can write.",
            ) from error
        return cls(path, lock)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Use the folder of a house that runs.

        Raises:
            SumikaError: if it is gone, or not private.
        """
        try:
            _check_ours(path)
        except FileNotFoundError as error:
            raise SumikaError("no house runs here", where=str(path), remedy="Start one with: sumika run") from error
        return cls(path)

    @classmethod
    def running(cls, base: Path | None = None) -> list[Self]:
        """Return the folders of this user's running houses, the newest first."""
        base = base or base_folder()
        found = [path for path in base.glob("*") if path.is_dir() and not _abandoned(path)]
        return [cls.open(path) for path in sorted(found, key=lambda path: path.lstat().st_mtime, reverse=True)]

    def _file(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise SumikaError(f"not fit as a name: {name!r}", remedy="Use letters, digits, '_', '.' and '-' only.")
        path = self.path / name
        if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
            raise SumikaError(
                f"the path is {len(os.fsencode(path))} bytes long; a socket's may have {LONGEST_SOCKET_PATH}",
                where=str(path),
                remedy="Set XDG_RUNTIME_DIR to a shorter one.",
            )
        return path

    def socket(self, node: str) -> str:
        """Return the endpoint at which a node publishes."""
        return f"ipc://{self._file(node + '.pub')}"

    def answers(self, request: str) -> str:
        """Return the endpoint at which a request is answered."""
        return f"ipc://{self._file(request + '.ask')}"

    def ring(self, radar: str) -> Path:
        """Return the file of a radar's ring."""
        return self._file(radar + ".ring")

    @property
    def board(self) -> Path:
        """The heartbeat board."""
        return self._file("board")

    def owner_pid(self) -> int | None:
        """Return the process that runs this house, as it wrote it down."""
        try:
            return int((self.path / _LOCK).read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def close(self) -> None:
        """Remove the folder with all that is in it, if this process made it."""
        if self._lock is None:
            return
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)
        self._lock = None


def _abandoned(path: Path) -> bool:
    """Tell whether the process that made a runtime folder is gone. The kernel drops the locks of the dead."""
    try:
        lock = os.open(path / _LOCK, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True


def sweep(base: Path | None = None) -> list[Path]:
    """Remove the runtime folders that crashed houses left; return them. Folders of running ones stay."""
    base = base or base_folder()
    swept = []
    with contextlib.suppress(OSError):
        for path in base.iterdir():
            if path.is_dir() and not path.is_symlink() and (path / _LOCK).exists() and _abandoned(path):
                shutil.rmtree(path, ignore_errors=True)
                swept.append(path)
    return swept
