"""Walls drawn line by line, put together to rooms: what lines go around without a gap."""

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry import LineString, MultiLineString, Polygon

from sumika.dashboard.plan_files.outlines import Outline, Place, extent

THINNEST_ROOM_M = 0.5
"""Between the two lines of a wall nobody lives."""

LARGEST_PLAN_M = 1_000.0


def put_together(lines: Sequence[Outline], scale: float, gap_m: float, smallest_m2: float) -> list[Outline]:
    """Return what lines go around, in their units.

    Args:
        lines: Of one layer, in the drawing's units.
        scale: Metres per unit.
        gap_m: Ends that come so near to each other were meant to meet.
        smallest_m2: What is smaller is no room.
    """
    if not gap_m < extent(lines) * scale < LARGEST_PLAN_M:
        return []
    (west, south), *_ = lines[0].corners

    def in_metres(corner: Place) -> Place:
        return (corner[0] - west) * scale, (corner[1] - south) * scale

    drawn = MultiLineString([LineString([in_metres(corner) for corner in line.corners]) for line in lines])
    # Where lines cross or end on each other they are cut, with all ends on a grid, so that those that nearly meet do.
    with np.errstate(all="ignore"):  # of slopes that GEOS works out, some are those of upright lines
        cut = shapely.unary_union(drawn, grid_size=gap_m)
    outlines = []
    for face in shapely.get_parts(shapely.polygonize(shapely.get_parts(cut))):
        if isinstance(face, Polygon) and _is_room(face, smallest_m2):
            corners = tuple((x / scale + west, y / scale + south) for x, y in face.exterior.simplify(gap_m).coords)
            outlines.append(Outline(corners=corners[:-1], closed=True, holed=bool(face.interiors)))
    return outlines


def _is_room(face: Polygon, smallest_m2: float) -> bool:
    return face.area >= smallest_m2 and not face.buffer(-THINNEST_ROOM_M / 2, join_style="mitre").is_empty
