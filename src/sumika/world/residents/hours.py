"""Breaths and heartbeats of a resident, hour by hour: each hour can be made without the ones before it.

An hour's breaths and beats are stretched by a few tenths of a per cent so that whole numbers of them fill it: so the
next hour goes on without a break, whoever asks for it first.

Breathing: lengths of breaths vary by 10 to 20 % with a memory of the breath before (G. Benchetrit, "Breathing pattern
in humans: diversity and individuality", Respir. Physiol. 122, 2000), least in deep sleep, most in dreams; sighs every
five to eight minutes awake (E. Vlemincx et al., "Why do you sigh?", Psychophysiology 48, 2011).
Heartbeats: respiratory sinus arrhythmia that follows the breaths, a wave of about 0.1 Hz (Mayer), and a 1/f part below
(Task Force of ESC and NASPE, "Heart rate variability", Eur. Heart J. 17, 1996). People differ in its size: SDNN 50 ms
(32 to 93), RMSSD 42 ms (19 to 75) at rest (D. Nunan et al., "A quantitative systematic review of normal values for
short-term heart rate variability in healthy adults", PACE 33, 2010); it falls with age by about 1.5 % a year (K.
Umetani et al., "Twenty-four hour time domain heart rate variability and heart rate", J. Am. Coll. Cardiol. 31, 1998).
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from sumika.schema.living import Life
from sumika.world.exchange import Breaths
from sumika.world.residents.chance import chance

HOUR_S = 3600.0
GRID_HZ = 4.0
_COUNT = round(HOUR_S * GRID_HZ)

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What does not change about somebody's heart and breath.

    Attributes:
        heart_bpm: Sitting at rest.
        breath_bpm: Sitting at rest.
        depth_m: Of a breath at rest, peak to peak of the chest.
        arrhythmia: How far the beat follows the breath, as a share of the interval, root mean square.
        mayer: Of the wave of 0.1 Hz likewise.
        slow: Of the 1/f part likewise.
        irregular: Standard deviation of breath lengths, as a share.
    """

    heart_bpm: float
    breath_bpm: float
    depth_m: float
    arrhythmia: float
    mayer: float
    slow: float
    irregular: float


@dataclass(frozen=True, slots=True)
class Load:
    """What an hour asks of a body, (second,) each.

    Attributes:
        met: Metabolic rate, in met.
        asleep: Place in `sleep.STAGES`; -1 awake by day.
        stress: 0 to 1.
        speaks: Share of the time one speaks.
        upright: Whether one stands.
    """

    met: Array = field(repr=False)
    asleep: NDArray[np.int8] = field(repr=False)
    stress: Array = field(repr=False)
    speaks: Array = field(repr=False)
    upright: NDArray[np.bool_] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Hour:
    """Breaths and beats of an hour, on the world's clock."""

    breaths: Breaths
    beat_s: Array = field(repr=False)


def body_of(life: Life, seed: int, name: str) -> Body:
    """Return somebody's heart and breath, by age and chance.

    Resting rates by age: infants 130 bpm and 38 breaths, ten years 85 and 20, grown-ups 68 and 14.5 (S. Fleming et al.,
    "Normal ranges of heart rate and respiratory rate in children", Lancet 377, 2011; adults: typical).
    """
    random = chance(seed, "body", name)
    age = life.age_years
    ages = (0.0, 1.0, 5.0, 10.0, 16.0, 30.0, 70.0)
    heart = float(np.interp(age, ages, (140, 125, 98, 84, 75, 72, 71))) * float(np.exp(random.normal(0.0, 0.12)))
    breath = float(np.interp(age, ages, (43, 36, 24, 20, 17, 14.5, 16))) * float(np.exp(random.normal(0.0, 0.15)))
    young = float(np.exp(-0.015 * (np.clip(age, 15.0, 90.0) - 25.0)))
    # Of one person who varies much all parts are large: they share half of their spread.
    common = random.normal(0.0, 0.28)
    shares = [float(np.exp(common + random.normal(0.0, 0.28))) * young for _ in range(3)]
    return Body(
        heart_bpm=(life.resting_heart_bpm or heart + (3.0 if life.female else 0.0)),
        breath_bpm=life.resting_breath_bpm or breath,
        depth_m=float(np.clip(random.lognormal(np.log(5e-3), 0.3), 2e-3, 10e-3)) * min(1.0, life.height_m / 1.6),
        arrhythmia=0.030 * shares[0],
        mayer=0.024 * shares[1],
        slow=0.034 * shares[2],
        irregular=float(random.uniform(0.07, 0.16)),
    )


def make_hour(body: Body, load: Load, seed: int, name: str, hour: int) -> Hour:
    """Return an hour of breaths and beats.

    Args:
        body: Whose.
        load: What the hour asks of it.
        seed: Of the house.
        name: Of the body.
        hour: Number of the hour since the world began.
    """
    random = chance(seed, "hour", name, hour)
    breaths = _breaths(body, load, random)
    begin_s = hour * HOUR_S
    beats = _beats(body, load, breaths, random)
    return Hour(
        Breaths(
            start_s=breaths.start_s + begin_s,
            inhale_s=breaths.inhale_s,
            exhale_s=breaths.exhale_s,
            depth_m=breaths.depth_m,
        ),
        beats + begin_s,
    )


_ASLEEP_BREATH = np.array([1.0, 0.97, 0.95, 0.97, 1.04])
_ASLEEP_IRREGULAR = np.array([1.0, 0.9, 0.7, 0.4, 1.6])
_ASLEEP_DEPTH = np.array([0.9, 0.85, 0.85, 0.95, 0.75])
_ASLEEP_HEART = np.array([-4.0, -7.0, -10.0, -11.0, -7.0])
_ASLEEP_SLOW = np.array([1.0, 0.9, 0.8, 0.45, 1.4])
"""By `sleep.STAGES`: breath against rest awake, its irregularity and depth; beats a minute added; slow variation."""


def _of_stage(load: Load, awake: float, table: Array) -> Array:
    return np.where(load.asleep >= 0, table[np.maximum(load.asleep, 0)], awake)


def _breaths(body: Body, load: Load, random: np.random.Generator) -> Breaths:
    """Return the breaths of an hour that begins at 0."""
    rate = body.breath_bpm * _of_stage(load, 1.0, _ASLEEP_BREATH) * (1.0 + 0.42 * np.maximum(load.met - 1.1, 0.0))
    rate = smoothed(rate * (1.0 + 0.25 * load.stress), 40.0)
    irregular = body.irregular * _of_stage(load, 1.0, _ASLEEP_IRREGULAR) * (1.0 + 2.0 * load.speaks)
    depth = body.depth_m * _of_stage(load, 1.0, _ASLEEP_DEPTH) * (1.0 + 0.35 * np.maximum(load.met - 1.1, 0.0))
    most = int(HOUR_S / 60.0 * rate.max() * 1.6) + 10
    wander = _remembered(random, most)
    chance_of = random.uniform(size=(4, most))
    starts, lengths, depths = np.empty(most), np.empty(most), np.empty(most)
    time_s, count = 0.0, 0
    while time_s < HOUR_S and count < most:
        second = int(time_s)
        length = 60.0 / rate[second] * np.exp(irregular[second] * wander[count])
        deep = np.exp(0.12 * wander[count] + 0.1 * (chance_of[3, count] - 0.5))
        if chance_of[0, count] < length / (390.0 if load.asleep[second] < 0 else 900.0):
            length, deep = 1.5 * length, 2.2  # a sigh
        elif chance_of[1, count] < length / (1500.0 if load.asleep[second] != 4 else 500.0):
            length += 2.0 + 5.0 * chance_of[2, count]  # a pause
        starts[count], lengths[count], depths[count] = time_s, length, depth[second] * deep
        time_s += length
        count += 1
    stretch = HOUR_S / time_s
    lengths = lengths[:count] * stretch
    rest = 60.0 / rate[np.minimum(starts[:count].astype(int), len(rate) - 1)] * stretch
    inhale = 0.38 * np.minimum(lengths, rest * 1.6)
    return Breaths(
        start_s=starts[:count] * stretch,
        inhale_s=inhale,
        exhale_s=np.minimum(1.35 * inhale, 0.98 * lengths - inhale),
        depth_m=depths[:count],
    )


def _beats(body: Body, load: Load, breaths: Breaths, random: np.random.Generator) -> Array:
    """Return the beats of an hour that begins at 0."""
    seconds = np.arange(_COUNT) / GRID_HZ
    demand = body.heart_bpm + 27.0 * np.maximum(load.met - 1.1, 0.0) + 14.0 * load.stress + 9.0 * load.upright
    demand = np.where(load.asleep >= 0, body.heart_bpm + table_heart(load), demand)
    rate = np.repeat(smoothed(demand, 35.0), round(GRID_HZ))
    effort = np.repeat(np.clip(body.heart_bpm / smoothed(demand, 35.0), 0.3, 1.15) ** 2, round(GRID_HZ))
    calm = np.repeat(1.0 - 0.5 * load.stress, round(GRID_HZ))
    slow = np.repeat(_of_stage(load, 1.0, _ASLEEP_SLOW), round(GRID_HZ))
    phase = np.interp(seconds, np.append(breaths.start_s, HOUR_S), np.arange(len(breaths.start_s) + 1))
    # Beats come faster while one breathes in; slow breaths move the heart more than quick ones.
    slower = np.sqrt(np.clip(15.0 * _COUNT / GRID_HZ / 60.0 / max(1, len(breaths.start_s)), 0.3, 2.0))
    follows = body.arrhythmia * slower * np.sqrt(2.0) * np.sin(2.0 * np.pi * phase) * calm
    mayer = body.mayer * _band(random, 0.06, 0.13) * calm
    drift = body.slow * slow * _one_over_f(random)
    varied = rate * (1.0 + effort * (follows + mayer + drift))
    turns = np.concatenate(([0.0], np.cumsum(np.maximum(varied, 25.0) / 60.0 / GRID_HZ)))
    whole = max(1, round(turns[-1]))
    turns *= whole / turns[-1]
    beats: Array = np.interp(np.arange(whole), turns, np.arange(_COUNT + 1) / GRID_HZ)
    return beats


def table_heart(load: Load) -> Array:
    """Return (second,) what sleep adds to the heart rate."""
    return np.asarray(_of_stage(load, 0.0, _ASLEEP_HEART) + 8.0 * load.stress)


def smoothed(values: Array, time_s: float) -> Array:
    """Return (second,) values as a body follows them, with a delay of the first order, begun as they begin."""
    keep = float(np.exp(-1.0 / time_s))
    followed, _ = lfilter([1.0 - keep], [1.0, -keep], values, zi=[keep * values[0]])
    return np.asarray(followed, np.float64)


def _remembered(random: np.random.Generator, count: int) -> Array:
    """Return (breath,) of unit variance, each with a memory of the one before, and of the last minute or so."""
    quick = lfilter([np.sqrt(1 - 0.3**2)], [1.0, -0.3], random.standard_normal(count))
    slow = lfilter([np.sqrt(1 - 0.95**2)], [1.0, -0.95], random.standard_normal(count))
    return np.asarray(0.8 * quick + 0.6 * slow)


def _shaped(random: np.random.Generator, shape: Array) -> Array:
    """Return (grid,) noise of unit variance whose spectrum has a shape, and that ends as it begins."""
    spectrum = shape * (random.standard_normal(len(shape)) + 1j * random.standard_normal(len(shape)))
    spectrum[0] = 0.0
    found = np.fft.irfft(spectrum, _COUNT)
    return np.asarray(found / np.std(found))


def _band(random: np.random.Generator, low_hz: float, high_hz: float) -> Array:
    frequency = np.fft.rfftfreq(_COUNT, 1.0 / GRID_HZ)
    middle, width = 0.5 * (low_hz + high_hz), 0.35 * (high_hz - low_hz)
    return _shaped(random, np.exp(-0.5 * ((frequency - middle) / width) ** 2))


def _one_over_f(random: np.random.Generator) -> Array:
    frequency = np.fft.rfftfreq(_COUNT, 1.0 / GRID_HZ)
    shape = np.zeros_like(frequency)
    inside = (frequency > 0.0008) & (frequency < 0.15)
    shape[inside] = frequency[inside] ** -0.5
    return _shaped(random, shape)
