"""Where everybody in the house is: all radars' points on one set of tracks, with identities that rooms share.

Every storey has a set of its own, since rooms of two storeys lie over each other on the floor plan; all are told
together, under numbers that no two share. Who takes the stairs is somebody else above.

A radar that falls silent neither empties its room nor keeps anybody in it: which rooms cannot be seen is told with
everybody, and whom only silent radars saw is followed no more after a while.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import msgspec
import numpy as np

from sumika.clock import Instant
from sumika.perception.empty_house import empty_storey
from sumika.perception.storeys import Storeys
from sumika.radar import tracking
from sumika.radar.people import surest_breathing
from sumika.radar.tracking import EmptyRoom, TrackingResult, TrackingState
from sumika.radar.tracking.body_track import BodyTrack
from sumika.schema import (
    Ghost,
    HeldBy,
    Message,
    Origin,
    PersonVitals,
    PointCloud,
    Reason,
    Tick,
    Track,
    Tracks,
    worst,
)
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

_Body = TypeVar("_Body", Track, Ghost)


@dataclass(slots=True)
class Followed:
    """Everybody on one storey; changed in place.

    Attributes:
        tracking: What is remembered of them.
        told: What was told of them last.
    """

    tracking: TrackingState
    told: TrackingResult = field(default_factory=TrackingResult)


@dataclass(slots=True)
class PeopleState:
    """State of the house. The step owns it and changes it in place.

    Attributes:
        storeys: Of its rooms and radars.
        followed: By storey, everybody there.
        rooms: The radars that look into each room, where any does.
        breathing: What each radar says of the breathing of each track.
        heard: When each radar was heard last.
        now: Of the newest frame.
        origins: What each radar's data is.
        told_ns: When it was last said that nothing is known.
        expected: What radars' data will be that have not spoken yet; None where there are no radars.
        next_id: Of the next body in the house.
    """

    storeys: Storeys
    followed: dict[int, Followed]
    rooms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    breathing: dict[str, dict[int, float]] = field(default_factory=dict)
    heard: dict[str, Instant] = field(default_factory=dict)
    now: Instant | None = None
    origins: dict[str, Origin] = field(default_factory=dict)
    told_ns: int = 0
    expected: Origin | None = None
    next_id: int = 1


def start(rooms: Sequence[Room], radars: Sequence[Radar], empty: EmptyRoom | None = None) -> PeopleState:
    """Return the state before the first message.

    Args:
        rooms: Of the house.
        radars: Those that tell directions.
        empty: What moves in the empty rooms, where that was learned.

    Raises:
        ValueError: if there is no room or no radar.
    """
    if not rooms or not radars:
        raise ValueError(f"{len(rooms)} rooms and {len(radars)} radars; at least one of each is needed")
    storeys, followed = Storeys.of(rooms, radars), {}
    for storey in storeys.watched:
        here = [room for room in rooms if room.storey == storey]
        looking = [radar for radar in radars if storeys.radars[radar.id] == storey]
        followed[storey] = Followed(tracking.start(here, looking, empty=empty_storey(empty, storey)))
    looked_into: dict[str, tuple[str, ...]] = {}
    for radar in radars:
        looked_into[radar.room] = (*looked_into.get(radar.room, ()), radar.id)
    return PeopleState(storeys, followed, looked_into, expected=worst(map(expected_origin, radars)))


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
    storey = state.storeys.radars.get(cloud.radar)
    if storey is None or not cloud.usable:
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
    here = state.followed[storey]
    here.tracking.next_id = state.next_id
    here.tracking, result = tracking.step(here.tracking, cloud.radar, rows, now_s, breathing)
    state.next_id = here.tracking.next_id
    here.told = TrackingResult(
        _placed(result.tracks, storey),
        _placed(result.candidates, storey),
        _placed(result.ghosts[:_MOST_GHOSTS], storey),
    )
    followed = {track.id for one in state.followed.values() for track in one.tracking.tracks}
    state.breathing = {
        radar: {number: odds for number, odds in told.items() if number in followed}
        for radar, told in state.breathing.items()
    }
    return (_together(state, cloud, here.told.ghosts, awake),)


def _together(state: PeopleState, cloud: PointCloud, ghosts: tuple[Ghost, ...], awake: set[str]) -> Tracks:
    """Return everybody in the house at a frame."""
    everybody = [_lately(one, awake) for one in state.followed.values()]
    return Tracks(
        stamp=cloud.stamp,
        origin=worst(state.origins.values()),
        session=cloud.session,
        source=HOUSE,
        tracks=tuple(track for one in everybody for track in one.tracks),
        candidates=tuple(track for one in everybody for track in one.candidates),
        ghosts=ghosts,
        blind=tuple(room for room, radars in state.rooms.items() if awake.isdisjoint(radars)),
    )


def _placed(bodies: Sequence[_Body], storey: int) -> tuple[_Body, ...]:
    return tuple(msgspec.structs.replace(body, storey=storey) for body in bodies)


def _lately(followed: Followed, awake: set[str]) -> TrackingResult:
    """Return what was told last of a storey; of one whose radars are all silent, that bodies are remembered only."""
    told = followed.told
    if not awake.isdisjoint(followed.tracking.mountings):
        return told

    def remembered(bodies: tuple[Track, ...]) -> tuple[Track, ...]:
        held, reason = HeldBy.MEMORY, Reason.PREDICTED
        return tuple(msgspec.structs.replace(body, held_by=held, reason=reason, radars=()) for body in bodies)

    return TrackingResult(remembered(told.tracks), remembered(told.candidates))


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
    awake = _awake(state, now, UNWATCHED_S)
    if len(awake) == len(state.storeys.radars):
        return
    now_s = ns_to_seconds(now.monotonic_ns)
    for one in state.followed.values():
        bodies, kept = one.tracking, []
        for track in bodies.tracks:
            if _is_watched(state, bodies, track, awake, now_s):
                kept.append(track)
            else:
                bodies.lost.add(track)
                bodies.told_s.pop(track.id, None)
        if len(kept) < len(bodies.tracks):
            bodies.tracks, followed = kept, {track.id for track in kept}
            one.told = replace(
                one.told,
                tracks=tuple(track for track in one.told.tracks if track.id in followed),
                candidates=tuple(track for track in one.told.candidates if track.id in followed),
            )


def _is_watched(state: PeopleState, bodies: TrackingState, track: BodyTrack, awake: set[str], now_s: float) -> bool:
    """Return whether radars that are heard know of a body, or would."""
    if any(state.breathing.get(radar, {}).get(track.id, 0.0) > _BREATHES for radar in awake):
        return True
    if any(now_s - seen_s <= UNWATCHED_S for radar, seen_s in track.radars.items() if radar in awake):
        return True
    saw_last = {radar for radar, seen_s in track.radars.items() if seen_s >= track.seen_s - _SEEN_TOGETHER_S}
    looks = state.rooms.get(bodies.plan.room_of(track.mean[:2]), saw_last)
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
