"""A whole night, told in the morning: time in bed, sleep as a range, and what is compared over weeks.

A student reads the heart of the whole night, with what came after each moment too. Total sleep time is the sum of its
probabilities; its range is that of people whom it has not learned from. What was measured too seldom is not told.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.models import Answer
from sumika.models.features.sleep import CLASSES, EPOCH_S, FEATURES, night_features
from sumika.perception._bed_rates import BedRates, Lain
from sumika.perception._student import Asked, name_of
from sumika.perception.night_course import LEAST_PROBABILITY, told_together
from sumika.perception.walking import Walking
from sumika.schema import (
    DayMeasures,
    HeartRate,
    Message,
    Origin,
    PersonVitals,
    Reason,
    Respiration,
    Sleep,
    SleepNight,
    Tracks,
)
from sumika.units import NANOSECONDS_PER_SECOND, SECONDS_PER_MINUTE

STUDENT = "sleep-tiny"
__all__ = ["FEATURES", "STUDENT", "SleepNightState", "start", "step"]

SLOT_S = 5.0
LEAST_READ = 0.5
"""So much of a night must have been measured, of somebody alone, before anything is said of its sleep."""

LEAST_ALONE = 0.9
RESTING_READINGS = 240
"""Twenty minutes of readings tell a night's resting rate."""

OFF_MIN, OFF_SHARE = 12.0, 0.06
"""Of 22 people whom students had not learned from, four in five were told a total sleep that was off by less than 31
min. A third more is told in a night of eight hours: a radar is no watch."""

_MOST_BED_S = 14 * 3600.0


@dataclass(slots=True)
class SleepNightState:
    """State of one bedroom. The step owns it and changes it in place.

    Attributes:
        rates: Of who lies there.
        student: Who is asked; None: there is none.
        walking: How fast people walk in the house.
        ended_ns: When the night before ended.
    """

    rates: BedRates
    student: Asked | None
    walking: Walking
    ended_ns: int | None = None


def start(room: str, student: Asked | None, origin: Origin = Origin.LIVE) -> SleepNightState:
    """Return the state before the first message.

    Args:
        room: One with a bed in it.
        student: Of `FEATURES`; None where there is none.
        origin: What the room's radars will be.
    """
    return SleepNightState(BedRates(room, origin=origin), student, Walking())


def step(
    state: SleepNightState, message: HeartRate | Respiration | PersonVitals | Sleep | Tracks
) -> tuple[SleepNightState, tuple[Message, ...]]:
    """Take one message in.

    Args:
        state: Used up.
        message: Heart or breath of the room or of somebody in it, whether somebody lies there, or where people go.

    Returns:
        The state, and when somebody has got up for good a `SleepNight` and the `DayMeasures`.
    """
    if isinstance(message, Tracks):
        state.walking.take(message)
        return state, ()
    lain = state.rates.take(message)
    if lain is None:
        return state, ()
    night = _night(state, lain, message)
    measures = _measures(state, lain, night, message)
    state.ended_ns = lain.ended.monotonic_ns
    return state, (night, measures)


def _night(state: SleepNightState, lain: Lain, message: Message) -> SleepNight:
    at_s, bpm = state.rates.hearts.arrays(lain.began_s)
    inside = at_s <= lain.ended_s
    measured = min(1.0, float(np.count_nonzero(inside)) * SLOT_S / lain.seconds)
    asleep, non_rem, rem, reason = _asleep(state, lain, at_s[inside], bpm[inside], measured)
    in_bed_min = lain.seconds / SECONDS_PER_MINUTE
    off_min = OFF_MIN + OFF_SHARE * in_bed_min
    return SleepNight(
        stamp=message.stamp,
        origin=state.rates.origin,
        session=message.session,
        room=state.rates.room,
        valid=asleep is not None,
        reason=reason,
        student=name_of(state.student),
        began_unix_s=lain.began.wall_ns / NANOSECONDS_PER_SECOND,
        ended_unix_s=lain.ended.wall_ns / NANOSECONDS_PER_SECOND,
        in_bed_min=in_bed_min,
        asleep_min=asleep,
        asleep_low_min=None if asleep is None else max(0.0, asleep - off_min),
        asleep_high_min=None if asleep is None else min(in_bed_min, asleep + off_min),
        non_rem_min=non_rem,
        rem_min=rem,
        ups=lain.ups,
        measured=measured,
    )


def _asleep(
    state: SleepNightState, lain: Lain, at_s: NDArray[np.float64], bpm: NDArray[np.float64], measured: float
) -> tuple[float | None, float | None, float | None, Reason]:
    """Return the minutes of sleep, of it without and with dreams, and why."""
    if state.student is None:
        return None, None, None, Reason.NO_STUDENT
    if lain.alone < LEAST_ALONE:
        return None, None, None, Reason.TWO_IN_ONE_CELL
    if measured < LEAST_READ or lain.seconds > _MOST_BED_S:
        return None, None, None, Reason.TOO_WEAK
    epoch_s = np.arange(lain.began_s, lain.ended_s - EPOCH_S, EPOCH_S)
    answers = state.student.answers(night_features(at_s, bpm, epoch_s))
    shares = _shares(answers)
    if shares is None:
        return None, None, None, Reason.UNLIKE_LEARNED
    minutes = shares * EPOCH_S * len(answers) / SECONDS_PER_MINUTE
    by = dict(zip(CLASSES, (float(one) for one in minutes), strict=True))
    return by["NREM"] + by["REM"], by["NREM"], by["REM"], Reason.MEASURED


def _shares(answers: Sequence[Answer]) -> NDArray[np.float64] | None:
    """Return the mean probability of each class; None where half of the night was unlike what was learned."""
    nothing = (np.nan,) * len(CLASSES)
    said = [one.probabilities if one.valid and one.probabilities else nothing for one in answers]
    known = ~np.isnan(np.array(said)).any(axis=1)
    if 2 * np.count_nonzero(known) <= len(answers):
        return None
    together = told_together(np.log(np.maximum(np.array(said, np.float64), LEAST_PROBABILITY)))
    return np.asarray(together[known].mean(axis=0))


def _measures(state: SleepNightState, lain: Lain, night: SleepNight, message: Message) -> DayMeasures:
    alone = lain.alone >= LEAST_ALONE
    hearts, breaths = state.rates.hearts, state.rates.breaths
    out_h = None
    if state.ended_ns is not None and lain.began.monotonic_ns > state.ended_ns:
        out_h = (lain.began.monotonic_ns - state.ended_ns) / NANOSECONDS_PER_SECOND / 3600.0
    return DayMeasures(
        stamp=message.stamp,
        origin=state.rates.origin,
        session=message.session,
        room=state.rates.room,
        ended_unix_s=night.ended_unix_s,
        night_visits=float(lain.ups),
        walking_speed_m_s=state.walking.daily(),
        resting_heart_bpm=hearts.median(lain.began_s, lain.ended_s, RESTING_READINGS) if alone else None,
        resting_breath_bpm=breaths.median(lain.began_s, lain.ended_s, RESTING_READINGS) if alone else None,
        out_of_bed_h=out_h if out_h is not None and out_h < 24.0 else None,
        asleep_h=None if night.asleep_min is None else night.asleep_min / 60.0,
    )
