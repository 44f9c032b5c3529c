"""The bench of the exports: what it returns, and that it sees a difference where there is one."""

import os
import shutil

import numpy as np
import pytest

from sumika.distil.export import integer
from sumika.distil.networks.presets import Perceptron
from sumika.distil.records import ArraySet
from sumika.evaluate.distil import exports

needs_compiler = pytest.mark.skipif(
    shutil.which("gcc") is None and "CI" not in os.environ, reason="needs gcc, which this computer lacks"
)


@pytest.mark.slow
@needs_compiler
def test_figures_of_three_small_students() -> None:
    assert exports.measure(full=False) == {}
    found = exports.figures(1000, 300, 0.5)
    assert set(found) == {"export_loss", "c_mismatch"}
    assert found["c_mismatch"].value == 0
    detail = found["export_loss"].detail
    losses = [float(detail[f"{kind}_loss_points"]) for kind in exports.STUDENTS]
    assert found["export_loss"].value == max(losses) <= 3
    for kind in exports.STUDENTS:
        before, after = float(detail[f"{kind}_float_accuracy"]), float(detail[f"{kind}_int8_accuracy"])
        assert before > 0.25
        assert float(detail[f"{kind}_loss_points"]) == pytest.approx(100 * (before - after), abs=0.02)
        assert float(detail[f"{kind}_c_flash_bytes"]) > 1000


def table(count: int, seed: int) -> ArraySet:
    random = np.random.default_rng(seed)
    x = random.normal(size=(count, 6)).astype(np.float32)
    nobody = np.full(count, "")
    return ArraySet(x=x, y=x[:, :5].argmax(axis=1), group=nobody, domain=nobody, classes=exports.CLASSES)


@needs_compiler
def test_a_different_rounding_in_one_form_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, unseen = table(600, 1), table(300, 2)
    student = exports.train(Perceptron(width=16, depth=1), seen, 2)
    assert exports.compare(student, seen, unseen).mismatches == 0

    def floored(sums: integer.Integers, by: integer.Rescale) -> integer.Integers:
        found: integer.Integers = (sums * by.multiplier) >> by.shift
        return found

    monkeypatch.setattr(integer, "rescale", floored)
    assert exports.compare(student, seen, unseen).mismatches > 100


def test_tasks_are_made_by_their_seed_alone() -> None:
    for task in (exports.signals, exports.clouds):
        first, again, other = task(20, 3), task(20, 3), task(20, 4)
        np.testing.assert_array_equal(first.x, again.x)
        assert (first.x != other.x).any()
        assert set(exports.signals(200, 0).y.tolist()) == set(range(5))
