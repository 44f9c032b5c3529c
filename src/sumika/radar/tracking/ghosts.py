"""What is seen and is nobody, and why: outside the walls, mirror images, what moves in the empty room.

A wall shows a person again. Both ways by the wall, he seems to be at his mirror image behind it. One way by the wall and
one way straight, he seems to be at half of both distances, in his own direction or in that of the image; inside the
room, often. Each such place follows from where the person is, so it is calculated, not guessed.
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
"""A point this close to where an image must be is the image's."""

_MOVER_SIGMAS = 9.0
_WEAKER_DB = 3.0
_GHOST_PER_S, _MOST_GHOST = 4.0, 6.0
IS_GHOST = 2.0
_MOST_GHOSTS = 20


@dataclass(frozen=True, slots=True)
class Images:
    """Where walls show the bodies that are there.

    Attributes:
        place_m: (image, 2) on the floor plan.
        track: (image,) number of the body in the list that they were made from.
        wall: (image,) number of the wall.
    """

    place_m: Array
    track: NDArray[np.intp]
    wall: NDArray[np.intp]


def images_of(tracks: Sequence[BodyTrack], mounting: Mounting, plan: FloorPlan) -> Images:
    """Return where one radar sees the images of bodies, by one wall each."""
    if not tracks or not len(plan.walls):
        return Images(np.zeros((0, 2)), np.zeros(0, np.intp), np.zeros(0, np.intp))
    body = np.stack([track.mean[:2] for track in tracks])[:, None]
    points, normals, radar = plan.wall_points, plan.wall_normals, mounting.place[:2]
    mirrored = body - 2 * ((body - points) * normals).sum(axis=2, keepdims=True) * normals
    direct, by_wall = body - radar, mirrored - radar
    near = np.sqrt((direct**2).sum(axis=2, keepdims=True))
    far = np.sqrt((by_wall**2).sum(axis=2, keepdims=True))
    half = (near + far) / 2
    ahead = radar + np.broadcast_to(direct / np.maximum(near, 1e-6), by_wall.shape) * half
    aside = radar + by_wall / np.maximum(far, 1e-6) * half
    track, wall = np.indices(mirrored.shape[:2])
    # An image that falls onto its own body is no ghost of it: somebody who stands at the wall.
    apart = (far - near)[:, :, 0] > 2 * _NEAR_M
    kept = np.concatenate([apart.reshape(-1)] * 3)
    places = np.concatenate([place.reshape(-1, 2) for place in (mirrored, ahead, aside)])
    return Images(places[kept], np.tile(track.reshape(-1), 3)[kept], np.tile(wall.reshape(-1), 3)[kept])


def split_outside(
    points: HousePoints, plan: FloorPlan, settings: TrackingSettings
) -> tuple[HousePoints, HousePoints, HousePoints]:
    """Return what lies in a room, what lies beyond its walls, and what lies above or below it."""
    sigma = np.sqrt(np.maximum(points.covariance_m2[:, 0, 0] + points.covariance_m2[:, 1, 1], 0.0) / 2)
    beyond = plan.outside_m(points.position_m[:, :2]) > settings.wall_margin_m + np.minimum(sigma, 0.5)
    height, height_sigma = points.position_m[:, 2], np.sqrt(points.covariance_m2[:, 2, 2])
    off = (height < -0.3 - 2 * height_sigma) | (height > plan.highest_m + 0.3 + 2 * height_sigma)
    return points.take(~beyond & ~off), points.take(beyond), points.take(off & ~beyond)


def explain(
    points: HousePoints, images: Images, tracks: Sequence[BodyTrack], plan: FloorPlan, empty: EmptyRoom | None
) -> tuple[NDArray[np.bool_], list[Ghost]]:
    """Return which points inside are explained by images or known movers, and what explains them."""
    explained = np.zeros(len(points), bool)
    ghosts: list[Ghost] = []
    for number in range(len(points)):
        found = _image(points.position_m[number], float(points.snr_db[number]), images, tracks, plan)
        if found is None and empty is not None:
            name, squared = empty.nearest(points.position_m[number])
            if squared < _MOVER_SIGMAS:
                found = Ghost(position_m=_vector(points.position_m[number]), cause=GhostCause.KNOWN_MOVER, detail=name)
        if found is not None:
            explained[number] = True
            ghosts.append(found)
    return explained, ghosts


def _image(
    position: Array, snr_db: float, images: Images, tracks: Sequence[BodyTrack], plan: FloorPlan
) -> Ghost | None:
    if not len(images.place_m):
        return None
    squared = ((images.place_m - position[:2]) ** 2).sum(axis=1)
    nearest = int(np.argmin(squared))
    track = tracks[int(images.track[nearest])]
    if squared[nearest] > _NEAR_M**2 or snr_db > track.snr_db - _WEAKER_DB:
        return None
    wall = plan.walls[int(images.wall[nearest])][0]
    return Ghost(position_m=_vector(position), cause=GhostCause.MIRROR, of_track=track.id, detail=wall)


def explain_outside(
    points: HousePoints, cause: GhostCause, images: Images, tracks: Sequence[BodyTrack], plan: FloorPlan
) -> list[Ghost]:
    """Return one ghost for each place outside where something is seen, as an image where it is one."""
    ghosts: list[Ghost] = []
    left = np.argsort(-points.snr_db, kind="stable")
    while left.size and len(ghosts) < _MOST_GHOSTS:
        place = points.position_m[left[0]]
        image = _image(place, -np.inf, images, tracks, plan) if cause is GhostCause.OUTSIDE_ROOM else None
        ghosts.append(image or Ghost(position_m=_vector(place), cause=cause))
        left = left[((points.position_m[left, :2] - place[:2]) ** 2).sum(axis=1) > 4 * _NEAR_M**2]
    return ghosts


def suspect(track: BodyTrack, others: Sequence[BodyTrack], images: Images, interval_s: float) -> None:
    """Take in whether a body is where another's image must be; only those that move tell.

    Args:
        track: Changed in place.
        others: The bodies that `images` were made from.
        images: Where one radar sees images.
        interval_s: Since this was last asked.
    """
    if not len(images.place_m):
        return
    squared = ((images.place_m - track.mean[:2]) ** 2).sum(axis=1)
    owners = np.array([others[number].id != track.id for number in images.track])
    stronger = np.array([others[number].snr_db > track.snr_db + _WEAKER_DB for number in images.track])
    older = np.array([others[number].log_odds >= track.log_odds - 1.0 for number in images.track])
    squared = np.where(owners & stronger & older, squared, np.inf)
    nearest = int(np.argmin(squared))
    owner = others[int(images.track[nearest])]
    fits = squared[nearest] < _NEAR_M**2
    if owner.speed_m_s < 0.25 and track.speed_m_s < 0.25:
        return
    track.ghost += (_GHOST_PER_S if fits else -_GHOST_PER_S) * interval_s
    track.ghost = max(-_MOST_GHOST, min(_MOST_GHOST, track.ghost))
    if fits:
        track.ghost_of = owner.id


def _vector(position: Array) -> tuple[float, float, float]:
    return (float(position[0]), float(position[1]), float(position[2]))
