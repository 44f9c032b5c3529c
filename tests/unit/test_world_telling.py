"""What a simulated house says on the bus: everything stamped in order, simulated, and true to the world."""

import itertools

import msgspec
import pytest

from sumika.clock import Instant
from sumika.config import demo_house
from sumika.runtime.table import nodes_of
from sumika.schema import (
    TOPIC_OF,
    AirSample,
    DeviceState,
    Message,
    MeterSample,
    Origin,
    TrueBeat,
    TrueBody,
    TrueBreath,
    TrueRoom,
    TrueWorld,
    WeatherForecast,
    WeatherSample,
)
from sumika.world.simulation import World
from sumika.world.telling import CATCH_UP_S, Telling

HOUSE = demo_house({}).house
BEGAN = Instant(5_000_000_000, 1_800_000_000_000_000_000, "boot")

pytestmark = pytest.mark.slow


def telling() -> Telling:
    return Telling(World.of(HOUSE), BEGAN)


def until(one: Telling, end_s: float, turn_s: float = 0.2) -> list[Message]:
    return [message for turn in range(1, round(end_s / turn_s) + 1) for message in one.until(turn * turn_s)]


def test_everything_is_told_simulated_and_not_before_its_time() -> None:
    one, told = telling(), list[Message]()
    for turn in range(1, 400):
        fresh = one.until(turn * 0.2)
        last_ns = BEGAN.monotonic_ns + round(turn * 0.2 * 1e9)
        assert all(message.stamp.monotonic_ns <= last_ns + 1000 for message in fresh)
        told += fresh
    kinds = {type(message) for message in told}
    assert kinds == {
        AirSample,
        WeatherSample,
        WeatherForecast,
        MeterSample,
        DeviceState,
        TrueBody,
        TrueBreath,
        TrueBeat,
        TrueRoom,
        TrueWorld,
    }
    assert all(message.origin is Origin.SIMULATED for message in told)
    assert {message.sensor for message in told if isinstance(message, AirSample)} == {one.id for one in HOUSE.sensors}
    assert {message.device for message in told if isinstance(message, DeviceState)} >= {one.id for one in HOUSE.devices}


def test_bodies_are_told_five_times_a_second_and_move_as_people_do() -> None:
    told = [message for message in until(telling(), 90.0) if isinstance(message, TrueBody) and message.body == "ren"]
    stamps = [message.stamp.monotonic_ns for message in told]
    assert {later - earlier for earlier, later in itertools.pairwise(stamps)} == {200_000_000}
    places = [message.position_m for message in told if message.position_m is not None]
    steps_m = [((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5 for a, b in itertools.pairwise(places)]
    assert max(steps_m) < 0.6


def test_intervals_between_beats_are_those_of_their_stamps() -> None:
    told = [message for message in until(telling(), 150.0) if isinstance(message, TrueBeat) and message.body == "aoi"]
    assert 100 < len(told) < 350
    for earlier, later in itertools.pairwise(told):
        assert later.interval_s == pytest.approx(
            (later.stamp.monotonic_ns - earlier.stamp.monotonic_ns) / 1e9, abs=1e-6
        )


def test_one_that_starts_late_tells_what_is_so_by_then() -> None:
    late = telling()
    told = late.until(3600.5)
    clocks = [message for message in told if isinstance(message, TrueWorld)]
    assert all(message.at_s >= 3599.0 for message in clocks)
    told += late.until(3606.0)
    body = [message for message in told if isinstance(message, TrueBody) and message.body == "aoi"][-1]
    doing = World.of(HOUSE).household.doing("aoi", 3605.8)
    assert (body.room, body.activity) == (doing.room, doing.activity)


def test_a_week_at_most_of_what_was_missed_is_lived_through_step_by_step() -> None:
    world = World.of(HOUSE)
    missed = Telling(world, BEGAN).catch_up(30 * 86_400.0 + 7.0)
    next(missed)
    assert world.at_s == 23 * 86_400.0 + CATCH_UP_S
    assert all(10.0 < float(air_c) < 28.0 for air_c in world.building.rooms_now.air_temperature_c)
    assert sum(1 for _ in missed) == 7 * 288 - 1
    assert world.at_s == 30 * 86_400.0


def test_no_step_of_the_house_may_read_the_truth() -> None:
    truth = {TOPIC_OF[kind] for kind in (TrueBody, TrueBreath, TrueBeat, TrueRoom, TrueWorld)}
    for node in nodes_of(HOUSE):
        if node.step is not None:
            assert not truth & {topic.partition("/")[0] for topic in node.step.inputs}


def test_every_message_can_be_encoded() -> None:
    for message in until(telling(), 12.0):
        assert msgspec.json.decode(msgspec.json.encode(message), type=type(message)) == message
