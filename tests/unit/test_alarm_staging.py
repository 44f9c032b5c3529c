"""The way of an alarm: window, contacts in order, tries, rounds, answers, restarts; and what one cause is."""

from datetime import UTC, datetime

import msgspec
import pytest

from sumika.alarm import AlarmBook, Finding, KeptAlarm, Order, Outcome, Prompts, Rules, Seen, elapsed_s, within_hours
from sumika.alarm.book import FORGETS_AFTER_S
from sumika.alarm.prompts import PROMPTS_FOR_S
from sumika.alarm.staging import MOST_TRIES, pause_s
from sumika.clock import Instant
from sumika.schema import AlarmCause, AlarmStage, DeliveryState, Origin
from sumika.schema.alarm_settings import Prompt, Speaker
from sumika.units import seconds_to_ns
from tests.alarm_helpers import NOON, contact

RULES = Rules(contacts=(contact("ken"), contact("mari")), answer_s=300.0, rounds=2)
FALL = Finding(cause=AlarmCause.SUSPECTED_FALL, subject="bedroom", room="bedroom", cancel_s=60.0)
BLIND = Finding(cause=AlarmCause.RADAR_BLIND, subject="bedroom", room="bedroom")
LOCAL = datetime(2026, 1, 20, 9, tzinfo=UTC)


class Story:
    """A book of alarms, and time that passes when it is told to."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.now = NOON
        self.hour = 12.0
        self.book = AlarmBook(rules, (), self.now)

    def begins(self, finding: Finding = FALL) -> tuple[KeptAlarm, ...]:
        """Let a cause go on."""
        return self.book.take(Seen(going_on=(finding,)), self.now, LOCAL)

    def ends(self, finding: Finding = FALL) -> None:
        """Let a cause be over."""
        self.book.take(Seen(over=frozenset({(finding.cause, finding.subject)})), self.now, LOCAL)

    def after(self, seconds: float) -> tuple[Order, ...]:
        """Let time pass and return what is to be sent then."""
        self.now = self.now.later(seconds_to_ns(seconds))
        return self.book.turn(self.now, self.hour)

    def settles(self, order: Order, problem: str = "", *, for_good: bool = False) -> None:
        """Let something become of an order."""
        self.book.settle(Outcome(order, "250 queued" if not problem else "", problem, for_good), self.now)

    def restarts(self, *, boot: str = "boot", back_s: float = 0.0) -> None:
        """Let the node, or with another boot the whole computer, begin anew from what was kept, its clock set back."""
        kept = msgspec.json.decode(msgspec.json.encode(tuple(self.book.alarms.values())), type=tuple[KeptAlarm, ...])
        wall_ns = self.now.wall_ns - seconds_to_ns(back_s)
        self.now = Instant(self.now.monotonic_ns if boot == self.now.boot_id else 5, wall_ns, boot)
        self.book = AlarmBook(self.book.rules, kept, self.now)

    @property
    def alarm(self) -> KeptAlarm:
        """The newest alarm."""
        return list(self.book.alarms.values())[-1]

    def states(self) -> list[tuple[str, DeliveryState]]:
        """Return what became of telling whom."""
        return [(each.contact, each.state) for each in self.alarm.deliveries]


def contacts(orders: tuple[Order, ...]) -> list[str]:
    return [order.contact for order in orders]


def test_nobody_is_told_while_it_can_be_cancelled_at_home() -> None:
    story = Story()
    (alarm,) = story.begins()
    assert alarm.stage is AlarmStage.PROMPT
    assert story.after(59.9) == ()
    story.book.answer(alarm.id, AlarmStage.CANCELLED, "mother", story.now)
    assert story.after(10_000.0) == ()
    assert story.alarm.deliveries == ()


def test_contacts_are_told_one_after_the_other_and_then_anew() -> None:
    story = Story()
    story.begins()
    (ken,) = story.after(60.0)
    assert ken.contact == "ken"
    story.settles(ken)
    assert story.after(299.0) == ()
    (mari,) = story.after(1.1)
    assert mari.contact == "mari"
    story.settles(mari)
    assert story.after(299.0) == ()
    story.after(1.1)
    (again,) = story.after(0.1)
    assert (again.contact, again.round, again.again) == ("ken", 2, False)
    story.settles(again)
    (last,) = story.after(300.0)
    story.settles(last)
    story.after(300.0)
    assert story.alarm.stage is AlarmStage.UNANSWERED
    assert story.after(100_000.0) == ()
    assert story.states() == [(name, DeliveryState.SENT) for name in ("ken", "mari", "ken", "mari")]


def test_who_cannot_be_reached_is_tried_again_while_the_next_is_told_at_once() -> None:
    story = Story()
    story.begins()
    (ken,) = story.after(60.0)
    story.settles(ken, "no route to host")
    (mari,) = story.after(0.1)
    assert mari.contact == "mari"
    story.settles(mari)
    for tries in range(1, MOST_TRIES):
        assert story.after(0.5 * pause_s(tries)) == () or tries > 4
        (again,) = story.after(0.6 * pause_s(tries))
        assert again.contact == "ken"
        story.settles(again, "no route to host")
        if tries == 3:  # within the time that mari has to answer
            break
    assert story.alarm.deliveries[0].tries == 4
    assert story.alarm.deliveries[0].problem == "no route to host"


def test_what_is_refused_for_good_is_not_tried_again() -> None:
    story = Story()
    story.begins()
    (ken,) = story.after(60.0)
    story.settles(ken, "535 no such user", for_good=True)
    story.settles(story.after(0.1)[0])
    assert story.after(200.0) == ()
    assert story.states() == [("ken", DeliveryState.GIVEN_UP), ("mari", DeliveryState.SENT)]


@pytest.mark.parametrize("stage", [AlarmStage.ACKNOWLEDGED, AlarmStage.CANCELLED])
def test_once_answered_only_those_who_were_told_hear_that_it_is_over(stage: AlarmStage) -> None:
    story = Story()
    (alarm,) = story.begins()
    story.settles(story.after(60.0)[0])
    story.book.answer(alarm.id, stage, "neighbour", story.now)
    (closing,) = story.after(0.1)
    assert (closing.contact, closing.closing) == ("ken", True)
    story.settles(closing, "busy")
    (again,) = story.after(11.0)
    assert (again.contact, again.closing) == ("ken", True)
    story.settles(again)
    assert story.after(10_000.0) == ()
    assert story.alarm.answered_by == "neighbour"


def test_what_ends_by_itself_is_over_and_said_to_be() -> None:
    story = Story()
    story.begins()
    story.settles(story.after(60.0)[0])
    story.ends()
    assert story.alarm.stage is AlarmStage.OVER
    assert [order.closing for order in story.after(0.1)] == [True]


def test_an_answer_is_not_taken_twice_and_not_of_an_alarm_that_is_over() -> None:
    story = Story()
    (alarm,) = story.begins()
    story.book.answer(alarm.id, AlarmStage.ACKNOWLEDGED, "ken", story.now)
    story.book.answer(alarm.id, AlarmStage.CANCELLED, "thief", story.now)
    assert (story.alarm.stage, story.alarm.answered_by) == (AlarmStage.ACKNOWLEDGED, "ken")
    assert story.book.answer("nothing", AlarmStage.CANCELLED, "thief", story.now) is None


@pytest.mark.parametrize("boot", ["boot", "another"])
def test_what_was_on_its_way_at_a_power_cut_is_sent_once_more_and_says_so(boot: str) -> None:
    story = Story()
    story.begins()
    (ken,) = story.after(60.0)
    story.restarts(boot=boot)
    assert story.states() == [("ken", DeliveryState.UNKNOWN)]
    (again,) = story.after(0.1)
    assert (again.contact, again.again) == ("ken", True)
    story.settles(again)
    story.restarts(boot=boot)
    assert story.after(0.1) == ()
    assert ken.contact == "ken"


def test_a_reboot_does_not_begin_the_window_anew() -> None:
    story = Story()
    story.begins()
    story.after(50.0)
    story.restarts(boot="another")
    assert story.after(5.0) == ()
    assert contacts(story.after(6.0)) == ["ken"]


def test_a_wall_clock_that_was_set_back_over_a_reboot_delays_and_loses_nothing() -> None:
    story = Story()
    story.begins()
    story.now = Instant(7, NOON.wall_ns - 10**15, "another")
    assert story.after(1.0) == ()
    story.now = Instant(8, NOON.wall_ns + seconds_to_ns(61.0), "another")
    assert contacts(story.after(0.1)) == ["ken"]


def test_one_cause_is_one_alarm_however_often_it_is_told() -> None:
    story = Story()
    story.begins()
    for _ in range(100):
        story.after(1.0)
        assert story.begins() == ()
    assert len(story.book.alarms) == 1
    story.book.answer(story.alarm.id, AlarmStage.ACKNOWLEDGED, "ken", story.now)
    for _ in range(100):
        story.after(1.0)
        assert story.begins() == (), "who takes care of it is not told again while it goes on"
    story.ends()
    story.after(1.0)
    assert len(story.begins()) == 1, "another fall is another alarm"


def test_an_alarm_that_nobody_answered_is_no_reason_to_be_silent_the_next_night() -> None:
    story = Story(Rules(contacts=(contact("ken"),), answer_s=10.0, rounds=1))
    story.begins()
    story.settles(story.after(60.0)[0])
    story.after(20.0)
    assert story.alarm.stage is AlarmStage.UNANSWERED
    story.after(FORGETS_AFTER_S)
    assert len(story.begins()) == 1


def test_two_rooms_are_two_alarms() -> None:
    story = Story()
    story.begins()
    assert len(story.begins(msgspec.structs.replace(FALL, subject="bath", room="bath"))) == 1


def test_faults_are_told_once_in_hours_that_a_contact_has_for_them() -> None:
    rules = Rules(contacts=(contact("ken", from_h=8.0, to_h=21.0), contact("mari")), answer_s=60.0, rounds=3)
    story = Story(rules)
    story.hour = 3.0
    story.begins(BLIND)
    (mari,) = story.after(0.1)
    assert mari.contact == "mari", "who may be woken is told"
    story.settles(mari)
    assert story.after(3600.0) == ()
    story.hour = 8.5
    (ken,) = story.after(0.1)
    assert ken.contact == "ken"
    story.settles(ken)
    story.after(61.0)
    assert story.alarm.stage is AlarmStage.UNANSWERED


def test_grave_alarms_know_no_hours() -> None:
    story = Story(Rules(contacts=(contact("ken", from_h=8.0, to_h=21.0),), answer_s=60.0))
    story.hour = 3.0
    story.begins()
    assert contacts(story.after(60.0)) == ["ken"]


def test_contacts_are_told_only_of_what_they_are_there_for() -> None:
    rules = Rules(contacts=(contact("technician", of=("radar_blind",)), contact("ken", of=("suspected_fall",))))
    story = Story(rules)
    story.begins()
    assert contacts(story.after(60.0)) == ["ken"]


def test_without_contacts_an_alarm_stays_open_until_somebody_answers() -> None:
    story = Story(Rules())
    story.begins()
    assert story.after(60.0) == ()
    assert story.alarm.stage is AlarmStage.UNANSWERED
    assert story.alarm.is_open


@pytest.mark.parametrize("origin", [Origin.SIMULATED, Origin.RECORDED])
def test_what_is_not_live_goes_the_whole_way_without_leaving_the_house(origin: Origin) -> None:
    story = Story()
    story.begins(msgspec.structs.replace(FALL, origin=origin))
    for _ in range(20):
        assert story.after(100.0) == ()
    assert story.alarm.stage is AlarmStage.UNANSWERED
    assert set(story.states()) == {("ken", DeliveryState.WITHHELD), ("mari", DeliveryState.WITHHELD)}
    story.book.answer(story.alarm.id, AlarmStage.ACKNOWLEDGED, "ken", story.now)
    assert story.after(1.0) == ()


def test_a_test_leaves_the_house_also_where_nothing_is_real() -> None:
    story = Story()
    alarm = story.book.try_out(msgspec.structs.replace(FALL, origin=Origin.SIMULATED), story.now, LOCAL)
    assert alarm.test
    assert alarm.id.startswith("test.")
    assert contacts(story.after(60.0)) == ["ken"]
    assert story.book.try_out(FALL, story.now, LOCAL).id == alarm.id, "one test at a time"


def test_a_test_hides_no_real_alarm() -> None:
    story = Story()
    story.book.try_out(FALL, story.now, LOCAL)
    assert len(story.begins()) == 1
    story.ends()
    assert [alarm.stage for alarm in story.book.alarms.values()] == [AlarmStage.PROMPT, AlarmStage.OVER]


def test_ids_are_of_one_alarm_each() -> None:
    story = Story()
    names = set()
    for _ in range(3):
        (alarm,) = story.begins()
        names.add(alarm.id)
        story.ends()
    assert len(names) == 3


def test_it_is_said_at_home_again_and_again_and_then_no_more() -> None:
    speaker = Speaker(connection="home", service="notify.speaker")
    prompts = Prompts(Prompt(speakers=(speaker,), lamps=("lamp",), again_s=30.0))
    story = Story(Rules(contacts=(contact("ken"),)))
    story.begins()
    said: list[int] = []
    lit: list[str] = []
    for second in range(600):
        story.after(1.0)
        for prompted in prompts.turn(story.book.alarms.values(), story.now):
            said += [second for _ in prompted.speakers]
            lit += prompted.lamps
    assert said == [0, 30, 60, 90]
    assert max(said) < PROMPTS_FOR_S
    assert lit == ["lamp"]


def test_a_simulation_wakes_nobody_and_faults_are_not_said_aloud() -> None:
    prompts = Prompts(Prompt(speakers=(Speaker(connection="home", service="notify.speaker"),)))
    story = Story()
    story.begins(msgspec.structs.replace(FALL, origin=Origin.SIMULATED))
    story.begins(BLIND)
    (prompted,) = prompts.turn(story.book.alarms.values(), story.now)
    assert prompted.alarm.cause is AlarmCause.SUSPECTED_FALL
    assert prompted.speakers == ()


def test_speakers_of_other_rooms_are_silent() -> None:
    here, there, everywhere = (
        Speaker(connection="home", service="notify.speaker", room=room) for room in ("bedroom", "bath", "")
    )
    prompts = Prompts(Prompt(speakers=(here, there, everywhere)))
    story = Story()
    story.begins()
    (prompted,) = prompts.turn(story.book.alarms.values(), story.now)
    assert [place for place, _ in prompted.speakers] == [0, 2]


@pytest.mark.parametrize(
    ("hour", "from_h", "to_h", "within"),
    [
        (23.0, 22.0, 6.0, True),
        (5.9, 22.0, 6.0, True),
        (6.0, 22.0, 6.0, False),
        (12.0, 22.0, 6.0, False),
        (12.0, 0.0, 24.0, True),
        (0.0, 0.0, 24.0, True),
        (8.0, 8.0, 8.0, False),
    ],
)
def test_hours_go_over_midnight(hour: float, from_h: float, to_h: float, within: bool) -> None:
    assert within_hours(hour, from_h, to_h) is within


def test_time_within_a_boot_is_the_monotonic_clocks() -> None:
    jumped = Instant(NOON.monotonic_ns + seconds_to_ns(3.0), NOON.wall_ns + 10**15, NOON.boot_id)
    assert elapsed_s(NOON, jumped) == 3.0
    assert elapsed_s(NOON, Instant(0, NOON.wall_ns + seconds_to_ns(4.0), "another")) == 4.0
    assert elapsed_s(NOON, Instant(0, NOON.wall_ns - 1, "another")) == 0.0
