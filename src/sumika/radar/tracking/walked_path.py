"""The path of one person who walks alone, as one radar sees it: the strongest that moves, without what jumps aside."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sumika.radar.tracking.mounting import BLIND_RAD, COLUMN, HousePoints, Mounting, sees_direction
from sumika.radar.tracking.screen import worth_following

Array = NDArray[np.float64]

OWN = Mounting((0.0, 0.0, 0.0), math.pi / 2, 0.0)
"""Where a radar is in its own coordinates: looking along y."""

MOMENT_S = 0.25
"""Frames of so long become one place of the path; limbs swing the points about from frame to frame."""

_MOVES_M_S = 0.15
_REACH_M = 0.5
"""Points that lie this close to the strongest one are the same person's."""

_FAINTEST_DB = 8.0
"""A point counts by how far it stands out above this."""

_AROUND_S = 1.5
_ASIDE_M, _ASIDE_SIGMAS = 0.35, 4.0
"""A place this far from the median of those around it is not the walker's, or is an image's."""

_BODY_M = 0.1
"""Which part of a body reflects changes from step to step by so much."""


@dataclass(frozen=True, slots=True)
class WalkedPath:
    """A path in some coordinates: a radar's own (right, forward, up), or the house's.

    Attributes:
        time_s: (moment,) rising.
        place_m: (moment, 3).
        sigma_m: (moment,) of each coordinate on the floor.
        has_height: Whether the third coordinate was measured.
        radar_m: Where the radar is, in the same coordinates.
    """

    time_s: Array
    place_m: Array
    sigma_m: Array
    has_height: bool = True
    radar_m: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def __len__(self) -> int:
        """Return how many moments."""
        return len(self.time_s)

    @property
    def outwards(self) -> Array:
        """(moment, 3) unit vectors from the radar to each place."""
        return np.asarray((self.place_m - np.array(self.radar_m)) / self.away_m[:, None], np.float64)

    @property
    def away_m(self) -> Array:
        """(moment,) distance from the radar."""
        ray = self.place_m - np.array(self.radar_m)
        return np.asarray(np.maximum(np.sqrt((ray**2).sum(axis=1)), 0.1), np.float64)

    def seen_from(self, mounting: Mounting) -> "WalkedPath":
        """Return a radar's own path in house coordinates."""
        places = mounting.place + self.place_m @ mounting.axes
        return replace(self, place_m=places, radar_m=mounting.position_m)


NOWHERE = WalkedPath(np.zeros(0), np.zeros((0, 3)), np.zeros(0), has_height=False)


def walked_path(frames: Iterable[tuple[float, NDArray[np.floating]]]) -> WalkedPath:
    """Return the path of somebody who walks alone, in the radar's own coordinates.

    Args:
        frames: When, rising, and (point, column) rows as `sumika.schema.POINT_COLUMNS`, of one radar.
    """
    moments: dict[int, list[tuple[float, Array]]] = {}
    for time_s, rows in frames:
        good = moving_rows(np.asarray(rows, np.float64))
        if len(good):
            moments.setdefault(math.floor(time_s / MOMENT_S), []).append((time_s, good))
    if not moments:
        return NOWHERE
    groups = [moments[number] for number in sorted(moments)]
    time = np.array([np.mean([time_s for time_s, _ in group]) for group in groups])
    found = [_strongest(np.concatenate([rows for _, rows in group])) for group in groups]
    place = np.array([place for place, _, _ in found])
    sigma = np.hypot([sigma_m for _, sigma_m, _ in found], _BODY_M)
    kept = _together(time, place)
    tall = sum(tells_height for _, _, tells_height in found)
    return WalkedPath(time[kept], place[kept], sigma[kept], has_height=2 * tall > len(found))


def moving_rows(rows: Array) -> Array:
    """Return the rows of a frame that move and have a direction; (point, column) as `POINT_COLUMNS`."""
    if not len(rows) or not sees_direction(rows):
        return rows[:0]
    good = rows[worth_following(rows)]
    return good[np.abs(good[:, COLUMN["velocity_m_s"]]) > _MOVES_M_S]


def _strongest(rows: Array) -> tuple[Array, float, bool]:
    """Return where most and the strongest points of a moment lie, its sigma, and whether its height was measured.

    Args:
        rows: At least one.
    """
    points: HousePoints = OWN.points(rows)
    flat = points.position_m[:, :2]
    near = ((flat[:, None] - flat) ** 2).sum(axis=2) < _REACH_M**2
    # A body shows many points, chance shows one; its images show as many, but weaker ones.
    peak = int(np.argmax(near @ np.maximum(points.snr_db - _FAINTEST_DB, 0.0)))
    own = near[peak]
    weight = 1.0 / (points.covariance_m2[own][:, 0, 0] + points.covariance_m2[own][:, 1, 1])
    place = (points.position_m[own] * weight[:, None]).sum(axis=0) / weight.sum()
    elevation_sigma = float(np.median(rows[own, COLUMN["elevation_sigma_rad"]]))
    return place, math.sqrt(0.5 / float(weight.sum())), elevation_sigma < BLIND_RAD


def _together(time_s: Array, place_m: Array) -> NDArray[np.bool_]:
    """Return (moment,) which places lie where those around them do: Hampel's filter over the way that is walked."""
    kept = np.zeros(len(time_s), bool)
    for number, (now_s, place) in enumerate(zip(time_s, place_m, strict=True)):
        around = np.abs(time_s - now_s) <= _AROUND_S
        if around.sum() < 4:
            continue
        apart = _from_line(time_s[around] - now_s, place_m[around, :2], place[:2])
        kept[number] = apart <= 0.0
    return kept


def _from_line(since_s: Array, places_m: Array, place_m: Array) -> float:
    """Return by how much a place is farther than allowed from the robust straight way through those around it.

    Args:
        since_s: (neighbour,) time of each against the place's own.
        places_m: (neighbour, 2).
        place_m: (2,).
    """
    # Theil's line through the places around, so that whoever walks fast is not taken for one that jumps.
    first, second = np.triu_indices(len(since_s), 1)
    slope = np.median((places_m[second] - places_m[first]) / (since_s[second] - since_s[first])[:, None], axis=0)
    level = places_m - slope * since_s[:, None]
    middle = np.median(level, axis=0)
    spread = 1.4826 * float(np.median(np.sqrt(((level - middle) ** 2).sum(axis=1)))) / math.sqrt(2.0)
    return float(np.hypot(*(place_m - middle))) - max(_ASIDE_M, _ASIDE_SIGMAS * min(spread, _ASIDE_M))
