"""What moving air does to whatever it carries: one description of the flows of a step for heat, gases and particles."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.world.building.acted import EXTRACT, MIXED, SUPPLY
from sumika.world.building.carried_by_air import transport_rates

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """Flows of one step, in m³/s of air at the density of reference.

    Attributes:
        between: (room, room) into the first from the second, recirculation included.
        boundary: (4, room) in through cracks, through windows and doors, and by fans; and all that goes out.
        rates: (room, room) A of c' = A c + ..., for what air carries, 1/s.
    """

    between: Array = field(repr=False)
    boundary: Array = field(repr=False)
    rates: Array = field(repr=False)

    @property
    def fresh(self) -> Array:
        """(room,) all that comes in from outside."""
        fresh: Array = self.boundary[0] + self.boundary[1] + self.boundary[2]
        return fresh

    @property
    def out(self) -> Array:
        """(room,) all that goes out."""
        out: Array = self.boundary[3]
        return out


def driven_m3_s(acted: Array, volume_m3: Array) -> Array:
    """Return (room,) what fans bring into each room less what they take out of it, m³/s."""
    mixed = acted[MIXED]
    driven: Array = acted[SUPPLY] - acted[EXTRACT]
    if mixed.any():
        driven += mixed - volume_m3 * (mixed.sum() / volume_m3.sum())
    return driven


def transport_of(acted: Array, volume_m3: Array, between: Array, through: Array) -> Transport:
    """Return the flows of a step.

    Args:
        acted: (row, room) what acts on the rooms.
        volume_m3: (room,).
        between: (room, room) from the pressures, changed in place.
        through: (room, 3) in through cracks, in through openings, out.
    """
    mixed = acted[MIXED]
    if mixed.any():
        between += mixed[:, None] * (volume_m3 / volume_m3.sum())[None, :]
    boundary = np.empty((4, len(volume_m3)))
    boundary[:2] = through[:, :2].T
    boundary[2] = acted[SUPPLY]
    boundary[3] = through[:, 2] + acted[EXTRACT]
    return Transport(between=between, boundary=boundary, rates=transport_rates(between, boundary, volume_m3))
