"""Whatever happens, and wherever the power fails: no answered alarm goes further, none is lost, none is sent twice."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.alarm import AlarmBook, Finding, KeptAlarm, Order, Outcome, Rules, Seen
from sumika.clock import Instant
from sumika.schema import CLOSED_STAGES, AlarmCause, AlarmStage, DeliveryState, Origin
from sumika.schema.alarm_settings import Contact, WebhookWay
from sumika.units import seconds_to_ns

CONTACTS = tuple(Contact(id=name, way=WebhookWay(url="http://127.0.0.1:1/")) for name in ("ken", "mari", "carer"))
RULES = Rules(contacts=CONTACTS, answer_s=300.0, rounds=2)
CAUSES = (AlarmCause.SUSPECTED_FALL, AlarmCause.LONG_IN_BATHROOM, AlarmCause.RADAR_BLIND)
LOCAL = datetime(2026, 1, 20, 12, tzinfo=UTC)
ROOMS = ("bath", "bedroom")

waits = st.tuples(st.just("wait"), st.floats(0.1, 900.0))
causes = st.tuples(st.sampled_from(("begin", "end")), st.sampled_from(CAUSES), st.sampled_from(ROOMS))
ways = st.tuples(st.just("post"), st.sampled_from(("taken", "failed", "refused")))
words = st.tuples(st.sampled_from(("acknowledge", "cancel")), st.integers(0, 5))
cuts = st.tuples(st.sampled_from(("cut", "cut after save", "reboot")))
happenings = st.lists(st.one_of(waits, causes, ways, words, cuts, waits, causes), max_size=40)


@dataclass
class Home:
    """The alarms of a house with its disk, as the node treats them; the power may fail between any two lines."""

    origin: Origin = Origin.LIVE
    now: Instant = field(default_factory=lambda: Instant(0, 10**18, "first"))
    disk: bytes = b"[]"
    posted: list[Order] = field(default_factory=list)
    waiting: list[Order] = field(default_factory=list)
    taken: set[tuple[str, str, int, bool]] = field(default_factory=set)
    answered: dict[str, int] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.book = self.read()

    def read(self) -> AlarmBook:
        return AlarmBook(RULES, msgspec.json.decode(self.disk, type=tuple[KeptAlarm, ...]), self.now)

    def save(self) -> None:
        self.disk = msgspec.json.encode(tuple(self.book.alarms.values()))
        self.known |= self.book.alarms.keys()

    def turn(self, *, power_fails: bool = False) -> None:
        orders = self.book.turn(self.now, 12.0)
        self.save()
        for order in orders:
            self.check(order)
        if not power_fails:  # else they were on the disk as being sent, and never went
            self.waiting += orders
        self.posted += orders

    def check(self, order: Order) -> None:
        place = (order.alarm, order.contact, order.round, order.closing)
        assert place not in self.taken, "sent again though its receipt is on the disk"
        assert order.closing or order.alarm not in self.answered, "an answered alarm went further"
        before = [one for one in self.posted if (one.alarm, one.contact, one.round, one.closing) == place]
        unknown = bool(before) and before[-1] in self.waiting
        assert not unknown, "sent a second time while the first is on its way"

    def cut(self, *, reboot: bool = False) -> None:
        self.waiting.clear()
        boot = f"{self.now.boot_id}+" if reboot else self.now.boot_id
        self.now = Instant(0 if reboot else self.now.monotonic_ns, self.now.wall_ns, boot)
        self.book = self.read()
        assert self.known <= self.book.alarms.keys(), "an alarm was lost"
        for name in self.answered:
            assert self.book.alarms[name].stage in CLOSED_STAGES, "an answer was lost"

    def settle(self, how: str) -> None:
        if not self.waiting:
            return
        order = self.waiting.pop(0)
        problem = "" if how == "taken" else "no"
        self.book.settle(Outcome(order, receipt="ok", problem=problem, for_good=how == "refused"), self.now)
        self.save()
        if not problem:
            self.taken.add((order.alarm, order.contact, order.round, order.closing))

    def say(self, stage: AlarmStage, place: int) -> None:
        names = list(self.book.alarms)
        if not names:
            return
        name = names[place % len(names)]
        if self.book.alarms[name].is_open:
            self.book.answer(name, stage, "ken", self.now)
            self.save()
            self.answered[name] = len(self.posted)

    def happen(self, what: tuple[object, ...]) -> None:
        match what:
            case ("wait", float(seconds)):
                self.now = self.now.later(seconds_to_ns(seconds))
            case ("begin", AlarmCause() as cause, str(room)):
                finding = Finding(cause=cause, subject=room, room=room, origin=self.origin, cancel_s=60.0)
                self.book.take(Seen(going_on=(finding,)), self.now, LOCAL)
            case ("end", AlarmCause() as cause, str(room)):
                self.book.take(Seen(over=frozenset({(cause, room)})), self.now, LOCAL)
            case ("post", str(how)):
                self.settle(how)
            case (("acknowledge" | "cancel") as word, int(place)):
                self.say(AlarmStage.ACKNOWLEDGED if word == "acknowledge" else AlarmStage.CANCELLED, place)
            case ("cut after save",):
                self.turn(power_fails=True)
                self.cut()
                return
            case (("cut" | "reboot") as word,):
                self.cut(reboot=word == "reboot")
                return
        self.turn()


@settings(max_examples=150, deadline=None)
@given(happenings)
def test_no_answered_alarm_goes_further_and_none_is_lost(story: list[tuple[object, ...]]) -> None:
    home = Home()
    for what in story:
        home.happen(what)
    for alarm in home.book.alarms.values():
        open_ones = [other for other in home.book.alarms.values() if other.key == alarm.key and other.is_open]
        assert len(open_ones) <= 1, "one cause is one alarm"


@settings(max_examples=75, deadline=None)
@given(happenings)
def test_every_open_alarm_reaches_every_contact_however_it_was_disturbed(story: list[tuple[object, ...]]) -> None:
    home = Home()
    for what in story:
        home.happen(what)
    home.waiting.clear()
    for _ in range(60):
        home.happen(("wait", 100.0))
        while home.waiting:
            home.settle("failed")
    for alarm in home.book.alarms.values():
        if alarm.is_open:
            asked = {delivery.contact for delivery in alarm.deliveries if not delivery.closing}
            assert asked == {contact.id for contact in CONTACTS}
            assert alarm.stage is AlarmStage.UNANSWERED


@settings(max_examples=50, deadline=None)
@given(happenings, st.sampled_from((Origin.SIMULATED, Origin.RECORDED)))
def test_what_is_simulated_or_recorded_never_leaves_the_house(story: list[tuple[object, ...]], origin: Origin) -> None:
    home = Home(origin=origin)
    for what in story:
        home.happen(what)
    assert home.posted == []
    told = [delivery for alarm in home.book.alarms.values() for delivery in alarm.deliveries]
    assert all(delivery.state is DeliveryState.WITHHELD for delivery in told)
