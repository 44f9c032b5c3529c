"""The safety gate inside the controller, for whoever drives a house from one program: no command leaves without it.

In a running Sumika the gate is a process of its own, and stands before everybody. A program that calls `Ecu.plan` and
writes what it says has no such process: the same gate, with the same limits, least times and interlocks, stands here.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from sumika.clock import Instant
from sumika.ecu.outlook import Measurements
from sumika.ecu.to_devices import EXPIRES_S
from sumika.safety import Gate, Ruled
from sumika.schema import Asker, Command, Heartbeat, Message, Origin, Presence, Reason, Ruling, SumikaError, Verdict
from sumika.schema.house import Control, House
from sumika.text import rule_text
from sumika.units import seconds_to_ns

BOOT = "ecu"
"""All moments in here are of one clock that never jumps: that of the measurements."""

_EXPIRES_NS = seconds_to_ns(EXPIRES_S)
_GIVEN_UP_NS = _EXPIRES_NS + seconds_to_ns(60.0)
"""Who has asked for no plan for so long has let somebody else drive meanwhile."""


class Guard:
    """Lets commands pass within the limits, and says what the gate does by itself.

    Attributes:
        verdicts: What the gate said to the last commands, and what it did by itself then.
    """

    def __init__(self, house: House) -> None:
        """Take a house. Whatever its mode, here somebody drives: the mode is a running Sumika's.

        Args:
            house: As described.
        """
        control = msgspec.structs.replace(house.control or Control(), mode="drive")
        self._house = msgspec.structs.replace(house, control=control)
        self._gate: Gate | None = None
        self._measured: Measurements | None = None
        self._asked_ns: int | None = None
        self.verdicts: tuple[Verdict, ...] = ()

    def observe(self, measurements: Measurements) -> None:
        """Take in what was measured.

        Args:
            measurements: At one moment, never older than the last ones.

        Raises:
            SumikaError: if the gate finds its own limits broken.
        """
        self._measured = measurements
        now = moment(measurements.at)
        if self._gate is None:
            self._gate = _tested(Gate.of(self._house, now))
        _hear(self._gate, measurements, now)

    def passed(self, commands: Sequence[Command], at: datetime) -> tuple[Command, ...]:
        """Return what of commands may be done now, brought within the limits, and what the gate does by itself.

        Args:
            commands: As planned.
            at: Now.
        """
        now = moment(at)
        gate = self._in_charge(now)
        until_ns = now.monotonic_ns + _EXPIRES_NS
        gate.observe(
            Heartbeat(stamp=now, origin=Origin.LIVE, asker=Asker.PLAN, holds_until_ns=until_ns), now.monotonic_ns
        )
        self._asked_ns = now.monotonic_ns
        self.verdicts = ()
        kept: list[Command] = []
        for command in commands:
            stamped = msgspec.structs.replace(command, stamp=now, expires_ns=until_ns)
            ruled = gate.decide(stamped, now.monotonic_ns)
            self.verdicts = (*self.verdicts, ruled.verdict)
            value = _allowed(ruled)
            if value is not None:
                kept.append(msgspec.structs.replace(stamped, value=value))
        own = self.protects(at)
        taken = {(one.device, one.action) for one in own}
        return (*(one for one in kept if (one.device, one.action) not in taken), *own)

    def protects(self, at: datetime) -> tuple[Command, ...]:
        """Return what the gate does by itself now: against frost, heat, smoke, and when plans have fallen silent.

        Args:
            at: Now.
        """
        if self._gate is None or self._asked_ns is None:
            return ()
        now = moment(at)
        self._gate.know_time(now)
        ruled = self._gate.turn(now.monotonic_ns)
        self.verdicts = (*self.verdicts, *(one.verdict for one in ruled))
        return tuple(_own(one.verdict, now) for one in ruled if one.write is not None)

    def _in_charge(self, now: Instant) -> Gate:
        """Return the gate of whoever drives from now on.

        What changed while somebody else drove was their thermostat's doing, and no resident's hand; how long devices
        have been running or resting counts whoever switched them.
        """
        assert self._gate is not None
        assert self._measured is not None
        if self._asked_ns is None or now.monotonic_ns - self._asked_ns > _GIVEN_UP_NS:
            timers = tuple(
                msgspec.structs.replace(one, held_by="", held_until=None, values={}) for one in self._gate.timers()
            )
            self._gate = _tested(Gate.of(self._house, now, timers))
            _hear(self._gate, self._measured, now)
        self._gate.know_time(now)
        return self._gate


def moment(at: datetime) -> Instant:
    """Return a moment of the measurements' clock."""
    wall_ns = seconds_to_ns(at.timestamp())
    return Instant(wall_ns, wall_ns, BOOT)


def _tested(gate: Gate) -> Gate:
    wrong = gate.self_test()
    if wrong:
        raise SumikaError(f"the safety gate would not hold: {'; '.join(wrong)}", where="Ecu", remedy="Report this")
    return gate


def _hear(gate: Gate, measurements: Measurements, now: Instant) -> None:
    for message in _messages(measurements, now):
        gate.observe(message, now.monotonic_ns)


def _messages(measurements: Measurements, now: Instant) -> Iterator[Message]:
    """Yield what concerns the gate, stamped with the measurements' own moment."""
    heard: tuple[Message, ...] = (*measurements.air, *measurements.devices)
    if measurements.weather is not None:
        heard = (*heard, measurements.weather)
    for message in heard:
        yield msgspec.structs.replace(message, stamp=now)
    for room, (probability, _) in measurements.presence.items():
        yield Presence(
            stamp=now,
            origin=Origin.LIVE,
            room=room,
            probability=probability,
            valid=probability is not None,
            reason=Reason.MEASURED if probability is not None else Reason.NO_SIGNAL,
        )


def _allowed(ruled: Ruled) -> float | None:
    """Return what is to be set; None where it may not be, or where the device is so already after clipping."""
    if ruled.write is not None:
        return ruled.write.value
    return ruled.verdict.asked if ruled.verdict.ruling is Ruling.PASSED else None


def _own(verdict: Verdict, now: Instant) -> Command:
    assert verdict.written is not None
    return Command(
        stamp=now,
        origin=Origin.LIVE,
        device=verdict.device,
        action=verdict.action,
        value=verdict.written,
        asked_by=Asker.LIMIT,
        why=rule_text(verdict.rule, "en"),
        why_ja=rule_text(verdict.rule, "ja"),
        expires_ns=now.monotonic_ns + _EXPIRES_NS,
    )
