"""The private way from the safety gate to the processes that own devices: writes, and a beat that says it is there.

The gate binds one socket in the runtime folder, which is its user's alone; device processes connect to it and take
nothing from anywhere else. Whoever else connects can only listen: the gate's side passes on nothing of theirs.
Writes that were held up are refused: a command that arrives late is worse than none.
"""

import time
from collections.abc import Callable

import msgspec
import zmq

from sumika.bus import RuntimeFolder
from sumika.schema import SumikaError, Write
from sumika.units import seconds_to_ns

GATE_SOCKET = "gate.writes"
BEAT_EVERY_NS = seconds_to_ns(0.5)
SILENT_NS = seconds_to_ns(8.0)
"""A gate that has not been heard for so long is gone; devices are then in their fail-safe within 10 s in all."""

LATE_NS = seconds_to_ns(2.0)
_BEAT = b"*\0"
_WAITING = 1000
_LARGEST_BYTES = 4096


class Letter(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What travels.

    Attributes:
        incarnation: How often the gate was started before.
        number: Counts the letters of one incarnation to one owner.
        sent_ns: Monotonic time at which it was sent.
        write: None for a beat.
        drives: Whether a controller may drive the house now.
    """

    incarnation: int
    number: int
    sent_ns: int
    write: Write | None = None
    drives: bool = False


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Letter)


class GateVoice:
    """The gate's end.

    Attributes:
        drives: Whether a controller may drive the house now; every letter says so.
    """

    def __init__(self, folder: RuntimeFolder, incarnation: int) -> None:
        """Bind the socket.

        Args:
            folder: The house's runtime folder.
            incarnation: How often the gate was started before.

        Raises:
            SumikaError: if the socket cannot be made.
        """
        self._incarnation = incarnation
        self.drives = False
        self._numbers: dict[bytes, int] = {}
        self._beaten_ns: int | None = None
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        # An XPUB is a PUB that also lets us see who listens: what nobody would hear is not to count as written.
        self._socket = self._context.socket(zmq.XPUB)
        self._listening: set[bytes] = set()
        self._socket.setsockopt(zmq.SNDHWM, _WAITING)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.MAXMSGSIZE, _LARGEST_BYTES)
        endpoint = folder.socket(GATE_SOCKET)
        try:
            self._socket.bind(endpoint)
        except zmq.ZMQError as error:
            self.close()
            raise SumikaError(
                f"the safety gate cannot reach the devices ({error.strerror})",
                where=endpoint,
                remedy="Start the house again; sumika doctor says what else is wrong.",
            ) from error

    def listens(self, owner: str) -> bool:
        """Return whether the process that owns some devices is connected."""
        while self._socket.poll(0, zmq.POLLIN):
            said = self._socket.recv(zmq.NOBLOCK)
            if said[:1] == b"\x01":
                self._listening.add(said[1:])
            elif said[:1] == b"\x00":
                self._listening.discard(said[1:])
        return owner.encode() + b"\0" in self._listening

    def send(self, owner: str, write: Write, now_ns: int) -> None:
        """Send a write to the process that owns the device."""
        self._send(owner.encode() + b"\0", now_ns, write)

    def beat(self, now_ns: int) -> None:
        """Show all device processes that the gate goes round; sends nothing when it did so just now."""
        if self._beaten_ns is None or now_ns - self._beaten_ns >= BEAT_EVERY_NS:
            self._beaten_ns = now_ns
            self._send(_BEAT, now_ns, None)

    def _send(self, header: bytes, now_ns: int, write: Write | None) -> None:
        number = self._numbers.get(header, -1) + 1
        self._numbers[header] = number
        letter = Letter(self._incarnation, number, now_ns, write, self.drives)
        self._socket.send(header + _ENCODER.encode(letter), zmq.NOBLOCK)

    def close(self) -> None:
        """Fall silent."""
        self._socket.close()
        self._context.term()


class GateEar:
    """A device process's end.

    Attributes:
        incarnation: Of the gate that was heard last; None before the first.
        drives: Whether a controller may drive the house, as the gate said last.
        refused: Letters that were not taken, by reason.
        lost: Writes that were sent but did not arrive.
    """

    def __init__(
        self,
        folder: RuntimeFolder,
        owner: str,
        now_ns: int,
        *,
        drives: bool = False,
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Listen.

        Args:
            folder: The house's runtime folder.
            owner: Name of this process's node.
            now_ns: Silence counts from now on.
            drives: Whether a controller may drive the house, as long as the gate has not said.
            clock_ns: Tells the monotonic time at which a letter is taken.
        """
        self._clock_ns = clock_ns
        self._owner = owner.encode() + b"\0"
        self._heard_ns = now_ns
        self._numbers: dict[bytes, int] = {}
        self.incarnation: int | None = None
        self.drives = drives
        self.refused: dict[str, int] = {}
        self.lost = 0
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.setsockopt(zmq.RCVHWM, _WAITING)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.RECONNECT_IVL, 20)
        self._socket.setsockopt(zmq.RECONNECT_IVL_MAX, 160)
        for header in (self._owner, _BEAT):
            self._socket.setsockopt(zmq.SUBSCRIBE, header)
        self._socket.connect(folder.socket(GATE_SOCKET))

    def take(self, now_ns: int) -> list[Write]:
        """Return the writes that have come, in order.

        Args:
            now_ns: What the caller's clock said before; how old a letter is counts from when it is taken, since the
                gate may have sent it, or this process may have been held up, between the two.
        """
        writes: list[Write] = []
        for _ in range(_WAITING):
            try:
                data = self._socket.recv(zmq.NOBLOCK)
            except zmq.Again:
                break
            write = self._open(data, max(now_ns, self._clock_ns()))
            if write is not None:
                writes.append(write)
        return writes

    def silent(self, now_ns: int) -> bool:
        """Return whether the gate has not been heard for too long."""
        return now_ns - self._heard_ns >= SILENT_NS

    def _open(self, data: bytes, now_ns: int) -> Write | None:
        header_bytes = data.find(b"\0") + 1
        try:
            letter = _DECODER.decode(memoryview(data)[header_bytes:])
        except (msgspec.DecodeError, ValueError):
            self._refuse("undecodable")
            return None
        if self.incarnation is None or letter.incarnation > self.incarnation:
            self.incarnation = letter.incarnation
            self._numbers.clear()
        header = data[:header_bytes]
        last = self._numbers.get(header)
        if letter.incarnation < self.incarnation or (last is not None and letter.number <= last):
            self._refuse("repeated")
            return None
        self._numbers[header] = letter.number
        if last is not None and letter.write is not None:
            self.lost += letter.number - last - 1
        if not 0 <= now_ns - letter.sent_ns <= LATE_NS:
            self._refuse("late")
            return None
        self._heard_ns, self.drives = now_ns, letter.drives
        return letter.write

    def _refuse(self, reason: str) -> None:
        self.refused[reason] = self.refused.get(reason, 0) + 1

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()
        self._context.term()
