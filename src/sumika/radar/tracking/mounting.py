"""Where a radar hangs, and what its points are in house coordinates, with their uncertainty."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sumika.radar.target import Target
from sumika.schema import POINT_COLUMNS, Track
from sumika.schema.house import Radar

Array = NDArray[np.float64]
COLUMN = {name: number for number, name in enumerate(POINT_COLUMNS)}

LEAST_RANGE_SIGMA_M = 0.04
LEAST_AZIMUTH_SIGMA_RAD = math.radians(1.5)
LEAST_ELEVATION_SIGMA_RAD = math.radians(4.0)
"""No point is trusted further: sigmas tell noise, and a body's reflections are drawn aside by each other besides."""

BLIND_RAD = math.radians(25.0)
"""An angle with a larger sigma is as good as not measured."""


@dataclass(frozen=True, slots=True)
class HousePoints:
    """Points of one frame in house coordinates.

    Attributes:
        position_m: (point, 3).
        covariance_m2: (point, 3, 3).
        direction: (point, 3) unit vectors from the radar.
        velocity_m_s: (point,) radial, away from the radar positive.
        velocity_sigma_m_s: (point,).
        snr_db: (point,).
    """

    position_m: Array
    covariance_m2: Array
    direction: Array
    velocity_m_s: Array
    velocity_sigma_m_s: Array
    snr_db: Array

    def __len__(self) -> int:
        """Return how many."""
        return len(self.position_m)

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> "HousePoints":
        """Return some of them."""
        return HousePoints(
            self.position_m[which],
            self.covariance_m2[which],
            self.direction[which],
            self.velocity_m_s[which],
            self.velocity_sigma_m_s[which],
            self.snr_db[which],
        )


@dataclass(frozen=True)
class Mounting:
    """A radar's place and the way it looks.

    Attributes:
        position_m: In house coordinates.
        yaw_rad: Where it looks, counter-clockwise from the plan's x axis.
        pitch_rad: Upwards positive.
    """

    position_m: tuple[float, float, float]
    yaw_rad: float
    pitch_rad: float

    @cached_property
    def axes(self) -> Array:
        """(3, 3): right, forward and up of the radar, in house coordinates, one a row."""
        cos_yaw, sin_yaw = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        cos_pitch, sin_pitch = math.cos(self.pitch_rad), math.sin(self.pitch_rad)
        right = (sin_yaw, -cos_yaw, 0.0)
        forward = (cos_yaw * cos_pitch, sin_yaw * cos_pitch, sin_pitch)
        up = (-cos_yaw * sin_pitch, -sin_yaw * sin_pitch, cos_pitch)
        return np.array((right, forward, up))

    @cached_property
    def place(self) -> Array:
        """(3,) position."""
        return np.array(self.position_m, np.float64)

    def points(self, rows: NDArray[np.floating]) -> HousePoints:
        """Return a frame's points in house coordinates.

        Args:
            rows: (point, column) as `POINT_COLUMNS`; rows with a number that is none are left out.
        """
        table = np.asarray(rows, np.float64)
        table = table[np.isfinite(table).all(axis=1) & (table[:, COLUMN["range_m"]] > 0)]
        distance, azimuth, elevation = (table[:, COLUMN[name]] for name in ("range_m", "azimuth_rad", "elevation_rad"))
        sin_a, cos_a, sin_e, cos_e = np.sin(azimuth), np.cos(azimuth), np.sin(elevation), np.cos(elevation)
        ray = np.stack((sin_a * cos_e, cos_a * cos_e, sin_e), axis=1) @ self.axes
        aside = np.stack((cos_a, -sin_a, np.zeros_like(sin_a)), axis=1) @ self.axes
        above = np.stack((-sin_a * sin_e, -cos_a * sin_e, cos_e), axis=1) @ self.axes
        sigma_r = np.maximum(table[:, COLUMN["range_sigma_m"]], LEAST_RANGE_SIGMA_M)
        sigma_a = distance * np.maximum(table[:, COLUMN["azimuth_sigma_rad"]], LEAST_AZIMUTH_SIGMA_RAD)
        sigma_e = distance * np.maximum(table[:, COLUMN["elevation_sigma_rad"]], LEAST_ELEVATION_SIGMA_RAD)
        spread = np.stack((ray * sigma_r[:, None], aside * sigma_a[:, None], above * sigma_e[:, None]), axis=2)
        return HousePoints(
            self.place + distance[:, None] * ray,
            spread @ spread.transpose(0, 2, 1),
            ray,
            table[:, COLUMN["velocity_m_s"]],
            table[:, COLUMN["velocity_sigma_m_s"]],
            table[:, COLUMN["snr_db"]],
        )

    def target(self, track: int, mean: Array, covariance: Array, *, speed_m_s: float, still_s: float) -> Target:
        """Return a track in the radar's own coordinates.

        Args:
            track: Its id.
            mean: (6,) position and velocity in house coordinates.
            covariance: (6, 6).
            speed_m_s: How fast it goes.
            still_s: How long it has not left its place.
        """
        right, forward, up = self.axes @ (mean[:3] - self.place)
        distance = max(0.05, math.sqrt(right * right + forward * forward + up * up))
        flat = max(0.05, math.hypot(right, forward))
        own = self.axes @ covariance[:3, :3] @ self.axes.T
        ray = np.array((right, forward, up)) / distance
        aside = np.array((forward, -right, 0.0)) / flat
        above = np.cross(aside, ray)
        return Target(
            id=track,
            range_m=distance,
            azimuth_rad=math.atan2(right, forward),
            elevation_rad=math.asin(max(-1.0, min(1.0, up / distance))),
            range_sigma_m=math.sqrt(max(float(ray @ own @ ray), 0.0)),
            azimuth_sigma_rad=math.sqrt(max(float(aside @ own @ aside), 0.0)) / flat,
            elevation_sigma_rad=math.sqrt(max(float(above @ own @ above), 0.0)) / distance,
            speed_m_s=speed_m_s,
            still_s=still_s,
        )


def target_of(track: Track, mounting: Mounting) -> Target:
    """Return where a radar should look for a track that somebody told of."""
    mean = np.array((*track.position_m, *track.velocity_m_s))
    spread = np.array((*track.position_sigma_m, *track.velocity_sigma_m_s))
    covariance = np.diag(spread**2)
    return mounting.target(track.id, mean, covariance, speed_m_s=track.going_m_s, still_s=track.still_s)


def mounting_of(radar: Radar) -> Mounting:
    """Return the mounting that `house.yaml` describes."""
    return Mounting(radar.position_m, math.radians(radar.yaw_deg), math.radians(radar.pitch_deg))


def sees_direction(rows: NDArray[np.floating]) -> bool:
    """Return whether a frame's points have a direction; a radar of one antenna tells distance only."""
    # In double precision: the middle of two that a broken frame says is half their sum, which overflows in single.
    return bool(len(rows) and np.median(rows[:, COLUMN["azimuth_sigma_rad"]].astype(np.float64)) < BLIND_RAD)
