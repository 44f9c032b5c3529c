"""Scores of array students against scikit-learn's and against what intervals must do."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, cohen_kappa_score, f1_score

from sumika.distil.networks.scores import gain, kappa, score_classes, score_values

Guesses = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.str_]]


def guesses(people: int = 12, each: int = 160) -> Guesses:
    random = np.random.default_rng(0)
    y = random.choice(3, people * each, p=[0.6, 0.3, 0.1])
    skill = np.repeat(random.uniform(0.3, 0.95, people), each)
    guess = np.where(random.random(len(y)) < skill, y, random.integers(0, 3, len(y)))
    return y, guess, np.repeat([f"person {i}" for i in range(people)], each)


def test_scores_are_those_of_scikit_learn() -> None:
    y, guess, group = guesses()
    found = score_classes(y, guess, group, 3)
    assert found.accuracy.value == pytest.approx(accuracy_score(y, guess))
    assert found.macro_f1.value == pytest.approx(f1_score(y, guess, average="macro"))
    assert found.kappa.value == pytest.approx(cohen_kappa_score(y, guess))
    assert (found.groups, found.examples) == (12, len(y))


def test_unlabelled_examples_are_left_out_and_absent_classes_do_not_count() -> None:
    y, guess, group = guesses()
    more = score_classes(np.append(y, -1), np.append(guess, 2), np.append(group, "nobody"), 3)
    assert more == score_classes(y, guess, group, 3)
    assert score_classes(y, guess, group, 9).macro_f1 == more.macro_f1
    with pytest.raises(ValueError, match="label"):
        score_classes(np.array([-1]), np.array([0]), np.array(["a"]), 2)


def test_intervals_are_of_groups_not_of_examples() -> None:
    y, guess, group = guesses()
    by_person = score_classes(y, guess, group, 3).accuracy
    by_example = score_classes(y, guess, np.arange(len(y)).astype(str), 3).accuracy
    assert by_person.low < by_person.value < by_person.high
    assert by_person.high - by_person.low > 2 * (by_example.high - by_example.low)
    doubled = score_classes(np.tile(y, 2), np.tile(guess, 2), np.tile(group, 2), 3).accuracy
    assert doubled == by_person, "more frames of the same people are no more evidence"


def test_guessing_the_commonest_class_has_no_kappa() -> None:
    y, _, group = guesses()
    always = np.zeros_like(y)
    found = score_classes(y, always, group, 3)
    assert found.accuracy.value > 0.5
    assert found.kappa.value == 0
    assert float(kappa(np.diag([5.0, 0.0]))) == 0, "one class throughout shows nothing"


def test_gain_is_paired_by_group() -> None:
    y, guess, group = guesses()
    worse = guess.copy()
    worse[::10] = (y[::10] + 1) % 3
    found = gain(y, guess, worse, group, 3)
    assert found.value == pytest.approx((guess == y).mean() - (worse == y).mean())
    assert found.low > 0
    alone = score_classes(y, guess, group, 3).accuracy
    assert found.high - found.low < (alone.high - alone.low) / 2
    same = gain(y, guess, guess, group, 3, kappa)
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_values_are_scored_by_mean_absolute_error() -> None:
    y = np.zeros((6, 2), np.float32)
    found = y + np.array([[1], [1], [1], [3], [3], [3]], np.float32)
    score = score_values(y, found, np.array(["a", "a", "a", "b", "b", "b"]))
    assert score.mean_absolute_error.value == 2
    assert (score.mean_absolute_error.low, score.mean_absolute_error.high) == (1, 3)
