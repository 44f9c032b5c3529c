"""How somebody sleeps: stages through the night, arousals, turning over. A semi-Markov chain, by age.

Cycles of about 90 minutes; deep sleep early, dreams late; what each stage takes by age follows M. M. Ohayon et al.,
"Meta-analysis of quantitative sleep parameters from childhood to old age in healthy individuals", Sleep 27 (2004)
1255-1273 (young adults about 5 % N1, 50 % N2, 20 % N3, 22 % REM; N3 falls by 2 points per ten years, time awake after
sleep onset grows by 10 minutes per ten years). Arousals: M. H. Bonnet, D. L. Arand, "EEG arousal norms by age", J.
Clin. Sleep Med. 3 (2007): 10 to 25 an hour. Sleepers change posture 1.5 to 3 times an hour (J. De Koninck et al.,
"Sleep positions in the young adult and their relationship with the subjective quality of sleep", Sleep 6, 1983).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.world.residents.chance import chance

EPOCH_S = 30.0
STAGES = ("awake", "n1", "n2", "n3", "rem")
_AWAKE, _N1, _N2, _N3, _REM = range(5)
_UP_S = 1800.0
"""Who is up for longer begins a sleep of its own."""
_CYCLE_S, _CYCLE_SPREAD_S = 95.0 * 60.0, 10.0 * 60.0

Stages = NDArray[np.int8]
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Night:
    """A sleep.

    Attributes:
        stages: (epoch,) places in `STAGES`, half a minute each, from lying down on.
        turns_s: (turn, 2) when somebody turns over or is roused, since lying down, and for how long.
    """

    stages: Stages
    turns_s: Array = field(repr=False)

    def stage(self, since_s: float) -> str:
        """Return the stage at a time since lying down."""
        place = min(max(int(since_s / EPOCH_S), 0), len(self.stages) - 1)
        return STAGES[self.stages[place]]


def sleep_night(
    random: np.random.Generator, age_years: float, seconds: float, up: Sequence[tuple[float, float]] = ()
) -> Night:
    """Return a sleep.

    Args:
        random: Where chance comes from.
        age_years: Of the sleeper.
        seconds: How long they lie in bed, from first lying down to getting up for good.
        up: When they are up in between, from when to when since lying down; it takes minutes to fall asleep again.
    """
    count = max(1, int(np.ceil(seconds / EPOCH_S)))
    parts: list[tuple[int, float]] = [(_AWAKE, float(np.clip(random.lognormal(np.log(720.0), 0.6), 120.0, 3600.0)))]
    if seconds < 3600.0:
        parts = [(_AWAKE, 0.15 * seconds), (_N1, 0.15 * seconds), (_N2, 0.7 * seconds)]
    elapsed_s, cycle = parts[0][1], 0
    while elapsed_s < seconds:
        wanted = _cycle(random, age_years, cycle)
        parts += wanted
        elapsed_s += sum(length for _, length in wanted)
        cycle += 1
    stages = np.concatenate([np.full(max(1, round(length / EPOCH_S)), stage, np.int8) for stage, length in parts])
    stages = np.resize(stages, count) if len(stages) >= count else np.append(stages, np.full(count - len(stages), _N2))
    night = _woken(random, stages.astype(np.int8), age_years)
    for begin_s, end_s in up:
        wakes, lies = int(begin_s / EPOCH_S), int(np.ceil(end_s / EPOCH_S))
        sleeps = lies + round(float(np.clip(random.lognormal(np.log(360.0), 0.5), 60.0, 1800.0)) / EPOCH_S)
        night[wakes:sleeps] = _AWAKE
        night[sleeps : sleeps + 4] = _N1
    return Night(night, _turns(random, night, age_years))


def night_among(
    times: Sequence[tuple[float, float, bool]], number: int, seed: int, name: str, age_years: float
) -> tuple[Night, float]:
    """Return the sleep that a time in bed is a part of, and when it began.

    Args:
        times: Beginning and end of what is done, one after the other, and whether that is lying asleep.
        number: Which of them.
        seed: Of everything random.
        name: Of the sleeper.
        age_years: Of the sleeper.
    """
    low = high = number
    while low >= 2 and times[low - 2][2] and _short(times[low - 1]):
        low -= 2
    while high + 2 < len(times) and times[high + 2][2] and _short(times[high + 1]):
        high += 2
    begin_s, end_s = times[low][0], times[high][1]
    up = [(one[0] - begin_s, one[1] - begin_s) for one in times[low:high] if not one[2]]
    return sleep_night(chance(seed, "night", name, round(begin_s)), age_years, end_s - begin_s, up), begin_s


def _short(time: tuple[float, float, bool]) -> bool:
    return not time[2] and time[1] - time[0] < _UP_S


def _cycle(random: np.random.Generator, age_years: float, cycle: int) -> list[tuple[int, float]]:
    """Return one cycle: light, deep, light, dreams; with age less deep sleep, towards morning none."""
    length_s = float(np.clip(random.normal(_CYCLE_S, _CYCLE_SPREAD_S), 60.0 * 60, 130.0 * 60))
    if age_years < 1.5:
        length_s *= 0.6  # infants' cycles are about an hour, half of it active sleep
        return [(_N2, 0.25 * length_s), (_N3, 0.25 * length_s), (_REM, 0.5 * length_s)]
    deep = max(0.02, (0.46, 0.28, 0.12, 0.05, 0.02)[min(cycle, 4)] * (1.15 - 0.0095 * max(0.0, age_years - 20.0)))
    dream = (0.09, 0.19, 0.26, 0.32, 0.34)[min(cycle, 4)] * (1.0 - 0.0015 * max(0.0, age_years - 20.0))
    light = 0.045 + 0.0006 * max(0.0, age_years - 20.0)
    deep, dream = (share * float(random.uniform(0.8, 1.2)) for share in (deep, dream))
    rest = max(0.1, 1.0 - deep - dream - light)
    first = 0.45 * rest
    return [
        (_N1, light * length_s),
        (_N2, first * length_s),
        (_N3, deep * length_s),
        (_N2, (rest - first) * length_s),
        (_REM, dream * length_s),
    ]


def _woken(random: np.random.Generator, stages: Stages, age_years: float) -> Stages:
    """Put in the times awake after sleep onset: few and short in the young."""
    woken = stages.copy()
    hours = len(stages) * EPOCH_S / 3600.0
    minutes = max(6.0, 12.0 + 10.0 * (age_years - 20.0) / 10.0) * hours / 8.0
    spent = 0.0
    while spent < minutes:
        length = float(np.clip(random.exponential(3.0), 0.5, 25.0))
        begin = int(random.uniform(0.1, 0.98) * len(stages))
        end = begin + max(1, round(length * 60.0 / EPOCH_S))
        woken[begin:end] = _AWAKE
        woken[end : end + 2] = np.where(woken[end : end + 2] == _AWAKE, _AWAKE, _N1)
        spent += length
    return woken


def _turns(random: np.random.Generator, stages: Stages, age_years: float) -> Array:
    """Return when somebody moves: at awakenings, at changes of stage, at arousals out of light sleep and dreams."""
    hours = len(stages) * EPOCH_S / 3600.0
    changes = np.flatnonzero(np.diff(stages) != 0) * EPOCH_S
    often = changes[random.uniform(size=len(changes)) < 0.35]
    light = np.flatnonzero((stages == _N1) | (stages == _N2) | (stages == _REM))
    arousals = random.poisson((1.0 + 0.015 * age_years) * hours)
    roused = random.choice(light, size=min(arousals, len(light)), replace=False) * EPOCH_S if light.size else light
    begins = np.sort(np.concatenate((often, roused)).astype(np.float64))
    lengths = np.clip(random.lognormal(np.log(4.0), 0.5, len(begins)), 1.5, 15.0)
    return np.stack((begins, lengths), axis=1) if begins.size else np.zeros((0, 2))
