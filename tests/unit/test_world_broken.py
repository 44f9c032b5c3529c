"""What can break in the simulated house: it draws, says and does what its kind of breaking says, until it is mended."""

import pytest

from sumika.schema.house import Sensor
from sumika.world.devices import AirSensors
from sumika.world.devices.conduct import Conduct
from tests.world_device_helpers import driven, house_with, one, rooms_at


def test_a_device_that_ignores_takes_an_order_and_stays_as_it_is_and_says_so() -> None:
    house = driven(one("light"))
    house.set(level=0.7)
    house.step()
    house.devices.behave("x", Conduct.IGNORES)
    house.set(level=0.2)
    assert house.step(count=3).states["x"]["level"] == 0.7
    house.devices.behave("x", Conduct.OBEYS)
    house.set(level=0.2)
    assert house.step(count=3).states["x"]["level"] == 0.2


def test_a_device_that_lies_says_what_it_was_told_and_draws_what_it_drew() -> None:
    house = driven(one("light"))
    house.set(level=1.0)
    drew_w = house.step(count=2).power_w["x"]
    house.devices.behave("x", Conduct.LIES)
    house.set(level=0.0)
    step = house.step(count=3)
    assert step.states["x"]["level"] == 0.0
    assert step.power_w["x"] == drew_w > 0.0
    house.devices.behave("x", Conduct.OBEYS)
    assert house.step(count=2).power_w["x"] < drew_w


def test_a_worn_device_draws_as_before_and_gives_a_share() -> None:
    def given(heat_share: float, air_share: float) -> tuple[float, float]:
        house = driven(one("room_air_conditioner"))
        house.rooms = rooms_at(air_c=15.0)
        house.devices.wear("x", heat_share=heat_share, air_share=air_share)
        house.set(mode=1.0, setpoint_c=28.0)
        step = house.step(count=4)
        return step.power_w["x"], sum(acting.convective_w for acting in step.acting)

    (power_w, heat_w), (worn_power_w, worn_heat_w) = given(1.0, 1.0), given(0.5, 1.0)
    assert worn_power_w == power_w > 100.0
    assert worn_heat_w == pytest.approx(0.5 * heat_w)


def test_a_clogged_fan_moves_less_air() -> None:
    def drawn(air_share: float) -> float:
        house = driven(one("exhaust_fan"))
        house.devices.wear("x", air_share=air_share)
        house.set(level=1.0)
        return sum(acting.extract_m3_s for acting in house.step(count=3).acting)

    assert drawn(0.4) == pytest.approx(0.4 * drawn(1.0))
    assert drawn(1.0) > 0.0


def two_sensors() -> AirSensors:
    house = house_with()
    sensors = tuple(Sensor(id=f"s{number}", room="living", kind="air") for number in range(2))
    return AirSensors.of(type(house)(rooms=house.rooms, sensors=sensors), 3)


def said(sensors: AirSensors, steps: int, quantity: str, air_c: float = 20.0) -> list[float]:
    readings = [sensors.step(0.0, 300.0, rooms_at(air_c=air_c), {"living": 0}).get("s0") for _ in range(steps)]
    return [getattr(one, quantity) for one in readings if one is not None]


def test_a_sensor_in_fahrenheit_says_its_temperature_so_and_nothing_else() -> None:
    sensors = two_sensors()
    sensors.fail("s0", "fahrenheit", 0.0)
    assert said(sensors, 5, "temperature_c")[-1] == pytest.approx(68.0, abs=1.5)
    assert said(sensors, 5, "co2_ppm")[-1] == pytest.approx(800.0, abs=100.0)


def test_a_sensor_drifts_in_the_quantity_that_is_named_until_it_is_mended() -> None:
    sensors = two_sensors()
    sensors.fail("s0", "drift", 0.0, drift=0.5, quantity="temperature_c")
    assert said(sensors, 97, "temperature_c")[-1] == pytest.approx(24.0, abs=0.7)
    assert said(sensors, 1, "co2_ppm")[-1] == pytest.approx(800.0, abs=100.0)
    sensors.mend("s0")
    assert said(sensors, 2, "temperature_c")[-1] == pytest.approx(20.0, abs=0.7)


def test_a_sensor_that_lags_follows_hours_late() -> None:
    sensors = two_sensors()
    sensors.fail("s0", "lag", 0.0, drift=7200.0)
    said(sensors, 3, "temperature_c")
    assert said(sensors, 6, "temperature_c", air_c=26.0)[-1] < 22.0


def test_exchanged_sensors_measure_each_others_room() -> None:
    house = house_with()
    rooms = tuple(type(house.rooms[0])(id=name, floor_m=house.rooms[0].floor_m) for name in ("living", "bedroom"))
    sensors = tuple(Sensor(id=f"{room.id}_air", room=room.id, kind="air") for room in rooms)
    hung = AirSensors.of(type(house)(rooms=rooms, sensors=sensors), 3)
    hung.exchange("living_air", "bedroom_air")
    assert dict(hung.rooms) == {"living_air": "bedroom", "bedroom_air": "living"}
