"""Inputs as a house may hand them: points, samples and columns lost, noise added. What a student is tried with."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sumika.distil.domain import Kind
from sumika.distil.records import ArraySet

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]
Disturbance = Callable[[ArraySet, Array, np.random.Generator], tuple[Array, Mask | None]]
"""Takes examples, the deviation of each channel, feature or column, and draws; returns inputs and mask."""
LOST, NOISE = (0.2, 0.5), (0.25, 0.5)


def disturbances(kind: Kind) -> dict[str, Disturbance]:
    """Return what is done to inputs of a kind, by what people call it."""
    thing = {"points": "points", "signal": "samples", "table": "columns"}[kind]
    lose = {"points": _points_lost, "signal": _samples_lost, "table": _columns_lost}[kind]
    found: dict[str, Disturbance] = {f"{100 * share:.0f} % of the {thing} lost": lose(share) for share in LOST}
    return found | {f"noise of {share} deviations": _noise(share, kind) for share in NOISE}


def _points_lost(share: float) -> Disturbance:
    def disturb(asked: ArraySet, scale: Array, random: np.random.Generator) -> tuple[Array, Mask | None]:
        real = np.ones(asked.x.shape[:2], bool) if asked.mask is None else asked.mask
        luck = np.where(real, random.random(real.shape), -1.0)
        kept = real & (luck >= share)
        kept[np.arange(len(kept)), luck.argmax(axis=1)] |= real.any(axis=1)  # one always stays
        return asked.x, kept

    return disturb


def _samples_lost(share: float) -> Disturbance:
    """A frame that is lost leaves the last one before it standing."""

    def disturb(asked: ArraySet, scale: Array, random: np.random.Generator) -> tuple[Array, Mask | None]:
        count, _, time = asked.x.shape
        there = random.random((count, time)) >= share
        there[:, 0] = True
        last = np.maximum.accumulate(np.where(there, np.arange(time), 0), axis=1)
        return np.take_along_axis(asked.x, last[:, None, :], axis=2), asked.mask

    return disturb


def _columns_lost(share: float) -> Disturbance:
    def disturb(asked: ArraySet, scale: Array, random: np.random.Generator) -> tuple[Array, Mask | None]:
        lost = random.random(asked.x.shape) < share
        return np.where(lost, np.float32(np.nan), asked.x), asked.mask

    return disturb


def _noise(share: float, kind: Kind) -> Disturbance:
    def disturb(asked: ArraySet, scale: Array, random: np.random.Generator) -> tuple[Array, Mask | None]:
        wide = scale[:, None] if kind == "signal" else scale
        return asked.x + share * wide * random.standard_normal(asked.x.shape, np.float32), asked.mask

    return disturb
