"""How often noise alone is taken for a target, beside what was asked, for each kind of CFAR.

Maps are those of the whole chain: integer noise in, both transforms, background, window and antenna sum. Each cell of
each map counts, before anything picks local maxima.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sumika.evaluate.figure import Evidence, Figure
from sumika.radar import detection
from sumika.radar.detection.cfar import Cfar
from sumika.schema import RADAR_MODELS, RadarDescription

ASKED = 1e-5
QUICK_CELLS, FULL_CELLS = 1e7, 1e8
SEED = 4
_FIRST_FRAMES = 3
"""The background begins as the first frame itself; its first maps hold less noise at rest, not more."""


def measure(full: bool) -> dict[str, Figure]:
    """Return measured over asked false-alarm probability; the other kinds and radars are in the detail."""
    cells = FULL_CELLS if full else QUICK_CELLS
    counted = count_alarms(RADAR_MODELS["iwr6843isk"], cells, SEED)
    detail: dict[str, float | str] = {}
    for kind in (detection.CfarKind.GO, detection.CfarKind.SO):
        detail[f"ratio_{kind}"] = counted[kind][0] / (counted[kind][1] * ASKED)
    if full:
        for kind, (alarms, seen) in count_alarms(RADAR_MODELS["bgt60tr13c"], cells / 10, SEED).items():
            detail[f"ratio_{kind}_bgt60tr13c"] = alarms / (seen * ASKED)
    return {
        f"pfa_ratio_{kind}": _figure(*counted[kind], detail) for kind in (detection.CfarKind.CA, detection.CfarKind.OS)
    }


def _figure(alarms: int, cells: int, detail: dict[str, float | str]) -> Figure:
    expected = cells * ASKED
    # A count of rare events is Poisson distributed; the exact interval of its mean (Garwood 1936).
    low = stats.chi2.ppf(0.025, 2 * alarms) / 2 / expected if alarms else 0.0
    high = stats.chi2.ppf(0.975, 2 * alarms + 2) / 2 / expected
    own = {"asked": ASKED, "cells": cells, "alarms": alarms, "low95": float(low), "high95": float(high)}
    return Figure(
        value=alarms / expected,
        unit="ratio",
        evidence=Evidence.SIMULATION,
        detail={**own, **detail},
    )


def count_alarms(description: RadarDescription, cells: float, seed: int) -> dict[detection.CfarKind, tuple[int, int]]:
    """Return how many cells of noise were detected, of how many, for each kind of CFAR.

    Args:
        description: Of the radar.
        cells: How many to look at, at least.
        seed: Of the noise.
    """
    random = np.random.Generator(np.random.SFC64(seed))
    state = detection.start(description)
    kinds = {one: detection.DetectionSettings(false_alarm_probability=ASKED, cfar=one) for one in detection.CfarKind}
    alarms, seen = dict.fromkeys(kinds, 0), 0
    for number in range(10**9):
        detection.step(state, noise_frame(description, random))
        work = state.workspace
        if work is None or number < _FIRST_FRAMES:
            continue
        for kind, settings in kinds.items():
            Cfar(work.cells, settings).detect(work.power, work.tables.alive.size, work.detected, work.counts)
            alarms[kind] += int(np.count_nonzero(work.detected))
        seen += work.detected.size
        if seen >= cells:
            break
    return {kind: (count, seen) for kind, count in alarms.items()}


def noise_frame(description: RadarDescription, random: np.random.Generator) -> NDArray[np.integer]:
    """Return a frame of noise as the converter gives it: int16 I and Q, or unsigned numbers around mid-scale.

    Raises:
        ValueError: if the radar gives no samples.
    """
    chirp = description.chirp
    if chirp is None:
        raise ValueError(f"'{description.model}' has no chirp")
    shape = (chirp.chirps_per_frame, len(description.array.virtual), chirp.samples_per_chirp)
    level = chirp.full_scale / 100
    if chirp.complex_samples:
        numbers = random.standard_normal((*shape, 2), dtype=np.float32) * np.float32(level / math.sqrt(2))
        pairs: NDArray[np.int16] = np.rint(numbers, out=numbers).astype(np.int16)
        return pairs
    numbers = random.standard_normal(shape, dtype=np.float32) * np.float32(level) + np.float32(chirp.full_scale / 2)
    counts: NDArray[np.uint16] = np.rint(numbers, out=numbers).astype(np.uint16)
    return counts
