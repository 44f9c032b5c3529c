"""What moving air does to whatever it carries: one description of the flows of a step for heat, gases and particles."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.world.building.acted import EXTRACT, MIXED, SUPPLY

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """Flows of one step, in m³/s of air at the density of reference.

    Attributes:
        between: (room, room) into the first from the second, recirculation included.
        cracks: (room,) in from outside through cracks.
        openings: (room,) in from outside through windows and doors.
        supply: (room,) driven in from outside.
        out: (room,) to the outside, driven or not.
    """

    between: Array = field(repr=False)
    cracks: Array = field(repr=False)
    openings: Array = field(repr=False)
    supply: Array = field(repr=False)
    out: Array = field(repr=False)

    @property
    def fresh(self) -> Array:
        """(room,) all that comes in from outside."""
        return self.cracks + self.openings + self.supply

    def rates(self, volume_m3: Array) -> Array:
        """Return (room, room) A of c' = A c + ..., for what air carries, 1/s.

        What leaves a room is what others take from it: so nothing is lost on the way between rooms.
        """
        matrix: Array = self.between / volume_m3[:, None]
        leaves = self.between.sum(axis=0) + self.out
        matrix[np.diag_indices(len(volume_m3))] -= leaves / volume_m3
        return matrix


def driven_m3_s(acted: Array, volume_m3: Array) -> Array:
    """Return (room,) what fans bring into each room less what they take out of it, m³/s."""
    mixed = acted[MIXED]
    driven: Array = acted[SUPPLY] - acted[EXTRACT] + mixed - volume_m3 / volume_m3.sum() * mixed.sum()
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
    return Transport(
        between=between,
        cracks=through[:, 0],
        openings=through[:, 1],
        supply=acted[SUPPLY],
        out=through[:, 2] + acted[EXTRACT],
    )
