"""What moves in an empty house, storey by storey: a fan above explains nothing below it."""

from collections.abc import Iterable, Mapping

import msgspec

from sumika.perception.storeys import Storeys
from sumika.radar.tracking import EmptyRoom, HousePoints, learn_by_radar


def learn_house(frames: Mapping[str, Iterable[HousePoints]], storeys: Storeys) -> EmptyRoom:
    """Learn what moves where nobody is. Movers say their storey where the house has several.

    Args:
        frames: Of each radar, while nobody was there.
        storeys: Of the house.
    """
    several, count = len(set(storeys.rooms.values())) > 1, 0
    movers = []
    for storey in storeys.watched:
        seen = learn_by_radar({radar: one for radar, one in frames.items() if storeys.radars[radar] == storey})
        movers += [msgspec.structs.replace(one, storey=storey) if several else one for one in seen.movers]
        count += seen.frames
    named = (msgspec.structs.replace(mover, name=f"mover {number}") for number, mover in enumerate(movers, 1))
    return EmptyRoom(movers=tuple(named), frames=count)


def empty_storey(empty: EmptyRoom | None, storey: int) -> EmptyRoom | None:
    """Return what moves on one storey; of what no storey is known, it may be any."""
    if empty is None:
        return None
    return msgspec.structs.replace(empty, movers=tuple(one for one in empty.movers if one.storey in (None, storey)))
