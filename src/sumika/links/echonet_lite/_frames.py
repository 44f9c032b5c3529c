"""Frames taken apart, with everything that a stranger may send refused by name."""

from dataclasses import dataclass

from pychonet.lib.functions import DecodeEchonetMsgError, decodeEchonetMsg

from sumika.links.echonet_lite._objects import Eoj

MOST_BYTES = 1472
"""What one Ethernet frame holds of UDP; the standard's frames fit."""
_LEAST_BYTES = 12
_LONG_MAP_BYTES = 17


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of the specified format.

    Attributes:
        transaction: Pairs an answer with its question.
        source: The object that speaks.
        service: What it does (ESV).
        properties: (property, bytes), in the order sent.
    """

    transaction: int
    source: Eoj
    service: int
    properties: tuple[tuple[int, bytes], ...]


def read_frame(data: bytes) -> Frame | str:
    """Return the frame, or why it is none."""
    if not _LEAST_BYTES <= len(data) <= MOST_BYTES:
        return "a datagram of the wrong size"
    if data[:2] != b"\x10\x81":
        return "a datagram that is not ECHONET Lite"
    try:
        told = decodeEchonetMsg(data)
    except (DecodeEchonetMsgError, IndexError):
        return "a frame that was cut short"
    if any(len(part["EDT"]) != part["PDC"] for part in told["OPC"]):
        return "a frame that was cut short"
    return Frame(
        transaction=told["TID"],
        source=Eoj(told["SEOJGC"], told["SEOJCC"], told["SEOJCI"]),
        service=told["ESV"],
        properties=tuple((part["EPC"], bytes(part["EDT"])) for part in told["OPC"]),
    )


def read_property_map(data: bytes) -> frozenset[int]:
    """Return the properties that a property map lists (Appendix 1 of the communication middleware specification).

    Up to 15 are listed one by one; more are a bitmap: byte i, bit b stands for property 0x80 + 16 b + i.
    """
    if not data:
        return frozenset()
    if len(data) < _LONG_MAP_BYTES:
        return frozenset(data[1 : 1 + data[0]])
    return frozenset(
        0x80 + 16 * bit + index
        for index, byte in enumerate(data[1:_LONG_MAP_BYTES])
        for bit in range(8)
        if byte >> bit & 1
    )
