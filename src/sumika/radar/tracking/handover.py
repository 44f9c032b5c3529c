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
_SAME_PLACE_M, _SAME_PLACE_S = 0.7, 60.0
"""Who is seen again where somebody was lost is that one, for so long."""


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

    def back_at_place(self, track: BodyTrack) -> bool:
        """Return whether somebody who was told of was lost at the very place of a new body."""
        return any(
            track.now_s - lost.lost_s < _SAME_PLACE_S and _apart_m(lost.track.mean, track.mean) < _SAME_PLACE_M
            for lost in self.bodies
        )

    def recognise(self, track: BodyTrack) -> None:
        """Give a new body the identity of somebody who could have walked here meanwhile, if it is but one.

        Args:
            track: Just confirmed; its id, kind and age change where it is recognised.
        """
        self.bodies = [lost for lost in self.bodies if track.now_s - lost.lost_s < _SAME_PLACE_S]
        here = [lost for lost in self.bodies if _apart_m(lost.track.mean, track.born_m) < _SAME_PLACE_M]
        possible = here or [lost for lost in self.bodies if self._reachable(lost, track)]
        if len(possible) != 1:
            return
        before = possible[0].track
        self.bodies.remove(possible[0])
        track.id, track.born_s, track.kind_log = before.id, before.born_s, before.kind_log
        track.louder_db = max(track.louder_db, before.louder_db)
        track.top_m, track.top_variance_m2 = before.top_m, before.top_variance_m2

    def _reachable(self, lost: LostBody, track: BodyTrack) -> bool:
        since_s = max(0.0, track.born_s - lost.lost_s)
        return since_s < self.kept_s and _apart_m(lost.track.mean, track.born_m) < _SLACK_M + _WALK_M_S * since_s


def _apart_m(here: NDArray[np.float64], there: NDArray[np.float64]) -> float:
    return math.hypot(float(here[0] - there[0]), float(here[1] - there[1]))
