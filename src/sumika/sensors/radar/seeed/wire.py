"""The bytes of Seeed's MR60BHA2: checked frames found in a stream that may lose or garble any of them.

Layout: Seeed, "MR60BHA2 communication protocol": start 0x01, then big-endian id, length and type, a checksum over these
seven bytes, the data (little-endian), a checksum over the data. A checksum is all bytes xor-ed together and inverted.
"""

import struct
from functools import reduce
from operator import xor
from typing import NamedTuple

from sumika.sensors._packets import PacketCutter

PHASES = 0x0A13
BREATH_RATE = 0x0A14
HEART_RATE = 0x0A15
DISTANCE = 0x0A16
TARGETS = 0x0A04
PRESENCE = 0x0F09

START = 0x01
_HEADER = struct.Struct(">BHHHB")
_MAX_DATA = 1024
"""The longest, a cloud of some dozens of points, is shorter."""
_TARGET = struct.Struct("<ffii")
_MAX_TARGETS = (_MAX_DATA - 4) // _TARGET.size


class Frame(NamedTuple):
    """One sound frame: its type and its data."""

    type: int
    data: bytes


def checksum(data: bytes) -> int:
    """Return the checksum of some bytes."""
    return reduce(xor, data, 0) ^ 0xFF


def frame_cutter() -> PacketCutter:
    """Return what cuts the module's stream into frames."""
    return PacketCutter(_begin, _end)


def _begin(pending: bytes, place: int) -> int:
    begin = pending.find(START, place)
    return len(pending) if begin < 0 else begin


def _end(pending: bytes, begin: int) -> int | str | None:
    data = begin + _HEADER.size
    if len(pending) < data:
        return None
    if checksum(pending[begin : data - 1]) != pending[data - 1]:
        return "header_checksum"
    length = int.from_bytes(pending[begin + 3 : begin + 5], "big")
    if length > _MAX_DATA:
        return "length"
    end = data + length + 1
    if len(pending) < end:
        return None
    return end if checksum(pending[data : end - 1]) == pending[end - 1] else "data_checksum"


def frame_of(cut: bytes) -> Frame:
    """Return the parts of a frame that was cut out whole."""
    _, _, _, kind, _ = _HEADER.unpack_from(cut)
    return Frame(kind, cut[_HEADER.size : -1])


def read_number(data: bytes) -> float | None:
    """Return the number of a rate frame; None if there is none."""
    return float(struct.unpack("<f", data)[0]) if len(data) == 4 else None


def read_distance(data: bytes) -> tuple[bool, float] | None:
    """Return whether there is a distance, and it, in centimetres; None if this is no distance frame."""
    if len(data) != 8:
        return None
    flag, distance_cm = struct.unpack("<If", data)
    return flag != 0, float(distance_cm)


def read_presence(data: bytes) -> bool | None:
    """Return whether somebody is there; None if this is no presence frame. Firmwares send one, two or four bytes."""
    return any(data) if len(data) in (1, 2, 4) else None


class Target(NamedTuple):
    """One of those whom the module follows.

    Attributes:
        x_m: To the right.
        y_m: Away from the module.
        doppler_index: Radial speed in steps of `values.SPEED_STEP_M_S`.
        cluster: The module's number for the target.
    """

    x_m: float
    y_m: float
    doppler_index: int
    cluster: int


def read_targets(data: bytes) -> list[Target] | None:
    """Return whom the module sees; None if the count does not fit the data."""
    if len(data) < 4:
        return None
    (count,) = struct.unpack_from("<I", data)
    if count > _MAX_TARGETS or len(data) < 4 + count * _TARGET.size:
        return None
    return [Target(*_TARGET.unpack_from(data, 4 + i * _TARGET.size)) for i in range(count)]
