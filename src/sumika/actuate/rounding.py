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

    def ask(self, setting: str, value: float) -> None:
        """Note that a device took a value."""
        self._asked[setting] = value

    def as_asked(self, setting: str, said: float, step: float, told: Told) -> float:
        """Return what was asked, where the device's own grid alone makes the difference; else what it says.

        Args:
            setting: Which.
            said: What the device says.
            step: Its grid; 0: not known.
            told: What would be sent for a value: two values that are sent alike are one to the device.
        """
        wanted = self._asked.get(setting)
        if wanted is None or wanted == said:
            return said
        one = told(wanted)
        if abs(wanted - said) <= 0.5 * step + 1e-6 or (one is not None and one == told(said)):
            return wanted
        # Somebody else set it: from now on what it says is what counts.
        del self._asked[setting]
        return said
