"""A look at the house in its own process, over the real bus: begun, heard, ended, and the next one begun."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from sumika.bus import Publisher, RuntimeFolder
from sumika.clock import WallClock
from sumika.config import parse_house
from sumika.dashboard import Surveying
from sumika.runtime.survey_process import SurveyProcess
from sumika.schema import (
    Message,
    Origin,
    PointCloud,
    Survey,
    SurveyKind,
    SurveyLaunch,
    SurveyStage,
    SurveyTold,
    Tracks,
)
from tests.bus_helpers import runtime_folder, wait_until
from tests.unit.test_survey_empty import HOUSE

pytestmark = pytest.mark.slow

NODE = "people"
FRAME_S = 0.02


class Talker:
    """A node that says that nobody is there, and shows what a fan does, until it is closed."""

    def __init__(self, folder: RuntimeFolder) -> None:
        self._publisher = Publisher(folder, NODE, 1)
        self._clock, self._random = WallClock(), np.random.default_rng(3)
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._talk, daemon=True)
        self._thread.start()

    def _talk(self) -> None:
        while not self._ends.wait(FRAME_S):
            for message in self._messages():
                self._publisher.publish(message)

    def _messages(self) -> Iterator[Message]:
        now = self._clock.now()
        yield Tracks(stamp=now, origin=Origin.LIVE, source="house")
        rows = np.tile(np.array([2.5, 0.0, 0.0, 0.0, 0.02, 0.05, 0.03, 0.1, 30.0]), (3, 1))
        rows[:, :4] += self._random.standard_normal((3, 4)) * (0.05, 1.0, 0.02, 0.05)
        cloud = PointCloud(
            stamp=now, origin=Origin.LIVE, radar="wall", room="living", index=0, frame_interval_s=FRAME_S, usable=True
        )
        yield cloud.with_points(rows)

    def close(self) -> None:
        self._ends.set()
        self._thread.join()
        self._publisher.close()


@pytest.fixture
def surveying() -> Iterator[Surveying]:
    house = parse_house(HOUSE).house
    with runtime_folder() as folder:
        path = str(folder.path)

        def begin(survey: Survey) -> SurveyProcess:
            return SurveyProcess(SurveyLaunch(survey=survey, folder=path, house=house, nodes=(NODE,)))

        talker, surveying = Talker(folder), Surveying(begin)
        yield surveying
        surveying.close()
        talker.close()


def wait_for(surveying: Surveying, kind: SurveyKind, *stages: SurveyStage) -> SurveyTold:
    # A process that begins on a busy machine, and the ten seconds that it looks: longer than one wait.
    found = any(wait_until(lambda: surveying.state(kind).stage in stages) for _ in range(3))
    assert found, surveying.state(kind)
    return surveying.state(kind)


def test_an_empty_room_is_learned_and_a_walk_that_nobody_walks_is_refused(surveying: Surveying) -> None:
    surveying.begin(Survey(kind=SurveyKind.EMPTY_ROOM, seconds=10.0, room="living"))
    done = wait_for(surveying, SurveyKind.EMPTY_ROOM, SurveyStage.DONE, SurveyStage.FAILED)
    assert done.stage is SurveyStage.DONE, done
    assert [mover.middle_m for mover in done.movers] == [pytest.approx((2.0, 2.5, 1.5), abs=0.1)]
    # The next may begin at once, although the first one's process is still ending.
    way_m = ((1.0, 1.0), (3.0, 1.0), (3.0, 3.0))
    surveying.begin(Survey(kind=SurveyKind.WALK, seconds=60.0, radar="wall", way_m=way_m))
    wait_for(surveying, SurveyKind.WALK, SurveyStage.LISTENING)
    surveying.end(SurveyKind.WALK)
    refused = wait_for(surveying, SurveyKind.WALK, SurveyStage.DONE, SurveyStage.FAILED)
    assert refused.stage is SurveyStage.FAILED
    assert refused.problem
    assert refused.remedy
    assert surveying.state(SurveyKind.EMPTY_ROOM) == done
