"""What has changed in a house that nobody told: an open window, a heater that is not ours; since when, and how sure.

For every hypothesis (`sumika.belief.hypotheses`) the log-likelihood ratio of each quarter of an hour against ordinary
life is added up and never falls below zero (CUSUM: E. S. Page, Biometrika 41, 1954; over several strengths it is
a generalised likelihood ratio: G. Lorden, Ann. Math. Statist. 42, 1971). A change is told when its sum passes a
threshold that ordinary life, if its errors were as normal as they are taken to be, would pass once in
`FALSE_EVERY_DAYS`; a quantity in one quarter counts for half of that at most, so that nothing is decided by a single
reading of a single kind. How far errors spread and how long they last is learned (`sumika.belief.ordinary`).
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.belief.hypotheses import Hypothesis, hypotheses_of, signatures_of
from sumika.belief.ordinary import Ordinary
from sumika.belief.outline import Outline
from sumika.belief.quarter import Quarter
from sumika.belief.record import ROW_S
from sumika.belief.suspicion import Fault

Array = NDArray[np.float64]

FALSE_EVERY_DAYS = 70.0
"""Of all told hypotheses of a house together."""

FALSE_END_EVERY_DAYS = 7.0
LEARNS_QUARTERS = 192
"""Before two days of life nobody knows what is ordinary."""

ORDINARY = (0.3, 50.0, 2e-4)
"""Standard deviations over a quarter at first: K, ppm, kg/kg (typical)."""

WILD = 6.0
"""An error of more standard deviations counts as so many."""

BEYOND_OTHERS = math.log(3.0)
"""So much likelier than every other explanation a change must be."""

FADES = math.exp(-ROW_S / (6 * 3600.0))
"""What needs longer than some hours to show is no event, but a house that is not as described."""

UNSEEN_S, SEEN = 4 * 3600.0, 1.0
"""A change that the last hours could not have shown (inside as warm as outside) is not held any longer."""


@dataclass(slots=True, kw_only=True)
class Change:
    """A change that holds.

    Attributes:
        fault: What.
        room: Place of its room.
        strength: m³/s or W, as estimated.
        began_s: Unix time since when.
        applied: The strength that the filter went on with in the last quarter.
        probability: How sure it was when it was told.
        against: Evidence that it is over.
        shows: How much the last hours could show of it, in squared standard deviations; fades.
        weighs: Sum of squared signatures per unit of strength, and of their products with errors.
    """

    fault: Fault
    room: int
    strength: float
    began_s: float
    probability: float
    applied: float = 0.0
    against: float = 0.0
    shows: float = SEEN * 8.0
    weighs: list[float] = field(default_factory=lambda: [0.0, 0.0])


class Changes:
    """Looks for changes, quarter by quarter.

    Attributes:
        held: Those that hold.
        ordinary: Errors of all rooms: kelvins, ppm, humidity, one after another.
    """

    def __init__(self, outline: Outline, devices: tuple[tuple[str, str], ...]) -> None:
        """Suspect nothing.

        Args:
            outline: Of the house.
            devices: (id, room) of what heats and cools.
        """
        self._volume_m3 = outline.volume_m3
        self._rooms = len(outline.rooms)
        self.hypotheses = hypotheses_of(outline, devices)
        self.ordinary = Ordinary(np.repeat(ORDINARY, self._rooms))
        self.sums = np.zeros(len(self.hypotheses))
        self.began_s = np.zeros(len(self.hypotheses))
        self.held: list[Change] = []
        self.quarters = 0
        self._seen = np.zeros(self._rooms, bool)
        told = sum(one.is_told for one in self.hypotheses)
        per_day = 86_400.0 / ROW_S
        self.threshold = math.log(FALSE_EVERY_DAYS * per_day * told)
        self.end_threshold = math.log(FALSE_END_EVERY_DAYS * per_day)

    def step(self, quarter: Quarter) -> tuple[list[Change], list[Change]]:
        """Look at one more quarter; return what is new, and what is over.

        Args:
            quarter: The one that was closed last.
        """
        errors = np.concatenate([quarter.error_k, quarter.error_ppm, quarter.error_ratio])
        self._seen |= np.isfinite(quarter.error_k)
        signatures = signatures_of(self.hypotheses, quarter, self._volume_m3).all
        for one in self.held:
            # What was found is in the filter already: these are the errors without it.
            errors = errors + self._of(one, signatures, one.applied)
        over = [one for one in self.held if self._is_over(one, errors, self._of(one, signatures, one.strength))]
        self.held = [one for one in self.held if one not in over]
        for one in self.held:
            errors = errors - self._of(one, signatures, one.strength)
        ordinary = self._ordinary_places(over)
        self.ordinary.take(errors, ordinary)
        self.quarters += 1
        found = []
        if self.quarters >= LEARNS_QUARTERS:
            self._add(self._ratios(errors, signatures, self.threshold), quarter)
            found = self._found()
        for one in self.held:
            one.applied = one.strength
        return found, over

    def _of(self, change: Change, signatures: Array, strength: float) -> Array:
        """Return what a change that holds does to a quarter; strengths between hypotheses are taken in proportion."""
        rows = [row for row, one in enumerate(self.hypotheses) if one.kind is change.fault and one.room == change.room]
        near = min(rows, key=lambda row: abs(math.log(self.hypotheses[row].strength / change.strength)))
        return np.asarray(signatures[near] * (strength / self.hypotheses[near].strength))

    def _ratios(self, errors: Array, signatures: Array, threshold: float) -> Array:
        """Return (hypothesis,) log-likelihood ratios against ordinary life, each quantity limited."""
        sigma = self.ordinary.sigma
        good = np.isfinite(errors)
        bounded = np.clip(np.where(good, errors, 0.0), -WILD * sigma, WILD * sigma)
        variance = self.ordinary.long_run_sigma**2
        each = np.where(good, (signatures * bounded - 0.5 * signatures**2) / variance, 0.0)
        by_quantity = each.reshape(len(signatures), 3, self._rooms).sum(axis=2)
        return np.asarray(np.clip(by_quantity, -0.5 * threshold, 0.5 * threshold).sum(axis=1))

    def _add(self, ratios: Array, quarter: Quarter) -> None:
        for change in self.held:
            # What holds already needs no more evidence.
            same = [one.kind is change.fault and one.room == change.room for one in self.hypotheses]
            ratios = np.where(same, 0.0, ratios)
        begins = self.sums == 0.0
        self.began_s = np.where(begins, quarter.begin_s, self.began_s)
        self.sums = np.maximum(0.0, FADES * self.sums + ratios)

    def _found(self) -> list[Change]:
        found: list[Change] = []
        told = np.array([one.is_told and self._seen[one.room] for one in self.hypotheses])
        while True:
            best = int(np.argmax(np.where(told, self.sums, -1.0)))
            one = self.hypotheses[best]
            if self.sums[best] < self.threshold or self.sums[best] < self._others(one) + BEYOND_OTHERS:
                return found
            change = self._change(best)
            found.append(change)
            self.held.append(change)
            # The others saw the same errors: they begin anew, without what this change explains.
            self.sums[:] = 0.0

    def _others(self, one: Hypothesis) -> float:
        others = [
            self.sums[row]
            for row, other in enumerate(self.hypotheses)
            if other.kind is not one.kind or other.room != one.room
        ]
        return float(max(others, default=0.0))

    def _change(self, best: int) -> Change:
        one = self.hypotheses[best]
        assert isinstance(one.kind, Fault)
        against = [
            float(np.exp(self.sums[row] - self.sums[best]))
            for row, other in enumerate(self.hypotheses)
            if other.kind is not one.kind or other.room != one.room
        ]
        # That a change begins in a given quarter is as likely beforehand as once a day.
        odds = max(against, default=0.0) + 86_400.0 / ROW_S * math.exp(-self.sums[best])
        return Change(
            fault=one.kind,
            room=one.room,
            strength=self._mean_strength(one),
            began_s=float(self.began_s[best]),
            probability=1.0 / (1.0 + odds),
        )

    def _mean_strength(self, one: Hypothesis) -> float:
        """Return the mean of the strengths by their likelihood."""
        rows = [row for row, other in enumerate(self.hypotheses) if other.kind is one.kind and other.room == one.room]
        weight = np.exp(self.sums[rows] - self.sums[rows].max())
        sizes = np.log([abs(self.hypotheses[row].strength) for row in rows])
        return math.copysign(float(np.exp((weight * sizes).sum() / weight.sum())), one.strength)

    def _is_over(self, change: Change, errors: Array, does: Array) -> bool:
        """Weigh one more quarter against a change that holds; set its strength right meanwhile."""
        ratio = float(self._ratios(errors, does[None], self.end_threshold)[0])
        change.against = max(0.0, change.against - ratio)
        good = np.isfinite(errors)
        variance = self.ordinary.long_run_sigma**2
        power = float((does**2 / variance)[good].sum())
        change.shows = change.shows * (1.0 - ROW_S / UNSEEN_S) + power
        if change.against == 0.0:
            unit = does / change.strength
            change.weighs[0] += float((unit**2 / variance)[good].sum())
            change.weighs[1] += float((unit * errors / variance)[good].sum())
            change.strength = self._set_right(change)
        return change.against >= self.end_threshold or change.shows < SEEN

    def _set_right(self, change: Change) -> float:
        sizes = [one.strength for one in self.hypotheses if one.kind is change.fault and one.room == change.room]
        low, high = min(sizes, key=abs), max(sizes, key=abs)
        square, product = change.weighs
        # The first estimate counts as an hour of evidence.
        prior = 4.0 / change.strength**2
        wanted = (product + prior * change.strength) / (square + prior)
        return float(np.clip(wanted, min(0.5 * low, 2.0 * high), max(0.5 * low, 2.0 * high)))

    def _ordinary_places(self, over: list[Change]) -> NDArray[np.bool_]:
        """Return (3 rooms,) where errors teach what is ordinary: not in rooms with a change or a strong suspicion."""
        odd = {change.room for change in (*self.held, *over)}
        for row in np.flatnonzero(self.sums > 0.5 * self.threshold):
            odd.add(self.hypotheses[int(row)].room)
        ordinary = np.array([room not in odd for room in range(self._rooms)])
        return np.tile(ordinary, 3)
