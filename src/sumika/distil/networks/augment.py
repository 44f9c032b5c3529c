"""Small changes of an input that leave what it means as it is: noise, a turned view, lost points."""

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]
Kind = Literal["signal", "points", "table"]


class Augmentation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done to each example each time it is shown; nothing by default.

    Attributes:
        jitter: Deviation of the noise, in deviations of each channel or feature.
        stretch: An example's signal is multiplied by 1 + a number of this deviation (signals, tables).
        turn_deg: Points are turned about the vertical by up to so much either way.
        horizontal: The two features that are turned, in metres.
        shift_m: The two horizontal features of a set are moved by a number of this deviation.
        mirror: Feature whose sign is changed in every second set, or -1: left becomes right. Not where sides matter.
        drop_points: Share of the points that are lost; one always stays.
    """

    jitter: float = 0.0
    stretch: float = 0.0
    turn_deg: float = 0.0
    horizontal: tuple[int, int] = (0, 1)
    shift_m: float = 0.0
    mirror: int = -1
    drop_points: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no type can."""
        if not 0 <= self.drop_points < 1 or min(self.jitter, self.stretch, self.turn_deg, self.shift_m) < 0:
            raise ValueError("`drop_points` is a share below 1; the others are at least 0")


def augment(
    x: Array,
    mask: Mask | None,
    scale: Array,
    settings: Augmentation,
    random: np.random.Generator,
    kind: Kind,
) -> tuple[Array, Mask | None]:
    """Return a batch changed at random.

    Args:
        x: (example, channel, time), (example, point, feature) or (example, column), in its own units.
        mask: (example, point) of real points.
        scale: Deviation of each channel, feature or column.
        settings: What is done.
        random: Source of every draw; the same one gives the same batch.
        kind: Which of the three.
    """
    x = x.copy()
    wide = scale[:, None] if kind == "signal" else scale
    if kind == "points":
        _move(x, settings, random)
        mask = _drop(x, mask, settings.drop_points, random)
    elif settings.stretch:
        x *= 1 + settings.stretch * random.standard_normal((len(x), *(1,) * (x.ndim - 1)), np.float32)
    if settings.jitter:
        x += settings.jitter * wide * random.standard_normal(x.shape, np.float32)
    return x, mask


def _move(x: Array, settings: Augmentation, random: np.random.Generator) -> None:
    first, second = settings.horizontal
    if settings.turn_deg:
        angle = np.deg2rad(random.uniform(-settings.turn_deg, settings.turn_deg, (len(x), 1))).astype(np.float32)
        ahead, aside = x[..., first].copy(), x[..., second].copy()
        x[..., first] = ahead * np.cos(angle) - aside * np.sin(angle)
        x[..., second] = ahead * np.sin(angle) + aside * np.cos(angle)
    if settings.mirror >= 0:
        x[..., settings.mirror] *= random.choice(np.array([-1, 1], np.float32), (len(x), 1))
    if settings.shift_m:
        for feature in settings.horizontal:
            x[..., feature] += settings.shift_m * random.standard_normal((len(x), 1), np.float32)


def _drop(x: Array, mask: Mask | None, share: float, random: np.random.Generator) -> Mask | None:
    if not share:
        return mask
    real = np.ones(x.shape[:2], bool) if mask is None else mask
    luck = np.where(real, random.random(x.shape[:2]), -1.0)
    kept = real & (luck >= share)
    kept[np.arange(len(x)), luck.argmax(axis=1)] = True
    return np.asarray(kept & real)
