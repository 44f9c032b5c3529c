"""What has changed in a house that nobody told: an open window, a heater that is not ours; since when, and how sure.

For every hypothesis (`sumika.belief.hypotheses`) the log-likelihood ratio of each quarter of an hour against ordinary
life is added up and never falls below zero (CUSUM: E. S. Page, Biometrika 41, 1954; over several strengths it is
a generalised likelihood ratio: G. Lorden, Ann. Math. Statist. 42, 1971). A change is told when its sum passes a
threshold that ordinary life, if its errors were as normal as they are taken to be, would pass once in
`FALSE_EVERY_DAYS`; a quantity in one quarter counts for half of that at most, so that nothing is decided by a single
reading of a single kind. How far errors spread and how long they last is learned (`sumika.belief.ordinary`).
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sumika.belief.hypotheses import Hypothesis, hypotheses_of, signatures_of
from sumika.belief.ordinary import Hours, Ordinary
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

SELDOM: dict[Fault | str, float] = {Fault.UNKNOWN_COLD: math.log(20.0)}
"""By how much less likely beforehand something is than an open window: where nobody breathes the two look alike."""

BOOST_WIDENS = 3.0
"""While a hood draws several hundred m³/h errors spread wider by so much: its air comes in where no model knows, and
looks there like a window that is open (typical)."""

WEIGHS_ON = 0.7
"""Wind and people change what comes through a window: its strength is that of the last hour."""

_OF_HEAT = frozenset({Fault.UNKNOWN_HEAT, Fault.UNKNOWN_COLD})
_EXPLAINS_HEAT = frozenset({Fault.WINDOW_OPEN, Fault.NO_EFFECT})
UNSEEN_S, SEEN = 4 * 3600.0, 1.0
"""A change that the last hours could not have shown (inside as warm as outside) is not held any longer."""


@dataclass(slots=True, kw_only=True)
class Change:
    """A change that holds.

    Attributes:
        fault: What.
        room: Place of its room.
        strength: m³/s, W, or a share of what a device gives, as estimated.
        began_s: Unix time since when.
        device: That gives nothing; empty: none is meant.
        first: Strength that it was found with; it is never taken to have become less than half of it.
        applied: The strength that the filter went on with in the last quarter.
        probability: How sure it was when it was told.
        against: Evidence that it is over.
        shows: How much the last hours could show of it, in squared standard deviations; fades.
        weighs: Sum of squared signatures per unit of strength, and of their products with errors; fades.
    """

    fault: Fault
    room: int
    strength: float
    began_s: float
    probability: float
    first: float
    device: str = ""
    applied: float = 0.0
    against: float = 0.0
    shows: float = SEEN * 8.0
    weighs: tuple[float, float] = (0.0, 0.0)


class _Seen(NamedTuple):
    """A quarter: errors as if nothing held, (3 rooms,), signatures, (hypothesis, 3 rooms), its hour's spread by all."""

    errors: Array
    signatures: Array
    wider: Array


class Changes:
    """Looks for changes, quarter by quarter.

    Attributes:
        held: Those that hold.
        ordinary: Errors of all rooms: kelvins, ppm, humidity, one after another.
        hours: The same by hour of the day: what comes every day is no event.
    """

    def __init__(
        self, outline: Outline, devices: tuple[tuple[str, str], ...], cooks: NDArray[np.bool_] | None = None
    ) -> None:
        """Suspect nothing.

        Args:
            outline: Of the house.
            devices: (id, room) of what heats and cools.
            cooks: (room,) whether there is a kitchen; None: nowhere.
        """
        self._volume_m3 = outline.volume_m3
        self._rooms = len(outline.rooms)
        cooks = np.zeros(self._rooms, bool) if cooks is None else cooks
        self.hypotheses = hypotheses_of(outline, devices, cooks)
        self._steamy = np.concatenate([np.zeros(2 * self._rooms, bool), outline.wet | cooks])
        self.ordinary = Ordinary(np.repeat(ORDINARY, self._rooms))
        self.hours = Hours(np.repeat(ORDINARY, self._rooms))
        self.sums = np.zeros(len(self.hypotheses))
        self.began_s = np.zeros(len(self.hypotheses))
        self.held: list[Change] = []
        self._before: _Seen | None = None
        self._boosted = False
        self._seldom = np.array([SELDOM.get(one.kind, 0.0) for one in self.hypotheses])
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
        # Who bathes or cooks makes more vapour than any window lets out.
        errors = np.where(self._steamy, np.nan, errors)
        said, errors = errors, errors - self.hours.usual(quarter.begin_s)
        self._seen |= np.isfinite(quarter.error_k)
        signatures = signatures_of(self.hypotheses, quarter, self._volume_m3).all
        for one in self.held:
            # What was found is in the filter already: these are the errors without it.
            errors = errors + self._of(one, signatures, one.applied)
        wider = self.hours.wider(quarter.begin_s)
        if quarter.is_boosted or self._boosted:
            wider = np.maximum(wider, BOOST_WIDENS)
        self._boosted = quarter.is_boosted
        now, before = _Seen(errors, signatures, wider), self._before
        over = [one for one in self.held if self._is_over(one, now, before)]
        self.held = [one for one in self.held if one not in over]
        places = self._ordinary_places(over)
        self.ordinary.take(self._left(now), places)
        self.hours.take(said, places, quarter.begin_s)
        found = []
        if self.ordinary.taken >= LEARNS_QUARTERS:
            self._add(now, before, quarter)
            found = self._found(now)
        for one in self.held:
            one.applied = one.strength
        self._before = now
        return found, over

    def _left(self, seen: "_Seen", besides: Change | None = None) -> Array:
        """Return (3 rooms,) errors that nothing that holds explains, one change left aside."""
        errors = seen.errors
        for one in self.held:
            if one is not besides:
                errors = errors - self._of(one, seen.signatures, one.strength)
        return errors

    def _of(self, change: Change, signatures: Array, strength: float) -> Array:
        """Return what a change that holds does to a quarter; strengths between hypotheses are taken in proportion."""
        rows = self._rows_of(change.fault, change.room, change.device)
        near = min(rows, key=lambda row: abs(math.log(self.hypotheses[row].strength / change.strength)))
        return np.asarray(signatures[near] * (strength / self.hypotheses[near].strength))

    def _rows_of(self, kind: Fault | str, room: int, device: str) -> list[int]:
        return [row for row, one in enumerate(self.hypotheses) if one.is_of(kind, room, device)]

    def _ratios(self, errors: Array, before: Array, does: Array, did: Array, threshold: float, wider: Array) -> Array:
        """Return (hypothesis,) log-likelihood ratios against ordinary life, each quantity limited.

        Args:
            errors: (3 rooms,) of the quarter.
            before: Of the one before it.
            does: (hypothesis, 3 rooms) signatures in the quarter.
            did: In the one before it; nothing for what begins now.
            threshold: Half of it is the most that a quantity counts for.
            wider: (3 rooms,) than else errors spread at this hour.
        """
        lasts = self.ordinary.lasts
        both = np.isfinite(errors) & np.isfinite(before)
        sigma = self.ordinary.news_sigma * wider
        signatures = np.where(both, does - lasts * did, 0.0)
        # No error counts for more than is wild, or than the hypothesis itself would make it.
        bound = np.maximum(WILD * sigma, 1.5 * np.abs(signatures))
        news = np.clip(np.where(both, errors - lasts * before, 0.0), -bound, bound)
        each = (signatures * news - 0.5 * signatures**2) / sigma**2
        by_quantity = each.reshape(len(each), 3, self._rooms).sum(axis=2)
        return np.asarray(np.clip(by_quantity, -0.5 * threshold, 0.5 * threshold).sum(axis=1))

    def _add(self, now: "_Seen", before: "_Seen | None", quarter: Quarter) -> None:
        if before is None:
            return
        errors, errors_before = self._left(now), self._left(before)
        nothing = np.zeros_like(now.signatures)
        goes_on = self._ratios(errors, errors_before, now.signatures, before.signatures, self.threshold, now.wider)
        begins = self._ratios(errors, errors_before, now.signatures, nothing, self.threshold, now.wider)
        known = np.array([self._is_known(one) for one in self.hypotheses])
        later = np.where(self.sums > 0.0, FADES * self.sums + goes_on, 0.0)
        anew = begins >= later
        self.began_s = np.where(anew, quarter.begin_s, self.began_s)
        self.sums = np.where(known, 0.0, np.maximum(0.0, np.where(anew, begins, later)))

    def _is_known(self, one: Hypothesis) -> bool:
        """Return whether a change that holds explains it, or its end would.

        Where a window stands open, what is lost goes out there; what a dead device does not give is no cold.
        """
        return any(
            one.room == change.room
            and (
                one.is_of(change.fault, change.room, change.device)
                or change.against > 0.0
                or (change.fault in _EXPLAINS_HEAT and one.kind in _OF_HEAT)
            )
            for change in self.held
        )

    def _found(self, now: "_Seen") -> list[Change]:
        found: list[Change] = []
        told = np.array([one.is_told and self._seen[one.room] for one in self.hypotheses])
        while True:
            enough = told & (self.sums >= self.threshold)
            weighed = self.sums - self._seldom
            best = int(np.argmax(np.where(enough, weighed, -np.inf)))
            one = self.hypotheses[best]
            if not enough[best] or weighed[best] < self._others(one) + BEYOND_OTHERS:
                return found
            change = self._change(best, now)
            found.append(change)
            self.held.append(change)
            # The others saw the same errors: they begin anew, without what this change explains.
            self.sums[:] = 0.0

    def _others(self, one: Hypothesis) -> float:
        others = [
            self.sums[row] - self._seldom[row]
            for row, other in enumerate(self.hypotheses)
            if not other.is_of(one.kind, one.room, one.device)
        ]
        return float(max(others, default=0.0))

    def _change(self, best: int, now: "_Seen") -> Change:
        one = self.hypotheses[best]
        assert isinstance(one.kind, Fault)
        against = [
            float(np.exp(self.sums[row] - self._seldom[row] - self.sums[best] + self._seldom[best]))
            for row, other in enumerate(self.hypotheses)
            if not other.is_of(one.kind, one.room, one.device)
        ]
        # That a change begins in a given quarter is as likely beforehand as once a day.
        odds = max(against, default=0.0) + 86_400.0 / ROW_S * math.exp(-self.sums[best])
        strength = self._first_strength(best, now)
        return Change(
            fault=one.kind,
            room=one.room,
            device=one.device,
            strength=strength,
            first=strength,
            began_s=float(self.began_s[best]),
            probability=1.0 / (1.0 + odds),
        )

    def _first_strength(self, best: int, now: "_Seen") -> float:
        """Return the strength that explains the last quarter best."""
        one = self.hypotheses[best]
        does, errors = now.signatures[best], self._left(now)
        good = np.isfinite(errors)
        weight = does[good] / self.ordinary.square[good]
        times = float(weight @ errors[good]) / max(float(weight @ does[good]), 1e-12)
        sizes = [abs(self.hypotheses[row].strength) for row in self._rows_of(one.kind, one.room, one.device)]
        least, most = min(sizes), _stronger(sizes)
        return math.copysign(min(max(abs(one.strength) * times, least), most), one.strength)

    def _is_over(self, change: Change, now: "_Seen", before: "_Seen | None") -> bool:
        """Weigh one more quarter against a change that holds; set its strength right meanwhile."""
        if before is None:
            return False
        does = self._of(change, now.signatures, change.strength)
        did = self._of(change, before.signatures, change.strength)
        errors, earlier = self._left(now, change), self._left(before, change)
        # Without it: the errors that are left would be its whole signature, the other way round.
        told = (errors - does, earlier - did)
        goes_on = float(self._ratios(*told, -does[None], -did[None], self.end_threshold, now.wider)[0])
        begins = float(self._ratios(*told, -does[None], np.zeros_like(did)[None], self.end_threshold, now.wider)[0])
        change.against = max(0.0, begins, change.against + goes_on if change.against > 0.0 else 0.0)
        good = np.isfinite(errors)
        variance = self.ordinary.square
        change.shows = change.shows * (1.0 - ROW_S / UNSEEN_S) + float((does**2 / variance)[good].sum())
        if change.against == 0.0:
            unit = does / change.strength
            square, product = change.weighs
            change.weighs = (
                WEIGHS_ON * square + float((unit**2 / variance)[good].sum()),
                WEIGHS_ON * product + float((unit * errors / variance)[good].sum()),
            )
            change.strength = self._set_right(change)
        return change.against >= self.end_threshold or change.shows < SEEN

    def _set_right(self, change: Change) -> float:
        rows = self._rows_of(change.fault, change.room, change.device)
        sizes = [abs(self.hypotheses[row].strength) for row in rows]
        low, high = 0.5 * change.first, math.copysign(_stronger(sizes), change.first)
        square, product = change.weighs
        # The first estimate counts as if the room had shown it once.
        prior = 1.0 / change.first**2
        wanted = (product + prior * change.first) / (square + prior)
        return float(np.clip(wanted, min(low, high), max(low, high)))

    def _ordinary_places(self, over: list[Change]) -> NDArray[np.bool_]:
        """Return (3 rooms,) where errors teach what is ordinary: not in rooms with a change or a strong suspicion."""
        odd = {change.room for change in (*self.held, *over)}
        for row in np.flatnonzero(self.sums > 0.5 * self.threshold):
            odd.add(self.hypotheses[int(row)].room)
        ordinary = np.array([room not in odd for room in range(self._rooms)])
        return np.tile(ordinary, 3)


def _stronger(sizes: list[float]) -> float:
    """Return the most that a strength can be: beyond the largest hypothesis, unless there is but one way to be."""
    return max(sizes) * (2.0 if len(sizes) > 1 else 1.0)
