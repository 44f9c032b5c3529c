"""The independent checker, told what nobody can know any more: there it lets the gate have its way."""

from collections.abc import Iterator

import pytest

from sumika.evaluate.control import gate_fuzzer
from sumika.evaluate.control.gate_checker import GateChecker
from sumika.schema import AirSample


class ForgetfulChecker(GateChecker):
    """A checker that knows no window of which its contact says that it knows nothing."""

    def _hear_air(self, air: AirSample, at: int) -> None:
        super()._hear_air(air, at)
        if air.window_open is None:
            self._open.pop((air.room, air.sensor), None)


@pytest.fixture(autouse=True, scope="module")
def forgetful_households() -> Iterator[None]:
    """Let wild households be watched by it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate_fuzzer, "GateChecker", ForgetfulChecker)
        yield
