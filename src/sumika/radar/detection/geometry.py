"""What detection needs of a radar's description, as numbers in bins and tables ready for loops."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.schema import AntennaArray, RadarDescription
from sumika.units import SPEED_OF_LIGHT_M_S

_GRID_PER_BEAM = 4
"""Directions tried per beam width; the first sidelobe is 2.2 dB lower than the worst of them."""

Floats = NDArray[np.float64]


def centring(length: int) -> NDArray[np.complex128]:
    """Return the phases that move a transform's time origin to its middle.

    Returns:
        complex128 (3 * length,): entry `length + k` is for bin k, which may lie one length below or above.
    """
    bins = np.arange(-length, 2 * length)
    phases: NDArray[np.complex128] = np.exp(1j * math.pi * bins * (length - 1) / length)
    return phases


@dataclass(frozen=True, slots=True)
class Geometry:
    """A radar in bins.

    Attributes:
        range_step_m: Distance from range bin to range bin.
        range_start_m: Distance of bin 0.
        range_per_doppler: Range bins that an echo seems farther per Doppler bin: its Doppler frequency adds to its
            beat frequency.
        walk_per_doppler: Range bins that a target moves during the frame, per Doppler bin.
        velocity_step_m_s: Velocity from Doppler bin to Doppler bin; 0 where a frame has one chirp.
        positions: (antenna, 2) right and up, half wavelengths.
        delays: (antenna,) when its transmitter sends, in chirp intervals.
    """

    range_step_m: float
    range_start_m: float
    range_per_doppler: float
    walk_per_doppler: float
    velocity_step_m_s: float
    positions: Floats
    delays: Floats

    @property
    def antennas(self) -> int:
        """Virtual antennas."""
        return len(self.positions)


def of_chirps(description: RadarDescription, antennas: int) -> Geometry:
    """Return the geometry of a radar that gives converter samples.

    Args:
        description: With a chirp.
        antennas: Of a frame. Where the array is unknown (one antenna), they may be more, at unknown positions.

    Raises:
        ValueError: if the description has no chirp that sweeps, or chirps without a time between them.
    """
    chirp = description.chirp
    if chirp is None or not chirp.bandwidth_hz > 0:
        raise ValueError(f"the description of '{description.model}' has no chirp that sweeps a bandwidth")
    if not chirp.chirp_interval_s > 0:
        raise ValueError(f"the chirp interval of '{description.model}' is {chirp.chirp_interval_s} s")
    samples, chirps = chirp.samples_per_chirp, chirp.chirps_per_frame
    # Phases are referred to the middle sample, where the sweep has reached this frequency.
    middle_hz = chirp.start_frequency_hz + chirp.slope_hz_per_s * (samples - 1) / 2 / chirp.sample_rate_hz
    step_m = chirp.range_resolution_m
    wavelength_m = SPEED_OF_LIGHT_M_S / middle_hz
    frame_s = chirps * chirp.chirp_interval_s
    array = description.array
    unknown = array == AntennaArray() and antennas > 1
    offsets_s = chirp.transmit_offsets_s(len(array.transmitters))
    return Geometry(
        range_step_m=step_m,
        range_start_m=0.0,
        range_per_doppler=samples / chirp.sample_rate_hz / frame_s,
        walk_per_doppler=wavelength_m / (2 * step_m),
        velocity_step_m_s=wavelength_m / (2 * frame_s) if chirps > 1 else 0.0,
        positions=np.zeros((antennas, 2)) if unknown else np.array(array.virtual, dtype=np.float64),
        delays=np.zeros(antennas) if unknown else np.repeat(offsets_s, len(array.receivers)) / chirp.chirp_interval_s,
    )


def of_range_bins(description: RadarDescription, sweeps: int, antennas: int) -> Geometry:
    """Return the geometry of a radar whose frames start after the range transform.

    Args:
        description: With a `range_grid`, or a chirp whose grid is the transform's.
        sweeps: Of a frame. They tell velocity only if the description has a chirp, thus their interval.
        antennas: Of a frame; if they are not those of the array, nothing is known of their positions.

    Raises:
        ValueError: if the description tells no distances.
    """
    chirp, grid = description.chirp, description.range_grid
    if grid is None and (chirp is None or not chirp.bandwidth_hz > 0):
        raise ValueError(f"the description of '{description.model}' has neither a range grid nor a chirp that sweeps")
    known = len(description.array.virtual) == antennas
    timed = chirp is not None and sweeps > 1 and chirp.chirp_interval_s > 0
    frame_s = sweeps * chirp.chirp_interval_s if chirp and timed else 0.0
    step_m = grid.step_m if grid else (chirp.range_resolution_m if chirp else 0.0)
    delays = np.zeros(antennas)
    if known and timed and chirp:
        offsets = chirp.transmit_offsets_s(len(description.array.transmitters))
        delays = np.repeat(offsets, len(description.array.receivers)) / chirp.chirp_interval_s
    return Geometry(
        range_step_m=step_m,
        range_start_m=grid.start_m if grid else 0.0,
        range_per_doppler=0.0,
        walk_per_doppler=0.0,
        velocity_step_m_s=description.wavelength_m / (2 * frame_s) if frame_s else 0.0,
        positions=np.array(description.array.virtual) if known else np.zeros((antennas, 2)),
        delays=delays,
    )


@dataclass(frozen=True, slots=True)
class Directions:
    """Directions that beamforming tries, and how finely an array can tell them.

    Attributes:
        cosines: (direction, 2) u and w.
        steering: float32 (antenna, 2, direction), real and imaginary part of what undoes the phase of a direction:
            exp(+j pi (x u + z w)).
        measured: Whether azimuth, and elevation, can be told at all.
        unit_sigmas: (3,) standard deviation of u, w and Doppler bins at a signal-to-noise ratio of 1 (Cramer-Rao,
            with the coupling of angle and velocity through the transmitters' delays).
        solve: (2, antenna) maps the antennas' phase errors in radians to corrections of u and w: least squares.
    """

    cosines: Floats
    steering: NDArray[np.float32]
    measured: tuple[bool, bool]
    unit_sigmas: Floats
    solve: Floats


def directions(geometry: Geometry, alive: NDArray[np.int64], chirps: int) -> Directions:
    """Lay out the directions for those antennas that work.

    Args:
        geometry: Of the radar.
        alive: Working virtual antennas.
        chirps: Per frame.
    """
    places, delays = geometry.positions[alive], geometry.delays[alive]
    extent = np.ptp(places, axis=0)
    measured = (bool(extent[0] > 0), bool(extent[1] > 0))
    u, w = (_cosines(float(one)) for one in extent)
    grid = np.stack(np.meshgrid(u, w, indexing="ij"), axis=-1).reshape(-1, 2)
    grid = grid[(grid**2).sum(axis=1) <= 1.0]
    phase = math.pi * (places @ grid.T)
    steering = np.stack([np.cos(phase), np.sin(phase)], axis=1).astype(np.float32)
    centred = -math.pi * (places - places.mean(axis=0))
    return Directions(grid, steering, measured, _unit_sigmas(places, delays, chirps, measured), np.linalg.pinv(centred))


def _cosines(extent: float) -> Floats:
    """Return direction cosines from -1 to 1, some per beam width 2 / (extent + 1); only 0 where nothing is told."""
    if extent == 0:
        return np.zeros(1)
    half = math.ceil(_GRID_PER_BEAM * (extent + 1) / 2)
    return np.linspace(-1.0, 1.0, 2 * half + 1)


def _unit_sigmas(places: Floats, delays: Floats, chirps: int, measured: tuple[bool, bool]) -> Floats:
    """Return bounds of u, w and Doppler bins for a total signal-to-noise ratio of 1; infinite where not measured."""
    times = np.arange(chirps)[np.newaxis, :] + delays[:, np.newaxis]
    columns = [np.broadcast_to(-math.pi * places[:, k, np.newaxis], times.shape).ravel() for k in (0, 1)]
    regressors = np.stack([*columns, (2 * math.pi * times / chirps).ravel()])
    used = np.array([*measured, chirps > 1])
    information = 2.0 * np.atleast_2d(np.cov(regressors[used], bias=True)) if used.any() else np.zeros((0, 0))
    sigmas = np.full(3, math.inf)
    sigmas[used] = np.sqrt(np.diag(np.linalg.pinv(information)))
    return sigmas
