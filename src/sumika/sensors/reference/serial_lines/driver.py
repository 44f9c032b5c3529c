"""Any device that writes lines of numbers to a serial port: a microcontroller with an ECG front end, a belt."""

import re
from collections.abc import Iterator

from sumika.clock import Clock
from sumika.schema import Origin, SumikaError
from sumika.sensors._serial_port import SerialPort
from sumika.sensors.reference.base import Packet
from sumika.sensors.reference.columns import UNITS, Columns, Row

LEAST_DELAY_S = 0.016
"""A USB bridge waits for more bytes that long before it hands over what it has (FTDI's latency timer, its default)."""

_LONGEST_LINE = 4096
_SEPARATORS = re.compile(r"[,;\s]+")


class LineSplitter:
    """Cuts whole lines out of a stream of bytes; the first one may be half, and is dropped."""

    def __init__(self) -> None:
        self._pending = b""
        self._whole = False

    def lines(self, data: bytes) -> Iterator[bytes]:
        """Yield the lines that `data` completes, without their ends."""
        self._pending += data
        *complete, self._pending = self._pending.split(b"\n")
        for line in complete:
            if self._whole:
                yield line.rstrip(b"\r")
            self._whole = True
        if len(self._pending) > _LONGEST_LINE:  # no device of lines: let it not fill the memory
            self._pending, self._whole = b"", False


class SerialLines:
    """Lines of numbers from one port."""

    def __init__(self, name: str, device: str, baud: int, columns: Columns, clock: Clock) -> None:
        """Open the port.

        Args:
            name: For errors.
            device: For example /dev/ttyUSB0.
            baud: Bits per second.
            columns: How a line is read.
            clock: Stamps arrivals.

        Raises:
            SumikaError: if the port cannot be opened.
        """
        try:
            self._port = SerialPort(device, baud, name)
        except SumikaError as error:
            remedy = error.remedy.replace("baud in house.yaml", "baud=")
            raise SumikaError(error.problem, where=f"{name}: {device}", remedy=remedy) from error
        self._port.where = f"{name}: {device}"
        self._columns = columns
        self._clock = clock
        self._splitter = LineSplitter()
        self._number = 0
        self._gap = True
        self.device = f"{device}, {baud} bit/s"
        self.skin_contact: bool | None = None
        self.damaged = 0

    @property
    def origin(self) -> Origin:
        """Always live."""
        return Origin.LIVE

    @property
    def least_delay_s(self) -> float:
        """A bridge's latency timer."""
        return LEAST_DELAY_S

    def next_packets(self) -> tuple[Packet, ...]:
        """Return what the lines of one read say: one packet of each kind.

        Raises:
            SumikaError: if the device is gone.
        """
        data = self._port.read()
        arrival = self._clock.now()
        rows = []
        gap, self._gap = self._gap, False
        for line in self._splitter.lines(data):
            self._number += 1
            try:
                rows.append(self._row(line))
            except ValueError:
                self.damaged += 1
                gap = True
        if not rows:
            self._gap = gap
            return ()
        packets = []
        for kind in self._columns.kinds.values():
            values = tuple(row.values[kind] for row in rows if kind in row.values)
            times_s = tuple(row.time_s for row in rows if kind in row.values and row.time_s is not None)
            if values:
                packets.append(
                    Packet(
                        kind=kind,
                        unit=UNITS[kind],
                        values=values,
                        device_time_s=times_s,
                        arrival=arrival,
                        gap_before=gap,
                    )
                )
        return tuple(packets)

    def close(self) -> None:
        """Close the port. May be called again."""
        self._port.close()

    def _row(self, line: bytes) -> Row:
        cells = [cell for cell in _SEPARATORS.split(line.decode("ascii").strip()) if cell]
        return self._columns.row(cells, self._number - 1)
