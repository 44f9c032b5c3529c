"""Forests to be measured against: chosen inside what may be learnt from, classes and values alike."""

import numpy as np
import pytest

from sumika.evaluate.people import forests
from sumika.evaluate.people.forests import Entry, grid_of, tuned_forest

GRID = grid_of(kinds=("extra",), features=(0.0, 1.0), least_in_leaf=(1, 40))


@pytest.fixture(autouse=True)
def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forests, "TREES_TRIED", 15)


def rows(people: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    x = random.normal(size=(people * 60, 3, 2)).astype(np.float32)
    return x, x[:, 0, 0] + x[:, 1, 1], np.repeat([f"person {one}" for one in range(people)], 60)


@pytest.mark.parametrize("people", [1, 2, 4])
def test_best_entry_is_chosen_by_groups_and_answers_classes(people: int) -> None:
    x, value, group = rows(people)
    forest = tuned_forest(x, (value > 0).astype(np.int64), group, seed=1, grid=GRID, trees=20)
    assert set(forest.tried) == {str(entry) for entry in GRID}
    assert forest.tried[str(forest.entry)] == max(forest.tried.values()) > 0.7
    fresh = np.random.default_rng(1).normal(size=(200, 3, 2)).astype(np.float32)
    right = forest.answers(fresh) == (fresh[:, 0, 0] + fresh[:, 1, 1] > 0)
    assert right.mean() > 0.75
    assert forest.probabilities(fresh).sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize("outputs", [1, 2])
def test_values_are_chosen_by_their_error(outputs: int) -> None:
    x, value, group = rows(3)
    y = np.stack([value, -value], axis=1)[:, :outputs].astype(np.float32)
    forest = tuned_forest(x, y, group, seed=1, grid=GRID, trees=20)
    assert max(forest.tried.values()) < 0
    assert forest.entry.least_in_leaf == 1
    assert np.abs(forest.answers(x).reshape(len(x), outputs) - y).mean() < 0.3


def test_entries_name_themselves() -> None:
    assert str(Entry(kind="random", features=0.0, least_in_leaf=3)) == "random trees, features sqrt, leaf 3"
