"""Where the middle of what was lived through lies, were each class as frequent as the others.

A house does not live in equal shares: who mostly sits, or mostly makes one gesture, has a middle that lies off all
others for what they do, not for how they are, and to take that away makes a student worse. So each class counts alike,
by what the student itself takes the examples for; and where too few classes are lived through, nothing is said.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.about import About

Real = NDArray[np.float64]
Classes = NDArray[np.int64]

SHOWN_SHARE = 0.8
"""Share of a student's classes that must be lived through. Of people that `gesture-tiny` had not seen, what 9 or 8 of
its 10 classes say of them has made it better, what 7 say has not."""
SHOWN_OFTEN = 10
"""Examples of a class that make it count, on every second of the days and on the others."""
MOST_ROUNDS, SETTLED = 200, 1e-6


class Evenly(msgspec.Struct, frozen=True, kw_only=True):
    """What a student takes the examples of a house for.

    Attributes:
        taken: Class of each example.
        shown: Classes that are lived through often enough, on both halves of the days.
        needed: How many there must be.
    """

    taken: Classes
    shown: tuple[int, ...]
    needed: int

    @property
    def enough(self) -> bool:
        """Whether a middle says how a house is, and not what is done there most."""
        return len(self.shown) >= self.needed

    def middle(self, hidden: NDArray[np.float32], rows: NDArray[np.bool_]) -> Real:
        """Return the median of some examples (width,), each of the classes shown with the same weight.

        Args:
            hidden: Of all examples (example, width).
            rows: Which of them count (example,); some of each class shown are among them.
        """
        rows = rows & np.isin(self.taken, self.shown)
        own, taken = hidden[rows].astype(np.float64), self.taken[rows]
        weight = 1.0 / np.bincount(taken)[taken]
        order = np.argsort(own, axis=0, kind="stable")
        reached = np.cumsum(weight[order], axis=0)
        half = (reached >= reached[-1] / 2).argmax(axis=0)
        return np.asarray(np.take_along_axis(np.take_along_axis(own, order, axis=0), half[None], axis=0)[0])


def evenly(about: About, hidden: NDArray[np.float32], second: NDArray[np.bool_]) -> Evenly:
    """Return what a student takes examples for.

    Args:
        about: Of the student; it has a head.
        hidden: Layer before its outputs (example, width).
        second: Which examples are of every second day (example,).
    """
    head = about.model.head
    if head is None:
        raise ValueError("this student has no plain last layer")
    count = len(about.classes)
    said = about.calibration.log_probabilities(hidden @ np.array(head.weight).T + np.array(head.bias))
    taken = _taken(np.exp(said))
    often = [np.bincount(taken[half], minlength=count) for half in (second, ~second)]
    shown = np.flatnonzero(np.minimum(*often) >= SHOWN_OFTEN)
    return Evenly(taken=taken, shown=tuple(shown.tolist()), needed=math.ceil(SHOWN_SHARE * count))


def _taken(probabilities: Real) -> Classes:
    """Return the likeliest class of each example, given how frequent each class is among them.

    How frequent is found by expectation and maximisation (Saerens, Latinne and Decaestecker, Neural Computation 14,
    2002). Without it, the slips among a thousand claps would pass for some of every other gesture.
    """
    share = np.full(probabilities.shape[1], 1.0 / probabilities.shape[1])
    for _ in range(MOST_ROUNDS if len(probabilities) else 0):
        held = probabilities * share
        found = (held / held.sum(axis=1, keepdims=True)).mean(axis=0)
        settled = np.abs(found - share).max() < SETTLED
        share = found
        if settled:
            break
    return np.asarray((probabilities * share).argmax(axis=1), np.int64)
