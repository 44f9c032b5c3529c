"""What Hi-Link's presence radars mean by their numbers, and how far each is trusted."""

import math

import numpy as np
from numpy.typing import NDArray

from sumika.schema import POINT_COLUMNS
from sumika.sensors.radar.hilink.wire import Report, Target
from sumika.sensors.radar.model import ModelInfo
from sumika.sensors.radar.untold import loudness_untold_db

MODELS = (
    ModelInfo("ld2410", "hilink", None, live=True, answers=True),
    ModelInfo("ld2450", "hilink", None, live=True, answers=True),
)

BAUD = 256_000
FRAME_INTERVAL_S = 0.1
"""Both report ten times a second."""

FROZEN_S = 10.0
"""The energies per gate of an LD2410, and the millimetres of an LD2450, change with every report even before a wall."""
FROZEN_BASIC_S = 60.0
"""Without energies per gate, a person who sits still may give the same report for a while."""

PRESENCE_SIGMA = 0.3
"""A claim, not a probability: they take fans and curtains for people, and miss people who lie still."""
_GATE_M = 0.75
"""Length of a distance gate of an LD2410 as delivered; its distances lie within one of them."""
_CALIBRATING = 4
_VELOCITY_SIGMA_M_S = 0.3
_AZIMUTH_SIGMA_RAD = math.radians(10.0)
"""Two receivers, no figure from the maker: a guess on the wide side."""
_ELEVATION_SIGMA_RAD = math.radians(70.0)
"""All of its field of view (its data sheet, "detection angle"), though an even spread over it has less: what it errs by
is the same with every report, and a filter that takes reports for independent would soon hold it for a height."""


def presence(report: Report) -> float | None:
    """Return 1 for somebody, 0 for nobody, None while the module measures the noise of the room."""
    if report.state >= _CALIBRATING:
        return None
    return 1.0 if report.state else 0.0


def range_m(report: Report) -> float | None:
    """Return how far away somebody is; None where nobody is, or no distance is told.

    The module's own choice of distance is 0 in some firmwares while a target has one; then what moves goes first.
    """
    if not 1 <= report.state < _CALIBRATING:
        return None
    of_state = (report.moving_cm if report.state & 1 else 0, report.still_cm if report.state & 2 else 0)
    told = next((distance for distance in (report.detection_cm, *of_state) if distance > 0), 0)
    return told / 100.0 if told else None


RANGE_SIGMA_M = _GATE_M
MOTION_SIGMA = 0.2


def motion(report: Report) -> float:
    """Return the energy of movement, 0 to 1."""
    return min(report.moving_energy, 100) / 100.0


def points(targets: list[Target]) -> NDArray[np.float32]:
    """Return targets as (point, column); columns are `POINT_COLUMNS`.

    Positions are on the floor as the module sees it: it cannot tell height, so elevation is 0 within its field of view.
    Its x counts to the right, seen from behind it. It tells no loudness; see `loudness_untold_db`.
    """
    rows = np.zeros((len(targets), len(POINT_COLUMNS)), dtype=np.float32)
    for row, target in zip(rows, targets, strict=True):
        distance_m = math.hypot(target.x_mm, target.y_mm) / 1000.0
        row[:] = (
            distance_m,
            target.speed_cm_s / 100.0,
            math.atan2(target.x_mm, target.y_mm),
            0.0,
            max(target.gate_mm / 1000.0, 0.1),
            _VELOCITY_SIGMA_M_S,
            _AZIMUTH_SIGMA_RAD,
            _ELEVATION_SIGMA_RAD,
            loudness_untold_db(distance_m),
        )
    return rows


def is_ahead(target: Target) -> bool:
    """Return whether a target lies where the module can see at all: before it, and nearer than 10 m."""
    return target.y_mm >= 0 and 0 < math.hypot(target.x_mm, target.y_mm) <= 10_000
