"""From the cube to points: what is where, how fast, in which direction, and how surely, frame by frame.

state = detection.start(description)
for cube in cubes:
    points = detection.step(state, cube).rows  # (point, POINT_COLUMNS)
"""

from sumika.radar.detection.chain import Detections, DetectionState, start, step, step_range
from sumika.radar.detection.settings import AngleMethod, CfarKind, DetectionSettings

__all__ = [
    "AngleMethod",
    "CfarKind",
    "DetectionSettings",
    "DetectionState",
    "Detections",
    "start",
    "step",
    "step_range",
]
