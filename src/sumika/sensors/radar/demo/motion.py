"""How the chest of a sitting person moves, in closed form: any moment can be asked for, in any order."""

import math
from functools import lru_cache

import numpy as np

from sumika.sensors.radar.demo.values import (
    BREATHING_AMPLITUDE_M,
    BREATHING_HARMONICS,
    HEART_AMPLITUDE_M,
    HEART_HARMONICS,
    MOVE_EVERY_S,
    MOVE_REACH_M,
    MOVE_TAKES_S,
    SWAY_AMPLITUDE_M,
)
from sumika.units import SECONDS_PER_MINUTE

_WANDER_PERIODS_S = (19.0, 41.0, 97.0)
_SWAY_PERIODS_S = (7.3, 13.1, 29.7)


class ChestMotion:
    """A person who sits still, breathes, and changes posture once in a while.

    The breathing rate wanders by a few per cent about its mean and its depth by a tenth, as a resting person's does.
    """

    def __init__(self, respiration_bpm: float, seed: int) -> None:
        random = np.random.default_rng(seed)
        self._seed = seed
        self._breaths_hz = respiration_bpm / SECONDS_PER_MINUTE
        self._beats_hz = float(random.uniform(58, 74)) / SECONDS_PER_MINUTE
        self._phases = [float(phase) for phase in random.uniform(0, 2 * math.pi, 10)]

    def breathing_m(self, time_s: float) -> float:
        """Return how far the chest has come towards the radar by breathing and heartbeat."""
        phase = 2 * math.pi * self._breaths_hz * (time_s + self._wander_s(time_s, 0.02)) + self._phases[0]
        depth = 1 + 0.1 * math.sin(2 * math.pi * time_s / 37.0 + self._phases[1])
        breath = depth * BREATHING_AMPLITUDE_M * _harmonics(phase, BREATHING_HARMONICS)
        # The heart quickens while breathing in (respiratory sinus arrhythmia).
        beat_phase = 2 * math.pi * self._beats_hz * (time_s + self._wander_s(time_s, 0.03)) + 0.3 * math.sin(phase)
        return breath + HEART_AMPLITUDE_M * _harmonics(beat_phase, HEART_HARMONICS)

    def posture_m(self, time_s: float) -> float:
        """Return how far the whole body is displaced by sway and by changes of posture."""
        sway = sum(
            math.sin(2 * math.pi * time_s / period + phase)
            for period, phase in zip(_SWAY_PERIODS_S, self._phases[5:8], strict=True)
        )
        return SWAY_AMPLITUDE_M * sway / len(_SWAY_PERIODS_S) + self._seat_m(time_s)

    def moving(self, time_s: float) -> bool:
        """Return whether the person is changing posture."""
        _, progress = self._latest_move(time_s)
        return 0 <= progress < 1

    def _wander_s(self, time_s: float, share: float) -> float:
        """Return how far a rhythm is ahead, so that its rate wanders by `share` about the mean."""
        return sum(
            share * period / (2 * math.pi) * math.sin(2 * math.pi * time_s / period + phase)
            for period, phase in zip(_WANDER_PERIODS_S, self._phases[2:5], strict=True)
        ) / len(_WANDER_PERIODS_S)  # fmt: skip

    def _latest_move(self, time_s: float) -> tuple[int, float]:
        """Return which move began last, and how much of it is done (1 and more: over)."""
        number = int(time_s // MOVE_EVERY_S)
        start_s, _ = _move(self._seed, number)
        if time_s < start_s:
            number -= 1
            start_s, _ = _move(self._seed, number)
        return number, (time_s - start_s) / MOVE_TAKES_S

    def _seat_m(self, time_s: float) -> float:
        number, progress = self._latest_move(time_s)
        _, before_m = _move(self._seed, number - 1)
        _, after_m = _move(self._seed, number)
        if progress >= 1:
            return after_m
        smooth = progress * progress * (3 - 2 * progress)
        fidget = 0.4 * MOVE_REACH_M * math.sin(math.pi * progress) * math.sin(5 * math.pi * progress)
        return before_m + (after_m - before_m) * smooth + fidget


@lru_cache(maxsize=1024)
def _move(seed: int, number: int) -> tuple[float, float]:
    """Return when a move starts and where it ends. Those before the first end where the person sits at the start."""
    if number < 0:
        return number * MOVE_EVERY_S, 0.0
    random = np.random.default_rng((abs(seed), number))
    start_s = MOVE_EVERY_S * (number + float(random.uniform(0.5, 0.9)))
    return start_s, float(random.uniform(-MOVE_REACH_M, MOVE_REACH_M))


def _harmonics(phase: float, harmonics: tuple[tuple[int, float, float], ...]) -> float:
    return sum(share * math.sin(multiple * phase + offset) for multiple, share, offset in harmonics)
