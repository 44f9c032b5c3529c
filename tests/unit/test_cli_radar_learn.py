"""`sumika radar learn`: a fan in an empty room becomes lines of house.yaml, and these make it a known mover."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner

from sumika.cli.radar import radar
from sumika.clock import SimulatedClock
from sumika.config import parse_house
from sumika.log import LogWriter
from sumika.radar.tracking import EmptyRoom, mounting_of
from sumika.schema import Origin, PointCloud, UsageError
from sumika.units import seconds_to_ns
from tests.log_helpers import RUN, START, envelope

HOUSE = """\
version: 1
rooms:
  - id: living
    floor_m: [[0, 0], [4, 0], [4, 4], [0, 4]]
radars:
  - id: wall
    room: living
    model: iwr6843isk
    position_m: [2, 0, 1.5]
    yaw_deg: 90
    source: {type: demo}
"""
FAN_M = 2.5
"""Straight ahead of the radar."""


def logged(folder: Path, frames: int) -> Path:
    """Write a log in which a fan is seen at one place, and return its folder."""
    random = np.random.default_rng(8)
    run = msgspec.structs.replace(RUN, config_text=HOUSE)
    with LogWriter(folder / "run", run, SimulatedClock(START)) as writer:
        for number in range(frames):
            rows = np.tile(np.array([FAN_M, 0.0, 0.0, 0.0, 0.02, 0.05, 0.03, 0.1, 30.0]), (3, 1))
            rows[:, :4] += random.standard_normal((3, 4)) * (0.05, 1.0, 0.02, 0.05)
            cloud = PointCloud(
                stamp=START.later(seconds_to_ns(0.05 * number)),
                origin=Origin.LIVE,
                radar="wall",
                room="living",
                index=number,
                frame_interval_s=0.05,
                usable=True,
            ).with_points(rows)
            writer.write(envelope(cloud, number), cloud)
            writer.tend()
    return folder / "run"


def test_a_fan_is_learned_into_house_yaml_and_known_from_then_on(tmp_path: Path) -> None:
    done = CliRunner().invoke(radar, ["learn", str(logged(tmp_path, 600)), "--skip", "2"])
    assert done.exit_code == 0, done.exception
    house = parse_house(HOUSE + done.output).house
    (mover,) = house.known_movers
    assert mover.middle_m == pytest.approx((2.0, FAN_M, 1.5), abs=0.1)
    assert mover.points_per_frame == pytest.approx(3.0, abs=0.1)
    empty = EmptyRoom(movers=house.known_movers)
    rows = np.array([[FAN_M, 0, 0, 0, 0.02, 0.05, 0.03, 0.1, 30.0], [1.2, 0, 0.5, 0, 0.02, 0.05, 0.03, 0.1, 30.0]])
    beside = empty.density(mounting_of(house.radars[0]).points(rows))
    assert beside[0] > 10 > 0.01 > beside[1]


def test_too_short_a_log_is_told(tmp_path: Path) -> None:
    done = CliRunner().invoke(radar, ["learn", str(logged(tmp_path, 50)), "--skip", "0"])
    assert isinstance(done.exception, UsageError)
    assert "only 50 frames" in str(done.exception)
