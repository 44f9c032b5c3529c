"""A night's half minutes seen together: who dreamt a minute ago probably dreams still, and nobody dreams on waking.

A student answers each half minute by itself, although neighbours share most of what it reads. So each answer counts as
a part of one only, and what usually follows what is added: the forward-backward algorithm over a hidden Markov chain
(L. Rabiner, Proc. IEEE 77 (1989) 257-286).
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

FOLLOWS: tuple[tuple[float, float, float], ...] = (
    (0.8101, 0.1747, 0.0152),
    (0.0211, 0.9649, 0.0140),
    (0.0139, 0.0309, 0.9551),
)
"""How often wake, NREM and REM (rows) were followed by each of them half a minute later, in 22 scored nights of
sleep-accel; `sumika bench people --full` scores everybody with what the others' nights say instead."""

USUAL = (0.0952, 0.6683, 0.2365)
"""Share of each in the same nights."""

NEWS = 0.2
"""So much of each answer is news: answers on neighbouring half minutes rest on nearly the same heartbeats. With every
value from 0.1 to 0.5 stages of unseen people are told better than with 1, or with no course at all."""

LESS_SURE, SHIFT = 2.11, (-0.398, 0.674, -0.276)
"""What comes out counts some heartbeats twice and is too sure; fitted on the same nights, each told by a student that
had not learnt from it."""

LEAST_PROBABILITY = 1e-9


def counted(stages: Numbers | NDArray[np.int64], nights: NDArray[np.str_]) -> tuple[Numbers, Numbers]:
    """Return what follows what (class, class after it) and the share of each class (class,) in scored nights.

    Args:
        stages: (epoch,) class of each epoch, in order of time within a night; below 0: not scored.
        nights: (epoch,) which night each is of.
    """
    known = np.asarray(stages, np.int64)
    classes = int(known.max()) + 1
    follows = np.ones((classes, classes))
    for night in np.unique(nights):
        course = known[nights == night]
        course = course[course >= 0]
        np.add.at(follows, (course[:-1], course[1:]), 1)
    usual = np.bincount(known[known >= 0], minlength=classes) / np.count_nonzero(known >= 0)
    return follows / follows.sum(axis=1, keepdims=True), usual


def told_together(log_probabilities: Numbers) -> Numbers:
    """Return calibrated probabilities (epoch, class) of wake, NREM and REM of a night's answers together.

    Args:
        log_probabilities: (epoch, class) of each epoch by itself; a row of NaN: nothing is known of it.
    """
    together = np.log(in_course(log_probabilities, np.array(FOLLOWS), np.array(USUAL))) / LESS_SURE + np.array(SHIFT)
    odds = np.exp(together - together.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def in_course(log_probabilities: Numbers, follows: Numbers, usual: Numbers) -> Numbers:
    """Return what one night's answers say together.

    Args:
        log_probabilities: (epoch, class) of each epoch by itself, in order of time; NaN where nothing is known.
        follows: (class, class after it).
        usual: (class,) share of each.

    Returns:
        Probabilities (epoch, class); they add up to 1.
    """
    news = np.nan_to_num(NEWS * (log_probabilities - np.log(usual)))
    seen = np.exp(news - news.max(axis=1, keepdims=True))
    forward, backward = np.empty_like(seen), np.ones_like(seen)
    state = usual
    for at, one in enumerate(seen):
        state = (state if at == 0 else state @ follows) * one
        state = forward[at] = state / state.sum()
    for at in range(len(seen) - 1, 0, -1):
        after = follows @ (backward[at] * seen[at])
        backward[at - 1] = after / after.sum()
    both = np.maximum(forward * backward, LEAST_PROBABILITY)
    return np.asarray(both / both.sum(axis=1, keepdims=True))
