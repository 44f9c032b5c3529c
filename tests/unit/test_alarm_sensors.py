"""Alarms of a house without radars: sensors speak only when something changes, and are told again while they hold."""

from pathlib import Path

import pytest

from sumika.runtime.held_words import HeldWords
from sumika.schema import AlarmCause, AlarmsRequest, Message
from sumika.schema.alarm_settings import Alarms, WatchBath, WatchMorning
from sumika.schema.house import Connection, House, Sensor
from sumika.sensors.air.gather import Gathered, gathered_of
from sumika.units import seconds_to_ns
from tests.alarm_helpers import contact, house_with
from tests.unit.test_alarm_loop import Home
from tests.watched_helpers import Watched

STEP_S = 5.0


def sensor(kind: str, room: str = "bath") -> Sensor:
    return Sensor(id=kind, room=room, kind=kind, connection="home", address="binary_sensor.x")


def house_of(alarms: Alarms, *sensors: Sensor) -> House:
    """Return a house whose rooms sensors of Home Assistant tell of."""
    connection = Connection(id="home", type="home_assistant", address="127.0.0.1:8123")
    return house_with(alarms, sensors=sensors, connections=(connection,))


class QuietSensor:
    """The process of a connection with one sensor, as the alarms hear it."""

    def __init__(self, home: Home, one: Sensor) -> None:
        self._home, self.gathered = home, gathered_of(one)
        self._words = HeldWords(home.house, "home")

    def says(self, *told: Message) -> None:
        """Say something, which the alarms hear at once."""
        for message in told:
            self._words.hear(message, self._home.now.monotonic_ns)
        self._home.after(0.0, *told)

    def tells(self, name: str, value: float | None) -> None:
        """Let the sensor tell a value."""
        self.says(*self.gathered.tell(self.gathered.own(name, value), self._home.now))

    def passes(self, minutes: float) -> None:
        """Let time pass, in which what holds is told again."""
        for _ in range(round(60.0 * minutes / STEP_S)):
            self._home.after(STEP_S, *self._words.due(self._home.now.later(seconds_to_ns(STEP_S))))


@pytest.fixture
def bathroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    alarms = Alarms(long_in_bathroom=WatchBath(rooms=("bath",), longest_min=10.0), contacts=(contact("ken"),))
    return Home(tmp_path, monkeypatch, house_of(alarms, sensor("presence")))


def raised(home: Home) -> list[AlarmCause]:
    return [alarm.cause for alarm in home.asks("alarms", AlarmsRequest()).alarms]


def test_a_visit_to_the_bathroom_ends_when_its_sensor_says_so_once(bathroom: Home) -> None:
    told = QuietSensor(bathroom, sensor("presence"))
    told.tells("presence", 1.0)
    told.passes(5.0)
    told.tells("presence", 0.0)
    told.passes(12.0)
    assert raised(bathroom) == []


def test_who_does_not_come_out_is_found_and_found_to_be_out(bathroom: Home) -> None:
    told = QuietSensor(bathroom, sensor("presence"))
    told.tells("presence", 1.0)
    told.passes(10.5)
    assert raised(bathroom) == [AlarmCause.LONG_IN_BATHROOM]
    told.tells("presence", 0.0)
    told.passes(1.5)
    assert raised(bathroom) == []


def test_a_link_that_breaks_says_of_nobody_that_they_left(bathroom: Home) -> None:
    told = QuietSensor(bathroom, sensor("presence"))
    told.tells("presence", 1.0)
    told.passes(5.0)
    told.says(*told.gathered.forget(bathroom.now))
    told.passes(6.0)
    assert raised(bathroom) == [AlarmCause.LONG_IN_BATHROOM]


class Morning(Watched):
    """A morning in a house with one sensor in the bedroom."""

    def __init__(self, kind: str) -> None:
        super().__init__(Alarms(no_movement=WatchMorning()), at="2026-01-21T04:00")
        self.gathered: Gathered = gathered_of(sensor(kind, "bedroom"))

    def goes_on(self, minutes: float, name: str, value: float) -> "Morning":
        """Let the sensor say so for a while, as it is told again."""
        for _ in range(round(60.0 * minutes / STEP_S)):
            self.during(STEP_S / 60.0)
            self.hear(*self.gathered.tell(self.gathered.own(name, value), self.now))
        return self


def test_who_gets_up_in_a_house_of_sensors_has_moved() -> None:
    morning = Morning("presence").goes_on(180.0, "presence", 1.0).goes_on(181.0, "presence", 0.0)
    assert morning.going_on == {}


def test_who_passes_a_motion_sensor_has_moved() -> None:
    morning = Morning("pir").goes_on(180.0, "motion", 0.0).goes_on(0.5, "motion", 1.0).goes_on(1.0, "motion", 0.0)
    assert morning.watches.memory.moved_on == "2026-01-21"


def test_who_stays_in_bed_is_found_and_a_sensor_that_comes_back_is_no_movement() -> None:
    morning = Morning("presence").goes_on(180.0, "presence", 1.0)
    morning.hear(*morning.gathered.forget(morning.now))
    morning.goes_on(181.0, "presence", 1.0)
    found = morning.going_on[AlarmCause.NO_MOVEMENT]
    assert found.detail == ""
    morning.goes_on(1.0, "presence", 0.0)
    assert (AlarmCause.NO_MOVEMENT, "") in morning.over


def test_a_telephone_that_comes_home_is_nobody_who_moved() -> None:
    morning = Morning("presence").goes_on(120.0, "at_home", 1.0).goes_on(1.0, "at_home", 0.0)
    morning.goes_on(1.0, "at_home", 1.0)
    assert morning.watches.memory.moved_on == ""
