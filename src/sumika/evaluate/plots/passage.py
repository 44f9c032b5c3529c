"""Sends frames through a whole house once, and gathers on the way what is to be drawn."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from sumika.evaluate.plots.people_panels import Followed
from sumika.evaluate.plots.radar_panels import Gathering, Seen
from sumika.runtime.offline import OfflineHouse
from sumika.runtime.table import nodes_of
from sumika.schema import Envelope, Frame, Message
from sumika.schema.house import DemoSource, House, Radar, Room

_ROOM_M = 12.0


@dataclass(frozen=True, slots=True)
class Passage:
    """What was gathered.

    Attributes:
        seen: What the radar shows.
        followed: What the house makes of it.
    """

    seen: Seen
    followed: Followed


def pass_through(frames: Iterable[Frame], *, at_s: float | None = None, house: House | None = None) -> Passage | None:
    """Send one radar's frames through a house.

    Args:
        frames: In order.
        at_s: Which moment to look into; None takes the liveliest.
        house: Whose radar it is; None takes a large empty room with the radar in the middle of a wall.

    Returns:
        None if no frame can be used.
    """
    course = iter(frames)
    first = next(course, None)
    if first is None:
        return None
    notice = first.notice
    if house is None or all(radar.id != notice.radar for radar in house.radars):
        house = _plain_house(notice.radar, notice.description.model)
    gathering = Gathering(notice, at_s)
    followed = Followed(house, notice.stamp.monotonic_ns)

    def passing() -> Iterator[Frame]:
        for frame in chain((first,), course):
            gathering.take(frame)
            yield frame

    def emit(envelope: Envelope, message: Message) -> None:
        followed.take(message)

    OfflineHouse(nodes_of(house), house, emit).run([passing()])
    seen = gathering.seen
    return Passage(seen, followed) if seen.time_s else None


def _plain_house(radar: str, model: str) -> House:
    half_m = _ROOM_M / 2
    room = Room(id="room", floor_m=((-half_m, 0.0), (half_m, 0.0), (half_m, _ROOM_M), (-half_m, _ROOM_M)), height_m=4.0)
    name = radar if radar.isidentifier() and radar.islower() else "radar"
    hung = Radar(id=name, room="room", model=model, position_m=(0.0, 0.0, 1.2), yaw_deg=90.0, source=DemoSource())
    return House(rooms=(room,), radars=(hung,))
