"""What residents told says of the told classes which it was, and takes nothing from those that nobody told of."""

import numpy as np
import pytest

from sumika.distil.about import About, Head
from sumika.models import UNLABELLED, Lived, Way, adapted, find_student, judged

ANSWERS = 12000


@pytest.fixture(scope="module")
def about() -> About:
    return find_student("posture-tiny").about


@pytest.fixture(scope="module")
def hidden(about: About) -> np.ndarray:
    """Layers before the outputs, a little wider than those of the people it has learnt from."""
    reference = about.domain.reference
    centre, spread = (np.array(of)[-reference.hidden :] for of in (reference.centre, reference.spread))
    drawn = np.random.default_rng(0).normal(size=(ANSWERS, reference.hidden))
    return (centre + 1.3 * spread * drawn).astype(np.float32)


def said(about: About, head: Head | None, hidden: np.ndarray) -> np.ndarray:
    assert head is not None
    return np.exp(about.calibration.log_probabilities(hidden @ np.array(head.weight).T + np.array(head.bias)))


def told(hidden: np.ndarray, label: np.ndarray, days: int = 5) -> Lived:
    return Lived(hidden=hidden, day=(np.arange(len(hidden)) % days).astype(str), label=label.astype(np.int64))


def test_one_class_alone_teaches_nothing_and_says_why(about: About, hidden: np.ndarray) -> None:
    """ "I was lying", three hundred times: to say that of everything would be right each time."""
    mine = hidden[said(about, about.model.head, hidden).argmax(axis=1) == 2][:300]
    lived = told(mine, np.full(len(mine), 2))
    verdict = judged(about, lived, Way.of(about))
    assert not verdict.better
    assert "of 2 classes at least" in verdict.problem
    assert f"enough are told of: {about.classes[2]}" in verdict.problem
    assert adapted(about, lived, Way(shift=0.0)) == about.model.head


def test_classes_that_nobody_told_of_keep_their_place(about: About, hidden: np.ndarray) -> None:
    sure = said(about, about.model.head, hidden)
    first = sure.argmax(axis=1)
    own = np.concatenate([np.flatnonzero(first == one)[:150] for one in (1, 2)])
    label = first[own]
    label[::7] = 3 - label[::7]
    lived = told(hidden[own], label)
    assert judged(about, lived, Way.of(about)).better
    others = hidden[(first != 1) & (first != 2) & (sure.max(axis=1) > 0.6)]
    after = said(about, adapted(about, lived, Way(shift=0.0)), others).argmax(axis=1)
    assert len(others) > 1000
    assert np.isin(after, (1, 2)).mean() < 0.01


def test_who_tells_one_class_more_often_than_another_does_not_make_it_more_frequent(
    about: About, hidden: np.ndarray
) -> None:
    """Two classes of which the student knows enough, one of them told twenty times as often, all of it rightly."""
    two = said(about, about.model.head, hidden)[:, [1, 2]].argmax(axis=1)
    rows = np.sort(np.concatenate([np.flatnonzero(two == 0)[:20], np.flatnonzero(two == 1)[:400]]))
    head = adapted(about, told(hidden[rows], 1 + two[rows]), Way(shift=0.0))
    rest = np.setdiff1d(np.arange(ANSWERS), rows)
    after = said(about, head, hidden[rest])[:, [1, 2]].argmax(axis=1)
    assert abs(after.mean() - two[rest].mean()) < 0.03


@pytest.mark.parametrize(("times", "days", "counts"), [(2, 2, 12), (9, 1, 12), (3, 2, 15)])
def test_a_class_counts_that_was_told_some_times_on_two_days(
    about: About, hidden: np.ndarray, times: int, days: int, counts: int
) -> None:
    label = np.full(60, UNLABELLED)
    label[:12], label[30 : 30 + times] = 1, 2
    day = np.arange(60) % 5
    day[30:] = np.arange(30) % days
    verdict = judged(about, Lived(hidden=hidden[:60], day=day.astype(str), label=label), Way.of(about))
    assert verdict.labels == counts
    assert bool(verdict.problem) == (counts == 12)
