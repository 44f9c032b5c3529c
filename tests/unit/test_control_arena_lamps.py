"""In the arena lamps are the residents', unless the household hands them over."""

import msgspec
import pytest

from sumika.config import demo_house
from sumika.evaluate.control.arena import Arena
from sumika.schema.house import Control
from sumika.world.devices.controlled import controlled_devices

LAMPS = frozenset(device.id for device in demo_house({}).house.devices if device.kind == "light")


@pytest.mark.parametrize(
    ("control", "handed_over"),
    [(None, False), (Control(light="residents"), False), (Control(light="plan"), True)],
)
def test_lamps_belong_to_whoever_they_are_handed_to(control: Control | None, handed_over: bool) -> None:
    house = msgspec.structs.replace(demo_house({}).house, control=control)
    assert (controlled_devices(house) & LAMPS == LAMPS) is handed_over
    assert bool(controlled_devices(house) & LAMPS) is handed_over


@pytest.mark.slow
def test_a_household_that_says_nothing_of_control_keeps_its_lamps() -> None:
    described = Arena(msgspec.structs.replace(demo_house({}).house, control=None)).house.control
    assert described is not None
    assert described.light == "residents"
