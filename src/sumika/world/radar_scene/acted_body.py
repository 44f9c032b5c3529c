"""A body that does what a list of key poses says: falls any way, crouches, crawls, exercises.

Between two poses hips, heading, lean and limbs blend: softly, evenly, or ever faster as a fall does. A fall takes 0.5
to 1 s from the loss of balance to the floor and reaches 2 to 3 m/s (A. K. Bourke, K. J. O'Donovan, G. OLaighin, "The
identification of vertical velocity profiles using an inertial sensor to investigate pre-impact detection of falls",
Med. Eng. Phys. 30, 2008).
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.world.exchange.leg import Posture
from sumika.world.radar_scene._red_noise import red_noise
from sumika.world.radar_scene.acted_shapes import ADULT_M, SHAPES, TRUNK_DEPTH_M
from sumika.world.radar_scene.body import NOWHERE, PARTS, TRUNK, TRUNK_PARTS, Person, breathe, face
from sumika.world.radar_scene.path import POSTURES, RATE_HZ, STEP_M, Held, Path

Array = NDArray[np.float64]

_LOWEST_M = 0.04
"""No part is nearer to the floor."""

_SWING_M = np.array((0.0,) * 8 + (0.2, -0.2, -0.16, 0.16, -0.3, 0.3))
"""How far the limbs swing forward and back in a walk."""

Ease = Literal["soft", "even", "falling"]

DOINGS = ("standing", "sitting", "lying", "walking", "bending", "exercising", "falling")
"""What somebody may do, as far as it is told apart."""

_DOES = {
    **dict.fromkeys(SHAPES, "bending"),
    **dict.fromkeys(("sitting", "floor_sitting", "slumped"), "sitting"),
    **dict.fromkeys(("lying", "curled", "sprawled"), "lying"),
    **dict.fromkeys(("arms_up", "arms_ahead", "squatting", "guard", "left_punch", "right_punch"), "exercising"),
    "standing": "standing",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPose:
    """How a body is held at the end of a stretch of time.

    Attributes:
        seconds: How long it takes to come to it from the pose before.
        at_m: Of the hips on the floor plan.
        hip_m: Height of the hips.
        heading_rad: Where the body faces, counter-clockwise from the x axis.
        shape: One of `SHAPES`.
        lean_rad: How far all of it is tilted from upright.
        towards_rad: Where to, from where it faces, counter-clockwise: 0 forwards, pi backwards.
        ease: How it changes.
        fidget_m: How far limbs move about by chance, root mean square.
        doing: What he does meanwhile, one of `DOINGS`; "" as the shape that he comes to says.
    """

    seconds: float
    at_m: tuple[float, float]
    hip_m: float
    heading_rad: float = 0.0
    shape: str = "standing"
    lean_rad: float = 0.0
    towards_rad: float = 0.0
    ease: Ease = "soft"
    fidget_m: float = 0.0
    doing: str = ""

    def __post_init__(self) -> None:
        """Refuse what nobody knows.

        Raises:
            ValueError: naming it.
        """
        if self.shape not in SHAPES or self.doing not in ("", *DOINGS):
            raise ValueError(f"no shape {self.shape!r} or doing {self.doing!r}")


@dataclass(frozen=True, slots=True)
class Course:
    """All that a body does, sampled at `RATE_HZ`.

    Attributes:
        parts_m: (sample, part, 3) in house coordinates, the trunk without its depth.
        front: (sample, 3) where the trunk's front looks.
        path: The same as far as a path tells it.
        doing: (sample,) what he does, as its number in `DOINGS`.
    """

    parts_m: Array = field(repr=False)
    front: Array = field(repr=False)
    path: Path = field(repr=False)
    doing: NDArray[np.intp] = field(repr=False)

    def doing_between(self, first_s: float, last_s: float) -> tuple[str, ...]:
        """Return what he does at each sample from one time to another; at the end he stays as he is."""
        first, last = (min(max(round(time_s * RATE_HZ), 0), len(self.doing) - 1) for time_s in (first_s, last_s))
        return tuple(DOINGS[number] for number in self.doing[first : last + 1])

    @property
    def seconds(self) -> float:
        """How long it lasts; it stays as it ends."""
        return len(self.parts_m) / RATE_HZ


def course_of(poses: Sequence[KeyPose], tall_m: float, random: np.random.Generator) -> Course:
    """Sample a list of poses.

    Args:
        poses: The first is where it begins, and takes no time; two or more.
        tall_m: From head to foot.
        random: Of fidgeting.

    Raises:
        ValueError: if there are not two poses.
    """
    if len(poses) < 2:
        raise ValueError(f"{len(poses)} poses; two are the fewest")
    share, first = _shares(poses)
    state = np.array([_state(pose) for pose in poses])
    state[:, 3] = np.unwrap(state[:, 3])
    found = state[first] + share[:, np.newaxis] * (state[first + 1] - state[first])
    parts, fronts = (np.array([getattr(SHAPES[pose.shape], name) for pose in poses]) for name in ("parts_m", "front"))
    local = parts[first] + share[:, np.newaxis, np.newaxis] * (parts[first + 1] - parts[first])
    front = fronts[first] + share[:, np.newaxis] * (fronts[first + 1] - fronts[first])
    speed = np.zeros(len(found))
    speed[1:] = np.hypot(*np.diff(found[:, :2], axis=0).T) * RATE_HZ
    upright = np.cos(found[:, 4]).clip(0.0, 1.0) * (found[:, 2] > 0.7 * tall_m / ADULT_M)
    swing = np.minimum(1.0, speed / 0.8) * upright * np.sin(np.pi * np.cumsum(speed) / RATE_HZ / STEP_M)
    local[:, :, 0] += swing[:, np.newaxis] * _SWING_M
    local = local * (tall_m / ADULT_M) + _fidgets(found[:, 5], random)
    axes = _axes(found[:, 3], found[:, 4], _towards(poses, first))
    places = np.einsum("spa,sax->spx", local, axes)
    places[:, :, :2] += found[:, np.newaxis, :2]
    places[:, :, 2] = np.maximum(places[:, :, 2] + found[:, 2, np.newaxis], _LOWEST_M)
    turned = np.einsum("sa,sax->sx", front, axes)
    turned /= np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-6)
    doing = np.array([DOINGS.index(pose.doing or _DOES[pose.shape]) for pose in poses[1:]])
    return Course(places, turned, _path(found, places, speed), doing[first])


def _state(pose: KeyPose) -> tuple[float, ...]:
    return (*pose.at_m, pose.hip_m, pose.heading_rad, pose.lean_rad, pose.fidget_m)


def _towards(poses: Sequence[KeyPose], first: NDArray[np.intp]) -> Array:
    """Return (sample,) where the body leans to: what is upright leans nowhere, so that the other pose says it."""
    told = [
        after.towards_rad if abs(after.lean_rad) > 1e-6 or abs(before.lean_rad) < 1e-6 else before.towards_rad
        for before, after in itertools.pairwise(poses)
    ]
    towards: Array = np.array(told)[first]
    return towards


def _shares(poses: Sequence[KeyPose]) -> tuple[Array, NDArray[np.intp]]:
    """Return (sample,) how far each sample is from one pose to the next, 0 to 1, and from which."""
    shares, first = [], []
    for number, pose in enumerate(poses[1:]):
        count = max(2, round(pose.seconds * RATE_HZ))
        passed = np.arange(1, count + 1) / count
        if pose.ease == "soft":
            passed = passed * passed * (3.0 - 2.0 * passed)
        elif pose.ease == "falling":
            passed = passed**1.8  # a little slower than what is let go: legs hold against it
        shares.append(passed)
        first.append(np.full(count, number))
    return np.concatenate(shares), np.concatenate(first)


def _fidgets(sizes_m: Array, random: np.random.Generator) -> Array:
    """Return (sample, part, 3): limbs move freely, the trunk by a third."""
    moves = np.zeros((len(sizes_m), PARTS, 3))
    if sizes_m.max() > 0:
        for part in range(PARTS):
            hold = 0.3 if TRUNK_PARTS[part] else 1.0
            for axis in range(3):
                noise = red_noise(random, len(sizes_m), RATE_HZ, slope=4.0, corner_hz=0.4, top_hz=4.0)
                moves[:, part, axis] = hold * sizes_m * noise
    return moves


def _axes(heading_rad: Array, lean_rad: Array, towards_rad: Array) -> Array:
    """Return (sample, axis, 3): where forward, left and up of the body point (Rodrigues' rotation)."""
    zero, one = np.zeros_like(heading_rad), np.ones_like(heading_rad)
    cos_h, sin_h = np.cos(heading_rad), np.sin(heading_rad)
    axes = np.stack(
        (
            np.stack((cos_h, sin_h, zero), axis=1),
            np.stack((-sin_h, cos_h, zero), axis=1),
            np.stack((zero, zero, one), axis=1),
        ),
        axis=1,
    )
    way = heading_rad + towards_rad
    hinge = np.stack((-np.sin(way), np.cos(way), zero), axis=1)[:, np.newaxis]
    cos_l, sin_l = np.cos(lean_rad)[:, np.newaxis, np.newaxis], np.sin(lean_rad)[:, np.newaxis, np.newaxis]
    along = (axes * hinge).sum(axis=2, keepdims=True)
    turned: Array = (
        axes * cos_l + np.cross(np.broadcast_to(hinge, axes.shape), axes) * sin_l + hinge * along * (1 - cos_l)
    )
    return turned


def _path(found: Array, places: Array, speed: Array) -> Path:
    middle = places[:, TRUNK_PARTS].mean(axis=1)
    lying = (np.abs(found[:, 4]) > math.radians(50.0)) | (middle[:, 2] - found[:, 2] < 0.1)
    standing = ~lying & (found[:, 2] > 0.65)
    share = np.zeros((len(found), len(POSTURES)))
    for number, posture in enumerate(POSTURES):
        held = {Posture.STANDING: standing, Posture.LYING: lying, Posture.SITTING: ~standing & ~lying}[posture]
        share[:, number] = held
    moved = np.zeros(len(found))
    moved[1:] = np.linalg.norm(np.diff(places, axis=0), axis=2).mean(axis=1)
    return Path(found[:, :2], found[:, 3], share, found[:, 2], np.cumsum(moved) / STEP_M, speed)


@dataclass(frozen=True, kw_only=True)
class ActedBody(Person):
    """A person whose poses were laid out in full.

    Attributes:
        course: What it does.
    """

    course: Course = field(repr=False)

    def _parts(self, time_s: float, seen_from_m: Array | None, moved_m: tuple[float, float]) -> Array:
        path, course, parts = self.path, self.course, np.empty((PARTS, 3))
        held, sway = path.held(time_s), self.chest.sway_at(time_s)
        parts[:] = path.at(course.parts_m, time_s)
        seen_from = NOWHERE if seen_from_m is None else seen_from_m
        _turn_and_sway(held, path.at(course.front, time_s), seen_from, sway, self.breath_share, moved_m, parts)
        return parts


@compiled
def _turn_and_sway(
    held: Held,
    front: Array,  # (axis,)
    seen_from: Array,  # (axis,); no numbers: from the front
    sway: Array,  # left, forwards, up
    breath_share: Array,  # (part,)
    moved: tuple[float, float],  # by breath and heart
    parts: Array,  # (part, axis), the trunk without its depth; changed
) -> None:
    middle = np.zeros(3)
    for part in range(TRUNK):
        middle += parts[part] / TRUNK
    facing, way = face(front, middle, seen_from)
    ahead_x, ahead_y = math.cos(held.heading_rad), math.sin(held.heading_rad)
    for part in range(parts.shape[0]):
        if part < TRUNK:
            # A trunk reflects on the side that looks at the radar.
            parts[part] += TRUNK_DEPTH_M * facing * front
        hold = min(max(parts[part, 2] / 1.3, 0.0), 1.2) * (1.0 - 0.8 * held.lying)
        parts[part, 0] += hold * (sway[1] * ahead_x - sway[0] * ahead_y)
        parts[part, 1] += hold * (sway[1] * ahead_y + sway[0] * ahead_x)
        parts[part, 2] += hold * sway[2]
    breathe(parts, facing, way, breath_share, moved)
