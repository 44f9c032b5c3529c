"""Alarms and what is watched, over power cuts of a computer that does not know the time by itself."""

import pytest

from sumika.alarm import elapsed_s
from sumika.alarm.book import FORGETS_AFTER_S
from sumika.clock import Instant
from sumika.schema import AlarmCause, AlarmStage
from sumika.units import seconds_to_ns
from tests.alarm_helpers import NOON
from tests.unit.test_alarm_staging import Story, contacts
from tests.watched_helpers import Watched


@pytest.mark.parametrize("back_s", [1800.0, 1e9])
def test_a_house_without_a_clock_over_a_power_cut_tells_everybody_all_the_same(back_s: float) -> None:
    story = Story()
    story.begins()
    story.restarts(boot="another", back_s=back_s)
    assert story.after(59.0) == ()
    (ken,) = story.after(1.0)
    story.settles(ken, "no route to host")
    story.restarts(boot="a third", back_s=back_s)
    assert contacts(story.after(0.1)) == ["mari"]
    assert contacts(story.after(10.0)) == ["ken"], "who could not be reached is tried again after a pause"
    story.book.answer(story.alarm.id, AlarmStage.ACKNOWLEDGED, "ken", story.now)
    story.restarts(boot="a fourth", back_s=back_s)
    story.after(FORGETS_AFTER_S)
    assert len(story.begins()) == 1, "what nobody has told of since is over"


def test_a_long_stay_goes_on_over_a_power_cut_that_sets_the_clock_back() -> None:
    house = Watched().during(30.0, bath=0.9)
    house.restarts()
    house.now = Instant(0, house.now.wall_ns - seconds_to_ns(86_400.0), "another")
    assert AlarmCause.LONG_IN_BATHROOM not in house.during(59.0, bath=0.9).going_on
    assert AlarmCause.LONG_IN_BATHROOM in house.during(1.0, bath=0.9).going_on


def test_since_a_boot_before_this_one_it_is_as_long_as_this_one_has_lasted_at_least() -> None:
    assert elapsed_s(NOON, Instant(seconds_to_ns(20.0), NOON.wall_ns - 10**15, "another")) == 20.0
    assert elapsed_s(NOON, Instant(seconds_to_ns(20.0), NOON.wall_ns + seconds_to_ns(90.0), "another")) == 90.0
    # A stamp that is a moment ahead within a boot is no boot of long ago.
    assert elapsed_s(NOON, NOON.later(-1)) == 0.0
