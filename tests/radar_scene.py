"""A closed-form radar scene for tests: people as a few scatterers, in front of an FMCW radar, down to converter counts.

It shares data descriptions with the code under test and nothing else. Scenes are hard on purpose: breathing has
harmonics and is not quite regular, bodies sway, clutter outshines the person, oscillators have phase noise.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.schema import AdcFrame, ChirpProfile, FrameKind, FrameNotice, Origin, RadarDescription
from sumika.units import SPEED_OF_LIGHT_M_S, seconds_to_ns

Array = NDArray[np.float64]

SMALL_REAL = RadarDescription(
    model="bgt60tr13c",
    carrier_frequency_hz=60.75e9,
    frame_interval_s=1 / 13,
    chirp=ChirpProfile(
        start_frequency_hz=58e9,
        slope_hz_per_s=4e9 * 2e6 / 64,
        sample_rate_hz=2e6,
        samples_per_chirp=64,
        chirps_per_frame=4,
        chirp_interval_s=0.6e-3,
        complex_samples=False,
        full_scale=4095,
    ),
)
"""Three antennas, real samples, 3.7 cm bins to 1.2 m, 13 frames per second."""

LARGE_COMPLEX = RadarDescription(
    model="iwr6843isk",
    carrier_frequency_hz=61.1e9,
    frame_interval_s=0.05,
    chirp=ChirpProfile(
        start_frequency_hz=60.3e9,
        slope_hz_per_s=2e9 * 4e6 / 64,
        sample_rate_hz=4e6,
        samples_per_chirp=64,
        chirps_per_frame=2,
        chirp_interval_s=0.5e-3,
        complex_samples=True,
        full_scale=32767,
    ),
)
"""Four antennas, I/Q, 7.5 cm bins to 4.8 m, 20 frames per second."""

START = Instant(50_000_000_000, 1_700_000_000_000_000_000, "test")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What happens in front of a radar.

    Attributes:
        radar: Its settings.
        antennas: How many receivers.
        seconds: How long.
        range_m: Distance of the chest, per frame or constant; NaN where nobody is there.
        breath_mm: Amplitude of the fundamental (half of peak to peak), per frame or constant.
        rate_bpm: Breathing rate, per frame or constant.
        irregular: Standard deviation of the rate from one breath to the next, as a share.
        second, third: Amplitudes of the harmonics, as shares of the fundamental.
        heart_mm: Amplitude of the heart's movement of the chest.
        sway_mm: Root mean square of swaying, red between 0.02 Hz and 2 Hz.
        sway_slope: Its power falls with frequency to this power: 1 pink, 2 a random walk.
        snr_db: Power of the chest's reflection over the noise, in one range bin of one antenna, mean of the chirps.
        clutter_db: Power of what stands still at the person's distance, over the chest's.
        phase_noise_rad: Random phase from frame to frame of the whole receiver.
        seed: Of everything random.
    """

    radar: RadarDescription = LARGE_COMPLEX
    antennas: int = 4
    seconds: float = 40.0
    range_m: float | Array = 1.5
    breath_mm: float | Array = 4.0
    rate_bpm: float | Array = 15.0
    irregular: float = 0.0
    second: float = 0.3
    third: float = 0.1
    heart_mm: float = 0.2
    sway_mm: float = 0.0
    sway_slope: float = 1.0
    snr_db: float = 30.0
    clutter_db: float = 10.0
    phase_noise_rad: float = 0.003
    seed: int = 0


@dataclass(frozen=True)
class Recorded:
    """A scene as the radar recorded it.

    Attributes:
        frames: What the converter gave.
        time_s: (frame,) when.
        cycles: (frame,) breaths since the beginning; the true rate over any window follows from it.
    """

    frames: list[AdcFrame]
    time_s: Array
    cycles: Array = field(repr=False)

    def true_rate_bpm(self, until_s: float, window_s: float) -> float:
        """Return the mean breathing rate over a window."""
        now, then = np.interp((until_s, until_s - window_s), self.time_s, self.cycles)
        return float(60 * (now - then) / window_s)


def record(scene: Scene) -> Recorded:
    """Let the radar record the scene."""
    random = np.random.default_rng(scene.seed)
    chirp = scene.radar.chirp
    assert chirp is not None
    count = round(scene.seconds / scene.radar.frame_interval_s)
    time: Array = np.arange(count, dtype=np.float64) * scene.radar.frame_interval_s
    cycles, chest_m = _chest(scene, time, random)
    baseband = np.zeros((count, chirp.chirps_per_frame, scene.antennas, chirp.samples_per_chirp), np.complex128)
    distance = np.broadcast_to(np.asarray(scene.range_m, float), (count,))
    there = np.isfinite(distance)
    middle = float(distance[there][0]) if there.any() else 1.5
    # The chest is no point: three parts, a little deeper each, that move less and less.
    for depth, share, power in ((0.0, 1.0, 0.7), (0.03, 0.7, 0.2), (0.07, 0.4, 0.1)):
        echo = _echo(scene, chirp, np.nan_to_num(distance, nan=1.0) + depth - share * chest_m, np.sqrt(power), random)
        baseband += np.where(there, 1.0, 0.0)[:, np.newaxis, np.newaxis, np.newaxis] * echo
    still = np.zeros(count)
    baseband += _echo(scene, chirp, still + middle + 0.01, 10 ** (scene.clutter_db / 20), random)
    baseband += _echo(scene, chirp, still + 0.12, 10 ** (scene.clutter_db / 20 + 0.5), random)
    baseband *= np.exp(1j * scene.phase_noise_rad * random.standard_normal((count, 1, 1, 1)))
    return Recorded(_convert(scene, chirp, baseband, time, random), time, cycles)


def _chest(scene: Scene, time: Array, random: np.random.Generator) -> tuple[Array, Array]:
    """Return breaths since the beginning and how far the chest is towards the radar, in metres."""
    interval = scene.radar.frame_interval_s
    rate = np.broadcast_to(np.asarray(scene.rate_bpm, float), time.shape) / 60
    # The rate wanders about its mean and forgets within a breath or two.
    wander = _red(time.size, interval, 2.0, random, low_hz=0.04, high_hz=0.5) * scene.irregular
    cycles = np.cumsum(rate * (1 + wander)) * interval + random.uniform()
    angle = 2 * np.pi * cycles
    shape = np.sin(angle)
    for order, share in ((2, scene.second), (3, scene.third)):
        shape = shape + share * np.sin(order * angle + random.uniform(0, 2 * np.pi))
    heart = np.sin(2 * np.pi * random.uniform(0.95, 1.4) * time)
    sway = _red(time.size, interval, scene.sway_slope, random, low_hz=0.02, high_hz=2.0)
    millimetres = np.asarray(scene.breath_mm) * shape + scene.heart_mm * heart + scene.sway_mm * sway
    return cycles, millimetres * 1e-3


def _red(
    count: int, interval: float, slope: float, random: np.random.Generator, *, low_hz: float, high_hz: float
) -> Array:
    """Return red noise of unit variance between two frequencies; power falls as frequency to `slope`."""
    long = 4 * count
    frequency = np.fft.rfftfreq(long, interval)
    inside = (frequency >= low_hz) & (frequency <= high_hz)
    size = np.where(inside, np.maximum(frequency, low_hz) ** (-slope / 2), 0.0)
    noise: Array = np.fft.irfft(size * np.fft.rfft(random.standard_normal(long)), long).astype(np.float64)
    spread = float(noise.std())
    return noise[:count] / spread if spread > 0 else noise[:count]


def _echo(
    scene: Scene, chirp: ChirpProfile, distance: Array, amplitude: float, random: np.random.Generator
) -> NDArray[np.complex128]:
    """Return what a point at a distance per frame adds to the samples: (frame, chirp, antenna, sample)."""
    sample = np.arange(chirp.samples_per_chirp) / chirp.sample_rate_hz
    delay = 2 * distance / SPEED_OF_LIGHT_M_S
    middle = sample - sample.mean()
    angle = 2 * np.pi * (scene.radar.carrier_frequency_hz + chirp.slope_hz_per_s * middle) * delay[:, np.newaxis]
    by_antenna = np.exp(1j * random.uniform(0, 2 * np.pi, scene.antennas)) * random.uniform(0.7, 1.2, scene.antennas)
    wave = amplitude * np.exp(1j * angle)
    return np.repeat(by_antenna[:, np.newaxis] * wave[:, np.newaxis, np.newaxis, :], chirp.chirps_per_frame, axis=1)


def _convert(
    scene: Scene, chirp: ChirpProfile, baseband: NDArray[np.complex128], time: Array, random: np.random.Generator
) -> list[AdcFrame]:
    """Add receiver noise, and turn into counts."""
    # A point of amplitude 1 has power 1 in its bin; noise of variance v per sample has v * 1.5 / (samples * chirps).
    variance = 10 ** (-scene.snr_db / 10) * chirp.samples_per_chirp * chirp.chirps_per_frame / 1.5
    noise = random.standard_normal(baseband.shape) + 1j * random.standard_normal(baseband.shape)
    received = baseband + noise * np.sqrt(variance / 2)
    largest = np.abs(received).max()
    if chirp.complex_samples:
        counts = (received / largest * 0.8 * chirp.full_scale).round().astype(np.complex64)
    else:
        middle = (chirp.full_scale + 1) / 2
        counts = (received.real / largest * 0.8 * middle + middle + 11).round().astype(np.uint16)
    return [frame_at(scene.radar, index, float(time[index]), counts[index]) for index in range(len(counts))]


def frame_at(
    radar: RadarDescription, index: int, time_s: float, samples: NDArray[np.generic], session: str = "scene#1"
) -> AdcFrame:
    """Return a frame taken at a time since the start."""
    notice = FrameNotice(
        stamp=START.later(seconds_to_ns(time_s)),
        origin=Origin.SIMULATED,
        session=session,
        radar="bedroom",
        kind=FrameKind.ADC,
        index=index,
        shape=(samples.shape[0], samples.shape[1], samples.shape[2]),
        dtype=samples.dtype.str,
        position=0,
        description=radar,
    )
    return AdcFrame(notice, samples)


def vary(scene: Scene, random: np.random.Generator) -> Scene:
    """Return the scene with a person drawn at random, as wide as people are."""
    rate_bpm = float(random.uniform(6, 30))
    # At rest fast breaths are shallow: what is breathed in a minute is bounded.
    breath_mm = min(float(np.exp(random.uniform(np.log(1.0), np.log(8.0)))), 120.0 / rate_bpm)
    radar, antennas, farthest = ((SMALL_REAL, 3, 1.0), (LARGE_COMPLEX, 4, 3.5))[int(random.integers(2))]
    return replace(
        scene,
        radar=radar,
        antennas=antennas,
        range_m=float(random.uniform(0.5, farthest)),
        breath_mm=breath_mm,
        rate_bpm=rate_bpm,
        second=float(random.uniform(0, 0.45)),
        third=float(random.uniform(0, 0.2)),
        heart_mm=float(random.uniform(0.05, 0.4)),
        clutter_db=float(random.uniform(-10, 20)),
        seed=int(random.integers(2**31)),
    )
