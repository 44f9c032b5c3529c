"""Fake TI radars and capture cards that speak the real wire: pseudo-terminals and UDP on this machine's own network."""

import os
import select
import socket
import struct
import threading
import tty
from collections.abc import Callable
from itertools import count

import numpy as np
from numpy.typing import NDArray

MAGIC = bytes.fromhex("0201040306050807")
PROMPT = b"\r\nmmwDemo:/>"

CFG = """\
% 2 transmitters, 4 receivers, 64 samples, 16 chirps, 50 ms: 8192 numbers in 32 kB
sensorStop
flushCfg
dfeDataOutputMode 1
channelCfg 15 5 0
adcCfg 2 1
adcbufCfg -1 0 1 1 1
profileCfg 0 60 7 5.8 60 0 0 60 1 64 4000 0 0 30
chirpCfg 0 0 0 0 0 0 0 1
chirpCfg 1 1 0 0 0 0 0 4
frameCfg 0 1 16 0 50 1 0
lvdsStreamCfg -1 0 1 0
sensorStart
"""
FRAME_BYTES = 16 * 8 * 64 * 4


class FakeCommandLine:
    """The command port of a radar: takes lines, answers each as its table says, and "Done" where it says nothing."""

    def __init__(self, answers: dict[str, bytes] | None = None, *, deaf: bool = False) -> None:
        self._answers = answers or {}
        self._deaf = deaf
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.device = os.ttyname(self._slave)
        self.lines: list[str] = []
        self.on_line: Callable[[str], None] = lambda line: None
        self._running = True
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self) -> None:
        if self._running:
            self._running = False
            self._thread.join()
            os.close(self._slave)
            os.close(self._master)

    def _listen(self) -> None:
        pending = b""
        # What was said before the end is heard, however busy the machine: it ends when nothing waits any more.
        while (waiting := bool(select.select([self._master], [], [], 0.01)[0])) or self._running:
            if not waiting:
                continue
            *lines, pending = (pending + os.read(self._master, 4096)).split(b"\n")
            for line in map(bytes.decode, lines):
                if line:
                    self.lines.append(line)
                    self.on_line(line)
                self._answer(line)

    def _answer(self, line: str) -> None:
        if self._deaf:
            return
        said = self._answers.get(line.split(maxsplit=1)[0] if line else "", b"Done" if line else b"")
        # The radar echoes what it hears; an answer comes in as many pieces as the port makes of it.
        for piece in (line.encode(), b"\r\n", said[: len(said) // 2], said[len(said) // 2 :], b"\n", PROMPT):
            os.write(self._master, piece)


def part(kind: int, value: bytes, *, length: int | None = None) -> bytes:
    return struct.pack("<II", kind, len(value) if length is None else length) + value


def packet(
    *parts: bytes, frame: int = 1, objects: int = 0, count: int | None = None, length: int | None = None
) -> bytes:
    """Return a packet with the header of the out-of-box demo of SDK 3.6, filled up to 32 bytes."""
    body = b"".join(parts)
    total = 40 + len(body)
    padding = -total % 32
    counted = len(parts) if count is None else count
    claimed = total + padding if length is None else length
    # version, length, platform, frame, time, objects, parts, subframe
    header = struct.pack("<8I", 0x03060000, claimed, 0xA6843, frame, 123456, objects, counted, 0)
    return MAGIC + header + body + b"\x0f" * padding


def old_packet(*parts: bytes, frame: int = 1) -> bytes:
    """Return a packet of an older people counting firmware; its parts count their own heads into their length."""
    body = b"".join(parts)
    words = struct.pack("<9I2H", 0x01000005, 48 + len(body), 0xA6843, frame, 0, 1, 2, 3, 4, len(parts), 0)
    total = sum(struct.unpack("<24H", MAGIC + words))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return MAGIC + words[:-2] + struct.pack("<H", ~total & 0xFFFF) + body


def points(*rows: tuple[float, float, float, float]) -> bytes:
    """Return a part 1: x, y, z, velocity."""
    return part(1, b"".join(struct.pack("<4f", *row) for row in rows))


def side_info(*snr_tenth_db: int) -> bytes:
    return part(7, b"".join(struct.pack("<hh", snr, 300) for snr in snr_tenth_db))


def compressed(*rows: tuple[int, int, int, int, int]) -> bytes:
    """Return the value of a part 1020: elevation, azimuth, velocity, range, SNR; units 0.01, 0.01, 0.1, 0.01, 0.5."""
    return struct.pack("<5f", 0.01, 0.01, 0.1, 0.01, 0.5) + b"".join(struct.pack("<2bh2H", *row) for row in rows)


def target(number: int, x: float, y: float, z: float) -> bytes:
    return struct.pack("<I27f", number, x, y, z, *(0.0,) * 22, 1.0, 0.9)


def vital_signs(heart: float, respiration: float, deviation: float = 0.3, wave: float = 0.0) -> bytes:
    return part(1040, struct.pack("<2H33f", 0, 40, deviation, heart, respiration, *(wave,) * 30))


_HOSTS = count(2)


class FakeCard:
    """A DCA1000: answers commands, and sends what it is told to send to whoever has made it record."""

    def __init__(self, *, deaf: bool = False, refuses: int | None = None) -> None:
        number = next(_HOSTS)
        self.host = f"127.{os.getpid() >> 8 & 0xFF}.{os.getpid() & 0xFF}.{number * 2}"
        self.computer = f"127.{os.getpid() >> 8 & 0xFF}.{os.getpid() & 0xFF}.{number * 2 + 1}"
        self.commands: list[bytes] = []
        self.on_command: Callable[[int], None] = lambda code: None
        self._deaf, self._refuses = deaf, refuses
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((self.host, 4096))
        self._socket.settimeout(0.01)
        self._running = True
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def send(self, *datagrams: bytes) -> None:
        for datagram in datagrams:
            self._socket.sendto(datagram, (self.computer, 4098))

    def say(self, code: int, status: int) -> None:
        self._socket.sendto(struct.pack("<HHHH", 0xA55A, code, status, 0xEEAA), (self.computer, 4096))

    def close(self) -> None:
        if self._running:
            self._running = False
            self._thread.join()
            self._socket.close()

    def _listen(self) -> None:
        while True:
            running = self._running
            try:
                command, _ = self._socket.recvfrom(2048)
            except TimeoutError:
                if not running:
                    return
                continue
            (code,) = struct.unpack_from("<H", command, 2)
            self.commands.append(command)
            self.on_command(code)
            if not self._deaf:
                self._socket.sendto(b"noise", (self.computer, 4096))
                self.say(code, int(code == self._refuses))


def recording(frames: int, seed: int = 0) -> NDArray[np.uint8]:
    """Return the bytes of so many frames as they come over two lanes; none of them is 0."""
    return np.random.default_rng(seed).integers(1, 256, frames * FRAME_BYTES, np.uint8)


def datagrams(data: NDArray[np.uint8], payload: int = 1456, first: int = 1, place: int = 0) -> list[bytes]:
    """Return the packets that carry `data`, the first of them with this number and place in the recording."""
    return [
        struct.pack("<IIH", (first + number) % (1 << 32), (place + begin) & 0xFFFFFFFF, (place + begin) >> 32)
        + data[begin : begin + payload].tobytes()
        for number, begin in enumerate(range(0, len(data), payload))
    ]
