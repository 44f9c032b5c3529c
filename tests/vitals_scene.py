"""Closed-form slow time of people at rest: what a radar's range profiles show, without converter and noise of rooms."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.radar import vitals
from sumika.radar.target import Target
from sumika.schema import RADAR_MODELS, RadarDescription

DESCRIPTION: RadarDescription = RADAR_MODELS["iwr6843isk"]
INTERVAL_S = DESCRIPTION.frame_interval_s
BINS = 64
NOISE = 1e-5

Array = NDArray[np.float64]
Profiles = NDArray[np.complex64]
Results = list[dict[int, vitals.PersonResult]]


@dataclass(frozen=True, slots=True)
class Sleeper:
    """One chest, two points of which move.

    Attributes:
        range_m: Where it is.
        azimuth_rad: Right positive.
        breath_bpm: Its rate of breathing.
        heart_bpm: Its heart rate.
        breath_mm: Peak to peak.
        heart_mm: Peak to peak.
        strength: Amplitude of its echo.
        wander: How far beat intervals differ, as a share.
    """

    range_m: float = 1.5
    azimuth_rad: float = 0.0
    breath_bpm: float = 14.0
    heart_bpm: float = 66.0
    breath_mm: float = 5.0
    heart_mm: float = 0.3
    strength: float = 1.0
    wander: float = 0.02

    def beats_s(self, seconds: float) -> Array:
        """Return when beats begin."""
        random = np.random.default_rng(round(1e3 * self.heart_bpm))
        count = int(seconds * self.heart_bpm / 60) + 4
        intervals = 60 / self.heart_bpm * (1 + self.wander * np.clip(random.standard_normal(count), -2, 2))
        return np.asarray(np.cumsum(intervals) - 1.0, np.float64)

    def moved_m(self, time_s: Array) -> tuple[Array, Array]:
        """Return how far breath and heart have moved the chest towards the radar."""
        angle = 2 * np.pi * self.breath_bpm / 60 * time_s
        breath = 0.5e-3 * self.breath_mm * (np.sin(angle) + 0.2 * np.sin(2 * angle + 1) + 0.08 * np.sin(3 * angle + 2))
        heart = np.zeros_like(time_s)
        for begin_s in self.beats_s(float(time_s[-1]) + 1.0):
            since = time_s - begin_s
            heart += np.exp(-(((since - 0.1) / 0.05) ** 2)) - 0.4 * np.exp(-(((since - 0.28) / 0.08) ** 2))
        return breath, heart * (1e-3 * self.heart_mm / 1.4)

    def target(self, number: int = 1, speed_m_s: float = 0.0) -> Target:
        """Return what a tracker tells of it."""
        return Target(
            id=number,
            range_m=self.range_m + 0.03,
            azimuth_rad=self.azimuth_rad,
            elevation_rad=0.0,
            range_sigma_m=0.05,
            azimuth_sigma_rad=0.03,
            elevation_sigma_rad=0.1,
            speed_m_s=speed_m_s,
            still_s=10.0,
        )


def times(seconds: float) -> Array:
    """Return when frames are taken."""
    return np.arange(round(seconds / INTERVAL_S), dtype=np.float64) * INTERVAL_S


def profiles(sleepers: list[Sleeper], time_s: Array, seed: int = 0) -> Profiles:
    """Return (frame, antenna, range bin) under a Hann window, with still clutter and noise of power `NOISE`."""
    random = np.random.default_rng(seed)
    shape = (time_s.size, len(DESCRIPTION.array.virtual), BINS)
    seen = np.zeros(shape, np.complex64)
    for sleeper in sleepers:
        breath, heart = sleeper.moved_m(time_s)
        # The second point, deeper and to the side, breathes more and beats less.
        for depth_m, shift, amplitude, breathes, beats in ((0.0, 0.0, 1.0, 0.8, 1.0), (0.06, 0.03, 0.6, 1.0, 0.4)):
            distance = sleeper.range_m + depth_m - breathes * breath - beats * heart
            seen += _echo(distance, sleeper.azimuth_rad + shift, amplitude * sleeper.strength)
    for _ in range(20):
        place, azimuth = random.uniform(0.3, 2.6), random.uniform(-0.9, 0.9)
        seen += _echo(np.array([place]), azimuth, 2.0 * random.exponential())
    noise = random.standard_normal((*shape, 2), dtype=np.float32) * np.float32(math.sqrt(NOISE / 2))
    return seen + noise.view(np.complex64)[..., 0]


def _echo(distance_m: Array, azimuth: float, amplitude: float) -> Profiles:
    assert DESCRIPTION.chirp is not None
    place = distance_m[:, np.newaxis] / DESCRIPTION.chirp.range_resolution_m - np.arange(BINS)
    window = np.sinc(place) + 0.5 * np.sinc(place - 1) + 0.5 * np.sinc(place + 1)
    phase = np.pi * place + 4 * np.pi * distance_m[:, np.newaxis] / DESCRIPTION.wavelength_m
    columns = np.array(DESCRIPTION.array.virtual)[:, 0]
    steering = np.exp(-1j * np.pi * columns * np.sin(azimuth))
    echo: Profiles = (amplitude * steering[:, np.newaxis] * (window * np.exp(1j * phase))[:, np.newaxis, :]).astype(
        np.complex64
    )
    return echo


def watch(seen: Profiles, time_s: Array, targets: list[Target], noise: float = NOISE) -> Results:
    """Send profiles through the step; one result per frame."""
    state = vitals.start(DESCRIPTION)
    results: Results = []
    for profile, now_s in zip(seen, time_s, strict=True):
        state, found = vitals.step(state, profile, noise, targets, float(now_s))
        results.append(found)
    return results
