"""What of a simulated house belongs to whoever controls it: the hood over the stove stays the cook's."""

import msgspec
import pytest

from sumika.config import demo_house
from sumika.schema import DEVICE_KINDS
from sumika.schema.house import Control
from sumika.world.devices.controlled import CONTROLLED, controlled_devices
from sumika.world.devices.habit_rules import RULES


@pytest.mark.parametrize(("light", "handed_over"), [("plan", True), ("residents", False)])
def test_lamps_are_handed_over_only_where_the_household_says_so_and_the_hood_never(
    light: str, handed_over: bool
) -> None:
    house = msgspec.structs.replace(demo_house({}).house, control=msgspec.convert({"light": light}, Control))
    owned = controlled_devices(house)
    assert "range_hood" not in owned
    assert ("living_light" in owned) is handed_over
    kinds = {device.kind for device in house.devices if device.id in owned}
    assert kinds >= CONTROLLED & {device.kind for device in house.devices if device.kind != "exhaust_fan"}


def test_whatever_residents_switch_by_habit_is_either_handed_over_or_theirs_for_good() -> None:
    assert set(RULES) - CONTROLLED == {"light", "tv"}
    assert set(DEVICE_KINDS) >= CONTROLLED
