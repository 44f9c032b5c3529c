"""How `house.yaml` says where a value is on the other side, in one line of `address` or `mapping`.

::

    sensor.tank                                      the value of an entity
    climate.hall#current_temperature                 one attribute of it, or one field of a JSON message
    weather/out#data.temp [°F]                       in which unit it is there, where that side does not say
    lamp/state#brightness [0..254]                   which numbers stand for our 0 and 1; [100..0] turns it round
    select.battery | off, self_use, remote           what our whole numbers 0, 1, 2 ... are called there
    stat/plug/POWER > cmnd/plug/POWER | OFF, ON      read at one place, written at another
"""

import re

import msgspec

from sumika.links.measures import known_unit
from sumika.schema import UsageError

_UNIT = re.compile(r"^(?P<before>[^\[\]]*)\[(?P<unit>[^\[\]]+)\]$")
_RANGE = re.compile(r"^(?P<low>-?\d+(?:\.\d+)?)\s*\.\.\s*(?P<high>-?\d+(?:\.\d+)?)$")


class Spot(msgspec.Struct, frozen=True):
    """A place and a part of it.

    Attributes:
        name: An entity or a topic.
        part: An attribute, or a path of fields joined by dots; empty: the value itself.
    """

    name: str
    part: str = ""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a value is, and how it is written there.

    Attributes:
        read: Where it is read; None where it is only written.
        write: Where it is written; as `read` where nothing else is said.
        unit: The unit it has there; empty: what that side says, else our own.
        ends: Which numbers stand there for our 0 and 1; None: the same.
        names: What our whole numbers from 0 are called there; empty: numbers are numbers.
    """

    read: Spot | None
    write: Spot
    unit: str = ""
    ends: tuple[float, float] | None = None
    names: tuple[str, ...] = ()

    def theirs(self, value: float) -> float | str | None:
        """Return what a value of ours is called or is there; None where there is no name for it."""
        if self.names:
            whole = round(value)
            return (self.names[whole] or None) if abs(value - whole) < 1e-6 and 0 <= whole < len(self.names) else None
        if self.ends is not None:
            low, high = self.ends
            return low + value * (high - low)
        return value

    def ours(self, said: float) -> float:
        """Return our number for a number of theirs."""
        if self.ends is None:
            return said
        low, high = self.ends
        return (said - low) / (high - low)

    def named(self, said: str) -> float | None:
        """Return our whole number for a name of theirs; None for an unknown one."""
        known = [name.casefold() for name in self.names]
        return float(known.index(said.casefold())) if said and said.casefold() in known else None


def read_place(text: str, where: str) -> Place:
    """Return what one line of `house.yaml` says.

    Args:
        text: The line.
        where: For messages: which sensor or device it belongs to.

    Raises:
        UsageError: if it cannot be understood.
    """
    place, bar, listed = text.partition("|")
    names = tuple(name.strip() for name in listed.split(",")) if bar else ()
    if bar and not any(names):
        raise UsageError(f"{text!r} names nothing after its bar", where=where, remedy=_REMEDY)
    unit, ends = "", None
    found = _UNIT.match(place.strip())
    if found is not None:
        place, unit = found["before"], found["unit"].strip()
        ends = _ends(unit)
        if ends is None and not known_unit(unit):
            raise UsageError(f"{unit!r} in {text!r} is no unit that Sumika knows", where=where, remedy=_REMEDY)
    before, arrow, after = place.partition(">")
    read = _spot(before)
    write = _spot(after) if arrow else read
    if write is None or any(sign in place for sign in "[]"):
        raise UsageError(f"{text!r} names no place", where=where, remedy=_REMEDY)
    return Place(read=read, write=write, unit="" if ends else unit, ends=ends, names=names)


_REMEDY = "Write it as: place#part [unit] | name of 0, name of 1"


def _spot(text: str) -> Spot | None:
    name, _, part = text.strip().partition("#")
    return Spot(name.strip(), part.strip()) if name.strip() else None


def _ends(unit: str) -> tuple[float, float] | None:
    found = _RANGE.match(unit)
    if found is None or float(found["low"]) == float(found["high"]):
        return None
    return float(found["low"]), float(found["high"])
