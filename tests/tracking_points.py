"""Points as a radar sees them of bodies at given places, without converter samples: for tests of what follows."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sumika.radar import tracking
from sumika.radar.tracking import Mounting, TrackingResult, TrackingState
from sumika.schema import Ghost, Track
from sumika.schema.house import DemoSource, Radar, Room

FRAME_S = 0.05
Rows = NDArray[np.float32]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Body:
    """What reflects at one moment.

    Attributes:
        place_m: Its middle.
        velocity_m_s: Of that.
        spread_m: Standard deviations of its points around it.
        snr_db: Of its points at two metres.
        points: Mean number in a frame.
    """

    place_m: ArrayLike
    velocity_m_s: ArrayLike = (0.0, 0.0, 0.0)
    spread_m: tuple[float, float, float] = (0.12, 0.12, 0.3)
    snr_db: float = 28.0
    points: float = 6.0


Moment = Callable[[float], Sequence[Body]]


def rows_of(mounting: Mounting, bodies: Sequence[Body], random: np.random.Generator, clutter: float = 0.0) -> Rows:
    """Return (point, column) rows of one frame as `POINT_COLUMNS`.

    Args:
        mounting: Of the radar.
        bodies: What reflects.
        random: Of chance.
        clutter: Mean number of faint points that are nobody's.
    """
    found = []
    for body in bodies:
        for _ in range(random.poisson(body.points)):
            offset = np.asarray(body.place_m) + random.normal(0.0, body.spread_m) - mounting.place
            right, forward, up = mounting.axes @ offset
            distance = math.sqrt(right * right + forward * forward + up * up)
            speed = float(offset @ np.asarray(body.velocity_m_s)) / distance
            level = body.snr_db - 40.0 * math.log10(distance / 2.0)
            found.append(_noisy(distance, speed, math.atan2(right, forward), math.asin(up / distance), level, random))
    for _ in range(random.poisson(clutter)):
        away, azimuth = random.uniform(0.6, 6.0), random.uniform(-0.9, 0.9)
        found.append(_noisy(away, random.normal(0.0, 1.0), azimuth, random.normal(0.0, 0.2), 10.0, random))
    return np.array(found, np.float32).reshape(-1, 9)


def _noisy(
    distance_m: float, speed_m_s: float, azimuth: float, elevation: float, snr_db: float, random: np.random.Generator
) -> tuple[float, ...]:
    noise = random.normal(0.0, (0.02, 0.3, 0.02, 0.06, 2.0))
    return (
        distance_m + noise[0],
        speed_m_s + noise[1],
        azimuth + noise[2],
        elevation + noise[3],
        *(0.02, 0.05, 0.02, 0.06),
        snr_db + noise[4],
    )


def radar_at(
    name: str, room: str, place_m: tuple[float, float, float], yaw_deg: float, pitch_deg: float = -5.0
) -> Radar:
    """Return a radar of a house."""
    return Radar(
        id=name,
        room=room,
        model="iwr6843isk",
        position_m=place_m,
        yaw_deg=yaw_deg,
        pitch_deg=pitch_deg,
        source=DemoSource(),
    )


@dataclass
class Watched:
    """A house that is watched from its first moment on.

    Attributes:
        rooms: Of it.
        radars: Of it; all see all bodies that `sees` lets them.
        seed: Of chance.
        clutter: Faint points in a frame that are nobody's.
        empty: What was learned of its movers.
        seen: What the tracker said after each frame, with the time.
    """

    rooms: tuple[Room, ...]
    radars: tuple[Radar, ...]
    seed: int = 1
    clutter: float = 1.0
    empty: tracking.EmptyRoom | None = None
    seen: list[tuple[float, TrackingResult]] = field(default_factory=list)
    state: TrackingState = field(init=False)

    def __post_init__(self) -> None:
        """Begin."""
        self._random = np.random.default_rng(self.seed)
        self.state = tracking.start(self.rooms, self.radars, empty=self.empty)
        self.now_s = 0.0

    def watch(self, seconds: float, moment: Moment, sees: Callable[[str, Body], bool] | None = None) -> None:
        """Go on for a while.

        Args:
            seconds: How long.
            moment: The bodies at a time.
            sees: Whether a radar sees a body; all do where this is None.
        """
        for _ in range(round(seconds / FRAME_S)):
            for radar in self.radars:
                bodies = [body for body in moment(self.now_s) if sees is None or sees(radar.id, body)]
                rows = rows_of(tracking.mounting_of(radar), bodies, self._random, self.clutter)
                self.state, result = tracking.step(self.state, radar.id, rows, self.now_s)
                self.seen.append((self.now_s, result))
            self.now_s += FRAME_S

    def nearest(self, place_m: Sequence[float] | Array, within_m: float = 0.7) -> Track | None:
        """Return the track that is told nearest to a place, if one is near."""
        tracks = self.seen[-1][1].tracks
        best = min(tracks, key=lambda one: math.dist(one.position_m[:2], place_m[:2]), default=None)
        return best if best is not None and math.dist(best.position_m[:2], place_m[:2]) < within_m else None

    def ghosts(self, since_s: float) -> list[Ghost]:
        """Return all ghosts told since a time."""
        return [ghost for time_s, result in self.seen if time_s >= since_s for ghost in result.ghosts]

    def ids(self, since_s: float = 0.0) -> set[int]:
        """Return the ids of all tracks told since a time."""
        return {track.id for time_s, result in self.seen if time_s >= since_s for track in result.tracks}


def along(start_m: Sequence[float], velocity_m_s: Sequence[float], time_s: float, since_s: float = 0.0) -> Body:
    """Return a person who goes straight on."""
    place = np.asarray(start_m) + (time_s - since_s) * np.asarray(velocity_m_s)
    return Body(place, tuple(velocity_m_s))
