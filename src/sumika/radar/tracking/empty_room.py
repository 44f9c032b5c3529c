"""What moves in a room where nobody is: fans, curtains, plants. Learned once, then told apart from people.

The points of some minutes are put together where they are dense; each such place becomes a mover with its extent and
with how many points it shows. In tracking it is clutter of that density, so that a point there needs a body more than
elsewhere, and somebody who stands beside the fan is still found.
"""

import math
from collections.abc import Iterable, Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.radar.tracking.mounting import HousePoints
from sumika.radar.tracking.settings import TrackingSettings
from sumika.schema.house import KnownMover

Array = NDArray[np.float64]

_CELL_M = 0.25
_LEAST_RATE = 0.002
"""Points per frame below which a place is noise."""
_LEAST_POINTS = 10
"""Fewer are chance, however short the recording was."""
_WIDEN_M = 0.15
_SAME_SIGMAS = 2.0
_THIN_PER_M3 = TrackingSettings().clutter_per_m3
"""What lies about in any room, learned or not."""


class EmptyRoom(msgspec.Struct, frozen=True, kw_only=True):
    """All that moves where nobody is. Plain data: kept as JSON.

    Attributes:
        movers: Any number.
        frames: How many frames it was learned from.
    """

    movers: tuple[KnownMover, ...] = ()
    frames: int = 0

    def density(self, points: HousePoints) -> Array:
        """Return (point,) how many points per cubic metre and frame the movers put there."""
        total = np.zeros(len(points))
        for mover in self.movers:
            covariance = np.array(mover.covariance_m2) + points.covariance_m2
            difference = points.position_m - np.array(mover.middle_m)
            solved = np.linalg.solve(covariance, difference[:, :, None])[:, :, 0]
            squared = (difference * solved).sum(axis=1)
            scale = np.sqrt((2 * np.pi) ** 3 * np.linalg.det(covariance))
            total += mover.points_per_frame * np.exp(-0.5 * squared) / scale
        return total

    def nearest(self, position_m: Array) -> tuple[str, float]:
        """Return the nearest mover's name and its squared distance in its own extents; ("", inf) if there is none."""
        best = ("", float("inf"))
        for mover in self.movers:
            difference = position_m - np.array(mover.middle_m)
            squared = float(difference @ np.linalg.solve(np.array(mover.covariance_m2), difference))
            if squared < best[1]:
                best = (mover.name, squared)
        return best


def learn(frames: Iterable[HousePoints]) -> EmptyRoom:
    """Learn what moves in an empty room.

    Args:
        frames: Points of each frame while nobody was in the room; some minutes of them.
    """
    places: list[Array] = []
    count = 0
    for points in frames:
        count += 1
        places.append(points.position_m)
    if not places:
        return EmptyRoom()
    together = np.concatenate(places)
    groups = _dense_groups(together, max(_LEAST_POINTS, _LEAST_RATE * count))
    movers: list[KnownMover] = []
    for group in groups:
        middle = group.mean(axis=0)
        spread = (group - middle).T @ (group - middle) / max(1, len(group) - 1) + np.eye(3) * _WIDEN_M**2
        # Thin clutter all over a room is no mover: it would only make the tracker blind there.
        if len(group) / count < 2 * _THIN_PER_M3 * math.sqrt((2 * math.pi) ** 3 * float(np.linalg.det(spread))):
            continue
        movers.append(
            KnownMover(
                name=f"mover {len(movers) + 1}",
                middle_m=(float(middle[0]), float(middle[1]), float(middle[2])),
                covariance_m2=(_row(spread[0]), _row(spread[1]), _row(spread[2])),
                points_per_frame=len(group) / count,
            )
        )
    return EmptyRoom(movers=tuple(movers), frames=count)


def learn_by_radar(frames: Mapping[str, Iterable[HousePoints]]) -> EmptyRoom:
    """Learn what moves in an empty house that several radars look into.

    How many points a mover shows is counted in the frames of one radar, since that is how the tracker takes them; what
    two radars see is one mover, as the radar sees it that sees more of it.

    Args:
        frames: Of each radar, while nobody was there.
    """
    movers: list[KnownMover] = []
    count = 0
    for one in frames.values():
        seen = learn(one)
        count += seen.frames
        for mover in seen.movers:
            same = [other for other in movers if _is_same(other, mover)]
            if any(other.points_per_frame >= mover.points_per_frame for other in same):
                continue
            movers = [other for other in movers if other not in same] + [mover]
    named = (msgspec.structs.replace(mover, name=f"mover {number}") for number, mover in enumerate(movers, 1))
    return EmptyRoom(movers=tuple(named), frames=count)


def _is_same(one: KnownMover, other: KnownMover) -> bool:
    """Return whether the middle of one lies in the extent of the other, seen from above: heights are told badly."""
    apart = np.subtract(one.middle_m, other.middle_m)[:2]
    extent = np.add(one.covariance_m2, other.covariance_m2)[:2, :2]
    return float(apart @ np.linalg.solve(extent, apart)) < _SAME_SIGMAS**2


def _row(numbers: Array) -> tuple[float, float, float]:
    return (float(numbers[0]), float(numbers[1]), float(numbers[2]))


def _dense_groups(places: Array, least: float) -> list[Array]:
    """Return points by connected dense cells of the floor plan."""
    cells = np.floor(places[:, :2] / _CELL_M).astype(np.int64)
    unique, inverse, counts = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    inverse = inverse.reshape(-1)
    dense = {(int(x), int(y)): row for row, ((x, y), n) in enumerate(zip(unique, counts, strict=True)) if n >= least}
    groups: list[Array] = []
    waiting = set(dense)
    while waiting:
        front, rows = [waiting.pop()], []
        while front:
            x, y = front.pop()
            rows.append(dense[x, y])
            for beside in ((x + i, y + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
                if beside in waiting:
                    waiting.remove(beside)
                    front.append(beside)
        groups.append(places[np.isin(inverse, rows)])
    return sorted(groups, key=len, reverse=True)
