"""The path of a body through one stretch of time, so that it goes on without a step into the next one.

A walk of several legs, round a corner or through a door, is one walk: it starts once and stops once.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.world.exchange import Leg, Stretch
from sumika.world.radar_scene.path import POSTURES, RATE_HZ, STEP_M, Path

Array = NDArray[np.float64]

_STARTS_S = 0.5
_TURNS_S = 1.0
_GOES_M = 0.05
_FOLLOWS_S = 0.2


@dataclass(slots=True)
class _Held:
    """How a body is held at the beginning of a leg."""

    place_m: Array
    heading_rad: float
    share: Array
    base_m: float


def living_path(
    stretch: Stretch, *, strides: float = 0.0, swings_m_s: float | None = None, walks_in: bool = True
) -> Path:
    """Sample the path of a stretch; its time counts from the stretch's beginning.

    Args:
        stretch: Where it goes.
        strides: Steps made before.
        swings_m_s: The speed by which limbs swung when it began; None: that of its beginning.
        walks_in: Whether the body walks already when the stretch begins, should its first leg be a walk.
    """
    times_s = np.arange(max(2, round(stretch.seconds * RATE_HZ) + 1)) / RATE_HZ
    count = len(times_s)
    place, heading, share, base = (
        np.empty((count, 2)),
        np.empty(count),
        np.empty((count, len(POSTURES))),
        np.empty(count),
    )
    held = _Held(np.array(stretch.start_m, float), stretch.heading_rad, _one(stretch.posture), stretch.base_m)
    place[:], heading[:], share[:], base[:] = held.place_m, held.heading_rad, held.share, held.base_m
    goes = _goes(stretch)
    begin_s = 0.0
    for number, leg in enumerate(stretch.legs):
        first = int(np.searchsorted(times_s, begin_s - 1e-9))
        since_s = times_s[first:] - begin_s
        # What comes after the leg stays as it ends, until the next leg says otherwise.
        done = np.clip(since_s / max(leg.seconds, 1e-6), 0.0, 1.0)
        before = walks_in if number == 0 else goes[number - 1]
        after = number + 1 >= len(goes) or goes[number + 1]
        end = _end(held, leg)
        walked = _walked(done, leg.seconds, starts=not before, stops=not after)
        turned = _eased(np.clip(since_s / max(min(_TURNS_S, leg.seconds), 1e-6), 0.0, 1.0))
        eased = _eased(done)
        place[first:] = held.place_m + walked[:, np.newaxis] * (end.place_m - held.place_m)
        heading[first:] = held.heading_rad + turned * (end.heading_rad - held.heading_rad)
        share[first:] = held.share + eased[:, np.newaxis] * (end.share - held.share)
        base[first:] = held.base_m + eased * (end.base_m - held.base_m)
        held, begin_s = end, begin_s + leg.seconds
    steps_m = np.hypot(*np.diff(place, axis=0).T)
    speed = np.append(steps_m, steps_m[-1]) * RATE_HZ
    # Limbs swing by the speed: where it changes at once, from one leg to the next, they take a moment to follow.
    _follow(speed, speed[0] if swings_m_s is None else swings_m_s, 1.0 / (_FOLLOWS_S * RATE_HZ))
    stride = strides + np.concatenate(([0.0], np.cumsum(steps_m))) / STEP_M * stretch.speed_factor
    return Path(place, heading, share, base, stride, speed)


def walks_out(stretch: Stretch) -> bool:
    """Say whether the body is on its way when the stretch ends."""
    return bool(stretch.legs) and _goes(stretch)[-1]


def leg_at(stretch: Stretch, since_s: float) -> int:
    """Return which leg a time of the stretch falls into; the last one's number after its end."""
    ends_s = np.cumsum([leg.seconds for leg in stretch.legs])
    return min(int(np.searchsorted(ends_s, since_s, side="right")), len(stretch.legs) - 1)


@compiled
def _follow(speed: Array, before: float, share: float) -> None:
    """Let each speed come nearer to what it should be by a share."""
    for sample in range(speed.shape[0]):
        before += share * (speed[sample] - before)
        speed[sample] = before


def _goes(stretch: Stretch) -> list[bool]:
    """Return of each leg whether it goes anywhere."""
    goes, here = list[bool](), stretch.start_m
    for leg in stretch.legs:
        there = here if leg.to_m is None else leg.to_m
        goes.append(math.dist(here, there) > _GOES_M)
        here = there
    return goes


def _end(held: _Held, leg: Leg) -> _Held:
    place = held.place_m if leg.to_m is None else np.array(leg.to_m, float)
    way = place - held.place_m
    faces = held.heading_rad
    if leg.heading_rad is not None:
        faces = leg.heading_rad
    elif np.hypot(*way) > _GOES_M:
        faces = math.atan2(way[1], way[0])
    turn = (faces - held.heading_rad + math.pi) % (2.0 * math.pi) - math.pi
    share = held.share if leg.posture is None else _one(leg.posture)
    return _Held(place, held.heading_rad + turn, share, held.base_m if leg.base_m is None else leg.base_m)


def _walked(done: Array, seconds: float, *, starts: bool, stops: bool) -> Array:
    """Return 0 to 1 of the way at an even speed, but for half a second to start and to stop."""
    ramp = min(0.5, _STARTS_S / max(seconds, 1e-6))
    way = np.where(done < ramp, done * done / (2.0 * ramp), done - ramp / 2.0) if starts else done
    if stops:
        way = way - np.maximum(done - (1.0 - ramp), 0.0) ** 2 / (2.0 * ramp)
    whole: Array = way / (1.0 - (starts + stops) * ramp / 2.0)
    return whole


def _eased(share: Array) -> Array:
    eased: Array = share * share * (3.0 - 2.0 * share)
    return eased


def _one(posture: str) -> Array:
    return np.array([float(posture == one) for one in POSTURES])
