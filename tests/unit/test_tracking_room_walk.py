"""A walk along marks, as people walk it: round and round, the other way, from another mark; and what it cannot tell."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from sumika.radar.tracking import Mounting, Refusal, RoomWalk, WalkAdvice, calibrate_by_walk
from tests.unit.test_tracking_calibration import KNOWN, LINE, TRUE, off, seen_by

ROOM = np.array(((0.0, 0.0), (5.0, 0.0), (5.0, 5.0), (0.0, 5.0)))
MARKS = ((1.0, 1.0), (4.0, 1.0), (4.0, 4.0), (1.0, 4.0))
WAY = np.array((*MARKS, MARKS[0]))

Corners = Sequence[tuple[float, float]]


def walked(corners: Corners, seconds: float, way: Corners = (*MARKS, MARKS[0])) -> RoomWalk:
    """Return what a walk tells of a radar that is described half a metre aside and turned."""
    nominal = off(20.0, 0.5)
    path = seen_by(TRUE, 4, seconds=seconds, corners=corners)
    return calibrate_by_walk(path, np.array(way, np.float64).reshape(-1, 2), nominal, {}, ROOM)


def assert_found(walk: RoomWalk) -> None:
    found = walk.calibration
    assert found.usable
    assert math.dist(found.mounting.position_m[:2], TRUE.position_m[:2]) < 0.06
    assert abs(math.degrees(found.mounting.yaw_rad - TRUE.yaw_rad)) < 1.5
    for axis, name in ((0, "x_m"), (1, "y_m")):
        assert abs(found.mounting.position_m[axis] - TRUE.position_m[axis]) < 2 * found.sigmas[name] < 0.2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("corners", "seconds"),
    [
        ((*MARKS, *MARKS, MARKS[0]), 30.0),  # twice round
        ((MARKS[0], *MARKS[::-1]), 15.0),  # the other way round
        ((*MARKS[1:], *MARKS[:2]), 15.0),  # from the second mark on
    ],
)
def test_a_walk_is_understood_however_it_is_walked(corners: Corners, seconds: float) -> None:
    walk = walked(corners, seconds)
    assert_found(walk)
    assert walk.advice == ()
    assert walk.height_from == ""
    assert math.isinf(walk.calibration.sigmas["z_m"])
    assert 0.7 < walk.walker_m < 1.3
    assert walk.missing_m is None


@pytest.mark.slow
def test_another_radar_that_is_itself_described_wrongly_is_noticed_and_tells_no_heights() -> None:
    corners = (*MARKS, MARKS[0])
    moved = Mounting((KNOWN.position_m[0] + 1.0, *KNOWN.position_m[1:]), KNOWN.yaw_rad, KNOWN.pitch_rad)
    elsewhere = seen_by(KNOWN, 5, seconds=15.0, corners=corners).seen_from(moved)
    path = seen_by(TRUE, 4, seconds=15.0, corners=corners)
    walk = calibrate_by_walk(path, WAY, off(20.0, 0.5), {"other": elsewhere}, ROOM)
    assert_found(walk)
    assert walk.height_from == ""
    assert walk.advice == (WalkAdvice.RADARS_DIFFER,)


@pytest.mark.slow
def test_what_is_described_quite_wrongly_is_cautioned() -> None:
    corners = ((1.0, 1.0), (4.0, 1.0), (3.0, 4.0), (1.0, 1.0))
    path = seen_by(TRUE, 4, seconds=15.0, corners=corners)
    nominal = off(120.0, 0.5)
    tilted = Mounting(nominal.position_m, nominal.yaw_rad, nominal.pitch_rad + math.radians(25.0))
    walk = calibrate_by_walk(path, np.array(corners), tilted, {}, ROOM)
    assert walk.calibration.usable
    assert walk.advice == (WalkAdvice.ODD_HEIGHT, WalkAdvice.FAR_OFF)
    assert walk.walker_m > 1.9


@pytest.mark.parametrize(
    ("corners", "seconds", "way", "reason"),
    [
        (LINE, 15.0, (*MARKS, MARKS[0]), Refusal.ON_A_LINE),
        ((*MARKS, MARKS[0]), 6.0, (*MARKS, MARKS[0]), Refusal.TOO_FEW_SECONDS),
        ((*MARKS, MARKS[0]), 0.0, (*MARKS, MARKS[0]), Refusal.TOO_FEW_SECONDS),
        ((*MARKS, MARKS[0]), 15.0, (), Refusal.TOO_FEW_SECONDS),  # no way, and no other radar that saw it
    ],
)
def test_what_does_not_tell_says_where_to_walk_as_well(
    corners: Corners, seconds: float, way: Corners, reason: Refusal
) -> None:
    walk = walked(corners, seconds, way)
    assert not walk.calibration.usable
    assert walk.calibration.reason is reason
    assert walk.missing_m is not None
    assert all(0.5 < place < 4.5 for place in walk.missing_m)
    if reason is Refusal.ON_A_LINE:
        assert walk.missing_m[0] > 3.0  # the line was at x = 1
