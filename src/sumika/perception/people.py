"""Where everybody in the house is: all radars' points on one set of tracks, with identities that rooms share.

A radar that falls silent neither empties its room nor keeps anybody in it: which rooms cannot be seen is told with
everybody, and whom only silent radars saw is followed no more after a while.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sumika.clock import Instant
from sumika.radar import tracking
from sumika.radar.people import surest_breathing
from sumika.radar.tracking import EmptyRoom, TrackingState
from sumika.radar.tracking.body_track import BodyTrack
from sumika.schema import Message, Origin, PersonVitals, PointCloud, Reason, Tick, Tracks, worst
from sumika.schema.expected_origin import expected_origin
from sumika.schema.house import Radar, Room
from sumika.schema.points import POINT_COLUMNS
from sumika.units import ns_to_seconds, seconds_to_ns

HOUSE = "house"
SILENT_S = 1.0
"""Without a word from any radar for so long, nobody knows who is where."""

BLIND_S = 2.0
"""A room none of whose radars was heard for so long cannot be seen; what a radar told of breathing before is old."""

UNWATCHED_S = 60.0
"""Whom no radar that is heard has seen for so long, where another one would, is followed no more. A radar that starts
anew takes less."""

_SEEN_TOGETHER_S = 1.0
"""Radars that saw a body within so long of when it was seen last are those that look at it."""

_BREATHES = 0.5
"""Log odds of breathing from which on a radar holds a body."""

_BACKWARDS_S = 0.25
"""Frames of several radars may come a little out of order; further back, a clock has jumped."""

_MOST_GHOSTS = 16


@dataclass(slots=True)
class PeopleState:
    """State of the house. The step owns it and changes it in place.

    Attributes:
        tracking: Everybody.
        rooms: The radars that look into each room, where any does.
        breathing: What each radar says of the breathing of each track.
        heard: When each radar was heard last.
        now: Of the newest frame.
        origins: What each radar's data is.
        told_ns: When it was last said that nothing is known.
        expected: What radars' data will be that have not spoken yet; None where there are no radars.
    """

    tracking: TrackingState
    rooms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    breathing: dict[str, dict[int, float]] = field(default_factory=dict)
    heard: dict[str, Instant] = field(default_factory=dict)
    now: Instant | None = None
    origins: dict[str, Origin] = field(default_factory=dict)
    told_ns: int = 0
    expected: Origin | None = None


def start(rooms: Sequence[Room], radars: Sequence[Radar], empty: EmptyRoom | None = None) -> PeopleState:
    """Return the state before the first message.

    Args:
        rooms: Of the house.
        radars: Those that tell directions.
        empty: What moves in the empty rooms, where that was learned.
    """
    expected = worst(map(expected_origin, radars)) if radars else None
    looked_into: dict[str, tuple[str, ...]] = {}
    for radar in radars:
        looked_into[radar.room] = (*looked_into.get(radar.room, ()), radar.id)
    return PeopleState(tracking.start(rooms, radars, empty=empty), looked_into, expected=expected)


def step(state: PeopleState, message: PointCloud | PersonVitals | Tick) -> tuple[PeopleState, tuple[Message, ...]]:
    """Take one message in.

    Args:
        state: Of the house; used up.
        message: A frame's points of one of its radars, what a radar says of somebody's breathing, or the time.

    Returns:
        The state, and `Tracks`: for every frame's points, and once a second where no radar speaks.
    """
    if isinstance(message, PersonVitals):
        state.breathing.setdefault(message.radar, {})[message.track] = message.breathing_log_odds
        return state, ()
    if isinstance(message, PointCloud):
        return state, _follow(state, message)
    return state, _silence(state, message)


def _follow(state: PeopleState, cloud: PointCloud) -> tuple[Tracks, ...]:
    if cloud.radar not in state.tracking.mountings or not cloud.usable:
        return ()
    try:
        rows = cloud.array()
    except ValueError:  # bytes that are no such table: as good as an unusable frame
        rows = np.zeros((0, len(POINT_COLUMNS)), np.float32)
    _keep_time(state, cloud.stamp)
    _lose_unwatched(state, cloud.stamp)
    state.heard[cloud.radar], state.origins[cloud.radar] = cloud.stamp, cloud.origin
    now_s = ns_to_seconds(cloud.stamp.monotonic_ns)
    awake = _awake(state, cloud.stamp, BLIND_S)
    breathing = surest_breathing({radar: told for radar, told in state.breathing.items() if radar in awake})
    state.tracking, result = tracking.step(state.tracking, cloud.radar, rows, now_s, breathing)
    followed = {track.id for track in state.tracking.tracks}
    state.breathing = {
        radar: {number: odds for number, odds in told.items() if number in followed}
        for radar, told in state.breathing.items()
    }
    return (
        Tracks(
            stamp=cloud.stamp,
            origin=worst(state.origins.values()),
            session=cloud.session,
            source=HOUSE,
            tracks=result.tracks,
            candidates=result.candidates,
            ghosts=result.ghosts[:_MOST_GHOSTS],
            blind=tuple(room for room, radars in state.rooms.items() if awake.isdisjoint(radars)),
        ),
    )


def _keep_time(state: PeopleState, now: Instant) -> None:
    """Where the clock begins anew or runs backwards, radars count as heard just now, as bodies count as seen."""
    before = state.now
    same = before is not None and before.boot_id == now.boot_id
    if before is not None and same and now.monotonic_ns >= before.monotonic_ns - seconds_to_ns(_BACKWARDS_S):
        state.now = max(before, now, key=lambda one: one.monotonic_ns)
        return
    state.heard = dict.fromkeys(state.heard, now)
    state.now = now


def _awake(state: PeopleState, now: Instant, within_s: float) -> set[str]:
    """Return the radars that were heard within a time."""
    since_ns = now.monotonic_ns - seconds_to_ns(within_s)
    return {radar for radar, heard in state.heard.items() if heard.monotonic_ns >= since_ns}


def _lose_unwatched(state: PeopleState, now: Instant) -> None:
    """Follow those no more whom silent radars would see: they are not gone, but nobody knows where they are."""
    awake, bodies = _awake(state, now, UNWATCHED_S), state.tracking
    if len(awake) == len(bodies.mountings):
        return
    kept = []
    for track in bodies.tracks:
        if _is_watched(state, track, awake, ns_to_seconds(now.monotonic_ns)):
            kept.append(track)
        else:
            bodies.lost.add(track)
            bodies.told_s.pop(track.id, None)
    bodies.tracks = kept


def _is_watched(state: PeopleState, track: BodyTrack, awake: set[str], now_s: float) -> bool:
    """Return whether radars that are heard know of a body, or would."""
    if any(state.breathing.get(radar, {}).get(track.id, 0.0) > _BREATHES for radar in awake):
        return True
    if any(now_s - seen_s <= UNWATCHED_S for radar, seen_s in track.radars.items() if radar in awake):
        return True
    saw_last = {radar for radar, seen_s in track.radars.items() if seen_s >= track.seen_s - _SEEN_TOGETHER_S}
    looks = state.rooms.get(state.tracking.plan.room_of(track.mean[:2]), saw_last)
    return not (awake.isdisjoint(saw_last) or awake.isdisjoint(looks))


def _silence(state: PeopleState, tick: Tick) -> tuple[Tracks, ...]:
    """Say that nothing is known where every radar is silent: an unplugged radar is no empty room."""
    now_ns = tick.stamp.monotonic_ns
    speaks = any(now_ns - stamp.monotonic_ns < seconds_to_ns(SILENT_S) for stamp in state.heard.values())
    if speaks or now_ns - state.told_ns < seconds_to_ns(SILENT_S):
        return ()
    state.told_ns = now_ns
    origin = worst(state.origins.values()) if state.origins else state.expected or tick.origin
    return (Tracks(stamp=tick.stamp, origin=origin, source=HOUSE, reason=Reason.NO_SIGNAL, blind=tuple(state.rooms)),)
