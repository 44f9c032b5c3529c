"""A log in which a radar's rates and a contact sensor's samples say what a test wants them to say."""

import math
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from sumika.clock import SimulatedClock
from sumika.log import LogWriter
from sumika.schema import (
    Beat,
    Message,
    Origin,
    PersonVitals,
    Rate,
    Reason,
    ReferenceKind,
    ReferenceSamples,
)
from tests.log_helpers import RUN, START, envelope

NOTHING = Rate(valid=False, reason=Reason.MOVING)


def samples(
    kind: ReferenceKind,
    values: Iterable[float],
    rate_hz: float,
    *,
    origin: Origin = Origin.LIVE,
    drift: float = 0.0,
    first_s: float = 0.0,
) -> list[Message]:
    """Return a waveform in packets of half a second, each arriving when its last sample was taken."""
    every = [float(value) for value in values]
    size = max(1, round(rate_hz / 2))
    packets: list[Message] = []
    for begin in range(0, len(every), size):
        part = every[begin : begin + size]
        times_s = tuple(first_s + (begin + number) / rate_hz for number in range(len(part)))
        arrival = START.later(round(times_s[-1] * (1 + drift) * 1e9))
        packets.append(
            ReferenceSamples(
                stamp=arrival,
                origin=origin,
                session="1.0",
                stream=f"belt.{kind.value}",
                source="belt",
                kind=kind,
                unit="",
                values=tuple(part),
                device_time_s=times_s,
                arrival_monotonic_ns=arrival.monotonic_ns,
            )
        )
    return packets


def breaths(rate_bpm: float, seconds: float, rate_hz: float = 20.0) -> list[float]:
    return [math.sin(2 * math.pi * rate_bpm / 60 * number / rate_hz) for number in range(round(seconds * rate_hz))]


def rate(value_bpm: float, sigma_bpm: float = 0.5, window_s: float = 20.0) -> Rate:
    return Rate(
        valid=True,
        reason=Reason.MEASURED,
        value_bpm=value_bpm,
        sigma_bpm=sigma_bpm,
        low_bpm=value_bpm - 2 * sigma_bpm,
        high_bpm=value_bpm + 2 * sigma_bpm,
        window_s=window_s,
    )


def vitals(
    time_s: float,
    *,
    respiration: Rate = NOTHING,
    heart: Rate = NOTHING,
    beats: tuple[Beat, ...] = (),
    origin: Origin = Origin.LIVE,
) -> PersonVitals:
    return PersonVitals(
        stamp=START.later(round(time_s * 1e9)),
        origin=origin,
        track=1,
        room="bedroom",
        radar="wall",
        respiration=respiration,
        heart=heart,
        beats=beats,
    )


def ecg(beat_s: np.ndarray, rate_hz: float, noise: float = 0.02, seed: int = 0) -> np.ndarray:
    """Return an ECG-like signal: R waves with Q and S, T waves a third as high, a wandering baseline, noise."""
    random = np.random.default_rng(seed)
    time_s = np.arange(0, float(beat_s[-1]) + 1.0, 1 / rate_hz)
    signal = 0.4 * np.sin(2 * np.pi * 0.2 * time_s) + noise * random.standard_normal(time_s.size)
    shapes = ((0.0, 1.0, 0.010), (-0.03, -0.15, 0.01), (0.03, -0.2, 0.01), (0.28, 0.35, 0.05), (-0.16, 0.12, 0.025))
    for moment_s in beat_s:
        for late_s, height, width_s in shapes:
            near = np.abs(time_s - moment_s - late_s) < 6 * width_s
            signal[near] += height * np.exp(-(((time_s[near] - moment_s - late_s) / width_s) ** 2) / 2)
    return signal


def heartbeats(seconds: float, seed: int = 0, mean_s: float = 0.9) -> np.ndarray:
    """Return beats that quicken and slow with the breath."""
    random = np.random.default_rng(seed)
    moments = [0.5]
    while moments[-1] < seconds - 2:
        sway = 0.05 * math.sin(2 * math.pi * moments[-1] / 4.0)
        moments.append(moments[-1] + mean_s * (1 + sway + 0.02 * random.standard_normal()))
    return np.array(moments)


def every_second(seconds: float, of: Callable[[float], PersonVitals]) -> list[Message]:
    return [of(float(second)) for second in range(1, round(seconds))]


def write(folder: Path, messages: Iterable[Message]) -> Path:
    """Write a log with these messages in order of time."""
    clock = SimulatedClock(START)
    writer = LogWriter(folder, RUN, clock, durable=False)
    for sequence, message in enumerate(sorted(messages, key=lambda one: one.stamp.monotonic_ns)):
        writer.write(envelope(message, sequence), message)
    writer.close()
    return folder
