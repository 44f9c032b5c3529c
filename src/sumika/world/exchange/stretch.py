"""What one body does in a stretch of time, fine enough for a radar to see it: where it goes, its breaths, its beats."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.world.exchange.leg import Leg, Posture

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaths:
    """Breaths, in the order in which they begin.

    Attributes:
        start_s: (breath,) when each begins to come in, on the world's clock.
        inhale_s: (breath,) how long it comes in.
        exhale_s: (breath,) how long it goes out; until the next begins the chest rests.
        depth_m: (breath,) how far the chest goes out, peak to peak.
    """

    start_s: Array
    inhale_s: Array
    exhale_s: Array
    depth_m: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """What somebody does for a while.

    Attributes:
        start_s: Since when, on the world's clock.
        activity: In one word: sleeping, cooking, away.
        room: The room's id; empty: out of the house, or on the way between rooms.
        sleep_stage: awake, n1, n2, n3 or rem; empty of what does not sleep here.
        metabolic_w_m2: Heat the body makes per area of skin.
        clothing_clo: Insulation of clothes and bedding.
        stress: 0 at ease to 1.
        fallen: Whether a fall has brought them down.
    """

    start_s: float
    activity: str
    room: str
    sleep_stage: str = ""
    metabolic_w_m2: float = 58.2
    clothing_clo: float = 1.0
    stress: float = 0.0
    fallen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Something that slips out of somebody's hand.

    Attributes:
        at_s: When it is let go, on the world's clock.
        place_m: Above where, on the floor plan.
        from_m: How high above the floor.
    """

    at_s: float
    place_m: tuple[float, float]
    from_m: float = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One body for a stretch of time. The next stretch goes on where this one ends.

    Attributes:
        body: Its name.
        kind: "person", "pet" or "robot".
        start_s: When it begins, on the world's clock (seconds since the world began).
        seconds: How long it is.
        present: Whether the body is in the house at its beginning.
        start_m: Where it is then, on the floor plan.
        posture: In which posture.
        heading_rad: Facing where, counter-clockwise from the plan's x axis.
        base_m: Height of what it sits or lies on.
        legs: Where it goes from there and how it holds itself; together as long as the stretch.
        away: Of each leg: whether the body is out of the house during it.
        breaths: Those that begin in the stretch, and the one that is under way at its beginning.
        beat_s: (beat,) heartbeats in the stretch, on the world's clock.
        doing: What it does, in order; the first holds at the beginning.
        restless_mm: Root mean square of small movements of the trunk (sway, fidgeting).
        bursts_s: (burst, 2) beginning and length of big movements on the spot: turning over, an arousal.
        speed_factor: Of limbs, against an easy walk.
        drops: What it lets fall within the stretch.
    """

    body: str
    kind: str
    start_s: float
    seconds: float
    present: bool
    start_m: tuple[float, float]
    posture: Posture
    heading_rad: float
    base_m: float
    legs: tuple[Leg, ...]
    away: tuple[bool, ...]
    breaths: Breaths
    beat_s: Array = field(repr=False)
    doing: tuple[Doing, ...]
    restless_mm: float = 1.0
    bursts_s: Array = field(default_factory=lambda: np.zeros((0, 2)), repr=False)
    speed_factor: float = 1.0
    drops: tuple[Drop, ...] = ()
