"""The planner goes on when clocks are set back: an hour every autumn, and whenever one was wrong."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sumika import Ecu, Measurements
from sumika.belief.forecast import Foreteller
from sumika.belief.prices_ahead import KnownTariff, PriceBook
from sumika.clock import Instant
from sumika.ecu.moments import passed
from sumika.runtime.house_ear import HouseEar
from sumika.runtime.thinking import Thinking
from sumika.schema import AirSample, Command, Origin
from sumika.schema.house import Control, Device, House, Room

pytestmark = pytest.mark.slow

BERLIN = ZoneInfo("Europe/Berlin")
HOUSE = House(
    rooms=(Room(id="living", floor_m=((0.0, 0.0), (4.0, 0.0), (4.0, 3.0), (0.0, 3.0))),),
    devices=(Device(id="aircon", room="living", kind="room_air_conditioner"),),
    control=Control(mode="drive"),
)
AUTUMN_S = datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp()
"""Half past two in summer time; at three it is two again."""

BEGAN_NS = 10**12


class Run:
    """A planner's process whose clock may be set."""

    def __init__(self) -> None:
        self.thinking, self.ear = Thinking(HOUSE), HouseEar(HOUSE)
        self.looked = 0

    def at(self, minute: float, wall_s: float, air_c: float) -> datetime:
        now_ns = BEGAN_NS + int(minute * 60e9)
        stamp = Instant(now_ns, int(wall_s * 1e9), "boot")
        self.ear.take(AirSample(stamp=stamp, origin=Origin.LIVE, sensor="air", room="living", temperature_c=air_c))
        at = datetime.fromtimestamp(wall_s, UTC).astimezone(BERLIN)
        self.thinking.observe(self.ear, at, now_ns)
        return at

    def believed_c(self) -> float:
        state = self.thinking.ecu.belief.state
        assert state is not None
        return float(state[0])


def test_in_the_hour_that_comes_twice_measurements_are_heard() -> None:
    run = Run()
    for minute in range(0, 125, 5):
        at = run.at(minute, AUTUMN_S + 60.0 * minute, 20.0 if minute < 30 else 12.0)
        assert run.thinking.ecu.at == at
    assert run.believed_c() < 14.0


def test_a_clock_that_was_set_back_by_hours_is_followed_with_all_that_was_learned() -> None:
    run = Run()
    for minute in range(0, 65, 5):
        run.at(minute, AUTUMN_S + 60.0 * minute, 20.0)
    rows = len(run.thinking.ecu.belief.record.rows())
    run.thinking.news(Instant(0, 0, "boot"), Origin.LIVE)
    for minute in range(65, 155, 5):
        at = run.at(minute, AUTUMN_S + 60.0 * (minute - 360), 12.0)
    ecu = run.thinking.ecu
    assert ecu.at == at
    assert run.believed_c() < 14.0
    record = ecu.belief.record.rows()
    assert len(record) > rows
    assert (np.diff(record.unix_s) > 0.0).all()
    assert record.unix_s[-1] < at.timestamp()
    told = [one.code for one in run.thinking.news(Instant(0, 0, "boot"), Origin.LIVE)]
    assert told.count("clock_set_back") == 1


def test_a_clock_that_is_put_right_by_seconds_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run()
    at = run.at(0, AUTUMN_S, 20.0)
    seen: list[datetime] = []

    def look(measurements: Measurements) -> tuple[Command, ...]:
        seen.append(measurements.at)
        return ()

    monkeypatch.setattr(run.thinking.ecu, "look", look)
    run.thinking.look(run.ear, at - timedelta(seconds=20), BEGAN_NS)
    assert seen == [at]
    assert run.thinking.news(Instant(0, 0, "boot"), Origin.LIVE) == ()


def test_a_program_may_observe_in_the_hour_that_comes_twice() -> None:
    ecu = Ecu(HOUSE)
    summer = datetime(2026, 10, 25, 2, 55, tzinfo=BERLIN)
    winter = datetime.fromtimestamp(summer.timestamp() + 300.0, BERLIN)
    ecu.observe(Measurements(at=summer))
    ecu.observe(Measurements(at=winter))
    assert ecu.at == winter
    assert passed(summer, winter) == timedelta(minutes=5)


@pytest.mark.parametrize("day", [(2026, 3, 28), (2026, 10, 24), (2026, 10, 25)])
def test_hours_that_are_foretold_follow_each_other_when_clocks_are_set(day: tuple[int, int, int]) -> None:
    ecu = Ecu(HOUSE)
    now = datetime(*day, 2, 30, tzinfo=BERLIN, fold=1)
    found = Foreteller(ecu.belief.sun, PriceBook(KnownTariff())).now(now, ecu.belief.record.rows())
    moments = np.array([one.timestamp() for one in found.begins])
    assert set(np.diff(moments)) == {3600.0}
    assert moments[0] <= now.timestamp() < moments[1]
