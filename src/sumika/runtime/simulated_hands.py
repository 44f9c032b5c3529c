"""How what the safety gate passes reaches the devices of the simulated house, and what they do when it falls silent."""

from typing import Protocol

from sumika.runtime.device_loop import fail_safe_writes
from sumika.runtime.gate_socket import GateEar
from sumika.runtime.process import NodeProcess
from sumika.schema import DeviceState, Event, Origin, Severity, Write
from sumika.schema.house import Control, House


class LeavesAlone(Protocol):
    """The habits of a house: what residents and thermostats do with its devices."""

    off: set[str]
    lit_by_house: set[str]


class Commanded(Protocol):
    """What of a simulated house is needed here; `sumika.world.simulation.World` has it."""

    @property
    def habits(self) -> LeavesAlone | None:
        """Its habits; None where it has none."""
        ...

    @property
    def handed_over(self) -> frozenset[str]:
        """The ids of what belongs to whoever controls the house."""
        ...

    def command(self, device: str, setting: str, value: float) -> str:
        """Tell a device something; return why it refuses, empty if it takes it."""
        ...


class SimulatedHands:
    """Tells the simulated devices what the gate passed.

    While the house is driven its habits leave alone what belongs to controllers: it would look like a resident's hand.
    The hood over the stove stays the cook's, who switches it on and off; lamps where no radar looks stay everybody's.
    When the gate is gone they have all back.
    """

    def __init__(self, process: NodeProcess, world: Commanded) -> None:
        """Take the devices that no connection reaches."""
        self._process, self._world = process, world
        control = process.launch.house.control
        self._drives = control is not None and control.mode == "drive"
        """Whether habits leave the devices to controllers."""
        self._lamps, seen = lamps_of(process.launch.house)
        self._taken = (world.handed_over - self._lamps) | seen
        self._ours = frozenset(device.id for device in process.launch.house.devices if not device.connection)
        self._safe = fail_safe_writes(process.launch.house, "")
        self._ear = GateEar(
            process.folder,
            process.node.name,
            process.clock.now().monotonic_ns,
            drives=self._drives,
            clock_ns=lambda: process.clock.now().monotonic_ns,
        )
        self._touched: set[str] = set()
        self._silent = False
        self._leave_to_habits(not self._drives)

    def turn(self) -> None:
        """Do what has come, and what is to be done when nothing comes."""
        now_ns = self._process.clock.now().monotonic_ns
        for write in self._ear.take(now_ns):
            self._touched.add(write.device)
            self._do(write)
        silent = self._ear.silent(now_ns)
        if self._ear.drives != self._drives:
            self._drives = self._ear.drives
            self._leave_to_habits(silent or not self._drives)
        if silent != self._silent:
            self._silent = silent
            if silent:
                for write in self._safe:
                    if self._drives or write.device in self._touched:
                        self._do(write)
            self._leave_to_habits(silent or not self._drives)
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
        if habits is not None:
            if leave:
                habits.off -= self._taken
                habits.lit_by_house -= self._lamps
            else:
                habits.off |= self._taken
                habits.lit_by_house |= self._lamps

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


def lamps_of(house: House) -> tuple[frozenset[str], frozenset[str]]:
    """Return the lamps that residents have handed over, and those of them in rooms that a radar looks into.

    Args:
        house: As described.
    """
    control = house.control if house.control is not None else Control()
    seen = {radar.room for radar in house.radars}
    lamps = [device for device in house.devices if device.kind == "light" and control.light == "plan"]
    return frozenset(one.id for one in lamps), frozenset(one.id for one in lamps if one.room in seen)
