"""What the measurement of breath and heartbeat may be told; the defaults suit rooms."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalsSettings:
    """How breath and heartbeat are measured.

    Attributes:
        memory_s: How much slow time is held.
        reach_m: Cells this far in front of and behind a target are looked at: a chest is no point, no tracker exact.
        farthest_m: Beyond it nobody's breath is looked for.
        moving_m_s: A target faster than this moves.
        update_s: How often rates are estimated anew.
        most_people: Only so many targets are followed, the nearest first.
    """

    memory_s: float = 32.0
    reach_m: float = 0.22
    farthest_m: float = 8.0
    moving_m_s: float = 0.3
    update_s: float = 1.0
    most_people: int = 8
