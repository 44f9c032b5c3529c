"""The controller in one object: what it takes, what it says, and what it does with bad input."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sumika import Ecu, Measurements
from sumika.clock import Instant
from sumika.config import demo_house
from sumika.schema import DEVICE_KINDS, AirSample, DeviceState, Origin, SumikaError, WeatherSample
from sumika.schema.house import Device, House, Room

TOKYO = ZoneInfo("Asia/Tokyo")
START = datetime(2026, 1, 20, 5, 0, tzinfo=TOKYO)
NOW = Instant(0, 0, "test")


class Flat:
    """A forecast of a cold grey day at one price."""

    def __init__(self, begin: datetime, *, outdoor_c: float = 2.0, price: float = 30.0) -> None:
        self.begins = [begin + timedelta(hours=hour) for hour in range(49)]
        full = np.ones(49)
        self.temperature_c, self.relative_humidity = outdoor_c * full, 0.6 * full
        self.direct_normal_w_m2 = self.diffuse_horizontal_w_m2 = 0.0 * full
        self.wind_m_s, self.carbon_g_kwh = 2.0 * full, 430.0 * full
        self.price_per_kwh, self.feed_in_per_kwh = price * full, 15.0 * full


def measured(at: datetime, *, living_c: float | None = 17.0, people: float = 2.0) -> Measurements:
    air: tuple[AirSample, ...] = ()
    if living_c is not None:
        air = (
            AirSample(
                stamp=NOW,
                origin=Origin.LIVE,
                sensor="living_air",
                room="living",
                temperature_c=living_c,
                relative_humidity=0.45,
                co2_ppm=700.0,
                pm2_5_ug_m3=8.0,
            ),
        )
    return Measurements(
        at=at,
        air=air,
        weather=WeatherSample(stamp=NOW, origin=Origin.LIVE, source="w", temperature_c=2.0, wind_m_s=2.0),
        presence={"living": (1.0, people)},
        activities={"living": "awake"},
    )


def lived(house: House, *, living_c: float = 17.0) -> tuple[Ecu, datetime]:
    ecu, at = Ecu(house), START
    for quarter in range(5):
        at = START + timedelta(minutes=15 * quarter)
        ecu.observe(measured(at, living_c=living_c))
    return ecu, at


def test_a_cold_room_with_people_is_heated() -> None:
    ecu, at = lived(demo_house({}).house)
    told = {(one.device, one.action): one.value for one in ecu.plan(Flat(at))}
    assert told["living_aircon", "mode"] == 1.0
    assert told["living_aircon", "setpoint_c"] > 17.5
    assert ecu.planned is not None
    assert ecu.planned.cost["comfort"] >= 0.0


@pytest.mark.parametrize("minutes", [1, 7, 14])
def test_whoever_comes_between_two_quarters_is_heated_for_at_once(minutes: int) -> None:
    """On a working day's morning, when nobody is usually at home."""
    ecu, ten = Ecu(demo_house({}).house), START.replace(hour=10)
    for quarter in range(5):
        ecu.observe(measured(ten + timedelta(minutes=15 * quarter), people=0.0))
    at = ten + timedelta(minutes=60)
    told = {(one.device, one.action): one.value for one in ecu.plan(Flat(at))}
    assert told["living_aircon", "mode"] == 0.0
    ecu.observe(measured(at + timedelta(minutes=minutes)))
    ecu.think(Flat(at))
    told = {(one.device, one.action): one.value for one in ecu.commands()}
    assert told["living_aircon", "mode"] == 1.0


@pytest.mark.parametrize("presence", [{}, {"living": (None, 0.0)}, {"bedroom": (0.0, 0.0)}])
def test_people_of_whom_nothing_is_heard_for_a_moment_have_not_gone(
    presence: dict[str, tuple[float | None, float]],
) -> None:
    """A radar that is silent, or measurements in parts, are no news of who is in the room; a quarter without any is."""
    ecu, ten = Ecu(demo_house({}).house), START.replace(hour=10)
    for quarter in range(5):
        ecu.observe(measured(ten + timedelta(minutes=15 * quarter)))
    for minute in (61, 70):
        ecu.observe(replace(measured(ten + timedelta(minutes=minute)), presence=presence))
        ecu.think(Flat(ten + timedelta(hours=1)))
        told = {(one.device, one.action): one.value for one in ecu.commands()}
        assert told["living_aircon", "mode"] == 1.0
    for minute in (75, 90, 105):
        ecu.observe(replace(measured(ten + timedelta(minutes=minute)), presence=presence))
    assert not ecu.routine.known[ecu.routine.rooms.index("living")]


def test_a_look_between_quarters_is_no_day_of_a_routine() -> None:
    """Only whole quarters are learned from; else a day with many measurements would count for many days."""
    house = demo_house({}).house
    ecu, other = lived(house)[0], lived(house)[0]
    for minute in range(61, 74):
        other.observe(measured(START + timedelta(minutes=minute)))
    when = [START + timedelta(days=1, minutes=65)]
    assert np.array_equal(ecu.routine.ahead(when, np.ones(1)).awake, other.routine.ahead(when, np.ones(1)).awake)


def test_everything_it_says_is_within_what_devices_take() -> None:
    house = demo_house({}).house
    kinds = {device.id: device.kind for device in house.devices}
    for outdoor_c, price in ((-10.0, 30.0), (33.0, 30.0), (2.0, -5.0)):
        ecu, at = lived(house, living_c=24.0)
        for command in ecu.plan(Flat(at, outdoor_c=outdoor_c, price=price)):
            setting = DEVICE_KINDS[kinds[command.device]].settings[command.action]
            assert setting.low <= command.value <= setting.high, command


def test_a_house_of_one_room_and_nothing_else_can_be_planned() -> None:
    house = House(
        rooms=(Room(id="living", floor_m=((0, 0), (4, 0), (4, 5), (0, 5))),),
        devices=(Device(id="heater", room="living", kind="room_air_conditioner"),),
    )
    ecu, at = lived(house)
    told = {(one.device, one.action): one.value for one in ecu.plan(Flat(at))}
    assert told["heater", "mode"] == 1.0


def test_without_sensors_for_hours_it_goes_on() -> None:
    ecu, at = lived(demo_house({}).house)
    for quarter in range(1, 13):
        ecu.observe(measured(at + timedelta(minutes=15 * quarter), living_c=None))
    assert ecu.plan(Flat(at + timedelta(hours=3)))


def test_nothing_observed_is_said_so() -> None:
    with pytest.raises(SumikaError, match="nothing was observed"):
        Ecu(demo_house({}).house).plan(Flat(START))


def test_measurements_out_of_order_or_without_a_zone_are_refused() -> None:
    ecu, _ = lived(demo_house({}).house)
    with pytest.raises(SumikaError, match="come after"):
        ecu.observe(measured(START - timedelta(hours=1)))
    with pytest.raises(SumikaError, match="time zone"):
        Ecu(demo_house({}).house).observe(measured(START.replace(tzinfo=None)))


def test_a_device_that_says_nonsense_of_itself_breaks_nothing() -> None:
    ecu, at = lived(demo_house({}).house)
    odd = DeviceState(
        stamp=NOW, origin=Origin.LIVE, device="living_aircon", values={"room_temperature_c": 1e9}, power_w=float("nan")
    )
    ecu.observe(replace(measured(at + timedelta(minutes=5)), devices=(odd,)))
    assert all(np.isfinite(one.value) for one in ecu.plan(Flat(at)))
