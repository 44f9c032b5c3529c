"""Runs one house: its data folder, its runtime folder, its supervisor; and leaves nothing behind."""

import secrets
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from sumika.bus import Answerer, RuntimeFolder
from sumika.clock import Clock, WallClock
from sumika.config import LoadedHouse
from sumika.runtime.node import Launch, Node
from sumika.runtime.supervisor import NAME as SUPERVISOR
from sumika.runtime.supervisor import Supervisor
from sumika.runtime.table import nodes_of
from sumika.runtime.what_runs import say_whose
from sumika.schema import ConfigChange, Event, Origin, RestartAnswer, RestartRequest


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
            seconds: End by itself after so long, counted from when the house is up: a busy machine takes its time.
            ended: End by itself when this holds.

        Raises:
            SumikaError: if the runtime folder cannot be made.
        """
        until_ns: int | None = None

        def over() -> bool:
            nonlocal until_ns
            if seconds is not None and until_ns is None and supervisor.is_up:
                until_ns = self.clock.now().monotonic_ns + round(seconds * 1e9)
            late = until_ns is not None and self.clock.now().monotonic_ns >= until_ns
            asked.poll(self._on_restart)
            return self._stopping or late or ended()

        # Before there is anything to leave behind: a signal while we set up must not leave it.
        previous = {number: signal.signal(number, self._on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            with RuntimeFolder.create() as folder, Answerer(folder, "restart") as asked:
                say_whose(folder, self._data, self._loaded.house.name)
                supervisor = Supervisor(self._nodes, self._launch(folder), folder, self.clock, voice=self._voice)
                supervisor.run(over)
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _on_restart(self, question: RestartRequest) -> RestartAnswer:
        self._stopping = self.begins_again = True
        return RestartAnswer(accepted=True, language=self._loaded.house.language)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True
