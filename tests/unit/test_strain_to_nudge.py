"""From what radars say of heart and breath to a nudge in the planner's process, and back by a hand: the whole way."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from sumika.clock import Instant
from sumika.runtime.house_ear import HouseEar
from sumika.runtime.thinking import Thinking
from sumika.schema import Asker, HeartRate, Origin, Reason, Ruling, Verdict
from sumika.schema.house import Control
from sumika.units import seconds_to_ns
from tests.plan_helpers import EVENING, air, small_house

pytestmark = pytest.mark.slow

DAY = EVENING.replace(hour=8)
BEGAN = Instant(seconds_to_ns(1000.0), 0, "boot")


class House:
    """A planner's mind and ear in a house with one person at rest in the living room."""

    def __init__(self) -> None:
        house = small_house(Control(mode="drive", nudges=True))
        self.ear, self.thinking = HouseEar(house), Thinking(house)
        self.seconds = 0
        self._random = np.random.default_rng(3)
        self.ear.take(air("living"))
        self.thinking.observe(self.ear, DAY, BEGAN.monotonic_ns)

    def rest(self, minutes: int, rate_bpm: float) -> None:
        """Let them rest for so many minutes, heard and looked at every other second."""
        for _ in range(minutes):
            minute = rate_bpm + self._random.normal(0.0, 3.0)
            for _second in range(30):
                self.seconds += 2
                now = BEGAN.later(seconds_to_ns(self.seconds))
                self.ear.take(
                    HeartRate(
                        stamp=now,
                        origin=Origin.LIVE,
                        room="living",
                        valid=True,
                        reason=Reason.MEASURED,
                        rate_bpm=minute,
                        sigma_bpm=1.5,
                    )
                )
                self.thinking.look(self.ear, DAY + timedelta(seconds=self.seconds), now.monotonic_ns)

    def nudged(self) -> list[str]:
        """Return the rooms in which strain is eased now."""
        return [one.room for one in self.thinking.nudges(DAY + timedelta(seconds=self.seconds))]


def test_a_heart_that_stays_above_what_is_usual_is_answered_and_a_hand_undoes_it(tmp_path: Path) -> None:
    house = House()
    house.rest(250, 62.0)
    assert house.nudged() == []
    house.rest(9, 82.0)
    assert house.nudged() == ["living"]
    (told,) = house.thinking.nudges(DAY + timedelta(seconds=house.seconds))
    assert told.why.startswith("Living room: heart and breath tell of strain; until ")
    assert "緊張" in told.why_ja
    house.ear.take(
        Verdict(
            stamp=BEGAN,
            origin=Origin.LIVE,
            device="light",
            action="level",
            asked=0.5,
            written=None,
            asked_by=Asker.RESIDENT,
            ruling=Ruling.PASSED,
            why="set at the device",
        )
    )
    house.rest(1, 82.0)
    assert house.nudged() == []
    house.rest(30, 82.0)
    assert house.nudged() == []

    # What is usual outlives a restart.
    assert house.thinking.remember(tmp_path) == ""
    again = Thinking(small_house(Control(mode="drive", nudges=True)))
    now = DAY + timedelta(seconds=house.seconds)
    assert again.recall(tmp_path, now)
    assert again.ecu.resting.arousal(now.timestamp()) == house.thinking.ecu.resting.arousal(now.timestamp()) != {}
