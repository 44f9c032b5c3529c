"""What is remembered of one body."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.schema import HeldBy, TrackKind

Array = NDArray[np.float64]
MOST_LOG_ODDS = 6.0
TRAIL_S = 1.0


@dataclass(slots=True, kw_only=True)
class BodyTrack:
    """One body that is followed, told or not yet.

    Attributes:
        id: Of the house.
        mean: (6,) position and velocity in house coordinates.
        covariance: (6, 6).
        log_odds: That there is such a body.
        born_s: When it was first seen.
        born_m: (3,) where.
        now_s: When `mean` holds.
        seen_s: When points were last taken for it.
        trail_m: (2,) where it was, a second behind; how far ahead it is says how fast it goes, however points jitter.
        anchor_m: (2,) the place that it has not left.
        anchored_s: Since when.
        shown_s: How long it has shown points, in all.
        farthest_m: How far it ever was from where it was born.
        confirmed: Whether it is told.
        breathing: Log odds that something breathes in its cells; None where nobody has looked.
        breathed: What breathing has shown over time, as log odds.
        top_m: Height of its highest part.
        top_variance_m2: Of that.
        spread_m: (3,) standard deviations of its points about their middle.
        kind_log: Log weight of each kind, by height.
        louder_db: How much louder than people it was at its loudest of late; -inf where nobody can say.
        snr_db: Of its points, smoothed.
        points: How many it shows, smoothed.
        ghost: Log odds that it is another's mirror image.
        ghost_of: Whose.
        together_s: How long it has been in the same place as another, stronger one.
        held_by: What keeps it alive.
        radars: When each radar last saw it.
    """

    id: int
    mean: Array
    covariance: Array
    log_odds: float
    born_s: float
    born_m: Array
    now_s: float
    seen_s: float
    trail_m: Array
    anchor_m: Array
    anchored_s: float
    shown_s: float = 0.0
    farthest_m: float = 0.0
    confirmed: bool = False
    breathing: float | None = None
    breathed: float = 0.0
    top_m: float = 1.0
    top_variance_m2: float = 0.5
    spread_m: Array = field(default_factory=lambda: np.array((0.2, 0.2, 0.4)))
    kind_log: dict[TrackKind, float] = field(default_factory=dict)
    louder_db: float = -math.inf
    snr_db: float = 0.0
    points: float = 0.0
    ghost: float = -3.0
    ghost_of: int = 0
    together_s: float = 0.0
    held_by: HeldBy = HeldBy.POINTS
    radars: dict[str, float] = field(default_factory=dict)

    @property
    def existence(self) -> float:
        """Probability that there is such a body."""
        return 1.0 / (1.0 + math.exp(-self.log_odds))

    @property
    def speed_m_s(self) -> float:
        """On the floor plan."""
        return math.hypot(float(self.mean[3]), float(self.mean[4]))

    @property
    def going_m_s(self) -> float:
        """How fast it leaves where it was, over the last second or so."""
        ahead = self.mean[:2] - self.trail_m
        return math.hypot(float(ahead[0]), float(ahead[1])) / TRAIL_S

    def believe(self, log_ratio: float) -> None:
        """Take evidence for or against its existence in."""
        self.log_odds = min(MOST_LOG_ODDS, max(-MOST_LOG_ODDS, self.log_odds + log_ratio))
