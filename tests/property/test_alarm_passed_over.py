"""However often a radar goes blind by day and by night, its technician hears of each time once, and never at night."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.alarm import Order, Rules
from sumika.schema import DeliveryState
from tests.alarm_helpers import contact
from tests.unit.test_alarm_staging import BLIND, Story

RULES = Rules(contacts=(contact("technician", from_h=8.0, to_h=21.0),), answer_s=60.0)
NIGHT, DAY = 3.0, 12.0
HAPPENS = st.lists(st.sampled_from(["blind", "sees", "night", "day", "minutes", "restart"]), max_size=40)


def told_of(story: Story, order: Order) -> int:
    """Return of how many times a letter tells that the technician did not know of."""
    if not order.closing:
        return 1
    passed = [each for each in story.book.alarms[order.alarm].deliveries if each.state is DeliveryState.PASSED_OVER]
    return sum(1 + each.stands_for for each in passed)


def happen(story: Story, what: str) -> None:
    match what:
        case "blind":
            story.begins(BLIND)
        case "sees":
            story.ends(BLIND)
        case "night" | "day":
            story.hour = NIGHT if what == "night" else DAY
        case "restart":
            story.restarts()


@settings(max_examples=75, deadline=None)
@given(HAPPENS)
def test_each_time_is_told_once_and_never_at_night(happens: list[str]) -> None:
    story, told = Story(RULES), 0
    for what in (*happens, "day", "minutes", "minutes", "sees", "minutes"):
        happen(story, what)
        for order in story.after(70.0 if what == "minutes" else 1.0):
            assert order.closing or story.hour == DAY
            assert not (told_of(story, order) and story.hour == NIGHT)
            told += told_of(story, order)
            story.settles(order)
    assert told == len(story.book.alarms)
