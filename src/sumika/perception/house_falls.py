"""Suspected falls in all of a house, each storey by itself: who walks above somebody who lies there is not near.

Nothing of one storey speaks of a fall on another: neither points and people at the same place of the floor plan, nor
beds and sofas. A suspicion that began on a storey is cleared there, or nowhere.
"""

from dataclasses import dataclass

import msgspec

from sumika.perception import fall
from sumika.perception._student import Asked
from sumika.perception.storeys import Storeys
from sumika.schema import Message, PointCloud, Tracks
from sumika.schema.house import House


@dataclass(slots=True)
class HouseFalls:
    """State of the house. The step owns it and changes it in place.

    Attributes:
        storeys: Of its rooms and radars.
        falls: By storey that radars look into, what is suspected there.
    """

    storeys: Storeys
    falls: dict[int, fall.FallState]


def start(house: House, student: Asked | None = None) -> HouseFalls:
    """Return the state before the first message.

    Args:
        house: Whose beds, sofas, animals and radars are known.
        student: As `sumika.perception.fall` asks it; None where there is none.
    """
    storeys = Storeys.of(house.rooms, house.radars)
    return HouseFalls(storeys, {one: fall.start_in(_only(house, one, storeys), student) for one in storeys.watched})


def step(state: HouseFalls, message: Tracks | PointCloud) -> tuple[HouseFalls, tuple[Message, ...]]:
    """Take one message in.

    Args:
        state: Used up.
        message: Where everybody is, or a frame's points.

    Returns:
        The state, and what `sumika.perception.fall` says of each storey.
    """
    if isinstance(message, PointCloud):
        storey = state.storeys.radars.get(message.radar)
        if storey is not None:
            state.falls[storey], _ = fall.step(state.falls[storey], message)
        return state, ()
    told: list[Message] = []
    for storey in state.falls:
        state.falls[storey], said = fall.step(state.falls[storey], state.storeys.on(message, storey))
        told += said
    return state, tuple(told)


def _only(house: House, storey: int, storeys: Storeys) -> House:
    """Return a house with what is on one of its storeys."""
    return msgspec.structs.replace(
        house,
        rooms=tuple(room for room in house.rooms if room.storey == storey),
        radars=tuple(radar for radar in house.radars if storeys.radars[radar.id] == storey),
        furniture=tuple(piece for piece in house.furniture if storeys.rooms.get(piece.room, storey) == storey),
    )
