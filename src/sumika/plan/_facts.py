"""What a plan knows that people would give as a reason: who comes when, what the price does, what the roof gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sumika.plan.problem import Planned

Array = NDArray[np.float64]

SOON_H, PRICE_SOON_H, DAY_H = 8.0, 10.0, 24.0
SOMEBODY = 0.3
"""So many people expected count as somebody."""

PRICE_MOVES = 0.05
"""A price that differs by a smaller share is the same."""

_LEAST_ROOF_KW = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Who is expected in a room.

    Attributes:
        people: How many, at least 1.
        at: When; None: they are there.
        spread_min: Standard deviation of when; 0 where they are there.
    """

    people: int
    at: datetime | None
    spread_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceMove:
    """Where the price goes.

    Attributes:
        share: By how much of the present one; negative: it falls.
        at: When.
    """

    share: float
    at: datetime


class Facts:
    """The facts of one plan; times are in local time."""

    def __init__(self, planned: Planned, begins: Sequence[datetime]) -> None:
        """Take a plan.

        Args:
            planned: Which.
            begins: (step,) when each of its steps begins, in local time.
        """
        self.planned, self.begins = planned, begins
        grid = planned.situation.grid
        self.lead_h: Array = (grid.begin_unix_s - grid.begin_unix_s[0]) / 3600.0

    def arrival(self, room: int) -> Arrival | None:
        """Return who is expected in a room within hours; None: nobody.

        The expectation of many days rises where people arrive: its rise is the distribution of when they do, and that
        gives the mean and the spread.
        """
        expected = self.planned.situation.people[:, room]
        within = self.lead_h <= SOON_H
        here = float(expected[0])
        most = float(expected[within].max())
        if here >= SOMEBODY and here >= 0.5 * most:
            return Arrival(people=max(1, round(here)), at=None, spread_min=0.0)
        if most < SOMEBODY:
            return None
        last = int(np.argmax(expected[within] >= most - 1e-9))
        rise = np.maximum(np.diff(expected[: last + 1]), 0.0)
        total = float(rise.sum())
        if total <= 0.0:
            return Arrival(people=max(1, round(most)), at=None, spread_min=0.0)
        # A rise between two steps lies at the later one's beginning; within a step it may lie anywhere.
        at_h = self.lead_h[1 : last + 1]
        mean_h = float((rise * at_h).sum()) / total
        spread_h = float(np.sqrt((rise * (at_h - mean_h) ** 2).sum() / total + 0.25**2 / 12.0))
        nearest = int(np.argmin(np.abs(self.lead_h - mean_h)))
        return Arrival(people=max(1, round(most)), at=self.begins[nearest], spread_min=60.0 * spread_h)

    def price_move(self) -> PriceMove | None:
        """Return the first time within hours at which the price differs clearly from the present one."""
        price = self.planned.situation.price
        now = float(price[0])
        if abs(now) < 1e-9:
            return None
        for step in range(1, len(price)):
            if self.lead_h[step] > PRICE_SOON_H:
                break
            share = float(price[step]) / now - 1.0 if now > 0.0 else (float(price[step]) - now) / abs(now)
            if abs(share) >= PRICE_MOVES:
                return PriceMove(share=share, at=self.begins[step])
        return None

    def price_against_day(self) -> float:
        """Return by which share the present price is above the mean of the next day; negative: below."""
        situation = self.planned.situation
        day = self.lead_h < DAY_H
        mean = float((situation.price * situation.grid.hours)[day].sum() / situation.grid.hours[day].sum())
        return float(situation.price[0]) / mean - 1.0 if mean > 1e-9 else 0.0

    def roof_kw(self) -> float:
        """Return what the roof gives beyond what the house draws by itself, now; 0 where that is nearly nothing."""
        situation = self.planned.situation
        spare = float(situation.solar_kw[0] - situation.load_kw[0])
        return spare if spare > _LEAST_ROOF_KW else 0.0

    def low_c(self, room: int) -> float | None:
        """Return below which people mind the temperature of a room next time they are there; None: nobody is."""
        return self._limit_c(room, above=False)

    def high_c(self, room: int) -> float | None:
        """Return above which people mind it."""
        return self._limit_c(room, above=True)

    def _limit_c(self, room: int, *, above: bool) -> float | None:
        situation = self.planned.situation
        name = situation.rooms[room]
        limits = [
            float(hinge.limit[int(np.argmax(hinge.cost_per_h > 0.0))])
            for hinge in situation.hinges
            if hinge.name == "comfort" and hinge.room == name and hinge.above is above and hinge.cost_per_h.any()
        ]
        return float(np.mean(limits)) if limits else None
