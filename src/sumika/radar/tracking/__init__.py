"""People on tracks: every radar's points go into one set of bodies in house coordinates.

state = tracking.start(house.rooms, house.radars)
state, seen = tracking.step(state, "bedroom", rows, time_s, breathing)
seen.tracks, seen.ghosts
"""

from sumika.radar.tracking.empty_room import EmptyRoom, KnownMover, learn
from sumika.radar.tracking.mounting import HousePoints, Mounting, mounting_of, sees_direction, target_of
from sumika.radar.tracking.settings import TrackingSettings
from sumika.radar.tracking.tracker import TrackingResult, TrackingState, start, step, targets

__all__ = [
    "EmptyRoom",
    "HousePoints",
    "KnownMover",
    "Mounting",
    "TrackingResult",
    "TrackingSettings",
    "TrackingState",
    "learn",
    "mounting_of",
    "sees_direction",
    "start",
    "step",
    "target_of",
    "targets",
]
