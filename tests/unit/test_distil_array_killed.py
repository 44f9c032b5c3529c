"""An array run that dies again and again, between stages and within trainings, makes the very same student."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from sumika.distil.about import ABOUT, read_about
from sumika.distil.array_finish import ArrayFinish
from sumika.distil.array_recipe import ArrayRecipe
from sumika.distil.ledger.ledger import Ledger, Status
from sumika.distil.ledger.prices import load_prices
from sumika.distil.records import Spent
from sumika.distil.stages import Stages
from sumika.distil.store import Store

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
PEOPLE, EACH = 4, 25
TRAIN = {"epochs": 2, "batch": 16, "learning_rate": 0.02, "checkpoint_s": 0.0}
RECIPE: dict[str, Any] = {
    "name": "trial",
    "teacher": {"from": "networks", "members": 2, "network": {"kind": "perceptron", "width": 8}, "train": TRAIN},
    "student": {"kind": "perceptron", "width": 4, "depth": 1},
    "train": TRAIN,
    "evaluate": {"folds": 2},
    "export": ["onnx-int8"],
}


class Died(BaseException):
    """What a kill is to whoever is killed: nothing of theirs catches it."""


class Killing:
    """Dies at the n-th thing that happens."""

    def __init__(self, at: int) -> None:
        self._left = at

    def _passed(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise Died

    def begin(self, stage: str, *, reused: bool) -> None:
        """Count it, unless nothing is done."""
        if not reused:
            self._passed()

    def progress(self, stage: str, done: int, total: int) -> None:
        """Count it."""
        self._passed()

    def end(self, stage: str, spent: Spent) -> None:
        """Nothing is done."""


def finish(folder: Path, data: Path, killed_at: int = 0) -> Path:
    recipe = msgspec.convert(
        RECIPE | {"data": {"from": "files", "pool": {"path": str(data), "kind": "arrays"}}}, ArrayRecipe
    )
    watcher = Killing(killed_at) if killed_at else None
    ArrayFinish(recipe, Stages(Store(folder / "store"), load_prices(), "run", watcher)).finish(folder / "model")
    return folder / "model"


def test_a_run_that_is_killed_anywhere_comes_to_the_same_student(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PATH", str(tmp_path))  # C is compared elsewhere
    random = np.random.default_rng(0)
    x = random.normal(size=(PEOPLE * EACH, 5)).astype(np.float32)
    group = np.repeat([f"person {one}" for one in range(PEOPLE)], EACH)
    np.savez(tmp_path / "rows.npz", x=x, y=np.array(["no", "yes"])[(x[:, 0] > 0).astype(int)], group=group)
    undisturbed = finish(tmp_path / "one", tmp_path / "rows.npz")
    deaths = 0
    # A try gets farther than the one before it: what a dead one had finished, or kept of a training, is not done again.
    while deaths < 30:
        try:
            killed = finish(tmp_path / "other", tmp_path / "rows.npz", killed_at=13)
            break
        except Died:
            deaths += 1
    assert 4 < deaths < 30
    one, other = read_about(undisturbed), read_about(killed)
    assert (undisturbed / one.model.file).read_bytes() == (killed / other.model.file).read_bytes()
    assert (one.calibration, one.domain, one.uncertainty) == (other.calibration, other.domain, other.uncertainty)
    assert one.shown == other.shown
    assert (undisturbed / ABOUT).is_file()
    dead = [
        entry
        for entry in Ledger(tmp_path / "other" / "store" / "ledger.jsonl").entries()
        if entry.status is not Status.FINISHED
    ]
    assert dead, "what the dead had spent stands on the bill"
    assert other.paid.all_in_core_minutes > 0
