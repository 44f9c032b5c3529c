"""Awake, asleep or dreaming, as probabilities by what was seen up to now: a student reads the heart of who lies alone.

It speaks while somebody is taken to lie in bed (`sumika.perception.sleep`), every half minute, and says why where it
cannot: no student, two in the room, too little of the heart measured, or a heart unlike all that it has learned from.
How long they slept so far it says only where most of the time since lying down could be read.
"""

from dataclasses import dataclass

import numpy as np

from sumika.clock import Instant
from sumika.models.features.sleep import BEFORE_S, CLASSES, EPOCH_S, LIVE_FEATURES, live_features
from sumika.perception._bed_rates import BedRates
from sumika.perception._student import Asked, asked, name_of
from sumika.schema import HeartRate, Message, Origin, PersonVitals, Reason, Respiration, Sleep, SleepStages, Tick
from sumika.units import NANOSECONDS_PER_SECOND, ns_to_seconds, seconds_to_ns

STUDENT, FEATURES = "sleep-live-tiny", LIVE_FEATURES

LATELY_S, LEAST_READ = 300.0, 0.3
"""So much of the last minutes must have been measured."""

SLOT_S = 5.0

MOST_UNREAD = 0.1
"""So much of the time in bed, at most, may have gone by unread where it is told how long they slept so far; the first
minutes, in which too little was measured yet, may always."""


@dataclass(slots=True)
class SleepStagesState:
    """State of one bedroom. The step owns it and changes it in place.

    Attributes:
        rates: Of who lies there.
        student: Who is asked; None: there is none.
        told_ns: When something was told last.
        asleep_s: Expected time asleep since lying down, as far as it could be read.
        unread_s: So long it could not be.
    """

    rates: BedRates
    student: Asked | None
    told_ns: int | None = None
    asleep_s: float = 0.0
    unread_s: float = 0.0


def start(room: str, student: Asked | None, origin: Origin = Origin.LIVE) -> SleepStagesState:
    """Return the state before the first message.

    Args:
        room: One with a bed in it.
        student: Of `FEATURES`; None where there is none.
        origin: What the room's radars will be.
    """
    return SleepStagesState(BedRates(room, origin=origin), student)


def step(
    state: SleepStagesState, message: HeartRate | Respiration | PersonVitals | Sleep | Tick
) -> tuple[SleepStagesState, tuple[Message, ...]]:
    """Take one message in.

    Args:
        state: Used up.
        message: Heart or breath of the room or of somebody in it, whether somebody lies there, or the time.

    Returns:
        The state, and every half minute a `SleepStages` while somebody lies in bed.
    """
    before = state.rates.began
    state.rates.take(message)
    began = state.rates.began
    if began is None or began.boot_id != message.stamp.boot_id:
        state.told_ns = None
        return state, ()
    now_ns = message.stamp.monotonic_ns
    if before != began or state.told_ns is None:
        state.told_ns, state.asleep_s, state.unread_s = now_ns, 0.0, 0.0
        return state, ()
    if now_ns - state.told_ns < seconds_to_ns(EPOCH_S):
        return state, ()
    passed_s = ns_to_seconds(now_ns - state.told_ns)
    state.told_ns = now_ns
    return state, (_told(state, began, message.stamp, passed_s),)


def _told(state: SleepStagesState, began: Instant, now: Instant, passed_s: float) -> SleepStages:
    rates, now_s = state.rates, ns_to_seconds(now.monotonic_ns)
    at_s, bpm = rates.hearts.arrays(ns_to_seconds(began.monotonic_ns) - BEFORE_S)
    lately = int(np.count_nonzero(at_s > now_s - LATELY_S))
    said: dict[str, float] = {}
    sigma, reason = None, Reason.MEASURED
    if state.student is None:
        reason = Reason.NO_STUDENT
    elif not rates.alone(now_s):
        reason = Reason.TWO_IN_ONE_CELL
    elif lately < LEAST_READ * LATELY_S / SLOT_S:
        reason = Reason.TOO_WEAK
    else:
        epoch_s = np.array([now_s - EPOCH_S])
        answer = asked(state.student, live_features(at_s, bpm, ns_to_seconds(began.monotonic_ns), epoch_s)[0])
        reason = answer.reason
        if answer.valid and answer.probabilities is not None:
            said = dict(zip(CLASSES, answer.probabilities, strict=True))
            sigma = answer.sigma
            state.asleep_s += passed_s * (1.0 - said["wake"])
    state.unread_s += 0.0 if said else passed_s
    return SleepStages(
        stamp=now,
        origin=rates.origin,
        session=rates.session,
        room=rates.room,
        valid=bool(said),
        reason=reason,
        student=name_of(state.student),
        wake=said.get("wake"),
        non_rem=said.get("NREM"),
        rem=said.get("REM"),
        sigma=sigma,
        asleep_min=state.asleep_s / 60.0 if said and _is_read(state, began, now_s) else None,
    )


def _is_read(state: SleepStagesState, began: Instant, now_s: float) -> bool:
    """Return whether so much was read since lying down that it says how long they slept."""
    in_bed_s = now_s - ns_to_seconds(began.monotonic_ns)
    return state.rates.began_seen and state.unread_s <= max(LATELY_S, MOST_UNREAD * in_bed_s)


def unix_s(moment: Instant) -> float:
    """Return a moment as seconds since 1970."""
    return moment.wall_ns / NANOSECONDS_PER_SECOND
