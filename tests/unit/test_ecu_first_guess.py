"""A house is not taken to be as cold as a sensor that died says, not even in its first minutes."""

import numpy as np
import pytest

from sumika.ecu import Ecu
from sumika.ecu.first_guess import guess_first
from tests.plan_helpers import air, small_house


@pytest.fixture(name="ecu")
def _ecu() -> Ecu:
    return Ecu(small_house())


@pytest.mark.parametrize("dead_c", [-127.0, 85.0, 1e6, float("nan")])
def test_a_sensor_that_died_is_no_first_guess(ecu: Ecu, dead_c: float) -> None:
    assert guess_first(ecu.belief, (air("living", dead_c, -1.0), air("bedroom", 17.0, 700.0)))
    assert ecu.belief.state is not None
    assert ecu.belief.ppm is not None
    assert np.unique(ecu.belief.state).tolist() == [17.0]
    assert np.unique(ecu.belief.ppm).tolist() == [700.0]


def test_where_every_sensor_died_nothing_is_guessed(ecu: Ecu) -> None:
    assert not guess_first(ecu.belief, (air("living", -127.0), air("bedroom", 85.0)))
    assert ecu.belief.state is None
