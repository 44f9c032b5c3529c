"""The belief knows of the air what the description says of it, as the simulated house does."""

import msgspec
import numpy as np
import pytest

from sumika.belief.airflow import AS_BUILT, AirFlow
from sumika.belief.outline import outline_of
from sumika.schema.building import Building, Grade, VentilationClass
from sumika.schema.house import Device
from sumika.world.fittings import fitted
from tests.plan_helpers import small_house


@pytest.mark.parametrize(
    ("plate", "building", "recovers"),
    [
        ({}, Building(grade=Grade.WOODEN_1980), 0.5),
        ({}, Building(grade=Grade.WOODEN_1980, heat_recovery=0.9), 0.9),
        ({}, Building(heat_recovery=0.0), 0.0),
        ({"heat_recovery": 0.7}, Building(heat_recovery=0.9), 0.7),
        ({}, None, 0.6),
    ],
)
def test_ventilation_is_believed_to_recover_what_it_does(
    plate: dict[str, float], building: Building | None, recovers: float
) -> None:
    unit = Device(id="unit", room="living", kind="balanced_ventilation", ratings=plate)
    house = msgspec.structs.replace(small_house(), devices=(unit,), building=building)
    flow = AirFlow(house, outline_of(house))
    assert flow.flows(flow.defaults()).recovered == pytest.approx(np.full(2, AS_BUILT * recovers))
    described = msgspec.structs.replace(building or Building(), ventilation=VentilationClass.BALANCED)
    simulated = fitted(msgspec.structs.replace(house, building=described)).devices
    assert [one.ratings["heat_recovery"] for one in simulated if one.id == "unit"] == [recovers]


def test_a_fan_or_a_window_that_says_less_than_nought_moves_no_air() -> None:
    fan = Device(id="fan", room="living", kind="exhaust_fan")
    flow = AirFlow(msgspec.structs.replace(small_house(), devices=(fan,)), outline_of(small_house()))
    settings = np.array([-3.0, *flow.defaults()[1:]])
    still = flow.flows(settings)
    assert not still.fresh_m3_s.any()
    assert not still.moved_m3_s.any()
