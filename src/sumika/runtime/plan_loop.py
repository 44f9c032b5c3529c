"""The process that plans: it hears the house, learns it, plans every quarter of an hour, and says what is to be done.

A plan that is late or cannot be made leaves the last one in force until that expires; then the distilled policy speaks,
where there is one. When this process is dead the rules' own process goes on; who is obeyed is the gate's to say.
"""

import os
import time
from datetime import datetime

import msgspec

from sumika.bus import Answerer, Subscriber
from sumika.clock import Instant
from sumika.plan.suggestions import Holds
from sumika.runtime.asking import Asking
from sumika.runtime.first_words import FirstWords
from sumika.runtime.house_ear import HEARD, HouseEar, local_clock
from sumika.runtime.node import Launch, Node
from sumika.runtime.plan_desk import PlanDesk
from sumika.runtime.plan_voice import PlanVoice
from sumika.runtime.process import NodeProcess, run_turns
from sumika.runtime.strain_ear import STRAIN_HEARD
from sumika.runtime.thinking import Thinking
from sumika.schema import (
    Asker,
    ComfortWish,
    ControlLevel,
    Message,
    Mode,
    ModeReport,
    SuggestionAnswer,
    SumikaError,
    WeatherForecast,
)
from sumika.units import SECONDS_PER_MINUTE, seconds_to_ns

PLAN = "plan"
ASKED = ("forecast", "suggestion_answer", "mode", "comfort_wish")
SOON_S = 2.0
"""Who drags a wish up and down is waited for, and so are the other sensors of a house that begins to speak."""

TURN_S = 0.25
OBSERVES_EVERY_S = 300.0
FIRST_LOOK_S = 12.0
"""So long after the start every sensor has spoken."""

SPEAKS_BY_S = 120.0
"""So long after the start sensors may have said nothing at all without anybody being told that there is no plan."""

NEWS_S = 60.0
"""What was seen so lately is not told to the belief again before a plan."""

QUARTER_S = 900.0
GRACE_S = 90.0
"""A plan holds a little longer than until the next one is due: a solver's second must not hand the house over."""

AGAIN_S = 60.0
"""A plan that could not be made is tried again after so long."""

LOOKS_EVERY_S = 1.0
"""So often people and lamps are looked at: who gets up at night cannot wait for a plan."""

LEAST_BETWEEN_S = 180.0
MOVED, MOVED_FOR_S = 0.5, 60.0
"""People have come or gone when a room's probability has changed by so much, for so long."""

POLITE = 5
KEEPS_EVERY_S = 3600.0
"""What was learned is put on the disk so often, and at the end."""


class PlanLoop:
    """The work of the planner, turn by turn."""

    def __init__(self, process: NodeProcess, thinking: Thinking) -> None:
        """Know the house.

        Args:
            process: Publishes, and shows signs of life.
            thinking: Belief, planner and policy.
        """
        launch = process.launch
        control = launch.house.control
        self.process, self._thinking = process, thinking
        self.ear, self._local = HouseEar(launch.house), local_clock(launch)
        mode = Mode(control.mode) if control is not None else Mode.SHADOW
        self._voice = PlanVoice(PLAN, process, self.ear, self._local, mode)
        self._every_s = (control.plan_holds_min if control is not None else 15.0) * SECONDS_PER_MINUTE
        nudges = control is not None and control.nudges
        self._subscriber = Subscriber(
            process.folder,
            nodes=[name for name in launch.nodes if name != PLAN],
            topics=(*HEARD, *ASKED, *(STRAIN_HEARD if nudges else ())),
            clock=process.clock,
        )
        now = process.clock.now()
        self._folder = launch.data / PLAN
        self._keep_ns = now.monotonic_ns + seconds_to_ns(KEEPS_EVERY_S)
        thinking.recall(self._folder, self._local(now))
        self._asking = Asking(launch.house, self._folder)
        self._desk = PlanDesk(thinking, self._folder, launch.house.language)
        self._what_if, self._saved = Answerer(process.folder, "what_if"), Answerer(process.folder, "saved")
        thinking.drive(mode is Mode.DRIVE)
        self._nudged: frozenset[str] = frozenset()
        self._first_words, self._speaks_by_ns = FirstWords(), now.monotonic_ns + seconds_to_ns(SPEAKS_BY_S)
        first_s = min(FIRST_LOOK_S, self._every_s)
        self._observe_ns = self._plan_ns = now.monotonic_ns + seconds_to_ns(first_s)
        self._observed_ns = now.monotonic_ns - seconds_to_ns(OBSERVES_EVERY_S)
        self._made_ns: int | None = None
        # Until then people who move are no reason to plan: none could be made just now, or none is to be made.
        self._rests_until_ns = now.monotonic_ns
        self._look_ns = now.monotonic_ns
        self._occupied: dict[str, float] = {}
        self._moved_ns: int | None = None

    def turn(self) -> None:
        """Hear, observe, plan when it is time, and show that it lives."""
        arrived = self._subscriber.receive(TURN_S)
        began_ns = time.perf_counter_ns()
        for received in arrived:
            self._hear(received.message)
        self._answer()
        now_ns = self.process.clock.now().monotonic_ns
        if now_ns >= self._observe_ns:
            self._observe()
        if now_ns >= self._plan_ns or self._people_moved(now_ns):
            self._plan()
        if now_ns >= self._look_ns:
            self._look(now_ns)
        self._voice.remind(now_ns)
        if now_ns >= self._keep_ns:
            self._keep()
        self._voice.beat()
        self.process.taken += len(arrived)
        self.process.worked(time.perf_counter_ns() - began_ns, 0)
        self.process.beat()
        self.process.tell(self._subscriber.lost)

    def _hear(self, message: Message) -> None:
        if self._first_words.hear(message):
            soon_ns = self.process.clock.now().monotonic_ns + seconds_to_ns(SOON_S)
            self._observe_ns, self._plan_ns = min(self._observe_ns, soon_ns), min(self._plan_ns, soon_ns)
        if isinstance(message, WeatherForecast):
            self._thinking.foreteller.hear(message)
        elif isinstance(message, SuggestionAnswer):
            self._hear_answer(message)
        elif isinstance(message, ModeReport):
            self._follow_mode(Mode(message.mode))
        elif isinstance(message, ComfortWish):
            now = self.process.clock.now()
            if self._thinking.wish(message, self._local(now)):
                self._plan_ns = min(self._plan_ns, now.monotonic_ns + seconds_to_ns(SOON_S))
        else:
            self.ear.take(message)

    def _follow_mode(self, mode: Mode) -> None:
        """Go so far from now on; what was commanded under another mode is over."""
        if mode is self._voice.mode:
            return
        self._voice.follow(mode)
        self._thinking.drive(mode is Mode.DRIVE)
        self._plan_ns = self.process.clock.now().monotonic_ns

    def _answer(self) -> None:
        """Answer who asks what something would cost, and what was saved."""
        now = self.process.clock.now()
        at = self._local(now)
        self._desk.meter(self.ear.fresh_meter(now.monotonic_ns), at)
        self._what_if.poll(lambda question: self._desk.what_if(question, at))
        self._saved.poll(lambda question: self._desk.saved(question, at))

    def _observe(self) -> None:
        """Tell the belief what is so, on every fifth minute of the house's own clock."""
        now = self.process.clock.now()
        at = self._local(now)
        self._observe_ns = now.monotonic_ns + seconds_to_ns(OBSERVES_EVERY_S - at.timestamp() % OBSERVES_EVERY_S)
        try:
            self._see(at, now.monotonic_ns)
        except SumikaError as error:
            self._fail(str(error))

    def _see(self, at: datetime, now_ns: int) -> None:
        self._observed_ns = now_ns
        self._thinking.observe(self.ear, at, now_ns)
        for event in self._thinking.news(self.process.clock.now(), self.ear.origin()):
            self._voice.publish(event)

    def _look(self, now_ns: int) -> None:
        """Let lamps follow people; what they are told is part of the plan in force from then on."""
        self._look_ns = now_ns + seconds_to_ns(LOOKS_EVERY_S)
        if self._voice.mode is not Mode.DRIVE or not self._voice.in_force(now_ns):
            return
        news = self._thinking.look(self.ear, self._local(self.process.clock.now()), now_ns)
        if news:
            self._voice.amend(news)
        nudged = {one.room for one in self._thinking.nudges(self._local(self.process.clock.now()))}
        if nudged != self._nudged and now_ns >= self._rests_until_ns:
            # Warmth and air follow at once, too, when a nudge begins or is undone.
            self._plan()

    def _keep(self) -> None:
        self._keep_ns = self.process.clock.now().monotonic_ns + seconds_to_ns(KEEPS_EVERY_S)
        problems = (self._thinking.remember(self._folder), self._desk.savings.keep())
        if any(problems):
            self.process.refuse("memory not written")

    def _people_moved(self, now_ns: int) -> bool:
        """Return whether people have come or gone since the last plan, for long enough to be believed."""
        if self._made_ns is None or now_ns - self._made_ns < seconds_to_ns(min(LEAST_BETWEEN_S, self._every_s)):
            return False
        if now_ns < self._rests_until_ns:
            return False
        there = self._there(now_ns)
        moved = any(abs(one - self._occupied.get(room, one)) > MOVED for room, one in there.items())
        if not moved:
            self._moved_ns = None
            return False
        if self._moved_ns is None:
            self._moved_ns = now_ns
        return now_ns - self._moved_ns >= seconds_to_ns(MOVED_FOR_S)

    def _there(self, now_ns: int) -> dict[str, float]:
        return {
            room: probability for room, (probability, _) in self.ear.occupied(now_ns).items() if probability is not None
        }

    def _plan(self) -> None:
        """Make a plan and say it; where none can be made, say that, and let the policy speak once the last expires."""
        now = self.process.clock.now()
        at = self._local(now)
        if self._voice.mode is Mode.OFF:
            self._rest(now)
            return
        try:
            if now.monotonic_ns - self._observed_ns >= seconds_to_ns(min(NEWS_S, self._every_s)):
                self._see(at, now.monotonic_ns)
            decision = self._thinking.decide(self.ear.told(now.monotonic_ns), at)
        except (SumikaError, ArithmeticError, ValueError) as error:
            self._rests_until_ns = self._plan_ns = now.monotonic_ns + seconds_to_ns(min(AGAIN_S, self._every_s))
            self._fail(str(error))
            self._let_policy_speak()
            return
        self._voice.recover()
        self._first_words.planned()
        now = self.process.clock.now()
        self._made_ns, self._moved_ns, self._rests_until_ns = now.monotonic_ns, None, now.monotonic_ns
        self._occupied = self._there(now.monotonic_ns)
        wait_s = min(self._every_s, QUARTER_S - at.timestamp() % QUARTER_S)
        # Just before a quarter begins its plan has been made already.
        self._plan_ns = now.monotonic_ns + seconds_to_ns(wait_s if wait_s > 30.0 else min(self._every_s, QUARTER_S))
        holds_ns = seconds_to_ns(self._every_s + min(GRACE_S, 0.5 * self._every_s))
        self._voice.holds_until_ns = now.monotonic_ns + holds_ns
        if decision.dropped:
            self.process.refuse("beyond what can be told")
        report = decision.report(PLAN, self._voice.mode, now, self.ear.origin(), at)
        nudged = self._thinking.nudges(at)
        self._nudged = frozenset(one.room for one in nudged)
        suggestions = self._asking.nudges(nudged, now, at)
        if self._voice.mode is Mode.SUGGEST:
            told = self.ear.told(now.monotonic_ns)
            holds = Holds(self._local(now.later(holds_ns)), self._voice.holds_until_ns)
            worth = {device: account.total for device, account in decision.without.items()}
            suggestions += self._asking.suggest(decision.commands, told, worth, at, holds)
        self._voice.report(msgspec.structs.replace(report, suggestions=suggestions))
        self._desk.planned(report, at)
        self._voice.command(decision.commands, Asker.PLAN)
        self._voice.publish(self._thinking.outlook(decision, at, PLAN, now, self.ear.origin()))

    def _fail(self, why: str) -> None:
        """Say that there is no plan, unless a house that has just begun has not been heard yet."""
        if self._first_words.no_air_yet and self.process.clock.now().monotonic_ns < self._speaks_by_ns:
            self.process.refuse("no plan yet")
        else:
            self._voice.fail(why)

    def _rest(self, now: Instant) -> None:
        """Plan nothing, and say so: the house goes on by itself and by its residents' hands."""
        self._rests_until_ns = self._plan_ns = now.monotonic_ns + seconds_to_ns(self._every_s)
        self._voice.fall_to(ControlLevel.OFF)

    def _hear_answer(self, answer: SuggestionAnswer) -> None:
        """Take a yes or a no: a no is kept for the day, and says something of how warm people like it."""
        room = self._asking.nudge_declined(answer)
        if room:
            self._thinking.ecu.nudging.decline(room)
            return
        declined = self._asking.hear(answer, self._local(self.process.clock.now()))
        if self._asking.problem:
            self.process.refuse("answer not written")
        if declined is not None:
            self._thinking.ecu.decline(declined.room, declined.setpoint_c, declined.sensation)

    def _let_policy_speak(self) -> None:
        now = self.process.clock.now()
        if now.monotonic_ns < self._voice.holds_until_ns:
            return
        commands = self._thinking.policy_commands(self._local(now))
        self._voice.fall_to(ControlLevel.POLICY if commands else ControlLevel.RULES)
        # A policy that has nothing more to say takes its last commands back: as long as it beats, no rule is heard.
        self._voice.command(commands, Asker.POLICY)

    def close(self) -> None:
        """Keep what was learned, and stop listening."""
        self._keep()
        self._subscriber.close()
        self._what_if.close()
        self._saved.close()


def run_plan(node: Node, launch: Launch) -> None:
    """Run the planner until told to stop."""
    run_turns(node, launch, _begin)


def _begin(process: NodeProcess) -> PlanLoop:
    # What a planner needs takes seconds to import: it shows a sign of life before.
    process.beat()
    # A plan may take a second longer; a radar's frame may not.
    os.nice(POLITE)
    return PlanLoop(process, Thinking(process.launch.house))
