"""People before modules that tell one ready-made target a person, and neither its height nor its loudness."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.perception import people
from sumika.perception._bodies import NO_ELEVATION_M
from sumika.schema import Origin, PointCloud, Tracks
from sumika.schema.house import PortSource, Radar, Room
from sumika.sensors.radar.hilink import values as hilink
from sumika.sensors.radar.hilink.wire import Target as HiLinkTarget
from sumika.sensors.radar.seeed import values as seeed
from sumika.sensors.radar.seeed.wire import Target as SeeedTarget

Place = tuple[float, float, float]
"""To the right, away from the module, and the speed away from it."""

Points = Callable[[list[Place]], NDArray[np.float32]]
INTERVAL_S = 0.1
ROOM = Room(id="hall", name="hall", floor_m=((0, 0), (6, 0), (6, 6), (0, 6)), height_m=2.5)


def _by_hilink(places: list[Place]) -> NDArray[np.float32]:
    return hilink.points([HiLinkTarget(round(x * 1e3), round(y * 1e3), round(v * 1e2), 360) for x, y, v in places])


def _by_seeed(places: list[Place]) -> NDArray[np.float32]:
    return seeed.points([SeeedTarget(x, y, round(v / seeed.SPEED_STEP_M_S), 0) for x, y, v in places])


@dataclass(frozen=True)
class Course:
    """Somebody who goes towards the module and away from it.

    Attributes:
        right_m: How far to the right.
        least_m: How far away at the least.
        length_m: Of the way.
        speed_m_s: On it.
    """

    right_m: float
    least_m: float
    length_m: float = 2.0
    speed_m_s: float = 0.8

    def at(self, time_s: float) -> Place:
        """Return where, and how fast."""
        gone = (self.speed_m_s * time_s) % (2 * self.length_m)
        away = gone < self.length_m
        return (
            self.right_m,
            self.least_m + min(gone, 2 * self.length_m - gone),
            self.speed_m_s if away else -self.speed_m_s,
        )


def _walk(model: str, points: Points, courses: list[Course], pitch_deg: float = 0.0) -> list[Tracks]:
    """Return what is told while people go up and down before a module.

    Args:
        model: Of the module.
        points: Its targets as points.
        courses: Of the people.
        pitch_deg: Of the module.
    """
    radar = Radar(
        id="r",
        room="hall",
        model=model,
        position_m=(3, 0.1, 1.8),
        yaw_deg=90,
        pitch_deg=pitch_deg,
        source=PortSource(device="x"),
    )
    state, told, random = people.start([ROOM], [radar]), list[Tracks](), np.random.default_rng(0)
    for number in range(300):
        at_s = number * INTERVAL_S
        places = [
            (x + random.normal(0.0, 0.03), y + random.normal(0.0, 0.03), v)
            for x, y, v in (course.at(at_s) for course in courses)
        ]
        cloud = PointCloud(
            stamp=Instant(monotonic_ns=round((at_s + 100.0) * 1e9), wall_ns=0, boot_id="b"),
            origin=Origin.LIVE,
            radar="r",
            room="hall",
            index=number,
            frame_interval_s=INTERVAL_S,
            usable=True,
        ).with_points(points(places))
        state, messages = people.step(state, cloud)
        told += [one for one in messages if isinstance(one, Tracks)]
    return told


MODULES = [pytest.param("ld2450", _by_hilink, id="ld2450"), pytest.param("mr60bha2", _by_seeed, id="mr60bha2")]


@pytest.mark.parametrize(("model", "points"), MODULES)
def test_a_person_is_followed_near_and_far(model: str, points: Points) -> None:
    for least_m in (0.7, 3.4):
        told = _walk(model, points, [Course(0.2, least_m)])
        assert all(len(one.tracks) == 1 for one in told[20:])
        assert {one.tracks[0].id for one in told[20:]} == {told[20].tracks[0].id}


@pytest.mark.parametrize(("model", "points"), MODULES)
def test_who_is_near_is_followed_while_somebody_is_far_away(model: str, points: Points) -> None:
    told = _walk(model, points, [Course(-0.4, 0.7), Course(1.0, 3.3, speed_m_s=0.6)])
    assert sum(len(one.tracks) == 2 for one in told[60:]) > 0.9 * len(told[60:])


@pytest.mark.parametrize(("model", "points"), MODULES)
def test_a_height_that_no_module_measures_is_never_believed(model: str, points: Points) -> None:
    told = _walk(model, points, [Course(0.2, 0.9)], pitch_deg=-25.0)
    sigmas = [track.position_sigma_m[2] for one in told for track in one.tracks]
    assert sigmas
    assert min(sigmas) > NO_ELEVATION_M
