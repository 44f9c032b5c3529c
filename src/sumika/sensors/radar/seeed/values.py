"""What Seeed's MR60BHA2 means by its numbers, and how far each is trusted."""

import math

import numpy as np
from numpy.typing import NDArray

from sumika.schema import POINT_COLUMNS
from sumika.sensors.radar.model import ModelInfo
from sumika.sensors.radar.seeed.wire import Target
from sumika.sensors.radar.untold import loudness_untold_db

MODELS = (ModelInfo("mr60bha2", "seeed", None, live=True, answers=True),)

BAUD = 115_200
TARGET_INTERVAL_S = 0.1
"""How often it tells its targets, nominally."""

FROZEN_S = 60.0
"""For so long a rate that is rounded to whole numbers may stay the same while somebody breathes evenly."""
FROZEN_PHASES_S = 2.0
"""The phases come fifty times a second as floating-point numbers; two alike are rare already."""

PRESENCE_SIGMA = 0.3
RANGE_SIGMA_M = 0.3
RESPIRATION_SIGMA_BPM = 4.0
HEART_SIGMA_BPM = 12.0
"""The maker gives ranges and no errors; users report breaths read as heart beats. Wide until measured."""

RESPIRATION_BPM = (4.0, 60.0)
HEART_BPM = (35.0, 200.0)
"""What a living person can have; outside of it the module is starting up, or wrong."""
MAX_RANGE_M = 6.0
"""Twice what the maker promises for presence."""

SPEED_STEP_M_S = 0.1728
"""Of `doppler_index`; Seeed's library, `RANGE_STEP` (17.28 cm/s)."""
_ELEVATION_SIGMA_RAD = math.radians(60.0)
"""All of its field of view (the maker's figure is 120 by 60 degrees or thereabouts), though an even spread over it has
less: its elevation is not measured and errs by the same each time, which a filter would soon hold for a height."""
_RANGE_SIGMA_M = 0.3
_VELOCITY_SIGMA_M_S = 0.5
_AZIMUTH_SIGMA_RAD = math.radians(15.0)


def rate_bpm(number: float, limits_bpm: tuple[float, float]) -> float | None:
    """Return a rate that a living person can have, else None: 0 means that the module has none."""
    return number if limits_bpm[0] <= number <= limits_bpm[1] else None


def range_m(told: tuple[bool, float]) -> float | None:
    """Return a distance in metres from (whether there is one, centimetres)."""
    there, distance_cm = told
    distance_m = distance_cm / 100.0
    return distance_m if there and 0.0 < distance_m <= MAX_RANGE_M else None


def sound(targets: list[Target]) -> bool:
    """Return whether all targets are numbers, and within twice the module's range."""
    return all(math.hypot(target.x_m, target.y_m) <= 2 * MAX_RANGE_M for target in targets)


def points(targets: list[Target]) -> NDArray[np.float32]:
    """Return targets as (point, column); columns are `POINT_COLUMNS`.

    The module tells no height, so elevation is 0, and no loudness; see `loudness_untold_db`.
    """
    rows = np.zeros((len(targets), len(POINT_COLUMNS)), dtype=np.float32)
    sigmas = (_RANGE_SIGMA_M, _VELOCITY_SIGMA_M_S, _AZIMUTH_SIGMA_RAD, _ELEVATION_SIGMA_RAD)
    for row, target in zip(rows, targets, strict=True):
        row[0] = math.hypot(target.x_m, target.y_m)
        row[1] = target.doppler_index * SPEED_STEP_M_S
        row[2] = math.atan2(target.x_m, target.y_m)
        row[4:8] = sigmas
        row[8] = loudness_untold_db(float(row[0]))
    return rows
