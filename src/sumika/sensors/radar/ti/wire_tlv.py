"""The bytes on the data port of TI's demo firmwares: packets found in a stream that may lose or garble any of them.

Layouts, all little-endian: TI, "mmWave SDK user guide" and `mmw_output.h` (out-of-box demo), "3D people tracking" and
"Vital signs with people tracking" user guides. A packet is a header that begins with a magic word, and parts of type,
length and value behind one another. Older people counting firmwares send a header of 48 bytes with a checksum instead
of one of 40, count a part's own head into its length, and number points, targets and indexes 6, 7 and 8.
"""

import struct
from typing import NamedTuple

from sumika.sensors._packets import PacketCutter

MAGIC = bytes.fromhex("0201040306050807")
_LENGTH = struct.Struct("<12xI")
_HEADER = struct.Struct("<8s8I")
_OLD_HEADER = struct.Struct("<8s9I2H")
_PART = struct.Struct("<II")
LONGEST_PACKET = 1 << 17
"""A heat map of 256 ranges by 128 velocities of 2 bytes, and all else."""
_MOST_PARTS = 32
_PADDING = 32
"""Packets are filled up to a multiple of this."""

POINTS, SIDE_INFO = 1, 7
TARGETS, TARGET_INDEXES, TARGET_HEIGHTS = 1010, 1011, 1012
COMPRESSED_POINTS, PRESENCE, VITAL_SIGNS = 1020, 1021, 1040
_OLD_TYPES = {6: COMPRESSED_POINTS, 7: TARGETS, 8: TARGET_INDEXES}


class Packet(NamedTuple):
    """One whole packet.

    Attributes:
        version: Of the firmware's SDK: major, minor.
        frame: Counts the radar's frames since it was started.
        objects: How many points the header speaks of; None in an older header, which does not.
        parts: The value of each type.
    """

    version: tuple[int, int]
    frame: int
    objects: int | None
    parts: dict[int, bytes]


def packet_cutter() -> PacketCutter:
    """Return what cuts the stream into packets that `packet_of` can read."""
    return PacketCutter(_begin, _end)


def packet_of(cut: bytes) -> Packet:
    """Return the parts of a packet that was cut out whole."""
    old = _is_old(cut)
    parts = _parts(cut, _OLD_HEADER.size if old else _HEADER.size, old=old)
    assert not isinstance(parts, str), "the cutter gives sound packets only"
    version = (cut[11], cut[10])
    if old:
        frame: int = _OLD_HEADER.unpack_from(cut)[4]
        return Packet(version, frame, None, {_OLD_TYPES.get(kind, kind): value for kind, value in parts.items()})
    _, _, _, _, frame, _, objects, _, _ = _HEADER.unpack_from(cut)
    return Packet(version, frame, objects, parts)


def _begin(pending: bytes, place: int) -> int:
    found = pending.find(MAGIC, place)
    if found >= 0:
        return found
    # The magic word may have come in part only.
    for length in range(min(len(MAGIC) - 1, len(pending) - place), 0, -1):
        if pending.endswith(MAGIC[:length]):
            return len(pending) - length
    return len(pending)


def _end(pending: bytes, begin: int) -> int | str | None:
    if len(pending) - begin < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack_from(pending, begin)
    if not _HEADER.size <= length <= LONGEST_PACKET:
        return "packet_length"
    end = begin + length
    # Where another packet begins this one has ended, whatever it says of itself: bytes of it were lost.
    if pending.find(MAGIC, begin + len(MAGIC), end + len(MAGIC) - 1) >= 0:
        return "cut_short"
    if len(pending) < end or (len(pending) < end + len(MAGIC) and _ends_in_magic(pending)):
        return None
    cut = pending[begin:end]
    old = _is_old(cut)
    parts = _parts(cut, _OLD_HEADER.size if old else _HEADER.size, old=old)
    return parts if isinstance(parts, str) else end


def _ends_in_magic(pending: bytes) -> bool:
    """Return whether what came last may be the beginning of another packet; a single byte of it says too little."""
    return any(pending.endswith(MAGIC[:length]) for length in range(2, len(MAGIC)))


def _is_old(cut: bytes) -> bool:
    """Return whether the header is one of 48 bytes: its words then add up to all ones, in ones' complement."""
    if len(cut) < _OLD_HEADER.size:
        return False
    total: int = sum(struct.unpack_from("<24H", cut))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total == 0xFFFF


def _parts(cut: bytes, place: int, *, old: bool) -> dict[int, bytes] | str:
    """Return the value of each part, or why they cannot be told apart."""
    count: int = _OLD_HEADER.unpack_from(cut)[10] if old else _HEADER.unpack_from(cut)[7]
    if count > _MOST_PARTS:
        return "part_count"
    parts: dict[int, bytes] = {}
    for _ in range(count):
        if place + _PART.size > len(cut):
            return "part_count"
        kind, length = _PART.unpack_from(cut, place)
        place += _PART.size
        length -= _PART.size if old else 0
        if not 0 <= length <= len(cut) - place:
            return "part_length"
        if kind in parts:
            return "part_twice"
        parts[kind] = cut[place : place + length]
        place += length
    return parts if len(cut) - place < _PADDING else "part_length"
