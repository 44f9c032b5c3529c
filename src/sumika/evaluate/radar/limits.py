"""How near the estimates of one point come to the Cramer-Rao bound: random moving points off the grid, in noise.

The echo is the closed form of `sumika.world`, with every movement within the frame; the bound comes from the Fisher
information of the same phase over all antennas, transmitters' delays, chirps and samples. Neither knows the estimators.
"""

import copy
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.figure import Evidence, Figure
from sumika.radar import detection
from sumika.schema import RADAR_MODELS, RadarDescription
from sumika.units import SPEED_OF_LIGHT_M_S
from sumika.world.radar_scene import echo

QUICK_TRIALS, FULL_TRIALS = 120, 3000
SNR_DB = (22.0, 45.0)
"""Integrated over the frame and all antennas; detection begins to miss points below."""

FASTEST_M_S = 3.0
SEED = 20261128

Floats = NDArray[np.float64]

COORDINATES = ("range", "velocity", "azimuth", "elevation")


@dataclass(frozen=True, slots=True)
class Truth:
    """A moving point in the middle of a frame, its velocity as the middle of the antennas sees it."""

    range_m: float
    velocity_m_s: float
    azimuth_rad: float
    elevation_rad: float

    def array(self) -> Floats:
        """Return the four coordinates."""
        return np.array([self.range_m, self.velocity_m_s, self.azimuth_rad, self.elevation_rad])


def measure(full: bool) -> dict[str, Figure]:
    """Return root mean square errors over their bounds."""
    description = RADAR_MODELS["iwr6843isk"]
    trials = FULL_TRIALS if full else QUICK_TRIALS
    ratios, stated, missed, folded = run_trials(description, trials, SEED)
    figures = {}
    for number, name in enumerate(COORDINATES):
        ratio = math.sqrt(float(np.mean(ratios[:, number] ** 2)))
        figures[f"crlb_{name}"] = Figure(
            value=ratio,
            unit="ratio",
            evidence=Evidence.SIMULATION,
            detail={
                "trials": len(ratios),
                "median_ratio": float(np.median(np.abs(ratios[:, number])) / 0.6745),
                "bias_in_bounds": float(np.mean(ratios[:, number])),
                "error_over_stated_sigma": math.sqrt(float(np.mean(stated[:, number] ** 2))),
                "missed": missed,
                "wrong_folding": folded,
                "snr_db_from": SNR_DB[0],
                "snr_db_to": SNR_DB[1],
                "fastest_m_s": FASTEST_M_S,
            },
        )
    return figures


def run_trials(description: RadarDescription, trials: int, seed: int) -> tuple[Floats, Floats, int, int]:
    """Return errors of random points.

    Args:
        description: Of the radar.
        trials: How many points, each in a frame of its own.
        seed: Of the random numbers.

    Returns:
        (trial, coordinate) errors over their bounds; errors over the stated sigmas; how many points were missed; how
        many had their Doppler folded wrongly (these are among the errors).
    """
    random = np.random.Generator(np.random.SFC64(seed))
    information = unit_information(description)
    empty = echo.empty_cube(description)
    start = detection.start(description)
    for _ in range(10):
        detection.step(start, _noise(random, empty.shape))
    ratios, stated = [], []
    missed = folded = 0
    for _ in range(trials):
        snr = 10 ** (random.uniform(*SNR_DB) / 10)
        cube = empty.copy()
        truth = add_random_point(cube, description, math.sqrt(snr / cube.size), random)
        cube += _noise(random, cube.shape)
        found = _nearest(detection.step(copy.deepcopy(start), cube).rows, truth)
        if found is None:
            missed += 1
            continue
        error = found[:4].astype(np.float64) - truth.array()
        folded += bool(abs(error[1]) > 1.0)
        ratios.append(error / bounds(information, snr, truth))
        stated.append(error / found[4:8])
    return np.array(ratios), np.array(stated), missed, folded


def add_random_point(
    cube: NDArray[np.complex64], description: RadarDescription, amplitude: float, random: np.random.Generator
) -> Truth:
    """Add a point that moves anyhow; return where it is in the middle of the frame."""
    azimuth, elevation = math.radians(random.uniform(-50, 50)), math.radians(random.uniform(-15, 15))
    place = random.uniform(1.0, 9.0) * direction(azimuth, elevation)
    across = random.uniform(-0.5, 0.5, 3)
    velocity = random.uniform(-FASTEST_M_S, FASTEST_M_S) * place / np.linalg.norm(place) + across
    turned = amplitude * np.exp(1j * random.uniform(0, 2 * math.pi))
    echo.add_point(cube, description, tuple(place), tuple(velocity), turned)
    middle = place + velocity * middle_of_frame_s(description)
    range_m = float(np.linalg.norm(middle))
    away = middle / range_m
    radial = float(velocity @ away)
    # Seen from the middle of the virtual antennas, millimetres beside the origin, a point that moves across has another
    # radial velocity: its direction's cosines change, and with them the antennas' phases.
    turning = (velocity - radial * away) / range_m
    beside = np.mean(description.array.virtual, axis=0) * description.wavelength_m / 4
    return Truth(
        range_m,
        radial - float(beside @ turning[[0, 2]]),
        math.atan2(middle[0], middle[1]),
        math.asin(middle[2] / range_m),
    )


def direction(azimuth_rad: float, elevation_rad: float) -> Floats:
    """Return the unit vector (right, forward, up)."""
    level = math.cos(elevation_rad)
    return np.array([math.sin(azimuth_rad) * level, math.cos(azimuth_rad) * level, math.sin(elevation_rad)])


def middle_of_frame_s(description: RadarDescription) -> float:
    """Return the mean time of all samples."""
    times, _ = _sample_times(description)
    return float(times.mean())


def _sample_times(description: RadarDescription) -> tuple[Floats, Floats]:
    """Return when each sample is taken, from the frame's start and from its chirp's start.

    Returns:
        (chirp, antenna, sample) and (sample,), seconds.
    """
    chirp, array = description.chirp, description.array
    if chirp is None:
        raise ValueError(f"'{description.model}' has no chirp")
    fast = np.arange(chirp.samples_per_chirp) / chirp.sample_rate_hz
    delays = np.repeat(chirp.transmit_offsets_s(len(array.transmitters)), len(array.receivers))
    slow = np.arange(chirp.chirps_per_frame) * chirp.chirp_interval_s
    return slow[:, np.newaxis, np.newaxis] + delays[:, np.newaxis] + fast, fast


def unit_information(description: RadarDescription) -> Floats:
    """Return the Fisher information of phase, range, velocity, u and w for a total signal-to-noise ratio of 1.

    The phase of a sample is 2 pi (f + S s) 2 (R + v t) / c - pi (x u + z w) plus an unknown constant; with a known
    noise, the information is 2 S times the mean of the products of its derivatives (Kay 1993, 3.9).
    """
    times, fast = _sample_times(description)
    times = times - times.mean()
    chirp = description.chirp
    if chirp is None:
        raise ValueError(f"'{description.model}' has no chirp")
    per_metre = 4 * math.pi / SPEED_OF_LIGHT_M_S * (chirp.start_frequency_hz + chirp.slope_hz_per_s * fast)
    places = -math.pi * np.array(description.array.virtual)
    slopes = np.stack(
        [
            np.ones(times.size),
            np.broadcast_to(per_metre, times.shape).ravel(),
            (per_metre * times).ravel(),
            *(np.broadcast_to(places[:, k, np.newaxis], times.shape).ravel() for k in (0, 1)),
        ]
    )
    information: Floats = 2.0 * slopes @ slopes.T / times.size
    return information


def bounds(information: Floats, snr: float, truth: Truth) -> Floats:
    """Return the Cramer-Rao bounds of range, velocity, azimuth and elevation as standard deviations.

    Args:
        information: As `unit_information` returns.
        snr: Total signal-to-noise ratio.
        truth: Where the point is: angles are read from their cosines.
    """
    scale = 1.0 / np.sqrt(np.diag(information))
    covariance = np.linalg.inv(information * scale * scale[:, np.newaxis]) * scale * scale[:, np.newaxis] / snr
    azimuth, elevation = truth.azimuth_rad, truth.elevation_rad
    jacobian = np.array(
        [
            [math.cos(azimuth) * math.cos(elevation), -math.sin(azimuth) * math.sin(elevation)],
            [0.0, math.cos(elevation)],
        ]
    )
    inverse = np.linalg.inv(jacobian)
    angles = inverse @ covariance[3:, 3:] @ inverse.T
    variances: Floats = np.array([covariance[1, 1], covariance[2, 2], angles[0, 0], angles[1, 1]])
    return np.sqrt(variances)


def _noise(random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.complex64]:
    """Return complex noise of power 1."""
    parts = random.standard_normal((*shape, 2), dtype=np.float32) * np.float32(math.sqrt(0.5))
    noise: NDArray[np.complex64] = parts.view(np.complex64)[..., 0]
    return noise


def _nearest(rows: NDArray[np.float32], truth: Truth) -> NDArray[np.float32] | None:
    """Return the strongest point within half a metre of the truth; None if it was missed."""
    near = rows[np.abs(rows[:, 0] - truth.range_m) < 0.5]
    return near[0] if len(near) else None
