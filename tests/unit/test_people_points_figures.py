"""Figures of what is told from points: the student beside forest and teacher, group by group, on the same examples."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sumika.distil.records import ArraySet
from sumika.evaluate.people import forests, gestures, points_figures
from sumika.evaluate.people.disturbed_points import DISTURBANCES
from sumika.evaluate.people.finished import Finished
from sumika.evaluate.people.forests import grid_of, tuned_forest
from sumika.schema import SumikaError

PEOPLE = ("person 1", "person 2", "person 3")
RIGHT = {"teacher": 1.0, "student": 0.9, "student without teacher": 0.7}


class Known:
    """Stands for a student that answers 9 of 10 rightly: the class stands in the first channel."""

    def outputs_of(self, x: np.ndarray) -> np.ndarray:
        """Return logits."""
        label = x[:, 0, 0].round().astype(int)
        label[::10] = 1 - label[::10]
        return np.asarray(np.eye(2)[label])


def some_examples() -> ArraySet:
    random = np.random.default_rng(0)
    y = np.tile([0, 1], 60).astype(np.int64)
    x = random.normal(size=(120, 4, 15)).astype(np.float32)
    x[:, 0] = y[:, None]
    group = np.repeat(PEOPLE, 40)
    return ArraySet(x=x, y=y, group=group, domain=group, classes=("no", "yes"))


def quick(x: np.ndarray, y: np.ndarray, group: np.ndarray, **settings: Any) -> Any:
    """Return a forest of one entry and few trees."""
    return tuned_forest(x, y, group, seed=1, grid=grid_of(("extra",), (0.0,), (1,)), trees=10)


@pytest.fixture(autouse=True)
def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forests, "TREES_TRIED", 15)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> ArraySet:
    arrays = some_examples()
    random = np.random.default_rng(1)
    said = {}
    for who, share in RIGHT.items():
        wrong = random.random(len(arrays)) >= share
        said[who] = np.eye(2, dtype=np.float32)[np.where(wrong, 1 - arrays.y, arrays.y)]
    done = Finished(outcome=None, arrays=arrays, said=said, folder=Path())  # type: ignore[arg-type] # is not asked

    def parts(name: str) -> Iterator[tuple[Any, ...]]:
        for person in PEOPLE:
            out = arrays.group == person
            yield arrays.take(~out), arrays.take(out), np.flatnonzero(out), Known()

    monkeypatch.setattr(points_figures, "finished", lambda name: done)
    monkeypatch.setattr(points_figures, "_parts", parts)
    monkeypatch.setattr(points_figures, "tuned_forest", quick)
    monkeypatch.setattr(
        points_figures,
        "disturbed_pictures",
        lambda name, what: {one: (arrays.x[arrays.group == one], arrays.y[arrays.group == one]) for one in PEOPLE},
    )
    return arrays


def test_shares_and_gains_are_of_the_student(known: ArraySet) -> None:
    figures = {key: points_figures.PARTS[key]() for key in ("movement_acc", "radhar_gain")}
    figures |= gestures.measure(full=True)
    share = figures["movement_acc"]
    assert share.value == pytest.approx(0.9, abs=0.08)
    assert share.detail["teacher"] == 1.0
    assert float(share.detail["low"]) <= share.value <= float(share.detail["high"])
    assert share.detail["forest"] == 1.0
    for what in DISTURBANCES:
        assert share.detail[what] == pytest.approx(0.9)
    assert "forest" not in figures["gesture_acc"].detail
    gain = figures["radhar_gain"]
    assert gain.value == pytest.approx(100 * (share.value - 1.0)), "a student worse than the forest says so"
    assert gain.detail["student"] == share.value


def test_a_forest_may_read_how_much_a_window_moves_and_is_chosen_by_groups_inside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(points_figures, "tuned_forest", quick)
    random = np.random.default_rng(2)
    y = np.tile([0, 1], 60).astype(np.int64)
    # Of every three bins one is above, one below: their mean is the same for both.
    sway = np.tile([1.0, -1.0, 0.0], 5) * (0.2 + y[:, None, None]) * random.choice([-1.0, 1.0], (120, 1, 1))
    x = (np.repeat(sway, 2, axis=1) + random.normal(scale=0.1, size=(120, 2, 15))).astype(np.float32)
    group = np.repeat(PEOPLE, 40)
    chosen = points_figures.forest_of(ArraySet(x=x, y=y, group=group, domain=group))
    assert str(chosen).endswith("leaf 1, parts and spread")
    assert len(chosen.tried) == 2
    assert (chosen.answers(x) == y).mean() == 1.0
    assert points_figures.with_spread(x).shape == (120, 2, points_figures.FOREST_BINS + 5)


def test_poses_are_compared_in_both_directions(known: ArraySet, monkeypatch: pytest.MonkeyPatch) -> None:
    arrays = some_examples()
    y = np.stack([arrays.y, -arrays.y], axis=1).astype(np.float32)
    values = ArraySet(x=arrays.x, y=y, group=arrays.group, domain=arrays.domain)
    said = {who: y + np.float32(off) for who, off in (("teacher", 0.1), ("student", 0.2))}
    done = Finished(outcome=None, arrays=values, said=said, folder=Path())  # type: ignore[arg-type] # is not asked

    def parts(name: str) -> Iterator[tuple[Any, ...]]:
        for person in PEOPLE:
            out = values.group == person
            yield values.take(~out), values.take(out), np.flatnonzero(out), None

    class Off:
        """A forest that is off by 0.4."""

        entry, tried = "one", {"one": -0.4}

        def answers(self, x: np.ndarray) -> np.ndarray:
            """Return values."""
            return np.stack([x[:, 0, 0], -x[:, 0, 0]], axis=1) + 0.4

    monkeypatch.setattr(points_figures, "finished", lambda name: done)
    monkeypatch.setattr(points_figures, "_parts", parts)
    monkeypatch.setattr(points_figures, "tuned_forest", lambda *_, **__: Off())
    figure = points_figures.PARTS["pose_gain"]()
    assert figure.value == pytest.approx(50)
    assert figure.detail["student, person 1 [m]"] == pytest.approx(0.2)


def test_what_is_not_here_is_named_and_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def absent(name: str) -> Finished:
        raise SumikaError("no recordings")

    monkeypatch.setattr(points_figures, "finished", absent)
    assert points_figures.measure(full=True) == {}
    told = capsys.readouterr().err
    assert all(f"{key} left out: no recordings" in told for key in points_figures.PARTS)
    assert points_figures.measure(full=False) == {}
