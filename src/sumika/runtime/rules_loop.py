"""The process of the plain rules. It runs always, beside the planner and on nothing of it; the gate says who is obeyed.

Its commands come when something changes, every few minutes, and at once when nobody better is in charge any more.
"""

import time

from sumika.bus import Subscriber
from sumika.plan.rules import Rules
from sumika.runtime.house_ear import HEARD, HouseEar, local_clock
from sumika.runtime.node import Launch, Node
from sumika.runtime.process import NodeProcess, run_turns
from sumika.schema import Asker, Command, Heartbeat
from sumika.units import NANOSECONDS_PER_SECOND, seconds_to_ns

RULES = "rules"
TURN_S = 0.25
LOOKS_EVERY_NS = seconds_to_ns(10.0)
AGAIN_NS = seconds_to_ns(300.0)
"""What has not changed is said again after so long: the gate, or the device, may have begun anew."""

ALONE_AGAIN_NS = seconds_to_ns(60.0)
"""The same where the rules are in charge."""

LASTS_NS = seconds_to_ns(60.0)
HEARS_US_NS = seconds_to_ns(2.0)
"""A gate that has not heard a beat yet refuses: so long after the first one commands begin."""

POLICY_FRESH_NS = seconds_to_ns(10.0)


class RulesLoop:
    """The work of the rules, turn by turn."""

    def __init__(self, process: NodeProcess) -> None:
        """Know the house."""
        launch = process.launch
        self.process, self._rules = process, Rules(launch.house)
        self.ear, self._local = HouseEar(launch.house), local_clock(launch)
        self._subscriber = Subscriber(
            process.folder,
            nodes=[name for name in launch.nodes if name != RULES],
            topics=(*HEARD, "controller_beat"),
            clock=process.clock,
        )
        now_ns = process.clock.now().monotonic_ns
        self._beaten_ns = self._looked_ns = now_ns - LOOKS_EVERY_NS
        self._begins_ns = now_ns + HEARS_US_NS
        self._plan_until_ns = now_ns
        self._was_alone = True
        self._said: dict[tuple[str, str], tuple[float, int]] = {}

    def turn(self) -> None:
        """Hear, look, say, and show that it lives."""
        arrived = self._subscriber.receive(TURN_S)
        began_ns = time.perf_counter_ns()
        for received in arrived:
            if isinstance(received.message, Heartbeat):
                self._hear_beat(received.message)
            else:
                self.ear.take(received.message)
        sent = self._work()
        self.process.taken += len(arrived)
        self.process.worked(time.perf_counter_ns() - began_ns, sent)
        self.process.beat()
        self.process.tell(self._subscriber.lost)

    def _hear_beat(self, beat: Heartbeat) -> None:
        now_ns = self.process.clock.now().monotonic_ns
        if beat.asker == Asker.PLAN:
            self._plan_until_ns = max(self._plan_until_ns, beat.holds_until_ns)
        elif beat.asker == Asker.POLICY:
            self._plan_until_ns = max(self._plan_until_ns, now_ns + POLICY_FRESH_NS)

    def _work(self) -> int:
        now = self.process.clock.now()
        publisher = self.process.publisher
        if publisher is None:
            return 0
        sent = 0
        if now.monotonic_ns - self._beaten_ns >= NANOSECONDS_PER_SECOND:
            self._beaten_ns = now.monotonic_ns
            publisher.publish(Heartbeat(stamp=now, origin=self.ear.origin(), asker=Asker.RULES))
            sent += 1
        alone = now.monotonic_ns >= self._plan_until_ns
        takes_over = alone and not self._was_alone
        due = now.monotonic_ns - self._looked_ns >= LOOKS_EVERY_NS or takes_over
        if now.monotonic_ns < self._begins_ns or not due:
            # A plan that comes between two looks and dies at once has moved devices all the same.
            self._was_alone = self._was_alone and alone
            return sent
        if takes_over:
            self._said.clear()
        self._was_alone, self._looked_ns = alone, now.monotonic_ns
        seen = self.ear.seen(self._local(now), now.monotonic_ns)
        for command in self._rules.commands(seen, now, self.ear.origin(), LASTS_NS):
            if self._is_news(command, alone=alone):
                self._said[command.device, command.action] = (command.value, now.monotonic_ns)
                publisher.publish(command)
                sent += 1
        return sent

    def _is_news(self, command: Command, *, alone: bool) -> bool:
        said = self._said.get((command.device, command.action))
        if said is None or said[0] != command.value:
            return True
        return command.stamp.monotonic_ns - said[1] >= (ALONE_AGAIN_NS if alone else AGAIN_NS)

    def close(self) -> None:
        """Stop listening."""
        self._subscriber.close()


def run_rules(node: Node, launch: Launch) -> None:
    """Run the rules until told to stop."""
    run_turns(node, launch, RulesLoop)
