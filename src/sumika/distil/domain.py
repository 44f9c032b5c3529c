"""How unlike an input is what a student has learnt from: plain distances, with what unseen groups are like as measure.

Three of them, each over what it is for people, rooms or sessions that the student had not learnt from: how far the
input's summary lies off in all, how far off it lies anywhere, and how far off the layer before the outputs lies. Pure
numpy: the house asks it without torch.
"""

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Real = NDArray[np.float64]
Mask = NDArray[np.bool_]
Kind = Literal["signal", "points", "table"]

ANSWERED = 0.995
"""Share of the inputs of unseen groups that are at most as unlike as 1, unless a recipe says more or less."""
DISTANCES = 3
FURTHEST = 1e6
LEAST_SPREAD = 0.05
"""Share of its own size by which something that never varied may lie off."""


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """Middle and spread of what was learnt from.

    Attributes:
        centre: Of each number of the summary, then of each hidden one.
        spread: Of the same.
        hidden: How many of them are hidden ones.
    """

    centre: tuple[float, ...]
    spread: tuple[float, ...]
    hidden: int


class Domain(msgspec.Struct, frozen=True, kw_only=True):
    """What a student knows, and how unlike unseen groups are.

    Attributes:
        kind: Of its inputs.
        reference: What it has learnt from.
        limits: Each distance that nearly all of the inputs of unseen groups keep.
        whole: What the largest share of a limit is for as many.
    """

    kind: Kind
    reference: Reference
    limits: tuple[float, ...]
    whole: float = 1.0

    def unlike(self, x: Array, hidden: Array, mask: Mask | None = None) -> Real:
        """Return how unlike each example is (example,); above 1 it is more so than nearly all of unseen groups.

        Args:
            x: (example, *shape); NaN where a value is missing.
            hidden: (example, width), the layer before the outputs; no columns where there is none.
            mask: (example, point) of real points.
        """
        found = distances(summary(x, mask, self.kind), hidden, self.reference)
        return np.asarray((found / np.array(self.limits)).max(axis=1) / self.whole)


def summary(x: Array, mask: Mask | None, kind: Kind) -> Real:
    """Return numbers that describe each input (example, number).

    A table's are its columns; a signal's the mean, deviation and mean step of each channel; of points, the mean and
    deviation of each feature and the logarithm of how many there are. Missing values (NaN) say nothing.

    Args:
        x: (example, column), (example, channel, time) or (example, point, feature).
        mask: (example, point) of real points.
        kind: Which of them.
    """
    wide = x.astype(np.float64)
    if kind == "table":
        return wide
    if kind == "signal":
        steps = np.abs(np.diff(wide, axis=2)) if wide.shape[2] > 1 else np.zeros_like(wide)
        known = np.isfinite(wide)
        mean, deviation = _moments(wide, known, axis=2)
        step, _ = _moments(steps, np.isfinite(steps), axis=2)
        return np.concatenate([mean, deviation, step], axis=1)
    real = np.ones(x.shape[:2], bool) if mask is None else mask
    mean, deviation = _moments(wide, np.isfinite(wide) & real[:, :, None], axis=1)
    return np.concatenate([mean, deviation, np.log1p(real.sum(axis=1))[:, None]], axis=1)


def _moments(x: Real, known: Mask, axis: int) -> tuple[Real, Real]:
    count = known.sum(axis=axis)
    some = np.maximum(count, 1)
    held = np.where(known, x, 0.0)
    mean = held.sum(axis=axis) / some
    apart = np.where(known, x - np.expand_dims(mean, axis), 0.0)
    deviation = np.sqrt((apart**2).sum(axis=axis) / some)
    return np.where(count > 0, mean, np.nan), np.where(count > 0, deviation, np.nan)


def reference_of(x: Array, hidden: Array, mask: Mask | None, kind: Kind) -> Reference:
    """Return middle and spread of what was learnt from; quantiles, so that a few wild inputs do not widen it."""
    rows = np.concatenate([summary(x, mask, kind), hidden], axis=1)
    low, centre, high = np.nan_to_num(np.nanpercentile(rows, [15.87, 50, 84.13], axis=0))
    deviation = np.nan_to_num(np.nanstd(rows, axis=0))
    spread = np.maximum((high - low) / 2, deviation / 2)
    width = rows.shape[1] - hidden.shape[1]
    for block in (slice(0, width), slice(width, None)):
        # What never varied is measured by what others of its kind do, not in nothings.
        some = spread[block][spread[block] > 0]
        usual = float(np.median(some)) if len(some) else 1.0
        floor = np.maximum(LEAST_SPREAD * np.abs(centre[block]), usual)
        spread[block] = np.where(spread[block] > 0, spread[block], floor)
    return Reference(centre=tuple(centre.tolist()), spread=tuple(spread.tolist()), hidden=hidden.shape[1])


def distances(summaries: Real, hidden: Array, reference: Reference) -> Real:
    """Return the three distances of each example (example, distance)."""
    rows = np.concatenate([summaries, hidden], axis=1)
    off = (rows - np.array(reference.centre)) / np.array(reference.spread)
    off = np.minimum(np.abs(np.where(np.isnan(off), 0.0, off)), FURTHEST)
    width = off.shape[1] - reference.hidden
    seen, within = off[:, :width], off[:, width:]
    inner = np.sqrt((within**2).mean(axis=1)) if within.shape[1] else np.zeros(len(off))
    return np.stack([np.sqrt((seen**2).mean(axis=1)), seen.max(axis=1), inner], axis=1)


def domain_of(kind: Kind, reference: Reference, unseen: Real, answered: float = ANSWERED) -> Domain:
    """Return the domain.

    Args:
        kind: Of the inputs.
        reference: Of everything that the kept student has learnt from.
        unseen: (example, distance), each from the reference of networks that had not learnt from the example's group.
        answered: Share of them that are at most as unlike as 1.
    """
    limits = np.maximum(np.quantile(unseen, answered, axis=0), 1e-6)
    whole = float(np.quantile((unseen / limits).max(axis=1), answered))
    return Domain(kind=kind, reference=reference, limits=tuple(limits.tolist()), whole=max(whole, 1e-6))
