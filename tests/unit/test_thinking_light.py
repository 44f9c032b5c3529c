"""What the planner's process tells lamps between two plans, from what it heard on the bus."""

from datetime import timedelta

import pytest

from sumika.clock import Instant
from sumika.config import demo_house
from sumika.runtime.house_ear import HouseEar
from sumika.runtime.thinking import Thinking
from sumika.schema import Command, DeviceState, Origin, Presence, Reason
from sumika.units import seconds_to_ns
from tests.plan_helpers import EVENING

pytestmark = pytest.mark.slow


def seen(room: str, at_s: float, *, probability: float) -> Presence:
    return Presence(
        stamp=Instant(seconds_to_ns(at_s), 0, "boot"),
        origin=Origin.SIMULATED,
        room=room,
        valid=True,
        reason=Reason.MEASURED,
        probability=probability,
        moving=False,
    )


def says(device: str, at_s: float, **values: float) -> DeviceState:
    return DeviceState(
        stamp=Instant(seconds_to_ns(at_s), 0, "boot"), origin=Origin.SIMULATED, device=device, values=values
    )


def told(commands: tuple[Command, ...]) -> dict[tuple[str, str], float]:
    return {(one.device, one.action): one.value for one in commands}


def test_who_comes_into_a_dark_room_has_light_within_a_second_and_is_told_why() -> None:
    house = demo_house({}).house
    thinking, ear = Thinking(house), HouseEar(house)
    at = EVENING.replace(hour=21)
    assert thinking.look(ear, at, 0) == ()
    for room in ("living", "bedroom"):
        ear.take(seen(room, 1.0, probability=0.0))
    ear.take(says("living_light", 1.0, level=0.0, colour_temperature_k=2700.0))
    thinking.observe(ear, at, seconds_to_ns(1.0))
    thinking.look(ear, at + timedelta(seconds=1), seconds_to_ns(2.0))
    ear.take(seen("living", 3.0, probability=0.98))
    commands = thinking.look(ear, at + timedelta(seconds=2), seconds_to_ns(3.0))
    assert told(commands)["living_light", "level"] > 0.0
    assert told(commands)["living_light", "colour_temperature_k"] <= 2700.0
    assert "bedroom_light" not in {one.device for one in commands}
    assert all("lux melanopic" in one.why and "メラノピック" in one.why_ja for one in commands)
    # The lamp does it, and somebody turns it up: from then on it is theirs.
    ear.take(says("living_light", 4.0, level=told(commands)["living_light", "level"], colour_temperature_k=2550.0))
    thinking.look(ear, at + timedelta(seconds=70), seconds_to_ns(10.0))
    ear.take(says("living_light", 80.0, level=1.0, colour_temperature_k=2550.0))
    ear.take(seen("living", 80.0, probability=0.98))
    for second in range(80, 130, 5):
        assert thinking.look(ear, at + timedelta(seconds=second), seconds_to_ns(81.0)) == ()
