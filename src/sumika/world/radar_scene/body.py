"""A person as some points that reflect: where they are in each posture, how limbs swing, how strongly each reflects."""

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.world.radar_scene.chest import ChestMotion
from sumika.world.radar_scene.path import Held, Path

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
_PLACES, (_SHARE, _SWING, _HALF) = _TABLE[:, :3].copy(), _TABLE[:, 3].T.copy()
_BREATH, _HEART, _ = _TABLE[:, 4].T.copy()
_ADULT_M = 1.75
TRUNK = 8
"""The first parts, so many, are the trunk's."""
NOWHERE = np.full(3, np.nan)
"""Whence a body is seen that is seen from the front."""
CHEST_PARTS = np.arange(len(_PARTS)) < 4
"""The parts that breath and heart move most."""
HEART_PART = 1
"""That over the heart."""
PARTS = len(_PARTS)
TRUNK_PARTS = np.arange(len(_PARTS)) < TRUNK


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
        return self._parts(time_s, seen_from_m, self._chest_m(time_s))

    def chest_moves(self, time_s: float, seen_from_m: Array) -> tuple[Array, Array, Array]:
        """Return where the chest's parts would be without breath and heart, with the heart alone, and with both.

        Args:
            time_s: When.
            seen_from_m: (3,) where the radar is.

        Returns:
            Each (part, 3) in house coordinates.
        """
        breath, heart = self._chest_m(time_s)
        moves = ((0.0, 0.0), (0.0, heart), (breath, heart))
        still, beating, whole = (self._parts(time_s, seen_from_m, moved)[CHEST_PARTS] for moved in moves)
        return still, beating, whole

    def _chest_m(self, time_s: float) -> tuple[float, float]:
        return self.chest.breath_and_heart_m(time_s)

    def _parts(self, time_s: float, seen_from_m: Array | None, moved_m: tuple[float, float]) -> Array:
        """Return (part, 3) in house coordinates, breath and heart having moved the chest so far."""
        parts, seen_from = np.empty((PARTS, 3)), NOWHERE if seen_from_m is None else seen_from_m
        held, sway = self.path.held(time_s), self.chest.sway_at(time_s)
        _lay_out(held, self.tall_m / _ADULT_M, seen_from, sway, self.breath_share, moved_m, parts)
        jolts = self.chest.jolts_at(time_s)
        return parts if jolts is None else parts + jolts

    def gains(self, time_s: float) -> Array:
        """Return (part,) what each cross-section is multiplied by now; 1 in the mean.

        Limbs and trunk are many scatterers each, which add up anew as the body moves on (P. Swerling, "Probability of
        detection for fluctuating targets", IRE Trans. IT-6, 1960, cases 1 and 3): a limb fluctuates wholly, the trunk
        by half. Who stands still keeps what chance gave him.
        """
        gains = np.empty(PARTS)
        _fade(self._fades, float(self.path.at(self.path.stride, time_s)), gains)
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


@compiled
def _fade(fades: Array, stride: float, gains: Array) -> None:
    """Fill what each part's cross-section is multiplied by; `fades` is (turns by a step or at first, fade, part)."""
    for part in range(gains.shape[0]):
        right, up = 0.0, 0.0
        for number in range(fades.shape[1]):
            angle = 2.0 * math.pi * (fades[0, number, part] * stride + fades[1, number, part])
            right, up = right + math.cos(angle), up + math.sin(angle)
        steady = 0.6 if part < TRUNK else 0.15
        gains[part] = steady + (1.0 - steady) * (right * right + up * up) / fades.shape[1]


@compiled
def _lay_out(
    held: Held,
    tall: float,  # against the table's
    seen_from: Array,  # (axis,); no numbers: from the front
    sway: Array,  # left, forwards, up
    breath_share: Array,  # (part,)
    moved: tuple[float, float],  # by breath and heart
    parts: Array,  # (part, axis), filled
) -> None:
    """Fill the places of a body's parts: standing and sitting upright on the floor or on the seat, lying on the back.

    Lying, the head is against the heading.
    """
    ahead_x, ahead_y, lying = math.cos(held.heading_rad), math.sin(held.heading_rad), held.lying
    height = 1.2 * held.standing + (held.base_m + 0.3) * held.sitting + held.base_m * lying
    front = np.array(((1.0 - lying) * ahead_x, (1.0 - lying) * ahead_y, lying))
    front /= max(math.sqrt(front[0] ** 2 + front[1] ** 2 + front[2] ** 2), 1e-6)
    facing, way = face(front, np.array((held.x_m, held.y_m, height)), seen_from)
    walks = min(1.0, held.speed_m_s / 0.8) * held.standing
    for part in range(parts.shape[0]):
        looks = facing if part < TRUNK else 1.0
        swing = walks * _SWING[part] * math.sin(math.pi * (held.stride + _HALF[part]))
        x, y, z = held.x_m, held.y_m, 0.0
        for posture in range(3):
            share = held[3 + posture]
            if not share > 0:
                continue
            ahead = _PLACES[part, posture, 0] * tall * looks + swing
            left, up = _PLACES[part, posture, 1] * tall, _PLACES[part, posture, 2] * tall
            ahead, up = (-up, ahead) if posture == 2 else (ahead, up)
            x += share * (ahead * ahead_x - left * ahead_y)
            y += share * (ahead * ahead_y + left * ahead_x)
            z += share * (up + (held.base_m if posture else 0.0))
        # Who stands sways about his feet, who sits about his hips, the chest as far as asked; lying, one hardly does.
        hold = 0.2 * lying + held.standing * min(max(z / 1.3, 0.0), 1.2)
        hold += held.sitting * min(max((z - held.base_m) / 0.25, 0.0), 1.2)
        parts[part, 0] = x + hold * (sway[1] * ahead_x - sway[0] * ahead_y)
        parts[part, 1] = y + hold * (sway[1] * ahead_y + sway[0] * ahead_x)
        parts[part, 2] = z + hold * sway[2]
    breathe(parts, facing, way, breath_share, moved)


@compiled
def face(front: Array, middle: Array, seen_from: Array) -> tuple[float, Array]:
    """Return the cosine between where a trunk's front looks and the radar, and the way there.

    Args:
        front: (3,) where it looks; of length 1, or less where it turns round.
        middle: (3,) of the trunk.
        seen_from: (3,) where the radar is; no numbers: in front of it.
    """
    way = front
    if not math.isnan(seen_from[0]):
        way = seen_from - middle
        way /= max(math.sqrt(way[0] ** 2 + way[1] ** 2 + way[2] ** 2), 1e-6)
    return front[0] * way[0] + front[1] * way[1] + front[2] * way[2], way


@compiled
def breathe(parts: Array, facing: float, way: Array, breath_share: Array, moved: tuple[float, float]) -> None:
    """Move the parts of a body as breath and heart do: a rounded trunk reflects where its surface looks at the radar.

    There it moves outwards. A side moves a quarter as far as the front; a back hardly, and the other way.

    Args:
        parts: (part, 3), changed in place.
        facing: Cosine between where the front looks and the radar.
        way: (3,) to the radar.
        breath_share: (part,) how much more or less than usual each goes with the breath.
        moved: How far breath and heart have moved the chest, in metres.
    """
    for part in range(parts.shape[0]):
        looks = facing if part < TRUNK else 1.0
        out = _BREATH[part] * breath_share[part] * moved[0] + _HEART[part] * moved[1]
        out *= 0.25 + (0.75 if looks > 0 else 0.3) * looks
        for axis in range(3):
            parts[part, axis] += out * way[axis]
