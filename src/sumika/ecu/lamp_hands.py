"""Whether a person has touched a lamp: it says something else than it was told, and did not go there by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sumika.ecu.moments import is_before, later, passed

TAKES = timedelta(seconds=60)
"""So long after a command a lamp may still be on its way, or say what it was told before."""

SAME_LEVEL, SAME_K = 0.03, 150.0
"""Lamps round: to 255 steps of brightness, and to whole mireds of colour."""

_NAMES = {"level": SAME_LEVEL, "colour_temperature_k": SAME_K}


@dataclass(slots=True)
class _Lamp:
    """What is known of one setting of a lamp.

    Attributes:
        said: What it was told of late, the oldest first.
        reported: What it says that it is.
        on_its_way: Whether it moved towards what it was told, and may be seen there yet.
    """

    said: list[tuple[datetime, float]] = field(default_factory=list)
    reported: float | None = None
    on_its_way: bool = False


class LampHands:
    """Notices hands on lamps."""

    def __init__(self, holds: timedelta) -> None:
        """Begin with nobody having touched anything.

        Args:
            holds: So long a person's word stands.
        """
        self._holds = holds
        self._lamps: dict[tuple[str, str], _Lamp] = {}
        self._until: dict[str, datetime] = {}

    def said(self, at: datetime, device: str, setting: str, value: float) -> None:
        """Note what a lamp is told."""
        lamp = self._lamps.setdefault((device, setting), _Lamp())
        lamp.said = [one for one in lamp.said[-8:] if passed(one[0], at) <= TAKES or one is lamp.said[-1]]
        lamp.said.append((at, value))

    def hear(self, at: datetime, device: str, told: Mapping[tuple[str, str], float]) -> None:
        """Take what a lamp says of itself.

        Args:
            at: Now.
            device: Its id.
            told: What devices say, by (device, name).
        """
        dark = told.get((device, "level"), 1.0) <= 0.0
        for name, same in _NAMES.items():
            value = told.get((device, name))
            # The colour of a lamp that is off says nothing.
            if value is None or (name != "level" and dark):
                continue
            if _touched(self._lamps.setdefault((device, name), _Lamp()), value, same, at):
                self._until[device] = later(at, self._holds)
                # What it was told before that counts no more: who puts it back there has touched it again.
                for setting in _NAMES:
                    self._lamps.setdefault((device, setting), _Lamp()).said.clear()

    def holds(self, at: datetime, device: str) -> bool:
        """Return whether a person's word stands for a lamp."""
        until = self._until.get(device)
        return until is not None and is_before(at, until)


def _touched(lamp: _Lamp, value: float, same: float, at: datetime) -> bool:
    """Return whether a lamp went where it was not told to."""
    before, lamp.reported = lamp.reported, value
    if lamp.said and abs(value - lamp.said[-1][1]) <= same:
        lamp.on_its_way = False
        return False
    if before is not None and abs(value - before) > 1e-6:
        lamp.on_its_way = _towards(lamp, before, value, same, at)
        return not lamp.on_its_way
    # It set out, and stayed elsewhere: that was somebody.
    stayed = lamp.on_its_way and bool(lamp.said) and passed(lamp.said[-1][0], at) > TAKES
    lamp.on_its_way = lamp.on_its_way and not stayed
    return stayed


def _towards(lamp: _Lamp, before: float, value: float, same: float, at: datetime) -> bool:
    """Return whether a change is a step on the way to what it was told of late, or an older word of that."""
    lately = [said for when, said in lamp.said if passed(when, at) <= TAKES]
    return any(min(before, said) - same <= value <= max(before, said) + same for said in lately)
