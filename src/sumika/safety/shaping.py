"""From the number asked for to the number that may be written: range, step, window of time, times, interlocks."""

import math

from sumika.safety._kinds import Limit
from sumika.safety.device_states import DeviceStates
from sumika.safety.interlocks import Interlocks
from sumika.safety.limits import DeviceLimits
from sumika.safety.spending import WriteBook
from sumika.safety.timers import RunTimes
from sumika.schema import GateRule

SLACK = 0.01
"""Share of a range by which rounding may overstep it; what lies farther out is in no unit of ours."""

Shaped = tuple[float | None, GateRule]
"""What may be written, None for nothing; and the rule that changed it."""


class Shaping:
    """Brings numbers within the limits."""

    def __init__(self, states: DeviceStates, book: WriteBook, times: RunTimes, interlocks: Interlocks) -> None:
        """Know where to ask for what is so now."""
        self._states, self._book, self._times, self._interlocks = states, book, times, interlocks

    def shape(
        self, device: str, limits: DeviceLimits, setting: str, asked: float, now_ns: int, *, unattended: bool
    ) -> Shaped:
        """Return what may be written instead of what was asked, and the last rule that had a say.

        Args:
            device: Name in `house.yaml`.
            limits: Of the device.
            setting: One of its settings.
            asked: A finite number.
            now_ns: Present monotonic time.
            unattended: Whether no person asked.
        """
        limit = limits.settings[setting]
        value, rule = in_range(asked, limit)
        if value is None:
            return None, rule
        settled = self._states.settled(device, setting, value, now_ns)
        if not settled and not self._book.may_write(device, setting, limit, now_ns, unattended=unattended):
            return None, GateRule.WINDOW_LIMIT
        stepped, why = self._stepped(device, setting, value, limit, now_ns, unattended=unattended)
        if stepped is None:
            return None, why
        early = self._times.forbids(device, setting, stepped, now_ns)
        if early is not GateRule.NONE:
            return None, early
        allowed, interlock = self._interlocks.check(device, setting, stepped, now_ns, unattended=unattended)
        if interlock is not GateRule.NONE:
            return None if allowed is None else clipped(allowed, limit), interlock
        return stepped, rule if why is GateRule.NONE else why

    def change(self, device: str, setting: str, value: float, limit: Limit, now_ns: int) -> float:
        """Return by how much a value differs from what is so now; 0 where that is unknown."""
        now = self._states.now(device, setting, now_ns)
        return 0.0 if now is None else abs(value - clipped(now, limit))

    def _stepped(
        self, device: str, setting: str, value: float, limit: Limit, now_ns: int, *, unattended: bool
    ) -> Shaped:
        """Return the value, or as much of the way to it as one write may go."""
        now = self._states.now(device, setting, now_ns)
        if now is None:
            return value, GateRule.NONE
        # A device outside of its range is brought back at once: the range stands above the step.
        now = clipped(now, limit)
        most, why = limit.largest_step, GateRule.STEP_LIMIT
        if unattended:
            most = min(most, limit.unattended_step)
            left = self._book.change_left(device, setting, limit, now_ns)
            if left < most:
                most, why = left, GateRule.WINDOW_LIMIT
        if abs(value - now) <= most:
            return value, GateRule.NONE
        return (None, why) if most <= 0.0 else (now + math.copysign(most, value - now), why)


def clipped(value: float, limit: Limit) -> float:
    """Return a value brought into a setting's range."""
    return min(limit.high, max(limit.low, value))


def in_range(asked: float, limit: Limit) -> Shaped:
    """Return a number within range, or None with the reason where it cannot be meant so.

    What any device of the kind takes but not this house is clipped. What none of them takes is refused: it is in
    another unit, or wild.
    """
    slack = SLACK * (limit.widest_high - limit.widest_low)
    if not limit.widest_low - slack <= asked <= limit.widest_high + slack:
        return None, GateRule.ABSOLUTE_LIMIT
    if limit.choices and not asked.is_integer():
        return None, GateRule.NO_SUCH_VALUE
    value = clipped(asked, limit) + 0.0  # a negative zero becomes a plain one
    return value, GateRule.NONE if value == asked else GateRule.ABSOLUTE_LIMIT
