"""The node that keeps what is kept for years: signals into history; events, commands, alarms, config into records."""

from sumika.bus import Answerer, Received, Subscriber
from sumika.history import History, Records
from sumika.runtime.forgetting import FORGOTTEN, LOG_FOLDER, ask_to_forget_papers, forget_half_minutes
from sumika.runtime.kept_votes import forget_votes
from sumika.runtime.node import Launch, Node
from sumika.runtime.privacy_watch import PrivacyWatch
from sumika.runtime.process import NodeProcess, run_turns
from sumika.runtime.weeks_desk import weeks_of
from sumika.schema import (
    PERSONAL_TOPICS,
    TOPICS,
    AlarmState,
    ComfortWish,
    Command,
    ConfigChange,
    Event,
    ForgetAnswer,
    ForgetRequest,
    Origin,
    Severity,
    Verdict,
    is_news,
    is_refusal,
)
from sumika.schema.house import House
from sumika.schema.system import RUN_BEGAN
from sumika.units import seconds_to_ns

KEPT = tuple(name for name, topic in TOPICS.items() if topic.keep)
RECORDED = ("event", "command", "verdict", "config_change", "alarm", "comfort_wish")
HOUSE = "house"
FLUSH_EVERY_S = 10.0
"""What a power cut may cost."""

SCRUB_EVERY_S = 30.0
SCRUB_BUDGET_S = 0.02
NIGHTLY_EVERY_S = 86_400.0
NIGHTLY_AGAIN_S = 2.0
"""The job of the night stops after half a second, so that no watchdog waits, and goes on so much later."""

NIGHTLY_DOUBTED_S = 3600.0
"""So soon after the clock leapt ahead it is looked at again: it may have been set right meanwhile."""


def residents_by_room(house: House) -> dict[str, tuple[str, ...]]:
    """Return whose keys the personal signals of each room lie under, and those that a resident told."""
    own = {resident.id: (resident.id,) for resident in house.residents}
    return own | {room.id: room.residents for room in house.rooms}


class HistoryLoop:
    """The work of history, turn by turn."""

    def __init__(self, process: NodeProcess) -> None:
        launch = process.launch
        self.process = process
        folder = launch.data / "history"
        self.history = History(folder, process.clock, residents_by_room(launch.house))
        self.records = Records(folder, process.clock)
        # Not left to the bus: whoever reads an old day must find the house as it was then.
        self.records.record_config_change(launch.config)
        self._record_begin()
        self.subscriber = Subscriber(
            process.folder,
            nodes=launch.nodes,
            topics=(*KEPT, *RECORDED),
            clock=process.clock,
            high_water_mark=50_000,
        )
        self.privacy = PrivacyWatch(launch.data, process.node.name)
        self.forgetting = Answerer(process.folder, "forget")
        self.hidden = False
        self.verdicts: list[Verdict] = []  # of one turn: one commit for them all, however many commands flood the gate
        self.skipped: dict[tuple[str, str], int] = {}
        now_ns = process.clock.now().monotonic_ns
        self.flush_ns = now_ns + seconds_to_ns(FLUSH_EVERY_S)
        self.scrub_ns = now_ns + seconds_to_ns(SCRUB_EVERY_S)
        self.nightly_ns = now_ns + seconds_to_ns(SCRUB_EVERY_S)
        self.weeks = weeks_of(launch.house, self.history)

    def _record_begin(self) -> None:
        """Record when this run began, unless a process before this one did."""
        change = self.process.launch.config
        began_ns = change.stamp.wall_ns
        if not any(one.code == RUN_BEGAN for one in self.records.events(began_ns, began_ns + 1, subject=HOUSE)):
            self.records.record_event(
                Event(stamp=change.stamp, origin=change.origin, subject=HOUSE, code=RUN_BEGAN, severity=Severity.INFO)
            )

    def turn(self) -> None:
        """Take, keep, tend, and show a sign of life."""
        arrived = self.subscriber.receive(0.25)
        self.hidden = self.privacy.hides_bodies(self.process.clock.now())
        for received in arrived:
            self.take(received)
        self.records.record(tuple(self.verdicts))
        self.verdicts.clear()
        self.forgetting.poll(self.forget)
        self.process.taken += len(arrived)
        self.process.worked(0, len(arrived))
        self.tend()
        self.tell_troubles()
        self.tell_weeks()
        self.process.beat()
        self.process.tell(self.subscriber.lost)

    def take(self, received: Received) -> None:
        """Sort one message into the records or the signals."""
        message = received.message
        if isinstance(message, Event):
            self.records.record_event(message)
        elif isinstance(message, Command):
            self.records.record_command(message)
        elif isinstance(message, Verdict):
            self.verdicts.append(message)
        elif isinstance(message, ConfigChange):
            self.records.record_config_change(message)
        elif isinstance(message, AlarmState):
            self.records.record_alarm(message)
        elif isinstance(message, ComfortWish):
            self.records.record_comfort_wish(message)
        elif not (self.hidden and received.envelope.topic in PERSONAL_TOPICS):
            self.keep(received)

    def forget(self, question: ForgetRequest) -> ForgetAnswer:
        """Destroy a resident's keys: what was kept of their body cannot be read again by anyone.

        What lies elsewhere of it goes too, or is told of.
        """
        from sumika.log import log_size  # large, and asked for once in years

        shared = tuple(name for name in self.history.key_owners(question.resident) if name != question.resident)
        keys = self.history.forget(question.resident)
        data = self.process.launch.data
        # Told before the files go: the alarms must not write anew what they still hold in memory.
        self.tell_forgotten(f"{keys} keys")
        half_minutes = forget_half_minutes(data)
        forget_votes(data, question.resident)
        ask_to_forget_papers(data, question.resident)
        log_files, log_bytes = log_size(data / LOG_FOLDER)
        return ForgetAnswer(
            accepted=True,
            keys=keys,
            shared_with=shared,
            half_minutes=half_minutes,
            log_files=log_files,
            log_bytes=log_bytes,
        )

    def tell_forgotten(self, detail: str) -> None:
        """Tell that somebody was forgotten, and not who: events are kept for years."""
        if self.process.publisher is not None:
            event = Event(
                stamp=self.process.clock.now(),
                origin=Origin.LIVE,
                subject=self.process.node.name,
                code=FORGOTTEN,
                severity=Severity.INFO,
                detail=detail,
            )
            self.process.publisher.publish(event)

    def keep(self, received: Received) -> None:
        """Buffer the numbers of one message that the table says to keep."""
        envelope, message = received.envelope, received.message
        if not is_news(message) or is_refusal(message):
            return
        topic = TOPICS[envelope.topic]
        place = (envelope.topic, envelope.key)
        self.skipped[place] = (self.skipped.get(place, -1) + 1) % topic.keep_every
        if self.skipped[place]:
            return
        for signal in topic.keep:
            self.history.add(
                envelope.key,
                f"{envelope.topic}.{signal.field}",
                message.stamp.wall_ns,
                getattr(message, signal.field),
                message.origin,
                message.session,
            )

    def tend(self) -> None:
        """Commit, scrub a little, and once a day archive; each in its time."""
        now_ns = self.process.clock.now().monotonic_ns
        if now_ns >= self.flush_ns:
            self.history.flush()
            self.flush_ns = now_ns + seconds_to_ns(FLUSH_EVERY_S)
        elif now_ns >= self.scrub_ns:
            self.history.scrub(SCRUB_BUDGET_S)
            self.scrub_ns = now_ns + seconds_to_ns(SCRUB_EVERY_S)
        elif now_ns >= self.nightly_ns:
            report = self.history.nightly(self.process.clock.now().wall_ns)
            again_s = NIGHTLY_DOUBTED_S if report.doubted else NIGHTLY_EVERY_S
            self.nightly_ns = now_ns + seconds_to_ns(again_s if report.done else NIGHTLY_AGAIN_S)

    def tell_troubles(self) -> None:
        """Publish what the databases have to say: a corrupt file set aside, a full disk, and their recoveries."""
        for event in (*self.history.take_events(), *self.records.take_events()):
            if self.process.publisher is not None:
                self.process.publisher.publish(event)

    def tell_weeks(self) -> None:
        """Publish what has changed over weeks, once an hour."""
        if self.weeks is not None and self.process.publisher is not None and not self.hidden:
            for message in self.weeks.due(self.process.clock.now()):
                self.process.publisher.publish(message)

    def close(self) -> None:
        """Take what is still on its way and close the databases."""
        for received in self.subscriber.receive(0.05):
            self.take(received)
        self.records.record(tuple(self.verdicts))
        self.forgetting.close()
        self.history.close()
        self.records.close()
        self.subscriber.close()


def run_history(node: Node, launch: Launch) -> None:
    """Keep history until told to stop."""
    run_turns(node, launch, HistoryLoop)
