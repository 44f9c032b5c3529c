"""How far the doors of a simulated house stand open: by whom is where, and by whoever has set one."""

from collections.abc import Mapping

from sumika.schema.building import OUTSIDE, Door
from sumika.schema.house import House
from sumika.schema.living import FurnitureKind
from sumika.world.exchange import Doing

AJAR = 0.6
"""Mean share that an inner door stands open by day: people leave some open, shut others, and pass through."""

_PRIVATE = frozenset({FurnitureKind.TOILET, FurnitureKind.BATH})


class Doors:
    """All doors of a house."""

    def __init__(self, house: House) -> None:
        """Find out which rooms are private.

        Args:
            house: With doors and furniture.
        """
        self._doors: tuple[Door, ...] = house.building.doors if house.building is not None else ()
        self._private = frozenset(piece.room for piece in house.furniture if piece.kind in _PRIVATE)
        self._set: dict[str, float] = {}

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all doors."""
        return tuple(door.id for door in self._doors)

    def hold(self, door: str, share: float) -> None:
        """Keep a door as it is set; a negative share leaves it to the residents again."""
        if share < 0:
            self._set.pop(door, None)
        else:
            self._set[door] = min(1.0, share)

    def open_shares(self, doing: Mapping[str, Doing]) -> dict[str, float]:
        """Return how far each inner door stands open.

        Args:
            doing: What each resident does.

        Returns:
            By door: 0 shut to 1 wide open. Doors to the outside are shut: people pass them within seconds.
        """
        asleep_in = {one.room for one in doing.values() if one.sleep_stage not in ("", "awake")}
        return {door.id: self._share(door, asleep_in) for door in self._doors}

    def _share(self, door: Door, asleep_in: set[str]) -> float:
        if door.id in self._set:
            return self._set[door.id]
        if OUTSIDE in door.rooms:
            return 0.0
        if door.always_open:
            return 1.0
        if self._private & set(door.rooms) or asleep_in & set(door.rooms):
            return 0.0
        return AJAR
