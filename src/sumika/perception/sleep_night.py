"""A whole night, told in the morning: time in bed, sleep as a range, and what is compared over weeks.

Who is up for a while in it goes on with the same night (`sumika.perception._night_parts`). A student reads the heart of
the whole night, with what came after each moment too. Total sleep time is the sum of its probabilities; its range is
that of people whom it has not learned from. What was measured too seldom is not told, and where a part of a night was
not seen nothing that would need it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.models import Answer
from sumika.models.features.sleep import CLASSES, EPOCH_S, FEATURES, night_features
from sumika.perception._bed_rates import BedRates
from sumika.perception._night_parts import Night, NightParts
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
        parts: Of the night that is not over yet.
        ended: When the night before ended.
    """

    rates: BedRates
    student: Asked | None
    walking: Walking
    parts: NightParts
    ended: Instant | None = None


def start(room: str, student: Asked | None, origin: Origin = Origin.LIVE, zone: tzinfo = UTC) -> SleepNightState:
    """Return the state before the first message.

    Args:
        room: One with a bed in it.
        student: Of `FEATURES`; None where there is none.
        origin: What the room's radars will be.
        zone: Of the house's clocks.
    """
    return SleepNightState(BedRates(room, origin=origin), student, Walking(), NightParts(zone))


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
    if not isinstance(message, Sleep) or message.room != state.rates.room:
        return state, ()
    over = state.parts.take(lain, state.rates.began, message.stamp)
    if over is None:
        return state, ()
    night = _night(state, over, message)
    measures = _measures(state, over, night, message)
    state.ended = over.ended if over.parts[-1].ended_seen else None
    return state, (night, measures)


def _night(state: SleepNightState, over: Night, message: Message) -> SleepNight:
    at_s, bpm = state.rates.hearts.arrays(over.began_s)
    inside = _lies(over, at_s)
    measured = min(1.0, float(np.count_nonzero(inside)) * SLOT_S / over.seconds)
    asleep, non_rem, rem, reason = _asleep(state, over, at_s[inside], bpm[inside], measured)
    in_bed_min = over.seconds / SECONDS_PER_MINUTE
    off_min = OFF_MIN + OFF_SHARE * in_bed_min
    return SleepNight(
        stamp=message.stamp,
        origin=state.rates.origin,
        session=message.session,
        room=state.rates.room,
        valid=asleep is not None,
        reason=reason,
        student=name_of(state.student),
        began_unix_s=over.began.wall_ns / NANOSECONDS_PER_SECOND if over.parts[0].began_seen else None,
        ended_unix_s=over.ended.wall_ns / NANOSECONDS_PER_SECOND if over.parts[-1].ended_seen else None,
        in_bed_min=in_bed_min if over.is_whole else None,
        asleep_min=asleep,
        asleep_low_min=None if asleep is None else max(0.0, asleep - off_min),
        asleep_high_min=None if asleep is None else min(in_bed_min, asleep + off_min),
        non_rem_min=non_rem,
        rem_min=rem,
        ups=over.ups if over.is_whole else None,
        measured=measured,
    )


def _lies(over: Night, at_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return (moment,) whether somebody lay in bed then."""
    lies = np.zeros(len(at_s), np.bool_)
    for begin_s, end_s in over.in_bed:
        lies |= (at_s >= begin_s) & (at_s <= end_s)
    return lies


def _asleep(
    state: SleepNightState, over: Night, at_s: NDArray[np.float64], bpm: NDArray[np.float64], measured: float
) -> tuple[float | None, float | None, float | None, Reason]:
    """Return the minutes of sleep, of it without and with dreams, and why."""
    if state.student is None:
        return None, None, None, Reason.NO_STUDENT
    if not over.is_whole:
        return None, None, None, Reason.PARTLY_UNSEEN
    if over.alone < LEAST_ALONE:
        return None, None, None, Reason.TWO_IN_ONE_CELL
    if measured < LEAST_READ or over.seconds > _MOST_BED_S:
        return None, None, None, Reason.TOO_WEAK
    epoch_s = np.arange(over.began_s, over.ended_s - EPOCH_S, EPOCH_S)
    answers = state.student.answers(night_features(at_s, bpm, epoch_s))
    lies = _lies(over, epoch_s)
    shares = _shares(answers, lies)
    if shares is None:
        return None, None, None, Reason.UNLIKE_LEARNED
    minutes = shares * EPOCH_S * np.count_nonzero(lies) / SECONDS_PER_MINUTE
    by = dict(zip(CLASSES, (float(one) for one in minutes), strict=True))
    return by["NREM"] + by["REM"], by["NREM"], by["REM"], Reason.MEASURED


def _shares(answers: Sequence[Answer], lies: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Return the mean probability of each class in bed; None where half of that was unlike what was learned."""
    nothing = (np.nan,) * len(CLASSES)
    said = [
        one.probabilities if in_bed and one.valid and one.probabilities else nothing
        for one, in_bed in zip(answers, lies, strict=True)
    ]
    known = ~np.isnan(np.array(said)).any(axis=1)
    if 2 * np.count_nonzero(known) <= np.count_nonzero(lies):
        return None
    together = told_together(np.log(np.maximum(np.array(said, np.float64), LEAST_PROBABILITY)))
    return np.asarray(together[known].mean(axis=0))


def _measures(state: SleepNightState, over: Night, night: SleepNight, message: Message) -> DayMeasures:
    alone = over.alone >= LEAST_ALONE
    hearts, breaths = state.rates.hearts, state.rates.breaths
    out_h = None
    if over.parts[0].began_seen and state.ended is not None and state.ended.boot_id == over.began.boot_id:
        out_h = (over.began.monotonic_ns - state.ended.monotonic_ns) / NANOSECONDS_PER_SECOND / 3600.0
    return DayMeasures(
        stamp=message.stamp,
        origin=state.rates.origin,
        session=message.session,
        room=state.rates.room,
        ended_unix_s=over.ended.wall_ns / NANOSECONDS_PER_SECOND,
        night_visits=float(over.ups) if over.is_whole else None,
        walking_speed_m_s=state.walking.daily(),
        resting_heart_bpm=hearts.median(over.began_s, over.ended_s, RESTING_READINGS) if alone else None,
        resting_breath_bpm=breaths.median(over.began_s, over.ended_s, RESTING_READINGS) if alone else None,
        out_of_bed_h=out_h if out_h is not None and 0.0 < out_h < 24.0 else None,
        asleep_h=None if night.asleep_min is None else night.asleep_min / 60.0,
    )
