"""The simulated radar: what its converter would give for the person and the furniture in front of it."""

import math

import numpy as np
from numpy.typing import NDArray

from sumika.clock import Clock, Instant
from sumika.schema import AdcFrame, FrameKind, FrameNotice, Origin, RadarDescription
from sumika.schema.house import DemoSource
from sumika.sensors.radar.demo.motion import ChestMotion
from sumika.sensors.radar.demo.values import (
    BODY_POINTS,
    CHEST_AMPLITUDE_1M,
    CLUTTER_AMPLITUDES,
    CLUTTER_RANGES_M,
    FRAME_INTERVAL_S,
    NOISE_SIGMA,
    RECEIVERS,
    TRANSMIT_SETTINGS,
    demo_description,
)
from sumika.units import SPEED_OF_LIGHT_M_S, seconds_to_ns

_SHAPE = (TRANSMIT_SETTINGS.chirps_per_frame, RECEIVERS, TRANSMIT_SETTINGS.samples_per_chirp)
_SAMPLE_TIMES_S = np.arange(TRANSMIT_SETTINGS.samples_per_chirp) / TRANSMIT_SETTINGS.sample_rate_hz


class DemoTarget:
    """A person sitting still at a set distance, breathing at a set rate, before a radar like TI's IWR6843.

    Frame `i` depends on the seed and on `i` alone. It never ends; all of it is one session.
    """

    def __init__(self, radar: str, model: str, source: DemoSource, clock: Clock) -> None:
        """Set up the scene.

        Args:
            radar: The radar's id in `house.yaml`.
            model: Its model there; what is simulated is always the same.
            source: Distance, breathing rate, seed.
            clock: Tells when the first frame is taken; not asked afterwards.
        """
        self._radar = radar
        self._source = source
        self._clock = clock
        self._description = demo_description(model)
        self._motion = ChestMotion(source.respiration_bpm, source.seed)
        random = np.random.default_rng(abs(source.seed))
        # sin(azimuth) of each static reflection, then of the person
        self._azimuths = random.uniform(-0.7, 0.7, len(CLUTTER_RANGES_M) + 1)
        amplitudes = np.array(CLUTTER_AMPLITUDES) * np.exp(1j * random.uniform(0, 2 * np.pi, len(CLUTTER_AMPLITUDES)))
        self._clutter = _echo(np.array(CLUTTER_RANGES_M), amplitudes, self._azimuths[:-1])
        self._start: Instant | None = None
        self._index = 0
        self._closed = False

    @property
    def description(self) -> RadarDescription:
        """The simulated radar."""
        return self._description

    @property
    def origin(self) -> Origin:
        """Always simulated."""
        return Origin.SIMULATED

    @property
    def max_frame_bytes(self) -> int:
        """Size of every frame."""
        return math.prod(_SHAPE) * np.dtype("<c8").itemsize

    def next_frame(self) -> AdcFrame | None:
        """Return the next frame; None after `close` only."""
        if self._closed:
            return None
        if self._start is None:
            self._start = self._clock.now()
        time_s = self._index * FRAME_INTERVAL_S
        notice = FrameNotice(
            stamp=self._start.later(seconds_to_ns(time_s)),
            origin=Origin.SIMULATED,
            session="breathing-target#1",
            radar=self._radar,
            kind=FrameKind.ADC,
            index=self._index,
            shape=_SHAPE,
            dtype="<c8",
            position=0,
            description=self._description,
        )
        samples = self._samples(self._index)
        self._index += 1
        return AdcFrame(notice, samples)

    def close(self) -> None:
        """End it."""
        self._closed = True

    def range_m(self, time_s: float) -> float:
        """Return where the chest is, for tests and labels."""
        return self._source.range_m + self._motion.posture_m(time_s) - self._motion.breathing_m(time_s)

    def _samples(self, index: int) -> NDArray[np.complex64]:
        random = np.random.default_rng((abs(self._source.seed), index))
        noise = random.standard_normal((*_SHAPE, 2), np.float32).view(np.complex64)[..., 0] * np.float32(NOISE_SIGMA)
        start_s = index * FRAME_INTERVAL_S
        chirps = [
            self._clutter + self._person(start_s + chirp * TRANSMIT_SETTINGS.chirp_interval_s)
            for chirp in range(_SHAPE[0])
        ]
        samples = (np.stack(chirps) + noise).astype("<c8")
        parts = samples.view("<f4")
        # A converter gives whole numbers and saturates.
        np.clip(np.rint(parts), -TRANSMIT_SETTINGS.full_scale, TRANSMIT_SETTINGS.full_scale, out=parts)
        return samples

    def _person(self, time_s: float) -> NDArray[np.complex128]:
        middle_m = self._source.range_m + self._motion.posture_m(time_s)
        breathing_m = self._motion.breathing_m(time_s)
        shares, behind_m, moves = np.array(BODY_POINTS).T
        ranges_m = middle_m + behind_m - moves * breathing_m
        azimuths = np.full(len(BODY_POINTS), self._azimuths[-1])
        return _echo(ranges_m, shares * CHEST_AMPLITUDE_1M / ranges_m**2, azimuths)


def _echo(
    ranges_m: NDArray[np.float64],
    amplitudes: NDArray[np.float64] | NDArray[np.complex128],
    azimuths: NDArray[np.float64],
) -> NDArray[np.complex128]:
    """Return the beat signal of point reflections.

    Source: Richards, Fundamentals of Radar Signal Processing, 2nd ed., ch. 4 (stretch processing): frequency is
    slope x delay, phase is start frequency x delay; receivers stand half a wavelength apart.

    Args:
        ranges_m: (reflection,).
        amplitudes: (reflection,) in counts.
        azimuths: (reflection,) sine of the azimuth.

    Returns:
        (antenna, sample).
    """
    delays_s = 2 * ranges_m / SPEED_OF_LIGHT_M_S
    frequencies_hz = TRANSMIT_SETTINGS.start_frequency_hz + TRANSMIT_SETTINGS.slope_hz_per_s * _SAMPLE_TIMES_S
    beats = amplitudes[:, None] * np.exp(2j * np.pi * delays_s[:, None] * frequencies_hz)
    steering = np.exp(1j * np.pi * np.arange(RECEIVERS)[:, None] * azimuths)
    echo: NDArray[np.complex128] = steering @ beats
    return echo
