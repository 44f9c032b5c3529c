"""A person as some points that reflect: where they are in each posture, how limbs swing, how strongly each reflects."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sumika.world.radar_scene.chest import ChestMotion
from sumika.world.radar_scene.path import Path

Array = NDArray[np.float64]

# Each row: (forward, left, up) in metres standing, sitting, lying; the share of the cross-section; how far it swings
# forward and back in a walk, and at which half of the stride; how far it goes with the breath, and with the heart.
# Lying, "forward" of the standing body points up, and its "up" points along the bed, from the hips.
_PARTS: tuple[tuple[tuple[float, float, float], ...], ...] = (
    # standing            sitting             lying               (share, swing, half) (breath, heart, 0)
    ((0.11, 0.08, 1.32), (0.11, 0.08, 0.42), (0.11, 0.08, 0.42), (0.12, 0.0, 0.0), (0.8, 0.5, 0.0)),
    ((0.12, -0.06, 1.25), (0.12, -0.06, 0.36), (0.12, -0.06, 0.36), (0.12, 0.0, 0.0), (1.0, 1.0, 0.0)),
    ((0.12, 0.05, 1.12), (0.12, 0.05, 0.22), (0.12, 0.05, 0.22), (0.1, 0.0, 0.0), (1.0, 0.3, 0.0)),
    ((0.13, 0.0, 1.02), (0.13, 0.0, 0.12), (0.13, 0.0, 0.12), (0.08, 0.0, 0.0), (0.9, 0.15, 0.0)),
    ((0.05, 0.2, 1.4), (0.05, 0.2, 0.5), (0.05, 0.2, 0.5), (0.06, 0.0, 0.0), (0.35, 0.15, 0.0)),
    ((0.05, -0.2, 1.4), (0.05, -0.2, 0.5), (0.05, -0.2, 0.5), (0.06, 0.0, 0.0), (0.35, 0.2, 0.0)),
    ((0.08, 0.0, 1.66), (0.08, 0.0, 0.76), (0.08, 0.0, 0.74), (0.07, 0.0, 0.0), (0.15, 0.1, 0.0)),
    ((0.1, 0.0, 0.9), (0.1, 0.0, 0.05), (0.1, 0.0, 0.0), (0.1, 0.0, 0.0), (0.3, 0.05, 0.0)),
    ((0.06, 0.26, 1.0), (0.25, 0.22, 0.2), (0.04, 0.3, 0.05), (0.05, 0.2, 1.0), (0.1, 0.0, 0.0)),
    ((0.06, -0.26, 1.0), (0.25, -0.22, 0.2), (0.04, -0.3, 0.05), (0.05, 0.2, 0.0), (0.1, 0.0, 0.0)),
    ((0.08, 0.1, 0.5), (0.5, 0.12, 0.06), (0.08, 0.1, -0.42), (0.06, 0.16, 0.0), (0.0, 0.0, 0.0)),
    ((0.08, -0.1, 0.5), (0.5, -0.12, 0.06), (0.08, -0.1, -0.42), (0.06, 0.16, 1.0), (0.0, 0.0, 0.0)),
    ((0.04, 0.1, 0.1), (0.45, 0.12, -0.38), (0.06, 0.1, -0.85), (0.035, 0.3, 0.0), (0.0, 0.0, 0.0)),
    ((0.04, -0.1, 0.1), (0.45, -0.12, -0.38), (0.06, -0.1, -0.85), (0.035, 0.3, 1.0), (0.0, 0.0, 0.0)),
)
_TABLE = np.array(_PARTS)
_PLACES, _SHARE, _SWING, _HALF = _TABLE[:, :3], _TABLE[:, 3, 0], _TABLE[:, 3, 1], _TABLE[:, 3, 2]
_BREATH, _HEART = _TABLE[:, 4, 0], _TABLE[:, 4, 1]
_ADULT_M = 1.75
_TRUNK = np.arange(len(_PARTS)) < 8
CHEST_PARTS = np.arange(len(_PARTS)) < 4
"""The parts that breath and heart move most."""
HEART_PART = 1
"""That over the heart."""
PARTS = len(_PARTS)
TRUNK_PARTS = _TRUNK


class Chest(Protocol):
    """What moves a trunk: breath and heart, sway, and big movements on the spot."""

    def breath_and_heart_m(self, time_s: float) -> tuple[float, float]:
        """Return how far each has moved the chest outwards."""
        ...

    def sway_at(self, time_s: float) -> Array:
        """Return (3,): how far the trunk has swayed to the left, forwards and up."""
        ...

    def jolts_at(self, time_s: float) -> Array | None:
        """Return (part, 3): how far a big movement has brought each part in house coordinates; None: there is none."""
        ...


class Bodily(Protocol):
    """A body as a radar sees it: moving parts, and how strongly each reflects."""

    def points(self, time_s: float, seen_from_m: Array | None = None) -> Array:
        """Return (part, 3) in house coordinates."""
        ...

    def gains(self, time_s: float) -> Array:
        """Return (part,) what each cross-section is multiplied by now."""
        ...

    def cross_sections_m2(self) -> Array:
        """Return (part,)."""
        ...

    def phases(self) -> NDArray[np.complex128]:
        """Return (part,) unit numbers."""
        ...


@dataclass(frozen=True, kw_only=True)
class Body:
    """A human body in the scene.

    Attributes:
        id: Of the truth.
        path: Where it goes.
        chest: How its chest moves.
        tall_m: From head to foot.
        cross_section_dbsm: Of the whole body, standing.
        seed: Of what differs between the parts of bodies.
    """

    id: int
    path: Path = field(repr=False)
    chest: Chest = field(repr=False)
    tall_m: float = _ADULT_M
    cross_section_dbsm: float = -4.0
    seed: int = 0

    def points(self, time_s: float, seen_from_m: Array | None = None) -> Array:
        """Return where the parts reflect: (part, 3) in house coordinates.

        Args:
            time_s: When.
            seen_from_m: (3,) where the radar is. A trunk reflects where it faces the radar: seen from the side or from
                behind it is another place of it, which moves less with the breath. None: from the front.
        """
        pose = self._pose(time_s, seen_from_m)
        still = self._still(time_s, pose)
        points: Array = still + self._moves(pose, *self._chest_m(time_s))
        return points

    def chest_moves(self, time_s: float, seen_from_m: Array) -> tuple[Array, Array, Array]:
        """Return where the chest's parts would be without breath and heart, with the heart alone, and with both.

        Args:
            time_s: When.
            seen_from_m: (3,) where the radar is.

        Returns:
            Each (part, 3) in house coordinates.
        """
        pose = self._pose(time_s, seen_from_m)
        breath, heart = self._chest_m(time_s)
        still = self._still(time_s, pose)[CHEST_PARTS]
        beating, whole = (still + self._moves(pose, breath, heart)[CHEST_PARTS] for breath in (0.0, breath))
        return still, beating, whole

    def _chest_m(self, time_s: float) -> tuple[float, float]:
        return self.chest.breath_and_heart_m(time_s)

    def _pose(self, time_s: float, seen_from_m: Array | None) -> "BodyPose":
        path = self.path
        place, heading = path.at(path.place_m, time_s), float(path.at(path.heading_rad, time_s))
        share, base_m = path.at(path.share, time_s), float(path.at(path.base_m, time_s))
        front, outwards = _front(seen_from_m, place, heading, base_m, share)
        return BodyPose(place, heading, share, base_m, np.where(_TRUNK, front, 1.0), outwards)

    def _moves(self, pose: "BodyPose", breath_m: float, heart_m: float) -> Array:
        """Return (part, 3): a rounded trunk reflects where its surface looks at the radar, and there it moves outwards.

        A side moves a quarter as far as the front; a back hardly, and the other way.
        """
        moved = _BREATH * self.breath_share * breath_m + _HEART * heart_m
        moved = moved * (0.25 + np.where(pose.facing > 0, 0.75, 0.3) * pose.facing)
        moves: Array = moved[:, np.newaxis] * pose.outwards
        return moves

    def _still(self, time_s: float, pose: "BodyPose") -> Array:
        """Return (part, 3) without breath and heart."""
        forward = np.array([np.cos(pose.heading_rad), np.sin(pose.heading_rad), 0.0])
        left, up = np.array([-forward[1], forward[0], 0.0]), np.array([0.0, 0.0, 1.0])
        share, base_m = pose.share, pose.base_m
        # Standing and sitting: upright on the floor, on the seat. Lying: on the back, the head against the heading.
        frames = ((forward, left, up, 0.0), (forward, left, up, base_m), (up, left, -forward, base_m))
        found = np.zeros((len(_PLACES), 3))
        for number, (ahead, aside, along, height_m) in enumerate(frames):
            if share[number] <= 0:
                continue
            local = _PLACES[:, number] * (self.tall_m / _ADULT_M)
            local[:, 0] = local[:, 0] * pose.facing + self._swing(time_s) * share[0]
            found += share[number] * (local @ np.stack((ahead, aside, along)) + height_m * up)
        found[:, :2] += pose.place_m
        sway = self.chest.sway_at(time_s)
        # Who stands sways about his feet, who sits about his hips, the chest as far as asked; lying, one hardly does.
        above = np.clip(found[:, 2] / 1.3, 0.0, 1.2), np.clip((found[:, 2] - base_m) / 0.25, 0.0, 1.2)
        hold = (share[0] * above[0] + share[1] * above[1] + 0.2 * share[2])[:, np.newaxis]
        whole: Array = found + hold * (sway[1] * forward + sway[0] * left + sway[2] * up)
        jolts = self.chest.jolts_at(time_s)
        return whole if jolts is None else whole + jolts

    def gains(self, time_s: float) -> Array:
        """Return (part,) what each cross-section is multiplied by now; 1 in the mean.

        Limbs and trunk are many scatterers each, which add up anew as the body moves on (P. Swerling, "Probability of
        detection for fluctuating targets", IRE Trans. IT-6, 1960, cases 1 and 3): a limb fluctuates wholly, the trunk
        by half. Who stands still keeps what chance gave him.
        """
        stride = float(self.path.at(self.path.stride, time_s))
        turns = self._fades[0] * stride + self._fades[1]  # (fade, part)
        power = np.abs(np.exp(2j * np.pi * turns).sum(axis=0)) ** 2 / len(turns)
        steady = np.where(_TRUNK, 0.6, 0.15)
        gains: Array = steady + (1.0 - steady) * power
        return gains

    @cached_property
    def _fades(self) -> Array:
        """Return (2, fade, part): how many turns a step brings, and where they begin."""
        random = np.random.Generator(np.random.SFC64((self.seed, 3)))
        return np.stack((random.uniform(-2.0, 2.0, (3, _SHARE.size)), random.uniform(size=(3, _SHARE.size))))

    @cached_property
    def breath_share(self) -> Array:
        """How much more or less than the table each part goes with the breath: some breathe with the belly."""
        random = np.random.Generator(np.random.SFC64((self.seed, 4)))
        belly = random.uniform(-0.35, 0.35) * np.where(np.arange(_SHARE.size) < 2, -1.0, 1.0)
        share: Array = (1.0 + belly) * np.exp(0.1 * random.standard_normal(_SHARE.size))
        return share

    def _swing(self, time_s: float) -> Array:
        stride, speed = float(self.path.at(self.path.stride, time_s)), float(self.path.at(self.path.speed_m_s, time_s))
        swing: Array = _SWING * min(1.0, speed / 0.8) * np.sin(np.pi * (stride + _HALF))
        return swing

    def cross_sections_m2(self) -> Array:
        """Return (part,) cross-sections; no two bodies reflect alike."""
        return self._areas

    def phases(self) -> NDArray[np.complex128]:
        """Return (part,) unit numbers: where exactly each part reflects is a wavelength's matter of chance."""
        return self._turns

    @cached_property
    def _areas(self) -> Array:
        random = np.random.Generator(np.random.SFC64((self.seed, 1)))
        share = _SHARE * np.exp(0.5 * random.standard_normal(_SHARE.size))
        total: Array = 10 ** (self.cross_section_dbsm / 10) * share / share.sum()
        return total

    @cached_property
    def _turns(self) -> NDArray[np.complex128]:
        random = np.random.Generator(np.random.SFC64((self.seed, 2)))
        turned: NDArray[np.complex128] = np.exp(2j * np.pi * random.uniform(size=_SHARE.size))
        return turned


@dataclass(frozen=True, kw_only=True)
class Person(Body):
    """Somebody in a scene of a certain length, whose chest has been laid out in full.

    Attributes:
        chest: How it moves.
    """

    chest: ChestMotion = field(repr=False)


@dataclass(frozen=True, slots=True)
class BodyPose:
    """How a body is held at a moment, as one radar sees it.

    Attributes:
        place_m: (2,) on the floor plan.
        heading_rad: Where it faces.
        share: (posture,) how much of each of `POSTURES`.
        base_m: Height of what it rests on.
        facing: (part,) cosine between where the trunk's front looks and the radar; 1 of limbs.
        outwards: (3,) the way to the radar.
    """

    place_m: Array
    heading_rad: float
    share: Array
    base_m: float
    facing: Array
    outwards: Array


def _front(
    seen_from_m: Array | None, place_m: Array, heading_rad: float, base_m: float, share: Array
) -> tuple[float, Array]:
    """Return the cosine between where the trunk's front looks and the radar (1: from the front), and the way there."""
    forward = (1.0 - share[2]) * np.array([np.cos(heading_rad), np.sin(heading_rad), 0.0])
    forward = forward + share[2] * np.array([0.0, 0.0, 1.0])
    forward = forward / max(float(np.linalg.norm(forward)), 1e-6)
    if seen_from_m is None:
        return 1.0, forward
    height_m = 1.2 * share[0] + (base_m + 0.3) * share[1] + base_m * share[2]
    way = seen_from_m - np.array([place_m[0], place_m[1], height_m])
    way = way / max(float(np.linalg.norm(way)), 1e-6)
    return float(forward @ way), way
