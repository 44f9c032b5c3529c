"""Where a profile's bins and antennas lie."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.radar.target import Target
from sumika.schema.radar import RadarDescription

CELLS_APART = 3.0
"""Two people this many range cells apart do not disturb each other."""

_RESOLVED = 0.8
"""Directions this share of the array's resolution apart are told apart: nulls need no more where noise is no matter."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """Of one radar's profiles.

    Attributes:
        antennas: How many a profile has.
        positions: (antenna, 2) right and up in half wavelengths; None where they are not known.
        resolution_u: Difference of direction cosines (rightwards) that the array tells apart.
        start_m: Distance of the first bin.
        step_m: From one bin to the next.
        bins: How many of a profile's bins are kept: those within reach.
        wavelength_m: Of the carrier.
        interval_s: Between frames.
        neighbours: Correlation of the noise of neighbouring range bins.
    """

    antennas: int
    positions: NDArray[np.float64] | None
    resolution_u: float
    start_m: float
    step_m: float
    bins: int
    wavelength_m: float
    interval_s: float
    neighbours: float

    def steering(self, azimuth_rad: float, elevation_rad: float) -> NDArray[np.complex128] | None:
        """Return (antenna,) how an echo from a direction reaches the antennas, of length 1; None if not known."""
        if self.positions is None:
            return None
        cosines = np.array((np.sin(azimuth_rad) * np.cos(elevation_rad), np.sin(elevation_rad)))
        phases: NDArray[np.complex128] = np.exp(-1j * np.pi * (self.positions @ cosines)) / np.sqrt(self.antennas)
        return phases

    def cells_around(self, target: Target, others: list[Target], reach_m: float) -> slice:
        """Return the bins that show a target and nobody else in the same direction; at least one.

        Args:
            target: Whom to look at.
            others: Whoever is beside, in front or behind; between two in one direction the middle is the border.
            reach_m: So far before and behind the target is looked.
        """
        nearest_m, farthest_m = target.range_m - reach_m, target.range_m + reach_m
        for other in others:
            if self.directions_apart(target, other):
                continue
            middle_m = 0.5 * (target.range_m + other.range_m)
            if other.range_m < target.range_m:
                nearest_m = max(nearest_m, middle_m + 0.5 * self.step_m)
            else:
                farthest_m = min(farthest_m, middle_m - 0.5 * self.step_m)
        first = int(np.floor((nearest_m - self.start_m) / self.step_m + 0.5))
        last = int(np.floor((farthest_m - self.start_m) / self.step_m + 0.5))
        first = min(max(first, 0), self.bins - 1)
        return slice(first, max(first, min(last, self.bins - 1)) + 1)

    def directions_apart(self, one: Target, other: Target) -> bool:
        """Return whether the array tells two directions apart."""
        if self.positions is None:
            return False
        cosines = [np.sin(target.azimuth_rad) * np.cos(target.elevation_rad) for target in (one, other)]
        return bool(abs(cosines[0] - cosines[1]) >= _RESOLVED * self.resolution_u)

    def told_apart(self, one: Target, other: Target) -> bool:
        """Return whether two people's chests can be looked at one by one."""
        far = abs(one.range_m - other.range_m) >= CELLS_APART * self.step_m
        return far or self.directions_apart(one, other)


def geometry_of(description: RadarDescription, antennas: int, bins: int, farthest_m: float) -> Geometry:
    """Return the geometry of profiles of one shape.

    Raises:
        ValueError: if the description does not say where the bins lie.
    """
    if description.range_grid is not None:
        start_m, step_m = description.range_grid.start_m, description.range_grid.step_m
    elif description.chirp is not None:
        start_m, step_m = 0.0, description.chirp.range_resolution_m
    else:
        raise ValueError(f"{description.model}: neither a chirp nor a range grid says where the bins lie")
    if not 0 < step_m < float("inf"):
        raise ValueError(f"{description.model}: range bins are {step_m} m apart: distance is not measured")
    virtual = np.array(description.array.virtual, dtype=np.float64)
    known = len(virtual) == antennas and antennas > 1
    extent = float(np.ptp(virtual[:, 0])) if known else 0.0
    within = int((farthest_m - start_m) / step_m) + 2
    return Geometry(
        antennas=antennas,
        positions=virtual if known else None,
        resolution_u=2.0 / (extent + 1.0) if extent > 0 else float("inf"),
        start_m=start_m,
        step_m=step_m,
        bins=max(1, min(bins, within)),
        wavelength_m=description.wavelength_m,
        interval_s=description.frame_interval_s,
        # Profiles of converter samples come under a Hann window: (-1/2, 1, -1/2) over bins.
        neighbours=0.0 if description.range_grid is not None else -2.0 / 3.0,
    )
