"""What moves in a room and is nobody, and what is alive and no person: fan, curtain, what falls, pet, robot vacuum."""

import math
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.world.radar_scene._red_noise import looped_red_noise, red_noise
from sumika.world.radar_scene.path import Held, Path

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
        swing = 0.6 * math.sin(2 * math.pi * time_s / self.swing_period_s) if self.swing_period_s > 0 else 0.0
        places = np.empty((8, 3))
        _turn_blades(self.place_m, self.radius_m, swing, self.turns_per_s * time_s, places)
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
        spots = np.empty((6, 3))
        _lay_low(self.path.held(time_s), self.length_m, self.height_m, self.wobble_m, spots)
        return spots

    def cross_sections_m2(self) -> Array:
        """Return (point,)."""
        return np.full(6, 10 ** (self.cross_section_dbsm / 10) / 6)


@compiled
def _turn_blades(hub_m: tuple[float, float, float], radius_m: float, swing: float, turns: float, places: Array) -> None:
    """Fill the places, (8, 3), of a fan: inner and outer parts of three blades, and both sides of the guard."""
    aside_x, aside_y = math.cos(swing), math.sin(swing)
    for point in range(8):
        if point < 6:
            angle, radius = 2 * math.pi * (turns + (point % 3) / 3), radius_m * (0.5 if point < 3 else 1.0)
            aside, ahead, up = radius * math.cos(angle), 0.02 * math.sin(angle), radius * math.sin(angle)
        else:
            aside, ahead, up = 0.18 if point == 6 else -0.18, 0.06, 0.0
        places[point, 0] = hub_m[0] + aside * aside_x - ahead * aside_y
        places[point, 1] = hub_m[1] + aside * aside_y + ahead * aside_x
        places[point, 2] = hub_m[2] + up


@compiled
def _lay_low(held: Held, length_m: float, height_m: float, wobble_m: float, spots: Array) -> None:
    """Fill the places, (spot, 3), of something low."""
    for spot in range(spots.shape[0]):
        along = (spot // 2 - 1) * 0.5 * length_m + wobble_m * math.sin(math.pi * 3 * held.stride + spot)
        spots[spot, 0] = held.x_m + math.cos(held.heading_rad) * along
        spots[spot, 1] = held.y_m + math.sin(held.heading_rad) * along
        spots[spot, 2] = (0.3 if spot % 2 else 0.9) * height_m
