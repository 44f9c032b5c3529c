"""How far the chain in float32 is from a plain one in float64 that shares no code with it.

Two things are compared, and the largest relative difference counts:

* The power map of a frame's second, (Doppler bin, range bin). Plainly: what stands still is taken out of the samples as
  `detection.background` says it (the first frame is the scene; of what the second one holds at rest, the difference to
  it over the root of two remains), a Hann window is multiplied on samples and chirps in time, `numpy.fft` transforms
  both axes, and squared magnitudes are summed over the antennas. Difference and map by their Euclidean norms.
* Range, velocity, azimuth and elevation of one strong moving point per frame. Plainly: the likelihood of all samples
  under the echo's phase, transmitters' delays included, is maximised by `scipy.optimize` from the best cell of a plain
  transform. The chain looks at a few cells around the peak, which for a point far above the noise is the same. Each
  coordinate's difference over its own magnitude.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.radar.chain_speed import walking_frames
from sumika.evaluate.radar.false_alarms import noise_frame
from sumika.evaluate.radar.limits import direction
from sumika.radar import detection
from sumika.schema import RADAR_MODELS, RadarDescription
from sumika.units import SPEED_OF_LIGHT_M_S
from sumika.world.radar_scene import echo

QUICK_POINTS, FULL_POINTS = 3, 40
SEED = 20261129
AMPLITUDE = 9000.0
"""Of the point's echo in converter steps: rounding to whole steps then is 140 dB below it over a frame."""

COORDINATES = ("range", "velocity", "azimuth", "elevation")

Complexes = NDArray[np.complex128]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PlainFrame:
    """A frame of samples, and the slopes of an echo's phase, all in float64.

    Attributes:
        samples: (sample of the frame,) of chirps, antennas and samples in turn.
        slopes: (4, sample of the frame) phase per metre, per metre a second, per u and per w; times count from the
            middle of the frame.
        scales: (4,) steps of about a cell.
    """

    samples: Complexes
    slopes: Floats
    scales: Floats


def measure(full: bool) -> dict[str, Figure]:
    """Return the largest relative difference; each kind's is in the detail."""
    errors = {"map_iwr6843isk": map_error(RADAR_MODELS["iwr6843isk"], walking_frames()[:2])}
    real = RADAR_MODELS["bgt60tr13c"]
    random = np.random.Generator(np.random.SFC64(SEED))
    errors["map_bgt60tr13c"] = map_error(real, [noise_frame(real, random) for _ in range(2)])
    count = FULL_POINTS if full else QUICK_POINTS
    apart = np.array([point_error(RADAR_MODELS["iwr6843isk"], random) for _ in range(count)])
    errors |= dict(zip(COORDINATES, apart.max(axis=0).tolist(), strict=True))
    figure = Figure(
        value=max(errors.values()),
        unit="relative",
        evidence=Evidence.SIMULATION,
        detail={"points": count, **errors},
    )
    return {"reference_error": figure}


def map_error(description: RadarDescription, cubes: Sequence[NDArray[np.number]]) -> float:
    """Return the relative difference of the power maps after two frames."""
    state = detection.start(description)
    for cube in cubes:
        detection.step(state, cube)
    work = state.workspace
    if work is None:
        raise ValueError("there was no frame")
    ours = work.power[:, work.cells.margin : work.cells.margin + work.bins].astype(np.float64)
    plain = plain_map(plain_samples(cubes[0]), plain_samples(cubes[1]))[:, : work.bins]
    # The transform of real numbers is cut at both ends of its range axis: there the chain's window ends, too.
    inner = slice(None) if work.circular else slice(1, -1)
    return float(np.linalg.norm((ours - plain)[:, inner]) / np.linalg.norm(plain[:, inner]))


def plain_samples(cube: NDArray[np.number]) -> Complexes:
    """Return complex128 (chirp, antenna, sample) of I/Q pairs, or of real numbers around their chirp's mean."""
    wide = cube.astype(np.float64)
    if wide.ndim == 3:
        return np.asarray(wide - wide.mean(axis=-1, keepdims=True), dtype=np.complex128)
    return np.asarray(wide[..., 0] + 1j * wide[..., 1], dtype=np.complex128)


def plain_map(first: Complexes, second: Complexes) -> Floats:
    """Return the power map (Doppler bin, range bin) of the second of two frames, (chirp, antenna, sample) each."""
    moving = second - second.mean(axis=0)
    changed = (second.mean(axis=0) - first.mean(axis=0)) / math.sqrt(2.0)
    chirps, _, samples = second.shape
    windows = [0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length) for length in (chirps, samples)]
    windowed = (moving + changed) * windows[0][:, np.newaxis, np.newaxis] * windows[1]
    spectrum = np.fft.fft(np.fft.fft(windowed, axis=2), axis=0)
    power: Floats = (np.abs(spectrum) ** 2).sum(axis=1)
    return power


def point_error(description: RadarDescription, random: np.random.Generator) -> Floats:
    """Return the relative differences of a point's (range, velocity, azimuth, elevation) from the plain estimates.

    Raises:
        ValueError: if the chain does not see the point.
    """
    signs = random.choice((-1.0, 1.0), 3)
    azimuth, elevation = math.radians(random.uniform(8, 50)) * signs[0], math.radians(random.uniform(3, 14)) * signs[1]
    away = direction(azimuth, elevation)
    place, velocity = random.uniform(2.0, 8.0) * away, random.uniform(0.4, 3.0) * signs[2] * away
    cube = echo.empty_cube(description)
    echo.add_point(cube, description, tuple(place), tuple(velocity), AMPLITUDE * np.exp(2j * np.pi * random.uniform()))
    pairs = np.rint(np.stack([cube.real, cube.imag], axis=-1)).astype(np.int16)
    state = detection.start(description)
    detection.step(state, np.zeros_like(pairs))
    rows = detection.step(state, pairs).rows
    if not len(rows):
        raise ValueError("a strong point was not seen")
    plain = plain_estimate(plain_frame(description, plain_samples(pairs)), description)
    errors: Floats = np.abs(rows[0, :4].astype(np.float64) - plain) / np.abs(plain)
    return errors


def plain_frame(description: RadarDescription, samples: Complexes) -> PlainFrame:
    """Return a frame with the slopes of an echo's phase 2 pi (f + S s) 2 (R + v t) / c - pi (x u + z w).

    Args:
        description: With a chirp.
        samples: (chirp, antenna, sample).

    Raises:
        ValueError: if the radar has no chirp.
    """
    chirp, array = description.chirp, description.array
    if chirp is None:
        raise ValueError(f"'{description.model}' has no chirp")
    fast = np.arange(chirp.samples_per_chirp) / chirp.sample_rate_hz
    sent = np.repeat(chirp.transmit_offsets_s(len(array.transmitters)), len(array.receivers))
    slow = np.arange(chirp.chirps_per_frame) * chirp.chirp_interval_s
    times = slow[:, np.newaxis, np.newaxis] + sent[:, np.newaxis] + fast
    times -= times.mean()
    per_metre = 4 * math.pi / SPEED_OF_LIGHT_M_S * (chirp.start_frequency_hz + chirp.slope_hz_per_s * fast)
    turns = -math.pi * np.array(array.virtual)
    slopes = [per_metre, per_metre * times, turns[:, :1], turns[:, 1:]]
    flat = np.stack([np.broadcast_to(one, times.shape).ravel() for one in slopes])
    cells = (chirp.range_resolution_m, description.wavelength_m / 2 / float(np.ptp(times)), 0.25, 1.0)
    return PlainFrame(samples.ravel(), flat, np.array(cells))


def plain_estimate(frame: PlainFrame, description: RadarDescription) -> Floats:
    """Return the most likely (range, velocity, azimuth, elevation) of one point in a frame."""
    begin = _best_cell(frame, description)

    def misfit(move: Floats) -> tuple[float, Floats]:
        """Return minus the explained share of power, and its gradient."""
        turned = frame.samples * np.exp(-1j * ((begin + move * frame.scales) @ frame.slopes))
        total = turned.sum()
        power = float(np.vdot(frame.samples, frame.samples).real) * frame.samples.size
        gradient = 2.0 * (frame.slopes @ (np.conj(total) * turned).imag) * frame.scales / power
        return -(abs(total) ** 2) / power, -gradient

    found = optimize.minimize(misfit, np.zeros(4), jac=True, method="BFGS", options={"gtol": 1e-7})
    range_m, velocity, u, w = begin + found.x * frame.scales
    level = math.sqrt(1.0 - w * w)
    return np.array([range_m, velocity, math.asin(u / level), math.asin(w)])


def _best_cell(frame: PlainFrame, description: RadarDescription) -> Floats:
    """Return the best of a coarse search: a padded transform for range and velocity, then a grid of directions."""
    chirp, array = description.chirp, description.array
    if chirp is None:
        raise ValueError(f"'{description.model}' has no chirp")
    antennas = len(array.virtual)
    shape = (chirp.chirps_per_frame, antennas, chirp.samples_per_chirp)
    dopplers, ranges = 4 * shape[0], 4 * shape[2]
    spectrum = np.fft.fft(np.fft.fft(frame.samples.reshape(shape), ranges, axis=2), dopplers, axis=0)
    power = (np.abs(spectrum) ** 2).sum(axis=1)
    doppler, range_bin = np.unravel_index(int(np.argmax(power)), power.shape)
    folded = (int(doppler) + dopplers // 2) % dopplers - dopplers // 2
    speed_step_m_s = description.wavelength_m / 2 / (dopplers * chirp.chirp_interval_s)
    begin = np.array([int(range_bin) * chirp.range_resolution_m / 4, folded * speed_step_m_s, 0.0, 0.0])
    # The echo's Doppler frequency adds to its beat frequency: what seems farther by it is nearer.
    frame_s = chirp.chirps_per_frame * chirp.chirp_interval_s
    begin[0] -= folded / 4 / frame_s * chirp.samples_per_chirp / chirp.sample_rate_hz * chirp.range_resolution_m
    turned = (frame.samples * np.exp(-1j * (begin @ frame.slopes))).reshape(shape).sum(axis=(0, 2))
    grid = np.stack(np.meshgrid(np.linspace(-1, 1, 81), np.linspace(-0.5, 0.5, 21), indexing="ij"), axis=-1)
    phases = np.exp(1j * math.pi * grid.reshape(-1, 2) @ np.array(array.virtual).T)
    begin[2:] = grid.reshape(-1, 2)[int(np.argmax(np.abs(phases @ turned)))]
    return begin
