"""Sensors that drift: each room as all the other rooms and the model have it, against what its own sensor says.

Every three hours the filter goes through the last two days once more for each sensor, without that sensor. How far it
ends away is the same day by day for a sound sensor (what is described wrongly of a room is wrong every day); when it
moves away, the sensor does, or somebody has put it elsewhere. Evidence is added up as in `sumika.belief.changes`.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.belief.air import co2_of
from sumika.belief.house import HouseBelief

Array = NDArray[np.float64]

EVERY_S = 3 * 3600.0
LOOKS_BACK_ROWS, MEAN_ROWS = 192, 12
LEARNS_LOOKS = 16
"""Two days of looks tell what is usual for a room."""

FADES_LOOKS = 56.0
"""What is usual is the mean of about a week."""

SHIFT = (1.5, 150.0)
"""Kelvins and ppm away that matter: less changes no plan much."""

LEAST_SIGMA = (0.4, 40.0)
CORRELATED = 0.6
"""Of two looks in a row (typical of the errors of a room's model, which last for most of a day)."""

FALSE_EVERY_DAYS = 365.0
MOST_PER_LOOK = 3.0
_FIRST_SPREAD_K2, _FIRST_SPREAD_PPM2 = 4.0, 200.0**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Drifted:
    """A quantity of a room that has moved away from where the rest of the house has it.

    Attributes:
        room: Place of the room.
        quantity: "temperature_c" or "co2_ppm".
        off: By how much more than usual.
        began_s: Since when, Unix time.
    """

    room: int
    quantity: str
    off: float
    began_s: float


QUANTITIES = ("temperature_c", "co2_ppm")


class Drift:
    """Looks at all sensors of a house every three hours.

    Attributes:
        rooms: How many.
        sums: (side, 2 rooms) evidence that a reading is too high, and too low; temperatures first.
    """

    def __init__(self, rooms: int) -> None:
        """Know nothing of what is usual.

        Args:
            rooms: How many.
        """
        count = 2 * rooms
        self.rooms = rooms
        self._shift, self._least = np.repeat(SHIFT, rooms), np.repeat(LEAST_SIGMA, rooms)
        self.usual, self.square, self.looks = np.zeros(count), self._least**2, np.zeros(count)
        self.sums = np.zeros((2, count))
        self.began_s = np.zeros((2, count))
        self.off = np.zeros(count)
        self._next_s = 0.0
        looks_per_day = 86_400.0 / EVERY_S
        self.threshold = math.log(FALSE_EVERY_DAYS * looks_per_day * 2 * count)

    def look(self, belief: HouseBelief, now_s: float, said: Array, spare: NDArray[np.bool_]) -> bool:
        """Look at all sensors if it is time; return whether it was.

        Args:
            belief: Of the house.
            now_s: Unix time.
            said: (2 rooms,) mean of what sensors said over the last three hours, believed or not; NaN: nothing.
            spare: (room,) where something has changed, so that nobody knows what is usual there.
        """
        if now_s < self._next_s or len(belief.record.rows()) < LOOKS_BACK_ROWS or belief.learned_days < 1.0:
            return False
        self._next_s = now_s + EVERY_S
        self.take(said - _without_each(belief), now_s, np.tile(~spare, 2))
        return True

    def take(self, away: Array, now_s: float, count: NDArray[np.bool_]) -> None:
        """Weigh one look.

        Args:
            away: (2 rooms,) how far each sensor is from what the others say; NaN: no sensor.
            now_s: Unix time.
            count: (2 rooms,) where it counts.
        """
        good = np.isfinite(away) & count
        away = np.where(good, away, self.usual)
        learned = self.looks >= LEARNS_LOOKS
        sigma = np.maximum(np.sqrt(self.square), self._least)
        variance = sigma**2 * (1.0 + CORRELATED) / (1.0 - CORRELATED)
        self.off = away - self.usual
        for side, sign in enumerate((1.0, -1.0)):
            ratio = (sign * self._shift * self.off - 0.5 * self._shift**2) / variance
            ratio = np.where(good & learned, np.clip(ratio, -MOST_PER_LOOK, MOST_PER_LOOK), 0.0)
            self.began_s[side] = np.where(self.sums[side] == 0.0, now_s - EVERY_S, self.began_s[side])
            self.sums[side] = np.clip(self.sums[side] + ratio, 0.0, 1.2 * self.threshold)
        # What is usual is learned from what is not suspected.
        teaches = good & (self.sums.max(axis=0) < 0.3 * self.threshold)
        share = 1.0 / np.minimum(self.looks + 1.0, FADES_LOOKS)
        spreads = teaches & (self.looks > 1)
        self.square = np.where(spreads, self.square + share * (self.off**2 - self.square), self.square)
        self.usual = np.where(teaches, self.usual + share * self.off, self.usual)
        self.looks = np.where(teaches, self.looks + 1.0, self.looks)

    def found(self) -> list[Drifted]:
        """Return what has drifted, as of the last look."""
        found = []
        for side, place in zip(*np.nonzero(self.sums >= self.threshold), strict=True):
            found.append(
                Drifted(
                    room=int(place % self.rooms),
                    quantity=QUANTITIES[int(place // self.rooms)],
                    off=float(self.off[place]),
                    began_s=float(self.began_s[side, place]),
                )
            )
        return found

    def fits(self, room: int, quantity: str) -> bool:
        """Return whether nothing speaks against a quantity of a room any more."""
        place = room + self.rooms * QUANTITIES.index(quantity)
        return bool(self.sums[:, place].max() == 0.0)


def _without_each(belief: HouseBelief) -> Array:
    """Return (2 rooms,) what each room was like over the last hours by everything but its own sensor."""
    rows = belief.record.rows().last(LOOKS_BACK_ROWS)
    driven, ppm = belief.thermal.driven(rows), co2_of(rows)
    rooms = belief.thermal.rooms
    told = np.full(2 * rooms, np.nan)
    first = belief.first_state(driven)
    if first is None:
        return told
    warm = driven.measured_c.copy()
    for room in range(rooms):
        others = warm.copy()
        others[:, room] = np.nan
        if np.isfinite(others).any():
            driven.measured_c[:] = others
            wide = np.eye(belief.thermal.nodes) * _FIRST_SPREAD_K2
            states, _, _ = belief.thermal.filter(belief.theta, driven, first, wide)
            told[room] = states[-MEAN_ROWS:, room].mean()
        others = ppm.copy()
        others[:, room] = np.nan
        spread = np.eye(rooms) * _FIRST_SPREAD_PPM2
        states, _, _ = belief.air.filter(belief.air_theta, driven, others, np.full(rooms, 600.0), spread)
        told[rooms + room] = states[-MEAN_ROWS:, room].mean()
    return told
