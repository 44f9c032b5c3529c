"""The bytes between a DCA1000 capture card and the computer: commands and their answers, and the head of a data packet.

Layouts, all little-endian: TI, "DCA1000EVM data capture card user's guide" (SPRUIJ4), "Ethernet packet formats".
"""

import struct
from typing import NamedTuple

_HEAD, _FOOT = 0xA55A, 0xEEAA
_COMMAND = struct.Struct("<HHH")
_FOOTER = struct.Struct("<H")
_ANSWER = struct.Struct("<HHHH")

RESET, CONFIGURE, RECORD, STOP, CONNECT, FAULT, PACKETS = 0x01, 0x03, 0x05, 0x06, 0x09, 0x0A, 0x0B
NAMES = {
    RESET: "reset",
    CONFIGURE: "configure",
    RECORD: "start recording",
    STOP: "stop recording",
    CONNECT: "connect",
    PACKETS: "configure packets",
}

# Raw mode; two LVDS lanes; from the lanes; over Ethernet; 16 bits; give up on an unanswered command after 30 s.
CONFIGURATION = bytes((1, 2, 1, 2, 3, 30))
_PACKET_BYTES = 1470
_DELAY_US = 25
"""Between packets: 58 MB/s, several times what a radar for rooms sends, and no burst that a computer cannot take."""
_TICKS_PER_US = 125

FAULTS = (
    "no_lvds_data",
    "no_header",
    "eeprom_failure",
    "sd_card_detected",
    "sd_card_removed",
    "sd_card_full",
    "mode_failure",
    "memory_full",
    "record_completed",
    "lvds_buffer_full",
    "playback_completed",
    "playback_out_of_sequence",
)
"""What the card says of itself without being asked, by bit."""
HARMLESS = frozenset({"sd_card_detected", "sd_card_removed", "record_completed", "playback_completed"})

DATA_HEAD = struct.Struct("<IIH")
"""Sequence number from 1, and in 48 bits how many bytes came before this packet's."""
LARGEST_DATAGRAM = 1472
"""What an Ethernet frame holds; cards send 1466 bytes."""
LARGEST_PAYLOAD = LARGEST_DATAGRAM - DATA_HEAD.size


class Answer(NamedTuple):
    """What the card answers to a command, or says by itself (`FAULT`).

    Attributes:
        command: Which one.
        status: 0 where it was done; of a `FAULT` its bits.
    """

    command: int
    status: int


def command(code: int, data: bytes = b"") -> bytes:
    """Return the bytes of a command."""
    return _COMMAND.pack(_HEAD, code, len(data)) + data + _FOOTER.pack(_FOOT)


def packet_settings() -> bytes:
    """Return the data of a `PACKETS` command: size, and pause between packets in ticks of the card."""
    return struct.pack("<HHH", _PACKET_BYTES, _DELAY_US * _TICKS_PER_US, 0)


def answer_of(datagram: bytes) -> Answer | None:
    """Return what a datagram on the command port says; None if it is no answer."""
    if len(datagram) != _ANSWER.size:
        return None
    head, code, status, foot = _ANSWER.unpack(datagram)
    return Answer(code, status) if (head, foot) == (_HEAD, _FOOT) else None


def faults(status: int) -> list[str]:
    """Return the names of the bits of a `FAULT`."""
    return [name for bit, name in enumerate(FAULTS) if status >> bit & 1]
