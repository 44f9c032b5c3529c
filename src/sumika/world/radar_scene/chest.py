"""How a chest moves at rest: breath with overtones, heartbeats with their own shape and rhythm, sway.

Breath moves the chest by 4-12 mm at rest (A. De Groote et al., "Chest wall motion during tidal breathing", J. Appl.
Physiol. 83, 1997), less in the shallow; the heart by 0.1-0.5 mm (G. Ramachandran, M. Singh, "Three-dimensional
reconstruction of cardiac displacement patterns on the chest wall", Med. Biol. Eng. Comput. 27, 1989).
A beat is a sharp rise with a rebound, as seismocardiograms show; its interval follows the breath (respiratory sinus
arrhythmia) and wanders (1/f). A body's middle sways slowly: a pendulum follows what pushes it the less the faster it
goes, with the square of frequency above half a hertz (O. Caron et al., "Estimating the centre of gravity of the body on
the basis of the centre of pressure in standing posture", J. Biomech. 30, 1997).
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.world.radar_scene._red_noise import red_noise
from sumika.world.radar_scene.chest_shapes import BEAT_S, HeartShape

RATE_HZ = 200.0
_BREATH_WANDER_HZ = 0.03

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChestSettings:
    """One chest.

    Attributes:
        breath_bpm: Mean rate of breathing.
        breath_mm: Excursion of breathing, peak to peak.
        overtones: Amplitudes of the second, third ... harmonic against the fundamental.
        irregular: Standard deviation of the breathing rate, as a share.
        sighs: How often a deep breath comes, per minute.
        holds: How often the breath is held for 4 to 9 s, per minute.
        heart_bpm: Mean heart rate.
        heart_mm: Excursion of a beat, peak to peak.
        heart_wander: Standard deviation of the beat interval by slow wandering, as a share.
        sinus_arrhythmia: How far the beat interval follows the breath, as a share.
        sway_mm: Root mean square of the body's sway.
        seed: Of everything random.
    """

    breath_bpm: float = 15.0
    breath_mm: float = 5.0
    overtones: tuple[float, ...] = (0.25, 0.1, 0.05, 0.03)
    irregular: float = 0.04
    sighs: float = 0.0
    holds: float = 0.0
    heart_bpm: float = 65.0
    heart_mm: float = 0.3
    heart_wander: float = 0.03
    sinus_arrhythmia: float = 0.03
    sway_mm: float = 1.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class ChestMotion:
    """A chest over a stretch of time, outwards positive.

    Attributes:
        settings: What it is.
        breath_m: (sample,) at `RATE_HZ`.
        heart_m: (sample,).
        sway_m: (sample, 3).
        breath_cycles: (sample,) breaths since the beginning.
        beat_s: (beat,) when beats begin.
    """

    settings: ChestSettings
    breath_m: Array = field(repr=False)
    heart_m: Array = field(repr=False)
    sway_m: Array = field(repr=False)
    breath_cycles: Array = field(repr=False)
    beat_s: Array = field(repr=False)

    def at(self, series: Array, time_s: float) -> Array:
        """Return a series at a time, between its samples."""
        place = min(max(time_s * RATE_HZ, 0.0), len(series) - 1.001)
        low = int(place)
        value: Array = series[low] + (place - low) * (series[low + 1] - series[low])
        return value

    def breath_and_heart_m(self, time_s: float) -> tuple[float, float]:
        """Return how far each has moved the chest outwards."""
        return float(self.at(self.breath_m, time_s)), float(self.at(self.heart_m, time_s))

    def sway_at(self, time_s: float) -> Array:
        """Return (3,): left, forwards, up."""
        return self.at(self.sway_m, time_s)

    def jolts_at(self, time_s: float) -> Array | None:
        """Return None: who is described by settings alone does not turn over."""
        return None


def chest_motion(settings: ChestSettings, seconds: float) -> ChestMotion:
    """Let a chest move for a while, and a second longer."""
    random = np.random.Generator(np.random.SFC64(settings.seed))
    count = int((seconds + 1.0) * RATE_HZ)
    time = np.arange(count) / RATE_HZ
    wander = red_noise(random, count, RATE_HZ, slope=2.0, corner_hz=_BREATH_WANDER_HZ, top_hz=0.5)
    flow = (1 + settings.irregular * wander) * _unheld(settings, time)
    cycles = np.cumsum(settings.breath_bpm / 60 * flow) / RATE_HZ + random.uniform()
    breath = _breath(settings, time, cycles, random)
    beats = _beats(settings, time, cycles, random)
    heart = _heart(settings, time, beats, random)
    sway = np.stack(
        [red_noise(random, count, RATE_HZ, slope=4.0, corner_hz=0.15, top_hz=3.0) for _ in range(3)], axis=1
    )
    # Bodies sway forwards and backwards most, hardly up and down; the root mean square of all three is as asked.
    share = np.array([0.5, 0.8, 0.2]) / np.sqrt(0.5**2 + 0.8**2 + 0.2**2)
    return ChestMotion(settings, breath, heart, settings.sway_mm * 1e-3 * share * sway, cycles, beats)


def _unheld(settings: ChestSettings, time: Array) -> Array:
    """Return (sample,) 1 while the breath flows and 0 while it is held, with soft edges."""
    random = np.random.Generator(np.random.SFC64((settings.seed, 1)))
    flows = np.ones(time.size)
    begin_s = 0.0
    while settings.holds > 0:
        begin_s += 10.0 + float(random.exponential(60 / settings.holds))
        if begin_s > time[-1]:
            break
        inside = np.minimum(time - begin_s, begin_s + random.uniform(4.0, 9.0) - time)
        flows = np.minimum(flows, np.clip(1.0 - inside / 0.5, 0.0, 1.0))
    return flows


def _breath(settings: ChestSettings, time: Array, cycles: Array, random: np.random.Generator) -> Array:
    angle = 2 * np.pi * cycles
    shape = np.sin(angle)
    for order, share in enumerate(settings.overtones, start=2):
        shape = shape + share * np.sin(order * angle + random.uniform(0, 2 * np.pi))
    deeper = 1 + 0.1 * red_noise(random, time.size, RATE_HZ, slope=2.0, corner_hz=0.05, top_hz=0.3)
    for begin_s in np.cumsum(random.exponential(60 / settings.sighs, 50)) if settings.sighs > 0 else ():
        deeper = deeper + 1.2 * np.exp(-(((time - begin_s) / 2.0) ** 2))
    path: Array = shape * deeper * settings.breath_mm * 1e-3 / float(np.ptp(shape))
    return path


def _beats(settings: ChestSettings, time: Array, cycles: Array, random: np.random.Generator) -> Array:
    slow = red_noise(random, time.size, RATE_HZ, slope=1.0, corner_hz=0.01, top_hz=0.5)
    beats, now_s, mean_s = [], -random.uniform(0, 60 / settings.heart_bpm), 60 / settings.heart_bpm
    while now_s < time[-1]:
        beats.append(now_s)
        sample = min(max(int(now_s * RATE_HZ), 0), time.size - 1)
        follows = settings.sinus_arrhythmia * np.sin(2 * np.pi * cycles[sample])
        now_s += mean_s * max(0.5, 1 + follows + settings.heart_wander * slow[sample])
    return np.array(beats)


def _heart(settings: ChestSettings, time: Array, beats: Array, random: np.random.Generator) -> Array:
    """Return every beat's heave; no two are quite as strong."""
    lag = np.arange(int(BEAT_S * RATE_HZ)) / RATE_HZ
    shape = HeartShape.by_chance(random).at(lag)
    shape *= settings.heart_mm * 1e-3 / float(np.ptp(shape))
    before = round(2.0 * RATE_HZ)  # the first beat may have begun so long before the scene
    path = np.zeros(time.size + before + lag.size + 1)
    for beat_s in beats:
        place = beat_s * RATE_HZ + before
        first, part = int(np.floor(place)), place - np.floor(place)
        strength = 1 + 0.1 * random.standard_normal()
        path[first : first + lag.size] += strength * (1 - part) * shape
        path[first + 1 : first + 1 + lag.size] += strength * part * shape
    moved: Array = path[before : before + time.size]
    return moved
