"""People on tracks: every radar's points go into one set of bodies in house coordinates.

state = tracking.start(house.rooms, house.radars)
state, seen = tracking.step(state, "bedroom", rows, time_s, breathing)
seen.tracks, seen.ghosts
"""

from sumika.radar.tracking.calibration import Calibration, Refusal, calibrate
from sumika.radar.tracking.empty_room import EmptyRoom, learn, learn_by_radar
from sumika.radar.tracking.known_walk import KnownWalk
from sumika.radar.tracking.mounting import HousePoints, Mounting, mounting_of, sees_direction, target_of
from sumika.radar.tracking.room_walk import RoomWalk, WalkAdvice, calibrate_by_walk
from sumika.radar.tracking.settings import TrackingSettings
from sumika.radar.tracking.tracker import TrackingResult, TrackingState, start, step, targets
from sumika.radar.tracking.walked_path import WalkedPath, moving_rows, walked_path

__all__ = [
    "Calibration",
    "EmptyRoom",
    "HousePoints",
    "KnownWalk",
    "Mounting",
    "Refusal",
    "RoomWalk",
    "TrackingResult",
    "TrackingSettings",
    "TrackingState",
    "WalkAdvice",
    "WalkedPath",
    "calibrate",
    "calibrate_by_walk",
    "learn",
    "learn_by_radar",
    "mounting_of",
    "moving_rows",
    "sees_direction",
    "start",
    "step",
    "target_of",
    "targets",
    "walked_path",
]
