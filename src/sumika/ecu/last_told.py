"""What devices said last, value by value, and only as long as that may still be so.

A tank that was full four days ago is no full tank: what is not told any more is not known any more.
"""

import math
from collections.abc import Iterable, Mapping

import msgspec

from sumika.schema import DeviceState

FRESH_S = 1200.0
"""So long a value counts that is not told again; as long as the house's ear takes a silent device's word."""

MOST_W = 50_000.0
"""No device of a home draws or gives more: a counter of a plug that ran over says 4294967 W."""


def with_power_that_can_be(state: DeviceState) -> DeviceState:
    """Return a device's word, without a power that cannot be: that is one that nobody knows."""
    impossible = state.power_w is not None and not abs(state.power_w) <= MOST_W
    return msgspec.structs.replace(state, power_w=None) if impossible else state


class LastTold:
    """The newest word of every device."""

    def __init__(self) -> None:
        """Know nothing."""
        self._told: dict[tuple[str, str], tuple[float, float]] = {}
        self._ever: set[tuple[str, str]] = set()

    def hear(self, states: Iterable[DeviceState], now_s: float) -> None:
        """Take what devices say; of one that is out of reach nothing is known any more.

        Args:
            states: Of any devices.
            now_s: Unix time.
        """
        for state in states:
            if not state.available:
                self._told = {key: one for key, one in self._told.items() if key[0] != state.device}
                continue
            if state.values.get("at_home", 1.0) < 0.5:
                # A car that has left takes along what it holds: that is no silence.
                self._told.pop((state.device, "charge"), None)
                self._ever.discard((state.device, "charge"))
            for name, value in state.values.items():
                if math.isfinite(value):
                    self._told[state.device, name] = value, now_s
                    self._ever.add((state.device, name))
        self._told = {key: one for key, one in self._told.items() if now_s - one[1] <= FRESH_S}

    def now(self) -> Mapping[tuple[str, str], float]:
        """Return what is still so, by (device, name)."""
        return {key: value for key, (value, _) in self._told.items()}

    def silent(self) -> frozenset[tuple[str, str]]:
        """Return what was told once and is not known any more, by (device, name)."""
        return frozenset(self._ever - self._told.keys())
