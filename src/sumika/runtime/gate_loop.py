"""The process of the safety gate: everything that is asked of a device goes in, and what it passes goes to the devices.

Its least times and residents' holds lie in a small file of their own, written before the write that they are about is
sent, so that not even a power cut shortens a rest.
"""

import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

from sumika.bus import Answerer, Received, Subscriber
from sumika.clock import Instant
from sumika.runtime.gate_socket import GateVoice
from sumika.runtime.held_words import tells_of_danger
from sumika.runtime.house_ear import local_clock
from sumika.runtime.level_voice import NOBODY, LevelVoice
from sumika.runtime.mode_desk import ModeDesk
from sumika.runtime.node import Launch, Node
from sumika.runtime.process import NodeProcess, run_turns
from sumika.runtime.small_file import DamagedFileError, read_small, write_small
from sumika.runtime.world_loop import WORLD
from sumika.safety import Condition, Gate, Ruled, Timer
from sumika.schema import (
    AirSample,
    Command,
    Event,
    Heartbeat,
    Message,
    Mode,
    Origin,
    ResidentWish,
    Severity,
    SumikaError,
)
from sumika.schema.air import CONTACT_LASTS_S
from sumika.schema.house import House
from sumika.units import seconds_to_ns

GATE = "gate"
HEARD = ("command", "device_state", "air", "presence", "resident_wish", "controller_beat", "weather")
TURN_S = 0.1
AWAY_NS = seconds_to_ns(5.0)
"""A gate that did not run for so long may find its devices in their fail-safe."""

CONTROLLERS = frozenset({"plan", "policy", "rules", "ecu"})
"""Nodes, up to the first dot of their name, that speak as controllers and never as people; no other speaks as these."""

_AS_CONTROLLER = frozenset({"plan", "policy", "rules"})


def owner_of(house: House, device_id: str) -> str:
    """Return the node whose process owns a device."""
    connection = next((device.connection for device in house.devices if device.id == device_id), "")
    return f"devices.{connection}" if connection else WORLD


class TimersFile:
    """Where least times and holds lie across restarts.

    Attributes:
        problem: Why it cannot be written; empty while it can.
    """

    def __init__(self, folder: Path) -> None:
        """Use a folder; it is made when first written."""
        self._path = folder / "timers.json"
        self._saved: tuple[object, ...] = ()
        self.problem = ""

    def load(self, house: House, now: Instant) -> tuple[Timer, ...]:
        """Return what was saved.

        A file that is damaged says nothing: then every device is taken to have been switched off just now.
        """
        try:
            return read_small(self._path, tuple[Timer, ...], ())
        except DamagedFileError as error:
            self.problem = f"{error}; every device rests first"
            return tuple(Timer(device=device.id, state=0.0, since=now) for device in house.devices)

    def save(self, timers: tuple[Timer, ...]) -> None:
        """Put it on the disk, whole or not at all, where it says something new."""
        news = tuple(
            (timer.device, timer.state, _moment(timer.since), timer.held_by, _moment(timer.held_until), timer.values)
            for timer in timers
        )
        if news == self._saved:
            return
        self.problem = write_small(self._path, timers)
        if not self.problem:
            self._saved = news


def _moment(instant: Instant | None) -> int | None:
    return None if instant is None else instant.monotonic_ns


class GateLoop:
    """The gate's work, turn by turn."""

    def __init__(self, process: NodeProcess) -> None:
        """Open its ears and its voice, and remember what was before.

        Raises:
            SumikaError: if the gate finds that it does not say no where it must.
        """
        launch = process.launch
        self.process = process
        self._origin = Origin.SIMULATED if launch.house.demo else Origin.LIVE
        now = process.clock.now()
        self._file = TimersFile(launch.data / GATE)
        self.gate = Gate.of(launch.house, now, self._file.load(launch.house, now))
        self._modes = ModeDesk(launch.house, launch.data / GATE)
        self.gate.set_mode(self._modes.mode, now.monotonic_ns)
        self._owners = {device.id: owner_of(launch.house, device.id) for device in launch.house.devices}
        self._turned_ns = now.monotonic_ns
        self._told: frozenset[tuple[str, str]] = frozenset()
        self._local = local_clock(launch)
        self._level = LevelVoice(GATE, self._origin)
        self.voice = GateVoice(process.folder, launch.incarnation)
        self._set_mode = Answerer(process.folder, "set_mode")
        self._subscriber = Subscriber(
            process.folder,
            nodes=[name for name in launch.nodes if name != GATE],
            topics=HEARD,
            clock=process.clock,
            high_water_mark=2000,
        )
        wrong = self.gate.self_test()
        if wrong:
            self.close()
            raise SumikaError(
                f"the safety gate's self-test failed: {wrong[0]}",
                where="safety gate",
                remedy="Correct the limits in house.yaml; until then nothing reaches a device.",
            )

    def turn(self) -> None:
        """Hear, decide, do what is the gate's own, and show all that it lives."""
        arrived = self._subscriber.receive(TURN_S)
        began_ns = time.perf_counter_ns()
        now = self.process.clock.now()
        if now.monotonic_ns - self._turned_ns > AWAY_NS:
            self.gate.was_away(now.monotonic_ns)
        self._turned_ns = now.monotonic_ns
        self.gate.know_time(now)
        self.gate.unreachable = frozenset(
            device for device, owner in self._owners.items() if not self.voice.listens(owner)
        )
        self._follow_mode(now)
        ruled: list[Ruled] = []
        for received in arrived:
            ruled += self.take(received, now.monotonic_ns)
        ruled += self.gate.turn(now.monotonic_ns)
        self._file.save(self.gate.timers())
        self._pass_on(ruled)
        self.voice.beat(self.process.clock.now().monotonic_ns)
        self._tell_conditions(now)
        self.process.taken += len(arrived)
        self.process.worked(time.perf_counter_ns() - began_ns, len(ruled))
        self.process.refused.update(self.gate.refused)
        self.process.beat()
        self.process.tell(self._subscriber.lost)

    def take(self, received: Received, now_ns: int) -> Iterable[Ruled]:
        """Give one message to the gate; nobody speaks in another's name."""
        message, controller = received.message, received.envelope.node.partition(".")[0] in CONTROLLERS
        if isinstance(message, Command):
            if (message.asked_by in _AS_CONTROLLER) is not controller:
                message = msgspec.structs.replace(message, asked_by=f"{received.envelope.node} as {message.asked_by}")
            return (self.gate.decide(message, now_ns),)
        if isinstance(message, Heartbeat | ResidentWish) and isinstance(message, Heartbeat) is not controller:
            self.process.refuse("not theirs to say")
            return ()
        # What still holds the gate knows: it believes states until it hears otherwise, and is told all when it begins.
        # Only of windows it must be told again, for a contact that is silent keeps nobody from heating for ever; and
        # that there is no smoke any more: many detectors say so once, and an alarm is over when they said it long ago.
        if not tells_of_danger(message):
            if not isinstance(message, AirSample) or (message.window_open is None and message.smoke is None):
                return ()
            # A connection may hold for days behind a contact that is dead.
            lost = message.held_s > CONTACT_LASTS_S
            message = msgspec.structs.replace(message, window_open=None if lost else message.window_open)
        return self.gate.observe(message, now_ns)

    def _follow_mode(self, now: Instant) -> None:
        """Take residents' word for how far controllers may go; say what holds."""
        self._set_mode.poll(lambda question: self._modes.change(question, now))
        if self.gate.mode is not self._modes.mode:
            self.gate.set_mode(self._modes.mode, now.monotonic_ns)
        self.voice.drives = self.gate.mode is Mode.DRIVE
        report = self._modes.report(now)
        if report is not None:
            self._publish(report)

    def _pass_on(self, ruled: Iterable[Ruled]) -> None:
        for verdict, write in ruled:
            if write is not None:
                self.voice.send(self._owners[write.device], write, self.process.clock.now().monotonic_ns)
            self._publish(verdict)

    def _tell_conditions(self, now: Instant) -> None:
        """Say once what has begun and what is over."""
        conditions = {(each.subject, each.code): each for each in self.gate.conditions(now.monotonic_ns)}
        problem = self._file.problem or self._modes.problem
        if problem:
            conditions[GATE, "gate_memory"] = Condition(GATE, "gate_memory", Severity.WARNING, problem)
        for key, each in conditions.items():
            if key not in self._told:
                self._publish(self._event(now, *key, each.severity, each.detail))
        for key in self._told - conditions.keys():
            self._publish(self._event(now, *key, Severity.INFO, "", recovered=True))
        self._told = frozenset(conditions)
        local = self._local(now).isoformat(timespec="minutes")
        report = self._level.report(self.gate, (GATE, NOBODY) in conditions, now, local)
        if report is not None:
            self._publish(report)

    def _event(
        self, now: Instant, subject: str, code: str, severity: Severity, detail: str, *, recovered: bool = False
    ) -> Event:
        return Event(
            stamp=now,
            origin=self._origin,
            subject=subject,
            code=code,
            severity=severity,
            detail=detail,
            recovered=recovered,
        )

    def _publish(self, message: Message) -> None:
        if self.process.publisher is not None:
            self.process.publisher.publish(message)

    def close(self) -> None:
        """Fall silent: device processes fail safe by themselves."""
        self.voice.close()
        self._set_mode.close()
        self._subscriber.close()


def run_gate(node: Node, launch: Launch) -> None:
    """Run the safety gate until told to stop."""
    run_turns(node, launch, GateLoop)
