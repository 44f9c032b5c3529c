"""Air sensors: near the truth, but late, noisy, rounded, drifting, silent at times, and broken when told."""

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from sumika.schema import SumikaError
from sumika.schema.house import Sensor
from sumika.world.devices import AirSensors, SensorReading
from sumika.world.exchange import RoomsNow
from tests.world_device_helpers import house_with, rooms_at

INDEX = {"living": 0}


def sensors_of(kind: str = "air", count: int = 1, seed: int = 3) -> AirSensors:
    house = house_with()
    sensors = tuple(Sensor(id=f"s{n}", room="living", kind=kind) for n in range(count))
    return AirSensors.of(type(house)(rooms=house.rooms, sensors=sensors), seed)


def run(
    sensors: AirSensors, steps: int, seconds: float = 60.0, rooms: RoomsNow | None = None
) -> list[SensorReading | None]:
    return [sensors.step(n * seconds, seconds, rooms or rooms_at(), INDEX).get("s0") for n in range(steps)]


def said(readings: Iterable[SensorReading | None], quantity: str) -> list[float]:
    return [getattr(one, quantity) for one in readings if one is not None]


@pytest.mark.parametrize(
    ("kind", "measured"),
    [
        ("climate", {"temperature_c", "relative_humidity"}),
        ("co2", {"co2_ppm", "temperature_c", "relative_humidity"}),
        ("pm", {"pm2_5_ug_m3"}),
        ("light", {"illuminance_lux", "melanopic_edi_lux"}),
        ("sound", {"sound_dba"}),
    ],
)
def test_a_kind_measures_what_it_says(kind: str, measured: set[str]) -> None:
    reading = next(one for one in run(sensors_of(kind), 20) if one is not None)
    assert {name for name in reading.__slots__ if getattr(reading, name) is not None} == measured


def test_many_sensors_scatter_round_the_truth() -> None:
    sensors = sensors_of(count=200)
    readings = sensors.step(0.0, 60.0, rooms_at(), INDEX).values()
    assert len(readings) >= 195
    co2 = np.array([one.co2_ppm for one in readings])
    assert co2.mean() == pytest.approx(800.0, abs=12.0)
    assert 10.0 < co2.std() < 45.0  # ±(50 ppm + 5 %) holds for nearly all
    warm = np.array([one.temperature_c for one in readings])
    assert warm.mean() == pytest.approx(20.0, abs=0.05)
    assert warm.std() < 0.3


def test_they_answer_late() -> None:
    sensors = sensors_of("climate")
    before = run(sensors, 30)
    after = run(sensors, 31, rooms=replace(rooms_at(), air_temperature_c=np.array([30.0])))
    start = np.mean(said(before, "temperature_c"))
    rise = [value - start for value in said(after, "temperature_c")]
    assert 1.0 < rise[0] < 3.0
    assert rise[4] == pytest.approx(10.0 * (1.0 - math.exp(-1.0)), abs=0.6)
    assert rise[-1] == pytest.approx(10.0, abs=0.3)


def test_readings_are_rounded_and_noisy() -> None:
    readings = said(run(sensors_of(), 300), "co2_ppm")
    assert all(value == round(value) for value in readings)
    assert 6.0 < np.std(readings) < 14.0


def test_some_readings_do_not_arrive() -> None:
    assert 0.0005 < np.mean([one is None for one in run(sensors_of("climate"), 20_000)]) < 0.008


def test_a_stuck_sensor_says_the_same_until_it_is_mended() -> None:
    sensors = sensors_of()
    run(sensors, 5)
    sensors.fail("s0", "stuck", 300.0)
    stuck = {one.co2_ppm for one in run(sensors, 50) if one is not None}
    assert len(stuck) == 1
    sensors.mend("s0")
    assert len({one.co2_ppm for one in run(sensors, 50) if one is not None}) > 5


def test_a_drifting_sensor_is_off_by_its_rate() -> None:
    sensors = sensors_of()
    before = np.mean(said(run(sensors, 30), "co2_ppm"))
    sensors.fail("s0", "drift", 0.0, drift=60.0)
    after = said(run(sensors, 120), "co2_ppm")
    assert after[-1] - before == pytest.approx(120.0, abs=40.0)
    sensors.mend("s0")
    again = np.mean(said(run(sensors, 30), "co2_ppm"))
    assert again == pytest.approx(before, abs=10.0)


def test_one_that_fails_says_nothing() -> None:
    sensors = sensors_of()
    sensors.fail("s0", "dropout", 0.0)
    assert run(sensors, 20) == [None] * 20


def test_the_same_seed_gives_the_same_readings() -> None:
    assert run(sensors_of(seed=4), 200) == run(sensors_of(seed=4), 200) != run(sensors_of(seed=5), 200)


def test_unknown_kinds_sensors_and_faults_are_told() -> None:
    with pytest.raises(SumikaError, match="kind 'smell'"):
        sensors_of("smell")
    with pytest.raises(SumikaError, match="no sensor 'z'"):
        sensors_of().mend("z")
    with pytest.raises(SumikaError, match="'melted'"):
        sensors_of().fail("s0", "melted", 0.0)
