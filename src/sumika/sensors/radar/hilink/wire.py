"""The bytes of Hi-Link's presence radars: reports and answers found in a stream that may lose or garble any of them.

Layouts: Hi-Link, "LD2410 serial communication protocol" V1.02 and "LD2450 serial communication protocol" V1.03. All
numbers are little-endian. A report of an LD2410 is header, length, payload, tail; one of an LD2450 has one length only.
Commands and their answers are alike on both.
"""

import struct
from typing import NamedTuple

from sumika.sensors._packets import PacketCutter

REPORT_HEAD, REPORT_TAIL = bytes.fromhex("f4f3f2f1"), bytes.fromhex("f8f7f6f5")
ANSWER_HEAD, ANSWER_TAIL = bytes.fromhex("fdfcfbfa"), bytes.fromhex("04030201")
TARGETS_HEAD, TARGETS_TAIL = bytes.fromhex("aaff0300"), bytes.fromhex("55cc")
TARGETS_BYTES = 24

ENABLE_CONFIGURATION, END_CONFIGURATION = 0x00FF, 0x00FE
ENGINEERING_MODE = 0x0062
MULTIPLE_TARGETS = 0x0090

_HEADS = (REPORT_HEAD, ANSWER_HEAD, TARGETS_HEAD)
_MAX_PAYLOAD = 128
"""The longest known, an engineering report of 9 gates with light and pin, has 35 bytes."""
_ANSWER_BIT = 0x0100


class Packet(NamedTuple):
    """One whole packet.

    Attributes:
        head: Which kind: `REPORT_HEAD`, `ANSWER_HEAD` or `TARGETS_HEAD`.
        payload: Between length and tail.
    """

    head: bytes
    payload: bytes


def packet_cutter() -> PacketCutter:
    """Return what cuts the stream of either module into packets."""
    return PacketCutter(_begin, _end)


def _begin(pending: bytes, place: int) -> int:
    while place < len(pending):
        rest = pending[place : place + 4]
        if any(head.startswith(rest) for head in _HEADS):
            return place
        place += 1
    return place


def _end(pending: bytes, begin: int) -> int | str | None:
    if len(pending) - begin < 6:
        return None
    head = pending[begin : begin + 4]
    if head == TARGETS_HEAD:
        end, tail = begin + 4 + TARGETS_BYTES + len(TARGETS_TAIL), TARGETS_TAIL
    else:
        (length,) = struct.unpack_from("<H", pending, begin + 4)
        if length > _MAX_PAYLOAD:
            return "length"
        end, tail = begin + 6 + length + 4, REPORT_TAIL if head == REPORT_HEAD else ANSWER_TAIL
    if len(pending) < end:
        return None
    return end if pending[end - len(tail) : end] == tail else "tail"


def packet_of(cut: bytes) -> Packet:
    """Return the parts of a packet that was cut out whole."""
    head = cut[:4]
    return Packet(head, cut[4:-2] if head == TARGETS_HEAD else cut[6:-4])


def command(word: int, value: bytes = b"") -> bytes:
    """Return the bytes of a command.

    Args:
        word: For example `ENABLE_CONFIGURATION`.
        value: Its argument.
    """
    return ANSWER_HEAD + struct.pack("<HH", 2 + len(value), word) + value + ANSWER_TAIL


def answered(packet: Packet, word: int) -> bool | None:
    """Return whether the module did what a command asked; None if this is no answer to that command."""
    if packet.head != ANSWER_HEAD or len(packet.payload) < 4:
        return None
    echoed, status = struct.unpack_from("<HH", packet.payload)
    return bool(status == 0) if echoed == word | _ANSWER_BIT else None


class Report(NamedTuple):
    """What an LD2410 says about ten times a second.

    Attributes:
        state: 0 nobody, 1 moving, 2 still, 3 both; from 4 on it is measuring the room's noise and knows nothing.
        moving_cm: Distance of what moves.
        moving_energy: 0..100.
        still_cm: Distance of what is still.
        still_energy: 0..100.
        detection_cm: The module's own choice of the two distances.
        moving_gates: Energy of movement per gate of distance, in engineering mode; else empty.
        still_gates: The same of what is still.
    """

    state: int
    moving_cm: int
    moving_energy: int
    still_cm: int
    still_energy: int
    detection_cm: int
    moving_gates: bytes
    still_gates: bytes


_REPORT = struct.Struct("<BBBHBHBH")
_ENGINEERING, _BASIC, _REPORT_BEGIN, _REPORT_END = 0x01, 0x02, 0xAA, b"\x55\x00"
_MAX_STATE = 6


def read_report(payload: bytes) -> Report | None:
    """Return the report of an LD2410, or None if the payload is none."""
    if len(payload) < _REPORT.size + len(_REPORT_END) or payload[-2:] != _REPORT_END:
        return None
    kind, begin, state, moving_cm, moving_energy, still_cm, still_energy, detection_cm = _REPORT.unpack_from(payload)
    if begin != _REPORT_BEGIN or kind not in (_ENGINEERING, _BASIC) or state > _MAX_STATE:
        return None
    gates = _gates(payload[_REPORT.size : -2]) if kind == _ENGINEERING else (b"", b"")
    if gates is None:
        return None
    return Report(state, moving_cm, moving_energy, still_cm, still_energy, detection_cm, *gates)


def _gates(rest: bytes) -> tuple[bytes, bytes] | None:
    """Return the energies per gate; what follows them (light, pin) differs between firmwares and is left."""
    if len(rest) < 2:
        return None
    moving, still = rest[0] + 1, rest[1] + 1
    if len(rest) < 2 + moving + still:
        return None
    return rest[2 : 2 + moving], rest[2 + moving : 2 + moving + still]


class Target(NamedTuple):
    """One of the three that an LD2450 follows.

    Attributes:
        x_mm: As the module counts it.
        y_mm: Away from it.
        speed_cm_s: Away positive.
        gate_mm: Length of one of its distance gates.
    """

    x_mm: int
    y_mm: int
    speed_cm_s: int
    gate_mm: int


def read_targets(payload: bytes) -> list[Target]:
    """Return whom an LD2450 sees; a place that is all zero is empty."""
    return [
        Target(_signed(x), _signed(y), _signed(speed), gate)
        for x, y, speed, gate in struct.iter_unpack("<HHHH", payload)
        if (x, y, speed, gate) != (0, 0, 0, 0)
    ]


def _signed(word: int) -> int:
    """Return a number of sign and magnitude: the top bit is set for positive ones, against all custom."""
    return word & 0x7FFF if word & 0x8000 else -word
