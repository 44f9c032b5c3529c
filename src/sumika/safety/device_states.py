"""What each device is set to as far as can be known, and whether a resident's hand was on it.

A change that no write of ours explains is a resident's hand. A write explains its own value whenever it comes; as long
as the device may be on its way, and in the first report since, also what was before, all between, and what a device
with coarser steps makes of it; and one that switches a device explains whatever else it then shows, since many keep a
set of settings for each mode.

A device that was away may have begun anew: what it does not say when it is back is not known any more, so that it is
written again. Where it stood is only remembered, as before a restart of ours.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sumika.safety._kinds import Limit
from sumika.safety.limits import DeviceLimits
from sumika.schema import DeviceState
from sumika.units import seconds_to_ns

AMNESTY_NS = seconds_to_ns(30.0)
"""After the gate began, or was away, so long a device may turn to its fail-safe because its own process set it so."""

COARSE_SHARE = 0.05
"""Devices round to steps of their own, up to about this share of a range: whole degrees where we ask for halves."""


@dataclass(slots=True)
class _Setting:
    """What is known of one setting of one device."""

    reported: float | None = None
    written: float | None = None
    written_ns: int = 0
    before: float | None = None  # what it was when we wrote
    answered: bool = True  # whether the device has said anything of it since
    switched: bool = False  # whether the device was switched since it last said anything of it
    remembered: float | None = None  # from before a restart or an absence, until something newer is known


class DeviceStates:
    """What is known of all devices."""

    def __init__(self, limits: Mapping[str, DeviceLimits], now_ns: int) -> None:
        """Know nothing yet."""
        self._limits = limits
        self._known = {(device, setting): _Setting() for device, limit in limits.items() for setting in limit.settings}
        self._switched_ns: dict[str, int] = {}
        self._measured: dict[str, dict[str, tuple[float, int]]] = {}
        self._away: set[str] = set()
        self._amnesty_until_ns = now_ns + AMNESTY_NS

    def was_away(self, now_ns: int) -> None:
        """Take note that the gate itself did not run for a while."""
        self._amnesty_until_ns = now_ns + AMNESTY_NS

    def wrote(self, device: str, setting: str, value: float, now_ns: int) -> None:
        """Note a write of ours."""
        known = self._known[device, setting]
        known.before = self.now(device, setting, now_ns)
        known.written, known.written_ns, known.answered = value, now_ns, False
        if self._limits[device].settings[setting].choices:
            self._switched_ns[device] = now_ns
            for name in self._limits[device].settings:
                self._known[device, name].switched = True

    def now(self, device: str, setting: str, now_ns: int) -> float | None:
        """Return what a setting is by now; None where nothing is known of it."""
        known = self._known.get((device, setting))
        if known is None:
            return None
        if known.written is not None:
            limit = self._limits[device].settings[setting]
            if not known.answered or _on_its_way(known, limit, now_ns):
                return known.written
        return known.remembered if known.reported is None else known.reported

    def stepwise(self, device: str, now_ns: int) -> dict[str, float]:
        """Return what those settings of a device are that may only be moved step by step, as far as they are known."""
        known = {
            name: self.now(device, name, now_ns)
            for name, limit in self._limits[device].settings.items()
            if limit.stepwise
        }
        return {name: value for name, value in known.items() if value is not None}

    def remember(self, device: str, values: Mapping[str, float]) -> None:
        """Take over what `stepwise` returned before a restart."""
        for name, value in values.items():
            known = self._known.get((device, name))
            if known is not None and math.isfinite(value):
                known.remembered = value

    def settled(self, device: str, setting: str, value: float, now_ns: int) -> bool:
        """Return whether writing a value is no news: it says that it is so, or it was written just now."""
        known = self._known[device, setting]
        limit = self._limits[device].settings[setting]
        wrote = known.written is not None and _same(known.written, value, limit)
        if known.written is not None and _on_its_way(known, limit, now_ns):
            return wrote
        if known.reported is None or not known.answered:
            return False
        # What was written is done as well as the device can: it may have steps of its own.
        return _same(known.reported, value, limit) or (wrote and _near(known.reported, value, limit))

    def runs(self, device: str, now_ns: int) -> bool:
        """Return whether a device is on, as far as any of its settings or readings says so."""
        settings = self._limits[device].settings
        names = ("on", "level")
        said = [self.now(device, name, now_ns) for name in names if name in settings]
        # What burnt when it was last heard of may burn still: that is as old as it will.
        measured = [value for name, (value, _) in self._measured.get(device, {}).items() if name in names]
        return any(value is not None and value > 0.0 for value in (*said, *measured))

    def measured(self, device: str, name: str, now_ns: int, believed_ns: int) -> float | None:
        """Return what a device measures, beside its settings; None where it has not said so for so long."""
        value, told_ns = self._measured.get(device, {}).get(name, (None, now_ns))
        return value if now_ns - told_ns <= believed_ns else None

    def hear(self, state: DeviceState, now_ns: int) -> list[tuple[str, float]]:
        """Take a known device's report; return the settings, with their values, that somebody's hand has changed."""
        limits = self._limits[state.device]
        if not state.available:
            self._away.add(state.device)
            return []
        if not state.values:
            return []  # a write was refused: that says nothing of the device, least of all that it is back
        returned = state.device in self._away
        self._away.discard(state.device)
        self._measured.setdefault(state.device, {}).update(
            {name: (value, now_ns) for name, value in state.values.items() if name not in limits.settings}
        )
        by_hand = []
        for setting, limit in limits.settings.items():
            value = state.values.get(setting)
            if value is None or not math.isfinite(value):
                if returned:
                    self._forget(state.device, setting, now_ns)
                continue
            known = self._known[state.device, setting]
            # What was off the wire may have begun anew with other settings: that is nobody's hand.
            if not returned and self._by_hand(state.device, setting, known, limit, value, now_ns):
                by_hand.append((setting, value))
                known.written = None  # what we wrote is over
            known.reported, known.answered, known.switched = value, True, False
        return by_hand

    def _forget(self, device: str, setting: str, now_ns: int) -> None:
        """Take nothing for said or written any more, so that nothing counts as done; steps begin where it stood."""
        self._known[device, setting] = _Setting(remembered=self.now(device, setting, now_ns))

    def _by_hand(self, device: str, setting: str, known: _Setting, limit: Limit, value: float, now_ns: int) -> bool:
        if known.reported is None or _same(value, known.reported, limit) or limit.moves_itself:
            return False
        if value in limit.own_values or self._explained(known, limit, value, now_ns):
            return False
        if not limit.choices and (known.switched or self._just_switched(device, limit, now_ns)):
            return False
        safe = self._limits[device].fail_safe.get(setting)
        return not (now_ns <= self._amnesty_until_ns and safe is not None and _same(value, safe, limit))

    def _just_switched(self, device: str, limit: Limit, now_ns: int) -> bool:
        switched_ns = self._switched_ns.get(device)
        return switched_ns is not None and now_ns - switched_ns <= seconds_to_ns(limit.latency_s)

    def _explained(self, known: _Setting, limit: Limit, value: float, now_ns: int) -> bool:
        """Return whether a write of ours to this setting explains a value."""
        if known.written is None:
            return False
        if _same(value, known.written, limit):
            return True
        if known.answered and not _on_its_way(known, limit, now_ns):
            return False
        if known.before is None:
            return True  # nobody knows where it comes from
        if limit.choices:
            return _same(value, known.before, limit)
        low, high = sorted((known.before, known.written))
        return low <= value <= high or _near(value, known.written, limit)


def _on_its_way(known: _Setting, limit: Limit, now_ns: int) -> bool:
    """Return whether what was written last may still be on its way."""
    return now_ns - known.written_ns <= seconds_to_ns(limit.latency_s)


def _same(first: float, second: float, limit: Limit) -> bool:
    """Return whether two values are one to a device that rounds as its kind does."""
    return abs(first - second) <= max(0.5 * limit.step, 1e-6)


def _near(first: float, second: float, limit: Limit) -> bool:
    """Return whether two values may be one to a device with coarser steps of its own."""
    return not limit.choices and abs(first - second) <= max(limit.step, COARSE_SHARE * (limit.high - limit.low))
