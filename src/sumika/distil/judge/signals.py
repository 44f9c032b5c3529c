"""Quality of signals: missing, flat and clipped ones."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.judge.quality import Quality, QualityReport, summed_up
from sumika.distil.records import ArraySet

WEIGHTS = {"not_finite": 1.0, "no_points": 1.0, "flat": 1.0, "clipped": 0.6, "unlabelled": 0.0}

FEW_LEVELS = 8


class SignalQualitySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the quality of signals is judged.

    Attributes:
        flat_share: A channel whose standard deviation is below this share of that channel's over the whole set is
            flat; an example is if all its channels are.
        most_clipped_share: Above this share of values at a channel's own largest or smallest value it is clipped.
        least_points: A set of points with fewer real ones has none to speak of.
    """

    flat_share: float = 1e-3
    most_clipped_share: float = 0.1
    least_points: int = 1


def judge_signals(arrays: ArraySet, settings: SignalQualitySettings) -> tuple[Quality, QualityReport]:
    """Judge every example; flat and clipped are asked of (example, channel, time) without a mask alone."""
    found = {"not_finite": _not_finite(arrays)}
    if arrays.mask is not None:
        found["no_points"] = arrays.mask.sum(axis=1) < settings.least_points
    elif arrays.x.ndim == 3:
        x = np.where(np.isfinite(arrays.x), arrays.x, np.float32(0))
        spread = x.std(axis=(0, 2))
        found["flat"] = (x.std(axis=2) <= settings.flat_share * spread).all(axis=1)
        found["clipped"] = ~found["flat"] & _clipped(x, settings.most_clipped_share)
    if arrays.y.dtype == np.int64:
        found["unlabelled"] = np.asarray(arrays.y < 0)
    reasons = [tuple(rule for rule, hit in found.items() if hit[row]) for row in range(len(arrays))]
    names = [f"row {row} of group '{group}'" for row, group in enumerate(arrays.group)]
    return summed_up(reasons, {rule: WEIGHTS[rule] for rule in found}, names)


def _not_finite(arrays: ArraySet) -> NDArray[np.bool_]:
    broken = ~np.isfinite(arrays.x)
    if arrays.mask is not None:
        broken &= arrays.mask[..., None]
    return np.asarray(broken.reshape(len(arrays), -1).any(axis=1))


def _clipped(x: NDArray[np.float32], most_share: float) -> NDArray[np.bool_]:
    high, low = x.max(axis=2, keepdims=True), x.min(axis=2, keepdims=True)
    share = np.maximum((x == high).mean(axis=2), (x == low).mean(axis=2))
    constant = (high == low)[..., 0]
    suspected = (share > most_share) & ~constant
    # A signal of few levels (a switch, a count) sits at its extremes by nature.
    for example, channel in np.argwhere(suspected):
        suspected[example, channel] = len(np.unique(x[example, channel])) > FEW_LEVELS
    return np.asarray(suspected.any(axis=1))
