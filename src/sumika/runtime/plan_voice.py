"""What the planner's process says: what is in force and until when, at which level, and what fails, once."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from sumika.clock import Instant
from sumika.runtime.house_ear import HouseEar
from sumika.runtime.process import NodeProcess
from sumika.schema import (
    Asker,
    Command,
    ControlLevel,
    Event,
    Heartbeat,
    Message,
    Mode,
    PlanReport,
    Severity,
)
from sumika.text import say
from sumika.units import NANOSECONDS_PER_SECOND, seconds_to_ns

REMINDS_EVERY_S = 300.0
COMMAND_LASTS_S = 900.0
"""What nobody has taken by then is of a plan that is over."""


class PlanVoice:
    """Says to the gate and to people what the planner has decided.

    Attributes:
        mode: How far the planner goes; only a house that is driven is told commands.
        holds_until_ns: Until when the newest plan holds, monotonic.
    """

    def __init__(
        self, node: str, process: NodeProcess, ear: HouseEar, local: Callable[[Instant], datetime], mode: Mode
    ) -> None:
        """Begin with nothing in force.

        Args:
            node: Who says it.
            process: Publishes, and tells the time.
            ear: Where what is said comes from.
            local: Tells a moment on the house's own clock.
            mode: How far the planner goes.
        """
        now_ns = process.clock.now().monotonic_ns
        self._node, self._process, self._ear, self._local = node, process, ear, local
        self.mode = mode
        self.holds_until_ns = now_ns
        self._asker = Asker.PLAN
        self._commands: tuple[Command, ...] = ()
        self._beaten_ns = self._remind_ns = now_ns
        self._level = ControlLevel.FULL
        self._failing = False

    def in_force(self, now_ns: int) -> bool:
        """Return whether the plan, or the policy in its place, has commands that hold.

        Args:
            now_ns: Present monotonic time.
        """
        return bool(self._commands) and (self._asker is Asker.POLICY or now_ns < self.holds_until_ns)

    def follow(self, mode: Mode) -> None:
        """Go so far from now on; what was commanded under another mode is over.

        Args:
            mode: The new one.
        """
        self.mode, self._commands = mode, ()

    def report(self, report: PlanReport) -> None:
        """Say what was planned, for people, and at which level.

        Args:
            report: Of a new plan.
        """
        self._level = report.level
        self.publish(report)

    def fall_to(self, level: ControlLevel) -> None:
        """Say once at which level control goes on without a plan.

        Args:
            level: Below that of a plan.
        """
        if level is self._level:
            return
        self._level, now = level, self._process.clock.now()
        self.publish(
            PlanReport(
                stamp=now,
                origin=self._ear.origin(),
                planner=self._node,
                mode=self.mode,
                local_time=self._local(now).isoformat(timespec="minutes"),
                follows=level,
                note=say(f"level.{level}", "en"),
                note_ja=say(f"level.{level}", "ja"),
                level=level,
            )
        )

    def command(self, commands: tuple[Command, ...], asker: Asker) -> None:
        """Put commands in force, after the beat without which the gate takes none; only a driven house is told.

        Args:
            commands: In place of all before.
            asker: The plan, which holds as long as it says, or the policy, which holds until a plan comes.
        """
        self._asker, self._commands = asker, commands
        self._remind_ns = self._process.clock.now().monotonic_ns + seconds_to_ns(REMINDS_EVERY_S)
        self.beat(at_once=True)
        if self.mode is Mode.DRIVE:
            self._send(commands)

    def amend(self, news: tuple[Command, ...]) -> None:
        """Say at once what is new in a house that is driven; it is part of what is in force from then on.

        Args:
            news: In place of what was said of the same settings.
        """
        told = {(one.device, one.action) for one in news}
        self._commands = (*(one for one in self._commands if (one.device, one.action) not in told), *news)
        self._send(news)

    def remind(self, now_ns: int) -> None:
        """Say again what devices have not done, when it is time: the gate or a device may have begun anew since.

        Args:
            now_ns: Present monotonic time.
        """
        if now_ns < self._remind_ns or self.mode is not Mode.DRIVE or not self.in_force(now_ns):
            return
        self._remind_ns = now_ns + seconds_to_ns(REMINDS_EVERY_S)
        told = self._ear.told(now_ns)
        self._send(tuple(one for one in self._commands if told.get((one.device, one.action)) != one.value))

    def beat(self, *, at_once: bool = False) -> None:
        """Say once a second that the planner lives, and until when its plan holds; nothing where nothing is in force.

        Args:
            at_once: Whether the second is not waited for.
        """
        now = self._process.clock.now()
        due = now.monotonic_ns - self._beaten_ns >= NANOSECONDS_PER_SECOND
        if not (due or at_once) or not self.in_force(now.monotonic_ns):
            return
        self._beaten_ns = now.monotonic_ns
        holds_ns = self.holds_until_ns if self._asker is Asker.PLAN else 0
        self.publish(Heartbeat(stamp=now, origin=self._ear.origin(), asker=self._asker, holds_until_ns=holds_ns))

    def fail(self, why: str) -> None:
        """Say once that no plan can be made.

        Args:
            why: In English.
        """
        self._process.refuse("no plan")
        if not self._failing:
            self._failing = True
            self.publish(self._event(Severity.WARNING, why[:200], recovered=False))

    def recover(self) -> None:
        """Say once that plans can be made again."""
        if self._failing:
            self._failing = False
            self.publish(self._event(Severity.INFO, "", recovered=True))

    def publish(self, message: Message) -> None:
        """Publish whatever else there is to say; nobody hears it where the process has no publisher."""
        if self._process.publisher is not None:
            self._process.publisher.publish(message)

    def _send(self, commands: tuple[Command, ...]) -> None:
        now, origin = self._process.clock.now(), self._ear.origin()
        for command in commands:
            self.publish(
                msgspec.structs.replace(
                    command,
                    stamp=now,
                    origin=origin,
                    asked_by=self._asker,
                    expires_ns=now.monotonic_ns + seconds_to_ns(COMMAND_LASTS_S),
                )
            )

    def _event(self, severity: Severity, detail: str, *, recovered: bool) -> Event:
        return Event(
            stamp=self._process.clock.now(),
            origin=self._ear.origin(),
            subject=self._node,
            code="plan_failed",
            severity=severity,
            recovered=recovered,
            detail=detail,
        )
