"""How many people are in a room: whom the radars follow, and what the carbon dioxide says, weighed.

Radar counts at once, and may miss who keeps still behind a wardrobe or see one body as two; carbon dioxide is late and
vague, and misses nobody. A student that has learned from air alone whether somebody is there joins in, where there is
one. Where nothing is known of a room nothing is said: unknown is not empty.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.models.features.occupancy import CLASSES, FEATURES, occupancy_features
from sumika.perception._co2_people import MOST_PEOPLE, Co2People
from sumika.perception._student import Asked, asked, name_of
from sumika.perception._track_points import is_person
from sumika.physics.psychrometrics import humidity_ratio
from sumika.schema import AirSample, Message, OccupancyCount, Origin, Presence, Reason, Tick, Tracks, worst
from sumika.units import ns_to_seconds, seconds_to_ns

STUDENT = "occupancy-tiny"
__all__ = ["FEATURES", "STUDENT", "OccupancyState", "start", "step"]

PUBLISH_S = 10.0
FRESH_S = 10.0
CO2_FRESH_S = 600.0

MISSED, DOUBLED = 0.12, 0.05
"""Probability that one more is there than is followed, and that one fewer is (of the tracker's own score)."""

LOOK_S, KEPT_S = 60.0, 86_400.0
STUDENT_WEIGHT = 0.5
"""Of so many parts of what a student says is news: it reads the same carbon dioxide."""

Array = NDArray[np.float64]
_NUMBERS = np.arange(MOST_PEOPLE + 1)
_LEAST = 1e-4


@dataclass(slots=True)
class OccupancyState:
    """State of one room. The step owns it and changes it in place.

    Attributes:
        room: Which.
        followed: Whether radars follow people there.
        switched_off: Whether nobody wants to know: then it is said that there is nothing to be said.
        student: Who tells from air alone whether somebody is there; None: there is none.
        air: By sensor, what its carbon dioxide says.
        rows: By sensor, the last day's air, minute by minute: time, carbon dioxide, warmth, water.
        occupied: By sensor, what the student says.
    """

    room: str
    volume_m3: float
    followed: bool
    switched_off: bool = False
    student: Asked | None = None
    rows: dict[str, deque[tuple[float, float, float, float]]] = field(default_factory=dict)
    occupied: dict[str, float] = field(default_factory=dict)
    air: dict[str, Co2People] = field(default_factory=dict)
    air_ns: dict[str, int] = field(default_factory=dict)
    tracks: Tracks | None = None
    presence: Presence | None = None
    now: Instant | None = None
    told_ns: int | None = None
    origin: Origin = Origin.LIVE


def start(
    room: str,
    volume_m3: float,
    *,
    followed: bool,
    switched_off: bool = False,
    student: Asked | None = None,
    origin: Origin = Origin.LIVE,
) -> OccupancyState:
    """Return the state before the first message.

    Args:
        room: Its name in `house.yaml`.
        volume_m3: Of its air.
        followed: Whether radars follow people there.
        switched_off: Whether nobody wants to know.
        student: Of `FEATURES`; None where there is none.
        origin: What the room's sensors will be.
    """
    return OccupancyState(room, volume_m3, followed, switched_off, student, origin=origin)


def step(
    state: OccupancyState, message: AirSample | Tracks | Presence | Tick
) -> tuple[OccupancyState, tuple[Message, ...]]:
    """Take one message in.

    Args:
        state: Used up.
        message: The air of the room, everybody in the house, whether somebody is in the room, or the time.

    Returns:
        The state, and an `OccupancyCount` every ten seconds, valid or not.
    """
    now = message.stamp
    if state.now is not None and state.now.boot_id != now.boot_id:
        state.air, state.air_ns, state.rows, state.occupied = {}, {}, {}, {}
        state.tracks = state.presence = state.told_ns = None
        state.now = now
    elif state.now is None or now.monotonic_ns > state.now.monotonic_ns:
        state.now = now
    if isinstance(message, Tracks):
        state.tracks = message
    elif isinstance(message, Presence) and message.room == state.room:
        state.presence, state.origin = message, message.origin
    elif isinstance(message, AirSample) and message.room == state.room and message.co2_ppm is not None:
        state.origin = message.origin
        state.air_ns[message.sensor] = now.monotonic_ns
        air = state.air.setdefault(message.sensor, Co2People(state.volume_m3))
        air.take(message.co2_ppm, ns_to_seconds(now.monotonic_ns))
        if state.student is not None:
            _ask(state, state.student, message)
    if state.told_ns is not None and state.now.monotonic_ns - state.told_ns < seconds_to_ns(PUBLISH_S):
        return state, ()
    state.told_ns = state.now.monotonic_ns
    return state, (_told(state, state.now),)


def _told(state: OccupancyState, now: Instant) -> OccupancyCount:
    common: dict[str, Any] = {"stamp": now, "room": state.room}
    if state.switched_off:
        return OccupancyCount(origin=state.origin, valid=False, reason=Reason.NOT_AGREED, **common)
    seen, air = _seen(state, now.monotonic_ns), _air(state, now.monotonic_ns)
    if seen is None and air is None:
        return OccupancyCount(origin=state.origin, valid=False, reason=Reason.NO_SIGNAL, **common)
    shares = np.full(MOST_PEOPLE + 1, 1.0)
    for part in (seen, air):
        shares = shares if part is None else shares * part
    shares /= shares.sum()
    best = int(shares.argmax())
    mean = float(shares @ _NUMBERS)
    heard = [state.origin] if state.tracks is None else [state.origin, state.tracks.origin]
    return OccupancyCount(
        origin=worst(heard),
        valid=True,
        reason=Reason.MEASURED,
        student=name_of(state.student) if _answers(state, now.monotonic_ns) else "",
        count=best,
        probability=float(shares[best]),
        sigma=float(np.sqrt(shares @ (_NUMBERS - mean) ** 2)),
        shares=tuple(round(float(one), 6) for one in shares),
        co2_people=None if air is None else round(float(air @ _NUMBERS), 2),
        **common,
    )


def _seen(state: OccupancyState, now_ns: int) -> Array | None:
    """Return (people,) how well each number explains what radars see; None where they see nothing of the room."""
    tracks = state.tracks
    looked = state.followed and tracks is not None and not tracks.reason and state.room not in tracks.blind
    if tracks is not None and looked and _is_fresh(tracks, now_ns):
        there = [one.existence for one in tracks.tracks if one.room == state.room and is_person(one)]
        return _of_tracks(there)
    presence = state.presence
    if presence is None or not presence.valid or presence.probability is None or not _is_fresh(presence, now_ns):
        return None
    # Somebody is there, or nobody: how many is not told, and each further one is half as usual.
    shares = np.array([1.0 - presence.probability, *presence.probability * _SOME])
    told: Array = np.maximum(shares, _LEAST)
    return told


_SOME = 0.5 ** np.arange(1, MOST_PEOPLE + 1) / (0.5 ** np.arange(1, MOST_PEOPLE + 1)).sum()


def _of_tracks(existence: list[float]) -> Array:
    """Return (people,) the probability of each number by those who are followed."""
    shares = np.zeros(MOST_PEOPLE + 1)
    shares[0] = 1.0
    for one in existence:
        there = min(max(one, 0.0), 1.0)
        joined = np.append(0.0, shares[:-1]) * there + shares * (1.0 - there)
        joined[-1] += shares[-1] * there  # as many or more
        shares = joined
    fewer = np.append(shares[1:], 0.0)
    more = np.append(0.0, shares[:-1])
    mixed = (1.0 - MISSED - DOUBLED) * shares + MISSED * more + DOUBLED * fewer
    mixed[0] += DOUBLED * shares[0]
    mixed[-1] += MISSED * shares[-1]
    told: Array = np.maximum(mixed, _LEAST)
    return told


def _air(state: OccupancyState, now_ns: int) -> Array | None:
    """Return (people,) what carbon dioxide says, of several sensors the mean; None where it says nothing."""
    said = [
        people
        for sensor, one in state.air.items()
        if _is_heard(state, sensor, now_ns) and (people := one.people()) is not None
    ]
    if not said:
        return None
    told: Array = np.maximum(np.mean(said, axis=0) * _of_student(_answers(state, now_ns)), _LEAST)
    shares: Array = told / told.sum()
    return shares


def _answers(state: OccupancyState, now_ns: int) -> list[float]:
    """Return what the student says of the air at each sensor that is still heard."""
    return [occupied for sensor, occupied in state.occupied.items() if _is_heard(state, sensor, now_ns)]


def _of_student(answers: Sequence[float]) -> Array:
    """Return (people,) how well each number explains what the student says."""
    if not answers:
        return np.ones(MOST_PEOPLE + 1)
    occupied = min(max(sum(answers) / len(answers), 0.02), 0.98)
    weights: Array = np.where(_NUMBERS > 0, occupied, 1.0 - occupied) ** STUDENT_WEIGHT
    return weights


def _ask(state: OccupancyState, student: Asked, sample: AirSample) -> None:
    """Keep a sample, one a minute, and ask the student about it."""
    now_s = ns_to_seconds(sample.stamp.monotonic_ns)
    rows = state.rows.setdefault(sample.sensor, deque())
    if rows and 0.0 <= now_s - rows[-1][0] < LOOK_S:
        return
    while rows and not 0.0 <= now_s - rows[0][0] <= KEPT_S:
        rows.popleft()
    warmth, relative = sample.temperature_c, sample.relative_humidity
    water = math.nan if warmth is None or relative is None else humidity_ratio(warmth, relative)
    rows.append((now_s, sample.co2_ppm or math.nan, math.nan if warmth is None else warmth, water))
    table = np.array(rows, np.float64)
    features, known = occupancy_features(table[:, 0], table[:, 1], table[:, 2], table[:, 3], np.array([now_s]))
    answer = asked(student, features[0])
    state.occupied.pop(sample.sensor, None)
    if known[0] and answer.valid and answer.probabilities is not None:
        state.occupied[sample.sensor] = answer.probabilities[CLASSES.index("occupied")]


def _is_heard(state: OccupancyState, sensor: str, now_ns: int) -> bool:
    return now_ns - state.air_ns[sensor] <= seconds_to_ns(CO2_FRESH_S)


def _is_fresh(message: Message, now_ns: int) -> bool:
    return now_ns - message.stamp.monotonic_ns <= seconds_to_ns(FRESH_S)
