"""Whether residents would find a room too cold or too warm: by their own votes, when those were given, and how it was.

Nothing is trained in the house: a vote changes the counts that a student reads. It learned from people at work in the
tropics, and is asked of no room that is cooler or hotter than they had it. There, where there is no student, and where
it finds this too unlike what it learned from, a resident's own votes at about this warmth are told, drawn towards what
ISO 7730 says of people at that temperature.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from sumika.clock import Instant
from sumika.models.features.comfort import (
    COLD,
    FEATURES,
    NEAR_K,
    RIGHT,
    USUAL_VOTES,
    WARM,
    Conditions,
    Felt,
    comfort_features,
    shares_of,
)
from sumika.perception._iso_votes import shares_by_iso
from sumika.perception._student import Asked, asked, name_of
from sumika.schema import (
    AirSample,
    HeartRate,
    Message,
    Origin,
    PersonComfort,
    Reason,
    ThermalComfort,
    Tick,
    Vote,
    worst,
)
from sumika.units import NANOSECONDS_PER_SECOND, ns_to_seconds, seconds_to_ns

STUDENT = "comfort-tiny"
__all__ = ["FEATURES", "STUDENT", "ComfortState", "start", "step"]

PUBLISH_S = 60.0
AIR_S, HEART_S = 900.0, 120.0
CHANGES_FROM = 1.0
"""Votes this far from "just right", on the scale from -3 to +3, ask for a change."""

MOST_VOTES = 400

_NO_VOTES: Mapping[str, Sequence[Felt]] = MappingProxyType({})

LEARNED_C = (22.5, 31.0)
"""Temperatures at which the student's people voted, all but one in a hundred of them."""


@dataclass(slots=True)
class ComfortState:
    """State of one room. The step owns it and changes it in place.

    Attributes:
        room: Which.
        residents: Who agreed to it and lives there.
        zone: Of the house's clocks.
        student: Who is asked; None: there is none.
        votes: By resident, heard since the start.
        before: By resident, of before the start, as far as their times say so: see `began_s`.
        began: The first message since the start of the clock.
        began_s: When that was, on the house's clock: what was kept from before it counts.
        air: The newest of the room.
        heart: The newest of whoever is there.
        origin: What the room's sensors will be, before any has spoken.
    """

    room: str
    residents: tuple[str, ...]
    zone: tzinfo
    student: Asked | None
    votes: dict[str, list[Felt]] = field(default_factory=dict)
    before: dict[str, list[Felt]] = field(default_factory=dict)
    began: Instant | None = None
    began_s: float = -math.inf
    air: AirSample | None = None
    heart: HeartRate | None = None
    origin: Origin = Origin.LIVE
    told_ns: int | None = None


def zone_of(name: str) -> tzinfo:
    """Return a time zone by its name; UTC where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def start(
    room: str,
    residents: Iterable[str],
    zone: tzinfo,
    student: Asked | None,
    origin: Origin = Origin.LIVE,
    votes: Mapping[str, Sequence[Felt]] = _NO_VOTES,
) -> ComfortState:
    """Return the state before the first message.

    Args:
        room: Its name in `house.yaml`.
        residents: Who agreed to it and lives there.
        zone: Of the house's clocks.
        student: Of `FEATURES`; None where there is none.
        origin: What the room's sensors will be.
        votes: By resident, what was voted there before, the oldest first; of others nothing is remembered.
    """
    theirs = {resident: list(votes[resident]) for resident in residents if resident in votes}
    return ComfortState(room, tuple(residents), zone, student, before=theirs, origin=origin)


def step(state: ComfortState, message: AirSample | HeartRate | Vote | Tick) -> tuple[ComfortState, tuple[Message, ...]]:
    """Take one message in.

    Args:
        state: Used up.
        message: The room's air, a heart that was measured there, a vote, or the time.

    Returns:
        The state, and once a minute and after every vote a `ThermalComfort`.
    """
    if state.began is None or message.stamp.boot_id != state.began.boot_id:
        state.air = state.heart = state.told_ns = None
        state.began = message.stamp
    # A clock that was behind at the start is put right later: then the start was later as well.
    since_ns = message.stamp.monotonic_ns - state.began.monotonic_ns
    state.began_s = max(state.began_s, (message.stamp.wall_ns - since_ns) / NANOSECONDS_PER_SECOND)
    if getattr(message, "room", state.room) != state.room:
        return state, ()
    if isinstance(message, AirSample) and message.temperature_c is not None:
        state.air = message
    elif isinstance(message, HeartRate) and message.valid:
        state.heart = message
    elif isinstance(message, Vote) and message.resident in state.residents and math.isfinite(message.sensation):
        felt = Felt(vote=_class_of(message.sensation), then=_conditions(state, message.stamp))
        # In a replay what was kept holds votes that come again.
        before = state.before.get(message.resident, [])
        state.before[message.resident] = [one for one in before if one.then.at_s != felt.then.at_s]
        state.votes[message.resident] = [*state.votes.get(message.resident, []), felt][-MOST_VOTES:]
        state.told_ns = None
    now_ns = message.stamp.monotonic_ns
    if state.told_ns is not None and now_ns - state.told_ns < seconds_to_ns(PUBLISH_S):
        return state, ()
    state.told_ns = now_ns
    return state, (_told(state, message.stamp),)


def felt(state: ComfortState, vote: Vote) -> Felt | None:
    """Return what was made of a vote that was just taken; None where it was left alone.

    Args:
        state: Of the vote's room, after the step.
        vote: As it came.
    """
    votes = state.votes.get(vote.resident, ())
    newest = votes[-1] if votes and vote.room == state.room else None
    taken = newest is not None and newest.then.at_s == vote.stamp.wall_ns / NANOSECONDS_PER_SECOND
    return newest if taken else None


def _votes_of(state: ComfortState, resident: str) -> list[Felt]:
    """Return the newest votes of a resident, the oldest first; a clock that was set back knows no future."""
    before = [one for one in state.before.get(resident, ()) if one.then.at_s < state.began_s]
    return [*before, *state.votes.get(resident, ())][-MOST_VOTES:]


def _class_of(sensation: float) -> int:
    return COLD if sensation <= -CHANGES_FROM else WARM if sensation >= CHANGES_FROM else RIGHT


def _conditions(state: ComfortState, now: Instant) -> Conditions:
    at_s = now.wall_ns / NANOSECONDS_PER_SECOND
    clock = datetime.fromtimestamp(at_s, state.zone)
    air = state.air if state.air is not None and _age_s(state.air, now) <= AIR_S else None
    heart = state.heart if state.heart is not None and _age_s(state.heart, now) <= HEART_S else None
    return Conditions(
        at_s=at_s,
        hour=clock.hour + clock.minute / 60.0,
        air_c=_number(air.temperature_c if air is not None else None),
        relative=_number(air.relative_humidity if air is not None else None),
        heart_bpm=_number(heart.rate_bpm if heart is not None else None),
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _age_s(message: Message, now: Instant) -> float:
    return ns_to_seconds(now.monotonic_ns - message.stamp.monotonic_ns)


def _told(state: ComfortState, now: Instant) -> ThermalComfort:
    conditions = _conditions(state, now)
    known = bool(state.residents) and math.isfinite(conditions.air_c)
    found = [_person(state, resident, conditions) for resident in state.residents] if known else []
    heard = [one.origin for one in (state.air, state.heart) if one is not None]
    return ThermalComfort(
        stamp=now,
        origin=worst(heard) if heard else state.origin,
        room=state.room,
        valid=known,
        reason=Reason.MEASURED if known else Reason.NO_SIGNAL if state.residents else Reason.NO_PERSON,
        student=name_of(state.student) if not known or any(by_student for _, by_student in found) else "",
        people=tuple(person for person, _ in found),
    )


def _person(state: ComfortState, resident: str, now: Conditions) -> tuple[PersonComfort, bool]:
    """Return how one resident would find it, and whether the student says so."""
    votes = _votes_of(state, resident)
    answer = asked(state.student, comfort_features(votes, now)) if _is_learned(now) else None
    by_student = answer is not None and answer.valid and answer.probabilities is not None
    if answer is not None and answer.valid and answer.probabilities is not None:
        cold, warm, sigma = answer.probabilities[COLD], answer.probabilities[WARM], answer.sigma
    else:
        cold, warm, sigma = _by_votes(votes, now)
    person = PersonComfort(resident=resident, too_cold=cold, too_warm=warm, sigma=sigma, votes=len(votes))
    return person, by_student


def _is_learned(now: Conditions) -> bool:
    return LEARNED_C[0] <= now.air_c <= LEARNED_C[1]


def _by_votes(votes: Sequence[Felt], now: Conditions) -> tuple[float, float, float]:
    """Return the probabilities of too cold and of too warm by one's own votes at about this warmth, and their sigma."""
    cold, warm = shares_by_iso(now.air_c)
    usual = np.zeros(3)
    usual[[COLD, RIGHT, WARM]] = (cold, 1.0 - cold - warm, warm)
    apart_k = np.array([one.then.air_c for one in votes]) - now.air_c
    near = np.nan_to_num(np.exp(-0.5 * (apart_k / (2.0 * NEAR_K)) ** 2))
    counts = np.bincount([one.vote for one in votes], weights=near, minlength=3).astype(np.float64)
    shares = shares_of(counts, usual, USUAL_VOTES)
    most = float(max(shares[COLD], shares[WARM]))
    return (
        float(shares[COLD]),
        float(shares[WARM]),
        math.sqrt(most * (1.0 - most) / (counts.sum() + USUAL_VOTES + 1.0)),
    )
