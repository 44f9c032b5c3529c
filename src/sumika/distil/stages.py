"""Runs stages over the store, each once, whatever was killed on the way: a result is found by what decides it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import msgspec

from sumika.distil.ledger.ledger import Ledger, Role
from sumika.distil.ledger.meter import Meter
from sumika.distil.ledger.prices import Prices
from sumika.distil.records import Spent
from sumika.distil.store import DamagedError, Store, key_of, write_whole
from sumika.schema import UNREADABLE

Progress = Callable[[int, int], None]


class Watcher(Protocol):
    """Whoever shows how far a run is."""

    def begin(self, stage: str, *, reused: bool) -> None:
        """A stage begins; `reused` if its result lay in the store."""
        ...

    def progress(self, stage: str, done: int, total: int) -> None:
        """So much of the stage is done."""
        ...

    def end(self, stage: str, spent: Spent) -> None:
        """The stage has ended."""
        ...


class Unwatched:
    """Shows nothing."""

    def begin(self, stage: str, *, reused: bool) -> None:
        """Do nothing."""

    def progress(self, stage: str, done: int, total: int) -> None:
        """Do nothing."""

    def end(self, stage: str, spent: Spent) -> None:
        """Do nothing."""


class StageResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a stage has made.

    Attributes:
        stage: Its name.
        key: What decides it: the hash of settings and inputs.
        outputs: Name -> digest of an object of the store.
        facts: Figures and lists for the card and for people; JSON values.
        spent: What the try that finished has spent; broken-off tries stand in the ledger.
    """

    stage: str
    key: str
    outputs: dict[str, str]
    facts: dict[str, Any] = {}
    spent: Spent = Spent()


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What the function of a stage returns: the digests of its outputs and what there is to say."""

    outputs: dict[str, str] = {}
    facts: dict[str, Any] = {}


class StageContext:
    """What a stage is handed.

    Attributes:
        store: For its outputs.
        folder: Its own, for checkpoints and journals; kept until the stage has ended.
        progress: To be called with (done, total).
        add: Takes what only the stage can count: FLOPs, tokens, money.
    """

    def __init__(self, store: Store, folder: Path, progress: Progress, meter: Meter) -> None:
        self.store = store
        self.folder = folder
        self.progress = progress
        self.add = meter.add


class Stages:
    """The stages of one run.

    Attributes:
        store: Where everything lies.
        ledger: Where everything is billed.
        prices: At which prices.
        run_id: Of the run.
    """

    def __init__(self, store: Store, prices: Prices, run_id: str, watcher: Watcher | None = None) -> None:
        self.store = store
        self.ledger = Ledger(store.folder / "ledger.jsonl")
        self.prices = prices
        self.run_id = run_id
        self._had: dict[str, StageResult] = {}
        self._watcher: Watcher = watcher or Unwatched()

    def run(
        self,
        stage: str,
        role: Role,
        work: Callable[[StageContext], Made],
        *decided_by: Any,
        gpu: str = "",
    ) -> StageResult:
        """Return the result of a stage: the one in the store if there is one, else what `work` makes.

        Args:
            stage: Its name.
            role: On whose account it goes.
            work: Does it; called again in the same folder after a kill.
            decided_by: Settings and digests of inputs: everything that decides the result.
            gpu: Kind of accelerator that it holds; "" for none.
        """
        key = key_of(stage, *decided_by)
        if key in self._had:
            return self._had[key]
        with self.store.locked(key):  # another process that wants the same result waits for it
            found = self._found_or_made(stage, key, role, work, gpu)
        self._had[key] = found
        self._watcher.end(stage, found.spent)
        return found

    @property
    def keys(self) -> set[str]:
        """What decided the results of this run so far: those whose cost is part of its bill."""
        return set(self._had)

    def _found_or_made(
        self, stage: str, key: str, role: Role, work: Callable[[StageContext], Made], gpu: str
    ) -> StageResult:
        found = self._found(key)
        self._watcher.begin(stage, reused=found is not None)
        if found is None:
            with self.ledger.stage(
                run_id=self.run_id, stage=stage, key=key, role=role, prices=self.prices, gpu=gpu
            ) as meter:
                context = StageContext(
                    self.store,
                    self.store.work_folder(key),
                    lambda done, total: self._watcher.progress(stage, done, total),
                    meter,
                )
                made = work(context)
            found = StageResult(stage=stage, key=key, outputs=made.outputs, facts=made.facts, spent=meter.spent())
            write_whole(self.store.finished_path(key), msgspec.json.encode(found))
            self.store.drop_work(key)
        return found

    def _found(self, key: str) -> StageResult | None:
        """Return a finished result whose outputs are all whole."""
        path = self.store.finished_path(key)
        try:
            result = msgspec.json.decode(path.read_bytes(), type=StageResult)
            for digest in result.outputs.values():
                self.store.check(digest)
        except (FileNotFoundError, *UNREADABLE, DamagedError):
            return None
        return result
