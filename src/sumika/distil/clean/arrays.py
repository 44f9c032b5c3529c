"""Duplicates and contamination among signals, sets of points and rows of tables."""

from collections.abc import Mapping
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.clean.report import (
    CONTAMINATED,
    EXACT,
    SAME_GROUP,
    CleanRefusedError,
    CleanReport,
    Removal,
    refuse_if_soiled,
    reported,
)
from sumika.distil.records import ArraySet


class ArrayCleanSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How clean a pool of arrays must be.

    Attributes:
        least_distance: Nearer than this to an example of an evaluation set is contamination. Root mean square
            difference per value, in standard deviations of the pool's channels; two unrelated windows are near 1.4.
        same_group: What to do with a person or room that is in an evaluation set too: refuse the pool, or drop them.
        most_contaminated_share: Above this share of the pool it is refused; dropped groups do not count.
        most_duplicate_share: Above this share of the pool it is refused.
    """

    least_distance: float = 0.05
    same_group: Literal["refuse", "drop"] = "refuse"
    most_contaminated_share: float = 0.05
    most_duplicate_share: float = 0.5


def clean_arrays(
    pool: ArraySet, evaluations: Mapping[str, ArraySet], settings: ArrayCleanSettings
) -> tuple[ArraySet, CleanReport]:
    """Take contaminated and duplicated examples out of a pool; of duplicates the first stays.

    Raises:
        CleanRefusedError: if groups are shared and may not be dropped, or more was soiled than is allowed.
        ValueError: if the shapes of pool and evaluation set differ.
    """
    removals = _same_groups(pool, evaluations)
    dropped = len(removals)
    gone = np.zeros(len(pool), bool)
    gone[[removal.row for removal in removals]] = True
    removals.extend(_near_evaluation(pool, evaluations, gone, settings.least_distance))
    gone[[removal.row for removal in removals]] = True
    removals.extend(_exact_duplicates(pool, gone))
    gone[[removal.row for removal in removals]] = True
    report = reported(len(pool), removals, list(evaluations), 0)
    if dropped and settings.same_group == "refuse":
        listed = "".join(f"\n  {removal}" for removal in report.first if removal.reason == SAME_GROUP)
        raise CleanRefusedError(
            f"{dropped} examples are of a group that is in an evaluation set too:{listed}\n",
            report=report,
            remedy="Split by group, or say `same_group: drop`.",
        )
    allowed = settings.most_contaminated_share + report.share(SAME_GROUP)
    refuse_if_soiled(report, min(1.0, allowed), settings.most_duplicate_share)
    return pool.take(~gone), report


def flattened(arrays: ArraySet) -> NDArray[np.float32]:
    """Return (example, value): channels or features one after the other; sets of points in sorted order, padding 0."""
    x = np.nan_to_num(arrays.x, posinf=0.0, neginf=0.0)
    if arrays.mask is not None:
        x = np.where(arrays.mask[..., None], x, np.float32(0))
        order = np.lexsort(np.moveaxis(x, -1, 0))
        x = np.take_along_axis(x, order[..., None], axis=1)
    return x.reshape(len(x), -1)


def _same_groups(pool: ArraySet, evaluations: Mapping[str, ArraySet]) -> list[Removal]:
    removals = []
    seen: set[int] = set()
    for name, evaluation in evaluations.items():
        for row in np.flatnonzero(np.isin(pool.group, evaluation.group)):
            if row not in seen:
                first = int(np.flatnonzero(evaluation.group == pool.group[row])[0])
                evidence = f"group '{pool.group[row]}'"
                removals.append(Removal(row=int(row), reason=SAME_GROUP, hit=f"{name} row {first}", evidence=evidence))
                seen.add(int(row))
    return sorted(removals, key=lambda removal: removal.row)


def _near_evaluation(
    pool: ArraySet, evaluations: Mapping[str, ArraySet], gone: NDArray[np.bool_], least_distance: float
) -> list[Removal]:
    left = np.flatnonzero(~gone)
    if not len(left):
        return []
    from sklearn.metrics import pairwise_distances_argmin_min  # loaded where something is compared

    values = flattened(pool)
    scale = np.tile(_scale(pool), values.shape[1] // len(_scale(pool)))
    if pool.mask is None and pool.x.ndim == 3:
        scale = np.repeat(_scale(pool), pool.x.shape[2])
    found: dict[int, Removal] = {}
    for name, evaluation in evaluations.items():
        if evaluation.x.shape[1:] != pool.x.shape[1:]:
            raise ValueError(
                f"examples of {name} have the shape {evaluation.x.shape[1:]}, the pool's {pool.x.shape[1:]}"
            )
        if not len(evaluation):
            continue
        nearest, distance = pairwise_distances_argmin_min(values[left] / scale, flattened(evaluation) / scale)
        rms = distance / np.sqrt(values.shape[1])
        for position in np.flatnonzero(rms < least_distance):
            row = int(left[position])
            evidence = f"distance {rms[position]:.4f}"
            hit = f"{name} row {nearest[position]}"
            found.setdefault(row, Removal(row=row, reason=CONTAMINATED, hit=hit, evidence=evidence))
    return [found[row] for row in sorted(found)]


def _scale(pool: ArraySet) -> NDArray[np.float32]:
    """Return the standard deviation per channel (signals) or per feature (points, columns); 1 where nothing varies."""
    x = np.nan_to_num(pool.x, posinf=0.0, neginf=0.0)
    if pool.mask is not None:
        deviation = x[pool.mask].std(axis=0)
    else:
        deviation = x.std(axis=(0, 2)) if x.ndim == 3 else x.reshape(len(x), -1).std(axis=0)
    return np.asarray(np.where(deviation > 0, deviation, 1.0), np.float32)


def _exact_duplicates(pool: ArraySet, gone: NDArray[np.bool_]) -> list[Removal]:
    first: dict[bytes, int] = {}
    removals = []
    values = flattened(pool)
    for row in np.flatnonzero(~gone):
        earlier = first.setdefault(values[row].tobytes(), int(row))
        if earlier != row:
            removals.append(Removal(row=int(row), reason=EXACT, hit=f"row {earlier}", evidence="same values"))
    return removals
