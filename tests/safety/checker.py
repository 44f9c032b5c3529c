"""The independent checker, told what nobody can know any more: there it lets the gate have its way."""

from collections.abc import Iterator

import pytest

from sumika.evaluate.control import gate_fuzzer
from sumika.evaluate.control.gate_checker import SECOND, GateChecker
from sumika.schema import AirSample, DeviceState, Write
from sumika.schema.house import Device, House


class ForgetfulChecker(GateChecker):
    """A checker that knows no window of which its contact says that it knows nothing, or nothing at all."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._window_told: dict[tuple[str, str], int] = {}
        self._water_told: dict[str, int] = {}

    def _hear_air(self, air: AirSample, at: int) -> None:
        super()._hear_air(air, at)
        if air.window_open is None:
            self._open.pop((air.room, air.sensor), None)
        self._window_told[air.room, air.sensor] = at

    def _hear_device(self, state: DeviceState, at: int) -> None:
        super()._hear_device(state, at)
        self._water_told[state.device] = at

    def _of_heat(self, device: Device, write: Write, at: int) -> Iterator[str]:
        hours = 24 if device.kind == "heat_pump_water_heater" else 1
        if at - self._water_told.get(device.id, at) > hours * 3600 * SECOND:
            self._water.pop(device.id, None)
        silent = [each for each in self._open if at - self._window_told[each] > 900 * SECOND]
        for each in silent:
            del self._open[each]
        return super()._of_heat(device, write, at)


@pytest.fixture(autouse=True, scope="module")
def forgetful_households() -> Iterator[None]:
    """Let wild households be watched by it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate_fuzzer, "GateChecker", ForgetfulChecker)
        yield
