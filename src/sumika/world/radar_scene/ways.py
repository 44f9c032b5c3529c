"""The ways that a body's echoes take to one radar: straight out and back, over a mirror, and one of each.

The compiled part lists them for `echo`: of each echo how its point moves as the wave goes out to it and as it comes
back, and how strong it is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.world.radar_scene.link_budget import Beam, fill_amplitudes
from sumika.world.radar_scene.mirror import FloorMirror, Mirror, reflect
from sumika.world.radar_scene.sight import Stand

Array = NDArray[np.float64]
Complexes = NDArray[np.complex128]

_ONCE = 2
"""Mixed ways of a mirror: out straight and back over it, and the other way round."""


@dataclass(frozen=True, slots=True)
class Echoes:
    """Echoes of one body during a frame, as `echo.Chirps.add` takes them.

    Attributes:
        out: (echo, derivative, axis) of each point as the wave goes out to it, in sensor coordinates.
        back: The same as the wave comes back from it.
        amplitude: (echo,) in counts.
        ends: (way,) number of the first echo after those of each way.
    """

    out: Array
    back: Array
    amplitude: Complexes
    ends: NDArray[np.int64]


@dataclass(slots=True)
class Ways:
    """The ways to one radar.

    Attributes:
        stand: Where it hangs and looks.
        beam: How strong echoes are by where they come from.
        faint: What is weaker than so many counts is left out.
        mirrors: Of the scene.
        mirrored: How many parts of a body, its first ones, are seen in mirrors; the whole body's cross-section is
            theirs then.
    """

    stand: Stand
    beam: Beam
    faint: float
    mirrors: Sequence[Mirror]
    mirrored: int
    _planes: Array = field(init=False)
    _bounces: Array = field(init=False)
    _origin: Array = field(init=False)

    def __post_init__(self) -> None:
        """Lay out what does not change."""
        self._planes = np.array([mirror.plane() for mirror in self.mirrors]).reshape(-1, 2, 3)
        # A floor shows nobody whole: only the two mixed ways are told from the direct one.
        rows = [(10 ** (-mirror.loss_db / 40), not isinstance(mirror, FloorMirror)) for mirror in self.mirrors]
        self._bounces = np.array(rows, dtype=np.float64).reshape(-1, 2)
        self._origin = np.concatenate((self.stand.place_m[np.newaxis], self.stand.axes))

    def seen_mirrors(self, place_m: Array) -> NDArray[np.intp]:
        """Return the numbers of the mirrors in which the radar sees what is at a place, (3,)."""
        image, seen = np.empty(3), []
        for number, mirror in enumerate(self.mirrors):
            reflect(place_m, self._planes[number], image)
            if mirror.shows(self.stand.place_m, image):
                seen.append(number)
        return np.array(seen, dtype=np.intp)

    def of(
        self, places_m: Array, areas_m2: Array, turns: Complexes, duration_s: float, by_mirrors: NDArray[np.intp]
    ) -> Echoes:
        """Return the echoes of a body.

        Args:
            places_m: (moment, part, 3) at the frame's beginning, middle and end, in house coordinates.
            areas_m2: (part,) cross-sections.
            turns: (part,) what turns each part's echo, and what lies in between.
            duration_s: Of the frame.
            by_mirrors: The mirrors in which it is seen too.
        """
        most = places_m.shape[1] + len(by_mirrors) * (self.mirrored + _ONCE)
        out, back = np.empty((most, 3, 3)), np.empty((most, 3, 3))
        amplitude, ends = np.empty(most, np.complex128), np.empty(1 + 3 * len(by_mirrors), np.int64)
        _list(
            places_m,
            areas_m2,
            turns,
            self._origin,
            self.beam,
            (duration_s, self.faint),
            (self._planes[by_mirrors], self._bounces[by_mirrors]),
            self.mirrored,
            (out, back, amplitude, ends),
        )
        count = ends[-1]
        return Echoes(out[:count], back[:count], amplitude[:count], ends)


@compiled
def _list(
    places: Array,
    areas: Array,
    turns: Complexes,
    origin: Array,
    beam: Beam,
    numbers: tuple[float, float],
    mirrors: tuple[Array, Array],
    mirrored: int,
    found: tuple[Array, Array, Complexes, NDArray[np.int64]],
) -> None:
    """Do what `Ways.of` says: fill `found`, the direct way first, then three of each mirror."""
    parts = places.shape[1]
    direct, image = np.empty((parts, 3, 3)), np.empty((mirrored, 3, 3))
    seen, reflected, level = np.empty((parts, 3)), np.empty((3, mirrored, 3)), np.empty(parts)
    follow(places, origin, numbers[0], direct, seen)
    fill_amplitudes(seen, areas, beam, level)
    sizes = level * turns
    count, ends = 0, found[3]
    for part in range(parts):
        count = _put(direct[part], direct[part], sizes[part], numbers[1], found, count)
    ends[0] = count
    whole = areas[:mirrored] * (areas.sum() / areas[:mirrored].sum())
    for mirror in range(len(mirrors[0])):
        bounce = mirrors[1][mirror, 0]
        for moment in range(3):
            for part in range(mirrored):
                reflect(places[moment, part], mirrors[0][mirror], reflected[moment, part])
        follow(reflected, origin, numbers[0], image, seen)
        fill_amplitudes(seen[:mirrored], whole, beam, level)
        if mirrors[1][mirror, 1] > 0:
            for part in range(mirrored):
                size = level[part] * bounce**2 * _unit(sizes[part])
                count = _put(image[part], image[part], size, numbers[1], found, count)
        ends[3 * mirror + 1] = count
        best = int(np.argmax(level[:mirrored]))
        mixed = math.sqrt(level[best] * abs(sizes[best])) * bounce * _unit(sizes[best])
        count = _put(direct[best], image[best], mixed, numbers[1], found, count)
        ends[3 * mirror + 2] = count
        count = _put(image[best], direct[best], mixed, numbers[1], found, count)
        ends[3 * mirror + 3] = count


@compiled
def _put(
    out: Array,
    back: Array,
    size: complex,
    faint: float,
    found: tuple[Array, Array, Complexes, NDArray[np.int64]],
    count: int,
) -> int:
    """Add an echo to those found, unless it is too faint; return how many they are."""
    if not abs(size) > faint:
        return count
    found[0][count], found[1][count], found[2][count] = out, back, size
    return count + 1


@compiled
def _unit(size: complex) -> complex:
    """Return a number's direction; that of 0 is 1."""
    return size / abs(size) if abs(size) > 0.0 else complex(1.0)


@compiled
def follow(places: Array, origin: Array, duration_s: float, moving: Array, middle: Array) -> None:
    """Fill the parabolas on which points move, (point, derivative, axis), and where they are in the middle, (point, 3).

    Args:
        places: (moment, point, 3) at the beginning, middle and end of a stretch of time, in house coordinates.
        origin: (4, 3): the sensor's place, and its axes in rows.
        duration_s: Of the stretch.
        moving: Filled, in sensor coordinates; as `echo.Motion.through` says.
        middle: Filled, in sensor coordinates.
    """
    seen = np.empty(3)
    for point in range(places.shape[1]):
        for axis in range(3):
            for moment in range(3):
                seen[moment] = 0.0
                for way in range(3):
                    seen[moment] += (places[moment, point, way] - origin[0, way]) * origin[1 + axis, way]
            curvature = 4.0 * (seen[0] - 2.0 * seen[1] + seen[2]) / duration_s**2
            moving[point, 0, axis] = seen[0]
            moving[point, 1, axis] = (seen[2] - seen[0]) / duration_s - curvature * duration_s / 2.0
            moving[point, 2, axis] = curvature
            middle[point, axis] = seen[1]
