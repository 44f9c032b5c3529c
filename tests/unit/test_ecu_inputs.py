"""What is handed to the controller by a program: plain numbers, forecasts, and what is said of those that are wrong."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sumika import Ecu, Foretold, Measurements, readings
from sumika.ecu.foretold import check_forecast
from sumika.ecu.outlook import ahead_of
from sumika.plan.situation import Grid
from sumika.schema import UsageError
from sumika.schema.building import Site
from sumika.schema.house import Device, House, Room

PARIS = ZoneInfo("Europe/Paris")
AT = datetime(2026, 1, 20, 7, 0, tzinfo=PARIS)
HOUSE = House(
    rooms=(Room(id="living", floor_m=((0, 0), (4, 0), (4, 5), (0, 5))),),
    devices=(Device(id="heater", room="living", kind="room_air_conditioner"),),
)
HOURS = np.arange(49.0)


def foretold(begin: datetime = AT, hours: int = 48) -> Foretold:
    """Return a forecast in which each hour can be told by its numbers."""
    return Foretold.of(begin, temperature_c=HOURS[:hours], price_per_kwh=0.1 + HOURS[:hours] / 100.0)


def test_plain_numbers_become_messages_and_what_is_not_known_is_left_out() -> None:
    told = readings(
        AT,
        rooms={"living": {"temperature_c": 20.5, "co2_ppm": None, "relative_humidity": float("nan"), "smoke": 0.0}},
        devices={"heater": {"mode": 1, "setpoint_c": 21}},
        power_w={"heater": 640},
        outdoors={"temperature_c": -3.0},
        meter={"power_w": 900.0},
        people={"living": 0.4, "hall": None},
        activities={"living": "awake"},
    )
    (air,) = told.air
    (heater,) = told.devices
    assert (air.room, air.temperature_c, air.co2_ppm, air.relative_humidity, air.smoke) == (
        "living",
        20.5,
        None,
        None,
        False,
    )
    assert (heater.values, heater.power_w) == ({"mode": 1.0, "setpoint_c": 21.0}, 640.0)
    assert told.weather is not None
    assert told.weather.temperature_c == -3.0
    assert told.meter is not None
    assert told.meter.power_w == 900.0
    assert told.presence == {"living": (0.4, 0.4), "hall": (None, 0.0)}
    assert readings(AT).weather is None


@pytest.mark.parametrize(
    ("rooms", "says"),
    [
        ({"living": {"temperature_c": 294.15}}, "273.15 K"),
        ({"living": {"relative_humidity": 45.0}}, "no percent"),
        ({"living": {"temperature_f": 70.0}}, "there is no quantity 'temperature_f'"),
        ({"living": {"co2_ppm": float("inf")}}, "co2_ppm is inf"),
    ],
)
def test_numbers_in_another_unit_are_said_so(rooms: dict[str, dict[str, float]], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        readings(AT, rooms=rooms)


def test_a_broken_sensor_in_a_running_house_is_merely_not_known() -> None:
    told = readings(AT, rooms={"living": {"temperature_c": 850.0, "co2_ppm": 700.0}}, strict=False)
    assert (told.air[0].temperature_c, told.air[0].co2_ppm) == (None, 700.0)


@pytest.mark.parametrize(
    ("measurements", "says"),
    [
        (readings(AT, rooms={"hall": {"temperature_c": 20.0}}), "there is no room 'hall'. There are: living"),
        (readings(AT, people={"hall": 1}), "there is no room 'hall'"),
        (readings(AT, power_w={"stove": 1.0}), "there is no device 'stove'. There are: heater"),
        (readings(AT, activities={"living": "dance"}), "there is no activity 'dance'"),
        (replace(readings(AT), at=AT.replace(tzinfo=None)), "says no time zone"),
    ],
)
def test_names_and_moments_that_cannot_be_are_said(measurements: Measurements, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        Ecu(HOUSE).observe(measurements)


def test_time_goes_on() -> None:
    ecu = Ecu(HOUSE)
    ecu.observe(readings(AT), AT + timedelta(minutes=5))  # the moment that is given counts
    with pytest.raises(UsageError, match="come after those"):
        ecu.observe(readings(AT))
    with pytest.raises(UsageError, match="no time zone"):
        readings(AT.replace(tzinfo=None))


def test_behind_another_gate_unknown_names_are_left_alone() -> None:
    Ecu(HOUSE, guarded=False).observe(readings(AT, rooms={"hall": {"temperature_c": 20.0}}, power_w={"stove": 1.0}))


def test_a_band_is_of_a_room_that_there_is() -> None:
    assert Ecu(HOUSE, comfort_c={"living": (20.0, 24.0)}).comfort_c == {"living": (20.0, 24.0)}
    for band, says in (({"hall": (20.0, 24.0)}, "no room"), ({"living": (24.0, 20.0)}, "between 24 and 20")):
        with pytest.raises(UsageError, match=says):
            Ecu(HOUSE, comfort_c=band)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda good: replace(good, begins=()), "is empty|has"),
        (lambda good: replace(good, begins=tuple(one.replace(tzinfo=None) for one in good.begins)), "no time zone"),
        (lambda good: replace(good, begins=good.begins[::-1]), "follow"),
        (lambda good: replace(good, temperature_c=good.temperature_c + 273.15), "273.15 K"),
        (lambda good: replace(good, relative_humidity=good.relative_humidity + 59.4), "no percent"),
        (lambda good: replace(good, price_per_kwh=good.price_per_kwh[:10]), "48 steps"),
        (lambda good: replace(good, wind_m_s=np.full(48, np.nan)), "wind_m_s is no number"),
        (lambda good: foretold(AT - timedelta(days=3)), "it ends at"),
        (lambda good: foretold(AT + timedelta(hours=3)), "it begins at"),
        (lambda good: foretold(hours=12), "it is of 12 hours"),
    ],
)
def test_a_forecast_that_cannot_be_used_is_said_so(spoil: Callable[[Foretold], Foretold], says: str) -> None:
    check_forecast(foretold(), AT)
    with pytest.raises(UsageError, match=says):
        check_forecast(spoil(foretold()), AT)


def test_a_day_that_is_foretold_goes_on() -> None:
    grid = Grid.ahead(AT.timestamp())
    day = ahead_of(foretold(hours=24), grid.begin_unix_s, grid.hours)
    whole = ahead_of(foretold(hours=48), grid.begin_unix_s, grid.hours)
    lead_h = (grid.begin_unix_s - AT.timestamp()) / 3600.0
    first, second = lead_h < 23.0, lead_h >= 24.0
    assert day.price[first] == pytest.approx(whole.price[first])
    assert second.any()
    assert day.price[second] == pytest.approx(whole.price[second] - 0.24)


def test_sun_and_sky_are_told_apart_by_where_the_house_stands() -> None:
    site = Site(latitude_deg=48.85, longitude_deg=2.35)
    noon = np.where(HOURS == 5, 400.0, 0.0)
    made = Foretold.of(AT, temperature_c=HOURS, price_per_kwh=0.2, global_horizontal_w_m2=noon, site=site)
    assert made.direct_normal_w_m2[5] > 100.0
    assert 0.0 < made.diffuse_horizontal_w_m2[5] < 400.0
    assert made.direct_normal_w_m2[0] == 0.0
    with pytest.raises(UsageError, match="site="):
        Foretold.of(AT, temperature_c=HOURS, price_per_kwh=0.2, global_horizontal_w_m2=noon)
    with pytest.raises(UsageError, match="49 temperatures"):
        Foretold.of(AT, temperature_c=HOURS, price_per_kwh=[0.2, 0.3])


def test_the_clock_on_the_wall_jumps_and_hours_do_not() -> None:
    spring = datetime(2026, 3, 28, 20, 0, tzinfo=PARIS)
    moments = [one.timestamp() for one in foretold(spring).begins]
    assert np.diff(moments) == pytest.approx(3600.0)
