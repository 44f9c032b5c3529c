"""Where somebody goes and how he holds himself: a walk through a room, a chair, a bed, a fall.

A path is a list of legs. Each says how long it takes and where and how it ends; between, everything blends smoothly.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sumika.world.exchange.leg import Leg, Posture

RATE_HZ = 50.0
STEP_M = 0.7
"""Length of a step at an easy walk."""

Array = NDArray[np.float64]


POSTURES = tuple(Posture)


class Held(NamedTuple):
    """How a body is held at a moment.

    Attributes:
        x_m: Of its middle, on the floor plan.
        y_m: The same.
        heading_rad: Where it faces.
        standing: How much of each of `POSTURES`.
        sitting: The same.
        lying: The same.
        base_m: Height of what it rests on when it sits or lies.
        stride: Steps since the beginning.
        speed_m_s: How fast it goes.
    """

    x_m: float
    y_m: float
    heading_rad: float
    standing: float
    sitting: float
    lying: float
    base_m: float
    stride: float
    speed_m_s: float


@dataclass(frozen=True)
class Path:
    """A path, sampled at `RATE_HZ`.

    Attributes:
        place_m: (sample, 2) of the body's middle, on the floor plan.
        heading_rad: (sample,).
        share: (sample, posture) how much of each of `POSTURES`.
        base_m: (sample,) height of what it rests on when it sits or lies.
        stride: (sample,) steps since the beginning.
        speed_m_s: (sample,).
    """

    place_m: Array = field(repr=False)
    heading_rad: Array = field(repr=False)
    share: Array = field(repr=False)
    base_m: Array = field(repr=False)
    stride: Array = field(repr=False)
    speed_m_s: Array = field(repr=False)

    def at(self, series: Array, time_s: float) -> Array:
        """Return a series at a time, between its samples; it stays as it ends."""
        place = min(max(time_s * RATE_HZ, 0.0), len(series) - 1.001)
        low = int(place)
        value: Array = series[low] + (place - low) * (series[low + 1] - series[low])
        return value

    def held(self, time_s: float) -> Held:
        """Return all of it at a time, as `at` says."""
        return Held(*self.at(self._columns, time_s).tolist())

    @cached_property
    def _columns(self) -> Array:
        """(sample, 9): side by side, so that a moment is read at once; as `Held` has them."""
        return np.column_stack((self.place_m, self.heading_rad, self.share, self.base_m, self.stride, self.speed_m_s))

    def posture(self, time_s: float) -> Posture:
        """Return the posture that there is most of."""
        return POSTURES[int(np.argmax(self.at(self.share, time_s)))]


def make_path(
    start_m: tuple[float, float],
    legs: tuple[Leg, ...],
    *,
    posture: Posture = Posture.STANDING,
    heading_rad: float = 0.0,
    base_m: float = 0.45,
) -> Path:
    """Sample a path; it begins at a place in a posture."""
    place, heading, base = np.array(start_m, np.float64), heading_rad, base_m
    share = _one(posture)
    parts: list[tuple[Array, Array, Array, Array]] = []
    for leg in legs:
        count = max(2, round(leg.seconds * RATE_HZ))
        ease = _ease(count)
        end = np.array(leg.to_m if leg.to_m is not None else place, np.float64)
        faces = _faces(leg, end - place, heading)
        end_share = share if leg.posture is None else _one(leg.posture)
        end_base = base if leg.base_m is None else leg.base_m
        turn = (faces - heading + np.pi) % (2 * np.pi) - np.pi
        turned = np.minimum(1.0, np.arange(count) / RATE_HZ / min(1.0, leg.seconds))
        parts.append(
            (
                place + _walked(count)[:, np.newaxis] * (end - place),
                heading + turned * turn,
                share + ease[:, np.newaxis] * (end_share - share),
                base + ease * (end_base - base),
            )
        )
        place, heading, share, base = end, heading + turn, end_share, end_base
    places, headings, shares, bases = (np.concatenate(part) for part in zip(*parts, strict=True))
    speed = np.zeros(len(places))
    speed[1:] = np.hypot(*np.diff(places, axis=0).T) * RATE_HZ
    return Path(places, headings, shares, bases, np.cumsum(speed) / RATE_HZ / STEP_M, speed)


def _one(posture: Posture) -> Array:
    return np.array([float(posture is one) for one in POSTURES])


def _faces(leg: Leg, way: Array, heading_rad: float) -> float:
    if leg.heading_rad is not None:
        return leg.heading_rad
    return float(np.arctan2(way[1], way[0])) if np.hypot(*way) > 0.05 else heading_rad


def _ease(count: int) -> Array:
    """Return 0 to 1 with a soft beginning and end."""
    share = np.arange(1, count + 1) / count
    eased: Array = share * share * (3 - 2 * share)
    return eased


def _walked(count: int) -> Array:
    """Return 0 to 1 at an even speed, but for half a second to start and to stop."""
    speed = np.minimum(1.0, np.minimum(np.arange(1, count + 1), np.arange(count, 0, -1)) / (0.5 * RATE_HZ))
    way: Array = np.cumsum(speed) / speed.sum()
    return way
