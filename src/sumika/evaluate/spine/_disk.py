"""A disk whose power can be cut: keeps what was synced, and any part of what was not."""

import ctypes
import os
import shutil
import tempfile
from pathlib import Path
from random import Random

from sumika.evaluate.preloaded import compile_preloaded
from sumika.schema import SumikaError

_SOURCE = Path(__file__).with_name("power_cut.c")
_SECTORS = (512, 4096)


def compile_shim(folder: Path) -> Path:
    """Compile the shim that mirrors what is synced; errors as `compile_preloaded`."""
    return compile_preloaded(_SOURCE, folder)


class Disk:
    """A folder on a disk that can lose its power.

    Attributes:
        folder: Write here, in a process started with `environment()`.
    """

    def __init__(self, root: Path, shim: Path, random: Random) -> None:
        """Make an empty disk below `root`; `random` decides what of the unsynced survives a cut."""
        self._root = root
        self._shim = shim
        self._random = random
        self._library = ctypes.CDLL(str(shim))
        self.folder = root / "live"
        self._shadow = root / "shadow"
        self.folder.mkdir(mode=0o700)
        self._begin_mirror()

    def environment(self) -> dict[str, str]:
        """Return the environment of a process whose syncs are to be mirrored."""
        return os.environ | {
            "LD_PRELOAD": str(self._shim),
            "SUMIKA_POWER_CUT_WATCHED": str(self.folder),
            "SUMIKA_POWER_CUT_SHADOW": str(self._shadow),
        }

    def cut(self) -> None:
        """Cut the power; the writer must be dead. Afterwards `folder` is what the disk holds when power is back."""
        after = Path(tempfile.mkdtemp(dir=self._root, prefix="after-"))
        # The names: all that were changed since the last sync, or none: a journal keeps their order.
        names_from = self.folder if self._random.random() < 0.5 else self._shadow / "tree"
        for path in sorted(names_from.rglob("*")):
            target = after / path.relative_to(names_from)
            if path.is_dir():
                target.mkdir(mode=0o700)
            elif path.is_file():
                target.write_bytes(self._survivor(path, names_from))
                target.chmod(path.stat().st_mode & 0o777 if names_from == self.folder else 0o600)
        shutil.rmtree(self.folder)
        after.rename(self.folder)
        self._begin_mirror()

    def _survivor(self, path: Path, names_from: Path) -> bytes:
        """Return what a cut leaves of one file: what was synced, and any sectors of what was not."""
        if names_from == self.folder:
            durable_path = self._shadow / "inodes" / self._contents_name(path)
            durable = durable_path.read_bytes() if durable_path.exists() else b""
            return self._torn(durable, path.read_bytes())
        live = self._live_files().get(path.stat().st_ino)
        durable = path.read_bytes()
        return durable if live is None else self._torn(durable, live.read_bytes())

    def _live_files(self) -> dict[int, Path]:
        """Return live files by the inode of their durable contents."""
        found = {}
        for path in self.folder.rglob("*"):
            contents = self._shadow / "inodes" / self._contents_name(path)
            if contents.exists():
                found[contents.stat().st_ino] = path
        return found

    def _torn(self, durable: bytes, live: bytes) -> bytes:
        if durable == live:
            return durable
        sector = self._random.choice(_SECTORS)
        share = self._random.choice((0.0, 0.2, 0.5, 0.9, 1.0))
        result = bytearray(durable)
        for at in range(0, len(live), sector):
            new = live[at : at + sector]
            if new != durable[at : at + sector] and self._random.random() < share:
                result.extend(bytes(max(0, at - len(result))))
                result[at : at + len(new)] = new
        if len(live) < len(durable) and self._random.random() < share:
            del result[len(live) :]
        return bytes(result)

    def _contents_name(self, path: Path) -> str:
        name = ctypes.create_string_buffer(80)
        if self._library.power_cut_contents(os.fsencode(path), name, len(name)) < 0:
            raise SumikaError("this file system tells no birth time of files", where=str(path))
        return name.value.decode()

    def _begin_mirror(self) -> None:
        """What lies on the disk now is durable."""
        if self._shadow.exists():
            shutil.rmtree(self._shadow)
        (self._shadow / "inodes").mkdir(parents=True)
        (self._shadow / "tree").mkdir()
        for path in sorted(self.folder.rglob("*")):
            durable = self._shadow / "tree" / path.relative_to(self.folder)
            if path.is_dir():
                durable.mkdir()
            else:
                contents = self._shadow / "inodes" / self._contents_name(path)
                shutil.copyfile(path, contents)
                os.link(contents, durable)
