"""One frame's points of one radar of the house, and everybody's place is known anew."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.radar.target import Target
from sumika.radar.tracking import existence, ghosts, kinds, screen
from sumika.radar.tracking.associator import shares
from sumika.radar.tracking.body_track import BodyTrack
from sumika.radar.tracking.empty_room import EmptyRoom
from sumika.radar.tracking.floor_plan import FloorPlan
from sumika.radar.tracking.handover import LostBodies
from sumika.radar.tracking.initiator import begin
from sumika.radar.tracking.mounting import HousePoints, Mounting, mounting_of, sees_direction
from sumika.radar.tracking.predictor import predict
from sumika.radar.tracking.settings import TrackingSettings
from sumika.radar.tracking.updater import update
from sumika.schema import Ghost, GhostCause, Track
from sumika.schema.house import Radar, Room

Array = NDArray[np.float64]

_DUPLICATE_M = 0.45
_OUTSIDE_M = 0.1
_TOGETHER_S = 1.5
"""Two people pass each other faster; two bodies in one place for longer are one."""

_STANDS_OUT_S = 8.0
"""What moves at its place for so long, goes nowhere and does not breathe, is a thing."""

_BACKWARDS_S = 0.25
"""Frames of several radars may come a little out of order; further back, a clock has jumped."""

USUAL = TrackingSettings()


@dataclass(frozen=True, slots=True)
class TrackingResult:
    """Everybody, and what is nobody.

    Attributes:
        tracks: Confirmed bodies.
        candidates: Bodies that are followed and not told of yet.
        ghosts: What was explained away in this frame.
    """

    tracks: tuple[Track, ...] = ()
    candidates: tuple[Track, ...] = ()
    ghosts: tuple[Ghost, ...] = ()


@dataclass(slots=True)
class TrackingState:
    """What is remembered of a house.

    Attributes:
        plan: Its rooms.
        mountings: Of each radar.
        settings: Of the tracker.
        empty: What moves in the empty rooms; None if it was not learned.
        tracks: Bodies that are followed.
        lost: Who went out of sight.
        levels_db: How loud the loudest body is for each radar, at one metre.
        people_db: How loud those are whom each radar has seen upright.
        mirrors: (wall,) log odds that each wall is a mirror.
        now_s: Of the last frame.
        frames_s: Of each radar's last frame.
        told_s: When breathing was last told, of each body.
        next_id: Of the next body.
    """

    plan: FloorPlan
    mountings: dict[str, Mounting]
    settings: TrackingSettings
    empty: EmptyRoom | None
    lost: LostBodies
    mirrors: Array
    tracks: list[BodyTrack] = field(default_factory=list)
    levels_db: dict[str, float] = field(default_factory=dict)
    people_db: dict[str, float] = field(default_factory=dict)
    now_s: float = -math.inf
    frames_s: dict[str, float] = field(default_factory=dict)
    told_s: dict[int, float] = field(default_factory=dict)
    next_id: int = 1


def start(
    rooms: Sequence[Room],
    radars: Sequence[Radar],
    settings: TrackingSettings = USUAL,
    empty: EmptyRoom | None = None,
) -> TrackingState:
    """Return the state before the first frame.

    Args:
        rooms: Of the house, with their floors.
        radars: With where they hang and look.
        settings: Of the tracker.
        empty: As `learn` gave it.

    Raises:
        ValueError: if there is no room or no radar.
    """
    if not rooms or not radars:
        raise ValueError(f"{len(rooms)} rooms and {len(radars)} radars; at least one of each is needed")
    mountings = {radar.id: mounting_of(radar) for radar in radars}
    plan = FloorPlan(tuple(rooms))
    mirrors = np.full(len(plan.walls), ghosts.MIRROR_AT_FIRST)
    return TrackingState(plan, mountings, settings, empty, LostBodies(settings.handover_s), mirrors)


def step(
    state: TrackingState,
    radar: str,
    rows: NDArray[np.floating],
    time_s: float,
    breathing: Mapping[int, float] | None = None,
) -> tuple[TrackingState, TrackingResult]:
    """Take one frame's points in.

    Args:
        state: Of this house; changed in place.
        radar: Id of the radar that took them.
        rows: (point, column) as `sumika.schema.POINT_COLUMNS`.
        time_s: When; any origin, the same for all radars.
        breathing: Log odds that something breathes in the cells of bodies, by id, as known at that time.

    Raises:
        KeyError: if the house has no such radar.
    """
    mounting = state.mountings[radar]
    if time_s < state.now_s - _BACKWARDS_S:
        _start_over(state, time_s)
    time_s = max(time_s, state.now_s)
    interval_s = min(1.0, max(0.0, time_s - state.frames_s.get(radar, time_s - 0.05)))
    state.frames_s[radar] = state.now_s = time_s
    for track in state.tracks:
        predict(track, time_s, state.settings.acceleration_m_s2)
    points = mounting.points(_worth(state, radar, rows))
    inside, beyond, off = ghosts.split_outside(points, state.plan, state.settings)
    real = [track for track in state.tracks if track.confirmed]
    ghosts.learn_mirrors(state.mirrors, real, beyond, mounting, state.plan, interval_s)
    images = ghosts.images_of(real, mounting, state.plan, state.mirrors)
    left, told = _follow(state, radar, inside, images, real, interval_s)
    _hear(state, breathing or {}, time_s)
    unclaimed = inside.take(left)
    known, movers = ghosts.known_movers(unclaimed, state.empty, state.settings.clutter_per_m3)
    told += movers
    unexplained = unclaimed.take(~known)
    begun = begin(unexplained, state.tracks, time_s, state.settings, radar, state.next_id)
    state.next_id += len(begun)
    state.tracks += begun
    _judge(state, radar, images, real, interval_s)
    told += ghosts.explain_outside(beyond, GhostCause.OUTSIDE_ROOM, images, real, state.plan)
    told += ghosts.explain_outside(off, GhostCause.OUTSIDE_HEIGHT, images, real, state.plan)
    told += _things(state)
    bodies = [(track.confirmed, _told(state, track)) for track in state.tracks]
    people, candidates = (tuple(body for told_of, body in bodies if told_of is which) for which in (True, False))
    return state, TrackingResult(people, candidates, tuple(told))


def _start_over(state: TrackingState, time_s: float) -> None:
    """The clock ran backwards: who was there is kept where he was, as if seen just now; intervals begin anew."""
    shift = time_s - state.now_s
    for track in state.tracks:
        track.now_s, track.seen_s = time_s, track.seen_s + shift
        track.born_s, track.anchored_s = track.born_s + shift, track.anchored_s + shift
        track.radars = {radar: seen_s + shift for radar, seen_s in track.radars.items()}
    state.lost.bodies.clear()
    state.frames_s.clear()
    state.told_s.clear()
    state.now_s = time_s


def _follow(
    state: TrackingState,
    radar: str,
    points: HousePoints,
    images: ghosts.Images,
    real: Sequence[BodyTrack],
    interval_s: float,
) -> tuple[NDArray[np.bool_], list[Ghost]]:
    """Share the points out and update the bodies; return which points are nobody's, and the images among them."""
    settings, tracks = state.settings, state.tracks
    image_logs, which = ghosts.image_likelihoods(points, images, real)
    weights = shares(points, tracks, settings, state.empty, image_logs)
    inside = state.plan.outside_m(np.array([track.mean[:2] for track in tracks]).reshape(-1, 2)) < _OUTSIDE_M
    for number, track in enumerate(tracks):
        count = update(track, points, weights[:, number], settings, radar) if len(points) else 0.0
        existence.seen(track, count, interval_s, settings)
        if count < 0.5:
            in_view = _in_view(state.mountings[radar], track)
            existence.unseen(track, interval_s, inside=bool(inside[number]), in_view=in_view)
        else:
            _judge_kind(state, radar, track, interval_s)
    mirrored = weights[:, -2] > 0.5
    told = ghosts.told_images(points.take(mirrored), which[mirrored], images, real, state.plan)
    left: NDArray[np.bool_] = weights[:, -1] > 0.5
    return left, told


def _judge_kind(state: TrackingState, radar: str, track: BodyTrack, interval_s: float) -> None:
    """Take in what a body that was just seen is: by its height, and by how loud it is. Images have any height."""
    if not track.confirmed:
        return
    loudness_db, people_db = _loudness_db(state, radar, track), state.people_db.get(radar, -math.inf)
    if kinds.look(track, interval_s):
        people_db = state.people_db[radar] = kinds.learn_loudness(people_db, loudness_db, interval_s)
    kinds.hear(track, loudness_db, people_db, interval_s)


def _in_view(mounting: Mounting, track: BodyTrack) -> bool:
    """Return whether a radar could see a body: ahead of it and not far; walls are not known to stop it here."""
    right, forward, _ = mounting.axes @ (track.mean[:3] - mounting.place)
    return bool(forward > 0.2 and abs(math.atan2(right, forward)) < math.radians(60.0) and forward < 8.0)


def _hear(state: TrackingState, breathing: Mapping[int, float], time_s: float) -> None:
    for track in state.tracks:
        if track.id in breathing:
            since_s = min(1.0, time_s - state.told_s.get(track.id, time_s - 0.05))
            existence.breathing(track, breathing[track.id], since_s)
            state.told_s[track.id] = time_s


def _worth(state: TrackingState, radar: str, rows: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the rows of a frame that are worth following."""
    if not sees_direction(rows):
        return rows[:0]
    good = rows[screen.worth_following(rows)]
    return good[screen.loud_enough(good, state.levels_db.get(radar, -math.inf))]


def _loudness_db(state: TrackingState, radar: str, track: BodyTrack) -> float:
    away = track.mean[:3] - state.mountings[radar].place
    return screen.loudness_db(track.snr_db, math.sqrt(float(away @ away)))


def _judge(
    state: TrackingState, radar: str, images: ghosts.Images, real: Sequence[BodyTrack], interval_s: float
) -> None:
    """Decide who is told from now on, and who is there no more."""
    kept: list[BodyTrack] = []
    loudest = max((_loudness_db(state, radar, track) for track in real if radar in track.radars), default=-math.inf)
    level_db = screen.follow_loudness(state.levels_db.get(radar, -math.inf), loudest, interval_s)
    state.levels_db[radar] = level_db
    for track in state.tracks:
        ghosts.suspect(track, real, images, interval_s)
        if track.ghost > ghosts.IS_GHOST or not state.plan.holds_height(float(track.mean[2])):
            continue
        was = track.confirmed
        fainter_db = level_db - _loudness_db(state, radar, track)
        if track.confirmed or fainter_db < screen.PEOPLE_DB:
            back = not was and state.lost.back_at_place(track)
            existence.confirm(track, state.settings, back=back, fainter_db=fainter_db)
        if track.confirmed and not was:
            state.lost.recognise(track)
        if existence.gone(track):
            state.lost.add(track)
            state.told_s.pop(track.id, None)
        elif not _double(track, state.tracks, interval_s):
            kept.append(track)
    state.tracks = kept


def _double(track: BodyTrack, tracks: Sequence[BodyTrack], interval_s: float) -> bool:
    """Return whether a body is part of another one: at its place from the beginning, or for a good while."""
    here = [
        other
        for other in tracks
        if other is not track
        and other.confirmed
        and math.hypot(*(other.mean[:2] - track.mean[:2])) < _DUPLICATE_M
        and (not track.confirmed or (other.points, -other.id) > (track.points, -track.id))
    ]
    track.together_s = track.together_s + interval_s if here else 0.0
    return bool(here) and (not track.confirmed or track.together_s > _TOGETHER_S)


def _things(state: TrackingState) -> list[Ghost]:
    """Return what moves at its place and neither goes nor breathes."""
    found = []
    for track in state.tracks:
        if not track.confirmed and track.now_s - track.born_s > _STANDS_OUT_S and track.log_odds > 0:
            place = (float(track.mean[0]), float(track.mean[1]), float(track.mean[2]))
            found.append(
                Ghost(position_m=place, cause=GhostCause.KNOWN_MOVER, detail="moves at its place, does not breathe")
            )
    return found


def targets(state: TrackingState, radar: str) -> tuple[Target, ...]:
    """Return where a radar should look for breath and heartbeat: at every body, told or not yet.

    Raises:
        KeyError: if the house has no such radar.
    """
    mounting = state.mountings[radar]
    return tuple(
        mounting.target(
            track.id,
            track.mean,
            track.covariance,
            speed_m_s=track.going_m_s,
            still_s=track.now_s - track.anchored_s,
        )
        for track in state.tracks
        if track.now_s - track.born_s > 0.5 or track.confirmed
    )


def _told(state: TrackingState, track: BodyTrack) -> Track:
    kind, probability = kinds.kind_of(track)
    sigma = np.sqrt(np.maximum(np.diag(track.covariance), 0.0))
    mean = track.mean
    return Track(
        id=track.id,
        room=state.plan.room_of(mean[:2]),
        kind=kind,
        kind_probability=probability,
        position_m=(float(mean[0]), float(mean[1]), float(mean[2])),
        position_sigma_m=(float(sigma[0]), float(sigma[1]), float(sigma[2])),
        velocity_m_s=(float(mean[3]), float(mean[4]), float(mean[5])),
        going_m_s=track.going_m_s,
        velocity_sigma_m_s=(float(sigma[3]), float(sigma[4]), float(sigma[5])),
        size_m=(4 * float(track.spread_m[0]), 4 * float(track.spread_m[1]), 4 * float(track.spread_m[2])),
        top_m=track.top_m,
        top_sigma_m=math.sqrt(track.top_variance_m2),
        existence=track.existence,
        held_by=track.held_by,
        reason=existence.reason(track),
        still_s=track.now_s - track.anchored_s,
        age_s=track.now_s - track.born_s,
        radars=tuple(sorted(radar for radar, seen_s in track.radars.items() if track.now_s - seen_s < 1.0)),
    )
