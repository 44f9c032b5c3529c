"""Breaths and heartbeats of a resident, hour by hour: each hour can be made without the ones before it.

An hour's breaths and beats are stretched by a few tenths of a per cent so that whole numbers of them fill it: so the
next hour goes on without a break, whoever asks for it first. What wanders slowly is faded from a course of its own for
each hour's beginning to that of the next one's; a body's load is followed from some minutes before the hour on.

Breathing: lengths of breaths vary by 10 to 20 % with a memory of the breath before (G. Benchetrit, "Breathing pattern
in humans: diversity and individuality", Respir. Physiol. 122, 2000), least in deep sleep, most in dreams; sighs every
five to eight minutes awake (E. Vlemincx et al., "Why do you sigh?", Psychophysiology 48, 2011).
Heartbeats: respiratory sinus arrhythmia that follows the breaths, a wave of about 0.1 Hz (Mayer), and a 1/f part below
(Task Force of ESC and NASPE, "Heart rate variability", Eur. Heart J. 17, 1996). People differ in its size: of intervals
of 926 ms SDNN 50 ms (32 to 93), RMSSD 42 ms (19 to 75) at rest (D. Nunan et al., "A quantitative systematic review of
normal values for short-term heart rate variability in healthy adults", PACE 33, 2010; taken for lying at 40 years); it
falls with age by about 1.5 % a year (K. Umetani et al., "Twenty-four hour time domain heart rate variability and
heart rate", J. Am. Coll. Cardiol. 31, 1998). Arrhythmia grows in proportion to depth and length of a breath (J. A.
Hirsch, B. Bishop, "Respiratory sinus arrhythmia in humans: how breathing pattern modulates heart rate", Am. J.
Physiol. 241, 1981). The more upright, the less of it and the more of the Mayer wave (B. Pomeranz et al., "Assessment of
autonomic function in humans by heart rate spectral analysis", Am. J. Physiol. 248, 1985; N. Montano et al., "Power
spectrum analysis of heart rate variability to assess the changes in sympathovagal balance during graded orthostatic
tilt", Circulation 90, 1994: standing about a third of the power of one and twice that of the other; sitting between).
"""

import math
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.schema.living import Life
from sumika.world.exchange import Breaths
from sumika.world.residents.chance import chance

HOUR_S = 3600.0
GRID_HZ = 4.0
_COUNT = round(HOUR_S * GRID_HZ)
_LONG = 2 * _COUNT
_GRID = round(GRID_HZ)
LEAD_S = 300
"""Load so long before an hour is known: heart and breath follow it with time constants of half a minute or so."""

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
    """What an hour asks of a body, (second,) each, from `LEAD_S` before it begins.

    Attributes:
        met: Metabolic rate, in met.
        asleep: Place in `sleep.STAGES`; -1 awake by day.
        stress: 0 to 1.
        speaks: Share of the time one speaks.
        upright: Whether one stands.
        lying: Whether one lies.
    """

    met: Array = field(repr=False)
    asleep: NDArray[np.int8] = field(repr=False)
    stress: Array = field(repr=False)
    speaks: Array = field(repr=False)
    upright: NDArray[np.bool_] = field(repr=False)
    lying: NDArray[np.bool_] = field(repr=False)


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
    usual = float(np.interp(age, ages, (43, 36, 24, 20, 17, _GROWN_BREATH_BPM, 16)))
    breath = usual * float(np.exp(random.normal(0.0, 0.15)))
    young = float(np.exp(-0.015 * (np.clip(age, 15.0, 90.0) - _NORMS_YEARS)))
    # The spread of SDNN and RMSSD in the norms above is a third, that of LF/HF 0.8 as a logarithm: who
    # varies much all parts are large, and each has a spread of its own besides.
    common = random.normal(0.0, 0.22)
    shares = [float(np.exp(common + random.normal(0.0, 0.25))) * young for _ in range(3)]
    quick = min(1.0, _GROWN_BREATH_BPM / usual)  # short breaths of small children move the heart little
    return Body(
        heart_bpm=(life.resting_heart_bpm or heart + (3.0 if life.female else 0.0)),
        breath_bpm=life.resting_breath_bpm or breath,
        depth_m=float(np.clip(random.lognormal(np.log(5e-3), 0.3), 2e-3, 10e-3)) * min(1.0, life.height_m / 1.6),
        arrhythmia=0.032 * shares[0] * quick,
        mayer=0.022 * shares[1],
        slow=0.040 * shares[2],
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

    def wanders(what: str) -> Array:
        return faded(_course(seed, name, what, hour), _course(seed, name, what, hour + 1))

    breaths = _breaths(body, load, wanders("breath"), random)
    begin_s = hour * HOUR_S
    beats = _beats(body, load, breaths, wanders("mayer"), wanders("drift"))
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
_DREAMS = 4
_SIGH_EVERY_S, _SIGH_ASLEEP_EVERY_S = 390.0, 900.0
_PAUSE_EVERY_S, _PAUSE_DREAMING_EVERY_S = 1500.0, 500.0
_MOST_ARRHYTHMIA = 0.2
"""The deepest breaths move the heart by 15 to 40 beats a minute from least to most (I. A. O'Brien et al., "Heart rate
variability in healthy subjects: effect of age and the derivation of normal ranges for tests of autonomic function", Br.
Heart J. 55, 1986), which is a fifth of the rate up and down."""
_GROWN_BREATH_BPM = 14.5
_NORMS_YEARS = 40.0
_ARRHYTHMIA_BY_POSTURE, _MAYER_BY_POSTURE = (0.78, 0.58), (1.2, 1.4)
"""Of what they are lying down: sitting, standing."""
_MEMORY = 0.3


def _of_stage(load: Load, awake: float, table: Array) -> Array:
    return np.where(load.asleep >= 0, table[np.maximum(load.asleep, 0)], awake)


def _breaths(body: Body, load: Load, wander: Array, random: np.random.Generator) -> Breaths:
    """Return the breaths of an hour that begins at 0."""
    effort = np.maximum(load.met - 1.1, 0.0)
    rate = body.breath_bpm * _of_stage(load, 1.0, _ASLEEP_BREATH) * (1.0 + 0.42 * effort)
    rate = smoothed(rate * (1.0 + 0.25 * load.stress), 40.0)[LEAD_S:]
    irregular = (body.irregular * _of_stage(load, 1.0, _ASLEEP_IRREGULAR) * (1.0 + 2.0 * load.speaks))[LEAD_S:]
    depth = smoothed(body.depth_m * _of_stage(load, 1.0, _ASLEEP_DEPTH) * (1.0 + 0.35 * effort), 40.0)[LEAD_S:]
    asleep = load.asleep[LEAD_S:]
    most = int(HOUR_S / 60.0 * rate.max() * 1.6) + 10
    quick, chance_of = _remembered(random, most), random.uniform(size=(4, most))
    starts, lengths, depths = np.empty(most), np.empty(most), np.empty(most)
    time_s, count = 0.0, 0
    # Plain lists: single numbers out of arrays take several times as long, and there are a thousand breaths.
    by_second = list(zip(*(one.tolist() for one in (rate, irregular, depth, asleep, wander[::_GRID])), strict=True))
    by_breath = list(zip(quick.tolist(), *chance_of.tolist(), strict=True))
    while time_s < HOUR_S and count < most:
        often, uneven, deep_m, stage, wanders = by_second[int(time_s)]
        swift, sighs, pauses, how_long, how_deep = by_breath[count]
        varies = 0.8 * swift + 0.6 * wanders
        length = 60.0 / often * math.exp(uneven * varies)
        deep = math.exp(0.12 * varies + 0.1 * (how_deep - 0.5))
        if sighs < length / (_SIGH_EVERY_S if stage < 0 else _SIGH_ASLEEP_EVERY_S):
            length, deep = 1.5 * length, 2.2  # a sigh
        elif pauses < length / (_PAUSE_EVERY_S if stage != _DREAMS else _PAUSE_DREAMING_EVERY_S):
            length += 2.0 + 5.0 * how_long  # a pause
        starts[count], lengths[count], depths[count] = time_s, length, deep_m * deep
        time_s += length
        count += 1
    stretch = HOUR_S / time_s
    lengths = lengths[:count] * stretch
    seconds = np.minimum(starts[:count].astype(int), len(rate) - 1)
    usual = 60.0 / rate[seconds] * stretch
    # Who speaks takes the air in quickly and lets it out slowly: inhaling takes a fifth of the breath.
    inhale = np.where(load.speaks[LEAD_S:][seconds] > chance_of[2, :count], 0.2, 0.38) * np.minimum(
        lengths, 1.6 * usual
    )
    exhale = np.where(inhale < 0.3 * lengths, 0.75 * lengths, 1.35 * inhale)
    return Breaths(
        start_s=starts[:count] * stretch,
        inhale_s=inhale,
        exhale_s=np.minimum(exhale, 0.98 * lengths - inhale),
        depth_m=depths[:count],
    )


def _beats(body: Body, load: Load, breaths: Breaths, mayer_wave: Array, wander: Array) -> Array:
    """Return the beats of an hour that begins at 0."""
    seconds = np.arange(_COUNT) / GRID_HZ
    demand = body.heart_bpm + 27.0 * np.maximum(load.met - 1.1, 0.0) + 14.0 * load.stress + 9.0 * load.upright
    demand = smoothed(np.where(load.asleep >= 0, body.heart_bpm + table_heart(load), demand), 35.0)[LEAD_S:]
    effort = np.clip(body.heart_bpm / demand, 0.3, 1.15) ** 2
    calm = 1.0 - 0.5 * smoothed(load.stress, 35.0)[LEAD_S:]
    slow = smoothed(_of_stage(load, 1.0, _ASLEEP_SLOW), 35.0)[LEAD_S:]
    rate, effort, calm, slow = (np.repeat(one, _GRID) for one in (demand, effort, calm, slow))
    phase = np.interp(seconds, np.append(breaths.start_s, HOUR_S), np.arange(len(breaths.start_s) + 1))
    # Beats come faster while one breathes in; slow breaths move the heart more than quick ones.
    lengths = np.diff(np.append(breaths.start_s, HOUR_S))
    moves = np.sqrt(2.0) * body.arrhythmia * lengths * body.breath_bpm / 60.0 * breaths.depth_m / body.depth_m
    moves = _MOST_ARRHYTHMIA * np.tanh(moves / _MOST_ARRHYTHMIA)
    follows = np.interp(seconds, breaths.start_s, moves) * np.sin(2.0 * np.pi * phase)
    vagal, pressed = (
        np.repeat(smoothed(np.select((load.lying, load.upright), (1.0, stands), sits), 20.0)[LEAD_S:], _GRID)
        for sits, stands in (_ARRHYTHMIA_BY_POSTURE, _MAYER_BY_POSTURE)
    )
    waves = (follows * vagal + body.mayer * mayer_wave * pressed) * calm
    varied = rate * np.exp(effort * (waves + body.slow * slow * wander))
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
    return _remembering(np.asarray(values, np.float64), 1.0 - keep, keep, float(values[0]))


def faded(early: Array, late: Array) -> Array:
    """Return (grid,) an hour that begins as one course does there and ends as the next one begins; of even variance.

    Args:
        early: (2 hours,) the course about the hour's beginning, which is in its middle.
        late: (2 hours,) the course about the hour's end.
    """
    angle = 0.5 * np.pi * np.arange(_COUNT) / _COUNT
    return np.asarray(np.cos(angle) * early[_COUNT:] + np.sin(angle) * late[:_COUNT])


@compiled
def _remembering(values: Array, gain: float, keep: float, start: float) -> Array:
    """Return values with a memory of the first order; scipy.signal has it too, and takes 0.7 s to import."""
    found = np.empty_like(values)
    last = start
    for place in range(values.shape[0]):
        last = gain * values[place] + keep * last
        found[place] = last
    return found


def _remembered(random: np.random.Generator, count: int) -> Array:
    """Return (breath,) of unit variance, each with a memory of the one before."""
    white = random.standard_normal(count)
    white[1:] *= np.sqrt(1.0 - _MEMORY**2)
    return _remembering(white, 1.0, _MEMORY, 0.0)


@lru_cache(maxsize=24)
def _course(seed: int, name: str, what: str, hour: int) -> Array:
    """Return (2 hours,) noise of unit variance about the beginning of an hour, with the spectrum of what it is for."""
    shape = _SPECTRA[what]
    random = chance(seed, what, name, hour)
    spectrum = shape * (random.standard_normal(len(shape)) + 1j * random.standard_normal(len(shape)))
    spectrum[0] = 0.0
    found = np.fft.irfft(spectrum, _LONG)
    return np.asarray(found / np.std(found))


_FREQUENCY_HZ = np.fft.rfftfreq(_LONG, 1.0 / GRID_HZ)
_MAYER = np.exp(-0.5 * ((_FREQUENCY_HZ - 0.095) / 0.0245) ** 2)
"""The wave of blood pressure, 0.06 to 0.13 Hz."""
_ONE_OVER_F = np.where((_FREQUENCY_HZ > 0.0008) & (_FREQUENCY_HZ < 0.15), np.maximum(_FREQUENCY_HZ, 1e-4) ** -0.5, 0.0)
_SLOW_BREATH = 1.0 / np.sqrt(1.0 + (2.0 * np.pi * _FREQUENCY_HZ * 80.0) ** 2)
"""How breaths of the last minute or so resemble each other: a memory of 80 s."""
_SPECTRA = {"breath": _SLOW_BREATH, "mayer": _MAYER, "drift": _ONE_OVER_F}
