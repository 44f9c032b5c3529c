"""Talks to the command line that TI's demo firmware offers on its command port: one line, one answer.

Dialogue: the firmware prints a prompt, takes a line, and answers "Done", "Error -N" or "... is not recognized as a CLI
command", each on a line of its own (mmWave SDK, `cli.c`); remarks such as "Ignored: Sensor is already stopped" come
before.
"""

from sumika.schema import SumikaError
from sumika.sensors._serial_port import SerialPort
from sumika.sensors.radar.ti.cfg_check import START

COMMAND_BAUD = 115_200
_SILENT_POLLS = 30
"""So often may nothing come within `POLL_S` before an answer counts as missing; sensorStart takes about a second."""
_LONGEST_ANSWER = 8192
_PROMPT_END = ":/>"
_STOP = "sensorStop"


class CommandLine:
    """The command port of a radar."""

    def __init__(self, device: str, radar: str) -> None:
        """Open the port.

        Args:
            device: For example /dev/ttyUSB0.
            radar: Id in house.yaml, for errors.

        Raises:
            SumikaError: if the port is absent, busy or forbidden.
        """
        self._port = SerialPort(device, COMMAND_BAUD, radar)

    def configure(self, lines: list[tuple[int, str]], where: str) -> None:
        """Stop the radar, and send everything of a .cfg file but the line that starts it.

        Args:
            lines: As from `command_lines`.
            where: Name of the file, for errors.

        Raises:
            SumikaError: with the line, if the radar refuses it or does not answer.
        """
        self._wake()
        # What a radar that is running already is told is refused or, worse, half taken.
        self._ask(_STOP, where)
        for number, line in lines:
            if line.split()[0] not in (START, _STOP):
                self._ask(line, f"{where}:{number}")

    def start(self, lines: list[tuple[int, str]], where: str) -> None:
        """Send the line that starts the radar.

        Raises:
            SumikaError: as `configure`.
        """
        number, line = lines[-1]
        self._ask(line, f"{where}:{number}")

    def stop(self) -> None:
        """Stop the radar, if it still hears; wait for no answer."""
        try:
            self._port.write(f"{_STOP}\n".encode())
        except SumikaError:
            return

    def close(self) -> None:
        """Close the port; may be called again."""
        self._port.close()

    def _wake(self) -> None:
        """End whatever half a line somebody else left there."""
        self._port.write(b"\n")
        for _ in range(_SILENT_POLLS):
            if not self._port.read():
                return

    def _ask(self, line: str, where: str) -> None:
        self._port.write(f"{line}\n".encode("ascii"))
        answer = self._answer(line)
        if answer is None:
            raise SumikaError(
                f"the radar did not answer to {line!r}",
                where=f"{where} to {self._port.where}",
                remedy="Check that command names its command port, that it runs the demo firmware, and reset it",
            )
        if answer:
            raise SumikaError(
                f"the radar refused {line!r}: {answer}",
                where=f"{where} to {self._port.where}",
                remedy="Use a .cfg that fits the firmware on the radar; reset it if it was running",
            )

    def _answer(self, line: str) -> str | None:
        """Return "" where it was done, the radar's words where it was refused, None where no answer came."""
        heard, silent = b"", 0
        while silent < _SILENT_POLLS and len(heard) < _LONGEST_ANSWER:
            data = self._port.read()
            silent = 0 if data else silent + 1
            heard += data
            # The last piece may be half a line: "Error -" is no answer yet.
            for word in heard.decode("ascii", "replace").replace("\r", "\n").split("\n")[:-1]:
                said = word.rpartition(_PROMPT_END)[2].strip()
                if said == "Done":
                    return ""
                if said != line and (said.startswith("Error") or "not recognized" in said):
                    return said
        return None
