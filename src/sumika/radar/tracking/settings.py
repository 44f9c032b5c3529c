"""What of the tracker can be chosen; the defaults are for people in rooms of a home."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingSettings:
    """What of the tracker can be chosen.

    Attributes:
        acceleration_m_s2: How hard people start, stop and turn, as a standard deviation.
        body_m: Half extents (horizontal, horizontal, upwards) of a body, as standard deviations of its points.
        limb_speed_m_s: How much faster or slower than the body its points may be.
        points_per_body: Points that a body shows in a frame.
        clutter_per_m3: Points per cubic metre and frame that are nobody's.
        birth_log_odds: Of a body that is seen for the first time.
        confirmed_log_odds: From here on a body is told.
        travelled_m: A body that moved this far, as one, is alive.
        breathing_log_odds: Or one that breathes as surely as this.
        most_tracks: Bodies that are followed at a time.
        wall_margin_m: How far before a wall a point must lie. Echoes by way of a wall that faces the radar seem to lie
            on it, and no body's near side comes that close to it.
        handover_s: For how long an identity is kept for whoever comes out of sight.
    """

    acceleration_m_s2: float = 2.0
    body_m: tuple[float, float, float] = (0.22, 0.22, 0.4)
    limb_speed_m_s: float = 0.7
    points_per_body: float = 5.0
    clutter_per_m3: float = 0.01
    birth_log_odds: float = -1.5
    confirmed_log_odds: float = 2.0
    travelled_m: float = 0.3
    breathing_log_odds: float = 2.5
    most_tracks: int = 24
    wall_margin_m: float = 0.12
    handover_s: float = 8.0
