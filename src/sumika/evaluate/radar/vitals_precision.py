"""How near the displacement of a point comes to the bound, and what vitals cost per frame."""

import math
import time

import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.figure import Evidence, Figure
from sumika.radar import detection, vitals
from sumika.radar.target import Target
from sumika.schema import RadarDescription
from sumika.world.radar_scene import add_point, empty_cube, resting_radar

_SECONDS = 16.0
_SNR_DB = (25.0, 30.0, 40.0)
"""Of the frame: energy of the echo over the noise of one sample. All above the threshold of unwrapping."""

_PEOPLE = 4
_A_SECOND = 20
"""Frames."""

_BREATH_M, _BREATH_HZ = 2e-3, 0.3

Array = NDArray[np.float64]


def displacement_efficiency(full: bool) -> Figure:
    """Return the root mean square error of a point's displacement over (wavelength / 4 pi) / sqrt(2 S), the worst.

    Args:
        full: Whether many points are tried, not few.
    """
    description = resting_radar()
    trials = 12 if full else 1
    ratios = {
        f"at_{snr_db:.0f}_db": float(np.mean([_ratio(description, snr_db, seed) for seed in range(trials)]))
        for snr_db in _SNR_DB
    }
    return Figure(
        value=max(ratios.values()), unit="ratio", evidence=Evidence.SIMULATION, detail={**ratios, "points": trials}
    )


def _ratio(description: RadarDescription, snr_db: float, seed: int) -> float:
    random = np.random.default_rng((seed, round(snr_db)))
    range_m, azimuth = float(random.uniform(1.0, 3.0)), float(random.uniform(-0.5, 0.5))
    interval_s = description.frame_interval_s
    times = np.arange(round(_SECONDS / interval_s)) * interval_s
    cube = empty_cube(description)
    size = math.sqrt(10 ** (snr_db / 10) / cube.size)
    eyes, state = detection.start(description), vitals.start(description)
    target = _target(1, range_m, azimuth)
    true_mm: list[float] = []
    for time_s in times:
        # Away from the radar positive; still within a frame, as a frame gives one displacement.
        away_m = _BREATH_M * math.sin(2 * math.pi * _BREATH_HZ * float(time_s))
        distance_m = range_m + away_m
        cube = empty_cube(description)
        add_point(
            cube, description, (distance_m * math.sin(azimuth), distance_m * math.cos(azimuth), 0.0), amplitude=size
        )
        noise = random.standard_normal((*cube.shape, 2), dtype=np.float32) * np.float32(math.sqrt(0.5))
        seen = detection.step(eyes, cube + noise.view(np.complex64)[..., 0])
        state, _ = vitals.step(state, seen.profile, seen.noise_power, [target], float(time_s))
        true_mm.append(-1e3 * away_m)
    look = state.people[1].look
    if look is None:
        return math.inf
    path_mm = look.chest.paths_mm[-2]  # the point that it is
    last = round(look.at_s / interval_s) + 1
    # Where zero lies is nobody's to know.
    error_mm = path_mm - np.array(true_mm)[last - path_mm.size : last]
    return float(np.std(error_mm)) / _bound_mm(description, snr_db)


def _bound_mm(description: RadarDescription, snr_db: float) -> float:
    return 1e3 * description.wavelength_m / (4 * math.pi) / math.sqrt(2 * 10 ** (snr_db / 10))


def _target(number: int, range_m: float, azimuth_rad: float) -> Target:
    return Target(
        id=number,
        range_m=range_m,
        azimuth_rad=azimuth_rad,
        elevation_rad=0.0,
        range_sigma_m=0.05,
        azimuth_sigma_rad=0.03,
        elevation_sigma_rad=0.1,
        speed_m_s=0.0,
        still_s=10.0,
    )


def vitals_speed(full: bool) -> Figure:
    """Return what a frame with four people who breathe costs, without detection and tracking.

    Args:
        full: Whether a minute is measured, not half of one.
    """
    description = resting_radar()
    assert description.chirp is not None
    antennas, bins = len(description.array.virtual), description.chirp.samples_per_chirp
    random = np.random.default_rng(0)
    targets = [_target(number, 1.0 + 0.7 * number, 0.0) for number in range(1, _PEOPLE + 1)]
    state = vitals.start(description)
    spent_ms: list[float] = []
    for second in range(60 if full else 35):
        times_s = (second * _A_SECOND + np.arange(_A_SECOND)) * description.frame_interval_s
        profiles = [_four_breathing(description, targets, float(time_s), antennas, bins) for time_s in times_s]
        shape = (len(profiles), antennas, bins, 2)
        noise = (0.01 * random.standard_normal(shape)).astype(np.float32).view(np.complex64)[..., 0]
        seen = np.array(profiles) + noise
        # Processor time: what other programs do meanwhile is not ours. Everybody is looked at within each second.
        begin = time.thread_time()
        for profile, time_s in zip(seen, times_s, strict=True):
            state, _ = vitals.step(state, profile, 2e-4, targets, float(time_s))
        spent_ms.append(1e3 * (time.thread_time() - begin) / _A_SECOND)
    settled = np.array(spent_ms[25:])
    return Figure(
        value=float(np.median(settled)),
        unit="ms/frame",
        evidence=Evidence.MEASURED,
        detail={"people": float(_PEOPLE), "lowest_ms": float(settled.min()), "highest_ms": float(settled.max())},
    )


def _four_breathing(
    description: RadarDescription, targets: list[Target], time_s: float, antennas: int, bins: int
) -> NDArray[np.complex64]:
    """Return the profile of people who breathe and whose hearts beat, each a point at its distance."""
    assert description.chirp is not None
    places = np.arange(bins) * description.chirp.range_resolution_m
    profile = np.zeros((antennas, bins), np.complex64)
    for target in targets:
        breath_hz, heart_hz = 0.2 + 0.03 * target.id, 0.9 + 0.1 * target.id
        beat = ((time_s * heart_hz) % 1.0 - 0.2) / 0.07
        away_m = 3e-3 * math.sin(2 * math.pi * breath_hz * time_s) + 3e-4 * math.exp(-0.5 * beat**2)
        distance_m = target.range_m + away_m
        near = np.exp(-(((places - distance_m) / (1.2 * description.chirp.range_resolution_m)) ** 2))
        profile += (near * np.exp(4j * np.pi * distance_m / description.wavelength_m)).astype(np.complex64)
    return profile
