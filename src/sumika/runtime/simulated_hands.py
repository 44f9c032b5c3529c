"""How what the safety gate passes reaches the devices of the simulated house, and what they do when it falls silent."""

from typing import Protocol

from sumika.runtime.device_loop import fail_safe_writes
from sumika.runtime.gate_socket import GateEar
from sumika.runtime.process import NodeProcess
from sumika.schema import DeviceState, Event, Origin, Severity, Write


class LeavesAlone(Protocol):
    """The habits of a house: what residents and thermostats do with its devices."""

    off: set[str]


class Commanded(Protocol):
    """What of a simulated house is needed here; `sumika.world.simulation.World` has it."""

    @property
    def habits(self) -> LeavesAlone | None:
        """Its habits; None where it has none."""
        ...

    @property
    def climate_devices(self) -> frozenset[str]:
        """The ids of what heats, cools and ventilates."""
        ...

    def command(self, device: str, setting: str, value: float) -> str:
        """Tell a device something; return why it refuses, empty if it takes it."""
        ...


class SimulatedHands:
    """Tells the simulated devices what the gate passed.

    While the house is driven its habits leave heating, cooling and ventilation alone: what they would do is then the
    controllers' to do, and would look like a resident's hand. When the gate is gone they have them back.
    """

    def __init__(self, process: NodeProcess, world: Commanded) -> None:
        """Take the devices that no connection reaches."""
        self._process, self._world = process, world
        control = process.launch.house.control
        self._drives = control is not None and control.mode == "drive"
        self._ours = frozenset(device.id for device in process.launch.house.devices if not device.connection)
        self._safe = fail_safe_writes(process.launch.house, "")
        self._ear = GateEar(process.folder, process.node.name, process.clock.now().monotonic_ns)
        self._touched: set[str] = set()
        self._silent = False
        self._leave_to_habits(False)

    def turn(self) -> None:
        """Do what has come, and what is to be done when nothing comes."""
        now_ns = self._process.clock.now().monotonic_ns
        for write in self._ear.take(now_ns):
            self._touched.add(write.device)
            self._do(write)
        silent = self._ear.silent(now_ns)
        if silent != self._silent:
            self._silent = silent
            if silent:
                for write in self._safe:
                    if self._drives or write.device in self._touched:
                        self._do(write)
            self._leave_to_habits(silent)
            self._tell_silence(silent)
        self._process.refused.update(self._ear.refused)

    def _do(self, write: Write) -> None:
        if write.device not in self._ours:
            self._process.refuse("another's device")
            return
        refusal = self._world.command(write.device, write.action, write.value)
        if refusal and self._process.publisher is not None:
            self._process.refuse("by the device")
            stamp = self._process.clock.now()
            self._process.publisher.publish(
                DeviceState(stamp=stamp, origin=Origin.SIMULATED, device=write.device, values={}, why=refusal)
            )

    def _leave_to_habits(self, leave: bool) -> None:
        habits = self._world.habits
        if habits is not None and self._drives:
            if leave:
                habits.off -= self._world.climate_devices
            else:
                habits.off |= self._world.climate_devices

    def _tell_silence(self, silent: bool) -> None:
        if self._process.publisher is not None:
            self._process.publisher.publish(
                Event(
                    stamp=self._process.clock.now(),
                    origin=Origin.SIMULATED,
                    subject=self._process.node.name,
                    code="gate_silent",
                    severity=Severity.ALARM if silent else Severity.INFO,
                    recovered=not silent,
                )
            )

    def close(self) -> None:
        """Stop listening."""
        self._ear.close()
