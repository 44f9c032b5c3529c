"""What tests of perception share: a room with one radar, and slow-time messages made by hand."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.evaluate.radar.one_pass import ROOM
from sumika.schema import Message, Origin, Respiration, SlowTime, Tick
from sumika.schema.house import DemoSource, Radar
from sumika.units import seconds_to_ns

WAVELENGTH_M = 5e-3
INTERVAL_S = 0.05
START = Instant(10_000_000_000, 1_700_000_000_000_000_000, "test")


def radar(name: str = "bedroom") -> Radar:
    """Return a radar of the room."""
    return Radar(id=name, room=ROOM.id, model="any", position_m=(0.0, 0.0, 1.0), source=DemoSource())


def tick(seconds: float, origin: Origin = Origin.LIVE) -> Tick:
    """Return the time, so long after the start."""
    return Tick(stamp=START.later(seconds_to_ns(seconds)), origin=origin)


def chest_iq(seconds: float, rate_bpm: float, amplitude_mm: float = 3.0, channels: int = 4) -> NDArray[np.complex64]:
    """Return what a chest shows to some channels, clutter included: (frame, channel)."""
    time = np.arange(round(seconds / INTERVAL_S)) * INTERVAL_S
    moved_m = amplitude_mm * 1e-3 * np.sin(2 * np.pi * rate_bpm / 60 * time)
    random = np.random.default_rng(5)
    gains = np.exp(1j * random.uniform(0, 6, channels)) * random.uniform(0.5, 2, channels)
    noise = random.standard_normal((time.size, channels)) + 1j * random.standard_normal((time.size, channels))
    turned = np.exp(-4j * np.pi * moved_m / WAVELENGTH_M)[:, np.newaxis] * gains
    shown: NDArray[np.complex64] = (turned + 3 * gains + 0.01 * noise).astype(np.complex64)
    return shown


def slow_time(index: int, profile: NDArray[np.complex64] | None, **changes: Any) -> SlowTime:
    """Return the message of a frame; `profile` is (channel,), of one antenna, or None for nothing seen."""
    values: dict[str, Any] = {
        "stamp": START.later(seconds_to_ns(index * INTERVAL_S)),
        "origin": Origin.LIVE,
        "session": "a",
        "radar": "bedroom",
        "room": ROOM.id,
        "index": index,
        "frame_interval_s": INTERVAL_S,
        "wavelength_m": WAVELENGTH_M,
        "usable": True,
        "block": 1,
        "signal_to_noise_db": 0.0,
    }
    if profile is not None:
        values |= {
            "antennas": 1,
            "cells": profile.size,
            "iq": profile.astype("<c8").tobytes(),
            "noise": 2e-4,
            "range_m": 1.5,
            "range_sigma_m": 0.02,
            "signal_to_noise_db": 30.0,
        }
    return SlowTime(**(values | changes))


def run(step: Any, state: Any, inputs: Iterable[Message]) -> list[Any]:
    """Feed a step and return everything it published."""
    published: list[Any] = []
    for message in inputs:
        state, outputs = step(state, message)
        published += outputs
    return published


def rates(messages: Sequence[Message]) -> list[Respiration]:
    """Return the respirations among messages."""
    return [message for message in messages if isinstance(message, Respiration)]
