"""Who comes into sight again keeps the identity that he had: between radars, between rooms, after a blind spot.

Bodies that are followed keep their identity by themselves, whichever radar sees them: all radars of the house feed one
set of bodies. Only who was out of every radar's sight has to be recognised.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.radar.tracking.body_track import BodyTrack

_WALK_M_S = 1.6
_SLACK_M = 1.0


@dataclass(frozen=True, slots=True)
class LostBody:
    """Somebody who went out of sight.

    Attributes:
        track: As it was last.
        lost_s: When it was last seen.
    """

    track: BodyTrack
    lost_s: float


@dataclass(slots=True)
class LostBodies:
    """Those who went out of sight lately."""

    kept_s: float
    bodies: list[LostBody] = field(default_factory=list)

    def add(self, track: BodyTrack) -> None:
        """Remember a body that is followed no more."""
        if track.confirmed:
            self.bodies.append(LostBody(track, track.seen_s))

    def recognise(self, track: BodyTrack) -> None:
        """Give a new body the identity of somebody who could have walked here meanwhile, if it is but one.

        Args:
            track: Just confirmed; its id, kind and age change where it is recognised.
        """
        self.bodies = [lost for lost in self.bodies if track.now_s - lost.lost_s < self.kept_s]
        possible = [lost for lost in self.bodies if self._reachable(lost, track)]
        if len(possible) != 1:
            return
        before = possible[0].track
        self.bodies.remove(possible[0])
        track.id, track.born_s, track.kind_log = before.id, before.born_s, before.kind_log
        track.top_m, track.top_variance_m2 = before.top_m, before.top_variance_m2

    def _reachable(self, lost: LostBody, track: BodyTrack) -> bool:
        since_s = max(0.0, track.born_s - lost.lost_s)
        from_m: NDArray[np.float64] = lost.track.mean[:2] - track.born_m[:2]
        return math.hypot(float(from_m[0]), float(from_m[1])) < _SLACK_M + _WALK_M_S * since_s
