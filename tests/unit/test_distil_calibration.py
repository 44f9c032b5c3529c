"""Calibration and scores by groups: against sklearn and plain loops, and what must not leak."""

import numpy as np
import pytest
from scipy.special import log_softmax
from sklearn.metrics import cohen_kappa_score, log_loss, roc_auc_score

from sumika.distil.array_rating import Rating, Truth
from sumika.distil.calibration import (
    Calibration,
    Unseen,
    calibration_error,
    cross_fitted,
    fit_calibration,
    plain_probabilities,
)
from sumika.distil.networks.tallies import MetricName, interval_of, tally_auc, tally_classes, tally_mean, value_of

PEOPLE, EACH = 12, 80


def said(seed: int = 0, classes: int = 3, sure: float = 3.0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return logits that are `sure` times too sure and shifted, y, group, fold."""
    random = np.random.default_rng(seed)
    true = random.normal(size=(PEOPLE * EACH, classes)) * 1.2 + np.linspace(1.0, -1.0, classes)
    shares = np.exp(log_softmax(true, axis=1))
    y = np.array([random.choice(classes, p=row) for row in shares])
    logits = ((true + np.linspace(-1.0, 1.0, classes)) * sure).astype(np.float32)
    person = np.repeat(np.arange(PEOPLE), EACH)
    return logits, y, person.astype(str), person % 4


def test_too_sure_and_shifted_answers_are_put_right_for_people_that_were_not_fitted() -> None:
    logits, y, group, fold = said()
    before = calibration_error(plain_probabilities(logits), y)
    calibrated, decided = cross_fitted(Unseen(logits=logits, y=y, group=group, fold=fold))
    after = calibration_error(np.exp(calibrated), y)
    assert before > 0.15
    assert after < 0.05
    assert (decided == y).mean() > (logits.argmax(axis=1) == y).mean() + 0.02
    assert log_loss(y, np.exp(calibrated)) < log_loss(y, plain_probabilities(logits)) - 0.5
    found = fit_calibration(logits, y, group)
    assert found.temperature == pytest.approx(3.0, rel=0.2)


def test_labels_of_a_fold_do_not_reach_its_own_calibration() -> None:
    logits, y, group, fold = said(1)
    turned = np.where(fold == 2, (y + 1) % 3, y)
    one, other = (
        cross_fitted(Unseen(logits=logits, y=y, group=group, fold=fold)),
        cross_fitted(Unseen(logits=logits, y=turned, group=group, fold=fold)),
    )
    np.testing.assert_array_equal(one[0][fold == 2], other[0][fold == 2])
    assert np.abs(one[0][fold == 1] - other[0][fold == 1]).max() > 0.01


def test_few_people_move_the_answers_little() -> None:
    logits, y, group, _ = said(2)
    few = fit_calibration(logits, y, np.zeros(len(y), np.str_))
    many = fit_calibration(logits, y, group)
    assert np.abs(few.shift).sum() < np.abs(many.shift).sum()
    assert fit_calibration(logits, np.full(len(y), -1), group) == Calibration()


def test_a_shift_that_is_each_persons_own_is_not_taken_for_everybodys() -> None:
    logits, y, group, _ = said(8, sure=1.0)
    own = np.random.default_rng(80).normal(scale=1.5, size=(PEOPLE, 3))
    answers = (logits - np.linspace(-1.0, 1.0, 3) + np.repeat(own, EACH, axis=0)).astype(np.float32)
    assert not np.any(fit_calibration(answers, y, group).shift)
    assert np.all(np.diff(fit_calibration(logits, y, group).shift) < -0.3)


def test_decisions_move_towards_rare_classes_only_where_the_score_asks() -> None:
    logits, y, group, _ = said(3, sure=1.0)
    rare = np.flatnonzero(y != 2)
    y = y.copy()
    y[rare[: int(0.9 * len(rare))]] = 0

    def kappa(truth: np.ndarray, guess: np.ndarray) -> float:
        return float(cohen_kappa_score(truth, guess))

    plain, moved = fit_calibration(logits, y, group), fit_calibration(logits, y, group, kappa)
    probabilities = moved.log_probabilities(logits)
    assert plain.decision == ()
    assert kappa(y, moved.decide(probabilities)) >= kappa(y, plain.decide(probabilities))


def test_tallies_are_the_scores_of_others() -> None:
    random = np.random.default_rng(4)
    group = random.integers(0, 7, 300).astype(str)
    y, guess = random.integers(0, 3, 300), random.integers(0, 3, 300)
    assert value_of(tally_classes("kappa", y, guess, group, 3), 7) == pytest.approx(cohen_kappa_score(y, guess))
    score = np.round(random.normal(size=300) + (y == 1), 1)  # with ties
    auc = tally_auc((y == 1).astype(int), score, group)
    assert value_of(auc, 7) == pytest.approx(roc_auc_score(y == 1, score))
    drawn = np.array([[2.0, 0, 1, 0, 3, 1, 0]])
    rows = np.concatenate([np.tile(np.flatnonzero(group == str(g)), int(n)) for g, n in enumerate(drawn[0])])
    assert auc(drawn)[0] == pytest.approx(roc_auc_score(y[rows] == 1, score[rows]))
    assert auc(np.zeros((1, 7)))[0] == 0.5
    assert tally_mean(score, group)(drawn)[0] == pytest.approx(score[rows].mean())
    found = interval_of(auc, 7)
    assert found.low < found.value < found.high


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1", "kappa"])
def test_what_is_kept_and_gained(metric: MetricName) -> None:
    logits, y, group, fold = said(5)
    noise = np.random.default_rng(50).normal(size=logits.shape).astype(np.float32)
    truth = Truth(y=y, group=group, fold=fold, outputs=3)
    rating = Rating(metric, truth, {"teacher": logits, "student": logits + noise, "poor": logits + 6 * noise})
    kept, gained = rating.kept("student", "teacher"), rating.gain("student", "poor")
    assert 0.8 < kept.low < kept.value <= 1.05
    assert gained.low > 0
    assert rating.kept("teacher", "teacher").value == 1
    rated = rating.rated("teacher")
    assert rated.error_after is not None
    assert rated.error_before is not None
    assert rated.error_after < rated.error_before


def test_values_keep_by_their_error_and_unlabelled_rows_do_not_count() -> None:
    random = np.random.default_rng(6)
    y = random.normal(size=(60, 2)).astype(np.float32)
    group = np.repeat(np.arange(6), 10).astype(str)
    truth = Truth(y=y, group=group, fold=np.arange(60) // 20, outputs=2)
    rating = Rating("error", truth, {"teacher": y + 0.1, "student": y + 0.2})
    assert rating.kept("student", "teacher").value == pytest.approx(0.5, rel=1e-4)
    assert rating.gain("student", "teacher").value == pytest.approx(-0.1, rel=1e-4)
    logits, labels, group, fold = said(7, classes=2)
    hidden = np.where(np.arange(len(labels)) % 3 == 0, -1, labels)
    rating = Rating("auc", Truth(y=hidden, group=group, fold=fold, outputs=2), {"one": logits})
    known = hidden >= 0
    near = roc_auc_score(hidden[known], (logits[:, 1] - logits[:, 0])[known])
    assert rating.rated("one").score.value == pytest.approx(near, abs=0.02)
