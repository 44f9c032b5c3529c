"""How one setting of ours becomes bytes of an object's properties, and back.

`encode` gets the value, what is wished of the device's other settings, and the properties last read; it returns what is
to be set, in order, or why that cannot be. `decode` gets the properties last read and what is wished.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sumika.links.echonet_lite.numbers import Reading, share, unsigned

Properties = Mapping[int, bytes]
Wishes = Mapping[str, float]
Sets = Sequence[tuple[int, bytes]] | str

POWER = 0x80
ON, OFF = b"\x30", b"\x31"


@dataclass(frozen=True, slots=True)
class SettingCode:
    """A setting.

    Attributes:
        reads: Properties that `decode` looks at.
        encode: Makes bytes of a value.
        decode: Makes a value of bytes; None where they do not say.
        step: The object rounds to whole steps of this; 0: as its kind does.
        needs: Properties without which it cannot be set.
    """

    reads: tuple[int, ...]
    encode: Callable[[float, Wishes, Properties], Sets]
    decode: Callable[[Properties, Wishes], float | None]
    step: float = 0.0
    needs: tuple[int, ...] = ()


def nearest(value: float) -> int:
    """Return the nearest whole number, halves upwards: 22.5 becomes 23 in every half degree alike."""
    return math.floor(value + 0.5)


def switch() -> SettingCode:
    """Return the operation status as 0 or 1."""
    return SettingCode(
        reads=(POWER,),
        encode=lambda value, wishes, now: [(POWER, ON if value >= 0.5 else OFF)],
        decode=lambda now, wishes: _is_on(now),
        needs=(POWER,),
    )


def whole(epc: int, low: int, high: int, scale: float = 1.0, size: int = 1) -> SettingCode:
    """Return a number that is written in whole counts.

    Args:
        epc: The property.
        low: Its lowest count.
        high: Its highest.
        scale: One count, in our unit.
        size: Bytes.
    """
    reading = unsigned(size)

    def encode(value: float, wishes: Wishes, now: Properties) -> Sets:
        count = nearest(value / scale)
        if not low <= count <= high:
            return f"it takes {low * scale:g} to {high * scale:g}, not {value:g}"
        return [(epc, count.to_bytes(size, "big"))]

    def decode(now: Properties, wishes: Wishes) -> float | None:
        count = reading(now.get(epc, b""))
        return None if count is None or not low <= count <= high else round(count * scale, 6)

    return SettingCode(reads=(epc,), encode=encode, decode=decode, step=scale, needs=(epc,))


def modes(epc: int, codes: Mapping[float, int]) -> SettingCode:
    """Return a mode whose 0 is "off" by the operation status, and whose others are codes of a property.

    The mode is set before the machine is switched on, so that it never starts in the mode of last season.
    """
    values = {code: value for value, code in codes.items()}

    def encode(value: float, wishes: Wishes, now: Properties) -> Sets:
        if value == 0:
            return [(POWER, OFF)]
        if value not in codes:
            return f"it has no mode {value:g}"
        return [(epc, bytes([codes[value]])), (POWER, ON)]

    def decode(now: Properties, wishes: Wishes) -> float | None:
        on = _is_on(now)
        return on if not on else values.get(_code(now, epc))

    return SettingCode(reads=(POWER, epc), encode=encode, decode=decode, needs=(POWER, epc))


def coded(epc: int, codes: Mapping[float, int], *, among: Collection[int] = ()) -> SettingCode:
    """Return a setting each of whose values is a code of one property; values between them take the nearest.

    Args:
        epc: The property.
        codes: Of each value.
        among: Codes that are steps of one thing: of these one that stands for no value is read as the nearest.
    """

    def encode(value: float, wishes: Wishes, now: Properties) -> Sets:
        return [(epc, bytes([codes[min(codes, key=lambda known: abs(known - value))]]))]

    values = {code: value for value, code in codes.items()}
    standing = [code for code in values if code in among]
    for step in among if standing else ():
        values.setdefault(step, values[min(standing, key=lambda code: abs(code - step))])
    return SettingCode(
        reads=(epc,), encode=encode, decode=lambda now, wishes: values.get(_code(now, epc)), needs=(epc,)
    )


def steps(codes: Sequence[int]) -> dict[float, int]:
    """Return codes of levels 1, 2, ...; for `coded`."""
    return {float(1 + index): code for index, code in enumerate(codes)}


def spread(lowest_code: int, code_count: int, level_count: int) -> list[int]:
    """Return which of `code_count` codes stand for `level_count` levels, evenly: the first and the last are used."""
    if level_count == 1:
        return [lowest_code + code_count - 1]
    return [lowest_code + nearest(level * (code_count - 1) / (level_count - 1)) for level in range(level_count)]


def levels(epc: int, codes: Sequence[int], *, lowest_code: int = 0x31, code_count: int = 8) -> SettingCode:
    """Return a level whose 0 is "off" by the operation status and whose others are steps of a property.

    Args:
        epc: The property.
        codes: What stands for level 1, 2, ...
        lowest_code: The lowest that the property knows.
        code_count: How many it knows; one that stands for no level is read as the nearest.
    """

    def encode(value: float, wishes: Wishes, now: Properties) -> Sets:
        level = nearest(value)
        if level == 0:
            return [(POWER, OFF)]
        if not 0 < level <= len(codes):
            return f"it has levels 0 to {len(codes)}, not {value:g}"
        return [(POWER, ON), (epc, bytes([codes[level - 1]]))]

    def decode(now: Properties, wishes: Wishes) -> float | None:
        on = _is_on(now)
        code = _code(now, epc)
        if not on or not lowest_code <= code < lowest_code + code_count:
            return on if not on else None
        return float(1 + min(range(len(codes)), key=lambda index: abs(codes[index] - code)))

    return SettingCode(reads=(POWER, epc), encode=encode, decode=decode, needs=(POWER,))


def dimmed(epc: int) -> SettingCode:
    """Return a light's level 0..1: off by the operation status, else a percentage."""

    def encode(value: float, wishes: Wishes, now: Properties) -> Sets:
        percent = nearest(100 * value)
        if not 0 <= percent <= 100:
            return f"it takes 0 to 1, not {value:g}"
        return [(POWER, ON), (epc, bytes([percent]))] if percent else [(POWER, OFF)]

    def decode(now: Properties, wishes: Wishes) -> float | None:
        on = _is_on(now)
        # Lights that cannot be dimmed have no such property: on is on.
        return on if not on or epc not in now else share(now[epc])

    return SettingCode(reads=(POWER, epc), encode=encode, decode=decode, step=0.01, needs=(POWER,))


def share_of(epc: int) -> SettingCode:
    """Return a share 0..1 that is written as a percentage."""

    def encode(value: float, wishes: Wishes, now: Properties) -> Sets:
        percent = nearest(100 * value)
        return [(epc, bytes([percent]))] if 0 <= percent <= 100 else f"it takes 0 to 1, not {value:g}"

    return SettingCode(
        reads=(epc,),
        encode=encode,
        decode=lambda now, wishes: share(now.get(epc, b"")),
        step=0.01,
        needs=(epc,),
    )


def reading_of(epc: int, reading: Reading) -> Callable[[Properties], float | None]:
    """Return what reads one property, absent or not."""
    return lambda now: reading(now[epc]) if epc in now else None


def _is_on(now: Properties) -> float | None:
    return {ON: 1.0, OFF: 0.0}.get(now.get(POWER, b""))


def _code(now: Properties, epc: int) -> int:
    data = now.get(epc, b"")
    return data[0] if len(data) == 1 else -1
