"""A serial port, with errors that a person can act on: absent, busy, forbidden, unplugged while it was read."""

import errno
import os

import serial

from sumika.schema import SumikaError
from sumika.sensors.base import POLL_S

_LARGEST_READ = 65536
_UNPLUGGED = "The device was unplugged or lost power; it is opened again when it is back"


class SerialPort:
    """An opened serial port of 8 bits, no parity; nobody else may open it meanwhile."""

    def __init__(self, device: str, baud: int, radar: str) -> None:
        """Open the port and drop what has been waiting in it.

        Args:
            device: For example /dev/ttyUSB0.
            baud: Bits per second.
            radar: Id in house.yaml, for errors.

        Raises:
            SumikaError: if there is no such port, it is in use, or we may not use it.
        """
        self.where = f"radar {radar}: {device}"
        try:
            self._port = serial.Serial(device, baud, timeout=POLL_S, write_timeout=1.0, exclusive=True)
            self._port.reset_input_buffer()
        except (serial.SerialException, OSError, ValueError) as error:
            raise self._refusal(device, baud, error) from error

    def read(self) -> bytes:
        """Return what has come; empty where nothing came within `POLL_S`, and after `close`.

        Raises:
            SumikaError: if the device is gone.
        """
        if not self._port.is_open:
            return b""
        try:
            first: bytes = self._port.read(1)
            waiting = min(self._port.in_waiting, _LARGEST_READ) if first else 0
            return first + self._port.read(waiting) if waiting else first
        except (serial.SerialException, OSError) as error:
            raise SumikaError(f"the port cannot be read: {error}", where=self.where, remedy=_UNPLUGGED) from error

    def write(self, data: bytes) -> None:
        """Send bytes.

        Raises:
            SumikaError: if the device is gone, or does not take them.
        """
        try:
            self._port.write(data)
        except (serial.SerialException, OSError) as error:
            raise SumikaError(f"the port takes no data: {error}", where=self.where, remedy=_UNPLUGGED) from error

    def close(self) -> None:
        """Close the port; may be called again."""
        self._port.close()

    def _refusal(self, device: str, baud: int, error: Exception) -> SumikaError:
        number = getattr(error, "errno", None)
        if number == errno.ENOENT or not os.path.lexists(device):
            problem, remedy = "there is no such port", "Plug it in, and look what it is called: ls /dev/serial/by-id"
        elif number in (errno.EACCES, errno.EPERM):
            problem = "we may not read and write it"
            remedy = "Join the group of serial ports and log in again: sudo usermod -aG dialout $USER"
        elif number == errno.EBUSY or "exclusively lock" in str(error):
            problem, remedy = "another program has it open", f"Find and end that one: fuser {device}"
        elif isinstance(error, ValueError):
            problem, remedy = f"it cannot run at {baud} bits per second", "Mend baud in house.yaml, or leave it out"
        else:
            problem, remedy = f"it cannot be opened: {error}", "Check that this is a serial port"
        return SumikaError(problem, where=self.where, remedy=remedy)
