"""What is kept of a simulated time: what was so, step by step, in little memory."""

import copy
import dataclasses
import tracemalloc

import numpy as np
import pytest

from sumika.config import demo_house
from sumika.world.course import HOUSE_QUANTITIES, ROOM_QUANTITIES, STAGES, Recorder
from sumika.world.simulation import World, WorldStep


@pytest.fixture(scope="module")
def world() -> World:
    return World.of(demo_house({}).house, habits=False)


@pytest.fixture(scope="module")
def steps(world: World) -> list[WorldStep]:
    return [copy.deepcopy(world.step(60.0)) for _ in range(3)]


def recorder(world: World) -> Recorder:
    return Recorder(world.start, world.rooms, world.residents)


def with_power(step: WorldStep, **power_w: float) -> WorldStep:
    return dataclasses.replace(step, devices=dataclasses.replace(step.devices, power_w=power_w))


def test_a_course_is_what_its_steps_were(world: World, steps: list[WorldStep]) -> None:
    one = recorder(world)
    for step, power_w in zip(steps, ({"tv": 90.0}, {"tv": 1.0, "heater": 800.0}, {"heater": 700.0}), strict=True):
        one.take(with_power(step, **power_w))
    course = one.course()
    assert course.at_s.tolist() == [60.0, 120.0, 180.0]
    for name in ROOM_QUANTITIES:
        assert course.of_rooms[name].shape == (3, len(world.rooms))
    for row, step in zip(course.of_rooms["co2_ppm"], steps, strict=True):
        assert row.tolist() == step.rooms.co2_ppm.tolist()
    assert set(course.of_house) == set(HOUSE_QUANTITIES)
    assert course.of_house["outdoor_c"].tolist() == [step.outside.temperature_c for step in steps]
    assert {name: watts.tolist() for name, watts in course.devices_w.items()} == {
        "heater": [0.0, 800.0, 700.0],
        "tv": [90.0, 1.0, 0.0],
    }
    for body in world.residents:
        room, stage = steps[-1].where[body], steps[-1].doing[body].sleep_stage
        assert course.where[body][-1] == (world.rooms.index(room) if room else -1)
        assert course.stage[body][-1] == (STAGES.index(stage) if stage else -1)


def test_a_course_of_no_steps_is_empty(world: World) -> None:
    course = recorder(world).course()
    assert course.of_rooms["co2_ppm"].shape == (0, len(world.rooms))
    assert not course.at_s.size


def test_a_step_is_kept_in_little_more_than_its_numbers(world: World, steps: list[WorldStep]) -> None:
    one, count = recorder(world), 500
    numbers = len(ROOM_QUANTITIES) * len(world.rooms) + len(HOUSE_QUANTITIES) + len(steps[0].devices.power_w) + 1
    tracemalloc.start()
    for _ in range(count):
        one.take(steps[0])
    kept_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept_bytes / count < 1.3 * 8 * numbers
    assert np.ptp(one.course().of_house["outdoor_c"]) == 0.0
