"""How fast people usually walk in the house: the median over a day's walks of each walk's steady speed."""

import math
from dataclasses import dataclass, field

import numpy as np

from sumika.schema import NO_PEOPLE, Track, Tracks
from sumika.units import ns_to_seconds

LEAST_WALK_M, LEAST_WALK_S = 2.0, 2.0
"""A walk goes so far, one way; less is shuffling about."""

WALKS_M_S = 0.3
"""Slower is standing."""

STRAIGHT = 0.8
"""So much of the way a walk is long, it must lead away: turns are slower than walking."""

FEWEST_WALKS, MOST_WALKS = 5, 400
LOOK_S = 0.25


@dataclass(slots=True)
class _Walk:
    """One that goes on."""

    first: tuple[float, float]
    last: tuple[float, float]
    begin_s: float
    end_s: float
    way_m: float = 0.0


@dataclass(slots=True)
class Walking:
    """Hears where people go; changed in place."""

    _walks: dict[int, _Walk] = field(default_factory=dict)
    _speeds: list[float] = field(default_factory=list)
    _looked_s: float = -math.inf

    def take(self, tracks: Tracks) -> None:
        """Take in where everybody is."""
        now_s = ns_to_seconds(tracks.stamp.monotonic_ns)
        if 0.0 <= now_s - self._looked_s < LOOK_S:
            return
        self._looked_s = now_s
        here = {track.id: track for track in tracks.tracks if _counts(track)}
        for number in [one for one in self._walks if one not in here]:
            self._close(self._walks.pop(number))
        for number, track in here.items():
            self._follow(number, (track.position_m[0], track.position_m[1]), now_s)

    def _follow(self, number: int, place: tuple[float, float], now_s: float) -> None:
        walk = self._walks.get(number)
        if walk is None or not 0.0 < now_s - walk.end_s < 1.0:
            self._walks[number] = _Walk(place, place, now_s, now_s)
            return
        walk.way_m += math.dist(place, walk.last)
        walk.last, walk.end_s = place, now_s

    def _close(self, walk: _Walk) -> None:
        away_m, seconds = math.dist(walk.first, walk.last), walk.end_s - walk.begin_s
        if away_m >= LEAST_WALK_M and seconds >= LEAST_WALK_S and away_m >= STRAIGHT * walk.way_m:
            self._speeds = [*self._speeds, away_m / seconds][-MOST_WALKS:]

    def daily(self) -> float | None:
        """Return the median speed since the last call, m/s; None where there were too few walks."""
        speeds, self._speeds = self._speeds, []
        return float(np.median(speeds)) if len(speeds) >= FEWEST_WALKS else None


def _counts(track: Track) -> bool:
    """Return whether somebody walks on a track now."""
    animal = track.kind in NO_PEOPLE and track.kind_probability > 0.5
    return not animal and track.going_m_s >= WALKS_M_S and track.existence >= 0.5
