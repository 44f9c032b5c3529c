"""Who is not disturbed at night for a fault hears of it in the morning, once for all; what is grave wakes them."""

import pytest

from sumika.alarm import KeptDelivery, Order, Rules, Writer
from sumika.schema import AlarmCause, AlarmStage, DeliveryState
from tests.alarm_helpers import contact, house_with
from tests.unit.test_alarm_staging import BLIND, FALL, Story, contacts

NIGHT, MORNING = 3.0, 8.5
BY_DAY = Rules(contacts=(contact("ken", from_h=8.0, to_h=21.0), contact("mari")), answer_s=60.0)
ALONE = Rules(contacts=(contact("ken", from_h=8.0, to_h=21.0),), answer_s=60.0)


def at_night(rules: Rules = BY_DAY) -> Story:
    story = Story(rules)
    story.hour = NIGHT
    return story


def comes_and_goes(story: Story) -> None:
    """Let a radar be blind for twenty minutes."""
    story.begins(BLIND)
    for order in story.after(0.1):
        story.settles(order)
    story.after(1200.0)
    story.ends(BLIND)
    for order in story.after(0.1):
        story.settles(order)


def letter(story: Story, order: Order, language: str = "en") -> str:
    return Writer(house_with(None)).letter(story.book.alarms[order.alarm], order, language, story.now).text


def passed_over(story: Story) -> list[KeptDelivery]:
    deliveries = [each for alarm in story.book.alarms.values() for each in alarm.deliveries]
    return [each for each in deliveries if each.state is DeliveryState.PASSED_OVER]


def test_who_is_passed_over_is_noted_and_told_when_it_is_their_hour() -> None:
    story = at_night()
    story.begins(BLIND)
    assert contacts(story.after(0.1)) == ["mari"]
    assert story.states() == [("ken", DeliveryState.PASSED_OVER), ("mari", DeliveryState.SENDING)]
    story.restarts()
    story.after(1.0)
    story.hour = MORNING
    (ken,) = story.after(61.0)
    assert (ken.contact, ken.closing) == ("ken", False)
    assert passed_over(story) == []


def test_what_was_over_before_their_hour_is_told_in_one_letter_that_says_how_often() -> None:
    story = at_night()
    for _ in range(3):
        comes_and_goes(story)
    assert len(passed_over(story)) == 3
    story.hour = MORNING
    (ken,) = story.after(60.0)
    assert (ken.contact, ken.closing) == ("ken", True)
    said = letter(story, ken)
    assert "outside of your hours. It lasted 20 min. In all it was so 3 times." in said
    assert "3回" in letter(story, ken, "ja")
    story.settles(ken)
    story.restarts()
    assert story.after(3600.0) == ()
    comes_and_goes(story)  # by day, they are told at once, and of that alone
    assert story.states()[0] == ("ken", DeliveryState.SENT)
    assert len(passed_over(story)) == 3


def test_one_time_is_not_counted() -> None:
    story = at_night(ALONE)
    comes_and_goes(story)
    story.hour = MORNING
    (ken,) = story.after(60.0)
    assert "times" not in letter(story, ken)
    story.settles(ken, "no route")
    (again,) = story.after(11.0)
    assert (again.contact, again.closing) == ("ken", True)


def test_faults_of_different_radars_are_different_letters() -> None:
    story = at_night(ALONE)
    comes_and_goes(story)
    story.begins(BLIND.__class__(cause=AlarmCause.RADAR_BLIND, subject="bath"))
    story.after(0.1)
    story.ends(BLIND.__class__(cause=AlarmCause.RADAR_BLIND, subject="bath"))
    story.hour = MORNING
    assert contacts(story.after(60.0)) == ["ken", "ken"]


@pytest.mark.parametrize("stage", [AlarmStage.ACKNOWLEDGED, AlarmStage.CANCELLED])
def test_what_somebody_takes_care_of_is_not_told_late(stage: AlarmStage) -> None:
    story = at_night(ALONE)
    (alarm,) = story.begins(BLIND)
    story.after(0.1)
    story.book.answer(alarm.id, stage, "mari", story.now)
    story.hour = MORNING
    assert story.after(3600.0) == ()


@pytest.mark.parametrize("cause", sorted(set(AlarmCause) - {AlarmCause.RADAR_BLIND, AlarmCause.NODE_DEGRADED}))
def test_what_is_grave_passes_nobody_over(cause: AlarmCause) -> None:
    story = at_night()
    story.begins(FALL.__class__(cause=cause, subject="bedroom"))
    assert contacts(story.after(0.1)) == ["ken"]
    assert passed_over(story) == []
