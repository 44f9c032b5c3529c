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
        on: Whether it runs; None where that was not known.
        since: When it was switched, on both clocks.
        held_by: The person who holds it: one of `sumika.schema.Asker`; empty: nobody.
        held_until: Until when, on both clocks.
    """

    device: str
    on: bool | None = None
    since: Instant | None = None
    held_by: str = ""
    held_until: Instant | None = None


class RunTimes:
    """Since when each device has been on or off."""

    def __init__(self, runnings: dict[str, Running], now: Instant, timers: tuple[Timer, ...] = ()) -> None:
        """Take over what was so before a restart.

        Args:
            runnings: Times of the devices that have any.
            now: The present moment.
            timers: As `timers` returned them before the restart.
        """
        self._runnings = runnings
        self._on: dict[str, bool] = {}
        self._since_ns: dict[str, int] = {}
        for timer in timers:
            if timer.device in runnings and timer.on is not None and timer.since is not None:
                self._on[timer.device] = timer.on
                self._since_ns[timer.device] = now.monotonic_ns - elapsed_ns(timer.since, now)

    def written(self, device: str, setting: str, value: float, now_ns: int) -> None:
        """Note what a device is set to by us."""
        if self._tells(device, setting) and self._on.get(device) is not (value != 0.0):
            self._on[device] = value != 0.0
            self._since_ns[device] = now_ns

    def reported(self, device: str, setting: str, value: float, now_ns: int) -> None:
        """Note what a device says it is set to; what it is when it is first heard of, it has long been."""
        if self._tells(device, setting) and device not in self._on:
            self._since_ns[device] = now_ns - LONG_NS
            self._on[device] = value != 0.0
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
        was_on = self._on.get(device)
        if was_on is None or was_on is (value != 0.0):
            return GateRule.NONE
        least_s = running.least_on_s if was_on else running.least_off_s
        if now_ns - self._since_ns[device] >= seconds_to_ns(least_s):
            return GateRule.NONE
        return GateRule.LEAST_ON_TIME if was_on else GateRule.LEAST_OFF_TIME

    def since(self, device: str) -> tuple[bool, int] | None:
        """Return whether a device runs, and since when; None where that is not known."""
        return (self._on[device], self._since_ns[device]) if device in self._on else None


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
