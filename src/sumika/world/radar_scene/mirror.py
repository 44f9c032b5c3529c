"""Walls and floors that reflect: who stands before one is seen a second time, behind it (image sources).

Besides the image itself, to which the wave goes and from which it comes over the mirror (two bounces), there are the
two mixed ways: out directly and back over the mirror, and the other way round. At 60 GHz painted plaster and concrete
lose 5 to 15 dB in a bounce, glass, wet walls and foil less (K. Sato et al., "Measurements of reflection and
transmission characteristics of interior structures of office building in the 60-GHz band", IEEE Trans. Antennas
Propag. 45, 1997).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.world.radar_scene.sight import Segment, crosses

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class WallMirror:
    """A stretch of wall that reflects.

    Attributes:
        wall: On the floor plan.
        loss_db: Of the whole image, both bounces together.
        name: For the truth.
    """

    wall: Segment
    loss_db: float
    name: str

    def plane(self) -> Array:
        """Return (2, 3): a place on the wall, and its normal."""
        start, along = np.asarray(self.wall[0], dtype=np.float64), np.subtract(self.wall[1], self.wall[0])
        normal = np.array([-along[1], along[0]]) / float(np.hypot(*along))
        return np.array([[*start, 0.0], [*normal, 0.0]])

    def image(self, place_m: Array) -> Array:
        """Return the place, (3,), as far behind the wall as another is before it."""
        return _image(self.plane(), place_m)

    def shows(self, radar_m: Array, image_m: Array) -> bool:
        """Say whether the image is seen from a place: the way to it must go through this stretch of wall."""
        return crosses(radar_m, image_m, self.wall)


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorMirror:
    """The floor, at height 0.

    Attributes:
        loss_db: Of the whole image, both bounces together.
        name: For the truth.
    """

    loss_db: float = 20.0
    name: str = "floor"

    def plane(self) -> Array:
        """Return (2, 3): a place on the floor, and its normal."""
        return np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 1.0]])

    def image(self, place_m: Array) -> Array:
        """Return the place, (3,), as far below the floor as another is above it."""
        return _image(self.plane(), place_m)

    def shows(self, radar_m: Array, image_m: Array) -> bool:
        """Say whether the image is seen from a place: from above the floor, always."""
        return bool(radar_m[2] > 0 > image_m[2])


Mirror = WallMirror | FloorMirror


@compiled
def reflect(place: Array, plane: Array, image: Array) -> None:
    """Fill (3,) with the mirror image of a place, (3,), in a plane, (2, 3): a place on it, and its normal."""
    before = 0.0
    for axis in range(3):
        before += (place[axis] - plane[0, axis]) * plane[1, axis]
    for axis in range(3):
        image[axis] = place[axis] - 2.0 * before * plane[1, axis]


def _image(plane: Array, place_m: Array) -> Array:
    image = np.empty(3)
    reflect(place_m, plane, image)
    return image
