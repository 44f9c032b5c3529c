"""Whether scatterers land where the closed form says, and whether breath and beat come back from the phase.

Everything is read with plain `numpy.fft`: nothing of `sumika.radar` takes part, so that the world is not checked by the
chain that is tested on it.

* A point of known distance, velocity and direction: the peaks of the transforms over samples, chirps and antennas
  against c/2 (tau + f_c/S d tau/dt) (an FMCW radar reads distance with its Doppler in it), the radial speed, and the
  direction cosine; each difference in cells of the resolution without zero padding.
* A chest 1.8 m away that goes 4 mm to and fro 15 times a minute, and 0.3 mm 70 times, through the whole receiver
  (thermal noise, phase noise, whole numbers): rates and excursions from the phase of its range cell over a minute.
"""

import math

import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.figure import Evidence, Figure
from sumika.schema import RADAR_MODELS, ChirpProfile, RadarDescription
from sumika.world.radar_scene import Motion, add_point, add_points, empty_cube, link_of, resting_radar
from sumika.world.radar_scene.converter import Converter

Floats = NDArray[np.float64]

SEED = 20261128
MODELS = ("iwr6843isk", "xwr1642", "awr1843")
QUICK_POINTS, FULL_POINTS = 4, 60
PADDING = 4
CHEST_M, CHEST_M2, SECONDS = 1.8, 0.1, 60.0
BREATH, BEAT = (4e-3, 15.0), (0.3e-3, 70.0)
"""Peak to peak in metres, and per minute."""


def measure(full: bool) -> dict[str, Figure]:
    """Return the largest error of a point in cells, and that of rates and excursions from the phase."""
    random = np.random.Generator(np.random.SFC64(SEED))
    count = FULL_POINTS if full else QUICK_POINTS
    errors = np.array([point_error(RADAR_MODELS[model], random) for model in MODELS for _ in range(count)])
    cells, speed, direction = (float(worst) for worst in errors.max(axis=0))
    found = phase_motion()
    apart = {name: abs(found[name] - true) / true for name, true in _truth().items()}
    return {
        "scatterer_cells": Figure(
            value=max(cells, speed, direction),
            unit="cells",
            evidence=Evidence.SIMULATION,
            detail={"range": cells, "velocity": speed, "direction": direction, "points": len(errors)},
        ),
        "phase_motion_error": Figure(
            value=max(apart.values()), unit="relative", evidence=Evidence.SIMULATION, detail=dict(found)
        ),
    }


def point_error(description: RadarDescription, random: np.random.Generator) -> Floats:
    """Return (range, velocity, direction) errors of one chance point, in cells."""
    chirp = _chirp(description)
    speed = float(random.uniform(-0.8, 0.8)) * chirp.max_velocity_m_s
    distance_m = float(random.uniform(1.0, 0.7 * chirp.max_range_m))
    right, up = float(random.uniform(-0.7, 0.7)), float(random.uniform(-0.2, 0.2))
    ahead = np.array((right, math.sqrt(1.0 - right**2 - up**2), up))
    cube = empty_cube(description)
    place, velocity = distance_m * ahead, speed * ahead
    add_point(cube, description, _triple(place), _triple(velocity), 1.0)
    window = np.hanning(cube.shape[0])[:, None, None] * np.hanning(cube.shape[2])
    size = (PADDING * cube.shape[0], PADDING * cube.shape[2])
    spectrum = np.fft.fft2(cube * window, s=size, axes=(0, 2))  # (Doppler, antenna, range)
    power = (np.abs(spectrum) ** 2).sum(axis=1)
    doppler, cell = (int(k) for k in np.unravel_index(power.argmax(), power.shape))
    seen_range = _peak(power[doppler], cell) / PADDING
    seen_velocity = _peak(power[:, cell], doppler) / PADDING
    middle_m = distance_m + speed * cube.shape[0] * chirp.chirp_interval_s / 2
    coupled_m = middle_m + speed * chirp.start_frequency_hz / chirp.slope_hz_per_s
    samples, chirps = cube.shape[2], cube.shape[0]
    range_cells = (seen_range - coupled_m / chirp.range_resolution_m + samples / 2) % samples - samples / 2
    velocity_cells = (seen_velocity - speed / chirp.velocity_resolution_m_s + chirps / 2) % chirps - chirps / 2
    row = _row(description, spectrum[doppler, :, cell], speed)
    directions = np.abs(np.fft.fft(row, 4096)) ** 2
    u = -2.0 * _peak(directions, int(directions.argmax())) / len(directions)
    apart_u = (u - right + 1.0) % 2.0 - 1.0
    return np.abs((range_cells, velocity_cells, apart_u / (2.0 / len(row))))


def phase_motion() -> dict[str, float]:
    """Return rates (per minute) and excursions (mm) of breath and heart from the phase of the chest's range cell."""
    description = resting_radar()
    chirp, link = _chirp(description), link_of(description)
    silence = empty_cube(description)
    random = np.random.Generator(np.random.SFC64((SEED, 2)))
    converter = Converter(chirp, link, random, np.zeros_like(silence[0]), np.zeros_like(silence[0]))
    size = link.amplitudes(description, np.array([[0.0, CHEST_M, 0.0]]), np.array([CHEST_M2]))
    times_s = np.arange(round(SECONDS / description.frame_interval_s)) * description.frame_interval_s
    duration_s = chirp.chirps_per_frame * chirp.chirp_interval_s
    cell = round(CHEST_M / chirp.range_resolution_m)
    turns = np.exp(-2j * np.pi * cell * np.arange(chirp.samples_per_chirp) / chirp.samples_per_chirp)
    phasors = np.empty(len(times_s), complex)
    for number, time_s in enumerate(times_s):
        cube = np.zeros_like(silence)
        places = [_chest_place(float(time_s) + share * duration_s) for share in (0.0, 0.5, 1.0)]
        add_points(cube, description, Motion.through(places[0], places[1], places[2], duration_s), size)
        samples = converter.convert(cube)
        phasors[number] = (samples.mean(axis=0)[0] * turns).sum()
    moved_mm = 1e3 * np.unwrap(np.angle(phasors)) * description.wavelength_m / (4.0 * np.pi)
    found: dict[str, float] = {}
    for name, low, high in (("breath", 8.0, 25.0), ("beat", 50.0, 100.0)):
        rate, excursion = _line(moved_mm, description.frame_interval_s, low, high)
        found |= {f"{name}_per_min": rate, f"{name}_mm": excursion}
    return found


def _truth() -> dict[str, float]:
    return {
        "breath_per_min": BREATH[1],
        "breath_mm": 1e3 * BREATH[0],
        "beat_per_min": BEAT[1],
        "beat_mm": 1e3 * BEAT[0],
    }


def _chest_place(time_s: float) -> Floats:
    moved_m = sum(size / 2 * math.sin(2.0 * math.pi * rate / 60.0 * time_s) for size, rate in (BREATH, BEAT))
    return np.array([[0.0, CHEST_M + moved_m, 0.0]])


def _line(moved_mm: Floats, interval_s: float, low: float, high: float) -> tuple[float, float]:
    """Return rate (per minute) and excursion (peak to peak) of the strongest line between two rates."""
    window = np.hanning(len(moved_mm))
    padded = 16 * len(moved_mm)
    size = np.abs(np.fft.rfft((moved_mm - moved_mm.mean()) * window, padded)) / window.sum()
    rates = 60.0 * np.fft.rfftfreq(padded, interval_s)
    inside = np.flatnonzero((rates >= low) & (rates <= high))
    top = int(inside[size[inside].argmax()])
    return _peak(size**2, top) * float(rates[1]), 4.0 * float(size[top])


def _row(description: RadarDescription, peak: NDArray[np.complex128], speed: float) -> NDArray[np.complex128]:
    """Return the longest row of antennas at steps of half a wavelength, later transmissions' Doppler taken off."""
    chirp, array = _chirp(description), description.array
    offsets = np.repeat(chirp.transmit_offsets_s(len(array.transmitters)), len(array.receivers))
    still = peak * np.exp(-4j * np.pi * speed * offsets / chirp.wavelength_m) * np.array(array.virtual_signs)
    bottom = array.virtual[0][1]
    across = {x: still[number] for number, (x, z) in enumerate(array.virtual) if z == bottom}
    return np.array([across[x] for x in sorted(across)])


def _peak(power: Floats, top: int) -> float:
    """Return where a parabola through the logarithms around the largest of a periodic row has its top."""
    before, here, after = (math.log(float(power[(top + k) % len(power)])) for k in (-1, 0, 1))
    return top + 0.5 * (before - after) / (before - 2.0 * here + after)


def _chirp(description: RadarDescription) -> ChirpProfile:
    if description.chirp is None:
        raise ValueError("this radar gives no converter samples")
    return description.chirp


def _triple(values: Floats) -> tuple[float, float, float]:
    return (float(values[0]), float(values[1]), float(values[2]))
