"""Who may ask for something now: known, in time, in charge, and allowed to touch that device at all."""

from sumika.safety.heartbeat import IN_ORDER, Controllers
from sumika.safety.holds import PEOPLE, Holds
from sumika.safety.limits import DeviceLimits
from sumika.schema import Asker, Command, GateRule, Mode, Origin
from sumika.units import seconds_to_ns

AT_ONCE_NS = seconds_to_ns(5.0)
"""What does not say when it expires is done within so long, or never."""

OLDEST_NS = seconds_to_ns(15 * 60.0)
"""Whatever a command says of itself, it is never older than this."""

SOON_NS = seconds_to_ns(1.0)
"""All processes of a machine share one monotonic clock; what is stamped later than this is stamped by another."""

ASKERS = {asker.value: asker for asker in (*PEOPLE, *IN_ORDER)}
"""Who may ask. The gate itself asks nobody, and nobody asks in its name."""


class Admission:
    """Says of a command whether it may be looked at; its value is others' business."""

    mode: Mode
    """How far controllers may go now."""

    def __init__(self, mode: Mode, demo: bool, controllers: Controllers, holds: Holds) -> None:
        """Know the house's mode, and where to ask who is in charge.

        Args:
            mode: How far controllers may go at first.
            demo: Whether the house is for show, so that simulated people may move its devices.
            controllers: Who is in force.
            holds: Who holds which device.
        """
        self.mode, self._demo, self._controllers, self._holds = mode, demo, controllers, holds

    def refusal(self, command: Command, asker: Asker, device: DeviceLimits, now_ns: int) -> GateRule:
        """Return why a command is not looked at; NONE if it is."""
        for rule in (
            self._in_time(command, now_ns),
            self._real_enough(command, device),
            self._person(command, asker, now_ns)
            if asker in PEOPLE
            else self._controller(command, asker, device, now_ns),
        ):
            if rule is not GateRule.NONE:
                return rule
        return GateRule.NONE

    def _in_time(self, command: Command, now_ns: int) -> GateRule:
        stamped_ns = command.stamp.monotonic_ns
        if stamped_ns > now_ns + SOON_NS:
            return GateRule.FROM_THE_FUTURE
        expires_ns = command.expires_ns or stamped_ns + AT_ONCE_NS
        if now_ns > min(expires_ns, stamped_ns + OLDEST_NS):
            return GateRule.EXPIRED
        return GateRule.NONE

    def _real_enough(self, command: Command, device: DeviceLimits) -> GateRule:
        simulated = command.origin is not Origin.LIVE
        return GateRule.NOT_LIVE if simulated and device.real and not self._demo else GateRule.NONE

    def _person(self, command: Command, asker: Asker, now_ns: int) -> GateRule:
        held = self._holds.holder(command.device, now_ns)
        outranked = asker is Asker.OPERATOR and held is Asker.RESIDENT
        return GateRule.RESIDENT_HOLDS if outranked else GateRule.NONE

    def _controller(self, command: Command, asker: Asker, device: DeviceLimits, now_ns: int) -> GateRule:
        if not device.unattended:
            return GateRule.NEVER_BY_PLAN
        if self.mode is not Mode.DRIVE:
            return GateRule.WRONG_MODE
        if not self._controllers.lives(asker, now_ns):
            return GateRule.NOT_YET
        in_force = self._controllers.in_force(now_ns)
        if in_force is not None and IN_ORDER.index(in_force) < IN_ORDER.index(asker):
            return GateRule.OUTRANKED
        if self._holds.holder(command.device, now_ns) is not None:
            return GateRule.RESIDENT_HOLDS
        return GateRule.NONE
