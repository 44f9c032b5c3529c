"""How many people a room's carbon dioxide speaks for: a grid filter over their number and the air exchange.

One room with fresh air: dC/dt = n g / V - k (C - C_out). Nobody tells the air exchange k, which windows and doors
change; it is carried along as a second unknown, and neighbouring rooms are taken for fresh air. So this is weak
evidence, and it is late by some minutes; it knows of who keeps behind a wardrobe, though, where no radar sees.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST_PEOPLE = 5
CO2_L_H = 17.0
"""Of a grown person who sits (1.2 met; EN 16798-1:2019 Annex B gives 20 l/h, ASTM D6245 15 to 18)."""

OUTDOOR_PPM = 420.0
EXCHANGES_H = np.array([0.15, 0.3, 0.6, 1.2, 2.5, 5.0])
EVERY_S = 120.0
LONGEST_GAP_S = 900.0

NOISE_PPM = 14.0
"""Of the mean of two minutes of a good sensor, with what people's activity and the room's corners make of it."""

COMES_OR_GOES_S, EXCHANGE_CHANGES_S = 1800.0, 3600.0
EVIDENCE = 0.5
"""Of so many parts of what it says is news: errors of the model last."""


def _neighbours(count: int, share: float) -> Array:
    """Return (state, state): with that probability one goes a step up or down."""
    moves = np.zeros((count, count))
    for here in range(count):
        there = [one for one in (here - 1, here + 1) if 0 <= one < count]
        moves[here, there] = share / len(there)
        moves[here, here] = 1.0 - share
    return moves


def _moves(count: int, seconds: float) -> Array:
    return _neighbours(count, -math.expm1(-EVERY_S / seconds))


_PEOPLE_MOVES, _EXCHANGE_MOVES = _moves(MOST_PEOPLE + 1, COMES_OR_GOES_S), _moves(len(EXCHANGES_H), EXCHANGE_CHANGES_S)


@dataclass(slots=True)
class Co2People:
    """One sensor's; changed in place.

    Attributes:
        volume_m3: Of the room.
        shares: (people, exchange) probability of each; None before two readings.
    """

    volume_m3: float
    shares: Array | None = None
    _sum: float = 0.0
    _count: int = 0
    _begin_s: float | None = None
    _before: tuple[float, float] | None = None
    _said: list[float] = field(default_factory=list)

    def take(self, co2_ppm: float, now_s: float) -> None:
        """Take a reading in; one that cannot be is left out.

        Args:
            co2_ppm: Volume parts per million.
            now_s: On a clock that never goes back; where it does all begins anew.
        """
        if not (math.isfinite(co2_ppm) and 300.0 <= co2_ppm <= 20_000.0):
            return
        if self._begin_s is None or not 0.0 <= now_s - self._begin_s <= LONGEST_GAP_S:
            self._begin_s, self._sum, self._count, self._before, self.shares = now_s, 0.0, 0, None, None
        self._sum, self._count = self._sum + co2_ppm, self._count + 1
        if now_s - self._begin_s >= EVERY_S:
            self._close(self._sum / self._count, now_s)
            self._begin_s, self._sum, self._count = now_s, 0.0, 0

    def _close(self, mean_ppm: float, now_s: float) -> None:
        if self._before is not None:
            before_ppm, before_s = self._before
            shares = self.shares if self.shares is not None else _first()
            predicted = _PEOPLE_MOVES.T @ shares @ _EXCHANGE_MOVES
            off = (mean_ppm - self._expected(before_ppm, now_s - before_s)) / (NOISE_PPM * math.sqrt(2.0))
            logs = np.log(predicted) - 0.5 * EVIDENCE * np.minimum(off**2, 25.0)
            likely = np.exp(logs - logs.max())
            self.shares = np.maximum(likely / likely.sum(), 1e-9)
        self._before = (mean_ppm, now_s)

    def _expected(self, before_ppm: float, seconds: float) -> Array:
        """Return (people, exchange) what each would make of a concentration."""
        decays = EXCHANGES_H * seconds / 3600.0
        steady = CO2_L_H * 1e3 / self.volume_m3 / EXCHANGES_H
        people = np.arange(MOST_PEOPLE + 1)[:, None]
        rest = np.exp(-decays)[None, :]
        return OUTDOOR_PPM + (before_ppm - OUTDOOR_PPM) * rest + people * steady[None, :] * (1.0 - rest)

    def people(self) -> Array | None:
        """Return (people,) the probability of each number; None where nothing is known."""
        return None if self.shares is None else self.shares.sum(axis=1) / self.shares.sum()


def _first() -> Array:
    people = np.array([0.5, 0.25, 0.15, 0.05, 0.03, 0.02])
    return np.outer(people, np.full(len(EXCHANGES_H), 1.0 / len(EXCHANGES_H)))
