"""The safety gate: what is asked of a device is allowed and within limits, or nothing reaches it.

It is a second, dumb reader. It knows no model and no reason, asks no clock, and is silent by default. Above everything
stand the limits, then residents, the operator, the plan, the distilled policy, the rules.
"""

from collections.abc import Iterator
from typing import NamedTuple

from sumika.clock import Instant
from sumika.safety._reading import name, number, seen_ns
from sumika.safety.admission import ASKERS, Admission
from sumika.safety.conditions import Condition, conditions_of
from sumika.safety.device_states import DeviceStates
from sumika.safety.heartbeat import Controllers
from sumika.safety.holds import PEOPLE, Holds
from sumika.safety.interlocks import Interlocks, Want
from sumika.safety.limits import hoods_of, limits_of
from sumika.safety.self_check import problems
from sumika.safety.shaping import Shaping, clipped
from sumika.safety.spending import WriteBook
from sumika.safety.surroundings import Surroundings
from sumika.safety.timers import RunTimes, Timer, left_ns
from sumika.safety.verdicts import at_device, by_itself, on_command
from sumika.schema import (
    AirSample,
    Asker,
    Command,
    DeviceState,
    GateRule,
    Heartbeat,
    Message,
    Mode,
    Origin,
    Presence,
    ResidentWish,
    Ruling,
    Severity,
    Verdict,
    WeatherSample,
    Write,
)
from sumika.schema.house import Control, House
from sumika.units import SECONDS_PER_MINUTE, seconds_to_ns

AGAIN_NS = seconds_to_ns(30.0)
"""What the gate does by itself is tried again after so long, until the device says that it is so."""

MOST_DOUBLINGS = 5
"""Each further try comes after twice the time, up to a quarter of an hour."""

HANDS_BACK_NS = seconds_to_ns(15 * 60.0)
"""So long devices are given to take their fail-safe when nobody is to drive them any more: a compressor rests first."""

TOUCHES_NOTHING = frozenset({Mode.OFF, Mode.SHADOW})


class Ruled(NamedTuple):
    """What the gate said, and what goes to the device.

    Attributes:
        verdict: For the audit.
        write: None where nothing does.
    """

    verdict: Verdict
    write: Write | None


class Gate:
    """Everything that would reach a device comes through here.

    Attributes:
        refused: How many commands were vetoed, by rule.
        unreachable: Devices that no write would reach now; whoever runs the gate says so.
    """

    def __init__(self, house: House, now: Instant, timers: tuple[Timer, ...] = ()) -> None:
        """Know a house; `Gate.of` says the same.

        Args:
            house: As in house.yaml.
            now: The present moment.
            timers: What `timers` returned before a restart.
        """
        control = house.control or Control()
        now_ns = now.monotonic_ns
        self._now_ns, self._anchor = now_ns, now
        self._origin = Origin.SIMULATED if house.demo else Origin.LIVE
        hoods = hoods_of(house)
        self._limits = {device.id: limits_of(device, is_hood=device.id in hoods) for device in house.devices}
        self._rooms = frozenset(room.id for room in house.rooms)
        self._states = DeviceStates(self._limits, now_ns)
        self._around = Surroundings(self._rooms)
        self._book = WriteBook(self._limits)
        runnings = {device: limits.running for device, limits in self._limits.items() if limits.running is not None}
        self._times = RunTimes(runnings, now, timers)
        self._interlocks = Interlocks(self._rooms, self._limits, self._around, self._states)
        self._shaping = Shaping(self._states, self._book, self._times, self._interlocks)
        self._controllers = Controllers(now_ns)
        self._holds = Holds(seconds_to_ns(control.resident_holds_min * SECONDS_PER_MINUTE))
        self._restore(timers, now)
        self._admission = Admission(Mode(control.mode), house.demo, self._controllers, self._holds)
        self._tested = False
        self._hands_back_until_ns = now_ns
        self._tries: dict[tuple[str, str], tuple[int, int]] = {}
        self._sequence = 0
        self.refused: dict[str, int] = {}
        self.unreachable: frozenset[str] = frozenset()

    @classmethod
    def of(cls, house: House, now: Instant, timers: tuple[Timer, ...] = ()) -> "Gate":
        """Return the gate of a house; arguments as for the class."""
        return cls(house, now, timers)

    def self_test(self) -> tuple[str, ...]:
        """Try whether the gate says no where it must; until this found nothing wrong, it passes nothing at all.

        Returns:
            What is wrong, one line each; empty where all is well.
        """
        found = problems(self._limits)
        self._tested = not found
        return found

    @property
    def mode(self) -> Mode:
        """How far controllers may go now."""
        return self._admission.mode

    def set_mode(self, mode: Mode, now_ns: int) -> None:
        """Let controllers go so far from now on. Who drove hands its devices back to their own thermostats.

        Before the self-test nobody has driven: that mode is the first.

        Args:
            mode: The new one.
            now_ns: Present monotonic time.
        """
        now_ns, before = self._pass(now_ns), self.mode
        self._admission.mode = mode
        if mode is Mode.DRIVE:
            self._hands_back_until_ns = now_ns
        elif before is Mode.DRIVE and self._tested:
            self._hands_back_until_ns = now_ns + HANDS_BACK_NS

    def was_away(self, now_ns: int) -> None:
        """Take note that the gate did not run for a while: devices may have failed safe by themselves meanwhile."""
        self._states.was_away(self._pass(now_ns))

    def know_time(self, now: Instant) -> None:
        """Take both clocks' word for the moment: verdicts are stamped with it."""
        self._anchor = now

    def timers(self) -> tuple[Timer, ...]:
        """Return what must survive a restart."""
        now = self._stamp()
        held = self._holds.held(now.monotonic_ns)
        return tuple(self._remembered(device, held.get(device), now) for device in self._limits)

    def holds(self, now_ns: int) -> dict[str, int]:
        """Return until when, in monotonic ns, each device is held by a person."""
        return {device: until_ns for device, (_, until_ns) in self._holds.held(self._pass(now_ns)).items()}

    def in_force(self, now_ns: int) -> Asker | None:
        """Return the controller that is obeyed now; None where all are silent."""
        return self._controllers.in_force(self._pass(now_ns))

    def conditions(self, now_ns: int) -> Iterator[Condition]:
        """Yield what people should know of, for as long as it lasts."""
        now_ns = self._pass(now_ns)
        yield from conditions_of(self._rooms, self._around, now_ns)
        for device, limits in self._limits.items():
            if self._interlocks.scalds(device, now_ns):
                yield Condition(device, "water_too_hot", Severity.ALARM)
            if limits.closed:
                yield Condition(device, "limits_contradict", Severity.WARNING, ", ".join(limits.closed))
        for room, tellers in self._interlocks.held_by_windows(now_ns):
            yield Condition(room, "heating_held_by_window", Severity.WARNING, tellers)
        for device, (asker, _) in self._holds.held(now_ns).items():
            yield Condition(device, "held_by_hand", Severity.INFO, asker)
        if self._failing_safe(now_ns):
            yield Condition("gate", "nobody_controls", Severity.WARNING)

    def observe(self, message: Message, now_ns: int) -> tuple[Ruled, ...]:
        """Take what is so: air, devices, people, weather, controllers' beats, and residents' wishes.

        Args:
            message: Any; what does not concern the gate is left alone.
            now_ns: Present monotonic time.

        Returns:
            What comes of a resident's hand: the audit of what they set at the device, or the write of their wish.
        """
        now_ns = self._pass(now_ns)
        if isinstance(message, DeviceState):
            return self._hear_device(message, now_ns)
        if isinstance(message, ResidentWish):
            return self._hear_wish(message, now_ns)
        if isinstance(message, Heartbeat):
            self._controllers.hear(message, now_ns)
        elif isinstance(message, AirSample) and message.room in self._rooms:
            self._around.hear_air(message, seen_ns(message, now_ns), now_ns)
        elif isinstance(message, Presence) and message.room in self._rooms:
            self._around.hear_presence(message, seen_ns(message, now_ns))
        elif isinstance(message, WeatherSample):
            self._around.hear_weather(message, seen_ns(message, now_ns))
        return ()

    def decide(self, command: Command, now_ns: int) -> Ruled:
        """Say of one command what may reach the device.

        Args:
            command: As asked.
            now_ns: Present monotonic time.

        Returns:
            The verdict, and the write where there is one. Passed without a write: it is so already.
        """
        now_ns = self._pass(now_ns)
        asker, rule = self._admitted(command, now_ns)
        if rule is not GateRule.NONE:
            return self._veto(command, rule)
        unattended = asker not in PEOPLE
        limits = self._limits[command.device]
        value, rule = self._shaping.shape(
            command.device, limits, command.action, float(command.value), now_ns, unattended=unattended
        )
        if value is None:
            return self._veto(command, rule)
        if not unattended:
            self._holds.take(command.device, asker, now_ns)
        ruling = Ruling.PASSED if rule is GateRule.NONE else Ruling.CLIPPED
        write = self._write(command.device, command.action, value, now_ns, unattended=unattended)
        written = None if write is None else value
        return Ruled(on_command(command, self._stamp(), ruling, rule, written), write)

    def turn(self, now_ns: int) -> tuple[Ruled, ...]:
        """Do what is the gate's own to do: guards, least ventilation, alarms, fail-safe. A few times a second."""
        now_ns = self._pass(now_ns)
        if not self._tested:
            return ()
        wanted: dict[tuple[str, str], Want] = {}
        for want in self._wants(now_ns):
            wanted.setdefault((want.device, want.setting), want)
        self._tries = {key: tries for key, tries in self._tries.items() if key in wanted}
        ruled = (self._do(want, now_ns) for want in wanted.values())
        return tuple(each for each in ruled if each is not None)

    def _remembered(self, device: str, held: tuple[Asker, int] | None, now: Instant) -> Timer:
        """Return what must survive a restart of one device."""
        run = self._times.since(device)
        return Timer(
            device=device,
            state=None if run is None else run[0],
            since=None if run is None else now.later(run[1] - now.monotonic_ns),
            held_by="" if held is None else held[0],
            held_until=None if held is None else now.later(held[1] - now.monotonic_ns),
            values=self._states.stepwise(device, now.monotonic_ns),
        )

    def _restore(self, timers: tuple[Timer, ...], now: Instant) -> None:
        for timer in timers:
            self._states.remember(timer.device, timer.values)
            asker = ASKERS.get(timer.held_by)
            if timer.device in self._limits and asker in PEOPLE and timer.held_until is not None:
                left = left_ns(timer.held_until, now, self._holds.holds_ns)
                self._holds.restore(timer.device, asker, now.monotonic_ns + left)

    def _pass(self, now_ns: int) -> int:
        """Let time pass; it never runs backwards."""
        self._now_ns = max(self._now_ns, now_ns)
        return self._now_ns

    def _stamp(self) -> Instant:
        return self._anchor.later(self._now_ns - self._anchor.monotonic_ns)

    def _hear_device(self, state: DeviceState, now_ns: int) -> tuple[Ruled, ...]:
        limits = self._limits.get(state.device)
        if limits is None:
            return ()
        by_hand = self._states.hear(state, now_ns)
        if not state.available:
            self._around.windows.lose(limits.room, state.device, now_ns)
        if not state.available or not state.values:
            return ()
        for setting in limits.settings:
            now = self._states.now(state.device, setting, now_ns)
            if now is not None:
                self._times.reported(state.device, setting, now, now_ns)
                if limits.kind == "window_opener":
                    self._around.windows.hear(limits.room, state.device, now, now_ns, lasts=True)
        return tuple(self._at_device(state.device, setting, value, state.origin, now_ns) for setting, value in by_hand)

    def _hear_wish(self, wish: ResidentWish, now_ns: int) -> tuple[Ruled, ...]:
        if wish.at_device:
            known = self._limits.get(wish.device)
            if known is None or wish.action not in known.settings:
                return ()
            return (self._at_device(wish.device, wish.action, wish.value, wish.origin, now_ns),)
        command = Command(
            stamp=wish.stamp,
            origin=wish.origin,
            device=wish.device,
            action=wish.action,
            value=wish.value,
            asked_by=Asker.RESIDENT,
            why=wish.why or wish.resident,
        )
        return (self.decide(command, now_ns),)

    def _at_device(self, device: str, setting: str, value: float, origin: Origin, now_ns: int) -> Ruled:
        """Let a resident hold a device that they have set by hand."""
        self._holds.take(device, Asker.RESIDENT, now_ns)
        return Ruled(at_device(device, setting, value, self._stamp(), origin), None)

    def _admitted(self, command: Command, now_ns: int) -> tuple[Asker, GateRule]:
        """Return who asks, and why the command goes no further; NONE if it does."""
        asker = ASKERS.get(name(command.asked_by))
        limits = self._limits.get(name(command.device))
        if limits is None:
            return Asker.RULES, GateRule.UNKNOWN_DEVICE
        if name(command.action) not in limits.settings:
            return Asker.RULES, GateRule.UNKNOWN_SETTING
        if asker is None:
            return Asker.RULES, GateRule.UNKNOWN_ASKER
        if number(command.value) is None:
            return asker, GateRule.NOT_A_NUMBER
        if not self._tested:
            return asker, GateRule.NOT_YET
        if command.device in self.unreachable:
            return asker, GateRule.UNREACHABLE
        return asker, self._admission.refusal(command, asker, limits, now_ns)

    def _veto(self, command: Command, rule: GateRule) -> Ruled:
        self.refused[rule] = self.refused.get(rule, 0) + 1
        return Ruled(on_command(command, self._stamp(), Ruling.VETOED, rule, None), None)

    def _write(self, device: str, setting: str, value: float, now_ns: int, *, unattended: bool) -> Write | None:
        """Return the write of a value, and remember it; None where the device says that it is so already."""
        if self._states.settled(device, setting, value, now_ns):
            return None
        change = self._shaping.change(device, setting, value, self._limits[device].settings[setting], now_ns)
        self._book.note(device, setting, now_ns, change, unattended=unattended)
        self._states.wrote(device, setting, value, now_ns)
        self._times.written(device, setting, value, now_ns)
        self._sequence += 1
        return Write(device=device, action=setting, value=value, sequence=self._sequence)

    def _wants(self, now_ns: int) -> Iterator[Want]:
        """Yield what the gate itself would do, the weightiest first."""
        if self.mode not in TOUCHES_NOTHING:
            # Where residents are asked first, only what cannot wait for their yes is done without it.
            drives = self.mode is Mode.DRIVE
            yield from (want for want in self._interlocks.wants(now_ns) if want.urgent or drives)
        if self._failing_safe(now_ns) or now_ns < self._hands_back_until_ns:
            for device, limits in self._limits.items():
                for setting, value in limits.fail_safe.items():
                    yield Want(device, setting, value, GateRule.FAIL_SAFE, urgent=False)

    def _failing_safe(self, now_ns: int) -> bool:
        return self.mode is Mode.DRIVE and self._controllers.silent(now_ns)

    def _do(self, want: Want, now_ns: int) -> Ruled | None:
        """Do one thing by ourselves, unless it is so, was tried just now, or may not be done yet."""
        device, setting, key = want.device, want.setting, (want.device, want.setting)
        limits = self._limits[device]
        if setting not in limits.settings or not limits.unattended or device in self.unreachable:
            return None
        value = clipped(want.value, limits.settings[setting])
        if self._states.settled(device, setting, value, now_ns):
            return None
        tries, due_ns = self._tries.get(key, (0, now_ns))
        if now_ns < due_ns:
            return None
        if not want.urgent and not self._may_do(device, setting, value, now_ns):
            return None
        # Ever more rarely: a device that does not obey must not be written to all day.
        self._tries[key] = (tries + 1, now_ns + AGAIN_NS * 2 ** min(tries, MOST_DOUBLINGS))
        write = self._write(device, setting, value, now_ns, unattended=False)
        return Ruled(by_itself(want, value, self._stamp(), self._origin), write)

    def _may_do(self, device: str, setting: str, value: float, now_ns: int) -> bool:
        """Return whether nothing stands against what is not urgent: no hold, no least time, no interlock."""
        if self._holds.holder(device, now_ns) is not None:
            return False
        if self._times.forbids(device, setting, value, now_ns) is not GateRule.NONE:
            return False
        return self._interlocks.check(device, setting, value, now_ns, unattended=True)[1] is GateRule.NONE
