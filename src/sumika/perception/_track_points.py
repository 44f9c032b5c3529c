"""The points of each tracked body over the last seconds, in house coordinates, radar by radar."""

import math
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.perception.storeys import Storeys
from sumika.schema import NO_PEOPLE, POINT_COLUMNS, PointCloud, Track, Tracks
from sumika.schema.house import Radar
from sumika.units import ns_to_seconds

REACH_M = 1.2
"""Points so near to a body, along the floor, are its own, unless another body is nearer."""

MOST_POINTS = 200
"""Of one body in one frame; more say no more."""

LOST_S = 2.0
MOST_WAITING = 200
"""Frames that wait for tracks: some seconds of several radars."""

_RANGE, _VELOCITY, _AZIMUTH, _ELEVATION, _SNR = (
    POINT_COLUMNS.index(name) for name in ("range_m", "velocity_m_s", "azimuth_rad", "elevation_rad", "snr_db")
)
COLUMNS = ("x_m", "y_m", "z_m", "velocity_m_s", "snr_db")

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Window:
    """What one radar saw of a body.

    Attributes:
        points: (point, 5) as `COLUMNS`: house coordinates, and radial velocity away from the radar.
        time_s: (point,) from the window's start.
        tracks: What the body's track was at the radar's frames.
        track_time_s: (look,) from the window's start.
        frames: How many frames there were.
        interval_s: Between them.
        radar_m: Where the radar hangs.
    """

    points: NDArray[np.float32]
    time_s: Array
    tracks: tuple[Track, ...]
    track_time_s: Array
    frames: int
    interval_s: float
    radar_m: tuple[float, float, float]

    def with_power(self) -> NDArray[np.float32]:
        """Return the points with the signal-to-noise ratio as a power ratio, as sensors call it: intensity."""
        points = self.points.copy()
        points[:, 4] = 10.0 ** (np.clip(points[:, 4], 0.0, 60.0) / 10.0)
        return points


@dataclass(frozen=True, slots=True)
class _Frame:
    at_s: float
    points: Array


@dataclass(slots=True)
class TrackPoints:
    """Everybody's points; changed in place.

    Attributes:
        keeps_s: How long points are kept.
        storeys: A radar's points are of bodies on its own.
        tracks: Everybody, as last told; animals and robots are left out.
        interval_s: Time between the frames of each radar.
    """

    radars: Mapping[str, Radar]
    keeps_s: float
    storeys: Storeys = field(default_factory=Storeys)
    tracks: dict[int, Track] = field(default_factory=dict)
    interval_s: dict[str, float] = field(default_factory=dict)
    _frames: dict[tuple[int, str], deque[_Frame]] = field(default_factory=dict)
    _looks: dict[int, deque[tuple[float, Track]]] = field(default_factory=dict)
    _waiting: deque[tuple[str, _Frame]] = field(default_factory=lambda: deque(maxlen=MOST_WAITING))
    _told_s: float = -np.inf

    @classmethod
    def of(cls, radars: Iterable[Radar], keeps_s: float, storeys: Storeys | None = None) -> "TrackPoints":
        """Return the points of a house before any is seen.

        Args:
            radars: Those whose points are looked at.
            keeps_s: How long points are kept.
            storeys: Of the house; None where there is but one.
        """
        return cls({radar.id: radar for radar in radars}, keeps_s, storeys or Storeys())

    def take_tracks(self, tracks: Tracks) -> None:
        """Take in where everybody is; who is followed no more is forgotten."""
        self._told_s = ns_to_seconds(tracks.stamp.monotonic_ns)
        self.tracks = {track.id: track for track in tracks.tracks if is_person(track)}
        for place in [one for one in self._frames if one[0] not in self.tracks]:
            del self._frames[place]
        self._looks = {number: self._looks.get(number) or deque() for number in self.tracks}
        for number, track in self.tracks.items():
            looks = self._looks[number]
            looks.append((self._told_s, track))
            while not 0.0 <= self._told_s - looks[0][0] <= self.keeps_s:
                looks.popleft()
        self._share_out()

    def take_cloud(self, cloud: PointCloud) -> None:
        """Take in a frame's points; they wait for where everybody was at that moment."""
        radar = self.radars.get(cloud.radar)
        if radar is None or not cloud.usable:
            return
        try:
            rows = cloud.array()
        except ValueError:  # bytes that are no such table: as good as an unusable frame
            rows = np.zeros((0, len(POINT_COLUMNS)), np.float32)
        self.interval_s[cloud.radar] = cloud.frame_interval_s
        self._waiting.append((cloud.radar, _Frame(ns_to_seconds(cloud.stamp.monotonic_ns), in_house(radar, rows))))

    def _share_out(self) -> None:
        """Give the points that waited to the nearest bodies."""
        while self._waiting and self._waiting[0][1].at_s <= self._told_s + 1e-6:
            radar, frame = self._waiting.popleft()
            here = [number for number, track in self.tracks.items() if self.storeys.sees(radar, track)]
            if self._told_s - frame.at_s >= LOST_S or not here:
                continue
            places = np.array([self.tracks[number].position_m[:2] for number in here])
            table = frame.points
            away_m = np.linalg.norm(table[:, None, :2] - places[None], axis=2)
            nearest, near = away_m.argmin(axis=1), away_m.min(axis=1) <= REACH_M
            for number, track in enumerate(here):
                frames = self._frames.setdefault((track, radar), deque())
                frames.append(_Frame(frame.at_s, table[near & (nearest == number)][:MOST_POINTS]))
                while frames and not 0.0 <= frame.at_s - frames[0].at_s <= self.keeps_s:
                    frames.popleft()

    def radar_of(self, track: int, from_s: float, to_s: float) -> str:
        """Return the radar that saw most points of a body in a time; empty where none did."""
        counts = {
            radar: sum(len(one.points) for one in frames if from_s <= one.at_s < to_s)
            for (number, radar), frames in self._frames.items()
            if number == track
        }
        best = max(counts, key=lambda radar: counts[radar], default="")
        return best if best and counts[best] else ""

    def window(self, track: int, radar: str, from_s: float, to_s: float) -> Window:
        """Return what a radar saw of a body from one time up to another."""
        frames = [one for one in self._frames.get((track, radar), ()) if from_s <= one.at_s < to_s]
        points = np.concatenate([np.zeros((0, len(COLUMNS))), *(one.points for one in frames)])
        counts = [len(one.points) for one in frames]
        times = np.array([one.at_s for one in frames], np.float64)
        # A track is told at the frames of every radar; only those of this one are looks of its own.
        own = set(times.tolist())
        looks = [(at_s, one) for at_s, one in self._looks.get(track, ()) if at_s in own]
        return Window(
            points=points.astype(np.float32),
            time_s=np.repeat(times - from_s, counts),
            tracks=tuple(one for _, one in looks),
            track_time_s=np.array([at_s - from_s for at_s, _ in looks], np.float64),
            frames=len(frames),
            interval_s=self.interval_s.get(radar, 0.1),
            radar_m=self.radars[radar].position_m,
        )

    def moving(self, track: int, radar: str, least_m_s: float) -> list[tuple[float, int]]:
        """Return for each frame of a radar its time and how many points of a body move."""
        frames = self._frames.get((track, radar), ())
        return [(one.at_s, int(np.count_nonzero(np.abs(one.points[:, 3]) >= least_m_s))) for one in frames]


def in_house(radar: Radar, rows: NDArray[np.floating]) -> Array:
    """Return a frame's points (point, 5) as `COLUMNS`; rows with a number that is none are left out.

    As `sumika.radar.tracking.Mounting` has it, whose compiled neighbours would cost this process 60 MB.

    Args:
        radar: Where it hangs and looks.
        rows: (point, column) as `POINT_COLUMNS`.
    """
    table = np.asarray(rows, np.float64)
    table = table[np.isfinite(table).all(axis=1) & (table[:, _RANGE] > 0)]
    yaw, pitch = math.radians(radar.yaw_deg), math.radians(radar.pitch_deg)
    right = (math.sin(yaw), -math.cos(yaw), 0.0)
    forward = (math.cos(yaw) * math.cos(pitch), math.sin(yaw) * math.cos(pitch), math.sin(pitch))
    up = (-math.cos(yaw) * math.sin(pitch), -math.sin(yaw) * math.sin(pitch), math.cos(pitch))
    azimuth, elevation, level = table[:, _AZIMUTH], table[:, _ELEVATION], np.cos(table[:, _ELEVATION])
    ray = np.stack((np.sin(azimuth) * level, np.cos(azimuth) * level, np.sin(elevation)), axis=1)
    place = np.asarray(radar.position_m) + table[:, _RANGE, None] * (ray @ np.array((right, forward, up)))
    return np.column_stack((place, table[:, _VELOCITY], table[:, _SNR]))


def is_person(track: Track) -> bool:
    """Return whether a track is taken for a person: for no animal and no robot."""
    return not (track.kind in NO_PEOPLE and track.kind_probability > 0.5)
