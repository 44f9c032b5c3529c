"""Whether heart and breath at rest are higher than is usual here: a student reads their ranks among all that was seen.

Radar measures both only while people keep still, so that exercise is not among what is compared; nights are left out,
since every morning is higher than sleep. What is usual is that of a room in which one alone was measured: who shares it
with others shares the usual. Coffee, a cold and an exciting film look just the same: it is no diagnosis and no feeling.
"""

from dataclasses import dataclass

import numpy as np

from sumika.clock import Instant
from sumika.models.features.strain import CLASSES, FEATURES, strain_features
from sumika.perception._bed_rates import READING_S, BedRates
from sumika.perception._student import Asked, asked, name_of
from sumika.schema import HeartRate, Message, Origin, PersonVitals, Reason, Respiration, Sleep, SleepKind, Strain, Tick
from sumika.units import SECONDS_PER_MINUTE, ns_to_seconds, seconds_to_ns

STUDENT = "strain-tiny"
__all__ = ["FEATURES", "STUDENT", "StrainState", "start", "step"]

PUBLISH_S = 60.0
LATELY_S = 120.0
"""A heart that was measured longer ago says nothing of now."""

LEAST_USUAL_MIN = 60.0
"""So much rest must have been seen before anything is called usual."""

_IN_BED = (SleepKind.IN_BED, SleepKind.ASLEEP)


@dataclass(slots=True)
class StrainState:
    """State of one room. The step owns it and changes it in place.

    Attributes:
        rates: Of who is there alone, awake.
        student: Who is asked; None: there is none.
        sleeps: Whether somebody lies in bed there.
        told_ns: When something was told last.
        boot: Of the clock.
    """

    rates: BedRates
    student: Asked | None
    sleeps: bool = False
    told_ns: int | None = None
    boot: str = ""


def start(room: str, student: Asked | None, origin: Origin = Origin.LIVE) -> StrainState:
    """Return the state before the first message.

    Args:
        room: One with a radar in it.
        student: Of `FEATURES`; None where there is none.
        origin: What the room's radars will be.
    """
    return StrainState(BedRates(room, origin=origin), student)


def step(
    state: StrainState, message: HeartRate | Respiration | PersonVitals | Sleep | Tick
) -> tuple[StrainState, tuple[Message, ...]]:
    """Take one message in.

    Args:
        state: Used up.
        message: Heart or breath of the room or of somebody in it, whether somebody lies in bed there, or the time.

    Returns:
        The state, and once a minute a `Strain`.
    """
    if message.stamp.boot_id != state.boot:
        state.rates = BedRates(state.rates.room, origin=state.rates.origin)
        state.told_ns, state.boot = None, message.stamp.boot_id
    if isinstance(message, Sleep):
        if message.room == state.rates.room:
            state.sleeps = message.kind in _IN_BED
    elif not state.sleeps:
        state.rates.take(message)
    now_ns = message.stamp.monotonic_ns
    if state.told_ns is not None and now_ns - state.told_ns < seconds_to_ns(PUBLISH_S):
        return state, ()
    state.told_ns = now_ns
    return state, (_told(state, message.stamp),)


def _told(state: StrainState, now: Instant) -> Strain:
    now_s = ns_to_seconds(now.monotonic_ns)
    heart_s, heart_bpm = state.rates.hearts.arrays()
    usual_min = len(heart_s) * READING_S / SECONDS_PER_MINUTE
    probability = sigma = None
    reason = _why_not(state, now_s, heart_s, usual_min)
    if reason is None:
        breath_s, breath_bpm = state.rates.breaths.arrays()
        rows, known = strain_features(heart_s, heart_bpm, breath_s, breath_bpm, np.array([now_s]))
        reason = Reason.WARMING_UP
        if known[0]:
            answer = asked(state.student, rows[0])
            reason = answer.reason
            if answer.valid and answer.probabilities is not None:
                probability, sigma = answer.probabilities[CLASSES.index("strained")], answer.sigma
    return Strain(
        stamp=now,
        origin=state.rates.origin,
        session=state.rates.session,
        room=state.rates.room,
        valid=probability is not None,
        reason=reason,
        student=name_of(state.student),
        probability=probability,
        sigma=sigma,
        usual_min=usual_min,
    )


def _why_not(state: StrainState, now_s: float, heart_s: np.ndarray, usual_min: float) -> Reason | None:
    """Return why nothing can be asked; None where it can."""
    if state.student is None:
        return Reason.NO_STUDENT
    if state.sleeps or not len(heart_s) or now_s - heart_s[-1] > LATELY_S:
        return Reason.NO_SIGNAL
    if not state.rates.alone(now_s):
        return Reason.TWO_IN_ONE_CELL
    return Reason.WARMING_UP if usual_min < LEAST_USUAL_MIN else None
