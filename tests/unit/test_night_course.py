"""A night's answers are heard together: what usually follows what, and how much of each answer is news."""

import numpy as np
import pytest

from sumika.perception.night_course import FOLLOWS, USUAL, counted, in_course, told_together

WAKE, NON_REM, REM = range(3)
UNKNOWN = np.full(3, np.nan)


def answers(*stages: int, sure: float = 0.8) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    said = np.full((len(stages), 3), (1 - sure) / 2)
    said[np.arange(len(stages)), stages] = sure
    return np.asarray(np.log(said))


def test_what_follows_what_is_counted_within_nights_alone() -> None:
    stages = np.array([WAKE, NON_REM, NON_REM, -1, REM, REM, WAKE, WAKE])
    night = np.array(["a", "a", "a", "a", "a", "b", "b", "b"])
    follows, usual = counted(stages, night)
    # One is added to each count; nothing follows across the night's end, what is not scored is stepped over.
    assert follows * np.array([[5], [5], [4]]) == pytest.approx(np.array([[2, 2, 1], [1, 2, 2], [2, 1, 1]]))
    assert usual == pytest.approx(np.array([3, 2, 2]) / 7)


def test_one_odd_answer_among_many_is_not_believed_and_a_lasting_change_is() -> None:
    odd = told_together(answers(*[NON_REM] * 20, WAKE, *[NON_REM] * 20))
    assert odd[20].argmax() == NON_REM
    change = told_together(answers(*[NON_REM] * 40, *[REM] * 40, sure=0.9))
    assert change[5].argmax() == NON_REM
    assert change[70].argmax() == REM
    assert odd.sum(axis=1) == pytest.approx(1.0)


def test_what_is_not_known_is_told_by_its_neighbours() -> None:
    said = answers(*[REM] * 30)
    said[10:14] = UNKNOWN
    together = told_together(said)
    assert np.isfinite(together).all()
    assert (together[10:14].argmax(axis=1) == REM).all()
    nothing = in_course(np.full((400, 3), np.nan), np.array(FOLLOWS), np.array(USUAL))
    assert nothing == pytest.approx(np.broadcast_to(nothing[200], nothing.shape), abs=0.05)


def test_the_constants_are_probabilities() -> None:
    assert np.sum(FOLLOWS, axis=1) == pytest.approx(1.0, abs=2e-4)
    assert sum(USUAL) == pytest.approx(1.0, abs=2e-4)
