"""What is seen and is nobody, and why: outside the walls, mirror images, what moves in the empty room.

A wall shows a person again. Both ways by the wall, he seems to be at his mirror image behind it; one way by the wall
and one way straight, he seems to be at half of both distances, in his own direction, in the image's or between; inside
the room, often. Each such place follows from where the person is, so it is calculated, not guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.radar.tracking.body_track import BodyTrack
from sumika.radar.tracking.empty_room import EmptyRoom
from sumika.radar.tracking.floor_plan import FloorPlan
from sumika.radar.tracking.mounting import HousePoints, Mounting
from sumika.radar.tracking.settings import TrackingSettings
from sumika.schema import Ghost, GhostCause

Array = NDArray[np.float64]

_NEAR_M = 0.5
"""A body this close to where an image must be may be the image."""

_IMAGE_SIGMA_M = 0.3
"""How far an image's points lie from where the middle of the body puts it."""

_IMAGE_POINTS, _IMAGE_HEIGHT_M, _IMAGE_GATE = 3.0, 2.0, 9.0
MIRROR_AT_FIRST = -1.0
"""Log odds that a wall of which nothing is known yet is a mirror."""

_NO_MIRROR, _MOST_MIRROR = -2.0, 4.0
_SEEN_PER_S, _UNSEEN_PER_S, _BEHIND_M, _WALKS_M_S, _FARTHEST_M = 2.0, 0.7, 0.6, 0.35, 8.0
_WALL_LOSS_DB = 2.0
"""A good mirror loses so little each way."""

_APART_M = 0.3
_KINDS = 4
_SOON_S = 0.2
_ODD_M_S = 0.5
"""An image moves as its body does; one that is faster or slower by more is none."""


_MOVER_SIGMAS = 9.0
_LIKELY = -0.5
"""Log probability that a wall is a mirror from which on a whole body may be its image."""

_GHOST_PER_S, _GHOST_STILL_PER_S = 4.0, 1.5
_LEAST_GHOST, _MOST_GHOST = -24.0, 4.0
"""Who has gone his own way for seconds is no image, wherever he stops."""

IS_GHOST = 2.0
_MOST_GHOSTS = 20


@dataclass(frozen=True, slots=True)
class Images:
    """Where walls show the bodies that are there.

    Attributes:
        place_m: (image, 2) on the floor plan.
        velocity_m_s: (image, 2) how it moves as its body does.
        track: (image,) number of the body in the list that they were made from.
        wall: (image,) number of the wall.
        weight: (image,) log probability that the wall is a mirror.
        weaker_db: (image,) by how much an image is weaker than its body at least.
    """

    place_m: Array
    velocity_m_s: Array
    track: NDArray[np.intp]
    wall: NDArray[np.intp]
    weight: Array
    weaker_db: Array


NO_IMAGES = Images(
    np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0), np.zeros(0)
)


def images_of(tracks: Sequence[BodyTrack], mounting: Mounting, plan: FloorPlan, mirrors: Array) -> Images:
    """Return where one radar sees the images of bodies, by one wall each.

    Args:
        tracks: The bodies.
        mounting: Of the radar.
        plan: The rooms.
        mirrors: (wall,) log odds that each wall is a mirror; walls that hardly are make no images.
    """
    if not tracks or not len(plan.walls):
        return NO_IMAGES
    means = np.stack([track.mean for track in tracks])
    places, near, far = _image_places(means[:, :3], mounting.place, plan)
    later, _, _ = _image_places(means[:, :3] + _SOON_S * means[:, 3:], mounting.place, plan)
    track, wall = np.indices((len(tracks), len(plan.walls)))
    # An image that falls onto its own body is no ghost of it: somebody who stands at the wall.
    kept = np.tile(((far - near > 2 * _APART_M) & (mirrors > _NO_MIRROR)).reshape(-1), _KINDS)
    # Each way by the wall is longer, and loses something in it.
    one_way_db = (20 * np.log10(far / near) + _WALL_LOSS_DB).reshape(-1)
    weaker_db = np.concatenate((2 * one_way_db, np.tile(one_way_db, _KINDS - 1)))
    walls = np.tile(wall.reshape(-1), _KINDS)[kept]
    return Images(
        places[kept],
        (later[kept] - places[kept]) / _SOON_S,
        np.tile(track.reshape(-1), _KINDS)[kept],
        walls,
        -np.log1p(np.exp(-mirrors[walls])),
        weaker_db[kept],
    )


def learn_mirrors(
    mirrors: Array, tracks: Sequence[BodyTrack], beyond: HousePoints, mounting: Mounting, plan: FloorPlan, step_s: float
) -> None:
    """Learn which walls are mirrors: those behind which people who walk are seen again, where nobody can be.

    Args:
        mirrors: (wall,) log odds, changed in place.
        tracks: Bodies that are told.
        beyond: Points beyond the walls.
        mounting: Of the radar that sees them.
        plan: The rooms.
        step_s: Since this was last asked.
    """
    walking = [track for track in tracks if track.speed_m_s > _WALKS_M_S]
    if not walking or not len(plan.walls):
        return
    means = np.stack([track.mean for track in walking])
    places, _, _ = _image_places(means[:, :3], mounting.place, plan)
    behind = places[: means.shape[0] * len(plan.walls)]
    ahead = mounting.axes[1, :2]
    far = behind - mounting.place[:2]
    distance = np.sqrt((far**2).sum(axis=1))
    in_view = (far @ ahead > 0.6 * distance) & (distance < _FARTHEST_M)
    if len(beyond):
        squared = ((behind[:, None] - beyond.position_m[None, :, :2]) ** 2).sum(axis=2).min(axis=1)
    else:
        squared = np.full(len(behind), np.inf)
    there = (squared < _BEHIND_M**2).reshape(len(walking), -1)
    look = in_view.reshape(len(walking), -1)
    mirrors += step_s * (_SEEN_PER_S * (there & look).sum(axis=0) - _UNSEEN_PER_S * (~there & look).sum(axis=0))
    np.clip(mirrors, -_MOST_MIRROR, _MOST_MIRROR, out=mirrors)


def _image_places(body: Array, radar: Array, plan: FloorPlan) -> tuple[Array, Array, Array]:
    """Return (kind x body x wall, 2) places of images on the plan, and (body, wall) distances of body and mirror image.

    Args:
        body: (body, 3).
        radar: (3,).
        plan: Its walls stand upright.
    """
    bodies = body[:, None]
    across = ((bodies[:, :, :2] - plan.wall_points) * plan.wall_normals).sum(axis=2, keepdims=True) * plan.wall_normals
    mirrored = np.broadcast_to(bodies, (*across.shape[:2], 3)).copy()
    mirrored[:, :, :2] -= 2 * across
    direct, by_wall = bodies - radar, mirrored - radar
    near = np.sqrt((direct**2).sum(axis=2, keepdims=True))
    far = np.sqrt((by_wall**2).sum(axis=2, keepdims=True))
    half = (near + far) / 2
    ahead, aside = direct / np.maximum(near, 1e-6), by_wall / np.maximum(far, 1e-6)
    between = ahead + aside  # sent one way and received the other, an array takes it for a direction between
    between = between / np.maximum(np.sqrt((between**2).sum(axis=2, keepdims=True)), 1e-6)
    rays = [np.broadcast_to(ray, by_wall.shape) for ray in (ahead, aside, between)]
    places = [mirrored, *(radar + ray * half for ray in rays)]
    shape = across.shape[:2]
    return (
        np.concatenate([place.reshape(-1, 3)[:, :2] for place in places]),
        np.broadcast_to(near[:, :, 0], shape),
        far[:, :, 0],
    )


def split_outside(
    points: HousePoints, plan: FloorPlan, settings: TrackingSettings
) -> tuple[HousePoints, HousePoints, HousePoints]:
    """Return what lies in a room, what lies beyond its walls, and what lies above or below it."""
    beyond = plan.outside_m(points.position_m[:, :2]) > -settings.wall_margin_m
    height, height_sigma = points.position_m[:, 2], np.sqrt(points.covariance_m2[:, 2, 2])
    off = (height < -0.3 - 2 * height_sigma) | (height > plan.highest_m + 0.3 + 2 * height_sigma)
    return points.take(~beyond & ~off), points.take(beyond), points.take(off & ~beyond)


def image_likelihoods(
    points: HousePoints, images: Images, tracks: Sequence[BodyTrack]
) -> tuple[Array, NDArray[np.intp]]:
    """Return for each point the log density that images put there, and which image does most.

    Args:
        points: Inside the rooms.
        images: Of `tracks`.
        tracks: The bodies that are told.
    """
    if not len(images.place_m) or not len(points):
        return np.full(len(points), -np.inf), np.zeros(len(points), np.intp)
    level_db = np.array([track.snr_db for track in tracks])[images.track] - images.weaker_db
    own = (points.covariance_m2[:, 0, 0] + points.covariance_m2[:, 1, 1]) / 2
    variance = (own + _IMAGE_SIGMA_M**2)[:, None]
    difference = points.position_m[:, None, :2] - images.place_m
    squared = (difference * difference).sum(axis=2) / variance
    logs = -0.5 * squared - np.log(2 * np.pi * variance * _IMAGE_HEIGHT_M / _IMAGE_POINTS) + images.weight
    logs = np.where((squared < _IMAGE_GATE) & (points.snr_db[:, None] < level_db), logs, -np.inf)
    which = logs.argmax(axis=1)
    return logs[np.arange(len(points)), which], which


def told_images(
    points: HousePoints, which: NDArray[np.intp], images: Images, tracks: Sequence[BodyTrack], plan: FloorPlan
) -> list[Ghost]:
    """Return a ghost for each image that some points belong to."""
    ghosts = {}
    for number, image in enumerate(which):
        track = tracks[int(images.track[image])]
        ghosts[int(image)] = Ghost(
            position_m=_vector(points.position_m[number]),
            cause=GhostCause.MIRROR,
            of_track=track.id,
            detail=plan.walls[int(images.wall[image])][0],
        )
    return list(ghosts.values())


def known_movers(
    points: HousePoints, empty: EmptyRoom | None, thin_per_m3: float
) -> tuple[NDArray[np.bool_], list[Ghost]]:
    """Return which points lie where something moves in the empty room, and what does.

    Only where it moves much: at the edge of a faint one somebody may begin who is no less likely.
    """
    known = np.zeros(len(points), bool)
    ghosts: dict[str, Ghost] = {}
    if empty is None or not len(points):
        return known, []
    often = empty.density(points) > thin_per_m3
    for number, position in enumerate(points.position_m):
        name, squared = empty.nearest(position)
        if often[number] and squared < _MOVER_SIGMAS:
            known[number] = True
            ghosts[name] = Ghost(position_m=_vector(position), cause=GhostCause.KNOWN_MOVER, detail=name)
    return known, list(ghosts.values())


def explain_outside(
    points: HousePoints, cause: GhostCause, images: Images, tracks: Sequence[BodyTrack], plan: FloorPlan
) -> list[Ghost]:
    """Return one ghost for each place outside where something is seen, as an image where it is one."""
    ghosts: list[Ghost] = []
    left = np.argsort(-points.snr_db, kind="stable")
    while left.size and len(ghosts) < _MOST_GHOSTS:
        one = points.take(left[:1])
        level, which = image_likelihoods(one, images, tracks)
        if cause is GhostCause.OUTSIDE_ROOM and np.isfinite(level[0]):
            ghosts += told_images(one, which, images, tracks, plan)
        else:
            ghosts.append(Ghost(position_m=_vector(one.position_m[0]), cause=cause))
        place = one.position_m[0, :2]
        left = left[((points.position_m[left, :2] - place) ** 2).sum(axis=1) > 4 * _NEAR_M**2]
    return ghosts


def suspect(track: BodyTrack, others: Sequence[BodyTrack], images: Images, interval_s: float) -> None:
    """Take in whether a body is where another's image must be; only those that move tell.

    Args:
        track: Changed in place.
        others: The bodies that `images` were made from.
        images: Where one radar sees images.
        interval_s: Since this was last asked.
    """
    # While no wall is known to be a mirror, not to be an image means nothing.
    if not len(images.place_m) or not (images.weight > _LIKELY).any():
        return
    squared = ((images.place_m - track.mean[:2]) ** 2).sum(axis=1)
    owners = np.array([others[number].id != track.id for number in images.track])
    levels_db = np.array([others[number].snr_db for number in images.track]) - images.weaker_db
    stronger = (levels_db > track.snr_db) & (images.weight > _LIKELY)
    older = np.array([others[number].log_odds >= track.log_odds - 1.0 for number in images.track])
    squared = np.where(owners & stronger & older, squared, np.inf)
    odd = images.velocity_m_s - track.mean[3:5]
    squared = squared + np.where((odd * odd).sum(axis=1) > _ODD_M_S**2, np.inf, 0.0)
    nearest = int(np.argmin(squared))
    owner = others[int(images.track[nearest])]
    fits = squared[nearest] < _NEAR_M**2
    # Where both keep still, one look is worth little: it is the same look again.
    moves = max(owner.going_m_s, track.going_m_s) > 0.25
    worth = _GHOST_PER_S if moves else 0.0 if track.confirmed else _GHOST_STILL_PER_S
    track.ghost += (worth if fits else -worth) * interval_s
    track.ghost = max(_LEAST_GHOST, min(_MOST_GHOST, track.ghost))
    if fits:
        track.ghost_of = owner.id


def _vector(position: Array) -> tuple[float, float, float]:
    return (float(position[0]), float(position[1]), float(position[2]))
