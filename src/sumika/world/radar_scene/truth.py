"""What is really so in a simulated scene, beside every frame."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.world.exchange.leg import Posture

Place = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyTruth:
    """One living or driving body at one moment, in house coordinates.

    Attributes:
        id: The same in all frames.
        kind: "person", "pet" or "robot".
        room: The room it is in; empty if in none.
        position_m: Mean of its parts.
        velocity_m_s: Of that.
        top_m: Height of its highest part above the floor.
        posture: Of a person; None of others.
        walking: Whether it goes anywhere.
        in_sight: Whether no wall is between it and the radar.
        chest_m: Mean of the chest's parts; None where there is no chest.
        chest_displacement_m: How far breath and heart have moved the chest away from the radar, sway not included.
        heart_displacement_m: The heart's part of that.
        breath_cycles: Breaths since the beginning.
        respiration_bpm: Rate of breathing over the 30 s around this moment.
        heart_bpm: Heart rate over the same time.
        beat_times_s: (beat,) when beats began, up to now.
    """

    id: int
    kind: str
    room: str
    position_m: Place
    velocity_m_s: Place
    top_m: float
    posture: Posture | None = None
    walking: bool = False
    in_sight: bool = True
    chest_m: Place | None = None
    chest_displacement_m: float = 0.0
    heart_displacement_m: float = 0.0
    breath_cycles: float = 0.0
    respiration_bpm: float = 0.0
    heart_bpm: float = 0.0
    beat_times_s: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GhostTruth:
    """An image that the radar sees behind a mirror.

    Attributes:
        position_m: Where the image is, in house coordinates.
        of_body: Whose image.
        mirror: Name of the mirror.
        loss_db: How much weaker the two bounces make it.
    """

    position_m: Place
    of_body: int
    mirror: str
    loss_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """A moment of a scene.

    Attributes:
        bodies: Everybody in the house.
        ghosts: Images that this radar sees.
        movers: Names of what moves and is nobody.
    """

    bodies: tuple[BodyTruth, ...] = ()
    ghosts: tuple[GhostTruth, ...] = ()
    movers: tuple[str, ...] = ()

    @property
    def people(self) -> tuple[BodyTruth, ...]:
        """The people alone."""
        return tuple(body for body in self.bodies if body.kind == "person")


@dataclass(frozen=True, slots=True)
class SimulatedFrame:
    """A frame as a driver gives it, and what is really so.

    Attributes:
        radar: Its id.
        index: Counts this radar's frames from 0.
        time_s: When the frame begins, since the beginning of the scene.
        samples: (chirp, antenna, sample), complex64 whole numbers or uint16; int16 (chirp, antenna, sample, I/Q) where
            asked; complex64 (sweep, antenna, range bin) of a range-only radar.
        truth: At the middle of the frame.
    """

    radar: str
    index: int
    time_s: float
    samples: NDArray[Any]
    truth: Truth
