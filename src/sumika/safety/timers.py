"""How long each device has been running or resting, and until when a person holds it: kept across restarts.

Within one boot the monotonic clock tells; across boots only the wall clock can, and it may have been set meanwhile. A
rest is never taken to be longer than the wall clock proves: a clock that was set back makes the whole rest begin anew.
"""

import msgspec

from sumika.clock import Instant
from sumika.safety._kinds import Running
from sumika.schema import GateRule
from sumika.units import seconds_to_ns

LONG_NS = seconds_to_ns(86_400.0)
"""Longer than any least time."""


class Timer(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of one device across a restart.

    Attributes:
        device: Name in `house.yaml`.
        state: What its running setting is; 0: off; None where that was not known.
        since: When it was switched, on both clocks.
        held_by: The person who holds it: one of `sumika.schema.Asker`; empty: nobody.
        held_until: Until when, on both clocks.
        values: What those settings were that may only be moved step by step.
    """

    device: str
    state: float | None = None
    since: Instant | None = None
    held_by: str = ""
    held_until: Instant | None = None
    values: dict[str, float] = {}


class RunTimes:
    """Since when each device has been off, or in the mode it is in."""

    def __init__(self, runnings: dict[str, Running], now: Instant, timers: tuple[Timer, ...] = ()) -> None:
        """Take over what was so before a restart.

        Args:
            runnings: Times of the devices that have any.
            now: The present moment.
            timers: As `timers` returned them before the restart.
        """
        self._runnings = runnings
        self._state: dict[str, float] = {}
        self._since_ns: dict[str, int] = {}
        for timer in timers:
            if timer.device in runnings and timer.state is not None and timer.since is not None:
                self._state[timer.device] = timer.state
                self._since_ns[timer.device] = now.monotonic_ns - elapsed_ns(timer.since, now)

    def written(self, device: str, setting: str, value: float, now_ns: int) -> None:
        """Note what a device is set to by us."""
        if self._tells(device, setting) and self._state.get(device) != value:
            self._state[device] = value
            self._since_ns[device] = now_ns

    def reported(self, device: str, setting: str, value: float, now_ns: int) -> None:
        """Note what a device says it is set to; what it is when it is first heard of, it has long been."""
        if self._tells(device, setting) and device not in self._state:
            self._since_ns[device] = now_ns - LONG_NS
            self._state[device] = value
        else:
            self.written(device, setting, value, now_ns)

    def _tells(self, device: str, setting: str) -> bool:
        running = self._runnings.get(device)
        return running is not None and setting == running.setting

    def forbids(self, device: str, setting: str, value: float, now_ns: int) -> GateRule:
        """Return why a device may not be switched yet; `GateRule.NONE` if it may."""
        running = self._runnings.get(device)
        if running is None or setting != running.setting:
            return GateRule.NONE
        state = self._state.get(device)
        if state is None or state == value:
            return GateRule.NONE
        least_s = running.least_off_s if state == 0.0 else running.least_on_s
        if now_ns - self._since_ns[device] >= seconds_to_ns(least_s):
            return GateRule.NONE
        return GateRule.LEAST_OFF_TIME if state == 0.0 else GateRule.LEAST_ON_TIME

    def since(self, device: str) -> tuple[float, int] | None:
        """Return a device's running setting, and since when it is so; None where that is not known."""
        return (self._state[device], self._since_ns[device]) if device in self._state else None


def elapsed_ns(since: Instant, now: Instant) -> int:
    """Return how long ago a moment was, at least; 0 where no clock can tell."""
    if since.boot_id == now.boot_id:
        return max(0, now.monotonic_ns - since.monotonic_ns)
    return max(0, now.wall_ns - since.wall_ns)


def left_ns(until: Instant, now: Instant, longest_ns: int) -> int:
    """Return how long it is until a moment, at most `longest_ns`; negative never."""
    same_boot = until.boot_id == now.boot_id
    left = until.monotonic_ns - now.monotonic_ns if same_boot else until.wall_ns - now.wall_ns
    return max(0, min(left, longest_ns))
