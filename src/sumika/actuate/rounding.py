"""What was asked of a device and what it says now: rounding is no hand."""

from collections.abc import Callable, Hashable

Told = Callable[[float], Hashable]
"""What would be sent for a value; None where it cannot be."""


class Rounding:
    """Remembers what was asked of each setting, to tell a device's own rounding from somebody's hand.

    A device that is told 21.3 °C and knows whole degrees says 21: without this the gate would take that for a
    resident's wish.
    """

    def __init__(self) -> None:
        """Begin: nothing was asked."""
        self._asked: dict[str, float] = {}
        self._seen: set[str] = set()

    def ask(self, setting: str, value: float) -> None:
        """Note that a value is being sent to a device, whose report may come before its answer."""
        self._asked[setting] = value
        self._seen.discard(setting)

    def refused(self, setting: str) -> None:
        """Note that the device did not take it."""
        self._asked.pop(setting, None)

    def as_asked(self, setting: str, said: float, step: float, told: Told) -> float:
        """Return what was asked, where the device's own grid alone makes the difference; else what it says.

        Args:
            setting: Which.
            said: What the device says.
            step: Its grid; 0: not known.
            told: What would be sent for a value: two values that are sent alike are one to the device.
        """
        wanted = self._asked.get(setting)
        if wanted is None:
            return said
        if wanted == said:
            self._seen.add(setting)
            return said
        one = told(wanted)
        if abs(wanted - said) <= 0.5 * step + 1e-6 or (one is not None and one == told(said)):
            self._seen.add(setting)
            return wanted
        # Before it has come about, a report may still tell what was before; afterwards it tells of somebody else.
        if setting in self._seen:
            self.refused(setting)
        return said
