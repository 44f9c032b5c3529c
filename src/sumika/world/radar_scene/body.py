"""A person as some points that reflect: where they are in each posture, how limbs swing, how strongly each reflects."""

from dataclasses import dataclass, field

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in the scene.

    Attributes:
        id: Of the truth.
        path: Where he goes.
        chest: How his chest moves.
        tall_m: From head to foot.
        cross_section_dbsm: Of the whole body, standing.
        seed: Of what differs between the parts of bodies.
    """

    id: int
    path: Path = field(repr=False)
    chest: ChestMotion = field(repr=False)
    tall_m: float = _ADULT_M
    cross_section_dbsm: float = -4.0
    seed: int = 0

    def points(self, time_s: float) -> Array:
        """Return where the parts are: (part, 3) in house coordinates."""
        place, heading = self.path.at(self.path.place_m, time_s), float(self.path.at(self.path.heading_rad, time_s))
        share, base_m = self.path.at(self.path.share, time_s), float(self.path.at(self.path.base_m, time_s))
        forward = np.array([np.cos(heading), np.sin(heading), 0.0])
        left = np.array([-np.sin(heading), np.cos(heading), 0.0])
        up = np.array([0.0, 0.0, 1.0])
        scale = self.tall_m / _ADULT_M
        found = np.zeros((len(_PLACES), 3))
        # Standing and sitting: upright on the floor, on the seat. Lying: on the back, the head against the heading.
        frames = ((forward, left, up, 0.0), (forward, left, up, base_m), (up, left, -forward, base_m))
        moved = self._moved(time_s)
        for number, (ahead, aside, along, height_m) in enumerate(frames):
            if share[number] <= 0:
                continue
            local = _PLACES[:, number] * scale
            local = local + np.stack((moved, np.zeros_like(moved), np.zeros_like(moved)), axis=1)
            local[:, 0] += self._swing(time_s) * share[0]
            spot = local[:, :1] * ahead + local[:, 1:2] * aside + local[:, 2:] * along + height_m * up
            found += share[number] * spot
        found[:, :2] += place
        sway = self.chest.at(self.chest.sway_m, time_s)
        # A body sways about its feet; lying it hardly does.
        hold = np.clip(found[:, 2] / 1.3, 0.0, 1.2)[:, np.newaxis] * (1 - 0.8 * share[2])
        whole: Array = found + hold * (sway[1] * forward + sway[0] * left + sway[2] * up)
        return whole

    def _moved(self, time_s: float) -> Array:
        """Return how far breath and heart move each part outwards."""
        breath, heart = self.chest.at(self.chest.breath_m, time_s), self.chest.at(self.chest.heart_m, time_s)
        moved: Array = _BREATH * breath + _HEART * heart
        return moved

    def _swing(self, time_s: float) -> Array:
        stride, speed = float(self.path.at(self.path.stride, time_s)), float(self.path.at(self.path.speed_m_s, time_s))
        swing: Array = _SWING * min(1.0, speed / 0.8) * np.sin(np.pi * (stride + _HALF))
        return swing

    def cross_sections_m2(self) -> Array:
        """Return (part,) cross-sections; no two bodies reflect alike."""
        random = np.random.Generator(np.random.SFC64((self.seed, 1)))
        share = _SHARE * np.exp(0.5 * random.standard_normal(_SHARE.size))
        total: Array = 10 ** (self.cross_section_dbsm / 10) * share / share.sum()
        return total

    def phases(self) -> NDArray[np.complex128]:
        """Return (part,) unit numbers: where exactly each part reflects is a wavelength's matter of chance."""
        random = np.random.Generator(np.random.SFC64((self.seed, 2)))
        turned: NDArray[np.complex128] = np.exp(2j * np.pi * random.uniform(size=_SHARE.size))
        return turned
