"""Runs one house: its data folder, its runtime folder, its supervisor; and leaves nothing behind."""

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import platformdirs

from sumika.bus import Answerer, RuntimeFolder
from sumika.clock import Clock, WallClock
from sumika.config import DEMO_FILE, RECORDINGS_FILE, LoadedHouse, edited_copy
from sumika.runtime.node import PAGE, Launch, Node
from sumika.runtime.supervisor import NAME as SUPERVISOR
from sumika.runtime.supervisor import Supervisor
from sumika.runtime.table import nodes_of
from sumika.runtime.what_runs import say_whose
from sumika.schema import ConfigChange, Event, Origin, RestartAnswer, RestartRequest, SumikaError
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


def new_run_id(clock: Clock) -> str:
    """Return a name for this run that sorts by time and is unique."""
    moment = datetime.fromtimestamp(clock.now().wall_ns / 1e9, UTC)
    return f"{moment:%Y-%m-%dT%H%M%SZ}-{secrets.token_hex(2)}"


class HouseRun:
    """One run of one house.

    Args:
        loaded: The house.
        data: Its data folder, owned by the caller.
        extra: Nodes beside those of the table, such as the terminal view.
        table: The table; without it that of the house. A rehearsal leaves out those in whose place it speaks.
        raw: Radars of which whole frames are logged from the start.
        clock: Time.
        voice: Is told of every event; must not wait.

    Attributes:
        begins_again: Whether somebody asked for another run after this one.
    """

    def __init__(
        self,
        loaded: LoadedHouse,
        data: Path,
        *,
        extra: tuple[Node, ...] = (),
        table: tuple[Node, ...] | None = None,
        raw: tuple[str, ...] = (),
        clock: Clock | None = None,
        voice: Callable[[Event], None] | None = None,
    ) -> None:
        self.clock = clock or WallClock()
        self.run_id = new_run_id(self.clock)
        self.log_folder = data / "log" / self.run_id
        self._loaded = loaded
        self._data = data
        self._nodes = (*(nodes_of(loaded.house) if table is None else table), *extra)
        self._raw = raw
        self._voice = voice
        self._stopping = False
        self.begins_again = False

    def _launch(self, folder: RuntimeFolder) -> Launch:
        loaded = self._loaded
        config = ConfigChange(
            stamp=self.clock.now(), origin=Origin.LIVE, file=str(loaded.path), hash=loaded.hash, text=loaded.text
        )
        return Launch(
            folder=folder.path,
            data=self._data,
            run_id=self.run_id,
            house=loaded.house,
            house_file=loaded.path,
            config=config,
            nodes=(SUPERVISOR, *(node.name for node in self._nodes if node.publishes)),
            incarnation=0,
            raw=self._raw,
        )

    def run(self, seconds: float | None = None, ended: Callable[[], bool] = lambda: False) -> None:
        """Run until SIGINT or SIGTERM; then end every process and remove the runtime folder.

        Args:
            seconds: End by itself after so long.
            ended: End by itself when this holds.

        Raises:
            SumikaError: if the runtime folder cannot be made.
        """
        until_ns = None if seconds is None else self.clock.now().monotonic_ns + round(seconds * 1e9)

        def over() -> bool:
            late = until_ns is not None and self.clock.now().monotonic_ns >= until_ns
            asked.poll(self._on_restart)
            return self._stopping or late or ended()

        # Before there is anything to leave behind: a signal while we set up must not leave it.
        previous = {number: signal.signal(number, self._on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            with RuntimeFolder.create() as folder, Answerer(folder, "restart") as asked:
                say_whose(folder, self._data, self._loaded.house.name)
                Supervisor(self._nodes, self._launch(folder), folder, self.clock, voice=self._voice).run(over)
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _on_restart(self, question: RestartRequest) -> RestartAnswer:
        self._stopping = self.begins_again = True
        return RestartAnswer(accepted=True, language=self._loaded.house.language)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True
