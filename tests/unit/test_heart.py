"""The heart rate is a candidate for engineers: never valid, and breathing's harmonics are not taken for it."""

import numpy as np

from sumika.evaluate.radar.one_pass import ROOM
from sumika.perception import heart
from sumika.schema import HeartRate, Message, Reason
from tests.radar_helpers import INTERVAL_S, WAVELENGTH_M, radar, run, slow_time, tick


def chest(seconds: float, heart_mm: float, heart_bpm: float = 70.0) -> list[Message]:
    """Return a chest that breathes with sharp edges, so with many harmonics, and beats; four cells."""
    time = np.arange(round(seconds / INTERVAL_S)) * INTERVAL_S
    moved = 2.5 * np.tanh(2 * np.sin(2 * np.pi * 16 / 60 * time)) + heart_mm * np.sin(2 * np.pi * heart_bpm / 60 * time)
    random = np.random.default_rng(9)
    gains = random.uniform(0.5, 1.5, 4) * np.exp(1j * random.uniform(0, 6, 4))
    noise = 0.01 * (random.standard_normal((time.size, 4)) + 1j * random.standard_normal((time.size, 4)))
    iq = np.exp(-4j * np.pi * moved * 1e-3 / WAVELENGTH_M)[:, np.newaxis] * gains + noise
    return [slow_time(index, profile.astype(np.complex64)) for index, profile in enumerate(iq)]


def published(inputs: list[Message]) -> list[HeartRate]:
    return run(heart.step, heart.start(ROOM, (radar(),)), inputs)


def test_the_candidate_is_the_heart_and_is_not_valid() -> None:
    last = published(chest(25.0, 0.2))[-1]
    assert (last.valid, last.rate_bpm, last.sigma_bpm, last.reason) == (False, None, None, Reason.NO_REFERENCE)
    assert last.candidate_bpm is not None
    assert abs(last.candidate_bpm - 70) < 2
    assert last.candidate_quality == 1.0


def test_it_comes_once_a_second_and_warms_up() -> None:
    seen = published(chest(20.0, 0.2))
    assert len(seen) == 20
    assert seen[5].reason is Reason.WARMING_UP
    assert seen[5].candidate_bpm is None


def test_a_silent_radar_has_no_candidate() -> None:
    seen = published([*chest(20.0, 0.2), *(tick(20 + 0.25 * i) for i in range(1, 16))])
    assert (seen[-1].reason, seen[-1].candidate_bpm) == (Reason.NO_SIGNAL, None)
