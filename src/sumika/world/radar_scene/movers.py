"""What moves in a room and is nobody, and what is alive and no person: fan, curtain, what falls, pet, robot vacuum."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sumika.world.radar_scene._red_noise import looped_red_noise, red_noise
from sumika.world.radar_scene.path import Path

Array = NDArray[np.float64]
_RATE_HZ = 50.0
_GRAVITY_M_S2 = 9.81


class Mover(Protocol):
    """Points that move."""

    @property
    def name(self) -> str:
        """What it is, for the truth."""
        ...

    @property
    def parabola_s(self) -> float:
        """For how long its points follow a parabola well enough."""
        ...

    def points(self, time_s: float) -> Array:
        """Return (point, 3) in house coordinates."""
        ...

    def cross_sections_m2(self) -> Array:
        """Return (point,)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fan:
    """A fan whose head may turn to and fro.

    Attributes:
        place_m: Of its hub, in house coordinates.
        turns_per_s: Of the blades.
        radius_m: Of the blades.
        swing_period_s: Of the head; 0 keeps it still.
        cross_section_dbsm: Of one blade.
        name: For the truth.
    """

    place_m: tuple[float, float, float]
    turns_per_s: float = 9.0
    radius_m: float = 0.16
    swing_period_s: float = 0.0
    cross_section_dbsm: float = -20.0
    name: str = "fan"

    @property
    def parabola_s(self) -> float:
        """A fortieth of a turn: the blades' third derivative then moves them by less than 0.02 mm."""
        return 1.0 / (40.0 * self.turns_per_s)

    def points(self, time_s: float) -> Array:
        """Return inner and outer part of each of three blades, and the guard."""
        swing = 0.6 * np.sin(2 * np.pi * time_s / self.swing_period_s) if self.swing_period_s > 0 else 0.0
        aside, up = np.array([np.cos(swing), np.sin(swing), 0.0]), np.array([0.0, 0.0, 1.0])
        ahead = np.array([-np.sin(swing), np.cos(swing), 0.0])
        angle = 2 * np.pi * (self.turns_per_s * time_s + np.arange(3) / 3)
        radii = np.repeat([0.5, 1.0], 3) * self.radius_m
        turned = radii[:, np.newaxis] * (np.cos(np.tile(angle, 2))[:, np.newaxis] * aside)
        turned = turned + radii[:, np.newaxis] * np.sin(np.tile(angle, 2))[:, np.newaxis] * up
        pitched = 0.02 * np.sin(np.tile(angle, 2))[:, np.newaxis] * ahead
        guard = np.stack((0.18 * aside + 0.06 * ahead, -0.18 * aside + 0.06 * ahead))
        places: Array = np.asarray(self.place_m) + np.concatenate((turned + pitched, guard))
        return places

    def cross_sections_m2(self) -> Array:
        """Return (point,)."""
        blade = 10 ** (self.cross_section_dbsm / 10)
        return np.concatenate((np.full(6, blade / 2), np.full(2, 2 * blade)))


@dataclass(frozen=True, slots=True)
class Curtain:
    """A curtain that a draught moves: slowly, by centimetres, each part a little later than its neighbour.

    Attributes:
        places_m: (point, 3) at rest.
        normal: (2,) on the floor plan, the way it moves.
        moved_m: (sample, point).
        cross_section_dbsm: Of one point.
        name: For the truth.
        comes_round: Whether its movement begins anew after its last sample, rather than end there.
    """

    places_m: Array = field(repr=False)
    normal: Array = field(repr=False)
    moved_m: Array = field(repr=False)
    cross_section_dbsm: float = -22.0
    name: str = "curtain"
    comes_round: bool = False

    @property
    def parabola_s(self) -> float:
        """Draughts are slow."""
        return 0.1

    def points(self, time_s: float) -> Array:
        """Return (point, 3)."""
        count = len(self.moved_m)
        place = time_s * _RATE_HZ % count if self.comes_round else min(max(time_s * _RATE_HZ, 0.0), count - 1.001)
        low = int(place)
        moved = self.moved_m[low] + (place - low) * (self.moved_m[(low + 1) % count] - self.moved_m[low])
        found: Array = self.places_m.copy()
        found[:, :2] += moved[:, np.newaxis] * self.normal
        return found

    def cross_sections_m2(self) -> Array:
        """Return (point,)."""
        return np.full(len(self.places_m), 10 ** (self.cross_section_dbsm / 10))


def hang_curtain(
    left_m: tuple[float, float],
    right_m: tuple[float, float],
    *,
    seconds: float,
    moved_m: float,
    seed: int | tuple[int, ...],
    comes_round: bool = False,
) -> Curtain:
    """Hang a curtain between two places of the floor plan and let a draught move it.

    Args:
        left_m: One lower end.
        right_m: The other.
        seconds: For how long.
        moved_m: Root mean square of its movement at the hem.
        seed: Of the draught.
        comes_round: Whether the draught begins anew after that time, without a step, for ever.
    """
    random = np.random.Generator(np.random.SFC64(seed))
    along = np.asarray(right_m) - np.asarray(left_m)
    shares, heights = np.meshgrid(np.linspace(0.1, 0.9, 4), (0.3, 1.0, 1.8))
    spots = np.asarray(left_m) + shares.reshape(-1, 1) * along
    places = np.concatenate((spots, heights.reshape(-1, 1)), axis=1)
    if comes_round:
        count = int(seconds * _RATE_HZ)
        gusts = looped_red_noise(random, count, _RATE_HZ, slope=3.0, corner_hz=0.25, top_hz=2.0)
        gusts = np.concatenate((gusts, gusts[:200]))
    else:
        count = int((seconds + 2.0) * _RATE_HZ)
        gusts = red_noise(random, count + 200, _RATE_HZ, slope=3.0, corner_hz=0.25, top_hz=2.0)
    late = (25 * shares.reshape(-1)).astype(int)
    hem = moved_m * (1 - heights.reshape(-1) / 2.4)
    moved = np.stack([size * gusts[lag : lag + count] for lag, size in zip(late, hem, strict=True)], axis=1)
    normal = np.array([-along[1], along[0]]) / float(np.hypot(*along))
    return Curtain(places, normal, moved, comes_round=comes_round)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Something that falls to the floor, bounces a few times and lies still.

    Attributes:
        at_s: When it is let go.
        place_m: Where, on the floor plan.
        from_m: How high.
        bounces: How much of its speed each bounce leaves; hard things on wooden floors keep half or so (typical).
        cross_section_dbsm: Of all of it.
        name: For the truth.
    """

    at_s: float
    place_m: tuple[float, float]
    from_m: float = 0.9
    bounces: float = 0.45
    cross_section_dbsm: float = -18.0
    name: str = "dropped"

    @property
    def parabola_s(self) -> float:
        """It falls on a parabola; only where it bounces a few milliseconds are smoothed."""
        return 0.01

    @property
    def rests_s(self) -> float:
        """When it lies still: the bounces' times are a geometric row."""
        first_s = float(np.sqrt(2.0 * self.from_m / _GRAVITY_M_S2))
        return self.at_s + first_s * (1.0 + 2.0 * self.bounces / (1.0 - self.bounces))

    def points(self, time_s: float) -> Array:
        """Return two points of it that tumble round each other, (2, 3)."""
        height_m, since_s = self._height_m(time_s), min(max(time_s - self.at_s, 0.0), self.rests_s - self.at_s)
        turn = 2.0 * np.pi * 1.5 * since_s
        arm = 0.04 * np.array([np.cos(turn), 0.0, np.sin(turn)])
        middle = np.array([*self.place_m, height_m + 0.04])
        return np.stack((middle + arm, middle - arm))

    def cross_sections_m2(self) -> Array:
        """Return (point,)."""
        return np.full(2, 10 ** (self.cross_section_dbsm / 10) / 2)

    def _height_m(self, time_s: float) -> float:
        if time_s <= self.at_s:
            return self.from_m
        if time_s >= self.rests_s:
            return 0.0
        first_s = float(np.sqrt(2.0 * self.from_m / _GRAVITY_M_S2))
        since_s = time_s - self.at_s
        if since_s < first_s:
            return self.from_m - _GRAVITY_M_S2 * since_s**2 / 2.0
        since_s -= first_s
        speed = _GRAVITY_M_S2 * first_s * self.bounces
        while since_s > 2.0 * speed / _GRAVITY_M_S2 and speed > 1e-3:
            since_s -= 2.0 * speed / _GRAVITY_M_S2
            speed *= self.bounces
        return max(0.0, speed * since_s - _GRAVITY_M_S2 * since_s**2 / 2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LowBody:
    """Something low that goes its way: a cat or dog, a robot vacuum.

    Attributes:
        path: Where it goes.
        height_m: Of its back.
        length_m: From front to back.
        cross_section_dbsm: Of all of it.
        wobble_m: How far its parts move against each other.
        name: For the truth.
    """

    path: Path = field(repr=False)
    height_m: float = 0.3
    length_m: float = 0.4
    cross_section_dbsm: float = -15.0
    wobble_m: float = 0.03
    name: str = "pet"

    @property
    def parabola_s(self) -> float:
        """Paws are quick."""
        return 0.02

    def points(self, time_s: float) -> Array:
        """Return (point, 3): front, middle and back, high and low."""
        place, heading = self.path.at(self.path.place_m, time_s), float(self.path.at(self.path.heading_rad, time_s))
        stride = float(self.path.at(self.path.stride, time_s))
        along = np.repeat([-0.5, 0.0, 0.5], 2) * self.length_m
        along = along + self.wobble_m * np.sin(np.pi * 3 * stride + np.arange(6))
        up = np.tile([0.9, 0.3], 3) * self.height_m
        spots = np.stack((np.cos(heading) * along, np.sin(heading) * along, up), axis=1)
        spots[:, :2] += place
        return spots

    def cross_sections_m2(self) -> Array:
        """Return (point,)."""
        return np.full(6, 10 ** (self.cross_section_dbsm / 10) / 6)
