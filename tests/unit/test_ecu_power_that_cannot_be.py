"""A counter that ran over heats no house: a power that no device can have is one that nobody knows."""

from datetime import timedelta

import msgspec
import pytest

from sumika.ecu import Ecu, Measurements
from sumika.ecu.last_told import MOST_W, with_power_that_can_be
from tests.plan_helpers import EVENING, air, small_house, state


@pytest.mark.parametrize("power_w", [4_294_967.0, -4_294_967.0, float("inf"), float("nan")])
def test_a_power_that_cannot_be_warms_no_room_in_the_belief(power_w: float) -> None:
    ecu = Ecu(small_house(), guarded=False)
    for minute in range(0, 35, 5):
        said = msgspec.structs.replace(state("aircon", mode=0.0), power_w=power_w if minute == 10 else 0.0)
        at = EVENING + timedelta(minutes=minute)
        ecu.observe(Measurements(at=at, air=(air("living", 18.0), air("bedroom", 18.0)), devices=(said,)))
    assert ecu.belief.state is not None
    assert ecu.belief.state.min() > 15.0
    assert ecu.belief.state.max() < 20.0


def test_what_a_device_may_draw_or_give_is_believed() -> None:
    for power_w in (None, 0.0, 22_000.0, -MOST_W):
        said = msgspec.structs.replace(state("car"), power_w=power_w)
        assert with_power_that_can_be(said) is said
