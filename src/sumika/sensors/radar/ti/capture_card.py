"""A DCA1000 capture card: its two sockets, and the dialogue that makes it record."""

import errno
import logging
import socket

import sumika.sensors.radar.ti.wire_capture as wire_capture
from sumika.schema import SumikaError

_logger = logging.getLogger(__name__)
HOST, CARD = "192.168.33.30", "192.168.33.180"
"""As cards are delivered: the computer's address, and theirs."""
COMMAND_PORT, DATA_PORT = 4096, 4098
_TRIES = 3
_TIMEOUT_S = 1.0
_WAIT_S = 0.1
_BUFFERED_S = 0.5
"""So much of the stream may wait in the kernel while this process is busy."""
_LEAST_BUFFERED_S = 0.1


class CaptureCard:
    """A card that has been found.

    Attributes:
        address: Of the card; data from elsewhere is none.
        commands: Its answers come here. Does not block.
        data: Packets come here. Does not block.
    """

    def __init__(self, listen: str, address: str, radar: str, bytes_per_s: float) -> None:
        """Open the sockets.

        Args:
            listen: This machine's host, or host:port of the data; answers come to the port two below, as on any card.
            address: The card's host, or host:port of its commands.
            radar: Id in house.yaml, for errors.
            bytes_per_s: How much will come.

        Raises:
            SumikaError: if an address is wrong, not ours, or in use.
        """
        host, data_port = _split(listen or HOST, DATA_PORT, radar)
        self.address, self._command_port = _split(address or CARD, COMMAND_PORT, radar)
        self.where = f"radar {radar}: capture card {self.address}"
        self.commands = _bound(host, data_port - (DATA_PORT - COMMAND_PORT), radar)
        try:
            self.data = _bound(host, data_port, radar)
        except SumikaError:
            self.commands.close()
            raise
        _enlarge(self.data, bytes_per_s, self.where)

    def configure(self) -> None:
        """Make the card ready to record what comes over two lanes, and send it on.

        Raises:
            SumikaError: if it does not answer, or refuses.
        """
        self._ask(wire_capture.CONNECT)
        self._ask(wire_capture.RESET)
        self._ask(wire_capture.CONFIGURE, wire_capture.CONFIGURATION)
        self._ask(wire_capture.PACKETS, wire_capture.packet_settings())

    def record(self) -> None:
        """Make the card send whatever comes from now on.

        Raises:
            SumikaError: as `configure`.
        """
        self._ask(wire_capture.RECORD)

    def faults(self) -> list[str]:
        """Return what the card has said of itself since the last call; nothing is waited for."""
        found: list[str] = []
        for _ in range(100):
            answer = self._heard(0.0)
            if answer is None:
                break
            if answer.command == wire_capture.FAULT:
                found += wire_capture.faults(answer.status)
        return found

    def close(self) -> None:
        """Stop recording, if the card still hears, and close the sockets; may be called again."""
        if self.commands.fileno() >= 0:
            self._send(wire_capture.command(wire_capture.STOP))
        self.commands.close()
        self.data.close()

    def _ask(self, code: int, data: bytes = b"") -> None:
        for _ in range(_TRIES):
            self._send(wire_capture.command(code, data))
            for _ in range(round(_TIMEOUT_S / _WAIT_S)):
                answer = self._heard(_WAIT_S)
                if answer is None or answer.command != code:
                    continue
                if answer.status == 0:
                    return
                raise SumikaError(
                    f"the capture card refused to {wire_capture.NAMES[code]} (status {answer.status})",
                    where=self.where,
                    remedy="Switch it off and on; and its switch SW2.5 to configuration by software",
                )
        raise SumikaError(
            f"the capture card does not answer when asked to {wire_capture.NAMES[code]}",
            where=self.where,
            remedy=f"Check its power (5 V), its cable, and its address: ping {self.address}",
        )

    def _send(self, data: bytes) -> None:
        try:
            self.commands.sendto(data, (self.address, self._command_port))
        except OSError as error:
            # Unreachable for the moment: it will not answer, and that is said then.
            _logger.debug("%s: %s", self.where, error)

    def _heard(self, wait_s: float) -> wire_capture.Answer | None:
        """Return what the card says next; None if it says nothing that is understood."""
        self.commands.settimeout(wait_s)
        try:
            datagram, sender = self.commands.recvfrom(wire_capture.LARGEST_DATAGRAM)
        except OSError:  # nothing came; or a command before could not be delivered
            return None
        return wire_capture.answer_of(datagram) if sender[0] == self.address else None


def _split(address: str, port: int, radar: str) -> tuple[str, int]:
    """Return host and port; hosts are told in figures, so that packets can be told by who sent them."""
    host, colon, number = address.partition(":")
    try:
        socket.inet_aton(host)
        port = int(number) if colon else port
    except (OSError, ValueError):
        port = 0
    if not DATA_PORT - COMMAND_PORT < port < 1 << 16 or host.count(".") != 3:
        raise SumikaError(
            f"{address!r} is no address", where=f"radar {radar}", remedy=f"Write for example {HOST}, or {HOST}:4098"
        )
    return host, port


def _bound(host: str, port: int, radar: str) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        opened.bind((host, port))
    except OSError as error:
        opened.close()
        if error.errno == errno.EADDRNOTAVAIL:
            problem = f"this computer has no address {host}"
            remedy = f"Give it to the port that the card hangs on: sudo ip address add {host}/24 dev NAME"
        elif error.errno == errno.EADDRINUSE:
            problem = f"another program listens at {host}:{port}"
            remedy = f"Find and end that one: ss -ulnp sport = :{port}"
        else:
            problem, remedy = f"{host}:{port} cannot be listened at: {error}", "Mend listen in house.yaml"
        raise SumikaError(problem, where=f"radar {radar}", remedy=remedy) from error
    opened.setblocking(False)
    return opened


def _enlarge(opened: socket.socket, bytes_per_s: float, where: str) -> None:
    """Let as much wait in the kernel as may come while this process is busy, and say so if it does not let us."""
    wanted = int(_BUFFERED_S * bytes_per_s) + (1 << 20)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, wanted)
    granted = opened.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // 2  # Linux tells twice of it
    if granted < _LEAST_BUFFERED_S * bytes_per_s:
        _logger.warning(
            "%s: the kernel holds back %d kB of the stream only, and will drop what comes while the computer is busy; "
            "allow more: sudo sysctl -w net.core.rmem_max=%d",
            where,
            granted // 1000,
            wanted,
        )
