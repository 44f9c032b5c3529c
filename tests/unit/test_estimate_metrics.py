"""Scores count what was withheld as coverage, and tell whether sigma holds."""

import numpy as np
import pytest

from sumika.metrics import agreement, score_estimates


def test_errors_are_taken_over_what_was_given() -> None:
    score = score_estimates([15.0, None, 16.0], [0.5, None, 0.5], [15.5, 99.0, 15.0])
    assert score.given == 2
    assert score.coverage == pytest.approx(2 / 3)
    assert score.mean_absolute_error == pytest.approx(0.75)
    assert score.bias == pytest.approx(0.25)
    assert score.largest_error == pytest.approx(1.0)


def test_a_right_sigma_covers_95_percent() -> None:
    random = np.random.default_rng(0)
    errors = random.standard_normal(4000)
    score = score_estimates((15 + errors).tolist(), [1.0] * 4000, [15.0] * 4000)
    assert score.within_95 == pytest.approx(0.95, abs=0.01)
    assert score.normalised == pytest.approx(1.0, abs=0.03)


def test_nothing_given_is_no_error_of_zero() -> None:
    score = score_estimates([None], [None], [15.0])
    assert (score.given, score.coverage, score.mean_absolute_error) == (0, 0.0, None)
    assert score_estimates([], [], []).coverage == 0.0


def test_an_estimate_without_a_sigma_is_refused() -> None:
    with pytest.raises(ValueError, match="sigma"):
        score_estimates([15.0], [None], [15.0])
    with pytest.raises(ValueError, match="sigma"):
        score_estimates([15.0], [0.0], [15.0])


def test_agreement_leaves_out_what_was_withheld() -> None:
    assert agreement([True, None, False, True], [True, False, False, False]) == pytest.approx(2 / 3)
    assert agreement([None], [True]) is None
