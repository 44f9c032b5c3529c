"""The independent checker, told what nobody can know any more: there it lets the gate have its way."""

from collections.abc import Iterator

import pytest

from sumika.evaluate.control import gate_fuzzer
from sumika.evaluate.control.gate_checker import SECOND, GateChecker
from sumika.schema import AirSample, DeviceState, Write
from sumika.schema.house import Device, House


class ForgetfulChecker(GateChecker):
    """A checker that knows no window of which its contact says that it knows nothing, and no water of days ago."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._water_told: dict[str, int] = {}

    def _hear_air(self, air: AirSample, at: int) -> None:
        super()._hear_air(air, at)
        if air.window_open is None:
            self._open.pop((air.room, air.sensor), None)

    def _hear_device(self, state: DeviceState, at: int) -> None:
        super()._hear_device(state, at)
        self._water_told[state.device] = at

    def _of_heat(self, device: Device, write: Write, at: int) -> Iterator[str]:
        hours = 24 if device.kind == "heat_pump_water_heater" else 1
        if at - self._water_told.get(device.id, at) > hours * 3600 * SECOND:
            self._water.pop(device.id, None)
        return super()._of_heat(device, write, at)


@pytest.fixture(autouse=True, scope="module")
def forgetful_households() -> Iterator[None]:
    """Let wild households be watched by it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate_fuzzer, "GateChecker", ForgetfulChecker)
        yield
