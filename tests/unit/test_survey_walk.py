"""A walk as it comes over the bus: followed while it lasts, worked out when it is over, refused with what to do."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from sumika.clock import Instant
from sumika.config import parse_house
from sumika.radar.tracking import Mounting
from sumika.runtime.survey_walk import WalkSurvey
from sumika.schema import Origin, PointCloud, Survey, SurveyKind, SurveyLaunch, SurveyStage, SurveyTold
from sumika.units import seconds_to_ns
from tests.tracking_points import FRAME_S, rows_of
from tests.unit.test_tracking_calibration import LINE, TRUE, body_at

HOUSE = """\
version: 1
rooms:
  - {id: living, name: Living room, floor_m: [[0, 0], [5, 0], [5, 5], [0, 5]]}
radars:
  - id: side
    room: living
    model: iwr6843isk
    position_m: [0.35, 2.1, 1.5]
    yaw_deg: 25
    pitch_deg: -6
    source: {type: demo}
  - id: wall
    room: living
    model: iwr6843isk
    position_m: [2.5, 0.05, 1.8]
    yaw_deg: 90
    pitch_deg: -10
    source: {type: demo}
"""
WALL = Mounting((2.5, 0.05, 1.8), math.radians(90.0), math.radians(-10.0))
MARKS = ((1.0, 1.0), (4.0, 1.0), (3.0, 4.0))
ROUND = (*MARKS, MARKS[0])
BEGIN = Instant(seconds_to_ns(50.0), seconds_to_ns(1e9), "boot")

Corners = Sequence[tuple[float, float]]


def clouds(corners: Corners, seconds: float, *, wall_sees: bool) -> Iterator[PointCloud]:
    """Yield what both radars see, frame by frame; `side` hangs otherwise than it is described."""
    random = np.random.default_rng(9)
    radars = {"side": TRUE, "wall": WALL} if wall_sees else {"side": TRUE}
    for number in range(round(seconds / FRAME_S)):
        for radar, mounting in radars.items():
            cloud = PointCloud(
                stamp=BEGIN.later(seconds_to_ns(FRAME_S * number)),
                origin=Origin.LIVE,
                radar=radar,
                room="living",
                index=number,
                frame_interval_s=FRAME_S,
                usable=True,
            )
            yield cloud.with_points(rows_of(mounting, [body_at(corners, FRAME_S * number)], random, clutter=2.0))


def walk(corners: Corners, seconds: float, *, wall_sees: bool = False) -> list[SurveyTold]:
    """Return what is told: half way, when it is over, and in the end."""
    survey = Survey(kind=SurveyKind.WALK, seconds=100.0, radar="side", way_m=ROUND)
    work = WalkSurvey(SurveyLaunch(survey=survey, folder="", house=parse_house(HOUSE).house, nodes=()), BEGIN)
    told: list[SurveyTold] = []
    for cloud in clouds(corners, seconds, wall_sees=wall_sees):
        work.hear(cloud)
        if not told and cloud.stamp.monotonic_ns > BEGIN.later(seconds_to_ns(seconds / 2)).monotonic_ns:
            told.append(work.turn(cloud.stamp, ended=False))
    now = BEGIN.later(seconds_to_ns(seconds))
    return [*told, work.turn(now, ended=True), work.turn(now, ended=True)]


@pytest.mark.slow
def test_a_radar_that_is_described_wrongly_is_found() -> None:
    midway, over, done = walk(ROUND, 14.0, wall_sees=True)
    assert midway.stage is SurveyStage.LISTENING
    assert midway.sees
    assert midway.frames > 100
    assert over.stage is SurveyStage.WORKING
    assert done.stage is SurveyStage.DONE, done
    found = done.mounting
    assert found is not None
    assert (found.x_m.was, found.y_m.was, found.yaw_deg.was) == (0.35, 2.1, 25.0)
    for number, true in zip((found.x_m, found.y_m, found.z_m), TRUE.position_m, strict=True):
        assert number.sigma is not None
        assert abs(number.value - true) < 3 * number.sigma < 0.4
    assert found.yaw_deg.value == pytest.approx(5.0, abs=1.5)
    assert found.height_from == "wall"
    assert not done.problem


@pytest.mark.slow
def test_heights_that_nothing_tells_stay_as_they_are_described() -> None:
    *_, done = walk(ROUND, 14.0)
    assert done.mounting is not None
    for number in (done.mounting.z_m, done.mounting.pitch_deg):
        assert number.sigma is None
        assert number.value == number.was
    assert done.mounting.height_from == ""


def test_a_walk_that_does_not_tell_says_where_to_walk_as_well() -> None:
    *_, failed = walk(LINE, 13.0)
    assert failed.stage is SurveyStage.FAILED
    assert failed.mounting is None
    assert "one line" in failed.problem
    assert "Living room" in failed.remedy
    assert "x = 4.4 m" in failed.remedy


def test_nobody_walked() -> None:
    *_, failed = walk(ROUND, 0.0)
    assert failed.problem == "the radar saw nobody walk"
    assert failed.remedy_ja
