"""The process that raises alarms and tells people of them, until somebody answers.

What it is about to send is on the disk as being sent before it goes, and an answer is on the disk before it is taken:
so neither a restart nor a power cut lets an alarm get lost, or sends it a second time without saying so.
"""

from collections.abc import Callable, Iterable
from functools import partial

import msgspec

from sumika.alarm import (
    DEAD_MAN,
    TECHNICAL,
    AlarmBook,
    BeforeKeeper,
    DeadManSignal,
    KeptAlarm,
    Order,
    Outbox,
    Outcome,
    PostOffice,
    Prompted,
    Prompts,
    Rules,
    Watches,
    Writer,
    elapsed_s,
    hour_of,
)
from sumika.assistant.room_names import room_called
from sumika.bus import Answerer, Subscriber
from sumika.clock import Instant
from sumika.runtime.alarm_desk import AlarmDesk
from sumika.runtime.alarm_ears import AlarmEars
from sumika.runtime.alarm_store import AlarmStore
from sumika.runtime.forgetting import FORGOTTEN
from sumika.runtime.held_words import tells_of_danger
from sumika.runtime.house_ear import is_simulated, local_clock
from sumika.runtime.node import ALARM, Launch, Node
from sumika.runtime.privacy_watch import PrivacyWatch
from sumika.runtime.process import NodeProcess, run_turns
from sumika.schema import (
    PERSONAL_TOPICS,
    AlarmCause,
    AlarmStage,
    Event,
    Message,
    Origin,
    Presence,
    ResidentWish,
    Severity,
)
from sumika.schema.alarm_settings import Alarms
from sumika.schema.house import House, RecordingSource
from sumika.units import SECONDS_PER_MINUTE, ns_to_seconds

HEARD = ("suspected_fall", "presence", "tracks/house", "posture", "node_health", "tick", "event", "air")
TURN_S = 0.1
LOOKS_EVERY_S = 0.5
TELLS_EVERY_S = 5.0
PROMPT = "prompt"
"""Stands for an alarm in orders to speakers."""

_PEOPLE = PERSONAL_TOPICS | {"presence", "tracks", "points"}


def origin_of(house: House) -> Origin:
    """Return how live a house is at best."""
    if house.demo or is_simulated(house):
        return Origin.SIMULATED
    recorded = any(isinstance(radar.source, RecordingSource) for radar in house.radars)
    return Origin.RECORDED if recorded else Origin.LIVE


class AlarmLoop:
    """The work of the alarms, turn by turn."""

    def __init__(self, process: NodeProcess) -> None:
        """Open its ears, and go on with the alarms that there were."""
        launch, now = process.launch, process.clock.now()
        self.process = process
        settings = launch.house.alarms or Alarms()
        self.origin = origin_of(launch.house)
        self.store = AlarmStore(launch.data / ALARM)
        rules = Rules(
            contacts=settings.contacts, answer_s=SECONDS_PER_MINUTE * settings.answer_min, rounds=settings.rounds
        )
        self.book = AlarmBook(rules, self.store.load(), now)
        self.watches = Watches(settings, self.store.load_watches(), self.origin)
        self.desk = AlarmDesk(launch.house, self.book, self.store, self.origin)
        self.before = BeforeKeeper()
        self.prompts = Prompts(settings.prompt)
        self.dead_man = DeadManSignal(settings.dead_man, now) if settings.dead_man and self._is_live else None
        self.outbox, self.post = Outbox(), PostOffice(launch.house, launch.house_file.parent)
        self.ears = AlarmEars(launch.house, launch.house_file.parent)
        self._writer = Writer(launch.house, room_called)
        self._privacy = PrivacyWatch(launch.data, ALARM)
        self._local = local_clock(launch)
        self._looked: Instant | None = None
        self._resting = False
        self._told: dict[str, tuple[Instant, KeptAlarm]] = {}
        self._troubles: dict[tuple[str, str], str] = {}
        self._subscriber = Subscriber(
            process.folder,
            nodes=[name for name in launch.nodes if name != ALARM],
            # Points come often, and are of use to nobody but who looks at how somebody fell.
            topics=(*HEARD, "points") if settings.suspected_fall else HEARD,
            clock=process.clock,
            high_water_mark=2000,
        )
        self._answers = {
            name: Answerer(process.folder, name)
            for name in ("alarms", "alarm_acknowledge", "alarm_cancel", "alarm_test", "alarm_before")
        }

    @property
    def _is_live(self) -> bool:
        return self.origin is Origin.LIVE

    def turn(self) -> None:
        """Hear, answer, look, send, tell, and show a sign of life."""
        arrived = self._subscriber.receive(TURN_S)
        now = self.process.clock.now()
        self._rest(now)
        for received in arrived:
            hidden = self._resting and received.envelope.topic in _PEOPLE
            # A sensor that speaks only when something changes says by being told again that it is still so.
            if not hidden and (tells_of_danger(received.message) or isinstance(received.message, Presence)):
                self._hear(received.message)
        for outcome in self.outbox.outcomes():
            self._settle(outcome, now)
        answered = self._answer(now) + self._take_answers(now)
        if self._looked is None or elapsed_s(self._looked, now) >= LOOKS_EVERY_S:
            self._looked = now
            self._look(now)
        orders = self.book.turn(now, hour_of(self._local(now)))
        # Nothing goes before the disk knows of it.
        self.store.save(self.book)
        self._send(orders, now)
        self._tell(now)
        self.process.taken += len(arrived)
        self.process.worked(0, answered + len(orders))
        self.process.beat()
        self.process.tell(self._subscriber.lost)

    def _rest(self, now: Instant) -> None:
        """Watch nobody while residents want nothing of them sensed or kept."""
        self._resting = self._privacy.hides_bodies(now)
        if self._resting:
            self.watches.rest()
            self.before.rest()

    def _hear(self, message: Message) -> None:
        if isinstance(message, Event) and message.code == FORGOTTEN:
            self.before.rest()
        self.watches.hear(message)
        self.before.hear(message)
        if self.dead_man is not None:
            self.dead_man.hear(message)

    def _look(self, now: Instant) -> None:
        local = self._local(now)
        for alarm in self.book.take(self.watches.look(now, local, resting=self._resting), now, local):
            if alarm.cause is AlarmCause.SUSPECTED_FALL and self._keep_before(alarm, now):
                self.book.note(alarm.id, lambda one: msgspec.structs.replace(one, has_before=True))
        self.store.save_watches(self.watches.memory, now)

    def _keep_before(self, alarm: KeptAlarm, now: Instant) -> bool:
        return self.store.save_before(alarm.id, self.before.now(alarm.room, now))

    def _answer(self, now: Instant) -> int:
        desk, local = self.desk, self._local(now)
        asked: dict[str, Callable[..., msgspec.Struct]] = {
            "alarms": lambda question: desk.alarms(
                question, now, resting=self._resting, dead_man=self._dead_man_text(now)
            ),
            "alarm_acknowledge": lambda question: desk.acknowledge(question, now),
            "alarm_cancel": lambda question: desk.cancel(question, now),
            "alarm_test": lambda question: desk.try_out(question, now, local),
            "alarm_before": desk.before,
        }
        return sum(answerer.poll(asked[name]) for name, answerer in self._answers.items())

    def _take_answers(self, now: Instant) -> int:
        """Take what contacts answered by the way on which they were told."""
        answers = self.ears.turn(tuple(self.book.alarms.values()))
        for contact, answer in answers:
            self.desk.take(contact, answer, now)
        for connection, problem in self.ears.problems.items():
            self._trouble(connection, "alarm_not_heard", problem, now)
        return len(answers)

    def _dead_man_text(self, now: Instant) -> str:
        if self.dead_man is None:
            return ""
        ill, pulse = self.dead_man.ill(now), self.dead_man.pulse
        problems = [problem for problem in pulse.problem.values() if problem]
        if ill or problems:
            return f"{ill or problems[0]}"
        newest = max((at.wall_ns for at in pulse.sent.values()), default=None)
        return "-" if newest is None else f"{ns_to_seconds(newest):.0f}"

    def _send(self, orders: Iterable[Order], now: Instant) -> None:
        contacts = {contact.id: contact for contact in self.book.rules.contacts}
        for order in orders:
            contact = contacts.get(order.contact)
            if contact is None:  # the house was described anew while the alarm was open
                self._settle(Outcome(order, problem="there is no such contact any more", for_good=True), now)
                continue
            language = self._writer.language(contact.language)
            letter = self._writer.letter(self.book.alarms[order.alarm], order, language, now)
            self.outbox.post(order, partial(self.post.send, contact.way, letter))
        for prompted in self.prompts.turn(tuple(self.book.alarms.values()), now):
            self._prompt(prompted, now)
        if self.dead_man is not None:
            names, letter = self.dead_man.names(), self._writer.alive(2.0 * self.dead_man.every_s, now)
            for order in self.dead_man.turn(now):
                way = self.dead_man.settings.ways[names[order.contact]]
                self.outbox.post(order, partial(self.post.send, way, letter))

    def _prompt(self, prompted: Prompted, now: Instant) -> None:
        alarm = prompted.alarm
        left_s = alarm.cancel_s - elapsed_s(alarm.raised, now) if alarm.stage is AlarmStage.PROMPT else 0.0
        for place, speaker in prompted.speakers:
            text = self._writer.prompt(alarm, left_s, self._writer.language(speaker.language))
            self.outbox.post(Order(PROMPT, f"{PROMPT}.{place}"), partial(self.post.speak, speaker, text))
        for lamp in prompted.lamps:
            why = self._writer.title(alarm, "en")
            self._publish(ResidentWish(stamp=now, origin=alarm.origin, device=lamp, action="level", value=1.0, why=why))

    def _settle(self, outcome: Outcome, now: Instant) -> None:
        order = outcome.order
        if order.alarm == DEAD_MAN:
            if self.dead_man is not None:
                self.dead_man.settle(outcome, now)
            self._trouble(order.contact, "dead_man_not_sent", outcome.problem, now)
            return
        if order.alarm != PROMPT:
            self.book.settle(outcome, now)
        self._trouble(order.contact, "alarm_not_sent", outcome.problem, now)

    def _trouble(self, subject: str, code: str, problem: str, now: Instant) -> None:
        """Say once that something does not work, and once that it does again."""
        before = self._troubles.get((subject, code), "")
        self._troubles[subject, code] = problem
        if bool(before) is bool(problem):
            return
        self._publish(
            Event(
                stamp=now,
                origin=self.origin,
                subject=subject,
                code=code,
                severity=Severity.WARNING if problem else Severity.INFO,
                recovered=not problem,
                detail=problem[:200],
            )
        )

    def _tell(self, now: Instant) -> None:
        """Tell all what has changed, and again now and then what is open."""
        self._trouble(ALARM, "alarm_memory", self.store.take_damage() or self.store.problem, now)
        for alarm in tuple(self.book.alarms.values()):
            told = self._told.get(alarm.id)
            if told is not None and told[1] is alarm and not (alarm.is_open and _is_long_ago(told[0], now)):
                continue
            changed = told is None or msgspec.structs.replace(alarm, seen=told[1].seen) != told[1]
            if changed or (alarm.is_open and told is not None and _is_long_ago(told[0], now)):
                self._publish(self.desk.view(alarm, now))
                self._event(told[1] if told is not None else None, alarm, now)
                self._told[alarm.id] = (now, alarm)
        for name in self._told.keys() - self.book.alarms.keys():
            del self._told[name]

    def _event(self, before: KeptAlarm | None, alarm: KeptAlarm, now: Instant) -> None:
        """Put the beginning and the end of an alarm into the records."""
        begins, ends = before is None and alarm.is_open, before is not None and before.is_open and not alarm.is_open
        if not begins and not ends:
            return
        grave = alarm.cause not in TECHNICAL and not alarm.test
        by = f" ({alarm.answered_by})" if alarm.answered_by else ""
        self._publish(
            Event(
                stamp=now,
                origin=alarm.origin,
                subject=alarm.id,
                code="alarm_raised",
                severity=Severity.INFO if ends else Severity.ALARM if grave else Severity.WARNING,
                recovered=ends,
                detail=f"{alarm.stage.value}{by}" if ends else self._writer.title(alarm, "en"),
            )
        )

    def _publish(self, message: Message) -> None:
        if self.process.publisher is not None:
            self.process.publisher.publish(message)

    def close(self) -> None:
        """Keep everything, and stop listening and answering."""
        self.store.save(self.book)
        self.ears.close()
        self._subscriber.close()
        for answerer in self._answers.values():
            answerer.close()


def _is_long_ago(told: Instant, now: Instant) -> bool:
    return elapsed_s(told, now) >= TELLS_EVERY_S


def run_alarm(node: Node, launch: Launch) -> None:
    """Look after alarms until told to stop."""
    run_turns(node, launch, AlarmLoop)
